//! Paints pictures with the painting network.

use std::sync::{Arc, Mutex, PoisonError};

use pastiche_engine::frame::{Frame, PixelFormat, Pixels};
use pastiche_engine::gpu::Fit;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node, Status};
use pastiche_engine::port::{Control, Style};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Opt, Out, range};
use pastiche_engine::workers::{Background, Priority};
use pastiche_models::arbitrary_style::ArbitraryStyle;
use pastiche_models::painting::{LEAST_SIDE, MOST_PIXELS, Painting};
use pastiche_models::scaled_srgb8;

use crate::effect::AtAmount;
use crate::paint::painting_style::{self, MODEL, load};
use crate::paint::picture_style;

const IMAGE: In<Frame> = In::required("image", "Picture to paint.");
const STYLE: In<Style> = In::required("style", "Style to paint in.");
const AMOUNT: In<Control> = In::amount("How much of the painting.");
const OUT: Out<Frame> = Out::new("image", "The painting, at the size of the picture.");

const HEIGHT: Opt<usize> = Opt::whole(
    "height",
    360,
    range(LEAST_SIDE as f64, 2160.0),
    "Lines at which it is painted, then scaled: fewer are faster and give broader strokes.",
);

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "style_transfer",
        category: Category::Paint,
        summary: "Paints a picture in a style.",
        doc: "A neural network repaints the picture in a style: one of `style`, or of any picture by `style_of`. Live it paints beside the show and gives \
              its newest painting; the first frames show the picture itself. Only what has changed is \
              painted again.",
        example: "let look = style(\"blue_swirls\");\nscreen(style_transfer(test_card(), look, 0.8));\n",
        inputs: &[&IMAGE.0, &STYLE.0, &AMOUNT.0],
        options: &[HEIGHT.0, MODEL.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| {
        let network = load(options)?;
        painting_style::give_way(ctx.workers);
        Ok(Box::new(StyleTransfer {
            network: painting_style::network(options),
            painter: Arc::new(Mutex::new(Painter {
                network,
                pictures: None,
                height: options.get(&HEIGHT) as u32,
                scaled: None,
            })),
            at_amount: ctx.gpu.map(|_| AtAmount::new(ctx)).transpose()?,
            asked: None,
            work: Background::default(),
            painting: None,
            failure: None,
        }))
    },
}];

struct StyleTransfer {
    /// The name of the network whose styles it paints.
    network: Arc<str>,
    /// Held by the one job that is running, so the lock is never waited for.
    painter: Arc<Mutex<Painter>>,
    /// Without a GPU a painting is shown as it is.
    at_amount: Option<AtAmount>,
    /// What the newest job was given.
    asked: Option<(Arc<Pixels>, Style)>,
    work: Background<Result<Pixels, String>>,
    painting: Option<Frame>,
    failure: Option<Fault>,
}

impl Node for StyleTransfer {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let Some(image) = io.frame(&IMAGE).cloned() else {
            io.clear_frame(&OUT);
            return Ok(());
        };
        self.collect();
        if let Some(style) = io.style(&STYLE) {
            if style.network != self.network && *style.network != *picture_style::NETWORK {
                let message = format!("it paints styles of `{}`, not of `{}`", self.network, style.network);
                return Err(Fault::new(message, "give it a style of the same `model`"));
            }
            if self.work.is_idle()
                && let Some(pixels) = io.pixels(ctx, &IMAGE)?
            {
                self.ask(ctx, pixels, style);
            }
        }
        let amount = io.control(&AMOUNT);
        match &self.painting {
            Some(painting) if amount != 0.0 => {
                let result = self.finish(ctx, &image, painting, amount)?;
                io.set_frame(&OUT, result);
            }
            _ => io.set_frame(&OUT, image),
        }
        match &self.failure {
            Some(failure) => Err(failure.clone()),
            None => Ok(()),
        }
    }

    fn adopt(&mut self, old: &mut Self) {
        // The painting of the other height is shown until the first of this one is there.
        self.painting = old.painting.take();
    }

    fn status(&self) -> Status {
        match self.painting {
            None => Status::Waiting("painting the first picture".into()),
            Some(_) => Status::Ready,
        }
    }
}

impl StyleTransfer {
    /// Hands a picture to the workers, unless it is the one that was painted last.
    fn ask(&mut self, ctx: &FrameCtx<'_>, pixels: Arc<Pixels>, style: &Style) {
        if let Some((before, style_before)) = &self.asked
            && Arc::ptr_eq(before, &pixels)
            && style_before == style
        {
            return;
        }
        self.asked = Some((pixels.clone(), style.clone()));
        let (painter, style) = (self.painter.clone(), style.clone());
        self.work.submit(ctx.workers, Priority::Model, move |_| {
            painter.lock().unwrap_or_else(PoisonError::into_inner).paint(&pixels, &style)
        });
        self.collect();
    }

    /// Takes in the painting that is finished, if one is.
    fn collect(&mut self) {
        match self.work.poll() {
            Ok(None) => {}
            Ok(Some(Ok(painted))) => {
                (self.painting, self.failure) = (Some(Frame::from_pixels(painted)), None);
            }
            Ok(Some(Err(failure))) => self.failure = Some(Fault::new(failure, "the last painting is held")),
            Err(fault) => self.failure = Some(fault),
        }
    }

    /// The painting at the size of the picture, as much of it as is wanted.
    fn finish(
        &self,
        ctx: &mut FrameCtx<'_>,
        image: &Frame,
        painting: &Frame,
        amount: f64,
    ) -> Result<Frame, Fault> {
        let same_size = painting.size_px() == image.size_px();
        let Some(at_amount) = self.at_amount.as_ref().filter(|_| !same_size || amount != 1.0) else {
            return Ok(painting.clone());
        };
        let gpu = ctx.gpu()?;
        let painting = gpu.texture(painting)?;
        let painting = gpu.fit(&painting, image.size_px(), Fit::Stretch)?;
        at_amount.draw(gpu, image, painting, amount)
    }
}

/// What a job needs.
struct Painter {
    network: Arc<Painting>,
    /// For styles of pictures, from the first one on.
    pictures: Option<Arc<ArbitraryStyle>>,
    height: u32,
    /// The last picture at the height at which it is painted: a style may move over a still one.
    scaled: Option<(Arc<Pixels>, [u32; 2], Vec<u8>)>,
}

impl Painter {
    fn paint(&mut self, pixels: &Arc<Pixels>, style: &Style) -> Result<Pixels, String> {
        let (size_px, scaled) = match self.scaled.take() {
            Some((before, size_px, scaled)) if Arc::ptr_eq(&before, pixels) => (size_px, scaled),
            _ => {
                let size_px = painted_size(pixels.size_px(), self.height);
                (size_px, scale(pixels, size_px).ok_or("the picture cannot be scaled")?)
            }
        };
        let painted = self.painted(&scaled, size_px, style);
        self.scaled = Some((pixels.clone(), size_px, scaled));
        Pixels::new(size_px, PixelFormat::Srgb8, painted?).ok_or_else(|| "the painting has no pixels".into())
    }
}

/// The longest shape that is painted as it is: what is longer is painted in this one, and stretched back.
const MOST_SHAPE: f64 = 16.0;

impl Painter {
    fn painted(&mut self, scaled: &[u8], size_px: [u32; 2], style: &Style) -> Result<Vec<u8>, String> {
        if *style.network != *picture_style::NETWORK {
            let painted = self.network.paint_srgb8(scaled, size_px, &style.vector);
            return painted.map_err(|error| error.to_string());
        }
        let networks = match &self.pictures {
            Some(networks) => networks,
            // Whoever found the style holds them already.
            None => self.pictures.insert(picture_style::networks().map_err(|error| error.message)?),
        };
        networks.paint_srgb8(scaled, size_px, &style.vector).map_err(|error| error.to_string())
    }
}

/// A size of this height and of the picture's shape, as far as the network can paint it.
fn painted_size([width, height]: [u32; 2], lines: u32) -> [u32; 2] {
    let shape = (f64::from(width) / f64::from(height)).clamp(MOST_SHAPE.recip(), MOST_SHAPE);
    let most_lines = (MOST_PIXELS as f64 / shape).sqrt();
    let lines = f64::from(lines).min(most_lines);
    let sides = [(lines * shape).round() as u32, lines.floor() as u32];
    let most = (MOST_PIXELS / LEAST_SIDE) as u32;
    sides.map(|side| side.clamp(LEAST_SIDE as u32, most))
}

/// Without a copy of a picture that is of 8 bits.
fn scale(pixels: &Pixels, size_px: [u32; 2]) -> Option<Vec<u8>> {
    match pixels.format() {
        PixelFormat::Srgb8 => scaled_srgb8(pixels.bytes(), pixels.size_px(), size_px),
        PixelFormat::LinearHalf => scaled_srgb8(&pixels.to_srgb8(), pixels.size_px(), size_px),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pastiche_models::Threads;

    #[test]
    fn any_shape_is_painted_within_the_limits() {
        assert_eq!(painted_size([1920, 1080], 360), [640, 360]);
        assert_eq!(painted_size([100, 100], 32), [32, 32]);
        for picture in [[1, 1], [1, 16_384], [16_384, 1], [16_384, 16_384], [3, 1000]] {
            for lines in [32, 360, 2160] {
                let [width, height] = painted_size(picture, lines);
                assert!(width.min(height) as usize >= LEAST_SIDE, "{picture:?} at {lines}");
                assert!(width as usize * height as usize <= MOST_PIXELS, "{picture:?} at {lines}");
            }
        }
        // A strip costs no more than sixteen squares.
        for strip in [[16_384, 1], [1_000, 10]] {
            assert_eq!(painted_size(strip, 90), [1440, 90]);
        }
        assert_eq!(painted_size([10, 1_000], 512), [32, 512]);
    }

    #[test]
    fn a_still_picture_is_scaled_once() {
        let network = Arc::new(Painting::embedded(Threads::shared()).unwrap());
        let mut painter = Painter { network, pictures: None, height: 32, scaled: None };
        let pixels = Arc::new(Pixels::new([48, 64], PixelFormat::Srgb8, vec![90; 48 * 64 * 4]).unwrap());
        let style =
            |vector: Vec<f32>| Style { network: painting_style::NETWORK.into(), vector: vector.into() };
        let one = style(painter.network.single_style(3));
        let four = style(painter.network.single_style(4));
        let painted = painter.paint(&pixels, &one).unwrap();
        assert_eq!(painted.size_px(), [32, 32]);
        assert_eq!(painted.bytes()[3], 90);
        let scaled_at = painter.scaled.as_ref().unwrap().2.as_ptr();
        assert_ne!(painter.paint(&pixels, &four).unwrap(), painted);
        assert_eq!(painter.scaled.as_ref().unwrap().2.as_ptr(), scaled_at);
        assert!(painter.paint(&pixels, &style(vec![1.0])).is_err());
        assert_eq!(painter.paint(&pixels, &one).unwrap(), painted);
    }
}
