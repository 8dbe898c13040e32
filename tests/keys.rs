//! Every key that a file of `nodes/` declares is in the list of a kind, whichever branch of a node uses it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// Every token, those inside brackets as well, as text.
fn tokens(stream: TokenStream, into: &mut Vec<String>) {
    for token in stream {
        match token {
            TokenTree::Group(group) => {
                into.push("(".into());
                tokens(group.stream(), into);
                into.push(")".into());
            }
            other => into.push(other.to_string()),
        }
    }
}

/// The keys that are declared: `const NAME: In<…>`, or an array of them.
fn declared(tokens: &[String]) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    for at in 0..tokens.len() {
        let [item, name, colon, rest @ ..] = &tokens[at..] else { break };
        let key = rest.iter().find(|token| *token != "(");
        let is_key = key.is_some_and(|token| token == "In" || token == "Out");
        if (item == "const" || item == "static") && colon == ":" && is_key {
            found.insert(name.as_str());
        }
    }
    found
}

/// The keys that are in a list: `NAME.0` or `NAME[3].0`, and nothing of it.
fn listed(tokens: &[String]) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    for at in 0..tokens.len() {
        let behind = match &tokens[at + 1..] {
            [open, _, close, rest @ ..] if open == "(" && close == ")" => rest,
            rest => rest,
        };
        if let [dot, zero, rest @ ..] = behind
            && (dot.as_str(), zero.as_str()) == (".", "0")
            && rest.first().is_none_or(|next| next != ".")
        {
            found.insert(tokens[at].as_str());
        }
    }
    found
}

/// Reads by these keys what each look lists with a text of its own; a look that forgets one is found by
/// `nodes/tests/conformance.rs`.
const LISTED_BY_EACH_LOOK: &str = "look/one_pass.rs";

#[test]
fn every_key_of_a_node_is_listed() {
    let mut files = Vec::new();
    rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("nodes/src"), &mut files);
    let read = |path: &PathBuf| {
        let mut all = Vec::new();
        let text = fs::read_to_string(path).expect("readable");
        tokens(text.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display())), &mut all);
        all
    };
    let texts: Vec<Vec<String>> = files.iter().map(read).collect();
    let listed_anywhere: BTreeSet<&str> = texts.iter().flat_map(|tokens| listed(tokens)).collect();
    let mut keys = 0;
    let mut forgotten = Vec::new();
    for (path, tokens) in files.iter().zip(&texts) {
        let listed_here = listed(tokens);
        for key in declared(tokens) {
            keys += 1;
            // `pub(crate) const`: a key that other files may use is listed by them.
            if path.ends_with(LISTED_BY_EACH_LOOK) {
                continue;
            }
            let is_shared = tokens.windows(3).any(|words| words[0] == ")" && words[2] == key);
            let listed = if is_shared { &listed_anywhere } else { &listed_here };
            if !listed.contains(key) {
                forgotten.push(format!("{}: {key}", path.display()));
            }
        }
    }
    assert!(forgotten.is_empty(), "keys that no kind lists: {forgotten:#?}");
    assert!(keys > 400, "only {keys} keys are found");
}
