//! What a running node reads and what it has written: the values that hands have set for its inputs, and its
//! outputs.

use crate::plan::Source;
use crate::spec::{InputSpec, Unwired};
use crate::value::Value;

/// The values that hands have set for an input, in the place of the constant numbers of its [`Source`]: one
/// place for each member of a list, and one for what is no list.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Hands(Box<[Option<f64>]>);

impl Hands {
    /// None yet.
    pub(crate) fn none(source: &Source) -> Hands {
        Hands(vec![None; members(source).len()].into())
    }

    /// The value of a member.
    pub(crate) fn get(&self, member: usize) -> Option<f64> {
        self.0.get(member).copied().flatten()
    }

    /// Sets the value of a member.
    pub(crate) fn set(&mut self, member: usize, value: f64) {
        if let Some(hand) = self.0.get_mut(member) {
            *hand = Some(value);
        }
    }

    /// Takes over what was set by hand, but where the script's own value has changed.
    pub(crate) fn keep(&mut self, source: &Source, old: &Hands, old_source: &Source) {
        let sources = members(source).iter().zip(members(old_source));
        for ((hand, before), (source, old_source)) in self.0.iter_mut().zip(&old.0).zip(sources) {
            if let (Source::Number(now), Source::Number(then)) = (source, old_source)
                && now == then
            {
                *hand = *before;
            }
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
pub(crate) fn members(source: &Source) -> &[Source] {
    match source {
        Source::List(members) => members,
        Source::Empty => &[],
        single => std::slice::from_ref(single),
    }
}

/// A control as it stands, clamped to its hard range; what is not a number is the input's default.
pub(crate) fn number(spec: &InputSpec, source: &Source, hand: Option<f64>, wires: &[Outputs]) -> f64 {
    let raw = match source {
        Source::Wire { .. } => match on_wire(source, wires) {
            Some(Value::Control(value)) => *value,
            _ => f64::NAN,
        },
        Source::Number(script) => hand.unwrap_or(*script),
        _ => f64::NAN,
    };
    match spec.unwired {
        _ if !raw.is_nan() => spec.hard.clamp(raw),
        Unwired::Value(value) => value,
        _ => spec.hard.clamp(0.0),
    }
}

/// What is on the wire of a source, if it is one.
pub(crate) fn on_wire<'a>(source: &Source, wires: &'a [Outputs]) -> Option<&'a Value> {
    match source {
        Source::Wire { node, output } => wires.get(*node)?.values.get(*output),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hand_stays_until_the_script_says_something_else() {
        let list = |numbers: &[f64]| Source::List(numbers.iter().copied().map(Source::Number).collect());
        let before = list(&[1.0, 2.0, 3.0]);
        let mut old = Hands::none(&before);
        (0..3).for_each(|member| old.set(member, 9.0));
        let after = list(&[1.0, 5.0]);
        let mut hands = Hands::none(&after);
        hands.keep(&after, &old, &before);
        assert_eq!([0, 1, 2].map(|member| hands.get(member)), [Some(9.0), None, None]);
        let wire = Source::Wire { node: 0, output: 0 };
        let mut wired = Hands::none(&wire);
        wired.keep(&wire, &hands, &after);
        assert_eq!(wired, Hands::none(&wire));
    }
}
