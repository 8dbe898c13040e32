//! A control as it was a while ago.

use std::collections::VecDeque;

use pastiche_engine::clock::SAMPLE_RATE;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{ANY, Category, In, NodeSpec, Out, Unit, range};

const VALUE: In<Control> = In::control("value", 0.0, Unit::None, range(0.0, 1.0), ANY, "Control to delay.");
const SECS: In<Control> =
    In::control("secs", 0.5, Unit::Secs, range(0.0, 4.0), range(0.0, MOST_SECS), "How long ago.");
const OUT: Out<Control> = Out::new("value", "The control as it was.");

/// The longest delay.
const MOST_SECS: f64 = 60.0;

/// The most values that are kept: a minute of 1000 frames a second, and some.
const MOST_VALUES: usize = 65_536;

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "delay_control",
        category: Category::Control,
        summary: "A control as it was a while ago.",
        doc: "Gives a control later, by up to a minute: wave after wave over several pictures from one control. \
              Between two frames it lies on the straight line; what was before the start is the first value.",
        example: "let lead = lfo(0.4) * 12 + 14;\nlet card = test_card();\n\
                  screen(blend(blur(card, lead), blur(card, delay_control(lead, 0.6)), 0.5));\n",
        inputs: &[&VALUE.0, &SECS.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |_, _| Ok(Box::new(DelayControl::default())),
}];

/// Values and the samples at which they were there, oldest first.
#[derive(Default)]
struct DelayControl(VecDeque<(u64, f64)>);

impl Node for DelayControl {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        self.push(ctx.tick.start_sample, io.control(&VALUE));
        io.set_control(&OUT, self.ago(io.control(&SECS)));
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        self.0 = std::mem::take(&mut old.0);
    }
}

impl DelayControl {
    fn push(&mut self, sample: u64, value: f64) {
        // Of what is older than the longest delay, the newest is the other end of a line.
        let oldest = sample.saturating_sub((MOST_SECS * SAMPLE_RATE as f64) as u64);
        while self.0.get(1).is_some_and(|(second, _)| *second <= oldest) || self.0.len() >= MOST_VALUES {
            self.0.pop_front();
        }
        self.0.push_back((sample, value));
    }

    /// The value this many seconds before the newest.
    fn ago(&self, secs: f64) -> f64 {
        let Some((newest, value)) = self.0.back() else { return 0.0 };
        let wanted = secs * SAMPLE_RATE as f64;
        let age = |sample: u64| newest.saturating_sub(sample) as f64;
        let next = self.0.partition_point(|(sample, _)| age(*sample) > wanted);
        let Some((sample, to)) = self.0.get(next) else { return *value };
        let Some((before, from)) = next.checked_sub(1).and_then(|before| self.0.get(before)) else {
            return *to;
        };
        let along = (age(*before) - wanted) / (age(*before) - age(*sample));
        from + (to - from) * along
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pastiche_engine::clock::FrameRate;

    #[test]
    fn it_lies_on_the_line_between_frames_at_any_frame_rate() {
        for fps in [10.0, 29.97, 60.0, 1000.0] {
            let rate = FrameRate::from_fps(fps).unwrap();
            let mut delay = DelayControl::default();
            for frame in 0..(100.0 * fps) as u64 {
                let sample = rate.start_sample(frame);
                let secs = sample as f64 / SAMPLE_RATE as f64;
                delay.push(sample, secs);
                for ago in [0.0, 0.01, 0.5, 59.0, 60.0] {
                    let expected = (secs - ago).max(0.0);
                    assert!((delay.ago(ago) - expected).abs() < 1e-9, "{fps}: {ago} s before {secs}");
                }
            }
            assert!(delay.0.len() <= (fps * MOST_SECS) as usize + 2);
        }
    }

    #[test]
    fn it_never_keeps_more_than_it_may() {
        let mut delay = DelayControl::default();
        (0..200_000).for_each(|sample| delay.push(sample, 1.0));
        assert_eq!(delay.0.len(), MOST_VALUES);
    }
}
