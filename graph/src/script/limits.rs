//! How much a script may do before it is stopped.

use std::time::Duration;

/// The limits of one evaluation. A script that passes one of them ends with a designed error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Steps of the interpreter, in the patch and in each imported file.
    pub operations: u64,
    /// Time that the processor works on it, a backstop for single steps that take long. Other programs
    /// that keep the machine busy do not count.
    pub work: Duration,
    /// Time by the clock on the wall, a far backstop behind that.
    pub time: Duration,
    /// Calls of script functions inside each other.
    pub call_depth: usize,
    /// Expressions inside each other, at the top of a file and in functions.
    pub expression_depth: usize,
    /// Bytes of one text.
    pub text_bytes: usize,
    /// Members of one list.
    pub list_members: usize,
    /// Entries of one map.
    pub map_entries: usize,
    /// Imported files.
    pub imports: usize,
    /// Bytes of one script file.
    pub source_bytes: usize,
    /// Nodes of one patch.
    pub nodes: usize,
    /// Faults that are reported at once.
    pub faults: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            operations: 5_000_000,
            work: Duration::from_secs(4),
            time: Duration::from_secs(60),
            call_depth: 64,
            expression_depth: 128,
            text_bytes: 1 << 20,
            list_members: 100_000,
            map_entries: 10_000,
            imports: 64,
            source_bytes: 1 << 20,
            nodes: 20_000,
            faults: 100,
        }
    }
}

/// Stack of the thread that a script is evaluated on: deep expressions and calls recurse.
pub(super) const STACK_BYTES: usize = 256 << 20;
