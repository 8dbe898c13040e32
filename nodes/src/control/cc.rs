//! A fader, knob or pedal of a MIDI controller.

use pastiche_engine::io::Io;
use pastiche_engine::midi::{Encoder, Message};
use pastiche_engine::node::{Fault, FrameCtx, Node, Status};
use pastiche_engine::options::Options;
use pastiche_engine::port::{Control, Trigger};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{ANY, Category, Choice, In, NodeSpec, Opt, Out, Unit, range};

use crate::control::midi_listener::{CHANNEL, Heard, Listener, PORT};

const NUMBER: In<Control> = In::control(
    "number",
    1.0,
    Unit::None,
    range(0.0, 127.0),
    range(0.0, 127.0),
    "Number of the controller, rounded; 1 is the modulation wheel, 7 often the volume.",
);
const START: In<Control> = In::control(
    "start",
    0.0,
    Unit::None,
    range(0.0, 1.0),
    ANY,
    "Its value until the controller moves, so that a patch lives with nothing plugged in.",
);
const STEPS: In<Control> = In::control(
    "steps",
    127.0,
    Unit::None,
    range(16.0, 512.0),
    range(1.0, 1e6),
    "How many steps of an endless encoder lead from 0 to 1.",
);
const VALUE: Out<Control> = Out::share("value", "Where it stands, from 0 to 1.");
const MOVED: Out<Trigger> = Out::new("moved", "Each time it moves.");

/// Controllers below it have their fine half this far above (MIDI 1.0, control change messages).
const FINE: usize = 32;

const BITS: Opt<Choice<bool>> = Opt::choice(
    "bits",
    &[("7", false), ("14", true)],
    "How fine it is: 128 steps, or 16384 from two controllers.",
);
const ENCODER: Opt<Choice<Option<Encoder>>> = Opt::choice(
    "encoder",
    &[
        ("absolute", None),
        ("twos_complement", Some(Encoder::TwosComplement)),
        ("binary_offset", Some(Encoder::BinaryOffset)),
        ("sign_magnitude", Some(Encoder::SignMagnitude)),
    ],
    "How it speaks: where it stands, or in which of three ways how far it was turned.",
);

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "cc",
        category: Category::Control,
        summary: "A fader, knob or pedal of a MIDI controller.",
        doc: "Where a controller stands, from 0 to 1. A node that is made later knows where it was left. With \
              14 bits the controllers 0 to 31 are read together with their fine halves, 32 to 63. Endless \
              encoders say how far they are turned, in one of three ways; the value stays between 0 and 1. \
              Steps of a 7-bit controller can be seen: `smooth` takes them out. To move a knob without \
              writing numbers, learn it instead.",
        example: "let soft = smooth(cc(7, #{ start: lfo(0.2) * 0.5 + 0.5 }), 4);\n\
                  screen(blur(test_card(), soft * 40));\n",
        inputs: &[&NUMBER.0, &START.0, &STEPS.0],
        options: &[PORT.0, CHANNEL.0, BITS.0, ENCODER.0],
        outputs: &[VALUE.0, MOVED.0],
        ..NodeSpec::PLAIN
    },
    make: |_, options| Ok(Box::new(Cc::new(options))),
}];

struct Cc {
    listener: Listener,
    is_fine: bool,
    encoder: Option<Encoder>,
    /// What each controller said last.
    values: [Option<u8>; 128],
    /// Where each endless encoder has been turned to.
    turned: [Option<f64>; 128],
}

impl Node for Cc {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let number = io.control(&NUMBER).round() as u8 & 127;
        let (start, steps) = (io.control(&START), io.control(&STEPS));
        let mut moved = 0;
        for heard in self.listener.hear(ctx) {
            moved += u32::from(self.hear(&heard, number, start, steps));
        }
        io.set_control(&VALUE, self.value(usize::from(number)).unwrap_or(start));
        io.set_trigger(&MOVED, moved);
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        if old.listener.is_like(&self.listener) {
            self.turned = old.turned;
        }
    }

    fn status(&self) -> Status {
        self.listener.status()
    }
}

impl Cc {
    fn new(options: &Options) -> Cc {
        Cc {
            listener: Listener::of(options),
            is_fine: options.get(&BITS),
            encoder: options.get(&ENCODER),
            values: [None; 128],
            turned: [None; 128],
        }
    }

    /// Whether the controller of that number moved.
    fn hear(&mut self, heard: &Heard, wanted: u8, start: f64, steps: f64) -> bool {
        let Message::Controller { number, value, .. } = heard.message else { return false };
        let place = usize::from(number & 127);
        if let Some(encoder) = self.encoder {
            // A turn that was made before must not be made again.
            if heard.is_remembered {
                return false;
            }
            let turned = self.turned[place].unwrap_or(start) + f64::from(encoder.steps(value)) / steps;
            self.turned[place] = Some(turned.clamp(0.0, 1.0));
        } else {
            self.values[place] = Some(value);
            if self.is_fine && place < FINE {
                // The fine half starts over with each coarse one.
                self.values[place + FINE] = None;
            }
        }
        let is_half = self.is_fine && usize::from(wanted) < FINE && place == usize::from(wanted) + FINE;
        !heard.is_remembered && (number == wanted || is_half)
    }

    fn value(&self, number: usize) -> Option<f64> {
        if self.encoder.is_some() {
            return self.turned[number];
        }
        let value = self.values[number]?;
        if self.is_fine && number < FINE {
            let fine = self.values[number + FINE].unwrap_or(0);
            return Some(f64::from(u16::from(value) << 7 | u16::from(fine)) / 16_383.0);
        }
        Some(f64::from(value) / 127.0)
    }
}
