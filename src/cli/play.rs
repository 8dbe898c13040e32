//! `pastiche play`.

use std::io::BufRead;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use pastiche::engine::gpu::Gpu;
use pastiche::{
    Error, HandSender, Hands, Pace, PatchSource, PlayJob, Player, PlayerConfig, SoundOutput, SystemCameras,
    TakeWriter, Told, parse_hand, play, registry,
};

use super::End;
use super::arguments::PlayArguments;
use super::terminal;

pub fn run(arguments: PlayArguments, launched: Instant) -> anyhow::Result<End> {
    if !arguments.headless {
        return Ok(terminal::usage(
            "this build of pastiche has no window",
            "add `--headless`, or make pictures with `pastiche render`",
        ));
    }
    let stop = terminal::stop_flag()?;
    let length = arguments.seconds.map(length_of).transpose()?;
    let PlayArguments { patch, seed, .. } = arguments;
    let source = patch.patch.map_or_else(PatchSource::opening, PatchSource::File);

    let mut config = PlayerConfig::new(registry()?, Pace::Live);
    config.seed = seed;
    config.rate = patch.fps;
    config.size_px = patch.size;
    config.allow = patch.allow;
    config.sound = match arguments.sound.as_deref() {
        Some("none") => SoundOutput::Silent,
        Some(name) => SoundOutput::Named(name.to_owned()),
        None => SoundOutput::Default,
    };
    config.gpu = terminal::open_gpu();
    config.reopen_gpu = Some(Arc::new(Gpu::new));
    config.cameras = Some(Arc::new(SystemCameras));
    let mut player = Player::new(config)?;
    let take = arguments.take.map(|path| TakeWriter::create(&path, &source.name(), seed)).transpose()?;
    let hands = Hands::new(&source).with_midi()?;
    listen(hands.sender())?;
    let job = PlayJob {
        patch: source,
        length,
        stats: arguments.stats,
        stills: arguments.stills.map(|folder| (folder, arguments.every)),
        take,
        hands,
        launched,
    };
    let played = play(&mut player, job, &stop, |told| match told {
        Told::Load(report) => terminal::show_load(report),
        Told::Fault(fault) => terminal::show_diagnostics([&fault]),
        Told::Sound(text) => terminal::tell(format_args!("sound: {text}\n")),
        Told::Recovered(node) => terminal::tell(format_args!("node `{node}` works again\n")),
        Told::Hands(line) => terminal::tell(line),
    })?;
    tracing::info!("{} frames shown, {} left out", played.frames, played.skipped);
    Ok(if played.stopped { End::Stopped } else { End::Good })
}

fn length_of(seconds: f64) -> Result<Duration, Error> {
    Duration::try_from_secs_f64(seconds).map_err(|_| Error::Setting {
        message: format!("{seconds} seconds cannot be"),
        help: "give a number from 0, or leave `--seconds` out to play until Ctrl-C".into(),
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
