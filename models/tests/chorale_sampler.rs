//! The sampler of the chorale network: what it keeps, repeats and refuses.

use std::cell::Cell;

use pastiche_models::chorale::{
    Canvas, ChoraleError, Network, PITCHES, Routine, SILENCE, Settings, Tuning, UNKNOWN, VOICES, Weights,
    sample,
};

const ROUTINES: [Routine; 4] =
    [Routine::BeatsFirst, Routine::Independent, Routine::Ancestral, Routine::Contiguous];

fn network() -> Network {
    Network::embedded().expect("the weights that come with the crate")
}

/// Two bars with a few cells known.
fn half_known() -> Canvas {
    let mut canvas = Canvas::empty(32);
    for step in 0..32 {
        canvas.set(step, 0, [36, 36, 38, 40][step / 4 % 4]);
    }
    canvas.set(7, 3, 12);
    canvas.set(9, 2, SILENCE);
    canvas
}

fn settings(routine: Routine) -> Settings {
    Settings { routine, passes: 4, seed: 5, ..Settings::default() }
}

#[test]
fn known_cells_stay_and_all_others_are_sung() {
    let network = network();
    for routine in ROUTINES {
        let canvas = half_known();
        let sung = sample(&network, canvas.clone(), &settings(routine), &|| true).unwrap();
        for step in 0..32 {
            for voice in 0..VOICES {
                let (before, after) = (canvas.cells()[step][voice], sung.cells()[step][voice]);
                assert!(after != UNKNOWN, "{routine:?} left step {step} open");
                assert!(before == UNKNOWN || before == after, "{routine:?} changed step {step}");
            }
        }
        let again = sample(&network, sung.clone(), &settings(routine), &|| false).unwrap();
        assert_eq!(again, sung, "{routine:?} asks nothing where all is known");
    }
}

#[test]
fn a_seed_gives_the_same_cells_on_every_thread_and_another_seed_others() {
    let network = &network();
    for routine in ROUTINES {
        let run =
            |seed| sample(network, half_known(), &Settings { seed, ..settings(routine) }, &|| true).unwrap();
        let alone = run(5);
        let together: Vec<Canvas> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..3).map(|_| scope.spawn(|| run(5))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(together.iter().all(|canvas| *canvas == alone), "{routine:?}");
        assert_ne!(run(6), alone, "{routine:?}");
    }
}

#[test]
fn at_temperature_0_the_likeliest_class_is_sung() {
    let network = network();
    let full = sample(&network, half_known(), &settings(Routine::BeatsFirst), &|| true).unwrap();
    for routine in ROUTINES {
        for (step, voice) in [(0, 3), (13, 1), (31, 2)] {
            let mut canvas = full.clone();
            canvas.set(step, voice, UNKNOWN);
            let logits = network.logits_at(&canvas, &[step], Some(0))[0][voice];
            let best = (0..PITCHES).max_by(|one, other| logits[*one].total_cmp(&logits[*other])).unwrap();
            let cold = Settings { temperature: [0.0; VOICES], key: Some(0), rules: 0.0, ..settings(routine) };
            let sung = sample(&network, canvas, &cold, &|| true).unwrap();
            assert_eq!(usize::from(sung.cells()[step][voice]), best, "{routine:?}");
        }
    }
}

#[test]
fn a_key_that_is_leant_on_is_sung_in() {
    let network = Network::new(Weights::zeros());
    let lean = Settings { key: Some(3), lean: 3.0, rules: 0.0, ..settings(Routine::BeatsFirst) };
    let sung = sample(&network, Canvas::empty(64), &lean, &|| true).unwrap();
    let scale = [0, 2, 4, 5, 7, 9, 11].map(|degree| (degree + 3) % 12);
    let cells = || sung.cells().iter().flatten().filter(|&&class| class < SILENCE);
    let inside = cells().filter(|&&class| scale.contains(&(class % 12))).count();
    assert!(inside as f32 > 0.95 * cells().count() as f32, "{inside} of {}", cells().count());
}

/// How many pairs of voices move from one step to the next in fifths or octaves, by the same or by contrary motion.
fn parallels(roll: &[[i16; VOICES]]) -> usize {
    let moves = roll.windows(2).flat_map(|pair| {
        let (before, after) = (pair[0], pair[1]);
        (0..VOICES).flat_map(move |one| (0..one).map(move |other| (before, after, one, other)))
    });
    let parallel = moves.filter(|&(before, after, one, other)| {
        let interval = |frame: [i16; VOICES]| (frame[one] - frame[other]).abs() % 12;
        before[one] != after[one]
            && before[other] != after[other]
            && interval(before) == interval(after)
            && matches!(interval(before), 0 | 7)
    });
    parallel.count()
}

#[test]
fn rules_are_kept_left_alone_or_sought() {
    let network = network();
    let sung = |rules: f32| -> usize {
        let run = |seed| {
            let settings = Settings { rules, seed, ..Settings::default() };
            parallels(&sample(&network, Canvas::empty(64), &settings, &|| true).unwrap().to_roll())
        };
        (0..2).map(run).sum()
    };
    let [kept, free, sought] = [1.0, 0.0, -1.0].map(sung);
    assert!(kept < free && free < sought, "{kept} {free} {sought}");
}

#[test]
fn what_moves_parallel_in_the_end_is_mended() {
    // A network that likes nothing and rules that forbid little: many parallels are left at first.
    let network = Network::new(Weights::zeros());
    let sung = |mends: f32| -> usize {
        let run = |seed| {
            let tuning = Tuning {
                parallel_near: -0.5,
                parallel_far: 0.0,
                parallel_contrary: -0.5,
                tries: 1.0,
                mends,
                ..Tuning::default()
            };
            let settings = Settings { seed, tuning, ..settings(Routine::BeatsFirst) };
            parallels(&sample(&network, Canvas::empty(32), &settings, &|| true).unwrap().to_roll())
        };
        (0..4).map(run).sum()
    };
    let [left, mended] = [0.0, 6.0].map(sung);
    assert!(2 * mended < left, "{mended} of {left}");
}

#[test]
fn the_last_bass_seeks_the_tonic() {
    // A network that likes nothing: only the rules speak.
    let network = Network::new(Weights::zeros());
    let mut tonics = [0; 2];
    for seed in 0..40 {
        let settings = Settings { key: Some(2), seed, ..settings(Routine::BeatsFirst) };
        let sung = sample(&network, Canvas::empty(8), &settings, &|| true).unwrap();
        for (count, step) in tonics.iter_mut().zip([0, 4]) {
            *count += usize::from(matches!(sung.cells()[step][3] % 12, 2 | 11));
        }
    }
    let [first, last] = tonics;
    assert!(last > first + first / 2, "{first} {last}");
}

#[test]
fn a_caller_who_wants_no_more_is_obeyed_before_the_next_forward_pass() {
    let network = network();
    for routine in ROUTINES {
        let asked = Cell::new(0);
        let wanted = || {
            asked.set(asked.get() + 1);
            asked.get() < 3
        };
        let found = sample(&network, Canvas::empty(32), &settings(routine), &wanted);
        assert_eq!((found, asked.get()), (Err(ChoraleError::Stopped), 3), "{routine:?}");
    }
}

#[test]
fn settings_outside_their_ranges_are_refused_by_name() {
    let network = network();
    let mut bad = Vec::new();
    for value in [f32::NAN, f32::INFINITY, -0.1] {
        bad.push(("temperature", Settings { temperature: [1.0, 1.0, value, 1.0], ..Settings::default() }));
    }
    for value in [f32::NAN, 0.0, 1.5] {
        bad.push(("top_p", Settings { top_p: value, ..Settings::default() }));
    }
    bad.push(("rules", Settings { rules: f32::NAN, ..Settings::default() }));
    bad.push(("lean", Settings { lean: f32::INFINITY, ..Settings::default() }));
    for value in [f32::NAN, 1e4] {
        let tuning = Tuning { mends: value, ..Tuning::default() };
        bad.push(("mends", Settings { tuning, ..Settings::default() }));
    }
    for (name, settings) in bad {
        let error = sample(&network, Canvas::empty(4), &settings, &|| true).unwrap_err();
        assert!(error.to_string().contains(&format!("`{name}`")), "{error}");
    }
}

#[test]
fn any_length_is_sung() {
    let network = network();
    for routine in ROUTINES {
        for steps in [0, 1, 3, 17] {
            let sung = sample(&network, Canvas::empty(steps), &settings(routine), &|| true).unwrap();
            assert_eq!(sung.steps(), steps);
            assert!(sung.cells().iter().flatten().all(|&class| class != UNKNOWN));
        }
    }
}
