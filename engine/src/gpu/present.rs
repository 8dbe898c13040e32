//! What leaves for a screen or a file: 8-bit sRGB, opaque.

use super::effect::{Effect, EffectDesc};
use super::fit::{Fit, contained};
use super::pool::{Charge, Texture};
use super::recorder::Recorder;
use crate::frame::Frame;
use crate::node::Fault;

/// A screen that nothing is shown on is forgotten after so many frames.
const FORGET_FRAMES: u64 = 120;

const FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8Unorm;
const BYTES_PER_PIXEL: u32 = 4;

/// What a screen shows: an opaque texture of sRGB-encoded bytes. The same texture is written again
/// each frame, as long as the size stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presented {
    texture: wgpu::Texture,
    view: wgpu::TextureView,
    size_px: [u32; 2],
}

/// A texture that is presented, and when it was last.
pub(super) struct Screen {
    presented: Presented,
    encoded: wgpu::TextureView,
    presented_frame: u64,
    _charge: Charge,
}

impl Presented {
    /// Width and height in pixels.
    pub fn size_px(&self) -> [u32; 2] {
        self.size_px
    }

    /// `Rgba8Unorm`, to copy from: the bytes are what a PNG or a JPEG holds.
    pub fn texture(&self) -> &wgpu::Texture {
        &self.texture
    }

    /// A view in `Rgba8UnormSrgb`, to sample: gives linear light.
    pub fn view(&self) -> &wgpu::TextureView {
        &self.view
    }
}

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
        let is_kept = self.screens.get(&screen).is_some_and(|screen| screen.presented.size_px == size_px);
        if !is_kept {
            self.screens.remove(&screen);
            let made = self.make_screen(size_px)?;
            self.screens.insert(screen, made);
        }
        let now = self.frame();
        let kept = self.screens.get_mut(&screen).map(|screen| {
            screen.presented_frame = now;
            (screen.encoded.clone(), screen.presented.clone())
        });
        let (encoded, presented) = kept
            .ok_or_else(|| Fault::new("the screen is gone", "this is a fault of the program: report it"))?;
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

    /// Frees the textures of screens that show nothing any more.
    pub(super) fn forget_screens(&mut self) {
        let now = self.frame();
        self.screens.retain(|_, screen| now.saturating_sub(screen.presented_frame) <= FORGET_FRAMES);
    }

    fn make_screen(&self, size_px: [u32; 2]) -> Result<Screen, Fault> {
        let [width, height] = size_px;
        self.gpu.check_size(size_px)?;
        let bytes = u64::from(width) * u64::from(height) * u64::from(BYTES_PER_PIXEL);
        let charge = self.gpu.pool().charge(bytes)?;
        let texture = self.gpu.make(|device| {
            device.create_texture(&wgpu::TextureDescriptor {
                label: Some("screen"),
                size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
                mip_level_count: 1,
                sample_count: 1,
                dimension: wgpu::TextureDimension::D2,
                format: FORMAT,
                usage: wgpu::TextureUsages::RENDER_ATTACHMENT
                    | wgpu::TextureUsages::TEXTURE_BINDING
                    | wgpu::TextureUsages::COPY_SRC,
                view_formats: &[wgpu::TextureFormat::Rgba8UnormSrgb],
            })
        })?;
        let view = texture.create_view(&wgpu::TextureViewDescriptor {
            label: Some("screen, to sample"),
            format: Some(wgpu::TextureFormat::Rgba8UnormSrgb),
            usage: Some(wgpu::TextureUsages::TEXTURE_BINDING),
            ..Default::default()
        });
        let encoded = texture.create_view(&wgpu::TextureViewDescriptor::default());
        let presented = Presented { texture, view, size_px };
        Ok(Screen { presented, encoded, presented_frame: 0, _charge: charge })
    }
}
