//! What changes between two plans.
