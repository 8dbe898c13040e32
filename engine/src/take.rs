//! The one stamped log through which all outside input enters.
