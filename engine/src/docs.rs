//! Documents made from the registry.
