//! Counting where the data stand: a plan becomes SQL for an engine that holds the log, and the engine's answers become
//! the same [`Counted`](super::Counted) that the embedded engine gives.
//!
//! What the embedded engine computes is the definition. Each statement is one chain of small steps:
//!
//! ```text
//! log ─► trimmed ─► read ─► (joined) ─► coded ─► rows ─┬─► cell ──────────────────────────► facts, account
//!        texts      numbers  with the    groups   one  ├─► person ─► spread ─► measured ──► single
//!                   and days people      and      row  └─► several people ─► part ────────► several, crossed
//!                                        tests    each
//! ```
//!
//! No answer has a row per person: at most one per group, per pair of groups, or per look-up.

mod account;
mod answer;
mod checks;
mod coded;
mod column;
mod decode;
mod dialect;
mod facts;
mod groups;
mod moments;
mod rows;
mod several;
mod single;

pub use decode::{check, counted};
pub use dialect::Dialect;

use std::ops::Range;

use crate::diagnostic::Diagnostic;
use crate::plan::{Plan, Schema};
use moments::{MOST_ROWS, Moments};
use rows::{Rows, Step, Use};

/// Where rows stand in a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Relation {
    /// A table or view: the parts of its dotted name, not quoted.
    Table(Vec<String>),
    /// A query.
    Query(String),
}

/// Where the log stands, and the people table where the plan has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relations {
    /// The log.
    pub log: Relation,
    /// The people table, in the same database.
    pub people: Option<Relation>,
}

/// A statement whose answer has the columns of a relation.
#[must_use]
pub fn columns(relation: &Relation, dialect: Dialect) -> String {
    let from = rows::from(relation, dialect);
    match dialect {
        // It has types of values alone, so that some are looked at.
        Dialect::Sqlite => format!("SELECT * FROM {from} LIMIT 1000"),
        _ => format!("SELECT * FROM {from} WHERE 1 = 0"),
    }
}

/// Outcomes that one statement sums; each takes up to 80 columns, and engines allow some 1600.
const OUTCOMES_AT_ONCE: usize = 8;

/// The outcomes of each round of statements.
fn rounds(plan: &Plan) -> Vec<Range<usize>> {
    let all = plan.outcomes.len();
    (0..all)
        .step_by(OUTCOMES_AT_ONCE)
        .map(|first| first..all.min(first + OUTCOMES_AT_ONCE))
        .collect()
}

/// The statements whose answers [`counted`] takes, in this order. `schema` and `people_schema` say of what kind the
/// tables' columns are.
///
/// There are two that account for rows, and for each eight outcomes one that sums over people, with two more where rows
/// name their people and so a person may be in several groups. Run them over the same state of the tables: in one
/// transaction, where the log may change.
///
/// # Errors
/// A column that a schema does not have; people without a table; a name or value that no database takes.
pub fn statements(
    plan: &Plan,
    schema: &Schema,
    people_schema: Option<&Schema>,
    relations: &Relations,
    dialect: Dialect,
) -> Result<Vec<String>, Diagnostic> {
    let rows = Rows::new(plan, schema, people_schema, relations, dialect)?;
    let all = Moments {
        rows: &rows,
        outcomes: 0..plan.outcomes.len(),
    };
    let mut statements = vec![
        written(dialect, all.facts(), None),
        written(dialect, all.account(), Some(MOST_ROWS + 1)),
    ];
    for outcomes in rounds(plan) {
        let some = Moments { rows: &rows, outcomes };
        let limit = Some(MOST_ROWS + 1);
        statements.push(written(dialect, some.single(), limit));
        if plan.subject.is_some() {
            statements.push(written(dialect, some.several(), limit));
            statements.push(written(dialect, some.crossed(), limit));
        }
    }
    if statements.iter().any(|statement| statement.contains('\0')) {
        return Err(
            Diagnostic::new("bad-value", "a name or value of the spec holds a NUL character")
                .help("no database can look for it; remove it from the spec"),
        );
    }
    Ok(statements)
}

/// A statement with its steps.
fn written(dialect: Dialect, (steps, body): (Vec<Step>, String), limit: Option<usize>) -> String {
    let hints = dialect.grammar().hints;
    let steps: Vec<String> = steps
        .iter()
        .map(|step| {
            let hint = match step.used {
                _ if !hints => "",
                Use::Again => "NOT MATERIALIZED ",
                Use::Kept => "MATERIALIZED ",
            };
            format!("{} AS {hint}({})", step.name, step.query)
        })
        .collect();
    let limit = limit.map_or_else(String::new, |limit| format!("\nLIMIT {limit}"));
    format!("WITH {}\n{body}{limit}", steps.join(",\n"))
}
