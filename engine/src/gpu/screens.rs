//! The screens of a recorder: the textures in which pictures are presented.

use std::collections::HashMap;

use super::handle::Gpu;
use super::pool::Charge;
use crate::fault::Fault;

/// A screen that nothing is shown on is forgotten after this many frames.
const FORGET_FRAMES: u64 = 120;

pub(super) const FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8Unorm;
pub(super) const BYTES_PER_PIXEL: u32 = 4;

/// What a screen shows: an opaque texture of sRGB-encoded bytes. The same texture is written again
/// each frame, as long as the size stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presented {
    texture: wgpu::Texture,
    view: wgpu::TextureView,
    size_px: [u32; 2],
}

/// A texture that is presented, and when it was last.
struct Screen {
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

/// The screens that pictures are presented on, by their numbers.
#[derive(Default)]
pub(super) struct Screens(HashMap<usize, Screen>);

impl Screens {
    /// The texture of a screen in a frame, and the view to draw through; made when there is none of
    /// this size.
    pub(super) fn show(
        &mut self,
        gpu: &Gpu,
        screen: usize,
        size_px: [u32; 2],
        frame: u64,
    ) -> Result<(wgpu::TextureView, Presented), Fault> {
        let kept = self.0.remove(&screen).filter(|screen| screen.presented.size_px == size_px);
        let kept = match kept {
            Some(kept) => kept,
            None => make(gpu, size_px)?,
        };
        let shown = (kept.encoded.clone(), kept.presented.clone());
        self.0.insert(screen, Screen { presented_frame: frame, ..kept });
        Ok(shown)
    }

    /// Frees the textures of screens that show nothing any more.
    pub(super) fn forget(&mut self, now: u64) {
        self.0.retain(|_, screen| now.saturating_sub(screen.presented_frame) <= FORGET_FRAMES);
    }
}

fn make(gpu: &Gpu, size_px: [u32; 2]) -> Result<Screen, Fault> {
    let [width, height] = size_px;
    gpu.check_size(size_px)?;
    let bytes = u64::from(width) * u64::from(height) * u64::from(BYTES_PER_PIXEL);
    let charge = gpu.pool().charge(bytes)?;
    let texture = gpu.make(|device| {
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
