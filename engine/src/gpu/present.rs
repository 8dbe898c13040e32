//! What leaves for a screen or a file: 8-bit sRGB, opaque.

use super::effect::{Effect, EffectDesc};
use super::fit::{Fit, contained};
use super::pool::Texture;
use super::recorder::Recorder;
use super::screens::{BYTES_PER_PIXEL, FORMAT, Presented};
use crate::fault::Fault;
use crate::frame::Frame;

impl Recorder {
    /// Draws a frame for a screen: inside the size, on black, as sRGB. Screens are numbered by the
    /// caller; each has its own texture. It shows the frame after the next submit.
    pub fn present(&mut self, screen: usize, frame: &Frame, size_px: [u32; 2]) -> Result<Presented, Fault> {
        self.gpu.check_alive()?;
        let source = self.texture(frame)?;
        let source = self.fit(&source, size_px, Fit::Contain)?;
        let encode = EffectDesc {
            label: "encode",
            wgsl: concat!(include_str!("shaders/srgb.wgsl"), include_str!("shaders/encode.wgsl")),
            inputs: 1,
            uniform_bytes: 0,
        };
        let effect = self.built_in(|all| &mut all.encode, &encode, FORMAT)?;
        self.draw_screen(screen, size_px, &effect, &source, &[])
    }

    /// As [`Recorder::present`], for a quick look: a small picture of a large one is not filtered, and
    /// costs no more than one of a small one.
    pub fn glance(&mut self, screen: usize, frame: &Frame, size_px: [u32; 2]) -> Result<Presented, Fault> {
        self.gpu.check_alive()?;
        let source = self.texture(frame)?;
        let rect = contained(source.size_px(), size_px);
        let glance = EffectDesc {
            label: "glance",
            wgsl: concat!(include_str!("shaders/srgb.wgsl"), include_str!("shaders/glance.wgsl")),
            inputs: 1,
            uniform_bytes: size_of_val(&rect),
        };
        let effect = self.built_in(|all| &mut all.glance, &glance, FORMAT)?;
        self.draw_screen(screen, size_px, &effect, &source, bytemuck::bytes_of(&rect))
    }

    fn draw_screen(
        &mut self,
        screen: usize,
        size_px: [u32; 2],
        effect: &Effect,
        source: &Texture,
        uniforms: &[u8],
    ) -> Result<Presented, Fault> {
        let now = self.frame();
        let (encoded, presented) = self.screens.show(&self.gpu, screen, size_px, now)?;
        self.draw_into(&encoded, effect, &[source], uniforms)?;
        Ok(presented)
    }

    /// What [`Recorder::present`] draws, in memory: RGBA, rows from top to bottom. Waits for it.
    pub fn presented_pixels(
        &mut self,
        screen: usize,
        frame: &Frame,
        size_px: [u32; 2],
    ) -> Result<Vec<u8>, Fault> {
        let presented = self.present(screen, frame, size_px)?;
        let copy = self.copy_out(presented.texture(), BYTES_PER_PIXEL)?;
        self.wait_for(copy)
    }
}
