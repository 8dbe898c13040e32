//! Records the GPU work of one running graph, and submits it once a frame.

use std::collections::HashSet;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::buffers::{Staging, StagingPool, UniformChunks};
use super::effect::{Effect, EffectDesc, FIRST_INPUT_BINDING, uniform_size};
use super::handle::Gpu;
use super::pool::{Format, Texture};
use super::read_backs::ReadBacks;
use super::screens::Screens;
use crate::fault::Fault;
use crate::port::Colour;

/// How long an answer of the device is waited for. A software adapter may take seconds.
const PATIENCE: Duration = Duration::from_secs(30);
const POLL_SLICE: Duration = Duration::from_millis(200);

/// Records the GPU work of one running graph, from its render thread: [`Recorder::begin_frame`],
/// the nodes in order, [`Recorder::submit`].
///
/// A picture may be given to the recorder of another graph after the submit of the frame in which
/// it was made.
pub struct Recorder {
    pub(super) gpu: Gpu,
    pub(super) id: u64,
    frame: u64,
    encoder: Option<wgpu::CommandEncoder>,
    /// What unsubmitted commands use. Nothing of it may go back to the pool: another recorder could
    /// take it and submit first.
    held: Vec<Texture>,
    held_addresses: HashSet<usize>,
    uniforms: UniformChunks,
    pub(super) uploads: StagingPool,
    /// Upload buffers that unsubmitted commands read.
    uploading: Vec<Staging>,
    pub(super) downloads: StagingPool,
    pub(super) read_backs: ReadBacks,
    pub(super) screens: Screens,
    pub(super) built_in: BuiltIn,
    pub(super) counts: Counts,
}

/// What a recorder has done since it began.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) uploads: u64,
    pub(super) read_backs: u64,
    pub(super) passes: u64,
    pub(super) submits: u64,
}

/// The engine's own effects, compiled when they are first used.
#[derive(Default)]
pub(super) struct BuiltIn {
    pub(super) premultiply: Option<Arc<Effect>>,
    pub(super) fit: Option<Arc<Effect>>,
    pub(super) encode: Option<Arc<Effect>>,
    pub(super) glance: Option<Arc<Effect>>,
}

impl Recorder {
    /// A recorder for one graph.
    pub fn new(gpu: &Gpu) -> Recorder {
        gpu.pool().add_recorder();
        let to_texture = wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST;
        let to_memory = wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ;
        Recorder {
            gpu: gpu.clone(),
            id: gpu.next_recorder(),
            frame: 0,
            encoder: None,
            held: Vec::new(),
            held_addresses: HashSet::new(),
            uniforms: UniformChunks::default(),
            uploads: StagingPool::new(to_texture),
            uploading: Vec::new(),
            downloads: StagingPool::new(to_memory),
            read_backs: ReadBacks::default(),
            screens: Screens::default(),
            built_in: BuiltIn::default(),
            counts: Counts::default(),
        }
    }

    /// The device it records for.
    pub fn gpu(&self) -> &Gpu {
        &self.gpu
    }

    /// Starts a frame: takes in what has been read back meanwhile, and frees what is not used any
    /// more.
    pub fn begin_frame(&mut self) {
        self.frame += 1;
        // A lost device is reported by whatever is recorded next.
        let _ = self.gpu.poll(wgpu::PollType::Poll);
        self.read_backs.forget(self.frame);
        self.screens.forget(self.frame);
        self.uploads.trim(self.frame);
        self.downloads.trim(self.frame);
    }

    /// Ends a frame: hands everything recorded to the queue, in one submit.
    pub fn submit(&mut self) -> Result<(), Fault> {
        self.flush();
        self.gpu.pool().tick();
        self.gpu.check_alive()
    }

    /// Hands everything recorded to the queue and waits until it is drawn: to measure, or to hand a
    /// picture to somebody who does not wait.
    pub fn finish(&mut self) -> Result<(), Fault> {
        let submission = self.flush();
        self.gpu.pool().tick();
        self.wait(submission, || Some(()))
    }

    /// Draws an effect into a new picture. The bytes of the uniforms are in WGSL's layout.
    pub fn draw(
        &mut self,
        effect: &Effect,
        inputs: &[&Texture],
        uniforms: &[u8],
        size_px: [u32; 2],
    ) -> Result<Texture, Fault> {
        let target = self.take(size_px, Format::LinearHalf)?;
        self.draw_into(target.view(), effect, inputs, uniforms)?;
        Ok(target)
    }

    /// A picture of one colour.
    pub fn solid(&mut self, colour: Colour, size_px: [u32; 2]) -> Result<Texture, Fault> {
        let target = self.take(size_px, Format::LinearHalf)?;
        let [r, g, b, a] = colour.0.map(f64::from);
        let pass = begin_pass(self.encoder(), target.view(), "solid", wgpu::Color { r, g, b, a });
        drop(pass);
        self.counts.passes += 1;
        Ok(target)
    }

    /// Pictures uploaded from memory, in all.
    pub fn uploads(&self) -> u64 {
        self.counts.uploads
    }

    /// Pictures copied to memory, in all.
    pub fn read_backs(&self) -> u64 {
        self.counts.read_backs
    }

    /// Render passes recorded, in all.
    pub fn passes(&self) -> u64 {
        self.counts.passes
    }

    /// Submits to the queue, in all.
    pub fn submits(&self) -> u64 {
        self.counts.submits
    }

    /// The number of the frame, from 1.
    pub(super) fn frame(&self) -> u64 {
        self.frame
    }

    /// A texture to write, held until the submit.
    pub(super) fn take(&mut self, size_px: [u32; 2], format: Format) -> Result<Texture, Fault> {
        self.gpu.check_alive()?;
        // One that this frame is done with will do: our commands run in order.
        let done = |texture: &&Texture| texture.is_unshared() && texture.has(size_px, format);
        let texture = match self.held.iter().find(done) {
            Some(texture) => texture.clone(),
            None => self.gpu.take_texture(size_px, format)?,
        };
        self.hold(&texture);
        texture.set_writer(self.id);
        Ok(texture)
    }

    /// Keeps a texture out of the pool until the submit.
    pub(super) fn hold(&mut self, texture: &Texture) {
        if self.held_addresses.insert(texture.address()) {
            self.held.push(texture.clone());
        }
    }

    /// Whether commands of this recorder may read a texture: it is on the same device, and no other
    /// recorder is about to write it.
    pub(super) fn may_read(&self, texture: &Texture) -> bool {
        let writer = texture.writer();
        texture.is_of(self.gpu.pool()) && (writer == 0 || writer == self.id)
    }

    pub(super) fn uploading(&mut self, staging: Staging) {
        self.uploading.push(staging);
    }

    pub(super) fn encoder(&mut self) -> &mut wgpu::CommandEncoder {
        let device = self.gpu.device();
        self.encoder.get_or_insert_with(|| {
            device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("frame") })
        })
    }

    pub(super) fn draw_into(
        &mut self,
        target: &wgpu::TextureView,
        effect: &Effect,
        inputs: &[&Texture],
        uniforms: &[u8],
    ) -> Result<(), Fault> {
        self.draw_vertices(target, effect, inputs, uniforms, 0..3, 0..1)
    }

    pub(super) fn draw_vertices(
        &mut self,
        target: &wgpu::TextureView,
        effect: &Effect,
        inputs: &[&Texture],
        uniforms: &[u8],
        vertices: Range<u32>,
        instances: Range<u32>,
    ) -> Result<(), Fault> {
        self.gpu.check_alive()?;
        check_arguments(effect, inputs, uniforms)?;
        for input in inputs {
            if !self.may_read(input) {
                return Err(foreign_picture());
            }
            self.hold(input);
        }
        let mut offsets = Vec::new();
        let mut entries = Vec::with_capacity(1 + inputs.len());
        if !uniforms.is_empty() {
            let (buffer, offset) = self.uniforms.push(&self.gpu, uniforms)?;
            offsets.push(offset);
            let size = wgpu::BufferSize::new(uniform_size(uniforms.len()));
            entries.push(wgpu::BindGroupEntry {
                binding: 0,
                resource: wgpu::BindingResource::Buffer(wgpu::BufferBinding { buffer, offset: 0, size }),
            });
        }
        entries.extend(inputs.iter().zip(FIRST_INPUT_BINDING..).map(|(input, binding)| {
            wgpu::BindGroupEntry { binding, resource: wgpu::BindingResource::TextureView(input.view()) }
        }));
        let group = self.gpu.device().create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(effect.label()),
            layout: effect.layout(),
            entries: &entries,
        });
        let gpu = self.gpu.clone();
        let mut pass = begin_pass(self.encoder(), target, effect.label(), wgpu::Color::TRANSPARENT);
        pass.set_pipeline(effect.pipeline());
        pass.set_bind_group(0, &group, &offsets);
        pass.set_bind_group(1, gpu.effects().samplers(), &[]);
        pass.draw(vertices, instances);
        drop(pass);
        self.counts.passes += 1;
        Ok(())
    }

    /// Submits what is recorded. `None` when nothing is.
    pub(super) fn flush(&mut self) -> Option<wgpu::SubmissionIndex> {
        let encoder = self.encoder.take()?;
        self.uniforms.finish(&self.gpu, self.frame);
        let submission = self.gpu.queue().submit([encoder.finish()]);
        self.counts.submits += 1;
        self.held_addresses.clear();
        for texture in self.held.drain(..) {
            if texture.writer() == self.id {
                texture.set_writer(0);
            }
        }
        for staging in self.uploading.drain(..) {
            self.uploads.put(staging, self.frame);
        }
        self.read_backs.map();
        Some(submission)
    }

    /// Waits until a question about a submission is answered.
    pub(super) fn wait<T>(
        &self,
        submission: Option<wgpu::SubmissionIndex>,
        mut answer: impl FnMut() -> Option<T>,
    ) -> Result<T, Fault> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let timeout = Some(POLL_SLICE);
            self.gpu.poll(wgpu::PollType::Wait { submission_index: submission.clone(), timeout })?;
            if let Some(answer) = answer() {
                return Ok(answer);
            }
            if Instant::now() > deadline {
                return Err(Fault::new(
                    format!("the graphics adapter has not answered for {} seconds", PATIENCE.as_secs()),
                    "look for an endless loop in a shader, or make the canvas smaller",
                ));
            }
        }
    }

    /// One of the engine's own effects.
    pub(super) fn built_in(
        &mut self,
        slot: fn(&mut BuiltIn) -> &mut Option<Arc<Effect>>,
        desc: &EffectDesc<'_>,
        target: wgpu::TextureFormat,
    ) -> Result<Arc<Effect>, Fault> {
        if let Some(effect) = slot(&mut self.built_in) {
            return Ok(effect.clone());
        }
        let effect = self.gpu.effect_into(desc, target).map_err(|error| {
            Fault::new(
                format!("the graphics adapter cannot run the shader \"{}\": {error}", desc.label),
                "update its driver",
            )
        })?;
        Ok(slot(&mut self.built_in).insert(effect).clone())
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        // Uploads stay cached in frames that outlive this recorder, so they have to happen.
        if !self.gpu.is_lost() {
            self.flush();
            // Some drivers crash when their device goes while it still works.
            let wait = wgpu::PollType::Wait { submission_index: None, timeout: Some(PATIENCE) };
            let _ = self.gpu.poll(wait);
        }
        self.gpu.pool().remove_recorder();
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Recorder").field("counts", &self.counts).finish_non_exhaustive()
    }
}

pub(super) fn foreign_picture() -> Fault {
    Fault::new(
        "the picture belongs to another graphics adapter, or to a graph that has not finished it",
        "wait for the next frame",
    )
}

fn check_arguments(effect: &Effect, inputs: &[&Texture], uniforms: &[u8]) -> Result<(), Fault> {
    if inputs.len() == effect.inputs() && uniforms.len() == effect.uniform_bytes() {
        return Ok(());
    }
    Err(Fault::new(
        format!(
            "the effect \"{}\" takes {} pictures and {} bytes of uniforms, not {} and {}",
            effect.label(),
            effect.inputs(),
            effect.uniform_bytes(),
            inputs.len(),
            uniforms.len()
        ),
        "this is a fault of the node: report it",
    ))
}

fn begin_pass<'a>(
    encoder: &'a mut wgpu::CommandEncoder,
    view: &wgpu::TextureView,
    label: &str,
    clear: wgpu::Color,
) -> wgpu::RenderPass<'a> {
    encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
        label: Some(label),
        color_attachments: &[Some(wgpu::RenderPassColorAttachment {
            view,
            depth_slice: None,
            resolve_target: None,
            ops: wgpu::Operations { load: wgpu::LoadOp::Clear(clear), store: wgpu::StoreOp::Store },
        })],
        ..Default::default()
    })
}
