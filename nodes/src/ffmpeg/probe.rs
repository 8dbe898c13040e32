//! What is in a clip, as `ffprobe` tells it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::{CLIP_CONTAINERS, INSTALL, Programs, ReadError, input_arguments};

/// How long it may take to look into a clip.
const PATIENCE: Duration = Duration::from_secs(10);

/// Longest answer, in bytes.
const MOST_ANSWER_BYTES: u64 = 64 << 20;

/// Pictures a second of a clip that says nothing sensible.
const USUAL_RATE: [u32; 2] = [25, 1];

/// Lines from which video without a note about its colours is taken for high definition.
const HIGH_DEFINITION_LINES: u64 = 720;

/// A clip that can be played.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Clip {
    pub(crate) path: PathBuf,
    pub(crate) timing: Timing,
    /// How long its pictures last by the head of the file, in seconds: they end earlier where a file is cut.
    pub(crate) said_secs: Option<f64>,
    /// When its first picture is shown, in seconds behind the start of the file: from there its sound is counted.
    pub(crate) first_secs: f64,
    /// The decoder that understands its alpha, where the usual one does not.
    pub(crate) decoder: Option<&'static str>,
    /// Whether it has the colours of high definition without saying so.
    pub(crate) is_unmarked_hd: bool,
    /// Whether its pixels are not square.
    pub(crate) is_anamorphic: bool,
    pub(crate) has_sound: bool,
    /// Whether it is an animated WebP file, which `ffmpeg` does not read.
    pub(crate) is_webp: bool,
}

/// When the pictures of a clip are shown, in ticks since the first.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Timing {
    /// One in each tick.
    Constant {
        /// Pictures a second, as a ratio.
        rate: [u32; 2],
        /// How many there are; `None` when it is not known.
        pictures: Option<u64>,
        /// Whether they have been counted, or the file only says so.
        is_counted: bool,
    },
    /// Each at its own time stamp.
    Stamped {
        /// Ticks a second, as a ratio.
        rate: [u32; 2],
        /// When each begins, in order; at least one.
        starts: Arc<[u64]>,
        /// When the last ends.
        end: u64,
    },
}

impl Timing {
    /// Ticks a second, as a ratio.
    pub(crate) fn rate(&self) -> [u32; 2] {
        match self {
            Timing::Constant { rate, .. } | Timing::Stamped { rate, .. } => *rate,
        }
    }

    /// How many pictures there are, as far as it is known.
    pub(crate) fn pictures(&self) -> Option<u64> {
        match self {
            Timing::Constant { pictures, .. } => *pictures,
            Timing::Stamped { starts, .. } => Some(starts.len() as u64),
        }
    }

    /// How many there are if that is sure.
    pub(crate) fn counted(&self) -> Option<u64> {
        match self {
            Timing::Constant { is_counted: false, .. } => None,
            _ => self.pictures(),
        }
    }

    /// The picture that is shown in a tick.
    pub(crate) fn picture_at(&self, tick: u64) -> u64 {
        match self {
            Timing::Constant { .. } => tick,
            Timing::Stamped { starts, .. } => {
                starts.partition_point(|start| *start <= tick).saturating_sub(1) as u64
            }
        }
    }

    /// The tick at which a picture begins, or at which the last ends.
    pub(crate) fn tick_of(&self, picture: u64) -> u64 {
        match self {
            Timing::Constant { .. } => picture,
            Timing::Stamped { starts, end, .. } => {
                usize::try_from(picture).ok().and_then(|picture| starts.get(picture)).copied().unwrap_or(*end)
            }
        }
    }

    /// The same in seconds.
    pub(crate) fn secs_of(&self, picture: u64) -> f64 {
        let [above, below] = self.rate().map(f64::from);
        self.tick_of(picture) as f64 * below / above
    }
}

impl Clip {
    /// Whether the clip is still where it was when it was opened: in its place there may be a link by now, to where
    /// the patch may not look. A clip that is gone is left to its reader.
    ///
    /// # Errors
    /// When the way to the clip leads over a link.
    pub(crate) fn check_place(&self) -> Result<(), String> {
        match self.path.canonicalize() {
            Ok(real) if real != self.path => Err("a link is in the place of the clip".into()),
            _ => Ok(()),
        }
    }

    /// Pictures a second, on an average.
    pub(crate) fn fps(&self) -> f64 {
        let [above, below] = self.timing.rate().map(f64::from);
        match &self.timing {
            Timing::Constant { .. } => above / below,
            Timing::Stamped { starts, end, .. } => starts.len() as f64 / (*end).max(1) as f64 * above / below,
        }
    }
}

/// Looks into a clip. `Err` says what is wrong and what to do.
pub(crate) fn probe(programs: &Programs, path: &Path) -> Result<Clip, (String, String)> {
    let entries = "stream=codec_name,codec_type,height,avg_frame_rate,r_frame_rate,nb_frames,duration,time_base,\
                   start_time,sample_aspect_ratio,color_space\
                   :stream_tags=alpha_mode:stream_disposition=attached_pic:format=duration,start_time";
    let answer = ask(programs, path, &["-of", "json", "-show_entries", entries], PATIENCE)?;
    let again = |message: String| (message, "copy or export the clip again".to_owned());
    let told = read_answer(&answer, path).map_err(again)?;
    let packets = ["-of", "csv=p=0", "-select_streams", "V:0", "-show_entries", "packet=pts,duration,flags"];
    // A file that is too large to be looked through is believed.
    let packets = ask(programs, path, &packets, PATIENCE).unwrap_or_default();
    Ok(told.counted(&read_packets(&packets)))
}

/// What `ffprobe` answers.
fn ask(
    programs: &Programs,
    path: &Path,
    questions: &[&str],
    patience: Duration,
) -> Result<Vec<u8>, (String, String)> {
    let mut arguments: Vec<OsString> = questions.iter().map(Into::into).collect();
    arguments.extend(input_arguments(path, CLIP_CONTAINERS));
    programs.read(&programs.ffprobe, &arguments, MOST_ANSWER_BYTES, patience).map_err(|error| match error {
        ReadError::NoProgram(message) => (message, INSTALL.to_owned()),
        ReadError::Failed { complaint, .. } => {
            (without_path(&complaint, path), "copy or export the clip again".to_owned())
        }
    })
}

/// Their complaints begin with the name of the file, which is reported already.
pub(crate) fn without_path(complaint: &str, path: &Path) -> String {
    complaint.replace(&format!("file:{}: ", path.display()), "")
}

/// What the head of a clip says, before its pictures are counted.
#[derive(Debug)]
struct Told {
    clip: Clip,
    /// The rates that it may have, as ratios.
    rates: Vec<[u32; 2]>,
    /// Seconds of a tick of its time stamps, as a ratio.
    tick: Option<[u32; 2]>,
}

fn read_answer(answer: &[u8], path: &Path) -> Result<Told, String> {
    let answer: Value =
        serde_json::from_slice(answer).map_err(|error| format!("`ffprobe` writes rubbish: {error}"))?;
    let streams = answer["streams"].as_array().map(Vec::as_slice).unwrap_or_default();
    let is = |stream: &&Value, kind: &str| stream["codec_type"].as_str() == Some(kind);
    let is_cover = |stream: &&Value| stream["disposition"]["attached_pic"].as_u64() == Some(1);
    let stream = streams.iter().find(|stream| is(stream, "video") && !is_cover(stream));
    let stream = stream.ok_or("there are no moving pictures in it")?;
    let rates: Vec<_> =
        ["avg_frame_rate", "r_frame_rate"].into_iter().filter_map(|name| rate(&stream[name])).collect();
    let rate = rates.first().copied().unwrap_or(USUAL_RATE);
    let fps = f64::from(rate[0]) / f64::from(rate[1]);
    let has_sound = streams.iter().any(|stream| is(&stream, "audio"));
    let whole = number(&answer["format"]["duration"]);
    let own = number(&stream["duration"]).or_else(|| number(&stream["nb_frames"]).map(|count| count / fps));
    // Sound may last longer than the pictures.
    let said_secs = own.or(whole.filter(|_| !has_sound));
    let pictures = own.or(whole).map(|secs| (secs * fps).round().max(1.0) as u64);
    let start = |value: &Value| number(&value["start_time"]).unwrap_or(0.0);
    let is_unmarked = matches!(stream["color_space"].as_str(), None | Some("unknown"));
    let has_alpha = text(&stream["tags"]["alpha_mode"]) == "1" || text(&stream["tags"]["ALPHA_MODE"]) == "1";
    let decoder = match stream["codec_name"].as_str() {
        Some("vp8") if has_alpha => Some("libvpx"),
        Some("vp9") if has_alpha => Some("libvpx-vp9"),
        _ => None,
    };
    let shape = ratio(&stream["sample_aspect_ratio"], ':');
    let clip = Clip {
        path: path.to_owned(),
        timing: Timing::Constant { rate, pictures, is_counted: false },
        said_secs,
        first_secs: (start(stream) - start(&answer["format"])).max(0.0),
        decoder,
        is_unmarked_hd: is_unmarked
            && stream["height"].as_u64().is_some_and(|lines| lines >= HIGH_DEFINITION_LINES),
        is_anamorphic: shape.is_some_and(|[width, height]| width != height && width > 0 && height > 0),
        has_sound,
        is_webp: false,
    };
    Ok(Told { clip, rates, tick: ratio(&stream["time_base"], '/') })
}

/// A picture as it lies in the file: when it is shown, and for how long, in ticks.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Packet {
    shown: Option<i64>,
    lasts: Option<i64>,
}

/// Those that are shown. The last line may be cut.
fn read_packets(answer: &[u8]) -> Vec<Packet> {
    let text = String::from_utf8_lossy(answer);
    let packet = |line: &str| {
        let mut words = line.split(',');
        let (shown, lasts, flags) = (words.next()?.parse().ok(), words.next()?.parse().ok(), words.next()?);
        // Those that only others are decoded from are not shown.
        (!flags.contains('D')).then_some(Packet { shown, lasts })
    };
    text.lines().filter_map(packet).collect()
}

/// How far a picture may lie beside the time that a constant rate gives it: a part of a picture, or what a container
/// rounds its time stamps to.
const ROUNDING_PICTURES: f64 = 0.1;
const ROUNDING_SECS: f64 = 0.0011;

impl Told {
    /// With the time stamps of its pictures, which know better than what the head of the file says.
    fn counted(self, packets: &[Packet]) -> Clip {
        let Told { mut clip, rates, tick } = self;
        let count = packets.len() as u64;
        let shown: Option<Vec<i64>> = packets.iter().map(|packet| packet.shown).collect();
        let stamps = shown
            .filter(|shown| !shown.is_empty())
            .zip(tick.filter(|[above, below]| *above > 0 && *below > 0));
        let Some((mut shown, [above, below])) = stamps else {
            if let (Timing::Constant { pictures, is_counted, .. }, 1..) = (&mut clip.timing, count) {
                (*pictures, *is_counted) = (Some(count), true);
            }
            return clip;
        };
        shown.sort_unstable();
        let first = shown[0];
        let starts: Vec<u64> = shown.iter().map(|shown| shown.abs_diff(first)).collect();
        let tick_secs = f64::from(above) / f64::from(below);
        let is_constant = |[pictures, secs]: &[u32; 2]| {
            let fps = f64::from(*pictures) / f64::from(*secs);
            let tolerance = ROUNDING_PICTURES.max(ROUNDING_SECS * fps).min(0.4);
            let beside =
                |(number, start): (usize, &u64)| (*start as f64 * tick_secs * fps - number as f64).abs();
            starts.iter().enumerate().all(|picture| beside(picture) <= tolerance)
        };
        clip.timing = match rates.iter().find(|rate| is_constant(rate)) {
            Some(rate) => Timing::Constant { rate: *rate, pictures: Some(count), is_counted: true },
            None => {
                let last = starts.last().copied().unwrap_or(0);
                let mean = last / (count - 1).max(1);
                let lasts = packets
                    .iter()
                    .filter(|packet| packet.shown.map(|shown| shown.abs_diff(first)) == Some(last));
                let lasts = lasts.filter_map(|packet| packet.lasts).next_back().filter(|lasts| *lasts > 0);
                let end = last + lasts.map_or(mean, i64::unsigned_abs).max(1);
                Timing::Stamped { rate: [below, above], starts: starts.into(), end }
            }
        };
        clip
    }
}

/// A ratio of whole numbers, such as `30000/1001`.
fn ratio(value: &Value, sign: char) -> Option<[u32; 2]> {
    let (above, below) = value.as_str()?.split_once(sign)?;
    Some([above.parse().ok()?, below.parse().ok()?])
}

/// A rate from one picture in an hour to 1000 a second.
fn rate(value: &Value) -> Option<[u32; 2]> {
    let rate = ratio(value, '/')?;
    let value = f64::from(rate[0]) / f64::from(rate[1]);
    (value.is_finite() && (1.0 / 3600.0..=1000.0).contains(&value)).then_some(rate)
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

    const ANSWER: &str = r#"{ "streams": [{ "codec_type": "audio" }, { "codec_type": "video", "codec_name": "vp9",
        "height": 720, "r_frame_rate": "30/1", "avg_frame_rate": "30000/1001", "duration": "10.01",
        "time_base": "1/1000", "start_time": "0.5", "sample_aspect_ratio": "4:3", "tags": { "alpha_mode": "1" } }],
        "format": { "duration": "10.5", "start_time": "0.2" } }"#;

    fn read(answer: &str) -> Result<Told, String> {
        read_answer(answer.as_bytes(), Path::new("a.webm"))
    }

    #[test]
    #[cfg(unix)]
    fn a_link_in_the_place_of_a_clip_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().canonicalize().unwrap();
        let (path, elsewhere) = (place.join("a.mp4"), place.join("b.mp4"));
        std::fs::write(&path, "").unwrap();
        std::fs::write(&elsewhere, "").unwrap();
        let Ok(told) = read(ANSWER) else { panic!("the answer is read") };
        let clip = Clip { path: path.clone(), ..told.clip };
        assert_eq!(clip.check_place(), Ok(()));
        std::fs::remove_file(&path).unwrap();
        assert_eq!(clip.check_place(), Ok(()), "its reader says that it is gone");
        std::os::unix::fs::symlink(&elsewhere, &path).unwrap();
        assert!(clip.check_place().is_err());
    }

    fn with(packets: &str) -> Timing {
        read(ANSWER).unwrap().counted(&read_packets(packets.as_bytes())).timing
    }

    #[test]
    fn a_clip_is_what_it_says() {
        let clip = read(ANSWER).unwrap().clip;
        let said = Timing::Constant { rate: [30_000, 1001], pictures: Some(300), is_counted: false };
        assert_eq!((&clip.timing, clip.timing.counted()), (&said, None));
        assert_eq!((clip.decoder, clip.is_unmarked_hd), (Some("libvpx-vp9"), true));
        assert!(clip.has_sound && clip.is_anamorphic && (clip.first_secs - 0.3).abs() < 1e-9);
    }

    #[test]
    fn a_clip_may_say_little() {
        let little =
            r#"{"streams":[{"codec_type":"video","avg_frame_rate":"0/0","duration":"N/A","nb_frames":"7"}]}"#;
        let clip = read(little).unwrap().clip;
        let said = Timing::Constant { rate: USUAL_RATE, pictures: Some(7), is_counted: false };
        assert_eq!((clip.timing, clip.decoder, clip.has_sound), (said, None, false));
        assert_eq!(read(r#"{"streams":[{"codec_type":"video"}]}"#).unwrap().clip.timing.pictures(), None);
        let cover = r#"{"streams":[{"codec_type":"video","disposition":{"attached_pic":1}}]}"#;
        for none in [r#"{"streams":[]}"#, cover] {
            assert!(read(none).unwrap_err().contains("no moving pictures"));
        }
        assert!(read("ouch").unwrap_err().contains("rubbish"));
    }

    #[test]
    fn its_pictures_are_counted() {
        let constant =
            |pictures| Timing::Constant { rate: [30_000, 1001], pictures: Some(pictures), is_counted: true };
        // In milliseconds, in the order in which they are decoded; one is not shown.
        assert_eq!(with("33,33,K__\n100,33,___\n67,33,___\n0,33,KD_\n133,33,___\n"), constant(4));
        assert_eq!(with("N/A,N/A,K__\nN/A,N/A,___\n"), constant(2), "without time stamps");
        assert_eq!(with("").counted(), None, "what cannot be looked through is believed");
    }

    #[test]
    fn pictures_of_a_variable_rate_have_their_own_times() {
        let timing = with("1000,33,K__\n1033,33,___\n1500,33,___\n1066,33,___\n1517,400,___\n");
        let starts = [0, 33, 66, 500, 517];
        assert_eq!(timing, Timing::Stamped { rate: [1000, 1], starts: starts.into(), end: 917 });
        let shown: Vec<u64> =
            [0, 32, 33, 65, 66, 499, 500, 516, 517, 916].map(|tick| timing.picture_at(tick)).into();
        assert_eq!(shown, [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]);
        assert_eq!([0, 3, 5, 9].map(|picture| timing.tick_of(picture)), [0, 500, 917, 917]);
        assert!((timing.secs_of(3) - 0.5).abs() < 1e-9);
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
            let Ok(told) = read_answer(&bytes, Path::new("a.webm")) else { continue };
            read += 1;
            assert!((1.0 / 3600.0..=1000.0).contains(&told.clip.fps()), "{told:?}");
            let clip = told.counted(&read_packets(b"0,1,K\n7,1,K\n9,1,K\n"));
            assert!(clip.timing.pictures() == Some(3) && clip.fps() > 0.0, "{clip:?}");
        }
        assert!(read > 1000, "only {read} could be read at all");
    }
}
