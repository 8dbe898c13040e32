//! `pastiche eval`.

mod likelihood;
mod parallel;
mod samples;

use super::arguments::{EvalArguments, EvalTarget};
use super::end::End;

pub fn run(arguments: &EvalArguments) -> anyhow::Result<End> {
    match (arguments.what, arguments.samples) {
        (EvalTarget::Chorale, Some(count)) => samples::run(arguments, count as usize),
        (EvalTarget::Chorale, None) => likelihood::run(arguments),
    }
}
