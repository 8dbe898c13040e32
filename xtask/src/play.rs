//! `cargo xtask play`: from a fresh clone to pictures.

use std::path::Path;

use crate::run;
use crate::setup::{self, Purpose};

/// The folder that rendered pictures go to, under the current one.
const OUT: &str = "pastiche-out";

/// How many seconds are rendered.
const SECONDS: &str = "10";

/// Where a patch is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// In a window.
    Window,
    /// Into a folder of pictures.
    Folder,
}

/// Sets the machine up, builds the program and plays the patch that `args` name.
pub fn play(args: &[String]) -> Result<(), String> {
    setup::set_up(Purpose::Play)?;
    let manifest = run::root().join("Cargo.toml");

    let stage = stage(has_display(std::env::consts::OS, is_set));

    // Shown as it goes: a first build takes minutes.
    let mut build = run::cargo();
    build.args(["build", "--release", "--package", "pastiche", "--manifest-path"]).arg(&manifest);
    run::through(with_windows(build, stage))?;

    let mut program = run::cargo();
    program.args(["run", "--quiet", "--release", "--package", "pastiche", "--manifest-path"]).arg(&manifest);
    let mut program = with_windows(program, stage);
    program.arg("--").args(program_args(stage, args));
    run::through(program)?;

    if stage == Stage::Folder {
        let out = option(args, "--out").unwrap_or(OUT);
        let full = std::path::absolute(out).unwrap_or_else(|_| Path::new(out).to_path_buf());
        println!("The pictures are in {}", full.display());
    }
    Ok(())
}

/// Leaves the windows out, which are most of the build, where there is nothing to open them on.
fn with_windows(mut cargo: std::process::Command, stage: Stage) -> std::process::Command {
    if stage == Stage::Folder {
        cargo.arg("--no-default-features");
    }
    cargo
}

/// Whether the environment variable `name` holds anything.
fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty())
}

/// Whether there is a display to open a window on.
fn has_display(os: &str, is_set: impl Fn(&str) -> bool) -> bool {
    matches!(os, "windows" | "macos") || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

/// Where to play.
fn stage(has_display: bool) -> Stage {
    if has_display { Stage::Window } else { Stage::Folder }
}

/// The program's arguments: what the caller said, and what they left open.
fn program_args(stage: Stage, args: &[String]) -> Vec<String> {
    let command = match stage {
        Stage::Window => "play",
        Stage::Folder => "render",
    };
    let mut all = vec![command.to_owned()];
    all.extend_from_slice(args);
    if stage == Stage::Folder {
        let mut add = |more: &[&str]| all.extend(more.iter().map(ToString::to_string));
        if option(args, "--out").is_none() {
            add(&["--out", OUT]);
            // Only this folder is known to hold nothing but pictures.
            if !args.iter().any(|arg| arg == "--force") {
                add(&["--force"]);
            }
        }
        if option(args, "--seconds").is_none() {
            add(&["--seconds", SECONDS]);
        }
    }
    all
}

/// The value of the option `name`, given as `--name value` or as `--name=value`.
fn option<'a>(args: &'a [String], name: &str) -> Option<&'a str> {
    args.iter().enumerate().find_map(|(index, arg)| match arg.strip_prefix(name)? {
        "" => Some(args.get(index + 1).map_or("", String::as_str)),
        rest => rest.strip_prefix('='),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(stage: Stage, args: &[&str]) -> String {
        let args: Vec<String> = args.iter().map(ToString::to_string).collect();
        program_args(stage, &args).join(" ")
    }

    #[test]
    fn ten_seconds_are_rendered_unless_told_otherwise() {
        let folder = Stage::Folder;
        assert_eq!(given(folder, &[]), "render --out pastiche-out --force --seconds 10");
        assert_eq!(
            given(folder, &["a.json", "--seconds", "2"]),
            "render a.json --seconds 2 --out pastiche-out --force"
        );
        assert_eq!(
            given(folder, &["--force", "--seconds=2"]),
            "render --force --seconds=2 --out pastiche-out"
        );
    }

    #[test]
    fn somebody_elses_folder_is_not_overwritten() {
        assert_eq!(given(Stage::Folder, &["--out=mine"]), "render --out=mine --seconds 10");
        assert_eq!(given(Stage::Folder, &["--out", "mine"]), "render --out mine --seconds 10");
    }

    #[test]
    fn a_window_gets_the_arguments_as_they_are() {
        assert_eq!(given(Stage::Window, &[]), "play");
        assert_eq!(given(Stage::Window, &["a.json", "--x"]), "play a.json --x");
    }

    #[test]
    fn options_are_found_in_both_spellings() {
        let args = ["a".to_owned(), "--out=b c".to_owned(), "--seconds".to_owned(), "3".to_owned()];
        assert_eq!(option(&args, "--out"), Some("b c"));
        assert_eq!(option(&args, "--seconds"), Some("3"));
        assert_eq!(option(&args, "--sec"), None);
        assert_eq!(option(&args, "--size"), None);
    }

    #[test]
    fn a_window_needs_a_display() {
        assert_eq!(stage(true), Stage::Window);
        assert_eq!(stage(false), Stage::Folder);
        assert!(has_display("linux", |name| name == "WAYLAND_DISPLAY"));
        assert!(has_display("linux", |name| name == "DISPLAY"));
        assert!(!has_display("linux", |_| false));
        assert!(has_display("macos", |_| false));
    }
}
