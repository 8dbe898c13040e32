//! A room with people who move, for when no camera is there.

mod people;

use std::any::Any;
use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::Effect;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Role, Unit, range};

use crate::effect::compile;

use people::{LIMBS, Limb, MOST_PEOPLE, Person};

const SPEED: In<Control> = In::control(
    "speed",
    1.0,
    Unit::Ratio,
    range(0.0, 4.0),
    range(-100.0, 100.0),
    "How fast everything moves; below 0 backwards.",
);
const PEOPLE: In<Control> = In::control(
    "people",
    3.0,
    Unit::None,
    range(0.0, 5.0),
    range(0.0, MOST_PEOPLE as f64),
    "How many people are in the room.",
);
const IMAGE: Out<Frame> = Out::new("image", "The room, at the size of the canvas.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "scene",
        category: Category::Source,
        summary: "A room with people who dance slowly.",
        doc: "A moving scene as a camera would see it, drawn by the program: people in a room with the \
              light of a window. It stands in for a camera, to try patches on.",
        example: "screen(feedback(scene(#{ people: 4 }), #{ trail: 0.3 }));\n",
        inputs: &[&SPEED.0, &PEOPLE.0],
        options: &[],
        outputs: &[IMAGE.0],
        role: Role::Plain,
        breaks_cycles: false,
    },
    inputs_for: None,
    make: |ctx, _| {
        let shadow = concat!(include_str!("wgsl/scene_people.wgsl"), include_str!("wgsl/scene_shadow.wgsl"));
        let room = concat!(include_str!("wgsl/scene_people.wgsl"), include_str!("wgsl/scene.wgsl"));
        Ok(Box::new(Scene {
            shadow: compile::<Uniforms>(ctx, "scene shadow", 0, shadow)?,
            room: compile::<Uniforms>(ctx, "scene", 1, room)?,
            secs: 0.0,
        }))
    },
}];

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Uniforms {
    /// Middle and half of the sides of the box that each fills.
    boxes: [[f32; 4]; MOST_PEOPLE],
    limbs: [[Limb; LIMBS]; MOST_PEOPLE],
    size: [f32; 2],
    /// Turns of the curtain and of the light, which is all that the shader itself moves.
    turns: [f32; 2],
    people: u32,
    padding: [u32; 3],
}

/// Lines of the picture of the shadows.
const SHADOW_LINES: u32 = 90;

struct Scene {
    shadow: Arc<Effect>,
    room: Arc<Effect>,
    secs: f64,
}

impl Node for Scene {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        self.secs += io.control(&SPEED) * ctx.tick.delta_secs();
        let size_px = ctx.canvas_px;
        let size = size_px.map(|side| side as f32);
        let people = (io.control(&PEOPLE).round() as usize).min(MOST_PEOPLE);
        let mut uniforms = Uniforms {
            boxes: [[0.0; 4]; MOST_PEOPLE],
            limbs: [[Limb::zeroed(); LIMBS]; MOST_PEOPLE],
            size,
            turns: [0.11, 0.05].map(|rate_hz| (self.secs * rate_hz).rem_euclid(1.0) as f32),
            people: people as u32,
            padding: [0; 3],
        };
        let shape = f64::from(size[0] / size[1]);
        for number in 0..people {
            let person = Person::new(number, people, shape, self.secs);
            uniforms.boxes[number] = person.bounds();
            uniforms.limbs[number] = person.limbs;
        }
        let gpu = ctx.gpu()?;
        let bytes = bytemuck::bytes_of(&uniforms);
        let shrink = size_px[1].div_ceil(SHADOW_LINES);
        let shadow = gpu.draw(&self.shadow, &[], bytes, size_px.map(|side| side.div_ceil(shrink)))?;
        let texture = gpu.draw(&self.room, &[&shadow], bytes, size_px)?;
        io.set_frame(&IMAGE, Frame::from_texture(texture));
        Ok(())
    }

    fn adopt(&mut self, old: &mut dyn Any) {
        if let Some(old) = old.downcast_ref::<Scene>() {
            self.secs = old.secs;
        }
    }
}
