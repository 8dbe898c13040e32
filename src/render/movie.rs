//! An MP4 file, made by `ffmpeg`.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use engine::clock::FrameRate;
use pastiche_engine as engine;
use pastiche_nodes::ffmpeg::{FFMPEG, INSTALL, movie_arguments};

use crate::atomic_file::temporary_name;
use crate::error::Error;
use crate::picture::Picture;

/// Lines of its complaints that are shown.
const SHOWN_LINES: usize = 4;

/// A movie that is being made: the pictures now, the sound when they are done.
pub(super) struct Movie {
    out: PathBuf,
    /// Everything unfinished lies here.
    work: WorkFolder,
    ffmpeg: Child,
}

pub(super) fn is_movie(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("mp4"))
}

/// Whether a movie may be written there.
pub(super) fn check(path: &Path, force: bool) -> Result<(), Error> {
    match path.metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Error::file("write", path, error)),
        Ok(metadata) if metadata.is_dir() => Err(Error::Occupied { path: path.to_owned(), what: "a folder" }),
        Ok(_) if !force => Err(Error::Occupied { path: path.to_owned(), what: "there already" }),
        Ok(_) => Ok(()),
    }
}

impl Movie {
    pub(super) fn start(out: &Path, [width, height]: [u32; 2], rate: FrameRate) -> Result<Movie, Error> {
        let work = WorkFolder::make(out)?;
        let rate = [rate.frames, rate.secs];
        let arguments = movie_arguments([width, height], rate, "medium", &work.video());
        let ffmpeg = start(&arguments, Stdio::piped())?;
        Ok(Movie { out: out.to_owned(), work, ffmpeg })
    }

    pub(super) fn sound_path(&self) -> PathBuf {
        self.work.path.join("sound.wav")
    }

    pub(super) fn write(&mut self, picture: &Picture) -> Result<(), Error> {
        let written = match &mut self.ffmpeg.stdin {
            Some(stdin) => stdin.write_all(&picture.rgb()),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        };
        // It says itself why it stopped reading.
        written.map_err(|error| match self.end_of_pictures() {
            Err(complaint) => complaint,
            Ok(()) => Error::file("write", &self.out, error),
        })
    }

    pub(super) fn finish(mut self) -> Result<(), Error> {
        self.end_of_pictures()?;
        let movie = self.work.path.join("movie.mp4");
        let mut arguments: Vec<OsString> = vec!["-i".into(), self.work.video().into()];
        arguments.extend(["-i".into(), self.sound_path().into()]);
        let codec = ["-c:v", "copy", "-c:a", "aac", "-b:a", "256k", "-movflags", "+faststart"];
        arguments.extend(codec.map(OsString::from));
        arguments.extend(["-fflags", "+bitexact", "-flags:a", "+bitexact"].map(OsString::from));
        arguments.push(movie.clone().into());
        wait(start(&arguments, Stdio::null())?)?;
        fs::rename(&movie, &self.out).map_err(|error| Error::file("write", &self.out, error))
    }

    fn end_of_pictures(&mut self) -> Result<(), Error> {
        drop(self.ffmpeg.stdin.take());
        let complaint = read_complaint(&mut self.ffmpeg);
        let status = self.ffmpeg.wait();
        judge(status, complaint)
    }
}

impl Drop for Movie {
    fn drop(&mut self) {
        // Both fail when it has ended by itself, as it should.
        let _ = self.ffmpeg.kill();
        let _ = self.ffmpeg.wait();
    }
}

fn start(arguments: &[OsString], stdin: Stdio) -> Result<Child, Error> {
    let mut command = Command::new(FFMPEG);
    command.args(["-hide_banner", "-loglevel", "error", "-y"]).args(arguments);
    command.stdin(stdin).stdout(Stdio::null()).stderr(Stdio::piped());
    // Ctrl-C on the terminal is for us alone: we let it finish what it has.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.spawn().map_err(|error| Error::Program {
        message: format!("cannot start `{FFMPEG}`, which makes the movie: {error}"),
        help: format!("{INSTALL}, or render to a folder"),
    })
}

fn wait(mut child: Child) -> Result<(), Error> {
    let complaint = read_complaint(&mut child);
    judge(child.wait(), complaint)
}

fn read_complaint(child: &mut Child) -> String {
    let text = child.stderr.take().map(io::read_to_string).and_then(Result::ok).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(SHOWN_LINES)..].join("\n")
}

fn judge(status: io::Result<std::process::ExitStatus>, complaint: String) -> Result<(), Error> {
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Error::Program {
            message: format!("`{FFMPEG}` failed ({status}): {complaint}"),
            help: "render to a folder, or mend what it complains about".into(),
        }),
        Err(error) => Err(Error::Program {
            message: format!("`{FFMPEG}` was lost: {error}"),
            help: "render again, or to a folder".into(),
        }),
    }
}

/// A folder beside the movie, gone with everything in it when it is dropped.
struct WorkFolder {
    path: PathBuf,
}

impl WorkFolder {
    fn make(out: &Path) -> Result<WorkFolder, Error> {
        if let Some(parent) = out.parent().filter(|parent| *parent != Path::new("")) {
            fs::create_dir_all(parent).map_err(|error| Error::file("make", parent, error))?;
        }
        let path = temporary_name(out);
        fs::create_dir_all(&path).map_err(|error| Error::file("write", out, error))?;
        Ok(WorkFolder { path })
    }

    fn video(&self) -> PathBuf {
        self.path.join("video.mp4")
    }
}

impl Drop for WorkFolder {
    fn drop(&mut self) {
        // The fault that led here is what is reported.
        let _ = fs::remove_dir_all(&self.path);
    }
}
