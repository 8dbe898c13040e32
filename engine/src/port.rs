//! What may travel on a wire: the types of ports, and their values.

pub use pastiche_graph::port::*;

pub use crate::value::Value;
