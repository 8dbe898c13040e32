//! What the stage shows, seen from the stage.

use std::path::PathBuf;

use pastiche_engine::address::ControlAddress;
use pastiche_engine::diagnostic::Diagnostic;
use pastiche_engine::gpu::Recorder;
use pastiche_engine::live::Live;
use pastiche_engine::node::Status;
use pastiche_engine::registry::Registry;
use pastiche_engine::take::Input;

/// A patch that plays: the stage asks it for one frame after the other, shows them, and hands over
/// what a person does.
pub trait Show {
    /// Runs the next frame: once for each picture of the projector. May wait until it is due.
    fn next(&mut self) -> Next;

    /// The projector has shown the last frame this many times more than once.
    fn repeated(&mut self, pictures: u64);

    /// The running graph.
    fn live(&self) -> &Live;

    /// The GPU's side of the running graph; `None` without a GPU.
    fn recorder(&mut self) -> Option<&mut Recorder>;

    /// Every kind of node, for the reference.
    fn registry(&self) -> &Registry;

    /// What is wrong: with the patch that was loaded last, and with nodes while they play.
    fn faults(&self) -> Vec<Diagnostic>;

    /// How it goes.
    fn figures(&self) -> Figures;

    /// Something that came from outside just now: a move by hand, the mouse, a key.
    fn hand(&mut self, input: Input);

    /// Puts back what was moved by hand last. [`Show::news`] tells what.
    fn undo(&mut self);

    /// What stands on a control, such as the controller that moves it.
    fn badge(&self, control: &ControlAddress) -> Option<String>;

    /// Binds a control to the next controller that moves, or stops waiting for one.
    fn learn(&mut self, control: &ControlAddress);

    /// Takes a control from its controller.
    fn unlearn(&mut self, control: &ControlAddress);

    /// How each device is doing.
    fn devices(&self) -> Vec<(String, Status)>;

    /// Saves what the screen shows as a picture. [`Show::news`] tells where, or why not.
    fn save_still(&mut self);

    /// Begins a take, or ends the one that is being recorded. [`Show::news`] tells which.
    fn record(&mut self);

    /// What the operator's window reports since it was last asked, such as a device that is gone: one
    /// sentence each.
    fn news(&mut self) -> Vec<String>;
}

/// What came of [`Show::next`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// A frame was run.
    Frame,
    /// There is none yet: the patch is being loaded.
    Waiting,
    /// The show is over; the windows close.
    Over,
}

/// How a show goes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    /// The patch as it was named.
    pub patch: String,
    /// Frames that were shown.
    pub frames: u64,
    /// Frames that were left out because the machine was too slow.
    pub skipped: u64,
    /// Pictures of the projector that showed the frame before again.
    pub repeated: u64,
    /// The take that is being recorded.
    pub take: Option<PathBuf>,
}
