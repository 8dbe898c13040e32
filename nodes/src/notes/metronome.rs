//! Clicks on the beat.

use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::{Control, Note, Notes};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::note_window::{Ends, Written, velocity};
use crate::timing::Base;

const BAR: In<Control> = In::control(
    "bar",
    4.0,
    Unit::Beats,
    range(1.0, 12.0),
    range(1.0, 1024.0),
    "Beats in a bar, rounded; its first is louder and higher.",
);
const LOUDNESS: In<Control> = In::control(
    "loudness",
    0.6,
    Unit::Ratio,
    range(0.0, 1.0),
    range(0.0, 1.0),
    "How hard the beats are struck, from 0 to 1; at 0 none is.",
);
const NOTES: Out<Notes> = Out::new("notes", "A short note on each beat.");

/// Wood blocks of General MIDI's percussion, on its channel.
const HIGH: u8 = 76;
const LOW: u8 = 77;
const PERCUSSION: u8 = 9;
const CLICK_SECS: f64 = 0.05;

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "metronome",
        category: Category::Notes,
        summary: "Clicks on the beat.",
        doc: "Plays the high and low wood block of General MIDI (pitches 76 and 77, channel 10) on the beats of \
              the patch's tempo, for any instrument.",
        example: "tempo(96);\nspeakers(keys(metronome(3), #{ decay: 0.2 }));\n",
        inputs: &[&BAR.0, &LOUDNESS.0],
        outputs: &[NOTES.0],
        ..NodeSpec::PLAIN
    },
    make: |_, _| Ok(Box::new(Metronome::default())),
}];

#[derive(Default)]
struct Metronome {
    written: Written,
    ends: Ends,
}

impl Node for Metronome {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let window = self.written.next(ctx, Base::Beats);
        let (bar, loudness) = (io.control(&BAR).round().max(1.0) as i64, io.control(&LOUDNESS));
        let Some(out) = io.notes_out(&NOTES) else { return Ok(()) };
        for beat in window.cells(1.0, 0.0).filter(|_| loudness > 0.0) {
            let is_first = beat.rem_euclid(bar) == 0;
            let (pitch, louder) = if is_first { (HIGH, 1.25) } else { (LOW, 1.0) };
            let velocity = velocity(loudness * louder);
            let note = Note { sample: 0, pitch, velocity, voice: 0, channel: PERCUSSION, on: true };
            let (write, at) = (&mut |note| out.push(note), beat as f64);
            self.ends.start(write, window.sample(at), note, at + window.of_secs(CLICK_SECS));
        }
        self.ends.end_until(&mut |note| out.push(note), &window, window.until);
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        std::mem::swap(self, old);
    }
}
