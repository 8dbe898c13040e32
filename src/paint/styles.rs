//! Which styles are meant.

use std::path::{Path, PathBuf};

use engine::suggest::nearest;
use models::painting::STYLES;
use pastiche_engine as engine;
use pastiche_models as models;
use pastiche_nodes::picture_file::ENDINGS;

use crate::error::Error;

/// A style, and how much of it.
#[derive(Clone, Debug, PartialEq)]
pub struct WeighedStyle {
    /// The style.
    pub of: StyleOf,
    /// Its weight; any number.
    pub weight: f32,
}

/// Where a style comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StyleOf {
    /// One of the styles that have names, by its number.
    Named(usize),
    /// That of a picture.
    Picture(PathBuf),
}

/// Reads styles as they are typed: a name, a number or the file of a picture, and behind a colon a weight. Without any weight all
/// count the same and together 1; beside others that have one, a style without it counts 1.
///
/// # Errors
/// When there is no such style, or a weight is no number.
pub fn styles(words: &[String]) -> Result<Vec<WeighedStyle>, Error> {
    let given: Vec<(StyleOf, Option<f32>)> =
        words.iter().map(|word| style(word)).collect::<Result<_, _>>()?;
    let usual = if given.iter().any(|(_, weight)| weight.is_some()) { 1.0 } else { 1.0 / given.len() as f32 };
    let weighed = |(of, weight): (StyleOf, Option<f32>)| WeighedStyle { of, weight: weight.unwrap_or(usual) };
    Ok(given.into_iter().map(weighed).collect())
}

fn style(word: &str) -> Result<(StyleOf, Option<f32>), Error> {
    let whole = Path::new(word);
    if whole.is_file() {
        return Ok((StyleOf::Picture(whole.to_owned()), None));
    }
    let Some((name, weight)) = word.rsplit_once(':') else { return Ok((named(word)?, None)) };
    match weight.trim().parse::<f32>() {
        Ok(weight) if weight.is_finite() => Ok((named(name)?, Some(weight))),
        _ => Err(Error::Setting {
            message: format!("`{weight}` in `{word}` is no weight"),
            help: "write a number behind the colon: `blue_swirls:0.5`".into(),
        }),
    }
}

fn named(name: &str) -> Result<StyleOf, Error> {
    let by_number = name.parse::<usize>().ok();
    let found = STYLES.iter().find(|style| style.name == name || by_number == Some(style.number));
    if let Some(style) = found {
        return Ok(StyleOf::Named(style.number));
    }
    let path = Path::new(name);
    let is_picture =
        path.extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known)));
    if is_picture || path.is_file() {
        return Ok(StyleOf::Picture(path.to_owned()));
    }
    Err({
        let lists = "`pastiche styles` lists all styles";
        let help = match nearest(name, STYLES.iter().map(|style| style.name)) {
            Some(near) => format!("did you mean `{near}`? {lists}"),
            None => format!("{lists}; a picture is named by its file"),
        };
        Error::Setting { message: format!("there is no style `{name}`"), help }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights(words: &[&str]) -> Vec<(usize, f32)> {
        let words: Vec<String> = words.iter().map(|word| (*word).into()).collect();
        let number = |style: WeighedStyle| match style.of {
            StyleOf::Named(number) => (number, style.weight),
            StyleOf::Picture(path) => panic!("{}", path.display()),
        };
        styles(&words).unwrap().into_iter().map(number).collect()
    }

    #[test]
    fn names_numbers_and_weights() {
        assert_eq!(weights(&["blue_swirls"]), [(19, 1.0)]);
        assert_eq!(weights(&["blue_swirls", "0", "1", "2"]), [(19, 0.25), (0, 0.25), (1, 0.25), (2, 0.25)]);
        assert_eq!(weights(&["blue_swirls:0.3", "25"]), [(19, 0.3), (25, 1.0)]);
        assert_eq!(weights(&["3:-1.5"]), [(3, -1.5)]);
    }

    #[test]
    fn pictures_are_named_by_their_files() {
        let folder = tempfile::tempdir().unwrap();
        let there = folder.path().join("a:3");
        std::fs::write(&there, "").unwrap();
        let there = there.to_str().unwrap().to_owned();
        for (word, path, weight) in [
            ("wave.jpg", "wave.jpg", 1.0),
            ("a/b.PNG:-2", "a/b.PNG", -2.0),
            (there.as_str(), there.as_str(), 1.0),
        ] {
            let expected = WeighedStyle { of: StyleOf::Picture(path.into()), weight };
            assert_eq!(styles(&[word.into()]).unwrap(), [expected]);
        }
    }

    #[test]
    fn strangers_are_refused_with_a_suggestion() {
        let refused = |word: &str| match styles(&[word.into()]).unwrap_err() {
            Error::Setting { message, help } => (message, help),
            other => panic!("{other}"),
        };
        let (message, help) = refused("blue_swirl:1");
        assert_eq!(message, "there is no style `blue_swirl`");
        assert!(help.contains("did you mean `blue_swirls`?"), "{help}");
        for word in ["26", "-1", "", ":1"] {
            assert!(refused(word).0.starts_with("there is no style"), "{word}");
        }
        for word in ["3:much", "3:", "3:nan", "3:inf"] {
            assert!(refused(word).0.ends_with("is no weight"), "{word}");
        }
    }
}
