//! Arithmetic on controls: all of it in one table.

kinds! {
    formulas,
}
