//! Reads SoundFont files through RustySynth, which believes what a file says of its sizes.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use rustysynth::SoundFont;

/// The font, or why it cannot be played.
pub(super) fn read(bytes: &[u8]) -> Result<Arc<SoundFont>, String> {
    check(bytes)?;
    let font = catch_unwind(AssertUnwindSafe(|| SoundFont::new(&mut Cursor::new(bytes))));
    let font = font.map_err(|_| "it is damaged".to_owned())?;
    let font = font.map_err(|error| format!("it is damaged: {error}"))?;
    if font.get_presets().is_empty() {
        return Err("it holds no presets".into());
    }
    Ok(Arc::new(font))
}

/// Looks at the chunks (SoundFont Technical Specification 2.04, section 3): a file that names a size
/// which it does not have would be given memory for it.
fn check(bytes: &[u8]) -> Result<(), String> {
    let inside = match bytes {
        [b'R', b'I', b'F', b'F', _, _, _, _, b's', b'f', b'b', b'k', inside @ ..] => inside,
        _ => return Err("it is no SoundFont".into()),
    };
    let mut lists = inside;
    while let Some((name, list)) = chunk(&mut lists)? {
        if name != *b"LIST" {
            return Err("a part of it has no name".into());
        }
        let Some((_, mut parts)) = list.split_at_checked(4) else { return Err(cut_off()) };
        while chunk(&mut parts)?.is_some() {}
    }
    Ok(())
}

type Chunk<'a> = ([u8; 4], &'a [u8]);

fn chunk<'a>(bytes: &mut &'a [u8]) -> Result<Option<Chunk<'a>>, String> {
    if bytes.len() < 8 {
        *bytes = &[];
        return Ok(None);
    }
    let (head, rest) = bytes.split_at(8);
    let size = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
    let (inside, rest) = rest.split_at_checked(size).ok_or_else(cut_off)?;
    *bytes = rest;
    Ok(Some(([head[0], head[1], head[2], head[3]], inside)))
}

fn cut_off() -> String {
    "it is not complete".into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sounds::font;

    #[test]
    fn a_font_is_read() {
        let font = read(&font()).unwrap();
        assert_eq!(font.get_presets()[0].get_name(), "sine");
    }

    #[test]
    fn says_what_is_wrong() {
        assert_eq!(read(b"").unwrap_err(), "it is no SoundFont");
        assert_eq!(read(b"RIFF\0\0\0\0WAVE").unwrap_err(), "it is no SoundFont");
        let whole = font();
        assert_eq!(read(&whole[..whole.len() - 40]).unwrap_err(), "it is not complete");
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
                && let Ok(mut player) = super::super::Player::new(&font, [0, 0], false, 16)
            {
                player.synthesizer.note_on(0, 69, 100);
                (0..500).for_each(|_| player.make_ahead());
            }
        }
    }
}
