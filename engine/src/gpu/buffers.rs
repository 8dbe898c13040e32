//! Buffers that a recorder keeps: uniforms of passes, and steps between memory and textures.

use super::handle::Gpu;
use super::pool::Charge;
use crate::fault::Fault;

const CHUNK_BYTES: u64 = 1 << 20;

/// WebGPU allows no adapter a larger alignment of dynamic offsets.
const ALIGNMENT: u64 = 256;

/// Idle buffers are freed after this many frames.
const IDLE_FRAMES: u64 = 120;

/// The uniforms of all passes between two submits, one behind the other. After a submit they start
/// over: the queue writes in order, behind the passes that read the old ones.
#[derive(Default)]
pub(super) struct UniformChunks {
    chunks: Vec<(wgpu::Buffer, Charge)>,
    current: usize,
    bytes: Vec<u8>,
    /// The frame in which the last chunk was last needed.
    last_used_frame: u64,
}

impl UniformChunks {
    /// Where the uniforms lie: chunk and offset.
    pub(super) fn push(&mut self, gpu: &Gpu, uniforms: &[u8]) -> Result<(&wgpu::Buffer, u32), Fault> {
        let size = (uniforms.len() as u64).next_multiple_of(ALIGNMENT);
        if self.bytes.len() as u64 + size > CHUNK_BYTES {
            self.write(gpu);
            self.current += 1;
        }
        if self.current == self.chunks.len() {
            let usage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST;
            self.chunks.push(gpu.make_buffer("uniforms", CHUNK_BYTES, usage)?);
        }
        let offset = self.bytes.len();
        self.bytes.extend_from_slice(uniforms);
        self.bytes.resize(offset + size as usize, 0);
        Ok((&self.chunks[self.current].0, offset as u32))
    }

    /// Hands everything to the queue, ahead of a submit.
    pub(super) fn finish(&mut self, gpu: &Gpu, frame: u64) {
        self.write(gpu);
        if self.current + 1 >= self.chunks.len() {
            self.last_used_frame = frame;
        } else if frame.saturating_sub(self.last_used_frame) > IDLE_FRAMES {
            self.chunks.pop();
            self.last_used_frame = frame;
        }
        self.current = 0;
    }

    fn write(&mut self, gpu: &Gpu) {
        if let (false, Some((chunk, _))) = (self.bytes.is_empty(), self.chunks.get(self.current)) {
            gpu.queue().write_buffer(chunk, 0, &self.bytes);
        }
        self.bytes.clear();
    }
}

/// A buffer of pixels whose rows are padded as copies need it.
pub(super) struct Staging {
    buffer: wgpu::Buffer,
    size_px: [u32; 2],
    row_bytes: u32,
    _charge: Charge,
}

impl Staging {
    pub(super) fn buffer(&self) -> &wgpu::Buffer {
        &self.buffer
    }

    /// Bytes of a row without padding.
    pub(super) fn row_bytes(&self) -> usize {
        self.row_bytes as usize
    }

    /// Bytes from one row to the next.
    pub(super) fn stride(&self) -> u32 {
        self.row_bytes.next_multiple_of(wgpu::COPY_BYTES_PER_ROW_ALIGNMENT)
    }

    pub(super) fn bytes(&self) -> u64 {
        u64::from(self.stride()) * u64::from(self.size_px[1])
    }

    pub(super) fn as_image_copy(&self) -> wgpu::TexelCopyBufferInfo<'_> {
        wgpu::TexelCopyBufferInfo {
            buffer: &self.buffer,
            layout: wgpu::TexelCopyBufferLayout {
                offset: 0,
                bytes_per_row: Some(self.stride()),
                rows_per_image: None,
            },
        }
    }

    pub(super) fn extent(&self) -> wgpu::Extent3d {
        wgpu::Extent3d { width: self.size_px[0], height: self.size_px[1], depth_or_array_layers: 1 }
    }
}

/// Buffers of pixels for one direction, used again.
pub(super) struct StagingPool {
    usage: wgpu::BufferUsages,
    free: Vec<(Staging, u64)>,
}

impl StagingPool {
    pub(super) fn new(usage: wgpu::BufferUsages) -> StagingPool {
        StagingPool { usage, free: Vec::new() }
    }

    /// A buffer for a picture, used before if there is one.
    pub(super) fn take(
        &mut self,
        gpu: &Gpu,
        size_px: [u32; 2],
        bytes_per_pixel: u32,
    ) -> Result<Staging, Fault> {
        gpu.check_size(size_px)?;
        let row_bytes = size_px[0] * bytes_per_pixel;
        let fits = |staging: &Staging| staging.size_px == size_px && staging.row_bytes == row_bytes;
        if let Some(position) = self.free.iter().position(|(staging, _)| fits(staging)) {
            return Ok(self.free.swap_remove(position).0);
        }
        let stride = row_bytes.next_multiple_of(wgpu::COPY_BYTES_PER_ROW_ALIGNMENT);
        let bytes = u64::from(stride) * u64::from(size_px[1]);
        let (buffer, charge) = gpu.make_buffer("pixels", bytes, self.usage)?;
        Ok(Staging { buffer, size_px, row_bytes, _charge: charge })
    }

    /// Takes a buffer back.
    pub(super) fn put(&mut self, staging: Staging, frame: u64) {
        self.free.push((staging, frame));
    }

    /// Frees what has been idle for long.
    pub(super) fn trim(&mut self, frame: u64) {
        self.free.retain(|(_, since)| frame.saturating_sub(*since) <= IDLE_FRAMES);
    }
}
