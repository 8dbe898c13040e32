//! What can be asked for while a patch plays, beside what goes straight into the log.

use engine::address::ControlAddress;
use engine::midi::Encoder;
use pastiche_engine as engine;

/// What can be asked for, beside what goes straight into the log.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// The next controller that moves is bound to this control.
    Learn(ControlAddress),
    /// Nothing is learned after all.
    StopLearning,
    /// The control has no controller any more.
    Unlearn(ControlAddress),
    /// What the ends of the controller stand for; `None` is the range of the slider.
    Range(ControlAddress, Option<[f64; 2]>),
    /// The exponent of the way between: 1 is even, above it the low end is finer.
    Curve(ControlAddress, f64),
    /// Whether the controller works the other way round.
    Invert(ControlAddress, bool),
    /// Whether the controller must first meet the value.
    Pickup(ControlAddress, bool),
    /// Whether a key or pad switches over instead of holding.
    Toggle(ControlAddress, bool),
    /// How an endless encoder speaks; `None` is a fader.
    Encoder(ControlAddress, Option<Encoder>),
    /// Back to the script's own value.
    Reset(ControlAddress),
    /// Takes the last move of a hand back.
    Undo,
    /// Tells what is bound and what was moved.
    List,
}
