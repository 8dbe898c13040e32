//! What a node may use while it is built, and in a frame.

use std::cell::RefCell;
use std::sync::Arc;

use crate::assets::Assets;
use crate::audio_inputs::AudioInputs;
use crate::cameras::Cameras;
use crate::clock::{Beats, FrameRate, Tick};
use crate::external_input::ExternalInput;
use crate::fault::{BuildError, Fault};
use crate::gpu::{Gpu, Recorder};
use crate::midi::Message;
use crate::midi_out::{MidiOutbox, WhichPort};
use crate::notes::FrameTime;
use crate::take::{Stamped, delayed};
use crate::workers::Workers;

/// What a node may use while it is built, on the loader thread.
pub struct BuildCtx<'a> {
    /// Files that the node finds out about while it is built (an option's own file is in `Options`).
    pub assets: &'a dyn Assets,
    /// The GPU, if there is one.
    pub gpu: Option<&'a Gpu>,
    /// The cameras, if there may be any: an offline render has none.
    pub cameras: Option<&'a Arc<dyn Cameras>>,
    /// The audio inputs, if there may be any: an offline render has none.
    pub audio_inputs: Option<&'a Arc<dyn AudioInputs>>,
    /// The worker pool, to keep for slow work.
    pub workers: &'a Workers,
    /// Seed of this node's randomness: the same for the same patch, node and `--seed`.
    pub seed: u64,
    /// What [`BuildCtx::warn`] writes into.
    pub warnings: &'a RefCell<Vec<BuildError>>,
}

impl<'a> BuildCtx<'a> {
    /// Reports something that is wrong although the node can be built, such as a damaged part of a file that it
    /// does without.
    pub fn warn(&self, what: BuildError) {
        self.warnings.borrow_mut().push(what);
    }

    /// The GPU, or why there is none.
    pub fn gpu(&self) -> Result<&'a Gpu, BuildError> {
        self.gpu.ok_or_else(|| BuildError::new(NO_GPU, NO_GPU_HELP))
    }
}

const NO_GPU: &str = "there is no graphics adapter";
const NO_GPU_HELP: &str =
    "install a Vulkan driver (Debian and Ubuntu: `apt install mesa-vulkan-drivers`) and start again";

/// What a node may use in a frame.
pub struct FrameCtx<'a> {
    /// The tick of the video clock.
    pub tick: Tick,
    /// Frames a second.
    pub rate: FrameRate,
    /// Where the beat stands.
    pub beats: Beats,
    /// The canvas in pixels: the size at which generators draw.
    pub canvas_px: [u32; 2],
    /// Whether this is an offline render: waiting is allowed, and work is done inline.
    pub offline: bool,
    /// What has come from outside.
    pub external_input: ExternalInput<'a>,
    /// The worker pool.
    pub workers: &'a Workers,
    pub(crate) recorder: Option<&'a mut Recorder>,
    pub(crate) outbox: &'a mut MidiOutbox,
}

impl FrameCtx<'_> {
    /// Records GPU work of this frame.
    pub fn gpu(&mut self) -> Result<&mut Recorder, Fault> {
        self.recorder.as_deref_mut().ok_or_else(|| Fault::new(NO_GPU, NO_GPU_HELP))
    }

    /// Whether there is a GPU.
    pub fn has_gpu(&self) -> bool {
        self.recorder.is_some()
    }

    /// This frame on the grid of the beat.
    pub fn frame_time(&self) -> FrameTime {
        FrameTime {
            start_sample: self.tick.start_sample,
            end_sample: self.rate.start_sample(self.tick.frame + 1),
            beats: self.beats.now,
            bpm: self.beats.bpm,
        }
    }

    /// When something that came from outside happens in the frames, as a sample of the transport. It is one
    /// frame later than it came, so that the distance between any two is kept to the sample.
    pub fn delayed_sample(&self, event: &Stamped) -> u64 {
        delayed(self.rate, self.tick.frame, event.sample)
    }

    /// Sends a MIDI message to the outside, when the sound of a sample is heard. A note that is begun
    /// is ended when the node goes.
    pub fn send_midi(&mut self, port: &WhichPort, sample: u64, message: Message) {
        self.outbox.send(port, sample.max(self.tick.start_sample), message);
    }

    /// Pixels of this canvas for one pixel of a canvas 1080 lines high.
    pub fn pixel_scale(&self) -> f64 {
        f64::from(self.canvas_px[1]) / 1080.0
    }
}
