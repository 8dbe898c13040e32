//! A walk from style to style.

use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node, Status};
use pastiche_engine::port::{Control, List, Style};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::paint::painting_style::{mix, settled};
use crate::timing::{Base, Cycles};

const STYLES: In<List<Style>> =
    In::required("styles", "Styles in the order of the walk, all of the same network.");
const SPEED: In<Control> = In::control(
    "speed",
    0.02,
    Unit::Hz,
    range(0.0, 1.0),
    range(-1000.0, 1000.0),
    "Rounds a second, or a beat; negative walks backwards.",
);
const OFFSET: In<Control> = In::control(
    "offset",
    0.0,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-1000.0, 1000.0),
    "How far it is ahead, in rounds: with a speed of 0, the place itself.",
);
const STYLE: Out<Style> = Out::new("style", "The style at the place.");
const POSITION: Out<Control> = Out::share("position", "The place, from 0 to 1.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "style_path",
        category: Category::Paint,
        summary: "Walks through styles, round and round.",
        doc: "A closed path from the first style over all others and back to the first; between two styles it \
              mixes both. The place is kept when the speed moves and when the patch is changed.",
        example: "let walk = style_path([style(\"blue_swirls\"), style(\"red_embers\"), style(\"ink_and_peach\")], 0.1);\n\
                  screen(style_transfer(test_card(), walk));\n",
        inputs: &[&STYLES.0, &SPEED.0, &OFFSET.0],
        options: &[Base::RATE_OPTION.0],
        outputs: &[STYLE.0, POSITION.0],
        ..NodeSpec::PLAIN
    },
    make: |_, options| {
        Ok(Box::new(StylePath {
            base: options.get(&Base::RATE_OPTION),
            cycles: None,
            last: None,
            waiting: true,
        }))
    },
}];

struct StylePath {
    base: Base,
    /// Nothing before the first frame.
    cycles: Option<Cycles>,
    last: Option<Style>,
    waiting: bool,
}

impl Node for StylePath {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let (span, speed) = (self.base.span(ctx), io.control(&SPEED));
        let cycles = match self.cycles {
            Some(cycles) => cycles.later(speed * span.delta()),
            None if self.base == Base::Beats => Cycles::at(speed * span.now),
            None => Cycles::default(),
        };
        self.cycles = Some(cycles);
        let position = cycles.later(io.control(&OFFSET)).along;
        io.set_control(&POSITION, position);
        let count = io.styles(&STYLES).count();
        if count == 0 {
            return Err(Fault::new("it has no styles", "give it a list such as `[style(3), style(19)]`"));
        }
        let (from, to, share) = between(position, count);
        let (Some(from), Some(to)) = (style_at(io, from), style_at(io, to)) else {
            self.waiting = true;
            return Ok(());
        };
        self.waiting = false;
        if let Some(mixed) = mix(|| [(from, 1.0 - share), (to, share)].into_iter())? {
            io.set_style(&STYLE, settled(&mut self.last, mixed));
        }
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        self.cycles = old.cycles;
    }

    fn status(&self) -> Status {
        if self.waiting { Status::Waiting("waiting for a style".into()) } else { Status::Ready }
    }
}

fn style_at<'a>(io: &Io<'a>, number: usize) -> Option<&'a Style> {
    let key = STYLES;
    io.styles(&key).nth(number).flatten()
}

/// The style behind a place, the one in front of it, and how much of the latter.
fn between(position: f64, count: usize) -> (usize, usize, f64) {
    let place = position * count as f64;
    let from = (place.floor() as usize).min(count - 1);
    (from, (from + 1) % count, place - from as f64)
}

#[cfg(test)]
mod tests {
    use super::between;

    #[test]
    fn the_path_is_closed_and_has_no_steps() {
        assert_eq!(between(0.0, 3), (0, 1, 0.0));
        assert_eq!(between(0.5, 3), (1, 2, 0.5));
        assert_eq!(between(5.0 / 6.0, 3), (2, 0, 0.5));
        assert_eq!(between(0.75, 1), (0, 0, 0.75));
        for count in 1..6 {
            let weight = |position: f64, style: usize| {
                let (from, to, share) = between(position, count);
                f64::from(u8::from(from == style)) * (1.0 - share) + f64::from(u8::from(to == style)) * share
            };
            for step in 0..1000 {
                let [here, next] = [step, (step + 1) % 1000].map(|step| f64::from(step) / 1000.0);
                let moved = (0..count).map(|style| (weight(here, style) - weight(next, style)).abs());
                assert!(moved.fold(0.0, f64::max) < 0.011);
            }
        }
    }
}
