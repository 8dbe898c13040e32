//! `pastiche paint`.

use std::fs;

use crate::folder::Folder;

const ASTRONAUT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/astronaut.png");

fn with_photographs() -> Folder {
    let folder = Folder::new();
    fs::create_dir(folder.path("photos")).unwrap();
    fs::copy(ASTRONAUT, folder.path("photos/a.png")).unwrap();
    folder
}

#[test]
fn a_folder_is_painted_in_a_mix_and_what_is_no_picture_is_named() {
    let folder = with_photographs();
    folder.write("photos/b.png", "no picture");
    let command = "paint photos --style blue_swirls:0.6 --style lime_crayon:0.4 --size 64 --out painted";
    folder.run(command).with(1, &["photos/b.png", "no picture that can be read"]);
    assert_eq!(folder.names("painted"), ["a.png"]);
    let painted = image::open(folder.path("painted/a.png")).unwrap().to_rgb8();
    assert_eq!(painted.dimensions(), (64, 64));
    // Again, the same; and nothing is written over unasked.
    folder.run(command).with(1, &["is there already", "--force"]);
    folder.run(&format!("{command} --force")).with(1, &["photos/b.png"]);
    assert_eq!(image::open(folder.path("painted/a.png")).unwrap().to_rgb8(), painted);
    // Another mix is another picture.
    folder.run("paint photos/a.png --style blue_swirls --size 64 --out one.png").good();
    assert_ne!(image::open(folder.path("one.png")).unwrap().to_rgb8(), painted);
}

#[test]
fn strength_and_colour_lead_from_the_photograph_to_the_painting() {
    let folder = with_photographs();
    let paint = |more: &str| {
        let command = format!("paint photos/a.png --style 3 --size 48 --out a.png --force {more}");
        folder.run(&command).good();
        image::open(folder.path("a.png")).unwrap().to_rgb8()
    };
    let distance = |one: &image::RgbImage, other: &image::RgbImage| -> u64 {
        one.as_raw().iter().zip(other.as_raw()).map(|(one, other)| u64::from(one.abs_diff(*other))).sum()
    };
    let [photograph, half, painting] =
        ["0", "0.5", "1"].map(|strength| paint(&format!("--strength {strength}")));
    assert!(distance(&photograph, &half) * 2 < distance(&photograph, &painting) * 3);
    assert!(distance(&photograph, &half) > 0 && distance(&half, &painting) > 0);
    let coloured = paint("--keep-colour");
    assert!(distance(&photograph, &coloured) < distance(&photograph, &painting));
}

#[test]
fn what_does_not_fit_is_said() {
    let folder = with_photographs();
    for (arguments, words) in [
        ("photos --style blue_swirl --out o", "did you mean `blue_swirls`?"),
        ("photos --style 3:much --out o", "is no weight"),
        ("photos --style 3 --out o.gif", "cannot be written"),
        ("photos --style 3 --out photos", "would replace a photograph"),
        ("none.png --style 3 --out o", "there is no such file"),
    ] {
        folder.run(&format!("paint {arguments}")).with(1, &[words]);
    }
    assert_eq!(folder.names("photos"), ["a.png"]);
}
