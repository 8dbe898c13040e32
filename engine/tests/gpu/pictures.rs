//! What pictures look like: colours, orientation, filters, and the errors of shaders.

use std::sync::Arc;

use pastiche_engine::gpu::{EffectDesc, Fit, Recorder};
use pastiche_engine::port::{Colour, srgb_to_linear};

use super::{ADD, add, linear, read, shared, srgb8};

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
            assert_eq!(got.len(), expected.len());
            let far = got.iter().zip(&expected).position(|(got, expected)| {
                let off = (got - expected).abs();
                off.is_nan() || off >= 0.003
            });
            assert_eq!(far, None, "{from:?} to {to:?}, {fit:?}");
        }
    }
    let same = recorder.solid(Colour::WHITE, [5, 5]).expect("draws");
    let passes = recorder.passes();
    recorder.fit(&same, [5, 5], Fit::Cover).expect("fits");
    assert_eq!(recorder.passes(), passes, "a picture that has the size already is not drawn again");
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
fn a_copy_changes_its_part_alone() {
    let Some(gpu) = shared() else { return };
    let mut recorder = Recorder::new(&gpu);
    recorder.begin_frame();
    let large = recorder.solid(Colour([0.0, 0.5, 0.0, 1.0]), [5, 4]).unwrap();
    let small = recorder.solid(Colour([1.0, 0.0, 0.25, 0.5]), [2, 3]).unwrap();
    recorder.copy_into(&small, &large, [3, 1]).unwrap();
    let found = read(&mut recorder, &large);
    for (at, pixel) in found.chunks_exact(4).enumerate() {
        let inside = at % 5 >= 3 && at / 5 >= 1;
        let expected = if inside { [1.0, 0.0, 0.25, 0.5] } else { [0.0, 0.5, 0.0, 1.0] };
        assert_eq!(pixel, expected, "pixel {at}");
    }
    for at_px in [[4, 1], [3, 2], [u32::MAX, 0]] {
        assert!(recorder.copy_into(&small, &large, at_px).is_err(), "{at_px:?}");
    }
    recorder.submit().unwrap();
    assert_eq!(gpu.stray_errors(), 0);
}

#[test]
fn points_stand_where_their_shader_puts_them() {
    let Some(gpu) = shared() else { return };
    let desc = EffectDesc {
        label: "points",
        wgsl: "struct Uniforms { side: f32 }
struct Point { @builtin(position) position: vec4f, @location(0) colour: vec4f }
@vertex fn place(@builtin(vertex_index) corner: u32, @builtin(instance_index) point: u32) -> Point {
    let at = textureLoad(input0, vec2u(point, 0u), 0).xy + vec2f(f32(corner & 1u), f32(corner >> 1u));
    let colour = array<vec4f, 2>(vec4f(1.0, 0.0, 0.0, 1.0), vec4f(0.0, 0.0, 0.5, 0.5))[point];
    return Point(vec4f(at.x / u.side * 2.0 - 1.0, 1.0 - at.y / u.side * 2.0, 0.0, 1.0), colour);
}
@fragment fn main(in: Point) -> @location(0) vec4f { return in.colour; }",
        inputs: 1,
        uniform_bytes: 4,
    };
    let points = gpu.points(&desc).unwrap();
    assert!(gpu.points(&EffectDesc { wgsl: "nonsense", ..desc }).is_err());
    let mut recorder = Recorder::new(&gpu);
    recorder.begin_frame();
    // Two points in the same place and, of a third, nothing: only two are asked for.
    let places = recorder.texture(&linear([3, 1], &[2.0, 1.0, 0.0, 0.0].repeat(3))).unwrap();
    let side = bytemuck::bytes_of(&4.0f32);
    let drawn = recorder.draw_points(&points, &[&places], side, 2, [4, 4]).unwrap();
    let found = read(&mut recorder, &drawn);
    for (at, pixel) in found.chunks_exact(4).enumerate() {
        let expected = if at == 4 + 2 { [0.5, 0.0, 0.5, 1.0] } else { [0.0; 4] };
        assert_eq!(pixel, expected, "pixel {at}");
    }
    recorder.submit().unwrap();
    assert_eq!(gpu.stray_errors(), 0);
}
