//! A player on the stage: the picture in a window, and an operator's window beside it.

mod keepsakes;

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use engine::address::ControlAddress;
use engine::diagnostic::Diagnostic;
use engine::gpu::Recorder;
use engine::live::Live;
use engine::node::Status;
use engine::registry::Registry;
use engine::take::Input;
use pastiche_engine as engine;
use pastiche_stage as stage;
use stage::{Figures, Next, Show, StageConfig, StageError};

use crate::error::Error;
use crate::inbox::{Command, Event};
use crate::play::{Pacing, PlayJob, Played, Playing, Told};
use crate::player::Player;

use keepsakes::Keepsakes;

/// Plays in windows until the picture's window is closed, the time is over or `stop` becomes true.
/// Belongs on the main thread. Stills and takes that are asked for by key go into the current folder.
///
/// # Errors
/// When there is no display, or a file cannot be opened. A disk that fills up later is reported, and the
/// show goes on.
pub fn play_on_stage(
    mut player: Player,
    job: PlayJob,
    config: StageConfig,
    stop: Arc<AtomicBool>,
    tell: impl FnMut(Told<'_>) + 'static,
) -> Result<Played, Error> {
    let patch = job.patch.name();
    let keepsakes = Keepsakes::new(&patch);
    let seed = job.seed;
    let playing = Playing::start(&mut player, job, Pacing::Projector)?;
    let tell = Box::new(tell);
    let show = OnStage {
        player,
        playing: Some(playing),
        stop,
        tell,
        patch,
        seed,
        take: None,
        keepsakes,
        news: Vec::new(),
    };
    let show = Rc::new(RefCell::new(show));
    let ended = stage::run(config, show.clone());
    let mut show = show.borrow_mut();
    show.keepsakes.finish();
    let stopped = show.stop.load(Ordering::Relaxed);
    let playing = show.playing.take();
    let played = playing.map_or(Ok(Played::default()), |playing| playing.finish(stopped, &mut show.tell))?;
    ended.map_err(|StageError { message, help }| Error::Program { message, help })?;
    Ok(played)
}

/// A player as the stage sees it.
struct OnStage {
    player: Player,
    /// Taken when the windows are closed.
    playing: Option<Playing>,
    stop: Arc<AtomicBool>,
    tell: Box<dyn FnMut(Told<'_>)>,
    patch: String,
    seed: u64,
    take: Option<PathBuf>,
    keepsakes: Keepsakes,
    news: Vec<String>,
}

impl OnStage {
    fn send(&self, event: Event) {
        if let Some(playing) = &self.playing {
            playing.host().sender().send(event);
        }
    }

    /// Says on the terminal and in the operator's window what came of a key.
    fn report(&mut self, line: String) {
        self.news.push(line.clone());
        (self.tell)(Told::News(line));
    }
}

impl Show for OnStage {
    fn next(&mut self) -> Next {
        let OnStage { playing: Some(playing), player, tell, news, .. } = self else { return Next::Over };
        if self.stop.load(Ordering::Relaxed) || playing.is_over(player) {
            return Next::Over;
        }
        let ran = playing.frame(player, &mut |told| {
            match &told {
                Told::News(line) => news.push(line.clone()),
                Told::Sound(line) => news.push((*line).to_owned()),
                Told::Unwritten(fault) => {
                    news.push(format!("{}; nothing more is written there", fault.message))
                }
                _ => {}
            }
            tell(told);
        });
        if !playing.is_recording() {
            self.take = None;
        }
        if ran.is_some() { Next::Frame } else { Next::Waiting }
    }

    fn repeated(&mut self, pictures: u64) {
        if let Some(playing) = &mut self.playing {
            playing.repeated(pictures);
        }
    }

    fn live(&self) -> &Live {
        self.player.live()
    }

    fn recorder(&mut self) -> Option<&mut Recorder> {
        self.player.recorder()
    }

    fn registry(&self) -> &Registry {
        self.player.registry()
    }

    fn faults(&self) -> Vec<Diagnostic> {
        self.player.faults()
    }

    fn figures(&self) -> Figures {
        let played = self.playing.as_ref().map(Playing::played).unwrap_or_default();
        Figures {
            patch: self.patch.clone(),
            frames: played.frames,
            skipped: played.skipped,
            repeated: played.repeated,
            take: self.take.clone(),
        }
    }

    fn hand(&mut self, input: Input) {
        self.send(Event::Input(input));
    }

    fn undo(&mut self) {
        self.send(Event::Command(Command::Undo));
    }

    fn badge(&self, control: &ControlAddress) -> Option<String> {
        self.playing.as_ref()?.host().mappings().badge(control)
    }

    fn learn(&mut self, control: &ControlAddress) {
        let armed = self.playing.as_ref().and_then(|playing| playing.host().mappings().armed());
        let command = match armed == Some(control) {
            true => Command::StopLearning,
            false => Command::Learn(control.clone()),
        };
        self.send(Event::Command(command));
    }

    fn unlearn(&mut self, control: &ControlAddress) {
        self.send(Event::Command(Command::Unlearn(control.clone())));
    }

    fn devices(&self) -> Vec<(String, Status)> {
        let midi = self.playing.iter().flat_map(|playing| playing.host().midi_statuses());
        self.player.devices().into_iter().chain(midi).collect()
    }

    fn save_still(&mut self) {
        match self.player.pixels(0) {
            Ok(picture) => self.keepsakes.save(picture),
            Err(fault) => self.report(format!("no still: {}", fault.message)),
        }
    }

    fn record(&mut self) {
        let Some(playing) = &mut self.playing else { return };
        if playing.end_take().is_some() {
            let take = self.take.take().map(|path| path.display().to_string());
            self.report(format!("the take is in {}", take.unwrap_or_else(|| "its file".into())));
            return;
        }
        let begun = self.keepsakes.take(&self.patch, self.seed);
        let begun = begun.and_then(|(path, take)| playing.begin_take(&self.player, take).map(|()| path));
        match begun {
            Ok(path) => {
                self.report(format!("recording {}", path.display()));
                self.take = Some(path);
            }
            Err(error) => self.report(format!("no take: {error}")),
        }
    }

    fn news(&mut self) -> Vec<String> {
        let of_stills: Vec<String> = self.keepsakes.news().collect();
        of_stills.into_iter().for_each(|line| self.report(line));
        std::mem::take(&mut self.news)
    }
}
