//! What a node is built with: its options, complete, with the files they name.

use std::collections::BTreeMap;

use crate::assets::Asset;
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

    /// The value as given or by default.
    pub fn get(&self, name: &str) -> Option<&OptionValue> {
        self.values.get(name)
    }

    /// A text option, a choice or a file's name.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.values.get(name) {
            Some(OptionValue::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// A numeric option.
    pub fn number(&self, name: &str) -> Option<f64> {
        match self.values.get(name) {
            Some(OptionValue::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// A flag; absent is `false`.
    pub fn flag(&self, name: &str) -> bool {
        matches!(self.values.get(name), Some(OptionValue::Flag(true)))
    }

    /// The file that an option names, already read.
    pub fn asset(&self, name: &str) -> Option<&Asset> {
        self.assets.get(name)
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
