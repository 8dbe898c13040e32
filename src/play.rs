//! Plays a patch on the wall clock, without a window.

mod clock;
mod stills;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use engine::clock::FrameRate;
use engine::diagnostic::Diagnostic;
use engine::live::{FrameReport, NodeFault};
use engine::node::Status;
use pastiche_engine as engine;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::hands::{HandNews, Hands};
use crate::loader::{LoadReport, PatchSource};
use crate::player::{Player, node_diagnostic};
use crate::render::refused_diagnostic;
use crate::takes::TakeWriter;

use clock::Transport;
use stills::Stills;

/// How a patch is played.
pub struct PlayJob {
    /// The patch.
    pub patch: PatchSource,
    /// How long; `None` until it is stopped.
    pub length: Option<Duration>,
    /// Where a line of figures a frame goes.
    pub stats: Option<PathBuf>,
    /// Where pictures go, and after how many frames the next one does.
    pub stills: Option<(PathBuf, u64)>,
    /// Where what comes from outside is recorded.
    pub take: Option<TakeWriter>,
    /// What comes from outside.
    pub hands: Hands,
    /// When the program started, for the figures.
    pub launched: Instant,
}

/// What was played.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Played {
    /// Frames that were shown.
    pub frames: u64,
    /// Frames that were left out because the machine was too slow.
    pub skipped: u64,
    /// Whether it was stopped before the end.
    pub stopped: bool,
}

/// What is told while it goes on.
pub enum Told<'a> {
    /// A patch was loaded, or refused.
    Load(&'a LoadReport),
    /// Something is wrong, but the show goes on.
    Fault(Diagnostic),
    /// A node works again.
    Recovered(&'a str),
    /// What came of what hands did, in a sentence.
    Hands(String),
    /// A sound card plays, or is gone.
    Sound(&'a str),
}

/// A line of figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FrameStats {
    /// Number of the frame.
    pub frame: u64,
    /// Version of the patch that played it; 0 is none.
    pub version: u64,
    /// How late the show was, in milliseconds: since the frame behind the one before was due, also
    /// when that one is left out.
    pub lateness_ms: f64,
    /// From a change on disk to the commit, in the frame that shows it.
    pub reload_ms: Option<f64>,
    /// How long the frame's own work took, in milliseconds.
    pub work_ms: f64,
    /// Frames left out so far.
    pub skipped: u64,
    /// Nodes that have nothing to show yet, such as a first painting.
    pub waiting: usize,
    /// Nodes at fault.
    pub failing: usize,
    /// Since the program started, in milliseconds, at the end of the frame.
    pub launch_ms: f64,
}

/// Plays until the time is over or `stop` becomes true. A patch at fault is waited for: mend it and
/// it plays.
///
/// # Errors
/// When the figures, a still or the take cannot be written.
pub fn play(
    player: &mut Player,
    job: PlayJob,
    stop: &AtomicBool,
    mut tell: impl FnMut(Told<'_>),
) -> Result<Played, Error> {
    let mut files = Files::open(job.stats, job.stills, job.take)?;
    let mut hands = job.hands;
    player.load_in_background(job.patch);
    let rate = player.rate();
    let mut played = Played::default();
    // Before the first load is done there is nothing to keep time for.
    while !stop.load(Ordering::Relaxed) && player.is_loading() {
        player.poll().iter().for_each(|report| tell(Told::Load(report)));
        std::thread::sleep(Duration::from_millis(1));
    }
    let clock = Transport::start(player.begin_sound());
    let end_sample = job.length.map(Transport::samples);
    let mut next = 0;
    loop {
        played.stopped = stop.load(Ordering::Relaxed);
        if played.stopped || end_sample.is_some_and(|end| rate.start_sample(next) >= end) {
            break;
        }
        clock.sleep_until(rate.start_sample(next));
        let (frame, skipped) = catch_up(rate, next, clock.now_samples());
        played.skipped += skipped;
        let lateness = clock.since(rate.start_sample(next));
        let begun = Instant::now();
        let reports = player.poll();
        let committed = Instant::now();
        hands.take_in(player, |at| clock.samples_at(at));
        player.sound_told().iter().for_each(|text| tell(Told::Sound(text)));
        reports.iter().for_each(|report| tell(Told::Load(report)));
        let report = player.frame(frame);
        tell_frame(&report, &mut tell);
        hands.settle(player, &report.applied).into_iter().for_each(|news| tell_news(news, &mut tell));
        if let Some(take) = &mut files.take {
            take.write(&report.applied)?;
        }
        let changed_at =
            reports.iter().filter(|report| report.is_good()).find_map(|report| report.changed_at);
        let reload = changed_at.map(|changed_at| millis(committed.saturating_duration_since(changed_at)));
        files.still(player, played.frames, frame)?;
        files.stats(&FrameStats {
            frame,
            version: player.version(),
            lateness_ms: millis(lateness),
            reload_ms: reload,
            work_ms: millis(begun.elapsed()),
            skipped: played.skipped,
            waiting: count(player, |status| matches!(status, Status::Waiting(_))),
            failing: count(player, |status| matches!(status, Status::Failed(_))),
            launch_ms: millis(job.launched.elapsed()),
        })?;
        played.frames += 1;
        next = frame + 1;
    }
    hands.finish().into_iter().for_each(|news| tell_news(news, &mut tell));
    files.finish()?;
    Ok(played)
}

/// The frame to show now, and how many are left out: one that is late by more than a tick is.
fn catch_up(rate: FrameRate, next: u64, now_samples: u64) -> (u64, u64) {
    if now_samples < rate.start_sample(next + 1) {
        return (next, 0);
    }
    let frame = rate.frame_at(now_samples).max(next);
    (frame, frame - next)
}

fn tell_frame(report: &FrameReport, tell: &mut impl FnMut(Told<'_>)) {
    for fault in &report.refused {
        tell(Told::Fault(refused_diagnostic(fault)));
    }
    for NodeFault { node, fault } in &report.faults {
        tell(Told::Fault(node_diagnostic(node, fault)));
    }
    for node in &report.recovered {
        tell(Told::Recovered(&node.0));
    }
}

fn tell_news(news: HandNews, tell: &mut impl FnMut(Told<'_>)) {
    tell(match news {
        HandNews::Line(line) => Told::Hands(line),
        HandNews::Fault(fault) => Told::Fault(fault),
    });
}

fn count(player: &Player, is_counted: impl Fn(&Status) -> bool) -> usize {
    player.statuses().filter(|(_, status)| is_counted(status)).count()
}

/// To a microsecond.
fn millis(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

/// The files that are written while a patch plays.
struct Files {
    stats: Option<(PathBuf, BufWriter<File>)>,
    stills: Option<Stills>,
    take: Option<TakeWriter>,
}

impl Files {
    fn open(
        stats: Option<PathBuf>,
        stills: Option<(PathBuf, u64)>,
        take: Option<TakeWriter>,
    ) -> Result<Files, Error> {
        let stats = stats.map(|path| match File::create(&path) {
            Ok(file) => Ok((path, BufWriter::new(file))),
            Err(error) => Err(Error::file("write", &path, error)),
        });
        let stills = stills.map(|(folder, every)| Stills::start(folder, every));
        Ok(Files { stats: stats.transpose()?, stills: stills.transpose()?, take })
    }

    fn stats(&mut self, stats: &FrameStats) -> Result<(), Error> {
        let Some((path, file)) = &mut self.stats else { return Ok(()) };
        let line = serde_json::to_string(stats).map_err(std::io::Error::from);
        // Whole lines at once, so that another program can follow.
        let written = line.and_then(|line| file.write_all(format!("{line}\n").as_bytes()));
        let written = written.and_then(|()| file.flush());
        written.map_err(|error| Error::file("write", path, error))
    }

    fn still(&mut self, player: &mut Player, shown: u64, frame: u64) -> Result<(), Error> {
        match &mut self.stills {
            Some(stills) => stills.take(player, shown, frame),
            None => Ok(()),
        }
    }

    fn finish(self) -> Result<(), Error> {
        self.stills.map_or(Ok(()), Stills::finish)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_frame_is_shown_and_a_later_one_left_out() {
        let rate = FrameRate { frames: 60, secs: 1 };
        assert_eq!(catch_up(rate, 5, 4000), (5, 0));
        assert_eq!(catch_up(rate, 5, 4799), (5, 0));
        assert_eq!(catch_up(rate, 5, 4800), (6, 1));
        assert_eq!(catch_up(rate, 5, 48_000), (60, 55));
        assert_eq!(catch_up(rate, 5, 0), (5, 0));
    }
}
