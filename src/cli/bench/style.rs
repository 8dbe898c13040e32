//! `pastiche bench style`: how fast the painting network is, turn by turn with other ways to run it.

use std::fmt::{self, Display, Formatter};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

use anyhow::Context;
use pastiche::assets::embedded;
use pastiche::models::Threads;
use pastiche::models::painting::{
    CpuPainting, EMBEDDED_WEIGHTS, Painting, Planes, RtenPainting, matrix_products, multiply_adds,
};
use serde::Serialize;

use super::figures::median;
use crate::cli::terminal;

const SIZES: [[u32; 2]; 2] = [[640, 360], [1280, 720]];
const THREADS: usize = 2;
/// Every way of running has a turn in each round.
const ROUNDS: usize = 5;
/// Runs of a turn; the first is left out.
const RUNS: usize = 3;
/// Programs that may be a Python with onnxruntime.
const PYTHONS: [&str; 2] = ["python3", "python"];

#[derive(Serialize)]
pub(super) struct Report {
    threads: usize,
    instructions: &'static str,
    /// What a matrix product from the nearest cache reaches, in 10^9 operations a second.
    product_gflops: f64,
    sizes: Vec<Size>,
}

#[derive(Serialize)]
struct Size {
    width: u32,
    height: u32,
    /// The first is Pastiche's own.
    ways: Vec<Measured>,
}

#[derive(Serialize)]
struct Measured {
    name: String,
    median_ms: f64,
    quietest_ms: f64,
    /// As many operations a second as the plain computation would have taken, in 10^9.
    gflops: f64,
    /// Its time over that of the first, median of the rounds.
    times_first: f64,
}

/// Measures each way of running the network, turn by turn.
pub(super) fn measure() -> anyhow::Result<Report> {
    let threads = Threads::new(THREADS);
    let own = CpuPainting::from_onnx(EMBEDDED_WEIGHTS, &threads).context("the network is damaged")?;
    let instructions = own.instructions();
    let rten = RtenPainting::from_onnx(EMBEDDED_WEIGHTS, &threads).context("the network is damaged")?;
    let ways = [("pastiche", Box::new(own) as Box<_>), ("rten", Box::new(rten) as Box<_>)]
        .map(|(name, network)| (name, Painting::with_network(network)));
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let product_gflops = product_gflops(&threads);
    let mut sizes = Vec::new();
    for size in SIZES {
        terminal::tell(format_args!("measuring {}x{} …", size[0], size[1]));
        sizes.push(measure_size(size, &ways, folder.path())?);
    }
    Ok(Report { threads: THREADS, instructions, product_gflops, sizes })
}

/// A table of Markdown.
impl Display for Report {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        write!(
            to,
            "{} threads, {}; a matrix product: {:.0} GFLOP/s\n\n\
             | size | run by | median | quietest | GFLOP/s | times the first |\n|---|---|---|---|---|---|",
            self.threads, self.instructions, self.product_gflops
        )?;
        for Size { width, height, ways } in &self.sizes {
            for Measured { name, median_ms, quietest_ms, gflops, times_first } in ways {
                write!(
                    to,
                    "\n| {width}x{height} | {name} | {median_ms:.1} ms | {quietest_ms:.1} ms | {gflops:.0} | \
                     {times_first:.2} |"
                )?;
            }
        }
        Ok(())
    }
}

/// The best of a few.
fn product_gflops(threads: &Threads) -> f64 {
    let rate = |_| {
        let begun = Instant::now();
        let operations = 2 * matrix_products(threads);
        operations as f64 / begun.elapsed().as_secs_f64() / 1e9
    };
    (0..ROUNDS).map(rate).fold(0.0, f64::max)
}

fn measure_size(size: [u32; 2], ways: &[(&str, Painting)], folder: &Path) -> anyhow::Result<Size> {
    let [width, height] = size;
    let picture = photograph(size)?;
    let mut onnxruntime = OnnxRuntime::start(&picture, folder)?;
    let mut names: Vec<String> = ways.iter().map(|(name, _)| (*name).to_owned()).collect();
    names.extend(onnxruntime.as_ref().map(|runtime| format!("onnxruntime {}", runtime.version)));
    let mut rounds: Vec<Vec<Vec<f64>>> = Vec::new();
    for _ in 0..ROUNDS {
        let mut round = Vec::new();
        for (_, painting) in ways {
            round.push(turn(painting, &picture)?);
        }
        if let Some(runtime) = &mut onnxruntime {
            round.push(runtime.turn()?);
        }
        rounds.push(round);
    }
    let operations = 2.0 * multiply_adds([width as usize, height as usize]) as f64;
    let measured = names.into_iter().enumerate().map(|(way, name)| {
        let all: Vec<f64> = rounds.iter().flat_map(|round| round[way].iter().copied()).collect();
        let ratios =
            rounds.iter().map(|round| median(&mut round[way].clone()) / median(&mut round[0].clone()));
        let median_ms = median(&mut all.clone());
        Measured {
            name,
            median_ms,
            quietest_ms: all.into_iter().fold(f64::MAX, f64::min),
            gflops: operations / median_ms / 1e6,
            times_first: median(&mut ratios.collect::<Vec<f64>>()),
        }
    });
    Ok(Size { width, height, ways: measured.collect() })
}

fn photograph([width, height]: [u32; 2]) -> anyhow::Result<Planes> {
    let bytes = embedded("astronaut.png").context("the photograph is missing from the program")?;
    let photograph = image::load_from_memory(bytes).context("the photograph is damaged")?;
    let photograph =
        photograph.resize_to_fill(width, height, image::imageops::FilterType::Triangle).to_rgb8();
    let plane = |colour: usize| photograph.pixels().map(move |pixel| f32::from(pixel[colour]) / 255.0);
    let values = (0..3).flat_map(plane).collect();
    Ok(Planes::new(width as usize, height as usize, values)?)
}

fn turn(painting: &Painting, picture: &Planes) -> anyhow::Result<Vec<f64>> {
    let style = painting.single_style(0);
    let mut times = Vec::with_capacity(RUNS);
    for _ in 0..RUNS {
        let begun = Instant::now();
        painting.paint_planes(picture, &style)?;
        times.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    Ok(times.split_off(1))
}

/// A Python that runs the same network on the same picture when it is asked to.
struct OnnxRuntime {
    version: String,
    program: Child,
    ask: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl OnnxRuntime {
    /// `None` where no Python has onnxruntime.
    fn start(picture: &Planes, folder: &Path) -> anyhow::Result<Option<Self>> {
        let (model, planes) = (folder.join("network.onnx"), folder.join("picture.f32"));
        fs::write(&model, EMBEDDED_WEIGHTS)
            .and_then(|()| {
                let values = picture.values().iter().flat_map(|value| value.to_ne_bytes());
                fs::write(&planes, values.collect::<Vec<u8>>())
            })
            .with_context(|| format!("cannot write to {}", folder.display()))?;
        let numbers = [picture.width(), picture.height(), THREADS, RUNS].map(|number| number.to_string());
        for python in PYTHONS {
            let mut command = Command::new(python);
            command.args(["-c", include_str!("onnxruntime.py")]).args([&model, &planes]).args(&numbers);
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
            let Ok(mut program) = command.spawn() else { continue };
            let (Some(ask), Some(answers)) = (program.stdin.take(), program.stdout.take()) else { continue };
            let mut runtime = Self { version: String::new(), program, ask, answers: BufReader::new(answers) };
            runtime.version = runtime.line()?;
            if !runtime.version.is_empty() {
                return Ok(Some(runtime));
            }
        }
        Ok(None)
    }

    fn turn(&mut self) -> anyhow::Result<Vec<f64>> {
        writeln!(self.ask, "again").context("onnxruntime has ended")?;
        let times = self.line()?;
        let mut times: Vec<f64> =
            times.split(' ').map(str::parse).collect::<Result<_, _>>().context("onnxruntime has ended")?;
        Ok(times.split_off(1))
    }

    fn line(&mut self) -> anyhow::Result<String> {
        let mut line = String::new();
        self.answers.read_line(&mut line).context("cannot read what onnxruntime says")?;
        Ok(line.trim().to_owned())
    }
}

impl Drop for OnnxRuntime {
    fn drop(&mut self) {
        // It has nothing to lose, and may have ended by itself.
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}
