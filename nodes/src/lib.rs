//! Pastiche nodes.
