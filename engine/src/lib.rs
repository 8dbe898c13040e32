//! Pastiche engine.
