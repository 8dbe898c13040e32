//! Running other programs: one announced line for each step, their output only when they fail.

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// The workspace's root folder.
pub fn root() -> PathBuf {
    let own =
        std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| OsString::from(env!("CARGO_MANIFEST_DIR")));
    let own = PathBuf::from(own);
    own.parent().map_or_else(|| own.clone(), Path::to_path_buf)
}

/// Says what went wrong, if anything did.
pub fn exit_code(outcome: Result<(), String>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

/// The cargo that started this program, free of the variables that describe this program's own
/// package: build scripts that watch them would run again for nothing.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}

/// A command as one would type it.
pub fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_stem().unwrap_or(command.get_program()).to_string_lossy();
    let args = command.get_args().map(|arg| format!(" {}", arg.to_string_lossy()));
    format!("{name}{}", args.collect::<String>())
}

/// A length of time for people: `0.4 s`, `1 min 05 s`.
pub fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 60 {
        format!("{:.1} s", time.as_secs_f64())
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

/// Announces `name`, does `work` and closes the line with the time it took and what `work` said.
pub fn step(name: &str, work: impl FnOnce() -> Result<String, String>) -> Result<(), String> {
    print!("{name} … ");
    // A closed standard output is no reason to stop checking.
    let _ = io::stdout().flush();
    let start = Instant::now();
    match work() {
        Ok(said) => {
            let comma = if said.is_empty() { "" } else { ", " };
            println!("ok ({}{comma}{said})", span(start.elapsed()));
            Ok(())
        }
        Err(message) => {
            println!("FAILED ({})", span(start.elapsed()));
            Err(message)
        }
    }
}

/// Runs `command` without input. Lines that `keep` picks are printed as they come, everything
/// else only if the command fails.
pub fn captured(mut command: Command, mut keep: impl FnMut(&str) -> bool) -> Result<(), String> {
    let what = shown(&command);
    let cannot = |error: io::Error| format!("`{what}` could not be run: {error}");
    let (reader, writer) = io::pipe().map_err(cannot)?;
    command.stdin(Stdio::null()).stdout(writer.try_clone().map_err(cannot)?).stderr(writer);
    let mut child = command.spawn().map_err(cannot)?;
    // The command holds this side's writing ends; reading only ends once they are closed.
    drop(command);

    let mut everything = Vec::new();
    let mut lines = BufReader::new(reader);
    let mut any_kept = false;
    loop {
        let before = everything.len();
        if lines.read_until(b'\n', &mut everything).map_err(cannot)? == 0 {
            break;
        }
        let line = String::from_utf8_lossy(&everything[before..]);
        if keep(&line) {
            if !any_kept {
                println!();
            }
            any_kept = true;
            println!("{}", line.trim_end());
        }
    }
    let status = child.wait().map_err(cannot)?;
    if status.success() {
        return Ok(());
    }
    println!("\n{}", String::from_utf8_lossy(&everything).trim_end());
    Err(format!("`{what}` failed ({status})"))
}

/// Runs a command whose output people see.
pub fn through(mut command: Command) -> Result<(), String> {
    let what = shown(&command);
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{what}` failed ({status})")),
        Err(error) => Err(format!("`{what}` could not be run: {error}")),
    }
}

/// What `command` prints, or nothing when it cannot be run or fails.
pub fn output(command: &mut Command) -> Option<String> {
    let done = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    done.status.success().then(|| String::from_utf8_lossy(&done.stdout).into_owned())
}

/// The first file called `name` in the folders of `PATH`.
pub fn find_program(name: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&folders).map(|folder| folder.join(&file)).find(|path| path.is_file())
}

/// Lets everybody run `file`.
#[cfg(unix)]
pub fn make_executable(file: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755))
}

/// Here the name of a file says that it can be run.
#[cfg(not(unix))]
pub fn make_executable(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_well() {
        assert_eq!(span(Duration::from_millis(440)), "0.4 s");
        assert_eq!(span(Duration::from_secs(65)), "1 min 05 s");
    }

    #[test]
    fn commands_are_shown_without_their_folder() {
        let mut command = Command::new("/some/where/cargo");
        command.args(["fmt", "--all"]);
        assert_eq!(shown(&command), "cargo fmt --all");
    }

    #[test]
    fn the_root_holds_the_workspace() {
        assert!(root().join("Cargo.toml").is_file());
        assert!(root().join("xtask").is_dir());
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let error = captured(Command::new("no-such-program-here"), |_| false).unwrap_err();
        assert!(error.contains("no-such-program-here"));
    }

    #[test]
    fn a_failing_command_says_so() {
        let mut command = cargo();
        command.arg("no-such-subcommand-here");
        assert!(captured(command, |_| false).unwrap_err().contains("failed"));
    }
}
