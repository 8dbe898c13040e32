//! `cargo xtask dist`: what plays on a machine without Rust: a folder, the same as one file, and a package
//! for Debian.

mod beside;
mod debian;
mod tarball;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use beside::{BESIDE, copy};

use crate::folder;
use crate::run;
use crate::setup::{self, Purpose};

/// Builds the program, or takes the one that is given, gathers the folder, tries it in an empty place and packs
/// it. Prints what it made, with sizes.
pub fn dist(program: Option<&Path>) -> Result<(), String> {
    let root = run::root();
    let made = root.join("dist");
    let out = made.join(format!("pastiche-{}-{}", std::env::consts::OS, std::env::consts::ARCH));
    let program = match program {
        Some(program) => given(program, &out)?,
        None => build(&root)?,
    };
    gather(&root, &program, &out).map_err(|error| format!("{}: {error}", out.display()))?;
    strip(&out.join(program_name()));
    run::step("the folder plays in an empty place", || try_out(&out))?;
    tell(&out, folder::size(&out));
    if is_here("tar", "a .tar.gz") {
        let file = tarball::pack(&out)?;
        tell(&file, folder::size_of(&file));
    }
    if cfg!(target_os = "linux") && is_here("dpkg-deb", "a .deb") {
        let file = debian::pack(&out, &made)?;
        tell(&file, folder::size_of(&file));
    }
    Ok(())
}

/// Whether there is the `program` that makes a kind of package; says so if not.
fn is_here(program: &str, makes: &str) -> bool {
    let found = run::find_program(program).is_some();
    if !found {
        println!("No {program} was found, which makes {makes}: left out.");
    }
    found
}

/// A program that is there already, and stays when the folder is made again.
fn given(program: &Path, out: &Path) -> Result<PathBuf, String> {
    let full = program.canonicalize().map_err(|error| format!("{}: {error}", program.display()))?;
    if !full.is_file() {
        return Err(format!("{}: not a file; name the program itself", program.display()));
    }
    if out.canonicalize().is_ok_and(|out| full.starts_with(out)) {
        return Err(format!("{}: this folder is made again; name a program elsewhere", program.display()));
    }
    Ok(full)
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
    run::make_executable(&out.join(program_name()))?;
    BESIDE.iter().try_for_each(|name| copy(&root.join(name), &out.join(name)))
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
    fn a_given_program_is_a_file_outside_the_folder() {
        let scratch = std::env::temp_dir().join(format!("xtask-{}-given", std::process::id()));
        let out = scratch.join("out");
        fs::create_dir_all(&out).unwrap();
        for file in [scratch.join("pastiche"), out.join("pastiche")] {
            fs::write(file, "").unwrap();
        }
        assert!(given(&scratch.join("pastiche"), &out).is_ok());
        assert!(given(&scratch.join("pastiche"), &scratch.join("not made yet")).is_ok());
        assert!(given(&out.join("pastiche"), &out).unwrap_err().contains("elsewhere"));
        assert!(given(&out, &out).unwrap_err().contains("not a file"));
        assert!(given(&scratch.join("missing"), &out).unwrap_err().contains("missing"));
        fs::remove_dir_all(scratch).unwrap();
    }

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
