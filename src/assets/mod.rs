//! Where a patch's files come from: its folder, then what is embedded in the program. Other folders
//! take an absolute path typed in the top-level patch, or `--allow`.

mod cache;
mod embedded;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use engine::assets::{Asset, AssetError, Assets, Media};
use engine::suggest::nearest;
use pastiche_engine as engine;

use crate::error::Reason;

pub(crate) use cache::{AssetCache, Seen};
pub use embedded::{DEFAULT_PATCH, EMBEDDED, EmbeddedFile, embedded};

/// Most names of files that are looked at for a suggestion.
const MOST_SUGGESTIONS: usize = 1000;

/// The files of one patch, for one load.
pub(crate) struct PatchAssets<'a> {
    /// Folder of the patch; `None` for one that lies in no folder.
    folder: Option<PathBuf>,
    /// The text of the top-level patch, which alone may name other folders.
    patch_text: &'a str,
    allow: &'a [PathBuf],
    cache: &'a RefCell<AssetCache>,
    looked_at: RefCell<BTreeMap<PathBuf, Seen>>,
}

impl<'a> PatchAssets<'a> {
    pub(crate) fn new(
        folder: Option<&Path>,
        patch_text: &'a str,
        allow: &'a [PathBuf],
        cache: &'a RefCell<AssetCache>,
    ) -> PatchAssets<'a> {
        let folder = folder.map(Path::to_owned);
        PatchAssets { folder, patch_text, allow, cache, looked_at: RefCell::default() }
    }

    /// Every file that was looked for, missing ones included, and what it was like.
    pub(crate) fn looked_at(self) -> BTreeMap<PathBuf, Seen> {
        self.looked_at.into_inner()
    }

    fn may_read(&self, path: &Path) -> bool {
        let Ok(real) = path.canonicalize() else { return false };
        let inside = |folder: &Path| folder.canonicalize().is_ok_and(|folder| real.starts_with(folder));
        self.folder.as_deref().is_some_and(inside) || self.allow.iter().any(|folder| inside(folder))
    }

    fn is_typed_in_patch(&self, name: &str) -> bool {
        let escaped = name.replace('\\', "\\\\");
        [format!("\"{escaped}\""), format!("`{name}`")].iter().any(|typed| self.patch_text.contains(typed))
    }

    /// Where the name points, if the patch may look there.
    fn locate(&self, name: &str, media: Media) -> Result<Option<PathBuf>, AssetError> {
        let given = Path::new(name);
        if given.is_absolute() {
            if self.is_typed_in_patch(name) || self.may_read(given) {
                return Ok(Some(given.to_owned()));
            }
            return Err(AssetError {
                message: format!("the {media} `{name}` lies outside the patch's folder"),
                help: "write its whole path in the patch itself, or allow its folder with `--allow`".into(),
            });
        }
        let Some(folder) = &self.folder else { return Ok(None) };
        let path = folder.join(given);
        let climbs = given.components().any(|part| matches!(part, Component::ParentDir));
        let exists = path.symlink_metadata().is_ok();
        if (climbs || exists) && !self.may_read(&path) && (climbs || path.exists()) {
            return Err(AssetError {
                message: format!("the {media} `{name}` lies outside the patch's folder"),
                help: "copy it into the folder, write its whole path in the patch, or allow its folder \
                       with `--allow`"
                    .into(),
            });
        }
        Ok(Some(path))
    }

    fn missing(&self, name: &str, media: Media) -> AssetError {
        let wanted = Path::new(name);
        let beside = match (&self.folder, wanted.parent()) {
            _ if wanted.is_absolute() => wanted.parent().map(Path::to_owned),
            (Some(folder), Some(parent)) => Some(folder.join(parent)),
            (folder, _) => folder.clone(),
        };
        let files = beside.as_deref().map(file_names).unwrap_or_default();
        let embedded = EMBEDDED.iter().map(|file| file.name);
        let file_name = wanted.file_name().and_then(OsStr::to_str).unwrap_or(name);
        let near = nearest(file_name, files.iter().map(String::as_str).chain(embedded));
        let help = match (near, &beside) {
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, Some(folder)) => format!("put it into {}", folder.display()),
            (None, None) => "save the patch in a folder and put the file beside it".into(),
        };
        AssetError { message: format!("there is no {media} `{name}`"), help }
    }
}

impl Assets for PatchAssets<'_> {
    fn read(&self, name: &str, media: Media) -> Result<Asset, AssetError> {
        if name.is_empty() {
            return Err(AssetError {
                message: format!("the name of the {media} is empty"),
                help: "give the name of a file".into(),
            });
        }
        if let Some(path) = self.locate(name, media)? {
            let (seen, result) = self.cache.borrow_mut().read(&path, name, media);
            self.looked_at.borrow_mut().insert(path.clone(), seen);
            match result {
                Ok(asset) => return Ok(asset),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(unreadable(name, media, &error)),
            }
        }
        match embedded(name) {
            Some(bytes) => Ok(Asset::new(name, None, bytes)),
            None => Err(self.missing(name, media)),
        }
    }
}

fn unreadable(name: &str, media: Media, error: &io::Error) -> AssetError {
    let most_megabytes = media.max_bytes() >> 20;
    let (message, help) = match error.kind() {
        io::ErrorKind::FileTooLarge => (
            format!("the {media} `{name}` is larger than {most_megabytes} MiB"),
            "make it smaller".to_owned(),
        ),
        io::ErrorKind::IsADirectory | io::ErrorKind::Unsupported => {
            (format!("`{name}` is not a file"), format!("give the name of a {media} file"))
        }
        io::ErrorKind::PermissionDenied => {
            (format!("no permission to read the {media} `{name}`"), "change its permissions".to_owned())
        }
        _ => (
            format!("cannot read the {media} `{name}`: {}", Reason(error)),
            "check the file and the disk".to_owned(),
        ),
    };
    AssetError { message, help }
}

fn file_names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().take(MOST_SUGGESTIONS);
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folder {
        all: tempfile::TempDir,
        cache: RefCell<AssetCache>,
    }

    impl Folder {
        fn new() -> Folder {
            let all = tempfile::tempdir().unwrap();
            fs::create_dir(all.path().join("patch")).unwrap();
            fs::create_dir(all.path().join("other")).unwrap();
            fs::write(all.path().join("patch/photo.png"), "mine").unwrap();
            fs::write(all.path().join("other/secret.png"), "theirs").unwrap();
            Folder { all, cache: RefCell::default() }
        }

        fn read(&self, patch_text: &str, allow: &[PathBuf], name: &str) -> Result<Asset, AssetError> {
            let folder = self.all.path().join("patch");
            PatchAssets::new(Some(&folder), patch_text, allow, &self.cache).read(name, Media::Picture)
        }
    }

    #[test]
    fn the_folder_comes_before_what_is_embedded() {
        let folder = Folder::new();
        assert_eq!(&*folder.read("", &[], "photo.png").unwrap().bytes, b"mine");
        let embedded = folder.read("", &[], "astronaut.png").unwrap();
        assert_eq!(embedded.path, None);
        fs::write(folder.all.path().join("patch/astronaut.png"), "mine too").unwrap();
        assert_eq!(&*folder.read("", &[], "astronaut.png").unwrap().bytes, b"mine too");
    }

    #[test]
    fn a_patch_stays_in_its_folder_unless_allowed() {
        let folder = Folder::new();
        let other = folder.all.path().join("other");
        let outside = folder.read("", &[], "../other/secret.png").unwrap_err();
        assert!(outside.message.contains("outside"), "{outside}");
        assert!(folder.read("", std::slice::from_ref(&other), "../other/secret.png").is_ok());
        let secret = other.join("secret.png").to_str().unwrap().to_owned();
        assert!(folder.read("", &[], &secret).is_err());
        assert!(folder.read(&format!("picture(\"{secret}\")"), &[], &secret).is_ok());
        assert!(folder.read("", &[other], &secret).is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_does_not_lead_out_of_the_folder() {
        let folder = Folder::new();
        let link = folder.all.path().join("patch/link.png");
        std::os::unix::fs::symlink(folder.all.path().join("other/secret.png"), link).unwrap();
        assert!(folder.read("", &[], "link.png").unwrap_err().message.contains("outside"));
        assert!(folder.read("", &[folder.all.path().join("other")], "link.png").is_ok());
    }

    #[test]
    fn missing_files_and_folders_are_told_with_a_suggestion() {
        let folder = Folder::new();
        let error = folder.read("", &[], "phtoo.png").unwrap_err();
        assert_eq!(error.message, "there is no picture `phtoo.png`");
        assert_eq!(error.help, "did you mean `photo.png`?");
        fs::create_dir(folder.all.path().join("patch/album.png")).unwrap();
        assert_eq!(folder.read("", &[], "album.png").unwrap_err().message, "`album.png` is not a file");
        assert!(folder.read("", &[], "").is_err());
    }

    #[test]
    fn huge_files_are_refused_before_they_are_read() {
        let folder = Folder::new();
        let huge = fs::File::create(folder.all.path().join("patch/huge.png")).unwrap();
        huge.set_len(Media::Picture.max_bytes() + 1).unwrap();
        let error = folder.read("", &[], "huge.png").unwrap_err();
        assert_eq!(error.message, "the picture `huge.png` is larger than 256 MiB");
    }

    #[test]
    fn a_changed_file_is_read_again_and_missing_ones_are_remembered() {
        let folder = Folder::new();
        let before = folder.read("", &[], "photo.png").unwrap();
        fs::write(folder.all.path().join("patch/photo.png"), "mino").unwrap();
        assert_ne!(folder.read("", &[], "photo.png").unwrap().stamp, before.stamp);
        let patch = folder.all.path().join("patch");
        let assets = PatchAssets::new(Some(&patch), "", &[], &folder.cache);
        assert!(assets.read("none.png", Media::Picture).is_err());
        let looked_at = assets.looked_at();
        assert_eq!(looked_at[&patch.join("none.png")].state, cache::FileState::Missing);
    }
}
