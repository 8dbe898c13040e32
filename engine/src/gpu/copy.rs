//! Pictures in a part of a larger one.

use super::pool::Texture;
use super::recorder::{Recorder, foreign_picture};
use crate::fault::Fault;

impl Recorder {
    /// Copies a picture into a part of a larger one, whose other parts stay. The larger one must be
    /// the caller's own: whoever else holds it sees it change.
    pub fn copy_into(&mut self, source: &Texture, target: &Texture, at_px: [u32; 2]) -> Result<(), Fault> {
        self.gpu.check_alive()?;
        let ([width, height], [room_x, room_y]) = (source.size_px(), target.size_px());
        let fits = |at: u32, side: u32, room: u32| at.checked_add(side).is_some_and(|end| end <= room);
        if !fits(at_px[0], width, room_x) || !fits(at_px[1], height, room_y) {
            return Err(Fault::new(
                format!("a picture of {width}x{height} pixels sticks out of the one it is copied into"),
                "this is a fault of the node: report it",
            ));
        }
        if !self.may_read(source) || !self.may_read(target) {
            return Err(foreign_picture());
        }
        self.hold(source);
        self.hold(target);
        target.set_writer(self.id);
        let mut destination = target.texture().as_image_copy();
        destination.origin = wgpu::Origin3d { x: at_px[0], y: at_px[1], z: 0 };
        let extent = wgpu::Extent3d { width, height, depth_or_array_layers: 1 };
        self.encoder().copy_texture_to_texture(source.texture().as_image_copy(), destination, extent);
        Ok(())
    }
}
