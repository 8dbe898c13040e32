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

use engine::assets::{Asset, AssetError, Assets, Media, Reading};
use engine::suggest::nearest;
use pastiche_engine as engine;
use unicode_normalization::UnicodeNormalization;

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

    /// Reads or finds what lies there, and remembers what it was like.
    fn look(&self, path: &Path, name: &str, media: Media) -> io::Result<Asset> {
        let (seen, result) = match media.reading() {
            Reading::Whole => self.cache.borrow_mut().read(path, name, media),
            Reading::InPlace => {
                let (seen, found) = Seen::find(path);
                (seen, found.map(|()| Asset::in_place(name, path.to_owned(), [], seen.stamp())))
            }
            Reading::Folder => {
                let (seen, listed) = Seen::list(path);
                let listed = listed.map(|files| self.without_ways_out(path, files));
                (seen, listed.map(|files| Asset::in_place(name, path.to_owned(), files, seen.stamp())))
            }
        };
        self.looked_at.borrow_mut().insert(path.to_owned(), seen);
        result
    }

    /// The files of a folder without links that lead where the patch may not look.
    fn without_ways_out(&self, folder: &Path, mut files: Vec<PathBuf>) -> Vec<PathBuf> {
        let Ok(root) = folder.canonicalize() else { return Vec::new() };
        files.retain(|file| {
            let stays = file.canonicalize().is_ok_and(|real| real.starts_with(&root)) || self.may_use(file);
            if !stays {
                tracing::warn!("{} leads out of the patch's folder and is left out", file.display());
            }
            stays
        });
        files
    }

    fn may_use(&self, path: &Path) -> bool {
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
            if self.is_typed_in_patch(name) || self.may_use(given) {
                return Ok(Some(in_either_form(Path::new(""), given)));
            }
            return Err(AssetError {
                message: format!("the {media} `{name}` lies outside the patch's folder"),
                help: "write its whole path in the patch itself, or allow its folder with `--allow`".into(),
            });
        }
        let Some(folder) = &self.folder else { return Ok(None) };
        let path = in_either_form(folder, given);
        let climbs = given.components().any(|part| matches!(part, Component::ParentDir));
        let exists = path.symlink_metadata().is_ok();
        if (climbs || exists) && !self.may_use(&path) && (climbs || path.exists()) {
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
            // With the folder in which it lies, as the patch has to name it.
            (Some(near), _) if files.iter().any(|file| file == near) => {
                format!("did you mean `{}`?", wanted.with_file_name(near).display())
            }
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
            match self.look(&path, name, media) {
                Ok(asset) => return Ok(asset),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(unreadable(name, media, &error)),
            }
        }
        match embedded(name) {
            // What is read while it plays must lie where another program can read it.
            Some(bytes) if media.reading() == Reading::Whole => Ok(Asset::new(name, None, bytes)),
            _ => Err(self.missing(name, media)),
        }
    }

    fn folder_to_fill(&self, name: &str) -> Result<PathBuf, AssetError> {
        let given = Path::new(name);
        let path = match &self.folder {
            _ if given.is_absolute() => given.to_owned(),
            Some(folder) => folder.join(given),
            None => {
                return Err(AssetError {
                    message: "a patch that lies in no folder has nowhere to write".into(),
                    help: "save it in a folder and play it from there".into(),
                });
            }
        };
        // A folder that is not there yet is made, so what counts is the nearest one that is.
        let climbs = given.components().any(|part| matches!(part, Component::ParentDir));
        let nearest = path.ancestors().find(|folder| folder.symlink_metadata().is_ok());
        if nearest.is_none_or(|folder| !self.may_use(folder)) || (climbs && !self.may_use(&path)) {
            return Err(AssetError {
                message: format!("the folder `{name}` to write into lies outside the patch's folder"),
                help: "name one inside it, or allow this one with `--allow`".into(),
            });
        }
        if path.symlink_metadata().is_ok() && !path.is_dir() {
            return Err(AssetError {
                message: format!("`{name}` is a file, not a folder to write into"),
                help: "name a folder".into(),
            });
        }
        Ok(path)
    }
}

fn unreadable(name: &str, media: Media, error: &io::Error) -> AssetError {
    let most_megabytes = media.max_bytes() >> 20;
    let (message, help) = match error.kind() {
        io::ErrorKind::FileTooLarge => (
            format!("the {media} `{name}` is larger than {most_megabytes} MiB"),
            "make it smaller".to_owned(),
        ),
        io::ErrorKind::NotADirectory => {
            (format!("`{name}` is not a folder"), format!("give the name of a {media}"))
        }
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

/// The path of a name in a folder. Where there is no such file, the same name counts with its accents written the other
/// way: as one sign, or as a letter and its accent, as some systems keep them.
fn in_either_form(folder: &Path, name: &Path) -> PathBuf {
    let mut path = folder.to_owned();
    for part in name.components() {
        let next = path.join(part);
        let other = match part {
            Component::Normal(part) if !part.is_ascii() && next.symlink_metadata().is_err() => {
                let is_same = |other: &String| part.to_str().is_some_and(|part| part.nfc().eq(other.nfc()));
                file_names(&path).into_iter().find(is_same)
            }
            _ => None,
        };
        path = other.map_or(next, |other| path.join(other));
    }
    path
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
        // Nor does one inside a folder that is listed.
        let patch = folder.all.path().join("patch");
        fs::create_dir(patch.join("photos")).unwrap();
        std::os::unix::fs::symlink(folder.all.path().join("other/secret.png"), patch.join("photos/a.png"))
            .unwrap();
        std::os::unix::fs::symlink("../photo.png", patch.join("photos/b.png")).unwrap();
        let list = |allow: &[PathBuf]| {
            let assets = PatchAssets::new(Some(&patch), "", allow, &folder.cache);
            assets.read("photos", Media::PictureFolder).unwrap().files.len()
        };
        assert_eq!(list(&[]), 1);
        assert_eq!(list(&[folder.all.path().join("other")]), 2);
    }

    #[test]
    fn accents_count_in_either_form() {
        let folder = Folder::new();
        let patch = folder.all.path().join("patch");
        let [one, two] = ["caf\u{e9}", "cafe\u{301}"];
        fs::create_dir(patch.join(one)).unwrap();
        fs::write(patch.join(one).join(format!("{two}.png")), "mine").unwrap();
        for name in [format!("{one}/{one}.png"), format!("{two}/{two}.png"), format!("{two}/{one}.png")] {
            assert_eq!(&*folder.read("", &[], &name).unwrap().bytes, b"mine", "{name}");
        }
        assert!(folder.read("", &[], "cafe/cafe.png").is_err());
    }

    #[test]
    fn missing_files_and_folders_are_told_with_a_suggestion() {
        let folder = Folder::new();
        let error = folder.read("", &[], "phtoo.png").unwrap_err();
        assert_eq!(error.message, "there is no picture `phtoo.png`");
        assert_eq!(error.help, "did you mean `photo.png`?");
        fs::create_dir(folder.all.path().join("patch/inside")).unwrap();
        fs::write(folder.all.path().join("patch/inside/night.png"), "mine").unwrap();
        assert_eq!(
            folder.read("", &[], "inside/nihgt.png").unwrap_err().help,
            "did you mean `inside/night.png`?"
        );
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
    fn clips_and_folders_are_found_and_not_read() {
        let folder = Folder::new();
        let patch = folder.all.path().join("patch");
        fs::File::create(patch.join("huge.mp4")).unwrap().set_len(1 << 40).unwrap();
        let read =
            |name: &str, media| PatchAssets::new(Some(&patch), "", &[], &folder.cache).read(name, media);
        let clip = read("huge.mp4", Media::Clip).unwrap();
        assert_eq!((clip.path, clip.bytes.len()), (Some(patch.join("huge.mp4")), 0));
        assert_eq!(read("huge.mp5", Media::Clip).unwrap_err().help, "did you mean `huge.mp4`?");
        assert!(read("astronaut.png", Media::Clip).is_err(), "it lies in the program");
        fs::create_dir(patch.join("photos")).unwrap();
        let empty = read("photos", Media::PictureFolder).unwrap();
        assert_eq!(empty.files.len(), 0);
        fs::write(patch.join("photos/a.png"), "a").unwrap();
        let full = read("photos", Media::PictureFolder).unwrap();
        assert_eq!(*full.files, [patch.join("photos/a.png")]);
        assert_ne!(full.stamp, empty.stamp);
        assert_eq!(
            read("photo.png", Media::PictureFolder).unwrap_err().message,
            "`photo.png` is not a folder"
        );
        assert!(read("../other", Media::PictureFolder).unwrap_err().message.contains("outside"));
    }

    #[test]
    fn a_patch_writes_only_into_its_own_folder_unless_allowed() {
        let folder = Folder::new();
        let (patch, other) = (folder.all.path().join("patch"), folder.all.path().join("other"));
        let typed = format!("record(cam, #{{ folder: \"{}\" }})", other.display());
        let fill = |allow: &[PathBuf], name: &str| {
            PatchAssets::new(Some(&patch), &typed, allow, &folder.cache).folder_to_fill(name)
        };
        assert_eq!(fill(&[], "").unwrap(), patch);
        assert_eq!(fill(&[], "new/deep").unwrap(), patch.join("new/deep"));
        let allow = [other.clone()];
        for outside in ["../other", "new/../../other", "..", other.to_str().unwrap()] {
            assert!(fill(&[], outside).unwrap_err().message.contains("outside"), "{outside}");
        }
        assert!(fill(&allow, "../other").is_ok());
        assert!(fill(&allow, other.join("new").to_str().unwrap()).is_ok());
        assert!(fill(&[], "photo.png").unwrap_err().message.contains("is a file"));
        let nowhere = PatchAssets::new(None, "", &[], &folder.cache).folder_to_fill("");
        assert!(nowhere.unwrap_err().message.contains("no folder"));
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
