//! The way of sound out of the audio half.

mod audio_toys;

use audio_toys::{OUT, SOUND, TONE, Tone, new, node, plan, wire};
use pastiche_engine::audio::{
    AudioHalf, AudioIo, AudioNode, AudioPart, AudioPlan, BlockCtx, MAX_BLOCK, SoundReceiver, SoundSender,
    audio_pair, outlet,
};
use pastiche_engine::clock::{FrameRate, Tick};
use pastiche_engine::plan::{Plan, Source};

/// Sends what it hears.
struct Tap(SoundSender);

impl AudioNode for Tap {
    fn block(&mut self, ctx: &BlockCtx, io: &mut AudioIo<'_>) {
        let sound = io.audio(&SOUND);
        self.0.send(ctx, sound);
        if let Some([left, right]) = sound {
            let out = io.out(&OUT);
            out[0].copy_from_slice(left);
            out[1].copy_from_slice(right);
        }
    }

    fn adopt(&mut self, old: &mut Self) {
        std::mem::swap(self, old);
    }
}

fn tapped() -> Plan {
    let tap = node(&audio_toys::GAIN, vec![wire(0), Source::Number(1.0)]);
    let heard = node(&audio_toys::SPEAKERS, vec![wire(1)]);
    plan(vec![node(&TONE, vec![Source::Number(441.0)]), tap, heard])
}

fn tap() -> (Tap, SoundReceiver) {
    let (sender, receiver) = outlet();
    (Tap(sender), receiver)
}

#[test]
fn a_frame_hears_exactly_what_was_played_before_it() {
    for fps in [1.0, 29.97, 60.0] {
        let rate = FrameRate::from_fps(fps).unwrap();
        for block in [1, 17, MAX_BLOCK] {
            let (mut handle, runner) = audio_pair(rate);
            let mut runner = runner.max_block(block);
            let (tap, mut receiver) = tap();
            handle.send(AudioPlan::new(&tapped(), vec![new(1, Tone::default()), new(2, tap), None]).0);
            let (mut played, mut heard, mut previous) = (Vec::new(), Vec::new(), None);
            for frame in 0..8 {
                let tick = Tick::new(rate, frame, previous);
                previous = Some(tick);
                // The sound may be ahead of the picture, as a sound card is.
                while (played.len() as u64) < tick.start_sample + 300 {
                    let start = played.len() as u64;
                    let mut piece = [[0.0; 2]; 100];
                    runner.run(start, &mut piece);
                    played.extend(piece);
                }
                receiver.receive(&tick, &mut heard);
                assert_eq!(heard.len() as u64, tick.start_sample, "{fps} fps, blocks of {block}");
            }
            assert!(heard[..] == played[..heard.len()]);
        }
    }
}

#[test]
fn nothing_is_lost_when_another_node_takes_over() {
    let rate = FrameRate::from_fps(60.0).unwrap();
    let (mut handle, mut runner) = audio_pair(rate);
    let (first, mut receiver) = tap();
    let (audio, links) = AudioPlan::new(&tapped(), vec![new(1, Tone::default()), new(2, first), None]);
    handle.send(audio);
    let mut heard = Vec::new();
    let mut played = vec![[0.0; 2]; 4000];
    runner.run(0, &mut played[..1500]);
    // The frame side swaps its ends at once, the audio side when it takes the plan.
    let (second, mut fresh) = tap();
    std::mem::swap(&mut fresh, &mut receiver);
    let mut receiver = fresh;
    let kept = AudioPart::Kept { link: links[0].clone().unwrap() };
    let replaced = AudioPart::New { node: Box::new(second), adopt_from: Some(2) };
    let halves =
        vec![Some(AudioHalf { uid: 1, part: kept }), Some(AudioHalf { uid: 3, part: replaced }), None];
    handle.send(AudioPlan::new(&tapped(), halves).0);
    runner.run(1500, &mut played[1500..]);
    receiver.receive(&Tick { frame: 5, start_sample: 4000, delta_samples: 800 }, &mut heard);
    // What is played may be smoothed where the graph changes; what is heard is the wire itself.
    let (mut handle, mut unbroken) = audio_pair(rate);
    let (whole, _receiver) = tap();
    handle.send(AudioPlan::new(&tapped(), vec![new(1, Tone::default()), new(2, whole), None]).0);
    unbroken.run(0, &mut played);
    assert!(heard == played);
}

#[test]
fn a_frame_side_that_stands_still_stops_no_sound() {
    let rate = FrameRate::from_fps(60.0).unwrap();
    let (mut handle, mut runner) = audio_pair(rate);
    let (tap, mut receiver) = tap();
    handle.send(AudioPlan::new(&tapped(), vec![new(1, Tone::default()), new(2, tap), None]).0);
    let mut played = vec![[0.0; 2]; 300_000];
    runner.run(0, &mut played);
    let mut heard = Vec::new();
    receiver.receive(&Tick { frame: 1, start_sample: 300_000, delta_samples: 0 }, &mut heard);
    assert!(heard.len() >= 48_000 && heard[..] == played[..heard.len()]);
    // And then it goes on.
    runner.run(300_000, &mut played[..800]);
    heard.clear();
    receiver.receive(&Tick { frame: 2, start_sample: 300_800, delta_samples: 0 }, &mut heard);
    assert!(heard[..] == played[..800]);
}
