//! Windows with devices of which the test decides what they do: a controller and a graphics adapter.
//! The windows belong to a child of this program, which obeys its standard input.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is how a test fails")]

#[path = "../program/display.rs"]
mod display;
#[path = "../program/folder.rs"]
#[expect(dead_code, reason = "the tests of the whole program use more of it")]
mod folder;
mod guest;

use std::io::Write;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use display::{Display, SOME_FRAMES, Show};
use folder::Folder;

/// What the child is called with.
const GUEST: &str = "--guest";

/// Far more than it takes until a sketch is seen; only a failing test waits for it.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often the adapter is taken away, each time at another moment of a picture.
const LOSSES: usize = 5;

/// A test.
type Test = fn(&Display);

/// All of them, by name.
const TESTS: [(&str, Test); 4] = [
    ("the_petals_of_a_sketch_are_drawn_over_its_patch", sketched),
    ("keys_do_what_the_help_says", keys),
    ("a_knob_learned_by_mouse_is_bound_after_a_restart", learned),
    ("a_lost_adapter_gives_the_picture_back_with_its_knobs", regained),
];

/// More light is more green.
const PATCH: &str = "let light = knob(\"light\", 0.25);\nlet green = solid(rgb(0.0, 0.5, 0.0));\n\
                     screen(solid(rgb(0.2, 0.2, 0.2)).blend(green, #{ mode: \"add\", amount: light }));\n";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == GUEST) {
        guest::play();
        return ExitCode::SUCCESS;
    }
    let filter = arguments.iter().find(|argument| !argument.starts_with('-'));
    let wanted: Vec<(&str, Test)> =
        TESTS.into_iter().filter(|(name, _)| filter.is_none_or(|filter| name.contains(filter))).collect();
    if arguments.iter().any(|argument| argument == "--list") {
        wanted.iter().for_each(|(name, _)| println!("{name}: test"));
        return ExitCode::SUCCESS;
    }
    // Says what cargo's own harness does, which runs no test on the main thread.
    println!("\nrunning {} tests", wanted.len());
    let failed = wanted.iter().filter(|(name, test)| !run(name, *test)).count();
    let (word, passed) = (if failed == 0 { "ok" } else { "FAILED" }, wanted.len() - failed);
    let left_out = TESTS.len() - wanted.len();
    println!(
        "\ntest result: {word}. {passed} passed; {failed} failed; 0 ignored; 0 measured; {left_out} filtered out"
    );
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs one test on a thread of its name, with a display of its own.
fn run(name: &str, test: Test) -> bool {
    let on_display = move || Display::start().iter().for_each(test);
    let thread = std::thread::Builder::new().name(name.into()).spawn(on_display).unwrap();
    let has_passed = thread.join().is_ok();
    println!("test {name} ... {}", if has_passed { "ok" } else { "FAILED" });
    has_passed
}

fn start<'a>(folder: &'a Folder, display: &Display) -> Show<'a> {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.arg(GUEST).current_dir(folder.path("")).stdin(Stdio::piped());
    let mut show = Show::start(folder, display, command);
    show.wait_for("version 1", |show| show.version() == 1);
    show.wait_for_frames(SOME_FRAMES);
    show
}

/// Tells the child what its devices are to do.
fn tell(show: &mut Show<'_>, line: &str) {
    writeln!(show.child.stdin.as_mut().unwrap(), "{line}").unwrap();
    show.wait_for_frames(SOME_FRAMES);
}

/// Ends the show as a person does, with what is kept written.
fn end(mut show: Show<'_>) {
    drop(show.child.stdin.take());
    assert!(show.child.wait().unwrap().success(), "{}", show.text("told.txt"));
}

/// The stage, with the operator's window out of its way.
fn stage(show: &mut Show<'_>, display: &Display) -> String {
    let stage = display.window("Pastiche: a.rhai");
    // Without a window manager both lie in the corner, one over the other.
    display.hand(&format!("windowmove --sync {stage} 0 810"));
    show.wait_for_frames(SOME_FRAMES);
    stage
}

/// The example of a sketch: as many petals of all colours as its knob says, over a grey picture.
fn sketched(display: &Display) {
    let this = std::env::current_exe().unwrap();
    let examples = this.ancestors().nth(2).unwrap().join("examples");
    let example = examples.join(format!("nannou_sketch{}", std::env::consts::EXE_SUFFIX));
    let folder = Folder::with("");
    let mut show = Show::start(&folder, display, Command::new(example));
    let window = display.window("A sketch over a patch");
    let begun = Instant::now();
    let is_far_from_grey = |pixel: &[u8]| {
        pixel.iter().max().zip(pixel.iter().min()).is_some_and(|(most, least)| most - least > 80)
    };
    let petals = || {
        // The operator's window opens over it.
        display.hand(&format!("windowraise {window}"));
        display.picture(&window).count_of(is_far_from_grey)
    };
    while petals() < 10_000 {
        assert!(show.child.try_wait().unwrap().is_none(), "the sketch has ended: {}", show.text("told.txt"));
        assert!(begun.elapsed() < PATIENCE, "there are no petals");
    }
}

fn keys(display: &Display) {
    let folder = Folder::with(PATCH);
    let mut show = start(&folder, display);
    let window = stage(&mut show, display);
    let press = |show: &mut Show<'_>, keys: &str| {
        display.hand(&format!("windowfocus --sync {window} key {keys}"));
        show.wait_for_frames(SOME_FRAMES);
        display.picture(&window).at(160, 90)
    };
    let calm = display.picture(&window).at(160, 90);

    // A still, and a take in which the knob is moved.
    press(&mut show, "s");
    show.wait_for("the still", |show| show.folder.path("a-001.png").exists());
    let still = image::open(folder.path("a-001.png")).unwrap().into_rgb8();
    assert_eq!((still.dimensions(), still.get_pixel(160, 90).0), ((320, 180), calm));
    press(&mut show, "r");
    tell(&mut show, "light 0.9");
    let bright = display.picture(&window).at(160, 90);
    assert!(bright[1] > calm[1] + 20, "{calm:?} became {bright:?}");
    press(&mut show, "r");
    assert!(show.text("a-001.take").contains("\"light\",\"value\":0.9"), "{}", show.text("a-001.take"));

    // Frozen, the picture stands; let go, it is where the knob is by now.
    press(&mut show, "f");
    tell(&mut show, "light 0.5");
    assert_eq!(display.picture(&window).at(160, 90), bright);
    let between = press(&mut show, "f");
    assert!(between[1] < bright[1] && between[1] > calm[1], "{between:?}");
    assert_eq!(press(&mut show, "ctrl+z"), bright);
    assert_eq!(press(&mut show, "ctrl+z"), calm);

    let faded = press(&mut show, "Down Down Down");
    assert!(faded[1] < calm[1], "{faded:?}");
    assert_eq!(press(&mut show, "Up Up Up"), calm);

    // What the keys have done is reported to the operator, and not to the audience.
    let letters = || display.picture(&window).count([255, 255, 255]);
    assert_eq!(letters(), 0);
    // The help is written over the picture, and gone again.
    press(&mut show, "h");
    assert!(letters() > 100);
    press(&mut show, "h");
    assert_eq!(letters(), 0);

    press(&mut show, "i");
    assert!(!display.is_there("Pastiche: operator"));
    press(&mut show, "i");
    assert!(display.is_there("Pastiche: operator"));
    end(show);
}

fn learned(display: &Display) {
    let folder = Folder::with(PATCH);
    let mut show = start(&folder, display);
    let stage_window = stage(&mut show, display);
    let operator = display.window("Pastiche: operator");
    let calm = display.picture(&stage_window).at(160, 90);
    // A controller that no one has bound moves nothing.
    tell(&mut show, "176 7 127");
    assert_eq!(display.picture(&stage_window).at(160, 90), calm);

    let is_bound = |show: &Show| show.text("told.txt").contains("`light` is moved by cc 7 of nanoKONTROL2");
    for y in (90..400).step_by(8) {
        if is_bound(&show) {
            break;
        }
        display.hand(&format!("mousemove --window {operator} 25 {y} click 3"));
        show.wait_for_frames(4);
        tell(&mut show, "176 7 127");
    }
    assert!(is_bound(&show), "the knob was not found: {}", show.text("told.txt"));
    let bright = display.picture(&stage_window).at(160, 90);
    assert!(bright[1] > calm[1] + 20 && bright[0] == calm[0], "{calm:?} became {bright:?}");
    end(show);

    let mut show = start(&folder, display);
    let stage_window = stage(&mut show, display);
    assert_eq!(display.picture(&stage_window).at(160, 90), bright, "what the hand left is put back");
    tell(&mut show, "176 7 126");
    tell(&mut show, "176 7 0");
    let dark = display.picture(&stage_window).at(160, 90);
    assert!(dark[1] < calm[1], "it is still bound: {dark:?}");
    end(show);
}

fn regained(display: &Display) {
    let folder = Folder::with(PATCH);
    let mut show = start(&folder, display);
    let stage_window = stage(&mut show, display);
    let operator = display.window("Pastiche: operator");
    tell(&mut show, "light 0.9");
    let bright = display.picture(&stage_window).at(160, 90);
    let letters = display.picture(&operator).count([255, 255, 255]);
    for loss in 1..=LOSSES {
        tell(&mut show, "lose");
        let is_back =
            |show: &Show| show.text("told.txt").matches("another adapter is opened").count() == loss;
        show.wait_for("another adapter", is_back);
        show.wait_for_frames(2 * SOME_FRAMES);
        assert_eq!(
            display.picture(&stage_window).at(160, 90),
            bright,
            "loss {loss}: {}",
            show.text("told.txt")
        );
        let now = display.picture(&operator).count([255, 255, 255]);
        assert!(now * 10 > letters * 9, "the operator's window has {now} instead of {letters} white pixels");
    }
    // It is a picture that moves, and not only the last one.
    tell(&mut show, "light 0.1");
    let dark = display.picture(&stage_window).at(160, 90);
    assert!(dark[1] + 20 < bright[1], "{bright:?} became {dark:?}");
    end(show);
}
