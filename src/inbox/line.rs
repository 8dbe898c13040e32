//! What a person types while a patch plays: `glow = 0.5`, `learn glow`.

use engine::address::ControlAddress;
use engine::midi::Encoder;
use engine::take::Input;
use pastiche_engine as engine;
use thiserror::Error;

use super::Event;
use super::command::Command;

/// A line that asks for nothing.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("`{line}` moves nothing: {why}")]
pub struct LineError {
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
pub fn parse_line(line: &str) -> Result<Option<Event>, LineError> {
    let trimmed = line.trim();
    let error = |why: &str| LineError { line: trimmed.into(), why: why.into() };
    if trimmed.is_empty() {
        return Ok(None);
    }
    if let Some((name, value)) = trimmed.rsplit_once('=') {
        let value = number(value).ok_or_else(|| error("behind `=` stands no finite number"))?;
        let control = ControlAddress::parse(name).map_err(error)?;
        return Ok(Some(Event::Input(Input::Move { control, value })));
    }
    command(trimmed).map(|command| Some(Event::Command(command))).map_err(|why| error(&why))
}

fn command(line: &str) -> Result<Command, String> {
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim();
    let target = || ControlAddress::parse(rest).map_err(str::to_owned);
    match word {
        "undo" if rest.is_empty() => Ok(Command::Undo),
        "list" if rest.is_empty() => Ok(Command::List),
        "learn" if rest.is_empty() => Ok(Command::StopLearning),
        "learn" => target().map(Command::Learn),
        "unlearn" => target().map(Command::Unlearn),
        "reset" => target().map(Command::Reset),
        "range" => match with_last(rest)? {
            (target, "slider") => Ok(Command::Range(target, None)),
            _ => {
                let (rest, max) = rest.rsplit_once(char::is_whitespace).ok_or(RANGE)?;
                let (target, min) = rest.trim().rsplit_once(char::is_whitespace).ok_or(RANGE)?;
                let (min, max) = (number(min).ok_or(RANGE)?, number(max).ok_or(RANGE)?);
                Ok(Command::Range(ControlAddress::parse(target)?, Some([min, max])))
            }
        },
        "curve" => {
            let (target, curve) = with_last(rest)?;
            let curve = number(curve).filter(|curve| *curve > 0.0).ok_or("write `curve NAME 2`, above 0")?;
            Ok(Command::Curve(target, curve))
        }
        "encoder" => match with_last(rest)? {
            (target, "off") => Ok(Command::Encoder(target, None)),
            (target, word) => {
                let ways = Encoder::WORDS.join("`, `");
                let encoder = Encoder::from_word(word).ok_or(format!("an encoder is `{ways}` or `off`"))?;
                Ok(Command::Encoder(target, Some(encoder)))
            }
        },
        "invert" => switch(rest).map(|(target, on)| Command::Invert(target, on)),
        "pickup" => switch(rest).map(|(target, on)| Command::Pickup(target, on)),
        "toggle" => switch(rest).map(|(target, on)| Command::Toggle(target, on)),
        _ => Err("write `NAME = VALUE`, `learn NAME`, `unlearn NAME`, `undo` or `list`".into()),
    }
}

const RANGE: &str = "write `range NAME 0 2`, or `range NAME slider`";

fn switch(rest: &str) -> Result<(ControlAddress, bool), String> {
    match with_last(rest)? {
        (target, "on") => Ok((target, true)),
        (target, "off") => Ok((target, false)),
        _ => Err("end with `on` or `off`".into()),
    }
}

/// A control, and the word behind it.
fn with_last(rest: &str) -> Result<(ControlAddress, &str), String> {
    let (name, last) = rest.rsplit_once(char::is_whitespace).ok_or("a control and a value are missing")?;
    Ok((ControlAddress::parse(name)?, last))
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::key::NodeKey;

    fn moved(line: &str) -> Input {
        match parse_line(line) {
            Ok(Some(Event::Input(input))) => input,
            other => panic!("{line}: {other:?}"),
        }
    }

    fn command_of(line: &str) -> Command {
        match parse_line(line) {
            Ok(Some(Event::Command(command))) => command,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn knobs_controls_and_members_are_told_apart() {
        let knob = |name: &str, value| Input::Move { control: ControlAddress::knob(name), value };
        let control = |node: &str, input: &str, member, value| {
            let control = ControlAddress::Input { node: NodeKey::new(node), input: input.into(), member };
            Input::Move { control, value }
        };
        assert_eq!(moved("glow = 0.5"), knob("glow", 0.5));
        assert_eq!(moved("\"how much.soft\"=-2"), knob("how much.soft", -2.0));
        assert_eq!(moved("blur.radius = 12"), control("blur", "radius", None, 12.0));
        assert_eq!(moved("a/b#2.image.radius=1"), control("a/b#2.image", "radius", None, 1.0));
        assert_eq!(moved("mix.weights[1] = 1e-1"), control("mix", "weights", Some(1), 0.1));
        assert_eq!(moved("learn = 1"), knob("learn", 1.0));
        assert_eq!(parse_line("  \n"), Ok(None));
    }

    #[test]
    fn what_binds_is_read() {
        let glow = || ControlAddress::knob("glow");
        assert_eq!(command_of("learn glow"), Command::Learn(glow()));
        assert_eq!(command_of(" learn  \"how much\" "), Command::Learn(ControlAddress::knob("how much")));
        assert_eq!(command_of("learn"), Command::StopLearning);
        assert_eq!(
            command_of("unlearn blur.radius"),
            Command::Unlearn(ControlAddress::parse("blur.radius").unwrap())
        );
        assert_eq!(command_of("range glow 0 2"), Command::Range(glow(), Some([0.0, 2.0])));
        let soft = ControlAddress::knob("how soft");
        assert_eq!(command_of("range how soft -1 1e1"), Command::Range(soft, Some([-1.0, 10.0])));
        assert_eq!(command_of("range glow slider"), Command::Range(glow(), None));
        assert_eq!(command_of("curve glow 2"), Command::Curve(glow(), 2.0));
        assert_eq!(command_of("invert glow on"), Command::Invert(glow(), true));
        assert_eq!(command_of("pickup glow off"), Command::Pickup(glow(), false));
        assert_eq!(command_of("toggle glow on"), Command::Toggle(glow(), true));
        let offset = Command::Encoder(glow(), Some(Encoder::BinaryOffset));
        assert_eq!(command_of("encoder glow binary_offset"), offset);
        assert_eq!(command_of("encoder glow off"), Command::Encoder(glow(), None));
        assert_eq!((command_of("undo"), command_of("list")), (Command::Undo, Command::List));
    }

    #[test]
    fn what_is_none_of_them_is_refused() {
        let moves = ["glow", "glow =", "= 1", "glow = inf", "glow = NaN", ".radius = 1", "m.w[x] = 1"];
        let binds =
            ["unlearn", "range glow 1", "range glow a b", "curve glow 0", "invert glow", "encoder glow x"];
        for line in moves.into_iter().chain(binds) {
            assert!(parse_line(line).is_err(), "{line}");
        }
    }
}
