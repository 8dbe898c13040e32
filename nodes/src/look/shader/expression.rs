//! The sizes of passes: numbers, `$WIDTH`, `$HEIGHT`, `$parameter`, the four operations, brackets, and
//! `floor`, `ceil`, `round`, `min`, `max`.

/// An expression, in the order in which a stack of numbers computes it.
#[derive(Clone, Debug)]
pub(super) struct Expression(Vec<Step>);

#[derive(Clone, Debug)]
enum Step {
    Number(f64),
    Name(String),
    One(fn(f64) -> f64),
    Two(fn(f64, f64) -> f64),
}

const MOST_DEPTH: usize = 32;
const LONGEST: usize = 1000;

impl Expression {
    /// Reads it; `known` tells which names besides `WIDTH` and `HEIGHT` there are.
    pub(super) fn parse(text: &str, known: impl Fn(&str) -> bool) -> Result<Expression, String> {
        if text.len() > LONGEST {
            return Err("it is too long".into());
        }
        let mut parser = Parser { rest: text, steps: Vec::new(), depth: 0, known: &known };
        parser.sum()?;
        match parser.peek() {
            None => Ok(Expression(parser.steps)),
            Some(character) => Err(format!("`{character}` is not expected")),
        }
    }

    /// Its value; what has no answer is not a number.
    pub(super) fn value(&self, name: impl Fn(&str) -> f64) -> f64 {
        let mut stack = Vec::with_capacity(self.0.len());
        for step in &self.0 {
            let mut pop = || stack.pop().unwrap_or(f64::NAN);
            let value = match step {
                Step::Number(number) => *number,
                Step::Name(text) => name(text),
                Step::One(function) => function(pop()),
                Step::Two(function) => {
                    let right = pop();
                    function(pop(), right)
                }
            };
            stack.push(value);
        }
        stack.pop().unwrap_or(f64::NAN)
    }
}

struct Parser<'a> {
    rest: &'a str,
    steps: Vec<Step>,
    depth: usize,
    known: &'a dyn Fn(&str) -> bool,
}

impl<'a> Parser<'a> {
    fn peek(&mut self) -> Option<char> {
        self.rest = self.rest.trim_start();
        self.rest.chars().next()
    }

    fn take(&mut self, character: char) -> bool {
        let is_next = self.peek() == Some(character);
        if is_next {
            self.rest = &self.rest[character.len_utf8()..];
        }
        is_next
    }

    fn expect(&mut self, character: char) -> Result<(), String> {
        if self.take(character) { Ok(()) } else { Err(format!("a `{character}` is missing")) }
    }

    fn word(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|character| !belongs(character)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn sum(&mut self) -> Result<(), String> {
        self.product()?;
        loop {
            let operation: fn(f64, f64) -> f64 = match self.peek() {
                Some('+') => |left, right| left + right,
                Some('-') => |left, right| left - right,
                _ => return Ok(()),
            };
            self.rest = &self.rest[1..];
            self.product()?;
            self.steps.push(Step::Two(operation));
        }
    }

    fn product(&mut self) -> Result<(), String> {
        self.factor()?;
        loop {
            let operation: fn(f64, f64) -> f64 = match self.peek() {
                Some('*') => |left, right| left * right,
                Some('/') => |left, right| left / right,
                _ => return Ok(()),
            };
            self.rest = &self.rest[1..];
            self.factor()?;
            self.steps.push(Step::Two(operation));
        }
    }

    fn factor(&mut self) -> Result<(), String> {
        self.depth += 1;
        if self.depth > MOST_DEPTH {
            return Err("it is nested too deeply".into());
        }
        match self.peek() {
            None => return Err("a number is missing".into()),
            Some('-') => {
                self.rest = &self.rest[1..];
                self.factor()?;
                self.steps.push(Step::One(|value| -value));
            }
            Some('(') => {
                self.rest = &self.rest[1..];
                self.sum()?;
                self.expect(')')?;
            }
            Some('$') => {
                self.rest = &self.rest[1..];
                let name = self.word(|character| character.is_ascii_alphanumeric() || character == '_');
                if !matches!(name, "WIDTH" | "HEIGHT") && !(self.known)(name) {
                    return Err(format!(
                        "there is no `${name}`; there are $WIDTH, $HEIGHT and the numbers of INPUTS"
                    ));
                }
                self.steps.push(Step::Name(name.into()));
            }
            Some(first) if first.is_ascii_digit() || first == '.' => {
                let number = self.word(|character| character.is_ascii_digit() || character == '.');
                let number = number.parse().map_err(|_| format!("`{number}` is not a number"))?;
                self.steps.push(Step::Number(number));
            }
            Some(first) if first.is_ascii_alphabetic() => self.call()?,
            Some(other) => return Err(format!("`{other}` is not expected")),
        }
        self.depth -= 1;
        Ok(())
    }

    fn call(&mut self) -> Result<(), String> {
        let step = match self.word(|character| character.is_ascii_alphanumeric()) {
            "floor" => Step::One(f64::floor),
            "ceil" => Step::One(f64::ceil),
            "round" => Step::One(f64::round),
            "min" => Step::Two(f64::min),
            "max" => Step::Two(f64::max),
            other => return Err(format!("there is no `{other}`; there are floor, ceil, round, min and max")),
        };
        self.expect('(')?;
        self.sum()?;
        if matches!(step, Step::Two(_)) {
            self.expect(',')?;
            self.sum()?;
        }
        self.expect(')')?;
        self.steps.push(step);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Expression;

    fn value(text: &str) -> Result<f64, String> {
        let expression = Expression::parse(text, |name| name == "cells")?;
        Ok(expression.value(|name| match name {
            "WIDTH" => 640.0,
            "HEIGHT" => 360.0,
            _ => 10.0,
        }))
    }

    #[test]
    fn computes() {
        for (text, expected) in [
            ("17", 17.0),
            ("$WIDTH/4.0", 160.0),
            ("1 + 2 * 3 - 8 / 4", 5.0),
            ("-(2 - 3) * 2", 2.0),
            ("floor( $HEIGHT / 7 )", 51.0),
            ("max($WIDTH, $HEIGHT) / $cells", 64.0),
        ] {
            assert_eq!(value(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn says_what_is_wrong() {
        for (text, reason) in [
            ("", "a number is missing"),
            ("1 +", "a number is missing"),
            ("(1", "a `)` is missing"),
            ("$DEPTH", "there is no `$DEPTH`"),
            ("sqrt(4)", "there is no `sqrt`"),
            ("1.2.3", "`1.2.3` is not a number"),
            ("1 2", "`2` is not expected"),
        ] {
            let found = value(text).unwrap_err();
            assert!(found.starts_with(reason), "{text}: {found}");
        }
        assert!(value(&"(".repeat(900)).is_err());
    }
}
