//! Plays a MIDI file.

use pastiche_engine::assets::{Asset, Media};
use pastiche_engine::io::Io;
use pastiche_engine::node::{BuildError, Fault, FrameCtx, Node};
use pastiche_engine::port::{Control, Note, Notes, Trigger};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, Choice, File, In, NodeSpec, Opt, Out, Unit, range};

use crate::note_window::Written;
use crate::notes::midi_reading::{Tune, read};
use crate::timing::Base;

const SPEED: In<Control> = In::control(
    "speed",
    1.0,
    Unit::Ratio,
    range(0.0, 2.0),
    range(0.0, 64.0),
    "How fast it is played; 0 stands still.",
);
const RESET: In<Trigger> = In::optional("reset", "Begins again.");
const NOTES: Out<Notes> = Out::new("notes", "Its notes; the voice of a note is the number of its track.");
const POSITION: Out<Control> = Out::new("position", "Where it is: beats of the file, or seconds.");
const FINISHED: Out<Trigger> = Out::new("finished", "Each time its end is reached.");

const FILE: Opt<File> = Opt::file("file", Media::Midi, "Name of the file.");
const TEMPO: Opt<Choice<Base>> = Opt::choice(
    "tempo",
    &[("patch", Base::Beats), ("file", Base::Secs)],
    "Whose tempo counts: the patch's, or the file's own.",
);
const SUSTAIN: Opt<bool> = Opt::flag(
    "sustain",
    true,
    "Whether its pedals, sustain (controller 64) and sostenuto (66), hold the notes.",
);
const REPEAT: Opt<bool> =
    Opt::flag("repeat", true, "Whether it begins again at its end, which is rounded up to a whole beat.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "midi_file",
        category: Category::Notes,
        summary: "Plays a MIDI file.",
        doc: "Reads a Standard MIDI File (format 0 or 1, or 2 with one track) and plays its notes, each on its \
              sample: in the tempo of the patch, or in its own with all its changes. Its pedals hold notes, and \
              the messages that end all notes of a channel do. Tracks with notes count as voices from 0, and \
              channels stay. A damaged file is played as far as it can be read, with a warning that names the \
              place. A changed file is read again and goes on where it was.",
        example: "let tune = midi_file(\"tune.mid\");\nspeakers(keys(tune));\n",
        inputs: &[&SPEED.0, &RESET.0],
        options: &[FILE.0, TEMPO.0, REPEAT.0, SUSTAIN.0],
        outputs: &[NOTES.0, POSITION.0, FINISHED.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| {
        let (asset, base) = (options.get(&FILE)?, options.get(&TEMPO));
        let tune = load(asset, base, options.get(&SUSTAIN))?;
        if let Some(damage) = &tune.damage {
            let message =
                format!("`{}` is damaged: {damage}; it is played as far as it can be read", asset.name);
            ctx.warn(BuildError::new(message, "export it again as a Standard MIDI File").option(FILE.0.name));
        }
        let repeats = options.get(&REPEAT);
        Ok(Box::new(Player { tune, base, repeats, head: Head::default() }))
    },
}];

fn load(asset: &Asset, base: Base, has_pedals: bool) -> Result<Tune, BuildError> {
    read(&asset.bytes, base, has_pedals).map_err(|error| {
        BuildError::new(format!("`{}` is no MIDI file that can be played: {error}", asset.name), error.help())
            .option(FILE.0.name)
    })
}

struct Player {
    tune: Tune,
    base: Base,
    repeats: bool,
    head: Head,
}

#[derive(Clone, Default)]
struct Head {
    written: Written,
    /// How far it is played, in units of the tune.
    played: f64,
    sounding: Vec<Note>,
}

impl Node for Player {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let window = self.head.written.next(ctx, self.base);
        let speed = io.control(&SPEED);
        let is_reset = io.trigger(&RESET) > 0;
        let mut finished = 0;
        if let Some(out) = io.notes_out(&NOTES) {
            let head = &mut self.head;
            if is_reset {
                head.end_all(out, window.sample(window.from));
                head.played = 0.0;
            }
            let length = self.tune.length;
            let mut begin = window.from;
            let mut left = (window.until - window.from) * speed;
            while left > 0.0 && head.played < length {
                // By steps, so that rounding never leaves a rest that is too small to be played.
                let room = length - head.played;
                let is_end = left >= room;
                let step = if is_end { room } else { left };
                let until = if is_end { length } else { head.played + step };
                for (time, note) in self.tune.between(head.played, until) {
                    let at = begin + (time - head.played) / speed;
                    if note.on && window.is_too_late(at) {
                        continue;
                    }
                    head.play(out, Note { sample: window.sample(at), ..*note });
                }
                begin += step / speed;
                left -= step;
                head.played = until;
                if is_end {
                    finished += 1;
                    head.end_all(out, window.sample(begin));
                    if self.repeats {
                        head.played = 0.0;
                    }
                }
            }
        }
        io.set_control(&POSITION, self.head.played);
        io.set_trigger(&FINISHED, finished);
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        if self.base == old.base {
            std::mem::swap(&mut self.head, &mut old.head);
            self.head.played = self.head.played.min(self.tune.length);
            // What sounded in the old file need not end in the new one: the engine ends it.
            self.head.sounding.clear();
        }
    }
}

impl Head {
    fn play(&mut self, out: &mut Vec<Note>, event: Note) {
        let before = self.sounding.len();
        self.sounding.retain(|note| !note.is_same(&event));
        if !event.on && self.sounding.len() == before {
            return;
        }
        if event.on {
            if self.sounding.len() < before {
                out.push(Note { on: false, ..event });
            }
            self.sounding.push(event);
        }
        out.push(event);
    }

    fn end_all(&mut self, out: &mut Vec<Note>, sample: u64) {
        out.extend(self.sounding.drain(..).map(|note| note.end_at(sample)));
    }
}
