//! A picture moved, turned and scaled.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::Effect;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, Choice, In, NodeSpec, Opt, Out, Unit, range};

use crate::effect::{compile, pass, to_change};

const IMAGE: In<Frame> = In::required("image", "Picture to move.");
const TRANSLATE_X: In<Control> = In::control(
    "translate_x",
    0.0,
    Unit::Px,
    range(-960.0, 960.0),
    range(-100_000.0, 100_000.0),
    "How far to the right.",
);
const TRANSLATE_Y: In<Control> = In::control(
    "translate_y",
    0.0,
    Unit::Px,
    range(-540.0, 540.0),
    range(-100_000.0, 100_000.0),
    "How far up.",
);
const ROTATE: In<Control> = In::control(
    "rotate",
    0.0,
    Unit::Degrees,
    range(-180.0, 180.0),
    range(-36_000.0, 36_000.0),
    "How far it is turned.",
);
const SCALE: In<Control> = In::control(
    "scale",
    1.0,
    Unit::None,
    range(0.0, 4.0),
    range(-1000.0, 1000.0),
    "How many times as large; below 0 it stands on its head.",
);
const ANCHOR_X: In<Control> = In::control(
    "anchor_x",
    0.5,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-10.0, 10.0),
    "The point that turning and scaling leave in place, across the picture: 0 is left, 1 right.",
);
const ANCHOR_Y: In<Control> = In::control(
    "anchor_y",
    0.5,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-10.0, 10.0),
    "The point that turning and scaling leave in place, up the picture: 0 is the bottom, 1 the top.",
);
const AMOUNT: In<Control> = In::amount("How far along the movement.");
const OUT: Out<Frame> = Out::new("image", "The moved picture, in its own size.");

/// With the numbers of `transform.wgsl`.
const EDGE: Opt<Choice<u32>> = Opt::choice(
    "edge",
    &[("none", 0), ("tile", 1), ("mirror", 2)],
    "What is seen beside the picture: nothing, the picture again, or its mirror image.",
);

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "transform",
        category: Category::Look,
        summary: "Moves, turns and scales a picture.",
        doc: "Moves, turns and scales the picture around its anchor; the size of the frame stays. \
              Shrunken pictures are filtered, so that they do not flicker. `amount` is the share of the \
              way: 0.5 moves, turns and scales half as far, 2 twice as far, and below 0 it goes the other \
              way.",
        example: "screen(transform(test_card(), #{ rotate: lfo(0.1) * 30, scale: 0.6, edge: \"mirror\" }));\n",
        inputs: &[
            &IMAGE.0,
            &TRANSLATE_X.0,
            &TRANSLATE_Y.0,
            &ROTATE.0,
            &SCALE.0,
            &ANCHOR_X.0,
            &ANCHOR_Y.0,
            &AMOUNT.0,
        ],
        options: &[EDGE.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    inputs_for: None,
    make: |ctx, options| {
        let wgsl = include_str!("transform.wgsl");
        let effect = compile::<Uniforms>(ctx, "transform", 1, wgsl)?;
        Ok(Box::new(Transform { edge: options.get(&EDGE), effect }))
    },
}];

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Uniforms {
    from_x: [f32; 2],
    from_y: [f32; 2],
    anchor: [f32; 2],
    shift: [f32; 2],
    grow: f32,
    taps: i32,
    edge: u32,
}

struct Transform {
    edge: u32,
    effect: Arc<Effect>,
}

impl Node for Transform {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let Some((image, amount)) = to_change(io, &IMAGE, &AMOUNT, &OUT) else { return Ok(()) };
        let [translate_x, translate_y] =
            [&TRANSLATE_X, &TRANSLATE_Y].map(|key| io.control(key) * ctx.pixel_scale());
        let movement = Movement::new(
            [translate_x * amount, translate_y * amount],
            io.control(&ROTATE) * amount,
            1.0 + (io.control(&SCALE) - 1.0) * amount,
        );
        let uniforms = Uniforms {
            from_x: movement.from_x,
            from_y: movement.from_y,
            anchor: [io.control(&ANCHOR_X) as f32, 1.0 - io.control(&ANCHOR_Y) as f32],
            shift: movement.shift_px,
            grow: movement.grow,
            taps: movement.taps,
            edge: self.edge,
        };
        io.set_frame(&OUT, pass(ctx, &self.effect, &image, &uniforms)?);
        Ok(())
    }
}

/// The way from a place in the result to the place in the picture that is seen there.
#[derive(Debug)]
struct Movement {
    from_x: [f32; 2],
    from_y: [f32; 2],
    /// To the right and down.
    shift_px: [f32; 2],
    grow: f32,
    /// Samples a pixel on each axis.
    taps: i32,
}

const LEAST_SCALE: f64 = 1e-4;
const MOST_TAPS: f64 = 8.0;

impl Movement {
    /// `translate_px` is to the right and up. Rows go down in the picture, so turning
    /// counter-clockwise turns clockwise in pixels.
    fn new(translate_px: [f64; 2], rotate_degrees: f64, scale: f64) -> Movement {
        let grow = scale.abs().max(LEAST_SCALE);
        let shrink = 1.0 / grow.copysign(scale);
        let (sine, cosine) = rotate_degrees.rem_euclid(360.0).to_radians().sin_cos();
        Movement {
            from_x: [(cosine * shrink) as f32, (-sine * shrink) as f32],
            from_y: [(sine * shrink) as f32, (cosine * shrink) as f32],
            shift_px: [translate_px[0] as f32, -translate_px[1] as f32],
            grow: grow as f32,
            taps: (1.0 / grow).ceil().clamp(1.0, MOST_TAPS) as i32,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_turn_brings_the_right_to_the_top() {
        let quarter = Movement::new([0.0; 2], 90.0, 2.0);
        // The place at the top (y is down) shows what was on the right, half as far away.
        let top = [0.0, -2.0];
        let from = [quarter.from_x, quarter.from_y].map(|row| row[0] * top[0] + row[1] * top[1]);
        assert!((from[0] - 1.0).abs() < 1e-6 && from[1].abs() < 1e-6, "{from:?}");
    }

    #[test]
    fn a_small_picture_is_sampled_often_and_none_vanishes_into_infinity() {
        assert_eq!(Movement::new([0.0; 2], 0.0, 1.0).taps, 1);
        assert_eq!(Movement::new([0.0; 2], 0.0, 0.3).taps, 4);
        let none = Movement::new([0.0; 2], 0.0, 0.0);
        assert!(none.from_x[0].is_finite() && none.taps == 8, "{none:?}");
    }
}
