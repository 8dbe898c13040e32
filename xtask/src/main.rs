//! Development commands, run as `cargo xtask COMMAND`.

mod dist;
mod folder;
mod install;
mod play;
mod run;
mod setup;
mod tally;
mod test;
mod words;

use std::path::PathBuf;
use std::process::ExitCode;

/// What `cargo xtask help` prints.
const HELP: &str = "\
Usage: cargo xtask COMMAND

Commands:
  play [PATCH] [ARGS…]  set up this machine, build Pastiche and play a patch (without PATCH,
                        the default one) in a window; where there is no display, render ten
                        seconds into pastiche-out/; ARGS go to the program
  install               set up this machine, build Pastiche and put `pastiche` on the path, where cargo
                        keeps programs
  test                  set up this machine, then run everything that has to pass: formatting,
                        forbidden words, clippy, tests, documentation, size of the target folder;
                        the last line counts the tests
  dist [PROGRAM]        make a folder in dist/ that plays on a machine without Rust, try it in an
                        empty place, and pack it as .tar.gz and, where there is dpkg-deb, as .deb;
                        with PROGRAM, a `pastiche` that is there already, nothing is built
  help                  show this

Environment:
  PASTICHE_NO_SETUP=1   install nothing and look for nothing to install
  PASTICHE_DEMAND=LIST  what `test` fails without: adapter, display, ffmpeg, rustfmt; all of them if
                        it is not set, and what is not listed skips its tests
  CARGO_TARGET_DIR      where cargo builds
";

/// One parsed command line.
#[derive(Debug, PartialEq, Eq)]
enum Task {
    /// Play or render a patch; holds what the program is handed.
    Play(Vec<String>),
    /// Put the program on the path.
    Install,
    /// Run every check.
    Test,
    /// Make a folder and packages for people without Rust; of a program that is there already, if one is named.
    Dist(Option<PathBuf>),
    /// List the commands.
    Help,
}

/// Reads the arguments that follow `cargo xtask`.
fn parse(args: &[String]) -> Result<Task, String> {
    let Some((name, rest)) = args.split_first() else {
        return Ok(Task::Help);
    };
    match (name.as_str(), rest) {
        ("help" | "--help" | "-h", _) => Ok(Task::Help),
        ("play" | "install" | "test" | "dist", [flag]) if flag == "--help" || flag == "-h" => Ok(Task::Help),
        ("play", _) => Ok(Task::Play(rest.to_vec())),
        ("install", []) => Ok(Task::Install),
        ("test", []) => Ok(Task::Test),
        ("dist", []) => Ok(Task::Dist(None)),
        ("dist", [program]) if !program.starts_with('-') => Ok(Task::Dist(Some(program.into()))),
        ("dist", _) => Err("`dist` takes the path of a program, or nothing".to_owned()),
        ("install" | "test", [first, ..]) => Err(format!("`{name}` takes no arguments, got `{first}`")),
        _ => Err(format!("there is no command `{name}`")),
    }
}

fn main() -> ExitCode {
    let args: Vec<String> =
        std::env::args_os().skip(1).map(|arg| arg.to_string_lossy().into_owned()).collect();
    let outcome = match parse(&args) {
        Ok(Task::Help) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Ok(Task::Play(args)) => play::play(&args),
        Ok(Task::Install) => install::install(),
        Ok(Task::Test) => return test::test(),
        Ok(Task::Dist(program)) => dist::dist(program.as_deref()),
        Err(message) => {
            eprintln!("error: {message}\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    run::exit_code(outcome)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(args: &[&str]) -> Result<Task, String> {
        parse(&args.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    #[test]
    fn commands_are_told_apart() {
        assert_eq!(parsed(&[]), Ok(Task::Help));
        assert_eq!(parsed(&["help"]), Ok(Task::Help));
        assert_eq!(parsed(&["play", "--help"]), Ok(Task::Help));
        assert_eq!(parsed(&["test"]), Ok(Task::Test));
        assert_eq!(parsed(&["play"]), Ok(Task::Play(vec![])));
    }

    #[test]
    fn play_hands_its_arguments_on() {
        let expected = vec!["a.json".to_owned(), "--seconds".to_owned(), "3".to_owned()];
        assert_eq!(parsed(&["play", "a.json", "--seconds", "3"]), Ok(Task::Play(expected)));
    }

    #[test]
    fn dist_takes_a_program_or_nothing() {
        assert_eq!(parsed(&["dist"]), Ok(Task::Dist(None)));
        assert_eq!(parsed(&["dist", "a/pastiche"]), Ok(Task::Dist(Some("a/pastiche".into()))));
        assert_eq!(parsed(&["dist", "-h"]), Ok(Task::Help));
        assert!(parsed(&["dist", "--force"]).is_err());
        assert!(parsed(&["dist", "a", "b"]).is_err());
    }

    #[test]
    fn what_is_unknown_is_named() {
        assert!(parsed(&["paly"]).unwrap_err().contains("paly"));
        assert!(parsed(&["test", "--fast"]).unwrap_err().contains("--fast"));
    }
}
