//! Each instrument against what is known of it: its pitch, its level, its silence, no clicks, no alias.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is how a test fails")]

mod harness;
mod sounds;

use std::f64::consts::TAU;

use harness::{Desc, Show};
use pastiche_engine::graph::Given;
use pastiche_engine::options::OptionValue;
use pastiche_engine::port::PortType;
use pastiche_engine::spec::NodeSpec;
use pastiche_engine::workers::Workers;
use pastiche_testing::ffmpeg_is_there;

const RATE: f64 = 48_000.0;

/// Every kind that makes sound of notes.
fn instruments() -> Vec<&'static str> {
    let is_instrument = |spec: &NodeSpec| {
        spec.inputs.iter().any(|input| input.port == PortType::Notes)
            && spec.outputs.iter().any(|output| output.port == PortType::Audio)
    };
    let kinds = pastiche_nodes::kinds().map(|kind| &kind.spec).filter(|spec| is_instrument(spec));
    let names: Vec<_> = kinds.map(|spec| spec.name).collect();
    assert!(names.len() >= 5, "{names:?}");
    names
}

/// A melody into an instrument, in its plainest sound.
fn patch(kind: &str, pitches: &[f64], every: f64, length: f64) -> Desc {
    let pitches = Given::List(pitches.iter().copied().map(Given::Number).collect());
    let desc = Desc::new().node("tune", "melody").given("pitches", pitches);
    let desc = desc.number("every", every).number("length", length).node("it", kind).wire("notes", "tune");
    match kind {
        "choir" => desc.number("ensemble", 0.0).number("vibrato", 0.0).number("breath", 0.0),
        "sampler" => {
            let mut desc = desc.option("file", "sound.wav").option_value("root", OptionValue::Number(69.0));
            desc.files.0.insert("sound.wav".into(), sounds::wav(44_100, 1, 4 * 44_100));
            desc
        }
        "soundfont" => {
            let mut desc = desc.option("file", "sounds.sf2");
            desc.files.0.insert("sounds.sf2".into(), sounds::font());
            desc
        }
        _ => desc,
    }
}

/// What is heard on the left.
fn heard(desc: &Desc, secs: f64) -> Vec<f64> {
    let mut show = Show::with(None, Workers::inline(), true, &desc.clone().see("it"));
    let mut sound = Vec::new();
    for _ in 0..(secs * 60.0) as usize {
        show.step();
        sound.extend(show.sound().iter().map(|sample| f64::from(sample[0])));
    }
    sound
}

fn hz(pitch: f64) -> f64 {
    440.0 * ((pitch - 69.0) / 12.0).exp2()
}

/// Strength and phase of a frequency, seen through a Hann window.
fn spectrum_at(sound: &[f64], hz: f64) -> (f64, f64) {
    let length = sound.len() as f64;
    let (mut real, mut imaginary) = (0.0, 0.0);
    for (at, sample) in sound.iter().enumerate() {
        let window = 0.5 - 0.5 * (TAU * at as f64 / length).cos();
        let turn = TAU * hz * at as f64 / RATE;
        real += sample * window * turn.cos();
        imaginary -= sample * window * turn.sin();
    }
    (real.hypot(imaginary) * 4.0 / length, imaginary.atan2(real))
}

/// How far a sound is from a frequency, by the turning of its phase.
fn cents_off(sound: &[f64], expected_hz: f64) -> f64 {
    let hop = 2400;
    let phase = |from: usize| spectrum_at(&sound[from..from + 9600], expected_hz).1;
    let expected = TAU * expected_hz * hop as f64 / RATE;
    let turned = phase(24_000 + hop) - phase(24_000) - 0.0;
    let rest = (turned - expected + std::f64::consts::PI).rem_euclid(TAU) - std::f64::consts::PI;
    // The window moves with the sound, so that a tone in tune turns by exactly what is expected.
    let hz = expected_hz + rest / TAU * RATE / hop as f64;
    1200.0 * (hz / expected_hz).log2()
}

fn largest_step(sound: &[f64]) -> f64 {
    sound.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f64::max)
}

fn decibels(ratio: f64) -> f64 {
    20.0 * ratio.max(1e-12).log10()
}

#[test]
fn every_instrument_has_its_pitch() {
    for kind in instruments() {
        for pitch in [45.0, 57.0, 69.0, 76.0] {
            let sound = heard(&patch(kind, &[pitch], 1e6, 1.0), 1.0);
            let off = cents_off(&sound, hz(pitch));
            eprintln!("{kind} at {pitch}: {off:.2} cents");
            assert!(off.abs() < 3.0, "{kind} at {pitch}: {off} cents off");
        }
    }
    let drone = Desc::new().node("it", "drone").number("pitch", 45.0).number("spread", 0.0);
    let drone = drone.number("motion", 0.0).number("fifth", 0.0);
    let off = cents_off(&heard(&drone, 1.0), hz(45.0));
    assert!(off.abs() < 3.0, "drone: {off} cents off");
}

#[test]
fn every_instrument_has_a_level_and_ends_in_silence() {
    for kind in instruments() {
        for pitch in [48.0, 60.0, 72.0] {
            // A second of sound, and then none.
            let sound = heard(&patch(kind, &[pitch, -1.0, -1.0, -1.0, -1.0, -1.0], 2.0, 0.5), 5.0);
            let body = &sound[4800..24_000];
            let power = (body.iter().map(|sample| sample * sample).sum::<f64>() / body.len() as f64).sqrt();
            let peak = sound.iter().fold(0.0_f64, |most, sample| most.max(sample.abs()));
            eprintln!("{kind} at {pitch}: {:.1} dB, peak {:.1} dB", decibels(power), decibels(peak));
            // A sampler plays what it is given. The others can take each other's place without a hand at the level.
            let allowed = match (kind, pitch) {
                ("sampler", _) => -18.0..-15.0,
                (_, 48.0) => -26.5..-21.5,
                _ => -42.0..-15.0,
            };
            assert!(allowed.contains(&decibels(power)), "{kind} at {pitch}: {} dB", decibels(power));
            assert!(decibels(peak) < -1.0, "{kind} at {pitch}: peak {peak}");
            assert!(sound[4 * 48_000..].iter().all(|sample| *sample == 0.0), "{kind} does not fall silent");
        }
    }
}

#[test]
fn nothing_clicks_when_notes_stop_or_make_room() {
    for kind in ["choir", "organ", "keys", "sampler"] {
        let tune = [60.0, 67.0, 64.0, 72.0, 55.0, 62.0, 69.0];
        let with = |voices: f64| {
            let desc = patch(kind, &tune, 0.15, 3.5).option_value("voices", OptionValue::Number(voices));
            largest_step(&heard(&desc, 3.0))
        };
        let (plenty, few) = (with(32.0), with(2.0));
        eprintln!("{kind}: largest step {plenty:.4} with room for all, {few:.4} with room for two");
        assert!(few < 1.25 * plenty + 0.01, "{kind}: {few} where the sound itself has {plenty}");
        // A note that stops in the middle.
        let held = heard(&patch(kind, &[64.0], 1e6, 1.0), 0.5);
        let stopped = heard(&patch(kind, &[64.0, -1.0, -1.0], 0.5, 0.31), 0.5);
        let (held, stopped) = (largest_step(&held), largest_step(&stopped));
        assert!(stopped < 1.1 * held + 0.003, "{kind}: {stopped} where the sound itself has {held}");
    }
}

/// The strongest of what is no overtone, in decibels below the strongest overtone.
fn alias(sound: &[f64], hz: f64) -> f64 {
    let length = 4800;
    let sound = &sound[12_000..12_000 + length];
    let bin = RATE / length as f64;
    let (mut overtone, mut other) = (0.0_f64, 0.0_f64);
    for number in 4..length / 2 {
        let at = number as f64 * bin;
        let nearest = (2.0 * at / hz).round().max(1.0) * hz / 2.0;
        // An organ has an octave below its pitch.
        let is_overtone = (at - nearest).abs() < 6.0 * bin || at < 0.5 * hz;
        let (strength, _) = spectrum_at(sound, at);
        if is_overtone { overtone = overtone.max(strength) } else { other = other.max(strength) }
    }
    assert!(overtone > 1e-4, "nothing is heard at {hz} Hz");
    decibels(other / overtone)
}

/// Strings are left out: they are linear, and what lies beside their overtones is their stiffness.
#[test]
fn overtones_do_not_fold_back() {
    for kind in ["choir", "organ", "sampler"] {
        let of = |pitch: f64| alias(&heard(&patch(kind, &[pitch], 1e6, 1.0), 0.4), hz(pitch));
        let worst = [74.0, 86.0, 93.0].map(of).into_iter().fold(f64::NEG_INFINITY, f64::max);
        eprintln!("{kind}: the worst alias lies {worst:.0} dB under the strongest overtone");
        assert!(worst < -45.0, "{kind}: {worst} dB");
    }
}

#[test]
fn a_choir_is_wide_and_never_the_same_twice_in_a_note() {
    let desc = patch("choir", &[60.0], 1e6, 1.0).number("ensemble", 0.6).number("vibrato", 0.3);
    let mut show = Show::with(None, Workers::inline(), true, &desc.clone().see("it"));
    let mut differ = 0.0_f32;
    for _ in 0..60 {
        show.step();
        for [left, right] in show.sound() {
            differ = differ.max((left - right).abs());
        }
    }
    assert!(differ > 0.01, "{differ}");
}

#[test]
fn slices_play_their_piece_at_its_own_speed() {
    // Four pieces of a tenth of a second with levels of their own.
    let mut wav = sounds::wav(48_000, 1, 19_200);
    let data = wav.len() - 2 * 19_200;
    for at in 0..19_200 {
        let level = [2000_i16, 4000, 8000, 16_000][at / 4800];
        wav[data + 2 * at..data + 2 * at + 2].copy_from_slice(&level.to_le_bytes());
    }
    let mut desc = patch("sampler", &[62.0, 60.0], 0.5, 0.9).number("attack", 0.001).number("level", 1.0);
    desc.files.0.insert("sound.wav".into(), wav);
    let desc = desc.option_value("slices", OptionValue::Number(4.0));
    let desc = desc.option_value("root", OptionValue::Number(60.0));
    let sound = heard(&desc, 0.5);
    let (third, first) = (sound[3000], sound[12_000 + 3000]);
    assert!((third / first - 4.0).abs() < 0.05, "{third} and {first}");
    assert_eq!(sound[6000], 0.0, "the piece is over");
}

#[test]
fn recordings_are_played_from_every_kind_of_file() {
    let Some(()) = ffmpeg_is_there() else { return };
    let wav = sounds::wav(44_100, 2, 4 * 44_100);
    let kinds = [
        ("sound.flac", "flac", "flac"),
        ("sound.ogg", "libvorbis", "ogg"),
        ("sound.wav", "pcm_s24le", "wav"),
    ];
    for (name, codec, format) in kinds {
        let bytes = harness::files::ffmpeg(&["-i", "pipe:0", "-c:a", codec], format, &wav);
        let play = |bytes: &[u8]| {
            let mut desc = patch("sampler", &[76.0], 1e6, 1.0);
            desc.files.0.clear();
            desc.files.0.insert(name.into(), bytes.to_vec());
            desc.option("file", name)
        };
        let off = cents_off(&heard(&play(&bytes), 1.0), hz(76.0));
        assert!(off.abs() < 3.0, "{name}: {off} cents off");
        let mut empty = Show::with(None, Workers::inline(), true, &Desc::new());
        let fault = empty.load(&play(&bytes[..20]).see("it")).unwrap_err().remove(0);
        assert!(fault.message.contains(name), "{fault}");
        assert!(!fault.help.is_empty(), "{fault}");
    }
}
