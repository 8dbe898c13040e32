//! Lines that come, lie and go, heard through the reader. Nothing waits: the test moves the clock.

use std::f64::consts::PI;
use std::sync::Mutex;
use std::time::Duration;

use pastiche_engine::audio_inputs::{AudioInputError, AudioInputs, Hear, OpenAudioInput, WhichAudioInput};
use pastiche_engine::supervisor::Backoff;

use super::super::feed::{Keeper, Shared};
use super::*;

/// A device whose samples the test makes.
#[derive(Default)]
struct Device(Mutex<Plug>);

#[derive(Default)]
struct Plug {
    /// `None` while it is not there.
    rate_hz: Option<u32>,
    hear: Option<Hear>,
    loss: Option<String>,
    opened: usize,
}

struct Opened(Arc<Device>);

/// As a machine has it.
struct Machine(Arc<Device>);

impl AudioInputs for Machine {
    fn open(
        &self,
        _which: &WhichAudioInput,
        hear: &mut dyn FnMut(u32) -> Result<Hear, AudioInputError>,
    ) -> Result<Box<dyn OpenAudioInput>, AudioInputError> {
        let mut plug = self.0.0.lock().unwrap();
        let rate_hz = plug.rate_hz.ok_or_else(|| AudioInputError::new("there is none"))?;
        plug.hear = Some(hear(rate_hz)?);
        plug.loss = None;
        plug.opened += 1;
        Ok(Box::new(Opened(self.0.clone())))
    }
}

impl OpenAudioInput for Opened {
    fn name(&self) -> String {
        "Mixer".into()
    }

    fn loss(&mut self) -> Option<String> {
        self.0.0.lock().unwrap().loss.clone()
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.0.0.lock().unwrap().hear = None;
    }
}

/// A device beside the audio thread, on one clock.
struct Room {
    device: Arc<Device>,
    keeper: Keeper,
    reader: Reader,
    /// Output samples that have been played.
    played: u64,
    /// Samples that the device is behind, and those that it has given.
    due: f64,
    given: u64,
    /// Of its clock against ours.
    drift: f64,
    block: usize,
}

impl Room {
    fn new(rate_hz: Option<u32>, block: usize, drift: f64) -> Room {
        let device = Arc::new(Device(Mutex::new(Plug { rate_hz, ..Plug::default() })));
        let (seat, reader) = way();
        let machine = Arc::new(Machine(device.clone()));
        let shared = Arc::new(Shared::new(&WhichAudioInput::Usual, Backoff::USUAL, seat.late.clone()));
        let keeper = Keeper::new(machine, WhichAudioInput::Usual, shared, Arc::new(Mutex::new(seat)));
        Room { device, keeper, reader, played: 0, due: 0.0, given: 0, drift, block }
    }

    /// Plays for so long what the device hears; `wave` makes the sample of a time in seconds.
    fn play(&mut self, secs: f64, wave: impl Fn(f64) -> f32) -> Vec<f32> {
        let mut heard = Vec::new();
        let until = self.played + (secs * 48_000.0) as u64;
        let mut sides = [[0.0; 64]; 2];
        while self.played < until {
            if self.played % 960 < 64 {
                self.keeper.turn(Duration::from_secs_f64(self.played as f64 / 48_000.0));
            }
            let mut plug = self.device.0.lock().unwrap();
            if let Some(rate_hz) = plug.rate_hz {
                self.due += 64.0 / 48_000.0 * f64::from(rate_hz) * self.drift;
                while self.due >= self.block as f64 {
                    self.due -= self.block as f64;
                    let rate = f64::from(rate_hz);
                    let samples: Vec<[f32; 2]> =
                        (0..self.block).map(|at| [wave((self.given + at as u64) as f64 / rate); 2]).collect();
                    self.given += self.block as u64;
                    if let Some(hear) = &mut plug.hear {
                        hear(&samples);
                    }
                }
            }
            drop(plug);
            let [left, right] = &mut sides;
            self.reader.fill(left, right);
            assert_eq!(left, right);
            heard.extend_from_slice(left);
            self.played += 64;
        }
        heard
    }

    fn unplug(&mut self) {
        let mut plug = self.device.0.lock().unwrap();
        (plug.rate_hz, plug.loss) = (None, Some("unplugged".into()));
    }

    fn plug_in(&mut self, rate_hz: u32) {
        self.device.0.lock().unwrap().rate_hz = Some(rate_hz);
    }
}

const HZ: f64 = 440.0;

fn sine(at_secs: f64) -> f32 {
    0.5 * (2.0 * PI * HZ * at_secs).sin() as f32
}

/// The largest step of a sine of that frequency and strength, and a little.
const STEP: f32 = 0.5 * (2.0 * PI * HZ / 48_000.0) as f32 * 1.1;

fn largest_step(sound: &[f32]) -> f32 {
    sound.windows(2).map(|two| (two[1] - two[0]).abs()).fold(0.0, f32::max)
}

/// By its rising zero crossings, in hertz.
fn pitch(sound: &[f32]) -> f64 {
    let crossings: Vec<f64> = sound
        .windows(2)
        .enumerate()
        .filter(|(_, two)| two[0] < 0.0 && two[1] >= 0.0)
        .map(|(at, two)| at as f64 + f64::from(two[0] / (two[0] - two[1])))
        .collect();
    let [first, .., last] = crossings[..] else { return 0.0 };
    (crossings.len() - 1) as f64 * 48_000.0 / (last - first)
}

#[test]
fn a_line_of_any_rate_and_block_is_heard_at_its_pitch_without_clicks() {
    let lines = [
        (48_000, 480, 1.0003),
        (44_100, 441, 0.9997),
        (8000, 80, 1.0),
        (192_000, 2048, 1.0002),
        (96_000, 37, 0.9999),
        (48_000, 4096, 1.0),
    ];
    for (rate_hz, block, drift) in lines {
        let mut room = Room::new(Some(rate_hz), block, drift);
        let sound = room.play(6.0, sine);
        let settled = &sound[3 * 48_000..];
        assert!(settled.iter().any(|sample| *sample > 0.45), "{rate_hz} Hz in blocks of {block} is silent");
        let step = largest_step(&sound);
        assert!(step < STEP, "{rate_hz} Hz in blocks of {block}: a step of {step}");
        // Half a percent at most while it settles; a cent is six hundredths of one.
        let cents = 1200.0 * (pitch(settled) / HZ).log2();
        assert!(cents.abs() < 2.0, "{rate_hz} Hz in blocks of {block}: {cents} cents");
        let late = f64::from(f32::from_bits(room.reader.late.load(Relaxed)));
        let most = 1.6 * block as f64 / f64::from(rate_hz) + 0.025;
        assert!(late > 0.0 && late < most, "{rate_hz} Hz in blocks of {block}: {late} s late");
    }
}

#[test]
fn a_line_that_goes_away_comes_back_at_another_rate_without_a_click() {
    let mut room = Room::new(None, 480, 1.0);
    assert!(room.play(0.5, sine).iter().all(|sample| *sample == 0.0));
    room.plug_in(48_000);
    let mut sound = room.play(3.0, sine);
    room.unplug();
    sound.extend(room.play(2.0, sine));
    assert_eq!(sound.last(), Some(&0.0), "it is silent while it is gone");
    room.plug_in(44_100);
    sound.extend(room.play(6.0, sine));
    assert_eq!(room.device.0.lock().unwrap().opened, 2);
    let step = largest_step(&sound);
    assert!(step < STEP, "a step of {step}");
    assert!((1200.0 * (pitch(&sound[sound.len() - 48_000..]) / HZ).log2()).abs() < 2.0);
}

#[test]
fn a_line_that_stalls_is_opened_again() {
    let mut room = Room::new(Some(48_000), usize::MAX, 1.0);
    room.play(10.0, sine);
    assert!(room.device.0.lock().unwrap().opened >= 2, "it gave nothing");
    room.block = 64;
    room.due = 0.0;
    let sound = room.play(8.0, sine);
    assert!(sound[7 * 48_000..].iter().any(|sample| *sample > 0.45));
}

#[test]
fn garbage_is_silence_and_a_lie_about_the_rate_is_refused() {
    let mut room = Room::new(Some(48_000), 100, 1.0);
    let wrong = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX];
    let sound = room.play(2.0, |at_secs| wrong[(at_secs * 48_000.0) as usize % 4]);
    assert!(sound.iter().all(|sample| sample.abs() < 64.0), "what is too loud is held back");
    let mut room = Room::new(Some(0), 100, 1.0);
    assert!(room.play(2.0, sine).iter().all(|sample| *sample == 0.0));
}

#[test]
fn what_piles_up_is_thrown_away_and_what_is_missing_is_silent() {
    let mut room = Room::new(Some(48_000), 480, 1.0);
    let mut sound = room.play(2.0, sine);
    // A second at once, as after a stall of the audio thread.
    room.due += 48_000.0;
    sound.extend(room.play(2.0, sine));
    let late = f32::from_bits(room.reader.late.load(Relaxed));
    assert!(late < 0.1, "{late} s late");
    // A device that stops for a tenth of a second.
    room.due -= 4800.0;
    sound.extend(room.play(2.0, sine));
    assert!(sound[sound.len() - 4800..].iter().any(|sample| *sample > 0.45));
    let step = largest_step(&sound);
    assert!(step < 2.0 * STEP, "a step of {step}");
}
