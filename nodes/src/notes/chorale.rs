//! A choir that improvises: a score of some bars, sung over and over and rewritten while it is sung.

use std::sync::Arc;

use pastiche_engine::assets::Media;
use pastiche_engine::frame::{Frame, PixelFormat, Pixels};
use pastiche_engine::io::Io;
use pastiche_engine::node::{BuildError, Fault, FrameCtx, Node, Status};
use pastiche_engine::options::Options;
use pastiche_engine::port::{Control, Note, Notes, Trigger};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, FileOrText, In, NodeSpec, Opt, Out, Range, Unit, range};
use pastiche_models::chorale::{Network, Roll, VOICES};

use crate::note_window::{Window, Written};
use crate::notes::parts::{
    ALL, ALTO, BAR_STEPS, BASS, BEAT_STEPS, Mark, SOPRANO, STEP, Singing, Sung, TENOR, marks, stress, write,
};
use crate::notes::singers::{
    Asking, KEY, LEAN, LOUDNESS, TEMPERATURE, WEIGHTS, WILDNESS, beat_of, load, settings,
};
use crate::notes::tune::{self, Heard, MOST_BARS};
use crate::timing::Base;

mod rewriting;

use rewriting::{Rewriting, Wish};

const DENSITY: In<Control> = In::control(
    "density",
    0.25,
    Unit::Ratio,
    range(0.0, 1.0),
    range(0.0, 8.0),
    "How much of the score is rewritten each time round: 1 is as much as there is, 0 nothing.",
);
const LOCKED: Range = range(0.0, 1.0);
const LOCKS: [In<Control>; VOICES] = [
    In::control("lock_soprano", 0.0, Unit::None, LOCKED, LOCKED, "Above 0.5 the soprano is not rewritten."),
    In::control("lock_alto", 0.0, Unit::None, LOCKED, LOCKED, "Above 0.5 the alto is not rewritten."),
    In::control("lock_tenor", 0.0, Unit::None, LOCKED, LOCKED, "Above 0.5 the tenor is not rewritten."),
    In::control("lock_bass", 0.0, Unit::None, LOCKED, LOCKED, "Above 0.5 the bass is not rewritten."),
];
const REWRITE: In<Trigger> = In::optional("rewrite", "Rewrites all of the score.");
const REWRITE_BAR: In<Trigger> = In::optional("rewrite_bar", "Rewrites the next bar.");
const REWRITE_VOICE: In<Trigger> = In::optional("rewrite_voice", "Rewrites one voice, all through: `voice`.");
const VOICE: In<Control> = In::control(
    "voice",
    0.0,
    Unit::None,
    range(0.0, 3.0),
    range(0.0, 3.0),
    "The voice that `rewrite_voice` rewrites, rounded: 0 is the soprano, 3 the bass.",
);
const MELODY: In<Notes> = In::optional(
    "melody",
    "What the soprano must sing: the notes of each bar are sung in the next bar, harmonised. The highest counts.",
);
const BREATH: In<Control> = In::control(
    "breath",
    0.2,
    Unit::Beats,
    range(0.0, 0.25),
    range(0.0, 0.25),
    "How long the choir breathes at the end of a phrase.",
);

const SOPRANO_PITCH: Out<Control> =
    Out::with_unit("soprano_pitch", Unit::Semitones, "MIDI pitch of the soprano's newest note; 60 at first.");
const ALTO_PITCH: Out<Control> =
    Out::with_unit("alto_pitch", Unit::Semitones, "MIDI pitch of the alto's newest note; 60 at first.");
const TENOR_PITCH: Out<Control> =
    Out::with_unit("tenor_pitch", Unit::Semitones, "MIDI pitch of the tenor's newest note; 60 at first.");
const BASS_PITCH: Out<Control> =
    Out::with_unit("bass_pitch", Unit::Semitones, "MIDI pitch of the bass's newest note; 60 at first.");
const PITCHES: [&Out<Control>; VOICES] = [&SOPRANO_PITCH, &ALTO_PITCH, &TENOR_PITCH, &BASS_PITCH];
const SOPRANO_GATE: Out<Control> = Out::share("soprano_gate", "1 while the soprano sings, else 0.");
const ALTO_GATE: Out<Control> = Out::share("alto_gate", "1 while the alto sings, else 0.");
const TENOR_GATE: Out<Control> = Out::share("tenor_gate", "1 while the tenor sings, else 0.");
const BASS_GATE: Out<Control> = Out::share("bass_gate", "1 while the bass sings, else 0.");
const GATES: [&Out<Control>; VOICES] = [&SOPRANO_GATE, &ALTO_GATE, &TENOR_GATE, &BASS_GATE];
const ONSET: Out<Trigger> = Out::new("onset", "Each time at which any voice starts a note.");
const SOPRANO_ONSET: Out<Trigger> = Out::new("soprano_onset", "Each start of a note of the soprano.");
const ALTO_ONSET: Out<Trigger> = Out::new("alto_onset", "Each start of a note of the alto.");
const TENOR_ONSET: Out<Trigger> = Out::new("tenor_onset", "Each start of a note of the tenor.");
const BASS_ONSET: Out<Trigger> = Out::new("bass_onset", "Each start of a note of the bass.");
const ONSETS: [&Out<Trigger>; VOICES] = [&SOPRANO_ONSET, &ALTO_ONSET, &TENOR_ONSET, &BASS_ONSET];
const LEVEL: Out<Control> =
    Out::new("level", "How loud the choir sings, from 0 to 1: the mean of its voices.");
const CADENCE: Out<Trigger> = Out::new(
    "cadence",
    "Each end of a phrase: the start of a chord on the beat that all voices hold for longer than a beat, or of the last.",
);
const POSITION: Out<Control> =
    Out::with_unit("position", Unit::Beats, "Where in the score the choir is: beats from its start.");
const CANVAS: Out<Frame> = Out::new(
    "canvas",
    "The whole score as a picture of numbers, for `score`: a column a sixteenth, a row a voice; red is the pitch, 255 a rest.",
);

const BARS: Opt<Option<usize>> = Opt::optional_whole(
    "bars",
    range(1.0, MOST_BARS as f64),
    "Bars of four beats in the score; without it 8, or as many as the `seed_melody` has.",
);
const SEED_MELODY: Opt<Option<FileOrText>> = Opt::optional_file_or_text(
    "seed_melody",
    Media::Midi,
    "What the soprano sings in the first score: notes in words, or a MIDI file.",
);
const USUAL_BARS: usize = 8;

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "chorale",
        category: Category::Notes,
        summary: "A choir that improvises chorales, and never stops rewriting them.",
        doc: "A neural network that has learnt from Bach's chorales writes a score of four voices. It is sung over \
              and over, in time with the patch: its first bar begins at beat 0, and again each time it is over. \
              Meanwhile bars and voices are rewritten, so that each fits what is around it; `density` says how much, \
              the triggers say when, locks say what stays. What changes is heard from the next beat on. What is \
              played on `melody` in one bar the soprano sings in the next, in its own octave, and the others \
              harmonise it: notes from half a beat before the bar line on count for the bar after. \
              With a `seed_melody` (words such as \"c4:2 d e f | g:4\" with lengths in beats, or the name of a `.mid` file) the \
              first score has it in the soprano; lock that to keep it. The score survives a reload. A pitch that \
              comes again at once is one long note.",
        example: "tempo(72);\nlet choir_score = chorale(#{ bars: 4, density: 0.5 });\n\
                  speakers(choir(choir_score, 1.5).reverb(#{ amount: 0.4 }));\n\
                  screen(score(choir_score, choir_score.canvas));\n",
        inputs: &[
            &TEMPERATURE.0,
            &DENSITY.0,
            &WILDNESS.0,
            &KEY.0,
            &LEAN.0,
            &LOCKS[0].0,
            &LOCKS[1].0,
            &LOCKS[2].0,
            &LOCKS[3].0,
            &REWRITE.0,
            &REWRITE_BAR.0,
            &REWRITE_VOICE.0,
            &VOICE.0,
            &MELODY.0,
            &LOUDNESS.0,
            &BREATH.0,
        ],
        options: &[BARS.0, SEED_MELODY.0, WEIGHTS.0],
        outputs: &[
            ALL.0,
            SOPRANO.0,
            ALTO.0,
            TENOR.0,
            BASS.0,
            SOPRANO_PITCH.0,
            ALTO_PITCH.0,
            TENOR_PITCH.0,
            BASS_PITCH.0,
            SOPRANO_GATE.0,
            ALTO_GATE.0,
            TENOR_GATE.0,
            BASS_GATE.0,
            ONSET.0,
            SOPRANO_ONSET.0,
            ALTO_ONSET.0,
            TENOR_ONSET.0,
            BASS_ONSET.0,
            LEVEL.0,
            CADENCE.0,
            POSITION.0,
            CANVAS.0,
        ],
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| Ok(Box::new(Chorale::new(options, ctx.seed)?)),
}];

struct Chorale {
    network: Arc<Network>,
    steps: usize,
    /// What the soprano sings in the first score.
    seed_melody: Option<Vec<i16>>,
    score: Score,
    rewriting: Rewriting,
    asking: Asking,
    /// A score that is sung from the next beat on.
    coming: Option<Roll>,
    written: Written,
    singing: Singing,
    heard: Heard,
    pitches: [f64; VOICES],
}

/// What is sung; empty until the first has been written.
#[derive(Default)]
struct Score {
    roll: Roll,
    marks: Vec<Mark>,
    picture: Option<Frame>,
}

impl Score {
    fn new(roll: Roll) -> Score {
        let marks = marks(&roll);
        let row = |voice: usize| {
            roll.iter().zip(&marks).flat_map(move |(cells, mark)| {
                let pitch = u8::try_from(cells[voice]).unwrap_or(u8::MAX);
                [pitch, if mark.starts[voice] { u8::MAX } else { 0 }, 0, u8::MAX]
            })
        };
        let bytes: Vec<u8> = (0..VOICES).flat_map(row).collect();
        let pixels = Pixels::new([roll.len() as u32, VOICES as u32], PixelFormat::Srgb8, bytes);
        Score { picture: pixels.map(Frame::from_pixels), roll, marks }
    }
}

impl Chorale {
    fn new(options: &Options, seed: u64) -> Result<Chorale, BuildError> {
        let seed_melody = tune::of_option(options, &SEED_MELODY)?;
        let needed = seed_melody.as_ref().map(|melody| melody.len().div_ceil(BAR_STEPS).max(1));
        let bars = options.get(&BARS);
        if let (Some(bars), Some(needed)) = (bars, needed)
            && needed > bars
        {
            let message = format!("the melody has {needed} bars and the score {bars}");
            let help = format!("write `bars: {needed}`, or leave `bars` out");
            return Err(BuildError::new(message, help).option(BARS.0.name));
        }
        Ok(Chorale {
            network: load(options)?,
            steps: bars.or(needed).unwrap_or(USUAL_BARS) * BAR_STEPS,
            seed_melody,
            score: Score::default(),
            rewriting: Rewriting::new(seed),
            asking: Asking::default(),
            coming: None,
            written: Written::default(),
            singing: Singing::default(),
            heard: Heard::default(),
            pitches: [60.0; VOICES],
        })
    }

    /// Takes in what has been written, and has the next wish written.
    fn compose(&mut self, ctx: &FrameCtx<'_>, io: &Io<'_>) {
        self.coming = self.asking.answer().or(self.coming.take());
        let locks = LOCKS.each_ref().map(|lock| io.control(lock) > 0.5);
        let base = self.coming.as_ref().unwrap_or(&self.score.roll);
        // What is played must be harmonised in time: it goes before what is being written.
        let is_idle = self.asking.is_idle();
        let may_ask = is_idle && self.asking.trouble.is_none() || self.rewriting.is_urgent();
        if may_ask && let Some((canvas, seed)) = self.rewriting.next(base, self.steps, locks, is_idle) {
            self.asking.ask(ctx, &self.network, canvas, settings(io, seed));
            self.coming = self.asking.answer().or(self.coming.take());
        }
    }

    /// Sings a step, and what is to happen at it. What was started, and whether it is a cadence.
    fn step(
        &mut self,
        io: &Io<'_>,
        window: &Window,
        step: i64,
        out: &mut Vec<(usize, Note)>,
    ) -> ([bool; VOICES], bool) {
        let is_beat = step.rem_euclid(BEAT_STEPS as i64) == 0;
        if let Some(roll) = self.coming.take_if(|_| is_beat || self.score.roll.is_empty()) {
            self.score = Score::new(roll);
        }
        let steps = self.score.roll.len() as i64;
        if steps == 0 {
            return ([false; VOICES], false);
        }
        let place = step.rem_euclid(steps) as usize;
        let mark = self.score.marks[place];
        let loudness = io.control(&LOUDNESS) * stress(step, &mark);
        let sung = Sung { cells: self.score.roll[place], mark, loudness, breath: io.control(&BREATH) };
        let mut sing = |voice, note| out.push((voice, note));
        (self.singing.sing(&mut sing, window, step as f64 * STEP, &sung), mark.is_cadence)
    }
}

/// So long before a bar line what is played in the bar is given to the choir, in steps.
const CUT: i64 = 2;

impl Node for Chorale {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let window = self.written.next(ctx, Base::Beats);
        for event in io.notes(&MELODY) {
            self.heard.hear(event, beat_of(ctx, event));
        }
        let bar_now = (ctx.beats.now / 4.0).floor() as i64;
        if self.score.roll.is_empty() && self.coming.is_none() && self.asking.is_idle() {
            self.rewriting.wish(Wish::First(self.seed_melody.clone()));
        }
        for (trigger, wish) in [
            (&REWRITE, Wish::All),
            (&REWRITE_BAR, Wish::Bar(bar_now + 1)),
            (&REWRITE_VOICE, Wish::Voice(io.control(&VOICE).round() as usize)),
        ] {
            if io.trigger(trigger) > 0 {
                // Another try after a failure.
                self.asking.trouble = None;
                self.rewriting.wish(wish);
            }
        }
        self.compose(ctx, io);
        let (mut events, mut onsets, mut chords, mut cadences) = (Vec::new(), [0; VOICES], 0, 0);
        for step in window.cells(STEP, 0.0) {
            let bar = step.div_euclid(BAR_STEPS as i64);
            if step.rem_euclid(BAR_STEPS as i64) == 0 {
                self.rewriting.pass_bar(bar, io.control(&DENSITY), self.steps / BAR_STEPS);
            }
            if (step + CUT).rem_euclid(BAR_STEPS as i64) == 0 {
                let next = step + CUT;
                if let Some(melody) = self.heard.take(next - BAR_STEPS as i64..next, step) {
                    self.rewriting.wish(Wish::Melody(bar + 1, melody));
                    self.compose(ctx, io);
                }
            }
            let (started, is_cadence) = self.step(io, &window, step, &mut events);
            for (count, started) in onsets.iter_mut().zip(started) {
                *count += u32::from(started);
            }
            chords += u32::from(started.contains(&true));
            cadences += u32::from(is_cadence);
        }
        self.singing.breathe(&mut |voice, note| events.push((voice, note)), &window, window.until);
        self.compose(ctx, io);

        write(io, &events);
        for voice in 0..VOICES {
            let newest = events.iter().rev().find(|(of, note)| *of == voice && note.on);
            self.pitches[voice] = newest.map_or(self.pitches[voice], |(_, note)| f64::from(note.pitch));
            let is_sung = self.singing.sounding()[voice].is_some() || newest.is_some();
            io.set_control(PITCHES[voice], self.pitches[voice]);
            io.set_control(GATES[voice], f64::from(u8::from(is_sung)));
            io.set_trigger(ONSETS[voice], onsets[voice]);
        }
        let level: f64 = self.singing.sounding().iter().flatten().map(|note| f64::from(note.velocity)).sum();
        io.set_control(&LEVEL, level / (127.0 * VOICES as f64));
        io.set_trigger(&ONSET, chords);
        io.set_trigger(&CADENCE, cadences);
        io.set_control(&POSITION, ctx.beats.now.rem_euclid(self.steps as f64 * STEP));
        match &self.score.picture {
            Some(picture) => io.set_frame(&CANVAS, picture.clone()),
            None => io.clear_frame(&CANVAS),
        }
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        let sung = std::mem::take(&mut old.score.roll);
        if !sung.is_empty() {
            self.score = Score::new((0..self.steps).map(|step| sung[step % sung.len()]).collect());
            if self.seed_melody != old.seed_melody && self.seed_melody.is_some() {
                self.rewriting.wish(Wish::First(self.seed_melody.clone()));
            }
        }
        self.rewriting.adopt(&mut old.rewriting);
        self.written = old.written;
        self.pitches = old.pitches;
        std::mem::swap(&mut self.heard, &mut old.heard);
        // The engine ends what sounds; it is sung on from the next step.
        self.singing.forget();
    }

    fn status(&self) -> Status {
        match &self.asking.trouble {
            Some(trouble) => Status::Failed(format!("{trouble}; it sings on with what it has")),
            None if self.score.roll.is_empty() => Status::Waiting("writing the first score".into()),
            None => Status::Ready,
        }
    }
}
