//! Textures, effects and recorders on a real device. A software adapter will do; without any the
//! tests say so and pass.

use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use half::f16;
use pastiche_engine::frame::{Frame, PixelFormat, Pixels};
use pastiche_engine::gpu::{EffectDesc, Fit, Gpu, Presented, Recorder, Texture, WireId};
use pastiche_engine::port::{Colour, srgb_to_linear};

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
    match Gpu::new() {
        Ok(gpu) => Some(gpu),
        Err(error) => {
            eprintln!("SKIPPED, NOTHING IS TESTED: {error}");
            None
        }
    }
}

/// One device for the tests that do not count or break it.
fn shared() -> Option<Gpu> {
    static GPU: OnceLock<Option<Gpu>> = OnceLock::new();
    GPU.get_or_init(open).clone()
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

/// A picture without symmetry.
fn pattern([width, height]: [u32; 2]) -> Vec<f32> {
    let pixel = |x: u32, y: u32| {
        let wave = |a: u32, b: u32| ((x * a + y * b + x * y) % 17) as f32 / 16.0;
        [wave(3, 5), wave(7, 2), wave(1, 11), wave(5, 3)]
    };
    (0..height).flat_map(|y| (0..width).flat_map(move |x| pixel(x, y))).collect()
}

#[test]
fn opaque_srgb_comes_out_as_it_went_in() {
    let Some(gpu) = shared() else { return };
    let mut recorder = Recorder::new(&gpu);
    // Every value in every channel, in an order of its own; 100 pixels a row need padding.
    let size_px = [100, 3];
    let bytes: Vec<u8> = (0..300u32)
        .flat_map(|index| {
            let value = (index % 256) as u8;
            [value, value.wrapping_mul(7), 255 - value, 255]
        })
        .collect();
    let frame = srgb8(size_px, bytes.clone());
    assert_eq!(recorder.presented_pixels(0, &frame, size_px).expect("presents"), bytes);
    assert_eq!(gpu.stray_errors(), 0);
}

#[test]
fn straight_alpha_is_decoded_and_then_premultiplied() {
    let Some(gpu) = shared() else { return };
    let mut recorder = Recorder::new(&gpu);
    let bytes = vec![255, 188, 0, 128, 200, 100, 50, 0, 10, 20, 30, 255, 255, 255, 255, 1];
    let frame = srgb8([2, 2], bytes.clone());
    let texture = recorder.texture(&frame).expect("uploads");
    let got = read(&mut recorder, &texture);
    for (pixel, straight) in got.chunks_exact(4).zip(bytes.chunks_exact(4)) {
        let alpha = f32::from(straight[3]) / 255.0;
        for channel in 0..3 {
            let expected = srgb_to_linear(f32::from(straight[channel]) / 255.0) * alpha;
            assert!((pixel[channel] - expected).abs() < 0.001, "{pixel:?} for {straight:?}");
        }
        assert!((pixel[3] - alpha).abs() < 0.001);
    }
}

#[test]
fn row_0_is_at_the_top() {
    let Some(gpu) = shared() else { return };
    let mut recorder = Recorder::new(&gpu);
    let size_px = [7, 5];
    let source = pattern(size_px);
    let texture = recorder.texture(&linear(size_px, &source)).expect("uploads");
    let effect = gpu.effect(&ADD).expect("compiles");
    let copy = recorder.draw(&effect, &[&texture], &add(0.0), size_px).expect("draws");
    assert_eq!(read(&mut recorder, &copy), source);

    let position = EffectDesc {
        label: "position",
        wgsl: "@fragment fn main(in: Varyings) -> @location(0) vec4f { return vec4f(in.uv, in.position.xy); }",
        inputs: 0,
        uniform_bytes: 0,
    };
    let position = gpu.effect(&position).expect("compiles");
    let drawn = recorder.draw(&position, &[], &[], [4, 2]).expect("draws");
    let got = read(&mut recorder, &drawn);
    assert_eq!(got[..4], [0.125, 0.25, 0.5, 0.5]);
    assert_eq!(got[28..], [0.875, 0.75, 3.5, 1.5]);
}

/// The triangle filter of `Recorder::fit`, in the plainest form.
fn fit_reference(source: &[f32], from: [u32; 2], to: [u32; 2], fit: Fit) -> Vec<f32> {
    let [source_w, source_h] = from.map(f64::from);
    let [target_w, target_h] = to.map(f64::from);
    let (scale_x, scale_y) = (target_w / source_w, target_h / source_h);
    let (left, top, width, height) = match fit {
        Fit::Stretch => (0.0, 0.0, target_w, target_h),
        Fit::Cover => {
            let scale = scale_x.max(scale_y);
            let (width, height) = (source_w * scale, source_h * scale);
            ((target_w - width) / 2.0, (target_h - height) / 2.0, width, height)
        }
        Fit::Contain => {
            let scale = scale_x.min(scale_y);
            let (width, height) = ((source_w * scale).round(), (source_h * scale).round());
            (((target_w - width) / 2.0).floor(), ((target_h - height) / 2.0).floor(), width, height)
        }
    };
    let axis = |at: f64, start: f64, length: f64, count: u32| -> Vec<(usize, f64)> {
        let step = f64::from(count) / length;
        let centre = (at + 0.5 - start) * step - 0.5;
        let radius = step.max(1.0);
        let weight = |tap: i64| (1.0 - (tap as f64 - centre).abs() / radius).max(0.0);
        let taps = (centre - radius).floor() as i64..=(centre + radius).ceil() as i64;
        let sum: f64 = taps.clone().map(weight).sum();
        taps.map(|tap| (tap.clamp(0, i64::from(count) - 1) as usize, weight(tap) / sum)).collect()
    };
    let mut out = Vec::new();
    for y in 0..to[1] {
        for x in 0..to[0] {
            let (x, y) = (f64::from(x), f64::from(y));
            if x + 0.5 < left || x + 0.5 > left + width || y + 0.5 < top || y + 0.5 > top + height {
                out.extend([0.0; 4]);
                continue;
            }
            let across = axis(x, left, width, from[0]);
            let down = axis(y, top, height, from[1]);
            for channel in 0..4 {
                let mut sum = 0.0;
                for (row, weight_y) in &down {
                    for (column, weight_x) in &across {
                        let position = (row * from[0] as usize + column) * 4 + channel;
                        sum += weight_x * weight_y * f64::from(source[position]);
                    }
                }
                out.push(sum as f32);
            }
        }
    }
    out
}

#[test]
fn fit_is_what_a_plain_filter_gives() {
    let Some(gpu) = shared() else { return };
    let mut recorder = Recorder::new(&gpu);
    let cases = [
        ([16, 9], [40, 30]),
        ([40, 30], [16, 9]),
        ([64, 64], [16, 16]),
        ([33, 7], [5, 40]),
        ([9, 30], [20, 4]),
        ([1, 1], [3, 2]),
        ([30, 20], [1, 1]),
    ];
    for (from, to) in cases {
        let source = pattern(from);
        let texture = recorder.texture(&linear(from, &source)).expect("uploads");
        for fit in [Fit::Cover, Fit::Contain, Fit::Stretch] {
            let fitted = recorder.fit(&texture, to, fit).expect("fits");
            let got = read(&mut recorder, &fitted);
            let expected = fit_reference(&source, from, to, fit);
            let worst =
                got.iter().zip(&expected).map(|(got, expected)| (got - expected).abs()).fold(0.0, f32::max);
            assert!(worst < 0.003, "{from:?} to {to:?}, {fit:?}: off by {worst}");
        }
    }
    let same = recorder.solid(Colour::WHITE, [5, 5]).expect("draws");
    let passes = recorder.passes();
    recorder.fit(&same, [5, 5], Fit::Cover).expect("fits");
    assert_eq!(recorder.passes(), passes, "a picture that has the size already is not drawn again");
}

#[test]
fn a_frame_is_uploaded_once_and_read_back_once() {
    let Some(gpu) = shared() else { return };
    let mut recorder = Recorder::new(&gpu);
    let frame = srgb8([4, 4], vec![90; 64]);
    for _ in 0..3 {
        recorder.begin_frame();
        recorder.texture(&frame).expect("uploads");
        recorder.submit().expect("submits");
    }
    assert_eq!(recorder.uploads(), 1);
    assert_eq!(recorder.submits(), 1, "frames without work submit nothing");
    let drawn = Frame::from_texture(recorder.solid(Colour([0.5, 0.25, 2.0, 1.0]), [3, 2]).expect("draws"));
    for _ in 0..2 {
        let pixels = recorder.read_back(WIRE, &drawn, true).expect("reads").expect("waits");
        assert_eq!(values(&pixels), [0.5, 0.25, 2.0, 1.0].repeat(6));
    }
    assert_eq!(recorder.read_backs(), 1);
    assert!(drawn.memory().is_some());
}

#[test]
fn live_read_back_never_waits_and_gives_the_newest() {
    let Some(gpu) = shared() else { return };
    let mut recorder = Recorder::new(&gpu);
    let deadline = Instant::now() + Duration::from_secs(20);
    let mut newest = -1.0;
    let mut shown = 0;
    while newest < 20.0 {
        assert!(Instant::now() < deadline, "nothing newer than {newest}");
        recorder.begin_frame();
        let value = shown as f32;
        let frame = Frame::from_texture(recorder.solid(Colour([value; 4]), [8, 8]).expect("draws"));
        let before = recorder.read_backs();
        // Two nodes read the same wire in the same frame.
        let first = recorder.read_back(WIRE, &frame, false).expect("reads");
        let second = recorder.read_back(WIRE, &frame, false).expect("reads");
        assert!(recorder.read_backs() <= before + 1, "one copy a wire and frame");
        assert_eq!(first.is_some(), second.is_some());
        if let Some(pixels) = first {
            let got = values(&pixels)[0];
            assert!(got >= newest && got < value, "{got} after {newest}, in frame {value}");
            newest = got;
        } else {
            assert_eq!(newest, -1.0, "once there is one there always is one");
        }
        recorder.submit().expect("submits");
        shown += 1;
        thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(recorder.submits(), shown, "one submit a frame");
}

#[test]
fn twenty_thousand_draws_leave_memory_flat() {
    let Some(gpu) = open() else { return };
    let mut recorder = Recorder::new(&gpu);
    let effect = gpu.effect(&ADD).expect("compiles");
    let mut picture = recorder.solid(Colour::BLACK, [16, 16]).expect("draws");
    let mut after_first = 0;
    for frame in 0..200 {
        recorder.begin_frame();
        for _ in 0..100 {
            picture = recorder.draw(&effect, &[&picture], &add(0.0), [16, 16]).expect("draws");
        }
        recorder.submit().expect("submits");
        if frame == 1 {
            after_first = gpu.bytes_in_use();
        }
    }
    assert_eq!(gpu.bytes_in_use(), after_first);
    // Three pictures and one chunk of uniforms.
    assert!(after_first <= 3 * 16 * 16 * 8 + (1 << 20), "{after_first}");

    // Sizes that are not used any more are freed.
    for side in 17..60 {
        recorder.solid(Colour::BLACK, [side, side]).expect("draws");
    }
    for _ in 0..130 {
        recorder.begin_frame();
        picture = recorder.draw(&effect, &[&picture], &add(0.0), [16, 16]).expect("draws");
        recorder.submit().expect("submits");
    }
    assert_eq!(gpu.bytes_in_use(), after_first);
    drop((picture, recorder));
    assert_eq!(gpu.bytes_in_use(), 0);
    assert_eq!(gpu.stray_errors(), 0);
}

#[test]
fn uniforms_of_many_passes_do_not_overwrite_each_other() {
    let Some(gpu) = shared() else { return };
    let mut recorder = Recorder::new(&gpu);
    let effect = gpu.effect(&ADD).expect("compiles");
    let mut picture = recorder.solid(Colour([0.0; 4]), [1, 1]).expect("draws");
    // More than a chunk holds; a sum of small whole numbers is exact.
    for index in 0..5000 {
        let value = if index % 2 == 0 { 3.0 } else { -2.0 };
        picture = recorder.draw(&effect, &[&picture], &add(value), [1, 1]).expect("draws");
        if index == 1001 || index == 3001 {
            let sum = read(&mut recorder, &picture);
            assert_eq!(sum, [(index + 1) as f32 / 2.0; 4]);
        }
        if index % 2 == 1 && index > 3001 {
            // Keep the sum below 2048, up to which halves hold every whole number.
            picture = recorder.draw(&effect, &[&picture], &add(-1.0), [1, 1]).expect("draws");
        }
    }
    assert_eq!(read(&mut recorder, &picture), [1501.0; 4]);
}

#[test]
fn errors_in_a_shader_point_into_its_own_text() {
    let Some(gpu) = shared() else { return };
    let compile = |wgsl: &str| {
        let desc = EffectDesc { label: "broken", wgsl, inputs: 1, uniform_bytes: 0 };
        gpu.effect(&desc).expect_err("does not compile")
    };
    let head = "// ä\n@fragment fn main(in: Varyings) -> @location(0) vec4f {\n";

    let unknown = compile(&format!("{head}    /* äöü */ return sine(in.uv.x);\n}}"));
    assert_eq!((unknown.line, unknown.column, unknown.length), (Some(3), 22, 4), "{unknown:?}");
    assert!(unknown.message.contains("sine"), "{unknown}");

    let mistyped = compile(&format!("{head}    return vec3f(1.0);\n}}"));
    assert_eq!(mistyped.line, Some(3), "{mistyped:?}");

    let unfinished = compile(&format!("{head}    return vec4f(1.0)\n}}"));
    assert_eq!(unfinished.line, Some(4), "{unfinished:?}");
    assert!(!unfinished.message.contains('\n'), "{unfinished}");

    let headless = compile("fn other() {}");
    assert_eq!(headless.line, None);
    assert!(headless.message.contains("main"), "{headless}");

    let twice = compile(&format!("{head}    return vec4f(1.0);\n}}\nvar<private> input0: f32;"));
    assert_eq!(twice.line, Some(5), "{twice:?}");

    let no_uniforms = compile(&format!("{head}    return u.amount;\n}}"));
    assert_eq!((no_uniforms.line, no_uniforms.column, no_uniforms.length), (Some(3), 12, 1));

    let endless = compile(&format!("{head}    /* "));
    assert_eq!(endless.line, Some(3), "{endless:?}");

    let one_channel = compile("@fragment fn main(in: Varyings) -> @location(0) f32 { return 1.0; }");
    assert!(one_channel.message.contains("Float32"), "{one_channel}");

    let uniforms = EffectDesc { uniform_bytes: 4, ..ADD };
    let uniforms = EffectDesc { wgsl: &uniforms.wgsl.replace("vec4f }", "vec4f, more: vec4f }"), ..uniforms };
    assert!(gpu.effect(&uniforms).is_err(), "fewer bytes than the struct has");
    assert_eq!(gpu.stray_errors(), 0);
}

#[test]
fn an_effect_is_compiled_once_for_each_text() {
    let Some(gpu) = shared() else { return };
    let first = gpu.effect(&ADD).expect("compiles");
    let again = gpu.effect(&EffectDesc { label: "other", ..ADD }).expect("compiles");
    assert!(Arc::ptr_eq(&first, &again));
}

#[test]
fn two_recorders_on_one_device_do_not_mix() {
    let Some(gpu) = shared() else { return };
    let effect = gpu.effect(&ADD).expect("compiles");
    let (mut one, mut two) = (Recorder::new(&gpu), Recorder::new(&gpu));
    let kept = one.solid(Colour([1.0; 4]), [2, 2]).expect("draws");
    let sum = one.draw(&effect, &[&kept], &add(1.0), [2, 2]).expect("draws");
    drop(kept);
    // Takes textures of the same size and submits first.
    for value in 0..4 {
        let other = two.solid(Colour([10.0 + value as f32; 4]), [2, 2]).expect("draws");
        let other = two.draw(&effect, &[&other], &add(0.5), [2, 2]).expect("draws");
        assert_eq!(read(&mut two, &other), [10.5 + value as f32; 16]);
    }
    assert!(two.draw(&effect, &[&sum], &add(0.0), [2, 2]).is_err(), "not finished by its own recorder");
    assert_eq!(read(&mut one, &sum), [2.0; 16]);
    assert!(two.draw(&effect, &[&sum], &add(0.0), [2, 2]).is_ok());

    // A picture in memory that both show before either submits.
    let frame = srgb8([1, 1], vec![255, 0, 0, 255]);
    one.texture(&frame).expect("uploads");
    let texture = two.texture(&frame).expect("uploads");
    assert_eq!(read(&mut two, &texture), [1.0, 0.0, 0.0, 1.0]);
}

#[test]
fn a_recorder_that_ends_early_leaves_nothing_undone() {
    let Some(gpu) = shared() else { return };
    let frame = srgb8([1, 1], vec![0, 255, 0, 255]);
    let mut ended = Recorder::new(&gpu);
    let texture = ended.texture(&frame).expect("uploads");
    drop(ended);
    let mut recorder = Recorder::new(&gpu);
    assert_eq!(read(&mut recorder, &texture), [0.0, 1.0, 0.0, 1.0]);
    assert_eq!(recorder.uploads(), 0);
}

#[test]
fn textures_may_be_dropped_on_any_thread() {
    let Some(gpu) = open() else { return };
    let mut recorder = Recorder::new(&gpu);
    for _ in 0..20 {
        let textures: Vec<Texture> =
            (0..10).map(|value| recorder.solid(Colour([value as f32; 4]), [4, 4]).expect("draws")).collect();
        recorder.submit().expect("submits");
        thread::spawn(move || drop(textures)).join().expect("drops");
    }
    assert_eq!(gpu.bytes_in_use(), 10 * 4 * 4 * 8);
    gpu.trim();
    assert_eq!(gpu.bytes_in_use(), 0);
}

#[test]
fn present_shows_the_whole_picture_on_black() {
    let Some(gpu) = shared() else { return };
    let mut recorder = Recorder::new(&gpu);
    let infinite = f32::INFINITY;
    let source =
        [f32::NAN, infinite, -infinite, 1.0, 0.25, -1.0, 9.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0];
    let frame = linear([2, 2], &source);
    let got = recorder.presented_pixels(0, &frame, [4, 2]).expect("presents");
    let black = [0, 0, 0, 255];
    let top = [black, [0, 255, 0, 255], [137, 0, 255, 255], black].concat();
    let bottom = [black, black, [255; 4], black].concat();
    assert_eq!(got, [top, bottom].concat());

    let first = recorder.present(0, &frame, [2, 2]).expect("presents");
    let second = recorder.present(0, &frame, [2, 2]).expect("presents");
    let other = recorder.present(1, &frame, [2, 2]).expect("presents");
    assert!(
        first == second && first != other,
        "a texture of its own for each screen, and the same each frame"
    );
}

#[test]
fn sizes_and_budgets_are_refused_with_a_reason() {
    let Some(gpu) = open() else { return };
    let mut recorder = Recorder::new(&gpu);
    let longest = gpu.max_texture_side();
    assert!(longest >= 8192, "{longest}");
    for size_px in [[0, 4], [4, 0], [longest + 1, 1]] {
        let fault = recorder.solid(Colour::BLACK, size_px).expect_err("refused");
        assert!(fault.message.contains("pixels") && !fault.help.is_empty(), "{fault:?}");
    }
    gpu.set_budget(64 * 64 * 8);
    recorder.solid(Colour::BLACK, [64, 64]).expect("in the budget");
    let fault = recorder.solid(Colour::BLACK, [64, 63]).expect_err("held until the submit");
    assert!(fault.message.contains("budget"), "{fault:?}");
    recorder.submit().expect("submits");
    recorder.solid(Colour::BLACK, [64, 63]).expect("idle textures make room");
    assert_eq!(gpu.stray_errors(), 0);
}

#[test]
fn a_lost_device_is_a_fault() {
    let Some(gpu) = open() else { return };
    let mut recorder = Recorder::new(&gpu);
    let picture = recorder.solid(Colour::WHITE, [4, 4]).expect("draws");
    let frame = Frame::from_texture(picture);
    recorder.submit().expect("submits");
    gpu.device().destroy();
    assert!(recorder.read_back(WIRE, &frame, true).is_err());
    let deadline = Instant::now() + Duration::from_secs(10);
    while !gpu.is_lost() {
        assert!(Instant::now() < deadline, "nobody has noticed");
        recorder.begin_frame();
    }
    let fault = recorder.solid(Colour::WHITE, [4, 4]).expect_err("lost");
    assert!(fault.message.contains("lost"), "{fault:?}");
    assert!(recorder.texture(&srgb8([1, 1], vec![1; 4])).is_err());
    assert!(recorder.submit().is_err());
    assert!(gpu.effect(&ADD).is_err());
}
