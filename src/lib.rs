//! Pastiche.
