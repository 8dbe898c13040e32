//! Pictures of a camera.

use std::sync::Arc;
use std::time::{Duration, Instant};

use pastiche_engine::cameras::{CameraWish, WhichCamera};
use pastiche_engine::frame::Frame;
use pastiche_engine::io::Io;
use pastiche_engine::node::{BuildCtx, BuildError, Fault, FrameCtx, Node, Status};
use pastiche_engine::options::Options;
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, NodeSpec, NumberOrName, Opt, Out, range};
use pastiche_engine::supervisor::Backoff;

use crate::sources::drawn_scene::Room;

mod convert;
mod feed;

use feed::Feed;

const IMAGE: Out<Frame> = Out::new("image", "The newest picture, at its own size.");
const ALIVE: Out<Control> = Out::share("alive", "1 while the camera gives pictures, else 0.");

/// How long the last picture of a camera that is gone is held.
const GRACE: Duration = Duration::from_secs(5);

/// People in the scene that stands in.
const PEOPLE: usize = 3;

const WHICH: Opt<NumberOrName<'static>> =
    Opt::number_or_name("which", "Its number, from 0, or a part of its name.");
const SIZE: Opt<Option<&'static str>> = Opt::optional_text(
    "size",
    "Width and height to ask for, such as \"1280x720\"; the nearest that it has is taken.",
);
const RATE: Opt<Option<f64>> = Opt::optional_number(
    "rate",
    range(1.0, 240.0),
    "Pictures a second to ask for; the nearest that it has is taken.",
);
const MIRROR: Opt<bool> = Opt::flag("mirror", false, "Whether left and right are swapped, as in a mirror.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "camera",
        category: Category::Source,
        summary: "The pictures of a camera.",
        doc: "Shows the newest picture of a camera. It is looked for beside the show for as long as it is not \
              there: it may be plugged in, pulled out and plugged in again while it plays. When it goes, its \
              last picture is held for five seconds; then, and where there is none, the scene of the node \
              `scene` stands in, at the size of the canvas. Renders always show the scene. The status tells \
              which camera it is and how old its picture is. `pastiche doctor` lists the cameras.",
        example: "let cam = camera();\nscreen(crossfade(solid(colour(\"#102040\")), cam, cam.alive * 0.3 + 0.7));\n",
        options: &[WHICH.0, SIZE.0, RATE.0, MIRROR.0],
        outputs: &[IMAGE.0, ALIVE.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| Ok(Box::new(Camera::new(ctx, options)?)),
}];

struct Camera {
    /// `None` where there can be no camera.
    feed: Option<Feed>,
    /// Without a GPU nothing stands in.
    room: Option<Room>,
    /// The last picture and when it came, until it has been held for long enough.
    held: Option<(Frame, Instant)>,
    secs: f64,
    status: Status,
}

impl Camera {
    fn new(ctx: &BuildCtx<'_>, options: &Options) -> Result<Camera, BuildError> {
        let wish = wish(options)?;
        let mirror = options.get(&MIRROR);
        let start = |cameras: &Arc<_>| Feed::start(Arc::clone(cameras), wish, mirror, Backoff::USUAL);
        let feed = ctx.cameras.map(start).transpose().map_err(|error| {
            BuildError::new(format!("no thread can be started: {error}"), "close other programs")
        })?;
        let room = ctx.gpu.map(|_| Room::new(ctx)).transpose()?;
        Ok(Camera { feed, room, held: None, secs: 0.0, status: Status::Ready })
    }

    /// The newest picture of the camera, or the last one while it is held. Whether it is alive, and its fault.
    fn look(&mut self) -> (bool, Option<Fault>) {
        let Some(feed) = &mut self.feed else {
            self.status = Status::Active("no camera here: the scene stands in".into());
            return (false, None);
        };
        let now = Instant::now();
        let look = feed.look(now);
        if let Some(fresh) = look.fresh {
            self.held = Some((fresh, now));
        } else if !look.is_alive {
            self.held = self.held.take().filter(|(_, since)| now.duration_since(*since) <= GRACE);
        }
        self.status = match (look.status, &self.held) {
            (Status::Waiting(why), Some(_)) => Status::Waiting(format!("{why}; its last picture is held")),
            (Status::Waiting(why), None) => Status::Waiting(format!("{why}; the scene stands in")),
            (other, _) => other,
        };
        (look.is_alive, look.fault)
    }
}

impl Node for Camera {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        self.secs += ctx.tick.delta_secs();
        let (is_alive, fault) = self.look();
        io.set_control(&ALIVE, f64::from(u8::from(is_alive)));
        if let Some((held, _)) = &self.held {
            io.set_frame(&IMAGE, held.clone());
        } else if let Some(room) = &mut self.room {
            let size_px = ctx.canvas_px;
            let picture = room.draw(ctx.gpu()?, size_px, PEOPLE, self.secs)?;
            io.set_frame(&IMAGE, picture);
        }
        fault.map_or(Ok(()), Err)
    }

    fn adopt(&mut self, old: &mut Self) {
        // Closed now rather than when it is freed: one camera is rarely opened twice.
        old.feed = None;
        (self.held, self.secs) = (old.held.take(), old.secs);
    }

    fn status(&self) -> Status {
        self.status.clone()
    }
}

fn wish(options: &Options) -> Result<CameraWish, BuildError> {
    let which = match options.get(&WHICH) {
        NumberOrName::Name(name) => WhichCamera::Name(name.into()),
        NumberOrName::Number(number) => WhichCamera::Number(number as u32),
    };
    let size_px = options.get(&SIZE).map(|text| {
        size(text).ok_or_else(|| {
            let message = format!("`{text}` is no size of a picture");
            BuildError::new(message, "give width and height in pixels, such as \"1280x720\"")
                .option(SIZE.0.name)
        })
    });
    Ok(CameraWish { which, size_px: size_px.transpose()?, fps: options.get(&RATE) })
}

/// `1280x720`.
fn size(text: &str) -> Option<[u32; 2]> {
    let (width, height) = text.split_once('x')?;
    let sides = [width.trim().parse().ok()?, height.trim().parse().ok()?];
    sides.iter().all(|side| (1..=16_384).contains(side)).then_some(sides)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pastiche_engine::options::OptionValue;

    #[test]
    fn sizes_are_read_or_refused() {
        assert_eq!(size("1280x720"), Some([1280, 720]));
        assert_eq!(size(" 640 x 480 "), Some([640, 480]));
        for text in ["", "x", "640", "0x480", "640x99999", "640x480x3", "-1x5", "1.5x2"] {
            assert_eq!(size(text), None, "{text}");
        }
        let mut options = Options::default();
        options.set(SIZE.0.name, OptionValue::Text("big".into()));
        assert_eq!(wish(&options).unwrap_err().option, Some(SIZE.0.name));
    }
}
