//! Tidy CSV: one row per estimate, for R, Python and spreadsheets.
//!
//! The columns are promised; numbers are written by their shortest round trip, and what is undefined is an empty field
//! with its reason in the last column.

use csv::Writer;

use crate::report::model::v1::{Estimate, Result};
use crate::report::tidy::{COLUMNS, Cell, cells};

/// The estimates as CSV.
#[must_use]
pub fn csv(result: &Result) -> String {
    let mut writer = Writer::from_writer(Vec::new());
    let written = std::iter::once(COLUMNS.map(str::to_owned))
        .chain(result.estimates.iter().map(record))
        .try_for_each(|record| writer.write_record(record));
    if let Err(error) = written {
        unreachable!("records of one length into memory: {error}");
    }
    match writer.into_inner() {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) => unreachable!("memory takes every byte: {error}"),
    }
}

fn record(e: &Estimate) -> [String; COLUMNS.len()] {
    cells(e).map(|cell| match cell {
        Cell::Text(text) => text.map_or_else(String::new, inert),
        Cell::Number(x) => number(x),
        Cell::Count(count) => count.to_string(),
    })
}

/// The shortest text that is this number, as in the JSON.
pub(super) fn number(x: Option<f64>) -> String {
    match x {
        Some(x) if x.is_finite() => serde_json::to_string(&(x + 0.0)).unwrap_or_else(|_| String::new()),
        _ => String::new(),
    }
}

/// Text that no spreadsheet takes for a formula.
///
/// A group's name comes from the log, and perhaps from a customer; `=HYPERLINK(…)` must not run on the desk of whoever
/// opens the report. The usual guard is an apostrophe in front. Numbers with a sign are left alone, so that coded groups
/// such as `-1` still join; the JSON has every name as it was.
pub(super) fn inert(text: &str) -> String {
    let formula = match text.chars().next() {
        Some('=' | '@' | '\t' | '\r') => true,
        Some('+' | '-') => text.parse::<f64>().is_err(),
        _ => false,
    };
    if formula { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::sample;

    #[test]
    fn the_sample_as_csv() {
        insta::assert_snapshot!(csv(&sample()));
    }

    #[test]
    fn the_columns_are_the_promised_ones() {
        let text = csv(&sample());
        assert_eq!(
            text.lines().next().unwrap(),
            "attribute,group,reference,outcome,metric,contrast,alias,estimate,low,high,level,method,p_value,\
             p_adjusted,subjects,rows,deff,status,reason,given,bootstrap_low,bootstrap_high,along,at,\
             item_class"
        );
    }

    #[test]
    fn every_estimate_is_one_record_and_numbers_survive_the_trip() {
        let result = sample();
        let text = csv(&result);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let records: Vec<csv::StringRecord> = reader.records().map(|r| r.unwrap()).collect();
        assert_eq!(records.len(), result.estimates.len());
        for (record, e) in records.iter().zip(&result.estimates) {
            assert_eq!(record[1].trim_start_matches('\''), e.group);
            assert_eq!(record[7].parse::<f64>().ok(), e.estimate);
            assert_eq!(record[8].parse::<f64>().ok(), e.low);
            assert_eq!(record[12].parse::<f64>().ok(), e.p_value);
            assert_eq!(&record[18], e.reason.as_deref().unwrap_or(""));
        }
    }

    #[test]
    fn every_gate_and_group_has_its_row() {
        let result = sample();
        for gate in &result.gates {
            for answer in &gate.answers {
                assert!(
                    result.estimates.iter().any(|e| e.group == answer.group
                        && e.attribute == answer.attribute
                        && e.outcome == answer.outcome
                        && e.metric == answer.metric
                        && e.contrast == gate.contrast),
                    "{} {}",
                    gate.name,
                    answer.group
                );
            }
        }
    }

    #[test]
    fn undefined_numbers_are_empty() {
        assert_eq!(number(None), "");
        assert_eq!(number(Some(f64::NAN)), "");
        assert_eq!(number(Some(f64::INFINITY)), "");
        assert_eq!(number(Some(-0.0)), "0.0");
    }

    #[test]
    fn no_name_is_a_formula() {
        assert_eq!(inert("=HYPERLINK(\"http://x\")"), "'=HYPERLINK(\"http://x\")");
        assert_eq!(inert("@SUM(1)"), "'@SUM(1)");
        assert_eq!(inert("-cmd"), "'-cmd");
        assert_eq!(inert("-1"), "-1");
        assert_eq!(inert("65+"), "65+");
        assert_eq!(inert("<25"), "<25");
    }
}
