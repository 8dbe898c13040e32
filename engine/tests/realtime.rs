//! While it runs, the audio thread allocates and frees nothing, not even when one plan follows on
//! another. Its own program, for it counts every allocation in it.

mod audio_toys;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use audio_toys::{GAIN, Gain, SPEAKERS, TONE, Tone, new, node, plan, wire};
use pastiche_engine::audio::{AudioHalf, AudioPart, AudioPlan, audio_pair};
use pastiche_engine::clock::FrameRate;
use pastiche_engine::plan::Source;

struct Counting;

thread_local! {
    static CALLS: Cell<u64> = const { Cell::new(0) };
}

fn count() {
    CALLS.with(|calls| calls.set(calls.get() + 1));
}

// SAFETY: everything is passed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: as above.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count();
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn counted<T>(work: impl FnOnce() -> T) -> (T, u64) {
    let before = CALLS.get();
    let result = work();
    (result, CALLS.get() - before)
}

#[test]
fn the_allocator_counts() {
    let (boxed, allocations) = counted(|| Box::new([0_u8; 100]));
    assert_eq!(allocations, 1);
    assert_eq!(counted(|| drop(boxed)).1, 1);
}

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
