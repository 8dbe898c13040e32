#![allow(clippy::unwrap_used, reason = "a failed unwrap is how a test fails")]

mod script_toys;
use std::time::Instant;
#[test]
fn time() {
    let registry = script_toys::registry();
    let long: String = (0..25).map(|i| format!("let k{i} = lfo({i}) * 0.5 + 0.5;\nlet p{i} = solid(rgb(1,0,0)).blur(k{i}, #{{ amount: k{i} }});\n")).collect();
    for (name, text) in [("empty", ""), ("contract", script_toys::CONTRACT), ("125 nodes", &long)] {
        let source =
            pastiche_engine::script::Source { name: "x.rhai".into(), text: text.into(), folder: None };
        let mut best = std::time::Duration::MAX;
        let mut first = None;
        for _ in 0..50 {
            let start = Instant::now();
            let evaluated = pastiche_engine::script::evaluate(&source, &registry);
            assert!(evaluated.diagnostics.is_empty(), "{:?}", evaluated.diagnostics);
            first.get_or_insert(start.elapsed());
            best = best.min(start.elapsed());
        }
        println!("{name}: first {first:?} best {best:?}");
    }
}
#[test]
fn parts() {
    let start = Instant::now();
    for _ in 0..50 {
        std::thread::scope(|s| {
            std::thread::Builder::new().stack_size(256 << 20).spawn_scoped(s, || {}).unwrap();
        });
    }
    println!("part thread {:?}", start.elapsed() / 50);
    let start = Instant::now();
    for _ in 0..50 {
        std::thread::spawn(|| {
            let start = Instant::now();
            let _e = rhai::Engine::new();
            start.elapsed()
        })
        .join()
        .unwrap();
    }
    println!("part engine on a new thread {:?}", start.elapsed() / 50);
    let start = Instant::now();
    for _ in 0..50 {
        let _e = rhai::Engine::new();
    }
    println!("part engine {:?}", start.elapsed() / 50);
    let start = Instant::now();
    for _ in 0..50 {
        let _e = rhai::Engine::new_raw();
    }
    println!("part raw {:?}", start.elapsed() / 50);
}
