//! The whole program, run as people run it.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is how a test fails")]

#[cfg(target_os = "linux")]
mod card;
mod check;
#[cfg(feature = "stage")]
mod display;
mod folder;
mod hostile;
mod mappings;
mod paint;
mod render;
mod show;
mod takes;
mod train;
#[cfg(feature = "stage")]
mod window;
