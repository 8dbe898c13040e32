//! `pastiche doctor`.

use std::process::Command;

use pastiche::camera::camera_names;
use pastiche::engine::gpu::Gpu;
use pastiche::midi::{midi_inputs, midi_outputs};
use pastiche::models::Threads;
use pastiche::models::painting::Painting;
use pastiche::nodes::ffmpeg::{FFMPEG, FFPROBE, INSTALL};
use pastiche::sound::{audio_inputs, sound_cards};
use serde_json::{Value, json};

use super::arguments::DoctorArguments;
use super::end::End;
use super::terminal;

/// One thing that was looked at.
struct Finding {
    /// Name in the JSON.
    name: &'static str,
    /// What people call it.
    title: &'static str,
    /// `Err` says what is missing and what to do.
    state: Result<String, String>,
}

pub fn run(arguments: &DoctorArguments) -> anyhow::Result<End> {
    let findings = [
        Finding { name: "pastiche", title: "pastiche", state: Ok(env!("CARGO_PKG_VERSION").into()) },
        Finding { name: "system", title: "system", state: Ok(system()) },
        Finding { name: "cores", title: "cores", state: cores() },
        Finding { name: "graphics", title: "graphics", state: graphics() },
        Finding { name: "ffmpeg", title: "movies", state: ffmpeg() },
        Finding { name: "cameras", title: "cameras", state: cameras() },
        Finding { name: "painting", title: "painting network", state: painting() },
        Finding { name: "midi", title: "MIDI", state: midi() },
        Finding { name: "midi_out", title: "MIDI out", state: midi_out() },
        Finding { name: "sound", title: "sound card", state: sound() },
        Finding { name: "lines", title: "lines in", state: lines() },
    ];
    if arguments.json {
        let entries = findings.iter().map(|finding| (finding.name.to_owned(), entry(&finding.state)));
        terminal::say(serde_json::to_string_pretty(&Value::Object(entries.collect()))?)?;
    } else {
        for Finding { title, state, .. } in &findings {
            match state {
                Ok(found) => terminal::say(format_args!("  {title:16}  {found}"))?,
                Err(missing) => terminal::say(format_args!("- {title:16}  {missing}"))?,
            }
        }
    }
    Ok(End::Good)
}

fn entry(state: &Result<String, String>) -> Value {
    match state {
        Ok(found) => json!({ "ok": true, "found": found }),
        Err(missing) => json!({ "ok": false, "help": missing }),
    }
}

fn system() -> String {
    format!("{} on {}", std::env::consts::OS, std::env::consts::ARCH)
}

fn cores() -> Result<String, String> {
    let cores = std::thread::available_parallelism().map(usize::from);
    cores
        .map(|cores| format!("{cores}, of which {} work beside the show", cores.saturating_sub(1).max(1)))
        .map_err(|error| format!("cannot be counted: {error}"))
}

fn graphics() -> Result<String, String> {
    let gpu = Gpu::new().map_err(|error| format!("{}; {}", error.message, error.help))?;
    let limits = gpu.device().limits();
    Ok(format!(
        "{}, pictures up to {} pixels a side, buffers up to {} MiB",
        gpu.adapter_name(),
        gpu.max_texture_side(),
        limits.max_buffer_size >> 20
    ))
}

fn ffmpeg() -> Result<String, String> {
    let version = |program: &str| {
        let output = Command::new(program)
            .arg("-version")
            .output()
            .map_err(|_| format!("`{program}` is missing: to play clips and to make movies, {INSTALL}"))?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok(text.lines().next().unwrap_or(program).to_owned())
    };
    version(FFPROBE)?;
    version(FFMPEG)
}

fn cameras() -> Result<String, String> {
    const NONE: &str = "the node `camera` shows the scene of `scene` until one is plugged in";
    let names = camera_names().map_err(|error| format!("{error}; {NONE}"))?;
    if names.is_empty() {
        return Err(format!("none; {NONE}"));
    }
    Ok(numbered(&names))
}

fn midi() -> Result<String, String> {
    let ports = midi_inputs().map_err(|why| format!("there is none: {why}; patches play without"))?;
    if ports.is_empty() {
        return Ok("nothing is plugged in; what is plugged in later is heard as well".into());
    }
    Ok(numbered(&ports))
}

fn midi_out() -> Result<String, String> {
    let ports = midi_outputs().map_err(|why| format!("there is none: {why}; patches play without"))?;
    if ports.is_empty() {
        return Ok("nothing is plugged in; what is plugged in later is sent to as well".into());
    }
    Ok(numbered(&ports))
}

fn numbered(names: &[String]) -> String {
    names.iter().enumerate().map(|(number, name)| format!("{number}: {name}")).collect::<Vec<_>>().join(", ")
}

fn sound() -> Result<String, String> {
    let cards = sound_cards()?;
    if cards.is_empty() {
        return Err("there is none; patches play silently, and render to files with sound".into());
    }
    Ok(cards.join(", "))
}

fn lines() -> Result<String, String> {
    let lines = audio_inputs()?;
    if lines.is_empty() {
        return Err("there is none; the node `line_in` is silent until one is plugged in".into());
    }
    Ok(numbered(&lines))
}

fn painting() -> Result<String, String> {
    let painting = Painting::embedded(Threads::shared());
    let painting = painting.map_err(|error| format!("damaged: {error}; install again"))?;
    Ok(format!("{} styles", painting.style_count()))
}
