//! `cargo xtask install`: the program on the path.

use crate::run;
use crate::setup::{self, Purpose};

/// Sets the machine up, builds the program and puts it where cargo puts programs.
pub fn install() -> Result<(), String> {
    setup::set_up(Purpose::Play)?;
    let mut install = run::cargo();
    install.args(["install", "--locked", "--force", "--path"]).arg(run::root());
    run::through(install)?;
    println!("Now `pastiche` plays the opening patch, and `pastiche new first` makes a folder to begin in.");
    Ok(())
}
