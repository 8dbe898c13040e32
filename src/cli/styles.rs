//! `pastiche styles`.

use std::path::Path;

use anyhow::Context;
use pastiche::assets::embedded;
use pastiche::models::Threads;
use pastiche::models::painting::{Painting, STYLES};
use pastiche::render::write_png;

use super::arguments::StylesArguments;
use super::end::End;
use super::sheet::{Sheet, check_out};
use super::terminal;

const PHOTOGRAPH: &str = "astronaut.png";
const COLUMNS: usize = 6;
const CELL_PX: usize = 160;

pub fn run(arguments: &StylesArguments) -> anyhow::Result<End> {
    match &arguments.sheet {
        None => list()?,
        Some(path) => sheet(path, arguments.force)?,
    }
    Ok(End::Good)
}

fn list() -> anyhow::Result<()> {
    let width = STYLES.iter().map(|style| style.name.len()).max().unwrap_or(0);
    for style in STYLES {
        terminal::say(format_args!("{:2}  {:width$}  {}", style.number, style.name, style.look))?;
    }
    Ok(())
}

fn sheet(path: &Path, force: bool) -> anyhow::Result<()> {
    check_out(path, force)?;
    let bytes = embedded(PHOTOGRAPH).context("the photograph is missing from the program")?;
    let photograph = image::load_from_memory(bytes).context("the photograph is damaged")?;
    let cell = CELL_PX as u32;
    let photograph = photograph.resize_to_fill(cell, cell, image::imageops::FilterType::Triangle).to_rgba8();
    let painting = Painting::embedded(Threads::shared()).context("the network is damaged")?;
    let mut sheet = Sheet::new(STYLES.len(), COLUMNS, [CELL_PX; 2]);
    for style in STYLES {
        let vector = painting.single_style(style.number);
        let painted = painting.paint_srgb8(photograph.as_raw(), [cell, cell], &vector)?;
        sheet.place(style.number, &painted);
    }
    write_png(path, &sheet.picture)?;
    list()
}
