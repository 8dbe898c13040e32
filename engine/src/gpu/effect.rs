//! Full-screen WGSL passes, compiled once for each text.

use std::collections::HashMap;
use std::fmt;
use std::num::NonZeroU64;
use std::sync::{Arc, Mutex, PoisonError};

use wgpu::ErrorFilter;

use super::bounds;
use super::device::Device;
use super::shader_error::ShaderError;

/// Effects that no one holds are kept up to this number, so that undoing an edit compiles nothing.
const SPARE_EFFECTS: usize = 64;

/// Binding of `input0`; `input1` follows.
pub(super) const FIRST_INPUT_BINDING: u32 = 1;

/// Uniforms lie in a buffer of the storage kind: where a shader branches on one, lavapipe (Mesa 22.3)
/// compiles it again for each new content of a uniform buffer, and keeps every copy for ever.
const UNIFORMS: wgpu::BufferBindingType = wgpu::BufferBindingType::Storage { read_only: true };

/// What an effect is made of.
///
/// The text declares `@fragment fn main(in: Varyings) -> @location(0) vec4f`. In front of it stand
/// the declarations of `prelude.wgsl` (`Varyings` with `position` and `uv`, 0,0 at the top left;
/// `linear_sampler` and `nearest_sampler` that clamp to the edge, `repeat_sampler` and
/// `mirror_sampler` that are linear), `input0`, `input1` and so on (`texture_2d<f32>`), and when there
/// are uniforms `var<storage, read> u: Uniforms`, whose `struct Uniforms` the text declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EffectDesc<'a> {
    /// For graphics debuggers.
    pub label: &'a str,
    /// The text.
    pub wgsl: &'a str,
    /// Number of pictures it reads.
    pub inputs: usize,
    /// Bytes of `struct Uniforms`, in WGSL's layout; 0 when it has none.
    pub uniform_bytes: usize,
}

/// A compiled full-screen pass.
pub struct Effect {
    label: String,
    pipeline: wgpu::RenderPipeline,
    layout: wgpu::BindGroupLayout,
    inputs: usize,
    uniform_bytes: usize,
}

impl Effect {
    /// Number of pictures it reads.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Bytes of its uniforms.
    pub fn uniform_bytes(&self) -> usize {
        self.uniform_bytes
    }

    /// Its name in messages.
    pub fn label(&self) -> &str {
        &self.label
    }

    pub(super) fn pipeline(&self) -> &wgpu::RenderPipeline {
        &self.pipeline
    }

    pub(super) fn layout(&self) -> &wgpu::BindGroupLayout {
        &self.layout
    }
}

impl fmt::Debug for Effect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Effect")
            .field("label", &self.label)
            .field("inputs", &self.inputs)
            .field("uniform_bytes", &self.uniform_bytes)
            .finish_non_exhaustive()
    }
}

/// What a pass draws on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Cover {
    /// Every pixel, once.
    Screen,
    /// Squares, placed by the text's own vertex shader.
    Points,
}

/// What all effects of a device share, and the effects.
pub(super) struct EffectCache {
    vertex: wgpu::ShaderModule,
    sampler_layout: wgpu::BindGroupLayout,
    samplers: wgpu::BindGroup,
    entries: Mutex<Entries>,
}

#[derive(Default)]
struct Entries {
    uses: u64,
    effects: HashMap<Key, (Arc<Effect>, u64)>,
}

/// What tells one effect from another.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) wgsl: String,
    pub(super) inputs: usize,
    pub(super) uniform_bytes: usize,
    pub(super) target: wgpu::TextureFormat,
    pub(super) cover: Cover,
    pub(super) author: Author,
}

impl EffectCache {
    pub(super) fn new(device: &wgpu::Device) -> EffectCache {
        let (sampler_layout, samplers) = samplers(device);
        let vertex = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some("full screen"),
            source: wgpu::ShaderSource::Wgsl(include_str!("shaders/full_screen.wgsl").into()),
        });
        EffectCache { vertex, sampler_layout, samplers, entries: Mutex::default() }
    }

    /// The bind group of the samplers, group 1 of every effect.
    pub(super) fn samplers(&self) -> &wgpu::BindGroup {
        &self.samplers
    }

    pub(super) fn find(&self, key: &Key) -> Option<Arc<Effect>> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.uses += 1;
        let now = entries.uses;
        let (effect, used) = entries.effects.get_mut(key)?;
        *used = now;
        Some(effect.clone())
    }

    /// The effect of another thread if that was quicker.
    pub(super) fn insert(&self, key: Key, effect: Arc<Effect>) -> Arc<Effect> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.uses += 1;
        let now = entries.uses;
        let kept = entries.effects.entry(key).or_insert((effect, now)).0.clone();
        let is_spare = |effect: &Arc<Effect>| Arc::strong_count(effect) == 1;
        let mut spare: Vec<u64> =
            entries.effects.values().filter(|(effect, _)| is_spare(effect)).map(|(_, used)| *used).collect();
        if spare.len() > SPARE_EFFECTS {
            spare.sort_unstable();
            let oldest_kept = spare[spare.len() - SPARE_EFFECTS];
            entries.effects.retain(|_, (effect, used)| !is_spare(effect) || *used >= oldest_kept);
        }
        kept
    }
}

/// Whose text a shader is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Author {
    /// The program's.
    Program,
    /// A person's: it may loop without an end.
    Person,
}

pub(super) fn compile(
    device: &Device,
    cache: &EffectCache,
    desc: &EffectDesc<'_>,
    target: wgpu::TextureFormat,
    cover: Cover,
    author: Author,
) -> Result<Effect, ShaderError> {
    check_limits(device, desc)?;
    let prelude = prelude(desc);
    let text = format!("{prelude}{}", desc.wgsl);
    let wgpu = device.wgpu();

    // A text that cannot be read is handed over as it is: wgpu says what is wrong with it.
    let source = match author {
        Author::Person => wgpu::naga::front::wgsl::parse_str(&text).ok(),
        Author::Program => None,
    };
    let source = match source {
        Some(module) => bounds::source(bounds::bounded(module)?),
        None => wgpu::ShaderSource::Wgsl(text.as_str().into()),
    };
    let scope = wgpu.push_error_scope(ErrorFilter::Validation);
    let module = wgpu.create_shader_module(wgpu::ShaderModuleDescriptor { label: Some(desc.label), source });
    if let Some(error) = pollster::block_on(scope.pop()) {
        let info = pollster::block_on(module.get_compilation_info());
        return Err(ShaderError::of_module(&text, prelude.len(), &info, &error));
    }

    let memory = wgpu.push_error_scope(ErrorFilter::OutOfMemory);
    let internal = wgpu.push_error_scope(ErrorFilter::Internal);
    let scope = wgpu.push_error_scope(ErrorFilter::Validation);
    let layout = wgpu.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
        label: Some(desc.label),
        entries: &layout_entries(desc, cover),
    });
    let pipeline = pipeline(wgpu, cache, desc.label, &module, &layout, target, cover);
    let errors = [
        pollster::block_on(scope.pop()),
        pollster::block_on(internal.pop()),
        pollster::block_on(memory.pop()),
    ];
    if let Some(error) = errors.iter().flatten().next() {
        return Err(ShaderError::of_pipeline(error));
    }
    Ok(Effect {
        label: desc.label.into(),
        pipeline,
        layout,
        inputs: desc.inputs,
        uniform_bytes: desc.uniform_bytes,
    })
}

fn check_limits(device: &Device, desc: &EffectDesc<'_>) -> Result<(), ShaderError> {
    let limits = device.wgpu().limits();
    let most_inputs = limits.max_sampled_textures_per_shader_stage as usize;
    if desc.inputs > most_inputs {
        return Err(ShaderError::without_place(format!(
            "the shader reads {} pictures; this graphics adapter allows {most_inputs}",
            desc.inputs
        )));
    }
    let most_bytes = limits.max_storage_buffer_binding_size;
    if desc.uniform_bytes as u64 > most_bytes {
        return Err(ShaderError::without_place(format!(
            "the shader has {} bytes of uniforms; this graphics adapter allows {most_bytes}",
            desc.uniform_bytes
        )));
    }
    if device.is_lost() {
        return Err(ShaderError::without_place("the graphics adapter is lost"));
    }
    Ok(())
}

fn prelude(desc: &EffectDesc<'_>) -> String {
    let mut text = include_str!("shaders/prelude.wgsl").to_owned();
    if desc.uniform_bytes > 0 {
        text += "@group(0) @binding(0) var<storage, read> u: Uniforms;\n";
    }
    for index in 0..desc.inputs {
        let binding = FIRST_INPUT_BINDING as usize + index;
        text += &format!("@group(0) @binding({binding}) var input{index}: texture_2d<f32>;\n");
    }
    text
}

fn layout_entries(desc: &EffectDesc<'_>, cover: Cover) -> Vec<wgpu::BindGroupLayoutEntry> {
    let visibility = match cover {
        Cover::Screen => wgpu::ShaderStages::FRAGMENT,
        Cover::Points => wgpu::ShaderStages::VERTEX_FRAGMENT,
    };
    let entry = |binding, ty| wgpu::BindGroupLayoutEntry { binding, visibility, ty, count: None };
    let uniforms = NonZeroU64::new(uniform_size(desc.uniform_bytes)).map(|size| {
        entry(
            0,
            wgpu::BindingType::Buffer {
                ty: UNIFORMS,
                has_dynamic_offset: true,
                min_binding_size: Some(size),
            },
        )
    });
    let inputs = (0..desc.inputs as u32).map(|index| {
        entry(
            FIRST_INPUT_BINDING + index,
            wgpu::BindingType::Texture {
                sample_type: wgpu::TextureSampleType::Float { filterable: true },
                view_dimension: wgpu::TextureViewDimension::D2,
                multisampled: false,
            },
        )
    });
    uniforms.into_iter().chain(inputs).collect()
}

/// Bytes that are bound for a struct of uniforms: WGSL rounds structs up to their alignment.
pub(super) fn uniform_size(uniform_bytes: usize) -> u64 {
    (uniform_bytes as u64).next_multiple_of(16)
}

fn pipeline(
    device: &wgpu::Device,
    cache: &EffectCache,
    label: &str,
    module: &wgpu::ShaderModule,
    layout: &wgpu::BindGroupLayout,
    target: wgpu::TextureFormat,
    cover: Cover,
) -> wgpu::RenderPipeline {
    let (vertex, entry_point, topology, blend) = match cover {
        Cover::Screen => (&cache.vertex, "main", wgpu::PrimitiveTopology::TriangleList, None),
        Cover::Points => {
            let over = wgpu::BlendState::PREMULTIPLIED_ALPHA_BLENDING;
            (module, "place", wgpu::PrimitiveTopology::TriangleStrip, Some(over))
        }
    };
    let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: Some(label),
        bind_group_layouts: &[Some(layout), Some(&cache.sampler_layout)],
        immediate_size: 0,
    });
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: Some(label),
        layout: Some(&pipeline_layout),
        vertex: wgpu::VertexState {
            module: vertex,
            entry_point: Some(entry_point),
            compilation_options: Default::default(),
            buffers: &[],
        },
        primitive: wgpu::PrimitiveState { topology, ..Default::default() },
        depth_stencil: None,
        multisample: wgpu::MultisampleState::default(),
        fragment: Some(wgpu::FragmentState {
            module,
            entry_point: Some("main"),
            compilation_options: Default::default(),
            targets: &[Some(wgpu::ColorTargetState { blend, ..target.into() })],
        }),
        multiview_mask: None,
        cache: None,
    })
}

fn samplers(device: &wgpu::Device) -> (wgpu::BindGroupLayout, wgpu::BindGroup) {
    use wgpu::{AddressMode, FilterMode};
    let kinds = [
        (FilterMode::Linear, AddressMode::ClampToEdge),
        (FilterMode::Nearest, AddressMode::ClampToEdge),
        (FilterMode::Linear, AddressMode::Repeat),
        (FilterMode::Linear, AddressMode::MirrorRepeat),
    ];
    let samplers = kinds.map(|(filter, address)| {
        device.create_sampler(&wgpu::SamplerDescriptor {
            label: Some("pastiche"),
            address_mode_u: address,
            address_mode_v: address,
            mag_filter: filter,
            min_filter: filter,
            ..Default::default()
        })
    });
    let layout_entries = [0, 1, 2, 3].map(|binding| wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::FRAGMENT,
        ty: wgpu::BindingType::Sampler(wgpu::SamplerBindingType::Filtering),
        count: None,
    });
    let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
        label: Some("samplers"),
        entries: &layout_entries,
    });
    let entries = [0, 1, 2, 3].map(|index| wgpu::BindGroupEntry {
        binding: index as u32,
        resource: wgpu::BindingResource::Sampler(&samplers[index]),
    });
    let group = device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: Some("samplers"),
        layout: &layout,
        entries: &entries,
    });
    (layout, group)
}
