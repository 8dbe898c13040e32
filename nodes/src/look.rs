//! What is done to pictures.

mod cells;
mod gaussian;
mod history;
mod one_pass;

kinds! {
    blur, blend, feedback, shader, transform, crop, fit, mirror, kaleidoscope, displace, blur_line, blur_radial, sharpen, edges, threshold, grade, levels, lookup, palette, key, mask, bloom, grain, vignette, pixelate, halftone, ascii, glitch, slit_scan, time_displace, echo, flow, motion, reaction_diffusion, crossfade, transition, choose, layers,
}
