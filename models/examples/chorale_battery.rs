//! What the sampler sings, with any of its numbers changed, beside a part of the corpus:
//! `cargo run --release -p pastiche-models --example chorale_battery -- CORPUS WEIGHTS FIRST_SEED COUNT [NAME=VALUE ...]`

use std::error::Error;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use pastiche_models::chorale::measure::battery::{Counts, RATES};
use pastiche_models::chorale::measure::grading::{FEATURES, Grader};
use pastiche_models::chorale::measure::phrases::{self, Phrases};
use pastiche_models::chorale::measure::statistics::median;
use pastiche_models::chorale::{
    Canvas, Corpus, Network, Piece, Roll, Settings, Tuning, Weights, pitch_of, sample,
};

/// The steps of a sample: 8 bars.
const STEPS: usize = 128;

/// The last 8 bars of each piece that is as long.
fn crops(pieces: &[Piece]) -> Vec<Roll> {
    let last = |piece: &Piece| piece.len().checked_sub(STEPS).map(|first| roll(&piece[first..]));
    pieces.iter().filter_map(last).collect()
}

fn roll(cells: &[[u8; 4]]) -> Roll {
    cells.iter().map(|cells| cells.map(pitch_of)).collect()
}

/// The names and values of everything that is measured.
fn measure(rolls: &[Roll], grader: &Grader) -> Vec<(String, f64)> {
    let mut counts = Counts::default();
    rolls.iter().for_each(|roll| counts.add(&Counts::of(roll)));
    let names = RATES.iter().map(|rate| rate.name.to_owned());
    let mut rows: Vec<(String, f64)> = names.zip(counts.rates()).collect();
    let found: Vec<Phrases> = rolls.iter().map(|roll| Phrases::of(roll)).collect();
    let names = phrases::RATES.iter().map(|&name| name.to_owned());
    rows.extend(names.zip(phrases::rates(found.iter())));
    let distances: Vec<_> = rolls.iter().map(|roll| grader.distances(roll)).collect();
    for (index, name) in FEATURES.iter().enumerate() {
        let column: Vec<f64> = distances.iter().map(|found| found[index]).collect();
        rows.push((format!("grade, {name}"), median(&column)));
    }
    let sums: Vec<f64> = distances.iter().map(|found| found.iter().sum()).collect();
    rows.push(("grade".to_owned(), median(&sums)));
    rows
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [corpus, weights, first, count, changes @ ..] = &arguments[..] else {
        return Err("arguments: CORPUS WEIGHTS FIRST_SEED COUNT [NAME=VALUE ...]".into());
    };
    let corpus = Corpus::from_json(&std::fs::read(corpus)?)?;
    let network = Network::new(Weights::from_safetensors(&std::fs::read(weights)?)?);
    let (first, count): (u64, usize) = (first.parse()?, count.parse()?);
    let mut tuning = Tuning::default();
    for change in changes {
        let (name, value) = change.split_once('=').ok_or("a change is NAME=VALUE")?;
        let known = tuning.named();
        let number = tuning.by_name(name).ok_or_else(|| format!("`{name}` is none of {known:?}"))?;
        *number = value.parse()?;
    }
    let threads = std::thread::available_parallelism()?.get();
    let next = AtomicUsize::new(0);
    let begun = Instant::now();
    let sing = || -> Result<Vec<(usize, Roll)>, pastiche_models::chorale::ChoraleError> {
        let mut sung = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= count {
                return Ok(sung);
            }
            let settings =
                Settings { seed: first + index as u64, tuning: tuning.clone(), ..Settings::default() };
            sung.push((index, sample(&network, Canvas::empty(STEPS), &settings, &|| true)?.to_roll()));
        }
    };
    let sung: Vec<_> = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(sing)).collect();
        handles.into_iter().map(|handle| handle.join()).collect()
    });
    let mut rolls = Vec::new();
    for part in sung {
        rolls.extend(part.map_err(|_| "a thread ended early")??);
    }
    rolls.sort_by_key(|(index, _)| *index);
    let rolls: Vec<Roll> = rolls.into_iter().map(|(_, roll)| roll).collect();
    println!("{changes:?}: {:.2} s a sample", begun.elapsed().as_secs_f64() / count as f64);
    let grader = Grader::of(&corpus.train.iter().map(|piece| roll(piece)).collect::<Vec<_>>());
    let columns = [&rolls, &crops(&corpus.train), &crops(&corpus.valid)].map(|rolls| measure(rolls, &grader));
    println!("{:54} {:>9} {:>9} {:>9}", "", "samples", "train", "valid");
    for (row, (name, value)) in columns[0].iter().enumerate() {
        println!("{name:54} {value:>9.3} {:>9.3} {:>9.3}", columns[1][row].1, columns[2][row].1);
    }
    Ok(())
}
