//! What the reader of numbers of lists must know: how attention was weighed, what was left out, what the targets are.

use crate::plan::{Plan, Target};
use crate::ranking::{Discount, Ideal};
use crate::tally::lists::{Examination, Lists};
use crate::tally::{Label, Tally};

/// What the reader of numbers of lists must know.
pub(super) fn notes(plan: &Plan, tally: &Tally) -> Vec<String> {
    let (Some(planned), Some(lists)) = (&plan.lists, &tally.lists) else {
        return Vec::new();
    };
    let attention = match planned.discount {
        Discount::Log2 => "1 / log2(rank + 1)".to_owned(),
        Discount::Geometric(gamma) => format!("{gamma} to the power of (rank - 1)"),
        Discount::Reciprocal => "1 / rank".to_owned(),
        Discount::Step(last) => format!("1 down to rank {last}, and 0 below"),
        Discount::Observed => planned.observed.map_or_else(String::new, |column| {
            format!("what `{}` says", plan.log_columns[column])
        }),
        Discount::Examination => "how likely a rank is looked at".to_owned(),
    };
    let mut notes = vec![format!(
        "{} lists with {} rows; attention is {attention}, and nothing below rank {}.",
        lists.lists, lists.rows, planned.depth
    )];
    if planned.request.is_none() {
        notes.push("[list] names no request: each row is taken for a list of its own.".to_owned());
    }
    let unplaced: u64 = lists.everyone.unplaced.iter().sum();
    if unplaced > 0 {
        notes.push(format!(
            "{unplaced} rows have no request or no rank, and are left out of everything about lists{}.",
            by_group(plan, tally, lists)
        ));
    }
    if planned.ideal == Ideal::Depth {
        notes.push(format!(
            "NDCG is measured by lists that are relevant down to rank {}: who has fewer relevant items scores lower.",
            planned.depth
        ));
    }
    notes.extend(examined(plan, lists));
    if lists.clipped > 0 {
        notes.push(format!(
            "{} weights of rows were above {} and were cut to it.",
            lists.clipped,
            planned.clip.unwrap_or_default()
        ));
    }
    for (grouping, sums) in plan.groupings.iter().zip(&lists.groupings) {
        let from = match sums.target_from {
            None => continue,
            Some(Target::Population) => "its population",
            Some(Target::Catalogue) if grouping.candidates.is_some() => "its candidates",
            Some(Target::Catalogue) => "the different items of each group in the log",
            Some(Target::Uniform) => "the number of its groups, all alike",
        };
        notes.push(format!(
            "What groups of `{}` should get is taken from {from}.",
            grouping.name
        ));
    }
    notes
}

/// How likely places are looked at, and what that rests on.
fn examined(plan: &Plan, lists: &Lists) -> Vec<String> {
    let Some(examination) = &lists.examination else {
        return Vec::new();
    };
    let mut notes = Vec::new();
    if matches!(examination, Examination::Estimated(_)) {
        for (index, outcome) in plan.outcomes.iter().enumerate() {
            let chances = examination.chances(index, None);
            let told: Vec<String> = chances
                .iter()
                .map_while(|chance| *chance)
                .map(|x| format!("{x:.3}"))
                .collect();
            let end = if told.len() < chances.len() {
                format!(
                    "; below rank {} nothing tells, for no item that was selected stood there and at the rank before",
                    told.len()
                )
            } else {
                String::new()
            };
            notes.push(format!(
                "How likely a rank is looked at by the first, as items tell that stood at neighbouring ranks (`{}`): {}{end}.",
                outcome.name,
                told.join(", ")
            ));
        }
    }
    if lists.unexamined > 0 {
        notes.push(format!(
            "{} rows stand below rank {}, and how likely that is looked at is not told: rates corrected for position leave them out.",
            lists.unexamined,
            examination.ranks()
        ));
    }
    notes
}

/// How the rows that are left out are spread over groups, where they are known.
fn by_group(plan: &Plan, tally: &Tally, lists: &Lists) -> String {
    let mut told = Vec::new();
    for (index, sums) in lists.groupings.iter().enumerate() {
        let groups = &tally.groupings[index].groups;
        let parts: Vec<String> = groups
            .iter()
            .zip(&sums.unplaced)
            .filter(|(_, rows)| **rows > 0)
            .map(|(group, rows)| {
                let names: Vec<&str> = group.labels.iter().map(|label: &Label| label.name.as_str()).collect();
                format!("{rows} of `{}`", names.join(" & "))
            })
            .collect();
        if !parts.is_empty() && plan.groupings[index].attributes.len() == 1 {
            told.push(format!("{}: {}", plan.groupings[index].name, parts.join(", ")));
        }
    }
    if told.is_empty() {
        String::new()
    } else {
        format!(" ({})", told.join("; "))
    }
}
