//! What is reported on the terminal. Results go to the standard output, everything else to the error
//! output.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context;
use pastiche::Error;
use pastiche::engine::diagnostic::{Diagnostic, count};
use pastiche::engine::gpu::Gpu;
use pastiche::engine::script::LogLine;
use pastiche::loader::LoadReport;
use tracing_subscriber::EnvFilter;

#[cfg(not(feature = "stage"))]
use super::end::End;

/// What a program ends with that was interrupted.
const STOPPED: i32 = 130;

/// Warnings of ours, and nothing of the libraries below, unless more is asked for.
pub fn start_log(verbose: u8) {
    let level = match verbose {
        0 => {
            "error,wgpu_hal=off,symphonia=off,pastiche=warn,pastiche_engine=warn,pastiche_nodes=warn,pastiche_models=warn"
        }
        1 => "warn,pastiche=info,pastiche_engine=info,pastiche_nodes=info,pastiche_models=info",
        _ => "info,pastiche=debug,pastiche_engine=debug,pastiche_nodes=debug,pastiche_models=debug",
    };
    let filter = EnvFilter::builder().parse_lossy(level);
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        // A log that cannot be written is no reason to stop: the default says so on the same stream, and
        // panics when that fails too.
        .log_internal_errors(false)
        .with_ansi(io::stderr().is_terminal())
        .with_target(verbose > 1)
        .without_time()
        .init();
}

/// Writes a line of a result. A reader who has seen enough is no fault.
pub fn say(text: impl Display) -> anyhow::Result<()> {
    match writeln!(io::stdout().lock(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(error).context("cannot write the result")
        }
        _ => Ok(()),
    }
}

/// Writes a line to the error output. When no one can read it, nothing can be done about it.
pub fn tell(text: impl Display) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// A flag that Ctrl-C sets. A second Ctrl-C waits for nothing.
pub fn stop_flag() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = stop.clone();
    let handler = move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(STOPPED);
        }
    };
    ctrlc::set_handler(handler).context("cannot wait for Ctrl-C")?;
    Ok(stop)
}

/// The graphics adapter; without one a warning, as most of what pictures can do needs it.
pub fn open_gpu() -> Option<Gpu> {
    match Gpu::new() {
        Ok(gpu) => {
            tracing::info!("graphics adapter: {}", gpu.adapter_name());
            Some(gpu)
        }
        Err(error) => {
            tracing::warn!("{}; nodes that draw do not work ({})", error.message, error.help);
            None
        }
    }
}

/// Shows faults and warnings as they are meant to be read.
pub fn show_diagnostics<'a>(diagnostics: impl IntoIterator<Item = &'a Diagnostic>) {
    for diagnostic in diagnostics {
        tell(format_args!("{diagnostic}\n"));
    }
}

/// Shows what a script printed.
pub fn show_log(log: &[LogLine]) {
    for LogLine { file, line, text } in log {
        tell(format_args!("{file}:{line}: {text}"));
    }
}

/// Shows what came of a load.
pub fn show_load(report: &LoadReport) {
    show_log(&report.log);
    show_diagnostics(&report.diagnostics);
    let Some(version) = report.version else { return };
    let summary = report.summary.unwrap_or_default();
    tracing::info!(
        "version {version}: {} kept, {} retuned, {} rebuilt, {} new, {} gone; \
         evaluated in {:.1?}, checked in {:.1?}, built in {:.1?}",
        summary.kept,
        summary.retuned,
        summary.rebuilt,
        summary.built,
        summary.dropped,
        report.timings.evaluate,
        report.timings.check,
        report.timings.prepare,
    );
}

/// Shows why a command failed, and what to do.
pub fn show_error(error: &anyhow::Error) {
    match error.downcast_ref::<Error>() {
        Some(Error::Faults { faults }) => {
            show_diagnostics(faults);
            let errors = faults.iter().filter(|fault| fault.is_error()).count();
            tell(count(errors, "fault"));
        }
        Some(known) => tell(format_args!("error: {known}\n  = {}", known.help())),
        None => tell(format_args!("error: {error:#}")),
    }
}

/// Tells that the arguments do not fit together.
#[cfg(not(feature = "stage"))]
pub fn usage(message: &str, help: &str) -> End {
    tell(format_args!("error: {message}\n  = {help}"));
    End::Usage
}
