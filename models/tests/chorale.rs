//! The chorale network against a plain implementation that follows its definition cell by cell.

#![allow(clippy::needless_range_loop, reason = "the indices are those of the definition")]

use pastiche_models::chorale::{
    CLASSES, Canvas, Cell, ChoraleError, Features, Part, SILENCE, UNKNOWN, VOICES, WEIGHTS, Weights, logits,
    logits_at,
};

/// A generator of numbers that is the same everywhere.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, count: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % count
    }

    fn weights(&mut self) -> Weights {
        let value = |_| (self.below(2001) as f32 / 1000.0 - 1.0) * 0.2;
        Weights::from_values((0..WEIGHTS).map(value).collect()).expect("as many values as weights")
    }

    /// A score with motifs that come back, some silence, and about half of its cells known.
    fn canvas(&mut self, steps: usize) -> Canvas {
        let mut canvas = Canvas::empty(steps).within(self.below(9) as usize, steps + 20);
        for step in 0..steps {
            for voice in 0..VOICES {
                let motif = (step / 2 % 8) as u64 * 5 % 7 + self.below(40) / 39;
                let class = if self.below(30) == 0 { SILENCE } else { (32 - 7 * voice as u64 + motif) as u8 };
                if self.below(10) < 6 {
                    canvas.set(step, voice, class);
                }
            }
        }
        canvas
    }
}

const CASES: [usize; 6] = [1, 2, 7, 33, 70, 130];

fn bucket(distance: usize) -> u8 {
    [0, 1, 2, 3, 4, 5, 5, 6, 6].get(distance).copied().unwrap_or(if distance <= 16 { 7 } else { 8 })
}

/// A cell's features, searched for from the definition.
fn plain_cell(canvas: &Canvas, t: usize, voice: usize) -> Cell {
    let cells = canvas.cells();
    let known = |t: &usize| cells[*t][voice] != UNKNOWN;
    let before = (0..t).rev().find(known);
    let after = (t + 1..cells.len()).find(known);
    let look = |at: Option<usize>| at.map_or((UNKNOWN, 9), |at| (cells[at][voice], bucket(at.abs_diff(t))));
    let mut best: Option<(f32, u8, f32, f32)> = None;
    for lag in (8..cells.len()).step_by(8) {
        for source in [t.checked_sub(lag), Some(t + lag)].into_iter().flatten().filter(|s| *s < cells.len()) {
            let early = source.min(t);
            let mut counts = [0.0_f32; 2];
            for near in early.saturating_sub(16)..=early + 16 {
                if near + lag < cells.len() {
                    for (one, other) in cells[near].iter().zip(&cells[near + lag]) {
                        if *one != UNKNOWN && *other != UNKNOWN {
                            counts[0] += 1.0;
                            counts[1] += f32::from(u8::from(one == other));
                        }
                    }
                }
            }
            let score = counts[1] - 4.0 * (counts[0] - counts[1]) - 1e-3 * lag as f32;
            let better = best.is_none_or(|best| score > best.0);
            if counts[0] >= 6.0 && cells[source][voice] != UNKNOWN && better {
                best = Some((score, cells[source][voice], counts[0], counts[1]));
            }
        }
    }
    let (repeat, repeat_grade) = best.map_or((UNKNOWN, 0), |(_, class, common, equal)| {
        let share = equal / common;
        let agreement =
            [0.75, 0.9].iter().filter(|&&least| share > least).count() + usize::from(share >= 0.999);
        let length = [16.0, 32.0, 64.0].iter().filter(|&&least| equal >= least).count();
        (class, (1 + 4 * agreement + length) as u8)
    });
    let ((previous, previous_distance), (next, next_distance)) = (look(before), look(after));
    let current = cells[t][voice];
    Cell { current, previous, next, repeat, previous_distance, next_distance, repeat_grade }
}

#[test]
fn features_are_those_of_the_definition() {
    let mut numbers = Numbers(1);
    for steps in CASES {
        let canvas = numbers.canvas(steps);
        let features = Features::of(&canvas, None);
        for t in 0..steps {
            for voice in 0..VOICES {
                let cell = features.cells[t][voice];
                assert_eq!(cell, plain_cell(&canvas, t, voice), "step {t} of {steps}");
                let interval = match (cell.previous < SILENCE, cell.next < SILENCE) {
                    (true, true) => (i32::from(cell.next) - i32::from(cell.previous)).clamp(-14, 14) + 14,
                    (false, false) => 29,
                    (false, true) => 30,
                    (true, false) => 31,
                };
                assert_eq!(cell.interval(), interval as usize, "step {t} of {steps}");
            }
            let place = canvas.start() + t;
            let left = canvas.piece() - place;
            let places = [place % 16, left % 16, (place / 2).min(15), ((left - 1) / 2).min(15)];
            assert_eq!(features.metre[t].map(usize::from), places);
        }
        let sung: Vec<u8> =
            canvas.cells().iter().flatten().copied().filter(|class| *class < SILENCE).collect();
        for (pitch_class, share) in features.histogram.into_iter().enumerate() {
            let count = sung.iter().filter(|class| usize::from(**class) % 12 == pitch_class).count();
            let expected = count as f32 / sung.len().max(1) as f32;
            assert!((share - expected).abs() < 1e-5, "{pitch_class} of {steps}: {share}");
        }
    }
}

#[test]
fn the_key_is_the_tonic_of_a_scale() {
    for tonic in 0..12_u8 {
        let mut canvas = Canvas::empty(8);
        for (step, degree) in [0, 2, 4, 5, 7, 9, 11, 0].into_iter().enumerate() {
            canvas.set(step, 0, 12 + tonic + degree);
            canvas.set(step, 3, tonic);
        }
        let key = Features::of(&canvas, None).key;
        assert!((-6..=5).contains(&key));
        assert_eq!(key.rem_euclid(12) as u8, tonic);
        assert_eq!(Features::of(&canvas, Some(14)).key, 2, "a key that is asked for is not judged");
    }
    assert_eq!(Features::of(&Canvas::empty(8), None).key, 0);
}

fn sigmoid(value: f64) -> f64 {
    1.0 / (1.0 + (-value).exp())
}

fn canonical(class: u8, key: i8) -> usize {
    if class < SILENCE { (i32::from(class) - i32::from(key) + 5) as usize } else { usize::from(class) + 11 }
}

/// The whole network in double precision, one number at a time.
fn plain_logits(weights: &Weights, canvas: &Canvas) -> Vec<[[f64; CLASSES]; VOICES]> {
    let at = |part: Part, index: &[usize]| -> f64 {
        let place = index.iter().zip(part.shape()).fold(0, |place, (index, side)| place * side + index);
        f64::from(weights.part(part)[place])
    };
    let features = Features::of(canvas, None);
    let (steps, key) = (canvas.steps(), features.key);
    let tonic = key.rem_euclid(12) as usize;
    let mut hidden = vec![[0.0; 128]; steps];
    for t in 0..steps {
        let mut states = Vec::new();
        for (voice, cell) in features.cells[t].iter().enumerate() {
            for column in 0..40 {
                let sum = at(Part::Current, &[voice, canonical(cell.current, key), column])
                    + at(Part::Previous, &[voice, canonical(cell.previous, key), column])
                    + at(Part::Next, &[voice, canonical(cell.next, key), column])
                    + at(Part::Repeat, &[voice, canonical(cell.repeat, key), column])
                    + at(Part::PreviousDistance, &[voice, cell.previous_distance.into(), column])
                    + at(Part::NextDistance, &[voice, cell.next_distance.into(), column])
                    + at(Part::Interval, &[voice, cell.interval(), column])
                    + at(Part::RepeatGrade, &[voice, cell.repeat_grade.into(), column]);
                states.push(sum * sigmoid(sum));
            }
        }
        for column in 0..128 {
            let mut sum = at(Part::FrontBias, &[column]) + at(Part::Key, &[tonic, column]);
            for (index, state) in states.iter().enumerate() {
                sum += state * at(Part::FrontWeight, &[column, index]);
            }
            for (table, &place) in features.metre[t].iter().enumerate() {
                sum += at(Part::Metre, &[table, place.into(), column]);
            }
            for degree in 0..12 {
                let share = f64::from(features.histogram[(degree + tonic) % 12]);
                sum += 2.0 * share * at(Part::Histogram, &[column, degree]);
            }
            hidden[t][column] = sum;
        }
    }
    let norm = |row: &[f64; 128], gain: &dyn Fn(usize) -> f64| -> [f64; 128] {
        let mean = row.iter().map(|value| value * value).sum::<f64>() / 128.0;
        std::array::from_fn(|index| row[index] / (mean + 1e-5).sqrt() * gain(index))
    };
    for (block, dilation) in [1, 2, 4, 8, 16, 1].into_iter().enumerate() {
        let normed: Vec<_> =
            hidden.iter().map(|row| norm(row, &|index| at(Part::BlockNorm, &[block, index]))).collect();
        for t in 0..steps {
            let sources = [t.checked_sub(dilation), Some(t), Some(t + dilation).filter(|s| *s < steps)];
            let gates: Vec<f64> = (0..128)
                .map(|column| {
                    let mut sum = at(Part::GateBias, &[block, column]);
                    for (tap, source) in sources.iter().enumerate() {
                        for index in 0..128 {
                            let state = source.map_or(0.0, |source| normed[source][index]);
                            sum += state * at(Part::GateWeight, &[block, column, tap * 128 + index]);
                        }
                    }
                    sum
                })
                .collect();
            for column in 0..128 {
                let mut sum = at(Part::OutputBias, &[block, column]);
                for index in 0..64 {
                    let gated = gates[index] * sigmoid(gates[index]) * gates[64 + index];
                    sum += gated * at(Part::OutputWeight, &[block, column, index]);
                }
                hidden[t][column] += sum;
            }
        }
    }
    (0..steps)
        .map(|t| {
            let last = norm(&hidden[t], &|index| at(Part::Norm, &[index]));
            std::array::from_fn(|voice| {
                let states = |weight: Part, bias: Part, width: usize| -> Vec<f64> {
                    let sum = |row: usize| -> f64 {
                        (0..128).map(|index| last[index] * at(weight, &[row, index])).sum::<f64>()
                            + at(bias, &[row])
                    };
                    (0..width).map(|row| sum(voice * width + row)).map(|sum| sum * sigmoid(sum)).collect()
                };
                let own = states(Part::HeadWeight, Part::HeadBias, 40);
                let beside = states(Part::OthersHiddenWeight, Part::OthersHiddenBias, 32);
                let cells = &features.cells[t];
                let cell = &cells[voice];
                std::array::from_fn(|class| {
                    let column = if class == 46 { 57 } else { (class as i32 - i32::from(key) + 5) as usize };
                    let mut sum =
                        at(Part::PitchBias, &[voice, class]) + at(Part::AbsoluteBias, &[voice, column]);
                    for (index, state) in own.iter().enumerate() {
                        sum += state * at(Part::Absolute, &[voice, index, column]);
                    }
                    for (table, reference) in [cell.previous, cell.next, cell.repeat].into_iter().enumerate()
                    {
                        let apart = class as i32 - i32::from(reference);
                        let silent = (class == 46) != (reference == SILENCE);
                        if reference == UNKNOWN || silent || apart.abs() > 14 {
                            continue;
                        }
                        let column = table * 29 + (apart + 14) as usize;
                        sum += at(Part::RelativeBias, &[voice, column]);
                        for (index, state) in own.iter().enumerate() {
                            sum += state * at(Part::Relative, &[index, column]);
                        }
                    }
                    for other in 0..3 {
                        let theirs = &cells[(voice + 1 + other) % 4];
                        let apart = class as i32 - i32::from(theirs.current);
                        if theirs.current < SILENCE && class < 46 && apart.abs() <= 26 {
                            let column = other * 53 + (apart + 26) as usize;
                            sum += at(Part::OthersBias, &[voice, column]);
                            for (index, state) in beside.iter().enumerate() {
                                sum += state * at(Part::Others, &[voice, index, column]);
                            }
                        }
                        for (side, ours, from, distance) in [
                            (0, cell.previous, theirs.previous, cell.previous_distance),
                            (1, cell.next, theirs.next, cell.next_distance),
                        ] {
                            let sounding = [ours, from, theirs.current].iter().all(|class| *class < SILENCE);
                            let motion = i32::from(theirs.current) - i32::from(from);
                            let parallel = class < 46 && class as i32 == i32::from(ours) + motion;
                            if sounding && motion != 0 && parallel && distance <= 4 {
                                let interval = usize::from(ours.abs_diff(from)) % 12;
                                let far = usize::from(distance > 1);
                                sum += at(Part::Parallel, &[side, voice, other, interval, far]);
                            }
                        }
                    }
                    sum
                })
            })
        })
        .collect()
}

#[test]
fn logits_are_those_of_the_definition() {
    let mut numbers = Numbers(2);
    let weights = numbers.weights();
    for steps in [1, 5, 40] {
        let canvas = numbers.canvas(steps);
        let found = logits(&weights, &canvas, None);
        let plain = plain_logits(&weights, &canvas);
        for (found, plain) in found.iter().flatten().flatten().zip(plain.iter().flatten().flatten()) {
            assert!((f64::from(*found) - plain).abs() < 1e-4 * plain.abs().max(1.0), "{found} for {plain}");
        }
    }
}

#[test]
fn one_steps_logits_are_the_same_bits_alone_and_among_all() {
    let mut numbers = Numbers(3);
    let weights = numbers.weights();
    for steps in CASES {
        let canvas = numbers.canvas(steps);
        let all = logits(&weights, &canvas, Some(3));
        for step in [0, steps / 2, steps - 1] {
            assert_eq!(logits_at(&weights, &canvas, &[step], Some(3)), all[step..=step]);
        }
        let some: Vec<usize> = (0..steps).step_by(3).collect();
        let picked: Vec<_> = some.iter().map(|&step| all[step]).collect();
        assert_eq!(logits_at(&weights, &canvas, &some, Some(3)), picked);
    }
    assert!(logits(&weights, &Canvas::empty(0), None).is_empty());
}

#[test]
fn weights_come_back_from_their_file_and_bad_ones_are_refused_by_name() {
    let weights = Numbers(4).weights();
    let file = weights.to_safetensors().unwrap();
    assert_eq!(Weights::from_safetensors(&file).unwrap(), weights);
    let cut = Weights::from_safetensors(&file[..file.len() - 9]);
    assert!(matches!(cut, Err(ChoraleError::WeightsUnreadable { .. })), "{cut:?}");
    let mut broken = weights.values().to_vec();
    broken[7] = f32::NAN;
    assert!(matches!(Weights::from_values(broken.clone()), Err(ChoraleError::WeightsUnfit { .. })));
    assert!(matches!(Weights::from_values(vec![0.0; 5]), Err(ChoraleError::WeightsUnfit { .. })));
    let start = file.len() - 4 * WEIGHTS;
    let mut nan = file;
    nan[start..start + 4].copy_from_slice(&f32::NAN.to_le_bytes());
    let text = Weights::from_safetensors(&nan).unwrap_err().to_string();
    assert!(text.contains("tensor `") && text.contains("finite"), "{text}");
}

#[test]
fn rolls_come_back_and_pitches_outside_are_refused_with_their_place() {
    let roll = vec![[81, 60, -1, 36], [67, 64, 60, 48]];
    assert_eq!(Canvas::from_roll(&roll).unwrap().to_roll(), roll);
    let text = Canvas::from_roll(&[[60; 4], [60, 60, 35, 60]]).unwrap_err().to_string();
    assert!(text.contains("step 1, voice 2") && text.contains("35"), "{text}");
    assert!(Canvas::from_roll(&[[i16::MIN, i16::MAX, 82, -2]]).is_err());
}

#[test]
fn the_trained_weights_hear_the_third_that_a_chord_lacks() {
    let weights = Weights::from_safetensors(include_bytes!("../weights/chorale.safetensors")).unwrap();
    // C major with the tenor's third hidden between two whole chords.
    let roll = [[72, 67, 64, 48]; 16];
    let mut canvas = Canvas::from_roll(&roll).unwrap();
    canvas.set(8, 2, UNKNOWN);
    let scores = logits_at(&weights, &canvas, &[8], None)[0][2];
    let likeliest = (0..CLASSES).max_by(|&a, &b| scores[a].total_cmp(&scores[b])).unwrap();
    assert_eq!(likeliest, 64 - 36);
}
