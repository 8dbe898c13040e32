//! Renders a patch without a window: pictures and sound, byte for byte the same every time.
//!
//! ```sh
//! cargo run --example headless -- scripts/opening.rhai /tmp/pictures
//! ```
//!
//! Without arguments it renders half a second of a small patch into a temporary folder.

use std::path::PathBuf;

use pastiche::engine::gpu::Gpu;
use pastiche::{Pace, Player, PlayerConfig};

const PATCH: &str = r#"
    let turn = lfo(1.0);
    screen(test_card().blur(turn * 20 + 20));
    speakers(tone(220 + turn * 40).gain(0.2));
"#;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (patch, folder) = (arguments.next(), arguments.next());
    let temporary = tempfile::tempdir()?;
    let folder = folder.unwrap_or_else(|| temporary.path().to_owned());
    std::fs::create_dir_all(&folder)?;

    let mut config = PlayerConfig::new(pastiche::registry()?, Pace::Offline);
    config.gpu = Some(Gpu::new()?);
    config.size_px = Some([160, 90]);
    let mut player = Player::new(config)?;
    match patch {
        Some(path) => player.load(path)?,
        None => player.load_text("small", PATCH)?,
    };

    let mut loudest = 0.0_f32;
    let mut shown = Vec::new();
    for number in 0..15 {
        player.step();
        loudest = player.sound().iter().flatten().fold(loudest, |loudest, sample| loudest.max(sample.abs()));
        let picture = player.pixels(0)?;
        let [width, height] = picture.size_px;
        let path = folder.join(format!("frame_{number:05}.png"));
        image::save_buffer(&path, &picture.rgba, width, height, image::ColorType::Rgba8)?;
        shown.push(picture.rgba);
    }
    shown.dedup();
    println!(
        "{} different pictures in {}, the loudest sample is {loudest:.3}",
        shown.len(),
        folder.display()
    );
    Ok(())
}
