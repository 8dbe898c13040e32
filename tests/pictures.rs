//! Every node that draws and every patch looks as it did. The pictures of the nodes are those of the
//! reference; `UPDATE_GOLDENS=1` accepts new ones.

mod golden;

use std::fs;
use std::path::Path;
use std::process::Command;

use pastiche::engine::docs::is_pictured;
use pastiche::engine::gpu::Gpu;
use pastiche::{Pace, Player, PlayerConfig};
use pastiche_testing::{Means, find_program, need};

const NODE_PX: [u32; 2] = [160, 90];
const PATCH_PX: [u32; 2] = [128, 72];

/// The frame that is looked at: after half a second.
const FRAME: u64 = 15;

fn open_gpu() -> Option<Gpu> {
    need(Means::Adapter, Gpu::new())
}

/// What a patch shows after half a second.
fn shown(gpu: &Gpu, patch: &Path, size_px: [u32; 2]) -> Vec<u8> {
    let mut config = PlayerConfig::new(pastiche::registry().expect("good kinds"), Pace::Offline);
    config.gpu = Some(gpu.clone());
    config.size_px = Some(size_px);
    let mut player = Player::new(config).expect("a player");
    if let Err(error) = player.load(patch) {
        let faults: Vec<String> = player.faults().iter().map(ToString::to_string).collect();
        panic!("{}: {error}\n{}", patch.display(), faults.join("\n"));
    }
    for _ in 0..=FRAME {
        let report = player.step();
        assert!(report.faults.is_empty(), "{}: {:?}", patch.display(), report.faults);
    }
    player.pixels(0).expect("pixels").rgba
}

#[test]
fn every_node_that_draws_looks_as_in_the_reference() {
    let Some(gpu) = open_gpu() else { return };
    let Some(()) = need(Means::Ffmpeg, find_program("ffmpeg", "-version")) else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let photograph = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/astronaut.png");
    fs::create_dir(folder.path().join("photos")).expect("writable");
    for name in ["picture.png", "photos/one.png", "photos/two.png"] {
        fs::copy(photograph, folder.path().join(name)).expect("writable");
    }
    write_clip(&folder.path().join("clip.mp4"), photograph);
    let registry = pastiche::registry().expect("good kinds");
    for spec in registry.iter().map(|kind| &kind.spec).filter(|spec| is_pictured(spec)) {
        let patch = folder.path().join(format!("{}.rhai", spec.name));
        fs::write(&patch, spec.example).expect("writable");
        golden::compare("docs/pictures/nodes", spec.name, NODE_PX, &shown(&gpu, &patch, NODE_PX));
    }
}

/// A walk over a photograph, as a clip.
fn write_clip(path: &Path, photograph: &str) {
    let walk = "crop=400:225:x=40+30*t:y=40+60*t,format=yuv420p";
    let status = Command::new("ffmpeg")
        .args(["-loglevel", "error", "-loop", "1", "-framerate", "25", "-t", "2", "-i", photograph])
        .args(["-vf", walk, "-c:v", "libx264", "-crf", "12"])
        .arg(path)
        .status();
    assert!(status.expect("it runs").success());
}

#[test]
fn every_patch_looks_as_it_did() {
    let Some(gpu) = open_gpu() else { return };
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts");
    for entry in fs::read_dir(scripts).expect("readable") {
        let path = entry.expect("readable").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("UTF-8");
        if let Some(name) = name.strip_suffix(".rhai").filter(|name| !name.ends_with(".d")) {
            golden::compare("tests/golden/patches", name, PATCH_PX, &shown(&gpu, &path, PATCH_PX));
        }
    }
}
