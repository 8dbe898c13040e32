//! Shapes of one style, colours of another.

use std::sync::Arc;

use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::{Control, Style};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};
use pastiche_models::painting::{LAYER_COUNT, STYLES};

use crate::paint::painting_style::{NETWORK, settled};
use crate::paint::picture_style;

const COARSE: In<Style> = In::required("coarse", "Style of the first layers: shapes and strokes.");
const FINE: In<Style> = In::required("fine", "Style of the last layers: colours and grain.");
const SPLIT: In<Control> = In::control(
    "split",
    0.83,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-1.0, 2.0),
    "Share of the layers that are coarse: at 0 all is the fine style, at 1 all is the coarse one.",
);
const STYLE: Out<Style> = Out::new("style", "The style of both.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "style_layers",
        category: Category::Paint,
        summary: "Strokes of one style and colours of another.",
        doc: "The painting network has 18 layers: three that make the picture small (up to a `split` of 0.17), \
              twelve that form what is in it (up to 0.83) and three that make it large again and colour it. The \
              layers in front of the split take the coarse style, those behind it the fine one, so at 0.83 it \
              is the strokes of one in the colours of the other. The layer on the split takes a share of \
              both: the split may move without steps.",
        example: "let look = style_layers(style(\"blue_swirls\"), style(\"red_embers\"));\n\
                  screen(style_transfer(test_card(), look));\n",
        inputs: &[&COARSE.0, &FINE.0, &SPLIT.0],
        outputs: &[STYLE.0],
        ..NodeSpec::PLAIN
    },
    make: |_, _| Ok(Box::new(StyleLayers { last: None })),
}];

struct StyleLayers {
    last: Option<Style>,
}

impl Node for StyleLayers {
    fn frame(&mut self, _ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let (Some(coarse), Some(fine)) = (io.style(&COARSE), io.style(&FINE)) else { return Ok(()) };
        if coarse.network != fine.network {
            let message = format!("styles of `{}` and `{}` do not go together", coarse.network, fine.network);
            return Err(Fault::new(message, "take both from one network"));
        }
        if *coarse.network == *picture_style::NETWORK {
            let message = "the style of a picture has no layers of its own";
            return Err(Fault::new(message, "take two styles of `style`, or mix these with `style_mix`"));
        }
        let style = layered(coarse, fine, io.control(&SPLIT));
        io.set_style(&STYLE, settled(&mut self.last, style));
        Ok(())
    }
}

/// A row for each layer, from either style.
fn layered(coarse: &Style, fine: &Style, split: f64) -> Style {
    // Only of the embedded network it is known how long a row is; of others, one style at least must be
    // of a single row.
    let embedded = *coarse.network == *NETWORK;
    let row = if embedded { STYLES.len() } else { coarse.vector.len().min(fine.vector.len()) };
    let pairs = coarse.vector.iter().cycle().zip(fine.vector.iter().cycle());
    let vector: Arc<[f32]> = pairs
        .take(LAYER_COUNT * row)
        .enumerate()
        .map(|(place, (coarse, fine))| {
            let layer = (place / row) as f64;
            let share = (split * LAYER_COUNT as f64 - layer).clamp(0.0, 1.0);
            (f64::from(*coarse) * share + f64::from(*fine) * (1.0 - share)) as f32
        })
        .collect();
    Style { network: coarse.network.clone(), vector }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(number: usize) -> Style {
        let vector = (0..STYLES.len()).map(|style| f32::from(style == number)).collect();
        Style { network: NETWORK.into(), vector }
    }

    #[test]
    fn layers_in_front_of_the_split_are_coarse() {
        let row = |split: f64, layer: usize| {
            let style = layered(&one(3), &one(19), split);
            assert_eq!(style.vector.len(), 18 * 26);
            let row = &style.vector[layer * 26..(layer + 1) * 26];
            (row[3], row[19])
        };
        assert_eq!(
            [0, 8, 9, 17].map(|layer| row(0.5, layer)),
            [(1.0, 0.0), (1.0, 0.0), (0.0, 1.0), (0.0, 1.0)]
        );
        assert_eq!((row(9.25 / 18.0, 9), row(-1.0, 0), row(2.0, 17)), ((0.25, 0.75), (0.0, 1.0), (1.0, 0.0)));
    }

    #[test]
    fn layered_styles_can_be_layered_again() {
        let first = layered(&one(3), &one(19), 0.5);
        assert_eq!(layered(&first, &one(19), 0.5), first);
    }

    #[test]
    fn a_network_of_another_number_of_styles_has_rows_of_its_own() {
        let style = |vector: &[f32]| Style { network: "own.onnx".into(), vector: vector.into() };
        let layered_once = layered(&style(&[1.0, 0.0]), &style(&[0.0, 1.0]), 0.5);
        assert_eq!(layered_once.vector.len(), 18 * 2);
        assert_eq!(layered_once.vector[16..20], [1.0, 0.0, 0.0, 1.0]);
        assert_eq!(layered(&layered_once, &style(&[0.0, 1.0]), 0.5), layered_once);
    }
}
