//! How what the network sings compares with the corpus.

use std::fs;

use anyhow::Context;
use pastiche::Error;
use pastiche::models::chorale::measure::battery::{Counts, RATES};
use pastiche::models::chorale::measure::grading::{FEATURES, Grader};
use pastiche::models::chorale::measure::phrases::{self, Phrases};
use pastiche::models::chorale::measure::statistics::{Spread, bootstrap, median};
use pastiche::models::chorale::{Canvas, Corpus, Piece, Roll, Settings, pitch_of, sample};
use serde_json::{Map, Value, json};

use super::super::arguments::EvalArguments;
use super::super::chorale::{network, routine};
use super::super::end::End;
use super::super::terminal;
use super::parallel;

/// The steps of a bar.
const BAR: usize = 16;
/// The training part of the JSB chorales, whole pieces, in the order of the battery; no leaps were published.
const BACH: [f64; 14] =
    [77.964, 0.880, 65.692, 9.970, 97.626, 70.42, 64.98, 59.46, 50.64, 14.422, 0.674, 0.611, 1.559, 0.969];
/// The network of the Bach Doodle (2019), 256 samples of two bars, 64 Gibbs passes.
const DOODLE: [f64; 14] =
    [74.080, 1.037, 60.071, 11.611, 98.828, 71.37, 65.90, 60.04, 51.70, 16.891, 21.26, 19.64, 23.25, 21.14];

/// A row of the report.
struct Row {
    name: String,
    samples: f64,
    spread: Spread,
    bach: Option<f64>,
    doodle: Option<f64>,
}

pub fn run(arguments: &EvalArguments, count: usize) -> anyhow::Result<End> {
    let network = network(arguments.weights.as_deref())?;
    let steps = arguments.bars as usize * BAR;
    let stop = terminal::stop_flag()?;
    let sing = |index: usize| {
        let settings = Settings {
            seed: index as u64 + 1,
            routine: arguments.sampler.map_or_else(Default::default, routine),
            ..Settings::default()
        };
        let wanted = || !stop.load(std::sync::atomic::Ordering::Relaxed);
        sample(&network, Canvas::empty(steps), &settings, &wanted)
    };
    let mut sung: Vec<Option<Roll>> = vec![None; count];
    let indexes: Vec<usize> = (0..count).collect();
    parallel::each(&indexes, &stop, sing, |index, canvas| {
        if let Ok(canvas) = canvas {
            sung[index] = Some(canvas.to_roll());
        }
        Ok(())
    })?;
    let Some(sung) = sung.into_iter().collect::<Option<Vec<Roll>>>() else { return Ok(End::Stopped) };
    let corpus = match &arguments.data {
        None => None,
        Some(path) => {
            let bytes = fs::read(path).map_err(|error| Error::file("read", path, error))?;
            Some(Corpus::from_json(&bytes).with_context(|| path.display().to_string())?)
        }
    };
    let train = corpus.as_ref().map(|corpus| crops(&corpus.train, steps));
    let mut rows = battery(&sung, train.as_deref());
    rows.extend(phrase_rows(&sung, train.as_deref()));
    if let Some(corpus) = &corpus {
        rows.extend(grades(&sung, corpus, steps));
    }
    report(&rows, arguments, count)?;
    Ok(End::Good)
}

/// The last `steps` steps of each piece that has as many.
fn crops(pieces: &[Piece], steps: usize) -> Vec<Roll> {
    pieces
        .iter()
        .filter_map(|piece| piece.len().checked_sub(steps).map(|first| &piece[first..]))
        .map(|piece| piece.iter().map(|cells| cells.map(pitch_of)).collect())
        .collect()
}

fn battery(sung: &[Roll], train: Option<&[Roll]>) -> Vec<Row> {
    let counts: Vec<Counts> = sung.iter().map(|roll| Counts::of(roll)).collect();
    let sum = |counts: &mut dyn Iterator<Item = &Counts>| {
        let mut sum = Counts::default();
        counts.for_each(|count| sum.add(count));
        sum.rates()
    };
    let values = sum(&mut counts.iter());
    let spreads = bootstrap(counts.len(), |parts| sum(&mut parts.iter().map(|part| &counts[*part])));
    let bach = train.map(|train| {
        let counts: Vec<Counts> = train.iter().map(|roll| Counts::of(roll)).collect();
        sum(&mut counts.iter())
    });
    let row = |(index, rate): (usize, &pastiche::models::chorale::measure::battery::Rate)| Row {
        name: rate.name.to_owned(),
        samples: values[index],
        spread: spreads[index],
        bach: bach.as_ref().map_or_else(|| BACH.get(index).copied(), |bach| Some(bach[index])),
        doodle: DOODLE.get(index).copied(),
    };
    RATES.iter().enumerate().map(row).collect()
}

fn phrase_rows(sung: &[Roll], train: Option<&[Roll]>) -> Vec<Row> {
    let read = |rolls: &[Roll]| -> Vec<Phrases> { rolls.iter().map(|roll| Phrases::of(roll)).collect() };
    let found = read(sung);
    let values = phrases::rates(found.iter());
    let spreads = bootstrap(found.len(), |parts| phrases::rates(parts.iter().map(|part| &found[*part])));
    let bach = train.map(|train| phrases::rates(read(train).iter()));
    let row = |index: usize| Row {
        name: phrases::RATES[index].to_owned(),
        samples: values[index],
        spread: spreads[index],
        bach: bach.as_ref().map(|bach| bach[index]),
        doodle: None,
    };
    (0..values.len()).map(row).collect()
}

/// The grades of the samples, by the training part, beside those of the test part.
fn grades(sung: &[Roll], corpus: &Corpus, steps: usize) -> Vec<Row> {
    let train: Vec<Roll> =
        corpus.train.iter().map(|piece| piece.iter().map(|cells| cells.map(pitch_of)).collect()).collect();
    let grader = Grader::of(&train);
    // The nine distances and their sum.
    let read = |rolls: &[Roll]| -> Vec<Vec<f64>> {
        let distances = rolls.iter().map(|roll| grader.distances(roll));
        distances.map(|found| [&found[..], &[found.iter().sum()]].concat()).collect()
    };
    let (found, test) = (read(sung), read(&crops(&corpus.test, steps)));
    let medians = |all: &[Vec<f64>], parts: &[usize]| -> Vec<f64> {
        let column = |index: usize| -> Vec<f64> { parts.iter().map(|part| all[*part][index]).collect() };
        (0..=FEATURES.len()).map(|index| median(&column(index))).collect()
    };
    let whole = |all: &[Vec<f64>]| medians(all, &(0..all.len()).collect::<Vec<_>>());
    let (values, bach) = (whole(&found), whole(&test));
    let spreads = bootstrap(found.len(), |parts| medians(&found, parts));
    let name = |index: usize| match FEATURES.get(index) {
        Some(feature) => format!("grade, median: {feature}"),
        None => "grade, median (beside: the test part)".to_owned(),
    };
    let row = |index: usize| Row {
        name: name(index),
        samples: values[index],
        spread: spreads[index],
        bach: Some(bach[index]),
        doodle: None,
    };
    (0..=FEATURES.len()).map(row).collect()
}

fn report(rows: &[Row], arguments: &EvalArguments, count: usize) -> anyhow::Result<()> {
    if arguments.json {
        let mut all = Map::new();
        for row in rows {
            let value = json!({
                "samples": row.samples,
                "error": row.spread.error,
                "interval": row.spread.interval,
                "bach": row.bach,
                "doodle": row.doodle,
            });
            all.insert(row.name.clone(), value);
        }
        return terminal::say(
            json!({ "samples": count, "bars": arguments.bars, "rows": Value::Object(all) }),
        );
    }
    let width = rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
    let number = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.3}"));
    terminal::say(format_args!(
        "{:width$}  {:>9}  {:>18}  {:>9}  {:>9}",
        format!("{count} samples of {} bars", arguments.bars),
        "value",
        "95 % of bootstrap",
        "Bach",
        "Doodle"
    ))?;
    for row in rows {
        terminal::say(format_args!(
            "{:width$}  {:>9.3}  {:>18}  {:>9}  {:>9}",
            row.name,
            row.samples,
            format!("{:.3} to {:.3}", row.spread.interval[0], row.spread.interval[1]),
            number(row.bach),
            number(row.doodle)
        ))?;
    }
    Ok(())
}
