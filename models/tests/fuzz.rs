//! The weight loader against damaged files: 20,000 seeded cases, each of which must come back
//! with a network or an error, soon, and without asking for much memory.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use pastiche_models::Threads;
use pastiche_models::painting::{EMBEDDED_WEIGHTS, Painting};
use pastiche_testing::allocations::{Counting, largest_bytes};

const CASES_A_WORKER: usize = 10_000;
const WORKERS: u64 = 2;
/// The file has 0.75 MB; a buffer that grows by doubling stays below this.
const MOST_BYTES_AT_ONCE: usize = 64 << 20;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// SplitMix64 (Steele, Lea and Flood, 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

/// The places in the file that the loader reads as structure: the file's beginning, and what
/// surrounds the name of each tensor, where its shape, type and length stand.
fn structure() -> Vec<usize> {
    // In a tensor, a name stands behind the tag of field 8 and its length.
    let is_tensor = |at: usize| {
        matches!(&EMBEDDED_WEIGHTS[at..], [0x42, length, name @ ..] if (10..32).contains(length)
            && (name.starts_with(b"contract.") || name.starts_with(b"res.") || name.starts_with(b"expand.")))
    };
    let mut places: Vec<usize> = (0..32).collect();
    for at in (0..EMBEDDED_WEIGHTS.len()).filter(|&at| is_tensor(at)) {
        places.extend(at.saturating_sub(16)..(at + 40).min(EMBEDDED_WEIGHTS.len()));
    }
    places
}

fn damaged(random: &mut Random, structure: &[usize]) -> Vec<u8> {
    let whole = EMBEDDED_WEIGHTS;
    match random.below(16) {
        // Garbage alone, or behind a true beginning.
        0..=2 => {
            let keep = [0, 8, 64, random.below(whole.len())][random.below(4)];
            let mut bytes = whole[..keep].to_vec();
            bytes.extend((0..random.below(600)).map(|_| random.next() as u8));
            bytes
        }
        // Cut off: early, at a seam, or anywhere.
        3..=6 => {
            let ends = [random.below(4096), structure[random.below(structure.len())]];
            whole[..[ends[0], ends[1], random.below(whole.len())][random.below(3)]].to_vec()
        }
        // A stretch missing, repeated or moved.
        7 => {
            let start = structure[random.below(structure.len())];
            let end = (start + random.below(5000)).min(whole.len());
            let again = [start, end, random.below(whole.len())][random.below(3)];
            [&whole[..start], &whole[end..], &whole[again..(again + 99).min(whole.len())]].concat()
        }
        // A length or shape of absurd size.
        8..=10 => {
            let mut bytes = whole.to_vec();
            let start = structure[random.below(structure.len())];
            let length = 1 + random.below(9);
            for byte in bytes[start..].iter_mut().take(length) {
                *byte = 0xFF;
            }
            if let Some(last) = bytes.get_mut(start + length) {
                *last = random.below(128) as u8;
            }
            bytes
        }
        // Bits turned over in the structure, now and then among the weights.
        kind => {
            let mut bytes = whole.to_vec();
            for _ in 0..1 + random.below(6) {
                let anywhere = random.below(bytes.len());
                let seam = structure[random.below(structure.len())];
                bytes[if kind == 15 { anywhere } else { seam }] ^= 1 << random.below(8);
            }
            bytes
        }
    }
}

fn worker(seed: u64) -> usize {
    let structure = structure();
    let mut random = Random(seed);
    let threads = Threads::new(1);
    let mut loaded = 0;
    for case in 0..CASES_A_WORKER {
        let bytes = damaged(&mut random, &structure);
        if let Ok(painting) = Painting::from_bytes(&bytes, &threads) {
            loaded += 1;
            // What loads must run; a sample of them keeps the test short.
            if loaded % 40 == 0 {
                let style = vec![0.5; painting.style_count()];
                let painted = painting.paint_srgb8(&[99; 32 * 32 * 4], [32, 32], &style);
                assert!(painted.is_ok(), "seed {seed}, case {case}: {painted:?}");
            }
        }
    }
    loaded
}

#[test]
fn damaged_weights_are_refused_or_run() {
    let loaded: usize = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS).map(|seed| scope.spawn(move || worker(seed))).collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).sum()
    });
    let largest = largest_bytes();
    println!("{loaded} damaged files still load; largest request {largest} bytes");
    assert!(loaded > 100, "the damage is too great to reach the deeper checks");
    assert!(largest < MOST_BYTES_AT_ONCE, "a damaged file asked for {largest} bytes at once");
}
