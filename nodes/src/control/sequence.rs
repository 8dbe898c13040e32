//! Values one after the other, in beats.

use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::{Control, List, Trigger};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{ANY, Category, In, NodeSpec, Out, Unit, range};

use crate::timing::{Base, Span};

const VALUES: In<List<Control>> =
    In::controls("values", Unit::None, range(0.0, 1.0), ANY, "Values in their order, over and over.");
const EVERY: In<Control> = In::control(
    "every",
    1.0,
    Unit::Beats,
    range(0.0625, 16.0),
    range(0.0, 1e6),
    "Length of a step; 0 stands still.",
);
const GLIDE: In<Control> = In::control(
    "glide",
    0.0,
    Unit::Ratio,
    range(0.0, 1.0),
    range(0.0, 16.0),
    "Share of a step in which it slides to its value; 0 jumps.",
);
const STEP_ON: In<Trigger> =
    In::optional("step_on", "If something is wired here it steps with each trigger instead.");
const RESET: In<Trigger> = In::optional("reset", "Begins again with the first value.");
const VALUE: Out<Control> = Out::new("value", "The value of the step.");
const STEP: Out<Control> = Out::new("step", "Number of the step, from 0.");
const TRIGGER: Out<Trigger> = Out::new("trigger", "Each new step.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "sequence",
        category: Category::Control,
        summary: "Plays a list of values in beats.",
        doc: "A step sequencer. Steps lie on the grid of the beat, so two sequences stay together whatever is \
              changed; each value is a control that may move by itself. With `step_on` it waits for triggers, \
              and does not glide.",
        example: "let radius = sequence([4, 30, 12, 50], 0.5, 0.3);\nscreen(blur(test_card(), radius));\n",
        inputs: &[&VALUES.0, &EVERY.0, &GLIDE.0, &STEP_ON.0, &RESET.0],
        outputs: &[VALUE.0, STEP.0, TRIGGER.0],
        ..NodeSpec::PLAIN
    },
    make: |_, _| Ok(Box::new(Sequence::default())),
}];

#[derive(Clone, Copy, Default)]
struct Sequence {
    /// The beat at which it begins: 0, or that of the last reset.
    origin: f64,
    /// Steps done by triggers.
    stepped: i64,
}

/// Where a sequence stands.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Place {
    /// Steps since the beginning.
    step: i64,
    /// The way into it.
    along: f64,
    /// Steps that began in this frame.
    begun: u32,
}

impl Node for Sequence {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let span = Base::Beats.span(ctx);
        let by_trigger = io.position(&STEP_ON.0.name).is_some_and(|position| io.is_given(position));
        let triggers = by_trigger.then(|| io.trigger(&STEP_ON));
        let place = self.step(span, io.control(&EVERY), triggers, io.trigger(&RESET) > 0);
        let count = io.controls(&VALUES).count();
        if count == 0 {
            return Err(Fault::new("it has no values", "give it a list such as `[0, 0.5, 1]`"));
        }
        let member =
            |step: i64| io.controls(&VALUES).nth(step.rem_euclid(count as i64) as usize).unwrap_or(0.0);
        let (from, to) = (member(place.step.saturating_sub(1)), member(place.step));
        let glide = io.control(&GLIDE);
        let share = if by_trigger || place.along >= glide { 1.0 } else { place.along / glide };
        let value = from + (to - from) * share;
        io.set_control(&VALUE, value);
        io.set_control(&STEP, place.step.rem_euclid(count as i64) as f64);
        io.set_trigger(&TRIGGER, place.begun);
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        *self = *old;
    }
}

impl Sequence {
    fn step(&mut self, span: Span, every: f64, triggers: Option<u32>, reset: bool) -> Place {
        if reset {
            (self.origin, self.stepped) = (span.now, 0);
        }
        if let Some(begun) = triggers {
            let begun = if reset { 0 } else { begun };
            self.stepped = self.stepped.saturating_add(i64::from(begun));
            return Place { step: self.stepped, along: 1.0, begun };
        }
        match span.cells(every, self.origin) {
            Some(cells) => {
                let begun = if reset { 1 } else { cells.begun() };
                Place { step: cells.now, along: cells.along, begun }
            }
            None => Place { step: 0, along: 1.0, begun: 0 },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pastiche_engine::clock::BEFORE_START;

    fn spans(frames_a_beat: u32, beats: u32) -> impl Iterator<Item = Span> {
        (0..=beats * frames_a_beat).map(move |frame| {
            let at = |frame: u32| f64::from(frame) / f64::from(frames_a_beat);
            Span { before: frame.checked_sub(1).map_or(BEFORE_START, at), now: at(frame) }
        })
    }

    #[test]
    fn steps_are_on_the_beat_at_any_frame_rate() {
        for frames_a_beat in [3, 12, 30, 41] {
            let mut sequence = Sequence::default();
            let mut begun = 0;
            for span in spans(frames_a_beat, 16) {
                let place = sequence.step(span, 0.5, None, false);
                begun += place.begun;
                assert_eq!(place.step, (span.now * 2.0 + 1e-9).floor() as i64);
            }
            assert_eq!(begun, 33, "beat 0 and beat 16 are both among them");
        }
    }

    #[test]
    fn a_reset_begins_again_on_the_spot() {
        let mut sequence = Sequence::default();
        let span = |before, now| Span { before, now };
        assert_eq!(sequence.step(span(4.9, 5.3), 1.0, None, true), Place { step: 0, along: 0.0, begun: 1 });
        assert_eq!(sequence.step(span(5.3, 6.2), 1.0, None, false).step, 0);
        assert_eq!(sequence.step(span(6.2, 6.4), 1.0, None, false).step, 1);
    }

    #[test]
    fn triggers_step_it_alone() {
        let mut sequence = Sequence::default();
        let span = Span { before: 1.0, now: 9.0 };
        for (triggers, reset, step) in
            [(0, false, 0), (2, false, 2), (1, false, 3), (1, true, 0), (1, false, 1)]
        {
            assert_eq!(sequence.step(span, 1.0, Some(triggers), reset).step, step);
        }
    }
}
