//! A package for Debian, Ubuntu and what is made from them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::folder;
use crate::run;
use crate::setup::WINDOW;

const MENU: &str = include_str!("../../packaging/menu.desktop");
const COPYRIGHT: &str = include_str!("../../packaging/copyright");
const ICON: &str = include_str!("../../packaging/pastiche.svg");

/// What the program looks for while it runs, without being linked to it: Vulkan with a driver (without a
/// graphics card that of Mesa, which draws on the processor). A package of a 64-bit time has another name.
const NEEDED: [&str; 4] =
    ["libgcc-s1", "libasound2t64 | libasound2", "libvulkan1", "mesa-vulkan-drivers | vulkan-icd"];

/// Packs what lies in `folder` (the program and what is beside it) into a .deb in `out`.
///
/// # Errors
///
/// Says what failed.
pub fn pack(folder: &Path, out: &Path) -> Result<PathBuf, String> {
    let architecture = run::output(Command::new("dpkg").arg("--print-architecture"))
        .ok_or("`dpkg --print-architecture` does not say what this machine is")?;
    let architecture = architecture.trim();
    let version = env!("CARGO_PKG_VERSION");
    let file = out.join(format!("pastiche_{version}_{architecture}.deb"));
    let tree = out.join("deb");
    lay_out(folder, &tree, architecture).map_err(|error| format!("{}: {error}", tree.display()))?;
    let mut command = Command::new("dpkg-deb");
    command.args(["--root-owner-group", "--build"]).arg(&tree).arg(&file);
    let packed = run::captured(command, |_| false);
    fs::remove_dir_all(&tree).map_err(|error| format!("{}: {error}", tree.display()))?;
    packed.map(|()| file)
}

/// Makes the tree that becomes the package: every file in its place on the system, and `DEBIAN/control`.
fn lay_out(folder: &Path, tree: &Path, architecture: &str) -> io::Result<()> {
    if tree.exists() {
        fs::remove_dir_all(tree)?;
    }
    for place in ["usr/bin", "usr/share/pastiche"] {
        fs::create_dir_all(tree.join(place))?;
    }
    let program = tree.join("usr/bin/pastiche");
    fs::copy(folder.join("pastiche"), &program)?;
    for name in super::beside::BESIDE {
        super::beside::copy(&folder.join(name), &tree.join("usr/share/pastiche").join(name))?;
    }
    for (place, text) in [
        ("usr/share/applications/pastiche.desktop", MENU),
        ("usr/share/icons/hicolor/scalable/apps/pastiche.svg", ICON),
        ("usr/share/doc/pastiche/copyright", COPYRIGHT),
    ] {
        write(&tree.join(place), text)?;
    }
    let installed_kib = folder::size(tree).div_ceil(1024);
    let control = control(architecture, installed_kib, newest_glibc(&fs::read(&program)?));
    write(&tree.join("DEBIAN/control"), &control)?;
    allow(tree)?;
    run::make_executable(&program)
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::write(path, text)
}

/// The package's description of itself.
fn control(architecture: &str, installed_kib: u64, glibc: Option<(u32, u32)>) -> String {
    let libc = glibc.map_or("libc6".to_owned(), |(major, minor)| format!("libc6 (>= {major}.{minor})"));
    let needed: Vec<&str> = [libc.as_str()].into_iter().chain(NEEDED).chain(WINDOW).collect();
    format!(
        "Package: pastiche\n\
         Version: {version}\n\
         Architecture: {architecture}\n\
         Maintainer: The Pastiche authors\n\
         Section: graphics\n\
         Priority: optional\n\
         Installed-Size: {installed_kib}\n\
         Depends: {needed}\n\
         Recommends: ffmpeg\n\
         Description: node-graph instrument for live pictures and sound\n \
         A short script makes pictures and sound, and plays on while it is changed. Its\n \
         nodes can be neural networks: a photograph is painted in any mix of 26 styles,\n \
         a choir sings chorales of its own. The networks are inside the program.\n",
        version = env!("CARGO_PKG_VERSION"),
        needed = needed.join(", "),
    )
}

/// The newest version of glibc whose symbols a program asks for, from the names of versions among its texts;
/// `None` where there are none.
fn newest_glibc(program: &[u8]) -> Option<(u32, u32)> {
    let version = |text: &[u8]| {
        let numbers = String::from_utf8_lossy(text.strip_prefix(b"GLIBC_")?).into_owned();
        let mut numbers = numbers.split('.').map(str::parse);
        Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
    };
    program.split(|byte| *byte == 0).filter_map(version).max()
}

/// Lets everybody read the files and enter the folders, and only root write them.
#[cfg(unix)]
fn allow(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let is_folder = path.is_dir();
    let mode = if is_folder { 0o755 } else { 0o644 };
    fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
    if !is_folder {
        return Ok(());
    }
    fs::read_dir(path)?.try_for_each(|entry| allow(&entry?.path()))
}

/// There is no `dpkg-deb` here to read what may be read.
#[cfg(not(unix))]
fn allow(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_glibc_counts_by_numbers() {
        assert_eq!(newest_glibc(b"\0GLIBC_2.2.5\0GLIBC_2.34\0GLIBC_2.4\0GLIBC_PRIVATE\0"), Some((2, 34)));
        assert_eq!(newest_glibc(b"GLIBC_\0GLIBC_2\0"), None);
        assert_eq!(newest_glibc(b""), None);
    }

    #[test]
    fn the_control_file_names_what_is_needed() {
        let text = control("amd64", 70, Some((2, 34)));
        let field =
            |name: &str| text.lines().find_map(|line| line.strip_prefix(&format!("{name}: "))).unwrap();
        assert_eq!(field("Architecture"), "amd64");
        assert_eq!(field("Installed-Size"), "70");
        let needed: Vec<&str> = field("Depends").split(", ").collect();
        for package in ["libc6 (>= 2.34)", "libasound2t64 | libasound2", "libvulkan1", "libx11-6"] {
            assert!(needed.contains(&package), "{package} in {needed:?}");
        }
        let description = text.lines().skip_while(|line| !line.starts_with("Description: ")).skip(1);
        assert!(description.clone().count() > 0);
        assert!(
            description.into_iter().all(|line| line.starts_with(' ') && !line.trim().is_empty()),
            "{text}"
        );
        assert!(control("arm64", 1, None).contains("Depends: libc6, "));
    }

    #[cfg(unix)]
    #[test]
    fn every_file_is_in_its_place() {
        use std::os::unix::fs::PermissionsExt;
        let scratch = std::env::temp_dir().join(format!("xtask-{}-deb", std::process::id()));
        let (folder, tree) = (scratch.join("folder"), scratch.join("tree"));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("pastiche"), "\0GLIBC_2.9\0").unwrap();
        for name in super::super::beside::BESIDE {
            fs::create_dir_all(folder.join(name)).unwrap();
            fs::write(folder.join(name).join("inside"), "text").unwrap();
        }
        lay_out(&folder, &tree, "amd64").unwrap();
        let mode = |name: &str| fs::metadata(tree.join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode("usr/bin/pastiche"), 0o755);
        assert_eq!(mode("usr/share/pastiche/docs"), 0o755);
        assert_eq!(mode("usr/share/pastiche/docs/inside"), 0o644);
        assert!(fs::read_to_string(tree.join("DEBIAN/control")).unwrap().contains("libc6 (>= 2.9)"));
        // The menu's entry names a program and an icon that the package has.
        let entry = fs::read_to_string(tree.join("usr/share/applications/pastiche.desktop")).unwrap();
        let field = |name: &str| entry.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        assert!(tree.join("usr/bin").join(field("Exec=")).exists());
        let icon = format!("usr/share/icons/hicolor/scalable/apps/{}.svg", field("Icon="));
        assert!(tree.join(icon).exists());
        fs::remove_dir_all(scratch).unwrap();
    }
}
