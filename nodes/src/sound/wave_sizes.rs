//! The sizes in a WAV file, put right: a recorder that is switched off writes none, or those of a moment ago, and
//! long recordings are RF64 files (EBU Tech 3306), whose sizes of 32 bits say nothing.

use std::borrow::Cow;

/// The sound of a file, and what is wrong with it.
pub(super) struct Wave<'a> {
    /// As a WAV file whose sizes are true; the bytes themselves where they are no such file.
    pub(super) bytes: Cow<'a, [u8]>,
    /// Bytes of sound that the file says it has, and has not.
    pub(super) missing: u64,
}

const HEAD: usize = 8;

/// Puts the sizes of a RIFF or RF64 file right. What is no such file is left as it is.
pub(super) fn put_right(bytes: &[u8]) -> Wave<'_> {
    let known = Wave { bytes: bytes.into(), missing: 0 };
    let (Some(name), Some(b"WAVE")) = (bytes.get(..4), bytes.get(8..12)) else { return known };
    let is_long = matches!(name, b"RF64" | b"BW64");
    if name != b"RIFF" && !is_long {
        return known;
    }
    let (mut place, mut long_size, mut format) = (12, None, None);
    while let Some(head) = bytes.get(place..place + HEAD) {
        let size = u64::from(number(&head[4..]));
        let begin = place + HEAD;
        let rest = &bytes[begin..];
        if &head[..4] == b"data" {
            let Some(format) = format else { return known };
            let size = if is_long && size == u64::from(u32::MAX) { long_size.unwrap_or(size) } else { size };
            let is_unknown = size == 0 || size >= u64::from(u32::MAX);
            let (length, missing) = match usize::try_from(size).ok().filter(|size| *size <= rest.len()) {
                Some(size) if !is_unknown && is_followed_by_chunks(&rest[size..], size) => (size, 0),
                Some(_) => (rest.len(), 0),
                None if is_unknown => (rest.len(), 0),
                None => (rest.len(), size - rest.len() as u64),
            };
            return Wave { bytes: written(format, &rest[..length]).into(), missing };
        }
        let Some(content) = rest.get(..size as usize) else { return known };
        match &head[..4] {
            b"fmt " => format = Some(content),
            // The size of the whole, and then that of the sound.
            b"ds64" => {
                long_size = content
                    .get(8..16)
                    .map(|size| size.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
            }
            _ => {}
        }
        place = begin + size as usize + size as usize % 2;
    }
    known
}

/// Whether what comes behind the sound, of this size, is the end of the file or other chunks: if not, it is sound.
fn is_followed_by_chunks(rest: &[u8], size: usize) -> bool {
    let rest = rest.get(size % 2..).unwrap_or_default();
    match rest.get(..HEAD) {
        None => true,
        Some(head) => {
            let is_name = head[..4].iter().all(|letter| letter.is_ascii_graphic() || *letter == b' ');
            is_name && number(&head[4..]) as usize <= rest.len() - HEAD
        }
    }
}

fn number(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).rev().fold(0, |sum, byte| sum << 8 | u32::from(*byte))
}

fn written(format: &[u8], sound: &[u8]) -> Vec<u8> {
    let size = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes();
    let mut bytes = Vec::with_capacity(sound.len() + format.len() + 29);
    bytes.extend(b"RIFF");
    bytes.extend(size(20 + format.len() + format.len() % 2 + sound.len()));
    bytes.extend(b"WAVEfmt ");
    bytes.extend(size(format.len()));
    bytes.extend(format);
    bytes.extend(vec![0; format.len() % 2]);
    bytes.extend(b"data");
    bytes.extend(size(sound.len()));
    bytes.extend(sound);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sounds::wav;

    /// With other sizes of the file and of its sound.
    fn sized(sizes: [u32; 2]) -> Vec<u8> {
        let mut bytes = wav(44_100, 1, 500);
        bytes[4..8].copy_from_slice(&sizes[0].to_le_bytes());
        bytes[40..44].copy_from_slice(&sizes[1].to_le_bytes());
        bytes
    }

    #[test]
    fn sizes_of_nothing_or_too_small_are_put_right() {
        let whole = wav(44_100, 1, 500);
        for sizes in [[0, 1000], [1028, 1000], [0, 0], [36, 0], [u32::MAX, u32::MAX], [500, 464]] {
            let bytes = sized(sizes);
            let wave = put_right(&bytes);
            assert!(wave.bytes == whole && wave.missing == 0, "{sizes:?}");
        }
    }

    #[test]
    fn what_comes_behind_the_sound_is_left_out() {
        let mut bytes = wav(44_100, 1, 500);
        let whole = bytes.clone();
        bytes.extend(b"LIST\x04\0\0\0abcd");
        assert!(put_right(&bytes).bytes == whole);
    }

    #[test]
    fn long_files_and_cut_ones_are_read() {
        let whole = wav(44_100, 1, 500);
        let mut long = b"RF64\xff\xff\xff\xffWAVEds64\x1c\0\0\0".to_vec();
        for size in [1064_u64, 1000, 500] {
            long.extend(size.to_le_bytes());
        }
        long.extend([0; 4]);
        long.extend(&whole[12..40]);
        long.extend([0xff; 4]);
        long.extend(&whole[44..]);
        assert!(put_right(&long).bytes == whole);
        let cut = put_right(&whole[..whole.len() - 300]);
        assert_eq!((cut.bytes.len(), cut.missing), (whole.len() - 300, 300));
        for other in [&b""[..], b"RIFF", b"RIFF\0\0\0\0WAVE", b"OggS and so on and on"] {
            assert_eq!(put_right(other).bytes, other);
        }
    }
}
