//! A patch that plays on the wall clock, one frame after the other.

use std::time::{Duration, Instant};

use engine::clock::FrameRate;
use engine::diagnostic::Diagnostic;
use engine::node::Status;
#[cfg(feature = "stage")]
use engine::take::Stamped;
use pastiche_engine as engine;

use super::clock::Transport;
use super::files::Files;
use super::job::{FrameStats, PlayJob, Played, Told, millis, tell_frame, tell_news};
use crate::error::Error;
use crate::host::Host;
use crate::player::Player;
#[cfg(feature = "stage")]
use crate::takes::TakeWriter;

/// What tells when it is time for the next frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pacing {
    /// The clock alone: no frame begins before it is due.
    Clock,
    /// A projector that asks once for each of its pictures. Its rate is never quite the patch's, so a
    /// frame may begin up to half a frame early.
    #[cfg(feature = "stage")]
    Projector,
}

/// A patch that plays: its clock, and what is written and remembered while it does.
pub(crate) struct Playing {
    host: Host,
    length: Option<Duration>,
    launched: Instant,
    pacing: Pacing,
    /// Starts with the first frame: before the first load is done there is nothing to keep time for.
    clock: Option<Transport>,
    next: u64,
    played: Played,
    files: Files,
}

impl Playing {
    /// Asks for the patch and opens the files.
    pub(crate) fn start(player: &mut Player, job: PlayJob, pacing: Pacing) -> Result<Playing, Error> {
        let files = Files::open(job.stats, job.stills, job.take)?;
        job.host.connect(player);
        player.load_in_background(job.patch);
        Ok(Playing {
            host: job.host,
            length: job.length,
            launched: job.launched,
            pacing,
            clock: None,
            next: 0,
            played: Played::default(),
            files,
        })
    }

    /// Whether the time is over.
    pub(crate) fn is_over(&self, player: &Player) -> bool {
        let end_sample = self.length.map(Transport::samples);
        end_sample.is_some_and(|end| player.rate().start_sample(self.next) >= end)
    }

    /// Waits until the next frame is due and plays it; returns its number. Until the first load is
    /// done there is none. What cannot be written is reported; the show goes on.
    pub(crate) fn frame(&mut self, player: &mut Player, tell: &mut dyn FnMut(Told<'_>)) -> Option<u64> {
        if self.clock.is_none() {
            player.poll().iter().for_each(|report| tell(Told::Load(report)));
            if player.is_loading() {
                return None;
            }
        }
        let clock = self.clock.get_or_insert_with(|| Transport::start(player.begin_sound()));
        let rate = player.rate();
        clock.sleep_until(self.pacing.start_sample(rate, self.next));
        let (frame, skipped) = catch_up(rate, self.next, clock.now_samples());
        self.played.skipped += skipped;
        let lateness = clock.since(rate.start_sample(self.next));
        let begun = Instant::now();
        let reports = player.poll();
        let committed = Instant::now();
        self.host.take_in(player, rate.start_sample(frame), |at| clock.samples_at(at));
        player.sound_told().iter().for_each(|text| tell(Told::Sound(text)));
        reports.iter().for_each(|report| tell(Told::Load(report)));
        let mut report = player.frame(frame);
        // What is sent is heard when the sound of its frame is.
        let heard = |sample| clock.moment_of(sample + player.ahead_samples());
        self.host.send_out(std::mem::take(&mut report.midi), heard);
        tell_frame(&report, tell);
        let news = self.host.settle(player, &report.applied);
        news.into_iter().for_each(|news| tell_news(news, tell));
        let recorded = self.files.record(&report.applied);
        let changed_at =
            reports.iter().filter(|report| report.is_good()).find_map(|report| report.changed_at);
        let reload = changed_at.map(|changed_at| millis(committed.saturating_duration_since(changed_at)));
        let still = self.files.still(player, self.played.frames, frame);
        let stats = self.files.stats(&FrameStats {
            frame,
            version: player.version(),
            lateness_ms: millis(lateness),
            reload_ms: reload,
            work_ms: millis(begun.elapsed()),
            skipped: self.played.skipped,
            repeated: self.played.repeated,
            waiting: count(player, |status| matches!(status, Status::Waiting(_))),
            failing: count(player, |status| matches!(status, Status::Failed(_))),
            launch_ms: millis(self.launched.elapsed()),
        });
        for error in [recorded, still, stats].into_iter().filter_map(Result::err) {
            self.played.unwritten = true;
            let help = "nothing more is written there; the show goes on";
            tell(Told::Unwritten(Diagnostic::warning(error.to_string()).help(error.help()).help(help)));
        }
        self.played.frames += 1;
        self.next = frame + 1;
        Some(frame)
    }

    /// Closes the files, and writes what was moved by hand.
    pub(crate) fn finish(self, stopped: bool, tell: &mut dyn FnMut(Told<'_>)) -> Result<Played, Error> {
        self.host.finish().into_iter().for_each(|news| tell_news(news, tell));
        self.files.finish()?;
        Ok(Played { stopped, ..self.played })
    }
}

/// What only a person at the stage does.
#[cfg(feature = "stage")]
impl Playing {
    /// What comes from outside.
    pub(crate) fn host(&self) -> &Host {
        &self.host
    }

    /// Begins a take that starts now, with everything where it was left.
    pub(crate) fn begin_take(&mut self, player: &Player, mut take: TakeWriter) -> Result<(), Error> {
        let stand = self.host.mappings().stand().into_iter();
        take.write(&stand.map(|input| Stamped::new(0, input)).collect::<Vec<_>>())?;
        self.files.begin_take(take, player.rate().start_sample(self.next));
        Ok(())
    }

    /// Ends the take; `None` when there is none.
    pub(crate) fn end_take(&mut self) -> Option<TakeWriter> {
        self.files.end_take()
    }

    /// Whether a take is being recorded.
    pub(crate) fn is_recording(&self) -> bool {
        self.files.is_recording()
    }

    /// The projector has shown the last frame again, this many times.
    pub(crate) fn repeated(&mut self, pictures: u64) {
        self.played.repeated += pictures;
    }

    /// Frames that were shown, left out and repeated so far.
    pub(crate) fn played(&self) -> Played {
        self.played
    }
}

impl Pacing {
    /// The sample before which a frame does not begin.
    fn start_sample(self, rate: FrameRate, frame: u64) -> u64 {
        match self {
            Pacing::Clock => rate.start_sample(frame),
            #[cfg(feature = "stage")]
            Pacing::Projector => {
                let length = rate.start_sample(frame + 1) - rate.start_sample(frame);
                rate.start_sample(frame).saturating_sub(length / 2)
            }
        }
    }
}

/// The frame to show now, and how many are left out: one that is late by more than a tick is.
fn catch_up(rate: FrameRate, next: u64, now_samples: u64) -> (u64, u64) {
    if now_samples < rate.start_sample(next + 1) {
        return (next, 0);
    }
    let frame = rate.frame_at(now_samples).max(next);
    (frame, frame - next)
}

fn count(player: &Player, is_counted: impl Fn(&Status) -> bool) -> usize {
    player.statuses().filter(|(_, status)| is_counted(status)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: FrameRate = FrameRate { frames: 60, secs: 1 };

    #[test]
    fn a_late_frame_is_shown_and_a_later_one_left_out() {
        assert_eq!(catch_up(RATE, 5, 4000), (5, 0));
        assert_eq!(catch_up(RATE, 5, 4799), (5, 0));
        assert_eq!(catch_up(RATE, 5, 4800), (6, 1));
        assert_eq!(catch_up(RATE, 5, 48_000), (60, 55));
        assert_eq!(catch_up(RATE, 5, 0), (5, 0));
    }

    #[test]
    #[cfg(feature = "stage")]
    fn a_projector_may_be_half_a_frame_early() {
        assert_eq!(Pacing::Clock.start_sample(RATE, 5), 4000);
        assert_eq!(Pacing::Projector.start_sample(RATE, 5), 3600);
        assert_eq!(Pacing::Projector.start_sample(RATE, 0), 0);
    }
}
