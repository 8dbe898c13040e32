//! Notes one after the other, in beats.

use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::options::Options;
use pastiche_engine::port::{Control, List, Note, Notes, Trigger};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Opt, Out, Unit, range};

use crate::note_window::{Ends, Written, midi_pitch, velocity};
use crate::timing::Base;

const PITCHES: In<List<Control>> = In::controls(
    "pitches",
    Unit::Semitones,
    range(36.0, 84.0),
    range(-1.0, 127.0),
    "MIDI pitches in their order, over and over; 60 is middle C, -1 is a rest.",
);
const EVERY: In<Control> = In::control(
    "every",
    1.0,
    Unit::Beats,
    range(0.0625, 16.0),
    range(0.0, 1e6),
    "Length of a step; 0 stands still.",
);
const LENGTH: In<Control> = In::control(
    "length",
    0.9,
    Unit::Ratio,
    range(0.0, 1.0),
    range(0.0, 64.0),
    "Share of a step for which a note sounds; above 1 notes overlap.",
);
const LOUDNESS: In<Control> = In::control(
    "loudness",
    0.75,
    Unit::Ratio,
    range(0.0, 1.0),
    range(0.0, 1.0),
    "How hard notes are struck: the velocity, from 0 to 1.",
);
const RESET: In<Trigger> = In::optional("reset", "Begins again with the first pitch.");
const NOTES: Out<Notes> = Out::new("notes", "The notes.");
const STEP: Out<Control> = Out::new("step", "Number of the step, from 0.");

const CHANNEL: Opt<usize> = Opt::whole("channel", 1, range(1.0, 16.0), "MIDI channel, 1 to 16.");
const VOICE: Opt<usize> =
    Opt::whole("voice", 0, range(0.0, 255.0), "Voice, 0 is the highest: soprano, alto, tenor, bass.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "melody",
        category: Category::Notes,
        summary: "Plays a list of notes in beats.",
        doc: "A step sequencer for notes. Steps lie on the grid of the beat, and each note starts on its \
              sample, not on a frame: two melodies stay together whatever is changed. Each pitch is a control \
              that may move by itself.",
        example: "speakers(keys(melody([60, 67, 64, -1, 72], 0.5)));\n",
        inputs: &[&PITCHES.0, &EVERY.0, &LENGTH.0, &LOUDNESS.0, &RESET.0],
        options: &[CHANNEL.0, VOICE.0],
        outputs: &[NOTES.0, STEP.0],
        ..NodeSpec::PLAIN
    },
    make: |_, options| Ok(Box::new(Melody::new(options))),
}];

struct Melody {
    channel: u8,
    voice: u8,
    state: State,
}

#[derive(Clone, Default)]
struct State {
    written: Written,
    ends: Ends,
    /// The beat at which it begins: 0, or that of the last reset.
    origin: f64,
    step: i64,
}

impl Melody {
    fn new(options: &Options) -> Melody {
        Melody {
            channel: (options.get(&CHANNEL) as u8).saturating_sub(1),
            voice: options.get(&VOICE) as u8,
            state: State::default(),
        }
    }
}

impl Node for Melody {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let state = &mut self.state;
        let window = state.written.next(ctx, Base::Beats);
        if io.trigger(&RESET) > 0 {
            state.origin = ctx.beats.now;
        }
        let count = io.controls(&PITCHES).count() as i64;
        let (every, length, loudness) = (io.control(&EVERY), io.control(&LENGTH), io.control(&LOUDNESS));
        let pitch = |step: i64| io.controls(&PITCHES).nth(step.rem_euclid(count.max(1)) as usize);
        let starts: Vec<(i64, Option<u8>)> =
            window.cells(every, state.origin).map(|step| (step, pitch(step).and_then(midi_pitch))).collect();
        if let Some((step, _)) = starts.last() {
            state.step = *step;
        }
        io.set_control(&STEP, state.step.rem_euclid(count.max(1)) as f64);
        let Some(out) = io.notes_out(&NOTES) else { return Ok(()) };
        for (step, pitch) in starts {
            let at = state.origin + step as f64 * every;
            state.ends.end_until(&mut |note| out.push(note), &window, at);
            let (Some(pitch), true) = (pitch, length > 0.0 && loudness > 0.0) else { continue };
            let (voice, channel) = (self.voice, self.channel);
            let note = Note { sample: 0, pitch, velocity: velocity(loudness), voice, channel, on: true };
            state.ends.start(&mut |note| out.push(note), window.sample(at), note, at + every * length);
        }
        state.ends.end_until(&mut |note| out.push(note), &window, window.until);
        if count == 0 {
            return Err(Fault::new("it has no pitches", "give it a list such as `[60, 64, 67]`"));
        }
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        std::mem::swap(&mut self.state, &mut old.state);
    }
}
