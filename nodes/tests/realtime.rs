//! The audio halves of all nodes allocate and free nothing while they run.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is how a test fails")]

mod harness;
mod sounds;
mod stand_ins;

use std::sync::{Arc, Mutex};

use harness::{Desc, Picture, Show, gpu};
use pastiche_engine::audio_inputs::{AudioInputError, AudioInputs, Hear, OpenAudioInput, WhichAudioInput};
use pastiche_engine::graph::Given;
use pastiche_engine::options::OptionValue;
use pastiche_engine::port::PortType;
use pastiche_engine::workers::Workers;
use pastiche_testing::allocations::{Counting, counted};
use stand_ins::{BLACK, SIZE_PX, patch};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A line in that hears what the test says.
#[derive(Clone, Default)]
struct Line(Arc<Mutex<Option<Hear>>>);

impl AudioInputs for Line {
    fn open(
        &self,
        _which: &WhichAudioInput,
        hear: &mut dyn FnMut(u32) -> Result<Hear, AudioInputError>,
    ) -> Result<Box<dyn OpenAudioInput>, AudioInputError> {
        *self.0.lock().unwrap() = Some(hear(44_100)?);
        Ok(Box::new(self.clone()))
    }
}

impl OpenAudioInput for Line {
    fn name(&self) -> String {
        "Mixer".into()
    }

    fn loss(&mut self) -> Option<String> {
        None
    }
}

/// Frames after which a sound that comes in must have been heard. The thread that reads it is given
/// way to in each of them.
const MOST_FRAMES: u64 = 20_000;

#[test]
fn what_comes_in_is_played_without_allocation() {
    let line = Line::default();
    let mut show = Show::with(None, Workers::inline(), false, &Desc::new());
    show.preparer.use_audio_inputs(Arc::new(line.clone()));
    show.load(&Desc::new().node("it", "line_in").see("it")).unwrap();
    let (mut sound, mut frame, mut loudest) = ([[0.0_f32; 2]; 800], 0, 0.0_f32);
    while loudest < 0.4 || show.control_of("it", "alive") == 0.0 {
        assert!(frame < MOST_FRAMES, "after {MOST_FRAMES} frames the loudest sample is {loudest}");
        if let Some(hear) = &mut *line.0.lock().unwrap() {
            hear(&[[0.5; 2]; 735]);
        }
        show.step();
        let ((), calls) = counted(|| show.audio.run(frame * 800, &mut sound));
        assert_eq!(calls, 0, "frame {frame}");
        loudest = sound.iter().map(|sample| sample[0].abs()).fold(loudest, f32::max);
        frame += 1;
        std::thread::yield_now();
    }
    assert!(show.control_of("it", "late") > 0.0);
}

#[test]
fn blocks_allocate_nothing() {
    for shape in ["sine", "triangle", "saw", "square"] {
        let desc = Desc::new().node("wave", "lfo").node("tone", "tone").wire("frequency", "wave");
        let desc =
            desc.option("shape", shape).node("soft", "gain").wire("sound", "tone").wire("level", "wave");
        let mut show = Show::with(None, Workers::inline(), true, &desc.see("soft"));
        let mut sound = [[0.0; 2]; 800];
        for frame in 0..20 {
            show.step();
            let ((), calls) = counted(|| show.audio.run(frame * 800, &mut sound));
            assert_eq!(calls, 0, "frame {frame} of a {shape}");
        }
        assert!(sound.iter().any(|sample| sample[0] != 0.0), "a {shape} is silent");
    }
}

#[test]
fn instruments_allocate_nothing() {
    for kind in ["choir", "organ", "keys", "sampler", "soundfont"] {
        let pitches = [60.0, 64.0, 67.0, 48.0, 72.0].map(Given::Number).to_vec();
        let desc = Desc::new().node("tune", "melody").given("pitches", Given::List(pitches));
        let desc = desc.number("every", 0.07).number("length", 3.0);
        let mut desc = desc.node("it", kind).wire("notes", "tune");
        desc.files.0.insert("sound.wav".into(), sounds::wav(44_100, 2, 9000));
        desc.files.0.insert("sounds.sf2".into(), sounds::font());
        desc = match kind {
            "sampler" => desc.option("file", "sound.wav"),
            "soundfont" => desc.option("file", "sounds.sf2"),
            _ => desc.option_value("voices", OptionValue::Number(2.0)),
        };
        let mut show = Show::with(None, Workers::inline(), true, &desc.see("it"));
        let mut sound = [[0.0; 2]; 800];
        let mut loudest = 0.0_f32;
        for frame in 0..60 {
            show.step();
            let ((), calls) = counted(|| show.audio.run(frame * 800, &mut sound));
            assert_eq!(calls, 0, "frame {frame} of {kind}");
            loudest = sound.iter().map(|sample| sample[0].abs()).fold(loudest, f32::max);
        }
        assert!(loudest > 0.001, "{kind} is silent");
    }
}

#[test]
fn what_a_choir_improvises_is_played_without_allocation() {
    let desc = Desc::new().node("often", "every").number("period", 0.5);
    let desc = desc.node("score", "chorale").option_value("bars", OptionValue::Number(1.0));
    let desc = desc.number("density", 8.0).wire("rewrite_bar", "often");
    let mut show =
        Show::with(None, Workers::inline(), true, &desc.node("it", "choir").wire("notes", "score").see("it"));
    let mut sound = [[0.0; 2]; 800];
    let mut loudest = 0.0_f32;
    for frame in 0..90 {
        show.step();
        let ((), calls) = counted(|| show.audio.run(frame * 800, &mut sound));
        assert_eq!(calls, 0, "frame {frame}");
        loudest = sound.iter().map(|sample| sample[0].abs()).fold(loudest, f32::max);
    }
    assert!(loudest > 0.01, "the choir is silent");
}

/// Every kind with sound among its inputs or outputs has an audio half.
#[test]
fn no_audio_half_allocates() {
    let Some(gpu) = gpu() else { return };
    let mut kinds = 0;
    for kind in stand_ins::kinds() {
        let (inputs, outputs) = (kind.spec.inputs, kind.spec.outputs);
        let gives_sound = outputs.iter().any(|output| output.port == PortType::Audio);
        if !gives_sound && inputs.iter().all(|input| input.port != PortType::Audio) {
            continue;
        }
        kinds += 1;
        let desc = patch(kind, &Picture::one_colour(SIZE_PX, BLACK));
        let mut show = Show::with(Some(gpu.clone()), Workers::inline(), true, &desc);
        let (mut sound, mut loudest) = ([[0.0; 2]; 800], 0.0_f32);
        for frame in 0..30 {
            show.step();
            let ((), calls) = counted(|| show.audio.run(frame * 800, &mut sound));
            assert_eq!(calls, 0, "frame {frame} of {}", kind.spec.name);
            loudest = sound.iter().map(|sample| sample[0].abs()).fold(loudest, f32::max);
        }
        // Nothing comes in from outside in a render, and the clip that stands in has no sound.
        let is_heard = gives_sound && !matches!(kind.spec.name, "line_in" | "movie");
        assert!(loudest > 0.0 || !is_heard, "{} is silent", kind.spec.name);
    }
    assert!(kinds >= 25, "{kinds} kinds have an audio half");
}

#[test]
fn controls_allocate_nothing() {
    let mut desc = Desc::new().node("start", "lfo");
    let mut last = "start".to_owned();
    for kind in ["add", "multiply", "sin", "clamp", "lerp", "select", "power", "remainder"] {
        desc = desc.node(kind, kind);
        let input = if kind == "select" { "condition" } else { "a" };
        desc = desc.wire(input, &last);
        last = kind.into();
    }
    let mut show = Show::with(None, Workers::inline(), true, &desc.see(&last));
    show.steps(3);
    let (report, calls) = counted(|| show.report());
    assert!(report.faults.is_empty());
    // What the frame itself needs, whatever the number of nodes.
    assert!(calls <= 4, "{calls} calls of the allocator in a frame of ten nodes");
}
