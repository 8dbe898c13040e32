//! `cargo xtask test`: everything that has to pass.

use std::time::Instant;

use crate::run;
use crate::setup::{self, Purpose};
use crate::{folder, words};

/// Sets the machine up and runs every check, up to the first that fails.
pub fn test() -> Result<(), String> {
    let start = Instant::now();
    setup::set_up(Purpose::Test)?;
    component("fmt", "rustfmt")?;
    component("clippy", "clippy")?;
    let target = folder::target()?;
    folder::clean_if_over(&target)?;

    run::step("forbidden words", || words::check(&run::root()))?;
    cargo(&["fmt", "--all", "--check"])?;
    cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])?;
    cargo(&["test", "--workspace", "--no-fail-fast"])?;
    cargo(&["doc", "--workspace", "--no-deps"])?;
    run::step("target folder", || folder::check(&target))?;

    println!("Everything passes ({}).", run::span(start.elapsed()));
    Ok(())
}

/// Runs cargo as one step.
fn cargo(args: &[&str]) -> Result<(), String> {
    let mut command = run::cargo();
    command.args(args).current_dir(run::root());
    if args.first() == Some(&"doc") {
        command.env("RUSTDOCFLAGS", "-D warnings");
    }
    run::step(&run::shown(&command), || run::captured(command, is_result).map(|()| String::new()))
}

/// Whether a line closes one test program's run.
fn is_result(line: &str) -> bool {
    line.starts_with("test result")
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
    fn only_closing_lines_are_kept() {
        assert!(is_result("test result: ok. 3 passed; 0 failed; 0 ignored\n"));
        assert!(is_result("test result: FAILED. 2 passed; 1 failed\n"));
        assert!(!is_result("test tests::result ... ok\n"));
        assert!(!is_result("running 3 tests\n"));
    }

    #[test]
    fn a_missing_component_comes_with_advice() {
        let error = component("no-such-component", "rustnothing").unwrap_err();
        assert!(error.contains("rustup component add rustnothing"));
    }
}
