//! From a description to a plan: order, faults and their texts.

mod toys;

use pastiche_engine::assets::NoAssets;
use pastiche_engine::check::check;
use pastiche_engine::graph::Given;
use pastiche_engine::options::OptionValue;
use toys::{Desc, registry, text};

fn faults(desc: &Desc) -> String {
    text(&desc.check().expect_err("the description is faulty"))
}

#[test]
fn nodes_stand_behind_what_they_read() {
    let mut desc = Desc::new().node("sum", "add").node("x", "ramp").node("y", "ramp").sink("sum");
    for (input, from) in [("a", 1), ("b", 2)] {
        let given =
            pastiche_engine::graph::GivenInput { value: Given::Wire { node: from, output: 0 }, span: None };
        desc.0.nodes[0].inputs.insert(input.into(), given);
    }
    let plan = desc.plan();
    let names: Vec<&str> = plan.nodes.iter().map(|node| &*node.key.0).collect();
    assert_eq!(names, ["x", "y", "sum", "sink of sum"]);
    assert_eq!(plan.nodes[2].sources.iter().flat_map(|source| source.nodes()).collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn what_nobody_sees_does_not_run_and_is_mentioned() {
    let desc = Desc::new().node("x", "ramp").sink("x").node("y", "ramp").node("z", "add").wire("a", "y");
    let checked = check(&desc.0, registry().kinds(), &NoAssets).expect("good");
    assert_eq!(checked.plan.nodes.len(), 2);
    assert_eq!(
        text(&checked.warnings),
        "warning: `z` and 1 node before it reach neither screen nor speakers, so they do not run"
    );
}

#[test]
fn a_loop_is_named_from_end_to_end() {
    let mut desc = Desc::new().node("x", "add").node("y", "add").wire("a", "x").sink("y");
    let given = pastiche_engine::graph::GivenInput { value: Given::Wire { node: 1, output: 0 }, span: None };
    desc.0.nodes[0].inputs.insert("b".into(), given);
    assert_eq!(
        faults(&desc),
        "error: these nodes wait for each other: x -> y -> x\n  = let the loop pass through a node that reads \
         one frame late, such as `feedback`"
    );
}

#[test]
fn a_loop_may_pass_through_a_node_that_reads_late() {
    let mut desc = Desc::new().node("x", "late").node("y", "add").wire("a", "x").number("b", 1.0).sink("y");
    let given = pastiche_engine::graph::GivenInput { value: Given::Wire { node: 1, output: 0 }, span: None };
    desc.0.nodes[0].inputs.insert("a".into(), given);
    let mut show = toys::Show::new(&desc);
    let values: Vec<f64> = (0..4)
        .map(|_| {
            show.step();
            show.value("y")
        })
        .collect();
    assert_eq!(values, [1.0, 2.0, 3.0, 4.0]);
}

#[test]
fn every_fault_is_reported_at_once() {
    let desc = Desc::new()
        .node("w", "rampp")
        .node("x", "ramp")
        .number("rte", 2.0)
        .node("l", "look")
        .node("m", "look")
        .number("image", 1.0)
        .node("s", "sum")
        .number("members", 1.0)
        .node("c", "count")
        .option("shape", OptionValue::Text("squar".into()))
        .option("start", OptionValue::Number(2.5))
        .node("n", "add")
        .number("a", f64::NAN);
    let text = faults(&desc);
    for expected in [
        "there is no node `rampp`\n  = did you mean `ramp`?",
        "`ramp` has no input `rte`\n  = did you mean `rate`?",
        "`look` needs `image`",
        "`image` takes a frame, but gets a number",
        "`members` takes a list of controls, but gets a number",
        "option `shape` is one of `round`, `square`, not `squar`\n  = did you mean `square`?",
        "option `start` takes a whole number, but gets the number 2.5",
        "`a` is NaN, which is not a finite number",
    ] {
        assert!(text.contains(expected), "{expected:?} is missing in:\n{text}");
    }
}

#[test]
fn a_number_past_the_end_plays_clamped_with_a_warning() {
    let desc = Desc::new().node("x", "add").number("b", 1000.0).sink("x");
    let checked = check(&desc.0, registry().kinds(), &NoAssets).expect("good");
    assert!(text(&checked.warnings).starts_with("warning: `b` is 1000, out of range, clamped to 100"));
    let mut show = toys::Show::new(&desc);
    show.step();
    assert_eq!(show.value("x"), 100.0);
}

#[test]
fn a_long_chain_is_no_trouble() {
    let mut desc = Desc::new().node("n0", "ramp");
    for index in 1..20_000 {
        desc = desc.node(&format!("n{index}"), "add").number("b", 0.0);
        let given = pastiche_engine::graph::GivenInput {
            value: Given::Wire { node: index - 1, output: 0 },
            span: None,
        };
        desc.0.nodes[index].inputs.insert("a".into(), given);
    }
    let plan = desc.sink("n19999").plan();
    assert_eq!(plan.nodes.len(), 20_001);
}
