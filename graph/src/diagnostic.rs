//! What is reported to the person who wrote the patch: what, where, why, what to do.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; the patch plays.
    Warning,
    /// The patch cannot play.
    Error,
}

/// A place in a text file. Lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// The file as the user knows it.
    pub file: Arc<str>,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// Length in characters, at least 1.
    pub length: usize,
}

/// A line of a text, or, where it is long, what stands around one place of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    text: String,
    /// Characters of the line before `text`.
    skipped: usize,
}

impl Excerpt {
    /// The most characters that are shown on either side of a place.
    const REACH: usize = 120;

    /// What stands around a column of a line, which counts from 1 in characters.
    pub fn of(line: &str, column: usize) -> Excerpt {
        let skipped = column.saturating_sub(1 + Excerpt::REACH);
        let text = line.trim_end().chars().skip(skipped).take(2 * Excerpt::REACH).collect();
        Excerpt { text, skipped }
    }
}

/// One fault or warning.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Where, if it is about a place.
    pub span: Option<Span>,
    /// What stands around the place that `span` points at, for the caret.
    pub excerpt: Option<Excerpt>,
    /// The node's name, if it is about a node.
    pub node: Option<String>,
    /// The input or option, if it is about one.
    pub input: Option<String>,
    /// What is wrong, one sentence without a full stop.
    pub message: String,
    /// Written behind the caret: the short answer, such as "did you mean `amount`?".
    pub label: Option<String>,
    /// Lines of help: what could have stood there, what to do.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// An error without a place yet.
    pub fn error(message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            severity: Severity::Error,
            span: None,
            excerpt: None,
            node: None,
            input: None,
            message: message.into(),
            label: None,
            help: Vec::new(),
        }
    }

    /// A warning without a place yet.
    pub fn warning(message: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(message) }
    }

    /// Points at a place.
    pub fn at(mut self, span: Option<Span>) -> Diagnostic {
        self.span = span;
        self
    }

    /// Names the node.
    pub fn node(mut self, node: impl Into<String>) -> Diagnostic {
        self.node = Some(node.into());
        self
    }

    /// Names the input or option.
    pub fn input(mut self, input: impl Into<String>) -> Diagnostic {
        self.input = Some(input.into());
        self
    }

    /// Says the short answer behind the caret.
    pub fn label(mut self, label: impl Into<String>) -> Diagnostic {
        self.label = Some(label.into());
        self
    }

    /// "did you mean `x`?", when something is near.
    pub fn did_you_mean(self, nearest: Option<&str>) -> Diagnostic {
        match nearest {
            Some(nearest) => self.label(format!("did you mean `{nearest}`?")),
            None => self,
        }
    }

    /// Adds a line of help.
    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help.push(help.into());
        self
    }

    /// Whether the patch cannot play.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// For tools: one flat record.
    pub fn record(&self) -> DiagnosticRecord<'_> {
        let mut help: Vec<&str> = self.label.as_deref().into_iter().collect();
        help.extend(self.help.iter().map(String::as_str));
        DiagnosticRecord {
            severity: self.severity,
            file: self.span.as_ref().map(|span| &*span.file),
            line: self.span.as_ref().map(|span| span.line),
            column: self.span.as_ref().map(|span| span.column),
            length: self.span.as_ref().map(|span| span.length),
            node: self.node.as_deref(),
            input: self.input.as_deref(),
            message: &self.message,
            help: help.join("\n"),
        }
    }
}

/// The JSON shape of a [`Diagnostic`].
#[derive(Debug, Serialize)]
pub struct DiagnosticRecord<'a> {
    /// `error` or `warning`.
    pub severity: Severity,
    /// File, or null.
    pub file: Option<&'a str>,
    /// Line from 1, or null.
    pub line: Option<usize>,
    /// Column from 1, or null.
    pub column: Option<usize>,
    /// Characters, or null.
    pub length: Option<usize>,
    /// Node, or null.
    pub node: Option<&'a str>,
    /// Input or option, or null.
    pub input: Option<&'a str>,
    /// What is wrong.
    pub message: &'a str,
    /// What to do, lines joined.
    pub help: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(formatter, "{severity}: {}", self.message)?;
        let Some(span) = &self.span else {
            for line in self.label.iter().chain(&self.help) {
                write!(formatter, "\n  = {line}")?;
            }
            return Ok(());
        };
        let margin = " ".repeat(span.line.to_string().len());
        write!(formatter, "\n {margin}──▶ {}:{}:{}", span.file, span.line, span.column)?;
        if let Some(Excerpt { text, skipped }) = &self.excerpt {
            let before: String = text
                .chars()
                .take(span.column.saturating_sub(1 + skipped))
                .map(|character| if character == '\t' { '\t' } else { ' ' })
                .collect();
            let carets = "^".repeat(span.length.clamp(1, Excerpt::REACH));
            let label = self.label.as_deref().unwrap_or_default();
            write!(formatter, "\n {} │ {text}", span.line)?;
            write!(formatter, "\n {margin} │ {}", format!("{before}{carets} {label}").trim_end())?;
        } else if let Some(label) = &self.label {
            write!(formatter, "\n {margin} = {label}")?;
        }
        for line in &self.help {
            write!(formatter, "\n {margin} = {line}")?;
        }
        Ok(())
    }
}

/// "1 fault", "3 faults".
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
