//! Four voices for a melody that is played.

use std::collections::VecDeque;
use std::sync::Arc;

use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node, Status};
use pastiche_engine::port::Notes;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Opt, range};
use pastiche_engine::stamp::Stamp;
use pastiche_models::chorale::{Canvas, Network, Roll, UNKNOWN, VOICES, class_of};

use crate::note_window::Written;
use crate::notes::parts::{
    ALL, ALTO, BAR_STEPS, BASS, BEAT_STEPS, Mark, SOPRANO, STEP, Singing, Sung, TENOR, stress, write,
};
use crate::notes::singers::{
    Asking, KEY, LEAN, LOUDNESS, TEMPERATURE, WEIGHTS, WILDNESS, beat_of, load, settings,
};
use crate::notes::tune::Heard;
use crate::timing::Base;

const NOTES: In<Notes> =
    In::required("notes", "The melody that the soprano sings; of several notes the highest.");

const BEATS: Opt<usize> = Opt::whole(
    "beats",
    4,
    range(1.0, 16.0),
    "How many beats are harmonised at a time, and so how much later they are sung.",
);

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "harmonise",
        category: Category::Notes,
        summary: "Sings a melody in four voices.",
        doc: "What is played in one bar a choir sings in the next: the melody in the soprano, in the octave of \
              a soprano, and three voices under it that fit it and what was sung before. Rests are sung through; after a \
              bar without a note the choir is silent. With fewer `beats` it follows sooner and knows less of what \
              comes. Notes that come within an eighth of that time before its end count for the next.",
        example: "let tune = melody([67, 69, 71, 72, 71, 69, 67, -1], 1);\n\
                  speakers(choir(harmonise(tune, #{ beats: 2 }), 2));\n",
        inputs: &[&NOTES.0, &TEMPERATURE.0, &WILDNESS.0, &KEY.0, &LEAN.0, &LOUDNESS.0],
        options: &[BEATS.0, WEIGHTS.0],
        outputs: &[ALL.0, SOPRANO.0, ALTO.0, TENOR.0, BASS.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| {
        Ok(Box::new(Harmonise {
            network: load(options)?,
            span: options.get(&BEATS) * BEAT_STEPS,
            seed: ctx.seed,
            asked: 0,
            asking: Asking::default(),
            open: None,
            past: Vec::new(),
            planned: VecDeque::new(),
            heard: Heard::default(),
            written: Written::default(),
            singing: Singing::default(),
        }))
    },
}];

/// The most that is known of what was sung before, in steps.
const MOST_PAST: usize = 8 * BAR_STEPS;
/// What is sung is in the middle of a piece: neither its beginning nor its end is near, in steps.
const AROUND: usize = 4 * BAR_STEPS;

struct Harmonise {
    network: Arc<Network>,
    /// Steps that are harmonised at a time.
    span: usize,
    seed: u64,
    asked: u64,
    asking: Asking,
    /// The step at which what is being written begins, and its steps.
    open: Option<(i64, usize)>,
    /// What was sung up to where the next span begins.
    past: Roll,
    /// What is to be sung, each from a step on.
    planned: VecDeque<(i64, Roll)>,
    heard: Heard,
    written: Written,
    singing: Singing,
}

impl Harmonise {
    /// Has a melody harmonised that is sung from a step on.
    fn ask(&mut self, ctx: &FrameCtx<'_>, io: &Io<'_>, start: i64, melody: &[i16]) {
        if self.open.is_some() {
            // It came too late, and is not sung.
            self.past.clear();
        }
        let before = self.past.len();
        let mut canvas = Canvas::empty(before + melody.len());
        for (step, cells) in self.past.iter().enumerate() {
            for (voice, pitch) in cells.iter().enumerate() {
                canvas.set(step, voice, class_of(*pitch).unwrap_or(UNKNOWN));
            }
        }
        for (step, pitch) in melody.iter().enumerate() {
            canvas.set(before + step, 0, class_of(*pitch).unwrap_or(UNKNOWN));
        }
        // On the grid of the bar.
        let first = AROUND + (start - before as i64).rem_euclid(BAR_STEPS as i64) as usize;
        let piece = first + before + melody.len() + AROUND;
        self.asked += 1;
        let seed = Stamp::new().number(self.seed).number(self.asked).finish();
        let settings = settings(io, seed);
        self.asking.ask(
            ctx,
            &self.network,
            canvas.within(first, piece.next_multiple_of(BAR_STEPS)),
            settings,
        );
        self.open = Some((start, melody.len()));
        self.collect();
    }

    /// Takes in what has been written.
    fn collect(&mut self) {
        let Some(roll) = self.asking.answer() else { return };
        if let Some((start, steps)) = self.open.take() {
            self.planned.push_back((start, roll[roll.len().saturating_sub(steps)..].to_vec()));
            let old = roll.len().saturating_sub(MOST_PAST);
            self.past = roll[old..].to_vec();
        }
    }

    /// What is sung at a step.
    fn cells(&mut self, step: i64) -> [i16; VOICES] {
        self.planned.retain(|(start, roll)| start + roll.len() as i64 > step);
        let planned = self.planned.iter().find(|(start, _)| *start <= step);
        planned.map_or([-1; VOICES], |(start, roll)| roll[(step - start) as usize])
    }
}

impl Node for Harmonise {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let window = self.written.next(ctx, Base::Beats);
        for event in io.notes(&NOTES) {
            self.heard.hear(event, beat_of(ctx, event));
        }
        self.collect();
        let (span, cut) = (self.span as i64, (self.span / 8).max(1) as i64);
        let mut events = Vec::new();
        for step in window.cells(STEP, 0.0) {
            if (step + cut).rem_euclid(span) == 0 {
                let next = step + cut;
                match self.heard.take(next - span..next, step) {
                    Some(melody) => self.ask(ctx, io, next, &melody),
                    None => self.past.clear(),
                }
            }
            let mark = Mark { along: 0.5, ..Mark::default() };
            let loudness = io.control(&LOUDNESS) * stress(step, &mark);
            let sung = Sung { cells: self.cells(step), mark, loudness, breath: 0.0 };
            let mut sing = |voice, note| events.push((voice, note));
            self.singing.sing(&mut sing, &window, step as f64 * STEP, &sung);
        }
        write(io, &events);
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        (self.asked, self.written) = (old.asked, old.written);
        std::mem::swap(&mut self.past, &mut old.past);
        std::mem::swap(&mut self.planned, &mut old.planned);
        std::mem::swap(&mut self.heard, &mut old.heard);
        if old.open.is_some() {
            self.past.clear();
        }
        // The engine ends what sounds; it is sung on from the next step.
        self.singing.forget();
    }

    fn status(&self) -> Status {
        match &self.asking.trouble {
            Some(trouble) => Status::Failed(format!("{trouble}; it is silent until the next melody")),
            None => Status::Ready,
        }
    }
}
