//! Notes on their way out: to a MIDI port while they play, or into a file.

use std::io::Write;
use std::path::{Path, PathBuf};

use pastiche_engine::clock::SAMPLE_RATE;
use pastiche_engine::io::Io;
use pastiche_engine::midi_out::WhichPort;
use pastiche_engine::node::{BuildCtx, BuildError, Fault, FrameCtx, Node, Status};
use pastiche_engine::options::Options;
use pastiche_engine::port::{Control, Note, Notes};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, NumberOrName, Opt, Out, Role, Unit, range};
use pastiche_engine::workers::{Background, Priority, Workers};

use crate::out::claim::{Claim, FOLDER, destination, name_option};

mod port;
mod write;

use port::PortOut;
use write::{Played, encode};

const NOTES: In<Notes> = In::required("notes", "Notes to send or write.");
const ON: In<Control> = In::control(
    "on",
    1.0,
    Unit::None,
    range(0.0, 1.0),
    range(0.0, 1.0),
    "Above 0.5 it listens; when it falls, or when the show is over, what sounds is ended and the file is written.",
);
const WRITTEN: Out<Control> = Out::new("written", "How many files have been written.");

/// Then a file is written, and the next one begins: hours of the fastest playing.
const MOST_NOTES: usize = 1 << 20;

const PORT: Opt<Option<NumberOrName<'static>>> = Opt::optional_number_or_name(
    "port",
    "The port to send to: a part of its name, or its number from 0 as `pastiche doctor` lists them; \
     without one, a file is written.",
);
const NAME: Opt<&'static str> = name_option("notes");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "midi_out",
        category: Category::Out,
        summary: "Sends notes to a MIDI port, or writes them to a MIDI file.",
        doc: "With `port` it plays a synthesiser, a sampler or another program: each note is sent when it is heard, \
              not only at the start of a frame, and ends when the wire, the node or the show does. A port that is \
              unplugged is taken up again when it comes back. Without `port` it \
              keeps what is played and writes it as a Standard MIDI File, with the tempo of the patch and all its \
              changes, and bars that begin with the beat. Files are numbered and appear when they are whole; \
              nothing that is there is ever written over. They go into the folder of the patch or one that \
              `folder` names.",
        example: "let tune = humanise(melody([60, 64, 67], 0.5));\nspeakers(keys(tune));\n\
                  midi_out(tune, #{ on: knob(\"rec\"), folder: \"recordings\" });\n",
        inputs: &[&NOTES.0, &ON.0],
        options: &[PORT.0, FOLDER.0, NAME.0],
        outputs: &[WRITTEN.0],
        role: Role::Recorder,
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| match options.get(&PORT) {
        Some(NumberOrName::Name(name)) => Ok(Box::new(PortOut::new(WhichPort::Name(name.into())))),
        Some(NumberOrName::Number(number)) => Ok(Box::new(PortOut::new(WhichPort::Number(number as u32)))),
        None => Ok(Box::new(MidiOut::new(ctx, options)?)),
    },
}];

struct MidiOut {
    folder: PathBuf,
    name: String,
    take: Take,
    written: u64,
    /// Files that are being written.
    saving: Vec<Background<Written>>,
}

/// What became of a file, with why it could not be written.
type Written = Result<(), String>;

/// What has been played since it listens.
#[derive(Default)]
struct Take {
    /// The beat from which it counts.
    from: Option<f64>,
    played: Played,
}

impl MidiOut {
    fn new(ctx: &BuildCtx<'_>, options: &Options) -> Result<MidiOut, BuildError> {
        let (folder, name) = destination(ctx, options.get(&FOLDER), options.get(&NAME))?;
        Ok(MidiOut { folder, name, take: Take::default(), written: 0, saving: Vec::new() })
    }

    /// Writes all that has been played, if anything has.
    fn save(&mut self, workers: &Workers) {
        let take = std::mem::take(&mut self.take);
        if take.played.notes.is_empty() {
            return;
        }
        let (folder, name) = (self.folder.clone(), self.name.clone());
        let mut saving = Background::default();
        saving.submit(workers, Priority::Picture, move |_| {
            let written = write(&folder, &name, &encode(&take.played));
            let told = written.map(|path| tracing::info!("wrote {}", path.display()));
            let told = told.map_err(|error| format!("cannot write into {}: {error}", folder.display()));
            if let Err(message) = &told {
                tracing::error!("{message}");
            }
            told
        });
        self.saving.push(saving);
    }
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> std::io::Result<PathBuf> {
    let (claim, mut file) = Claim::new(folder, name, ".mid", 1)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    claim.finish()
}

impl Node for MidiOut {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let is_on = io.control(&ON) > 0.5;
        let notes = io.notes(&NOTES);
        if is_on {
            self.take.hear(ctx, notes);
        }
        if !is_on || self.take.played.notes.len() >= MOST_NOTES {
            self.save(ctx.workers);
        }
        let mut failure = None;
        self.saving.retain_mut(|saving| {
            match saving.poll() {
                Ok(None) => return true,
                Ok(Some(Ok(()))) => self.written += 1,
                Ok(Some(Err(message))) => {
                    failure = Some(Fault::new(message, "make room, or name another folder"));
                }
                Err(fault) => failure = Some(fault),
            }
            false
        });
        io.set_control(&WRITTEN, self.written as f64);
        failure.map_or(Ok(()), Err)
    }

    fn adopt(&mut self, old: &mut Self) {
        if old.folder == self.folder && old.name == self.name {
            self.take = std::mem::take(&mut old.take);
            self.written = old.written;
            self.saving = std::mem::take(&mut old.saving);
        }
    }

    fn status(&self) -> Status {
        match self.take.played.notes.len() {
            0 if self.take.from.is_some() => Status::Waiting("waiting for a note".into()),
            _ => Status::Ready,
        }
    }
}

impl Drop for MidiOut {
    fn drop(&mut self) {
        self.save(&Workers::inline());
        for saving in &mut self.saving {
            if let Err(fault) = saving.finish() {
                tracing::error!("a MIDI file was not written: {fault}");
            }
        }
    }
}

impl Take {
    fn hear(&mut self, ctx: &FrameCtx<'_>, notes: &[Note]) {
        let (beats, played) = (ctx.beats, &mut self.played);
        // Bars are counted from the show's start: the file begins on a beat.
        let from = *self.from.get_or_insert(beats.now.floor());
        // A frame tells the tempo since the one before; in the first of a show there was none.
        if beats.before >= 0.0 && played.tempi.last().is_none_or(|(_, bpm)| *bpm != beats.bpm) {
            played.tempi.push(((beats.before - from).max(0.0), beats.bpm));
        }
        let beat = |samples: u64| {
            let later = samples as f64 / SAMPLE_RATE as f64;
            (beats.now - from + later * beats.bpm / 60.0).max(0.0)
        };
        for note in notes {
            let later = note.sample.saturating_sub(ctx.tick.start_sample);
            played.notes.push((beat(later), *note));
        }
        played.end = beat(ctx.rate.start_sample(ctx.tick.frame + 1) - ctx.tick.start_sample);
    }
}
