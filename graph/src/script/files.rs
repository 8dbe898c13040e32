//! The text files of one evaluation: the patch, then what it imports.

use std::sync::Arc;

use rhai::Position;

use crate::diagnostic::{Diagnostic, Excerpt, Span};

/// A place in a file. Line and column count from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Place {
    pub line: usize,
    pub column: usize,
}

impl Place {
    /// From rhai's position; `None` for code that the script did not write.
    pub(super) fn of(position: Position) -> Option<Place> {
        Some(Place { line: position.line()?, column: position.position().unwrap_or(1) })
    }
}

/// One file.
#[derive(Clone, Debug)]
pub(super) struct File {
    /// As the user knows it.
    pub name: Arc<str>,
    /// Its lines as letters: places count letters, and a line may be long.
    lines: Vec<Vec<char>>,
}

impl File {
    pub(super) fn new(name: Arc<str>, text: &str) -> File {
        File { name, lines: text.lines().map(|line| line.chars().collect()).collect() }
    }

    /// The text of a line.
    pub(super) fn line(&self, line: usize) -> Option<String> {
        Some(self.letters(line)?.iter().collect())
    }

    fn letters(&self, line: usize) -> Option<&[char]> {
        self.lines.get(line.checked_sub(1)?).map(Vec::as_slice)
    }

    /// The span of the token at a place.
    pub(super) fn span(&self, place: Place) -> Span {
        let length = self.letters(place.line).map_or(1, |line| token_length(line, place.column));
        Span { file: self.name.clone(), line: place.line, column: place.column, length }
    }

    /// Lets a diagnostic point at a place of this file.
    pub(super) fn point(&self, diagnostic: Diagnostic, place: Option<Place>) -> Diagnostic {
        let Some(place) = place else { return diagnostic };
        let mut diagnostic = diagnostic.at(Some(self.span(place)));
        diagnostic.excerpt = self.line(place.line).map(|line| Excerpt::of(&line, place.column));
        diagnostic
    }
}

/// The length in characters of the token that starts at a column.
fn token_length(line: &[char], column: usize) -> usize {
    let rest = line.get(column.saturating_sub(1)..).unwrap_or_default();
    let count = |accept: &dyn Fn(char) -> bool| rest.iter().take_while(|next| accept(**next)).count();
    let length = match rest.first().copied() {
        None => 1,
        Some(quote @ ('"' | '`' | '\'')) => text_length(rest, quote),
        Some(first) if first.is_ascii_digit() => number_length(rest),
        Some(first) if first.is_alphabetic() || first == '_' => {
            count(&|next| next.is_alphanumeric() || next == '_')
        }
        Some('#') => 2,
        Some(first) if OPERATOR.contains(first) => count(&|next| OPERATOR.contains(next)).min(3),
        Some(_) => 1,
    };
    length.clamp(1, rest.len().max(1))
}

const OPERATOR: &str = "+-*/%=<>!&|^.?";

fn text_length(rest: &[char], quote: char) -> usize {
    let mut escaped = false;
    for (position, next) in rest.iter().enumerate().skip(1) {
        if escaped {
            escaped = false;
        } else if *next == '\\' {
            escaped = true;
        } else if *next == quote {
            return position + 1;
        }
    }
    rest.len()
}

fn number_length(rest: &[char]) -> usize {
    rest.iter()
        .enumerate()
        .take_while(|(position, next)| {
            let fraction =
                **next == '.' && rest.get(position + 1).is_some_and(|digit| digit.is_ascii_digit());
            next.is_ascii_alphanumeric() || **next == '_' || fraction
        })
        .count()
}

#[cfg(test)]
mod tests {
    fn token_length(line: &str, column: usize) -> usize {
        super::token_length(&line.chars().collect::<Vec<_>>(), column)
    }

    #[test]
    fn a_caret_is_as_long_as_its_token() {
        assert_eq!(token_length("let amout = 1", 5), 5);
        assert_eq!(token_length("x 12.5.blur()", 3), 4);
        assert_eq!(token_length(r#"a "b\"c" d"#, 3), 6);
        assert_eq!(token_length("a != b", 3), 2);
        assert_eq!(token_length("#{ a: 1 }", 1), 2);
        assert_eq!(token_length("ab", 9), 1);
    }
}
