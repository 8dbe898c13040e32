//! A rise and a fall.

use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::{Control, Trigger};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::control::curve::bend;

const GATE: In<Control> = In::control(
    "gate",
    0.0,
    Unit::None,
    range(0.0, 1.0),
    range(-1e6, 1e6),
    "From 0.5 upwards it is open: the envelope rises, falls to the sustained level and stays.",
);
const ATTACK: In<Control> = secs("attack", 0.01, 4.0, "Time to rise to 1.");
const DECAY: In<Control> = secs("decay", 0.25, 4.0, "Time to fall to the sustained level.");
const SUSTAIN: In<Control> = In::control(
    "sustain",
    0.5,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-4.0, 4.0),
    "Level while the gate stays open.",
);
const RELEASE: In<Control> = secs("release", 0.5, 8.0, "Time to fall to 0 once the gate has closed.");
const CURVE: In<Control> = In::control(
    "curve",
    3.0,
    Unit::None,
    range(-8.0, 8.0),
    range(-40.0, 40.0),
    "Form of each slope: 0 is straight, above 0 is quick at first, below 0 slow at first.",
);
const TRIGGER: In<Trigger> =
    In::optional("trigger", "Plays it once, as if a gate closed when the decay is over.");
const LEVEL: Out<Control> = Out::share("level", "The level, 0 at rest.");

const fn secs(name: &'static str, default: f64, most: f64, doc: &'static str) -> In<Control> {
    In::control(name, default, Unit::Secs, range(0.0, most), range(0.0, 86_400.0), doc)
}

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "envelope",
        category: Category::Control,
        summary: "Rises and falls with a gate or a trigger.",
        doc: "The envelope of a synthesizer (attack, decay, sustain, release) for anything. A gate holds it \
              open; a trigger plays it once. It rises from where it is, so playing it again never clicks, and \
              its times are the same at any frame rate.",
        example: "let hit = envelope(0, #{ trigger: beat().trigger, decay: 0.3, sustain: 0 });\n\
                  screen(blur(test_card(), hit * 40));\n",
        inputs: &[&GATE.0, &ATTACK.0, &DECAY.0, &SUSTAIN.0, &RELEASE.0, &CURVE.0, &TRIGGER.0],
        outputs: &[LEVEL.0],
        ..NodeSpec::PLAIN
    },
    make: |_, _| Ok(Box::new(Envelope::default())),
}];

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Stage {
    #[default]
    Rest,
    Attack,
    Decay,
    Sustain,
    Release,
}

#[derive(Clone, Copy)]
struct Settings {
    attack: f64,
    decay: f64,
    sustain: f64,
    release: f64,
    curve: f64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Envelope {
    stage: Stage,
    /// The level at which the stage began.
    from: f64,
    /// The way through the stage, from 0 to 1: a change of its time does not make it jump.
    along: f64,
    open: bool,
}

impl Node for Envelope {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let settings = Settings {
            attack: io.control(&ATTACK),
            decay: io.control(&DECAY),
            sustain: io.control(&SUSTAIN),
            release: io.control(&RELEASE),
            curve: io.control(&CURVE),
        };
        let level =
            self.step(&settings, ctx.tick.delta_secs(), io.control(&GATE) >= 0.5, io.trigger(&TRIGGER) > 0);
        io.set_control(&LEVEL, level);
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        *self = *old;
    }
}

impl Envelope {
    /// The level at the start of a frame in which the gate stands so.
    fn step(&mut self, settings: &Settings, delta_secs: f64, gate: bool, trigger: bool) -> f64 {
        self.pass(settings, delta_secs);
        if trigger || (gate && !self.open) {
            self.begin(Stage::Attack, self.level(settings));
        } else if self.open && !gate && self.stage != Stage::Rest {
            self.begin(Stage::Release, self.level(settings));
        }
        self.open = gate;
        // Stages without a length are over at once.
        self.pass(settings, 0.0);
        self.level(settings)
    }

    fn begin(&mut self, stage: Stage, from: f64) {
        *self = Envelope { stage, from, along: 0.0, open: self.open };
    }

    fn pass(&mut self, settings: &Settings, mut secs: f64) {
        loop {
            let (length, next, from) = match self.stage {
                Stage::Rest => return,
                Stage::Sustain if self.open => return,
                // Nothing holds it open: a trigger has played it.
                Stage::Sustain => (0.0, Stage::Release, settings.sustain),
                Stage::Attack => (settings.attack, Stage::Decay, 1.0),
                Stage::Decay => (settings.decay, Stage::Sustain, settings.sustain),
                Stage::Release => (settings.release, Stage::Rest, 0.0),
            };
            if length > 0.0 {
                self.along += secs / length;
                if self.along < 1.0 {
                    return;
                }
                secs = (self.along - 1.0) * length;
            }
            self.begin(next, from);
        }
    }

    fn level(&self, settings: &Settings) -> f64 {
        let to = match self.stage {
            Stage::Rest => return 0.0,
            Stage::Sustain => return settings.sustain,
            Stage::Attack => 1.0,
            Stage::Decay => settings.sustain,
            Stage::Release => 0.0,
        };
        self.from + (to - self.from) * bend(self.along, settings.curve)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: Settings = Settings { attack: 1.0, decay: 2.0, sustain: 0.5, release: 1.0, curve: 0.0 };

    /// The level after some seconds with the gate open for five of them.
    fn level(settings: &Settings, fps: u32, secs: u32) -> f64 {
        let mut envelope = Envelope::default();
        let mut level = 0.0;
        for frame in 0..=fps * secs {
            let delta = if frame == 0 { 0.0 } else { 1.0 / f64::from(fps) };
            level = envelope.step(settings, delta, frame < 5 * fps, false);
        }
        level
    }

    #[test]
    fn every_stage_takes_its_time_at_any_frame_rate() {
        for fps in [2, 24, 60, 144] {
            let at = |secs| level(&SETTINGS, fps, secs);
            for (secs, expected) in
                [(0, 0.0), (1, 1.0), (2, 0.75), (3, 0.5), (4, 0.5), (5, 0.5), (6, 0.0), (9, 0.0)]
            {
                assert!((at(secs) - expected).abs() < 1e-9, "{fps} fps, {secs} s: {}", at(secs));
            }
        }
    }

    #[test]
    fn a_long_frame_passes_several_stages() {
        let mut envelope = Envelope::default();
        assert_eq!(envelope.step(&SETTINGS, 0.0, true, false), 0.0);
        assert!((envelope.step(&SETTINGS, 2.0, true, false) - 0.75).abs() < 1e-12);
    }

    #[test]
    fn a_trigger_plays_it_once_and_again_from_where_it_is() {
        let mut envelope = Envelope::default();
        assert_eq!(envelope.step(&SETTINGS, 0.0, false, true), 0.0);
        assert_eq!(envelope.step(&SETTINGS, 0.5, false, false), 0.5);
        assert_eq!(envelope.step(&SETTINGS, 0.5, false, false), 1.0);
        assert_eq!(envelope.step(&SETTINGS, 2.5, false, false), 0.25, "half of the release");
        assert_eq!(envelope.step(&SETTINGS, 0.0, false, true), 0.25);
        assert_eq!(envelope.step(&SETTINGS, 0.5, false, false), 0.625);
        assert_eq!(envelope.step(&SETTINGS, 100.0, false, false), 0.0);
    }

    #[test]
    fn without_times_it_is_its_gate() {
        let settings = Settings { attack: 0.0, decay: 0.0, sustain: 1.0, release: 0.0, curve: 3.0 };
        let mut envelope = Envelope::default();
        for gate in [true, true, false, true, false, false] {
            assert_eq!(envelope.step(&settings, 1.0 / 60.0, gate, false), f64::from(u8::from(gate)));
        }
    }
}
