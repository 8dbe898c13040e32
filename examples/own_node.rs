//! A node kind of one's own, beside those that come with Pastiche.
//!
//! ```sh
//! cargo run --example own_node
//! ```
//!
//! `wobble` is a control that swings and dies away, and starts over whenever its input jumps. Its
//! declaration is all that the script, the reference and the errors need to know about it.

use pastiche::engine::io::Io;
use pastiche::engine::node::{BuildError, Fault, FrameCtx, Node};
use pastiche::engine::port::{Control, Value};
use pastiche::engine::registry::{NodeKind, Registry};
use pastiche::engine::spec::{Category, In, NodeSpec, Out, Unit, range};
use pastiche::{Pace, Player, PlayerConfig};

const KICK: In<Control> = In::control(
    "kick",
    0.0,
    Unit::None,
    range(0.0, 1.0),
    range(-1e6, 1e6),
    "A jump of this starts the swing.",
);
const RATE: In<Control> =
    In::control("rate", 3.0, Unit::Hz, range(0.1, 10.0), range(-1000.0, 1000.0), "How fast it swings.");
const DECAY: In<Control> =
    In::control("decay", 1.0, Unit::Secs, range(0.1, 5.0), range(0.001, 3600.0), "How long it lasts.");
const SWING: Out<Control> = Out::new("swing", "The swing, around 0.");

static WOBBLE: NodeKind = NodeKind {
    spec: NodeSpec {
        name: "wobble",
        category: Category::Control,
        summary: "A swing that dies away.",
        doc: "Every jump of `kick` sets it swinging again, as high as the jump.",
        example: "let w = wobble(knob(\"kick\", 0.0));\nscreen(test_card().blur(w * 50 + 50));\n",
        inputs: &[&KICK.0, &RATE.0, &DECAY.0],
        outputs: &[SWING.0],
        ..NodeSpec::PLAIN
    },
    make: |_ctx, _options| -> Result<Box<dyn Node>, BuildError> { Ok(Box::new(Wobble::default())) },
};

#[derive(Default)]
struct Wobble {
    kick: f64,
    height: f64,
    phase: f64,
}

impl Node for Wobble {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let seconds = ctx.tick.delta_secs();
        self.phase = (self.phase + io.control(&RATE) * seconds).rem_euclid(1.0);
        self.height *= (-seconds / io.control(&DECAY)).exp();
        let kick = io.control(&KICK);
        if kick != self.kick {
            (self.height, self.phase) = (kick - self.kick, 0.25);
            self.kick = kick;
        }
        io.set_control(&SWING, self.height * (self.phase * std::f64::consts::TAU).sin());
        Ok(())
    }
}

fn main() -> anyhow::Result<()> {
    let kinds = pastiche::nodes::kinds().chain([&WOBBLE]);
    let registry = Registry::new(kinds).map_err(|errors| anyhow::anyhow!("{errors:?}"))?;
    let mut player = Player::new(PlayerConfig::new(registry, Pace::Offline))?;
    player.load_text("wobbling", "let w = wobble(knob(\"kick\", 0.0));\n")?;
    player.step();
    player.set_knob("kick", 1.0);
    let mut highest = 0.0_f64;
    for _ in 0..30 {
        player.step();
        if let Some(Value::Control(swing)) = player.output("w", "swing") {
            highest = highest.max(*swing);
            println!("{}", " ".repeat((swing * 30.0 + 31.0) as usize) + "o");
        }
    }
    anyhow::ensure!(highest > 0.9, "the kick is seen");
    Ok(())
}
