//! What a node is built with: its options, complete, with the files they name.

use std::collections::BTreeMap;

use crate::assets::Asset;
use crate::fault::BuildError;
use crate::option::{Choice, File, FileOrText, NumberOrName, Opt};
use crate::stamp::Stamp;

/// The value of an option.
#[derive(Clone, Debug, PartialEq)]
pub enum OptionValue {
    /// Text, a choice, a file's name or a style's.
    Text(String),
    /// A number.
    Number(f64),
    /// A flag.
    Flag(bool),
}

/// The options of one node, checked against its declaration, defaults filled in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    values: BTreeMap<&'static str, OptionValue>,
    assets: BTreeMap<&'static str, Asset>,
}

impl Options {
    /// Sets an option.
    pub fn set(&mut self, name: &'static str, value: OptionValue) {
        self.values.insert(name, value);
    }

    /// Attaches the file that an option names.
    pub fn attach(&mut self, name: &'static str, asset: Asset) {
        self.assets.insert(name, asset);
    }

    /// What is given for a key, or its default.
    pub fn get<'a, K: OptionKind>(&'a self, key: &Opt<K>) -> K::Value<'a> {
        key.1.read(self, key.0.name)
    }

    /// A value by its name, for readers that know no key. `None` where nothing is given and there is no
    /// default.
    pub fn value(&self, name: &str) -> Option<&OptionValue> {
        self.values.get(name)
    }

    /// Every file, for the watcher.
    pub fn assets(&self) -> impl Iterator<Item = &Asset> {
        self.assets.values()
    }

    /// Equal stamps: the node need not be rebuilt. Covers values and the contents of files.
    pub fn stamp(&self) -> u64 {
        let mut stamp = Stamp::new();
        for (name, value) in &self.values {
            stamp = stamp.text(name);
            stamp = match value {
                OptionValue::Text(text) => stamp.number(0).text(text),
                OptionValue::Number(number) => stamp.number(1).number(number.to_bits()),
                OptionValue::Flag(flag) => stamp.number(2).number(u64::from(*flag)),
            };
        }
        for (name, asset) in &self.assets {
            stamp = stamp.text(name).number(asset.stamp);
        }
        stamp.finish()
    }
}

/// The type of an option's key: how its value is read.
pub trait OptionKind: 'static {
    /// What a node gets.
    type Value<'a>;

    /// The value of the option of this name, or the default that the key holds.
    fn read<'a>(&self, options: &'a Options, name: &'static str) -> Self::Value<'a>;
}

impl OptionKind for &'static str {
    type Value<'a> = &'a str;

    fn read<'a>(&self, options: &'a Options, name: &'static str) -> &'a str {
        Some(*self).read(options, name).unwrap_or(self)
    }
}

impl OptionKind for Option<&'static str> {
    type Value<'a> = Option<&'a str>;

    fn read<'a>(&self, options: &'a Options, name: &'static str) -> Option<&'a str> {
        match options.value(name) {
            Some(OptionValue::Text(text)) => Some(text),
            _ => *self,
        }
    }
}

impl OptionKind for f64 {
    type Value<'a> = f64;

    fn read(&self, options: &Options, name: &'static str) -> f64 {
        Some(*self).read(options, name).unwrap_or(*self)
    }
}

impl OptionKind for Option<f64> {
    type Value<'a> = Option<f64>;

    fn read(&self, options: &Options, name: &'static str) -> Option<f64> {
        match options.value(name) {
            Some(OptionValue::Number(number)) => Some(*number),
            _ => *self,
        }
    }
}

impl OptionKind for usize {
    type Value<'a> = usize;

    fn read(&self, options: &Options, name: &'static str) -> usize {
        Some(*self).read(options, name).unwrap_or(*self)
    }
}

impl OptionKind for Option<usize> {
    type Value<'a> = Option<usize>;

    fn read(&self, options: &Options, name: &'static str) -> Option<usize> {
        match options.value(name) {
            Some(OptionValue::Number(number)) => Some(*number as usize),
            _ => *self,
        }
    }
}

impl OptionKind for bool {
    type Value<'a> = bool;

    fn read(&self, options: &Options, name: &'static str) -> bool {
        match options.value(name) {
            Some(OptionValue::Flag(flag)) => *flag,
            _ => *self,
        }
    }
}

impl<T: Copy> OptionKind for Choice<T> {
    type Value<'a> = T;

    fn read(&self, options: &Options, name: &'static str) -> T {
        let given = match options.value(name) {
            Some(OptionValue::Text(word)) => self.0.iter().find(|(known, _)| known == word),
            _ => None,
        };
        given.unwrap_or(&self.0[0]).1
    }
}

impl OptionKind for File {
    type Value<'a> = Result<&'a Asset, BuildError>;

    fn read<'a>(&self, options: &'a Options, name: &'static str) -> Result<&'a Asset, BuildError> {
        options.assets.get(name).ok_or_else(|| {
            let (message, help) = (format!("no {} is given", self.0), format!("give `{name}` a name"));
            BuildError::new(message, help).option(name)
        })
    }
}

impl OptionKind for Option<File> {
    type Value<'a> = Option<&'a Asset>;

    fn read<'a>(&self, options: &'a Options, name: &'static str) -> Option<&'a Asset> {
        options.assets.get(name)
    }
}

/// A file, or the text that would be in it.
#[derive(Clone, Copy, Debug)]
pub enum Content<'a> {
    /// The file.
    File(&'a Asset),
    /// The text itself.
    Text(&'a str),
}

impl OptionKind for FileOrText {
    type Value<'a> = Content<'a>;

    fn read<'a>(&self, options: &'a Options, name: &'static str) -> Content<'a> {
        None::<FileOrText>.read(options, name).unwrap_or(Content::Text(""))
    }
}

impl OptionKind for Option<FileOrText> {
    type Value<'a> = Option<Content<'a>>;

    fn read<'a>(&self, options: &'a Options, name: &'static str) -> Option<Content<'a>> {
        match (options.assets.get(name), options.value(name)) {
            (Some(asset), _) => Some(Content::File(asset)),
            (None, Some(OptionValue::Text(text))) => Some(Content::Text(text)),
            (None, _) => None,
        }
    }
}

impl OptionKind for NumberOrName<'static> {
    type Value<'a> = NumberOrName<'a>;

    fn read<'a>(&self, options: &'a Options, name: &'static str) -> NumberOrName<'a> {
        Some(*self).read(options, name).unwrap_or(*self)
    }
}

impl OptionKind for Option<NumberOrName<'static>> {
    type Value<'a> = Option<NumberOrName<'a>>;

    fn read<'a>(&self, options: &'a Options, name: &'static str) -> Option<NumberOrName<'a>> {
        match options.value(name) {
            Some(OptionValue::Text(text)) => Some(NumberOrName::Name(text)),
            Some(OptionValue::Number(number)) => Some(NumberOrName::Number(*number)),
            _ => *self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assets::Media;
    use crate::range::{ANY, Range};

    const SIZE: Opt<f64> = Opt::number("size", 0.5, ANY, "A number.");
    const COUNT: Opt<usize> = Opt::whole("count", 3, Range { min: 0.0, max: 9.0 }, "A whole number.");
    const MOST: Opt<Option<usize>> = Opt::optional_whole("most", ANY, "A whole number.");
    const NAME: Opt<&'static str> = Opt::text("name", "usual", "A text.");
    const IS_ROUND: Opt<bool> = Opt::flag("is_round", true, "A flag.");
    const FORM: Opt<Choice<char>> = Opt::choice("form", &[("disc", 'o'), ("cross", 'x')], "A choice.");
    const PORT: Opt<Option<NumberOrName<'static>>> = Opt::optional_number_or_name("port", "A port.");
    const FILE: Opt<File> = Opt::file("file", Media::Picture, "A file.");

    #[test]
    fn what_is_not_given_is_the_default_of_its_key() {
        let none = Options::default();
        assert_eq!((none.get(&SIZE), none.get(&COUNT), none.get(&MOST)), (0.5, 3, None));
        assert_eq!((none.get(&NAME), none.get(&IS_ROUND), none.get(&FORM)), ("usual", true, 'o'));
        assert_eq!(none.get(&PORT), None);
        let error = none.get(&FILE).unwrap_err();
        assert_eq!((&*error.message, error.option), ("no picture is given", Some("file")));
    }

    #[test]
    fn what_is_given_has_the_type_of_its_key() {
        let mut given = Options::default();
        given.set("size", OptionValue::Number(0.25));
        given.set("count", OptionValue::Number(5.0));
        given.set("most", OptionValue::Number(7.0));
        given.set("name", OptionValue::Text("own".into()));
        given.set("is_round", OptionValue::Flag(false));
        given.set("form", OptionValue::Text("cross".into()));
        given.set("port", OptionValue::Text("keys".into()));
        given.attach("file", Asset::new("a.png", None, b"".as_slice()));
        assert_eq!((given.get(&SIZE), given.get(&COUNT), given.get(&MOST)), (0.25, 5, Some(7)));
        assert_eq!((given.get(&NAME), given.get(&IS_ROUND), given.get(&FORM)), ("own", false, 'x'));
        assert_eq!(given.get(&PORT), Some(NumberOrName::Name("keys")));
        assert_eq!(&*given.get(&FILE).unwrap().name, "a.png");
    }
}
