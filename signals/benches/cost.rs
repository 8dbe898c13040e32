//! What each effect costs in the audio half, and each detector in the frame half:
//! `cargo bench -p pastiche-signals`.

use std::hint::black_box;
use std::time::Instant;

use pastiche_signals::{
    BeatTracker, Chorus, ChorusSettings, Chroma, Compressor, CompressorSettings, Delay, DelaySettings,
    Distortion, DistortionSettings, Equaliser, EqualiserSettings, Filter, Loudness, Onsets, Pitch, Response,
    Reverb, ReverbSettings, Spectrum, Stereo,
};

/// Samples in a block.
const BLOCK: usize = 64;

/// Blocks that are timed one by one; the median counts, for other programs are at work too.
const BLOCKS: usize = 7500;

fn main() {
    let mut filter = Filter::default();
    report("filter, moving", |sound, along| filter.tick(sound, Response::Low, 500.0 + 400.0 * along, 0.7));
    let (mut equaliser, settings) = (
        Equaliser::default(),
        EqualiserSettings { gains_db: [6.0, -6.0, 3.0], frequencies_hz: [200.0, 1000.0, 4000.0] },
    );
    report("equaliser", |sound, _| equaliser.tick(sound, &settings));
    let (mut delay, settings) =
        (Delay::default(), DelaySettings { secs: 0.5, feedback: 0.5, damping: 0.2, ping_pong: false });
    report("delay", |sound, _| delay.tick(sound, &settings));
    let (mut reverb, settings) = (Reverb::new(1.0), ReverbSettings { decay_secs: 2.5, damping: 0.3 });
    report("reverb", |sound, _| reverb.tick(sound, &settings));
    let (mut chorus, settings) = (Chorus::default(), ChorusSettings { rate_hz: 0.6, depth_secs: 0.003 });
    report("chorus", |sound, _| chorus.tick(sound, &settings));
    let (mut distortion, settings) =
        (Distortion::default(), DistortionSettings { drive: 4.0, bias: 0.1, fold: 0.3 });
    report("distortion", |sound, _| distortion.tick(sound, &settings));
    let (mut compressor, settings) = (
        Compressor::default(),
        CompressorSettings { threshold_db: -18.0, ratio: 4.0, attack_secs: 0.01, release_secs: 0.1 },
    );
    report("compressor", |sound, _| {
        let gain = compressor.tick(sound, &settings) as f32;
        sound.map(|sample| sample * gain)
    });

    let (mut loudness, mut spectrum, mut onsets) =
        (Loudness::default(), Spectrum::default(), Onsets::default());
    let (mut pitch, mut beats, mut chroma) = (Pitch::default(), BeatTracker::default(), Chroma::default());
    hear("loudness", |sound| {
        loudness.hear(sound);
        black_box((loudness.rms(), loudness.momentary(), loudness.short_term()));
    });
    hear("spectrum", |sound| spectrum.hear(sound, 0.1, |_| {}));
    hear("onsets", |sound| {
        black_box(onsets.hear(sound, 0.3));
    });
    hear("pitch", |sound| pitch.hear(sound));
    hear("beats", |sound| {
        black_box(beats.hear(sound, 60.0, 180.0));
    });
    hear("chroma", |sound| chroma.hear(sound, 0.1));
}

/// A noisy tone.
fn sound(position: usize) -> Stereo {
    let noise = (position.wrapping_mul(2_654_435_761) >> 16 & 0xffff) as f32 / 65_536.0 - 0.5;
    [0.4 * (position as f32 * 0.05).sin() + 0.1 * noise, 0.1 * noise]
}

fn report(name: &str, mut effect: impl FnMut(Stereo, f64) -> Stereo) {
    let mut position = 0;
    let mut times = Vec::with_capacity(BLOCKS);
    for block in 0..BLOCKS {
        let begun = Instant::now();
        for _ in 0..BLOCK {
            black_box(effect(sound(position), block as f64 / BLOCKS as f64));
            position += 1;
        }
        times.push(begun.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    let median = times[BLOCKS / 2];
    let share = median / (BLOCK as f64 / pastiche_signals::SAMPLE_RATE) * 100.0;
    println!("{name}: {:.2} microseconds a block of {BLOCK}, {share:.2} % of a core", median * 1e6);
}

fn hear(name: &str, mut listen: impl FnMut(&[Stereo])) {
    const FRAME: usize = 800;
    let begun = Instant::now();
    let frames = 1200;
    for frame in 0..frames {
        let heard: Vec<Stereo> = (0..FRAME).map(|sample| sound(frame * FRAME + sample)).collect();
        listen(&heard);
    }
    let mean = begun.elapsed().as_secs_f64() / frames as f64;
    println!("{name}: {:.0} microseconds a frame of a sixtieth of a second", mean * 1e6);
}
