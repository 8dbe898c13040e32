//! Animated WebP, which `ffmpeg` does not read: through the crate `image`.

use std::fs;
use std::io::{BufReader, Read};
use std::path::Path;

use image::AnimationDecoder;
use image::codecs::webp::WebPDecoder;
use pastiche_engine::assets::Media;
use pastiche_engine::frame::{PixelFormat, Pixels};

use crate::ffmpeg::{Clip, Timing};

/// Pictures that say that they last no longer than this, in milliseconds, are shown for [`USUAL_MS`], as browsers do.
const SHORTEST_MS: u64 = 10;
const USUAL_MS: u64 = 100;

/// What is in an animated WebP file; `None` for a file of any other kind.
pub(super) fn probe(path: &Path) -> Option<Clip> {
    let mut head = [0; 21];
    fs::File::open(path).and_then(|mut file| file.read_exact(&mut head)).ok()?;
    let is_animated = head.starts_with(b"RIFF") && &head[8..16] == b"WEBPVP8X" && head[20] & 2 != 0;
    if !is_animated || fs::metadata(path).ok()?.len() > Media::Picture.max_bytes() {
        return None;
    }
    let lasting = durations(&fs::read(path).ok()?);
    let mut end = 0;
    let starts: Vec<u64> = lasting
        .iter()
        .map(|ms| {
            let start = end;
            end += if *ms <= SHORTEST_MS { USUAL_MS } else { *ms };
            start
        })
        .collect();
    if starts.is_empty() {
        return None;
    }
    Some(Clip {
        path: path.to_owned(),
        timing: Timing::Stamped { rate: [1000, 1], starts: starts.into(), end },
        said_secs: None,
        first_secs: 0.0,
        decoder: None,
        is_unmarked_hd: false,
        is_anamorphic: false,
        has_sound: false,
        is_webp: true,
    })
}

/// How long each picture lasts, in milliseconds (RFC 9649, section 2.7.1.3).
fn durations(bytes: &[u8]) -> Vec<u64> {
    let mut durations = Vec::new();
    let mut rest = bytes.get(12..).unwrap_or_default();
    while let Some((head, content)) = rest.split_at_checked(8) {
        let size = head[4..].iter().rev().fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte));
        if let (b"ANMF", Some(ms)) = (&head[..4], content.get(12..15)) {
            durations.push(u64::from(ms[0]) | u64::from(ms[1]) << 8 | u64::from(ms[2]) << 16);
        }
        rest = content.get(size + size % 2..).unwrap_or_default();
    }
    durations
}

/// Its pictures, from the first on. `Err` says what is wrong.
pub(super) fn pictures(path: &Path) -> Result<impl Iterator<Item = Result<Pixels, String>>, String> {
    let file = fs::File::open(path).map_err(|error| error.to_string())?;
    let decoder = WebPDecoder::new(BufReader::new(file)).map_err(|error| error.to_string())?;
    Ok(decoder.into_frames().map(|frame| {
        let picture = frame.map_err(|error| error.to_string())?.into_buffer();
        let size_px = [picture.width(), picture.height()];
        let pixels = Pixels::new(size_px, PixelFormat::Srgb8, picture.into_raw());
        pixels.ok_or_else(|| "a picture without pixels".into())
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{ExtendedColorType, codecs::webp::WebPEncoder};

    fn chunk(name: &[u8], content: &[u8]) -> Vec<u8> {
        let size = (content.len() as u32).to_le_bytes();
        [name, &size, content, &vec![0; content.len() % 2]].concat()
    }

    /// An animation of pictures of one colour with the milliseconds that each lasts.
    fn animation(pictures: &[([u8; 3], u8)]) -> Vec<u8> {
        let mut parts = chunk(b"VP8X", &[2, 0, 0, 0, 3, 0, 0, 1, 0, 0]);
        parts.extend(chunk(b"ANIM", &[0; 6]));
        for (colour, ms) in pictures {
            let mut still = Vec::new();
            let encoder = WebPEncoder::new_lossless(&mut still);
            encoder.encode(&colour.repeat(8), 4, 2, ExtendedColorType::Rgb8).unwrap();
            let frame = [&[0, 0, 0, 0, 0, 0, 3, 0, 0, 1, 0, 0, *ms, 0, 0, 0], &still[12..]].concat();
            parts.extend(chunk(b"ANMF", &frame));
        }
        chunk(b"RIFF", &[b"WEBP".to_vec(), parts].concat())
    }

    #[test]
    fn an_animation_has_its_own_times_and_pictures() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.webp");
        std::fs::write(&path, animation(&[([255, 0, 0], 40), ([0, 255, 0], 0), ([0, 0, 255], 200)])).unwrap();
        let clip = probe(&path).unwrap();
        assert_eq!(clip.timing, Timing::Stamped { rate: [1000, 1], starts: [0, 40, 140].into(), end: 340 });
        let shown: Vec<Vec<u8>> =
            pictures(&path).unwrap().map(|picture| picture.unwrap().bytes()[..3].to_vec()).collect();
        let expected = [[255, 0, 0], [0, 255, 0], [0, 0, 255]];
        // Laying one over the other rounds.
        let is_near = |found: &u8, wanted: &u8| found.abs_diff(*wanted) <= 1;
        let found = shown.concat();
        assert!(
            found.len() == 9 && found.iter().zip(expected.as_flattened()).all(|(a, b)| is_near(a, b)),
            "{shown:?}"
        );
        std::fs::write(&path, &animation(&[([255, 0, 0], 40)])[..40]).unwrap();
        assert!(probe(&path).is_none(), "cut before its first picture");
        std::fs::write(&path, b"RIFF\0\0\0\0WEBPVP8 and so on").unwrap();
        assert!(probe(&path).is_none(), "a still picture");
    }
}
