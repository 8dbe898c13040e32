//! Reads `.cube` files: Adobe Cube LUT Specification 1.0.

/// Entries on a side of a table with three dimensions.
pub(super) const MOST_3D: usize = 65;
/// Entries of a table with one dimension (section 5.2 of the specification).
pub(super) const MOST_1D: usize = 65_536;

/// Numbers go into textures of 16-bit floats.
const LARGEST: f32 = 60_000.0;

/// What a file holds: a table, and a curve that is applied before it, if there is one.
#[derive(Debug, PartialEq)]
pub(super) struct Cube {
    pub(super) table: Table,
    /// A table with one dimension in front of one with three, as DaVinci Resolve writes them.
    pub(super) shaper: Option<Table>,
}

/// A table of colours.
#[derive(Debug, PartialEq)]
pub(super) struct Table {
    pub(super) dimensions: Dimensions,
    /// Entries on a side.
    pub(super) size: usize,
    pub(super) domain_min: [f32; 3],
    pub(super) domain_max: [f32; 3],
    /// Red runs fastest, then green.
    pub(super) entries: Vec<[f32; 3]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dimensions {
    One,
    Three,
}

/// What is wrong with a file.
#[derive(Debug, PartialEq)]
pub(super) struct CubeError {
    /// The line, from 1.
    pub(super) line: Option<usize>,
    pub(super) message: String,
    pub(super) help: &'static str,
}

impl CubeError {
    fn at(line: usize, message: impl Into<String>, help: &'static str) -> CubeError {
        CubeError { line: Some(line), message: message.into(), help }
    }
}

/// Lines as editors number them, without the mark that some write at the start of a file.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // Files of old Macintoshes end their lines in CR alone.
    let end = if text.contains('\n') { '\n' } else { '\r' };
    text.split(end).map(str::trim)
}

pub(super) fn parse(text: &str) -> Result<Cube, CubeError> {
    let mut reader = Reader::default();
    for (index, line) in lines(text).enumerate() {
        if !line.is_empty() && !line.starts_with('#') {
            reader.line(index + 1, line)?;
        }
    }
    reader.finish()
}

#[derive(Default)]
struct Reader {
    /// Sizes of tables with one and with three dimensions.
    sizes: [Option<usize>; 2],
    /// Ranges of the same that name one of the two (DaVinci Resolve).
    ranges: [Option<[f32; 2]>; 2],
    domain_min: Option<[f32; 3]>,
    domain_max: Option<[f32; 3]>,
    entries: Vec<[f32; 3]>,
}

impl Reader {
    fn line(&mut self, number: usize, line: &str) -> Result<(), CubeError> {
        let mut words = line.split_whitespace();
        let keyword = words.next().unwrap_or_default();
        let rest: Vec<&str> = words.collect();
        // `nan` and `inf` are numbers too, if bad ones.
        let is_number = keyword.parse::<f32>().is_ok();
        if is_number || !keyword.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') {
            return self.entry(number, line);
        }
        if !self.entries.is_empty() {
            let message = format!("`{}` stands among the numbers of the table", shortened(keyword));
            return Err(CubeError::at(number, message, "write keywords before the table"));
        }
        match keyword {
            "LUT_1D_SIZE" => self.size(number, Dimensions::One, &rest)?,
            "LUT_3D_SIZE" => self.size(number, Dimensions::Three, &rest)?,
            "DOMAIN_MIN" => self.domain_min = Some(numbers(number, &rest)?),
            "DOMAIN_MAX" => self.domain_max = Some(numbers(number, &rest)?),
            // DaVinci Resolve's way to write the domain of the table that it names.
            "LUT_1D_INPUT_RANGE" => self.ranges[0] = Some(numbers(number, &rest)?),
            "LUT_3D_INPUT_RANGE" => self.ranges[1] = Some(numbers(number, &rest)?),
            // A title, or what some program notes for itself.
            _ => {}
        }
        Ok(())
    }

    fn size(&mut self, number: usize, dimensions: Dimensions, rest: &[&str]) -> Result<(), CubeError> {
        let (place, most) = match dimensions {
            Dimensions::One => (0, MOST_1D),
            Dimensions::Three => (1, MOST_3D),
        };
        if self.sizes[place].is_some() {
            return Err(CubeError::at(number, "the size is given twice", "keep one of the two lines"));
        }
        let size = match rest {
            [size] => size.parse::<usize>().ok(),
            _ => None,
        };
        match size.filter(|size| (2..=most).contains(size)) {
            Some(size) => {
                self.sizes[place] = Some(size);
                Ok(())
            }
            None => {
                let message = format!("the size is not a whole number from 2 to {most}");
                Err(CubeError::at(number, message, "export the table in a smaller size, such as 33"))
            }
        }
    }

    /// Entries of both tables.
    fn expected(&self) -> Option<usize> {
        let counts = [Dimensions::One, Dimensions::Three].into_iter().zip(self.sizes);
        let counts = counts.filter_map(|(dimensions, size)| Some(entries_of(dimensions, size?)));
        counts.reduce(|one, three| one + three)
    }

    fn entry(&mut self, number: usize, line: &str) -> Result<(), CubeError> {
        let Some(expected) = self.expected() else {
            let help = "write `LUT_3D_SIZE` or `LUT_1D_SIZE` with the size before the table";
            return Err(CubeError::at(number, "the table starts before its size is given", help));
        };
        if self.entries.len() == expected {
            let message = format!("the table has more than its {expected} entries");
            return Err(CubeError::at(number, message, "check the size that the file gives"));
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        self.entries.push(numbers(number, &words)?);
        Ok(())
    }

    fn finish(mut self) -> Result<Cube, CubeError> {
        let Some(expected) = self.expected() else {
            return Err(CubeError {
                line: None,
                message: "there is no size in it".into(),
                help: "choose a .cube file: it has a line such as `LUT_3D_SIZE 33`",
            });
        };
        if self.entries.len() < expected {
            return Err(CubeError {
                line: None,
                message: format!("it has {} entries, and its size says {expected}", self.entries.len()),
                help: "copy or export the file again",
            });
        }
        let first = match self.sizes {
            [Some(size), Some(_)] => Some((size, self.entries.drain(..size).collect::<Vec<_>>())),
            _ => None,
        };
        let entries = std::mem::take(&mut self.entries);
        match (first, self.sizes) {
            (Some((size, shaper)), [_, Some(cube)]) => Ok(Cube {
                shaper: Some(self.table(Dimensions::One, size, shaper)?),
                table: self.table(Dimensions::Three, cube, entries)?,
            }),
            (_, [Some(size), _]) => {
                Ok(Cube { shaper: None, table: self.table(Dimensions::One, size, entries)? })
            }
            (_, [_, size]) => {
                let size = size.unwrap_or_default();
                Ok(Cube { shaper: None, table: self.table(Dimensions::Three, size, entries)? })
            }
        }
    }

    /// A table with the range that is given for it, or else the domain of the file.
    fn table(&self, dimensions: Dimensions, size: usize, entries: Vec<[f32; 3]>) -> Result<Table, CubeError> {
        let range = match dimensions {
            Dimensions::One => self.ranges[0],
            Dimensions::Three => self.ranges[1],
        };
        let [domain_min, domain_max] = match range {
            Some([min, max]) => [[min; 3], [max; 3]],
            None => [self.domain_min.unwrap_or([0.0; 3]), self.domain_max.unwrap_or([1.0; 3])],
        };
        let mut domain = domain_min.iter().zip(&domain_max);
        if domain.any(|(min, max)| max - min < 1e-6) {
            return Err(CubeError {
                line: None,
                message: "its domain is empty: `DOMAIN_MIN` is not below `DOMAIN_MAX`".into(),
                help: "correct the two lines, or leave them out for 0 to 1",
            });
        }
        Ok(Table { dimensions, size, domain_min, domain_max, entries })
    }
}

fn entries_of(dimensions: Dimensions, size: usize) -> usize {
    match dimensions {
        Dimensions::One => size,
        Dimensions::Three => size * size * size,
    }
}

fn numbers<const N: usize>(line: usize, words: &[&str]) -> Result<[f32; N], CubeError> {
    let help = "separate numbers by spaces and write decimals with a point";
    let words: &[&str; N] = words.try_into().map_err(|_| {
        CubeError::at(line, format!("there are {} values here instead of {N}", words.len()), help)
    })?;
    let mut values = [0.0; N];
    for (value, word) in values.iter_mut().zip(words) {
        let number = word.parse::<f32>().ok().filter(|number| number.is_finite());
        *value = number
            .ok_or_else(|| CubeError::at(line, format!("`{}` is not a number", shortened(word)), help))?
            .clamp(-LARGEST, LARGEST);
    }
    Ok(values)
}

fn shortened(word: &str) -> String {
    word.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = "# A comment\r\nTITLE \"Warm\"\r\nLUT_3D_SIZE 2\nDOMAIN_MIN 0 0 0\nDOMAIN_MAX 1 1 2\n\n\
        0 0 0\n1 0 0\n0 1 0\n1 1 0\n0 0 1\n1 0 1\n0 1 1\n 1.5e0 -1 1\n";

    #[test]
    fn reads_tables_of_one_and_three_dimensions() {
        let cube = parse(SMALL).unwrap().table;
        assert_eq!((cube.dimensions, cube.size), (Dimensions::Three, 2));
        assert_eq!((cube.entries[1], cube.entries[7]), ([1.0, 0.0, 0.0], [1.5, -1.0, 1.0]));
        assert_eq!(cube.domain_max, [1.0, 1.0, 2.0]);
        let line =
            parse("\u{feff}LUT_1D_SIZE 3\rLUT_1D_INPUT_RANGE -1 4\r0 0 0\r.5 .5 .5\r1 1 1").unwrap().table;
        assert_eq!((line.dimensions, line.size, line.entries.len()), (Dimensions::One, 3, 3));
        assert_eq!((line.domain_min, line.domain_max), ([-1.0; 3], [4.0; 3]));
    }

    #[test]
    fn a_range_is_that_of_the_table_that_it_names() {
        let cube = "0 0 0\n1 0 0\n0 1 0\n1 1 0\n0 0 1\n1 0 1\n0 1 1\n1 1 1\n";
        let other = parse(&format!("LUT_3D_SIZE 2\nLUT_1D_INPUT_RANGE 0 1.095\n{cube}")).unwrap();
        assert_eq!((other.table.domain_max, other.shaper), ([1.0; 3], None));
        let own = parse(&format!("LUT_3D_SIZE 2\nLUT_3D_INPUT_RANGE 0 1.095\n{cube}")).unwrap();
        assert_eq!(own.table.domain_max, [1.095; 3]);
        let ranges = "LUT_1D_INPUT_RANGE -1 2\nLUT_3D_SIZE 2\nLUT_3D_INPUT_RANGE 0 4";
        let both = parse(&format!("LUT_1D_SIZE 3\n{ranges}\n0 0 0\n2 2 2\n4 4 4\n{cube}")).unwrap();
        let shaper = both.shaper.unwrap();
        assert_eq!((shaper.dimensions, shaper.size, shaper.entries[1]), (Dimensions::One, 3, [2.0; 3]));
        assert_eq!((shaper.domain_min, shaper.domain_max), ([-1.0; 3], [2.0; 3]));
        assert_eq!((both.table.dimensions, both.table.domain_max), (Dimensions::Three, [4.0; 3]));
        assert_eq!(both.table.entries[7], [1.0; 3]);
    }

    #[test]
    fn says_the_line_and_what_is_wrong() {
        let table = |text: &str| format!("LUT_1D_SIZE 2\n{text}");
        for (text, line, message) in [
            (String::new(), None, "there is no size"),
            ("\u{89}PNG\r\n\u{1a}\n".into(), Some(1), "the table starts before"),
            ("LUT_3D_SIZE 66\n".into(), Some(1), "the size is not a whole number from 2 to 65"),
            ("LUT_1D_SIZE 1\n".into(), Some(1), "the size is not a whole number from 2 to 65536"),
            ("LUT_1D_SIZE 2\nLUT_1D_SIZE 2\n".into(), Some(2), "the size is given twice"),
            ("LUT_1D_SIZE 2\nLUT_3D_SIZE 2\n0 0 0\n".into(), None, "it has 1 entries, and its size says 10"),
            (table("nan 0 0\n0 0 0"), Some(2), "`nan` is not a number"),
            (table("0 0 0\nInf 0 0"), Some(3), "`Inf` is not a number"),
            ("\n0 0 0\n".into(), Some(2), "the table starts before"),
            (table("0 0 0"), None, "it has 1 entries, and its size says 2"),
            (table("0 0 0\n1 1 1\n2 2 2"), Some(4), "the table has more than its 2 entries"),
            (table("0 0"), Some(2), "there are 2 values here instead of 3"),
            (table("0 0,5 0"), Some(2), "`0,5` is not a number"),
            (table("0 1e99 0"), Some(2), "`1e99` is not a number"),
            (table("0 0 0\nTITLE x"), Some(3), "`TITLE` stands among the numbers"),
            (table("DOMAIN_MIN 1 1 1\n0 0 0\n1 1 1"), None, "its domain is empty"),
        ] {
            let error = parse(&text).unwrap_err();
            assert!(error.message.starts_with(message), "{text:?}: {error:?}");
            assert_eq!(error.line, line, "{text:?}: {error:?}");
        }
    }

    #[test]
    fn damaged_files_never_panic_and_never_give_a_damaged_table() {
        let mut state = 7u32;
        let mut random = move |below: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as usize % below
        };
        let pieces: [&[u8]; 12] = [
            b"LUT_3D_SIZE 3\n",
            b"LUT_1D_SIZE 2\n",
            b"0 0 0\n",
            b"nan 0 0\n",
            b"-",
            b"\r",
            b"DOMAIN_MIN 2 2 2\n",
            b"LUT_1D_INPUT_RANGE 0 0\n",
            b"9999999999999999999999",
            b"\xff\xfe",
            b"#",
            b" ",
        ];
        let mut sound = 0;
        for _ in 0..20_000 {
            let mut bytes = SMALL.as_bytes().to_vec();
            for _ in 0..random(4) {
                let at = random(bytes.len());
                match random(4) {
                    0 => bytes[at] = random(256) as u8,
                    1 => bytes.truncate(at + 1),
                    2 => drop(bytes.splice(at..at, pieces[random(pieces.len())].iter().copied())),
                    _ => drop(bytes.drain(at..(at + random(9)).min(bytes.len()))),
                }
                if bytes.is_empty() {
                    break;
                }
            }
            if let Ok(cube) = parse(&String::from_utf8_lossy(&bytes)) {
                sound += 1;
                let cube = cube.table;
                assert_eq!(cube.entries.len(), entries_of(cube.dimensions, cube.size));
                assert!(cube.entries.iter().flatten().all(|value| value.abs() <= LARGEST));
                let spans = cube.domain_min.iter().zip(&cube.domain_max);
                assert!(spans.into_iter().all(|(min, max)| max > min));
            }
        }
        assert!(sound > 1000, "{sound}");
    }
}
