//! Nodes of numbers and styles while they run and across reloads.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is how a test fails")]

mod harness;

use harness::{Desc, Show, text};
use pastiche_engine::options::OptionValue;
use pastiche_engine::workers::Workers;

fn show(desc: &Desc) -> Show {
    Show::with(None, Workers::inline(), true, desc)
}

#[test]
fn an_lfo_is_zero_and_rising_at_the_start_and_never_jumps() {
    let lfo = |rate: f64, shape: &str| {
        Desc::new().node("wave", "lfo").number("rate", rate).option("shape", shape).see("wave")
    };
    let mut show = show(&lfo(1.0, "sine"));
    show.step();
    assert_eq!(show.control("wave"), 0.0);
    show.steps(15);
    assert!((show.control("wave") - 1.0).abs() < 1e-9, "a quarter of a second is a quarter of a wave");
    // Another rate goes on from the same phase, and so does another shape.
    show.load(&lfo(0.0, "sine")).unwrap();
    show.steps(10);
    assert!((show.control("wave") - 1.0).abs() < 1e-9);
    show.load(&lfo(-1.0, "triangle")).unwrap();
    show.steps(15);
    assert!(show.control("wave").abs() < 1e-9);
    show.steps(15);
    assert!((show.control("wave") + 1.0).abs() < 1e-9, "backwards");
}

#[test]
fn a_knob_has_the_range_of_its_options() {
    let knob = |value: f64, max: f64| {
        let desc = Desc::new().node("knob", "knob").number("value", value);
        desc.option_value("max", OptionValue::Number(max)).see("knob")
    };
    let mut show = show(&knob(25.0, 10.0));
    show.step();
    assert_eq!(show.control("knob"), 25.0);
    show.load(&knob(100.0, 10.0)).unwrap();
    show.step();
    assert_eq!(show.control("knob"), 40.0, "three widths past its end");
    let faults = show.load(&knob(1.0, 0.0)).unwrap_err();
    assert!(text(&faults).contains("`min` 0 is not below its `max` 0"), "{}", text(&faults));
}

#[test]
fn styles_mix_as_given() {
    let mixed = |weights: &[f64]| {
        let desc = Desc::new().node("one", "style").option("which", "blue_swirls");
        let desc = desc.node("two", "style").option_value("which", OptionValue::Number(3.0));
        let numbers = weights.iter().map(|weight| pastiche_engine::graph::Given::Number(*weight)).collect();
        let desc = desc.node("mix", "style_mix").wires("styles", &["one", "two"]);
        desc.given("weights", pastiche_engine::graph::Given::List(numbers)).see("mix")
    };
    let mut show = show(&mixed(&[1.5, -0.5]));
    show.step();
    let style = show.style("mix").unwrap();
    assert_eq!(style.vector.len(), 26);
    assert_eq!((style.vector[19], style.vector[3]), (1.5, -0.5));
    let told = text(&show.load(&mixed(&[1.0])).unwrap_err());
    assert!(told.contains("`style_mix` has 2 styles and 1 weight, which do not fit together"), "{told}");
    show.step();
    assert_eq!(show.style("mix").unwrap(), style, "the last mix is held");
}

#[test]
fn a_style_that_is_not_there_is_told() {
    let faults = |which: OptionValue| {
        let desc = Desc::new().node("look", "style").option_value("which", which).see("look");
        let mut show = show(&Desc::new().node("wave", "lfo").see("wave"));
        text(&show.load(&desc).unwrap_err())
    };
    let told = faults(OptionValue::Text("blue_swirl".into()));
    assert!(told.contains("there is no style `blue_swirl`") && told.contains("`blue_swirls`?"), "{told}");
    let told = faults(OptionValue::Number(26.0));
    assert!(told.contains("they go from 0 to 25") && told.contains("pastiche styles"), "{told}");
}
