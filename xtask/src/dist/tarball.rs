//! A folder as one file, for machines without Rust.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run;

/// Packs `folder` into `FOLDER.tar.gz` beside it with the system's `tar`, which keeps what may be run.
///
/// # Errors
///
/// Says what failed.
pub fn pack(folder: &Path) -> Result<PathBuf, String> {
    let (Some(parent), Some(name)) = (folder.parent(), folder.file_name()) else {
        return Err(format!("{}: not a folder that can be packed", folder.display()));
    };
    let file = parent.join(format!("{}.tar.gz", name.to_string_lossy()));
    let mut command = Command::new("tar");
    command.arg("-czf").arg(&file).arg("-C").arg(parent).arg(name);
    run::captured(command, |_| false)?;
    Ok(file)
}
