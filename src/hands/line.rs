//! What a person types to move and bind controls while a patch plays: `glow = 0.5`, `learn glow`.

use engine::midi::Encoder;
use engine::take::Input;
use pastiche_engine as engine;
use thiserror::Error;

use super::target::Target;

/// What hands want, beside what goes straight into the log.
#[derive(Clone, Debug, PartialEq)]
pub enum HandAction {
    /// The next controller that moves is bound to this control.
    Learn(Target),
    /// Nothing is learned after all.
    StopLearning,
    /// The control has no controller any more.
    Unlearn(Target),
    /// What the ends of the controller stand for; `None` is the range of the slider.
    Range(Target, Option<[f64; 2]>),
    /// The exponent of the way between: 1 is even, above it the low end is finer.
    Curve(Target, f64),
    /// Whether the controller works the other way round.
    Invert(Target, bool),
    /// Whether the controller must first meet the value.
    Pickup(Target, bool),
    /// Whether a key or pad switches over instead of holding.
    Toggle(Target, bool),
    /// How an endless encoder speaks; `None` is a fader.
    Encoder(Target, Option<Encoder>),
    /// Back to the script's own value.
    Reset(Target),
    /// Takes the last move of a hand back.
    Undo,
    /// Tells what is bound and what was moved.
    List,
}

/// What came of a hand.
#[derive(Clone, Debug, PartialEq)]
pub enum HandEvent {
    /// Goes into the log.
    Input(Input),
    /// Is done at once.
    Action(HandAction),
}

/// A line that says nothing.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("`{line}` moves nothing: {why}")]
pub struct HandError {
    /// The line.
    pub line: String,
    /// Why.
    pub why: String,
}

/// Reads a line. Either it moves something, `KNOB = VALUE`, `NODE.INPUT = VALUE` or
/// `NODE.INPUT[MEMBER] = VALUE`; or it begins with a word: `learn`, `unlearn`, `range`, `curve`,
/// `invert`, `pickup`, `toggle`, `encoder`, `reset`, each with a control, `undo` or `list`. A name with
/// blanks or dots may stand in quotes. An empty line is `None`.
///
/// # Errors
/// When the line is none of them.
pub fn parse_hand(line: &str) -> Result<Option<HandEvent>, HandError> {
    let trimmed = line.trim();
    let error = |why: &str| HandError { line: trimmed.into(), why: why.into() };
    if trimmed.is_empty() {
        return Ok(None);
    }
    if let Some((name, value)) = trimmed.rsplit_once('=') {
        let value = number(value).ok_or_else(|| error("behind `=` stands no finite number"))?;
        let target = Target::parse(name).map_err(|why| error(why))?;
        return Ok(Some(HandEvent::Input(target.moved(value))));
    }
    action(trimmed).map(|action| Some(HandEvent::Action(action))).map_err(|why| error(&why))
}

fn action(line: &str) -> Result<HandAction, String> {
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim();
    let target = || Target::parse(rest).map_err(str::to_owned);
    match word {
        "undo" if rest.is_empty() => Ok(HandAction::Undo),
        "list" if rest.is_empty() => Ok(HandAction::List),
        "learn" if rest.is_empty() => Ok(HandAction::StopLearning),
        "learn" => target().map(HandAction::Learn),
        "unlearn" => target().map(HandAction::Unlearn),
        "reset" => target().map(HandAction::Reset),
        "range" => match with_last(rest)? {
            (target, "slider") => Ok(HandAction::Range(target, None)),
            _ => {
                let (rest, max) = rest.rsplit_once(char::is_whitespace).ok_or(RANGE)?;
                let (target, min) = rest.trim().rsplit_once(char::is_whitespace).ok_or(RANGE)?;
                let (min, max) = (number(min).ok_or(RANGE)?, number(max).ok_or(RANGE)?);
                Ok(HandAction::Range(Target::parse(target)?, Some([min, max])))
            }
        },
        "curve" => {
            let (target, curve) = with_last(rest)?;
            let curve = number(curve).filter(|curve| *curve > 0.0).ok_or("write `curve NAME 2`, above 0")?;
            Ok(HandAction::Curve(target, curve))
        }
        "encoder" => match with_last(rest)? {
            (target, "off") => Ok(HandAction::Encoder(target, None)),
            (target, word) => {
                let ways = Encoder::WORDS.join("`, `");
                let encoder = Encoder::from_word(word).ok_or(format!("an encoder is `{ways}` or `off`"))?;
                Ok(HandAction::Encoder(target, Some(encoder)))
            }
        },
        "invert" => switch(rest).map(|(target, on)| HandAction::Invert(target, on)),
        "pickup" => switch(rest).map(|(target, on)| HandAction::Pickup(target, on)),
        "toggle" => switch(rest).map(|(target, on)| HandAction::Toggle(target, on)),
        _ => Err("write `NAME = VALUE`, `learn NAME`, `unlearn NAME`, `undo` or `list`".into()),
    }
}

const RANGE: &str = "write `range NAME 0 2`, or `range NAME slider`";

fn switch(rest: &str) -> Result<(Target, bool), String> {
    match with_last(rest)? {
        (target, "on") => Ok((target, true)),
        (target, "off") => Ok((target, false)),
        _ => Err("end with `on` or `off`".into()),
    }
}

/// A control, and the word behind it.
fn with_last(rest: &str) -> Result<(Target, &str), String> {
    let (name, last) = rest.rsplit_once(char::is_whitespace).ok_or("a control and a value are missing")?;
    Ok((Target::parse(name)?, last))
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::graph::NodeKey;

    fn moved(line: &str) -> Input {
        match parse_hand(line) {
            Ok(Some(HandEvent::Input(input))) => input,
            other => panic!("{line}: {other:?}"),
        }
    }

    fn action_of(line: &str) -> HandAction {
        match parse_hand(line) {
            Ok(Some(HandEvent::Action(action))) => action,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn knobs_controls_and_members_are_told_apart() {
        let knob = |name: &str, value| Input::Knob { name: name.into(), value };
        let control = |node: &str, name: &str, member, value| Input::Control {
            node: NodeKey::new(node),
            name: name.into(),
            member,
            value,
        };
        assert_eq!(moved("glow = 0.5"), knob("glow", 0.5));
        assert_eq!(moved("\"how much.soft\"=-2"), knob("how much.soft", -2.0));
        assert_eq!(moved("blur.radius = 12"), control("blur", "radius", None, 12.0));
        assert_eq!(moved("a/b#2.image.radius=1"), control("a/b#2.image", "radius", None, 1.0));
        assert_eq!(moved("mix.weights[1] = 1e-1"), control("mix", "weights", Some(1), 0.1));
        assert_eq!(moved("learn = 1"), knob("learn", 1.0));
        assert_eq!(parse_hand("  \n"), Ok(None));
    }

    #[test]
    fn what_binds_is_read() {
        let glow = || Target::Knob("glow".into());
        assert_eq!(action_of("learn glow"), HandAction::Learn(glow()));
        assert_eq!(action_of(" learn  \"how much\" "), HandAction::Learn(Target::Knob("how much".into())));
        assert_eq!(action_of("learn"), HandAction::StopLearning);
        assert_eq!(
            action_of("unlearn blur.radius"),
            HandAction::Unlearn(Target::parse("blur.radius").unwrap())
        );
        assert_eq!(action_of("range glow 0 2"), HandAction::Range(glow(), Some([0.0, 2.0])));
        let soft = Target::Knob("how soft".into());
        assert_eq!(action_of("range how soft -1 1e1"), HandAction::Range(soft, Some([-1.0, 10.0])));
        assert_eq!(action_of("range glow slider"), HandAction::Range(glow(), None));
        assert_eq!(action_of("curve glow 2"), HandAction::Curve(glow(), 2.0));
        assert_eq!(action_of("invert glow on"), HandAction::Invert(glow(), true));
        assert_eq!(action_of("pickup glow off"), HandAction::Pickup(glow(), false));
        assert_eq!(action_of("toggle glow on"), HandAction::Toggle(glow(), true));
        let offset = HandAction::Encoder(glow(), Some(Encoder::BinaryOffset));
        assert_eq!(action_of("encoder glow binary_offset"), offset);
        assert_eq!(action_of("encoder glow off"), HandAction::Encoder(glow(), None));
        assert_eq!((action_of("undo"), action_of("list")), (HandAction::Undo, HandAction::List));
    }

    #[test]
    fn what_is_none_of_them_is_refused() {
        let moves = ["glow", "glow =", "= 1", "glow = inf", "glow = NaN", ".radius = 1", "m.w[x] = 1"];
        let binds =
            ["unlearn", "range glow 1", "range glow a b", "curve glow 0", "invert glow", "encoder glow x"];
        for line in moves.into_iter().chain(binds) {
            assert!(parse_hand(line).is_err(), "{line}");
        }
    }
}
