//! The pictures of a folder, one after the other.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use pastiche_engine::assets::Media;
use pastiche_engine::frame::{Frame, Pixels};
use pastiche_engine::gpu::Fit;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node, Status};
use pastiche_engine::port::{Control, Trigger};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, Choice, File, In, NodeSpec, Opt, Out, Unit, range};
use pastiche_engine::workers::{Background, Priority};

use crate::effect::AtAmount;
use crate::timing::Base;

mod album;

use album::{Album, Page};

const PERIOD: In<Control> = In::control(
    "period",
    5.0,
    Unit::None,
    range(0.0, 30.0),
    range(0.0, 1e6),
    "How long a picture stands, its fade included; 0 waits for `next`.",
);
const FADE: In<Control> = In::control(
    "fade",
    1.0,
    Unit::None,
    range(0.0, 5.0),
    range(0.0, 1e6),
    "How long one picture fades into the next.",
);
const NEXT: In<Trigger> = In::optional("next", "Shows the next picture now.");
const IMAGE: Out<Frame> = Out::new("image", "The picture, at the size of the canvas.");
const CHANGED: Out<Trigger> = Out::new("changed", "Comes when the next picture begins.");

/// A turn that rounding puts just behind the frame it belongs to is still taken in it.
const ROUNDING: f64 = 1e-9;

const FOLDER: Opt<File> = Opt::file("folder", Media::PictureFolder, "Name of the folder.");
const ORDER: Opt<Choice<bool>> = Opt::choice(
    "order",
    &[("name", false), ("random", true)],
    "By their names, or in an order of its own each time round.",
);
const UNIT: Opt<Choice<Base>> = Opt::choice(
    "unit",
    &[("secs", Base::Secs), ("beats", Base::Beats)],
    "What `period` and `fade` are counted in: seconds, or beats of the patch's tempo.",
);
const FIT: Opt<Choice<Fit>> = Opt::choice(
    "fit",
    &[("cover", Fit::Cover), ("contain", Fit::Contain)],
    "How a picture of another shape fills the canvas: `cover` cuts it off, `contain` shows all of it.",
);

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "slides",
        category: Category::Source,
        summary: "The pictures of a folder, one after the other.",
        doc: "Shows the PNG, JPEG, WebP, BMP, TIFF and GIF files of a folder in turn, each fading into the \
              next. Pictures are decoded beside the show before their turn comes. The folder may change \
              while it plays: new pictures are shown when their turn comes, those that are gone no more. \
              Pictures that cannot be read are left out, which its status tells; in an empty folder it waits \
              for the first. Files whose names begin with a dot are not shown, nor are folders inside.",
        example: "screen(slides(\"photos\", #{ period: 2, fade: 0.5 }));\n",
        inputs: &[&PERIOD.0, &FADE.0, &NEXT.0],
        options: &[FOLDER.0, ORDER.0, FIT.0, UNIT.0],
        outputs: &[IMAGE.0, CHANGED.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| {
        let folder = options.get(&FOLDER)?;
        let seed = options.get(&ORDER).then_some(ctx.seed);
        let fit = options.get(&FIT);
        Ok(Box::new(Slides {
            name: folder.name.clone(),
            album: Album::new(&folder.files, seed),
            base: options.get(&UNIT),
            fit,
            blend: AtAmount::new(ctx)?,
            shown: None,
            before: None,
            along: 0.0,
            is_due: false,
            ahead: None,
            loading: None,
            left_out: BTreeMap::new(),
            drawn: None,
        }))
    },
}];

struct Slides {
    name: Arc<str>,
    album: Album,
    base: Base,
    fit: Fit,
    blend: AtAmount,
    shown: Option<Slide>,
    /// What fades out.
    before: Option<Frame>,
    /// Time since the picture began.
    along: f64,
    /// Whether the next picture is to come as soon as it is there.
    is_due: bool,
    ahead: Option<Slide>,
    loading: Option<(Page, Background<Result<Pixels, String>>)>,
    /// Pictures that cannot be read, and why.
    left_out: BTreeMap<PathBuf, String>,
    /// What stands still, and the canvas it was drawn for.
    drawn: Option<([u32; 2], Frame)>,
}

struct Slide {
    page: Page,
    frame: Frame,
}

impl Slides {
    fn next_page(&self) -> Option<Page> {
        let from = self.shown.as_ref().map(|slide| &slide.page);
        self.album.next(from, |path| self.left_out.contains_key(path))
    }

    /// Sees to it that the next picture is there before its turn comes.
    fn look_ahead(&mut self, ctx: &FrameCtx<'_>) {
        loop {
            self.collect();
            if self.ahead.is_some() || self.loading.is_some() {
                return;
            }
            let Some(page) = self.next_page() else { return };
            let (path, canvas_px) = (page.path.clone(), ctx.canvas_px);
            let mut loading = Background::default();
            loading.submit(ctx.workers, Priority::Picture, move |_| album::load(&path, canvas_px));
            self.loading = Some((page, loading));
        }
    }

    fn collect(&mut self) {
        let Some((_, loading)) = &mut self.loading else { return };
        let result = match loading.poll() {
            Ok(None) => return,
            Ok(Some(result)) => result,
            // One picture that brings its decoder down is left out; the others are shown.
            Err(fault) => Err(fault.message),
        };
        let Some((page, _)) = self.loading.take() else { return };
        match result {
            Ok(pixels) => self.ahead = Some(Slide { page, frame: Frame::from_pixels(pixels) }),
            Err(why) => {
                tracing::warn!("{} is left out of the slides: {why}", page.path.display());
                self.left_out.insert(page.path, why);
            }
        }
    }

    /// Goes on to the next picture when its time has come. Whether it has.
    fn turn(&mut self, ctx: &FrameCtx<'_>, io: &Io<'_>) -> bool {
        let period = io.control(&PERIOD);
        self.along += self.base.span(ctx).delta();
        let is_over = period > 0.0 && self.along >= period - ROUNDING;
        let is_asked = io.trigger(&NEXT) > 0 && self.shown.is_some();
        self.is_due |= is_over || is_asked || self.shown.is_none();
        if !self.is_due {
            return false;
        }
        let Some(next) = self.ahead.take() else { return false };
        // What is late by less than a picture's time is made up for, so that the beat is kept.
        let is_in_time = is_over && !is_asked && self.shown.is_some() && self.along < 2.0 * period;
        self.along = if is_in_time { (self.along - period).max(0.0) } else { 0.0 };
        self.is_due = false;
        self.before = self.shown.replace(next).map(|slide| slide.frame);
        self.drawn = None;
        true
    }

    fn draw(&mut self, ctx: &mut FrameCtx<'_>, fade: f64) -> Result<Option<Frame>, Fault> {
        let Some(shown) = &self.shown else { return Ok(None) };
        let size_px = ctx.canvas_px;
        if let Some((drawn_px, drawn)) = &self.drawn
            && *drawn_px == size_px
        {
            return Ok(Some(drawn.clone()));
        }
        let gpu = ctx.gpu()?;
        let picture = gpu.texture(&shown.frame)?;
        let picture = gpu.fit(&picture, size_px, self.fit)?;
        if let Some(before) = &self.before
            && self.along < fade - ROUNDING
        {
            let before = gpu.texture(before)?;
            let before = Frame::from_texture(gpu.fit(&before, size_px, self.fit)?);
            return self.blend.draw(gpu, &before, picture, self.along / fade).map(Some);
        }
        self.before = None;
        let drawn = Frame::from_texture(picture);
        self.drawn = Some((size_px, drawn.clone()));
        Ok(Some(drawn))
    }
}

impl Node for Slides {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        self.look_ahead(ctx);
        let turned = self.turn(ctx, io);
        io.set_trigger(&CHANGED, u32::from(turned));
        if let Some(frame) = self.draw(ctx, io.control(&FADE))? {
            io.set_frame(&IMAGE, frame);
        }
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        (self.shown, self.before) = (old.shown.take(), old.before.take());
        (self.along, self.is_due) = (old.along, old.is_due);
    }

    fn status(&self) -> Status {
        let total = self.album.len();
        if self.shown.is_none() && total == self.left_out.len() {
            let why = self.left_out.values().next().map(|why| format!(": {why}")).unwrap_or_default();
            return Status::Waiting(format!("there is no picture to show in `{}`{why}", self.name));
        }
        if self.shown.is_none() {
            return Status::Waiting("decoding the first picture".into());
        }
        match self.left_out.iter().next_back() {
            None => Status::Active(pictures(total)),
            Some((path, why)) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let left_out = self.left_out.len();
                Status::Active(format!(
                    "{}, {left_out} left out: `{name}`: {why}",
                    pictures(total - left_out)
                ))
            }
        }
    }
}

fn pictures(count: usize) -> String {
    if count == 1 { "1 picture".into() } else { format!("{count} pictures") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_in_words() {
        assert_eq!([pictures(0), pictures(1), pictures(2)], ["0 pictures", "1 picture", "2 pictures"]);
    }
}
