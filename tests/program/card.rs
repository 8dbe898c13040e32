//! The sound card: ALSA's null device stands in for one.

use crate::folder::Folder;

/// A default device that exists and cannot be opened, as with ALSA's plug-ins where there is no card.
pub const CLOSED: &str = "pcm.!default { type hw card 31 hint { show on description \"Closed\" } }\n\
                          defaults.namehint.showall on\n";

/// The command that plays with this configuration of ALSA.
fn played(folder: &Folder, alsa: &str) -> (String, usize) {
    folder.write("asound.conf", alsa);
    let arguments =
        "play a.rhai --headless --fps 30 --size 32x32 --stats stats.jsonl --seconds 1.5".split(' ');
    let mut command = folder.command(arguments);
    let output = command.env("ALSA_CONFIG_PATH", folder.path("asound.conf")).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{told}");
    let stats = std::fs::read_to_string(folder.path("stats.jsonl")).unwrap();
    (told, stats.lines().count())
}

#[test]
fn a_card_plays_and_the_time_goes_by_it() {
    let folder = Folder::with("speakers(keys(melody([60, 64, 67], 0.25)));\n");
    let (told, frames) = played(&folder, "pcm.!default { type null }\nctl.!default { type null }\n");
    assert!(told.contains("sound: playing on"), "{told}");
    assert!(frames >= 10, "{frames} frames of 45");
}

#[test]
fn a_card_that_cannot_be_opened_is_reported_once() {
    let folder = Folder::with("speakers(keys(melody([60, 64, 67], 0.25)));\n");
    let (told, frames) = played(&folder, CLOSED);
    assert_eq!(told.matches("playing silently until there is one").count(), 1, "{told}");
    assert!(frames >= 10, "{frames} frames of 45");
}

#[test]
fn without_a_card_the_show_goes_on_and_says_so() {
    let folder = Folder::with("speakers(keys(melody([60, 64, 67], 0.25)));\n");
    let (told, frames) = played(&folder, "# No devices.\n");
    assert_eq!(told.matches("playing silently until there is one").count(), 1, "{told}");
    assert!(frames >= 10, "{frames} frames of 45");
}
