//! Words that people bring, and what is said of those that the language does not know.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is how a test fails")]

mod script_toys;

use script_toys::{evaluate, faults, show};

#[track_caller]
fn made(source: &str, expected: &[&str]) {
    let evaluated = evaluate(source);
    assert_eq!(faults(&evaluated), Vec::<String>::new(), "{source}");
    assert_eq!(show(&evaluated.graph).lines().collect::<Vec<_>>(), expected, "{source}");
}

#[track_caller]
fn check(source: &str, expected: &[&str]) {
    assert_eq!(faults(&evaluate(source)), expected, "{source}");
}

fn help(source: &str) -> String {
    evaluate(source).diagnostics[0].help.join("\n")
}

#[test]
fn a_kind_alone_is_one_node_whoever_reads_it() {
    made(
        "fn half(x) { x / choirs.hz } let a = wave.value + wave;".replace("choirs.hz", "2").as_str(),
        &["wave = wave()", "a = add(a=wave b=wave)"],
    );
    made("let f = |x| x * wave; let y = f.call(2);", &["wave = wave()", "y = multiply(a=2 b=wave)"]);
    made("let wave = wave(3); let a = wave + 1;", &["wave = wave(hz=3)", "a = add(a=wave b=1)"]);
    check("let x = blur;", &["1:9 `blur` is a node, not a variable"]);
    check("let x = floor;", &["1:9 `floor` is a node, not a variable"]);
}

#[test]
fn a_control_goes_from_its_own_ends_to_others() {
    made(
        "let a = wave(2).to(0, 40);",
        &["a.value = wave(hz=2)", "a = remap(from_high=1 from_low=-1 to_high=40 to_low=0 value=a.value)"],
    );
    made(
        "let k = knob(\"size\", 3, 2, 8); let a = k.to(0, k);",
        &[
            "k = knob(value=3 max:8 min:2 name:\"size\")",
            "a = remap(from_high=8 from_low=2 to_high=k to_low=0 value=k)",
        ],
    );
    made("let a = wave((0.5).to(2, 4));", &["a = wave(hz=3)"]);
    check("let a = (wave(1) + 1).to(0, 40);", &["1:23 `to` does not know how far this control goes"]);
    check("let a = picture(\"a\").to(0, 40);", &["1:22 `to` works on controls, but this is a frame"]);
}

#[test]
fn one_of_a_list_is_picked_by_a_trigger_or_a_control() {
    made(
        "let t = clap(); let a = pick([1, 2.5], t);",
        &[
            "t = clap()",
            "a.index = counter(to=2 trigger=t)",
            "a = choose_number(index=a.index values=[1 2.5])",
        ],
    );
    made(
        "let a = pick([\"one\", picture(\"p\")], wave(1));",
        &[
            "a.images[1] = picture(file:\"p\")",
            "a.index = wave(hz=1)",
            "a.images[0] = text(content:\"one\")",
            "a = choose(images=[a.images[0] a.images[1]] index=a.index)",
        ],
    );
    check("pick(1, 2);", &["1:6 `pick` takes a list to pick from, but this is a number"]);
    check(
        "pick([1, picture(\"p\")], 2);",
        &["1:6 `pick` takes a list of pictures, of words, of styles or of numbers, all of one sort"],
    );
}

#[test]
fn texts_stand_for_colours_and_styles() {
    made("let s = solid(\"#f80\");", &["s = solid(colour=#ff8800)"]);
    made("let s = solid(#{ colour: \"tomato\" });", &["s = solid(colour=#ff6347)"]);
    made("let s = text(\"red\", \"red\");", &["s = text(colour=#ff0000 content:\"red\")"]);
    made(
        "let s = style_transfer(picture(\"p\"), \"blue_swirls\");",
        &[
            "s.image = picture(file:\"p\")",
            "s.style = style(which:\"blue_swirls\")",
            "s = style_transfer(image=s.image style=s.style)",
        ],
    );
    made(
        "let s = style_mix([\"a\", style(2)], [1, 2]);",
        &[
            "s.styles[1] = style(which:2)",
            "s.styles[0] = style(which:\"a\")",
            "s = style_mix(styles=[s.styles[0] s.styles[1]] weights=[1 2])",
        ],
    );
    check("solid(\"tomatoe\");", &["1:7 `tomatoe` is no colour"]);
}

#[test]
fn colours_stand_still_or_move() {
    made("let s = solid(hsv(1.0 / 3, 1, 1));", &["s = solid(colour=#00ff00)"]);
    made("let s = solid(lerp(\"black\", \"#fff\", 0.25));", &["s = solid(colour=#404040)"]);
    made(
        "let s = solid(hsv(wave(1), 1, 1));",
        &[
            "s.colour.hue = wave(hz=1)",
            "s.colour = colour_hsv(hue=s.colour.hue saturation=1 value=1)",
            "s = solid(colour=s.colour)",
        ],
    );
    made(
        "let c = lerp(\"black\", \"white\", wave(1));",
        &["c.amount = wave(hz=1)", "c = colour_lerp(a=#000000 amount=c.amount b=#ffffff)"],
    );
    check("rgb(\"a\", 0, 0);", &["1:1 `rgb` takes numbers and controls"]);
}

#[test]
fn numbered_outputs_are_members() {
    made("let b = bands(3)[1]; let c = b + 1;", &["b = bands(hz=3)", "c = add(a=b!1 b=1)"]);
    check("let b = bands()[2];", &["1:16 `bands` has no member 2"]);
    check("let b = bands()[wave];", &["1:16 a member is taken by a whole number, but this is a control"]);
    check("let b = wave()[0];", &["1:15 `wave` has no members to take with `[…]`"]);
}

#[test]
fn a_control_cannot_be_glued_to_a_text() {
    let text = "a control moves while the patch plays: it cannot be glued to a text";
    check("let k = wave(1); let t = \"bpm: \" + k;", &[&format!("1:34 {text}")]);
    assert!(help("let k = wave(1); let t = \"bpm: \" + k;").contains("`text(\"{k}\", #{ k: k })`"));
    check("let k = wave(1); let t = k + \" bpm\";", &[&format!("1:30 {text}")]);
    check("let k = wave(1); let t = `bpm: ${k}`;", &[&format!("1:33 {text}")]);
}

#[test]
fn whole_numbers_that_give_nothing_are_warned_of() {
    check("for i in 0..3 { print(i / 8); }", &["1:25 `1 / 8` is 0: whole numbers give a whole number"]);
    check("let i = 16; print(i / 8);", &[]);
    check("let x = 1; x / 0;", &["1:14 division by zero: 1 / 0"]);
}

#[test]
fn what_looks_like_a_space_is_one() {
    made("\u{feff}let\u{a0}a = wave(2);", &["a = wave(hz=2)"]);
}

#[test]
fn words_of_the_language_are_named() {
    let kept = |word: &str| format!("`{word}` is a word of the language, so nothing can have it as its name");
    check("let loop = 1;", &[&format!("1:5 {}", kept("loop"))]);
    check("let default = 1;", &[&format!("1:5 {}", kept("default"))]);
    check("film(#{ loop: true });", &[&format!("1:9 {}", kept("loop"))]);
    assert_eq!(help("film(#{ loop: true });"), "`film` calls it `repeat`");
    for word in ["if", "switch", "do", "until", "in", "private"] {
        check(&format!("let {word} = 1;"), &[&format!("1:5 {}", kept(word))]);
        check(&format!("film(#{{ {word}: 1 }});"), &[&format!("1:9 {}", kept(word))]);
    }
}

#[test]
fn slips_of_spelling_are_told_where_they_are() {
    check("let a = 1\nlet b = 2;", &["1:10 `;` is missing at the end of this line"]);
    check("let a = 1 // one\n\n  let b = 2;", &["1:10 `;` is missing at the end of this line"]);
    check("let a = 'abc';", &["1:9 text stands between double quotes, not single ones"]);
    check("let größe = 1;", &["1:5 `größe` cannot be a name here"]);
    check("film(#{ größe: 1 });", &["1:9 `größe` cannot be a name here"]);
    check(
        "// a shader\nvoid mainImage( out vec4 c, in vec2 p ) { c = vec4(1.0); }",
        &["2:1 this is GLSL; shaders here are WGSL, and a patch is a script that makes nodes"],
    );
}

#[test]
fn a_picture_where_notes_belong_is_sent_to_its_own_kind() {
    let source = "let p = picture(\"a\"); scale(p);";
    check(source, &["1:29 `scale` takes notes for `notes`, but `p` is a frame"]);
    assert!(help(source).starts_with("for frames there is `scale_by` and the input `scale` of `transform`"));
}
