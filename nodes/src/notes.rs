//! Notes, on their way to instruments.

kinds! {
    strike, melody, midi_file, arpeggio, transpose, scale, split, merge, humanise, metronome, note_values,
}
