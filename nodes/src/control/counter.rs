//! Counts triggers.

use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::{Control, Trigger};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

const TRIGGER: In<Trigger> = In::required("trigger", "What is counted.");
const TO: In<Control> = In::control(
    "to",
    8.0,
    Unit::None,
    range(0.0, 64.0),
    range(0.0, 1e9),
    "Count at which it begins again at 0, rounded; at 0 it never does.",
);
const RESET: In<Trigger> = In::optional("reset", "Begins again at 0.");
const COUNT: Out<Control> = Out::new("count", "The count, from 0 up to, but never, `to`.");
const WRAPPED: Out<Trigger> = Out::new("wrapped", "Each time it begins again by itself.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "counter",
        category: Category::Control,
        summary: "Counts triggers.",
        doc: "Counts up by 1 with each trigger and begins again when it gets to `to`. Its `wrapped` divides a \
              rhythm: with `to` at 4, every fourth trigger. The count survives a reload.",
        example: "let step = counter(beat().trigger, 4);\nscreen(blur(test_card(), step * 8 + 2));\n",
        inputs: &[&TRIGGER.0, &TO.0, &RESET.0],
        outputs: &[COUNT.0, WRAPPED.0],
        ..NodeSpec::PLAIN
    },
    make: |_, _| Ok(Box::new(Counter(0))),
}];

struct Counter(u64);

impl Node for Counter {
    fn frame(&mut self, _ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let to = io.control(&TO).round() as u64;
        let wrapped = self.count(io.trigger(&TRIGGER), to, io.trigger(&RESET) > 0);
        io.set_control(&COUNT, self.0 as f64);
        io.set_trigger(&WRAPPED, wrapped);
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        self.0 = old.0;
    }
}

impl Counter {
    /// How often it began again.
    fn count(&mut self, edges: u32, to: u64, reset: bool) -> u32 {
        // A reset in the same frame comes first: what is counted then is the 0.
        let total = if reset { 0 } else { self.0.saturating_add(u64::from(edges)) };
        // A count that lies past a new, lower end begins again without a trigger.
        let wraps = if edges > 0 { total.checked_div(to).unwrap_or(0) } else { 0 };
        self.0 = total.checked_rem(to).unwrap_or(total);
        u32::try_from(wraps).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::Counter;

    #[test]
    fn counts_wraps_and_resets() {
        let mut counter = Counter(0);
        for (edges, to, reset, count, wrapped) in [
            (0, 3, false, 0, 0),
            (1, 3, false, 1, 0),
            (2, 3, false, 0, 1),
            (7, 3, false, 1, 2),
            (1, 3, true, 0, 0),
            (5, 0, false, 5, 0),
            (0, 3, false, 2, 0),
        ] {
            assert_eq!((counter.count(edges, to, reset), counter.0), (wrapped, count));
        }
    }
}
