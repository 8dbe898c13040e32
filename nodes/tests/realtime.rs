//! The audio halves of all nodes allocate and free nothing while they run.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is how a test fails")]

mod harness;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use harness::{Desc, Show};
use pastiche_engine::port::PortType;
use pastiche_engine::spec::{InputSpec, Unwired};
use pastiche_engine::workers::Workers;

thread_local! {
    static CALLS: Cell<u64> = const { Cell::new(0) };
}

/// Counts the calls of each thread.
struct Counting;

// SAFETY: every call is handed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        CALLS.with(|calls| calls.set(calls.get() + 1));
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        CALLS.with(|calls| calls.set(calls.get() + 1));
        // SAFETY: the caller keeps the contract.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn blocks_allocate_nothing() {
    for shape in ["sine", "triangle", "saw", "square"] {
        let desc = Desc::new().node("wave", "lfo").node("tone", "tone").wire("frequency", "wave");
        let desc =
            desc.option("shape", shape).node("soft", "gain").wire("sound", "tone").wire("level", "wave");
        let mut show = Show::with(None, Workers::inline(), true, &desc.see("soft"));
        let mut sound = [[0.0; 2]; 800];
        for frame in 0..20 {
            show.step();
            let before = CALLS.with(Cell::get);
            show.audio.run(frame * 800, &mut sound);
            let calls = CALLS.with(Cell::get) - before;
            assert_eq!(calls, 0, "frame {frame} of a {shape}");
        }
        assert!(sound.iter().any(|sample| sample[0] != 0.0), "a {shape} is silent");
    }
}

#[test]
fn what_shapes_and_hears_sound_allocates_nothing() {
    for kind in pastiche_nodes::kinds() {
        let required = |input: &&&InputSpec| input.unwired == Unwired::Required;
        let sounds: Vec<_> = kind.spec.inputs.iter().filter(required).collect();
        // Pictures need a graphics adapter; their audio halves are those of the other listeners.
        let draws = kind.spec.outputs.iter().any(|output| output.port == PortType::Frame);
        if draws
            || sounds.is_empty()
            || sounds.iter().any(|input| input.port != PortType::Audio || input.list)
        {
            continue;
        }
        let desc = Desc::new().node("tone", "tone").node("it", kind.spec.name).wire(&sounds[0].name, "tone");
        let desc = if kind.spec.outputs.is_empty() { desc } else { desc.see("it") };
        let mut show = Show::with(None, Workers::inline(), true, &desc);
        let mut sound = [[0.0; 2]; 800];
        for frame in 0..10 {
            show.step();
            let before = CALLS.with(Cell::get);
            show.audio.run(frame * 800, &mut sound);
            assert_eq!(CALLS.with(Cell::get) - before, 0, "frame {frame} of {}", kind.spec.name);
        }
    }
}

#[test]
fn controls_allocate_nothing() {
    let mut desc = Desc::new().node("start", "lfo");
    let mut last = "start".to_owned();
    for kind in ["add", "multiply", "sin", "clamp", "lerp", "select", "power", "remainder"] {
        desc = desc.node(kind, kind);
        let input = if kind == "select" { "condition" } else { "a" };
        desc = desc.wire(input, &last);
        last = kind.into();
    }
    let mut show = Show::with(None, Workers::inline(), true, &desc.see(&last));
    show.steps(3);
    let before = CALLS.with(Cell::get);
    let report = show.report();
    let calls = CALLS.with(Cell::get) - before;
    assert!(report.faults.is_empty());
    // What the frame itself needs, whatever the number of nodes.
    assert!(calls <= 4, "{calls} calls of the allocator in a frame of ten nodes");
}
