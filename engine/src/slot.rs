//! What a running node reads and what it has written: its inputs as they stand, and its outputs.

use crate::colour::Colour;
use crate::plan::Source;
use crate::value::Value;

/// A [`Source`] as it stands: with the value that a hand has set.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Slot {
    /// Nothing was given.
    Empty,
    /// Read from a node.
    Wire { node: usize, output: usize },
    /// The script's number, and the number set by hand if there is one.
    Number { script: f64, hand: Option<f64> },
    /// A constant colour.
    Colour(Colour),
    /// Members of a list.
    List(Vec<Slot>),
}

impl Slot {
    pub(crate) fn of(source: &Source) -> Slot {
        match source {
            Source::Empty => Slot::Empty,
            Source::Wire { node, output } => Slot::Wire { node: *node, output: *output },
            Source::Number(script) => Slot::Number { script: *script, hand: None },
            Source::Colour(colour) => Slot::Colour(*colour),
            Source::List(members) => Slot::List(members.iter().map(Slot::of).collect()),
        }
    }

    /// Takes over what was moved by hand in `old`, unless the script's own value has changed.
    pub(crate) fn keep_hand(&mut self, old: &Slot) {
        match (self, old) {
            (Slot::Number { script, hand }, Slot::Number { script: before, hand: moved })
                if script == before =>
            {
                *hand = *moved;
            }
            (Slot::List(members), Slot::List(before)) => {
                members.iter_mut().zip(before).for_each(|(member, old)| member.keep_hand(old));
            }
            _ => {}
        }
    }
}

/// The outputs of one running node, and the identity under which its wires are known to the GPU.
#[derive(Debug, Default)]
pub(crate) struct Outputs {
    pub(crate) uid: u64,
    pub(crate) values: Vec<Value>,
    /// The node panicked and is not run again.
    pub(crate) is_dead: bool,
}

/// The members of a list; something that is no list is its only member.
pub(crate) fn members(slot: &Slot) -> &[Slot] {
    match slot {
        Slot::List(members) => members,
        Slot::Empty => &[],
        single => std::slice::from_ref(single),
    }
}
