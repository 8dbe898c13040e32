//! The formants of singers: the values of the Csound manual's appendix "Formant Values", which go back
//! to IRCAM's Chant.

/// Soprano, alto, tenor, bass.
pub(super) const PARTS: usize = 4;
/// Vowels, from dark to bright: u, o, a, e, i.
const VOWELS: usize = 5;
pub(super) const FORMANTS: usize = 5;

/// Frequency in hertz, gain in decibels and width in hertz of each formant.
pub(super) type Formants = [[f64; 3]; FORMANTS];

#[rustfmt::skip]
const TABLE: [[Formants; VOWELS]; PARTS] = [
    [
        [[325., 0., 50.], [700., -16., 60.], [2700., -35., 170.], [3800., -40., 180.], [4950., -60., 200.]],
        [[450., 0., 70.], [800., -11., 80.], [2830., -22., 100.], [3800., -22., 130.], [4950., -50., 135.]],
        [[800., 0., 80.], [1150., -6., 90.], [2900., -32., 120.], [3900., -20., 130.], [4950., -50., 140.]],
        [[350., 0., 60.], [2000., -20., 100.], [2800., -15., 120.], [3600., -40., 150.], [4950., -56., 200.]],
        [[270., 0., 60.], [2140., -12., 90.], [2950., -26., 100.], [3900., -26., 120.], [4950., -44., 120.]],
    ],
    [
        [[325., 0., 50.], [700., -12., 60.], [2530., -30., 170.], [3500., -40., 180.], [4950., -64., 200.]],
        [[450., 0., 70.], [800., -9., 80.], [2830., -16., 100.], [3500., -28., 130.], [4950., -55., 135.]],
        [[800., 0., 80.], [1150., -4., 90.], [2800., -20., 120.], [3500., -36., 130.], [4950., -60., 140.]],
        [[400., 0., 60.], [1600., -24., 80.], [2700., -30., 120.], [3300., -35., 150.], [4950., -60., 200.]],
        [[350., 0., 50.], [1700., -20., 100.], [2700., -30., 120.], [3700., -36., 150.], [4950., -60., 200.]],
    ],
    [
        [[350., 0., 40.], [600., -20., 60.], [2700., -17., 100.], [2900., -14., 120.], [3300., -26., 120.]],
        [[400., 0., 70.], [800., -10., 80.], [2600., -12., 100.], [2800., -12., 130.], [3000., -26., 135.]],
        [[650., 0., 80.], [1080., -6., 90.], [2650., -7., 120.], [2900., -8., 130.], [3250., -22., 140.]],
        [[400., 0., 70.], [1700., -14., 80.], [2600., -12., 100.], [3200., -14., 120.], [3580., -20., 120.]],
        [[290., 0., 40.], [1870., -15., 90.], [2800., -18., 100.], [3250., -20., 120.], [3540., -30., 120.]],
    ],
    [
        [[350., 0., 40.], [600., -20., 80.], [2400., -32., 100.], [2675., -28., 120.], [2950., -36., 120.]],
        [[400., 0., 40.], [750., -11., 80.], [2400., -21., 100.], [2600., -20., 120.], [2900., -40., 120.]],
        [[600., 0., 60.], [1040., -7., 70.], [2250., -9., 110.], [2450., -9., 120.], [2750., -20., 130.]],
        [[400., 0., 40.], [1620., -12., 80.], [2400., -9., 100.], [2800., -12., 120.], [3100., -18., 120.]],
        [[250., 0., 60.], [1750., -30., 90.], [2600., -16., 100.], [3050., -22., 120.], [3340., -28., 120.]],
    ],
];

/// The formants of a part between two vowels: frequencies in octaves, gains in decibels.
pub(super) fn formants(part: usize, vowel: f64) -> Formants {
    let vowels = &TABLE[part.min(PARTS - 1)];
    let vowel = vowel.clamp(0.0, (VOWELS - 1) as f64);
    let first = (vowel as usize).min(VOWELS - 2);
    let along = vowel - first as f64;
    let between = |one: f64, other: f64| one + (other - one) * along;
    std::array::from_fn(|formant| {
        let [one, other] = [vowels[first][formant], vowels[first + 1][formant]];
        [one[0] * (other[0] / one[0]).powf(along), between(one[1], other[1]), between(one[2], other[2])]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vowels_are_those_of_the_table_and_move_between_them() {
        assert_eq!(formants(0, 2.0)[0], [800.0, 0.0, 80.0]);
        assert!((formants(3, 4.0)[1][0] - 1750.0).abs() < 1e-9);
        let between = formants(2, 1.5);
        assert!((between[0][0] - (400.0_f64 * 650.0).sqrt()).abs() < 1e-9);
        for part in 0..PARTS {
            for step in 0..=40 {
                let formants = formants(part, f64::from(step) / 10.0);
                assert!(
                    formants.windows(2).all(|pair| pair[0][0] < pair[1][0]),
                    "{part} {step}: {formants:?}"
                );
            }
        }
    }
}
