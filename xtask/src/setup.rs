//! Setting up a machine that has Rust: what Pastiche needs from the system.

use std::fs;
use std::io::IsTerminal;
use std::path::Path;
use std::process::Command;

use crate::run;

/// What the set-up is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To play and render patches.
    Play,
    /// To run every check.
    Test,
}

/// How a system's packages are installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum System {
    /// Debian, Ubuntu and what is made from them.
    Debian,
    /// Fedora and what is made from it.
    Fedora,
    /// Arch and what is made from it.
    Arch,
    /// Another Linux.
    OtherLinux,
    /// A system whose graphics come with it.
    Complete,
}

/// Installs what this machine lacks, or names it where this program cannot install it.
pub fn set_up(purpose: Purpose) -> Result<(), String> {
    if std::env::var_os("PASTICHE_NO_SETUP").is_some_and(|value| !value.is_empty()) {
        return Ok(());
    }
    let release = fs::read_to_string("/etc/os-release")
        .or_else(|_| fs::read_to_string("/usr/lib/os-release"))
        .unwrap_or_default();
    let has_ffmpeg = run::find_program("ffmpeg").is_some();
    match system(std::env::consts::OS, &release) {
        System::Debian if run::find_program("apt-get").is_some() => {
            let has_compiler = run::find_program("cc").is_some();
            install(&lacking(purpose, has_compiler, has_ffmpeg, is_installed))?;
        }
        System::Complete => {}
        other => {
            if !has_vulkan() {
                println!("{}", vulkan_hint(other));
            }
        }
    }
    if !has_ffmpeg && run::find_program("ffmpeg").is_none() {
        println!("ffmpeg is not installed; it is optional, to play clips and to make movies.");
    }
    Ok(())
}

/// Tells the system from its name in Rust and from its os-release file.
fn system(os: &str, release: &str) -> System {
    if os != "linux" {
        return System::Complete;
    }
    let ids = [field(release, "ID"), field(release, "ID_LIKE")].join(" ");
    let is = |names: &[&str]| ids.split_whitespace().any(|id| names.contains(&id));
    if is(&["debian", "ubuntu"]) {
        System::Debian
    } else if is(&["fedora", "rhel"]) {
        System::Fedora
    } else if is(&["arch", "archarm"]) {
        System::Arch
    } else {
        System::OtherLinux
    }
}

/// One field of an os-release file, without its quotes; empty when it is not there.
fn field(release: &str, name: &str) -> String {
    release
        .lines()
        .filter_map(|line| line.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.trim_matches(['"', '\'']).to_lowercase())
        .unwrap_or_default()
}

/// What a window is opened with; the program looks for these when it needs them.
pub const WINDOW: [&str; 6] =
    ["libx11-6", "libx11-xcb1", "libxcursor1", "libxi6", "libxkbcommon0", "libxkbcommon-x11-0"];

/// A display, a mouse and a camera for the tests of the windows.
const VIRTUAL_DISPLAY: [&str; 3] = ["xvfb", "xdotool", "imagemagick"];

/// The Debian packages to install.
fn lacking(
    purpose: Purpose,
    has_compiler: bool,
    has_ffmpeg: bool,
    is_installed: impl Fn(&str) -> bool,
) -> Vec<&'static str> {
    // The loader, and a software adapter for machines without a GPU.
    let mut packages = vec!["libvulkan1", "mesa-vulkan-drivers"];
    // What MIDI, sound and cameras are built with.
    packages.extend(["libasound2-dev", "pkg-config", "libclang-dev"]);
    packages.extend(WINDOW);
    if purpose == Purpose::Test {
        packages.extend(VIRTUAL_DISPLAY);
    }
    packages.retain(|package| !is_installed(package));
    if !has_compiler {
        packages.push("build-essential");
    }
    if !has_ffmpeg && purpose == Purpose::Test {
        packages.push("ffmpeg");
    }
    packages
}

/// Whether dpkg has `package`.
fn is_installed(package: &str) -> bool {
    run::output(Command::new("dpkg-query").args(["-W", "-f=${Status}", package]))
        .is_some_and(|status| says_installed(&status))
}

/// Whether a dpkg status stands for an installed package.
fn says_installed(status: &str) -> bool {
    status.contains(" ok installed")
}

/// Installs Debian packages, as root or through sudo.
fn install(packages: &[&str]) -> Result<(), String> {
    if packages.is_empty() {
        return Ok(());
    }
    let names = packages.join(" ");
    let by_hand = format!("sudo apt-get update && sudo apt-get install --no-install-recommends {names}");
    let is_root = run::output(Command::new("id").arg("-u")).is_some_and(|id| id.trim() == "0");
    if !is_root && run::find_program("sudo").is_none() {
        return Err(format!(
            "these packages are missing: {names}\nThere is no sudo here to install them with; \
             as root, run: {}",
            by_hand.replace("sudo ", "")
        ));
    }
    run::step(&format!("Installing {names}"), || {
        // Without its lists renewed, apt may still know where the packages are.
        let renewed = run::captured(apt(is_root, &["update", "-q"]), |_| false);
        let mut args = vec!["install", "-y", "-q", "--no-install-recommends"];
        args.extend(packages);
        run::captured(apt(is_root, &args), |_| false).map(|()| String::new()).map_err(
            |error| match &renewed {
                Ok(()) => error,
                Err(first) => format!("{first}, then {error}"),
            },
        )
    })
    .map_err(|error| format!("{error}\nTo install by hand, run: {by_hand}"))
}

/// An apt-get that asks nothing and waits for another one to finish.
fn apt(is_root: bool, args: &[&str]) -> Command {
    let mut command = if is_root {
        Command::new("env")
    } else {
        let mut sudo = Command::new("sudo");
        if !std::io::stdin().is_terminal() {
            // With no one to type a password, fail rather than wait.
            sudo.arg("-n");
        }
        sudo.arg("env");
        sudo
    };
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    command.args(["-o", "DPkg::Lock::Timeout=300"]).args(args);
    command
}

/// Whether a Vulkan loader and at least one driver lie where Linux systems keep them.
fn has_vulkan() -> bool {
    let libraries = ["/usr/lib64", "/usr/lib", "/usr/local/lib", "/lib64", "/lib"];
    let drivers = ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d", "/usr/local/share/vulkan/icd.d"];
    libraries.iter().any(|folder| Path::new(folder).join("libvulkan.so.1").exists())
        && drivers.iter().any(|folder| fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()))
}

/// What to install on a system that this program does not install on.
fn vulkan_hint(system: System) -> String {
    let how = match system {
        System::Fedora => "run: sudo dnf install vulkan-loader mesa-vulkan-drivers",
        System::Arch => "run: sudo pacman -S vulkan-icd-loader vulkan-swrast",
        System::Debian | System::OtherLinux | System::Complete => {
            "install the Vulkan loader and Mesa's Vulkan drivers"
        }
    };
    format!("No Vulkan was found, which Pastiche draws with. If it cannot find an adapter, {how}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_are_told_by_id_and_kin() {
        let debian = "PRETTY_NAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nID=debian\n";
        assert_eq!(system("linux", debian), System::Debian);
        assert_eq!(system("linux", "ID=pop\nID_LIKE=\"ubuntu debian\"\n"), System::Debian);
        assert_eq!(system("linux", "ID=fedora\n"), System::Fedora);
        assert_eq!(system("linux", "ID=\"rocky\"\nID_LIKE='rhel centos fedora'\n"), System::Fedora);
        assert_eq!(system("linux", "ID=endeavouros\nID_LIKE=arch"), System::Arch);
        assert_eq!(system("linux", "ID=nixos\n"), System::OtherLinux);
        assert_eq!(system("linux", ""), System::OtherLinux);
        assert_eq!(system("macos", ""), System::Complete);
        assert_eq!(system("windows", ""), System::Complete);
    }

    #[test]
    fn fields_are_found_by_whole_name() {
        let release = "VERSION_ID=\"12\"\n# ID=comment\nID=Debian\n";
        assert_eq!(field(release, "ID"), "debian");
        assert_eq!(field(release, "ID_LIKE"), "");
    }

    #[test]
    fn a_bare_machine_gets_everything() {
        let all = lacking(Purpose::Test, false, false, |_| false);
        for package in
            ["mesa-vulkan-drivers", "libasound2-dev", "libxi6", "xvfb", "build-essential", "ffmpeg"]
        {
            assert!(all.contains(&package), "{package}");
        }
    }

    #[test]
    fn playing_needs_no_virtual_display() {
        let all = lacking(Purpose::Play, false, false, |_| false);
        assert!(all.contains(&"libx11-6") && !all.contains(&"xvfb"), "{all:?}");
    }

    #[test]
    fn ffmpeg_is_left_to_the_player() {
        assert!(lacking(Purpose::Play, true, false, |_| true).is_empty());
        assert_eq!(lacking(Purpose::Test, true, false, |_| true), ["ffmpeg"]);
    }

    #[test]
    fn only_what_is_missing_is_installed() {
        assert!(lacking(Purpose::Test, true, true, |_| true).is_empty());
        let some = lacking(Purpose::Test, true, true, |package| package != "mesa-vulkan-drivers");
        assert_eq!(some, ["mesa-vulkan-drivers"]);
    }

    #[test]
    fn a_removed_package_is_not_installed() {
        assert!(says_installed("install ok installed"));
        assert!(says_installed("install ok installedinstall ok installed"));
        assert!(!says_installed("deinstall ok config-files"));
        assert!(!says_installed("unknown ok not-installed"));
        assert!(!says_installed(""));
    }
}
