//! The whole program, run as people run it.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is how a test fails")]

mod check;
mod folder;
mod hands;
mod render;
mod show;
mod takes;
