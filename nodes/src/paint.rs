//! Painting with neural networks.

mod painting_style;
mod picture_style;

kinds! {
    style, style_of, style_mix, choose_style, style_transfer, style_path, style_pad, style_layers, keep_colour, steady,
}
