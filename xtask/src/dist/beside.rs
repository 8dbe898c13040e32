//! What lies beside the program.

/// What lies beside the program, as the workspace has it.
pub(super) const BESIDE: &[&str] = &[
    "README.md",
    "CHANGELOG.md",
    "LICENSE-MIT",
    "LICENSE-APACHE",
    "NOTICE",
    "LICENSES",
    "scripts",
    "shaders",
    "docs",
];
