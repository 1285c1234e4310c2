//! A stored tally as the counts of a plan.

use super::Stored;
use super::definition::{definition, difference};
use crate::diagnostic::{Diagnostic, Place};
use crate::engine::Counted;
use crate::plan::{Plan, Schema};
use crate::tally::Tally;

/// The counts that a plan asks for, from a tally that may hold more groupings.
///
/// Where groups are withheld from the tally, the plan loses what they would bend: comparisons within strata, and shares
/// against a population, in which a withheld group would look as if it had nobody. A note says so.
///
/// # Errors
/// A plan that means something else than what was counted, or asks for groupings that were not counted; `name` is the
/// file's.
pub fn fit(plan: &mut Plan, stored: &Stored, name: &str) -> Result<Counted, Diagnostic> {
    let about = &stored.about;
    let refuse = |message: String| {
        Diagnostic::new("tally-differs", message)
            .at(Place::of_file(name))
            .help("gates, metrics, references and levels may be changed; for anything else count the log again: parytet tally")
    };
    let schema = |columns: &[(String, _)]| Schema {
        columns: columns.to_vec(),
    };
    let people = about.people_columns.as_deref().map(schema);
    let asked = definition(plan, &schema(&about.log_columns), people.as_ref());
    if let Some((what, asked, counted)) = difference(&asked, &about.definition) {
        return Err(refuse(format!(
            "the tally counts something else: {what} is {counted} in it, and {asked} in the spec"
        )));
    }
    if plan.bootstrap.take().is_some() {
        plan.notes.push(
            "A tally holds no people who could be drawn again: there are no intervals of a bootstrap.".to_owned(),
        );
    }
    if about.withheld.is_some() {
        without_withheld(plan);
    }
    // Definitions agree by name; the order of attributes and outcomes may differ.
    if !plan
        .outcomes
        .iter()
        .map(|outcome| outcome.name.as_str())
        .eq(about.outcomes())
    {
        return Err(refuse("its outcomes stand in another order than the spec's".to_owned()));
    }
    let tally = &stored.counted.tally;
    let mut groupings = Vec::new();
    let tallied = plan.tallied();
    for attributes in &tallied {
        let asked: Vec<&str> = attributes.iter().map(|&a| plan.attributes[a].name.as_str()).collect();
        let counted = tally.shape.groupings.iter();
        let found = counted
            .map(|counted| about.names(counted))
            .position(|counted| counted == asked);
        let Some(found) = found else {
            return Err(refuse(format!(
                "it does not hold the groups of `{}`",
                asked.join(" & ")
            )));
        };
        groupings.push(tally.groupings[found].clone());
    }
    let mut shape = tally.shape.clone();
    shape.groupings = tallied;
    Ok(Counted {
        tally: Tally {
            shape,
            everyone: tally.everyone.clone(),
            groupings,
            outcomes: tally.outcomes.clone(),
            histograms: Vec::new(),
            drawn: None,
            lists: None,
        },
        ..stored.counted.clone()
    })
}

/// Takes from a plan what can't be had where groups are withheld.
fn without_withheld(plan: &mut Plan) {
    let mut lost = Vec::new();
    if !plan.given.is_empty() {
        plan.given.clear();
        lost.push("compared within strata");
    }
    if !plan.axes.is_empty() {
        plan.axes.clear();
        lost.push("followed along stages, periods, systems or arms");
    }
    let mut has_population = false;
    for grouping in &mut plan.groupings {
        has_population |= grouping.population.take().is_some();
    }
    if has_population {
        lost.push("held against a population");
    }
    if !lost.is_empty() {
        plan.notes.push(format!(
            "Groups are withheld from the tally, so that nothing can be {}: what is missing would bend it.",
            lost.join(" or ")
        ));
    }
}
