//! Pictures as `ffmpeg` hands them over: Netpbm's PAM, of which each has a head with its own size.

use std::io::{self, BufRead, ErrorKind, Read};

use pastiche_engine::frame::{PixelFormat, Pixels};
use thiserror::Error;

/// The longest side of a picture, in pixels.
const MOST_SIDE_PX: u32 = 16_384;

/// The most pixels of a picture.
const MOST_PIXELS: u64 = 64 << 20;

/// Longest head, in bytes.
const MOST_HEAD_BYTES: u64 = 1024;

/// Why there is no next picture.
#[derive(Debug, Error)]
pub(crate) enum PamError {
    /// What comes is no picture.
    #[error("it writes rubbish: {what}")]
    Rubbish {
        /// In what way.
        what: String,
    },
    /// It ended in the middle of a picture.
    #[error("it ended in the middle of a picture")]
    CutOff,
    /// The pipe failed.
    #[error("its pictures cannot be read: {0}")]
    Pipe(#[from] io::Error),
}

/// The next picture with red, green, blue and alpha in 8 bits each; `None` behind the last.
pub(crate) fn read_picture(from: &mut impl BufRead) -> Result<Option<Pixels>, PamError> {
    let Some([width, height]) = read_head(from)? else { return Ok(None) };
    let expected = width as usize * height as usize * 4;
    let mut bytes = Vec::with_capacity(expected);
    from.take(expected as u64).read_to_end(&mut bytes)?;
    if bytes.len() < expected {
        return Err(PamError::CutOff);
    }
    Pixels::new([width, height], PixelFormat::Srgb8, bytes)
        .map(Some)
        .ok_or_else(|| rubbish("a picture without pixels"))
}

fn rubbish(what: impl Into<String>) -> PamError {
    PamError::Rubbish { what: what.into() }
}

/// Width and height; `None` at the end of the stream.
fn read_head(from: &mut impl BufRead) -> Result<Option<[u32; 2]>, PamError> {
    if from.fill_buf()?.is_empty() {
        return Ok(None);
    }
    let mut head = from.take(MOST_HEAD_BYTES);
    let mut line = String::new();
    let mut next = |line: &mut String| -> Result<(), PamError> {
        line.clear();
        match head.read_line(line) {
            Ok(_) if line.ends_with('\n') => Ok(()),
            Ok(_) if head.limit() == 0 => Err(rubbish("a head without end")),
            Ok(_) => Err(PamError::CutOff),
            Err(error) if error.kind() == ErrorKind::InvalidData => Err(rubbish("a head that is no text")),
            Err(error) => Err(error.into()),
        }
    };
    next(&mut line)?;
    if line.trim_end() != "P7" {
        return Err(rubbish(format!("`{}` where a picture should begin", shown(&line))));
    }
    let (mut width, mut height, mut depth, mut most) = (0, 0, 0, 0);
    loop {
        next(&mut line)?;
        let mut words = line.split_ascii_whitespace();
        let (word, value) = (words.next(), words.next());
        let number = |value: Option<&str>| {
            let value = value.unwrap_or_default();
            value.parse::<u32>().map_err(|_| rubbish(format!("`{}` is no number", shown(value))))
        };
        match word {
            Some("WIDTH") => width = number(value)?,
            Some("HEIGHT") => height = number(value)?,
            Some("DEPTH") => depth = number(value)?,
            Some("MAXVAL") => most = number(value)?,
            Some("TUPLTYPE") | None => {}
            Some("ENDHDR") => break,
            Some(other) => return Err(rubbish(format!("`{}` in the head of a picture", shown(other)))),
        }
    }
    if (depth, most) != (4, 255) {
        return Err(rubbish("a picture in another format"));
    }
    let sides = 1..=MOST_SIDE_PX;
    if !sides.contains(&width)
        || !sides.contains(&height)
        || u64::from(width) * u64::from(height) > MOST_PIXELS
    {
        return Err(rubbish(format!("a picture of {width}x{height} pixels")));
    }
    Ok(Some([width, height]))
}

fn shown(text: &str) -> String {
    text.trim_end().chars().take(20).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture([width, height]: [u32; 2], first: u8) -> Vec<u8> {
        let head =
            format!("P7\nWIDTH {width}\nHEIGHT {height}\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n");
        let body = (0..width * height * 4).map(|number| (number as u8).wrapping_add(first));
        head.into_bytes().into_iter().chain(body).collect()
    }

    #[test]
    fn pictures_of_any_size_come_one_behind_the_other() {
        let stream = [picture([3, 2], 7), picture([1, 4], 9)].concat();
        let mut from = &stream[..];
        let first = read_picture(&mut from).unwrap().unwrap();
        assert_eq!((first.size_px(), first.bytes()[0]), ([3, 2], 7));
        let second = read_picture(&mut from).unwrap().unwrap();
        assert_eq!((second.size_px(), second.bytes()[0]), ([1, 4], 9));
        assert!(read_picture(&mut from).unwrap().is_none());
    }

    #[test]
    fn what_is_wrong_is_told() {
        let check = |bytes: &[u8], expected: &str| {
            let error = read_picture(&mut &bytes[..]).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        };
        check(b"hello\n", "`hello` where a picture should begin");
        check(b"P7\nWIDTH x\n", "`x` is no number");
        check(b"P7\nENDHDR\n", "another format");
        check(b"P7\nWIDTH 0\nHEIGHT 9\nDEPTH 4\nMAXVAL 255\nENDHDR\n", "0x9 pixels");
        check(b"P7\nWIDTH 99999\nHEIGHT 9\nDEPTH 4\nMAXVAL 255\nENDHDR\n", "99999x9 pixels");
        check(&[b'P'; 5000], "a head without end");
        check(&[0xff, 0xfe, b'\n'], "no text");
        let whole = picture([3, 2], 0);
        check(&whole[..whole.len() - 1], "in the middle of a picture");
        check(&whole[..9], "in the middle of a picture");
    }

    #[test]
    fn rubbish_never_panics_and_takes_no_room() {
        let mut bits = 0x9e37_79b9_7f4a_7c15_u64;
        let mut random = move |below: usize| {
            bits ^= bits << 13;
            bits ^= bits >> 7;
            bits ^= bits << 17;
            (bits % below as u64) as usize
        };
        let whole = [picture([4, 3], 1), picture([2, 2], 5)].concat();
        let mut read = 0;
        for _ in 0..20_000 {
            let mut bytes = whole.clone();
            for _ in 0..random(4) {
                let at = random(bytes.len());
                bytes[at] = random(256) as u8;
            }
            bytes.truncate(1 + random(whole.len()));
            let mut from = &bytes[..];
            while let Ok(Some(pixels)) = read_picture(&mut from) {
                read += 1;
                assert!(pixels.bytes().len() <= whole.len());
            }
        }
        assert!(read > 1000, "only {read} could be read at all");
    }
}
