//! `train`.

use std::fs;

use crate::folder::Folder;

#[test]
fn a_folder_without_a_chorale_trains_nothing_and_says_why() {
    let folder = Folder::new();
    fs::create_dir(folder.path("songs")).unwrap();
    let train = "train chorale --data songs --out w.safetensors";
    folder.run(train).with(1, &["songs", "no MIDI or MusicXML file"]);
    folder.write("songs/cut.mid", "MThd");
    folder.write("songs/page.xml", "<html/>");
    folder.run(train).with(1, &["none of its 2 files", "cut.mid"]);
    assert_eq!(folder.names(""), ["songs"], "nothing is left behind");
}
