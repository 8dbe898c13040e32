//! The node kinds of Pastiche, one file a kind.
//!
//! A kind is a file here and a word in the list below. A file holds its declaration, its node and
//! its tests, and never uses another kind's file; what several share stands in a helper module.
//! Formulas on the GPU stand beside them in `wgsl/`.

use pastiche_engine::registry::{NodeKind, Registry, SpecError};

mod bend;
mod cells;
mod chance;
mod claim;
mod effect;
pub mod ffmpeg;
mod gaussian;
mod history;
mod listen;
mod listening;
mod painting_style;
mod room;
mod score;
mod shaping;
mod still;
mod timing;
mod voices;
mod wavetable;

#[cfg(test)]
#[path = "../tests/sounds/mod.rs"]
mod sounds;

macro_rules! kinds {
    ($($module:ident),* $(,)?) => {
        $(mod $module;)*

        /// Every kind, in the order of the reference.
        pub fn kinds() -> impl Iterator<Item = &'static NodeKind> {
            let families: [&'static [NodeKind]; _] = [$(&$module::KINDS),*];
            families.into_iter().flatten()
        }
    };
}

kinds! {
    picture, test_card, noise, solid, gradient, shape, text, particles, scene, movie, slides, camera,
    blur, blend, feedback, shader,
    transform, crop, fit, mirror, kaleidoscope, displace, blur_line, blur_radial, sharpen, edges,
    threshold, grade, levels, lookup, palette, key, mask, bloom, grain, vignette, pixelate, halftone,
    ascii, glitch,
    slit_scan, time_displace, echo, flow, motion, reaction_diffusion, crossfade, transition, choose, layers,
    style, style_mix, style_transfer,
    style_path, style_pad, style_layers, keep_colour,
    lfo, knob,
    trigger, pulse, hold, counter, toggle, probe,
    time, tempo, beat, every, at, sequence, euclid, random,
    envelope, smooth, spring, remap, quantise, delay_control,
    midi_in, cc, note, pitch_bend, aftertouch, midi_clock, mouse, keyboard,
    maths,
    strike, melody, midi_file, arpeggio, transpose, scale, split, merge, humanise, metronome, note_values, midi_out,
    tone, gain,
    choir, organ, keys, drone, sampler, soundfont, hiss,
    filter, eq, delay, reverb, chorus, distort, pan, mix, gate, compress, limiter,
    line_in, loudness, spectrum, onsets, pitch, listen_tempo, chroma, spectrogram, waveform,
    screen, speakers, record,
}

/// The table of every kind.
pub fn registry() -> Result<Registry, Vec<SpecError>> {
    Registry::new(kinds())
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_declaration_is_sound() {
        super::registry().unwrap();
    }
}
