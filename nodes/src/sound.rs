//! Sound: instruments, effects, and what listens.

mod audio_effect;
mod decode;
mod voices;
mod wave_sizes;
mod wavetable;

kinds! {
    tone, gain, choir, organ, keys, drone, sampler, recording, soundfont, hiss, filter, eq, delay, reverb, chorus, distort, pan, mix, gate, compress, limiter, line_in, loudness, spectrum, onsets, pitch, listen_tempo, chroma, spectrogram, waveform,
}
