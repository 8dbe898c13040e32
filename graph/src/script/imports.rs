//! The files of an evaluation: the patch and what it imports, from the folder of the patch only.
//! Everything is read and parsed before anything runs.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use rhai::{AST, ASTNode, Engine, EvalAltResult, Expr, Module, ModuleResolver, Position, Scope, Stmt};

use super::bodies::{Body, bodies_of};
use super::files::{File, Place};
use super::limits::Limits;
use super::making::Shared;
use super::outcome::Source;
use super::spelling;
use super::vocabulary::{Functions, Vocabulary, functions_of};
use super::walk::{self, Reading};
use crate::diagnostic::Diagnostic;
use crate::kinds::Kinds;

/// A file that has been read and parsed.
pub(super) struct Parsed {
    pub file: File,
    pub ast: AST,
    pub bodies: Vec<Body>,
    pub reading: Reading,
    pub prefix: String,
}

/// Reads and parses the files of one evaluation.
pub(super) struct Loader<'a> {
    engine: &'a Engine,
    kinds: &'a Kinds,
    limits: Limits,
    folder: Option<PathBuf>,
    /// In front of the names of imported files, as the patch itself is shown.
    shown_folder: String,
    /// By the name in `import`; `None` for one that could not be read.
    pub imported: HashMap<String, Option<Parsed>>,
    pub paths: Vec<PathBuf>,
    pub faults: Vec<Diagnostic>,
    open: Vec<String>,
}

impl<'a> Loader<'a> {
    pub(super) fn new(engine: &'a Engine, kinds: &'a Kinds, limits: Limits, source: &Source) -> Loader<'a> {
        let shown = Path::new(&*source.name).parent().map(|folder| folder.join("")).unwrap_or_default();
        Loader {
            engine,
            kinds,
            limits,
            folder: source.folder.clone(),
            shown_folder: shown.to_string_lossy().into_owned(),
            imported: HashMap::new(),
            paths: Vec::new(),
            faults: Vec::new(),
            open: Vec::new(),
        }
    }

    /// Parses and reads a file and what it imports; `None` after a fault that has been reported.
    pub(super) fn load(&mut self, name: Arc<str>, text: &str, prefix: String) -> Option<Parsed> {
        let text = &*spelling::cleaned(text);
        let file = File::new(name.clone(), text);
        if text.len() > self.limits.source_bytes {
            let most = self.limits.source_bytes;
            self.faults.push(Diagnostic::error(format!("`{name}` is larger than {most} bytes")));
            return None;
        }
        let mut ast = match self.engine.compile(text) {
            Ok(ast) => ast,
            Err(error) => {
                let (fault, place) = spelling::of_parser(&error, text, self.kinds);
                self.faults.push(file.point(fault, place));
                return None;
            }
        };
        ast.set_source(&*name);
        let functions = functions_of(&ast);
        let mut vocabulary = Vocabulary::new(self.kinds, &functions);
        let mut complete = true;
        for (path, alias, position) in imports_of(&ast) {
            match self.import(&path, &file, position) {
                Some(functions) => {
                    vocabulary.imported.insert(alias, functions);
                }
                None => complete = false,
            }
        }
        let bodies = bodies_of(&ast);
        let reading = walk::read(&ast, &bodies, &file, &vocabulary, self.limits.faults);
        let parsed = Parsed { file, ast, bodies, reading, prefix };
        if complete {
            return Some(parsed);
        }
        self.faults.extend(parsed.reading.faults);
        None
    }

    /// Loads an imported file, once, and gives its functions.
    fn import(&mut self, path: &str, from: &File, position: Position) -> Option<Functions> {
        let place = Place::of(position);
        if self.open.iter().any(|open| open == path) {
            let ring = [self.open.join("` → `"), path.to_owned()].join("` → `");
            let fault = Diagnostic::error(format!("these files import each other: `{ring}`"));
            self.faults.push(from.point(fault, place));
            return None;
        }
        if !self.imported.contains_key(path) {
            if self.imported.len() >= self.limits.imports {
                let fault =
                    Diagnostic::error(format!("more than {} files are imported", self.limits.imports));
                self.faults.push(from.point(fault, place));
                return None;
            }
            let parsed = match self.read(path) {
                Ok((name, text, stem)) => {
                    self.open.push(path.to_owned());
                    let parsed = self.load(name, &text, format!("{stem}/"));
                    self.open.pop();
                    parsed
                }
                Err(fault) => {
                    self.faults.push(from.point(fault, place));
                    None
                }
            };
            self.imported.insert(path.to_owned(), parsed);
        }
        let parsed = self.imported.get(path)?.as_ref()?;
        Some(functions_of(&parsed.ast))
    }

    /// The name, text and stem of an imported file.
    fn read(&mut self, path: &str) -> Result<(Arc<str>, String, String), Diagnostic> {
        let relative = if path.ends_with(".rhai") { path.to_owned() } else { format!("{path}.rhai") };
        let inside = !path.contains('\\')
            && Path::new(&relative).components().all(|part| matches!(part, Component::Normal(_)));
        if path.is_empty() || !inside {
            return Err(Diagnostic::error(format!("`{path}` is not in the folder of the patch"))
                .help("imports name files in the folder of the patch or below it"));
        }
        let Some(folder) = &self.folder else {
            return Err(Diagnostic::error(format!("`{path}` cannot be imported: this patch has no folder"))
                .help("save the patch to a file first"));
        };
        let full = folder.join(&relative);
        if !self.paths.contains(&full) {
            self.paths.push(full.clone());
        }
        let unreadable = |error: &std::io::Error| {
            let why = if error.kind() == std::io::ErrorKind::NotFound {
                "there is no such file".to_owned()
            } else {
                error.to_string()
            };
            Diagnostic::error(format!("`{relative}` cannot be imported: {why}"))
                .help("imports name files in the folder of the patch or below it")
        };
        let real = full.canonicalize().map_err(|error| unreadable(&error))?;
        let root = folder.canonicalize().map_err(|error| unreadable(&error))?;
        if !real.starts_with(&root) {
            return Err(Diagnostic::error(format!("`{relative}` leads out of the folder of the patch")));
        }
        let metadata = std::fs::metadata(&real).map_err(|error| unreadable(&error))?;
        // To open a pipe would wait for somebody to write into it.
        if !metadata.is_file() {
            return Err(Diagnostic::error(format!("`{relative}` is not a file"))
                .help("imports name text files; a folder, a pipe or a device is none"));
        }
        if metadata.len() > self.limits.source_bytes as u64 {
            let most = self.limits.source_bytes;
            return Err(Diagnostic::error(format!("`{relative}` is larger than {most} bytes")));
        }
        let text = std::fs::read_to_string(&real).map_err(|error| unreadable(&error))?;
        let stem = Path::new(&relative).file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let name = format!("{}{relative}", self.shown_folder);
        Ok((name.into(), text, stem.unwrap_or_default()))
    }
}

/// The imports of a file: path, alias, place.
fn imports_of(ast: &AST) -> Vec<(String, String, Position)> {
    let mut imports = Vec::new();
    ast.walk(&mut |path: &[ASTNode<'_>]| {
        if let Some(ASTNode::Stmt(Stmt::Import(parts, _))) = path.last()
            && let (Expr::StringConstant(name, position), alias) = &**parts
        {
            imports.push((name.to_string(), alias.name.to_string(), *position));
        }
        true
    });
    imports
}

/// Hands out the imported files while the script runs; each is run once.
pub(super) struct Resolver {
    pub session: Shared,
    pub files: HashMap<String, (Arc<str>, AST)>,
    pub done: RefCell<HashMap<String, Rc<Module>>>,
}

impl ModuleResolver for Resolver {
    fn resolve(
        &self,
        engine: &Engine,
        _: Option<&str>,
        path: &str,
        position: Position,
    ) -> Result<Rc<Module>, Box<EvalAltResult>> {
        if let Some(module) = self.done.borrow().get(path) {
            return Ok(module.clone());
        }
        let Some((name, ast)) = self.files.get(path) else {
            return Err(Box::new(EvalAltResult::ErrorModuleNotFound(path.to_owned(), position)));
        };
        self.session.borrow_mut().running.push(name.clone());
        let module = Module::eval_ast_as_new(Scope::new(), ast, engine);
        self.session.borrow_mut().running.pop();
        let mut module = module
            .map_err(|error| Box::new(EvalAltResult::ErrorInModule(name.to_string(), error, position)))?;
        module.set_id(&**name);
        module.build_index();
        let module = Rc::new(module);
        self.done.borrow_mut().insert(path.to_owned(), module.clone());
        Ok(module)
    }
}
