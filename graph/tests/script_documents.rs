//! The documents that are made from a kinds.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is how a test fails")]

mod script_toys;

use pastiche_graph::docs;
use script_toys::kinds;

#[test]
fn a_kind_is_described_in_a_line() {
    let blend = kinds().get("blend").unwrap();
    assert_eq!(
        docs::describe(blend),
        [
            "inputs: below (frame, required), above (frame, required), amount (control, ratio 0–1, default 1)",
            "options: mode (\"normal\" | \"screen\", default \"normal\")",
        ]
    );
    let mix = kinds().get("style_mix").unwrap();
    assert_eq!(
        docs::describe(mix),
        ["inputs: styles (list of styles, required), weights (list of controls, ratio 0–1, required)"]
    );
    let solid = kinds().get("solid").unwrap();
    assert_eq!(docs::describe(solid), ["inputs: colour (colour, default #ffffff)"]);
    assert_eq!(
        docs::outputs_line(kinds().get("choir").unwrap()).unwrap(),
        "outputs: soprano (audio), alto (audio)"
    );
}

#[test]
fn the_reference_has_every_kind() {
    let page = docs::reference_markdown(&kinds());
    for name in kinds().names() {
        assert!(page.contains(&format!("\n### {name}\n")), "{name}");
    }
    assert!(
        page.contains(
            "### blur\n\n`blur(image, radius = 8, amount = 1)`\n\nA toy.\n\nA toy for tests.\n\n\
         ![What the example shows](pictures/nodes/blur.png)\n\n\
         | input | type | default | slider | limits | |\n|---|---|---|---|---|---|\n\
         | `image` | frame | required |  |  | A picture. |\n\
         | `radius` | control, px | 8 | 0–32 | 0–128 | A radius. |\n\
         | `amount` | control, ratio | 1 | 0–1 | -4 to 4 | How much. |\n\n\
         | output | type | |\n|---|---|---|\n| `image` | frame | A picture. |\n\n\
         ```rhai\ntoy\n```\n"
        ),
        "{page}"
    );
    assert!(page.contains("`knob(value = 0, name, min = 0, max = 1)`"), "{page}");
}

#[test]
fn definitions_have_every_kind() {
    let text = docs::definitions(&kinds());
    assert!(text.starts_with("module static;\n"));
    for name in kinds().names() {
        assert!(text.contains(&format!("\nfn {name}(")), "{name}");
    }
    assert!(text.contains("\nfn blur(image: Frame, radius: ?, amount: ?) -> Frame;\n"), "{text}");
    assert!(text.contains("\nfn get alto(node: ?) -> Audio;\n"), "{text}");
    assert!(text.lines().all(|line| {
        ["fn ", "op ", "///", "module "].iter().any(|start| line.starts_with(start)) || line.is_empty()
    }));
}

#[test]
fn machines_see_every_kind() {
    let nodes = docs::nodes_json(&kinds());
    assert_eq!(nodes.as_array().unwrap().len(), kinds().iter().count());
    assert_eq!(nodes[4]["name"], "blur");
    assert_eq!(nodes[4]["inputs"][1]["hard"], serde_json::json!([0.0, 128.0]));
    assert_eq!(nodes[5]["options"][0]["choices"], serde_json::json!(["normal", "screen"]));
}
