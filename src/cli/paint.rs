//! `pastiche paint`.

use std::io::{self, IsTerminal};
use std::sync::atomic::Ordering;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use pastiche::paint::{Painter, Recipe, photographs, places, read, styles, write};

use super::arguments::PaintArguments;
use super::end::End;
use super::terminal;

const BAR: &str = "{wide_bar} {pos}/{len} photographs, {eta} left";

/// Paints one photograph after the other. One that cannot be painted is named and left out.
pub fn run(arguments: &PaintArguments) -> anyhow::Result<End> {
    let PaintArguments { photographs: given, style, strength, keep_colour, size, out, force } = arguments;
    let recipe = Recipe {
        styles: styles(style)?,
        strength: *strength,
        keeps_colour: *keep_colour,
        longer_side_px: *size,
    };
    let photographs = photographs(given)?;
    let places = places(&photographs, out, *force)?;
    let painter = Painter::new(recipe)?;
    let target =
        if io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(photographs.len() as u64), target)
        .with_style(ProgressStyle::with_template(BAR)?);
    let stop = terminal::stop_flag()?;
    let mut end = End::Good;
    for (photograph, place) in photographs.iter().zip(&places) {
        if stop.load(Ordering::Relaxed) {
            bar.finish_and_clear();
            return Ok(End::Stopped);
        }
        let painted =
            read(photograph).and_then(|pixels| painter.paint(&photograph.display().to_string(), &pixels));
        let written = painted.and_then(|painting| write(place, &painting).map(|()| painting.size_px()));
        match written {
            Ok([width, height]) => {
                bar.suspend(|| terminal::say(format_args!("{}  {width}x{height}", place.display())))?;
            }
            Err(error) => {
                bar.suspend(|| terminal::show_error(&error.into()));
                end = End::Faults;
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(end)
}
