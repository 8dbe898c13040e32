//! Plays a patch on the wall clock, without a window.

mod clock;
mod files;
mod job;
mod playing;
mod stills;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::error::Error;
use crate::player::Player;

pub use job::{FrameStats, PlayJob, Played, Told};
pub(crate) use playing::{Pacing, Playing};

/// Between two looks at whether the first load is done.
const LOADING_SLEEP: Duration = Duration::from_millis(1);

/// Plays until the time is over or `stop` becomes true. A patch at fault is waited for: mend it and
/// it plays.
///
/// # Errors
/// When a file cannot be opened at the start. One that cannot be written later is reported, and the show
/// goes on.
pub fn play(
    player: &mut Player,
    job: PlayJob,
    stop: &AtomicBool,
    mut tell: impl FnMut(Told<'_>),
) -> Result<Played, Error> {
    let mut playing = Playing::start(player, job, Pacing::Clock)?;
    while !stop.load(Ordering::Relaxed) && !playing.is_over(player) {
        if playing.frame(player, &mut tell).is_none() {
            std::thread::sleep(LOADING_SLEEP);
        }
    }
    playing.finish(stop.load(Ordering::Relaxed), &mut tell)
}
