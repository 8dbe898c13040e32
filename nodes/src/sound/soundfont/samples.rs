//! Leaves out of a SoundFont what its synthesizer would refuse the whole font for: zones whose sample, or its loop,
//! lies outside the data (SoundFont Technical Specification 2.04, sections 7 and 8).

use super::file::{Chunk, chunk};

/// Bytes of a record of each kind.
const INSTRUMENT: usize = 22;
const BAG: usize = 4;
const GENERATOR: usize = 4;
const MODULATOR: usize = 10;
const SAMPLE: usize = 46;

/// Generators by their numbers (section 8.1.2).
const START_OFFSETS: [u16; 2] = [0, 4];
const END_OFFSETS: [u16; 2] = [1, 12];
const LOOP_START_OFFSETS: [u16; 2] = [2, 45];
const LOOP_END_OFFSETS: [u16; 2] = [3, 50];
const SAMPLE_ID: u16 = 53;
const SAMPLE_MODES: u16 = 54;

/// The font without its bad zones, and the names of the samples that they play; `None` where nothing is bad.
pub(super) fn without_bad_samples(bytes: &[u8]) -> Option<(Vec<u8>, Vec<String>)> {
    let lists = lists(bytes)?;
    let parameters = lists.iter().find(|list| list.name == *b"pdta")?;
    let waves = lists.iter().find(|list| list.name == *b"sdta")?;
    let wave_samples = (waves.part(b"smpl")?.len() / 2) as i64;
    let mut headers = parameters.part(b"shdr")?.to_vec();
    let [bags, generators, modulators] = [
        (parameters.part(b"ibag")?, BAG),
        (parameters.part(b"igen")?, GENERATOR),
        (parameters.part(b"imod")?, MODULATOR),
    ]
    .map(|(bytes, size)| bytes.chunks_exact(size).collect::<Vec<_>>());
    let instruments: Vec<&[u8]> = parameters.part(b"inst")?.chunks_exact(INSTRUMENT).collect();
    let mut rebuilt = Rebuilt::default();
    let mut names: Vec<String> = Vec::new();
    let mut is_filled = false;
    for (number, instrument) in instruments.iter().enumerate() {
        rebuilt.instrument(instrument)?;
        // The last one is only the end of the list.
        let Some(next) = instruments.get(number + 1) else { break };
        let mut shared: Vec<&[u8]> = Vec::new();
        let zones = usize::from(word(instrument, 20)?)..usize::from(word(next, 20)?);
        for (place, bag) in zones.clone().enumerate() {
            let [bag, behind] = [bags.get(bag)?, bags.get(bag + 1)?];
            let range = |at: usize| Some(usize::from(word(bag, at)?)..usize::from(word(behind, at)?));
            let own = generators.get(range(0)?)?;
            let changes = modulators.get(range(2)?)?;
            let sample =
                own.last().filter(|last| word(last, 0) == Some(SAMPLE_ID)).and_then(|last| word(last, 2));
            match sample {
                // What holds for all zones of the instrument.
                None if place == 0 => shared = own.to_vec(),
                None => {}
                Some(sample) => {
                    let start = usize::from(sample) * SAMPLE;
                    let header = headers.get_mut(start..start + SAMPLE)?;
                    let zone = Zone { own, shared: &shared };
                    if !zone.is_good(header, wave_samples) {
                        let name = name(header);
                        if !names.contains(&name) {
                            names.push(name);
                        }
                        continue;
                    }
                    zone.put_loop_right(header, wave_samples);
                }
            }
            rebuilt.zone(own, changes)?;
        }
        if rebuilt.has_no_zone()? {
            // An instrument without zones is refused: this one holds for none.
            rebuilt.zone(&[], &[])?;
            is_filled = true;
        }
    }
    rebuilt.end()?;
    let is_changed = is_filled || !names.is_empty() || headers != parameters.part(b"shdr")?;
    is_changed.then(|| (rebuilt.written(&lists, &headers), names))
}

/// A zone of an instrument, with what holds for all of them.
struct Zone<'a> {
    own: &'a [&'a [u8]],
    shared: &'a [&'a [u8]],
}

impl Zone<'_> {
    fn amount(&self, kind: u16) -> i64 {
        let of = |generators: &[&[u8]]| {
            let found = generators.iter().rfind(|generator| word(generator, 0) == Some(kind));
            found.and_then(|found| word(found, 2))
        };
        of(self.own).or_else(|| of(self.shared)).map_or(0, |amount| i64::from(amount as i16))
    }

    /// Where an address of a sample lies with the zone's own offsets.
    fn address(&self, header: &[u8], at: usize, [fine, coarse]: [u16; 2]) -> i64 {
        long(header, at) + self.amount(fine) + 32_768 * self.amount(coarse)
    }

    fn loops(&self) -> bool {
        matches!(self.amount(SAMPLE_MODES), 1 | 3)
    }

    fn loop_of(&self, header: &[u8]) -> [i64; 2] {
        [self.address(header, 28, LOOP_START_OFFSETS), self.address(header, 32, LOOP_END_OFFSETS)]
    }

    fn is_good(&self, header: &[u8], samples: i64) -> bool {
        let [start, end] = [self.address(header, 20, START_OFFSETS), self.address(header, 24, END_OFFSETS)];
        let [from, to] = self.loop_of(header);
        let is_inside = |place: i64| (0..samples).contains(&place);
        let has_good_loop = !self.loops() || (is_inside(from) && is_inside(to));
        is_inside(start) && is_inside(end) && start < end && has_good_loop
    }

    /// A loop that is not played may lie anywhere, but the synthesizer looks at it all the same.
    fn put_loop_right(&self, header: &mut [u8], samples: i64) {
        if !self.loops() && self.loop_of(header).iter().any(|place| !(0..samples).contains(place)) {
            for (at, from, offsets) in [(28, 20, LOOP_START_OFFSETS), (32, 24, LOOP_END_OFFSETS)] {
                let place = long(header, from) - self.amount(offsets[0]) - 32_768 * self.amount(offsets[1]);
                let place = u32::try_from(place).unwrap_or(0);
                header[at..at + 4].copy_from_slice(&place.to_le_bytes());
            }
        }
    }
}

/// The lists of instruments as they are written again.
#[derive(Default)]
struct Rebuilt {
    instruments: Vec<u8>,
    bags: Vec<u8>,
    generators: Vec<u8>,
    modulators: Vec<u8>,
}

impl Rebuilt {
    fn instrument(&mut self, record: &[u8]) -> Option<()> {
        self.instruments.extend(record.get(..20)?);
        self.instruments.extend(u16::try_from(self.bags.len() / BAG).ok()?.to_le_bytes());
        Some(())
    }

    /// Whether nothing has been written for the newest instrument.
    fn has_no_zone(&self) -> Option<bool> {
        let first = word(&self.instruments, self.instruments.len().checked_sub(2)?)?;
        Some(usize::from(first) == self.bags.len() / BAG)
    }

    fn bag(&mut self) -> Option<()> {
        for (list, size) in [(&self.generators, GENERATOR), (&self.modulators, MODULATOR)] {
            self.bags.extend(u16::try_from(list.len() / size).ok()?.to_le_bytes());
        }
        Some(())
    }

    fn zone(&mut self, generators: &[&[u8]], modulators: &[&[u8]]) -> Option<()> {
        self.bag()?;
        self.generators.extend(generators.concat());
        self.modulators.extend(modulators.concat());
        Some(())
    }

    /// The records behind the last, which only end the lists.
    fn end(&mut self) -> Option<()> {
        self.bag()?;
        self.generators.extend([0; GENERATOR]);
        self.modulators.extend([0; MODULATOR]);
        Some(())
    }

    fn written(&self, lists: &[List<'_>], headers: &[u8]) -> Vec<u8> {
        let mut inside = b"sfbk".to_vec();
        for list in lists {
            let mut parts = list.name.to_vec();
            for (name, content) in &list.parts {
                let content = match name {
                    b"inst" => &self.instruments,
                    b"ibag" => &self.bags,
                    b"igen" => &self.generators,
                    b"imod" => &self.modulators,
                    b"shdr" => headers,
                    _ => content,
                };
                write(&mut parts, name, content);
            }
            write(&mut inside, b"LIST", &parts);
        }
        let mut bytes = Vec::with_capacity(inside.len() + 8);
        write(&mut bytes, b"RIFF", &inside);
        bytes
    }
}

struct List<'a> {
    name: [u8; 4],
    parts: Vec<Chunk<'a>>,
}

impl<'a> List<'a> {
    fn part(&self, name: &[u8; 4]) -> Option<&'a [u8]> {
        self.parts.iter().find(|(other, _)| other == name).map(|(_, content)| *content)
    }
}

fn lists(bytes: &[u8]) -> Option<Vec<List<'_>>> {
    let mut rest = bytes.get(12..)?;
    let mut lists = Vec::new();
    while let Some((_, list)) = chunk(&mut rest).ok()? {
        let (name, mut inside) = list.split_first_chunk::<4>()?;
        let mut parts = Vec::new();
        while let Some(part) = chunk(&mut inside).ok()? {
            parts.push(part);
        }
        lists.push(List { name: *name, parts });
    }
    Some(lists)
}

fn write(bytes: &mut Vec<u8>, name: &[u8], content: &[u8]) {
    bytes.extend(name);
    bytes.extend((content.len() as u32).to_le_bytes());
    bytes.extend(content);
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_le_bytes)
}

fn long(bytes: &[u8], at: usize) -> i64 {
    let bytes = bytes.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
    bytes.map_or(0, |bytes| i64::from(u32::from_le_bytes(bytes)))
}

fn name(header: &[u8]) -> String {
    let letters = header.iter().take(20).take_while(|letter| **letter != 0).copied().collect::<Vec<u8>>();
    String::from_utf8_lossy(&letters).trim().to_owned()
}
