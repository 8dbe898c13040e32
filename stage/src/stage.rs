//! The stage in the world of bevy: what its systems share, and how it is set up.

use std::cell::RefCell;
use std::rc::Rc;

use bevy::ecs::prelude::*;
use bevy::window::Window;
use nannou::geom::Rect;
use nannou::prelude::Draw;
use pastiche_engine::gpu::Gpu;
use pastiche_engine::live::Live;

use crate::external::Shown;
use crate::monitor::MonitorChoice;
use crate::show::Show;
use crate::state::StageState;

/// Draws over the picture with nannou: called for every picture with the window's rectangle, whose
/// middle is the origin, and the running graph.
pub type Sketch = Box<dyn FnMut(&Draw, Rect, &Live)>;

/// How the stage is set up.
pub struct StageConfig {
    /// The device on which the show draws; both windows draw on it too.
    pub gpu: Gpu,
    /// Title of the window.
    pub title: String,
    /// Size of the picture's window in pixels.
    pub size_px: [u32; 2],
    /// Whether it opens in full screen.
    pub full_screen: bool,
    /// The monitor of the picture; `None` leaves it to the system.
    pub monitor: Option<MonitorChoice>,
    /// Whether the operator's window opens by itself.
    pub operator: bool,
    /// Whether faults of the patch and the help may be written over the picture.
    pub overlay: bool,
    /// Draws over the picture.
    pub sketch: Option<Sketch>,
}

impl StageConfig {
    /// A window of 1280x720 pixels, an operator's window, faults in the corner.
    pub fn new(gpu: Gpu) -> StageConfig {
        StageConfig {
            gpu,
            title: "Pastiche".into(),
            size_px: [1280, 720],
            full_screen: false,
            monitor: None,
            operator: true,
            overlay: true,
            sketch: None,
        }
    }
}

/// Why there is no stage.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct StageError {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// The stage itself, in the world of bevy.
pub(crate) struct Stage {
    pub(crate) show: Rc<RefCell<dyn Show>>,
    pub(crate) state: StageState,
    pub(crate) sketch: Option<Sketch>,
    pub(crate) overlay: bool,
    pub(crate) monitor: Option<MonitorChoice>,
    pub(crate) picture: Option<Shown>,
}

impl Stage {
    /// Height of the picture in the window's unit.
    pub(crate) fn picture_height(&self, window: &Window) -> f32 {
        let size = [window.width(), window.height()];
        self.picture
            .as_ref()
            .map_or(size[1], |shown| crate::place::size(self.state.fit, shown.presented.size_px(), size)[1])
    }
}

/// The systems that make a picture of the projector.
#[derive(Clone, Debug, PartialEq, Eq, Hash, SystemSet)]
pub(crate) struct Picture;
