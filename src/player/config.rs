//! What a player is made with.

use std::path::PathBuf;
use std::sync::Arc;

use engine::audio_inputs::AudioInputs;
use engine::cameras::Cameras;
use engine::clock::FrameRate;
use engine::gpu::Gpu;
use engine::registry::Registry;
use pastiche_engine as engine;

use crate::error::Error;
use crate::loader::{MOST_CANVAS_PX, OpenGpu};
use crate::sound::{SoundCards, SoundOutput, SystemSoundCards};

/// How time passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Beside a clock: frames never wait, patches load and networks paint on threads of their own.
    Live,
    /// Step by step: every frame waits until all its work is done, so that the same patch, seed and
    /// take give the same bytes.
    Offline,
}

/// What a player is made with. Start from [`PlayerConfig::new`] and change what should differ.
#[derive(Clone)]
pub struct PlayerConfig {
    /// The kinds of nodes.
    pub registry: Arc<Registry>,
    /// How time passes.
    pub pace: Pace,
    /// The GPU, if there is one; several players may share it.
    pub gpu: Option<Gpu>,
    /// Live, opens another GPU when the one at hand is lost; runs on the loader's thread. Without it
    /// a picture that is lost stays lost, and its nodes say so.
    pub reopen_gpu: Option<OpenGpu>,
    /// A canvas that counts even if the patch names another.
    pub size_px: Option<[u32; 2]>,
    /// Frames a second.
    pub rate: FrameRate,
    /// Seed of all randomness.
    pub seed: u64,
    /// Folders beside the patch's own that its files may lie in.
    pub allow: Vec<PathBuf>,
    /// Where the sound goes. Only live.
    pub sound: SoundOutput,
    /// The sound cards of which `sound` is one. Only live.
    pub cards: Arc<dyn SoundCards>,
    /// The cameras. Only live.
    pub cameras: Option<Arc<dyn Cameras>>,
    /// The audio inputs. Only live.
    pub audio_inputs: Option<Arc<dyn AudioInputs>>,
    /// Whether a changed file loads the patch again. Only live.
    pub watch: bool,
}

impl PlayerConfig {
    /// 30 frames a second, seed 1, no GPU, no sound card, no cameras, no audio inputs, changed files are noticed.
    pub fn new(registry: impl Into<Arc<Registry>>, pace: Pace) -> PlayerConfig {
        PlayerConfig {
            registry: registry.into(),
            pace,
            gpu: None,
            reopen_gpu: None,
            size_px: None,
            rate: FrameRate { frames: 30, secs: 1 },
            seed: 1,
            allow: Vec::new(),
            sound: SoundOutput::Silent,
            cards: Arc::new(SystemSoundCards),
            cameras: None,
            audio_inputs: None,
            watch: true,
        }
    }

    /// The longest side of a canvas.
    pub(super) fn most_canvas_px(&self) -> u32 {
        self.gpu.as_ref().map_or(MOST_CANVAS_PX, |gpu| gpu.max_texture_side().min(MOST_CANVAS_PX))
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        for folder in &self.allow {
            let entries = folder.read_dir();
            entries.map_err(|error| Error::file("read from the allowed folder", folder, error))?;
        }
        let most = self.most_canvas_px();
        match self.size_px {
            Some([width, height]) if width == 0 || height == 0 || width > most || height > most => {
                Err(Error::Setting {
                    message: format!("invalid size {width}x{height}"),
                    help: format!("both sides go from 1 to {most}"),
                })
            }
            _ => Ok(()),
        }
    }
}

/// The kinds that come with Pastiche. A host adds its own with [`engine::registry::Registry::new`]
/// over [`nodes::kinds`](pastiche_nodes::kinds) and them.
///
/// # Errors
/// When a declaration is at fault, which the tests of the nodes rule out.
pub fn registry() -> Result<Registry, Error> {
    pastiche_nodes::registry().map_err(|errors| Error::Setting {
        message: errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
        help: "this is a fault of the program; please report it".into(),
    })
}
