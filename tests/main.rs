//! What parytet promises, checked on whole files.
#![allow(missing_docs, reason = "a test's name says what it checks")]

mod log_support;

mod broken_input;
mod formats;
