//! Keeps polars' faults inside: its errors become one line, its panics an error like any other.

use std::panic::{AssertUnwindSafe, catch_unwind};

use polars::prelude::PolarsResult;

use crate::diagnostic::Diagnostic;

use super::fault;

/// Runs `work` on the file of this name; `what` tells what could not be done.
pub(super) fn guarded<T>(name: &str, what: &str, work: impl FnOnce() -> PolarsResult<T>) -> Result<T, Diagnostic> {
    // A corrupt file can break an assumption deep inside the decoder. Nothing that it touched is used afterwards.
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(fault::damaged(name, what, &error.to_string())),
        Err(panic) => {
            let reason = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or("the decoder gave up");
            Err(fault::damaged(name, what, reason))
        }
    }
}
