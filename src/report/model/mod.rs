//! The public result. Every face is a function of it.

pub mod v1;
