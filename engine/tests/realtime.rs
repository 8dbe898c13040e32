//! While it runs, the audio thread allocates and frees nothing, not even when one plan follows on
//! another. Its own program, for its allocator counts.

mod audio_toys;

use audio_toys::{GAIN, Gain, SPEAKERS, TONE, Tone, new, node, plan, wire};
use pastiche_engine::audio::{AudioHalf, AudioPart, AudioPlan, audio_pair};
use pastiche_engine::clock::FrameRate;
use pastiche_engine::plan::Source;
use pastiche_testing::allocations::{Counting, counted};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn blocks_and_hand_overs_allocate_and_free_nothing() {
    let rate = FrameRate { frames: 60, secs: 1 };
    let (mut handle, mut runner) = audio_pair(rate);
    let patch = plan(vec![
        node(&TONE, vec![Source::Number(220.0)]),
        node(&GAIN, vec![wire(0), Source::Number(0.5)]),
        node(&SPEAKERS, vec![wire(1)]),
    ]);
    let mut out = [[0.0; 2]; 800];
    let (mut start_sample, mut allocations, mut loudest) = (0, 0, 0.0_f32);
    let mut links = Vec::new();
    for frame in 0..600_u64 {
        // The tone is kept but for every seventh frame, when it adopts; the gain is new each time.
        let tone = match links.first().cloned().flatten() {
            Some(link) if frame % 7 != 0 => {
                Some(AudioHalf { uid: frame / 7, part: AudioPart::Kept { link } })
            }
            _ => {
                let adopt_from = frame.checked_sub(1).map(|before| before / 7);
                let part = AudioPart::New { node: Box::new(Tone::default()), adopt_from };
                Some(AudioHalf { uid: frame / 7, part })
            }
        };
        let halves = vec![tone, new(1_000_000 + frame, Gain::default()), None];
        let (audio, shared) = AudioPlan::new(&patch, halves);
        if let Some(link) = &shared[0] {
            link.store(0, 0, 220.0 + frame as f64);
        }
        links = shared;
        handle.send(audio);
        // For a while nothing is collected, until the way back is full.
        if frame % 200 < 150 {
            while handle.retired().is_some() {}
        }
        allocations += counted(|| runner.run(start_sample, &mut out)).1;
        start_sample += out.len() as u64;
        loudest = out.iter().map(|[left, _]| left.abs()).fold(loudest, f32::max);
    }
    assert!(loudest > 0.4, "it plays: {loudest}");
    assert_eq!(allocations, 0);
}
