//! Counts how often the projector shows the same picture again.

use std::time::Instant;

use bevy::ecs::prelude::{Local, NonSendMut, Query, With};
use bevy::window::{Monitor, OnMonitor};

use crate::projector::Projector;
use crate::stage::Stage;

/// Pictures in a thousand seconds of a monitor that does not tell.
const USUAL_MILLIHERTZ: u32 = 60_000;

/// Runs before each picture: tells the show how often the one before was shown again meanwhile.
pub(crate) fn count(
    stage: NonSendMut<Stage>,
    windows: Query<&OnMonitor, With<Projector>>,
    monitors: Query<&Monitor>,
    mut last: Local<Option<Instant>>,
) {
    let now = Instant::now();
    let Some(before) = last.replace(now) else { return };
    let monitor = windows.single().ok().and_then(|on| monitors.get(on.0).ok());
    let millihertz = monitor.and_then(|monitor| monitor.refresh_rate_millihertz);
    let again = repeats((now - before).as_secs_f64(), millihertz.unwrap_or(USUAL_MILLIHERTZ));
    if again > 0 {
        stage.show.borrow_mut().repeated(again);
    }
}

/// How often a picture that stood so long was shown again.
fn repeats(secs: f64, millihertz: u32) -> u64 {
    let pictures = (secs * f64::from(millihertz) / 1000.0).round() as u64;
    pictures.saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_that_stands_for_two_is_repeated_once() {
        assert_eq!(repeats(0.0, 60_000), 0);
        assert_eq!(repeats(0.0167, 60_000), 0);
        // A clock that trembles.
        assert_eq!(repeats(0.022, 60_000), 0);
        assert_eq!(repeats(0.033, 60_000), 1);
        assert_eq!(repeats(0.1, 60_000), 5);
        // Every picture of a show of 30 frames a second stands for four of 120.
        assert_eq!(repeats(1.0 / 30.0, 120_000), 3);
    }
}
