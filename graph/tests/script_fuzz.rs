//! Mutated patches: evaluation never panics, always ends, and always says something sensible.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is how a test fails")]

mod script_toys;

use std::time::Duration;

use pastiche_graph::assets::NoAssets;
use pastiche_graph::check::check;

use pastiche_graph::script::{Limits, Source, evaluate_within};
use script_toys::{CONTRACT, kinds};

const SEEDS: [&str; 6] = [
    CONTRACT,
    "fn tint(x, k) { let y = x.blur(k); if k == 1 { return y; } y.blur(#{ radius: 4, amount: -k }) }\nlet photo = picture(\"a\");\nlet b = tint(photo, lfo(1));\nscreen(b);\nscreen(tint(b, 2));\n",
    "let xs = [];\nfor i in 0..4 { xs.push(lfo(i * 0.5)); }\nlet ys = xs.map(|x| x * 2 + xs.len());\nlet m = #{ slow: ys[0], fast: ys[1].clamp(0, 1) };\nprint(`${m.slow} and ${m.fast}`);\nlet z = select(m.slow > 0.5 & m.fast, m.slow, m.fast);\n",
    "let i = 0;\nwhile i < 5 { i += 1; switch i { 1 => lfo(1), 2 | 3 => { lfo(2); } _ => break } }\ndo { i -= 1; } until i == 0;\ntry { throw \"x\"; } catch (e) { print(e); }\nlet f = |a, b| a + b;\nlet s = f.call(lfo(1), 2).named(\"sum\");\n",
    "canvas(1280, 720);\nconst K = 3;\nlet c = choir(true);\nlet l = level(c.alto) * K;\nlet p = solid(rgb(1, 0.5, 0)).shader(\"x.wgsl\", #{ speed: l, on: true });\nlet q = if K > 2 { p.blur() } else { p };\nscreen(q.blend(p, \"screen\"));\n",
    "let k = knob(\"a\", 0.5, 0, 2);\nk -= 1; k = -k ** 2 % 3;\nlet t = 0.5 - k;\nlet g = (k != t) | !(1 < 2);\nimport \"x\" as x;\nlet u = x::f(k);\nlet v = global::K ?? k;\n",
];

const TOKENS: [&str; 48] = [
    "let", "fn", "if", "else", "while", "loop", "for", "in", "return", "break", "throw", "(", ")", "{", "}",
    "[", "]", "#{", ",", ";", ":", ".", "?.", "|", "||", "&&", "!", "=", "==", "+", "-", "*", "..", "=>",
    "\"", "`", "1", "0.5", "1e400", "lfo", "blur", "photo", "k", "xs", "this", "/*", "é", "\n",
];

/// A small generator of numbers: the same numbers every time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit.max(1)
    }
}

/// On two threads: 20,000 patches take a while in an unoptimised build.
#[test]
fn ten_thousand_mutated_patches_end_without_a_panic() {
    mutate(7);
}

#[test]
fn ten_thousand_others_end_without_a_panic() {
    mutate(11);
}

fn mutate(seed: u64) {
    let kinds = kinds();
    let limits = Limits {
        operations: 5_000,
        work: Duration::from_secs(5),
        nodes: 500,
        list_members: 500,
        text_bytes: 5_000,
        ..Limits::default()
    };
    let mut random = Random(seed);
    let mut clean = 0;
    for round in 0..10_000 {
        let text = mutated(&mut random);
        let source = Source { name: "fuzz.rhai".into(), text: text.clone(), folder: None };
        let evaluated = evaluate_within(&source, &kinds, limits);
        clean += usize::from(evaluated.diagnostics.is_empty());
        if let Err(faults) = check(&evaluated.graph, &kinds, &NoAssets) {
            assert!(!faults.is_empty(), "round {round}: refused without a word:\n{text}");
        }
        let mut keys: Vec<_> = evaluated.graph.nodes.iter().map(|node| &node.key).collect();
        keys.sort();
        let all = keys.len();
        keys.dedup();
        assert_eq!(keys.len(), all, "round {round}: two nodes have one name:\n{text}");
        for diagnostic in &evaluated.diagnostics {
            let told = diagnostic.to_string();
            assert!(!told.contains("pastiche_graph::"), "round {round}: {told}\n{text}");
            assert!(!told.contains("broke the interpreter"), "round {round}:\n{text}");
        }
    }
    assert!(clean > 100, "only {clean} patches were without a fault");
}

fn mutated(random: &mut Random) -> String {
    let mut letters: Vec<char> = SEEDS[random.below(SEEDS.len())].chars().collect();
    for _ in 0..=random.below(4) {
        let at = random.below(letters.len() + 1);
        let span = random.below(12).min(letters.len() - at);
        match random.below(6) {
            0 => drop(letters.drain(at..at + span)),
            1 => letters.splice(at..at, TOKENS[random.below(TOKENS.len())].chars()).for_each(drop),
            2 => {
                letters.splice(at..at + span, TOKENS[random.below(TOKENS.len())].chars()).for_each(drop);
            }
            3 => {
                let copy = letters[at..at + span].to_vec();
                let target = random.below(letters.len() + 1);
                letters.splice(target..target, copy).for_each(drop);
            }
            4 if span > 0 => letters[at] = char::from(32 + random.below(95) as u8),
            _ => {
                let other: Vec<&str> = SEEDS[random.below(SEEDS.len())].lines().collect();
                let line = format!("\n{}\n", other[random.below(other.len())]);
                letters.splice(at..at, line.chars()).for_each(drop);
            }
        }
    }
    letters.into_iter().collect()
}

#[test]
fn nesting_without_end_is_told() {
    let kinds = kinds();
    let depth = 60_000;
    let sources = [
        format!("let x = {}1;", "(".repeat(depth)),
        format!("let x = {}1;", "[".repeat(depth)),
        format!("let x = {}1;", "#{a:".repeat(depth)),
        format!("let x = {}1;", "-".repeat(depth)),
        format!("let x = {}1;", "!".repeat(depth)),
        format!("let x = 1{};", " + 1".repeat(depth)),
        format!("let x = 1{};", ".abs()".repeat(depth)),
        format!("let x = xs{};", "[0]".repeat(depth)),
        "{".repeat(depth),
        "if true {} else ".repeat(depth),
        format!("if true {{}} {} ", "else if true {} ".repeat(depth)),
        "switch 1 { 1 => ".repeat(depth),
        "|x| ".repeat(depth),
        format!("let f = {}", "|x| ".repeat(depth)),
        "`${".repeat(depth),
        "/*".repeat(depth),
        "while true { ".repeat(depth),
        "try { ".repeat(depth),
        "return ".repeat(depth),
        "let x = lfo(".repeat(depth),
        "a ?? ".repeat(depth),
        "a && ".repeat(depth),
        "x = ".repeat(depth),
        "import ".repeat(depth),
        "a::".repeat(depth),
        format!("{} 1", "let a = ".repeat(depth)),
        "let x = lfo(1); ".repeat(20_000),
        format!("fn f() {{ lfo(1) }} {}", "f(); ".repeat(20_000)),
    ];
    for source in sources {
        let text = source.clone();
        let source = Source { name: "deep.rhai".into(), text: source, folder: None };
        let evaluated =
            evaluate_within(&source, &kinds, Limits { work: Duration::from_secs(20), ..Limits::default() });
        let head: String = text.chars().take(40).collect();
        // A bracket that nothing closes is a fault, however many there are.
        let open = ["let x = (", "let x = [", "let x = #{a:", "{{", "while true {", "try {"];
        let is_open = open.iter().any(|start| text.starts_with(start));
        assert!(!is_open || !evaluated.diagnostics.is_empty(), "{head}");
        for diagnostic in &evaluated.diagnostics {
            assert!(!diagnostic.message.contains("broke the interpreter"), "{head}");
        }
    }
}
