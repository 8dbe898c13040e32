//! Where the picture leaves.

use pastiche_engine::frame::Frame;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Role};

const IMAGE: In<Frame> = In::required("image", "Picture to show.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "screen",
        category: Category::Out,
        summary: "Shows a picture.",
        doc: "What is seen on the stage. The whole picture is shown, with black beside it where its shape is \
              not the stage's.",
        example: "screen(test_card());\n",
        inputs: &[&IMAGE.0],
        role: Role::Screen,
        ..NodeSpec::PLAIN
    },
    make: |_, _| Ok(Box::new(Screen)),
}];

/// The engine itself shows what its first input holds.
struct Screen;

impl Node for Screen {
    fn frame(&mut self, _ctx: &mut FrameCtx<'_>, _io: &mut Io<'_>) -> Result<(), Fault> {
        Ok(())
    }
}
