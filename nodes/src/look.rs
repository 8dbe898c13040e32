//! What is done to pictures.

mod cells;
mod gaussian;
mod history;
mod movement;
mod one_pass;

kinds! {
    blur, blend, feedback, shader, transform, r#move, rotate, scale_by, tile, crop, fit, mirror, kaleidoscope, displace, blur_line, blur_radial, sharpen, edges, threshold, grade, hue, invert, levels, lookup, palette, key, mask, opacity, bloom, grain, vignette, pixelate, halftone, ascii, glitch, slit_scan, time_displace, echo, flow, motion, reaction_diffusion, crossfade, transition, choose, layers,
}
