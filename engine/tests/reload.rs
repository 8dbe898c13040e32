//! What a reload keeps: identity, state, and values moved by hand.

mod toys;

use pastiche_engine::address::ControlAddress;
use pastiche_engine::assets::NoAssets;
use pastiche_engine::diff::{Change, diff};
use pastiche_engine::graph::NodeKey;
use pastiche_engine::live::Summary;
use pastiche_engine::options::OptionValue;
use pastiche_engine::take::{Input, Stamped};
use toys::{Desc, Show, registry, text};

/// A chain `name`, `name.a`, `name.a.a` …, made from the inside out as a script makes it. Kinds from
/// the inside out.
fn chain(desc: Desc, name: &str, kinds: &[&str]) -> Desc {
    let mut desc = desc;
    let mut before: Option<String> = None;
    for (index, kind) in kinds.iter().enumerate() {
        let key = format!("{name}{}", ".a".repeat(kinds.len() - 1 - index));
        desc = desc.node(&key, kind);
        if let Some(before) = &before {
            desc = desc.wire("a", before);
        }
        before = Some(key);
    }
    desc
}

fn changes(before: &Desc, after: &Desc) -> Vec<(String, Option<String>)> {
    let (before, after) = (before.plan(), after.plan());
    let changes = diff(&before, &after);
    let old = |change: &Change| change.old().map(|old| before.nodes[old].key.to_string());
    after.nodes.iter().zip(&changes.nodes).map(|(node, change)| (node.key.to_string(), old(change))).collect()
}

fn came_from(before: &Desc, after: &Desc, key: &str) -> Option<String> {
    changes(before, after).into_iter().find(|(name, _)| name == key).expect("the node").1
}

#[test]
fn an_unchanged_patch_changes_nothing() {
    let desc = chain(Desc::new(), "x", &["ramp", "add"]).sink("x");
    let mut show = Show::new(&desc);
    assert_eq!(show.load(&desc), Summary { kept: 3, ..Summary::default() });
    assert_eq!(show.live.version(), 2);
}

#[test]
fn inserting_in_a_chain_resets_no_neighbour() {
    let before = chain(Desc::new(), "x", &["ramp", "late", "faulty"]).sink("x");
    let after = chain(Desc::new(), "x", &["ramp", "late", "add", "faulty"]).sink("x");
    assert_eq!(came_from(&before, &after, "x.a.a.a"), Some("x.a.a".into()));
    assert_eq!(came_from(&before, &after, "x.a.a"), Some("x.a".into()));
    assert_eq!(came_from(&before, &after, "x.a"), None);
    assert_eq!(came_from(&before, &after, "x"), Some("x".into()));
    let mut show = Show::new(&before);
    for _ in 0..5 {
        show.step();
    }
    show.load(&after);
    show.step();
    assert_eq!(show.value("x.a.a.a"), 5.0);
}

#[test]
fn inserting_another_of_the_same_kind_keeps_the_one_with_the_name() {
    let before = chain(Desc::new(), "x", &["late", "add"]).sink("x");
    let after = chain(Desc::new(), "x", &["late", "late", "add"]).sink("x");
    assert_eq!(came_from(&before, &after, "x.a"), Some("x.a".into()));
    assert_eq!(came_from(&before, &after, "x.a.a"), None);
}

#[test]
fn members_of_arrays_and_repeated_names_are_matched_in_order() {
    let before = Desc::new().node("xs[0]", "ramp").node("xs[1]", "count").node("s", "add").wire("a", "xs[0]");
    let before = before.wire("b", "xs[1]").sink("s");
    let after = Desc::new().node("xs[0]", "late").node("xs[1]", "ramp").node("xs[2]", "count");
    let after = after.node("s", "sum").given("members", members(&[0, 1, 2])).sink("s");
    assert_eq!(came_from(&before, &after, "xs[1]"), Some("xs[0]".into()));
    assert_eq!(came_from(&before, &after, "xs[2]"), Some("xs[1]".into()));
    assert_eq!(came_from(&before, &after, "xs[0]"), None);
}

fn members(nodes: &[usize]) -> pastiche_engine::graph::Given {
    use pastiche_engine::graph::Given;
    Given::List(nodes.iter().map(|&node| Given::Wire { node, output: 0 }).collect())
}

#[test]
fn one_gone_and_one_come_is_a_rename() {
    let before = Desc::new().node("x", "ramp").sink("x");
    let after = Desc::new().node("y", "ramp").sink("y");
    assert_eq!(came_from(&before, &after, "y"), Some("x".into()));
}

#[test]
fn two_gone_and_two_come_is_no_guess() {
    let before = Desc::new().node("x", "ramp").node("y", "ramp").node("s", "add");
    let before = before.wire("a", "x").wire("b", "y").sink("s");
    let after = Desc::new().node("p", "ramp").node("q", "ramp").node("s", "add");
    let after = after.wire("a", "p").wire("b", "q").sink("s");
    assert_eq!(came_from(&before, &after, "p"), None);
    assert_eq!(came_from(&before, &after, "q"), None);
}

#[test]
fn a_changed_control_retunes_and_a_changed_option_rebuilds_and_adopts() {
    let desc = |rate: f64, shape: &str| {
        let desc = Desc::new().node("r", "ramp").number("rate", rate).node("c", "count");
        let desc = desc.option("shape", OptionValue::Text(shape.into()));
        desc.node("s", "add").wire("a", "r").wire("b", "c").sink("s")
    };
    let mut show = Show::new(&desc(1.0, "round"));
    for _ in 0..3 {
        show.step();
    }
    let summary = show.load(&desc(10.0, "square"));
    assert_eq!(summary, Summary { kept: 2, retuned: 1, rebuilt: 1, ..Summary::default() });
    show.step();
    assert_eq!((show.value("r"), show.value("c")), (3.0, 4.0));
    show.step();
    assert_eq!((show.value("r"), show.value("c")), (13.0, 5.0));
}

#[test]
fn a_fault_while_building_leaves_everything_as_it_was() {
    let desc =
        |start: f64| Desc::new().node("c", "count").option("start", OptionValue::Number(start)).sink("c");
    let mut show = Show::new(&desc(0.0));
    show.step();
    let faults = show.preparer.prepare(desc(13.0).plan(), &registry(), &NoAssets).err().expect("bad luck");
    assert_eq!(text(&faults), "error: `count`: 13 brings bad luck\n  = count from 14");
    let faults = show.preparer.prepare(desc(99.0).plan(), &registry(), &NoAssets).err().expect("a panic");
    assert!(
        text(&faults).contains("it panicked while it was built: a node that panics"),
        "{}",
        text(&faults)
    );
    show.step();
    assert_eq!((show.value("c"), show.live.version()), (2.0, 1));
    show.load(&desc(14.0));
    show.step();
    assert_eq!(show.value("c"), 3.0);
}

#[test]
fn a_value_moved_by_hand_survives_until_the_script_changes_it() {
    let desc = |rate: f64, b: f64| {
        Desc::new()
            .node("x", "ramp")
            .number("rate", rate)
            .node("y", "add")
            .wire("a", "x")
            .number("b", b)
            .sink("y")
    };
    let mut show = Show::new(&desc(1.0, 0.0));
    let control = ControlAddress::input(&NodeKey::new("y"), "b");
    show.live.input(Stamped::new(0, Input::Move { control, value: 50.0 }));
    show.step();
    assert_eq!(show.value("y"), 50.0);
    show.load(&desc(0.0, 0.0));
    show.step();
    assert_eq!(show.value("y"), 51.0);
    show.load(&desc(0.0, 7.0));
    show.step();
    assert_eq!(show.value("y"), 8.0);
}

#[test]
fn a_knob_is_turned_by_its_name_wherever_it_is() {
    let desc =
        Desc::new().node("x.b", "knob").option("name", OptionValue::Text("glow".into())).number("value", 0.3);
    let desc = desc.node("x", "add").wire("b", "x.b").sink("x");
    let mut show = Show::new(&desc);
    let knob =
        |name: &str, value| Stamped::new(1, Input::Move { control: ControlAddress::knob(name), value });
    show.live.input(knob("glow", 0.75));
    show.live.input(knob("glwo", 0.5));
    show.live.input(knob("glow", f64::NAN));
    show.step();
    assert_eq!(show.value("x"), 0.3);
    let report = show.step();
    assert_eq!(show.value("x"), 0.75);
    assert_eq!(report.applied, [knob("glow", 0.75)]);
    assert_eq!(report.refused[0].message, "there is no knob `glwo`");
    assert_eq!(report.refused[0].help, "did you mean `glow`?");
    assert_eq!(report.refused[1].message, "NaN is not a finite number");
    let knobs = show.live.knobs();
    assert_eq!(
        (knobs[0].name.as_str(), knobs[0].control.value, knobs[0].control.script),
        ("glow", 0.75, 0.3)
    );
}

#[test]
fn a_node_that_fails_holds_its_last_output_and_the_rest_plays_on() {
    let desc = |a: f64| {
        let desc = Desc::new()
            .node("f", "faulty")
            .number("a", a)
            .node("p", "panics")
            .number("a", a)
            .node("r", "ramp");
        desc.node("s", "sum").given("members", members(&[0, 1, 2])).sink("s")
    };
    let mut show = Show::new(&desc(0.0));
    show.step();
    show.load(&desc(1.0));
    let report = show.step();
    let names: Vec<String> =
        report.faults.iter().map(|fault| format!("{}: {}", fault.node, fault.fault)).collect();
    assert_eq!(names, ["f: it is above a half", "p: it panicked: above a half"]);
    assert_eq!((show.value("f"), show.value("p"), show.value("r")), (1.0, 1.0, 1.0));
    assert!(show.step().faults.is_empty(), "a standing fault is reported once");
    show.load(&desc(0.0));
    let report = show.step();
    assert_eq!(report.recovered, [NodeKey::new("f")]);
    assert_eq!(show.value("f"), 2.0);
}

#[test]
fn versions_are_committed_in_order() {
    let desc = Desc::new().node("x", "ramp").sink("x");
    let mut show = Show::new(&desc);
    let skipped = show.preparer.prepare(desc.plan(), &registry(), &NoAssets).expect("good");
    let early = show.preparer.prepare(desc.plan(), &registry(), &NoAssets).expect("good");
    let early = show.live.commit(early).err().expect("another comes first");
    assert!(show.live.commit(skipped).is_ok());
    assert!(show.live.commit(*early).is_ok());
    assert_eq!(show.live.version(), 3);
}

#[test]
fn two_graphs_share_nothing() {
    let desc = Desc::new().node("x", "ramp").sink("x");
    let (mut left, mut right) = (Show::new(&desc), Show::new(&desc));
    for _ in 0..3 {
        left.step();
    }
    right.step();
    assert_eq!((left.value("x"), right.value("x")), (2.0, 0.0));
}
