//! The commands of the program.

mod arguments;
mod bench;
mod check;
mod doctor;
mod end;
mod new;
mod nodes;
mod play;
mod render;
mod sheet;
mod styles;
mod terminal;

use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use clap::error::ErrorKind;

use arguments::{Arguments, Command};
use end::End;

pub use terminal::tell;

/// Reads the arguments and does what they say.
pub fn run(launched: Instant) -> ExitCode {
    let arguments = match Arguments::try_parse() {
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
        Command::Styles(arguments) => styles::run(&arguments),
        Command::Sheet(arguments) => sheet::run(arguments),
        Command::New(arguments) => new::run(&arguments),
        Command::Doctor(arguments) => doctor::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
    };
    match result {
        Ok(end) => end.into(),
        Err(error) => {
            terminal::show_error(&error);
            End::Faults.into()
        }
    }
}
