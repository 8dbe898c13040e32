//! How a command ended.

use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// All is well.
    Good,
    /// The patch is at fault, and that has been reported.
    Faults,
    /// The arguments do not fit together, and that has been reported.
    Usage,
    /// Ctrl-C.
    Stopped,
}

impl From<End> for ExitCode {
    fn from(end: End) -> ExitCode {
        ExitCode::from(match end {
            End::Good => 0,
            End::Faults => 1,
            End::Usage => 2,
            End::Stopped => 130,
        })
    }
}
