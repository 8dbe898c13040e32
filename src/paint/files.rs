//! Photographs in, paintings out.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Cursor};
use std::path::{Path, PathBuf};

use engine::assets::Media;
use engine::frame::Pixels;
use image::ExtendedColorType::{Rgb8, Rgba8};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::codecs::webp::WebPEncoder;
use image::{ImageEncoder, ImageError};
use nodes::picture_file::{ENDINGS, decode};
use pastiche_engine as engine;
use pastiche_nodes as nodes;

use crate::atomic_file::write_atomic;
use crate::error::Error;
use crate::picture::Picture;

/// Of JPEG files, from 1 to 100.
const QUALITY: u8 = 95;

/// How a painting is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Without loss, with its alpha.
    Png,
    /// Smaller; what is transparent is black.
    Jpeg,
    /// Without loss, with its alpha.
    WebP,
}

impl Form {
    /// As the name of a file says; `None` for the name of anything else.
    pub fn of(path: &Path) -> Option<Form> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        Some(match ending.as_str() {
            "png" => Form::Png,
            "jpg" | "jpeg" => Form::Jpeg,
            "webp" => Form::WebP,
            _ => return None,
        })
    }
}

/// The photographs of a command: files as they are, and of folders the pictures in them, in the order in which people
/// count. Files that are hidden are left out.
///
/// # Errors
/// When a folder cannot be read or holds no picture.
pub fn photographs(given: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    let mut all = Vec::new();
    for path in given {
        if !path.is_dir() {
            all.push(path.clone());
            continue;
        }
        let entries = fs::read_dir(path).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let entries = entries.map_err(|error| Error::file("read", path, error))?;
        let mut pictures: Vec<PathBuf> =
            entries.into_iter().map(|entry| entry.path()).filter(|path| is_picture(path)).collect();
        if pictures.is_empty() {
            return Err(Error::Setting {
                message: format!("there is no picture in {}", path.display()),
                help: format!("pictures are files that end in {}", ENDINGS.join(", ")),
            });
        }
        alphanumeric_sort::sort_path_slice(&mut pictures);
        all.append(&mut pictures);
    }
    Ok(all)
}

fn is_picture(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let ending = path.extension().unwrap_or_default();
    !name.starts_with('.') && path.is_file() && ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known))
}

/// Where the painting of each photograph goes: to `out` itself if that names a picture, else into the folder `out`,
/// as PNG under the photograph's name.
///
/// # Errors
/// When several photographs would go to one file, or something is there and `force` does not say that it may be
/// replaced. A photograph is never replaced by its painting.
pub fn places(photographs: &[PathBuf], out: &Path, force: bool) -> Result<Vec<PathBuf>, Error> {
    let places = match Form::of(out).filter(|_| !out.is_dir()) {
        Some(_) if photographs.len() > 1 => {
            return Err(Error::Setting {
                message: format!(
                    "{} is one file, and there are {} photographs",
                    out.display(),
                    photographs.len()
                ),
                help: "name a folder".into(),
            });
        }
        Some(_) => vec![out.to_owned()],
        None if out.extension().is_some() && !out.is_dir() => {
            return Err(Error::Setting {
                message: format!("a painting cannot be written as {}", out.display()),
                help: "name a file that ends in .png, .jpg or .webp, or a folder without a dot".into(),
            });
        }
        None => names(photographs).into_iter().map(|name| out.join(name)).collect(),
    };
    for (place, photograph) in places.iter().zip(photographs) {
        let is_itself = photographs.iter().any(|other| is_same(place, other));
        if is_itself {
            return Err(Error::Setting {
                message: format!("the painting of {} would replace a photograph", photograph.display()),
                help: "name another folder or file".into(),
            });
        }
        if place.symlink_metadata().is_ok() && !force {
            return Err(Error::Occupied { path: place.clone(), what: "there already" });
        }
    }
    Ok(places)
}

/// The names of photographs with another ending; where two would be one, with their whole names.
fn names(photographs: &[PathBuf]) -> Vec<String> {
    let stem = |path: &PathBuf| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let mut counts: HashMap<String, usize> = HashMap::new();
    for photograph in photographs {
        *counts.entry(stem(photograph).to_lowercase()).or_default() += 1;
    }
    let mut taken: HashMap<String, usize> = HashMap::new();
    let name = |photograph: &PathBuf| {
        let stem = stem(photograph);
        let base = if counts.get(&stem.to_lowercase()).is_some_and(|count| *count > 1) {
            photograph.file_name().unwrap_or_default().to_string_lossy().into_owned()
        } else {
            stem
        };
        let before = taken.entry(base.to_lowercase()).or_default();
        *before += 1;
        // From two folders.
        if *before > 1 { format!("{base}_{before}.png") } else { format!("{base}.png") }
    };
    photographs.iter().map(name).collect()
}

fn is_same(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

/// Reads a photograph, turned the way the camera noted, its colours as sRGB.
///
/// # Errors
/// When it cannot be read or is no picture.
pub fn read(path: &Path) -> Result<Pixels, Error> {
    let metadata = fs::metadata(path).map_err(|error| Error::file("read", path, error))?;
    let most = Media::Picture.max_bytes();
    let unfit = match () {
        // One that waits for another program would be waited for.
        () if !metadata.is_file() => Some("it is no file".to_owned()),
        () if metadata.len() > most => Some(format!("it is larger than {} MiB", most >> 20)),
        () => None,
    };
    if let Some(why) = unfit {
        return Err(Error::file("read", path, io::Error::other(why)));
    }
    let bytes = fs::read(path).map_err(|error| Error::file("read", path, error))?;
    decode(&path.display().to_string(), &bytes)
        .map_err(|error| Error::Setting { message: error.message, help: error.help.into() })
}

/// Writes a painting as the name of its file says, whole or not at all.
///
/// # Errors
/// When it cannot be written.
pub fn write(path: &Path, painting: &Pixels) -> Result<(), Error> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(|error| Error::file("make", folder, error))?;
    }
    let encoded = encoded(Form::of(path).unwrap_or(Form::Png), painting)
        .map_err(|error| Error::file("encode", path, io::Error::other(error)))?;
    write_atomic(path, &encoded)
}

fn encoded(form: Form, painting: &Pixels) -> Result<Vec<u8>, ImageError> {
    let ([width, height], rgba) = (painting.size_px(), painting.to_srgb8());
    let is_opaque = rgba.iter().skip(3).step_by(4).all(|alpha| *alpha == u8::MAX);
    let mut bytes = Cursor::new(Vec::new());
    let rgb = || rgba.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect::<Vec<u8>>();
    match form {
        Form::Jpeg => {
            let on_black = Picture::on_black([width, height], rgba).rgb();
            JpegEncoder::new_with_quality(&mut bytes, QUALITY).write_image(&on_black, width, height, Rgb8)?;
        }
        Form::WebP => WebPEncoder::new_lossless(&mut bytes).write_image(&rgba, width, height, Rgba8)?,
        Form::Png => {
            let encoder =
                PngEncoder::new_with_quality(&mut bytes, CompressionType::Default, FilterType::Adaptive);
            match is_opaque {
                true => encoder.write_image(&rgb(), width, height, Rgb8)?,
                false => encoder.write_image(&rgba, width, height, Rgba8)?,
            }
        }
    }
    Ok(bytes.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::frame::PixelFormat;

    fn paths(names: &[&str]) -> Vec<PathBuf> {
        names.iter().map(PathBuf::from).collect()
    }

    fn refused(result: Result<Vec<PathBuf>, Error>) -> String {
        result.unwrap_err().to_string()
    }

    #[test]
    fn folders_give_their_pictures_in_the_order_of_numbers() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["p10.png", "p2.JPG", "notes.txt", ".hidden.png"] {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        fs::create_dir(folder.path().join("inner.png")).unwrap();
        let found = photographs(&[PathBuf::from("one.webp"), folder.path().to_owned()]).unwrap();
        let names: Vec<_> = found.iter().map(|path| path.file_name().unwrap().to_str().unwrap()).collect();
        assert_eq!(names, ["one.webp", "p2.JPG", "p10.png"]);
        let empty = tempfile::tempdir().unwrap();
        assert!(refused(photographs(&[empty.path().to_owned()])).starts_with("there is no picture in"));
    }

    #[test]
    fn one_place_for_each_and_never_two_in_one() {
        let out = Path::new("out");
        assert_eq!(places(&paths(&["a/x.jpg"]), out, false).unwrap(), [out.join("x.png")]);
        assert_eq!(places(&paths(&["x.jpg"]), Path::new("y.webp"), false).unwrap(), paths(&["y.webp"]));
        let several = places(&paths(&["x.jpg", "x.png", "X.gif", "b/x.jpg", "z.jpg"]), out, false).unwrap();
        let names = ["x.jpg.png", "x.png.png", "X.gif.png", "x.jpg_2.png", "z.png"];
        assert_eq!(several, names.map(|name| out.join(name)));
        assert!(refused(places(&paths(&["x.jpg", "y.jpg"]), Path::new("z.png"), false)).contains("one file"));
        assert!(refused(places(&paths(&["x.jpg"]), Path::new("z.gif"), false)).contains("cannot be written"));
    }

    #[test]
    fn what_is_there_is_replaced_only_by_force_and_a_photograph_never() {
        let folder = tempfile::tempdir().unwrap();
        let [photograph, painting] = ["x.png", "y.png"].map(|name| folder.path().join(name));
        fs::write(&photograph, "theirs").unwrap();
        fs::write(&painting, "theirs").unwrap();
        let given = [photograph.clone()];
        assert!(matches!(places(&given, &painting, false), Err(Error::Occupied { .. })));
        assert_eq!(places(&given, &painting, true).unwrap(), [painting]);
        for out in [photograph.as_path(), folder.path()] {
            assert!(refused(places(&given, out, true)).contains("would replace a photograph"), "{out:?}");
        }
    }

    #[test]
    fn a_painting_comes_back_from_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let painting = |alpha: u8| {
            let bytes = [[200, 20, 20, alpha], [20, 200, 20, 255]].concat().repeat(32);
            Pixels::new([8, 8], PixelFormat::Srgb8, bytes).unwrap()
        };
        for (name, alpha) in [("a.png", 255), ("b.png", 0), ("c.webp", 90)] {
            let path = folder.path().join("new").join(name);
            write(&path, &painting(alpha)).unwrap();
            assert_eq!(read(&path).unwrap().to_srgb8(), painting(alpha).to_srgb8(), "{name}");
        }
        let path = folder.path().join("d.jpg");
        write(&path, &Pixels::new([8, 8], PixelFormat::Srgb8, [250, 250, 250, 0].repeat(64)).unwrap())
            .unwrap();
        assert!(read(&path).unwrap().to_srgb8()[0] < 8, "what is transparent is black");
        assert!(
            read(&folder.path().join("none.png")).unwrap_err().to_string().contains("there is no such file")
        );
        fs::write(&path, "no picture").unwrap();
        assert!(read(&path).unwrap_err().to_string().contains("no picture that can be read"));
    }
}
