//! `pastiche chorale`.

use std::fs;
use std::io::{self, BufRead, Write};
use std::path::Path;

use anyhow::Context;
use pastiche::Error;
use pastiche::models::chorale::{
    CLASSES, Canvas, ChoraleError, Features, Network, Roll, Routine, Settings, VOICES, Weights, class_of,
    sample,
};
use pastiche::scores::{check_ending, read_melody, write_score};
use serde::Deserialize;
use serde_json::{Value, json};

use super::arguments::{ChoraleArguments, SamplerChoice};
use super::end::End;
use super::terminal;

/// The steps of a bar.
const BAR: usize = 16;
/// The most bars that are sung at once.
const MOST_BARS: usize = 256;
/// The bars of a chorale without a melody, where none are asked for.
const BARS: usize = 8;

pub fn run(arguments: &ChoraleArguments) -> anyhow::Result<End> {
    let network = network(arguments.weights.as_deref())?;
    if arguments.predict {
        return predict(&network);
    }
    let Some(out) = &arguments.out else {
        anyhow::bail!(setting(
            "there is no file to write to",
            "add --out FILE.mid, .wav, .json or .musicxml"
        ));
    };
    check_ending(out)?;
    if out.exists() && !arguments.force {
        return Err(Error::Occupied { path: out.clone(), what: "there already" }.into());
    }
    let canvas = canvas(arguments)?;
    let settings = Settings {
        routine: arguments.sampler.map_or_else(Routine::default, routine),
        temperature: temperatures(&arguments.temperature)?,
        key: arguments.key,
        seed: arguments.seed,
        ..Settings::default()
    };
    let stop = terminal::stop_flag()?;
    let sung = sample(&network, canvas, &settings, &|| !stop.load(std::sync::atomic::Ordering::Relaxed));
    let sung = match sung {
        Err(ChoraleError::Stopped) => return Ok(End::Stopped),
        other => other?,
    };
    write_score(out, &sung.to_roll(), arguments.key.unwrap_or_else(|| judged_key(&sung)))?;
    Ok(End::Good)
}

/// The tonic of the major scale in which what is known is likeliest.
fn judged_key(canvas: &Canvas) -> i8 {
    Features::at(canvas, &[], None).key
}

fn setting(message: impl Into<String>, help: impl Into<String>) -> Error {
    Error::Setting { message: message.into(), help: help.into() }
}

/// The network with the weights of a file, or with those of the program.
pub fn network(path: Option<&Path>) -> anyhow::Result<Network> {
    weights(path).map(Network::new)
}

/// The weights of a file, or those of the program.
pub fn weights(path: Option<&Path>) -> anyhow::Result<Weights> {
    let Some(path) = path else { return Ok(Weights::embedded()?) };
    let bytes = fs::read(path).map_err(|error| Error::file("read", path, error))?;
    Weights::from_safetensors(&bytes).with_context(|| path.display().to_string())
}

pub fn routine(choice: SamplerChoice) -> Routine {
    match choice {
        SamplerChoice::BeatsFirst => Routine::BeatsFirst,
        SamplerChoice::Independent => Routine::Independent,
        SamplerChoice::Ancestral => Routine::Ancestral,
        SamplerChoice::Contiguous => Routine::Contiguous,
    }
}

/// One temperature for all voices, or one for each.
fn temperatures(given: &[f32]) -> Result<[f32; VOICES], Error> {
    match *given {
        [one] => Ok([one; VOICES]),
        [soprano, alto, tenor, bass] => Ok([soprano, alto, tenor, bass]),
        _ => Err(setting(
            format!("{} temperatures are neither one nor four", given.len()),
            "give one for all voices, such as 1, or soprano, alto, tenor and bass, such as 0.8,1,1,0.8",
        )),
    }
}

/// The bars with the melody in them.
fn canvas(arguments: &ChoraleArguments) -> anyhow::Result<Canvas> {
    let melody = arguments.melody.as_deref().map(|text| read_melody(text, MOST_BARS * BAR)).transpose()?;
    let needed = melody.as_ref().map_or(BARS, |melody| melody.pitches.len().div_ceil(BAR));
    let bars = arguments.bars.unwrap_or(needed);
    if bars == 0 || bars > MOST_BARS {
        anyhow::bail!(setting(format!("{bars} bars cannot be sung"), format!("give 1 to {MOST_BARS}")));
    }
    if melody.is_some() && bars < needed {
        anyhow::bail!(setting(
            format!("the melody has {needed} bars, more than {bars}"),
            "leave --bars out, or give more",
        ));
    }
    let mut canvas = Canvas::empty(bars * BAR);
    if let Some(melody) = melody {
        for (step, &pitch) in melody.pitches.iter().enumerate() {
            if let Some(class) = class_of(pitch) {
                canvas.set(step, melody.voice, class);
            }
        }
    }
    Ok(canvas)
}

/// What is asked in a line of `--predict`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    /// The MIDI pitches of each step, -1 for silence; those of unknown cells do not count.
    roll: Roll,
    /// 1 for each cell that is known, else 0.
    known: Vec<[u8; VOICES]>,
    /// The steps and voices that are asked for.
    ask: Vec<[usize; 2]>,
}

/// Answers questions line by line. A line that cannot be read is answered with what is wrong with it.
fn predict(network: &Network) -> anyhow::Result<End> {
    let mut end = End::Good;
    let mut out = io::stdout().lock();
    for (number, line) in io::stdin().lock().lines().enumerate() {
        let line = line.context("cannot read the standard input")?;
        if line.trim().is_empty() {
            continue;
        }
        let answer = answer(network, &line).unwrap_or_else(|reason| {
            end = End::Faults;
            json!({ "error": format!("line {}: {reason}", number + 1) })
        });
        match writeln!(out, "{answer}") {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => break,
            written => written.context("cannot write the result")?,
        }
    }
    Ok(end)
}

fn answer(network: &Network, line: &str) -> Result<Value, String> {
    let Question { roll, known, ask } = serde_json::from_str(line).map_err(|error| error.to_string())?;
    if roll.len() != known.len() {
        return Err(format!("`roll` has {} steps, `known` {}", roll.len(), known.len()));
    }
    if roll.len() > MOST_BARS * BAR {
        return Err(format!("{} steps are more than {}", roll.len(), MOST_BARS * BAR));
    }
    let mut canvas = Canvas::empty(roll.len());
    for (step, (pitches, known)) in roll.iter().zip(&known).enumerate() {
        for voice in (0..VOICES).filter(|&voice| known[voice] != 0) {
            let class = class_of(pitches[voice]).ok_or_else(|| {
                format!(
                    "step {step}, voice {voice}: the pitch {} is neither -1 nor in 36..81",
                    pitches[voice]
                )
            })?;
            canvas.set(step, voice, class);
        }
    }
    if let Some([step, voice]) = ask.iter().find(|[step, voice]| *step >= roll.len() || *voice >= VOICES) {
        return Err(format!("there is no step {step} with a voice {voice}"));
    }
    let mut steps: Vec<usize> = ask.iter().map(|[step, _]| *step).collect();
    steps.sort_unstable();
    steps.dedup();
    let logits = network.logits_at(&canvas, &steps, None);
    let probabilities: Vec<Vec<f64>> = ask
        .iter()
        .filter_map(|[step, voice]| {
            steps.binary_search(step).ok().map(|row| log_softmax(&logits[row][*voice]))
        })
        .collect();
    Ok(json!({ "log_probabilities": probabilities }))
}

fn log_softmax(logits: &[f32; CLASSES]) -> Vec<f64> {
    let logits = logits.map(f64::from);
    let most = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let total = logits.iter().map(|logit| (logit - most).exp()).sum::<f64>().ln() + most;
    logits.iter().map(|logit| logit - total).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_answered_with_log_probabilities() {
        let network = Network::embedded().unwrap();
        let line = r#"{"roll": [[72, 67, 64, 48], [0, 0, 0, 0]], "known": [[1, 1, 1, 1], [0, 0, 0, 0]],
            "ask": [[1, 0], [1, 3]]}"#;
        let found = answer(&network, line).unwrap();
        let rows = found["log_probabilities"].as_array().unwrap();
        assert_eq!(rows.len(), 2);
        for row in rows {
            let row: Vec<f64> = row.as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect();
            assert_eq!(row.len(), 47);
            assert!((row.iter().map(|value| value.exp()).sum::<f64>() - 1.0).abs() < 1e-9);
        }
        for (line, words) in [
            ("{", "EOF"),
            (r#"{"roll": [[1, 2, 3, 4]], "known": [], "ask": []}"#, "1 steps"),
            (r#"{"roll": [[1, 2, 3, 4]], "known": [[1, 0, 0, 0]], "ask": []}"#, "pitch 1"),
            (r#"{"roll": [[60, 60, 60, 60]], "known": [[1, 0, 0, 0]], "ask": [[1, 0]]}"#, "no step 1"),
        ] {
            let error = answer(&network, line).unwrap_err();
            assert!(error.contains(words), "{error}");
        }
    }

    #[test]
    fn temperatures_are_one_or_four() {
        assert_eq!(temperatures(&[0.5]).unwrap(), [0.5; 4]);
        assert_eq!(temperatures(&[0.5, 1.0, 1.0, 2.0]).unwrap(), [0.5, 1.0, 1.0, 2.0]);
        assert!(temperatures(&[1.0, 2.0]).is_err());
    }
}
