//! A weight on a spring.

use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{ANY, Category, In, NodeSpec, Out, Unit, range};

const TARGET: In<Control> =
    In::control("target", 0.0, Unit::None, range(0.0, 1.0), ANY, "Where the spring pulls to.");
const STIFFNESS: In<Control> = In::control(
    "stiffness",
    100.0,
    Unit::None,
    range(0.0, 400.0),
    range(0.0, 1e8),
    "How hard it pulls: 40 swings about once a second, four times as much twice as fast.",
);
const DAMPING: In<Control> = In::control(
    "damping",
    6.0,
    Unit::None,
    range(0.0, 40.0),
    range(0.0, 1e6),
    "How fast it comes to rest; from two roots of the stiffness upwards it no longer swings.",
);
const VALUE: Out<Control> = Out::new("value", "Where the weight is.");
const SPEED: Out<Control> = Out::new("speed", "How fast it moves, in a second.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "spring",
        category: Category::Control,
        summary: "Follows like a weight on a spring.",
        doc: "Swings to wherever its target jumps, overshoots and comes to rest. The movement is the exact one \
              at any frame rate; where it is and how fast survive a reload.",
        example: "let jump = random(8, 30, 2);\nscreen(blur(test_card(), spring(jump, 60, 4)));\n",
        inputs: &[&TARGET.0, &STIFFNESS.0, &DAMPING.0],
        outputs: &[VALUE.0, SPEED.0],
        ..NodeSpec::PLAIN
    },
    make: |_, _| Ok(Box::new(Spring(None))),
}];

/// Where the weight is and how fast it moves; at the target before the first frame.
struct Spring(Option<(f64, f64)>);

impl Node for Spring {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let target = io.control(&TARGET);
        let (value, speed) = match self.0 {
            None => (target, 0.0),
            Some((value, speed)) => {
                let response =
                    Response::new(io.control(&STIFFNESS), io.control(&DAMPING), ctx.tick.delta_secs());
                let (away, speed) = response.later(value - target, speed);
                (ANY.clamp(target + away), ANY.clamp(speed))
            }
        };
        self.0 = Some((value, speed));
        io.set_control(&VALUE, value);
        io.set_control(&SPEED, speed);
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        self.0 = old.0;
    }
}

/// The solution of x'' = -stiffness x - damping x' after some time: the answer to a push of speed 1,
/// and its slope.
struct Response {
    stiffness: f64,
    damping: f64,
    push: f64,
    slope: f64,
}

impl Response {
    fn new(stiffness: f64, damping: f64, secs: f64) -> Response {
        let half = damping / 2.0;
        let discriminant = half * half - stiffness;
        let (push, slope) = if discriminant < 0.0 {
            let turn = (-discriminant).sqrt();
            let (sine, cosine) = (turn * secs).sin_cos();
            let decay = (-half * secs).exp();
            (decay * sine / turn, decay * (cosine - half * sine / turn))
        } else {
            // Both roots are negative. The slow one is written so that it does not cancel out.
            let apart = discriminant.sqrt();
            let fast = -half - apart;
            let slow = if fast == 0.0 { 0.0 } else { stiffness / fast };
            // The difference of two exponentials, exact where the roots meet.
            let width = 2.0 * apart;
            let spread = if width * secs < 1e-12 { secs } else { -(-width * secs).exp_m1() / width };
            let push = (slow * secs).exp() * spread;
            (push, slow * push + (fast * secs).exp())
        };
        Response { stiffness, damping, push, slope }
    }

    /// Where it is and how fast it moves, from where it was.
    fn later(&self, away: f64, speed: f64) -> (f64, f64) {
        let rest = self.slope + self.damping * self.push;
        (away * rest + speed * self.push, speed * self.slope - self.stiffness * away * self.push)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Small steps of the differential equation itself.
    fn numeric(stiffness: f64, damping: f64, secs: f64, (mut away, mut speed): (f64, f64)) -> (f64, f64) {
        let steps = 200_000;
        let delta = secs / f64::from(steps);
        for _ in 0..steps {
            // The midpoint method.
            let force = |away: f64, speed: f64| -stiffness * away - damping * speed;
            let (middle, middle_speed) =
                (away + speed * delta / 2.0, speed + force(away, speed) * delta / 2.0);
            away += middle_speed * delta;
            speed += force(middle, middle_speed) * delta;
        }
        (away, speed)
    }

    #[test]
    fn it_is_the_solution_of_its_equation() {
        for (stiffness, damping) in
            [(100.0, 6.0), (100.0, 20.0), (100.0, 90.0), (0.0, 3.0), (0.0, 0.0), (40.0, 0.0)]
        {
            let (away, speed) = Response::new(stiffness, damping, 0.3).later(1.0, -2.0);
            let (away_2, speed_2) = numeric(stiffness, damping, 0.3, (1.0, -2.0));
            assert!(
                (away - away_2).abs() < 1e-6 && (speed - speed_2).abs() < 1e-5,
                "{stiffness} {damping}: {away} {speed} against {away_2} {speed_2}"
            );
        }
    }

    #[test]
    fn the_frame_rate_does_not_matter() {
        for (stiffness, damping) in [(400.0, 2.0), (100.0, 20.0), (30.0, 100.0)] {
            let at = |fps: u32| {
                let response = Response::new(stiffness, damping, 1.0 / f64::from(fps));
                (0..2 * fps).fold((1.0, 0.0), |(away, speed), _| response.later(away, speed))
            };
            let expected = Response::new(stiffness, damping, 2.0).later(1.0, 0.0);
            for fps in [1, 24, 60, 144] {
                let (away, speed) = at(fps);
                assert!((away - expected.0).abs() < 1e-9 && (speed - expected.1).abs() < 1e-7, "{fps}");
            }
        }
    }

    #[test]
    fn it_never_runs_away() {
        for (stiffness, damping) in [(1e8, 0.0), (1e8, 1e6), (0.0, 1e6), (1e-300, 1e6), (1e8, 2e4)] {
            for secs in [0.0, 1e-3, 1.0, 1e6] {
                let (away, speed) = Response::new(stiffness, damping, secs).later(1.0, 0.0);
                assert!(
                    away.abs() <= 1.0 + 1e-6 && speed.is_finite(),
                    "{stiffness} {damping} {secs}: {away} {speed}"
                );
            }
        }
    }
}
