//! The painting node beside the show and inside it.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is how a test fails")]

mod harness;

use std::sync::mpsc::channel;

use harness::{Desc, Picture, Show, gpu};
use pastiche_engine::graph::Given;
use pastiche_engine::node::Status;
use pastiche_engine::options::OptionValue;
use pastiche_engine::workers::{Background, Priority, Workers};
use pastiche_models::Threads;
use pastiche_models::arbitrary_style::ArbitraryStyle;
use pastiche_models::painting::Painting;

const SIZE_PX: [u32; 2] = [48, 40];

fn photo(seed: u8) -> Vec<u8> {
    let pixel = |at: u32| {
        [(at * 7) as u8 ^ seed, (at / 48 * 6) as u8, 90, if at.is_multiple_of(5) { 128 } else { 255 }]
    };
    (0..48 * 40).flat_map(pixel).collect()
}

fn paint(seed: u8, height: f64, style: f64, amount: f64) -> Desc {
    let desc = Desc::new().still_srgb8("photo", SIZE_PX, &photo(seed)).node("look", "style");
    let desc = desc.option_value("which", OptionValue::Number(style)).node("paint", "style_transfer");
    let desc = desc.wire("image", "photo").wire("style", "look").number("amount", amount);
    desc.option_value("height", OptionValue::Number(height)).see("paint")
}

fn painted(show: &Show) -> Vec<u8> {
    show.raw("paint").unwrap().memory().expect("in memory").to_srgb8()
}

/// The nice value of the calling thread: field 19 of proc(5)'s `stat`, whose second is a name in brackets.
#[cfg(target_os = "linux")]
fn nice() -> i32 {
    let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
    stat.rsplit_once(')').unwrap().1.split_whitespace().nth(16).unwrap().parse().unwrap()
}

#[test]
#[cfg(target_os = "linux")]
fn the_threads_of_the_networks_give_way_to_the_show() {
    let own = nice();
    let mut show = Show::with(None, Workers::with_room(1).unwrap(), false, &paint(1, 40.0, 19.0, 1.0));
    show.step();
    let (told, of_threads) = channel();
    Threads::shared().on_each(move || told.send(nice()).unwrap());
    let of_threads: Vec<i32> = of_threads.iter().collect();
    assert!(!of_threads.is_empty() && of_threads.iter().all(|nice| *nice >= 10), "{of_threads:?}");
    assert_eq!(nice(), own, "the show itself gives way to none of them");
}

#[test]
fn offline_it_paints_this_very_frame_as_the_network_does_without_a_gpu() {
    let mut show = Show::with(None, Workers::inline(), true, &paint(1, 40.0, 19.0, 1.0));
    show.step();
    let network = Painting::embedded(&Threads::new(1)).unwrap();
    let expected = network.paint_srgb8(&photo(1), SIZE_PX, &network.single_style(19)).unwrap();
    assert_eq!(painted(&show), expected);
    // Nothing has changed: the very same painting goes on.
    let before = show.raw("paint").unwrap().id();
    show.step();
    assert!(show.raw("paint").unwrap().id() == before);
    show.load(&paint(1, 40.0, 3.0, 1.0)).unwrap();
    show.step();
    assert_ne!(painted(&show), expected);
}

#[test]
fn a_painting_of_other_lines_has_the_size_of_the_picture_and_amount_blends() {
    let Some(gpu) = gpu() else { return };
    let at = |amount: f64| {
        let mut show = Show::new(&gpu, &paint(1, 64.0, 19.0, amount));
        show.step();
        show.picture("paint")
    };
    let (none, half, whole) = (at(0.0), at(0.5), at(1.0));
    assert_eq!(whole.size_px, SIZE_PX);
    let between = none.values.iter().zip(&whole.values).map(|(one, two)| (one + two) / 2.0).collect();
    assert!(half.distance(&Picture { size_px: SIZE_PX, values: between }) < 2e-3);
    assert!(at(4.0).is_valid() && at(-4.0).is_valid());
}

#[test]
fn live_it_paints_beside_the_show_and_gives_the_newest() {
    let workers = Workers::with_room(1).unwrap();
    // The one worker is busy until the gate opens: a frame that waited for a painting would never end.
    let (open, gate) = channel::<()>();
    let mut busy = Background::default();
    busy.submit(&workers, Priority::Model, move |_| gate.recv().unwrap());
    let mut show = Show::with(None, workers.clone(), false, &paint(1, 40.0, 19.0, 1.0));
    show.step();
    let waiting = |show: &Show| {
        show.live.statuses().any(|(key, status)| &*key.0 == "paint" && matches!(status, Status::Waiting(_)))
    };
    assert!(waiting(&show));
    assert_eq!(painted(&show), photo(1), "the picture passes until the first painting is there");
    // While that one is painted the picture changes twice; the last counts.
    show.load(&paint(2, 40.0, 19.0, 1.0)).unwrap();
    show.step();
    show.load(&paint(3, 40.0, 3.0, 1.0)).unwrap();
    let network = Painting::embedded(&Threads::new(1)).unwrap();
    let expected = network.paint_srgb8(&photo(3), SIZE_PX, &network.single_style(3)).unwrap();
    open.send(()).unwrap();
    // The painting that was asked for first, then the one of the newest picture.
    for _ in 0..2 {
        let (sender, done) = channel();
        let mut behind = Background::default();
        behind.submit(&workers, Priority::Model, move |_| sender.send(()).unwrap());
        done.recv().unwrap();
        show.step();
    }
    assert_eq!(painted(&show), expected);
    assert!(!waiting(&show));
}

#[test]
fn a_mix_that_does_not_fit_is_refused_and_the_painting_goes_on() {
    let mut show = Show::with(None, Workers::inline(), true, &paint(1, 40.0, 19.0, 1.0));
    show.step();
    let before = painted(&show);
    let desc = Desc::new().still_srgb8("photo", SIZE_PX, &photo(1)).node("look", "style");
    let desc = desc.option_value("which", OptionValue::Number(19.0)).node("mix", "style_mix");
    let desc = desc.wires("styles", &["look"]).given("weights", Given::List(vec![]));
    let desc = desc.node("paint", "style_transfer").wire("image", "photo").wire("style", "mix");
    let desc = desc.option_value("height", OptionValue::Number(40.0)).see("paint");
    let refused = show.load(&desc).unwrap_err();
    assert!(refused[0].message.contains("do not fit together"), "{refused:?}");
    show.step();
    assert_eq!(painted(&show), before);
}

/// `photo` in the style of the picture `other`, by way of `look`.
fn in_the_style_of(other: u8, look: impl FnOnce(Desc) -> Desc) -> Desc {
    let desc =
        Desc::new().still_srgb8("photo", SIZE_PX, &photo(1)).still_srgb8("other", SIZE_PX, &photo(other));
    let desc = look(desc.node("found", "style_of").wire("image", "other"));
    let desc = desc.node("paint", "style_transfer").wire("image", "photo").wire("style", "look");
    desc.option_value("height", OptionValue::Number(40.0)).see("paint")
}

#[test]
fn the_style_of_a_picture_is_what_the_networks_find_and_mixes() {
    let networks = ArbitraryStyle::embedded(&Threads::new(1)).unwrap();
    let style = |seed: u8| networks.predict_srgb8(&photo(seed), SIZE_PX).unwrap();
    let expected = |style: &[f32]| networks.paint_srgb8(&photo(1), SIZE_PX, style).unwrap();
    // A mix of one is that style, as much of it as is asked for.
    let mixed = |weight: f64| {
        move |desc: Desc| {
            let desc = desc.node("look", "style_mix").wires("styles", &["found"]);
            desc.given("weights", Given::List(vec![Given::Number(weight)]))
        }
    };
    let mut show = Show::with(None, Workers::inline(), true, &in_the_style_of(200, mixed(1.0)));
    show.step();
    assert_eq!(painted(&show), expected(&style(200)));
    let half: Vec<f32> = style(200).iter().map(|value| value * 0.5).collect();
    show.load(&in_the_style_of(200, mixed(0.5))).unwrap();
    show.step();
    assert_eq!(painted(&show), expected(&half));
    // Another picture has another style.
    show.load(&in_the_style_of(90, mixed(1.0))).unwrap();
    show.step();
    assert_eq!(painted(&show), expected(&style(90)));
    assert_ne!(expected(&style(90)), expected(&style(200)));
}

#[test]
fn the_style_of_a_picture_has_no_layers_and_mixes_with_no_other() {
    let named = |desc: Desc| desc.node("named", "style").option_value("which", OptionValue::Number(3.0));
    let layered =
        |desc: Desc| desc.node("look", "style_layers").wire("coarse", "found").wire("fine", "found");
    let mixed = |desc: Desc| {
        let desc = named(desc).node("look", "style_mix").wires("styles", &["found", "named"]);
        desc.given("weights", Given::List(vec![Given::Number(0.5), Given::Number(0.5)]))
    };
    for (desc, words) in
        [(in_the_style_of(9, layered), "has no layers"), (in_the_style_of(9, mixed), "do not mix")]
    {
        let mut show = Show::with(None, Workers::inline(), true, &desc);
        let faults = show.report().faults;
        assert!(faults.iter().any(|fault| fault.fault.message.contains(words)), "{words}: {faults:?}");
    }
}
