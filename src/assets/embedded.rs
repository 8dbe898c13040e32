//! What lies inside the program.

/// A file that lies inside the program.
#[derive(Clone, Copy, Debug)]
pub struct EmbeddedFile {
    /// As a patch names it.
    pub name: &'static str,
    /// Its content.
    pub bytes: &'static [u8],
}

/// What plays when no patch is named.
pub const DEFAULT_PATCH: (&str, &str) = ("opening.rhai", include_str!("../../scripts/opening.rhai"));

/// Every file, with its name in a patch.
pub const EMBEDDED: &[EmbeddedFile] =
    // Photograph of the astronaut Eileen Collins, NASA, public domain.
    &[EmbeddedFile { name: "astronaut.png", bytes: include_bytes!("../../scripts/astronaut.png") }];

/// The content of a file that lies inside the program.
pub fn embedded(name: &str) -> Option<&'static [u8]> {
    EMBEDDED.iter().find(|file| file.name == name).map(|file| file.bytes)
}
