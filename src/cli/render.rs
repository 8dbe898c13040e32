//! `pastiche render`.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use pastiche::loader::PatchSource;
use pastiche::render::{Progress, RenderJob, render};
use pastiche::takes::read_take;
use pastiche::{Pace, Player, PlayerConfig, registry};

use super::arguments::RenderArguments;
use super::end::End;
use super::terminal;

const BAR: &str = "{wide_bar} {pos}/{len} frames, {eta} left";

pub fn run(arguments: RenderArguments) -> anyhow::Result<End> {
    let RenderArguments { patch, out, seconds, seed, take, force } = arguments;
    let stop = terminal::stop_flag()?;
    let take = take.as_deref().map(read_take).transpose()?;
    let mut config = PlayerConfig::new(registry()?, Pace::Offline);
    config.rate = patch.fps.unwrap_or(config.rate);
    let frames = RenderJob::frames_of(seconds, config.rate)?;
    let job = RenderJob { out, frames, force, take };
    job.check_out()?;

    config.seed = seed.or(job.take.as_ref().map(|take| take.header.seed)).unwrap_or(1);
    config.size_px = patch.size;
    config.allow = patch.allow;
    config.gpu = terminal::open_gpu();
    let mut player = Player::new(config)?;
    let source = patch.patch.map_or_else(PatchSource::opening, PatchSource::File);
    let report = player.load_source(source)?;
    terminal::show_load(&report);

    let target = if std::io::stderr().is_terminal() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let bar =
        ProgressBar::with_draw_target(Some(frames), target).with_style(ProgressStyle::with_template(BAR)?);
    let rendered = render(&mut player, &job, &stop, |progress| match progress {
        Progress::Frames(done) => bar.set_position(done),
        Progress::Fault(fault) => bar.suspend(|| terminal::show_diagnostics([&fault])),
    });
    bar.finish_and_clear();
    let rendered = rendered?;
    if rendered.stopped {
        let (done, out) = (rendered.frames, job.out.display());
        terminal::tell(format_args!("stopped after {done} of {frames} frames; they are in {out}"));
        return Ok(End::Stopped);
    }
    if rendered.failed.is_empty() {
        return Ok(End::Good);
    }
    let nodes = rendered.failed.join("`, `");
    terminal::tell(format_args!("`{nodes}` failed in every frame"));
    Ok(End::Faults)
}
