//! Pastiche inside another program, with that program's own loop and its own wgpu device.
//!
//! ```sh
//! cargo run --example embed
//! ```
//!
//! It opens a device as a host would, plays a patch on it frame by frame, turns a knob, takes what is
//! shown once as a texture and once as pixels, and reads what is wrong with a broken edit while the
//! old version plays on.

use pastiche::engine::gpu::Gpu;
use pastiche::{Error, Pace, Player, PlayerConfig};

const PATCH: &str = r#"
    let card = test_card();
    let soft = card.blur(knob("softness", 0.0, 0, 100));
    screen(soft);
"#;

fn main() -> anyhow::Result<()> {
    let gpu = hosts_own_device()?;
    let mut config = PlayerConfig::new(pastiche::registry()?, Pace::Offline);
    config.gpu = Some(gpu);
    config.size_px = Some([320, 180]);
    let mut player = Player::new(config)?;

    let report = player.load_text("embedded", PATCH)?;
    println!("version {} plays, with {} nodes", player.version(), player.plan().nodes.len());
    anyhow::ensure!(report.version == Some(1));

    // The host's own loop: as many frames as it likes, whenever it likes.
    for _ in 0..3 {
        player.step();
    }
    let sharp = player.pixels(0)?;

    // A knob, as a hand would turn it; it takes effect in the next frame.
    for knob in player.knobs() {
        println!(
            "knob `{}` is {} ({} to {})",
            knob.name, knob.control.value, knob.control.soft.min, knob.control.soft.max
        );
    }
    player.set_knob("softness", 60.0);
    player.step();
    let soft = player.pixels(0)?;
    anyhow::ensure!(sharp.rgba != soft.rgba, "the knob is seen");

    // On the host's device, to be drawn into the host's own window: no read-back.
    let texture = player.present(0)?.ok_or_else(|| anyhow::anyhow!("nothing is shown"))?;
    println!("a texture of {:?} pixels in {:?}", texture.size_px(), texture.texture().format());

    // A broken edit is reported in full, and the old version plays on.
    match player.load_text("embedded", &PATCH.replace("blur", "blurr")) {
        Err(Error::Faults { faults }) => faults.iter().for_each(|fault| println!("{fault}")),
        other => anyhow::bail!("a fault was expected, not {other:?}"),
    }
    player.step();
    println!("version {} plays on, at frame {}", player.version(), player.next_frame());
    Ok(())
}

/// What a host has already: an adapter, a device and a queue of its own.
fn hosts_own_device() -> anyhow::Result<Gpu> {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
    let adapter = pollster::block_on(instance.request_adapter(&wgpu::RequestAdapterOptions::default()))?;
    let descriptor = wgpu::DeviceDescriptor { required_limits: adapter.limits(), ..Default::default() };
    let (device, queue) = pollster::block_on(adapter.request_device(&descriptor))?;
    Ok(Gpu::from_device(adapter.get_info().name, device, queue))
}
