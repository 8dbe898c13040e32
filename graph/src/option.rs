//! The declaration of an option, and its typed key.

use std::fmt;

use crate::assets::Media;
use crate::range::Range;

/// What an option takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OptionType {
    /// Any text.
    Text,
    /// A number inside the range.
    Number(Range),
    /// A whole number inside the range.
    Whole(Range),
    /// One of these words.
    Choice(Words),
    /// `true` or `false`.
    Flag,
    /// A file that is read when the node is built; a changed file rebuilds the node.
    File(Media),
    /// A whole number or a name, such as a style's.
    NumberOrName,
    /// A file's name or the text itself, as [`Media::is_the_text_itself`] tells them apart.
    FileOrText(Media),
}

/// What an option is when nothing is given for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OptionDefault {
    /// A fault: the patch must give it.
    Required,
    /// This text.
    Text(&'static str),
    /// This number.
    Number(f64),
    /// This flag.
    Flag(bool),
    /// The node decides.
    Absent,
}

/// An option: what a node is built with. Changing it rebuilds the node.
#[derive(Clone, Debug, PartialEq)]
pub struct OptionSpec {
    /// snake_case name.
    pub name: &'static str,
    /// What it takes.
    pub takes: OptionType,
    /// What it is when nothing is given.
    pub default: OptionDefault,
    /// One sentence.
    pub doc: &'static str,
}

/// The words of a choice, without what they stand for.
#[derive(Clone, Copy)]
pub struct Words(&'static dyn WordList);

trait WordList: Sync {
    fn word(&self, at: usize) -> Option<&'static str>;
}

impl<T: Sync, const N: usize> WordList for [(&'static str, T); N] {
    fn word(&self, at: usize) -> Option<&'static str> {
        self.get(at).map(|(word, _)| *word)
    }
}

impl Words {
    /// The words in the order of the reference; the first is the default.
    pub fn iter(self) -> impl Iterator<Item = &'static str> {
        (0..).map_while(move |at| self.0.word(at))
    }
}

impl PartialEq for Words {
    fn eq(&self, other: &Words) -> bool {
        self.iter().eq(other.iter())
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.iter()).finish()
    }
}

/// A typed key of an option: its declaration, and what is needed to read its value. The declaration of
/// a kind lists it, `options: &[VOICES.0]`, and [`Options::get`](crate::options::Options::get) reads it.
#[derive(Debug)]
pub struct Opt<K>(pub OptionSpec, pub(crate) K);

/// A choice between words, each of which stands for a value.
#[derive(Debug)]
pub struct Choice<T: 'static>(pub(crate) &'static [(&'static str, T)]);

/// A file that is read when the node is built.
#[derive(Debug)]
pub struct File(pub(crate) Media);

/// A file, or the text that would be in it.
#[derive(Debug)]
pub struct FileOrText(());

/// A whole number from 0, or a name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NumberOrName<'a> {
    /// The number.
    Number(f64),
    /// The name.
    Name(&'a str),
}

const fn declare<K>(
    name: &'static str,
    takes: OptionType,
    default: OptionDefault,
    doc: &'static str,
    key: K,
) -> Opt<K> {
    Opt(OptionSpec { name, takes, default, doc }, key)
}

impl Opt<&'static str> {
    /// A text with a default.
    pub const fn text(name: &'static str, default: &'static str, doc: &'static str) -> Opt<&'static str> {
        declare(name, OptionType::Text, OptionDefault::Text(default), doc, default)
    }

    /// A text that the patch must give.
    pub const fn required_text(name: &'static str, doc: &'static str) -> Opt<&'static str> {
        declare(name, OptionType::Text, OptionDefault::Required, doc, "")
    }
}

impl Opt<Option<&'static str>> {
    /// A text that may be left out.
    pub const fn optional_text(name: &'static str, doc: &'static str) -> Opt<Option<&'static str>> {
        declare(name, OptionType::Text, OptionDefault::Absent, doc, None)
    }
}

impl Opt<f64> {
    /// A number inside a range, with a default.
    pub const fn number(name: &'static str, default: f64, range: Range, doc: &'static str) -> Opt<f64> {
        declare(name, OptionType::Number(range), OptionDefault::Number(default), doc, default)
    }
}

impl Opt<Option<f64>> {
    /// A number inside a range that may be left out.
    pub const fn optional_number(name: &'static str, range: Range, doc: &'static str) -> Opt<Option<f64>> {
        declare(name, OptionType::Number(range), OptionDefault::Absent, doc, None)
    }
}

impl Opt<usize> {
    /// A whole number from 0 inside a range, with a default.
    pub const fn whole(name: &'static str, default: usize, range: Range, doc: &'static str) -> Opt<usize> {
        declare(name, OptionType::Whole(range), OptionDefault::Number(default as f64), doc, default)
    }
}

impl Opt<Option<usize>> {
    /// A whole number from 0 inside a range that may be left out.
    pub const fn optional_whole(name: &'static str, range: Range, doc: &'static str) -> Opt<Option<usize>> {
        declare(name, OptionType::Whole(range), OptionDefault::Absent, doc, None)
    }
}

impl Opt<bool> {
    /// A flag with a default.
    pub const fn flag(name: &'static str, default: bool, doc: &'static str) -> Opt<bool> {
        declare(name, OptionType::Flag, OptionDefault::Flag(default), doc, default)
    }
}

impl<T: Sync> Opt<Choice<T>> {
    /// A choice between words and what each stands for; the first is the default.
    pub const fn choice<const N: usize>(
        name: &'static str,
        choices: &'static [(&'static str, T); N],
        doc: &'static str,
    ) -> Opt<Choice<T>> {
        let takes = OptionType::Choice(Words(choices));
        declare(name, takes, OptionDefault::Text(choices[0].0), doc, Choice(choices))
    }
}

impl Opt<File> {
    /// A file that the patch must name.
    pub const fn file(name: &'static str, media: Media, doc: &'static str) -> Opt<File> {
        declare(name, OptionType::File(media), OptionDefault::Required, doc, File(media))
    }
}

impl Opt<Option<File>> {
    /// A file that may be left out.
    pub const fn optional_file(name: &'static str, media: Media, doc: &'static str) -> Opt<Option<File>> {
        declare(name, OptionType::File(media), OptionDefault::Absent, doc, None)
    }
}

impl Opt<FileOrText> {
    /// A file's name, or the text of one, that the patch must give.
    pub const fn file_or_text(name: &'static str, media: Media, doc: &'static str) -> Opt<FileOrText> {
        declare(name, OptionType::FileOrText(media), OptionDefault::Required, doc, FileOrText(()))
    }
}

impl Opt<Option<FileOrText>> {
    /// A file's name, or the text of one, that may be left out.
    pub const fn optional_file_or_text(
        name: &'static str,
        media: Media,
        doc: &'static str,
    ) -> Opt<Option<FileOrText>> {
        declare(name, OptionType::FileOrText(media), OptionDefault::Absent, doc, None)
    }
}

impl Opt<NumberOrName<'static>> {
    /// A number or a name; by default the number 0.
    pub const fn number_or_name(name: &'static str, doc: &'static str) -> Opt<NumberOrName<'static>> {
        let default = OptionDefault::Number(0.0);
        declare(name, OptionType::NumberOrName, default, doc, NumberOrName::Number(0.0))
    }
}

impl Opt<Option<NumberOrName<'static>>> {
    /// A number or a name that may be left out.
    pub const fn optional_number_or_name(
        name: &'static str,
        doc: &'static str,
    ) -> Opt<Option<NumberOrName<'static>>> {
        declare(name, OptionType::NumberOrName, OptionDefault::Absent, doc, None)
    }
}
