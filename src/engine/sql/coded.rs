//! The step from a row's values to what they mean: groups, conditions, weights, and what is wrong with them.

use super::super::code::Groups;
use super::checks::{Check, checks, watched};
use super::column::{ALWAYS, NEVER, double};
use super::dialect::fill;
use super::rows::{MOST_COUNTED, Rows};
use crate::plan::{self, Bands, Condition, Rule, Test, Weight};

/// A condition as SQL.
struct Tested {
    /// 1, 0, or null where there is no value.
    met: String,
    /// Whether the value is not a number although it is compared as one.
    broken: String,
}

/// A count as SQL.
struct Counts {
    valid: String,
    number: String,
    missing: String,
}

impl Rows<'_> {
    /// Codes of groups, conditions, weights and values.
    pub(super) fn coded(&self, account: bool) -> Vec<String> {
        let plan = self.plan;
        let mut columns: Vec<String> = Vec::new();
        columns.extend(plan.subject.map(|_| "who".to_owned()));
        for (a, attribute) in plan.attributes.iter().enumerate() {
            columns.push(format!("{} AS c{a}", self.code(attribute)));
        }
        for (j, filter) in plan.filters.iter().enumerate() {
            columns.push(format!("{} AS f{j}", self.tested(filter).met));
        }
        columns.push(format!("{} AS n", self.stands_for()));
        if let Weight::Sampling(column) = plan.weight {
            let number = self.log[column].number();
            columns.push(format!(
                "CASE WHEN ({number}) >= 0 THEN {number} ELSE {} END AS w",
                self.real(0.0)
            ));
        }
        for (o, outcome) in plan.outcomes.iter().enumerate() {
            let selected = match outcome.selected.test {
                Test::Counted { empty } => {
                    let counts = self.counts(outcome.selected.column);
                    let empty = empty.map_or("NULL".to_owned(), |n| self.real(n as f64));
                    format!(
                        "CASE WHEN {} THEN {} WHEN {} THEN {empty} END",
                        counts.valid, counts.number, counts.missing
                    )
                }
                _ => self.tested(&outcome.selected).met,
            };
            columns.push(format!("{selected} AS k{o}"));
            if let Some(actual) = &outcome.actual {
                columns.push(format!("{} AS l{o}", self.tested(actual).met));
            }
            if let Some(value) = outcome.value {
                columns.push(format!("{} AS v{o}", self.log[value].number()));
            }
            if let Some(list) = outcome.list_price {
                columns.push(format!("{} AS p{o}", self.log[list].number()));
            }
        }
        if account {
            for (k, check) in checks(plan).into_iter().enumerate() {
                if let Some((broken, sample)) = self.broken(check) {
                    columns.push(format!("CASE WHEN {broken} THEN 1 ELSE 0 END AS raw_q{k}"));
                    columns.push(format!("{sample} AS raw_r{k}"));
                }
            }
            for (i, watched) in watched(plan).into_iter().enumerate() {
                if let Some(condition) = watched.condition(plan) {
                    columns.push(format!("{} AS raw_o{i}", self.log[condition.column].text()));
                }
            }
        }
        columns
    }

    /// Whether a row has the fault, and the value to show; `None` for what only the last step can tell.
    pub(super) fn broken(&self, check: Check) -> Option<(String, String)> {
        let plan = self.plan;
        let number = |condition: &Condition| (self.tested(condition).broken, self.log[condition.column].text());
        Some(match check {
            Check::NotBanded(a) => self.not_banded(&plan.attributes[a]),
            Check::BornLater(a) => {
                let attribute = &plan.attributes[a];
                let col = self.column(attribute.table, attribute.column);
                let (born, on) = (col.day(), self.row_day());
                let broken = format!("{} AND ({}) AND {on} < {born}", self.known(attribute), col.no_number());
                let text = self.dialect.grammar().text;
                (broken, format!("CAST({born} AS {text}) || ' ' || CAST({on} AS {text})"))
            }
            Check::Filter(j) => number(&plan.filters[j]),
            Check::NoCount | Check::NotACount | Check::NotAWeight => {
                let column = check.column(plan)?;
                let col = &self.log[column];
                let text = col.text();
                match check {
                    Check::NoCount => (self.counts(column).missing, text),
                    Check::NotACount => {
                        let counts = self.counts(column);
                        let broken = format!("CASE WHEN {} OR {} THEN 0 ELSE 1 END = 1", counts.valid, counts.missing);
                        (broken, text)
                    }
                    _ => (format!("CASE WHEN ({}) >= 0 THEN 0 ELSE 1 END = 1", col.number()), text),
                }
            }
            Check::Selected(o) => match plan.outcomes[o].selected.test {
                Test::Counted { empty } => {
                    let column = plan.outcomes[o].selected.column;
                    let counts = self.counts(column);
                    let all = self.stands_for();
                    let empty_fits = empty.map_or(ALWAYS.to_owned(), |n| format!("{} <= {all}", self.real(n as f64)));
                    let broken = format!(
                        "CASE WHEN {valid} AND {number} <= {all} OR {missing} AND {empty_fits} THEN 0 ELSE 1 END = 1",
                        valid = counts.valid,
                        number = counts.number,
                        missing = counts.missing,
                    );
                    (broken, self.log[column].text())
                }
                _ => number(&plan.outcomes[o].selected),
            },
            Check::Actual(o) => number(plan.outcomes[o].actual.as_ref()?),
            Check::Value(o) => {
                let col = &self.log[plan.outcomes[o].value?];
                (col.no_number(), col.text())
            }
            Check::List(o) => {
                let col = &self.log[plan.outcomes[o].list_price?];
                (col.no_number(), col.text())
            }
            Check::TooLarge(_) => return None,
        })
    }

    /// Whether a value of a banded attribute is neither a number nor a day, and the value.
    pub(super) fn not_banded(&self, attribute: &plan::Attribute) -> (String, String) {
        let col = self.column(attribute.table, attribute.column);
        let broken = format!(
            "{} AND ({}) AND {} IS NULL",
            self.known(attribute),
            col.no_number(),
            col.day()
        );
        (broken, col.text())
    }

    /// How many rows a row stands for.
    fn stands_for(&self) -> String {
        match self.plan.weight {
            Weight::Count(column) => {
                let counts = self.counts(column);
                format!(
                    "CASE WHEN {} THEN {} ELSE {} END",
                    counts.valid,
                    counts.number,
                    self.real(0.0)
                )
            }
            _ => self.real(1.0),
        }
    }

    fn counts(&self, column: usize) -> Counts {
        let col = &self.log[column];
        let number = format!("({})", col.number());
        let whole = fill(self.dialect.grammar().is_whole, &number, "");
        Counts {
            valid: format!(
                "({number} >= 0 AND {number} <= {} AND {whole})",
                self.real(MOST_COUNTED)
            ),
            missing: format!("({number} IS NULL AND NOT ({}))", col.no_number()),
            number,
        }
    }

    fn tested(&self, condition: &Condition) -> Tested {
        let col = &self.log[condition.column];
        let (operator, edge) = match &condition.test {
            Test::Values(values) => {
                return Tested {
                    met: format!(
                        "CASE WHEN {} IS NULL THEN NULL WHEN {} THEN 1 ELSE 0 END",
                        col.name(),
                        col.is_one_of(values)
                    ),
                    broken: NEVER.to_owned(),
                };
            }
            Test::AtLeast(edge) => (">=", *edge),
            Test::Above(edge) => (">", *edge),
            Test::AtMost(edge) => ("<=", *edge),
            Test::Below(edge) => ("<", *edge),
            // A plan for a database has no "among the top".
            Test::Counted { .. } | Test::Top(_) => (">", 0.0),
        };
        let number = col.number();
        Tested {
            met: format!(
                "CASE WHEN ({number}) {operator} {} THEN 1 WHEN ({number}) IS NOT NULL THEN 0 END",
                self.real(edge)
            ),
            broken: col.no_number(),
        }
    }

    pub(super) fn real(&self, x: f64) -> String {
        // Edges and counts of a plan are finite.
        double(self.dialect, x).unwrap_or_else(|| "NULL".to_owned())
    }

    /// Whether a value is there and not one that means "not known".
    fn known(&self, attribute: &plan::Attribute) -> String {
        let col = self.column(attribute.table, attribute.column);
        let missing = attribute.missing.iter().map(String::as_str);
        match attribute.rule {
            Rule::Bands(_) => format!("{} IS NOT NULL AND NOT ({})", col.name(), col.is_one_of_texts(missing)),
            _ => {
                let missing = missing.chain([plan::MISSING]);
                format!("{} IS NOT NULL AND NOT ({})", col.name(), col.is_one_of_texts(missing))
            }
        }
    }

    /// The code of an attribute, as text: empty where it is not known; the value, where values are groups; else the
    /// group's number as [`Groups`] gives it.
    pub(super) fn code(&self, attribute: &plan::Attribute) -> String {
        let col = self.column(attribute.table, attribute.column);
        let known = self.known(attribute);
        let code = match &attribute.rule {
            Rule::AsIs | Rule::Chance => col.text(),
            Rule::Recode(groups) => {
                let listed = Groups::new(attribute);
                let mut cases = String::from("CASE");
                for code in 1..=groups.len() {
                    let values = groups.iter().flat_map(|(_, values)| values).map(String::as_str);
                    let values = values.filter(|v| listed.code_of(v) == Ok(code as u32));
                    let values: Vec<&str> = values.collect();
                    cases.push_str(&format!(" WHEN {} THEN '{code}'", col.is_one_of_texts(values)));
                }
                format!("{cases} ELSE '{}' END", groups.len() + 1)
            }
            // A plan for a database has none of these: they are made of the rows of files.
            Rule::Period(_) | Rule::Stages(_) | Rule::Log => "''".to_owned(),
            Rule::Bands(bands) => {
                let (number, born) = (col.number(), col.day());
                let on = self.row_day();
                format!(
                    "CASE WHEN ({number}) IS NOT NULL THEN {} WHEN {on} >= {born} AND {} THEN {} ELSE '' END",
                    self.band(bands, &format!("({number})"), |edge| edge),
                    col.no_number(),
                    // Days as YYYYMMDD are 10,000 apart from birthday to birthday, and never less within a year.
                    self.band(bands, &format!("({on} - {born})"), |edge| (edge.ceil() * 1e4)
                        .clamp(-1e9, 1e9)),
                )
            }
        };
        format!("CASE WHEN {known} THEN {code} ELSE '' END")
    }

    fn band(&self, bands: &Bands, x: &str, scaled: impl Fn(f64) -> f64) -> String {
        let mut cases = String::from("CASE");
        for (i, edge) in bands.edges.iter().enumerate() {
            cases.push_str(&format!(" WHEN {x} < {} THEN '{}'", self.real(scaled(*edge)), i + 1));
        }
        format!("{cases} ELSE '{}' END", bands.edges.len() + 1)
    }

    /// The day of a row: of its time where the log has one, else the audit's.
    fn row_day(&self) -> String {
        match self.plan.time {
            Some(column) => self.log[column].day(),
            None => {
                let day = self.plan.as_of;
                format!("{}{:02}{:02}", day.year(), day.month(), day.day())
            }
        }
    }
}
