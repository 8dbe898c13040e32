//! From memory to the GPU.

use std::num::NonZeroU64;

use super::buffers::Staging;
use super::effect::EffectDesc;
use super::pool::{Format, Texture};
use super::recorder::{Recorder, foreign_picture};
use crate::fault::Fault;
use crate::frame::{Frame, PixelFormat, Pixels};

impl Recorder {
    /// The GPU side of a frame. A frame that lives in memory is uploaded once and keeps it.
    pub fn texture(&mut self, frame: &Frame) -> Result<Texture, Fault> {
        if let Some(texture) = frame.gpu()
            && self.may_read(texture)
        {
            return Ok(texture.clone());
        }
        // Another graph may be uploading the same frame just now: then this one has its own.
        let pixels = frame.memory().cloned().ok_or_else(foreign_picture)?;
        let texture = self.upload(&pixels)?;
        frame.fill_gpu(texture.clone());
        Ok(texture)
    }

    fn upload(&mut self, pixels: &Pixels) -> Result<Texture, Fault> {
        let texture = match pixels.format() {
            PixelFormat::LinearHalf => self.copy_in(pixels, Format::LinearHalf)?,
            PixelFormat::Srgb8 => {
                let straight = self.copy_in(pixels, Format::Srgb8)?;
                let premultiply = EffectDesc {
                    label: "premultiply",
                    wgsl: include_str!("shaders/premultiply.wgsl"),
                    inputs: 1,
                    uniform_bytes: 0,
                };
                let target = wgpu::TextureFormat::Rgba16Float;
                let effect = self.built_in(|all| &mut all.premultiply, &premultiply, target)?;
                self.draw(&effect, &[&straight], &[], pixels.size_px())?
            }
        };
        self.counts.uploads += 1;
        Ok(texture)
    }

    /// Copies in the order of the commands: the texture may have served them before.
    fn copy_in(&mut self, pixels: &Pixels, format: Format) -> Result<Texture, Fault> {
        let bytes_per_pixel = format.bytes_per_pixel() as u32;
        let target = self.take(pixels.size_px(), format)?;
        let gpu = self.gpu.clone();
        let staging = self.uploads.take(&gpu, pixels.size_px(), bytes_per_pixel)?;
        self.fill(&staging, pixels.bytes())?;
        let extent = staging.extent();
        let destination = target.texture().as_image_copy();
        self.encoder().copy_buffer_to_texture(staging.as_image_copy(), destination, extent);
        self.uploading(staging);
        Ok(target)
    }

    fn fill(&self, staging: &Staging, bytes: &[u8]) -> Result<(), Fault> {
        let refused = || Fault::new("the graphics adapter takes no pictures", "make the picture smaller");
        let size = NonZeroU64::new(staging.bytes()).ok_or_else(refused)?;
        let queue = self.gpu.queue();
        let mut view = queue.write_buffer_with(staging.buffer(), 0, size).ok_or_else(refused)?;
        let (row, stride) = (staging.row_bytes(), staging.stride() as usize);
        if row == stride {
            view.copy_from_slice(bytes);
            return Ok(());
        }
        for (index, pixels) in bytes.chunks_exact(row).enumerate() {
            view.slice(index * stride..index * stride + row).copy_from_slice(pixels);
        }
        Ok(())
    }
}
