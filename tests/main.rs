//! What parytet promises, checked on whole files.
#![allow(missing_docs, reason = "a test's name says what it checks")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that can't go on has failed"
)]

mod audit_support;
mod log_support;

mod broken_input;
mod formats;
mod gates;
mod regression;
