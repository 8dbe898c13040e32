//! What a node is called.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is how a test fails")]

mod script_toys;

use script_toys::{CONTRACT, evaluate, faults, show};

#[track_caller]
fn check(source: &str, expected: &[&str]) {
    let evaluated = evaluate(source);
    assert_eq!(faults(&evaluated), Vec::<String>::new(), "{source}");
    let shown = show(&evaluated.graph);
    assert_eq!(shown.lines().collect::<Vec<_>>(), expected, "{source}");
}

/// The names alone.
#[track_caller]
fn names(source: &str, expected: &[&str]) {
    let evaluated = evaluate(source);
    assert_eq!(faults(&evaluated), Vec::<String>::new(), "{source}");
    let names: Vec<String> = evaluated.graph.nodes.iter().map(|node| node.key.to_string()).collect();
    assert_eq!(names, expected, "{source}");
}

#[test]
fn the_contract() {
    check(
        CONTRACT,
        &[
            r#"photo = picture(file:"astronaut.png")"#,
            "a = style(which:19)",
            "b = style(which:7)",
            "k.a.a = lfo(hz=0.25)",
            "k.a = multiply(a=k.a.a b=0.5)",
            "k = add(a=k.a b=0.5)",
            "mix.weights[0] = subtract(a=1 b=k)",
            "mix = style_mix(styles=[a b] weights=[mix.weights[0] k])",
            "paint = style_transfer(image=photo style=mix)",
            r#"glow.amount = knob(value=0.3 name:"glow")"#,
            "glow.below = blur(image=paint radius=12)",
            r#"glow = blend(above=paint amount=glow.amount below=glow.below mode:"screen")"#,
            "screen = screen(image=glow)",
        ],
    );
}

#[test]
fn repeated_names_are_numbered() {
    names(
        r#"let img = picture("a"); let img = img.blur(); img = img.blur(); screen(img);"#,
        &["img", "img#2", "img#3", "screen"],
    );
    names("for i in 0..3 { let wave = lfo(i); }", &["wave", "wave#2", "wave#3"]);
    names("let k = lfo(1); k += 1.0; k *= 2;", &["k", "k#2", "k#3"]);
}

#[test]
fn lists_and_maps_name_their_members() {
    names("let xs = [lfo(1), lfo(2)];", &["xs[0]", "xs[1]"]);
    names("let xs = [[lfo(1)], lfo(2)];", &["xs[0][0]", "xs[1]"]);
    names("let m = #{ slow: lfo(1), fast: lfo(2) };", &["m.slow", "m.fast"]);
    names("let xs = [0, 0]; xs[1] = lfo(1);", &["xs[1]"]);
    names("let m = #{}; m.sky = lfo(1);", &["m.sky"]);
    names("let xs = [1, 2].map(|hz| lfo(hz));", &["xs", "xs#2"]);
}

#[test]
fn inline_nodes_are_named_after_the_first_that_reads_them() {
    names(r#"screen(picture("a").blur());"#, &["screen.image.image", "screen.image", "screen"]);
    names(
        "let m = style_mix([style(1), style(2)], [lfo(1), 1]);",
        &["m.styles[0]", "m.styles[1]", "m.weights[0]", "m"],
    );
    names("let xs = []; xs.push(lfo(1)); let y = xs[0] + 1; let z = xs[0] + 2;", &["y.a", "y", "z"]);
    names(
        r#"let p = picture("a"); screen(p.blur(3)); screen(p);"#,
        &["p", "screen.image", "screen", "screen#2"],
    );
}

#[test]
fn what_nothing_reads_goes_by_its_kind() {
    names("lfo(1); lfo(2); lfo(3) + 1;", &["lfo", "lfo#2", "add.a", "add"]);
    names(r#"let p = picture("a"); let s = screen(p);"#, &["p", "s"]);
}

#[test]
fn inside_a_function_the_name_of_the_call_goes_in_front() {
    let tint = "fn tint(x) { let y = x.blur(3); y.blur(4) }\n";
    let photo = r#"let photo = picture("a"); "#;
    names(&format!("{tint}{photo}let b = tint(photo);"), &["photo", "b/y", "b"]);
    names(
        &format!("{tint}{photo}let b = tint(photo); let b = tint(b);"),
        &["photo", "b/y", "b", "b#2/y", "b#2"],
    );
    names(
        &format!("{tint}{photo}for i in 0..2 {{ let b = tint(photo); }}"),
        &["photo", "b/y", "b", "b#2/y", "b#2"],
    );
    names(
        &format!("{tint}{photo}screen(tint(photo)); screen(tint(photo));"),
        &["photo", "tint/y", "screen.image", "screen", "tint#2/y", "screen#2.image", "screen#2"],
    );
    names(
        &format!("{tint}{photo}let xs = [tint(photo), tint(photo)];"),
        &["photo", "xs[0]/y", "xs[0]", "xs[1]/y", "xs[1]"],
    );
    names(
        &format!("{tint}fn twice(x) {{ let c = tint(x); tint(c) }}\n{photo}let b = twice(photo);"),
        &["photo", "b/c/y", "b/c", "b/y", "b"],
    );
    names("fn f() { let y = lfo(1); y } let b = f();", &["b/y"]);
    names("fn f() { return lfo(1); } let b = f();", &["b"]);
    names("fn f(n) { if n > 0 { lfo(1) } else { lfo(2) } } let b = f(1); let c = f(0);", &["b", "c"]);
    names("fn f() { [lfo(1), lfo(2)] } let b = f();", &["b[0]", "b[1]"]);
    names("fn f(n) { if n > 0 { let y = lfo(n); f(n - 1); } } f(2);", &["f/y", "f/y#2"]);
    names("fn f(n) { if n > 0 { let y = lfo(n); f(n - 1); } 0 } f(2);", &["f/y", "f/f/y"]);
    names(&format!("{tint}{photo}let b = tint(photo.blur());"), &["photo", "b/y.image", "b/y", "b"]);
}

#[test]
fn blocks_and_branches_name_what_they_give() {
    names("let x = if true { lfo(1) } else { lfo(2) };", &["x"]);
    names("let x = { let y = lfo(1); y + 1 };", &["y", "x"]);
    names("let x = switch 2 { 1 => lfo(1), 2 => lfo(2) + 1, _ => lfo(3) };", &["x.a", "x"]);
    names("let f = |hz| lfo(hz); let y = f.call(2);", &["y"]);
    names("let f = |hz| { let w = lfo(hz); w }; let y = f.call(2);", &["w"]);
}

#[test]
fn an_alias_renames_nothing() {
    names("let x = lfo(1); let y = x;", &["x"]);
    names("let c = choir(); let s = c.soprano;", &["c"]);
    names("let s = choir().soprano;", &["s"]);
}

#[test]
fn named_overrides() {
    names(r#"let x = lfo(1).named("wave"); lfo(2).named("other") + 1;"#, &["wave", "other", "add"]);
    names(r#"let paint = lfo(1); lfo(2).named("paint");"#, &["paint#2", "paint"]);
}

#[test]
fn an_imported_file_puts_its_name_in_front() {
    let folder = tempdir("names");
    std::fs::write(
        folder.join("looks.rhai"),
        "let base = lfo(9); export base; fn tint(x) { let y = x.blur(3); y.blur(4) }",
    )
    .unwrap();
    let source = r#"import "looks" as looks; let b = looks::tint(picture("a")); let k = looks::base + 1;"#;
    let evaluated = script_toys::evaluate_in(Some(folder.clone()), source);
    assert_eq!(faults(&evaluated), Vec::<String>::new());
    let names: Vec<String> = evaluated.graph.nodes.iter().map(|node| node.key.to_string()).collect();
    assert_eq!(names, ["looks/base", "b/y.image", "b/y", "b", "k"]);
    assert_eq!(evaluated.imports, [folder.join("looks.rhai")]);
    std::fs::remove_dir_all(folder).unwrap();
}

fn tempdir(name: &str) -> std::path::PathBuf {
    let folder = std::env::temp_dir().join(format!("pastiche-script-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}
