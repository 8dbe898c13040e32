//! Watches over the card: opens it, notices when it is gone, plays on silently, opens it again.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use engine::audio::AudioRunner;
use engine::node::Status;
use engine::supervisor::{Backoff, Change, Supervisor};
use pastiche_engine as engine;

use super::cards::{OpenCard, SoundCards};
use super::clock::SoundClock;
use super::output::{CardLink, CardOutput, Playing};

/// A card that asks for nothing for so long is gone, whatever it says.
const STALLED: Duration = Duration::from_secs(2);

/// Keeps the audio half playing: on the card while there is one, silently and in time while there is none.
pub(super) struct CardSupervisor {
    cards: Arc<dyn SoundCards>,
    name: Option<String>,
    supervisor: Supervisor,
    clock: Arc<SoundClock>,
    /// When the clock's own time began.
    epoch: Instant,
    is_running: bool,
    /// What plays, while no card has it.
    parked: Option<Box<Playing>>,
    open: Option<Open>,
    /// The link that what plays comes back from.
    awaited: Option<CardLink>,
    has_complained: bool,
    /// What to report to a person.
    pub(super) told: Vec<String>,
}

struct Open {
    /// Held, because dropping it stops it.
    card: OpenCard,
    name: String,
    link: CardLink,
    lost: Receiver<String>,
    /// Calls when it was looked at last, and since when there are no more.
    calls: u64,
    since: Duration,
    has_asked: bool,
}

impl CardSupervisor {
    pub(super) fn new(
        cards: Arc<dyn SoundCards>,
        name: Option<String>,
        clock: Arc<SoundClock>,
        epoch: Instant,
        runner: AudioRunner,
    ) -> CardSupervisor {
        let called =
            name.as_ref().map_or_else(|| "the sound card".into(), |name| format!("sound card `{name}`"));
        CardSupervisor {
            cards,
            name,
            supervisor: Supervisor::new(called, Backoff::USUAL),
            clock,
            epoch,
            is_running: false,
            parked: Some(Box::new(Playing { runner, next_sample: 0 })),
            open: None,
            awaited: None,
            has_complained: false,
            told: Vec::new(),
        }
    }

    /// The transport has begun.
    pub(super) fn begin(&mut self) {
        self.is_running = true;
    }

    /// Looks after everything; a hundred times a second or so.
    pub(super) fn turn(&mut self, now: Duration) {
        if let Some(why) = self.loss(now) {
            self.lose(now, why);
        }
        if let Some(link) = &mut self.awaited
            && let Ok(playing) = link.from_card.pop()
        {
            self.parked = Some(playing);
            self.awaited = None;
        }
        if self.open.is_none() && self.awaited.is_none() && self.supervisor.is_due(now) {
            self.try_to_open(now);
        }
        if self.is_running {
            self.play_on(now);
        }
    }

    /// What the card is called and how it is doing.
    pub(super) fn status(&self) -> (String, Status) {
        let name = match (&self.open, &self.name) {
            (Some(open), _) => open.name.clone(),
            (None, Some(name)) => name.clone(),
            (None, None) => "sound card".into(),
        };
        (name, self.supervisor.status())
    }

    /// Stops, and gives back what played.
    pub(super) fn stop(mut self) -> Option<AudioRunner> {
        if let Some(open) = self.open.take() {
            drop(open.card);
            self.awaited = Some(open.link);
        }
        let back = self.awaited.as_mut().and_then(|link| link.from_card.pop().ok());
        self.parked.or(back).map(|playing| playing.runner)
    }

    fn loss(&mut self, now: Duration) -> Option<String> {
        let open = self.open.as_mut()?;
        if let Ok(why) = open.lost.try_recv() {
            return Some(why);
        }
        let calls = self.clock.calls();
        if calls != open.calls {
            (open.calls, open.since, open.has_asked) = (calls, now, true);
        }
        (now.saturating_sub(open.since) > STALLED).then(|| "it asks for no sound".into())
    }

    fn lose(&mut self, now: Duration, why: String) {
        let Some(open) = self.open.take() else { return };
        drop(open.card);
        if self.parked.is_none() {
            self.awaited = Some(open.link);
        }
        self.supervisor.failed(now, why.clone());
        self.has_complained = true;
        self.told.push(format!("{} is gone: {why}; the music goes on silently", open.name));
    }

    fn try_to_open(&mut self, now: Duration) {
        let (lost, losses) = channel();
        let mut link = None;
        let (clock, epoch) = (&self.clock, self.epoch);
        let mut output = |rate_hz| {
            let (output, its_link) = CardOutput::new(rate_hz, clock.clone(), epoch);
            link = Some(its_link);
            output
        };
        let opened = self.cards.open(self.name.as_deref(), &mut output, lost);
        match (opened, link) {
            (Ok((card, name)), Some(link)) => {
                let back = if self.supervisor.found() == Change::Back { " again" } else { "" };
                self.told.push(format!("playing on {name}{back}"));
                let calls = self.clock.calls();
                let open = Open { card, name, link, lost: losses, calls, since: now, has_asked: false };
                self.open = Some(open);
            }
            (Ok(_), None) => {}
            (Err(why), _) => {
                if !std::mem::replace(&mut self.has_complained, true) {
                    self.told.push(format!("{why}; playing silently until there is one"));
                }
                self.supervisor.failed(now, why);
            }
        }
    }

    /// Hands what plays to the card once it asks, and keeps the time until then.
    fn play_on(&mut self, now: Duration) {
        let Some(mut playing) = self.parked.take() else { return };
        match &mut self.open {
            Some(open) if open.has_asked => {
                if let Err(rtrb::PushError::Full(playing)) = open.link.to_card.push(playing) {
                    self.parked = Some(playing);
                }
            }
            _ => {
                playing.run_silently(self.clock.silent_goal(now));
                self.parked = Some(playing);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;
    use std::sync::mpsc::Sender;

    use engine::audio::audio_pair;
    use engine::clock::FrameRate;

    /// Cards whose callbacks the test calls itself.
    #[derive(Clone, Default)]
    struct Shelf(Arc<Mutex<Shelved>>);

    #[derive(Default)]
    struct Shelved {
        is_plugged: bool,
        rate_hz: u32,
        output: Option<CardOutput>,
        lost: Option<Sender<String>>,
        opened: u32,
    }

    /// Dropping it drops the output, as a real card does.
    struct Plugged(Shelf);

    impl Drop for Plugged {
        fn drop(&mut self) {
            let output = self.0.0.lock().unwrap().output.take();
            drop(output);
        }
    }

    impl SoundCards for Shelf {
        fn open(
            &self,
            _name: Option<&str>,
            output: &mut dyn FnMut(u32) -> CardOutput,
            lost: Sender<String>,
        ) -> Result<(OpenCard, String), String> {
            let mut shelved = self.0.lock().unwrap();
            if !shelved.is_plugged {
                return Err("there is no sound card".into());
            }
            shelved.output = Some(output(shelved.rate_hz));
            shelved.lost = Some(lost);
            shelved.opened += 1;
            Ok((Box::new(Plugged(self.clone())), "a card".into()))
        }
    }

    struct Show {
        shelf: Shelf,
        supervisor: CardSupervisor,
        clock: Arc<SoundClock>,
        epoch: Instant,
        now: Duration,
        begun: Duration,
    }

    impl Show {
        fn new(rate_hz: u32) -> Show {
            let (_, runner) = audio_pair(FrameRate { frames: 60, secs: 1 });
            let shelf = Shelf::default();
            shelf.0.lock().unwrap().rate_hz = rate_hz;
            let epoch = Instant::now();
            let clock = Arc::new(SoundClock::new(800));
            let cards = Arc::new(shelf.clone());
            let supervisor = CardSupervisor::new(cards, None, clock.clone(), epoch, runner);
            Show { shelf, supervisor, clock, epoch, now: Duration::ZERO, begun: Duration::ZERO }
        }

        fn begin(&mut self) {
            self.begun = self.now;
            self.clock.begin(self.now);
            self.supervisor.begin();
        }

        /// Real time, with the card's callbacks every 10 ms.
        fn run(&mut self, millis: u64) {
            for _ in 0..millis / 10 {
                self.now += Duration::from_millis(10);
                let rate_hz = self.shelf.0.lock().unwrap().rate_hz as usize;
                if let Some(output) = &mut self.shelf.0.lock().unwrap().output {
                    output.fill(self.epoch + self.now, rate_hz / 100, |_| {});
                }
                self.supervisor.turn(self.now);
            }
        }

        /// How far the transport is from the time since it began, in samples.
        fn error(&self) -> f64 {
            self.clock.at(self.now) - (self.now - self.begun).as_secs_f64() * 48_000.0
        }
    }

    #[test]
    fn the_transport_stands_still_until_it_begins_and_then_keeps_time() {
        for rate_hz in [44_100, 48_000, 96_000] {
            let mut show = Show::new(rate_hz);
            show.shelf.0.lock().unwrap().is_plugged = true;
            show.run(500);
            assert!(show.supervisor.parked.as_ref().is_some_and(|playing| playing.next_sample == 0));
            show.begin();
            show.run(10_000);
            assert!(show.supervisor.parked.is_none(), "the card plays");
            assert!(show.error().abs() < 1000.0, "{rate_hz}: {}", show.error());
            assert_eq!(show.supervisor.told, ["playing on a card"]);
        }
    }

    #[test]
    fn without_a_card_the_music_goes_on_in_time_and_a_card_takes_over() {
        let mut show = Show::new(48_000);
        show.begin();
        show.run(3000);
        assert_eq!(show.error(), 0.0);
        let played = show.supervisor.parked.as_ref().unwrap().next_sample;
        assert!((3 * 48_000 - 1300..=3 * 48_000 - 800).contains(&played), "{played}");
        show.shelf.0.lock().unwrap().is_plugged = true;
        show.run(6000);
        assert!(show.supervisor.parked.is_none());
        assert!(show.error().abs() < 1000.0, "{}", show.error());
        assert_eq!(show.supervisor.told.len(), 2, "it complains once: {:?}", show.supervisor.told);
    }

    #[test]
    fn a_card_that_goes_away_comes_back_in_the_right_place() {
        let mut show = Show::new(44_100);
        show.shelf.0.lock().unwrap().is_plugged = true;
        show.begin();
        show.run(2000);
        show.shelf.0.lock().unwrap().is_plugged = false;
        show.shelf.0.lock().unwrap().lost.as_ref().unwrap().send("unplugged".into()).unwrap();
        show.run(20_000);
        assert!(show.error().abs() < 1000.0, "while it is gone: {}", show.error());
        show.shelf.0.lock().unwrap().is_plugged = true;
        show.shelf.0.lock().unwrap().rate_hz = 96_000;
        show.run(8000);
        assert!(show.supervisor.parked.is_none(), "it plays again");
        assert!(show.error().abs() < 1000.0, "{}", show.error());
        assert_eq!(
            show.supervisor.told,
            [
                "playing on a card",
                "a card is gone: unplugged; the music goes on silently",
                "playing on a card again"
            ]
        );
    }

    #[test]
    fn a_card_that_asks_for_nothing_is_given_up() {
        let mut show = Show::new(48_000);
        show.shelf.0.lock().unwrap().is_plugged = true;
        show.begin();
        show.run(1000);
        // It lies: it is open, and its callback is not called any more.
        for _ in 0..1000 {
            show.now += Duration::from_millis(10);
            show.supervisor.turn(show.now);
        }
        assert!(show.shelf.0.lock().unwrap().opened >= 2);
        assert!(show.error().abs() < 1000.0, "{}", show.error());
        show.run(3000);
        assert!(show.supervisor.parked.is_none());
    }

    #[test]
    fn a_card_that_takes_everything_at_once_does_not_carry_the_time_along() {
        let mut show = Show::new(48_000);
        show.shelf.0.lock().unwrap().is_plugged = true;
        show.begin();
        // Each call that comes too early sleeps for 2 ms.
        for _ in 0..50 {
            for _ in 0..10 {
                if let Some(output) = &mut show.shelf.0.lock().unwrap().output {
                    output.fill(show.epoch + show.now, 4800, |_| {});
                }
            }
            show.run(10);
        }
        assert!((0.0..20_000.0).contains(&show.error()), "{} samples ahead", show.error());
    }

    #[test]
    fn stopping_gives_back_what_played() {
        let mut show = Show::new(48_000);
        show.shelf.0.lock().unwrap().is_plugged = true;
        show.begin();
        show.run(1000);
        assert!(show.supervisor.stop().is_some());
    }
}
