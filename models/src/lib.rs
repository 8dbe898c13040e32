//! Pastiche models.
