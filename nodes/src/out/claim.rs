//! Names that belong to no one: files appear under them whole or not at all, and replace nothing.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use pastiche_engine::node::{BuildCtx, BuildError};
use pastiche_engine::spec::Opt;

/// The option that names the folder for a node's files.
pub(crate) const FOLDER: Opt<&'static str> =
    Opt::text("folder", "", "Folder for the files, made when it is needed; empty for that of the patch.");

/// The option that says what the names of a node's files begin with.
pub(crate) const fn name_option(default: &'static str) -> Opt<&'static str> {
    Opt::text("name", default, "What the names of the files begin with.")
}

/// Letters of the longest name.
const MOST_LETTERS: usize = 100;

/// The folder for a node's files and what their names begin with.
///
/// # Errors
/// When no file can have such a name, or the folder is not allowed.
pub(crate) fn destination(
    ctx: &BuildCtx<'_>,
    folder: &str,
    name: &str,
) -> Result<(PathBuf, String), BuildError> {
    let is_plain = !name.is_empty()
        && name.chars().count() <= MOST_LETTERS
        && !name.starts_with('.')
        && !name.contains(|letter: char| letter.is_control() || "/\\:*?\"<>|".contains(letter));
    if !is_plain {
        let message = format!("`{name}` cannot be what the name of a file begins with");
        return Err(BuildError::new(message, "give a short word without slashes").option("name"));
    }
    let folder = ctx.assets.folder_to_fill(folder);
    let folder = folder.map_err(|error| BuildError::new(error.message, error.help).option(FOLDER.0.name))?;
    Ok((folder, name.to_owned()))
}

/// A name that has been taken, and the hidden file that is written until it is whole. A claim that is
/// dropped leaves nothing behind.
#[derive(Debug)]
pub(crate) struct Claim {
    folder: PathBuf,
    name: String,
    ending: &'static str,
    number: u32,
    is_done: bool,
}

impl Claim {
    /// The first free one of `name_001.mp4`, `name_002.mp4` … from a number on, and the file to write.
    pub(crate) fn new(
        folder: &Path,
        name: &str,
        ending: &'static str,
        from: u32,
    ) -> io::Result<(Claim, File)> {
        fs::create_dir_all(folder)?;
        let mut claim =
            Claim { folder: folder.to_owned(), name: name.to_owned(), ending, number: from, is_done: true };
        loop {
            if !claim.path().exists() {
                match OpenOptions::new().write(true).create_new(true).open(claim.unfinished()) {
                    Ok(file) => {
                        claim.is_done = false;
                        return Ok((claim, file));
                    }
                    // Somebody else is at it.
                    Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                    Err(error) => return Err(error),
                }
            }
            claim.number = claim.number.checked_add(1).ok_or(ErrorKind::StorageFull)?;
        }
    }

    pub(crate) fn number(&self) -> u32 {
        self.number
    }

    /// Where it will be.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.join(numbered(&self.name, self.number, self.ending))
    }

    /// Where it is until it is whole.
    pub(crate) fn unfinished(&self) -> PathBuf {
        self.folder.join(format!(".{}.part", numbered(&self.name, self.number, self.ending)))
    }

    /// Gives the file its name, or the next free one when somebody has taken it meanwhile.
    pub(crate) fn finish(mut self) -> io::Result<PathBuf> {
        let unfinished = self.unfinished();
        loop {
            let path = self.path();
            // A link never takes the place of a file, as a renaming would.
            match fs::hard_link(&unfinished, &path) {
                Ok(()) => {
                    self.is_done = true;
                    fs::remove_file(&unfinished)?;
                    return Ok(path);
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                // Some disks know no links.
                Err(_) if !path.exists() => {
                    self.is_done = true;
                    fs::rename(&unfinished, &path)?;
                    return Ok(path);
                }
                Err(_) => {}
            }
            self.number = self.number.checked_add(1).ok_or(ErrorKind::StorageFull)?;
        }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if !self.is_done {
            // The fault that led here is what is reported.
            let _ = fs::remove_file(self.unfinished());
        }
    }
}

/// Makes the first folder of `name_001`, `name_002` … that is not there.
pub(crate) fn new_folder(folder: &Path, name: &str) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    for number in 1..u32::MAX {
        let path = folder.join(numbered(name, number, ""));
        match fs::create_dir(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(ErrorKind::StorageFull.into())
}

fn numbered(name: &str, number: u32, ending: &str) -> String {
    format!("{name}_{number:03}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn nothing_is_written_over_and_nothing_half_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("new/deep");
        let claim = |from| Claim::new(&deep, "take", ".png", from).unwrap();
        let (first, mut file) = claim(1);
        file.write_all(b"one").unwrap();
        let (second, _) = claim(1);
        assert_eq!((first.number(), second.number()), (1, 2), "one at work has its name already");
        drop(second);
        // Somebody else writes a file of that name in the meantime.
        fs::write(first.path(), "theirs").unwrap();
        assert!(first.finish().unwrap().ends_with("take_002.png"));
        assert_eq!(names(&deep), ["take_001.png", "take_002.png"]);
        assert_eq!(fs::read(deep.join("take_001.png")).unwrap(), b"theirs");
        assert_eq!(fs::read(deep.join("take_002.png")).unwrap(), b"one");
        assert_eq!(claim(1).0.number(), 3);
        assert_eq!(claim(1000).0.number(), 1000);
        assert!(new_folder(&deep, "take").unwrap().ends_with("take_001"));
        assert!(new_folder(&deep, "take").unwrap().ends_with("take_002"));
    }

    #[test]
    fn a_folder_that_cannot_be_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        assert!(Claim::new(&file.join("inner"), "take", ".png", 1).is_err());
        assert!(new_folder(&file, "take").is_err());
    }
}
