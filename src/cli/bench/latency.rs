//! `pastiche bench latency`: how many pictures it takes until what comes from outside is seen. Stand-ins
//! number what they send, and the pictures that are shown carry the number as a shade of grey.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use pastiche::engine::address::ControlAddress;
use pastiche::engine::audio_inputs::{AudioInputError, AudioInputs, Hear, OpenAudioInput, WhichAudioInput};
use pastiche::engine::cameras::{CameraError, CameraFormat, CameraPicture, CameraWish, Cameras, OpenCamera};
use pastiche::engine::clock::{FrameRate, SAMPLE_RATE};
use pastiche::engine::gpu::Gpu;
use pastiche::engine::port::linear_to_srgb;
use pastiche::engine::take::Input;
use pastiche::host::Host;
use pastiche::inbox;
use pastiche::loader::PatchSource;
use pastiche::play::{FrameStats, PlayJob, play};
use pastiche::sound::SoundOutput;
use pastiche::{Pace, Player, PlayerConfig, registry};
use serde::Serialize;

use super::stand_ins::{Buffers, Card, Controller, duration, part_of};
use crate::cli::terminal;

const FRAMES_A_SECOND: [u32; 2] = [30, 60];
const SIZE_PX: [u32; 2] = [64, 36];
/// Things that come from outside, of each kind.
const EVENTS: usize = 60;
/// Shades of grey; numbers go round.
const SHADES: usize = 8;
/// The first frames compile shaders and open devices.
const WARM_UP: Duration = Duration::from_millis(1500);
/// After the last event, so that it is seen.
const REST: Duration = Duration::from_millis(400);
/// From one event to the next, and what is added by chance.
const BETWEEN: Duration = Duration::from_millis(110);
const MORE: Duration = Duration::from_millis(60);
/// Pictures of the camera.
const CAMERA_PERIOD: Duration = Duration::from_micros(33_367);
/// Samples of a block of the line, and of a buffer of the card.
const BLOCK: usize = 256;

const GREY: &str = "screen(crossfade(solid(colour(\"#000000\")), solid(colour(\"#ffffff\")), SHADE));\n";

#[derive(Serialize)]
pub(super) struct Report {
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    what: &'static str,
    frames_a_second: u32,
    events: usize,
    /// Events that no picture showed.
    unseen: usize,
    /// How many events were first seen in which picture after they came; 1 is the next one.
    pictures: BTreeMap<u64, usize>,
    /// What is allowed.
    most_pictures: u64,
}

/// Something that comes, with the number that a picture is to show.
#[derive(Clone, Copy)]
struct Event {
    at: Instant,
    number: usize,
}

/// A picture that was shown.
struct Shown {
    frame: u64,
    begun: Instant,
    grey: u8,
}

/// Moves a controller and a knob, gives pictures of a camera and beats on a line in.
pub(super) fn measure() -> anyhow::Result<Report> {
    let Some(gpu) = terminal::open_gpu() else { bail!("without a graphics adapter nothing is drawn") };
    let mut rows = Vec::new();
    for frames_a_second in FRAMES_A_SECOND {
        let mut row = |what, most_pictures, (events, shown, shades): Measured| {
            let (pictures, unseen) = count(&events, &shown, &shades);
            let row = Row { what, frames_a_second, events: events.len(), unseen, pictures, most_pictures };
            rows.push(row);
        };
        terminal::tell(format_args!("{frames_a_second} frames a second …"));
        row("a MIDI controller", 1, controller(&gpu, frames_a_second)?);
        row("a knob", 1, knob(&gpu, frames_a_second)?);
        row("a picture of a camera", 2, camera(&gpu, frames_a_second)?);
        row("an onset in `line_in`", 2, line(&gpu, frames_a_second)?);
    }
    Ok(Report { rows })
}

type Measured = (Vec<Event>, Vec<Shown>, [u8; SHADES]);

/// Numbers go round.
fn shade(number: usize) -> f64 {
    (number % SHADES) as f64 / (SHADES - 1) as f64
}

/// The greys of numbers that a control gives to [`GREY`]: light is mixed, and encoded where it leaves.
fn mixed() -> [u8; SHADES] {
    std::array::from_fn(|number| (linear_to_srgb(shade(number) as f32) * 255.0).round() as u8)
}

fn controller(gpu: &Gpu, frames: u32) -> anyhow::Result<Measured> {
    let show = Show::new(gpu, frames, &GREY.replace("SHADE", "cc(7)"))?;
    let (opened, open) = channel();
    let host = Host::new(&show.patch).with_midi_of(Controller(opened))?;
    let mut hear = open.recv().context("the stand-in was not opened")?;
    let send = move |number| hear(&[0xb0, 7, (shade(number) * 127.0).round() as u8]);
    let (events, shown) = show.play(host, |_| {}, move |stop| send_each(send, &stop))?;
    Ok((events, shown, mixed()))
}

fn knob(gpu: &Gpu, frames: u32) -> anyhow::Result<Measured> {
    let show = Show::new(gpu, frames, &GREY.replace("SHADE", "knob(\"shade\", 0)"))?;
    let host = Host::new(&show.patch);
    let sender = host.sender();
    let send = move |number| {
        let input = Input::Move { control: ControlAddress::knob("shade"), value: shade(number) };
        sender.send(inbox::Event::Input(input));
    };
    let (events, shown) = show.play(host, |_| {}, move |stop| send_each(send, &stop))?;
    Ok((events, shown, mixed()))
}

fn send_each(mut send: impl FnMut(usize), stop: &AtomicBool) -> Vec<Event> {
    thread::sleep(WARM_UP);
    let mut events = Vec::new();
    for number in 1..=EVENTS {
        thread::sleep(BETWEEN + part_of(MORE, number));
        events.push(Event { at: Instant::now(), number });
        send(number);
    }
    thread::sleep(REST);
    stop.store(true, Relaxed);
    events
}

fn camera(gpu: &Gpu, frames: u32) -> anyhow::Result<Measured> {
    let show = Show::new(gpu, frames, "screen(camera());\n")?;
    let shades: [u8; SHADES] = std::array::from_fn(|number| 16 + 30 * number as u8);
    let events = Arc::new(Mutex::new(Vec::new()));
    let cameras = Arc::new(StandInCameras { shades, events: events.clone() });
    let wait = move |stop: Arc<AtomicBool>| {
        thread::sleep(WARM_UP);
        let lock = || events.lock().unwrap_or_else(PoisonError::into_inner);
        lock().clear();
        thread::sleep(CAMERA_PERIOD * EVENTS as u32);
        let events = lock().clone();
        thread::sleep(REST);
        stop.store(true, Relaxed);
        events
    };
    let host = Host::new(&show.patch);
    let (events, shown) = show.play(host, move |config| config.cameras = Some(cameras), wait)?;
    Ok((events, shown, shades))
}

struct StandInCameras {
    shades: [u8; SHADES],
    events: Arc<Mutex<Vec<Event>>>,
}

impl Cameras for StandInCameras {
    fn open(&self, _wish: &CameraWish) -> Result<Box<dyn OpenCamera>, CameraError> {
        let (shades, events) = (self.shades, self.events.clone());
        Ok(Box::new(StandInCamera { shades, events, begun: Instant::now(), number: 0 }))
    }
}

struct StandInCamera {
    shades: [u8; SHADES],
    events: Arc<Mutex<Vec<Event>>>,
    begun: Instant,
    number: usize,
}

impl OpenCamera for StandInCamera {
    fn name(&self) -> String {
        "a stand-in".into()
    }

    fn wait(&mut self) -> Result<CameraPicture, CameraError> {
        self.number += 1;
        let due = self.begun + CAMERA_PERIOD * self.number as u32;
        thread::sleep(due.saturating_duration_since(Instant::now()));
        let event = Event { at: Instant::now(), number: self.number };
        self.events.lock().unwrap_or_else(PoisonError::into_inner).push(event);
        let grey = self.shades[self.number % SHADES];
        let bytes = vec![grey; 3 * (SIZE_PX[0] * SIZE_PX[1]) as usize];
        Ok(CameraPicture { size_px: SIZE_PX, format: CameraFormat::Rgb, bytes })
    }
}

fn line(gpu: &Gpu, frames: u32) -> anyhow::Result<Measured> {
    let counted = format!("counter(onsets(heard), {SHADES}) / {}", SHADES - 1);
    let text = format!("let heard = line_in();\nspeakers(heard);\n{}", GREY.replace("SHADE", &counted));
    let show = Show::new(gpu, frames, &text)?;
    let (onsets, _onsets) = channel();
    let card = Card { buffer: BLOCK, onsets, buffers: Arc::new(Buffers::default()) };
    let (opened, open) = channel();
    let configure = move |config: &mut PlayerConfig| {
        config.sound = SoundOutput::Default;
        config.cards = Arc::new(card);
        config.audio_inputs = Some(Arc::new(StandInAudioInputs(opened)));
    };
    let host = Host::new(&show.patch);
    let (events, shown) = show.play(host, configure, move |stop| beat(&open, &stop))?;
    Ok((events, shown, mixed()))
}

struct StandInAudioInputs(Sender<Hear>);

impl AudioInputs for StandInAudioInputs {
    fn open(
        &self,
        _which: &WhichAudioInput,
        hear: &mut dyn FnMut(u32) -> Result<Hear, AudioInputError>,
    ) -> Result<Box<dyn OpenAudioInput>, AudioInputError> {
        let hear = hear(SAMPLE_RATE as u32)?;
        self.0.send(hear).map_err(|_| AudioInputError::new("the bench has ended"))?;
        Ok(Box::new(StandInLine))
    }
}

struct StandInLine;

impl OpenAudioInput for StandInLine {
    fn name(&self) -> String {
        "a stand-in".into()
    }

    fn loss(&mut self) -> Option<String> {
        None
    }
}

/// Samples from one beat to the next, where chance adds none.
const BEAT: usize = 9600;

/// Gives blocks of a line that hears a plucked string from time to time. Each is heard when it is plucked; its
/// block comes when it is full.
fn beat(open: &Receiver<Hear>, stop: &AtomicBool) -> Vec<Event> {
    let mut events = Vec::new();
    let Ok(mut hear) = open.recv() else { return events };
    let begun = Instant::now();
    let first = (WARM_UP.as_secs_f64() * SAMPLE_RATE as f64) as usize;
    let mut since = 0;
    let (mut sample, mut next) = (0, first);
    while events.len() < EVENTS || since < 2 * BEAT {
        let block: Vec<[f32; 2]> = (0..BLOCK)
            .map(|_| {
                if sample == next && events.len() < EVENTS {
                    let number = events.len() + 1;
                    events.push(Event { at: begun + duration(sample as u64), number });
                    next += BEAT + 7919 * number % 1600;
                    since = 0;
                }
                (sample, since) = (sample + 1, since + 1);
                if events.is_empty() { [0.0; 2] } else { [pluck(since); 2] }
            })
            .collect();
        let due = begun + duration(sample as u64);
        thread::sleep(due.saturating_duration_since(Instant::now()));
        hear(&block);
    }
    stop.store(true, Relaxed);
    events
}

/// A string this many samples after it was plucked.
fn pluck(since: usize) -> f32 {
    let secs = since as f64 / SAMPLE_RATE as f64;
    let overtone = |number: f64| (std::f64::consts::TAU * 220.0 * number * secs).sin() / number;
    ((1..8).map(|number| overtone(f64::from(number))).sum::<f64>() * 0.3 * (-secs / 0.05).exp()) as f32
}

/// A patch that is played as the program plays it, with its pictures and figures written beside it.
struct Show {
    folder: tempfile::TempDir,
    patch: PatchSource,
    gpu: Gpu,
    frames: u32,
}

impl Show {
    fn new(gpu: &Gpu, frames: u32, text: &str) -> anyhow::Result<Show> {
        let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
        let patch = PatchSource::Text { name: "bench".into(), text: text.into() };
        Ok(Show { folder, patch, gpu: gpu.clone(), frames })
    }

    /// Plays while something comes, on a thread of its own, until that sets the flag.
    fn play(
        self,
        host: Host,
        configure: impl FnOnce(&mut PlayerConfig),
        come: impl FnOnce(Arc<AtomicBool>) -> Vec<Event> + Send + 'static,
    ) -> anyhow::Result<(Vec<Event>, Vec<Shown>)> {
        let mut config = PlayerConfig::new(registry()?, Pace::Live);
        (config.gpu, config.size_px) = (Some(self.gpu), Some(SIZE_PX));
        config.rate = FrameRate { frames: self.frames, secs: 1 };
        configure(&mut config);
        let mut player = Player::new(config)?;
        let (stats, stills) = (self.folder.path().join("stats.jsonl"), self.folder.path().join("stills"));
        let stop = Arc::new(AtomicBool::new(false));
        let its_stop = stop.clone();
        let coming = thread::spawn(move || come(its_stop));
        let launched = Instant::now();
        let job = PlayJob {
            host,
            stats: Some(stats.clone()),
            stills: Some((stills.clone(), 1)),
            launched,
            ..PlayJob::new(self.patch)
        };
        play(&mut player, job, &stop, |_| {})?;
        let events = coming.join().ok().context("the stand-in has failed")?;
        Ok((events, shown(launched, &stats, &stills)?))
    }
}

/// The pictures of a show, in their order. One that the disk was too slow for is left out.
fn shown(launched: Instant, stats: &Path, stills: &Path) -> anyhow::Result<Vec<Shown>> {
    let text = fs::read_to_string(stats).context("cannot read the figures")?;
    let mut shown = Vec::new();
    for line in text.lines() {
        let FrameStats { frame, work_ms, launch_ms, .. } = serde_json::from_str(line)?;
        let still = stills.join(format!("frame_{frame:05}.png"));
        if !still.exists() {
            continue;
        }
        let picture = image::open(&still).context("cannot read a picture")?.to_rgb8();
        let grey = picture.get_pixel(SIZE_PX[0] / 2, SIZE_PX[1] / 2)[1];
        let begun = launched + Duration::from_secs_f64((launch_ms - work_ms).max(0.0) / 1e3);
        shown.push(Shown { frame, begun, grey });
    }
    ensure!(!shown.is_empty(), "nothing was shown");
    Ok(shown)
}

/// How many events were first seen in which picture after they came, and how many in none.
fn count(events: &[Event], shown: &[Shown], shades: &[u8; SHADES]) -> (BTreeMap<u64, usize>, usize) {
    let number = |grey: u8| (0..SHADES).min_by_key(|number| shades[*number].abs_diff(grey)).unwrap_or(0);
    let (mut pictures, mut unseen) = (BTreeMap::new(), 0);
    for event in events {
        let behind = &shown[shown.partition_point(|shown| shown.begun < event.at)..];
        // A picture of a later number shows that this one has come.
        let is_seen =
            |shown: &&Shown| (number(shown.grey) + SHADES - event.number % SHADES) % SHADES < SHADES / 2;
        match (behind.first(), behind.iter().find(is_seen)) {
            (Some(next), Some(seen)) => *pictures.entry(seen.frame - next.frame + 1).or_insert(0) += 1,
            _ => unseen += 1,
        }
    }
    (pictures, unseen)
}

impl Display for Report {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        write!(
            to,
            "In which picture after it came something is seen; 1 is the next one that is drawn:\n\n\
             | what | frames a second | events | seen in picture | allowed |\n|---|---|---|---|---|"
        )?;
        for row in &self.rows {
            let mut seen: Vec<String> =
                row.pictures.iter().map(|(picture, events)| format!("{picture}: {events}")).collect();
            seen.extend((row.unseen > 0).then(|| format!("never: {}", row.unseen)));
            let (seen, most) = (seen.join(", "), row.most_pictures);
            write!(to, "\n| {} | {} | {} | {seen} | {most} |", row.what, row.frames_a_second, row.events)?;
        }
        Ok(())
    }
}
