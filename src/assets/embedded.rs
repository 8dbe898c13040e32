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
pub const EMBEDDED: &[EmbeddedFile] = &[
    // Photograph of the astronaut Eileen Collins, NASA, public domain.
    file("astronaut.png", include_bytes!("../../scripts/astronaut.png")),
    file("duotone.wgsl", include_bytes!("../../shaders/duotone.wgsl")),
    file("ink_trails.wgsl", include_bytes!("../../shaders/ink_trails.wgsl")),
    file("plasma.wgsl", include_bytes!("../../shaders/plasma.wgsl")),
    file("ripple.wgsl", include_bytes!("../../shaders/ripple.wgsl")),
];

const fn file(name: &'static str, bytes: &'static [u8]) -> EmbeddedFile {
    EmbeddedFile { name, bytes }
}

/// The content of a file that lies inside the program.
pub fn embedded(name: &str) -> Option<&'static [u8]> {
    EMBEDDED.iter().find(|file| file.name == name).map(|file| file.bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shader_of_the_repository_lies_in_the_program() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/shaders");
        let mut shaders = 0;
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = path.file_name().unwrap().to_str().unwrap();
            if name.ends_with(".wgsl") {
                let content = std::fs::read(&path).unwrap();
                assert!(embedded(name) == Some(&content[..]), "{name}");
                shaders += 1;
            }
        }
        assert!(shaders > 0, "there are no shaders");
    }
}
