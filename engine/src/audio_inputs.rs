//! Where sound comes in, seen from the engine: a trait. The devices themselves stand at the edge of the
//! program.

use thiserror::Error;

/// Which of the lines in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum WhichAudioInput {
    /// The system's own choice.
    #[default]
    Usual,
    /// By its number, from 0.
    Number(u32),
    /// By a part of its name, in capital or small letters.
    Name(String),
}

/// What hears a line: called on a thread of the system's with samples, left and right, full scale at 1.
/// They may be anything, and of any number. It allocates, locks and frees nothing, and neither does
/// whoever calls it.
pub type Hear = Box<dyn FnMut(&[[f32; 2]]) + Send>;

/// Why there is no line, or no sound.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{why}")]
pub struct AudioInputError {
    /// In a few words: "no such line".
    pub why: String,
}

impl AudioInputError {
    /// From a reason.
    pub fn new(why: impl Into<String>) -> AudioInputError {
        AudioInputError { why: why.into() }
    }
}

/// The microphones and mixers of a machine. Asked on a thread that may be kept waiting.
pub trait AudioInputs: Send + Sync {
    /// Opens a line. `hear` is asked for what hears it, once its rate in hertz is known.
    ///
    /// # Errors
    /// When it is not there, is used by another program, or does not work.
    fn open(
        &self,
        which: &WhichAudioInput,
        hear: &mut dyn FnMut(u32) -> Result<Hear, AudioInputError>,
    ) -> Result<Box<dyn OpenAudioInput>, AudioInputError>;
}

/// A line that is open. Dropping it closes it, and drops what hears it.
pub trait OpenAudioInput {
    /// Its whole name.
    fn name(&self) -> String;

    /// Why it is gone, once it is. Never waits.
    fn loss(&mut self) -> Option<String>;
}
