//! A moving picture from a file.

use std::sync::Arc;
use std::time::{Duration, Instant};

use pastiche_engine::assets::{Asset, Media};
use pastiche_engine::audio::AudioNode;
use pastiche_engine::frame::Frame;
use pastiche_engine::io::Io;
use pastiche_engine::node::{BuildError, Fault, FrameCtx, Node, Status};
use pastiche_engine::port::{Audio, Control, Trigger};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, File, In, NodeSpec, Opt, Out, Unit, range};

use crate::ffmpeg::{Clip, Programs, probe};

mod decoder;
mod playhead;
mod sound;
mod speaker;
mod webp;

use decoder::{Decoder, Place};
use playhead::Playhead;
use sound::SoundTrack;
use speaker::{Sender, Speaker};

const RATE: In<Control> = In::control(
    "rate",
    1.0,
    Unit::Ratio,
    range(0.0, 2.0),
    range(0.0, 16.0),
    "How fast it plays: 1 as it was taken, 0 stands still.",
);
const POSITION: In<Control> = In::control(
    "position",
    0.0,
    Unit::Ratio,
    range(0.0, 1.0),
    range(0.0, 1.0),
    "Where it begins, as a share of the clip; when this moves, it jumps there.",
);
const RESTART: In<Trigger> = In::optional("restart", "Plays from `position` again.");
const IMAGE: Out<Frame> = Out::new("image", "The picture of the clip, at its own size.");
const PROGRESS: Out<Control> =
    Out::with_unit("progress", Unit::Ratio, "How much of the clip has been played, from 0 to 1.");
const ENDED: Out<Trigger> = Out::new("ended", "Comes when the clip is over, each time.");
const SOUND: Out<Audio> = Out::new("sound", "The sound of the clip, in step with its pictures.");

/// How long a clip may give nothing before it is reported.
const PATIENCE: Duration = Duration::from_secs(10);

/// How far ahead a place may lie, in seconds of the clip, to be waited for rather than jumped to.
const LEAD_SECS: f64 = 2.0;

const FILE: Opt<File> = Opt::file("file", Media::Clip, "Name of the file.");
const REPEAT: Opt<bool> =
    Opt::flag("repeat", true, "Whether it starts over at its end; if not, it holds its last picture.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "movie",
        category: Category::Source,
        summary: "A moving picture from a file.",
        doc: "Plays a clip of any common format (MP4, MOV, WebM, MKV, AVI, GIF, animated WebP and others) at its own size, \
              with its alpha if it has one, and its sound: `movie(\"clip.mp4\").sound`. It is decoded ahead by \
              the program `ffmpeg`, which must be installed. Each picture is shown at its own time, whatever the \
              clip's rate and the patch's are, one of a variable rate included; to scratch in it, set `rate` to \
              0 and move `position`. The sound follows `rate` as a tape does, higher when it is faster. Where a clip is cut or damaged, it holds its \
              last good picture or, if it repeats, starts over. A clip whose pictures change their size keeps \
              that of the first. A changed file is opened again and played from the same place.",
        example: "screen(movie(\"clip.mp4\", #{ rate: 0.5 }));\n",
        inputs: &[&RATE.0, &POSITION.0, &RESTART.0],
        options: &[FILE.0, REPEAT.0],
        outputs: &[IMAGE.0, PROGRESS.0, ENDED.0, SOUND.0],
        ..NodeSpec::PLAIN
    },
    make: |_, options| {
        let asset = options.get(&FILE)?;
        Ok(Box::new(Movie::open(asset, options.get(&REPEAT), Programs::default(), PATIENCE)?))
    },
}];

struct Movie {
    name: Arc<str>,
    clip: Clip,
    repeats: bool,
    decoder: Decoder,
    /// Until it is heard for the first time, nothing of it is decoded.
    sound: Option<SoundTrack>,
    sender: Sender,
    speaker: Option<Box<Speaker>>,
    patience: Duration,
    head: Playhead,
    /// `position` as it was; `None` before the first frame.
    position: Option<f64>,
    /// The frame before.
    frame: Option<u64>,
    shown: Option<(Place, Frame)>,
    /// Since when the next picture should have been there.
    late_since: Option<Instant>,
}

impl Movie {
    fn open(
        asset: &Asset,
        repeats: bool,
        programs: Programs,
        patience: Duration,
    ) -> Result<Movie, BuildError> {
        let name = &asset.name;
        let cannot = |(message, help): (String, String)| {
            BuildError::new(format!("the clip `{name}` cannot be played: {message}"), help)
                .option(FILE.0.name)
        };
        let path = asset
            .path
            .clone()
            .ok_or_else(|| cannot(("it lies in no file".into(), "save it beside the patch".into())))?;
        // Links followed, as they were when it was found that the patch may read it.
        let path = path.canonicalize().unwrap_or(path);
        let clip = webp::probe(&path).map_or_else(|| probe(&programs, &path), Ok).map_err(cannot)?;
        let head = Playhead::new(clip.timing.rate());
        let no_thread = |error: std::io::Error| {
            cannot((format!("no thread can be started: {error}"), "close other programs".into()))
        };
        let decoder = Decoder::start(clip.clone(), programs.clone(), repeats).map_err(no_thread)?;
        let sound = clip.has_sound.then(|| SoundTrack::start(clip.clone(), programs, repeats));
        let sound = sound.transpose().map_err(no_thread)?;
        let (sender, speaker) = speaker::way();
        Ok(Movie {
            name: name.clone(),
            clip,
            repeats,
            decoder,
            sound,
            sender,
            speaker: Some(Box::new(speaker)),
            patience,
            head,
            position: None,
            frame: None,
            shown: None,
            late_since: None,
        })
    }

    /// Moves the playhead by a frame. How often the end was passed.
    fn advance(&mut self, ctx: &FrameCtx<'_>, io: &Io<'_>) -> u32 {
        let position = io.control(&POSITION);
        let is_moved = self.position.replace(position) != Some(position);
        if is_moved || io.trigger(&RESTART) > 0 {
            self.head.jump(position, self.said_ticks().unwrap_or(0));
        } else {
            let frames = self.frame.map_or(0, |before| ctx.tick.frame.saturating_sub(before));
            self.head.advance(frames, ctx.rate, io.control(&RATE));
        }
        self.frame = Some(ctx.tick.frame);
        let mut ended = 0;
        loop {
            ended += self.turn();
            let place = self.place();
            // Late ones are better than none, and are lost when it jumps.
            self.collect();
            self.decode(place, ctx.offline);
            if !ctx.offline {
                return ended;
            }
            if !self.decoder.wait_for(place, self.patience) {
                self.give_up();
                return ended;
            }
            // Only now it may be known that the clip is shorter than it says.
            let end = self.decoder.end().unwrap_or(u64::MAX);
            if place.picture < end {
                return ended;
            }
        }
    }

    /// How long it is in ticks, as far as it is known.
    fn said_ticks(&self) -> Option<u64> {
        let timing = &self.clip.timing;
        self.decoder.end().or(timing.pictures()).map(|pictures| timing.tick_of(pictures))
    }

    fn turn(&mut self) -> u32 {
        let timing = &self.clip.timing;
        // What the head of a file says of its length is not believed: its end is where its pictures end.
        let length = self.decoder.end().or(timing.counted()).map_or(u64::MAX, |end| timing.tick_of(end));
        self.head.turn(length, self.repeats)
    }

    /// The picture at the playhead.
    fn place(&self) -> Place {
        let Place { round, picture } = self.head.place();
        Place { round, picture: self.clip.timing.picture_at(picture) }
    }

    /// Sends the sound of this frame to the audio half.
    fn sound_out(&mut self, ctx: &FrameCtx<'_>, io: &Io<'_>) {
        let Some(sound) = &mut self.sound else { return };
        if !io.is_read(&SOUND) {
            return;
        }
        let rate = if self.head.is_done() { 0.0 } else { io.control(&RATE) };
        let frame = ctx.frame_time();
        let heard = sound.play(self.head.secs(), rate, frame.samples(), ctx.offline.then_some(self.patience));
        self.sender.send(frame.start_sample, heard);
    }

    /// Lets it be decoded from a place on, unless what goes on leads there.
    fn decode(&mut self, place: Place, at_once: bool) {
        let is_shown = self.shown.as_ref().is_some_and(|(shown, _)| *shown == place);
        let most_ahead = (LEAD_SECS * self.clip.fps()).ceil() as u64;
        if !is_shown && !self.decoder.leads_to(place, most_ahead) && (at_once || self.decoder.has_begun()) {
            self.decoder.seek(place);
        }
    }

    fn give_up(&mut self) {
        self.decoder.give_up("`ffmpeg` gives no pictures");
        self.late_since = None;
    }

    /// Takes the newest picture that is there.
    fn collect(&mut self) {
        let (picture, is_awaited) = self.decoder.take(self.place());
        if picture.is_some() || !is_awaited {
            self.late_since = None;
        }
        if let Some((place, pixels)) = picture {
            self.shown = Some((place, Frame::from_pixels(pixels)));
        } else if is_awaited {
            let since = self.late_since.get_or_insert_with(Instant::now);
            if since.elapsed() > self.patience {
                self.give_up();
            }
        }
    }
}

impl Node for Movie {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let ended = self.advance(ctx, io);
        self.collect();
        self.sound_out(ctx, io);
        io.set_trigger(&ENDED, ended);
        io.set_control(&PROGRESS, self.said_ticks().map_or(0.0, |length| self.head.share(length)));
        if let Some((_, frame)) = &self.shown {
            io.set_frame(&IMAGE, frame.clone());
        }
        match self.decoder.fault().or_else(|| self.sound.as_mut().and_then(SoundTrack::fault)) {
            Some(why) => Err(Fault::new(
                format!("`{}`: {why}", self.name),
                "the last picture is held; copy or export the clip again",
            )),
            None => Ok(()),
        }
    }

    fn take_audio(&mut self) -> Option<Box<dyn AudioNode>> {
        self.speaker.take().map(|speaker| speaker as Box<dyn AudioNode>)
    }

    fn adopt(&mut self, old: &mut Self) {
        if old.clip.path == self.clip.path {
            self.head = old.head.carried(self.clip.timing.rate());
            (self.position, self.frame) = (old.position, old.frame);
        }
        // The old picture is shown until the first of the new ones is there; its place is nowhere.
        let nowhere = Place { round: i64::MIN, picture: 0 };
        self.shown = old.shown.take().map(|(_, frame)| (nowhere, frame));
    }

    fn status(&self) -> Status {
        match &self.shown {
            None => Status::Waiting("decoding the first picture".into()),
            Some((_, frame)) => {
                let [width, height] = frame.size_px();
                Status::Active(format!("{width}x{height}, {:.5} pictures a second", self.clip.fps()))
            }
        }
    }
}
