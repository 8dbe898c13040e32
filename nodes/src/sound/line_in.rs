//! A microphone or a mixer.

use pastiche_engine::audio::AudioNode;
use pastiche_engine::audio_inputs::WhichAudioInput;
use pastiche_engine::io::Io;
use pastiche_engine::node::{BuildCtx, BuildError, Fault, FrameCtx, Node, Status};
use pastiche_engine::options::Options;
use pastiche_engine::port::{Audio, Control};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, NumberOrName, Opt, Out, Unit, range};
use pastiche_engine::supervisor::Backoff;

mod feed;
mod reader;
mod servo;

use feed::Feed;
use reader::{Reader, way};

const LEVEL: In<Control> = In::control(
    "level",
    1.0,
    Unit::Ratio,
    range(0.0, 4.0),
    range(-64.0, 64.0),
    "Loudness: 1 leaves it as it comes in, below 0 turns it over.",
);
const SOUND: Out<Audio> = Out::new("sound", "What is heard; one channel is heard on both sides.");
const ALIVE: Out<Control> = Out::share("alive", "1 while sound comes in, else 0.");
const LATE: Out<Control> = Out::with_unit(
    "late",
    Unit::Secs,
    "How long a sound waits here before it goes on, so that none is missed.",
);

const DEVICE: Opt<Option<NumberOrName<'static>>> = Opt::optional_number_or_name(
    "device",
    "Its number, from 0, or a part of its name; without one, the system's own choice.",
);

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "line_in",
        category: Category::Sound,
        summary: "What a microphone or a mixer hears.",
        doc: "Sound from outside: play with it, listen to it, let pictures follow it. The device is looked for \
              beside the show for as long as it is not there: it may be plugged in, pulled out and plugged in \
              again while it plays; meanwhile there is silence. Its clock is never quite that of the sound card; \
              the node follows it by playing up to half a percent faster or slower, which no one hears. Of more \
              than two channels the first two are heard. Renders hear nothing. `pastiche doctor` lists the \
              devices. Beware of a microphone that hears its own loudspeaker.",
        example: "let heard = line_in();\nlet loud = loudness(heard);\nscreen(scene().blur(loud * 60));\n",
        inputs: &[&LEVEL.0],
        options: &[DEVICE.0],
        outputs: &[SOUND.0, ALIVE.0, LATE.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| Ok(Box::new(LineIn::new(ctx, options)?)),
}];

struct LineIn {
    /// `None` where no sound can come in.
    feed: Option<Feed>,
    audio: Option<Box<Reader>>,
}

impl LineIn {
    fn new(ctx: &BuildCtx<'_>, options: &Options) -> Result<LineIn, BuildError> {
        let which = match options.get(&DEVICE) {
            Some(NumberOrName::Name(name)) => WhichAudioInput::Name(name.into()),
            Some(NumberOrName::Number(number)) => WhichAudioInput::Number(number as u32),
            None => WhichAudioInput::Usual,
        };
        let (seat, reader) = way();
        let feed = ctx.audio_inputs.map(|inputs| Feed::start(inputs.clone(), which, Backoff::USUAL, seat));
        let feed = feed.transpose().map_err(|error| {
            BuildError::new(format!("no thread can be started: {error}"), "close other programs")
        })?;
        Ok(LineIn { feed, audio: Some(Box::new(reader)) })
    }
}

impl Node for LineIn {
    fn frame(&mut self, _ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let fault = self.feed.as_mut().and_then(Feed::tend);
        let is_alive = self.feed.as_ref().is_some_and(Feed::is_alive);
        io.set_control(&ALIVE, f64::from(u8::from(is_alive)));
        io.set_control(&LATE, self.feed.as_ref().filter(|_| is_alive).map_or(0.0, Feed::late_secs));
        fault.map_or(Ok(()), Err)
    }

    fn take_audio(&mut self) -> Option<Box<dyn AudioNode>> {
        self.audio.take().map(|audio| audio as Box<dyn AudioNode>)
    }

    fn adopt(&mut self, old: &mut Self) {
        // Closed now rather than when it is freed: one device is rarely opened twice.
        old.feed = None;
    }

    fn status(&self) -> Status {
        self.feed
            .as_ref()
            .map_or_else(|| Status::Active("nothing comes in here: silence".into()), Feed::status)
    }
}
