//! The patch that everything else stands on: a photo goes through the painting network, two styles
//! mixed by a moving control.

mod golden;

use pastiche::engine::gpu::Gpu;
use pastiche::engine::port::{Value, srgb_to_linear};
use pastiche::models::Threads;
use pastiche::models::painting::Painting;
use pastiche::{Pace, Player, PlayerConfig};
use pastiche_testing::{Means, need};

const PATCH: &str = r#"
let photo = picture("astronaut.png");            // relative to the patch
let a     = style(19);                            // by number (0-based, published order) or by name
let b     = style(7);
let k     = lfo(0.25) * 0.5 + 0.5;                // a sine, 0 and rising at time 0, -1..1
let mix   = style_mix([a, b], [1.0 - k, k]);      // weights are controls, used as given
let paint = style_transfer(photo, mix);
let glow  = paint.blur(12.0).blend(paint, #{ mode: "screen", amount: knob("glow", 0.3) });
screen(glow);
"#;

fn player(size_px: [u32; 2], fps: f64, patch: &str) -> Option<Player> {
    let gpu = need(Means::Adapter, Gpu::new())?;
    let mut config = PlayerConfig::new(pastiche::registry().expect("good kinds"), Pace::Offline);
    config.gpu = Some(gpu);
    config.size_px = Some(size_px);
    config.rate = pastiche::engine::clock::FrameRate::from_fps(fps).expect("a rate");
    let mut player = Player::new(config).expect("a player");
    if let Err(error) = player.load_text("contract.rhai", patch) {
        panic!("{error}: {:?}", player.faults().iter().map(ToString::to_string).collect::<Vec<_>>());
    }
    Some(player)
}

fn control(player: &Player, node: &str) -> f64 {
    match player.output(node, "result") {
        Some(Value::Control(value)) => *value,
        other => panic!("{node}: {other:?}"),
    }
}

/// The painting on the wire, as it left the network.
fn painting(player: &Player) -> Vec<u8> {
    match player.output("paint", "image") {
        Some(Value::Frame(Some(frame))) => frame.memory().map(|pixels| pixels.to_srgb8()),
        _ => None,
    }
    .expect("a painting in memory")
}

#[test]
fn it_moves_between_two_painters() {
    // One frame a second: k is 0.5, 1.0, 0.5, 0.0.
    let Some(mut player) = player([128, 72], 1.0, &PATCH.replace("mix);", "mix, #{ height: 512 });")) else {
        return;
    };
    let mut paintings = Vec::new();
    let mut shown = Vec::new();
    for expected in [0.5, 1.0, 0.5, 0.0] {
        player.step();
        assert!((control(&player, "k") - expected).abs() < 1e-9, "k is {}", control(&player, "k"));
        paintings.push(painting(&player));
        shown.push(player.pixels(0).expect("pixels").rgba);
    }
    assert_eq!(paintings[0], paintings[2], "the same mix gives the same painting");
    assert_ne!(paintings[1], paintings[3]);
    let Some(Value::Frame(Some(photo))) = player.output("photo", "image") else { panic!("no photo") };
    let rgba = photo.memory().expect("a photo in memory").to_srgb8();
    let network = Painting::embedded(&Threads::new(2)).expect("good weights");
    for (second, style) in [(1, 7), (3, 19)] {
        let expected =
            network.paint_srgb8(&rgba, photo.size_px(), &network.single_style(style)).expect("painted");
        assert_eq!(paintings[second], expected, "at {second} s it is style {style} alone");
    }
    for (second, rgba) in shown.iter().enumerate() {
        golden::compare("tests/golden", &format!("contract_{second}"), [128, 72], rgba);
    }
}

#[test]
fn names_are_those_of_the_script() {
    let Some(player) = player([64, 36], 30.0, PATCH) else { return };
    let mut names: Vec<String> = player.plan().nodes.iter().map(|node| node.key.to_string()).collect();
    names.sort();
    let expected = [
        "a",
        "b",
        "glow",
        "glow.amount",
        "glow.base",
        "k",
        "k.a",
        "k.a.a",
        "mix",
        "mix.weights[0]",
        "paint",
        "photo",
        "screen",
    ];
    assert_eq!(names, expected);
}

#[test]
fn the_photo_never_goes_up_and_the_painting_never_comes_down() {
    let Some(mut player) = player([64, 36], 30.0, &PATCH.replace("mix);", "mix, #{ height: 64 });")) else {
        return;
    };
    for _ in 0..3 {
        player.step();
    }
    let recorder = player.recorder().expect("a recorder");
    assert_eq!(recorder.uploads(), 3, "only the three paintings are uploaded");
    assert_eq!(recorder.read_backs(), 0);
}

#[test]
fn a_chain_of_ten_effects_stays_on_the_gpu() {
    let patch = "let x = test_card().blur(9).feedback().blend(test_card(), \"add\").grade(#{ hue: 40 }).bloom();\n\
                 let y = x.kaleidoscope().palette().glitch(0.3).echo().vignette();\nscreen(y);\n";
    let Some(mut player) = player([64, 36], 30.0, patch) else { return };
    for _ in 0..5 {
        player.step();
    }
    let recorder = player.recorder().expect("a recorder");
    assert_eq!((recorder.uploads(), recorder.read_backs()), (0, 0));
    assert_eq!(recorder.submits(), 5, "one submit a frame");
}

#[test]
fn an_edit_keeps_feedback_alive() {
    let patch = |light: f64, soften: &str| {
        format!(
            "let light = shader(`\nfn image(uv: vec2f) -> vec4f {{ return vec4f(vec3f({light:.1}), 1.0); }}`);\n\
             let trails = light{soften}.feedback(100);\nscreen(trails);\n"
        )
    };
    let brightness = |player: &mut Player| {
        player.step();
        player.pixels(0).expect("pixels").rgba[0]
    };
    let Some(mut fresh) = player([16, 9], 30.0, &patch(0.0, "")) else { return };
    assert_eq!(brightness(&mut fresh), 0);
    let Some(mut edited) = player([16, 9], 30.0, &patch(1.0, "")) else { return };
    assert_eq!(brightness(&mut edited), 255);
    // Another light, and an effect in the middle of the chain.
    edited.load_text("contract.rhai", &patch(0.0, ".blur(3)")).expect("a good edit");
    assert!(brightness(&mut edited) > 240, "the trails of the light before the edit are still there");
}

#[test]
fn a_network_of_ones_own_paints_and_a_damaged_one_is_refused() {
    let Some(mut player) = player([32, 32], 30.0, "screen(test_card());\n") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name);
    let weights = pastiche::models::painting::EMBEDDED_WEIGHTS;
    std::fs::write(file("own.onnx"), weights).expect("writable");
    std::fs::write(file("damaged.onnx"), &weights[..weights.len() / 2]).expect("writable");
    let patch = |options: &str, model: &str| {
        format!(
            "let photo = picture(\"astronaut.png\");\nlet look = style(19{options});\n\
             let paint = style_transfer(photo, look, #{{ height: 512, model: \"{model}\" }});\nscreen(paint);\n"
        )
    };
    let mut load = |patch: String| {
        std::fs::write(file("own.rhai"), patch).expect("writable");
        let loaded = player.load(file("own.rhai"));
        let faults: Vec<String> = player.faults().iter().map(ToString::to_string).collect();
        loaded.map(|_| player.step()).map_err(|_| faults.join("\n"))
    };
    let report = load(patch(", #{ model: \"own.onnx\" }", "own.onnx")).expect("a good network");
    assert!(report.faults.is_empty(), "{:?}", report.faults);
    // A style of the embedded network is none of one's own.
    let report = load(patch("", "own.onnx")).expect("a good patch");
    assert!(report.faults[0].fault.message.contains("not of `multistyle26`"), "{:?}", report.faults);
    let told = load(patch("", "damaged.onnx")).expect_err("a damaged network");
    assert!(told.contains("`damaged.onnx` is not a painting network"), "{told}");
    let told = load(patch("", "missing.onnx")).expect_err("no network");
    assert!(told.contains("missing.onnx") && told.contains("own.rhai:3:"), "{told}");
}

#[test]
fn a_patch_looks_the_same_at_any_size() {
    let patch = "let soft = test_card().blur(60).blend(test_card(), 0.5);\nscreen(soft.feedback(#{ zoom: 1, rotate: 0 }));\n";
    let picture = |size_px: [u32; 2]| {
        let mut player = player(size_px, 30.0, patch)?;
        for _ in 0..3 {
            player.step();
        }
        // Averages of light over 32x18 tiles.
        let rgba = player.pixels(0).expect("pixels").rgba;
        let (width, tile) = (size_px[0] as usize, (size_px[0] / 32) as usize);
        let mut sums = vec![0.0; 32 * 18 * 3];
        for (at, pixel) in rgba.chunks_exact(4).enumerate() {
            let (x, y) = (at % width / tile, at / width / tile);
            for (channel, byte) in pixel[..3].iter().enumerate() {
                sums[(y * 32 + x) * 3 + channel] += srgb_to_linear(f32::from(*byte) / 255.0);
            }
        }
        Some(sums.into_iter().map(|sum| sum / (tile * tile) as f32).collect::<Vec<f32>>())
    };
    let (Some(small), Some(large)) = (picture([160, 90]), picture([480, 270])) else { return };
    let light = large.iter().sum::<f32>() / large.len() as f32;
    assert!(light > 0.02, "there is nothing to be seen: {light}");
    // A blur repeats the pixel at the edge, whatever a thin frame leaves of it: look inside.
    let inside = |at: &usize| (1..31).contains(&(at / 3 % 32)) && (1..17).contains(&(at / 3 / 32));
    let differences: Vec<f32> =
        (0..small.len()).filter(inside).map(|at| (small[at] - large[at]).abs()).collect();
    let mean = differences.iter().sum::<f32>() / differences.len() as f32;
    assert!(mean < 0.005, "their light differs by {mean:.4}");
}

#[test]
fn the_same_patch_gives_the_same_bytes() {
    let patch =
        PATCH.replace("mix);", "mix, #{ height: 64 });").replace("screen(glow);", "screen(glow.feedback());");
    let run = || {
        let mut player = player([64, 36], 30.0, &patch)?;
        let frames = (0..4).map(|_| {
            player.step();
            player.pixels(0).expect("pixels").rgba
        });
        Some(frames.collect::<Vec<_>>())
    };
    assert_eq!(run(), run());
}

#[test]
fn twenty_thousand_frames_leave_memory_flat() {
    let patch = "screen(test_card().blur(lfo(1) * 20 + 20).feedback());\nspeakers(tone(220).gain(0.1));\n";
    let Some(mut player) = player([16, 16], 60.0, patch) else { return };
    let mut bytes = Vec::new();
    for frame in 0..20_000 {
        player.step();
        if frame % 4000 == 3999 {
            bytes.push(player.recorder().expect("a recorder").gpu().bytes_in_use());
        }
    }
    bytes.dedup();
    assert_eq!(bytes.len(), 1, "bytes in use after every 4000 frames: {bytes:?}");
}
