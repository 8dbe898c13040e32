//! A room with people who dance slowly, drawn by the program.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::{Effect, Recorder};
use pastiche_engine::node::{BuildCtx, BuildError, Fault};

use crate::effect::compile;

mod people;

pub(crate) use people::MOST_PEOPLE;
use people::{LIMBS, Limb, Person};

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

/// What draws it.
pub(crate) struct Room {
    shadow: Arc<Effect>,
    room: Arc<Effect>,
}

impl Room {
    pub(crate) fn new(ctx: &BuildCtx<'_>) -> Result<Room, BuildError> {
        let shadow = concat!(include_str!("scene_people.wgsl"), include_str!("scene_shadow.wgsl"));
        let room = concat!(include_str!("scene_people.wgsl"), include_str!("scene.wgsl"));
        Ok(Room {
            shadow: compile::<Uniforms>(ctx, "scene shadow", 0, shadow)?,
            room: compile::<Uniforms>(ctx, "scene", 1, room)?,
        })
    }

    /// This many people at a time, in seconds of their own.
    pub(crate) fn draw(
        &self,
        gpu: &mut Recorder,
        size_px: [u32; 2],
        people: usize,
        secs: f64,
    ) -> Result<Frame, Fault> {
        let size = size_px.map(|side| side as f32);
        let people = people.min(MOST_PEOPLE);
        let mut uniforms = Uniforms {
            boxes: [[0.0; 4]; MOST_PEOPLE],
            limbs: [[Limb::zeroed(); LIMBS]; MOST_PEOPLE],
            size,
            turns: [0.11, 0.05].map(|rate_hz| (secs * rate_hz).rem_euclid(1.0) as f32),
            people: people as u32,
            padding: [0; 3],
        };
        let shape = f64::from(size[0] / size[1]);
        for number in 0..people {
            let person = Person::new(number, people, shape, secs);
            uniforms.boxes[number] = person.bounds();
            uniforms.limbs[number] = person.limbs;
        }
        let bytes = bytemuck::bytes_of(&uniforms);
        let shrink = size_px[1].div_ceil(SHADOW_LINES);
        let shadow = gpu.draw(&self.shadow, &[], bytes, size_px.map(|side| side.div_ceil(shrink)))?;
        gpu.draw(&self.room, &[&shadow], bytes, size_px).map(Frame::from_texture)
    }
}
