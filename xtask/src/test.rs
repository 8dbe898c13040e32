//! `cargo xtask test`: everything that has to pass.

use std::process::ExitCode;
use std::time::Instant;

use crate::run;
use crate::setup::{self, Purpose};
use crate::tally::Tally;
use crate::{folder, words};

/// The environment variable that says what tests must not be skipped for, and all it can say.
const DEMAND: (&str, &str) = ("PASTICHE_DEMAND", "adapter,display,ffmpeg,rustfmt");

/// Sets the machine up and runs every check, up to the first that fails. The last line counts the tests.
pub fn test() -> ExitCode {
    let mut tally = None;
    let code = run::exit_code(checks(&mut tally));
    if let Some(tally) = tally {
        println!("{tally}");
    }
    code
}

fn checks(tally: &mut Option<Tally>) -> Result<(), String> {
    let start = Instant::now();
    setup::set_up(Purpose::Test)?;
    component("fmt", "rustfmt")?;
    component("clippy", "clippy")?;
    let target = folder::target()?;
    folder::clean_if_over(&target)?;

    run::step("forbidden words", || words::check(&run::root()))?;
    cargo(&["fmt", "--all", "--check"], |_| false)?;
    cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"], |_| false)?;
    let counted = tally.insert(Tally::default());
    let tested = cargo(&["test", "--workspace", "--no-fail-fast"], |line| counted.read(line));
    counted.close();
    tested?;
    cargo(&["doc", "--workspace", "--no-deps"], |_| false)?;
    run::step("target folder", || folder::check(&target))?;

    println!("Everything passes ({}).", run::span(start.elapsed()));
    Ok(())
}

/// Runs cargo as one step.
fn cargo(args: &[&str], keep: impl FnMut(&str) -> bool) -> Result<(), String> {
    let mut command = run::cargo();
    command.args(args).current_dir(run::root());
    match args.first() {
        Some(&"doc") => {
            command.env("RUSTDOCFLAGS", "-D warnings");
        }
        Some(&"test") if std::env::var_os(DEMAND.0).is_none() => {
            command.env(DEMAND.0, DEMAND.1);
        }
        _ => {}
    }
    run::step(&run::shown(&command), || run::captured(command, keep).map(|()| String::new()))
}

/// Makes sure that one of the toolchain's optional parts is there.
fn component(subcommand: &str, name: &str) -> Result<(), String> {
    if run::output(run::cargo().args([subcommand, "--version"])).is_some() {
        return Ok(());
    }
    Err(format!(
        "`cargo {subcommand}` is missing. Add it with `rustup component add {name}`, or, where \
         Rust did not come from rustup, install your system's package for {name}."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_component_comes_with_advice() {
        let error = component("no-such-component", "rustnothing").unwrap_err();
        assert!(error.contains("rustup component add rustnothing"));
    }
}
