//! The whole program, run as people run it.

mod check;
mod folder;
mod render;
mod show;
mod takes;
