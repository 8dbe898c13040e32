//! What a player shows.

use engine::frame::Frame;
use engine::gpu::Presented;
use engine::graph::NodeKey;
use engine::node::Fault;
use pastiche_engine as engine;

use crate::picture::Picture;

use super::Player;

impl Player {
    /// What each screen shows, the last one of the patch first; `None` until it shows something.
    pub fn screens(&self) -> Vec<(NodeKey, Option<Frame>)> {
        self.live.screens()
    }

    /// What the patch shows, as it is on the wire: in linear light, at its own size.
    pub fn picture(&self) -> Option<Frame> {
        self.frame_of(0)
    }

    fn frame_of(&self, screen: usize) -> Option<Frame> {
        self.live.screens().into_iter().nth(screen).and_then(|(_, frame)| frame)
    }

    /// What a screen shows, whole inside the canvas on black, as a texture of the player's device to
    /// be drawn from at once; `None` until it shows something.
    ///
    /// # Errors
    /// When the GPU is lost or out of memory.
    pub fn present(&mut self, screen: usize) -> Result<Option<Presented>, Fault> {
        let size_px = self.canvas_px();
        let Some(frame) = self.frame_of(screen) else { return Ok(None) };
        let Some(recorder) = self.live.recorder() else { return Ok(None) };
        let presented = recorder.present(screen, &frame, size_px)?;
        recorder.submit()?;
        Ok(Some(presented))
    }

    /// What a screen shows, whole inside the canvas on black, in memory. Black until it shows
    /// something. Waits for the GPU.
    ///
    /// # Errors
    /// When the GPU is lost or out of memory.
    pub fn pixels(&mut self, screen: usize) -> Result<Picture, Fault> {
        let size_px = self.canvas_px();
        let Some(frame) = self.frame_of(screen) else { return Ok(Picture::black(size_px)) };
        match self.live.recorder() {
            Some(recorder) => {
                let rgba = recorder.presented_pixels(screen, &frame, size_px)?;
                Ok(Picture { size_px, rgba })
            }
            None => Ok(Picture::contain(&frame, size_px).unwrap_or_else(|| Picture::black(size_px))),
        }
    }
}
