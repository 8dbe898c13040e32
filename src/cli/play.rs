//! `pastiche play`.

use std::io::BufRead;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use anyhow::Context;
use pastiche::camera::SystemCameras;
#[cfg(feature = "stage")]
use pastiche::engine::clock::FrameRate;
use pastiche::engine::gpu::Gpu;
use pastiche::host::Host;
use pastiche::inbox::{InboxSender, parse_line};
use pastiche::loader::PatchSource;
use pastiche::play::{PlayJob, Played, Told, play};
use pastiche::sound::{SoundOutput, SystemAudioInputs};
use pastiche::takes::TakeWriter;
use pastiche::{Error, Pace, Player, PlayerConfig, registry};

use super::arguments::PlayArguments;
use super::end::End;
use super::terminal;

/// Frames a second in a window unless something else is asked for.
#[cfg(feature = "stage")]
const WINDOWED: FrameRate = FrameRate { frames: 60, secs: 1 };

pub fn run(mut arguments: PlayArguments, launched: Instant) -> anyhow::Result<End> {
    #[cfg(not(feature = "stage"))]
    if !arguments.headless {
        return Ok(terminal::usage(
            "this build of pastiche has no window",
            "add `--headless`, or make pictures with `pastiche render`",
        ));
    }
    let stop = terminal::stop_flag()?;
    let source = arguments.patch.patch.take().map_or_else(PatchSource::opening, PatchSource::File);
    let config = player_config(&arguments)?;
    let host = Host::new(&source).with_midi()?;
    listen(host.sender())?;
    let seed = arguments.seed;
    let take = arguments.take.as_ref().map(|path| TakeWriter::create(path, &source.name(), seed));
    let job = PlayJob {
        seed,
        length: arguments.seconds.map(length_of).transpose()?,
        stats: arguments.stats.take(),
        stills: arguments.stills.take().map(|folder| (folder, arguments.every)),
        take: take.transpose()?,
        host,
        launched,
        ..PlayJob::new(source)
    };
    let played = if arguments.headless {
        play(&mut Player::new(config)?, job, &stop, tell)?
    } else {
        in_windows(config, job, arguments, stop)?
    };
    let Played { frames, skipped, repeated, .. } = played;
    tracing::info!("{frames} frames shown, {skipped} left out, {repeated} pictures repeated");
    Ok(match played {
        Played { unwritten: true, .. } => End::Faults,
        Played { stopped: true, .. } => End::Stopped,
        _ => End::Good,
    })
}

fn player_config(arguments: &PlayArguments) -> anyhow::Result<PlayerConfig> {
    let mut config = PlayerConfig::new(registry()?, Pace::Live);
    config.seed = arguments.seed;
    config.size_px = arguments.patch.size;
    config.allow = arguments.patch.allow.clone();
    config.sound = match arguments.sound.as_deref() {
        Some("none") => SoundOutput::Silent,
        Some(name) => SoundOutput::Named(name.to_owned()),
        None => SoundOutput::Default,
    };
    config.cameras = Some(Arc::new(SystemCameras));
    config.audio_inputs = Some(Arc::new(SystemAudioInputs));
    config.gpu = terminal::open_gpu();
    config.reopen_gpu = Some(Arc::new(Gpu::new));
    #[cfg(feature = "stage")]
    if !arguments.headless {
        config.rate = WINDOWED;
    }
    config.rate = arguments.patch.fps.unwrap_or(config.rate);
    Ok(config)
}

#[cfg(feature = "stage")]
fn in_windows(
    config: PlayerConfig,
    job: PlayJob,
    arguments: PlayArguments,
    stop: Arc<AtomicBool>,
) -> Result<Played, Error> {
    let gpu = config.gpu.clone().ok_or_else(|| Error::Program {
        message: "a window needs a graphics adapter, and there is none".into(),
        help: "install a Vulkan driver, or add `--headless`".into(),
    })?;
    let mut stage = pastiche::stage::StageConfig::new(gpu);
    stage.title = format!("Pastiche: {}", job.patch.name());
    stage.size_px = config.size_px.unwrap_or(stage.size_px);
    stage.full_screen = arguments.window.fullscreen;
    stage.monitor = arguments.window.monitor;
    stage.operator = !arguments.window.no_operator;
    stage.overlay = !arguments.window.no_overlay;
    pastiche::on_stage::play_on_stage(Player::new(config)?, job, stage, stop, tell)
}

/// Arguments that ask for a window are refused before.
#[cfg(not(feature = "stage"))]
fn in_windows(
    config: PlayerConfig,
    job: PlayJob,
    _arguments: PlayArguments,
    stop: Arc<AtomicBool>,
) -> Result<Played, Error> {
    play(&mut Player::new(config)?, job, &stop, tell)
}

fn tell(told: Told<'_>) {
    match told {
        Told::Load(report) => terminal::show_load(report),
        Told::Fault(fault) | Told::Unwritten(fault) => terminal::show_diagnostics([&fault]),
        Told::Sound(text) => terminal::tell(format_args!("sound: {text}\n")),
        Told::Recovered(node) => terminal::tell(format_args!("node `{node}` works again\n")),
        Told::News(line) => terminal::tell(line),
    }
}

fn length_of(seconds: f64) -> Result<Duration, Error> {
    Duration::try_from_secs_f64(seconds).map_err(|_| Error::Setting {
        message: format!("invalid length of {seconds} seconds"),
        help: "give a number from 0, or leave `--seconds` out to play until it is stopped".into(),
    })
}

/// Reads lines that move and bind controls. The thread ends with the input, or with the program.
fn listen(inbox: InboxSender) -> anyhow::Result<()> {
    let read = std::thread::Builder::new().name("typed lines".into()).spawn(move || read_lines(&inbox));
    read.map(drop).context("cannot start the thread that reads what is typed")
}

fn read_lines(inbox: &InboxSender) {
    for line in std::io::stdin().lock().split(b'\n').map_while(Result::ok) {
        // A letter that is not UTF-8 makes a line that names nothing, which is reported.
        match parse_line(&String::from_utf8_lossy(&line)) {
            Ok(Some(event)) => {
                if !inbox.send(event) {
                    return;
                }
            }
            Ok(None) => {}
            Err(error) => terminal::tell(error),
        }
    }
}
