//! `cargo xtask dist`: what plays on a machine without Rust: a folder, the same as one file, and a package
//! for Debian.

mod debian;
mod tarball;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::folder;
use crate::run;
use crate::setup::{self, Purpose};

/// What lies beside the program, as the workspace has it.
const BESIDE: &[&str] = &[
    "README.md",
    "CHANGELOG.md",
    "LICENSE-MIT",
    "LICENSE-APACHE",
    "NOTICE",
    "LICENSES",
    "scripts",
    "shaders",
    "docs",
];

/// What a file manager starts that starts launchers, but no programs.
const LAUNCHER: (&str, &str) = ("pastiche.desktop", include_str!("../packaging/folder.desktop"));

/// Builds the program, or takes the one that is given, gathers the folder, tries it in an empty place and packs
/// it. Prints what it made, with sizes.
pub fn dist(program: Option<&Path>) -> Result<(), String> {
    let root = run::root();
    let program = program.map_or_else(|| build(&root), |program| Ok(program.to_path_buf()))?;
    let made = root.join("dist");
    let out = made.join(format!("pastiche-{}-{}", std::env::consts::OS, std::env::consts::ARCH));
    gather(&root, &program, &out).map_err(|error| format!("{}: {error}", out.display()))?;
    strip(&out.join(program_name()));
    run::step("the folder plays in an empty place", || try_out(&out))?;
    tell(&out, folder::size(&out));
    let mut packed = vec![tarball::pack(&out)];
    if cfg!(target_os = "linux") {
        packed.push(debian::pack(&out, &made));
    }
    for packed in packed {
        // What cannot be packed here takes nothing from what was made.
        match packed {
            Ok(file) => tell(&file, fs::metadata(&file).map_or(0, |about| about.len())),
            Err(why) => println!("Left out: {why}"),
        }
    }
    Ok(())
}

fn tell(path: &Path, bytes: u64) {
    println!("{} ({} MB)", path.display(), bytes.div_ceil(1_000_000));
}

/// Builds the program, and returns where it is.
fn build(root: &Path) -> Result<PathBuf, String> {
    setup::set_up(Purpose::Play)?;
    let mut build = run::cargo();
    build.args(["build", "--release", "--package", "pastiche", "--message-format=json-render-diagnostics"]);
    build.arg("--manifest-path").arg(root.join("Cargo.toml")).stderr(Stdio::inherit());
    let what = run::shown(&build);
    let built = build.output().map_err(|error| format!("`{what}` could not be run: {error}"))?;
    if !built.status.success() {
        return Err(format!("`{what}` failed ({})", built.status));
    }
    executable(&String::from_utf8_lossy(&built.stdout))
        .ok_or_else(|| format!("`{what}` did not say where the program is"))
}

fn program_name() -> String {
    format!("pastiche{}", std::env::consts::EXE_SUFFIX)
}

/// Where cargo says that the program lies: the last artefact with an executable.
fn executable(messages: &str) -> Option<PathBuf> {
    let key = "\"executable\":\"";
    let at = messages.rfind(key)? + key.len();
    let end = messages[at..].find('"')?;
    Some(PathBuf::from(messages[at..at + end].replace("\\\\", "\\")))
}

fn gather(root: &Path, program: &Path, out: &Path) -> io::Result<()> {
    if out.exists() {
        fs::remove_dir_all(out)?;
    }
    fs::create_dir_all(out)?;
    fs::copy(program, out.join(program_name()))?;
    if cfg!(target_os = "linux") {
        let launcher = out.join(LAUNCHER.0);
        fs::write(&launcher, LAUNCHER.1)?;
        run::make_executable(&launcher)?;
    }
    BESIDE.iter().try_for_each(|name| copy(&root.join(name), &out.join(name)))
}

/// Copies a file, or a folder with all that is in it.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        return fs::copy(from, to).map(|_| ());
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

/// Takes out what only a debugger reads. Without `strip` the program is larger, and as good.
fn strip(program: &Path) {
    if let Some(strip) = run::find_program("strip") {
        // A failure leaves the program as it was.
        let _ = Command::new(strip).arg("--strip-debug").arg(program).status();
    }
}

/// Renders the default patch in an empty folder, with nothing of the build's environment.
fn try_out(out: &Path) -> Result<String, String> {
    let empty = out.with_extension("try");
    let cannot = |error: io::Error| format!("{}: {error}", empty.display());
    if empty.exists() {
        fs::remove_dir_all(&empty).map_err(cannot)?;
    }
    fs::create_dir_all(&empty).map_err(cannot)?;
    let mut program = Command::new(out.join(program_name()));
    program.args(["render", "--out", "pictures", "--seconds", "0.1", "--size", "64x36"]);
    program.env_clear().current_dir(&empty);
    let tried = run::captured(program, |_| false);
    let pictures = fs::read_dir(empty.join("pictures")).map_or(0, Iterator::count);
    fs::remove_dir_all(&empty).map_err(cannot)?;
    tried?;
    if pictures == 0 { Err("it made no pictures".into()) } else { Ok(String::new()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_found_in_what_cargo_says() {
        let messages =
            "{\"executable\":null}\n{\"executable\":\"/a/b/pastiche\",\"fresh\":true}\n{\"success\":true}";
        assert_eq!(executable(messages), Some(PathBuf::from("/a/b/pastiche")));
        assert_eq!(executable("{\"executable\":null}"), None);
    }

    #[test]
    fn all_that_lies_beside_the_program_is_there() {
        for name in BESIDE {
            assert!(run::root().join(name).exists(), "{name}");
        }
    }
}
