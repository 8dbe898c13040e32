//! Pictures in another size.

use bytemuck::{Pod, Zeroable};

use super::effect::EffectDesc;
use super::pool::Texture;
use super::recorder::Recorder;
use crate::fault::Fault;

/// How a picture is put into another size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fit {
    /// Fills the size and keeps the shape: what sticks out is cut off, alike on both sides.
    Cover,
    /// Fits inside and keeps the shape: the rest is transparent.
    Contain,
    /// Fills the size and loses the shape.
    Stretch,
}

/// `Uniforms` of `fit.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
struct Uniforms {
    target_rect: [f32; 4],
    origin: [f32; 2],
    step: [f32; 2],
}

impl Recorder {
    /// A picture in another size; the same picture when it has the size already. Filtered so that
    /// a small picture of a large one does not flicker.
    pub fn fit(&mut self, source: &Texture, size_px: [u32; 2], fit: Fit) -> Result<Texture, Fault> {
        if source.size_px() == size_px {
            return Ok(source.clone());
        }
        self.gpu.check_size(size_px)?;
        let both = geometry(source.size_px(), size_px, fit);
        if both.step[0] <= 1.0 || both.step[1] <= 1.0 {
            return self.resample(source, size_px, &both);
        }
        // Shrinking on both axes is far cheaper one axis at a time.
        let height = source.size_px()[1];
        let across = Uniforms {
            target_rect: [both.target_rect[0], 0.0, both.target_rect[2], height as f32],
            origin: [both.origin[0], 0.0],
            step: [both.step[0], 1.0],
        };
        let narrow = self.resample(source, [size_px[0], height], &across)?;
        let down = Uniforms {
            target_rect: [0.0, both.target_rect[1], size_px[0] as f32, both.target_rect[3]],
            origin: [0.0, both.origin[1]],
            step: [1.0, both.step[1]],
        };
        self.resample(&narrow, size_px, &down)
    }

    fn resample(
        &mut self,
        source: &Texture,
        size_px: [u32; 2],
        uniforms: &Uniforms,
    ) -> Result<Texture, Fault> {
        let desc = EffectDesc {
            label: "fit",
            wgsl: include_str!("shaders/fit.wgsl"),
            inputs: 1,
            uniform_bytes: size_of::<Uniforms>(),
        };
        let effect = self.built_in(|all| &mut all.fit, &desc, wgpu::TextureFormat::Rgba16Float)?;
        self.draw(&effect, &[source], bytemuck::bytes_of(uniforms), size_px)
    }
}

/// Where a picture is that is whole inside a size: left, top, right, bottom.
pub(super) fn contained(source_px: [u32; 2], target_px: [u32; 2]) -> [f32; 4] {
    geometry(source_px, target_px, Fit::Contain).target_rect
}

fn geometry(source_px: [u32; 2], target_px: [u32; 2], fit: Fit) -> Uniforms {
    let source = source_px.map(f64::from);
    let target = target_px.map(f64::from);
    let scales = [target[0] / source[0], target[1] / source[1]];
    let (mut rect, mut origin, mut step) = ([0.0, 0.0, target[0], target[1]], [0.0; 2], [0.0; 2]);
    for axis in 0..2 {
        match fit {
            Fit::Stretch => step[axis] = 1.0 / scales[axis],
            Fit::Cover => {
                step[axis] = 1.0 / scales[0].max(scales[1]);
                origin[axis] = (source[axis] - target[axis] * step[axis]) / 2.0;
            }
            Fit::Contain => {
                // Whole pixels, so that the picture has sharp edges.
                let length = (source[axis] * scales[0].min(scales[1])).round().clamp(1.0, target[axis]);
                rect[axis] = ((target[axis] - length) / 2.0).floor();
                rect[axis + 2] = rect[axis] + length;
                step[axis] = source[axis] / length;
            }
        }
    }
    Uniforms {
        target_rect: rect.map(|edge| edge as f32),
        origin: origin.map(|position| position as f32),
        step: step.map(|step| step as f32),
    }
}
