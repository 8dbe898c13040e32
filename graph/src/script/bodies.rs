//! The functions of a syntax tree with their statements, which rhai keeps to itself: they are
//! collected from its walk and told apart by where they stand.

use rhai::{AST, ASTNode, Stmt};

use super::files::Place;

/// A function of a script.
#[derive(Debug)]
pub(super) struct Body {
    pub name: String,
    pub parameters: Vec<String>,
    pub statements: Vec<Stmt>,
    /// Where its body starts; where execution of it starts, too.
    pub start: Option<Place>,
    end: Option<Place>,
}

impl Body {
    fn contains(&self, place: Place) -> bool {
        match (self.start, self.end) {
            (Some(start), Some(end)) => start <= place && place <= end,
            (start, _) => start == Some(place),
        }
    }
}

/// Every function of a syntax tree, anonymous ones included.
pub(super) fn bodies_of(ast: &AST) -> Vec<Body> {
    let mut bodies: Vec<Body> = ast
        .shared_lib()
        .iter_script_fn_info()
        .map(|(.., function)| Body {
            name: function.name.to_string(),
            parameters: function.params.iter().map(ToString::to_string).collect(),
            statements: Vec::new(),
            start: Place::of(function.body.start_position()),
            end: Place::of(function.body.end_position()),
        })
        .collect();
    let mut in_main = ast.statements().len();
    ast.walk(&mut |path: &[ASTNode<'_>]| {
        if let [ASTNode::Stmt(statement)] = path {
            if in_main > 0 {
                in_main -= 1;
            } else if let Some(place) = Place::of(statement.position()) {
                let innermost =
                    bodies.iter_mut().filter(|body| body.contains(place)).max_by_key(|body| body.start);
                if let Some(body) = innermost {
                    body.statements.push((*statement).clone());
                }
            }
        }
        true
    });
    bodies
}
