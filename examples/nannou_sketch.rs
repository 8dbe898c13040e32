//! A nannou sketch over a patch's picture: shapes that follow the patch, drawn with nannou's `Draw`.
//!
//! ```sh
//! cargo run --release --example nannou_sketch
//! ```
//!
//! The patch makes the picture, the sketch draws over it; both are seen in one window, and nothing is
//! copied between them. Turn the knob in the operator's window, or press H for the keys. A sketch reads
//! what runs: a control that reaches neither screen nor speakers does not.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use pastiche::engine::gpu::Gpu;
use pastiche::engine::key::NodeKey;
use pastiche::engine::live::Live;
use pastiche::engine::port::Value;
use pastiche::loader::PatchSource;
use pastiche::on_stage::play_on_stage;
use pastiche::play::PlayJob;
use pastiche::stage::StageConfig;
use pastiche::stage::nannou::geom::Rect;
use pastiche::stage::nannou::prelude::{Draw, Hsla, TAU, Vec2};
use pastiche::{Pace, Player, PlayerConfig, registry};

const PATCH: &str = r#"
    let turn = lfo(0.1, #{ shape: "saw" });
    let petals = knob("petals", 7, #{ min: 3, max: 24 });
    screen(noise().blur(20).kaleidoscope(petals, turn * 180));
"#;

fn main() -> anyhow::Result<()> {
    let gpu = Gpu::new()?;
    let mut config = PlayerConfig::new(registry()?, Pace::Live);
    config.gpu = Some(gpu.clone());
    let player = Player::new(config)?;

    let mut stage = StageConfig::new(gpu);
    stage.title = "A sketch over a patch".into();
    stage.sketch = Some(Box::new(flower));

    let patch = PatchSource::Text { name: "flower".into(), text: PATCH.into() };
    play_on_stage(player, PlayJob::new(patch), stage, Arc::new(AtomicBool::new(false)), |_| {})?;
    Ok(())
}

/// A ring of circles that the patch turns and counts.
fn flower(draw: &Draw, window: Rect, live: &Live) {
    let turn = control(live, "turn", "value") as f32;
    let petals = control(live, "petals", "value").round().max(1.0) as u32;
    let reach = window.h() * 0.3;
    for petal in 0..petals {
        let share = petal as f32 / petals as f32;
        let angle = (share + turn) * TAU;
        draw.ellipse()
            .xy(window.xy() + Vec2::new(angle.cos(), angle.sin()) * reach)
            .radius(reach * 1.6 / petals.max(4) as f32)
            .color(Hsla::new(share * 360.0, 0.8, 0.6, 0.8));
    }
}

fn control(live: &Live, node: &str, output: &str) -> f64 {
    match live.output(&NodeKey::new(node), output) {
        Some(Value::Control(value)) => *value,
        _ => 0.0,
    }
}
