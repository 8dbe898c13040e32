use pastiche_engine::port::PortType;
use pastiche_engine::spec::{InputSpec, Unwired, range};

use super::header::parse;
use super::{inputs, source};

fn inputs_of(header: &str) -> Result<Vec<InputSpec>, String> {
    parse(header).map(|(header, _)| inputs::of(&header)).map_err(|error| error.message)
}

fn with_input(input: &str) -> String {
    format!("/*{{ \"INPUTS\": [{input}] }}*/")
}

#[test]
fn every_type_becomes_an_input() {
    let inputs = inputs_of(
        r#"/*{ "ISFVSN": "2", "INPUTS": [
            { "NAME": "inputImage", "TYPE": "image" },
            { "NAME": "mask", "TYPE": "image", "LABEL": "where it is seen" },
            { "NAME": "speed", "TYPE": "float", "MIN": -1, "MAX": 3, "DEFAULT": 0.5 },
            { "NAME": "flip", "TYPE": "bool", "DEFAULT": true },
            { "NAME": "mode", "TYPE": "long", "VALUES": [0, 1, 4], "DEFAULT": 4 },
            { "NAME": "flash", "TYPE": "event" },
            { "NAME": "tint", "TYPE": "color", "DEFAULT": [1, 0.5, 0, 0.5] },
            { "NAME": "centre", "TYPE": "point2D", "DEFAULT": [0.5, 0.25] }
        ] }*/"#,
    )
    .unwrap();
    let names: Vec<_> = inputs.iter().map(|input| (&*input.name, input.port)).collect();
    assert_eq!(
        names,
        [
            ("image", PortType::Frame),
            ("mask", PortType::Frame),
            ("speed", PortType::Control),
            ("flip", PortType::Control),
            ("mode", PortType::Control),
            ("flash", PortType::Trigger),
            ("tint", PortType::Colour),
            ("centre_x", PortType::Control),
            ("centre_y", PortType::Control),
            ("amount", PortType::Control),
        ]
    );
    assert_eq!(inputs[0].unwired, Unwired::Required);
    assert_eq!(inputs[1].doc, "Where it is seen.");
    assert_eq!((inputs[2].soft, inputs[2].hard), (range(-1.0, 3.0), range(-13.0, 15.0)));
    assert_eq!(inputs[4].unwired, Unwired::Value(4.0));
    assert_eq!(inputs[8].unwired, Unwired::Value(0.25));
}

#[test]
fn a_generator_has_no_amount_and_a_text_without_header_no_inputs() {
    assert_eq!(inputs_of("/*{}*/ fn image() {}").unwrap().len(), 1);
    assert_eq!(inputs_of("// plain\nfn image() {}").unwrap().len(), 1);
    assert_eq!(inputs_of("/* a comment */").unwrap().len(), 1);
    assert_eq!(inputs_of("").unwrap().len(), 1);
}

#[test]
fn a_link_in_the_header_does_not_end_it() {
    let text = "/*{ \"CREDIT\": \"see */ and /*\" }*/ rest";
    let (header, end) = parse(text).unwrap();
    assert_eq!(&text[end..], " rest");
    let wgsl = source::wgsl(text, &header, end);
    assert!(wgsl.starts_with(&" ".repeat(end)), "{wgsl}");
}

#[test]
fn faults_name_the_input_and_its_place() {
    for (input, message) in [
        (r#"{ "TYPE": "float" }"#, "an entry of INPUTS has no NAME"),
        (r#"7"#, "an entry of INPUTS is not an object"),
        (r#"{ "NAME": "a" }"#, "INPUT `a` has no TYPE"),
        (r#"{ "NAME": "a", "TYPE": "flaot" }"#, "INPUT `a`: there is no TYPE `flaot`, did you mean `float`?"),
        (r#"{ "NAME": "a", "TYPE": "audioFFT" }"#, "INPUT `a`: the TYPE `audioFFT` is not supported"),
        (r#"{ "NAME": "a", "TYPE": "float", "MIN": "0" }"#, "INPUT `a`: MIN is not a number"),
        (r#"{ "NAME": "a", "TYPE": "float", "MAX": 1e300 }"#, "INPUT `a`: MAX goes from"),
        (r#"{ "NAME": "a", "TYPE": "float", "MIN": 1, "MAX": 1 }"#, "INPUT `a`: MIN 1 is not below MAX 1"),
        (r#"{ "NAME": "a", "TYPE": "float", "DEFAULT": 2 }"#, "INPUT `a`: DEFAULT 2 is not between"),
        (r#"{ "NAME": "a", "TYPE": "bool", "DEFAULT": "no" }"#, "INPUT `a`: DEFAULT is neither"),
        (r#"{ "NAME": "a", "TYPE": "point2D", "MIN": 0 }"#, "INPUT `a`: MIN is not a list of two numbers"),
        (r#"{ "NAME": "a", "TYPE": "color", "DEFAULT": [1] }"#, "INPUT `a`: DEFAULT is not a list of three"),
        (r#"{ "NAME": "a", "TYPE": "long", "VALUES": [] }"#, "INPUT `a`: VALUES is not a list"),
        (r#"{ "NAME": "a b", "TYPE": "float" }"#, "INPUT `a b`: a NAME starts with a letter"),
        (r#"{ "NAME": "while", "TYPE": "float" }"#, "INPUT `while`: the NAME is a word of WGSL"),
        (r#"{ "NAME": "TIME", "TYPE": "float" }"#, "INPUT `TIME`: the NAME is taken"),
        (r#"{ "NAME": "input0", "TYPE": "image" }"#, "INPUT `input0`: the NAME is taken"),
        (r#"{ "NAME": "image", "TYPE": "float" }"#, "INPUT `image` has the name of a picture"),
        (
            r#"{ "NAME": "a", "TYPE": "event" }, { "NAME": "a", "TYPE": "bool" }"#,
            "INPUT `a` is declared twice",
        ),
        (
            r#"{ "NAME": "a", "TYPE": "point2D" }, { "NAME": "a_x", "TYPE": "float" }"#,
            "two INPUTS make an input `a_x` of the node",
        ),
    ] {
        let text = with_input(input);
        let error = parse(&text).unwrap_err();
        assert!(error.message.starts_with(message), "{input}: {}", error.message);
        assert!(text.get(error.place.clone()).is_some(), "{input}: {:?}", error.place);
    }
    let text = with_input(r#"{ "NAME": "speed", "TYPE": "float", "MIN": "0" }"#);
    assert_eq!(&text[parse(&text).unwrap_err().place], "speed");
}

#[test]
fn broken_json_has_a_place() {
    let text = "/*{\n  \"INPUTS\": [\n    { \"NAME\": speed }\n  ]\n}*/\n";
    let error = parse(text).unwrap_err();
    assert!(error.message.starts_with("the header is no valid JSON: expected value"), "{}", error.message);
    assert_eq!(&text[error.place.start..error.place.start + 5], "speed");
    let error = parse("/*{ \"INPUTS\": [").unwrap_err();
    assert!(error.message.contains("EOF"), "{}", error.message);
    assert_eq!(parse("/*{} fn image").unwrap_err().help, "close the comment with `*/`");
}

#[test]
fn passes_are_read_and_checked() {
    let passes = |passes: &str| {
        let text = format!(
            "/*{{ \"INPUTS\": [{{ \"NAME\": \"cells\", \"TYPE\": \"float\" }}], \"PASSES\": [{passes}] }}*/"
        );
        parse(&text).map(|(header, _)| header.passes).map_err(|error| error.message)
    };
    let read =
        passes(r#"{ "TARGET": "old", "PERSISTENT": true, "WIDTH": "$WIDTH/2", "FLOAT": true }, {}"#).unwrap();
    assert_eq!(read.len(), 2);
    assert!(read[0].persistent && read[0].size[0].is_some() && read[1].target.is_none());
    for (wrong, message) in [
        (r#"{ "TARGET": "cells" }"#, "TARGET `cells` has the name of an INPUT"),
        (r#"{ "TARGET": "a" }, { "TARGET": "a" }"#, "TARGET `a` is declared twice"),
        (r#"{ "TARGET": 1 }"#, "a TARGET is not a name"),
        (r#"{ "WIDTH": "$CELLS" }"#, "WIDTH `$CELLS`: there is no `$CELLS`"),
        (r#"{ "WIDTH": [] }"#, "WIDTH is neither a number nor an expression"),
    ] {
        let found = passes(wrong).unwrap_err();
        assert!(found.starts_with(message), "{wrong}: {found}");
    }
}

/// A small generator of random numbers, the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}

const SEEDS: [&str; 3] = [
    r#"/*{ "ISFVSN": "2", "DESCRIPTION": "käse", "INPUTS": [
        { "NAME": "inputImage", "TYPE": "image" },
        { "NAME": "speed", "TYPE": "float", "MIN": -1, "MAX": 3, "DEFAULT": 0.5, "LABEL": "Speed." },
        { "NAME": "flip", "TYPE": "bool", "DEFAULT": true },
        { "NAME": "mode", "TYPE": "long", "VALUES": [0, 1, 4], "LABELS": ["a", "b", "c"], "DEFAULT": 4 }
    ] }*/ fn image(uv: vec2f) -> vec4f { return vec4f(uv, 0.0, 1.0); }"#,
    r#"/*{ "INPUTS": [
        { "NAME": "flash", "TYPE": "event" },
        { "NAME": "tint", "TYPE": "color", "DEFAULT": [1, 0.5, 0, 0.5] },
        { "NAME": "centre", "TYPE": "point2D", "MIN": [0, 0], "MAX": [1, 1], "DEFAULT": [0.5, 0.25] }
    ], "PASSES": [ { "TARGET": "old", "PERSISTENT": true, "WIDTH": "floor($WIDTH / 2)", "HEIGHT": 7 }, {} ] }*/"#,
    "/*{ \"IMPORTED\": {}, \"INPUTS\": null, \"PASSES\": [] }*/",
];

const SCRAPS: [&str; 24] = [
    "{",
    "}",
    "[",
    "]",
    "\"",
    ",",
    ":",
    "*/",
    "/*",
    "null",
    "true",
    "-1e308",
    "1e999",
    "\"NAME\"",
    "\"TYPE\"",
    "\"image\"",
    "\"float\"",
    "\"MIN\": 5",
    "\\u0000",
    "é",
    "\n",
    "\u{feff}",
    "\"WIDTH\": \"((\"",
    "0",
];

#[test]
fn any_header_is_read_or_refused() {
    let mut random = Random(7);
    let mut read = 0;
    for case in 0..30_000 {
        let mut text: Vec<char> = SEEDS[case % SEEDS.len()].chars().collect();
        for _ in 0..=random.below(4) {
            let at = random.below(text.len());
            let end = (at + random.below(12)).min(text.len());
            let scrap: Vec<char> = match random.below(4) {
                0 => Vec::new(),
                1 => text[at..end].to_vec().repeat(2),
                _ => SCRAPS[random.below(SCRAPS.len())].chars().collect(),
            };
            text.splice(at..end, scrap);
            if text.is_empty() {
                text.push('/');
            }
        }
        let text: String = text.into_iter().collect();
        match parse(&text) {
            Ok((header, end)) => {
                read += 1;
                let inputs = inputs::of(&header);
                for (at, input) in inputs.iter().enumerate() {
                    let Unwired::Value(default) = input.unwired else { continue };
                    assert!(input.soft.contains(default) && input.soft.min < input.soft.max, "{text}");
                    assert!(
                        input.hard.contains(input.soft.min) && input.hard.contains(input.soft.max),
                        "{text}"
                    );
                    assert!(inputs[..at].iter().all(|other| other.name != input.name), "{text}");
                    assert!(input.doc.ends_with('.'), "{text}");
                }
                assert!(source::wgsl(&text, &header, end).contains("fn main"), "{text}");
            }
            Err(error) => {
                assert!(!error.message.is_empty() && text.get(error.place.clone()).is_some(), "{text}");
            }
        }
    }
    assert!(read > 2_000, "only {read} were read");
}

#[test]
fn glsl_is_known_by_its_first_line_that_only_it_has() {
    use super::glsl_line;
    let shadertoy = "// waves\nvoid mainImage( out vec4 c, in vec2 p ) {\n    c = vec4(1.0);\n}\n";
    assert_eq!(glsl_line(shadertoy).map(|(number, _)| number), Some(2));
    assert_eq!(
        glsl_line("/*{}*/\nvoid main() { gl_FragColor = vec4(1.0); }").map(|(number, _)| number),
        Some(2)
    );
    assert_eq!(glsl_line("// not void main()\nfn image(uv: vec2f) -> vec4f { return vec4f(1.0); }"), None);
}
