//! `pastiche new`.

use std::fs;
use std::io;
use std::path::Path;

use anyhow::Context;
use pastiche::Error;
use pastiche::assets::embedded;

use super::arguments::NewArguments;
use super::end::End;
use super::terminal;

const PATCH_NAME: &str = "first.rhai";
const PATCH: &str = include_str!("first.rhai");
const PICTURE_NAME: &str = "astronaut.png";
const SHADER_NAME: &str = "ripple.wgsl";

pub fn run(arguments: &NewArguments) -> anyhow::Result<End> {
    let folder = &arguments.folder;
    match fs::read_dir(folder) {
        Ok(mut entries) => {
            if entries.next().is_some() {
                let message = format!("{} is not empty", folder.display());
                let help = "name a new folder, or an empty one".into();
                return Err(Error::Setting { message, help }.into());
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(folder).map_err(|error| Error::file("make", folder, error))?;
        }
        Err(error) => return Err(Error::file("use", folder, error).into()),
    }
    for name in [PICTURE_NAME, SHADER_NAME] {
        let bytes = embedded(name).with_context(|| format!("`{name}` is missing from the program"))?;
        write(folder, name, bytes)?;
    }
    write(folder, PATCH_NAME, PATCH.as_bytes())?;
    let patch = folder.join(PATCH_NAME);
    let patch = patch.display();
    terminal::say(format_args!(
        "Made {patch}. Play it, and save it again while it plays:\n\n  pastiche {patch}\n\n\
         or make pictures of it:\n\n  pastiche render {patch} --out pictures --seconds 2"
    ))?;
    Ok(End::Good)
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), Error> {
    let path = folder.join(name);
    fs::write(&path, bytes).map_err(|error| Error::file("write", &path, error))
}
