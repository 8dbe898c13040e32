//! What is in a clip, as `ffprobe` tells it.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::mpsc::channel;
use std::time::Duration;

use serde_json::Value;

use super::{INSTALL, Process, Programs, input_arguments};

/// How long it may take to look into a clip.
const PATIENCE: Duration = Duration::from_secs(10);

/// Longest answer, in bytes.
const MOST_ANSWER_BYTES: u64 = 1 << 20;

/// Pictures a second of a clip that says nothing sensible.
const USUAL_RATE: [u32; 2] = [25, 1];

/// Lines from which video without a note about its colours is taken for high definition.
const HIGH_DEFINITION_LINES: u64 = 720;

/// A clip that can be played.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Clip {
    pub(crate) path: PathBuf,
    /// Pictures a second, as a ratio.
    pub(crate) rate: [u32; 2],
    /// How many pictures it says that it has; `None` when it does not say.
    pub(crate) frames: Option<u64>,
    /// The decoder that understands its alpha, where the usual one does not.
    pub(crate) decoder: Option<&'static str>,
    /// Whether it has the colours of high definition without saying so.
    pub(crate) is_unmarked_hd: bool,
}

impl Clip {
    /// Pictures a second.
    pub(crate) fn fps(&self) -> f64 {
        f64::from(self.rate[0]) / f64::from(self.rate[1])
    }
}

/// Looks into a clip. `Err` says what is wrong and what to do.
pub(crate) fn probe(programs: &Programs, path: &Path) -> Result<Clip, (String, String)> {
    let mut arguments: Vec<_> = ["-of", "json", "-select_streams", "V:0"].map(Into::into).to_vec();
    let entries = "stream=codec_name,height,avg_frame_rate,r_frame_rate,nb_frames,duration,color_space\
                   :stream_tags=alpha_mode:format=duration";
    arguments.extend(["-show_entries", entries].map(Into::into));
    arguments.extend(input_arguments(path));
    let again = || "copy or export the clip again".to_owned();
    let mut process = Process::start(&programs.ffprobe, &arguments, [Stdio::null(), Stdio::piped()])
        .map_err(|message| (message, INSTALL.to_owned()))?;
    let (sender, answer) = channel();
    if let Some(output) = process.take_output() {
        let read = move || {
            let mut bytes = Vec::new();
            let read = output.take(MOST_ANSWER_BYTES).read_to_end(&mut bytes);
            // No one waits any more when it has taken too long.
            let _ = sender.send(read.map(|_| bytes));
        };
        let thread = std::thread::Builder::new().name("probe".into()).spawn(read);
        thread.map_err(|error| (format!("cannot look into the clip: {error}"), again()))?;
    }
    let Ok(answer) = answer.recv_timeout(PATIENCE) else {
        return Err(("`ffprobe` does not answer".into(), "try it on the clip by hand".into()));
    };
    process.bid_farewell().map_err(|complaint| (without_path(&complaint, path), again()))?;
    let answer = answer.map_err(|error| (format!("`ffprobe` was lost: {error}"), again()))?;
    read_answer(&answer, path).map_err(|message| (message, again()))
}

/// Its complaints begin with the name of the file, which is reported already.
fn without_path(complaint: &str, path: &Path) -> String {
    complaint.replace(&format!("file:{}: ", path.display()), "")
}

fn read_answer(answer: &[u8], path: &Path) -> Result<Clip, String> {
    let answer: Value =
        serde_json::from_slice(answer).map_err(|error| format!("`ffprobe` writes rubbish: {error}"))?;
    let stream = answer["streams"].get(0).ok_or("there are no moving pictures in it")?;
    let rate = ["avg_frame_rate", "r_frame_rate"].into_iter().find_map(|name| ratio(&stream[name]));
    let rate = rate.unwrap_or(USUAL_RATE);
    let fps = f64::from(rate[0]) / f64::from(rate[1]);
    let secs = number(&stream["duration"]).or_else(|| number(&answer["format"]["duration"]));
    let counted = number(&stream["nb_frames"]).filter(|_| secs.is_none());
    let frames = secs.map(|secs| secs * fps).or(counted).map(|frames| frames.round().max(1.0) as u64);
    let is_unmarked = matches!(stream["color_space"].as_str(), None | Some("unknown"));
    let has_alpha = text(&stream["tags"]["alpha_mode"]) == "1" || text(&stream["tags"]["ALPHA_MODE"]) == "1";
    let decoder = match stream["codec_name"].as_str() {
        Some("vp8") if has_alpha => Some("libvpx"),
        Some("vp9") if has_alpha => Some("libvpx-vp9"),
        _ => None,
    };
    let is_unmarked_hd =
        is_unmarked && stream["height"].as_u64().is_some_and(|lines| lines >= HIGH_DEFINITION_LINES);
    Ok(Clip { path: path.to_owned(), rate, frames, decoder, is_unmarked_hd })
}

/// A ratio from one in an hour to 1000, such as `30000/1001`.
fn ratio(value: &Value) -> Option<[u32; 2]> {
    let (above, below) = value.as_str()?.split_once('/')?;
    let [above, below] = [above.parse::<u32>().ok()?, below.parse::<u32>().ok()?];
    let value = f64::from(above) / f64::from(below);
    (value.is_finite() && (1.0 / 3600.0..=1000.0).contains(&value)).then_some([above, below])
}

/// A sensible number above 0, written as a text or not.
fn number(value: &Value) -> Option<f64> {
    let number = value.as_f64().or_else(|| value.as_str()?.parse().ok())?;
    (number > 0.0 && number < 1e9).then_some(number)
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = r#"{ "streams": [{ "codec_name": "vp9", "height": 720, "r_frame_rate": "30/1",
        "avg_frame_rate": "30000/1001", "duration": "10.01", "tags": { "alpha_mode": "1" } }],
        "format": { "duration": "10.5" } }"#;

    fn read(answer: &str) -> Result<Clip, String> {
        read_answer(answer.as_bytes(), Path::new("a.webm"))
    }

    #[test]
    fn a_clip_is_what_it_says() {
        let clip = read(ANSWER).unwrap();
        assert_eq!((clip.rate, clip.frames), ([30_000, 1001], Some(300)));
        assert_eq!((clip.decoder, clip.is_unmarked_hd), (Some("libvpx-vp9"), true));
    }

    #[test]
    fn a_clip_may_say_little() {
        let clip =
            read(r#"{"streams":[{"avg_frame_rate":"0/0","duration":"N/A","nb_frames":"7"}]}"#).unwrap();
        assert_eq!((clip.rate, clip.frames, clip.decoder), (USUAL_RATE, Some(7), None));
        assert_eq!(read(r#"{"streams":[{}]}"#).unwrap().frames, None);
        assert!(read(r#"{"streams":[]}"#).unwrap_err().contains("no moving pictures"));
        assert!(read("ouch").unwrap_err().contains("rubbish"));
    }

    #[test]
    fn no_answer_panics_or_gives_a_clip_that_cannot_be() {
        let mut bits = 0x2545_f491_4f6c_dd1d_u64;
        let mut random = move |below: usize| {
            bits ^= bits << 13;
            bits ^= bits >> 7;
            bits ^= bits << 17;
            (bits % below as u64) as usize
        };
        let letters = b"0123456789./-+eNaN\"{}[]:, xz";
        let mut read = 0;
        for _ in 0..20_000 {
            let mut bytes = ANSWER.as_bytes().to_vec();
            for _ in 0..1 + random(5) {
                let at = random(bytes.len());
                bytes[at] = letters[random(letters.len())];
            }
            let Ok(clip) = read_answer(&bytes, Path::new("a.webm")) else { continue };
            read += 1;
            assert!((1.0 / 3600.0..=1000.0).contains(&clip.fps()), "{clip:?}");
            assert!(clip.frames.is_none_or(|frames| frames >= 1), "{clip:?}");
        }
        assert!(read > 1000, "only {read} could be read at all");
    }
}
