//! Values as they are typed.

use pastiche::engine::clock::FrameRate;

pub(super) fn finite(text: &str) -> Result<f32, String> {
    let number = text.parse::<f32>().ok().filter(|number| number.is_finite());
    number.ok_or_else(|| "expected a number".into())
}

pub(super) fn size(text: &str) -> Result<[u32; 2], String> {
    let sides =
        text.split_once(['x', 'X']).map(|(width, height)| (width.trim().parse(), height.trim().parse()));
    match sides {
        Some((Ok(width), Ok(height))) => Ok([width, height]),
        _ => Err("write width and height in pixels, such as 1280x720".into()),
    }
}

/// The tonic of a key's major scale in semitones above C: that of the relative major for a minor key.
pub(super) fn key(text: &str) -> Result<i8, String> {
    let (name, minor) = match text.strip_suffix('m') {
        Some(name) => (name, true),
        None => (text, text.starts_with(|letter: char| letter.is_ascii_lowercase())),
    };
    let mut letters = name.chars();
    let natural: i8 = match letters.next().map(|letter| letter.to_ascii_lowercase()) {
        Some('c') => 0,
        Some('d') => 2,
        Some('e') => 4,
        Some('f') => 5,
        Some('g') => 7,
        Some('a') => 9,
        Some('b') => 11,
        _ => return Err("write a key such as C, Eb, F# or, for minor, am".into()),
    };
    let sign = match letters.as_str() {
        "" => 0,
        "#" => 1,
        "b" => -1,
        _ => return Err("write a key such as C, Eb, F# or, for minor, am".into()),
    };
    Ok((natural + sign + if minor { 3 } else { 0 }).rem_euclid(12))
}

pub(super) fn frame_rate(text: &str) -> Result<FrameRate, String> {
    let rate = text.parse().ok().and_then(FrameRate::from_fps);
    rate.ok_or_else(|| "give a number from 1 to 1000, such as 25 or 29.97".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read() {
        for (text, tonic) in
            [("C", 0), ("Eb", 3), ("F#", 6), ("Am", 0), ("am", 0), ("a", 0), ("f#m", 9), ("Cb", 11)]
        {
            assert_eq!(key(text), Ok(tonic), "{text}");
        }
        for wrong in ["", "H", "C##", "major", "#", "é"] {
            assert!(key(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn sizes_are_read() {
        assert_eq!(size("1280x720"), Ok([1280, 720]));
        assert_eq!(size("0x100000"), Ok([0, 100_000]));
        for wrong in ["1280", "x", "1280x", "-1x2", "1.5x2", "99999999999x1"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}
