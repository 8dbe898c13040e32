//! Numbers that move.

mod curve;
mod midi_listener;

kinds! {
    lfo, knob, trigger, pulse, hit, hold, counter, choose_number, toggle, probe, moving_colours, time, tempo, beat, every, at, sections, sequence, euclid, random, envelope, smooth, spring, remap, quantise, delay_control, midi_in, cc, note, pitch_bend, aftertouch, midi_clock, mouse, keyboard,
}
