//! From what was asked for to a plan, or to every fault at once.
