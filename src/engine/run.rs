//! Reads on one thread, counts on another.

use std::sync::mpsc::sync_channel;
use std::thread;

use super::{Counted, Counter};
use crate::diagnostic::Diagnostic;
use crate::log::{Batch, Opened, Progress, ReadSummary};
use crate::plan::Plan;

/// Batches that may wait to be counted; more would only take memory.
const WAITING: usize = 4;

/// Counts a plan's log on this machine. `progress` is told rows and bytes read.
///
/// # Errors
/// The first fault in the order of the rows, whichever thread meets it.
pub fn embedded(
    plan: &Plan,
    log: &Opened,
    people: Option<&Opened>,
    progress: &Progress<'_>,
) -> Result<Counted, Diagnostic> {
    let mut counter = Counter::new(plan);
    if let (Some(opened), Some(planned)) = (people, &plan.people) {
        let summary = through(&|sink| opened.read(&planned.columns, &|_, _| {}, sink), &mut |batch| {
            counter.absorb_people(batch)
        })?;
        counter.end_people(&summary);
    }
    let summary = through(&|sink| log.read(&plan.log_columns, progress, sink), &mut |batch| {
        counter.absorb(batch)
    })?;
    counter.finish(&summary)
}

type Sink<'a> = dyn FnMut(Batch) -> Result<(), Diagnostic> + 'a;

/// Hands the batches of a reader, which stays on this thread, to a counter on another.
fn through(
    read: &dyn Fn(&mut Sink<'_>) -> Result<ReadSummary, Diagnostic>,
    count: &mut (dyn FnMut(&Batch) -> Result<(), Diagnostic> + Send),
) -> Result<ReadSummary, Diagnostic> {
    thread::scope(|scope| {
        let (sender, receiver) = sync_channel::<Batch>(WAITING);
        let counting = scope.spawn(move || receiver.iter().try_for_each(|batch| count(&batch)));
        let read = read(&mut |batch| {
            // The counter has stopped at a fault, which it will tell; reading on would be in vain.
            sender
                .send(batch)
                .map_err(|_| Diagnostic::new("stopped", "the counter has stopped"))
        });
        drop(sender);
        match counting.join() {
            // A fault of the counter lies in an earlier row than one of the reader.
            Ok(counted) => counted.and(read),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}
