//! In which picture something is seen that comes from outside, counted in pictures: controllers and knobs,
//! cameras, and what a line in hears.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is how a test fails")]

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use pastiche::engine::address::ControlAddress;
use pastiche::engine::audio::AudioRunner;
use pastiche::engine::audio_inputs::{AudioInputError, AudioInputs, Hear, OpenAudioInput, WhichAudioInput};
use pastiche::engine::cameras::{CameraError, CameraFormat, CameraPicture, CameraWish, Cameras, OpenCamera};
use pastiche::engine::clock::{FrameRate, SAMPLE_RATE};
use pastiche::engine::gpu::Gpu;
use pastiche::engine::port::{Value, linear_to_srgb};
use pastiche::engine::take::Input;
use pastiche::host::Host;
use pastiche::inbox::Event;
use pastiche::loader::PatchSource;
use pastiche::midi::{Hear as HearMidi, MidiEdge, MidiOutput, OpenInput};
use pastiche::{Pace, Player, PlayerConfig, registry};
use pastiche_testing::{Means, need};

/// Far more than anything here takes; only a failing test waits for it.
const PATIENCE: Duration = Duration::from_secs(60);

const SIZE_PX: [u32; 2] = [16, 9];

fn config(pace: Pace) -> PlayerConfig {
    let mut config = PlayerConfig::new(registry().unwrap(), pace);
    (config.size_px, config.watch) = (Some(SIZE_PX), false);
    config.rate = FrameRate { frames: 60, secs: 1 };
    config
}

/// The grey in the middle of the picture that is shown.
fn grey(player: &mut Player) -> u8 {
    let picture = player.pixels(0).unwrap();
    picture.rgba[4 * (SIZE_PX[0] * (SIZE_PX[1] / 2) + SIZE_PX[0] / 2) as usize]
}

struct Controller(Sender<HearMidi>);

impl MidiEdge for Controller {
    fn inputs(&mut self) -> Result<Vec<String>, String> {
        Ok(vec!["nanoKONTROL2".into()])
    }

    fn outputs(&mut self) -> Result<Vec<String>, String> {
        Ok(Vec::new())
    }

    fn open_input(&mut self, _place: usize, hear: HearMidi) -> Result<OpenInput, String> {
        self.0.send(hear).map_err(|error| error.to_string())?;
        Ok(Box::new(()))
    }

    fn open_output(&mut self, _place: usize) -> Result<Box<dyn MidiOutput>, String> {
        Err("it has no lamps".into())
    }

    fn open_virtual(&mut self, _name: &str, _hear: HearMidi) -> Result<Option<OpenInput>, String> {
        Ok(None)
    }
}

#[test]
fn a_controller_and_a_knob_are_seen_in_the_next_picture() {
    let Some(gpu) = need(Means::Adapter, Gpu::new()) else { return };
    let text = "let black = solid(colour(\"#000000\"));\nlet white = solid(colour(\"#ffffff\"));\n\
                screen(crossfade(black, white, cc(7) + knob(\"more\", 0)));\n";
    let source = PatchSource::Text { name: "test".into(), text: text.into() };
    let (opened, open) = channel();
    let mut host = Host::new(&source).with_midi_of(Controller(opened)).unwrap();
    let mut hear = open.recv_timeout(PATIENCE).unwrap();
    let mut config = config(Pace::Offline);
    config.gpu = Some(gpu);
    let mut player = Player::new(config).unwrap();
    player.load_source(source).unwrap();
    let shown = |player: &mut Player, host: &mut Host| {
        let start = player.rate().start_sample(player.next_frame());
        // The frame begins late: what came is a little younger than its start.
        host.take_in(player, start, |_| start + 100);
        let report = player.step();
        host.settle(player, &report.applied);
        grey(player)
    };
    let expected = |light: f64| (linear_to_srgb(light as f32) * 255.0).round() as u8;
    shown(&mut player, &mut host);
    for number in 1..=5_u8 {
        let fader = number * 20;
        hear(&[0xb0, 7, fader]);
        let light = f64::from(fader) / 127.0;
        assert!(shown(&mut player, &mut host).abs_diff(expected(light)) <= 1, "the fader at {fader}");
        host.sender().send(Event::Input(Input::Move { control: ControlAddress::knob("more"), value: 0.2 }));
        assert!(shown(&mut player, &mut host).abs_diff(expected(light + 0.2)) <= 1, "the knob at {fader}");
        host.sender().send(Event::Input(Input::Move { control: ControlAddress::knob("more"), value: 0.0 }));
        shown(&mut player, &mut host);
    }
}

/// Gives the pictures that a test sends, and says each time that it waits for the next.
struct StandIn {
    asks: Sender<()>,
    pictures: Mutex<Option<Receiver<u8>>>,
}

impl Cameras for StandIn {
    fn open(&self, _wish: &CameraWish) -> Result<Box<dyn OpenCamera>, CameraError> {
        let pictures = self.pictures.lock().unwrap().take().ok_or_else(|| CameraError::new("it is gone"))?;
        Ok(Box::new(Open { asks: self.asks.clone(), pictures }))
    }
}

struct Open {
    asks: Sender<()>,
    pictures: Receiver<u8>,
}

impl OpenCamera for Open {
    fn name(&self) -> String {
        "a stand-in".into()
    }

    fn wait(&mut self) -> Result<CameraPicture, CameraError> {
        let gone = |_| CameraError::new("the test is over");
        self.asks.send(()).map_err(|_| CameraError::new("the test is over"))?;
        let grey = self.pictures.recv().map_err(gone)?;
        let bytes = vec![grey; 3 * (SIZE_PX[0] * SIZE_PX[1]) as usize];
        Ok(CameraPicture { size_px: SIZE_PX, format: CameraFormat::Rgb, bytes })
    }
}

#[test]
fn a_picture_of_a_camera_is_seen_in_the_next_picture() {
    let ((asks, asked), (send, pictures)) = (channel(), channel());
    let mut config = config(Pace::Live);
    config.cameras = Some(Arc::new(StandIn { asks, pictures: Mutex::new(Some(pictures)) }));
    let mut player = Player::new(config).unwrap();
    player.load_text("test", "screen(camera());").unwrap();
    asked.recv_timeout(PATIENCE).unwrap();
    for number in 1..=20_u8 {
        send.send(number * 10).unwrap();
        // It waits for the next: this one has been taken in.
        asked.recv_timeout(PATIENCE).unwrap();
        player.step();
        assert_eq!(grey(&mut player), number * 10);
    }
}

struct Line(Sender<Hear>);

impl AudioInputs for Line {
    fn open(
        &self,
        _which: &WhichAudioInput,
        hear: &mut dyn FnMut(u32) -> Result<Hear, AudioInputError>,
    ) -> Result<Box<dyn OpenAudioInput>, AudioInputError> {
        self.0.send(hear(SAMPLE_RATE as u32)?).map_err(|error| AudioInputError::new(error.to_string()))?;
        Ok(Box::new(OpenStandIn))
    }
}

struct OpenStandIn;

impl OpenAudioInput for OpenStandIn {
    fn name(&self) -> String {
        "a stand-in".into()
    }

    fn loss(&mut self) -> Option<String> {
        None
    }
}

/// Samples of a block of the line, and of a buffer of the card.
const BLOCK: u64 = 256;

/// A line and a card at one pace, and frames that begin as far ahead of the card as in a show.
struct Heard {
    player: Player,
    sound: AudioRunner,
    hear: Hear,
    sample: u64,
    /// When the string was plucked last.
    plucked: Option<u64>,
}

impl Heard {
    /// The next block; whether a frame was run.
    fn block(&mut self) -> bool {
        let block: Vec<[f32; 2]> = (self.sample..self.sample + BLOCK)
            .map(|at| [self.plucked.map_or(0.0, |plucked| pluck(at - plucked)); 2])
            .collect();
        (self.hear)(&block);
        let mut buffer = [[0.0; 2]; BLOCK as usize];
        self.sound.run(self.sample, &mut buffer);
        self.sample += BLOCK;
        let rate = self.player.rate();
        let ahead = rate.start_sample(1);
        let is_due = self.sample + ahead >= rate.start_sample(self.player.next_frame());
        if is_due {
            self.player.step();
        }
        is_due
    }

    /// Plucks after a pause; in which picture it is counted, if it is.
    fn pluck(&mut self, number: u64) -> Option<u64> {
        for _ in 0..60 + number % PHASES {
            self.block();
        }
        let before = self.count();
        self.plucked = Some(self.sample);
        let mut pictures = 0;
        for _ in 0..60 {
            pictures += u64::from(self.block());
            if self.count() > before {
                return Some(pictures);
            }
        }
        None
    }

    fn count(&self) -> f64 {
        match self.player.output("count", "count") {
            Some(Value::Control(count)) => *count,
            other => panic!("{other:?}"),
        }
    }
}

/// In this many places of a frame the strings are plucked.
const PHASES: u64 = 7;

/// A string this many samples after it was plucked.
fn pluck(since: u64) -> f32 {
    let secs = since as f64 / SAMPLE_RATE as f64;
    let overtone = |number: f64| (std::f64::consts::TAU * 220.0 * number * secs).sin() / number;
    ((1..8).map(|number| overtone(f64::from(number))).sum::<f64>() * 0.3 * (-secs / 0.05).exp()) as f32
}

#[test]
fn an_onset_of_a_line_is_counted_at_most_two_pictures_after_it_was_heard() {
    let (opened, open) = channel();
    let mut config = config(Pace::Live);
    config.rate = FrameRate { frames: 30, secs: 1 };
    config.audio_inputs = Some(Arc::new(Line(opened)));
    let mut player = Player::new(config).unwrap();
    let sound = player.take_sound().unwrap();
    let text = "let heard = line_in();\nlet count = counter(onsets(heard), 0);\n\
                speakers(gain(heard, count));\n";
    player.load_text("test", text).unwrap();
    let hear = open.recv_timeout(PATIENCE).unwrap();
    let mut show = Heard { player, sound, hear, sample: 0, plucked: None };
    // Until the line is with the audio half, its plucks are not heard. What has piled up until then, as sound comes
    // faster here than it is played, drains slowly: it has settled when a row of plucks at all phases is in time.
    let begun = Instant::now();
    let mut in_time = 0;
    while in_time < 6 * PHASES && begun.elapsed() < PATIENCE {
        let is_in_time = show.pluck(in_time).is_some_and(|pictures| pictures <= 2);
        in_time = if is_in_time { in_time + 1 } else { 0 };
    }
    for number in 0..20 {
        let before = show.count();
        let pictures = show.pluck(number);
        assert_eq!(show.count(), before + 1.0, "pluck {number}");
        assert!(
            pictures.is_some_and(|pictures| pictures <= 2),
            "pluck {number}: seen in picture {pictures:?}"
        );
    }
}
