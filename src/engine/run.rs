//! Reads and counts on several threads.

use std::panic::resume_unwind;
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::events::EventTable;
use super::{Counted, Counter, Counting, top};
use crate::diagnostic::Diagnostic;
use crate::log::{Opened, Progress, ReadSummary, Units};
use crate::plan::Plan;
use crate::tally::Room;

/// What counting may use of this machine. Nothing of it changes a result.
#[derive(Debug, Clone)]
pub struct Means {
    /// Threads.
    pub threads: usize,
    /// Memory for people; without it, as much as they take.
    pub room: Option<Room>,
}

/// What is read before the log.
#[derive(Clone, Copy, Default)]
pub struct Beside<'a> {
    /// The people file.
    pub people: Option<&'a Opened>,
    /// The logs in which checks look, in the order of the plan's events.
    pub events: &'a [Opened],
}

/// Counts a plan's log on this machine. `progress` is told rows and bytes read.
///
/// # Errors
/// The first fault in the order of the rows, whichever thread meets it.
pub fn embedded(
    plan: &Plan,
    log: &Opened,
    beside: Beside<'_>,
    means: &Means,
    progress: &Progress<'_>,
) -> Result<Counted, Diagnostic> {
    let Some((resolved, notes)) = top::resolved(plan, log, beside, means)? else {
        return counted(plan, log, beside, means, progress);
    };
    let mut counted = counted(&resolved, log, beside, means, progress)?;
    counted.notes.extend(notes);
    Ok(counted)
}

/// Counts a plan in which nobody is to be among the top.
pub(super) fn counted(
    plan: &Plan,
    log: &Opened,
    beside: Beside<'_>,
    means: &Means,
    progress: &Progress<'_>,
) -> Result<Counted, Diagnostic> {
    let mut counter = Counter::new(plan, means.room.clone());
    if let (Some(opened), Some(planned)) = (beside.people, &plan.people) {
        let summary = opened.read(&planned.columns, &|_, _| {}, &mut |batch| counter.absorb_people(&batch))?;
        counter.end_people(&summary);
    }
    for (opened, events) in beside.events.iter().zip(&plan.events) {
        let mut table = EventTable::default();
        let summary = opened.read(&events.columns, &|_, _| {}, &mut |batch| table.absorb(events, &batch))?;
        table.finish();
        counter.add_events(table, summary.rows.clone());
    }
    let (countings, summary) = count(&counter, log, plan, means.threads, progress)?;
    counter.finish(countings, &summary)
}

fn count<'c>(
    counter: &'c Counter<'c>,
    log: &Opened,
    plan: &Plan,
    threads: usize,
    progress: &Progress<'_>,
) -> Result<(Vec<Counting<'c>>, ReadSummary), Diagnostic> {
    let units = log.units(&plan.log_columns, progress)?;
    let first_fault = Mutex::new(None::<(u64, Diagnostic)>);
    let work = || {
        let mut counting = counter.counting();
        if let Err(fault) = count_units(&units, &mut counting) {
            units.stop();
            let mut first = first_fault.lock().unwrap_or_else(PoisonError::into_inner);
            if first.as_ref().is_none_or(|(number, _)| fault.0 < *number) {
                *first = Some(fault);
            }
        }
        counting
    };
    let countings = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut all = vec![work()];
        all.extend(
            others
                .into_iter()
                .map(|other| other.join().unwrap_or_else(|panic| resume_unwind(panic))),
        );
        all
    });
    match first_fault.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some((_, fault)) => Err(fault),
        None => Ok((countings, units.finish()?)),
    }
}

/// Counts units as long as there are any; a fault with the number of its unit.
fn count_units(units: &Units<'_>, counting: &mut Counting<'_>) -> Result<(), (u64, Diagnostic)> {
    while let Some(unit) = units.next()? {
        let number = unit.number;
        unit.read(&mut |batch| counting.absorb(&batch))
            .map_err(|fault| (number, fault))?;
    }
    Ok(())
}
