//! Where the sound leaves.

use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Audio;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Role};

const SOUND: In<Audio> = In::required("sound", "Sound to play.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "speakers",
        category: Category::Out,
        summary: "Plays a sound.",
        doc: "What is heard. Several of them are heard together.",
        example: "speakers(tone(440, 0.1));\n",
        inputs: &[&SOUND.0],
        role: Role::Speakers,
        ..NodeSpec::PLAIN
    },
    make: |_, _| Ok(Box::new(Speakers)),
}];

/// The engine itself plays what its first input holds.
struct Speakers;

impl Node for Speakers {
    fn frame(&mut self, _ctx: &mut FrameCtx<'_>, _io: &mut Io<'_>) -> Result<(), Fault> {
        Ok(())
    }
}
