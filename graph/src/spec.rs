//! The declaration of a kind: plain data. Everything that a user ever reads about a node, and every
//! function that a script can call, comes from it.

use std::borrow::Cow;

use crate::fault::BuildError;
pub use crate::option::{
    Choice, File, FileOrText, NumberOrName, Opt, OptionDefault, OptionSpec, OptionType, Words,
};
use crate::options::Options;
use crate::port::{Colour, PortType};
pub use crate::range::{ANY, Range, range};
pub use crate::typed_key::{In, Out};

/// The unit of a control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A plain number.
    None,
    /// A share, 0 to 1 in sensible use.
    Ratio,
    /// Cycles a second.
    Hz,
    /// Seconds.
    Secs,
    /// Beats of the transport.
    Beats,
    /// Beats a minute.
    Bpm,
    /// Decibels.
    Decibels,
    /// Semitones.
    Semitones,
    /// Pixels of a canvas 1080 lines high.
    Px,
    /// Degrees, counter-clockwise.
    Degrees,
}

impl Unit {
    /// How it is written behind a number.
    pub const fn symbol(self) -> &'static str {
        match self {
            Unit::None | Unit::Ratio => "",
            Unit::Hz => "Hz",
            Unit::Secs => "s",
            Unit::Beats => "beats",
            Unit::Bpm => "bpm",
            Unit::Decibels => "dB",
            Unit::Semitones => "st",
            Unit::Px => "px",
            Unit::Degrees => "°",
        }
    }
}

/// What an input is when nothing is given for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Unwired {
    /// A fault: the patch must give it.
    Required,
    /// This number.
    Value(f64),
    /// This colour.
    Colour(Colour),
    /// Nothing; the node sees no value.
    Empty,
}

/// An input.
#[derive(Clone, Debug, PartialEq)]
pub struct InputSpec {
    /// snake_case name.
    pub name: Cow<'static, str>,
    /// Type of the input, or of each member of its list.
    pub port: PortType,
    /// Whether it takes a list.
    pub list: bool,
    /// What it is when nothing is given.
    pub unwired: Unwired,
    /// Unit of a control.
    pub unit: Unit,
    /// Range of a slider, for controls.
    pub soft: Range,
    /// Range that clamps, for controls.
    pub hard: Range,
    /// One sentence.
    pub doc: Cow<'static, str>,
}

/// An output.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputSpec {
    /// snake_case name.
    pub name: &'static str,
    /// Type.
    pub port: PortType,
    /// Unit of a control.
    pub unit: Unit,
    /// Between which ends a control goes, where it has any.
    pub range: Option<Range>,
    /// One sentence.
    pub doc: &'static str,
}

/// Groups of kinds, in the order of the reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Category {
    /// Where pictures come from.
    Source,
    /// What is done to pictures.
    Look,
    /// Painting with neural networks.
    Paint,
    /// Numbers that move.
    Control,
    /// Arithmetic on controls.
    Maths,
    /// Notes, on their way to instruments.
    Notes,
    /// Sound.
    Sound,
    /// Where pictures and sound leave.
    Out,
}

impl Category {
    /// Every category, in order.
    pub const ALL: [Category; 8] = [
        Category::Source,
        Category::Look,
        Category::Paint,
        Category::Control,
        Category::Maths,
        Category::Notes,
        Category::Sound,
        Category::Out,
    ];

    /// Heading in the reference.
    pub const fn title(self) -> &'static str {
        match self {
            Category::Source => "Sources",
            Category::Look => "Look",
            Category::Paint => "Paint",
            Category::Control => "Control",
            Category::Maths => "Maths",
            Category::Notes => "Notes",
            Category::Sound => "Sound",
            Category::Out => "Out",
        }
    }
}

/// What the engine itself does with a node of this kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Nothing special.
    Plain,
    /// Its first input, a picture, is shown.
    Screen,
    /// Its first input, sound, is heard.
    Speakers,
    /// Its option `name` names its input `value` in the operator's window, for MIDI and on typed lines.
    Knob,
    /// Its first output, beats a minute, is the tempo of the patch. Its second, beats, is where the beat
    /// stands, if something is given for its input `beat`.
    Tempo,
    /// It runs though no one reads it: what it does lies outside the patch.
    Recorder,
}

/// The declaration of a kind.
#[derive(Clone, Debug)]
pub struct NodeSpec {
    /// snake_case name, the function's name in scripts.
    pub name: &'static str,
    /// Where it stands in the reference.
    pub category: Category,
    /// One sentence for lists.
    pub summary: &'static str,
    /// What an artist needs to know, in sentences.
    pub doc: &'static str,
    /// A patch that shows it; it runs as a test.
    pub example: &'static str,
    /// Inputs in the order of positional arguments.
    pub inputs: &'static [&'static InputSpec],
    /// Options, behind the inputs in positional arguments.
    pub options: &'static [OptionSpec],
    /// Outputs; the node alone is its first.
    pub outputs: &'static [OutputSpec],
    /// What the engine does with it.
    pub role: Role,
    /// Pairs of inputs whose lists belong together, member by member, and are of one length.
    pub paired_lists: &'static [(&'static str, &'static str)],
    /// What controls are when a patch gives none of them, `amount` aside: so a node that is given nothing shows what
    /// it does, and one that is given a control changes by that alone.
    pub bare: &'static [(&'static str, f64)],
    /// Its inputs are read one frame late, so that a loop may pass through it.
    pub breaks_cycles: bool,
    /// Refuses options, each of them sound by itself, that cannot be together, or with these files.
    pub validate: Option<Validate>,
    /// For kinds whose inputs depend on their options.
    pub inputs_for: Option<InputsFor>,
}

/// Looks at the options of a node before anything is built, so that what is wrong with them is reported with
/// all other faults of the patch.
pub type Validate = fn(&Options) -> Result<(), BuildError>;

/// Finds the inputs of a node whose inputs depend on its options. Returns all inputs, those of the
/// declaration first.
pub type InputsFor = fn(&Options) -> Result<Vec<InputSpec>, BuildError>;

impl NodeSpec {
    /// A declaration without a name, texts, inputs, options and outputs, of a kind with which the engine
    /// does nothing special: what stands behind `..` in the declaration of a kind.
    pub const PLAIN: NodeSpec = NodeSpec {
        name: "",
        category: Category::Source,
        summary: "",
        doc: "",
        example: "",
        inputs: &[],
        options: &[],
        outputs: &[],
        role: Role::Plain,
        paired_lists: &[],
        bare: &[],
        breaks_cycles: false,
        validate: None,
        inputs_for: None,
    };

    /// The position and declaration of an output.
    pub fn output(&self, name: &str) -> Option<(usize, &OutputSpec)> {
        self.outputs.iter().enumerate().find(|(_, output)| output.name == name)
    }

    /// The inputs, for a node whose inputs do not depend on its options.
    pub fn declared_inputs(&self) -> Vec<InputSpec> {
        self.inputs.iter().map(|input| (*input).clone()).collect()
    }

    /// The declaration of an option.
    pub fn option(&self, name: &str) -> Option<&OptionSpec> {
        self.options.iter().find(|option| option.name == name)
    }
}
