//! A still picture from a file.

use pastiche_engine::assets::Media;
use pastiche_engine::frame::Frame;
use pastiche_engine::io::Io;
use pastiche_engine::node::{BuildError, Fault, FrameCtx, Node};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, File, NodeSpec, Opt, Out};

use crate::sources::image_file::decode;

const IMAGE: Out<Frame> = Out::new("image", "The picture, at its own size.");

const FILE: Opt<File> = Opt::file("file", Media::Picture, "Name of the file.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "picture",
        category: Category::Source,
        summary: "A still picture from a file.",
        doc: "Shows a PNG, JPEG, WebP, BMP, TIFF or GIF file (of an animation the first picture) at its own \
              size, turned the way the camera noted. A changed file is read again. Pictures may have up to \
              16384 pixels a side.",
        example: "screen(picture(\"picture.png\"));\n",
        options: &[FILE.0],
        outputs: &[IMAGE.0],
        ..NodeSpec::PLAIN
    },
    make: |_, options| {
        let asset = options.get(&FILE)?;
        let pixels = decode(&asset.name, &asset.bytes)
            .map_err(|error| BuildError::new(error.message, error.help).option(FILE.0.name))?;
        Ok(Box::new(Picture(Frame::from_pixels(pixels))))
    },
}];

struct Picture(Frame);

impl Node for Picture {
    fn frame(&mut self, _ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        io.set_frame(&IMAGE, self.0.clone());
        Ok(())
    }
}
