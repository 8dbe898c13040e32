//! A number by chance, now and then.

use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::{Control, Trigger};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{ANY, Category, Choice, In, NodeSpec, Opt, Out, Unit, range};

use crate::random_numbers::{gaussian, uniform};
use crate::timing::Base;

const LOW: In<Control> = In::control("low", 0.0, Unit::None, range(-1.0, 1.0), ANY, "Lowest number.");
const HIGH: In<Control> = In::control("high", 1.0, Unit::None, range(-1.0, 1.0), ANY, "Highest number.");
const EVERY: In<Control> = In::control(
    "every",
    1.0,
    Unit::Beats,
    range(0.0625, 16.0),
    range(0.0, 1e6),
    "Beats after which there is a new number; 0 keeps it.",
);
const TRIGGER: In<Trigger> =
    In::optional("trigger", "If something is wired here, each trigger gives a new number instead.");
const VALUE: Out<Control> = Out::new("value", "The number.");
const CHANGED: Out<Trigger> = Out::new("changed", "Each new number.");

/// The number of a seed and a step.
type Spread = fn(u64, i64) -> f64;

const SPREAD: Opt<Choice<Spread>> = Opt::choice(
    "spread",
    &[("uniform", uniform), ("gaussian", bell)],
    "How numbers are spread: all the same, or mostly in the middle, with one in twenty past the ends.",
);

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "random",
        category: Category::Control,
        summary: "A number by chance, again and again.",
        doc: "Gives a new number every few beats, or with each trigger. Its chance is its own: the same node of \
              the same patch gives the same numbers each time it is played, unless the seed is another.",
        example: "let radius = random(4, 40, 0.5);\nscreen(blur(test_card(), radius));\n",
        inputs: &[&LOW.0, &HIGH.0, &EVERY.0, &TRIGGER.0],
        options: &[SPREAD.0],
        outputs: &[VALUE.0, CHANGED.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| Ok(Box::new(Random { seed: ctx.seed, spread: options.get(&SPREAD), drawn: 0 })),
}];

struct Random {
    seed: u64,
    /// From a seed and a number, mostly between 0 and 1.
    spread: fn(u64, i64) -> f64,
    /// Numbers drawn by triggers.
    drawn: i64,
}

impl Node for Random {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let by_trigger = io.position(&TRIGGER.0.name).is_some_and(|position| io.is_given(position));
        let (number, changed) = if by_trigger {
            let edges = io.trigger(&TRIGGER);
            self.drawn = self.drawn.saturating_add(i64::from(edges));
            (self.drawn, edges)
        } else {
            let cells = Base::Beats.span(ctx).cells(io.control(&EVERY), 0.0);
            cells.map_or((0, 0), |cells| (cells.now, cells.begun()))
        };
        let (low, high) = (io.control(&LOW), io.control(&HIGH));
        io.set_control(&VALUE, ANY.clamp(low + (high - low) * (self.spread)(self.seed, number)));
        io.set_trigger(&CHANGED, changed);
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        self.drawn = old.drawn;
    }
}

/// Around the middle; the ends are two standard deviations away.
fn bell(seed: u64, number: i64) -> f64 {
    0.5 + gaussian(seed, number) / 4.0
}

#[cfg(test)]
mod tests {
    use super::bell;

    #[test]
    fn one_in_twenty_lies_past_the_ends() {
        let outside = (0..100_000).filter(|number| !(0.0..=1.0).contains(&bell(3, *number))).count();
        assert!((4_000..5_100).contains(&outside), "{outside}");
    }
}
