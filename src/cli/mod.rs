//! The commands of the program.

mod arguments;
mod bench;
mod check;
mod chorale;
mod doctor;
mod end;
mod eval;
mod new;
mod nodes;
mod paint;
mod play;
mod render;
mod sheet;
mod styles;
mod terminal;
mod train;

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use clap::error::ErrorKind;

use arguments::{Arguments, Command};
use end::End;

pub use terminal::tell;

/// Reads the arguments and does what they say.
pub fn run(launched: Instant) -> ExitCode {
    let arguments = match Arguments::try_parse_from(with_command(std::env::args_os().collect())) {
        Ok(arguments) => arguments,
        Err(error) => {
            // A closed pipe is no reason to fail.
            let _ = error.print();
            let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            return if asked { End::Good } else { End::Usage }.into();
        }
    };
    terminal::start_log(arguments.verbose);
    let result = match arguments.command {
        Command::Play(arguments) => play::run(arguments, launched),
        Command::Render(arguments) => render::run(arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Nodes(arguments) => nodes::run(&arguments),
        Command::Paint(arguments) => paint::run(&arguments),
        Command::Styles(arguments) => styles::run(&arguments),
        Command::Sheet(arguments) => sheet::run(arguments),
        Command::New(arguments) => new::run(&arguments),
        Command::Doctor(arguments) => doctor::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Chorale(arguments) => chorale::run(&arguments),
        Command::Eval(arguments) => eval::run(&arguments),
        Command::Train(arguments) => train::run(&arguments),
    };
    match result {
        Ok(end) => end.into(),
        Err(error) => {
            terminal::show_error(&error);
            End::Faults.into()
        }
    }
}

/// `pastiche` alone plays the opening, and `pastiche FILE` plays the file.
fn with_command(mut words: Vec<OsString>) -> Vec<OsString> {
    let is_patch = |word: &OsString| Path::new(word).extension().is_some_and(|end| end == "rhai");
    if words.len() == 1 || words.get(1).is_some_and(is_patch) {
        words.insert(1, "play".into());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_without_a_command_is_played() {
        let check = |words: &[&str], expected: &[&str]| {
            let words = words.iter().map(OsString::from).collect();
            assert_eq!(with_command(words), expected.iter().map(OsString::from).collect::<Vec<_>>());
        };
        check(&["pastiche"], &["pastiche", "play"]);
        check(&["pastiche", "a/b.rhai", "--headless"], &["pastiche", "play", "a/b.rhai", "--headless"]);
        check(&["pastiche", "--help"], &["pastiche", "--help"]);
        check(&["pastiche", "check", "a.rhai"], &["pastiche", "check", "a.rhai"]);
        check(&["pastiche", "plya"], &["pastiche", "plya"]);
    }
}
