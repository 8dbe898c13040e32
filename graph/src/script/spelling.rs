//! What people type that the language does not know, and what is said of it: invisible characters, words that
//! the language keeps for itself, quotes, letters beyond the English ones, a line without its end, and shaders
//! of another language.

use std::borrow::Cow;

use rhai::{LexError, ParseError, ParseErrorType};

use super::errors;
use super::files::Place;
use crate::aliases::ALIASES_OF_KEYS;
use crate::diagnostic::Diagnostic;
use crate::kinds::Kinds;
use crate::spec::NodeSpec;

/// The text as it is parsed: without a byte order mark, and with plain spaces for those that only look like
/// them. Texts in quotes keep theirs; every other letter stays in its place.
pub(super) fn cleaned(text: &str) -> Cow<'_, str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if !text.contains(is_odd_space) {
        return Cow::Borrowed(text);
    }
    let (mut quote, mut is_escaped) = (None, false);
    let letters = text.chars().map(|letter| {
        match quote {
            Some(_) if is_escaped => is_escaped = false,
            Some('"') if letter == '\\' => is_escaped = true,
            Some(open) if letter == open || (open == '"' && letter == '\n') => quote = None,
            Some(_) => {}
            None if matches!(letter, '"' | '`') => quote = Some(letter),
            None if is_odd_space(letter) => return ' ',
            None => {}
        }
        letter
    });
    Cow::Owned(letters.collect())
}

/// No-break, narrow, figure, zero-width and ideographic spaces, and a byte order mark inside the text.
fn is_odd_space(letter: char) -> bool {
    matches!(letter, '\u{a0}' | '\u{2000}'..='\u{200b}' | '\u{202f}' | '\u{205f}' | '\u{3000}' | '\u{feff}')
}

/// What is wrong with a text that cannot be parsed, and where.
pub(super) fn of_parser(error: &ParseError, text: &str, kinds: &Kinds) -> (Diagnostic, Option<Place>) {
    let kind = error.err_type();
    let place = errors::place_of_parser(error.position(), text);
    if let Some(place) = glsl(text) {
        return (glsl_fault(), Some(place));
    }
    if let ParseErrorType::MissingToken(token, _) = kind
        && token == ";"
        && let Some(end) = place.and_then(|place| end_before(text, place))
    {
        let fault = Diagnostic::error("`;` is missing at the end of this line");
        return (fault.help("each line that says something ends with `;`"), Some(end));
    }
    if let ParseErrorType::BadInput(LexError::MalformedChar(_)) = kind {
        let fault = Diagnostic::error("text stands between double quotes, not single ones");
        return (fault.help("write `\"…\"`"), place);
    }
    let Some(at) = place.and_then(|place| letter_at(text, place)) else {
        return (errors::of_parser(kind), place);
    };
    if let Some((word, start)) = foreign_word(text, at) {
        let fault = Diagnostic::error(format!("`{word}` cannot be a name here"))
            .help("names are made of the letters a to z, A to Z, digits and `_`");
        return (fault, Some(place_of(text, start)));
    }
    let word = word_at(text, at);
    let is_name = matches!(
        kind,
        ParseErrorType::Reserved(_)
            | ParseErrorType::VariableExpected
            | ParseErrorType::PropertyExpected
            | ParseErrorType::FnMissingName
            | ParseErrorType::BadInput(_)
            | ParseErrorType::MissingToken(..)
            | ParseErrorType::ForbiddenVariable(_)
    );
    if is_name && KEPT.contains(&word) {
        let spec = call_around(text, at).and_then(|name| kinds.get(name).ok());
        return (kept_word(word, spec), place);
    }
    (errors::of_parser(kind), place)
}

/// The words that the language keeps for itself.
const KEPT: &[&str] = &[
    "true",
    "false",
    "let",
    "const",
    "if",
    "else",
    "switch",
    "while",
    "until",
    "loop",
    "for",
    "in",
    "do",
    "continue",
    "break",
    "return",
    "throw",
    "try",
    "catch",
    "import",
    "export",
    "as",
    "global",
    "private",
    "fn",
    "this",
    "Fn",
    "call",
    "curry",
    "type_of",
    "print",
    "debug",
    "var",
    "static",
    "shared",
    "goto",
    "exit",
    "match",
    "case",
    "public",
    "protected",
    "new",
    "use",
    "with",
    "is",
    "module",
    "package",
    "super",
    "thread",
    "spawn",
    "go",
    "await",
    "async",
    "sync",
    "yield",
    "default",
    "void",
];

fn kept_word(word: &str, spec: Option<&NodeSpec>) -> Diagnostic {
    let fault =
        Diagnostic::error(format!("`{word}` is a word of the language, so nothing can have it as its name"));
    let Some(spec) = spec else { return fault.help("choose another name") };
    let has = |name: &str| spec.inputs.iter().any(|input| input.name == name) || spec.option(name).is_some();
    let own = ALIASES_OF_KEYS.iter().filter(|(alias, _)| *alias == word).map(|(_, name)| *name);
    match own.clone().find(|name| has(name)) {
        Some(name) => fault.help(format!("`{}` calls it `{name}`", spec.name)),
        None => {
            let mut fault = fault.help(format!("`{}` has nothing of this name", spec.name));
            fault.help.extend(crate::docs::describe(spec));
            fault
        }
    }
}

/// What is reported of a shader in another language.
fn glsl_fault() -> Diagnostic {
    Diagnostic::error("this is GLSL; shaders here are WGSL, and a patch is a script that makes nodes")
        .help("write the shader again as `fn image(uv: vec2f) -> vec4f { … }` in a file of its own, `mine.wgsl`")
        .help("then play it with the patch `screen(shader(\"mine.wgsl\"));`")
}

/// Where a text says that it is GLSL.
fn glsl(text: &str) -> Option<Place> {
    let marks = [
        "void main(",
        "void mainImage(",
        "#version ",
        "precision mediump",
        "precision highp",
        "gl_FragColor",
    ];
    let at = marks.iter().filter_map(|mark| text.find(mark)).min()?;
    Some(place_of(text, text[..at].chars().count()))
}

/// The end of the last line before a place that has anything on it but a comment, when the place is the
/// first of its own line.
fn end_before(text: &str, place: Place) -> Option<Place> {
    let lines: Vec<&str> = text.lines().collect();
    let own = lines.get(place.line.checked_sub(1)?)?;
    if !own.chars().take(place.column.saturating_sub(1)).all(char::is_whitespace) {
        return None;
    }
    let (number, line) = lines[..place.line - 1].iter().enumerate().rev().find_map(|(number, line)| {
        let said = without_comment(line).trim_end();
        (!said.is_empty()).then_some((number, said))
    })?;
    Some(Place { line: number + 1, column: line.chars().count() + 1 })
}

fn without_comment(line: &str) -> &str {
    let (mut quote, mut before) = (false, ' ');
    for (at, letter) in line.char_indices() {
        if letter == '"' && before != '\\' {
            quote = !quote;
        } else if letter == '/' && before == '/' && !quote {
            return &line[..at - 1];
        }
        before = letter;
    }
    line
}

/// The number of the letter at a place.
fn letter_at(text: &str, place: Place) -> Option<usize> {
    let before: usize =
        text.split_inclusive('\n').take(place.line.checked_sub(1)?).map(|line| line.chars().count()).sum();
    Some(before + place.column.checked_sub(1)?)
}

fn place_of(text: &str, letter: usize) -> Place {
    let before: String = text.chars().take(letter).collect();
    let line = before.matches('\n').count() + 1;
    Place { line, column: before.rsplit('\n').next().map_or(0, |rest| rest.chars().count()) + 1 }
}

/// The bytes at which a letter begins.
fn byte_of(text: &str, letter: usize) -> usize {
    text.char_indices().nth(letter).map_or(text.len(), |(at, _)| at)
}

fn is_word_letter(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// The word that begins at a letter.
fn word_at(text: &str, letter: usize) -> &str {
    let rest = &text[byte_of(text, letter)..];
    &rest[..rest.find(|letter| !is_word_letter(letter)).unwrap_or(rest.len())]
}

/// The word around a letter, if it has letters beyond the English ones; and where it begins.
fn foreign_word(text: &str, letter: usize) -> Option<(&str, usize)> {
    let at = byte_of(text, letter);
    let before = text[..at].chars().rev().take_while(|letter| is_word_letter(*letter)).count();
    let word = word_at(text, letter - before);
    (!word.is_ascii()).then_some((word, letter - before))
}

/// The function whose arguments a letter stands in.
fn call_around(text: &str, letter: usize) -> Option<&str> {
    let before = &text[..byte_of(text, letter)];
    let mut depth = 0;
    for (at, letter) in before.char_indices().rev() {
        match letter {
            ')' => depth += 1,
            '(' if depth > 0 => depth -= 1,
            '(' => {
                let called = before[..at].trim_end();
                let start = called.rfind(|letter| !is_word_letter(letter));
                let start = start.map_or(0, |at| at + called[at..].chars().next().map_or(1, char::len_utf8));
                return Some(&called[start..]).filter(|name| !name.is_empty());
            }
            ';' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_spaces_go_but_not_those_of_texts() {
        assert_eq!(cleaned("\u{feff}let\u{a0}x = 1;"), "let x = 1;");
        let quoted = "text(\"a\u{a0}\\\"b\u{a0}\");\u{a0}x";
        assert_eq!(cleaned(quoted), "text(\"a\u{a0}\\\"b\u{a0}\"); x");
        assert!(matches!(cleaned("let x = 1;"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_call_is_found_around_a_place() {
        let text = "a(b(1, 2), #{ loop: 1 })";
        assert_eq!(call_around(text, text.find("loop").unwrap_or(0)), Some("a"));
        assert_eq!(call_around("a(1); loop", 6), None);
    }
}
