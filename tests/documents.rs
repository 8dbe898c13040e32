//! What is generated is true, and what is written runs: the reference, the editor's definitions, the
//! patches, and every block of rhai in the documents.

use std::fs;
use std::path::{Path, PathBuf};

use pastiche::engine::docs;
use pastiche::engine::gpu::Gpu;
use pastiche::{Pace, Player, PlayerConfig};
use pastiche_testing::{Means, need};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Compares a file with what the registry says now; `UPDATE_DOCS=1` writes it.
fn is_fresh(file: &str, expected: &str) {
    let path = root().join(file);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
        fs::write(&path, expected).expect("writable");
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == expected, "{file} is stale; run `UPDATE_DOCS=1 cargo test --test documents`");
}

#[test]
fn the_reference_is_fresh() {
    let registry = pastiche::registry().expect("good kinds");
    is_fresh("docs/reference.md", &docs::reference_markdown(registry.kinds()));
}

#[test]
fn the_definitions_for_editors_are_fresh() {
    let registry = pastiche::registry().expect("good kinds");
    is_fresh("scripts/pastiche.d.rhai", &docs::definitions(registry.kinds()));
}

fn player() -> Option<Player> {
    let gpu = need(Means::Adapter, Gpu::new())?;
    let mut config = PlayerConfig::new(pastiche::registry().expect("good kinds"), Pace::Offline);
    config.gpu = Some(gpu);
    config.size_px = Some([64, 36]);
    Some(Player::new(config).expect("a player"))
}

fn plays(name: &str, load: impl FnOnce(&mut Player) -> Result<(), pastiche::Error>) {
    let Some(mut player) = player() else { return };
    let text =
        |player: &Player| player.faults().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    if let Err(error) = load(&mut player) {
        panic!("{name}: {error}\n{}", text(&player));
    }
    for _ in 0..2 {
        let report = player.step();
        assert!(report.faults.is_empty(), "{name}: {:?}", report.faults);
        player.pixels(0).unwrap_or_else(|fault| panic!("{name}: {fault}"));
    }
    assert_eq!(text(&player), "", "{name}");
}

#[test]
fn every_patch_plays() {
    let scripts =
        fs::read_dir(root().join("scripts")).expect("readable").map(|entry| entry.expect("readable").path());
    let patches: Vec<PathBuf> = scripts.filter(|path| path.to_string_lossy().ends_with(".rhai")).collect();
    for path in patches.iter().filter(|path| !path.ends_with("pastiche.d.rhai")) {
        plays(&path.display().to_string(), |player| player.load(path).map(|_| ()));
    }
}

#[test]
fn every_patch_in_the_documents_plays() {
    let mut number = 0;
    for document in ["README.md", "ARCHITECTURE.md", "docs/patching.md"] {
        let text = fs::read_to_string(root().join(document)).expect("readable");
        for block in text.split("```rhai\n").skip(1) {
            let patch = block.split("```").next().expect("an end");
            number += 1;
            plays(&format!("{document}, patch {number}"), |player| {
                player.load_text("document", patch).map(|_| ())
            });
        }
    }
    assert!(number >= 3, "the README shows patches");
}

#[test]
fn the_shader_of_the_first_fifteen_minutes_compiles() {
    let text = fs::read_to_string(root().join("docs/patching.md")).expect("readable");
    let fenced = |language: &str, at: usize| {
        let block = text.split(&format!("```{language}\n")).nth(at).expect("a block");
        block.split("```").next().expect("an end").to_owned()
    };
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("bands.wgsl"), fenced("wgsl", 1)).expect("writable");
    fs::write(folder.path().join("mine.rhai"), fenced("text", 1)).expect("writable");
    plays("docs/patching.md, the shader", |player| player.load(folder.path().join("mine.rhai")).map(|_| ()));
}

#[test]
fn writing_a_node_shows_code_that_runs() {
    let page = fs::read_to_string(root().join("docs/writing-a-node.md")).expect("readable");
    let example = fs::read_to_string(root().join("examples/own_node.rs")).expect("readable");
    for block in page.split("```rust\n").skip(1).map(|rest| rest.split("```").next().expect("an end")) {
        assert!(example.contains(block), "examples/own_node.rs has no\n{block}");
    }
}

#[test]
fn every_file_that_a_document_names_is_there() {
    let entries =
        fs::read_dir(root()).expect("readable").chain(fs::read_dir(root().join("docs")).expect("readable"));
    let paths = entries.map(|entry| entry.expect("readable").path());
    let mut named = 0;
    for document in paths.filter(|path| path.extension().is_some_and(|extension| extension == "md")) {
        let text = fs::read_to_string(&document).expect("readable");
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = target.split('#').next().unwrap_or_default();
            if path.is_empty() || path.contains("://") {
                continue;
            }
            let folder = document.parent().expect("a folder");
            assert!(folder.join(path).exists(), "{} names {path}", document.display());
            named += 1;
        }
    }
    assert!(named > 20, "only {named} files are named");
}
