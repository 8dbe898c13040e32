//! The endings of files, by which their kinds are known.

use std::path::Path;

/// What stands behind the last point of a name, in small letters.
pub(super) fn ending(path: &Path) -> String {
    path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default()
}
