//! What is reported about a faulty patch.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is how a test fails")]

mod script_toys;

use pastiche_graph::script::Limits;
use script_toys::{evaluate, faults, show};

/// Every fault as `line:column message`.
#[track_caller]
fn check(source: &str, expected: &[&str]) {
    assert_eq!(faults(&evaluate(source)), expected, "{source}");
}

/// The whole text of the only fault.
#[track_caller]
fn check_text(source: &str, expected: &str) {
    let evaluated = evaluate(source);
    let texts: Vec<String> = evaluated.diagnostics.iter().map(ToString::to_string).collect();
    assert_eq!(texts.join("\n\n"), expected.trim_matches('\n'), "{source}");
}

const CAM: &str = "let cam = picture(\"a\"); ";

#[test]
fn an_unknown_key_in_full() {
    check_text(
        "\n\n\n\nlet cam = picture(\"a\");\nlet st = style(3);\nlet s = style_transfer(#{ image: cam, amout: 0.6 });\n",
        "
error: `style_transfer` has no input `amout`
  ──▶ scripts/opening.rhai:7:39
 7 │ let s = style_transfer(#{ image: cam, amout: 0.6 });
   │                                       ^^^^^ did you mean `amount`?
   = inputs: image (frame, required), style (style, required), amount (control, ratio 0–1, default 1)",
    );
}

#[test]
fn a_condition_on_a_control_in_full() {
    check_text(
        "let k = lfo(1);\nif k { print(1); }",
        "
error: `if` needs true or false now, but `k` is a control that moves while the patch plays
  ──▶ scripts/opening.rhai:2:4
 2 │ if k { print(1); }
   │    ^
   = use `select(k, a, b)`; a script runs once, its controls run every frame
   = `==`, `<`, `&`, `|` and `not(x)` give controls that are 0 or 1",
    );
}

#[test]
fn a_wrong_type_in_full() {
    check_text(
        "let voice = choir();\nlet wave = lfo(voice);",
        "
error: `lfo` takes a control for `hz`, but `voice` is audio
  ──▶ scripts/opening.rhai:2:16
 2 │ let wave = lfo(voice);
   │                ^^^^^
   = a control can be made of audio with `level`
   = inputs: hz (control, -10 to 10, default 1), phase (control, -10 to 10, default 0)",
    );
}

#[test]
fn a_chained_function_in_full() {
    check_text(
        "fn tint(x) { x.blur() }\nlet photo = picture(\"a\");\nlet b = photo.tint();",
        "
error: `tint` is a function of this patch and cannot be chained
  ──▶ scripts/opening.rhai:3:15
 3 │ let b = photo.tint();
   │               ^^^^ write `tint(photo)`
   = only nodes are methods of their first input",
    );
}

#[test]
fn a_global_in_a_function_in_full() {
    check_text(
        "let photo = picture(\"a\");\nfn soft() { photo.blur() }\nlet b = soft();",
        "
error: `photo` cannot be read inside `soft`
  ──▶ scripts/opening.rhai:2:13
 2 │ fn soft() { photo.blur() }
   │             ^^^^^ a function sees only its arguments
   = hand it in: `fn soft(…, photo)`",
    );
}

#[test]
fn a_syntax_error_in_full() {
    check_text(
        "let k = lfo(1;\nlet b = 2;",
        "
error: `,` is missing to separate the arguments to function call `lfo`
  ──▶ scripts/opening.rhai:1:14
 1 │ let k = lfo(1;
   │              ^",
    );
}

#[test]
fn every_fault_is_told_at_once() {
    check(
        "let a = picture(\"x\").blurr(3);\nlet b = lfo(\"fast\") + photo;\nlet c = choir().sopran;\nif b { }\nlet d = a.blur(c, 1, 2, 3);\nscreen(#{ imag: d });",
        &[
            "1:22 there is no node or function `blurr`",
            "2:13 `lfo` takes a control for `hz`, but this is text",
            "2:23 there is no variable `photo`",
            "3:17 `choir` has no output `sopran`",
            "4:4 `if` needs true or false now, but `b` is a control that moves while the patch plays",
            "5:22 `blur` takes at most 3 values, but 5 are given",
            "6:11 `screen` has no input `imag`",
        ],
    );
}

#[test]
fn unknown_names_are_told_without_running_them() {
    check(
        "fn f() { blurr(1) } if false { lfoo(2); }",
        &["1:10 there is no node or function `blurr`", "1:32 there is no node or function `lfoo`"],
    );
    check("fn f(x) { blur(x, #{ radis: 1 }) }", &["1:22 `blur` has no input `radis`"]);
    check("fn f(x) { x.soprano + x.tenor }", &["1:25 there is no output `tenor`"]);
    check("fn f(x) { x } f(1, 2);", &["1:15 `f` takes 1 argument, but 2 are given"]);
    check("let x = 1; let y = z;", &["1:20 there is no variable `z`"]);
    check("let x = blur;", &["1:9 `blur` is a node, not a variable"]);
    check("let f = |x| x; f(1);", &["1:16 `f` is a variable, not a function"]);
    check("fn blur(x) { x }", &["1:4 `blur` is already a node"]);
    check("m::f(1);", &["1:1 nothing is imported as `m`"]);
    check("sleep(3);", &["1:1 a patch cannot call `sleep`"]);
}

#[test]
fn arguments_are_bound_by_position_then_by_name() {
    let bound = |source: &str, expected: &str| {
        let evaluated = evaluate(source);
        assert_eq!(faults(&evaluated), Vec::<String>::new(), "{source}");
        assert_eq!(show(&evaluated.graph).lines().last().unwrap(), expected, "{source}");
    };
    bound("knob(\"glow\", 0.3, 0, 2);", "knob = knob(value=0.3 max:2 min:0 name:\"glow\")");
    bound("knob(0.3, \"glow\");", "knob = knob(value=0.3 name:\"glow\")");
    bound(&format!("{CAM}cam.shader(\"x.wgsl\");"), "shader = shader(image=cam file:\"x.wgsl\")");
    bound("shader(\"x.wgsl\");", "shader = shader(file:\"x.wgsl\")");
    bound(
        &format!("{CAM}let b = blend(cam, cam, \"screen\");"),
        "b = blend(above=cam below=cam mode:\"screen\")",
    );
    bound(&format!("{CAM}let b = cam.blur(#{{ radius: 12 }});"), "b = blur(image=cam radius=12)");
    bound(&format!("{CAM}let b = blur(cam, 12);"), "b = blur(image=cam radius=12)");
    bound(&format!("{CAM}let b = cam.blur(12.5, 1);"), "b = blur(amount=1 image=cam radius=12.5)");
    bound("let c = choir(true);", "c = choir(loud:true)");
    bound("let c = solid(rgb(1, 0.5, 0));", "c = solid(colour=#ff8000)");
    bound("let c = solid(colour(\"#f80\"));", "c = solid(colour=#ff8800)");
    bound(
        &format!("{CAM}let s = cam.shader(\"x.wgsl\", #{{ speed: lfo(1), tint: rgb(1, 0, 0) }});"),
        "s = shader(image=cam speed=s.speed tint=#ff0000 file:\"x.wgsl\")",
    );
    bound("let l = level(choir().alto);", "l = level(sound=l.sound!1)");
    bound("canvas(1280, 720); lfo(1);", "lfo = lfo(hz=1)");
}

#[test]
fn faulty_arguments() {
    check(&format!("{CAM}cam.blur(1, #{{ radius: 2 }});"), &["1:40 `radius` of `blur` is given twice"]);
    check(
        &format!("{CAM}blur(#{{ radius: 2 }}, cam);"),
        &["1:30 a map comes last, behind the other values of `blur`"],
    );
    check("blur(0.5);", &["1:6 `blur` takes a frame for `image`, but this is a number"]);
    check("let k = lfo(1); k.blur(2);", &["1:17 `blur` takes a frame for `image`, but `k` is a control"]);
    check("lfo(true);", &["1:5 `lfo` takes a control for `hz`, but this is true or false"]);
    check("lfo(0.0 / 0.0);", &["1:9 `hz` of `lfo` is not a finite number: NaN"]);
    check(
        "style_mix(style(1), [1]);",
        &["1:11 `style_mix` takes a list of styles for `styles`, but this is a style"],
    );
    check(
        "style_mix([style(1), 2], [1]);",
        &["1:22 `style_mix` takes a list of styles for `styles`, but this is a number"],
    );
    check(
        &format!("{CAM}blend(cam, cam, 1, lfo(1));"),
        &["1:44 option `mode` of `blend` takes \"normal\" | \"screen\", but this is a control"],
    );
    check("lfo(\"a\");", &["1:5 `lfo` takes a control for `hz`, but this is text"]);
    check("solid(3);", &["1:7 `solid` takes a colour for `colour`, but this is a number"]);
    check("fn f() { } lfo(f());", &["1:16 `lfo` takes a control for `hz`, but this is nothing"]);
    check(
        "colour(\"rot\"); rgb(true, 0, 0);",
        &["1:1 `rot` is no colour", "1:16 `rgb` takes numbers and controls"],
    );
    check(
        &format!("{CAM}let s = screen(cam); screen(s);"),
        &["1:53 `screen` takes a frame for `image`, but `s` is a node without outputs"],
    );
    check("canvas(0, 720);", &["1:1 `canvas` takes a width and a height in whole pixels, 1 to 16384"]);
    check("canvas(10, 10); canvas(20, 20);", &["1:17 the canvas is already set"]);
}

#[test]
fn operators_on_controls() {
    let made = |source: &str, expected: &str| {
        let evaluated = evaluate(&format!("let k = lfo(1); {source}"));
        assert_eq!(faults(&evaluated), Vec::<String>::new(), "{source}");
        assert_eq!(show(&evaluated.graph).lines().last().unwrap(), expected, "{source}");
    };
    made("let x = k + 1;", "x = add(a=k b=1)");
    made("let x = 1 + k;", "x = add(a=1 b=k)");
    made("let x = 1.5 - k;", "x = subtract(a=1.5 b=k)");
    made("let x = k * k;", "x = multiply(a=k b=k)");
    made("let x = k / 2;", "x = divide(a=k b=2)");
    made("let x = k % 2;", "x = remainder(a=k b=2)");
    made("let x = k ** 2;", "x = power(a=k b=2)");
    made("let x = -k;", "x = negate(a=k)");
    made("let x = +k + 0;", "x = add(a=k b=0)");
    made("let x = k == 1;", "x = equal(a=k b=1)");
    made("let x = 1 == k;", "x = equal(a=1 b=k)");
    made("let x = k == 1.0;", "x = equal(a=k b=1)");
    made("let x = 1.0 != k;", "x = not_equal(a=1 b=k)");
    made("let x = k != k;", "x = not_equal(a=k b=k)");
    made("let x = k < 1;", "x = less(a=k b=1)");
    made("let x = k <= 1;", "x = less_equal(a=k b=1)");
    made("let x = 1 > k;", "x = greater(a=1 b=k)");
    made("let x = k >= 1;", "x = greater_equal(a=k b=1)");
    made("let x = k & 1;", "x = both(a=k b=1)");
    made("let x = k | 0;", "x = either(a=k b=0)");
    made("let x = not(k);", "x = not(a=k)");
    made("let x = select(k, 1, 2);", "x = select(a=1 b=2 condition=k)");
    made("let x = min(k, 2);", "x = min(a=k b=2)");
    made("let x = k.max(2);", "x = max(a=k b=2)");
    made("let x = k.clamp(0, 1);", "x = clamp(a=k high=1 low=0)");
    made("let x = lerp(0, 1, k);", "x = lerp(a=0 amount=k b=1)");
    made("let x = k.floor();", "x = floor(a=k)");
    made("k -= 1;", "k#2 = subtract(a=k b=1)");
}

#[test]
fn numbers_alone_make_no_nodes() {
    let evaluated = evaluate(
        "print(min(1, 2)); print(max(1.5, 2)); print(lerp(0, 10, 0.5)); print(clamp(3, 0, 1)); print((1.5).floor()); print(select(1, 4, 5)); print(not(0)); print(ceil(1.2)); print(1 == 1.0);",
    );
    assert_eq!(faults(&evaluated), Vec::<String>::new());
    assert!(evaluated.graph.nodes.is_empty());
    let log: Vec<&str> = evaluated.log.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(log, ["1", "2.0", "5.0", "1.0", "1.0", "4.0", "1.0", "2.0", "true"]);
}

#[test]
fn operators_that_do_not_fit() {
    check(
        &format!("{CAM}let x = cam * 0.5;"),
        &["1:33 `*` works on controls and numbers, but `cam` is a frame"],
    );
    check(
        "let k = lfo(1); let x = k == \"on\";",
        &["1:30 `==` works on controls and numbers, but this is text"],
    );
    check("let k = lfo(1); let x = k ^ 2;", &["1:27 controls have no operator `^`"]);
    check(
        "let k = lfo(1); let x = k && true;",
        &["1:25 `&&` needs true or false now, but `k` is a control that moves while the patch plays"],
    );
    check(
        "let k = lfo(1); let x = true || k || k > 1; let y = false || k;",
        &["1:62 `||` needs true or false now, but `k` is a control that moves while the patch plays"],
    );
    check(
        "let k = lfo(1); let x = !k;",
        &["1:25 `!` needs true or false now, but `k` is a control that moves while the patch plays"],
    );
    check(
        "let k = lfo(1); while k > 1 { }",
        &["1:25 `while` needs true or false now, but this is a control that moves while the patch plays"],
    );
    check(&format!("{CAM}if cam {{ }}"), &["1:28 `if` needs true or false now, but `cam` is a frame"]);
    check(
        "let k = lfo(1); let f = || k * 2; let y = f.call() + 1; if k { }",
        &["1:60 `if` needs true or false now, but `k` is a control that moves while the patch plays"],
    );
    check("if 1 { }", &["1:4 `if` needs true or false now, but this is a number"]);
    check("let x = lfo(1 / 4);", &["1:15 `1 / 4` is 0: whole numbers give a whole number"]);
}

#[test]
fn names_that_cannot_be() {
    check("lfo(1).named(\"\");", &["1:14 a name cannot be empty"]);
    check("lfo(1).named(\"a.b\");", &["1:14 a name cannot contain `.`"]);
    check("lfo(1).named(\"a\"); lfo(2).named(\"a\");", &["1:33 the name `a` is taken by another node"]);
    check("lfo(1).named(2);", &["1:14 a name is text, but this is a number"]);
}

#[test]
fn what_goes_wrong_while_it_runs() {
    check("let xs = [1]; let x = xs[3];", &["1:26 the list has no member 3: it has 1 member"]);
    check("for i in 5 { }", &["1:10 `for` needs a list or a range"]);
    check("throw \"no\";", &["1:1 no"]);
    check("let x = 1; x.foo = 2;", &["1:14 there is nothing of this name to read or set here"]);
    check("let x = [1].len(2);", &["1:13 `len` takes 0 arguments, but 1 is given"]);
    check("let x = lfo(1); x.len();", &["1:19 `len` does not work on a node"]);
    check("const x = 1; x = 2;", &["1:14 `x` is constant"]);
    check("eval(\"1\");", &["1:1 a patch cannot call `eval`"]);
}

#[test]
fn limits_end_a_script() {
    check("loop { }", &["1:6 the script does not come to an end within 200000 steps"]);
    check("fn f() { f() + 1 } f();", &["1:20 functions call each other more than 64 deep"]);
    check("let s = \"ab\"; loop { s += s; }", &["1:24 this is too large: length of string"]);
    check("let x = []; loop { x.push(x); }", &["1:22 this is too large: size of array/BLOB"]);
    check("loop { lfo(1); }", &["1:8 the patch makes more than 20000 nodes"]);
    let deep = format!("let x = {}1{};", "(".repeat(500), ")".repeat(500));
    let told = faults(&evaluate(&deep));
    assert!(told[0].ends_with("this expression is nested too deeply"), "{told:?}");
}

#[test]
fn more_faults_than_are_reported_are_mentioned() {
    let told = faults(&evaluate(&"lfo(true);\n".repeat(103)));
    let last = "there may be more faults: only the first 100 are looked for";
    assert_eq!((told.len(), told[100].as_str()), (101, last));
    assert_eq!(faults(&evaluate(&"lfo(true);\n".repeat(100))).len(), 100, "there are no more");
}

#[test]
fn print_goes_to_the_log_with_its_line() {
    let evaluated = evaluate("print(\"a\");\n\nprint([1, lfo(2)]);\ndebug(3);");
    let log: Vec<String> =
        evaluated.log.iter().map(|line| format!("{}:{} {}", line.file, line.line, line.text)).collect();
    assert_eq!(
        log,
        ["scripts/opening.rhai:1 a", "scripts/opening.rhai:3 [1, a control]", "scripts/opening.rhai:4 3"]
    );
}

#[test]
fn imports_stay_in_the_folder() {
    let folder = std::env::temp_dir().join(format!("pastiche-script-imports-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("inner")).unwrap();
    std::fs::write(folder.join("bad.rhai"), "fn f(x) {\n  x.blurr()\n}\nfn g(x) { x.blur(lfo(1).soprano) }")
        .unwrap();
    std::fs::write(folder.join("inner/one.rhai"), "import \"inner/two\" as two; fn f(x) { two::f(x) }")
        .unwrap();
    std::fs::write(folder.join("inner/two.rhai"), "fn f(x) { x.blur(\"a\") }").unwrap();
    std::fs::write(folder.join("ring.rhai"), "import \"ring\" as me;").unwrap();
    std::fs::write(folder.join("broken.rhai"), "let x = ;").unwrap();
    let check = |source: &str, expected: &[&str]| {
        let evaluated = script_toys::evaluate_in(Some(folder.clone()), source);
        let told: Vec<String> = evaluated
            .diagnostics
            .iter()
            .map(|fault| {
                let span = fault.span.as_ref().unwrap();
                assert!(fault.excerpt.is_some());
                format!("{}:{}:{} {}", span.file, span.line, span.column, fault.message)
            })
            .collect();
        assert_eq!(told, expected, "{source}");
    };
    check("import \"../x\" as x;", &["scripts/opening.rhai:1:8 `../x` is not in the folder of the patch"]);
    check(
        "import \"/etc/x\" as x;",
        &["scripts/opening.rhai:1:8 `/etc/x` is not in the folder of the patch"],
    );
    check(
        "import \"none\" as x;",
        &["scripts/opening.rhai:1:8 `none.rhai` cannot be imported: there is no such file"],
    );
    check(
        "let n = \"a\"; import n as x;",
        &["scripts/opening.rhai:1:21 `import` needs the name of a file as text"],
    );
    check(
        "import \"ring\" as ring;",
        &["scripts/ring.rhai:1:8 these files import each other: `ring` → `ring`"],
    );
    check(
        "import \"broken\" as b; foo();",
        &[
            "scripts/opening.rhai:1:23 there is no node or function `foo`",
            "scripts/broken.rhai:1:9 unexpected `;`",
        ],
    );
    check(
        "import \"bad\" as bad; bad::g(picture(\"a\")); bad::h(1);",
        &[
            "scripts/opening.rhai:1:49 `bad` has no function `h`",
            "scripts/bad.rhai:2:5 there is no node or function `blurr`",
            "scripts/bad.rhai:4:25 `lfo` has no output `soprano`",
        ],
    );
    check(
        "import \"inner/one\" as one; one::f(picture(\"a\"));",
        &["scripts/inner/two.rhai:1:18 `blur` takes a control for `radius`, but this is text"],
    );
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_patch_without_a_folder_imports_nothing() {
    check("import \"x\" as x;", &["1:8 `x` cannot be imported: this patch has no folder"]);
}

#[test]
fn words_of_the_language_are_no_names() {
    use pastiche_graph::script::is_usable_name;
    for name in ["blur", "amount", "not", "select", "image"] {
        assert!(is_usable_name(name), "{name}");
    }
    for name in
        ["default", "with", "new", "match", "is", "shared", "sync", "let", "fn", "a b", "", "eval", "this"]
    {
        assert!(!is_usable_name(name), "{name}");
    }
}

#[test]
fn many_faults_on_a_long_line_cost_little() {
    let source = "nothing(1); ".repeat(20_000);
    let evaluated = evaluate(&source);
    let last = evaluated.diagnostics.last().unwrap().to_string();
    assert!(last.contains("only the first 100 are looked for"), "{last}");
    assert_eq!(evaluated.diagnostics.len(), 101);
    for fault in &evaluated.diagnostics {
        assert!(fault.to_string().len() < 2_000, "a fault shows what is around it, not the whole line");
    }
    // At the start of a line and far inside it, the caret stands below the word.
    for fault in [&evaluated.diagnostics[0], &evaluated.diagnostics[99]] {
        let text = fault.to_string();
        let lines: Vec<&str> = text.lines().collect();
        let column = lines[3].find('^').unwrap();
        assert!(lines[2][column..].starts_with("nothing"), "{text}");
    }
}

#[test]
fn steps_that_take_long_end_as_well() {
    // Each round compares 100,000 members in one step; the clock is looked at within few rounds.
    let source = "let a = []; a.pad(99999, 1); let b = a.extract(0..99999); loop { if a == b { print(1); } }";
    let limits = Limits { work: std::time::Duration::from_millis(1), ..Limits::default() };
    let evaluated = script_toys::evaluate_with(source, limits);
    assert!(faults(&evaluated)[0].contains("of the processor's time"), "{:?}", faults(&evaluated));
    assert!(evaluated.log.len() < 16, "{} rounds", evaluated.log.len());
}

#[test]
fn words_of_other_programs_are_understood() {
    let label = |source: &str| evaluate(source).diagnostics[0].label.clone();
    // `image` is nearer to nothing: it is what others call a picture.
    assert_eq!(label("image(\"a\");").as_deref(), Some("did you mean `picture`?"));
    assert_eq!(label("let cam = picture(\"a\"); cam.osc(2);").as_deref(), Some("did you mean `lfo`?"));
    let help = &evaluate("weights(2);").diagnostics[0].help;
    assert_eq!(help, &["`weights` is an input of `style_mix`"]);
}
