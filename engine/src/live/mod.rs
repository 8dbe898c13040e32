//! The running graph.
