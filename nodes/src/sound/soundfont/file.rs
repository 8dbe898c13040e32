//! Reads SoundFont files through RustySynth, which believes what a file says of its sizes.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use rustysynth::{SoundFont, SoundFontError};
use thiserror::Error;

use super::samples;

/// A font that can be played.
pub(super) struct Font {
    pub(super) font: Arc<SoundFont>,
    /// Names of samples that are left out, because they or their loops lie outside the data.
    pub(super) left_out: Vec<String>,
}

/// Why a font cannot be played.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(super) enum FontError {
    #[error("it is no SoundFont")]
    Other,
    #[error("it is a SoundFont 3, and its compressed samples are not supported")]
    Compressed,
    #[error("it is not complete")]
    CutOff,
    #[error("it is damaged: {why}")]
    Damaged { why: String },
    #[error("it holds no presets")]
    Empty,
}

impl FontError {
    pub(super) fn help(&self) -> &'static str {
        match self {
            FontError::Other => "choose a SoundFont 2, a file that ends in .sf2",
            FontError::Compressed => "convert it to SoundFont 2, with the program Polyphone for example",
            _ => "save or copy it again as SoundFont 2",
        }
    }
}

/// The font, or why it cannot be played.
pub(super) fn read(bytes: &[u8]) -> Result<Font, FontError> {
    check(bytes)?;
    let (mended, left_out) = samples::without_bad_samples(bytes).unzip();
    let bytes = mended.as_deref().unwrap_or(bytes);
    let font = catch_unwind(AssertUnwindSafe(|| SoundFont::new(&mut Cursor::new(bytes))));
    let font = font.map_err(|_| FontError::Damaged { why: "its reader gave up".into() })?;
    let font = font.map_err(|error| match error {
        SoundFontError::UnsupportedSampleFormat => FontError::Compressed,
        error => FontError::Damaged { why: error.to_string() },
    })?;
    if font.get_presets().is_empty() {
        return Err(FontError::Empty);
    }
    Ok(Font { font: Arc::new(font), left_out: left_out.unwrap_or_default() })
}

/// The sample type of compressed samples, a bit of it (as FluidSynth and MuseScore write them).
const COMPRESSED: u8 = 0x10;

/// Whether the samples are compressed: by the version of the file, or by the type of a sample.
fn is_compressed(name: [u8; 4], inside: &[u8]) -> bool {
    match &name {
        b"ifil" => inside.first().is_some_and(|version| *version >= 3),
        b"shdr" => inside.chunks_exact(46).any(|sample| sample[44] & COMPRESSED != 0),
        _ => false,
    }
}

/// Looks at the chunks (SoundFont Technical Specification 2.04, section 3): a file that names a size
/// which it does not have would be given memory for it.
fn check(bytes: &[u8]) -> Result<(), FontError> {
    let inside = match bytes {
        [b'R', b'I', b'F', b'F', _, _, _, _, b's', b'f', b'b', b'k', inside @ ..] => inside,
        _ => return Err(FontError::Other),
    };
    let mut lists = inside;
    while let Some((name, list)) = chunk(&mut lists)? {
        if name != *b"LIST" {
            return Err(FontError::Damaged { why: "a part of it has no name".into() });
        }
        let Some((_, mut parts)) = list.split_at_checked(4) else { return Err(FontError::CutOff) };
        while let Some((name, inside)) = chunk(&mut parts)? {
            if is_compressed(name, inside) {
                return Err(FontError::Compressed);
            }
        }
    }
    Ok(())
}

/// The name of a chunk, and what is inside.
pub(super) type Chunk<'a> = ([u8; 4], &'a [u8]);

/// The next chunk, if there is one.
pub(super) fn chunk<'a>(bytes: &mut &'a [u8]) -> Result<Option<Chunk<'a>>, FontError> {
    if bytes.len() < 8 {
        *bytes = &[];
        return Ok(None);
    }
    let (head, rest) = bytes.split_at(8);
    let size = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
    let (inside, rest) = rest.split_at_checked(size).ok_or(FontError::CutOff)?;
    *bytes = rest;
    Ok(Some(([head[0], head[1], head[2], head[3]], inside)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sounds::font;

    /// A place in the font's header of its only sample, and what is written there.
    fn with_sample(at: usize, number: u32) -> Vec<u8> {
        let mut bytes = font();
        let start = bytes.windows(4).position(|name| name == b"shdr").unwrap() + 8;
        bytes[start + at..start + at + 4].copy_from_slice(&number.to_le_bytes());
        bytes
    }

    #[test]
    fn a_font_is_read() {
        let Font { font, left_out } = read(&font()).ok().unwrap();
        assert_eq!((font.get_presets()[0].get_name(), left_out.len()), ("sine", 0));
    }

    #[test]
    fn a_sample_outside_the_data_is_left_out_and_named() {
        // Its end, and the end of its loop, which is played.
        for at in [24, 32] {
            let font = read(&with_sample(at, 900_000)).ok().unwrap();
            assert_eq!(font.left_out, ["sine"], "{at}");
        }
        // The whole of it stands behind another instrument that is good.
        let two = crate::sounds::font_with_a_bad_sample();
        let Font { font, left_out } = read(&two).ok().unwrap();
        assert_eq!((left_out.as_slice(), font.get_instruments().len()), (&["bad".to_owned()][..], 2));
        let zones: Vec<usize> = font.get_instruments().iter().map(|one| one.get_regions().len()).collect();
        assert_eq!(zones, [1, 0]);
    }

    #[test]
    fn a_loop_that_is_not_played_may_lie_anywhere() {
        let mut bytes = with_sample(32, 900_000);
        let start = bytes.windows(4).position(|name| name == b"igen").unwrap() + 8;
        bytes[start + 2] = 0;
        assert_eq!(read(&bytes).ok().unwrap().left_out, [""; 0]);
    }

    #[test]
    fn says_what_is_wrong() {
        let refused = |bytes: &[u8]| read(bytes).err().unwrap();
        assert_eq!(refused(b""), FontError::Other);
        assert_eq!(refused(b"RIFF\0\0\0\0WAVE"), FontError::Other);
        let whole = font();
        assert_eq!(refused(&whole[..whole.len() - 40]), FontError::CutOff);
        let mut newer = whole.clone();
        let version = newer.windows(4).position(|name| name == b"ifil").unwrap() + 8;
        newer[version] = 3;
        assert_eq!(refused(&newer), FontError::Compressed);
        assert_eq!(refused(&with_sample(42, 0x0011_0000)), FontError::Compressed);
    }

    #[test]
    fn broken_fonts_never_panic() {
        let whole = font();
        let mut noise = crate::sound::voices::Noise::new(11);
        let mut random = || (noise.next().abs() * 1e6) as usize;
        for _ in 0..300 {
            let mut bytes = whole.clone();
            bytes.truncate(whole.len() - (random() % 4) / 3 * (random() % whole.len()));
            for _ in 0..1 + random() % 5 {
                // The sample data itself cannot be wrong.
                let place = if random() % 2 == 0 {
                    random() % 120
                } else {
                    bytes.len() - 1 - random() % 500.min(bytes.len())
                };
                if let Some(byte) = bytes.get_mut(place) {
                    *byte = random() as u8;
                }
            }
            if let Ok(font) = read(&bytes)
                && let Ok(mut player) = super::super::Player::new(&font.font, [0, 0], false, 16)
            {
                player.synthesizer.note_on(0, 69, 100);
                (0..500).for_each(|_| player.make_ahead());
            }
        }
    }
}
