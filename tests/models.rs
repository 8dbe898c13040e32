//! A network is loaded once, whoever asks for it, and not at all by a patch that names none.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is how a test fails")]

use std::fs;
use std::path::Path;

use pastiche::loader::PatchSource;
use pastiche::{Error, Pace, Player, PlayerConfig, registry};
use pastiche_models::loads;
use pastiche_models::painting::EMBEDDED_WEIGHTS;

fn player() -> Player {
    let mut config = PlayerConfig::new(registry().unwrap(), Pace::Offline);
    config.watch = false;
    Player::new(config).unwrap()
}

/// Loads the patch with this text, and gives the number of networks that were loaded for it.
fn load(player: &mut Player, patch: &Path, text: &str) -> u64 {
    fs::write(patch, text).unwrap();
    let before = loads();
    player.load_source(PatchSource::File(patch.to_owned())).unwrap();
    player.step();
    loads() - before
}

// All in one test: the loads of the whole process are counted.
#[test]
fn a_network_is_loaded_once_for_all_who_name_it() {
    let folder = tempfile::tempdir().unwrap();
    let patch = folder.path().join("a.rhai");
    fs::write(folder.path().join("own.onnx"), EMBEDDED_WEIGHTS).unwrap();
    let mut player = player();
    let plain = "let n = lfo(0.5);\nspeakers(tone(220 + n * 9));\n";
    assert_eq!(load(&mut player, &patch, plain), 0, "a patch that names no network");
    let named = "speakers(tone(220));\nscreen(style_transfer(picture(\"astronaut.png\"), style(3), 1.0, #{ height: 32 }));\n";
    let own = "let a = style(1, #{ model: \"own.onnx\" });\nlet b = style(2, #{ model: \"own.onnx\" });\n\
               let p = picture(\"astronaut.png\");\n\
               let one = style_transfer(p, style_mix([a, b], [0.5, 0.5]), 1.0, #{ model: \"own.onnx\", height: 32 });\n";
    let shown = "screen(one);\n";
    assert_eq!(load(&mut player, &patch, &format!("{own}{shown}")), 1, "checked and made");
    assert_eq!(load(&mut player, &patch, &format!("{own}{shown}// saved\n")), 0, "saved again");
    let more = own.replace("style(1,", "style(4,").replace("height: 32", "height: 40");
    assert_eq!(load(&mut player, &patch, &format!("{more}{shown}")), 0, "other options");
    assert_eq!(load(&mut player, &patch, named), 1, "the embedded one");
    let two = format!(
        "{named}screen(style_transfer(picture(\"astronaut.png\"), style(5), 1.0, #{{ height: 40 }}));\n"
    );
    assert_eq!(load(&mut player, &patch, &two), 0, "for a second painter");
    let of_a_picture = "let p = picture(\"astronaut.png\");\n\
                        screen(style_transfer(p, style_mix([style_of(p), style_of(p)], [0.5, 0.5]), 1.0, #{ height: 32 }));\n";
    assert_eq!(
        load(&mut player, &patch, of_a_picture),
        1,
        "the networks for pictures, beside those of the painter"
    );
    let singers =
        "let c = chorale();\nspeakers(organ(chorale(#{ temperature: 0.5 })));\nspeakers(organ(c));\n";
    assert_eq!(load(&mut player, &patch, singers), 1, "two choirs");
    fs::write(folder.path().join("own.onnx"), &EMBEDDED_WEIGHTS[..1000]).unwrap();
    fs::write(&patch, format!("{own}{shown}")).unwrap();
    let Err(Error::Faults { faults }) = player.load_source(PatchSource::File(patch.clone())) else {
        panic!("a fault was expected");
    };
    let text: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert!(text[0].contains("`own.onnx` is not a painting network"), "{text:?}");
}
