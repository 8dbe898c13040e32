//! How likely the network finds the pieces of the test part.

use std::fs::{self, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::path::Path;

use anyhow::Context;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use pastiche::Error;
use pastiche::engine::stamp::Stamp;
use pastiche::models::chorale::measure::frame_likelihood;
use pastiche::models::chorale::measure::statistics::bootstrap;
use pastiche::models::chorale::{Corpus, Network};
use serde_json::json;

use super::super::arguments::EvalArguments;
use super::super::chorale::weights;
use super::super::end::End;
use super::super::terminal;
use super::parallel;

/// The orderings of the published measure.
const ORDERINGS: usize = 5;
/// The pieces of `--quick`, and its orderings.
const QUICK: (usize, usize) = (20, 1);
const SEED: u64 = 1;
const BAR: &str = "{wide_bar} {pos}/{len} pieces, {eta} left";

/// What a piece gave: its frames, and the sums of their negative log-likelihoods with all orderings combined and
/// with one.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Piece {
    frames: usize,
    combined: f64,
    single: f64,
}

pub fn run(arguments: &EvalArguments) -> anyhow::Result<End> {
    let path = arguments.data.as_deref().ok_or_else(|| Error::Setting {
        message: "there is nothing to measure on".into(),
        help: "add --data FILE, the JSON of the chorales".into(),
    })?;
    let bytes = fs::read(path).map_err(|error| Error::file("read", path, error))?;
    let corpus = Corpus::from_json(&bytes).with_context(|| path.display().to_string())?;
    let weights = weights(arguments.weights.as_deref())?;
    let stamp = weights
        .values()
        .iter()
        .fold(Stamp::new().bytes(&bytes), |stamp, value| stamp.number(value.to_bits().into()));
    let network = Network::new(weights);
    let (most, orderings) = if arguments.quick { QUICK } else { (usize::MAX, ORDERINGS) };
    let pieces = &corpus.test[..corpus.test.len().min(most)];

    let stamp = stamp.number(orderings as u64).finish();
    let mut found = vec![None; pieces.len()];
    let mut state =
        arguments.resume.as_deref().map(|path| State::open(path, stamp, &mut found)).transpose()?;
    let left: Vec<usize> = (0..pieces.len()).filter(|&index| found[index].is_none()).collect();

    let target =
        if io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(pieces.len() as u64), target)
        .with_style(ProgressStyle::with_template(BAR)?)
        .with_position((pieces.len() - left.len()) as u64);
    let stop = terminal::stop_flag()?;
    let measure = |index: usize| {
        let frames: Vec<usize> = (0..pieces[index].len()).collect();
        let measured = frame_likelihood(&network, &pieces[index], &frames, orderings, [SEED, index as u64]);
        let sum = |values: &[f64]| values.iter().sum();
        Piece { frames: frames.len(), combined: sum(&measured.combined), single: sum(&measured.single) }
    };
    parallel::each(&left, &stop, measure, |index, piece| {
        found[index] = Some(piece);
        bar.inc(1);
        state.as_mut().map_or(Ok(()), |state| state.add(index, piece))
    })?;
    bar.finish_and_clear();
    let Some(found) = found.into_iter().collect::<Option<Vec<Piece>>>() else { return Ok(End::Stopped) };
    report(&found, orderings, arguments)?;
    Ok(End::Good)
}

fn report(pieces: &[Piece], orderings: usize, arguments: &EvalArguments) -> anyhow::Result<()> {
    let statistics = |parts: &[usize]| {
        let sum = |value: fn(&Piece) -> f64| parts.iter().map(|part| value(&pieces[*part])).sum::<f64>();
        let frames = sum(|piece| piece.frames as f64);
        vec![sum(|piece| piece.combined) / frames, sum(|piece| piece.single) / frames]
    };
    let all: Vec<usize> = (0..pieces.len()).collect();
    let values = statistics(&all);
    let errors = bootstrap(pieces.len(), statistics);
    let frames: usize = pieces.iter().map(|piece| piece.frames).sum();
    if arguments.json {
        return terminal::say(json!({
            "nll": values[0],
            "error": errors[0].error,
            "orderings": orderings,
            "one_ordering": values[1],
            "one_ordering_error": errors[1].error,
            "pieces": pieces.len(),
            "frames": frames,
            "estimate": arguments.quick,
            "paper": { "nll": 0.57, "error": 0.01, "orderings": 5, "weights": 9_200_000 },
        }));
    }
    let kind = if arguments.quick { ": an estimate" } else { "" };
    let count = if orderings == 1 { "1 ordering".to_owned() } else { format!("{orderings} orderings") };
    terminal::say(format_args!(
        "nll           {:.4} \u{b1} {:.4} nats a frame, {count}, {frames} frames of {} test pieces{kind}",
        values[0],
        errors[0].error,
        pieces.len()
    ))?;
    terminal::say(format_args!("one ordering  {:.4} \u{b1} {:.4}", values[1], errors[1].error))?;
    terminal::say(
        "Coconet       0.57   \u{b1} 0.01   5 orderings, 9.2 million weights (Huang et al., 2017, arXiv 1903.07227)",
    )
}

/// A file in which what is measured is kept, a line a piece.
struct State {
    file: fs::File,
}

impl State {
    /// Reads what is there, if it is of the same measurement, and goes on behind it.
    fn open(path: &Path, stamp: u64, found: &mut [Option<Piece>]) -> anyhow::Result<Self> {
        let head = format!("pastiche eval chorale {stamp:016x}");
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(Error::file("read", path, error).into()),
        };
        let mut lines = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
        let mut whole = 0;
        match lines.next() {
            Some(first) if first.trim_end() == head => {
                whole += first.len();
                for line in lines {
                    let Some((index, piece)) = read_line(line) else { break };
                    let Some(place) = found.get_mut(index) else { break };
                    *place = Some(piece);
                    whole += line.len();
                }
            }
            None if text.is_empty() => {}
            _ => {
                return Err(Error::Setting {
                    message: format!("{} is of another measurement, or no such file", path.display()),
                    help: "name another file, or remove this one".into(),
                }
                .into());
            }
        }
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)
            .map_err(|error| Error::file("write", path, error))?;
        // A line that a kill has cut off is written again.
        file.set_len(whole as u64).map_err(|error| Error::file("write", path, error))?;
        if whole == 0 {
            writeln!(file, "{head}").map_err(|error| Error::file("write", path, error))?;
        }
        Ok(Self { file })
    }

    fn add(&mut self, index: usize, piece: Piece) -> anyhow::Result<()> {
        let line = format!("{index} {} {} {}\n", piece.frames, piece.combined, piece.single);
        self.file.write_all(line.as_bytes()).context("cannot keep what was measured")
    }
}

fn read_line(line: &str) -> Option<(usize, Piece)> {
    let mut words = line.split_whitespace();
    let index = words.next()?.parse().ok()?;
    let frames = words.next()?.parse().ok()?;
    let combined = words.next()?.parse().ok()?;
    let single = words.next()?.parse().ok()?;
    words.next().is_none().then_some((index, Piece { frames, combined, single }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_measured_is_taken_up_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let piece = Piece { frames: 7, combined: 0.1 + 0.2, single: 1e300 / 3.0 };
        let mut found = vec![None; 3];
        State::open(&path, 5, &mut found).unwrap().add(2, piece).unwrap();
        // Killed in the middle of a line.
        let mut text = fs::read(&path).unwrap();
        text.extend(b"1 7 0.");
        fs::write(&path, text).unwrap();
        let mut state = State::open(&path, 5, &mut found).unwrap();
        assert_eq!(found, [None, None, Some(piece)]);
        state.add(1, piece).unwrap();
        let mut again = vec![None; 3];
        State::open(&path, 5, &mut again).unwrap();
        assert_eq!(again, [None, Some(piece), Some(piece)]);
        assert!(State::open(&path, 6, &mut again).is_err(), "another measurement");
    }
}
