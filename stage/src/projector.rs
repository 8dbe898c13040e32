//! The picture and what is written over it.

use std::fmt::Write;

use bevy::prelude::{Color, Component};
use nannou::geom::Rect;
use nannou::prelude::{Draw, WHITE};
use pastiche_engine::diagnostic::{Diagnostic, count};

use crate::external::Shown;
use crate::keys::HELP;
use crate::place;
use crate::state::StageState;

/// Marks the window that the audience sees.
#[derive(Component)]
pub(crate) struct Projector;

const MARGIN: f32 = 12.0;
const LINE: f32 = 1.35;

/// Draws the picture.
pub(crate) fn draw_picture(draw: &Draw, window: Rect, picture: Option<&Shown>, state: &StageState) {
    draw.background().color(Color::BLACK);
    if let Some(shown) = picture {
        let [width, height] = place::size(state.fit, shown.presented.size_px(), [window.w(), window.h()]);
        draw.rect().xy(window.xy()).w_h(width, height).texture(&shown.image);
    }
}

/// Takes away as much light as blackout and fade say, from all that is drawn so far.
pub(crate) fn draw_dark(draw: &Draw, window: Rect, state: &StageState) {
    let dark = 1.0 - state.light();
    if dark > 0.0 {
        // In linear light, so that the picture fades evenly.
        draw.rect().xy(window.xy()).wh(window.wh()).color(Color::linear_rgba(0.0, 0.0, 0.0, dark));
    }
}

/// Writes a fault of the patch into the lower left corner, and the keys in the middle. What else there is
/// to say belongs to the operator, not to the audience.
pub(crate) fn draw_overlay(draw: &Draw, window: Rect, state: &StageState, fault: Option<&str>) {
    if let Some(fault) = fault {
        draw_fault(draw, window, fault);
    }
    if state.helps {
        draw_help(draw, window);
    }
}

/// What the corner says about the faults: the first, as briefly as it can be said, and what plays.
/// Nothing while there is no error.
pub(crate) fn brief(faults: &[Diagnostic], version: u64) -> Option<String> {
    let first = faults.iter().find(|fault| fault.is_error())?;
    let mut text = String::new();
    if let Some(span) = &first.span {
        let _ = writeln!(text, "{}:{}", span.file, span.line);
    }
    text.push_str(&first.message);
    if let Some(label) = &first.label {
        let _ = write!(text, " ({label})");
    }
    let more = faults.iter().filter(|fault| fault.is_error()).count() - 1;
    if more > 0 {
        let _ = write!(text, "\nand {}", count(more, "more fault"));
    }
    text.push('\n');
    match version {
        0 => text.push_str("nothing plays yet"),
        version => {
            let _ = write!(text, "version {version} keeps playing");
        }
    }
    Some(text)
}

/// A small text on a dark ground in the lower left corner. Its size follows the window, so that it is as small on a wall as on
/// a laptop.
fn draw_fault(draw: &Draw, window: Rect, text: &str) {
    let size = font_size(window);
    // The advance of a sans-serif letter, on average; long lines are broken.
    let letter = size * 0.55;
    let most = ((window.w() * 0.45 - 2.0 * MARGIN) / letter).max(16.0) as usize;
    let lines: Vec<String> = text.lines().flat_map(|line| broken(line, most)).collect();
    let longest = lines.iter().map(|line| line.chars().count()).max().unwrap_or(0);
    let width = longest as f32 * letter + 2.0 * MARGIN;
    let height = lines.len() as f32 * size * LINE + MARGIN;
    let x = window.left() + MARGIN + width / 2.0;
    let y = window.bottom() + MARGIN + height / 2.0;
    draw_box(draw, [x, y], [width, height]);
    draw_lines(draw, [x, y], width, &lines, size);
}

fn draw_help(draw: &Draw, window: Rect) {
    let size = font_size(window) * 1.4;
    let width = size * 20.0;
    let height = HELP.len() as f32 * size * LINE + 2.0 * MARGIN;
    let [x, y] = [window.x(), window.y()];
    draw_box(draw, [x, y], [width, height]);
    let keys: Vec<String> = HELP.iter().map(|(key, _)| (*key).to_owned()).collect();
    let does: Vec<String> = HELP.iter().map(|(_, does)| (*does).to_owned()).collect();
    draw_lines(draw, [x - width * 0.3, y], width * 0.4, &keys, size);
    draw_lines(draw, [x + width * 0.2, y], width * 0.6, &does, size);
}

fn font_size(window: Rect) -> f32 {
    (window.h() / 45.0).clamp(11.0, 36.0)
}

fn draw_box(draw: &Draw, [x, y]: [f32; 2], [width, height]: [f32; 2]) {
    draw.rect().x_y(x, y).w_h(width, height).color(Color::linear_rgba(0.0, 0.0, 0.0, 0.9));
}

fn draw_lines(draw: &Draw, [x, y]: [f32; 2], width: f32, lines: &[String], size: f32) {
    let top = y + (lines.len() as f32 - 1.0) * size * LINE / 2.0;
    for (number, line) in lines.iter().enumerate() {
        draw.text(line)
            .font_size(size as u32)
            .no_line_wrap()
            .left_justify()
            .align_text_middle_y()
            .x_y(x, top - number as f32 * size * LINE)
            .w_h(width - 2.0 * MARGIN, size * LINE)
            .color(WHITE);
    }
}

/// A line in pieces of at most this many letters, broken between words where that can be.
fn broken(line: &str, most: usize) -> Vec<String> {
    let (mut lines, mut last, mut used) = (Vec::new(), String::new(), 0);
    for word in line.split(' ') {
        if used > 0 && used + 1 + word.chars().count() > most {
            lines.push(std::mem::take(&mut last));
            used = 0;
        }
        if used > 0 {
            last.push(' ');
            used += 1;
        }
        for letter in word.chars() {
            if used == most {
                lines.push(std::mem::take(&mut last));
                used = 0;
            }
            last.push(letter);
            used += 1;
        }
    }
    lines.push(last);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use pastiche_engine::diagnostic::Span;

    fn fault() -> Diagnostic {
        let span = Span { file: "a.rhai".into(), line: 3, column: 1, length: 4 };
        Diagnostic::error("there is no node `blurr`").at(Some(span)).did_you_mean(Some("blur"))
    }

    #[test]
    fn the_corner_says_where_and_what_and_what_plays() {
        assert_eq!(brief(&[], 3), None);
        assert_eq!(brief(&[Diagnostic::warning("odd")], 3), None);
        let said = "a.rhai:3\nthere is no node `blurr` (did you mean `blur`?)\nversion 12 keeps playing";
        assert_eq!(brief(&[fault()], 12).as_deref(), Some(said));
        let said = brief(&[fault(), fault(), fault()], 0).unwrap();
        assert!(said.ends_with("\nand 2 more faults\nnothing plays yet"), "{said}");
    }

    #[test]
    fn long_lines_are_broken_between_words_and_long_words_inside() {
        assert_eq!(broken("one two three", 7), ["one two", "three"]);
        assert_eq!(broken("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
        assert_eq!(broken("", 3), [""]);
    }
}
