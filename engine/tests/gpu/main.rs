//! Textures, effects and recorders on a real device. A software adapter will do.

mod life;
mod pictures;

use std::sync::OnceLock;

use half::f16;
use pastiche_engine::frame::{Frame, PixelFormat, Pixels};
use pastiche_engine::gpu::{EffectDesc, Gpu, GpuError, Presented, Recorder, Texture, WireId};
use pastiche_testing::{Means, need};

const WIRE: WireId = WireId { node: 1, output: 0 };

/// Adds the uniform to the picture.
const ADD: EffectDesc<'static> = EffectDesc {
    label: "add",
    wgsl: "struct Uniforms { add: vec4f }
@fragment fn main(in: Varyings) -> @location(0) vec4f {
    return textureSample(input0, nearest_sampler, in.uv) + u.add;
}",
    inputs: 1,
    uniform_bytes: 16,
};

const fn assert_send<T: Send>() {}
const fn assert_shared<T: Send + Sync>() {}
const _: () = assert_send::<Recorder>();
const _: () = assert_shared::<(Gpu, Texture, Presented)>();

fn open() -> Option<Gpu> {
    need(Means::Adapter, Gpu::new())
}

/// One device for the tests that do not count or break it.
fn shared() -> Option<Gpu> {
    static GPU: OnceLock<Result<Gpu, GpuError>> = OnceLock::new();
    need(Means::Adapter, GPU.get_or_init(Gpu::new).clone())
}

fn srgb8(size_px: [u32; 2], bytes: Vec<u8>) -> Frame {
    Frame::from_pixels(Pixels::new(size_px, PixelFormat::Srgb8, bytes).expect("the size fits"))
}

fn linear(size_px: [u32; 2], values: &[f32]) -> Frame {
    let bytes = values.iter().flat_map(|value| f16::from_f32(*value).to_le_bytes()).collect();
    Frame::from_pixels(Pixels::new(size_px, PixelFormat::LinearHalf, bytes).expect("the size fits"))
}

fn values(pixels: &Pixels) -> Vec<f32> {
    assert_eq!(pixels.format(), PixelFormat::LinearHalf);
    pixels.bytes().chunks_exact(2).map(|bytes| f16::from_le_bytes([bytes[0], bytes[1]]).to_f32()).collect()
}

fn read(recorder: &mut Recorder, texture: &Texture) -> Vec<f32> {
    let frame = Frame::from_texture(texture.clone());
    values(&recorder.read_back(WIRE, &frame, true).expect("reads").expect("waits"))
}

fn add(value: f32) -> [u8; 16] {
    bytemuck::cast([value; 4])
}
