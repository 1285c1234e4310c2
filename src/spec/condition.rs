//! Conditions on a column, as a spec writes them.

use super::table::Reader;
use super::text::choice;
use super::{At, Condition, Origin, Test, Top};
use crate::diagnostic::Diagnostic;

/// A condition on one column: `{ column = "c", values = […] }`, or with a number in place of the values.
pub(super) fn condition(table: Reader<'_, '_, '_>) -> Option<Condition> {
    let mut conditions = conditions(table, false);
    (conditions.len() == 1).then(|| conditions.remove(0).0)
}

/// A condition, or with a list of numbers or of classes several, each with what sets it apart. `ranked`: the top is a
/// condition too, and so is each of several classes.
pub(super) fn conditions(mut table: Reader<'_, '_, '_>, ranked: bool) -> Vec<(Condition, String)> {
    let origin = Origin::File(table.span.clone());
    let column = table.name("column");
    let values = table.texts("values");
    let counts = table.bool("counts").is_some_and(|c| c.value);
    let empty = table.count("empty").map(|x| x.value);
    let absent_allowed = choice(&mut table, "absent", &["allow", "error"]).is_some_and(|word| word.value == "allow");
    // Each a kind of test, with all numbers that it is asked for.
    let mut kinds: Vec<Vec<(Test, String)>> = Vec::new();
    let mut numeric = |key: &'static str, sign: &str, test: fn(f64) -> Test| {
        if let Some(numbers) = table.numbers(key) {
            kinds.push(numbers.into_iter().map(|x| (test(x), format!("{sign} {x}"))).collect());
        }
    };
    numeric("at_least", ">=", Test::AtLeast);
    numeric("above", ">", Test::Above);
    numeric("at_most", "<=", Test::AtMost);
    numeric("below", "<", Test::Below);
    if ranked {
        kinds.extend(top(&mut table));
        kinds.extend(each(&mut table));
    }
    if let Some(values) = values {
        if values.value.is_empty() {
            let span = table.span.clone();
            table
                .faults
                .add(Diagnostic::new("bad-value", "`values` needs at least one value"), span);
        }
        kinds.push(vec![(Test::Values(values.value), String::new())]);
    }
    if counts {
        kinds.push(vec![(Test::Counted { empty }, String::new())]);
    }
    if column.is_none() {
        table.missing("column", "{ column = \"decision\", values = [\"yes\"] }");
    }
    let span = table.span.clone();
    let fault = match kinds.as_slice() {
        [tests] if tests.len() > 1 && !ranked => {
            Some("several numbers make several outcomes: only `selected` of an outcome may have them")
        }
        [tests] if !tests.is_empty() => None,
        _ if ranked => Some(
            "a condition needs exactly one of `values`, `at_least`, `above`, `at_most`, `below`, `top`, `top_share`, `each`, `counts`",
        ),
        _ => Some("a condition needs exactly one of `values`, `at_least`, `above`, `at_most`, `below`, `counts`"),
    };
    if let Some(fault) = fault {
        table.faults.add(Diagnostic::new("bad-value", fault), span);
    }
    table.finish();
    let (Some(column), None) = (column, fault) else {
        return Vec::new();
    };
    let tests = kinds.into_iter().flatten();
    let condition = |(test, apart)| {
        let condition = Condition {
            column: column.clone(),
            test,
            origin: origin.clone(),
            absent_allowed,
        };
        (condition, apart)
    };
    tests.map(condition).collect()
}

/// `top = 100`, `top_share = [0.05, 0.1]`.
fn top(table: &mut Reader<'_, '_, '_>) -> Vec<Vec<(Test, String)>> {
    let mut kinds = Vec::new();
    let span = table.span.clone();
    if let Some(rows) = table.numbers("top") {
        if rows.iter().any(|rows| rows.fract() != 0.0 || *rows < 1.0) {
            let fault = Diagnostic::new("bad-value", "`top` is a number of rows, 1 or more")
                .help("for a share of the rows use `top_share`");
            table.faults.add(fault, span.clone());
        }
        let told = |rows: f64| (Test::Top(Top::Rows(rows as u64)), format!("top {rows}"));
        kinds.push(rows.into_iter().map(told).collect());
    }
    if let Some(shares) = table.numbers("top_share") {
        if shares.iter().any(|share| *share <= 0.0 || *share >= 1.0) {
            table.faults.add(
                Diagnostic::new("bad-value", "`top_share` lies between 0 and 1").help("0.1 means a tenth of the rows"),
                span,
            );
        }
        let told = |share: f64| {
            let percent = (share * 1e6).round() / 1e4;
            (Test::Top(Top::Share(share)), format!("top {percent} %"))
        };
        kinds.push(shares.into_iter().map(told).collect());
    }
    kinds
}

/// `each = ["basic", "gold"]`: a condition for each value.
fn each(table: &mut Reader<'_, '_, '_>) -> Option<Vec<(Test, String)>> {
    let values = table.texts("each")?.value;
    if values.len() < 2 {
        let span = table.span.clone();
        table.faults.add(
            Diagnostic::new(
                "bad-value",
                "`each` makes one outcome of each value, and needs two or more",
            )
            .help("for one outcome use `values`"),
            span,
        );
    }
    let told = |value: At<String>| {
        let apart = format!("= {}", value.value);
        (Test::Values(vec![value]), apart)
    };
    Some(values.into_iter().map(told).collect())
}

/// What a condition looks like.
pub(super) const CONDITION: &str = "a condition, such as { column = \"decision\", values = [\"yes\"] }";

pub(super) fn nested_condition(table: &mut Reader<'_, '_, '_>, key: &'static str) -> Option<Condition> {
    let (inner, span) = table.table(key, CONDITION)?;
    condition(Reader::new(inner, span, "a condition", table.faults))
}
