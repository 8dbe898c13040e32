//! Sound files that tests make themselves.
#![allow(dead_code, reason = "each test binary uses a part of them")]

/// 16-bit PCM.
pub fn wav(rate: u32, channels: u16, samples: usize) -> Vec<u8> {
    let data: Vec<u8> = (0..samples)
        .flat_map(|at| {
            let value = (at as f64 / f64::from(rate) * 440.0 * std::f64::consts::TAU).sin();
            (0..channels).flat_map(move |channel| {
                let side = if channel % 2 == 0 { 0.5 } else { -0.5 };
                ((value * side * 32_767.0) as i16).to_le_bytes()
            })
        })
        .collect();
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((36 + data.len() as u32).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0");
    bytes.extend(channels.to_le_bytes());
    bytes.extend(rate.to_le_bytes());
    bytes.extend((rate * u32::from(channels) * 2).to_le_bytes());
    bytes.extend((channels * 2).to_le_bytes());
    bytes.extend(b"\x10\0data");
    bytes.extend((data.len() as u32).to_le_bytes());
    bytes.extend(data);
    bytes
}

fn part(name: &[u8; 4], inside: &[u8]) -> Vec<u8> {
    [name, &(inside.len() as u32).to_le_bytes()[..], inside].concat()
}

fn list(name: &[u8; 4], parts: &[Vec<u8>]) -> Vec<u8> {
    part(b"LIST", &[name.to_vec(), parts.concat()].concat())
}

fn named(name: &str, numbers: &[u16]) -> Vec<u8> {
    let mut bytes = name.as_bytes().to_vec();
    bytes.resize(20, 0);
    bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    bytes
}

fn words(numbers: &[u16]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// One preset: a looped sine of middle A.
pub fn font() -> Vec<u8> {
    font_of(false)
}

/// The same, and a second instrument, whose sample has a loop outside the data.
pub fn font_with_a_bad_sample() -> Vec<u8> {
    font_of(true)
}

fn sample_header(name: &str, places: [u32; 5]) -> Vec<u8> {
    let mut header = named(name, &[]);
    header.extend(places.iter().flat_map(|place| place.to_le_bytes()));
    header.extend([69, 0, 0, 0, 1, 0]);
    header
}

fn font_of(has_bad_sample: bool) -> Vec<u8> {
    // 120 cycles of 400 samples hold 440 Hz at 44 kHz.
    let period = 100;
    let wave = (0..20 * period).map(|at| {
        let turn = f64::from(at) / f64::from(period) * std::f64::consts::TAU;
        (turn.sin() * 16_000.0) as i16
    });
    let mut samples: Vec<u8> = wave.flat_map(|sample: i16| sample.to_le_bytes()).collect();
    samples.extend([0; 92]);
    let header = sample_header("sine", [0, 2000, 500, 1500, 44_000]);
    let bad = sample_header("bad", [0, 2000, 500, 900_000, 44_000]);
    let mut last = named("EOS", &[]);
    last.extend([0; 26]);
    let info = list(
        b"INFO",
        &[part(b"ifil", &words(&[2, 1])), part(b"isng", b"EMU8000\0"), part(b"INAM", b"sine\0\0")],
    );
    let with = |first: Vec<u8>, second: Vec<u8>, end: Vec<u8>| {
        let second = if has_bad_sample { second } else { Vec::new() };
        [first, second, end].concat()
    };
    let end = u16::from(has_bad_sample) + 1;
    let preset = |name: &str, numbers: &[u16]| [named(name, numbers), vec![0; 12]].concat();
    let parameters = list(
        b"pdta",
        &[
            part(
                b"phdr",
                &with(preset("sine", &[0, 0, 0]), preset("bad", &[1, 0, 1]), preset("EOP", &[255, 255, end])),
            ),
            part(b"pbag", &with(words(&[0, 0]), words(&[1, 0]), words(&[end, 0]))),
            part(b"pmod", &[0; 10]),
            // Instruments 0 and 1.
            part(b"pgen", &with(words(&[41, 0]), words(&[41, 1]), words(&[0, 0]))),
            part(b"inst", &with(named("sine", &[0]), named("bad", &[1]), named("EOI", &[end]))),
            part(b"ibag", &with(words(&[0, 0]), words(&[2, 0]), words(&[2 * end, 0]))),
            part(b"imod", &[0; 10]),
            // They are looped; samples 0 and 1.
            part(b"igen", &with(words(&[54, 1, 53, 0]), words(&[54, 1, 53, 1]), words(&[0, 0]))),
            part(b"shdr", &with(header, bad, last)),
        ],
    );
    let inside = [b"sfbk".to_vec(), info, list(b"sdta", &[part(b"smpl", &samples)]), parameters].concat();
    part(b"RIFF", &inside)
}
