//! The uniforms of every shader, field by field: the names and places of the Rust struct against those
//! that naga gives the WGSL struct.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use pastiche_engine::assets::NoAssets;
use pastiche_engine::gpu::Gpu;
use pastiche_engine::node::BuildCtx;
use pastiche_engine::options::{OptionValue, Options};
use pastiche_engine::workers::Workers;
use pastiche_testing::{Means, need};
use wgpu::naga::front::wgsl::parse_str;
use wgpu::naga::{Module, StructMember, TypeInner};

use crate::effect::COMMON;

/// A compiled pass: the Rust type of its uniforms with its path, their bytes, and its WGSL.
type Pass = (&'static str, usize, String);

/// A pass whose uniforms are a list: its label, the name and bytes of each, and its WGSL.
type ListedPass = (&'static str, Vec<(&'static str, usize)>, String);

thread_local! {
    static LISTED: RefCell<Vec<ListedPass>> = const { RefCell::new(Vec::new()) };
    static PASSES: RefCell<Vec<Pass>> = const { RefCell::new(Vec::new()) };
}

/// Keeps what a pass was compiled from.
pub(crate) fn note<U>(wgsl: &str) {
    let pass = (std::any::type_name::<U>(), size_of::<U>(), format!("{COMMON}\n{wgsl}"));
    PASSES.with_borrow_mut(|passes| passes.push(pass));
}

/// Keeps the uniforms of a pass that lists them.
pub(crate) fn note_list(label: &'static str, uniforms: Vec<(&'static str, usize)>, wgsl: &str) {
    LISTED.with_borrow_mut(|passes| passes.push((label, uniforms, format!("{COMMON}\n{wgsl}"))));
}

/// A field or a member: its name and its first byte. The names of what is nested stand behind a dot.
type Place = (String, usize);

fn source_of(path: &str) -> PathBuf {
    let modules: Vec<&str> = path.split("::").skip(1).collect();
    let file = modules[..modules.len() - 1].join("/");
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(file).with_extension("rs")
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The sources, that of one path first.
struct Sources(Vec<(PathBuf, String)>);

impl Sources {
    fn with_first(path: &Path) -> Sources {
        let mut files = vec![path.to_owned()];
        rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
        let read = |file: PathBuf| {
            let source = fs::read_to_string(&file).unwrap();
            (file, source)
        };
        Sources(files.into_iter().map(read).collect())
    }

    /// Name and type of each field of a struct of numbers.
    fn fields(&self, name: &str) -> Vec<(String, String)> {
        let (module, name) = name.rsplit_once("::").unwrap_or(("", name));
        let head = format!("struct {name} {{\n");
        let is_its_file = |file: &Path| module.is_empty() || file.ends_with(format!("{module}.rs"));
        let source = self.0.iter().find(|(file, source)| is_its_file(file) && source.contains(&head));
        let (_, source) = source.unwrap_or_else(|| panic!("no source declares `{name}`"));
        let body = source.split(&head).nth(1).unwrap().split("\n}").next().unwrap();
        let lines = body.lines().map(str::trim).filter(|line| !line.starts_with("//"));
        let field = |line: &str| {
            let (name, kind) = line.trim_end_matches(',').split_once(": ").unwrap();
            (name.trim_start_matches("pub(crate) ").trim_start_matches("pub(super) ").into(), kind.into())
        };
        lines.map(field).collect()
    }

    fn length(&self, text: &str) -> usize {
        let head = format!("const {text}: usize = ");
        text.parse().unwrap_or_else(|_| {
            let (_, source) = self.0.iter().find(|(_, source)| source.contains(&head)).unwrap();
            let number = source.split(&head).nth(1).unwrap().split(';').next().unwrap();
            number.parse().unwrap()
        })
    }

    /// The bytes of a type; the places of the fields of a struct go to `places`. Every number has four
    /// bytes, so that nothing lies between fields.
    fn walk(&self, kind: &str, at: usize, name: &str, places: &mut Vec<Place>) -> usize {
        if ["f32", "u32", "i32"].contains(&kind) {
            return 4;
        }
        if let Some(array) = kind.strip_prefix('[') {
            let (member, length) = array.trim_end_matches(']').rsplit_once("; ").unwrap_or_default();
            let member = if member.starts_with('[') { format!("{member}]") } else { member.to_owned() };
            return self.length(length) * self.walk(&member, at, name, places);
        }
        let mut end = at;
        for (field, kind) in self.fields(kind) {
            let field = if name.is_empty() { field } else { format!("{name}.{field}") };
            if !field.contains("padding") {
                places.push((field.clone(), end));
            }
            end += self.walk(&kind, end, &field, places);
        }
        end - at
    }
}

fn members(module: &Module, members: &[StructMember], at: usize, name: &str, places: &mut Vec<Place>) {
    for member in members {
        let field = member.name.clone().unwrap_or_default();
        let field = if name.is_empty() { field } else { format!("{name}.{field}") };
        let first = at + member.offset as usize;
        if !field.contains("padding") {
            places.push((field.clone(), first));
        }
        let mut inner = &module.types[member.ty].inner;
        while let TypeInner::Array { base, .. } = inner {
            inner = &module.types[*base].inner;
        }
        if let TypeInner::Struct { members: nested, .. } = inner {
            self::members(module, nested, first, &field, places);
        }
    }
}

/// The places of `u`, as the shader reads them.
fn wgsl_places(wgsl: &str) -> Vec<Place> {
    let mut text = include_str!("../../engine/src/gpu/shaders/prelude.wgsl").to_owned();
    text += "@group(0) @binding(0) var<storage, read> u: Uniforms;\n";
    for input in 0..8 {
        text += &format!("@group(0) @binding({}) var input{input}: texture_2d<f32>;\n", input + 1);
    }
    let module = parse_str(&format!("{text}{wgsl}")).unwrap_or_else(|error| panic!("{error}"));
    let (_, uniforms) = module
        .global_variables
        .iter()
        .find(|(_, variable)| variable.name.as_deref() == Some("u"))
        .expect("the uniforms");
    let mut places = Vec::new();
    match &module.types[uniforms.ty].inner {
        TypeInner::Struct { members, .. } => self::members(&module, members, 0, "", &mut places),
        other => panic!("the uniforms are {other:?}"),
    }
    places
}

/// Every type in a `compile::<…>` of the sources, with its file.
fn compiled_types() -> BTreeSet<(PathBuf, String)> {
    let mut files = Vec::new();
    rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let mut types = BTreeSet::new();
    for file in files.iter().filter(|file| !file.ends_with("uniform_layout.rs")) {
        let source = fs::read_to_string(file).unwrap();
        let names = source.split("compile::<").skip(1).filter_map(|rest| rest.split('>').next());
        types.extend(names.filter(|name| *name != "()").map(|name| (file.clone(), name.to_owned())));
    }
    types
}

#[test]
fn rust_and_wgsl_agree_on_every_field() {
    let Some(gpu) = need(Means::Adapter, Gpu::new()) else { return };
    let workers = Workers::inline();
    let ctx = BuildCtx {
        assets: &NoAssets,
        gpu: Some(&gpu),
        cameras: None,
        audio_inputs: None,
        workers: &workers,
        seed: 1,
        warnings: &RefCell::default(),
    };
    for kind in crate::kinds() {
        let mut options = Options::default();
        if kind.spec.name == "lookup" {
            options.set("table", OptionValue::Text("LUT_1D_SIZE 2\n0 0 0\n1 1 1\n".into()));
        }
        // What cannot be built without a file has no shader of its own, as the end of this test sees.
        let _ = (kind.make)(&ctx, &options);
    }
    let passes = PASSES.take();
    let mut seen = BTreeSet::new();
    let mut failures = Vec::new();
    for (path, bytes, wgsl) in passes.iter().filter(|(path, ..)| *path != "()") {
        let name = path.rsplit("::").next().unwrap();
        let source = source_of(path);
        seen.insert((source.clone(), name.to_owned()));
        let mut rust = Vec::new();
        let total = Sources::with_first(&source).walk(name, 0, "", &mut rust);
        assert_eq!(total, *bytes, "{path}");
        let wgsl = wgsl_places(wgsl);
        if rust != wgsl {
            failures.push(format!("{path}\n  Rust: {rust:?}\n  WGSL: {wgsl:?}"));
        }
    }
    let listed = LISTED.take();
    assert!(listed.len() >= 16, "{} passes list their uniforms", listed.len());
    for (label, uniforms, wgsl) in listed {
        let starts = uniforms.iter().scan(0, |end, (_, bytes)| {
            *end += bytes;
            Some(*end - bytes)
        });
        let rust: Vec<Place> = uniforms.iter().map(|(name, _)| (*name).to_owned()).zip(starts).collect();
        let wgsl = wgsl_places(&wgsl);
        if rust != wgsl {
            failures.push(format!("{label}\n  Rust: {rust:?}\n  WGSL: {wgsl:?}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    let unseen: Vec<_> = compiled_types().into_iter().filter(|pass| !seen.contains(pass)).collect();
    assert!(unseen.is_empty(), "no kind compiled these: {unseen:?}");
}
