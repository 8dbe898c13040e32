//! Echoes of a sound.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use pastiche_engine::audio::{AudioIo, AudioNode, BlockCtx};
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::{Audio, Control};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Opt, Out, Unit, range};
use pastiche_signals as signals;
use pastiche_signals::{DelaySettings, MOST_DELAY_SECS};

use crate::sound::audio_effect::{Glides, Sounding, each_sample, with_more};
use crate::timing::Base;

const SOUND: In<Audio> = In::required("sound", "Sound to echo.");
const TIME: In<Control> = In::control(
    "time",
    0.75,
    Unit::None,
    range(0.0, 4.0),
    range(0.0, 1000.0),
    "From one echo to the next, in beats or seconds as the unit says; up to 10 seconds.",
);
const FEEDBACK: In<Control> = In::control(
    "feedback",
    0.5,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-1.5, 1.5),
    "How loud each echo is after the one before; past 1 they grow until they saturate.",
);
const DAMPING: In<Control> = In::control(
    "damping",
    0.2,
    Unit::Ratio,
    range(0.0, 1.0),
    range(0.0, 1.0),
    "How much of its highs each echo loses.",
);
const AMOUNT: In<Control> = In::amount("How loud the echoes are: 0 is the sound alone.");
const OUT: Out<Audio> = Out::new("sound", "The sound and its echoes.");

const PING_PONG: Opt<bool> =
    Opt::flag("ping_pong", false, "Whether the echoes jump from left to right and back.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "delay",
        category: Category::Sound,
        summary: "Echoes in time with the beat.",
        doc: "The sound comes back after a while, and again, each time softer by the feedback. When time or \
              tempo change, the old echo goes over into the new one within 43 ms, without a click and \
              without bending the pitch. What comes back is never louder than twice full scale, so the \
              echoes stay bounded whatever the feedback: past 1 they are an instrument. For controls there \
              is `delay_control`.",
        example: "let note = gain(tone(330), envelope(0, #{ trigger: every(2), decay: 0.2, sustain: 0 }));\n\
                  speakers(delay(note, 0.75, 0.6));\n",
        inputs: &[&SOUND.0, &TIME.0, &FEEDBACK.0, &DAMPING.0, &AMOUNT.0],
        options: &[Base::OPTION.0, PING_PONG.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |_, options| {
        let secs = Arc::new(AtomicU64::new(0));
        let echoes = Echoes {
            ping_pong: options.get(&PING_PONG),
            secs: secs.clone(),
            delay: signals::Delay::default(),
            glides: Glides::default(),
        };
        Ok(Box::new(Delay { base: options.get(&Base::OPTION), secs, echoes: Sounding::boxed(echoes) }))
    },
}];

/// The frame half knows the tempo, and tells the audio half in seconds.
struct Delay {
    base: Base,
    /// The bits of a number.
    secs: Arc<AtomicU64>,
    echoes: Box<dyn Node>,
}

impl Node for Delay {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let time = io.control(&TIME);
        let secs = match self.base {
            Base::Secs => time,
            // Without a tempo the next beat never comes.
            Base::Beats => time * 60.0 / ctx.beats.bpm.max(1e-3),
        };
        self.secs.store(secs.min(MOST_DELAY_SECS).to_bits(), Relaxed);
        Ok(())
    }

    fn take_audio(&mut self) -> Option<Box<dyn AudioNode>> {
        self.echoes.take_audio()
    }
}

struct Echoes {
    ping_pong: bool,
    secs: Arc<AtomicU64>,
    delay: signals::Delay,
    /// Feedback, damping and amount.
    glides: Glides<3>,
}

impl AudioNode for Echoes {
    fn block(&mut self, _ctx: &BlockCtx, io: &mut AudioIo<'_>) {
        self.glides.toward([&FEEDBACK, &DAMPING, &AMOUNT].map(|key| io.control(key)));
        let (secs, ping_pong) = (f64::from_bits(self.secs.load(Relaxed)), self.ping_pong);
        each_sample(io, &SOUND, &OUT, |sound| {
            let [feedback, damping, amount] = self.glides.advance();
            let settings = DelaySettings { secs, feedback, damping, ping_pong };
            with_more(sound, self.delay.tick(sound, &settings), amount)
        });
    }

    fn adopt(&mut self, old: &mut Self) {
        std::mem::swap(&mut self.delay, &mut old.delay);
        std::mem::swap(&mut self.glides, &mut old.glides);
    }
}
