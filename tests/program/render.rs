//! `render`.

use std::fs;

use pastiche::engine::gpu::Gpu;
use pastiche_testing::{Means, ffmpeg_is_there, need};

use crate::folder::{Ended, Folder};

/// Sound that moves, and a picture; needs no graphics adapter.
const PATCH: &str = "screen(picture(\"astronaut.png\"));\nspeakers(tone(220 + lfo(3) * 100));\n";

#[test]
fn the_same_patch_gives_the_same_bytes() {
    let folder = Folder::with(PATCH);
    for out in ["one", "two"] {
        folder.run(&format!("render a.rhai --out {out} --seconds 0.17 --size 48x27")).good();
    }
    let one = folder.contents("one");
    let names: Vec<&str> = one.iter().map(|(name, _)| name.as_str()).collect();
    let frames =
        ["frame_00000.png", "frame_00001.png", "frame_00002.png", "frame_00003.png", "frame_00004.png"];
    assert_eq!(names[..5], frames);
    assert_eq!(names[5..], ["sound.wav"]);
    assert!(one == folder.contents("two"));
    let picture = image::load_from_memory(&one[0].1).unwrap();
    assert_eq!((picture.width(), picture.height()), (48, 27));
    let sound = hound::WavReader::open(folder.path("one/sound.wav")).unwrap();
    assert_eq!(sound.duration(), 5 * 1600);
}

#[test]
fn a_patch_that_sings_has_its_score_beside_its_sound() {
    let sings = "tempo(120);\nlet score = chorale(#{ bars: 1 });\nspeakers(choir(score, 1));\n";
    let folder = Folder::with(sings);
    for out in ["one", "two"] {
        folder.run(&format!("render a.rhai --out {out} --seconds 1.3 --size 8x8")).good();
    }
    let bytes = fs::read(folder.path("one/score.mid")).unwrap();
    assert!(bytes == fs::read(folder.path("two/score.mid")).unwrap());
    let smf = midly::Smf::parse(&bytes).unwrap();
    let mut lengths = Vec::new();
    for track in &smf.tracks {
        let (mut tick, mut sounding, mut starts) = (0, Vec::new(), 0);
        for event in track {
            tick += event.delta.as_int();
            let midly::TrackEventKind::Midi { message, .. } = event.kind else { continue };
            match message {
                midly::MidiMessage::NoteOn { key, .. } => {
                    // A sixteenth of 480 ticks a beat.
                    assert!(tick.is_multiple_of(120) && sounding.is_empty(), "{tick}");
                    sounding.push(key);
                    starts += 1;
                }
                midly::MidiMessage::NoteOff { key, .. } => assert_eq!(sounding.pop(), Some(key)),
                _ => {}
            }
        }
        assert!(sounding.is_empty(), "each note ends");
        lengths.push((tick, starts > 0));
    }
    // 1.3 seconds of two beats each.
    assert_eq!(lengths, [(1248, false), (1248, true), (1248, true), (1248, true), (1248, true)]);
    // A patch without a choir has no score, and removes the one of the render before.
    folder.write("b.rhai", PATCH);
    folder.run("render b.rhai --out one --seconds 0.04 --size 8x8 --force").good();
    assert_eq!(folder.names("one"), ["frame_00000.png", "sound.wav"]);
}

#[test]
fn the_opening_plays_in_an_empty_folder() {
    // It glows.
    let Some(_) = need(Means::Adapter, Gpu::new()) else { return };
    let folder = Folder::new();
    folder.run("render --out o --seconds 0.04 --size 32x32").good();
    assert_eq!(folder.names("o"), ["frame_00000.png", "score.mid", "sound.wav"]);
}

#[test]
fn somebody_elses_files_are_left_alone() {
    let folder = Folder::with(PATCH);
    fs::create_dir(folder.path("o")).unwrap();
    folder.write("o/mine.txt", "mine");
    folder.write("o/frame_00099.png", "old");
    let render = "render a.rhai --out o --seconds 0.07 --size 16x16";
    folder.run(render).with(1, &["o is not empty", "--force"]);
    assert_eq!(folder.names("o"), ["frame_00099.png", "mine.txt"]);
    folder.run(&format!("{render} --force")).good();
    assert_eq!(
        folder.names("o"),
        ["frame_00000.png", "frame_00001.png", "frame_00099.png", "mine.txt", "sound.wav"]
    );
    folder.run("render a.rhai --out a.rhai").with(1, &["a.rhai is a file"]);
}

#[test]
fn what_cannot_be_is_told_and_nothing_is_left_behind() {
    let folder = Folder::with(PATCH);
    folder.run("render a.rhai --out o --size 0x10").with(1, &["0x10", "from 1 to"]);
    folder.run("render a.rhai --out o --size 10x100000").with(1, &["10x100000"]);
    folder.run("render a.rhai --out o --seconds 0").with(1, &["no frame"]);
    folder.run("render a.rhai --out o --seconds 1e9").with(1, &["sound file"]);
    folder.run("render none.rhai --out o").with(1, &["there is no patch none.rhai"]);
    folder.run("render a.rhai --out o --take none.take").with(1, &["none.take"]);
    folder.write("b.rhai", "screen(nothing);\n");
    folder.run("render b.rhai --out o").with(1, &["b.rhai:1:8"]);
    assert!(!folder.path("o").exists());
}

#[test]
fn a_movie_is_whole_or_not_there() {
    let folder = Folder::with(PATCH);
    let arguments = "render a.rhai --out m/a.mp4 --seconds 0.2 --size 33x17";
    let mut without = folder.command(arguments.split(' '));
    let ended: Ended = without.env("PATH", folder.path("")).output().unwrap().into();
    ended.with(1, &["ffmpeg", "install"]);
    assert!(folder.names("m").is_empty());
    let Some(()) = ffmpeg_is_there() else { return };
    folder.run(arguments).good();
    assert_eq!(folder.names("m"), ["a.mp4"]);
    folder.run(arguments).with(1, &["there already", "--force"]);
    folder.run(&format!("{arguments} --force")).good();
}

#[test]
fn a_clip_without_its_program_names_the_package() {
    let folder = Folder::with("screen(movie(\"a.mp4\"));\n");
    folder.write("a.mp4", "whatever");
    let mut without = folder.command(["check", "a.rhai"]);
    let ended: Ended = without.env("PATH", folder.path("")).output().unwrap().into();
    ended.with(1, &["`ffprobe` is missing", "apt install ffmpeg", "a.rhai:1:"]);
    folder.run("check a.rhai").with(1, &["the clip `a.mp4` cannot be played"]);
}

#[test]
fn a_render_records_the_same_each_time_and_writes_nothing_over() {
    let record = "record(picture(\"astronaut.png\"), #{ folder: \"takes\", format: \"frames\" });\n";
    let folder = Folder::with(record);
    folder.run("check a.rhai").good();
    assert!(!folder.path("takes").exists(), "a check writes nothing");
    for out in ["one", "two"] {
        folder.run(&format!("render a.rhai --out {out} --seconds 0.1 --size 16x16")).good();
    }
    assert_eq!(folder.names("takes"), ["recording_001", "recording_002"]);
    let frames = folder.contents("takes/recording_001");
    assert_eq!(frames.len(), 3);
    assert!(frames == folder.contents("takes/recording_002"));
    folder.write("b.rhai", record.replace("takes", "../takes"));
    folder.run("check b.rhai").with(1, &["outside the patch's folder", "--allow"]);
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_whole_files() {
    let folder = Folder::with(PATCH);
    let arguments = "render a.rhai --out o --seconds 3000 --size 16x16".split(' ');
    let child = folder.command(arguments).stderr(std::process::Stdio::piped()).spawn().unwrap();
    folder.wait_for("frame 3", || folder.path("o/frame_00003.png").exists());
    crate::show::interrupt(&child);
    let ended = Ended::from(child.wait_with_output().unwrap());
    ended.with(130, &["stopped after"]);
    let contents = folder.contents("o");
    let (sound, frames) = contents.split_last().unwrap();
    assert_eq!(sound.0, "sound.wav");
    for (number, (name, bytes)) in frames.iter().enumerate() {
        assert_eq!(*name, format!("frame_{number:05}.png"));
        image::load_from_memory(bytes).unwrap();
    }
    let sound = hound::WavReader::open(folder.path("o/sound.wav")).unwrap();
    assert_eq!(sound.duration() as usize, frames.len() * 1600);
}
