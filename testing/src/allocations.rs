//! The system's allocator with counters, for tests of what must not allocate:
//!
//! ```
//! use pastiche_testing::allocations::{Counting, counted};
//!
//! #[global_allocator]
//! static ALLOCATOR: Counting = Counting;
//!
//! assert_eq!(counted(|| Box::new(7)).1, 1);
//! ```
//!
//! The crate `assert_no_alloc` does not fit: it ends the whole program at the first allocation, so that no test
//! can say in which block of which node it was, and it has no count of calls and no size of a request.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

thread_local! {
    static CALLS: Cell<u64> = const { Cell::new(0) };
}

static LARGEST_BYTES: AtomicUsize = AtomicUsize::new(0);

/// The system's allocator, which counts the calls of each thread and notes the largest request of all.
#[derive(Debug)]
pub struct Counting;

fn count(requested_bytes: usize) {
    CALLS.set(CALLS.get() + 1);
    LARGEST_BYTES.fetch_max(requested_bytes, Relaxed);
}

// SAFETY: every call is handed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(0);
        // SAFETY: the caller keeps the contract.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size);
        // SAFETY: the caller keeps the contract.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// What the work returns, and how many times it called the allocator on this thread: to allocate, to grow
/// or to free. Always 0 in a program whose global allocator is not [`Counting`].
pub fn counted<T>(work: impl FnOnce() -> T) -> (T, u64) {
    let before = CALLS.get();
    let result = work();
    (result, CALLS.get() - before)
}

/// The largest request of any thread so far, in bytes.
pub fn largest_bytes() -> usize {
    LARGEST_BYTES.load(Relaxed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[global_allocator]
    static ALLOCATOR: Counting = Counting;

    #[test]
    fn every_call_of_this_thread_is_counted() {
        let (boxed, calls) = counted(|| Box::new([0_u8; 100]));
        assert_eq!(calls, 1);
        assert_eq!(counted(|| drop(boxed)).1, 1);
        let mut grown = Vec::<u8>::with_capacity(1);
        assert_eq!(counted(|| grown.reserve_exact(1000)).1, 1);
        assert_eq!(counted(|| vec![0_u8; 1 << 20]).1, 1);
        let elsewhere = || std::thread::spawn(|| drop(vec![1_u8; 2 << 20])).join();
        let (joined, _) = counted(elsewhere);
        assert!(joined.is_ok() && largest_bytes() >= 2 << 20);
    }

    #[test]
    fn what_allocates_nothing_counts_nothing() {
        assert_eq!(counted(|| [1_u8; 100].iter().map(|one| u32::from(*one)).sum::<u32>()), (100, 0));
    }
}
