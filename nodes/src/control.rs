//! Numbers that move.

mod curve;
mod midi_listener;

kinds! {
    lfo, knob, trigger, pulse, hold, counter, toggle, probe, time, tempo, beat, every, at, sequence, euclid, random, envelope, smooth, spring, remap, quantise, delay_control, midi_in, cc, note, pitch_bend, aftertouch, midi_clock, mouse, keyboard,
}
