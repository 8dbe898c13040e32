//! `pastiche play`.

use std::io::BufRead;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
#[cfg(feature = "stage")]
use pastiche::engine::clock::FrameRate;
use pastiche::engine::gpu::Gpu;
use pastiche::{
    Error, HandSender, Hands, Pace, PatchSource, PlayJob, Player, PlayerConfig, SoundOutput, SystemCameras,
    TakeWriter, Told, parse_hand, play, registry,
};

use super::End;
use super::arguments::PlayArguments;
use super::terminal;

/// Frames a second in a window unless something else is asked for.
#[cfg(feature = "stage")]
const WINDOWED: FrameRate = FrameRate { frames: 60, secs: 1 };

pub fn run(arguments: PlayArguments, launched: Instant) -> anyhow::Result<End> {
    #[cfg(not(feature = "stage"))]
    if !arguments.headless {
        return Ok(terminal::usage(
            "this build of pastiche has no window",
            "add `--headless`, or make pictures with `pastiche render`",
        ));
    }
    let stop = terminal::stop_flag()?;
    let length = arguments.seconds.map(length_of).transpose()?;
    let seed = arguments.seed;
    let source = arguments.patch.patch.map_or_else(PatchSource::opening, PatchSource::File);

    let mut config = PlayerConfig::new(registry()?, Pace::Live);
    config.seed = seed;
    config.rate = arguments.patch.fps.unwrap_or(config.rate);
    config.size_px = arguments.patch.size;
    config.allow = arguments.patch.allow;
    config.sound = match arguments.sound.as_deref() {
        Some("none") => SoundOutput::Silent,
        Some(name) => SoundOutput::Named(name.to_owned()),
        None => SoundOutput::Default,
    };
    config.cameras = Some(Arc::new(SystemCameras));
    config.gpu = terminal::open_gpu();
    let take = arguments.take.map(|path| TakeWriter::create(&path, &source.name(), seed)).transpose()?;
    let hands = Hands::new(&source).with_midi()?;
    listen(hands.sender())?;
    let job = PlayJob {
        seed,
        length,
        stats: arguments.stats,
        stills: arguments.stills.map(|folder| (folder, arguments.every)),
        take,
        hands,
        launched,
        ..PlayJob::new(source)
    };
    #[cfg(feature = "stage")]
    if !arguments.headless {
        config.rate = arguments.patch.fps.unwrap_or(WINDOWED);
        return on_stage(config, job, arguments.window, stop);
    }
    // In a window the device is the window's as well, and does not come back alone.
    config.reopen_gpu = Some(Arc::new(Gpu::new));
    let mut player = Player::new(config)?;
    let played = play(&mut player, job, &stop, tell)?;
    tracing::info!("{} frames shown, {} left out", played.frames, played.skipped);
    Ok(if played.stopped { End::Stopped } else { End::Good })
}

#[cfg(feature = "stage")]
fn on_stage(
    config: PlayerConfig,
    job: PlayJob,
    window: super::arguments::WindowArguments,
    stop: Arc<std::sync::atomic::AtomicBool>,
) -> anyhow::Result<End> {
    use pastiche::stage::StageConfig;

    let Some(gpu) = config.gpu.clone() else {
        return Err(Error::Program {
            message: "a window needs a graphics adapter, and there is none".into(),
            help: "install a Vulkan driver, or add `--headless`".into(),
        }
        .into());
    };
    let mut stage = StageConfig::new(gpu);
    stage.title = format!("Pastiche: {}", job.patch.name());
    stage.size_px = config.size_px.unwrap_or(stage.size_px);
    stage.full_screen = window.fullscreen;
    stage.monitor = window.monitor;
    stage.operator = !window.no_operator;
    stage.overlay = !window.no_overlay;
    let player = Player::new(config)?;
    let played = pastiche::play_on_stage(player, job, stage, stop, tell)?;
    tracing::info!("{} frames shown, {} left out", played.frames, played.skipped);
    Ok(if played.stopped { End::Stopped } else { End::Good })
}

fn tell(told: Told<'_>) {
    match told {
        Told::Load(report) => terminal::show_load(report),
        Told::Fault(fault) => terminal::show_diagnostics([&fault]),
        Told::Sound(text) => terminal::tell(format_args!("sound: {text}\n")),
        Told::Hands(line) => terminal::tell(line),
        Told::Recovered(node) => terminal::tell(format_args!("node `{node}` works again\n")),
    }
}

fn length_of(seconds: f64) -> Result<Duration, Error> {
    Duration::try_from_secs_f64(seconds).map_err(|_| Error::Setting {
        message: format!("{seconds} seconds cannot be"),
        help: "give a number from 0, or leave `--seconds` out to play until it is stopped".into(),
    })
}

/// Reads lines that move and bind controls. The thread ends with the input, or with the program.
fn listen(hands: HandSender) -> anyhow::Result<()> {
    let read = std::thread::Builder::new().name("hands".into()).spawn(move || read_lines(&hands));
    read.map(drop).context("cannot start the thread that reads what is typed")
}

fn read_lines(hands: &HandSender) {
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        match parse_hand(&line) {
            Ok(Some(event)) => {
                if !hands.send(event) {
                    return;
                }
            }
            Ok(None) => {}
            Err(error) => terminal::tell(error),
        }
    }
}
