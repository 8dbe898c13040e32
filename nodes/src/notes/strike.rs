//! A note with each trigger.

use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::{Control, Note, Notes, Trigger};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Opt, Out, Unit, range};

use crate::note_window::{Ends, Written, midi_pitch, velocity};
use crate::timing::Base;

const TRIGGER: In<Trigger> = In::required("trigger", "Plays a note each time.");
const PITCH: In<Control> = In::control(
    "pitch",
    60.0,
    Unit::Semitones,
    range(36.0, 84.0),
    range(-1.0, 127.0),
    "MIDI pitch, rounded; 60 is middle C, -1 is a rest.",
);
const LENGTH: In<Control> =
    In::control("length", 0.5, Unit::Beats, range(0.0625, 16.0), range(0.0, 1e6), "How long a note sounds.");
const LOUDNESS: In<Control> = In::control(
    "loudness",
    0.75,
    Unit::Ratio,
    range(0.0, 1.0),
    range(0.0, 1.0),
    "How hard notes are struck: the velocity, from 0 to 1.",
);
const NOTES: Out<Notes> = Out::new("notes", "The notes.");

const CHANNEL: Opt<usize> = Opt::whole("channel", 1, range(1.0, 16.0), "MIDI channel, 1 to 16.");
const VOICE: Opt<usize> =
    Opt::whole("voice", 0, range(0.0, 255.0), "Voice, 0 is the highest: soprano, alto, tenor, bass.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "strike",
        category: Category::Notes,
        summary: "Plays a note with each trigger.",
        doc: "Makes notes of any rhythm: of `euclid`, `every`, a button. Triggers come with frames, so a note \
              starts with the frame of its trigger; where every millisecond counts, use `melody`.",
        example: "let pitch = sequence([60, 63, 67, 70], 1);\n\
                  speakers(keys(strike(euclid(5, 8), pitch, 0.25)));\n",
        inputs: &[&TRIGGER.0, &PITCH.0, &LENGTH.0, &LOUDNESS.0],
        options: &[CHANNEL.0, VOICE.0],
        outputs: &[NOTES.0],
        ..NodeSpec::PLAIN
    },
    make: |_, options| {
        Ok(Box::new(Player {
            channel: (options.get(&CHANNEL) as u8).saturating_sub(1),
            voice: options.get(&VOICE) as u8,
            written: Written::default(),
            ends: Ends::default(),
        }))
    },
}];

struct Player {
    channel: u8,
    voice: u8,
    written: Written,
    ends: Ends,
}

impl Node for Player {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let window = self.written.next(ctx, Base::Beats);
        let is_hit = io.trigger(&TRIGGER) > 0;
        let (length, loudness) = (io.control(&LENGTH), io.control(&LOUDNESS));
        let pitch = midi_pitch(io.control(&PITCH));
        let Some(out) = io.notes_out(&NOTES) else { return Ok(()) };
        let now = ctx.beats.now;
        self.ends.end_until(&mut |note| out.push(note), &window, now);
        if let Some(pitch) = pitch.filter(|_| is_hit && length > 0.0 && loudness > 0.0) {
            let (voice, channel) = (self.voice, self.channel);
            let note = Note { sample: 0, pitch, velocity: velocity(loudness), voice, channel, on: true };
            self.ends.start(&mut |note| out.push(note), window.sample(now), note, now + length);
        }
        self.ends.end_until(&mut |note| out.push(note), &window, window.until);
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        self.written = old.written;
        std::mem::swap(&mut self.ends, &mut old.ends);
    }
}
