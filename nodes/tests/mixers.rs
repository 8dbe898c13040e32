//! Several pictures in one.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is how a test fails")]

mod harness;

use harness::{Desc, Picture, Show, gpu};
use pastiche_engine::graph::Given;
use pastiche_engine::options::OptionValue;

#[test]
fn crossfades_are_a_mix_of_light() {
    let Some(gpu) = gpu() else { return };
    let (a, b) = (Picture::noise([16, 9], 1), Picture::noise([16, 9], 2));
    let faded = |position: f64, amount: f64| {
        let desc =
            Desc::new().still("a", &a).still("b", &b).node("it", "crossfade").wire("a", "a").wire("b", "b");
        let mut show = Show::new(&gpu, &desc.number("position", position).number("amount", amount).see("it"));
        show.step();
        show.picture("it")
    };
    assert_eq!(faded(0.0, 1.0), a);
    assert_eq!(faded(1.0, 1.0), b);
    let middle = a.values.iter().zip(&b.values).map(|(a, b)| a + (b - a) * 0.25).collect();
    assert!(faded(0.25, 1.0).distance(&Picture { size_px: a.size_px, values: middle }) < 2e-3);
    assert!(faded(0.5, 0.5).distance(&faded(0.25, 1.0)) < 1e-6);
    assert!(faded(-4.0, 1.0).is_valid() && faded(4.0, 4.0).is_valid());
}

#[test]
fn transitions_begin_with_one_picture_and_end_with_the_other() {
    let Some(gpu) = gpu() else { return };
    let (a, b) = (Picture::noise([32, 18], 1), Picture::noise([32, 18], 2));
    for form in ["wipe", "slide", "dissolve", "zoom", "blinds", "pixels"] {
        for [softness, angle] in [[0.0, 0.0], [0.1, 30.0], [10.0, -90.0]] {
            let at = |progress: f64| {
                let desc = Desc::new().still("a", &a).still("b", &b).node("it", "transition").wire("a", "a");
                let desc = desc.wire("b", "b").number("progress", progress).number("softness", softness);
                let mut show = Show::new(&gpu, &desc.number("angle", angle).option("form", form).see("it"));
                show.step();
                show.picture("it")
            };
            for (progress, expected) in [(-1.0, &a), (0.0, &a), (1.0, &b), (2.0, &b)] {
                let distance = at(progress).distance(expected);
                assert!(distance < 2e-3, "{form} at {progress}, softness {softness}: {distance}");
            }
            let half = at(0.5);
            assert!(half.is_valid() && half != a && half != b, "{form}");
            let begun = at(0.001);
            if softness > 0.0 && form != "pixels" {
                let moved: f32 = begun.values.iter().zip(&a.values).map(|(one, two)| (one - two).abs()).sum();
                assert!(moved / (a.values.len() as f32) < 0.05, "{form} jumps at its start");
            }
        }
    }
}

#[test]
fn a_wipe_comes_from_the_side_it_is_told() {
    let Some(gpu) = gpu() else { return };
    let (a, b) =
        (Picture::one_colour([32, 18], [0.0, 0.0, 0.0, 1.0]), Picture::one_colour([32, 18], [1.0; 4]));
    let at = |form: &str, angle: f64| {
        let desc =
            Desc::new().still("a", &a).still("b", &b).node("it", "transition").wire("a", "a").wire("b", "b");
        let desc = desc.number("progress", 0.5).number("softness", 0.0).number("angle", angle);
        let mut show = Show::new(&gpu, &desc.option("form", form).see("it"));
        show.step();
        show.picture("it")
    };
    for form in ["wipe", "slide"] {
        let right = at(form, 0.0);
        assert!(
            right.at(2, 9)[0] > 0.9 && right.at(29, 9)[0] < 0.1,
            "{form}: to the right it comes from the left"
        );
        let up = at(form, 90.0);
        assert!(up.at(16, 16)[0] > 0.9 && up.at(16, 1)[0] < 0.1, "{form}");
    }
}

fn pictures() -> [Picture; 3] {
    [[1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 0.0, 1.0], [0.0, 0.0, 0.5, 0.5]]
        .map(|colour| Picture::one_colour([8, 8], colour))
}

fn list(kind: &str) -> Desc {
    let [one, two, three] = pictures();
    let desc = Desc::new().still("one", &one).still("two", &two).still("three", &three).node("it", kind);
    desc.wires("images", &["one", "two", "three"])
}

#[test]
fn choose_wraps_and_may_mix() {
    let Some(gpu) = gpu() else { return };
    let at = |index: f64, smooth: bool| {
        let desc = list("choose").number("index", index).option_value("smooth", OptionValue::Flag(smooth));
        let mut show = Show::new(&gpu, &desc.see("it"));
        show.step();
        show.picture("it").at(4, 4)
    };
    assert_eq!(at(1.9, false), [0.0, 1.0, 0.0, 1.0]);
    assert_eq!(at(-1.0, false), [0.0, 0.0, 0.5, 0.5]);
    assert_eq!(at(3.0, true), [1.0, 0.0, 0.0, 1.0]);
    assert_eq!(at(2.5, true), [0.5, 0.0, 0.25, 0.75]);
}

#[test]
fn layers_lie_over_each_other_as_much_as_told() {
    let Some(gpu) = gpu() else { return };
    let at = |amounts: &[f64]| {
        let given = Given::List(amounts.iter().map(|amount| Given::Number(*amount)).collect());
        let mut show = Show::new(&gpu, &list("layers").given("amounts", given).see("it"));
        show.step();
        show.picture("it").at(4, 4)
    };
    assert_eq!(at(&[1.0, 0.0, 1.0]), [0.5, 0.0, 0.5, 1.0]);
    assert_eq!(at(&[1.0, 0.5, 0.0]), [0.5, 0.5, 0.0, 1.0]);
    assert_eq!(at(&[0.0, 0.5, 0.0]), [0.0, 0.5, 0.0, 0.5]);
    assert_eq!(at(&[1.0, 1.0, 0.5]), [0.0, 0.75, 0.25, 1.0]);
}

#[test]
fn layers_without_amounts_are_whole_and_lists_of_two_lengths_are_a_fault() {
    let Some(gpu) = gpu() else { return };
    let (a, b) = (Picture::noise([32, 18], 1), Picture::one_colour([32, 18], [0.25, 0.0, 0.0, 0.5]));
    let desc = Desc::new().still("a", &a).still("b", &b).node("it", "layers").wires("images", &["a", "b"]);
    let list = |numbers: &[f64]| Given::List(numbers.iter().copied().map(Given::Number).collect());
    let seen = |desc: Desc| {
        let mut show = Show::new(&gpu, &desc.see("it"));
        show.step();
        show.picture("it")
    };
    assert_eq!(seen(desc.clone()), seen(desc.clone().given("amounts", list(&[1.0, 1.0]))));
    let told = harness::text(&desc.given("amounts", list(&[1.0])).check().unwrap_err());
    assert!(told.contains("`layers` has 2 images and 1 amount, which do not fit together"), "{told}");
    let styles = Desc::new().node("s", "style").node("t", "style").node("it", "style_mix");
    let styles = styles.wires("styles", &["s", "t"]).given("weights", list(&[1.0, 0.5, 0.5]));
    let told = harness::text(&styles.check().unwrap_err());
    assert!(told.contains("`style_mix` has 2 styles and 3 weights, which do not fit together"), "{told}");
}
