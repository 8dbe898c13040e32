//! The sections of a piece.

use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::{Control, List, Trigger};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Opt, Out, Unit, range};

use crate::timing::Base;

const LENGTHS: In<List<Control>> = In::controls(
    "lengths",
    Unit::None,
    range(0.0, 64.0),
    range(0.0, 1e9),
    "How long each section is, in beats or seconds.",
);
const RAMP: In<Control> = In::control(
    "ramp",
    4.0,
    Unit::None,
    range(0.0, 16.0),
    range(0.0, 1e9),
    "How long the way into a section takes, in beats or seconds.",
);
const INDEX: Out<Control> = Out::new("index", "Number of the section, from 0.");
const PROGRESS: Out<Control> = Out::share("progress", "The way through the section, from 0 to 1.");
const ENTRY: Out<Control> =
    Out::share("entry", "Rises softly from 0 to 1 while the way into the section lasts, then stays.");
const POSITION: Out<Control> = Out::new(
    "position",
    "The number of the section, with a soft way from the one before to it: for choosers with `smooth`.",
);
const BEGINS: Out<Trigger> = Out::new("begins", "Each time a section begins.");

const REPEAT: Opt<bool> =
    Opt::flag("repeat", false, "Whether it begins again behind the last section; if not, that one stays.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "sections",
        category: Category::Control,
        summary: "The sections of a piece, one after the other.",
        doc: "A piece in sections: `sections([32, 64, 80])` is 32 beats long, then 64, then 80. `index` says which \
              one plays, `progress` how far it is, `entry` is a soft rise at its start, and `position` goes \
              softly from number to number. The last section stays.",
        example: "tempo(240);\nlet part = sections([1, 1, 2], 1);\nlet card = test_card();\n\
                  screen(choose([card, invert(card), rotate(card)], part.position, #{ smooth: true }));\n",
        inputs: &[&LENGTHS.0, &RAMP.0],
        options: &[REPEAT.0, Base::OPTION.0],
        outputs: &[INDEX.0, PROGRESS.0, ENTRY.0, POSITION.0, BEGINS.0],
        ..NodeSpec::PLAIN
    },
    make: |_, options| {
        Ok(Box::new(Sections { base: options.get(&Base::OPTION), repeats: options.get(&REPEAT) }))
    },
}];

/// A section that rounding puts just behind its frame still begins in it.
const ROUNDING: f64 = 1e-9;

struct Sections {
    base: Base,
    repeats: bool,
}

impl Node for Sections {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let span = self.base.span(ctx);
        let key = LENGTHS;
        let lengths = || io.controls(&key);
        let Some(now) = place(lengths, span.now, self.repeats) else { return Ok(()) };
        let before = if span.before < 0.0 { None } else { place(lengths, span.before, self.repeats) };
        let begins = before.is_none_or(|before| (before.round, before.index) != (now.round, now.index));
        let ramp = io.control(&RAMP);
        let along = if ramp > 0.0 { (now.inside / ramp).clamp(0.0, 1.0) } else { 1.0 };
        let entry = along * along * (3.0 - 2.0 * along);
        let progress = if now.length > 0.0 { (now.inside / now.length).clamp(0.0, 1.0) } else { 1.0 };
        let from = match (now.index, now.round) {
            // The first section has none before it.
            (0, 0.0) => 0.0,
            (0, _) if entry < 1.0 => now.count as f64 - 1.0 + entry,
            (0, _) => 0.0,
            (index, _) => index as f64 - 1.0 + entry,
        };
        io.set_control(&INDEX, now.index as f64);
        io.set_control(&PROGRESS, progress);
        io.set_control(&ENTRY, entry);
        io.set_control(&POSITION, from);
        io.set_trigger(&BEGINS, u32::from(begins));
        Ok(())
    }
}

/// Where a piece stands.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Place {
    index: usize,
    count: usize,
    /// How often it has begun again.
    round: f64,
    /// Since the section began.
    inside: f64,
    length: f64,
}

/// The section at a time. `None` of no sections.
fn place<I: Iterator<Item = f64>>(lengths: impl Fn() -> I, time: f64, repeats: bool) -> Option<Place> {
    let (count, whole) = (lengths().count(), lengths().sum::<f64>());
    let round = if repeats && whole > 0.0 { ((time + ROUNDING) / whole).floor().max(0.0) } else { 0.0 };
    let mut inside = time - round * whole;
    for (index, length) in lengths().enumerate() {
        if inside + ROUNDING < length || index + 1 == count {
            return Some(Place { index, count, round, inside: inside.max(0.0), length });
        }
        inside -= length;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_follow_each_other_and_the_last_stays() {
        let at = |time: f64, repeats: bool| {
            place(|| [2.0, 0.0, 3.0].into_iter(), time, repeats).map(|place| (place.index, place.inside))
        };
        assert_eq!(
            [0.0, 1.5, 2.0].map(|time| at(time, false)),
            [Some((0, 0.0)), Some((0, 1.5)), Some((2, 0.0))]
        );
        assert_eq!(at(2.0 - 1e-12, false), Some((2, 0.0)), "rounding does not delay a section");
        assert_eq!(at(50.0, false).map(|(index, _)| index), Some(2));
        assert_eq!((at(5.0, true), at(12.5, true)), (Some((0, 0.0)), Some((2, 0.5))));
        assert_eq!(place(std::iter::empty, 1.0, true), None);
    }
}
