//! Patches in rhai.
