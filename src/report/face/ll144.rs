//! The table that New York City's rules on automated employment decision tools ask to be published (Local Law 144 of 2021,
//! 6 RCNY 5-301 and 5-303), as CSV: people, selection rate and impact ratio of every category. There is no verdict in it,
//! because the rules have no threshold.
//!
//! Rates are of people: selected at least once, of all that were considered. The impact ratio is a category's rate by that of
//! the most selected category of the same attribute; people of unknown category are counted and are in no ratio.

use csv::Writer;

use super::csv::{inert, number};
use crate::report::model::v1::{Grouping, Outcome, Result};
use crate::report::view::View;

/// The columns, in order.
pub const COLUMNS: [&str; 14] = [
    "audit",
    "audit_date",
    "data_source",
    "data_period",
    "outcome",
    "attribute",
    "category",
    "people",
    "share_of_people",
    "selected",
    "selection_rate",
    "impact_ratio",
    "most_selected_category",
    "note",
];

/// The metric that counts each person once.
const METRIC: &str = "reach";
/// A category of a smaller share may be left out of the ratios, if that is justified; it is never left out here, but said.
const SMALL: f64 = 0.02;

/// The table.
#[must_use]
pub fn ll144(result: &Result) -> String {
    let view = View::new(result);
    let rows = result.outcomes.iter().flat_map(|outcome| {
        let view = &view;
        result
            .groupings
            .iter()
            .flat_map(move |grouping| rows(view, outcome, grouping))
    });
    let mut writer = Writer::from_writer(Vec::new());
    let written = std::iter::once(COLUMNS.map(str::to_owned))
        .chain(rows)
        .try_for_each(|record| writer.write_record(record));
    if let Err(error) = written {
        unreachable!("records of one length into memory: {error}");
    }
    match writer.into_inner() {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) => unreachable!("memory takes every byte: {error}"),
    }
}

fn rows<'a>(view: &View<'a>, outcome: &'a Outcome, grouping: &'a Grouping) -> Vec<[String; COLUMNS.len()]> {
    let audit = &view.result.audit;
    let sources: Vec<&str> = view.result.inputs.iter().map(|input| input.name.as_str()).collect();
    let rate = |group: &'a str| view.estimate(&outcome.name, &grouping.attribute, group, METRIC, "value");
    let is_known = |group: &str| !group.split(" & ").any(|part| part == "(missing)");
    let known = grouping.groups.iter().filter(|group| is_known(&group.group));
    let rates = known.filter_map(|group| Some((rate(&group.group)?.estimate?, group.group.as_str())));
    // The first of equals, so that the name does not hang on their order.
    let most = rates.reduce(|most, next| if next.0 > most.0 { next } else { most });
    grouping
        .groups
        .iter()
        .map(|group| {
            let e = rate(&group.group);
            let value = e.and_then(|e| e.estimate);
            let known = is_known(&group.group);
            let ratio = match (value, most) {
                (Some(value), Some((most, _))) if known && most > 0.0 => Some(value / most),
                _ => None,
            };
            let mut notes = Vec::new();
            if !known {
                notes.push("unknown category: in no impact ratio");
            }
            if e.is_none() {
                notes.push("`reach` was not computed for this outcome");
            }
            if group.subject_share < SMALL {
                notes.push("less than 2 % of the people");
            }
            if group.subjects < audit.min_subjects {
                notes.push("too few people to be judged");
            }
            if audit.unit == "row" {
                notes.push("no person column was named: rows are counted");
            }
            [
                inert(&audit.title),
                inert(&audit.as_of),
                inert(&sources.join("; ")),
                inert(audit.period.as_deref().unwrap_or_default()),
                inert(&outcome.name),
                inert(&grouping.attribute),
                inert(&group.group),
                group.subjects.to_string(),
                number(Some(group.subject_share)),
                number(e.and_then(|e| e.numerator)),
                number(value),
                number(ratio),
                most.map_or_else(String::new, |(_, name)| inert(name)),
                notes.join("; "),
            ]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::sample;

    /// The sample with a rate of people: selected people are its selected rows, for there is one row for each.
    fn of_people() -> Result {
        let mut result = sample();
        for e in &mut result.estimates {
            if e.metric == "selection_rate" && e.contrast == "value" {
                e.metric = METRIC.to_owned();
            }
        }
        result
    }

    #[test]
    fn every_category_is_a_row_with_its_ratio_to_the_most_selected() {
        let result = of_people();
        let text = ll144(&result);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let records: Vec<csv::StringRecord> = reader.records().map(|record| record.unwrap()).collect();
        let groups: usize = result.groupings.iter().map(|grouping| grouping.groups.len()).sum();
        assert_eq!(records.len(), groups * result.outcomes.len());
        let of = |group: &str| {
            records
                .iter()
                .find(|record| &record[6] == group && &record[4] == "offered")
                .unwrap()
        };
        let (rate, most) = (5_310.0 / 18_910.0, 6_990.0 / 20_412.0);
        assert!((of("female")[11].parse::<f64>().unwrap() - rate / most).abs() < 1e-5);
        assert_eq!((&of("female")[12], &of("male")[11]), ("male", "1.0"));
        assert_eq!(&of("(missing)")[11], "");
        assert!(of("(missing)")[13].contains("unknown category") && of("diverse")[13].contains("less than 2 %"));
        for word in ["pass", "fail", "verdict"] {
            assert!(!text.contains(word), "{word}");
        }
    }

    #[test]
    fn a_rate_that_was_not_computed_is_said() {
        let text = ll144(&sample());
        assert!(text.contains("`reach` was not computed"));
    }
}
