//! The style of any picture.

use std::sync::Arc;

use pastiche_engine::frame::{Frame, Pixels};
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node, Status};
use pastiche_engine::port::Style;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out};
use pastiche_engine::workers::{Background, Priority};
use pastiche_models::arbitrary_style::ArbitraryStyle;

use crate::paint::painting_style::give_way;
use crate::paint::picture_style::{NETWORK, networks};

const IMAGE: In<Frame> =
    In::required("image", "Picture whose style is taken: a painting, a photograph, a camera.");
const STYLE: Out<Style> = Out::new("style", "Its style.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "style_of",
        category: Category::Paint,
        summary: "The style of any picture.",
        doc: "A neural network looks at the middle square of the picture and finds its style: colours, strokes and \
              grain, but nothing of what it shows. `style_transfer` paints with it as with any other. The \
              picture may be a file or a wire that moves; then the style moves with it, as fast as the machine finds \
              it beside the show. Styles of pictures mix with each other: with the style of the photograph \
              itself the painting becomes a faint one. With those of `style`, which belong to another \
              network, they do not mix. Until the first style is found, what is to be painted is shown.",
        example: "let look = style_of(noise(160, 0.1, 4, 2, #{ form: \"worley\" }).palette(#{ preset: \"fire\" }));\n\
                  screen(style_transfer(scene(), look));\n",
        inputs: &[&IMAGE.0],
        outputs: &[STYLE.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, _| {
        give_way(ctx.workers);
        Ok(Box::new(StyleOf {
            networks: networks()?,
            asked: None,
            work: Background::default(),
            style: None,
            failure: None,
        }))
    },
}];

struct StyleOf {
    networks: Arc<ArbitraryStyle>,
    /// What the newest job was given.
    asked: Option<Arc<Pixels>>,
    work: Background<Result<Vec<f32>, String>>,
    style: Option<Style>,
    failure: Option<Fault>,
}

impl Node for StyleOf {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        self.collect();
        if self.work.is_idle()
            && let Some(pixels) = io.pixels(ctx, &IMAGE)?
            && self.asked.as_ref() != Some(&pixels)
        {
            self.asked = Some(pixels.clone());
            let networks = self.networks.clone();
            self.work.submit(ctx.workers, Priority::Model, move |_| {
                let style = networks.predict_srgb8(&pixels.to_srgb8(), pixels.size_px());
                style.map_err(|error| error.to_string())
            });
            self.collect();
        }
        if let Some(style) = &self.style {
            io.set_style(&STYLE, style.clone());
        }
        match &self.failure {
            Some(failure) => Err(failure.clone()),
            None => Ok(()),
        }
    }

    fn adopt(&mut self, old: &mut Self) {
        self.style = old.style.take();
    }

    fn status(&self) -> Status {
        match self.style {
            None => Status::Waiting("looking at the first picture".into()),
            Some(_) => Status::Ready,
        }
    }
}

impl StyleOf {
    /// Takes in the style that is found, if one is.
    fn collect(&mut self) {
        match self.work.poll() {
            Ok(None) => {}
            Ok(Some(Ok(vector))) => {
                self.style = Some(Style { network: NETWORK.into(), vector: vector.into() });
                self.failure = None;
            }
            Ok(Some(Err(failure))) => self.failure = Some(Fault::new(failure, "the last style is held")),
            Err(fault) => self.failure = Some(fault),
        }
    }
}
