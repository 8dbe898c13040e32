//! The node kinds of Pastiche, one file a kind, in folders by the categories of the reference.
//!
//! A kind is a file in a folder here and a word in the folder's list, such as `look.rs`; its formulas on
//! the GPU stand beside it. A file holds its declaration, its node and its tests, and never uses
//! another kind's file. What several kinds of one folder share stands in that folder, what kinds of several
//! folders share stands here.

use pastiche_engine::registry::{NodeKind, Registry, SpecError};

/// Declares the files of a folder's kinds, and lists the kinds in the order of the reference.
macro_rules! kinds {
    ($($module:ident),* $(,)?) => {
        $(mod $module;)*

        /// The kinds of this folder, in the order of the reference.
        pub(crate) static KINDS: &[&[pastiche_engine::registry::NodeKind]] = &[$(&$module::KINDS),*];
    };
}

mod audio_tap;
mod choosing;
mod control;
mod device_thread;
mod effect;
pub mod ffmpeg;
mod look;
mod maths;
mod note_order;
mod note_window;
mod notes;
mod optical_flow;
mod out;
mod paint;
mod played_keys;
mod random_numbers;
mod sound;
mod sources;
mod timing;

/// Still pictures out of files, read as the nodes read them.
pub mod picture_file {
    pub use crate::sources::image_file::{ENDINGS, PictureError, decode};
}

#[cfg(test)]
#[path = "../tests/sounds/mod.rs"]
mod sounds;
#[cfg(test)]
mod uniform_layout;

/// Every kind, in the order of the reference.
pub fn kinds() -> impl Iterator<Item = &'static NodeKind> {
    [
        sources::KINDS,
        look::KINDS,
        paint::KINDS,
        control::KINDS,
        maths::KINDS,
        notes::KINDS,
        sound::KINDS,
        out::KINDS,
    ]
    .into_iter()
    .flatten()
    .copied()
    .flatten()
}

/// The table of every kind.
pub fn registry() -> Result<Registry, Vec<SpecError>> {
    Registry::new(kinds())
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_declaration_is_sound() {
        super::registry().unwrap();
    }
}
