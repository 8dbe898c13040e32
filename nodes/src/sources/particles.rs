//! Thousands of points that drift.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::{Effect, EffectDesc, Fit, Points, Recorder, Texture};
use pastiche_engine::io::Io;
use pastiche_engine::node::{BuildCtx, BuildError, Fault, FrameCtx, Node};
use pastiche_engine::port::{Colour, Control};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Opt, Out, Range, Unit, range};

use crate::effect::{AtAmount, compile};

const FAR: Range = range(-20_000.0, 20_000.0);

const IMAGE: In<Frame> = In::optional("image", "Picture under the particles; without one there is nothing.");
const FLOW: In<Frame> =
    In::optional("flow", "Picture that carries them: red to the right, green up, from a middle grey.");
const SIZE: In<Control> =
    In::control("size", 8.0, Unit::Px, range(1.0, 60.0), range(0.0, 4000.0), "How wide a particle is.");
const LIFE: In<Control> =
    In::control("life", 4.0, Unit::Secs, range(0.2, 20.0), range(0.02, 3600.0), "How long a particle lives.");
const SPEED: In<Control> = In::control(
    "speed",
    60.0,
    Unit::Px,
    range(0.0, 600.0),
    FAR,
    "How far a new particle flies outwards in a second.",
);
const GRAVITY: In<Control> = In::control(
    "gravity",
    0.0,
    Unit::Px,
    range(-600.0, 600.0),
    FAR,
    "How much faster it falls with every second; below 0 it rises.",
);
const TURBULENCE: In<Control> = In::control(
    "turbulence",
    80.0,
    Unit::Px,
    range(0.0, 600.0),
    FAR,
    "How far whirls in the air carry it in a second.",
);
const FOLLOW: In<Control> = In::control(
    "follow",
    1.0,
    Unit::Ratio,
    range(0.0, 4.0),
    range(-100.0, 100.0),
    "How strongly the flow picture carries it: at 1 full red is 1080 pixels in a second.",
);
const DRAG: In<Control> = In::control(
    "drag",
    1.0,
    Unit::None,
    range(0.0, 8.0),
    range(0.0, 1000.0),
    "How quickly the air takes it along: in a second it keeps 1 / e of its own way at 1.",
);
const X: In<Control> = In::control(
    "x",
    0.0,
    Unit::Px,
    range(-960.0, 960.0),
    FAR,
    "How far to the right of the middle they begin.",
);
const Y: In<Control> =
    In::control("y", 0.0, Unit::Px, range(-540.0, 540.0), FAR, "How far above the middle they begin.");
const SPREAD: In<Control> = In::control(
    "spread",
    1150.0,
    Unit::Px,
    range(0.0, 1200.0),
    range(0.0, 20_000.0),
    "How far around that place they begin.",
);
const GLOW: In<Control> = In::control(
    "glow",
    0.7,
    Unit::Ratio,
    range(0.0, 1.0),
    range(0.0, 1.0),
    "Whether they add their light, at 1, or cover what is behind them, at 0.",
);
const COLOUR: In<Colour> = In::colour("colour", Colour::WHITE, "Their colour.");
const AMOUNT: In<Control> = In::amount("How much of the particles, over the picture.");
const OUT: Out<Frame> = Out::new("image", "The particles over the picture.");

const MOST: f64 = 65_536.0;

const COUNT: Opt<usize> = Opt::whole("count", 8192, range(1.0, MOST), "How many there are.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "particles",
        category: Category::Source,
        summary: "Thousands of points that drift, fall and are carried along.",
        doc: "Particles begin around a place, fly outwards, are carried by whirls and by a flow picture \
              (see `flow`, and `noise` with `curl`), and fade. Without a picture under them they are drawn \
              at the size of the canvas. They go on through a reload.",
        example: "let wind = noise(#{ form: \"curl\", scale: 500 });\n\
                  screen(particles(#{ flow: wind, colour: colour(\"#ffb070\"), turbulence: 0, count: 4096 }));\n",
        inputs: &[
            &IMAGE.0,
            &FLOW.0,
            &SIZE.0,
            &LIFE.0,
            &SPEED.0,
            &GRAVITY.0,
            &TURBULENCE.0,
            &FOLLOW.0,
            &DRAG.0,
            &X.0,
            &Y.0,
            &SPREAD.0,
            &GLOW.0,
            &COLOUR.0,
            &AMOUNT.0,
        ],
        options: &[COUNT.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| {
        let count = options.get(&COUNT) as u32;
        Ok(Box::new(Particles::new(ctx, count)?))
    },
}];

/// Particles in a row of the textures of their state.
const ROW: u32 = 256;
/// After a longer pause they go on as if nothing had been.
const LONGEST_FRAME_SECS: f64 = 0.1;

/// The same for every pass. Lengths are heights of the picture.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Uniforms {
    colour: [f32; 4],
    place: [f32; 2],
    shape: f32,
    spread: f32,
    delta: f32,
    life: f32,
    speed: f32,
    gravity: f32,
    turbulence: f32,
    follow: f32,
    drag: f32,
    size: f32,
    glow: f32,
    /// A height of the picture in pixels.
    lines: f32,
    time: f32,
    seed: u32,
    count: u32,
    fresh: u32,
    frame: u32,
    padding: u32,
}

struct Particles {
    seed: u32,
    count: u32,
    movement: Arc<Effect>,
    place: Arc<Effect>,
    points: Points,
    over: Arc<Effect>,
    at_amount: AtAmount,
    state: Option<State>,
    frame: u32,
}

struct State {
    /// Velocity, and age as two numbers.
    movement: Texture,
    /// Both coordinates, each as two numbers.
    place: Texture,
}

impl Particles {
    fn new(ctx: &BuildCtx<'_>, count: u32) -> Result<Particles, BuildError> {
        let shared = concat!(include_str!("../random.wgsl"), include_str!("particles.wgsl"));
        let movement =
            format!("{}{shared}{}", include_str!("../colour.wgsl"), include_str!("particles_movement.wgsl"));
        let place = format!("{shared}{}", include_str!("particles_place.wgsl"));
        let points = format!("{shared}{}", include_str!("particles_points.wgsl"));
        let desc =
            EffectDesc { label: "particles", wgsl: &points, inputs: 2, uniform_bytes: size_of::<Uniforms>() };
        let points = ctx.gpu()?.points(&desc).map_err(|error| {
            let message = format!("the graphics adapter cannot run the shader \"particles\": {error}");
            BuildError::new(message, "update its driver")
        })?;
        Ok(Particles {
            seed: (ctx.seed ^ (ctx.seed >> 32)) as u32,
            count,
            movement: compile::<Uniforms>(ctx, "particles movement", 3, &movement)?,
            place: compile::<Uniforms>(ctx, "particles place", 3, &place)?,
            points,
            over: compile::<()>(ctx, "particles over", 2, include_str!("particles_over.wgsl"))?,
            at_amount: AtAmount::new(ctx)?,
            state: None,
            frame: 0,
        })
    }

    /// Moves all particles on.
    fn advance(&mut self, gpu: &mut Recorder, uniforms: &Uniforms, flow: &Texture) -> Result<(), Fault> {
        let size_px = [ROW, self.count.div_ceil(ROW)];
        let bytes = bytemuck::bytes_of(uniforms);
        let before = match self.state.take() {
            Some(state) => state,
            None => {
                let nothing = gpu.solid(Colour([0.0; 4]), [1, 1])?;
                State { movement: nothing.clone(), place: nothing }
            }
        };
        let inputs = [&before.movement, &before.place, flow];
        let movement = gpu.draw(&self.movement, &inputs, bytes, size_px)?;
        let inputs = [&before.movement, &before.place, &movement];
        let place = gpu.draw(&self.place, &inputs, bytes, size_px)?;
        self.state = Some(State { movement, place });
        Ok(())
    }
}

impl Node for Particles {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let image = io.frame(&IMAGE).cloned();
        let size_px = image.as_ref().map_or(ctx.canvas_px, Frame::size_px);
        let [width, height] = size_px.map(|side| side as f32);
        let length = |key: &In<Control>| (io.control(key) / 1080.0) as f32;
        let number = |key: &In<Control>| io.control(key) as f32;
        self.frame = self.frame.wrapping_add(1);
        let flow = io.frame(&FLOW);
        let uniforms = Uniforms {
            colour: io.colour(&COLOUR).0,
            place: [length(&X), length(&Y)],
            shape: width / height,
            spread: length(&SPREAD),
            delta: ctx.tick.delta_secs().min(LONGEST_FRAME_SECS) as f32,
            life: number(&LIFE),
            speed: length(&SPEED),
            gravity: length(&GRAVITY),
            turbulence: length(&TURBULENCE),
            follow: if flow.is_some() { number(&FOLLOW) } else { 0.0 },
            drag: number(&DRAG),
            size: length(&SIZE),
            glow: number(&GLOW),
            lines: height,
            time: ctx.tick.shader_secs(),
            seed: self.seed,
            count: self.count,
            fresh: u32::from(self.state.is_none()),
            frame: self.frame,
            padding: 0,
        };
        let amount = io.control(&AMOUNT);
        let gpu = ctx.gpu()?;
        let flow = match flow {
            Some(flow) => {
                let flow = gpu.texture(flow)?;
                gpu.fit(&flow, size_px, Fit::Cover)?
            }
            None => gpu.solid(Colour([0.0; 4]), [1, 1])?,
        };
        self.advance(gpu, &uniforms, &flow)?;
        let base = match image {
            Some(image) => image,
            None => Frame::from_texture(gpu.solid(Colour([0.0; 4]), size_px)?),
        };
        let Some(state) = self.state.as_ref().filter(|_| amount != 0.0) else {
            io.set_frame(&OUT, base);
            return Ok(());
        };
        let inputs = [&state.movement, &state.place];
        let bytes = bytemuck::bytes_of(&uniforms);
        let drawn = gpu.draw_points(&self.points, &inputs, bytes, self.count, size_px)?;
        let below = gpu.texture(&base)?;
        let all = gpu.draw(&self.over, &[&below, &drawn], &[], size_px)?;
        let result = self.at_amount.draw(gpu, &base, all, amount)?;
        io.set_frame(&OUT, result);
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        (self.state, self.frame) = (old.state.take(), old.frame);
    }
}
