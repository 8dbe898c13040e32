//! A picture on a wire: in memory, on the GPU, or both.

use std::sync::{Arc, OnceLock, Weak};

use half::f16;

use crate::colour::linear_to_srgb;
use crate::gpu::Texture;

/// How the bytes of [`Pixels`] are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PixelFormat {
    /// 8-bit RGBA, sRGB-encoded colour, straight alpha: what files and cameras give.
    Srgb8,
    /// 16-bit float RGBA, linear light, premultiplied alpha: what travels between GPU nodes.
    LinearHalf,
}

impl PixelFormat {
    /// Bytes of one pixel.
    pub const fn bytes_per_pixel(self) -> usize {
        match self {
            PixelFormat::Srgb8 => 4,
            PixelFormat::LinearHalf => 8,
        }
    }
}

/// A picture in memory. Rows from top to bottom, without padding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pixels {
    size_px: [u32; 2],
    format: PixelFormat,
    bytes: Vec<u8>,
}

impl Pixels {
    /// `None` when the number of bytes is not that of the size and format, or a side is 0.
    pub fn new(size_px: [u32; 2], format: PixelFormat, bytes: Vec<u8>) -> Option<Pixels> {
        let expected = size_px[0] as usize * size_px[1] as usize * format.bytes_per_pixel();
        (expected > 0 && bytes.len() == expected).then_some(Pixels { size_px, format, bytes })
    }

    /// Width and height in pixels.
    pub fn size_px(&self) -> [u32; 2] {
        self.size_px
    }

    /// How to read the bytes.
    pub fn format(&self) -> PixelFormat {
        self.format
    }

    /// The bytes, rows from top to bottom.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// As 8-bit sRGB with straight alpha, clamped: what leaves for files and style networks.
    pub fn to_srgb8(&self) -> Vec<u8> {
        match self.format {
            PixelFormat::Srgb8 => self.bytes.clone(),
            PixelFormat::LinearHalf => self.bytes.chunks_exact(8).flat_map(linear_half_to_srgb8).collect(),
        }
    }
}

fn linear_half_to_srgb8(pixel: &[u8]) -> [u8; 4] {
    let component = |index: usize| f16::from_le_bytes([pixel[2 * index], pixel[2 * index + 1]]).to_f32();
    let alpha = component(3).clamp(0.0, 1.0);
    let straight = |index: usize| {
        if alpha <= 0.0 {
            return 0;
        }
        (linear_to_srgb(component(index) / alpha).clamp(0.0, 1.0) * 255.0 + 0.5) as u8
    };
    [straight(0), straight(1), straight(2), (alpha * 255.0 + 0.5) as u8]
}

/// A picture on a wire. Cheap to clone. At least one of its two sides is filled; the other is made
/// when somebody asks for it, once.
#[derive(Clone, Debug)]
pub struct Frame(Arc<Sides>);

#[derive(Debug)]
struct Sides {
    size_px: [u32; 2],
    memory: OnceLock<Arc<Pixels>>,
    gpu: OnceLock<Texture>,
}

/// Tells whether a frame is the one seen before, without keeping its memory alive.
#[derive(Clone, Debug)]
pub struct FrameId(Weak<Sides>);

impl PartialEq for FrameId {
    fn eq(&self, other: &FrameId) -> bool {
        self.0.ptr_eq(&other.0)
    }
}

impl Frame {
    /// A picture that lives in memory.
    pub fn from_pixels(pixels: impl Into<Arc<Pixels>>) -> Frame {
        let pixels = pixels.into();
        let size_px = pixels.size_px();
        Frame(Arc::new(Sides { size_px, memory: OnceLock::from(pixels), gpu: OnceLock::new() }))
    }

    /// A picture that lives on the GPU: RGBA16F, linear light, premultiplied.
    pub fn from_texture(texture: Texture) -> Frame {
        let size_px = texture.size_px();
        Frame(Arc::new(Sides { size_px, memory: OnceLock::new(), gpu: OnceLock::from(texture) }))
    }

    /// Width and height in pixels.
    pub fn size_px(&self) -> [u32; 2] {
        self.0.size_px
    }

    /// The side in memory, if it is filled. A node asks `Io::pixels` instead, which fills it.
    pub fn memory(&self) -> Option<&Arc<Pixels>> {
        self.0.memory.get()
    }

    /// The side on the GPU, if it is filled. A node asks `Recorder::texture` instead, which fills it.
    pub fn gpu(&self) -> Option<&Texture> {
        self.0.gpu.get()
    }

    pub(crate) fn fill_memory(&self, pixels: Arc<Pixels>) -> &Arc<Pixels> {
        self.0.memory.get_or_init(|| pixels)
    }

    pub(crate) fn fill_gpu(&self, texture: Texture) -> &Texture {
        self.0.gpu.get_or_init(|| texture)
    }

    /// For "is it the same picture as last time?".
    pub fn id(&self) -> FrameId {
        FrameId(Arc::downgrade(&self.0))
    }
}
