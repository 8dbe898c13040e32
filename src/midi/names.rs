//! Names of ports that stay the same when something else is plugged in.

/// The port that other programs can send to.
pub(super) const OWN: &str = "Pastiche";

/// The system's names without what changes from one start to the next; the second of two that are the
/// same is `NAME #2`. ALSA writes its client's and port's numbers behind a name: `nanoKONTROL2 24:0`.
pub fn stable_names(names: &[String]) -> Vec<String> {
    let mut seen: Vec<&str> = Vec::new();
    let mut stable = Vec::with_capacity(names.len());
    for name in names {
        let name = without_numbers(name.trim());
        let before = seen.iter().filter(|other| **other == name).count();
        seen.push(name);
        stable.push(if before == 0 { name.to_owned() } else { format!("{name} #{}", before + 1) });
    }
    stable
}

/// Whether it is a port that this program itself has made.
pub(super) fn is_own(name: &str) -> bool {
    name == OWN || name.starts_with(&format!("{OWN}:"))
}

fn without_numbers(name: &str) -> &str {
    let Some((front, numbers)) = name.rsplit_once(' ') else { return name };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match numbers.split_once(':') {
        Some((client, port)) if is_number(client) && is_number(port) => front.trim_end(),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_is_left_out_and_twins_are_told_apart() {
        let names = [
            "nanoKONTROL2:nanoKONTROL2 nanoKONTROL2 _ CTRL 24:0",
            "nanoKONTROL2:nanoKONTROL2 nanoKONTROL2 _ CTRL 28:0",
            "Launchpad Mini",
            "Deck 2:",
            "10:0",
            "",
        ];
        let expected = [
            "nanoKONTROL2:nanoKONTROL2 nanoKONTROL2 _ CTRL",
            "nanoKONTROL2:nanoKONTROL2 nanoKONTROL2 _ CTRL #2",
            "Launchpad Mini",
            "Deck 2:",
            "10:0",
            "",
        ];
        assert_eq!(stable_names(&names.map(str::to_owned)), expected);
        assert!(is_own("Pastiche") && is_own("Pastiche:in 129:0") && !is_own("Pastiche Synth"));
    }
}
