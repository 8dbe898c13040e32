//! Writes pictures to files while they play.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use pastiche_engine::audio::AudioNode;
use pastiche_engine::frame::{Frame, FrameId, Pixels};
use pastiche_engine::io::Io;
use pastiche_engine::node::{BuildCtx, BuildError, Fault, FrameCtx, Node, Status};
use pastiche_engine::options::Options;
use pastiche_engine::port::{Audio, Control, Trigger};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, Choice, In, NodeSpec, Opt, Out, Role, Unit, range};

use crate::audio_tap::AudioTap;
use crate::ffmpeg::{INSTALL, Programs, check};
use crate::out::claim::{FOLDER, destination, name_option};

mod closing;
mod colours;
mod recording;
mod track;

use recording::{Form, Plan, Recording, Sent};

const IMAGE: In<Frame> = In::required("image", "Picture to record.");
const ON: In<Control> = In::control(
    "on",
    1.0,
    Unit::None,
    range(0.0, 1.0),
    range(0.0, 1.0),
    "Above 0.5 it records; each time it rises a new file begins.",
);
const SHOOT: In<Trigger> = In::optional("shoot", "Writes a still, whatever else is recorded.");
const SOUND: In<Audio> =
    In::optional("sound", "Sound to record with it; the same wire as that of `speakers`, say.");
const RECORDED: Out<Control> = Out::with_unit("recorded", Unit::Secs, "How long the newest recording is.");
const DROPPED: Out<Control> = Out::new("dropped", "How many pictures were left out of it.");

/// How long after a failure a new file is begun, doubled each time.
const FIRST_RETRY: Duration = Duration::from_secs(10);
const LONGEST_RETRY: Duration = Duration::from_secs(160);

/// Pictures whose pixels may be on their way.
const MOST_SEEN: usize = 64;

const FORMAT: Opt<Choice<Option<Form>>> = Opt::choice(
    "format",
    &[("movie", Some(Form::Movie)), ("frames", Some(Form::Frames)), ("still", None)],
    "What is recorded while it is on: a movie, numbered pictures, or nothing but stills.",
);
const NAME: Opt<&'static str> = name_option("recording");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "record",
        category: Category::Out,
        summary: "Writes a picture to files while it plays.",
        doc: "Records a movie (an MP4 file, made by the program `ffmpeg`), numbered pictures in a folder of their \
              own, or single stills. With `sound` the movie has it too, in step to the sample, and numbered \
              pictures have a `sound.wav` beside them. Files are numbered and appear when they are whole; \
              nothing that is there is ever written over. When a disk is full, what was recorded so far is kept \
              and plays, and while `on` is up a new file begins after a while. Should the program itself be \
              killed, what it was recording lies beside them under a hidden name that ends in `.part`. They go into the folder of the patch or one that \
              `folder` names: inside the patch's folder, or allowed by `--allow`. The show goes first: when \
              the disk or the processor is too slow, pictures are left out, the one before stands in for \
              them so that the recording keeps its time, and the status tells. A render records as well, and \
              leaves out nothing. When the size of the picture changes, a new file begins.",
        example: "let room = scene();\nlet hum = drone(40);\nscreen(room);\nspeakers(hum);\n\
                  record(room, #{ sound: hum, on: knob(\"rec\"), folder: \"recordings\" });\n",
        inputs: &[&IMAGE.0, &ON.0, &SHOOT.0, &SOUND.0],
        options: &[FORMAT.0, FOLDER.0, NAME.0],
        outputs: &[RECORDED.0, DROPPED.0],
        role: Role::Recorder,
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| Ok(Box::new(Record::new(ctx, options)?)),
}];

struct Record {
    folder: PathBuf,
    name: String,
    /// `None` when nothing but stills is recorded.
    form: Option<Form>,
    was_on: bool,
    running: Option<Running>,
    stills: Option<Recording>,
    /// Those that are being finished.
    closing: Vec<Closing>,
    ear: AudioTap,
    /// The frame of the show in which a picture was last on the wire: live, pixels come later.
    seen: VecDeque<(FrameId, u64)>,
    recorded_secs: f64,
    dropped: u64,
    /// Why the newest recording failed.
    failure: Option<String>,
    /// The frame in which it begins once more, and how long it has waited for that.
    retry: Option<(u64, Duration)>,
}

/// A recording that goes on.
struct Running {
    recording: Recording,
    /// The frame of the show in which it began.
    first: u64,
    /// The one behind the last that was handed over.
    next: u64,
}

/// A recording that gets no more pictures.
struct Closing {
    recording: Recording,
    /// Transport time behind its last picture; until then it hears, if somebody plays.
    until: u64,
    /// The frame in which it is given up.
    given_up: u64,
}

impl Record {
    fn new(ctx: &BuildCtx<'_>, options: &Options) -> Result<Record, BuildError> {
        let form = options.get(&FORMAT);
        let (folder, name) = destination(ctx, options.get(&FOLDER), options.get(&NAME))?;
        if form == Some(Form::Movie) {
            check(&Programs::default()).map_err(|message| {
                let help = format!("{INSTALL}, or record with `format: \"frames\"`");
                BuildError::new(format!("no movie can be recorded: {message}"), help).option(FORMAT.0.name)
            })?;
        }
        Ok(Record {
            folder,
            name,
            form,
            was_on: false,
            running: None,
            stills: None,
            closing: Vec::new(),
            ear: AudioTap::default(),
            seen: VecDeque::new(),
            recorded_secs: 0.0,
            dropped: 0,
            failure: None,
            retry: None,
        })
    }

    fn start(&self, form: Form, ctx: &FrameCtx<'_>, has_sound: bool) -> Result<Recording, String> {
        Recording::start(Plan {
            folder: self.folder.clone(),
            name: self.name.clone(),
            form,
            rate: ctx.rate,
            has_sound,
            programs: Programs::default(),
        })
    }

    /// Begins or ends a recording when `on` says so.
    fn follow(&mut self, ctx: &FrameCtx<'_>, on: bool) {
        if on == self.was_on {
            return;
        }
        self.was_on = on;
        if on {
            (self.recorded_secs, self.dropped, self.failure, self.retry) = (0.0, 0, None, None);
        } else if let Some(Running { mut recording, .. }) = self.running.take() {
            if !recording.has_sound() {
                recording.end();
            }
            let (until, frame) = (ctx.tick.start_sample, ctx.tick.frame);
            let given_up = frame + ctx.rate.fps().ceil() as u64;
            self.closing.push(Closing { recording, until, given_up });
        }
    }

    /// Hands over the picture of a frame of the show.
    fn record(&mut self, ctx: &FrameCtx<'_>, frame: u64, pixels: &Arc<Pixels>, has_sound: bool) {
        let Some(form) = self.form.filter(|_| self.was_on && self.failure.is_none()) else { return };
        let running = match self.running.take() {
            Some(running) => Ok(running),
            None => self.start(form, ctx, has_sound).map(|recording| Running {
                recording,
                first: frame,
                next: frame,
            }),
        };
        match running {
            // The newest pixels may be those that came in the frame before.
            Ok(running) if frame < running.next => self.running = Some(running),
            Ok(mut running) => {
                running.next = frame + 1;
                let number = frame.saturating_sub(running.first);
                match running.recording.send(frame, pixels.clone(), ctx.offline) {
                    Sent::Taken => self.recorded_secs = (number + 1) as f64 / ctx.rate.fps(),
                    Sent::Dropped => self.dropped += 1,
                }
                self.running = Some(running);
            }
            Err(why) => self.failure = Some(why),
        }
    }

    fn shoot(&mut self, ctx: &FrameCtx<'_>, pixels: &Arc<Pixels>) {
        if self.stills.is_none() {
            match self.start(Form::Stills, ctx, false) {
                Ok(recording) => self.stills = Some(recording),
                Err(why) => self.failure = Some(why),
            }
        }
        if let Some(stills) = &self.stills
            && stills.send(ctx.tick.frame, pixels.clone(), ctx.offline) == Sent::Dropped
        {
            self.dropped += 1;
        }
    }

    /// Hands over what was heard before a transport time.
    fn hear(&mut self, before: u64, waits: bool) {
        for (at, samples) in self.ear.stretches(before) {
            let end = at + samples.len() as u64;
            let closing = self.closing.iter().filter(|closing| at < closing.until);
            for Closing { recording, .. } in closing {
                recording.hear(at, samples.clone(), waits);
            }
            for closing in self.closing.iter_mut().filter(|closing| end >= closing.until) {
                closing.recording.end();
            }
            if let Some(Running { recording, .. }) = &self.running {
                recording.hear(at, samples, waits);
            }
        }
    }

    /// Notes what is on the wire now, and tells in which frame these pixels were last.
    fn frame_of(&mut self, frame: u64, on_wire: Option<FrameId>, of: &FrameId) -> Option<u64> {
        if let Some(id) = on_wire {
            match self.seen.back_mut() {
                Some((last, seen)) if *last == id => *seen = frame,
                _ => self.seen.push_back((id, frame)),
            }
        }
        if self.seen.len() > MOST_SEEN {
            self.seen.pop_front();
        }
        self.seen.iter().rev().find(|(id, _)| id == of).map(|(_, seen)| *seen)
    }

    /// Begins a new file after a while, when the last has failed: there may be room again.
    fn try_again(&mut self, ctx: &FrameCtx<'_>) {
        if self.failure.is_none() || !self.was_on {
            return;
        }
        match self.retry {
            Some((frame, _)) if ctx.tick.frame < frame => {}
            Some((frame, waited)) if frame > 0 => {
                self.failure = None;
                self.retry = Some((0, waited));
            }
            _ => {
                let wait = self.retry.map_or(FIRST_RETRY, |(_, waited)| (waited * 2).min(LONGEST_RETRY));
                let frames = (wait.as_secs_f64() * ctx.rate.fps()).ceil() as u64;
                self.retry = Some((ctx.tick.frame + frames.max(1), wait));
            }
        }
    }

    /// Learns what has become of recordings.
    fn look_after(&mut self) {
        let all = self.closing.iter_mut().map(|closing| &mut closing.recording).chain(&mut self.stills);
        let all = all.chain(self.running.iter_mut().map(|running| &mut running.recording));
        let failure = all.filter_map(Recording::failure).next();
        if let Some(why) = failure {
            self.failure.get_or_insert(why);
            // The next one begins when `on` rises again, or with the next still.
            self.running.take_if(|running| running.recording.failure().is_some());
            self.stills.take_if(|stills| stills.failure().is_some());
        }
        self.closing.retain_mut(|closing| !closing.recording.is_finished());
    }
}

impl Node for Record {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        self.look_after();
        self.follow(ctx, io.control(&ON) > 0.5);
        self.try_again(ctx);
        let shoots = io.trigger(&SHOOT) > 0;
        let is_wanted = shoots || (self.was_on && self.form.is_some() && self.failure.is_none());
        if is_wanted && let Some((pixels, id)) = io.known_pixels(ctx, &IMAGE)? {
            let frame = self.frame_of(ctx.tick.frame, io.frame(&IMAGE).map(Frame::id), &id);
            let has_sound = io.position(&SOUND.0.name).is_some_and(|position| io.is_given(position));
            if let Some(frame) = frame {
                self.record(ctx, frame, &pixels, has_sound);
            }
            if shoots {
                self.shoot(ctx, &pixels);
            }
        } else if is_wanted && let Some(frame) = io.frame(&IMAGE) {
            self.frame_of(ctx.tick.frame, Some(frame.id()), &frame.id());
        }
        self.hear(ctx.tick.start_sample, ctx.offline);
        for closing in self.closing.iter_mut().filter(|closing| ctx.tick.frame >= closing.given_up) {
            closing.recording.end();
        }
        io.set_control(&RECORDED, self.recorded_secs);
        io.set_control(&DROPPED, self.dropped as f64);
        match &self.failure {
            Some(why) => Err(Fault::new(
                format!("it cannot record: {why}"),
                "what was written before is kept; while `on` is up, it begins a new file after a while",
            )),
            None => Ok(()),
        }
    }

    fn take_audio(&mut self) -> Option<Box<dyn AudioNode>> {
        self.ear.take_audio()
    }

    fn adopt(&mut self, old: &mut Self) {
        old.hear(u64::MAX, false);
        self.ear.adopt(&mut old.ear);
    }

    fn status(&self) -> Status {
        let dropped = match self.dropped {
            0 => String::new(),
            count => format!(", {count} pictures left out: the machine is too slow"),
        };
        match &self.running {
            Some(Running { recording, .. }) => Status::Active(format!(
                "recording {}, {:.1} s{dropped}",
                recording.target(),
                self.recorded_secs
            )),
            None if self.was_on && self.form.is_some() => Status::Waiting("for the first picture".into()),
            None if self.dropped > 0 => Status::Active(format!("not recording{dropped}")),
            None => Status::Ready,
        }
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        // The end of the show is heard too.
        self.hear(u64::MAX, false);
    }
}
