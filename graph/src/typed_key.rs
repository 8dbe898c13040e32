//! Typed keys of inputs and outputs, and where they stand in a node.

use std::borrow::Cow;
use std::marker::PhantomData;

use crate::fault::Fault;
use crate::port::{Colour, Control, List, Port, PortType};
use crate::spec::{ANY, InputSpec, OutputSpec, Range, Unit, Unwired, range};

/// What the control of [`In::amount`] is called.
pub(crate) const AMOUNT: &str = "amount";

/// A typed key of an input: its declaration, and the marker of its type. The declaration of a kind
/// points at it: `inputs: &[&RADIUS.0]`.
#[derive(Debug)]
pub struct In<P: Port>(pub InputSpec, Name, PhantomData<fn() -> P>);

/// A typed key of an output.
#[derive(Debug)]
pub struct Out<P: Port>(pub OutputSpec, Name, PhantomData<fn() -> P>);

impl<P: Port> In<P> {
    const fn declare(name: &'static str, unwired: Unwired, doc: &'static str) -> In<P> {
        let spec = InputSpec {
            name: Cow::Borrowed(name),
            port: P::TYPE,
            list: P::LIST,
            unwired,
            unit: Unit::None,
            soft: range(0.0, 1.0),
            hard: ANY,
            doc: Cow::Borrowed(doc),
        };
        In(spec, Name::new(name, P::TYPE, P::LIST), PhantomData)
    }

    /// An input that the patch must give.
    pub const fn required(name: &'static str, doc: &'static str) -> In<P> {
        In::declare(name, Unwired::Required, doc)
    }

    /// An input that may stay empty.
    pub const fn optional(name: &'static str, doc: &'static str) -> In<P> {
        In::declare(name, Unwired::Empty, doc)
    }
}

impl In<Control> {
    /// A control with a default, a unit, a soft range for sliders and a hard range that clamps.
    pub const fn control(
        name: &'static str,
        default: f64,
        unit: Unit,
        soft: Range,
        hard: Range,
        doc: &'static str,
    ) -> In<Control> {
        let mut input = In::<Control>::declare(name, Unwired::Value(default), doc);
        input.0.unit = unit;
        input.0.soft = soft;
        input.0.hard = hard;
        input
    }

    /// The `amount` of an effect: identity at 0, the whole effect at 1, and past both ends.
    pub const fn amount(doc: &'static str) -> In<Control> {
        In::control(AMOUNT, 1.0, Unit::Ratio, range(0.0, 1.0), range(-4.0, 4.0), doc)
    }
}

impl In<Colour> {
    /// A colour with a default.
    pub const fn colour(name: &'static str, default: Colour, doc: &'static str) -> In<Colour> {
        In::declare(name, Unwired::Colour(default), doc)
    }
}

impl In<List<Control>> {
    /// A list of controls with a unit and ranges, which the patch must give.
    pub const fn controls(
        name: &'static str,
        unit: Unit,
        soft: Range,
        hard: Range,
        doc: &'static str,
    ) -> In<List<Control>> {
        let mut input = In::<List<Control>>::declare(name, Unwired::Required, doc);
        input.0.unit = unit;
        input.0.soft = soft;
        input.0.hard = hard;
        input
    }

    /// A list of controls that may be left out.
    pub const fn optional_controls(
        name: &'static str,
        unit: Unit,
        soft: Range,
        hard: Range,
        doc: &'static str,
    ) -> In<List<Control>> {
        let mut input = In::controls(name, unit, soft, hard, doc);
        input.0.unwired = Unwired::Empty;
        input
    }
}

impl<P: Port> Out<P> {
    /// An output.
    pub const fn new(name: &'static str, doc: &'static str) -> Out<P> {
        Out::with_unit(name, Unit::None, doc)
    }

    /// An output whose control has a unit.
    pub const fn with_unit(name: &'static str, unit: Unit, doc: &'static str) -> Out<P> {
        let spec = OutputSpec { name, port: P::TYPE, unit, range: None, doc };
        Out(spec, Name::new(name, P::TYPE, false), PhantomData)
    }
}

impl Out<Control> {
    /// An output whose control goes from 0 to 1.
    pub const fn share(name: &'static str, doc: &'static str) -> Out<Control> {
        let mut output = Out::between(name, range(0.0, 1.0), doc);
        output.0.unit = Unit::Ratio;
        output
    }

    /// An output whose control goes from -1 to 1.
    pub const fn wave(name: &'static str, doc: &'static str) -> Out<Control> {
        Out::between(name, range(-1.0, 1.0), doc)
    }

    const fn between(name: &'static str, ends: Range, doc: &'static str) -> Out<Control> {
        let mut output = Out::new(name, doc);
        output.0.range = Some(ends);
        output
    }
}

/// The name of a key, and a number for its name and type, by which it is found. The compiler works it out.
#[derive(Clone, Copy, Debug)]
struct Name {
    text: &'static str,
    number: u64,
}

impl Name {
    const fn new(text: &'static str, port: PortType, list: bool) -> Name {
        Name { text, number: number(text, port, list) }
    }
}

/// FNV-1a (Fowler, Noll, Vo): in 64 bits no two keys of one kind have the same number by chance.
const fn number(name: &str, port: PortType, list: bool) -> u64 {
    const PRIME: u64 = 0x0100_0000_01b3;
    let mut sum = 0xcbf2_9ce4_8422_2325_u64;
    let mut at = 0;
    while at < name.len() {
        sum = (sum ^ name.as_bytes()[at] as u64).wrapping_mul(PRIME);
        at += 1;
    }
    sum = (sum ^ port as u64).wrapping_mul(PRIME);
    (sum ^ list as u64).wrapping_mul(PRIME)
}

/// Where the keys of a node stand among its inputs and outputs. Made once, with its plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Positions {
    inputs: Box<[u64]>,
    outputs: Box<[u64]>,
}

impl Positions {
    /// Of a node with these inputs and outputs.
    pub fn new(inputs: &[InputSpec], outputs: &[OutputSpec]) -> Positions {
        let inputs = inputs.iter().map(|input| number(&input.name, input.port, input.list));
        let outputs = outputs.iter().map(|output| number(output.name, output.port, false));
        Positions { inputs: inputs.collect(), outputs: outputs.collect() }
    }

    /// The position of an input.
    ///
    /// # Errors
    /// When the node has no input of this name and type.
    pub fn input<P: Port>(&self, key: &In<P>) -> Result<usize, Unlisted> {
        let found = self.inputs.iter().position(|number| *number == key.1.number);
        found.ok_or(Unlisted::Input(key.1.text))
    }

    /// The position of an output.
    ///
    /// # Errors
    /// When the node has no output of this name and type.
    pub fn output<P: Port>(&self, key: &Out<P>) -> Result<usize, Unlisted> {
        let found = self.outputs.iter().position(|number| *number == key.1.number);
        found.ok_or(Unlisted::Output(key.1.text))
    }
}

/// A key that a node uses and that its kind does not list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unlisted {
    /// The name of an input.
    Input(&'static str),
    /// The name of an output.
    Output(&'static str),
}

impl Unlisted {
    /// What is reported of a node of this kind.
    pub fn fault(self, kind: &str) -> Fault {
        let (does, what, name) = match self {
            Unlisted::Input(name) => ("reads", "input", name),
            Unlisted::Output(name) => ("writes", "output", name),
        };
        Fault::new(
            format!("`{kind}` {does} an {what} `{name}` that its declaration does not list"),
            format!(
                "this is a fault of the node, not of the patch: put the key of `{name}` into `{what}s` of its `NodeSpec`"
            ),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AMOUNT: In<Control> = In::amount("How much.");
    const LEVEL: In<Control> = In::amount("How loud.");
    const LEVELS: In<List<Control>> = In::controls("amount", Unit::Ratio, ANY, ANY, "How loud each is.");
    const SOUND: Out<Control> = Out::new("amount", "What comes out.");

    #[test]
    fn a_key_is_found_by_its_name_and_its_type() {
        let other = In::<Control>::optional("other", "Something else.").0;
        let positions = Positions::new(&[other, AMOUNT.0], &[SOUND.0]);
        assert_eq!((positions.input(&AMOUNT), positions.input(&LEVEL)), (Ok(1), Ok(1)));
        assert_eq!(positions.input(&LEVELS), Err(Unlisted::Input("amount")));
        assert_eq!(
            positions.input(&In::<Colour>::optional("other", "A colour.")),
            Err(Unlisted::Input("other"))
        );
        assert_eq!(positions.output(&SOUND), Ok(0));
        assert_eq!(positions.output(&Out::<Control>::new("level", "None.")), Err(Unlisted::Output("level")));
    }

    #[test]
    fn a_forgotten_key_is_told_by_kind_and_name() {
        let fault = Unlisted::Input("amount").fault("blur");
        assert_eq!(fault.message, "`blur` reads an input `amount` that its declaration does not list");
        assert!(
            fault.help.ends_with("put the key of `amount` into `inputs` of its `NodeSpec`"),
            "{}",
            fault.help
        );
    }
}
