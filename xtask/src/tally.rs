//! How many tests ran, read from what cargo prints.

use std::fmt::{self, Display, Formatter};

/// What the line about a skipped test begins with, as `pastiche-testing` writes it.
const SKIPPED: &str = "SKIPPED TEST ";

/// The tests of all programs together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    passed: i64,
    failed: i64,
    skipped: i64,
    /// A test program runs whose result has not been read.
    is_running: bool,
}

impl Tally {
    /// Takes in the next line, and tells whether it is worth showing.
    pub fn read(&mut self, line: &str) -> bool {
        // A test program writes on standard error past the harness, and may do so in the middle of a line.
        if line.contains(SKIPPED) {
            self.skipped += 1;
            // The harness counts it as passed.
            self.passed -= 1;
            return true;
        }
        let start = line.trim_start();
        if start.starts_with("Running ") || start.starts_with("Doc-tests ") {
            self.close();
            self.is_running = true;
        }
        let Some(counts) = line.strip_prefix("test result: ") else { return false };
        self.is_running = false;
        let of = |what: &str| count(counts, what);
        self.passed += of("passed");
        self.failed += of("failed");
        self.skipped += of("ignored") + of("filtered");
        of("failed") > 0
    }

    /// A test program that ended without a result has failed as one test.
    pub fn close(&mut self) {
        self.failed += i64::from(std::mem::take(&mut self.is_running));
    }
}

impl Display for Tally {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

/// The number in front of a word: `3` of `ok. 3 passed; 0 failed`.
fn count(counts: &str, what: &str) -> i64 {
    let words: Vec<&str> = counts.split([' ', ';']).filter(|word| !word.is_empty()).collect();
    let before = words.windows(2).find(|pair| pair[1] == what).map(|pair| pair[0]);
    before.and_then(|number| number.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(lines: &[&str]) -> String {
        let mut tally = Tally::default();
        for line in lines {
            tally.read(line);
        }
        tally.close();
        tally.to_string()
    }

    #[test]
    fn results_of_all_programs_add_up() {
        let lines = [
            "     Running unittests src/lib.rs (target/debug/deps/a-1)\n",
            "running 3 tests\n",
            "test tests::result ... ok\n",
            "test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.1s\n",
            "   Doc-tests pastiche\n",
            "test result: FAILED. 20 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.1s\n",
        ];
        assert_eq!(tally(&lines), "23 passed, 1 failed, 2 skipped");
    }

    #[test]
    fn a_skipped_test_has_not_passed() {
        let lines = [
            "     Running tests/a.rs (target/debug/deps/a-1)\n",
            "SKIPPED TEST one: it needs a display\n",
            "test two ... SKIPPED TEST two: it needs a display\n",
            "ok\n",
            "test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.1s\n",
        ];
        assert_eq!(tally(&lines), "0 passed, 0 failed, 2 skipped");
    }

    #[test]
    fn a_program_that_breaks_off_has_failed() {
        let lines = [
            "     Running tests/a.rs (target/debug/deps/a-1)\n",
            "     Running tests/b.rs (target/debug/deps/b-1)\n",
            "test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.1s\n",
            "   Doc-tests pastiche\n",
        ];
        assert_eq!(tally(&lines), "2 passed, 2 failed, 0 skipped");
    }

    #[test]
    fn the_mark_is_that_of_the_tests() {
        let testing = std::fs::read_to_string(crate::run::root().join("testing/src/lib.rs")).unwrap();
        assert!(testing.contains(&format!("pub const MARK: &str = \"{SKIPPED}\";")));
    }
}
