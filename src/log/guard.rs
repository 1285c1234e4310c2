//! Keeps the decoders' faults inside: their errors become one line, their panics an error like any other.

use std::fmt::Display;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook, take_hook};
use std::path::Path;
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::diagnostic::Diagnostic;

use super::fault;

/// How many decodings are under way.
static DECODING: AtomicUsize = AtomicUsize::new(0);

/// Runs `work` on the file of this name; `what` tells what could not be done.
///
/// A corrupt file can break an assumption deep inside the decoder, which then panics. Nothing that it touched is used
/// afterwards. This needs panics to unwind, as they do unless a profile says otherwise.
///
/// # Errors
/// The decoder's own, or its panic, as a damaged file.
pub fn guarded<T, E: Display>(name: &str, what: &str, work: impl FnOnce() -> Result<T, E>) -> Result<T, Diagnostic> {
    mute_decoder();
    DECODING.fetch_add(1, Ordering::SeqCst);
    let outcome = catch_unwind(AssertUnwindSafe(work));
    DECODING.fetch_sub(1, Ordering::SeqCst);
    match outcome {
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

/// Lets no panic of the decoder print itself, on whichever thread: it is told once, as an error.
fn mute_decoder() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |panic| {
            if DECODING.load(Ordering::SeqCst) == 0 || !is_foreign(panic) {
                usual(panic);
            }
        }));
    });
}

/// Whether a panic arose in another crate: those are compiled from absolute paths, this one from relative ones.
fn is_foreign(panic: &PanicHookInfo<'_>) -> bool {
    panic
        .location()
        .is_some_and(|place| Path::new(place.file()).is_absolute())
}
