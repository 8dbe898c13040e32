//! The chunks and events of a Standard MIDI File. What is damaged is read as far as it makes sense.

use pastiche_engine::midi::Message;

/// What a file holds.
pub(super) struct File {
    /// 0, 1 or 2.
    pub(super) format: u16,
    pub(super) division: Division,
    pub(super) tracks: Vec<Track>,
    /// What could not be read, and where.
    pub(super) damage: Option<String>,
}

/// How long a tick is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Division {
    /// Ticks of a quarter note.
    PerBeat(u16),
    /// Ticks of a second.
    PerSec(f64),
}

/// What a track says, with the ticks at which it says it.
#[derive(Default)]
pub(super) struct Track {
    pub(super) messages: Vec<(u64, Message)>,
    /// Microseconds of a quarter note.
    pub(super) tempi: Vec<(u64, u32)>,
    pub(super) last_tick: u64,
}

const TRACK: &[u8] = b"MTrk";

/// Bytes of the name and the size of a chunk.
const HEAD: usize = 8;

/// `Err` says why it is no such file at all.
pub(super) fn chunks(bytes: &[u8]) -> Result<File, &'static str> {
    const NONE: &str = "it does not begin as a MIDI file does";
    // Some are wrapped in a RIFF file.
    let head = match bytes.get(..4) {
        Some(b"MThd") => 0,
        Some(b"RIFF") => find(bytes, b"MThd", 0).ok_or(NONE)?,
        _ => return Err(NONE),
    };
    let word = |place: usize| {
        bytes
            .get(place..place + 2)
            .map(|word| u16::from_be_bytes([word[0], word[1]]))
            .ok_or("it is cut off in its head")
    };
    let [format, count, division] = [word(head + 8)?, word(head + 10)?, word(head + 12)?];
    let division = match division.to_be_bytes() {
        [high, low] if high >= 0x80 => {
            let frames = match high.wrapping_neg() {
                29 => 30_000.0 / 1001.0,
                frames => f64::from(frames),
            };
            Division::PerSec(frames * f64::from(low.max(1)))
        }
        _ => Division::PerBeat(division.max(1)),
    };
    let mut file = File { format, division, tracks: Vec::new(), damage: None };
    let mut place = head + HEAD + size_of_chunk(bytes, head);
    let mut begin = place;
    while let Some(start) = next_track(bytes, begin, place, &mut file.damage) {
        begin = start + HEAD;
        let said = begin.saturating_add(size_of_chunk(bytes, start));
        let mut reader = Reader { bytes: &bytes[..said.min(bytes.len())], place: begin, status: None };
        let mut track = Track::default();
        let read = reader.track(&mut track);
        place = reader.place;
        let number = file.tracks.len() + 1;
        match read {
            Ok(()) if said > bytes.len() && !track.has_end(bytes, place) => {
                file.damage
                    .get_or_insert_with(|| format!("track {number} is cut off at the end of the file"));
            }
            Ok(()) => {}
            Err(what) => {
                file.damage.get_or_insert_with(|| format!("track {number} {what}"));
                // The next may begin before the size of this one says, if bytes of it are lost.
                place = find(bytes, TRACK, begin).map_or(said, |next| next.min(said));
            }
        }
        file.tracks.push(track);
    }
    let held = file.tracks.len();
    if held < usize::from(count) {
        file.damage.get_or_insert_with(|| format!("it says that it has {count} tracks, and holds {held}"));
    }
    Ok(file)
}

impl Track {
    /// Whether the bytes before a place say that the track ends.
    fn has_end(&self, bytes: &[u8], place: usize) -> bool {
        bytes[..place].ends_with(&[0xFF, 0x2F, 0])
    }
}

fn find(bytes: &[u8], name: &[u8], from: usize) -> Option<usize> {
    let from = from.min(bytes.len());
    bytes[from..].windows(name.len()).position(|window| window == name).map(|place| from + place)
}

fn size_of_chunk(bytes: &[u8], place: usize) -> usize {
    let size = bytes.get(place + 4..place + HEAD).and_then(|size| size.try_into().ok());
    size.map_or(0, |size| u32::from_be_bytes(size) as usize)
}

/// Where the next track begins: at `place`, or, where bytes are lost, anywhere behind `begin`. Chunks of other names
/// are passed over.
fn next_track(bytes: &[u8], begin: usize, mut place: usize, damage: &mut Option<String>) -> Option<usize> {
    loop {
        let name = bytes.get(place..place.checked_add(HEAD)?)?;
        if name.starts_with(TRACK) {
            return Some(place);
        }
        let next = place.saturating_add(HEAD).saturating_add(size_of_chunk(bytes, place));
        if next < bytes.len() && name[..4].iter().all(|letter| letter.is_ascii_graphic()) {
            place = next;
            continue;
        }
        let next = find(bytes, TRACK, begin)?;
        damage.get_or_insert_with(|| format!("no chunk begins at byte {place} of the file"));
        place = next;
    }
}

struct Reader<'a> {
    /// The file up to the end of the track.
    bytes: &'a [u8],
    place: usize,
    /// The status of the newest channel message, which goes on behind events of other kinds.
    status: Option<u8>,
}

impl Reader<'_> {
    /// Reads to the end of the track. `Err` says what is wrong and where.
    fn track(&mut self, track: &mut Track) -> Result<(), String> {
        while self.place < self.bytes.len() {
            let start = self.place;
            match self.event(track) {
                Ok(true) if self.next_is_track() => return Ok(()),
                Ok(_) => {}
                Err(what) => {
                    let at = self.place.min(self.bytes.len());
                    self.place = start;
                    return Err(format!("{what}, at byte {at} of the file"));
                }
            }
        }
        Ok(())
    }

    /// Whether another track begins here although this one is longer, by its size.
    fn next_is_track(&self) -> bool {
        self.bytes[self.place..].starts_with(TRACK)
    }

    /// Whether the event is the end of the track.
    fn event(&mut self, track: &mut Track) -> Result<bool, String> {
        let delta = self.number()?;
        let tick = track.last_tick + u64::from(delta);
        let first = self.peek()?;
        let status = if first < 0x80 {
            self.status.ok_or_else(|| format!("holds {first:#04x} where an event should begin"))?
        } else {
            self.place += 1;
            first
        };
        let mut is_end = false;
        match status {
            0xFF => {
                let kind = self.byte()?;
                let content = self.slice()?;
                if let (0x51, [high, middle, low]) = (kind, content) {
                    let tempo = u32::from_be_bytes([0, *high, *middle, *low]);
                    track.tempi.push((tick, tempo.max(1)));
                }
                is_end = kind == 0x2F;
            }
            0xF0 | 0xF7 => {
                self.slice()?;
            }
            // They have no place in a file, but some programs write them.
            0xF1 | 0xF3 => self.place += 1,
            0xF2 => self.place += 2,
            0xF6 | 0xF8 | 0xFA..=0xFC | 0xFE => {}
            0x80..=0xEF => {
                let length = if matches!(status & 0xF0, 0xC0 | 0xD0) { 1 } else { 2 };
                let mut message = [status, 0, 0];
                for byte in &mut message[1..=length] {
                    *byte = self.peek()?;
                    if *byte >= 0x80 {
                        return Err(format!("holds {byte:#04x} where a number up to 127 should be"));
                    }
                    self.place += 1;
                }
                self.status = Some(status);
                track.messages.extend(Message::parse(&message[..=length]).map(|message| (tick, message)));
            }
            _ => return Err(format!("holds an unknown event, {status:#04x}")),
        }
        track.last_tick = tick;
        Ok(is_end)
    }

    fn peek(&self) -> Result<u8, String> {
        self.bytes.get(self.place).copied().ok_or_else(|| "ends in the middle of an event".into())
    }

    fn byte(&mut self) -> Result<u8, String> {
        let byte = self.peek()?;
        self.place += 1;
        Ok(byte)
    }

    /// A number of up to four bytes of seven bits.
    fn number(&mut self) -> Result<u32, String> {
        let mut number = 0;
        for _ in 0..4 {
            let byte = self.byte()?;
            number = number << 7 | u32::from(byte & 0x7F);
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err("holds a number of more than four bytes".into())
    }

    /// As many bytes as the number in front of them says.
    fn slice(&mut self) -> Result<&[u8], String> {
        let length = self.number()? as usize;
        let from = self.place;
        let slice = self.bytes.get(from..from.saturating_add(length));
        self.place = from.saturating_add(length).min(self.bytes.len());
        slice.ok_or_else(|| "ends in the middle of an event".into())
    }
}
