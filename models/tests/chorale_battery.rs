//! The counts of the battery, on rolls small enough to be counted by hand and, where the corpus is at hand, on all of
//! it.

use std::path::Path;

use pastiche_models::chorale::measure::battery::{Counts, RATES};
use pastiche_models::chorale::measure::phrases::{self, Phrases};
use pastiche_models::chorale::{Corpus, Piece, Roll, pitch_of};

#[test]
fn both_voices_up_in_parallel() {
    // Soprano and tenor a fifth, soprano and bass an octave apart, all a tone up.
    let counts = Counts::of(&[[67, 64, 60, 55], [69, 65, 62, 57]]);
    let expected = Counts {
        steps: 2,
        sounding: 8,
        sounding_later: 4,
        onsets: 4,
        later_steps: 1,
        chords: 2,
        triads: 2,
        major: 1,
        minor: 1,
        pairs: 12,
        full: 2,
        in_order: 2,
        soprano_sum: 136,
        soprano_cells: 2,
        alto_sum: 129,
        alto_cells: 2,
        tenor_sum: 122,
        tenor_cells: 2,
        bass_sum: 112,
        bass_cells: 2,
        transitions: 6,
        both_move: 6,
        same_way: 6,
        fifths: 1,
        octaves: 1,
        parallel_fifths: 1,
        parallel_octaves: 1,
        moves: 4,
        ..Counts::default()
    };
    assert_eq!(counts, expected);
}

#[test]
fn a_fifth_that_opens_to_a_twelfth_is_no_parallel_the_same_way() {
    let counts = Counts::of(&[[67, 64, 62, 60], [72, 64, 62, 53]]);
    assert_eq!((counts.held, counts.onsets, counts.both_move, counts.same_way), (2, 2, 1, 0));
    assert_eq!((counts.fifths, counts.parallel_fifths, counts.dissonant, counts.triads), (1, 0, 5, 0));
}

#[test]
fn silence_is_counted_nowhere_and_a_note_after_it_is_an_onset() {
    let counts = Counts::of(&[[72, -1, 64, 48], [74, 69, 66, 50]]);
    assert_eq!((counts.onsets, counts.held, counts.pairs, counts.full), (4, 0, 9, 1));
    assert_eq!((counts.transitions, counts.both_move, counts.parallel_octaves), (3, 3, 1));
    assert_eq!((counts.chords, counts.triads, counts.moves), (2, 1, 3));
    let counts = Counts::of(&[[-1; 4], [72, 67, 64, 48]]);
    assert_eq!((counts.onsets, counts.transitions, counts.chords, counts.sounding), (4, 0, 1, 4));
}

#[test]
fn a_voice_above_a_higher_one_is_out_of_order() {
    let counts = Counts::of(&[[60, 64, 55, 48]; 2]);
    assert_eq!((counts.held, counts.full, counts.in_order, counts.triads), (4, 2, 0, 2));
}

#[test]
fn leaps_are_counted_beyond_an_octave() {
    let counts = Counts::of(&[[72, 60, 55, 48], [60, 73, 55, 61]]);
    assert_eq!((counts.moves, counts.leaps), (3, 2));
}

#[test]
fn rates_are_sums_over_sums() {
    let mut counts = Counts::of(&[[72, 67, 64, 48]; 3]);
    counts.add(&Counts::of(&[[72, 67, 64, 48], [74, 69, 66, 50]]));
    let rates = counts.rates();
    let rate = |name: &str| rates[RATES.iter().position(|rate| rate.name == name).unwrap()];
    assert!((rate("held %") - 100.0 * 8.0 / 12.0).abs() < 1e-12);
    assert!((rate("onsets a step") - 4.0 / 3.0).abs() < 1e-12);
    assert!((rate("mean soprano") - (4.0 * 72.0 + 74.0) / 5.0).abs() < 1e-12);
}

#[test]
fn a_phrase_ends_on_a_chord_that_all_hold_for_a_beat() {
    let (tonic, dominant, inverted) = ([72, 67, 64, 48], [71, 67, 62, 55], [72, 67, 60, 52]);
    let bar = |chord: [i16; 4], steps: usize| std::iter::repeat_n(chord, steps);
    let mut roll: Roll = bar(tonic, 2).chain(bar(dominant, 2)).collect();
    roll.extend(bar(inverted, 4).chain(bar(dominant, 8)).chain(bar(tonic, 4)));
    let found = Phrases::of(&roll);
    assert_eq!(found.ends, [4, 8, 16], "a chord of two beats ends one phrase");
    assert_eq!((found.cadences, found.ends_on_tonic), (2, true), "the first is not in root position");
    let rates = phrases::rates([found].iter());
    assert!((rates[0] - 200.0 / 3.0).abs() < 1e-12);
    assert_eq!((rates[1], rates[2]), (100.0, 6.0));
    assert!(Phrases::of(&[]).ends.is_empty());
}

/// The published counts of all pieces: set `PASTICHE_CHORALES` to a folder with the corpus and the tables.
#[test]
#[ignore = "needs the corpus, which is not committed"]
fn the_corpus_has_the_published_counts() {
    let folder =
        std::env::var("PASTICHE_CHORALES").expect("PASTICHE_CHORALES names the folder of the corpus");
    let read = |name: &str| std::fs::read(Path::new(&folder).join(name)).expect(name);
    let corpus = Corpus::from_json(&read("Jsb16thSeparated.json")).unwrap();
    let mut compared = 0;
    for (part, pieces) in [("train", &corpus.train), ("test", &corpus.test)] {
        let table = String::from_utf8(read(&format!("counts_{part}_whole.csv"))).unwrap();
        let mut lines = table.lines();
        let names: Vec<&str> = lines.next().unwrap().split(',').collect();
        let roll = |piece: &Piece| -> Roll { piece.iter().map(|cells| cells.map(pitch_of)).collect() };
        let rows: Vec<&str> = lines.collect();
        assert_eq!(rows.len(), pieces.len());
        for (index, (row, piece)) in rows.iter().zip(pieces).enumerate() {
            let counts = Counts::of(&roll(piece)).named();
            for (name, text) in names.iter().zip(row.split(',')) {
                if let Some((_, count)) = counts.iter().find(|(known, _)| known == name) {
                    assert_eq!(count.to_string(), text, "{part} {index} {name}");
                    compared += 1;
                }
            }
        }
    }
    let fixtures: serde_json::Value = serde_json::from_slice(&read("battery_fixtures.json")).unwrap();
    for fixture in fixtures.as_array().unwrap() {
        let roll: Roll = serde_json::from_value(fixture["roll"].clone()).unwrap();
        let counts = Counts::of(&roll).named();
        for (name, expected) in fixture["counts"].as_object().unwrap() {
            let found = counts.iter().find(|(known, _)| known == name).unwrap().1;
            assert_eq!(Some(found), expected.as_u64(), "{} {name}", fixture["name"]);
            compared += 1;
        }
    }
    println!("{compared} counts are the published ones");
}
