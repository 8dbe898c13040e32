//! What the tests of Pastiche ask of the machine that they run on.
//!
//! A test that needs a graphics adapter, a display or another program passes without testing anything
//! where there is none, and says so on a line that begins with [`MARK`], whether or not the output of
//! tests is shown. `PASTICHE_DEMAND=adapter,display` names what has to be there: then such a test fails.

pub mod allocations;

use std::collections::BTreeSet;
use std::fmt::{self, Display, Formatter};
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

/// What the line about a skipped test begins with.
pub const MARK: &str = "SKIPPED TEST ";

/// The environment variable that lists what has to be there, separated by commas.
pub const DEMAND: &str = "PASTICHE_DEMAND";

/// What a machine may lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// A graphics adapter; a software adapter such as lavapipe is one.
    Adapter,
    /// A virtual display with a mouse and keys: Xvfb, xdotool and ImageMagick.
    Display,
    /// The programs `ffmpeg` and `ffprobe`.
    Ffmpeg,
    /// The program `rustfmt`.
    Rustfmt,
}

impl Means {
    const ALL: [Means; 4] = [Means::Adapter, Means::Display, Means::Ffmpeg, Means::Rustfmt];

    /// Its word in `PASTICHE_DEMAND`.
    pub fn word(self) -> &'static str {
        match self {
            Means::Adapter => "adapter",
            Means::Display => "display",
            Means::Ffmpeg => "ffmpeg",
            Means::Rustfmt => "rustfmt",
        }
    }

    /// How to get it.
    fn help(self) -> &'static str {
        match self {
            Means::Adapter => "install a Vulkan driver, such as Debian's mesa-vulkan-drivers",
            Means::Display => "install Xvfb, xdotool and ImageMagick",
            Means::Ffmpeg => "install ffmpeg",
            Means::Rustfmt => "run `rustup component add rustfmt`",
        }
    }
}

impl Display for Means {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Means::Adapter => "a graphics adapter",
            Means::Display => "a virtual display",
            Means::Ffmpeg => "ffmpeg",
            Means::Rustfmt => "rustfmt",
        })
    }
}

/// Passes on what a test needs. Without it the test is to return: `None` is a test that is skipped,
/// counted once however often it asks.
///
/// # Panics
/// Where [`DEMAND`] asks for what is missing, or names something that no test needs.
#[must_use]
#[track_caller]
pub fn need<T, E: Display>(means: Means, found: Result<T, E>) -> Option<T> {
    let demand = std::env::var(DEMAND).unwrap_or_default();
    let found = match (found, is_demanded(means, &demand)) {
        (_, Err(unknown)) => panic!("{unknown}"),
        (Ok(found), Ok(_)) => return Some(found),
        (Err(why), Ok(true)) => {
            panic!("this test needs {means}, and {DEMAND} demands that it is there: {why} ({})", means.help())
        }
        (Err(why), Ok(false)) => why,
    };
    let thread = std::thread::current();
    skip(thread.name().unwrap_or("without a name"), means, &found);
    None
}

/// Whether a machine without it fails, or what in the list is not known.
fn is_demanded(means: Means, demand: &str) -> Result<bool, String> {
    let words: Vec<&str> = demand.split(',').map(str::trim).filter(|word| !word.is_empty()).collect();
    let is_known = |word: &&str| Means::ALL.iter().any(|means| means.word() == *word);
    match words.iter().find(|word| !is_known(word)) {
        Some(unknown) => {
            let known: Vec<&str> = Means::ALL.iter().map(|means| means.word()).collect();
            Err(format!("{DEMAND} names `{unknown}`, which is none of {}", known.join(", ")))
        }
        None => Ok(words.contains(&means.word())),
    }
}

/// Says so past the harness, which would keep it to itself.
fn skip(test: &str, means: Means, why: &dyn Display) {
    static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    if SAID.lock().unwrap_or_else(PoisonError::into_inner).insert(test.to_owned()) {
        let line = format!("{MARK}{test}: it needs {means}: {why}\n");
        // A test program whose standard error is closed has no reader either.
        let _ = io::stderr().write_all(line.as_bytes());
    }
}

/// What stands in the way of running `program`; the argument `version` makes it show its version and end.
///
/// # Errors
/// When it is not installed.
pub fn find_program(program: &str, version: &str) -> Result<(), String> {
    let mut command = std::process::Command::new(program);
    match command.arg(version).stdin(std::process::Stdio::null()).output() {
        Ok(_) => Ok(()),
        Err(error) => Err(format!("`{program}` cannot be run: {error}")),
    }
}

/// Asks for `ffmpeg` and `ffprobe`, as [`need`] does.
#[must_use]
#[track_caller]
pub fn ffmpeg_is_there() -> Option<()> {
    let mut programs = ["ffmpeg", "ffprobe"].into_iter();
    need(Means::Ffmpeg, programs.try_for_each(|program| find_program(program, "-version")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_passed_on() {
        assert_eq!(need(Means::Adapter, Ok::<_, String>(7)), Some(7));
    }

    #[test]
    fn only_what_is_listed_is_demanded() {
        assert_eq!(is_demanded(Means::Adapter, ""), Ok(false));
        assert_eq!(is_demanded(Means::Adapter, "display"), Ok(false));
        assert_eq!(is_demanded(Means::Adapter, "adapter"), Ok(true));
        assert_eq!(is_demanded(Means::Display, "adapter, display,"), Ok(true));
    }

    #[test]
    fn a_word_that_asks_for_nothing_is_an_error() {
        let error = is_demanded(Means::Adapter, "adaptor").unwrap_err();
        assert!(error.contains("`adaptor`") && error.contains("adapter, display"), "{error}");
    }

    #[test]
    fn a_program_is_found_or_named() {
        assert!(find_program("cargo", "--version").is_ok());
        assert!(find_program("no-such-program-here", "--version").unwrap_err().contains("no-such"));
    }
}
