//! The program `ffmpeg`, run beside ours: it reads clips and writes movies.

use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

mod pam;
mod probe;

pub(crate) use pam::{PamError, read_picture};
pub(crate) use probe::{Clip, Timing, probe, without_path};

/// The program that reads and writes clips.
pub const FFMPEG: &str = "ffmpeg";

/// The program that says what is in a clip; it comes with the other.
pub const FFPROBE: &str = "ffprobe";

/// How a person gets both.
pub const INSTALL: &str =
    "install it (Debian and Ubuntu: `apt install ffmpeg`, macOS: `brew install ffmpeg`)";

/// Lines of its complaints that are shown.
const SHOWN_LINES: usize = 4;

/// Bytes of its complaints that are kept.
const MOST_COMPLAINT_BYTES: usize = 64 << 10;

/// A program that has closed its output ends within this time, or is ended.
const FAREWELL: Duration = Duration::from_secs(2);

/// How long it may take to say its version.
const START_PATIENCE: Duration = Duration::from_secs(10);

/// Containers that hold a clip and nothing but a clip: no lists that name other files, no network.
pub(crate) const CLIP_CONTAINERS: &str = "mov,mp4,matroska,webm,avi,mpegts,mpeg,mpegvideo,m4v,h264,hevc,ogg,flv,gif,apng,nut,ivf,\
                          asf,dv,mxf,yuv4mpegpipe,av1,obu,webp_pipe";

/// The same for sound.
pub(crate) const SOUND_CONTAINERS: &str = "aiff,mp3,mov,mp4,m4a,ogg,wav,w64,caf,flac,aac,matroska,webm,asf,au,amr,\
                                           ape,wv,tta,ac3,eac3,dts,voc,mpegts,mpeg";

/// Where the two programs are.
#[derive(Clone, Debug)]
pub(crate) struct Programs {
    pub(crate) ffmpeg: OsString,
    pub(crate) ffprobe: OsString,
}

impl Default for Programs {
    /// Wherever the system looks for programs.
    fn default() -> Programs {
        Programs { ffmpeg: FFMPEG.into(), ffprobe: FFPROBE.into() }
    }
}

/// Why the output of a program was not read.
pub(crate) enum ReadError {
    /// It cannot be started, and why.
    NoProgram(String),
    /// What it says itself, and what it has written.
    Failed {
        /// The last of its complaints.
        complaint: String,
        /// What it has written all the same.
        bytes: Vec<u8>,
    },
}

impl Programs {
    /// What one of the programs writes, all of it.
    pub(crate) fn read(
        &self,
        program: &OsStr,
        arguments: &[OsString],
        most_bytes: u64,
        patience: Duration,
    ) -> Result<Vec<u8>, ReadError> {
        let failed = |complaint: String| ReadError::Failed { complaint, bytes: Vec::new() };
        let name = program.to_string_lossy();
        let mut process = Process::start(program, arguments, [Stdio::null(), Stdio::piped()])
            .map_err(ReadError::NoProgram)?;
        let (sender, answer) = channel();
        if let Some(output) = process.take_output() {
            let read = move || {
                let mut bytes = Vec::new();
                let read = output.take(most_bytes).read_to_end(&mut bytes);
                // No one waits any more when it has taken too long.
                let _ = sender.send(read.map(|_| bytes));
            };
            let thread = std::thread::Builder::new().name("output".into()).spawn(read);
            thread.map_err(|error| failed(format!("cannot listen to `{name}`: {error}")))?;
        }
        let answer =
            answer.recv_timeout(patience).map_err(|_| failed(format!("`{name}` does not answer")))?;
        let bytes = answer.map_err(|error| failed(format!("`{name}` was lost: {error}")))?;
        match process.bid_farewell() {
            Ok(()) => Ok(bytes),
            Err(complaint) => Err(ReadError::Failed { complaint, bytes }),
        }
    }
}

/// What comes before a clip among the arguments, and the clip: never taken for an option or an address.
pub(crate) fn input_arguments(path: &Path, containers: &str) -> Vec<OsString> {
    let mut file = OsString::from("file:");
    file.push(path);
    let safe = ["-protocol_whitelist", "file", "-format_whitelist", containers];
    safe.map(OsString::from).into_iter().chain(["-i".into(), file]).collect()
}

/// Whether movies can be written. `Err` says why not.
pub(crate) fn check(programs: &Programs) -> Result<(), String> {
    let pipes = [Stdio::null(), Stdio::null()];
    Process::start(&programs.ffmpeg, &["-version".into()], pipes)?.finish(START_PATIENCE)
}

/// What makes an MP4 file at `out` of raw pictures, 8-bit red, green and blue, that come through the
/// standard input. `rate` is pictures a second as a ratio; `preset` is what the encoder calls its haste.
pub fn movie_arguments(
    [width, height]: [u32; 2],
    [pictures, secs]: [u32; 2],
    preset: &str,
    out: &Path,
) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = Vec::new();
    arguments.extend(["-f", "rawvideo", "-pix_fmt", "rgb24"].map(OsString::from));
    arguments.extend(["-s".into(), format!("{width}x{height}").into()]);
    arguments.extend(["-r".into(), format!("{pictures}/{secs}").into()]);
    arguments.extend(["-i", "pipe:0"].map(OsString::from));
    // Half as many colours as pixels: both sides must be even.
    let filter = "scale=out_color_matrix=bt709:out_range=tv,pad=ceil(iw/2)*2:ceil(ih/2)*2";
    arguments.extend(["-vf", filter].map(OsString::from));
    let codec = ["-c:v", "libx264", "-preset", preset, "-crf", "16", "-pix_fmt", "yuv420p"];
    arguments.extend(codec.map(OsString::from));
    let colour = ["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"];
    arguments.extend(colour.map(OsString::from));
    let file = ["-flags", "+bitexact", "-fflags", "+bitexact", "-f", "mp4", "-y"];
    arguments.extend(file.map(OsString::from));
    arguments.push(out.into());
    arguments
}

/// The same, in fragments of a second: what has been written so far plays, whatever becomes of the rest.
pub(crate) fn fragmented(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let out = arguments.pop();
    let flags = ["-movflags", "+empty_moov+default_base_moof", "-frag_duration", "1000000"];
    arguments.extend(flags.map(OsString::from));
    arguments.extend(out);
    arguments
}

/// What puts a sound into a movie: 48 kHz, left and right in turn as 32-bit floats without a head.
pub(crate) fn join_arguments(movie: &Path, sound: &Path, out: &Path) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = vec!["-i".into(), movie.into()];
    arguments.extend(["-f", "f32le", "-ar", "48000", "-ac", "2", "-i"].map(OsString::from));
    arguments.push(sound.into());
    arguments.extend(["-c:v", "copy", "-c:a", "aac", "-b:a", "256k"].map(OsString::from));
    arguments.extend(["-movflags", "+faststart", "-fflags", "+bitexact"].map(OsString::from));
    arguments.extend(["-flags:a", "+bitexact", "-f", "mp4", "-y"].map(OsString::from));
    arguments.push(out.into());
    arguments
}

/// A running program. Ended when it is dropped.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    complaint: Receiver<String>,
}

impl Process {
    /// Starts a program that complains of errors alone. The input, the output or both are pipes.
    pub(crate) fn start(
        program: &OsStr,
        arguments: &[OsString],
        [stdin, stdout]: [Stdio; 2],
    ) -> Result<Process, String> {
        let mut command = Command::new(program);
        command.args(["-hide_banner", "-loglevel", "error"]).args(arguments);
        command.stdin(stdin).stdout(stdout).stderr(Stdio::piped());
        // Ctrl-C on the terminal is for us alone: we let it finish what it has.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn().map_err(|error| cannot_start(program, &error))?;
        let (sender, complaint) = channel();
        if let Some(stderr) = child.stderr.take() {
            let listen = move || {
                // No one asks when it has done its work.
                let _ = sender.send(listen(stderr));
            };
            let thread = std::thread::Builder::new().name("complaints".into()).spawn(listen);
            if let Err(error) = thread {
                let _ = child.kill();
                return Err(format!("cannot listen to `{}`: {error}", program.to_string_lossy()));
            }
        }
        Ok(Process { child, complaint })
    }

    pub(crate) fn take_output(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    pub(crate) fn take_input(&mut self) -> Option<ChildStdin> {
        self.child.stdin.take()
    }

    /// Ends it.
    pub(crate) fn kill(&mut self) {
        // Fails when it has ended by itself.
        let _ = self.child.kill();
    }

    /// Waits for its end, as long as it may take. Its complaint when it has failed.
    pub(crate) fn finish(mut self, patience: Duration) -> Result<(), String> {
        let deadline = Instant::now() + patience;
        let status = loop {
            match self.child.try_wait() {
                Ok(Some(status)) => break status,
                Ok(None) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(2)),
                Ok(None) => return Err("it does not come to an end".into()),
                Err(error) => return Err(format!("it was lost: {error}")),
            }
        };
        if status.success() {
            return Ok(());
        }
        let complaint = self.complaint.recv_timeout(FAREWELL).unwrap_or_default();
        Err(if complaint.is_empty() { format!("it failed ({status})") } else { complaint })
    }

    /// Waits for the end of a program that has closed its output.
    pub(crate) fn bid_farewell(self) -> Result<(), String> {
        self.finish(FAREWELL)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        // So that the system forgets it.
        let _ = self.child.wait();
    }
}

fn cannot_start(program: &OsStr, error: &std::io::Error) -> String {
    let program = program.to_string_lossy();
    match error.kind() {
        std::io::ErrorKind::NotFound => format!("the program `{program}` is missing"),
        _ => format!("cannot start `{program}`: {error}"),
    }
}

/// Its last lines, when it is silent for good.
fn listen(mut stderr: impl Read) -> String {
    let (mut heard, mut part) = (Vec::new(), [0; 4096]);
    while let Ok(length @ 1..) = stderr.read(&mut part) {
        heard.extend_from_slice(&part[..length]);
        if heard.len() > MOST_COMPLAINT_BYTES {
            heard.drain(..heard.len() - MOST_COMPLAINT_BYTES / 2);
        }
    }
    let text = String::from_utf8_lossy(&heard);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines[lines.len().saturating_sub(SHOWN_LINES)..].join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_is_named() {
        let started = Process::start(OsStr::new("no-such-ffmpeg"), &[], [Stdio::null(), Stdio::null()]);
        assert_eq!(started.unwrap_err(), "the program `no-such-ffmpeg` is missing");
    }

    #[test]
    fn a_flood_of_complaints_is_cut_to_its_end() {
        let flood: String = (0..100_000).map(|line| format!("complaint {line}\n")).collect();
        let heard = listen(flood.as_bytes());
        assert_eq!(heard, "complaint 99996; complaint 99997; complaint 99998; complaint 99999");
        assert_eq!(listen(&[0xff, b'\n', b'a', b'\n', b'\n'][..]), "\u{fffd}; a");
    }

    #[test]
    fn a_name_that_looks_like_an_option_is_a_file() {
        let arguments = input_arguments(Path::new("-y"), CLIP_CONTAINERS);
        assert_eq!(arguments.last().unwrap(), "file:-y");
    }
}
