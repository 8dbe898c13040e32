//! The face of a device: what two graphs on it share, the texture pool and the effect cache included.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use thiserror::Error;

use super::device::Device;
use super::effect::{self, Author, Cover, Effect, EffectCache, EffectDesc, Key};
use super::pool::{Charge, Format, Pool, Texture};
use super::shader_error::ShaderError;
use crate::fault::Fault;

/// The most bytes in use unless [`Gpu::set_budget`] says otherwise.
const DEFAULT_BUDGET_BYTES: u64 = 4 << 30;

/// A device and what is shared on it. Cheap to clone.
#[derive(Clone)]
pub struct Gpu(Arc<Shared>);

struct Shared {
    device: Device,
    adapter_name: String,
    /// What our own device was opened with.
    opened_with: Option<(wgpu::Instance, wgpu::Adapter)>,
    pool: Arc<Pool>,
    effects: EffectCache,
    next_recorder: AtomicU64,
}

/// There is no GPU to work with.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{message}; {help}")]
pub struct GpuError {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

impl Gpu {
    /// Opens the fastest graphics adapter, or a software one where there is no other.
    pub fn new() -> Result<Gpu, GpuError> {
        let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
        descriptor.backends = wgpu::Backends::PRIMARY;
        let instance = wgpu::Instance::new(descriptor.with_env());
        let adapter = request_adapter(&instance)?;
        let info = adapter.get_info();
        let (device, queue) = pollster::block_on(adapter.request_device(&device_descriptor(&adapter)))
            .map_err(|error| GpuError {
                message: format!("the graphics adapter \"{}\" cannot be opened: {error}", info.name),
                help: "update its driver, or close other programs that use it".into(),
            })?;
        let gpu = Gpu::with(adapter_label(&info), device, queue, Some((instance, adapter)));
        gpu.0.device.watch();
        Ok(gpu)
    }

    /// Works on an embedder's device. Its handlers of errors and of a lost device stay as they
    /// are; the embedder's own tells of the loss with [`Gpu::report_lost`].
    pub fn from_device(adapter_name: impl Into<String>, device: wgpu::Device, queue: wgpu::Queue) -> Gpu {
        Gpu::with(adapter_name.into(), device, queue, None)
    }

    fn with(
        adapter_name: String,
        device: wgpu::Device,
        queue: wgpu::Queue,
        opened_with: Option<(wgpu::Instance, wgpu::Adapter)>,
    ) -> Gpu {
        Gpu(Arc::new(Shared {
            pool: Pool::new(DEFAULT_BUDGET_BYTES),
            effects: EffectCache::new(&device),
            device: Device::new(device, queue),
            adapter_name,
            opened_with,
            next_recorder: AtomicU64::new(1),
        }))
    }

    /// The device.
    pub fn device(&self) -> &wgpu::Device {
        self.0.device.wgpu()
    }

    /// The queue.
    pub fn queue(&self) -> &wgpu::Queue {
        self.0.device.queue()
    }

    /// What the adapter calls itself.
    pub fn adapter_name(&self) -> &str {
        &self.0.adapter_name
    }

    /// What the device was opened with, for a window that shows its pictures; `None` on an
    /// embedder's device.
    pub fn opened_with(&self) -> Option<(&wgpu::Instance, &wgpu::Adapter)> {
        self.0.opened_with.as_ref().map(|(instance, adapter)| (instance, adapter))
    }

    /// Whether the processor does the work of a graphics card; an embedder's device is taken for one.
    pub fn is_software(&self) -> bool {
        self.opened_with().is_some_and(|(_, adapter)| adapter.get_info().device_type == wgpu::DeviceType::Cpu)
    }

    /// The longest side of a picture, in pixels.
    pub fn max_texture_side(&self) -> u32 {
        self.0.device.max_texture_side()
    }

    /// Bytes of all textures and buffers made here, idle ones of the pool included.
    pub fn bytes_in_use(&self) -> u64 {
        self.0.pool.ledger().bytes()
    }

    /// The most bytes that may be in use.
    pub fn budget_bytes(&self) -> u64 {
        self.0.pool.ledger().budget()
    }

    /// Sets the most bytes that may be in use; what is over it already stays.
    pub fn set_budget(&self, bytes: u64) {
        self.0.pool.ledger().set_budget(bytes);
    }

    /// Frees the idle textures of the pool.
    pub fn trim(&self) {
        self.0.pool.trim();
    }

    /// Waits until the device has done everything that it was given.
    ///
    /// # Errors
    /// When the device is lost.
    pub fn wait(&self) -> Result<(), Fault> {
        self.poll(wgpu::PollType::wait_indefinitely())
    }

    /// Whether the device is gone: driver crash, unplugged, suspended.
    pub fn is_lost(&self) -> bool {
        self.0.device.is_lost()
    }

    /// Tells that the device is gone, from the handler of whoever owns it.
    pub fn report_lost(&self) {
        self.0.device.report_lost();
    }

    /// Errors that reached no one since the start; 0 but for a bug. Only counted on our own device.
    pub fn stray_errors(&self) -> u64 {
        self.0.device.stray_errors()
    }

    pub(super) fn pool(&self) -> &Arc<Pool> {
        &self.0.pool
    }

    pub(super) fn effects(&self) -> &EffectCache {
        &self.0.effects
    }

    pub(super) fn next_recorder(&self) -> u64 {
        self.0.next_recorder.fetch_add(1, Ordering::Relaxed)
    }

    /// A fault when the device is gone.
    pub(super) fn check_alive(&self) -> Result<(), Fault> {
        self.0.device.check_alive()
    }

    /// A fault when a picture cannot have this size.
    pub(super) fn check_size(&self, size_px: [u32; 2]) -> Result<(), Fault> {
        self.0.device.check_size(size_px)
    }

    /// Makes something of which the device may run out.
    pub(super) fn make<T>(&self, make: impl FnOnce(&wgpu::Device) -> T) -> Result<T, Fault> {
        self.0.device.make(make)
    }

    /// Lets the device call back, and waits as long as `how` says.
    pub(super) fn poll(&self, how: wgpu::PollType) -> Result<(), Fault> {
        self.0.device.poll(how)
    }

    /// A texture of the pool, or a new one. Its content is anything.
    pub(super) fn take_texture(&self, size_px: [u32; 2], format: Format) -> Result<Texture, Fault> {
        self.0.pool.take(&self.0.device, size_px, format)
    }

    /// A buffer, counted. Fails over the budget and over the adapter's limit.
    pub(super) fn make_buffer(
        &self,
        label: &str,
        size: u64,
        usage: wgpu::BufferUsages,
    ) -> Result<(wgpu::Buffer, Charge), Fault> {
        let charge = self.pool().charge(size)?;
        let descriptor =
            wgpu::BufferDescriptor { label: Some(label), size, usage, mapped_at_creation: false };
        Ok((self.make(|device| device.create_buffer(&descriptor))?, charge))
    }

    /// Compiles an effect, or finds the one compiled before from the same text. Takes milliseconds:
    /// call it while a node is built.
    pub fn effect(&self, desc: &EffectDesc<'_>) -> Result<Arc<Effect>, ShaderError> {
        self.effect_into(desc, wgpu::TextureFormat::Rgba16Float)
    }

    /// As [`Gpu::effect`], for a text that a person has written: it may loop without an end, and then stops
    /// after 65,536 rounds a pixel.
    ///
    /// # Errors
    /// Also where its variables take more than 64 KiB a pixel.
    pub fn bounded_effect(&self, desc: &EffectDesc<'_>) -> Result<Arc<Effect>, ShaderError> {
        self.effect_of(desc, wgpu::TextureFormat::Rgba16Float, Cover::Screen, Author::Person)
    }

    pub(super) fn effect_into(
        &self,
        desc: &EffectDesc<'_>,
        target: wgpu::TextureFormat,
    ) -> Result<Arc<Effect>, ShaderError> {
        self.effect_over(desc, target, Cover::Screen)
    }

    pub(super) fn effect_over(
        &self,
        desc: &EffectDesc<'_>,
        target: wgpu::TextureFormat,
        cover: Cover,
    ) -> Result<Arc<Effect>, ShaderError> {
        self.effect_of(desc, target, cover, Author::Program)
    }

    fn effect_of(
        &self,
        desc: &EffectDesc<'_>,
        target: wgpu::TextureFormat,
        cover: Cover,
        author: Author,
    ) -> Result<Arc<Effect>, ShaderError> {
        let cache = &self.0.effects;
        let (wgsl, inputs, uniform_bytes) = (desc.wgsl.into(), desc.inputs, desc.uniform_bytes);
        let key = Key { wgsl, inputs, uniform_bytes, target, cover, author };
        if let Some(effect) = cache.find(&key) {
            return Ok(effect);
        }
        let effect = Arc::new(effect::compile(&self.0.device, cache, desc, target, cover, author)?);
        Ok(cache.insert(key, effect))
    }
}

impl fmt::Debug for Gpu {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Gpu")
            .field("adapter_name", &self.adapter_name())
            .field("bytes_in_use", &self.bytes_in_use())
            .field("is_lost", &self.is_lost())
            .finish_non_exhaustive()
    }
}

fn request_adapter(instance: &wgpu::Instance) -> Result<wgpu::Adapter, GpuError> {
    let request = |force_fallback_adapter| {
        pollster::block_on(instance.request_adapter(&wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            force_fallback_adapter,
            compatible_surface: None,
        }))
    };
    request(false).or_else(|_| request(true)).map_err(|error| GpuError {
        message: format!("there is no graphics adapter: {error}"),
        help: "install a Vulkan driver; one in software will do \
               (Debian and Ubuntu: `apt install mesa-vulkan-drivers`)"
            .into(),
    })
}

fn device_descriptor(adapter: &wgpu::Adapter) -> wgpu::DeviceDescriptor<'static> {
    let limits = adapter.limits();
    let base = if wgpu::Limits::default().check_limits(&limits) {
        wgpu::Limits::default()
    } else {
        wgpu::Limits::downlevel_defaults()
    };
    wgpu::DeviceDescriptor {
        label: Some("pastiche"),
        required_limits: wgpu::Limits {
            max_texture_dimension_2d: limits.max_texture_dimension_2d,
            max_buffer_size: limits.max_buffer_size,
            ..base
        },
        ..Default::default()
    }
}

fn adapter_label(info: &wgpu::AdapterInfo) -> String {
    format!("{} ({})", info.name, info.backend)
}
