//! Chorales as sound: a patch with the choir plays them offline.

use std::fs;
use std::io;
use std::path::Path;

use pastiche_models::chorale::Roll;

use super::midi;
use super::notes::TEMPO;
use crate::error::Error;
use crate::loader::PatchSource;
use crate::player::{Pace, Player, PlayerConfig, registry};
use crate::wave::WaveFile;

/// How long the hall is heard after the last note, in seconds.
const TAIL_SECS: f64 = 3.0;

pub(super) fn write(path: &Path, roll: &Roll) -> Result<(), Error> {
    let mut wave = WaveFile::create(path)?;
    sing(roll, |samples| wave.write(samples))?;
    wave.finish()
}

/// Sings a chorale, and hands its sound over piece by piece: left and right at 48 kHz.
pub(super) fn sing(roll: &Roll, mut take: impl FnMut(&[[f32; 2]]) -> Result<(), Error>) -> Result<(), Error> {
    let folder = tempfile::tempdir().map_err(|error| Error::file("make", &std::env::temp_dir(), error))?;
    let put = |name: &str, bytes: &[u8]| {
        let file = folder.path().join(name);
        fs::write(&file, bytes).map_err(|error| Error::file("write", &file, error)).map(|()| file)
    };
    put("chorale.mid", &midi::encode(roll))?;
    let patch = format!(
        "tempo({TEMPO});\nspeakers(choir(midi_file(\"chorale.mid\", #{{ repeat: false }})).reverb(#{{ amount: 0.25 }}));\n"
    );
    let patch = put("chorale.rhai", patch.as_bytes())?;
    let registry = registry()?;
    let mut player = Player::new(PlayerConfig::new(registry, Pace::Offline))?;
    let report = player.load_source(PatchSource::File(patch))?;
    if !report.is_good() {
        return Err(Error::Faults { faults: report.diagnostics });
    }
    let seconds = roll.len() as f64 / 4.0 * 60.0 / TEMPO + TAIL_SECS;
    let frames = (seconds * player.rate().fps()).ceil() as u64;
    for _ in 0..frames {
        player.step();
        take(player.sound())?;
    }
    match player.faults().into_iter().next() {
        Some(fault) => {
            Err(Error::file("sing", Path::new("the chorale"), io::Error::other(fault.to_string())))
        }
        None => Ok(()),
    }
}
