//! Where live pictures come from, seen from the engine: a trait. The devices themselves stand at the
//! edge of the program.

use thiserror::Error;

/// Which of the cameras.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhichCamera {
    /// By its number, from 0.
    Number(u32),
    /// By a part of its name, in capital or small letters.
    Name(String),
}

/// The camera that is wanted, and how. A camera that cannot do it comes as near as it can.
#[derive(Clone, Debug, PartialEq)]
pub struct CameraWish {
    /// Which one.
    pub which: WhichCamera,
    /// Width and height in pixels.
    pub size_px: Option<[u32; 2]>,
    /// Pictures a second.
    pub fps: Option<f64>,
}

/// How the bytes of a camera's picture are to be read. Rows from top to bottom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CameraFormat {
    /// A JPEG file.
    Mjpeg,
    /// Two pixels in four bytes: luma, blue difference, luma, red difference (BT.601, 16 to 235).
    Yuyv,
    /// Luma for each pixel, then both differences for each square of four (BT.601, 16 to 235).
    Nv12,
    /// Luma alone, 0 to 255.
    Grey,
    /// Red, green, blue.
    Rgb,
    /// Blue, green, red.
    Bgr,
}

/// A picture as the camera gave it: it may be anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CameraPicture {
    /// Width and height in pixels, as the camera says.
    pub size_px: [u32; 2],
    /// How to read the bytes.
    pub format: CameraFormat,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Why there is no camera, or no picture.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{why}")]
pub struct CameraError {
    /// In a few words: "no such camera".
    pub why: String,
}

impl CameraError {
    /// From a reason.
    pub fn new(why: impl Into<String>) -> CameraError {
        CameraError { why: why.into() }
    }
}

/// The cameras of a machine. Asked on a thread that may be kept waiting.
pub trait Cameras: Send + Sync {
    /// Opens a camera.
    ///
    /// # Errors
    /// When it is not there, is used by another program, or does not work.
    fn open(&self, wish: &CameraWish) -> Result<Box<dyn OpenCamera>, CameraError>;
}

/// A camera that is open. Dropping it closes it.
pub trait OpenCamera {
    /// Its whole name.
    fn name(&self) -> String;

    /// Waits for the next picture.
    ///
    /// # Errors
    /// When it is gone.
    fn wait(&mut self) -> Result<CameraPicture, CameraError>;
}
