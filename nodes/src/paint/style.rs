//! One published style of the painting network.

use pastiche_engine::io::Io;
use pastiche_engine::node::{BuildError, Fault, FrameCtx, Node};
use pastiche_engine::options::Options;
use pastiche_engine::port::Style;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, NodeSpec, NumberOrName, Opt, Out};
use pastiche_engine::suggest::nearest;
use pastiche_models::painting::STYLES;

use crate::paint::painting_style::{MODEL, is_embedded, load, network};

const STYLE: Out<Style> = Out::new("style", "The style.");

const WHICH: Opt<NumberOrName<'static>> = Opt::number_or_name("which", "Name or number of the style.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "style",
        category: Category::Paint,
        summary: "One of the painting styles.",
        doc: "A style for `style_transfer`, by its name or its number from 0. `pastiche styles` lists them.",
        example: "let look = style(\"blue_swirls\");\nscreen(style_transfer(test_card(), look));\n",
        options: &[WHICH.0, MODEL.0],
        outputs: &[STYLE.0],
        validate: Some(|options| vector_of(options).map(drop)),
        ..NodeSpec::PLAIN
    },
    make: |_, options| {
        let (network, vector) = (network(options), vector_of(options)?.into());
        Ok(Box::new(Constant(Style { network, vector })))
    },
}];

struct Constant(Style);

impl Node for Constant {
    fn frame(&mut self, _ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        io.set_style(&STYLE, self.0.clone());
        Ok(())
    }
}

/// One weight of 1 among zeros.
fn vector_of(options: &Options) -> Result<Vec<f32>, BuildError> {
    let count = if is_embedded(options) { STYLES.len() } else { load(options)?.style_count() };
    let number = number_of(options, count)?;
    Ok((0..count).map(|style| f32::from(u8::from(style == number))).collect())
}

fn number_of(options: &Options, count: usize) -> Result<usize, BuildError> {
    let help = "`pastiche styles` lists all styles";
    match options.get(&WHICH) {
        NumberOrName::Number(number) => (0..count).find(|style| *style as f64 == number).ok_or_else(|| {
            let message = format!("there is no style {number}: they go from 0 to {}", count - 1);
            BuildError::new(message, help).option(WHICH.0.name)
        }),
        NumberOrName::Name(name) if !is_embedded(options) => {
            let message = format!("the styles of this model have no names, so there is no `{name}`");
            let help = format!("name it by its number, from 0 to {}", count - 1);
            Err(BuildError::new(message, help).option(WHICH.0.name))
        }
        NumberOrName::Name(name) => {
            let found = STYLES.iter().find(|style| style.name == name);
            found.map(|style| style.number).ok_or_else(|| {
                let help = match nearest(name, STYLES.iter().map(|style| style.name)) {
                    Some(near) => format!("did you mean `{near}`? {help}"),
                    None => help.into(),
                };
                BuildError::new(format!("there is no style `{name}`"), help).option(WHICH.0.name)
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pastiche_engine::options::OptionValue;

    fn number(which: OptionValue) -> Result<usize, BuildError> {
        let mut options = Options::default();
        options.set(WHICH.0.name, which);
        number_of(&options, STYLES.len())
    }

    #[test]
    fn by_name_and_by_number() {
        assert_eq!(number(OptionValue::Text("blue_swirls".into())), Ok(19));
        assert_eq!(number(OptionValue::Number(25.0)), Ok(25));
    }

    #[test]
    fn strangers_are_refused_with_a_suggestion() {
        let error = number(OptionValue::Text("blue_swirl".into())).unwrap_err();
        assert!(error.help.contains("did you mean `blue_swirls`?"), "{}", error.help);
        for number_of_style in [-1.0, 26.0, 0.5, f64::NAN] {
            let error = number(OptionValue::Number(number_of_style)).unwrap_err();
            assert!(error.message.contains("0 to 25"), "{}", error.message);
        }
    }
}
