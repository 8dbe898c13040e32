//! Limits in shaders that people write: a loop without an end must not hold the adapter, and a huge array
//! must not fill the memory.

use std::borrow::Cow;

use wgpu::naga::{
    AddressSpace, BinaryOperator, Block, Expression, Function, GlobalVariable, Handle, Literal,
    MemoryDecorations, Module, Range, Scalar, Span, Statement, Type, TypeInner,
};

use super::shader_error::ShaderError;

/// The most rounds of all loops together, nested ones included, for one pixel. A shader that passes it
/// returns from the function whose loop it is, with zero.
const MOST_ROUNDS: u32 = 1 << 16;

/// The most bytes of variables of each pixel.
const MOST_PRIVATE_BYTES: u64 = 1 << 16;

/// A module with a limit in every loop.
///
/// # Errors
/// When its variables take more than [`MOST_PRIVATE_BYTES`] for each pixel.
pub(super) fn bounded(mut module: Module) -> Result<Module, ShaderError> {
    let bytes = private_bytes(&module);
    if bytes > MOST_PRIVATE_BYTES {
        return Err(ShaderError::without_place(format!(
            "the variables take {bytes} bytes for each pixel; at most {MOST_PRIVATE_BYTES} are allowed"
        )));
    }
    let ty = module.types.insert(Type { name: None, inner: TypeInner::Scalar(Scalar::U32) }, Span::UNDEFINED);
    let init = module.global_expressions.append(Expression::Literal(Literal::U32(0)), Span::UNDEFINED);
    let rounds = module.global_variables.append(
        GlobalVariable {
            name: Some("rounds_of_loops".into()),
            space: AddressSpace::Private,
            binding: None,
            ty,
            init: Some(init),
            memory_decorations: MemoryDecorations::empty(),
        },
        Span::UNDEFINED,
    );
    let functions = module.functions.iter_mut().map(|(_, function)| function);
    let entries = module.entry_points.iter_mut().map(|entry| &mut entry.function);
    for function in functions.chain(entries) {
        let mut body = std::mem::take(&mut function.body);
        Limiter::new(function, rounds).block(&mut body);
        function.body = body;
    }
    Ok(module)
}

/// As a source for wgpu.
pub(super) fn source(module: Module) -> wgpu::ShaderSource<'static> {
    wgpu::ShaderSource::Naga(Cow::Owned(module))
}

fn private_bytes(module: &Module) -> u64 {
    let size = |ty: Handle<Type>| {
        let size = module.types[ty].inner.try_size(module.to_ctx());
        size.map_or(u64::from(u32::MAX), u64::from)
    };
    let globals = module.global_variables.iter().map(|(_, variable)| variable);
    let globals =
        globals.filter(|variable| variable.space == AddressSpace::Private).map(|variable| size(variable.ty));
    let functions = module.functions.iter().map(|(_, function)| function);
    let functions = functions.chain(module.entry_points.iter().map(|entry| &entry.function));
    let locals =
        functions.flat_map(|function| function.local_variables.iter().map(|(_, variable)| size(variable.ty)));
    globals.chain(locals).sum()
}

/// Puts the limit into the loops of one function.
struct Limiter<'a> {
    function: &'a mut Function,
    rounds: Handle<Expression>,
    one: Handle<Expression>,
    most: Handle<Expression>,
    /// What is returned; `None` from a function that returns nothing.
    zero: Option<Handle<Expression>>,
}

impl Limiter<'_> {
    fn new(function: &mut Function, rounds: Handle<GlobalVariable>) -> Limiter<'_> {
        let result = function.result.as_ref().map(|result| result.ty);
        let mut append = |expression| function.expressions.append(expression, Span::UNDEFINED);
        let rounds = append(Expression::GlobalVariable(rounds));
        let one = append(Expression::Literal(Literal::U32(1)));
        let most = append(Expression::Literal(Literal::U32(MOST_ROUNDS)));
        let zero = result.map(|ty| append(Expression::ZeroValue(ty)));
        Limiter { function, rounds, one, most, zero }
    }

    fn block(&mut self, block: &mut Block) {
        for statement in block.iter_mut() {
            match statement {
                Statement::Block(inner) => self.block(inner),
                Statement::If { accept, reject, .. } => {
                    self.block(accept);
                    self.block(reject);
                }
                Statement::Switch { cases, .. } => {
                    cases.iter_mut().for_each(|case| self.block(&mut case.body));
                }
                Statement::Loop { body, continuing, .. } => {
                    self.block(body);
                    self.block(continuing);
                    let mut limited = self.round();
                    limited.append(body);
                    *body = limited;
                }
                _ => {}
            }
        }
    }

    /// Counts a round, and returns where there were too many.
    fn round(&mut self) -> Block {
        let mut append = |expression| self.function.expressions.append(expression, Span::UNDEFINED);
        let before = append(Expression::Load { pointer: self.rounds });
        let binary = |op, left, right| Expression::Binary { op, left, right };
        let now = append(binary(BinaryOperator::Add, before, self.one));
        let is_over = append(binary(BinaryOperator::Greater, now, self.most));
        let give_up = Block::from_vec(vec![Statement::Return { value: self.zero }]);
        Block::from_vec(vec![
            Statement::Emit(Range::new_from_bounds(before, is_over)),
            Statement::Store { pointer: self.rounds, value: now },
            Statement::If { condition: is_over, accept: give_up, reject: Block::new() },
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wgpu::naga::front::wgsl::parse_str;
    use wgpu::naga::valid::{Capabilities, ValidationFlags, Validator};

    fn limited(text: &str) -> Result<Module, ShaderError> {
        let module = bounded(parse_str(text).unwrap())?;
        Validator::new(ValidationFlags::all(), Capabilities::all()).validate(&module).unwrap();
        Ok(module)
    }

    #[test]
    fn every_shape_of_loop_stays_a_sound_shader() {
        let text = "fn nested(n: i32) -> f32 {
                 var sum = 0.0;
                 for (var i = 0; i < n; i++) { for (var j = 0; j < i; j++) { sum += 1.0; if (sum > 9.0) { continue; } } }
                 return sum;
             }
             fn endless() -> vec3f { loop { } return vec3f(1.0); }
             fn nothing() { var i = 0; loop { i++; continuing { break if i > 3; } } }
             fn chosen(n: i32) -> f32 { switch (n) { case 1: { while (true) { } } default: { } } return 1.0; }
             @fragment fn main() -> @location(0) vec4f {
                 nothing();
                 return vec4f(endless(), nested(3) + chosen(1));
             }";
        let (before, after) =
            (format!("{:?}", parse_str(text).unwrap()), format!("{:?}", limited(text).unwrap()));
        let count = |text: &str, what: &str| text.matches(what).count();
        let loops = count(&before, "Loop {");
        assert_eq!((loops, count(&after, "Loop {")), (5, 5));
        assert_eq!(count(&after, "op: Greater,") - count(&before, "op: Greater,"), loops);
    }

    #[test]
    fn huge_variables_are_refused() {
        let text = |count: u32| {
            format!(
                "var<private> a: array<f32, {count}>;
                 @fragment fn main() -> @location(0) vec4f {{ a[1] = 2.0; return vec4f(a[0]); }}"
            )
        };
        assert!(limited(&text(16_000)).is_ok());
        assert!(limited(&text(1_000_000)).unwrap_err().message.contains("for each pixel"));
    }
}
