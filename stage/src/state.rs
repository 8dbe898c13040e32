//! What a person at the stage has switched, and what the operator's window reports.

use std::time::{Duration, Instant};

use pastiche_engine::gpu::Fit;

use crate::keys::Action;
use crate::place;
use crate::show::Show;
use crate::tap::{self, Taps};

/// A step of the master fade by key.
const FADE_STEP: f32 = 0.05;

/// How long a notice stands in the operator's window.
const NOTICE: Duration = Duration::from_secs(4);

/// The switches of the stage.
#[derive(Debug)]
pub(crate) struct StageState {
    /// The picture is held.
    pub(crate) is_frozen: bool,
    /// The picture is black.
    pub(crate) is_black: bool,
    /// How bright the picture is, 0 to 1.
    pub(crate) fade: f32,
    pub(crate) fit: Fit,
    pub(crate) full_screen: bool,
    /// The keys are shown over the picture.
    pub(crate) helps: bool,
    /// The operator's window is open.
    pub(crate) operator: bool,
    taps: Taps,
    notice: Option<(String, Instant)>,
}

impl StageState {
    pub(crate) fn new(full_screen: bool, operator: bool) -> StageState {
        StageState {
            is_frozen: false,
            is_black: false,
            fade: 1.0,
            fit: place::USUAL,
            full_screen,
            helps: false,
            operator,
            taps: Taps::default(),
            notice: None,
        }
    }

    /// How much of the picture's light is let through.
    pub(crate) fn light(&self) -> f32 {
        if self.is_black { 0.0 } else { self.fade.clamp(0.0, 1.0) }
    }

    pub(crate) fn act(&mut self, action: Action, show: &mut dyn Show) {
        match action {
            Action::LeaveFullScreen => self.full_screen = false,
            Action::FullScreen => self.full_screen = !self.full_screen,
            Action::Operator => self.operator = !self.operator,
            Action::Still => show.save_still(),
            Action::Record => show.record(),
            Action::Tap => self.tap(show),
            Action::Blackout => self.is_black = !self.is_black,
            Action::Freeze => self.is_frozen = !self.is_frozen,
            Action::FadeUp => self.fade = (self.fade + FADE_STEP).min(1.0),
            Action::FadeDown => self.fade = (self.fade - FADE_STEP).max(0.0),
            Action::Fit => self.fit = place::other(self.fit),
            Action::Undo => show.undo(),
            Action::Help => self.helps = !self.helps,
        }
    }

    fn tap(&mut self, show: &mut dyn Show) {
        let Some(bpm) = self.taps.tap(Instant::now()) else { return };
        match tap::tempo(show.live(), bpm) {
            Ok(input) => {
                self.notify(format!("{bpm:.1} beats a minute"));
                show.hand(input);
            }
            Err(why) => self.notify(why),
        }
    }

    /// Reports something in the operator's window for a while.
    pub(crate) fn notify(&mut self, notice: impl Into<String>) {
        self.notice = Some((notice.into(), Instant::now()));
    }

    /// What is reported just now.
    pub(crate) fn notice(&self) -> Option<&str> {
        let (notice, since) = self.notice.as_ref()?;
        (since.elapsed() < NOTICE).then_some(notice)
    }
}

/// A number with as many digits as a person reads.
pub(crate) fn number(value: f64) -> String {
    let decimals = match value.abs() {
        size if size >= 1000.0 => 0,
        size if size >= 100.0 => 1,
        size if size >= 10.0 => 2,
        _ => 3,
    };
    let text = format!("{value:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if text == "-0" { "0".into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blackout_keeps_the_fade() {
        let mut state = StageState::new(false, true);
        state.fade = 0.4;
        assert_eq!(state.light(), 0.4);
        state.is_black = true;
        assert_eq!(state.light(), 0.0);
        state.is_black = false;
        assert_eq!(state.light(), 0.4);
    }

    #[test]
    fn numbers_are_short() {
        let short = [0.0, -0.0001, 0.25, 12.0, 12.345, 440.0, 100_000.4].map(number);
        assert_eq!(short, ["0", "0", "0.25", "12", "12.35", "440", "100000"]);
    }
}
