//! A chapel with people who dance slowly, drawn by the program.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::{Effect, Recorder, Texture};
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
    /// Where each stands: x and z of the room, the foot's height on the picture, and a metre there.
    feet: [[f32; 4]; MOST_PEOPLE],
    limbs: [[Limb; LIMBS]; MOST_PEOPLE],
    size: [f32; 2],
    /// Turns of the flames and of the sun, which is all that the shader itself moves.
    turns: [f32; 2],
    people: u32,
    /// The lengths of loops: limbs of a person, candles, and samples of the light along a way.
    parts: u32,
    candles: u32,
    samples: u32,
}

/// Lines of the pictures of what is soft: the light in the air, and the sun on floor and walls.
const AIR_LINES: u32 = 90;
const SUN_LINES: u32 = 120;

const CANDLES: u32 = 8;
const SAMPLES: u32 = 20;

/// What draws it.
pub(crate) struct Room {
    walls: Arc<Effect>,
    air: Arc<Effect>,
    sun: Arc<Effect>,
    people: Arc<Effect>,
    all: Arc<Effect>,
    /// The walls, which do not move, at the size at which they were drawn last.
    standing: Option<(Texture, [u32; 2])>,
}

impl Room {
    pub(crate) fn new(ctx: &BuildCtx<'_>) -> Result<Room, BuildError> {
        macro_rules! pass {
            ($label:literal, $inputs:literal, $($file:literal),+) => {
                compile::<Uniforms>(ctx, $label, $inputs, concat!(include_str!("scene_common.wgsl"), $(include_str!($file)),+))?
            };
        }
        Ok(Room {
            walls: pass!("scene walls", 0, "scene_walls.wgsl"),
            air: pass!("scene air", 0, "scene_air.wgsl"),
            sun: pass!("scene sun", 0, "scene_body.wgsl", "scene_sun.wgsl"),
            people: pass!("scene people", 0, "scene_body.wgsl", "scene_people.wgsl"),
            all: pass!("scene", 4, "scene.wgsl"),
            standing: None,
        })
    }

    /// This many people at a time, in seconds of their own.
    pub(crate) fn draw(
        &mut self,
        gpu: &mut Recorder,
        size_px: [u32; 2],
        people: usize,
        secs: f64,
    ) -> Result<Frame, Fault> {
        let uniforms = uniforms(size_px, people, secs);
        let bytes = bytemuck::bytes_of(&uniforms);
        let walls = match &self.standing {
            Some((walls, drawn_px)) if *drawn_px == size_px => walls.clone(),
            _ => {
                let walls = gpu.draw(&self.walls, &[], bytes, size_px)?;
                self.standing = Some((walls.clone(), size_px));
                walls
            }
        };
        let smaller = |lines: u32| {
            let shrink = size_px[1].div_ceil(lines).max(1);
            size_px.map(|side| side.div_ceil(shrink))
        };
        let air = gpu.draw(&self.air, &[], bytes, smaller(AIR_LINES))?;
        let sun = gpu.draw(&self.sun, &[], bytes, smaller(SUN_LINES))?;
        let people = gpu.draw(&self.people, &[], bytes, size_px.map(|side| side.div_ceil(2)))?;
        gpu.draw(&self.all, &[&walls, &air, &sun, &people], bytes, size_px).map(Frame::from_texture)
    }
}

fn uniforms(size_px: [u32; 2], people: usize, secs: f64) -> Uniforms {
    let people = people.min(MOST_PEOPLE);
    let mut uniforms = Uniforms {
        boxes: [[0.0; 4]; MOST_PEOPLE],
        feet: [[0.0; 4]; MOST_PEOPLE],
        limbs: [[Limb::zeroed(); LIMBS]; MOST_PEOPLE],
        size: size_px.map(|side| side as f32),
        turns: [0.11, 0.05].map(|rate_hz| (secs * rate_hz).rem_euclid(1.0) as f32),
        people: people as u32,
        parts: LIMBS as u32,
        candles: CANDLES,
        samples: SAMPLES,
    };
    // Whoever is nearer stands before the others.
    let mut all: Vec<Person> = (0..people).map(|number| Person::new(number, people, secs)).collect();
    all.sort_by(|one, other| other.foot[1].total_cmp(&one.foot[1]));
    for (number, person) in all.iter().enumerate() {
        uniforms.boxes[number] = person.bounds();
        uniforms.feet[number] = person.foot;
        uniforms.limbs[number] = person.limbs;
    }
    uniforms
}
