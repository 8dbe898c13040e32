//! Reads the modules of the workspace's crates and what they name of each other, from their syntax
//! trees. Names are followed through `use` and `pub use` to the module that defines them; modules of
//! tests are left out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, UseTree};

/// A crate: a library or a program.
pub struct Crate {
    /// Its root file, from the root of the workspace.
    root: String,
    /// Its modules; the root is the first.
    modules: Vec<Module>,
}

/// A module: a file, or a block inside one.
#[derive(Default)]
struct Module {
    /// Its path inside the crate: `crate::gpu::pool`.
    name: String,
    /// Its file, from the root of the workspace.
    file: String,
    /// Whether it is the file of a kind of node, which `kinds!` lists.
    is_kind: bool,
    parent: Option<usize>,
    children: BTreeMap<String, usize>,
    items: BTreeSet<String>,
    imports: BTreeMap<String, Vec<String>>,
    globs: Vec<Vec<String>>,
    /// Every path that its code names, imports included, as it is written.
    paths: BTreeSet<Vec<String>>,
    /// Paths that it only gives on, by `pub use`.
    given_on: BTreeSet<Vec<String>>,
}

/// What a path names.
enum Named {
    /// Something that a module of this crate defines.
    Here(usize),
    /// Something of another crate, or of the language: the path that begins with the crate.
    Outside(Vec<String>),
}

/// Reads every crate of the workspace.
pub fn workspace(root: &Path) -> Vec<Crate> {
    let manifest = fs::read_to_string(root.join("Cargo.toml")).expect("a manifest");
    let manifest: toml::Table = manifest.parse().expect("TOML");
    let members = manifest["workspace"]["members"].as_array().expect("a list of members");
    let members = members.iter().map(|member| format!("{}/", member.as_str().expect("a text")));
    let mut crates = Vec::new();
    for member in std::iter::once(String::new()).chain(members) {
        let before = crates.len();
        for file in ["src/lib.rs", "src/main.rs"] {
            let file = format!("{member}{file}");
            if root.join(&file).exists() {
                crates.push(Crate::read(root, &file));
            }
        }
        assert!(crates.len() > before, "`{member}` has neither a library nor a program");
    }
    crates
}

impl Crate {
    fn read(workspace: &Path, root: &str) -> Crate {
        let mut read = Crate { root: root.into(), modules: Vec::new() };
        let path = workspace.join(root);
        let folder = path.parent().expect("a folder").to_owned();
        read.file(workspace, "crate".into(), None, &path, folder);
        read
    }

    fn file(
        &mut self,
        workspace: &Path,
        name: String,
        parent: Option<usize>,
        path: &Path,
        folder: PathBuf,
    ) -> usize {
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let syntax = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let file = path.strip_prefix(workspace).expect("inside").to_string_lossy().replace('\\', "/");
        self.module(workspace, name, file, parent, &syntax.items, folder)
    }

    /// Adds a module and those in it; `folder` is where the files of its children lie.
    fn module(
        &mut self,
        workspace: &Path,
        name: String,
        file: String,
        parent: Option<usize>,
        items: &[Item],
        folder: PathBuf,
    ) -> usize {
        let at = self.modules.len();
        self.modules.push(Module { name: name.clone(), file: file.clone(), parent, ..Module::default() });
        for item in items.iter().filter(|item| !is_of_tests(attributes(item))) {
            // `kinds! { … }` declares the modules that it lists.
            if let Item::Macro(list) = item
                && list.mac.path.is_ident("kinds")
            {
                for token in list.mac.tokens.clone() {
                    let TokenTree::Ident(word) = token else { continue };
                    let word = word.to_string().trim_start_matches("r#").to_owned();
                    let (name, inside) = (format!("{name}::{word}"), folder.join(&word));
                    let path = folder.join(format!("{word}.rs"));
                    let child = self.file(workspace, name, Some(at), &path, inside);
                    self.modules[child].is_kind = true;
                    self.modules[at].children.insert(word, child);
                }
                continue;
            }
            if let Item::Mod(child) = item {
                let word = child.ident.to_string();
                let (name, inside) = (format!("{name}::{word}"), folder.join(&word));
                let child = match &child.content {
                    Some((_, items)) => self.module(workspace, name, file.clone(), Some(at), items, inside),
                    None => {
                        let flat = folder.join(format!("{word}.rs"));
                        let path = if flat.exists() { flat } else { inside.join("mod.rs") };
                        self.file(workspace, name, Some(at), &path, inside)
                    }
                };
                self.modules[at].children.insert(word, child);
                continue;
            }
            let module = &mut self.modules[at];
            module.items.extend(named(item));
            Reader { module }.visit_item(item);
        }
        at
    }

    /// The file of each module.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.modules.iter().map(|module| module.file.as_str())
    }

    /// The modules that a module names, each with one of the paths that name it.
    pub fn dependencies(&self, module: usize) -> BTreeMap<usize, String> {
        let mut found = BTreeMap::new();
        for path in &self.modules[module].paths {
            if let Some(Named::Here(owner)) = self.resolve(module, path, 0)
                && owner != module
            {
                found.entry(owner).or_insert_with(|| path.join("::"));
            }
        }
        found
    }

    /// What a module names of other crates, through whatever gives it on: `pastiche_graph::plan::Plan`,
    /// and with everything inside `rhai::*`.
    pub fn outside(&self, module: usize) -> BTreeSet<String> {
        let Module { paths, given_on, globs, children, .. } = &self.modules[module];
        let named = paths.iter().chain(given_on).filter_map(|path| match self.resolve(module, path, 0)? {
            Named::Outside(path) => Some(path.join("::")),
            Named::Here(_) => None,
        });
        let globs = globs.iter().filter_map(|glob| match (self.resolve(module, glob, 0), glob.as_slice()) {
            (Some(Named::Outside(path)), _) => Some(format!("{}::*", path.join("::"))),
            (None, [word]) if !children.contains_key(word) => Some(format!("{word}::*")),
            _ => None,
        });
        named.chain(globs).collect()
    }

    /// What a path names, seen from a module; `None` for a word alone that is no import.
    fn resolve(&self, from: usize, path: &[String], depth: usize) -> Option<Named> {
        if depth > 16 {
            return None;
        }
        let mut at = from;
        let mut steps = path.iter().peekable();
        match path.first()?.as_str() {
            "crate" => {
                at = 0;
                steps.next();
            }
            "self" => {
                steps.next();
            }
            "super" => {
                while steps.next_if(|step| *step == "super").is_some() {
                    at = self.modules[at].parent?;
                }
            }
            _ => {}
        }
        let mut is_first = at == from && steps.len() == path.len();
        while let Some(step) = steps.next() {
            let module = &self.modules[at];
            // A word alone is a variable's, whatever modules are called.
            if let Some(child) = module.children.get(step).filter(|_| path.len() > 1) {
                at = *child;
            } else if module.items.contains(step) {
                return Some(Named::Here(at));
            } else {
                let rest: Vec<String> = steps.cloned().collect();
                if let Some(import) = module.imports.get(step) {
                    let whole: Vec<String> = import.iter().chain(&rest).cloned().collect();
                    // An import that begins with its own name is that of another crate.
                    let is_outside = import.first() == Some(step);
                    return if is_outside {
                        Some(Named::Outside(whole))
                    } else {
                        self.resolve(at, &whole, depth + 1)
                    };
                }
                // A glob of another crate may hold anything; the glob itself is named where it stands.
                let glob = module.globs.iter().find_map(|glob| {
                    let whole: Vec<String> = glob.iter().chain([step]).chain(&rest).cloned().collect();
                    match self.resolve(at, &whole, depth + 1) {
                        Some(Named::Here(owner)) => Some(owner),
                        _ => None,
                    }
                });
                return match glob {
                    Some(owner) => Some(Named::Here(owner)),
                    // A word of the language, of another crate, or of a function's inside.
                    None if is_first => (path.len() > 1).then(|| Named::Outside(path.to_vec())),
                    None => Some(Named::Here(at)),
                };
            }
            is_first = false;
        }
        Some(Named::Here(at))
    }

    /// How many kinds of nodes were read.
    pub fn kinds(&self) -> usize {
        self.modules.iter().filter(|module| module.is_kind).count()
    }

    /// The kind of node in whose file, or in a file below it, a module stands.
    fn kind_of(&self, module: usize) -> Option<usize> {
        std::iter::successors(Some(module), |at| self.modules[*at].parent)
            .find(|at| self.modules[*at].is_kind)
    }

    /// What the files of one kind of node name of another's, as text.
    pub fn strangers(&self) -> Vec<String> {
        let mut found = Vec::new();
        for module in 0..self.modules.len() {
            let Some(own) = self.kind_of(module) else { continue };
            for (other, path) in self.dependencies(module) {
                if self.kind_of(other).is_some_and(|kind| kind != own) {
                    found.push(format!("{} names `{path}`", self.modules[module].file));
                }
            }
        }
        found
    }

    /// Groups of modules that need each other, each with the paths that tie it, as text. The files of one
    /// kind of node are one thing.
    pub fn circles(&self) -> Vec<String> {
        let edges: Vec<BTreeMap<usize, String>> =
            (0..self.modules.len()).map(|module| self.dependencies(module)).collect();
        let reach: Vec<BTreeSet<usize>> = (0..edges.len()).map(|from| reachable(&edges, from)).collect();
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        for module in 0..edges.len() {
            if !reach[module].contains(&module) || !seen.insert(module) {
                continue;
            }
            let members: BTreeSet<usize> =
                reach[module].iter().copied().filter(|other| reach[*other].contains(&module)).collect();
            seen.extend(&members);
            let kind = self.kind_of(module);
            if kind.is_some() && members.iter().all(|member| self.kind_of(*member) == kind) {
                continue;
            }
            let mut text = format!("{}: a circle of {} modules", self.root, members.len());
            for from in &members {
                for (to, path) in edges[*from].iter().filter(|(to, _)| members.contains(to)) {
                    let (from, to) = (&self.modules[*from], &self.modules[*to].name);
                    let (from, file) = (&from.name, &from.file);
                    text += &format!("\n  {from} ({file}) -> {to} by `{path}`");
                }
            }
            found.push(text);
        }
        found
    }
}

fn reachable(edges: &[BTreeMap<usize, String>], from: usize) -> BTreeSet<usize> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<usize> = edges[from].keys().copied().collect();
    while let Some(next) = open.pop() {
        if reached.insert(next) {
            open.extend(edges[next].keys());
        }
    }
    reached
}

/// Writes down what a module imports and names.
struct Reader<'a> {
    module: &'a mut Module,
}

impl Reader<'_> {
    fn import(&mut self, tree: &UseTree, before: &[String], is_public: bool) {
        let with = |word: String| before.iter().cloned().chain([word]).collect::<Vec<String>>();
        let mut bind = |name: String, path: Vec<String>| {
            // What is only given on is needed by whoever takes it.
            let paths = if is_public { &mut self.module.given_on } else { &mut self.module.paths };
            paths.insert(path.clone());
            self.module.imports.insert(name, path);
        };
        match tree {
            UseTree::Path(path) => self.import(&path.tree, &with(path.ident.to_string()), is_public),
            UseTree::Name(name) if name.ident == "self" => {
                bind(before.last().cloned().unwrap_or_default(), before.to_vec());
            }
            UseTree::Name(name) => bind(name.ident.to_string(), with(name.ident.to_string())),
            UseTree::Rename(rename) if rename.ident == "self" => {
                bind(rename.rename.to_string(), before.to_vec())
            }
            UseTree::Rename(rename) => bind(rename.rename.to_string(), with(rename.ident.to_string())),
            UseTree::Glob(_) => {
                let paths = if is_public { &mut self.module.given_on } else { &mut self.module.paths };
                paths.insert(before.to_vec());
                self.module.globs.push(before.to_vec());
            }
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.import(tree, before, is_public)),
        }
    }

    /// Paths in the words of a macro, which no one parses before it is expanded.
    fn words(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(word) => {
                    if colons != 2 {
                        self.end(&mut path);
                    }
                    path.push(word.to_string());
                    colons = 0;
                }
                TokenTree::Punct(mark) if mark.as_char() == ':' => colons += 1,
                TokenTree::Group(group) => {
                    self.end(&mut path);
                    self.words(group.stream());
                }
                _ => self.end(&mut path),
            }
        }
        self.end(&mut path);
    }

    fn end(&mut self, path: &mut Vec<String>) {
        let path = std::mem::take(path);
        if !path.is_empty() {
            self.module.paths.insert(path);
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.import(&item.tree, &[], !matches!(item.vis, syn::Visibility::Inherited));
    }

    /// `pub(super)` needs nothing of the module above.
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.module.paths.insert(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        self.visit_path(&item.path);
        self.words(item.tokens.clone());
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        _ => &[],
    }
}

fn is_of_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Ident>().is_ok_and(|condition| condition == "test")
    })
}

fn named(item: &Item) -> Option<String> {
    let name = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        _ => return None,
    };
    Some(name.to_string())
}
