//! Textures that come back when no one holds them, and the count of their bytes.

use std::collections::HashMap;
use std::fmt;
use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::device::Device;
use crate::fault::Fault;

/// An idle texture is freed after this many frames of one recorder.
const IDLE_FRAMES: u64 = 120;

/// The formats of pooled textures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Format {
    /// A [`Texture`]: linear light, premultiplied.
    LinearHalf,
    /// 8-bit sRGB as it was uploaded, straight alpha, decoded by the texture unit.
    Srgb8,
}

impl Format {
    pub(super) const fn bytes_per_pixel(self) -> u64 {
        match self {
            Format::LinearHalf => 8,
            Format::Srgb8 => 4,
        }
    }

    const fn wgpu(self) -> wgpu::TextureFormat {
        match self {
            Format::LinearHalf => wgpu::TextureFormat::Rgba16Float,
            Format::Srgb8 => wgpu::TextureFormat::Rgba8UnormSrgb,
        }
    }
}

/// A texture of the pool: RGBA16F, linear light, premultiplied. Cheap to clone; it goes back to
/// the pool with its last clone, on any thread.
#[derive(Clone)]
pub struct Texture(Arc<Pooled>);

struct Pooled {
    size_px: [u32; 2],
    format: Format,
    resource: Resource,
    /// The recorder that has written it and not submitted yet, or 0.
    writer: AtomicU64,
    pool: Weak<Pool>,
}

#[derive(Clone)]
struct Resource {
    texture: wgpu::Texture,
    view: wgpu::TextureView,
    _charge: Arc<Charge>,
}

impl Texture {
    /// Width and height in pixels.
    pub fn size_px(&self) -> [u32; 2] {
        self.0.size_px
    }

    /// The whole of it, to sample or to draw into.
    pub fn view(&self) -> &wgpu::TextureView {
        &self.0.resource.view
    }

    /// The texture: bound, drawn into, copied from and to.
    pub fn texture(&self) -> &wgpu::Texture {
        &self.0.resource.texture
    }

    /// A number that no other living texture has.
    pub(super) fn address(&self) -> usize {
        Arc::as_ptr(&self.0) as usize
    }

    /// Whether only the caller holds it.
    pub(super) fn is_unshared(&self) -> bool {
        Arc::strong_count(&self.0) == 1
    }

    pub(super) fn has(&self, size_px: [u32; 2], format: Format) -> bool {
        self.0.size_px == size_px && self.0.format == format
    }

    pub(super) fn writer(&self) -> u64 {
        self.0.writer.load(Ordering::Acquire)
    }

    pub(super) fn set_writer(&self, recorder: u64) {
        self.0.writer.store(recorder, Ordering::Release);
    }

    /// Whether it lives on the device of this pool.
    pub(super) fn is_of(&self, pool: &Arc<Pool>) -> bool {
        Weak::as_ptr(&self.0.pool) == Arc::as_ptr(pool)
    }
}

impl fmt::Debug for Texture {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Texture").field("size_px", &self.size_px()).finish_non_exhaustive()
    }
}

impl Drop for Pooled {
    fn drop(&mut self) {
        if let Some(pool) = self.pool.upgrade() {
            pool.put((self.size_px, self.format), self.resource.clone());
        }
    }
}

/// The idle textures of a device, by size and format.
pub(super) struct Pool {
    idle: Mutex<Idle>,
    ledger: Arc<Ledger>,
}

type Key = ([u32; 2], Format);

#[derive(Default)]
struct Idle {
    /// Frames of all recorders together.
    ticks: u64,
    recorders: u64,
    textures: HashMap<Key, Vec<(Resource, u64)>>,
}

impl Pool {
    pub(super) fn new(budget_bytes: u64) -> Arc<Pool> {
        let ledger = Ledger { bytes: AtomicU64::new(0), budget: AtomicU64::new(budget_bytes) };
        Arc::new(Pool { idle: Mutex::default(), ledger: Arc::new(ledger) })
    }

    pub(super) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// An idle texture, or a new one. Its content is anything.
    pub(super) fn take(
        self: &Arc<Pool>,
        device: &Device,
        size_px: [u32; 2],
        format: Format,
    ) -> Result<Texture, Fault> {
        let resource = match self.take_idle((size_px, format)) {
            Some(resource) => resource,
            None => self.make(device, size_px, format)?,
        };
        let writer = AtomicU64::new(0);
        Ok(Texture(Arc::new(Pooled { size_px, format, resource, writer, pool: Arc::downgrade(self) })))
    }

    /// Counts bytes of a buffer; frees idle textures when there is no room otherwise.
    pub(super) fn charge(&self, bytes: u64) -> Result<Charge, Fault> {
        if let Some(charge) = self.ledger.charge(bytes) {
            return Ok(charge);
        }
        self.trim();
        self.ledger.charge(bytes).ok_or_else(|| {
            let mib = |bytes: u64| bytes.div_ceil(1 << 20);
            Fault::new(
                format!(
                    "pictures would take {} MiB of graphics memory, over the budget of {} MiB",
                    mib(self.ledger.bytes() + bytes),
                    mib(self.ledger.budget())
                ),
                "make the canvas smaller, use fewer nodes, or raise the budget",
            )
        })
    }

    /// Frees the idle textures.
    pub(super) fn trim(&self) {
        let freed = mem::take(&mut self.lock().textures);
        drop(freed);
    }

    /// A recorder has begun: the pool ages as many times faster as there are recorders.
    pub(super) fn add_recorder(&self) {
        self.lock().recorders += 1;
    }

    pub(super) fn remove_recorder(&self) {
        let mut idle = self.lock();
        idle.recorders = idle.recorders.saturating_sub(1);
        let is_last = idle.recorders == 0;
        drop(idle);
        if is_last {
            self.trim();
        }
    }

    /// A recorder has ended a frame: frees what has been idle for long.
    pub(super) fn tick(&self) {
        let mut freed = Vec::new();
        let mut idle = self.lock();
        idle.ticks += 1;
        let (ticks, patience) = (idle.ticks, IDLE_FRAMES * idle.recorders.max(1));
        idle.textures.retain(|_, textures| {
            freed.extend(textures.extract_if(.., |(_, since)| ticks - *since > patience));
            !textures.is_empty()
        });
        // Freed after the lock is given back: the driver may take its time.
        drop(idle);
        drop(freed);
    }

    fn take_idle(&self, key: Key) -> Option<Resource> {
        self.lock().textures.get_mut(&key)?.pop().map(|(resource, _)| resource)
    }

    fn put(&self, key: Key, resource: Resource) {
        let mut idle = self.lock();
        let now = idle.ticks;
        idle.textures.entry(key).or_default().push((resource, now));
    }

    fn make(&self, device: &Device, size_px: [u32; 2], format: Format) -> Result<Resource, Fault> {
        device.check_size(size_px)?;
        let [width, height] = size_px;
        let charge = self.charge(u64::from(width) * u64::from(height) * format.bytes_per_pixel())?;
        let texture = device.make(|device| {
            device.create_texture(&wgpu::TextureDescriptor {
                label: Some("pastiche picture"),
                size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
                mip_level_count: 1,
                sample_count: 1,
                dimension: wgpu::TextureDimension::D2,
                format: format.wgpu(),
                usage: wgpu::TextureUsages::TEXTURE_BINDING
                    | wgpu::TextureUsages::RENDER_ATTACHMENT
                    | wgpu::TextureUsages::COPY_SRC
                    | wgpu::TextureUsages::COPY_DST,
                view_formats: &[],
            })
        })?;
        let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
        Ok(Resource { texture, view, _charge: Arc::new(charge) })
    }

    fn lock(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts bytes.
pub(super) struct Ledger {
    bytes: AtomicU64,
    budget: AtomicU64,
}

impl Ledger {
    pub(super) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    pub(super) fn budget(&self) -> u64 {
        self.budget.load(Ordering::Relaxed)
    }

    pub(super) fn set_budget(&self, bytes: u64) {
        self.budget.store(bytes, Ordering::Relaxed);
    }

    fn charge(self: &Arc<Ledger>, bytes: u64) -> Option<Charge> {
        let fits = |used: u64| used.checked_add(bytes).filter(|sum| *sum <= self.budget());
        self.bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits).ok()?;
        Some(Charge { ledger: self.clone(), bytes })
    }
}

/// Bytes that are counted while it lives.
pub(super) struct Charge {
    ledger: Arc<Ledger>,
    bytes: u64,
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.ledger.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}
