//! The reference page.

use crate::registry::Registry;

/// The reference of all kinds, by category.
pub fn reference_markdown(registry: &Registry) -> String {
    let _ = registry;
    String::new()
}
