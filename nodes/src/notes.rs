//! Notes, on their way to instruments.

mod midi_reading;
mod parts;
mod singers;
mod tune;

kinds! {
    strike, melody, midi_file, arpeggio, transpose, scale, split, merge, humanise, metronome, note_values, chorale,
    harmonise, score,
}
