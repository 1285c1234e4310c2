//! The first half of every statement: from the user's table to one row of plain numbers per row of the log.
//!
//! Each step is a common table expression that adds a little to the one before: columns as they are, their numbers and
//! days, the people's attributes, codes and conditions, and last what the row counts for.

use super::checks::{Check, Watched, checks, watched};
use super::column::{ALWAYS, Col};
use super::dialect::Dialect;
use super::{Relation, Relations};
use crate::diagnostic::Diagnostic;
use crate::plan::{Kind, Plan, Rule, Schema, Table, Test, Weight};

/// How often a step is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// It is cheaper to do it again than to keep it.
    Again,
    /// It is small, and used several times.
    Kept,
}

/// One step of a statement.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) name: String,
    pub(super) query: String,
    pub(super) used: Use,
}

/// The last step: one row per row of the log.
pub(super) const ROWS: &str = "parytet_rows";
/// The people table, read.
pub(super) const PEOPLE: &str = "parytet_people_read";
const LOG: &str = "parytet_log_read";
const JOINED: &str = "parytet_joined";
const CODED: &str = "parytet_coded";

/// Values of a person's sums, and values of one row, beyond which the embedded engine refuses to add.
pub(super) const MOST_SUMMED: f64 = 140_737_488_355_328.0;
const MOST_ADDED: f64 = MOST_SUMMED / 2.0;
pub(super) const MOST_COUNTED: f64 = 9_007_199_254_740_992.0;

/// Writes the steps of one plan.
#[derive(Debug)]
pub(super) struct Rows<'p> {
    pub(super) plan: &'p Plan,
    pub(super) dialect: Dialect,
    pub(super) log: Vec<Col>,
    pub(super) people: Vec<Col>,
    relations: &'p Relations,
}

impl<'p> Rows<'p> {
    pub(super) fn new(
        plan: &'p Plan,
        schema: &Schema,
        people_schema: Option<&Schema>,
        relations: &'p Relations,
        dialect: Dialect,
    ) -> Result<Self, Diagnostic> {
        let people: &[String] = plan.people.as_ref().map_or(&[], |people| &people.columns);
        if !people.is_empty() && (people_schema.is_none() || relations.people.is_none()) {
            return Err(Diagnostic::new(
                "missing-key",
                "the people of a log in a database must stand in the same database",
            )
            .help("name their table in [people]"));
        }
        let empty = Schema { columns: Vec::new() };
        Ok(Self {
            log: columns('x', &plan.log_columns, schema, dialect)?,
            people: columns('y', people, people_schema.unwrap_or(&empty), dialect)?,
            plan,
            dialect,
            relations,
        })
    }

    /// Where the log stands, for FROM.
    pub(super) fn log_relation(&self) -> String {
        self.relation(&self.relations.log)
    }

    /// Where the people stand.
    pub(super) fn people_relation(&self) -> Option<String> {
        Some(self.relation(self.relations.people.as_ref()?))
    }

    fn relation(&self, relation: &Relation) -> String {
        from(relation, self.dialect)
    }

    /// The user's column, in the first step.
    pub(super) fn original(&self, table: Table, column: usize) -> String {
        let names: &[String] = match (table, &self.plan.people) {
            (Table::Log, _) => &self.plan.log_columns,
            (Table::People, Some(people)) => &people.columns,
            (Table::People, None) => &[],
        };
        format!("q.{}", self.dialect.identifier(&names[column]))
    }

    pub(super) fn column(&self, table: Table, column: usize) -> &Col {
        match table {
            Table::Log => &self.log[column],
            Table::People => &self.people[column],
        }
    }

    pub(super) fn has_people_attributes(&self) -> bool {
        self.plan.attributes.iter().any(|a| a.table == Table::People)
    }

    /// Columns of a table that must be read as numbers, and as days.
    fn facets(&self, table: Table) -> (Vec<usize>, Vec<usize>) {
        let plan = self.plan;
        let banded = plan
            .attributes
            .iter()
            .filter(|a| a.table == table && matches!(a.rule, Rule::Bands(_)));
        let mut days: Vec<usize> = banded.map(|a| a.column).collect();
        let mut numbers = days.clone();
        if table == Table::Log {
            days.extend(plan.time);
            match plan.weight {
                Weight::One => {}
                Weight::Count(column) | Weight::Sampling(column) => numbers.push(column),
            }
            let outcomes = plan.outcomes.iter();
            let conditions = outcomes.flat_map(|o| std::iter::once(&o.selected).chain(&o.actual));
            numbers.extend(
                conditions
                    .chain(&plan.filters)
                    .filter(|c| !matches!(c.test, Test::Values(_)))
                    .map(|c| c.column),
            );
            numbers.extend(plan.outcomes.iter().flat_map(|o| [o.value, o.list_price]).flatten());
        }
        for list in [&mut numbers, &mut days] {
            list.sort_unstable();
            list.dedup();
        }
        (numbers, days)
    }

    /// The three steps that read a table. `person` is the column of the person.
    fn reading(&self, table: Table, relation: &str, person: Option<usize>) -> Vec<Step> {
        let (cols, stem) = match table {
            Table::Log => (&self.log, "parytet_log"),
            Table::People => (&self.people, "parytet_people"),
        };
        let (numbers, days) = self.facets(table);
        let fence = self.dialect.grammar().fence;
        let mut plain = Vec::new();
        for (i, col) in cols.iter().enumerate() {
            let original = self.original(table, i);
            plain.push(format!("{} AS {}", col.cleaned(&original), col.name()));
            if days.contains(&i)
                && let Some(day) = col.day_from(&original)
            {
                plain.push(format!("{day} AS {}", col.day_name()));
            }
        }
        let named = |steps: Vec<(String, String)>| -> String {
            steps.into_iter().map(|(name, x)| format!(", {x} AS {name}")).collect()
        };
        let mut both: Vec<usize> = numbers.iter().chain(&days).copied().collect();
        both.sort_unstable();
        both.dedup();
        let trimmed = named(both.iter().filter_map(|&i| cols[i].trim_step()).collect());
        let mut read: Vec<(String, String)> = numbers.iter().filter_map(|&i| cols[i].number_step()).collect();
        read.extend(days.iter().filter_map(|&i| cols[i].day_step()));
        read.extend(person.map(|i| ("who".to_owned(), cols[i].text())));
        let step = |name: String, query: String| Step {
            name,
            query,
            used: Use::Again,
        };
        vec![
            step(
                stem.to_owned(),
                format!("SELECT {} FROM {relation}{fence}", plain.join(", ")),
            ),
            step(
                format!("{stem}_trimmed"),
                format!("SELECT r.*{trimmed} FROM {stem} AS r{fence}"),
            ),
            step(
                format!("{stem}_read"),
                format!("SELECT r.*{} FROM {stem}_trimmed AS r{fence}", named(read)),
            ),
        ]
    }

    /// The steps that read the people table.
    pub(super) fn people_steps(&self) -> Vec<Step> {
        self.people_relation()
            .map_or_else(Vec::new, |relation| self.reading(Table::People, &relation, Some(0)))
    }

    /// All steps up to [`ROWS`]; with `account`, those rows say what is wrong with them too.
    pub(super) fn steps(&self, account: bool) -> Vec<Step> {
        let mut steps = self.reading(Table::Log, &self.log_relation(), self.plan.subject);
        let mut from = LOG;
        if self.has_people_attributes() {
            steps.extend(self.people_steps());
            let (numbers, days) = self.facets(Table::People);
            let mut theirs: Vec<String> = self.people.iter().skip(1).map(Col::name).collect();
            for &i in &numbers {
                theirs.extend(self.people[i].trim_step().map(|(name, _)| name));
                theirs.extend(self.people[i].number_step().map(|(name, _)| name));
            }
            theirs.extend(days.iter().map(|&i| self.people[i].day_name()));
            // Numbers and points in time have a day column only when the first step made one.
            theirs.retain(|name| !self.lacks_day(name));
            let list: String = theirs.iter().map(|name| format!(", p.{name}")).collect();
            steps.push(Step {
                name: JOINED.to_owned(),
                query: format!("SELECT l.*{list} FROM {LOG} AS l LEFT JOIN {PEOPLE} AS p ON l.who = p.who"),
                used: Use::Again,
            });
            from = JOINED;
        }
        let fence = self.dialect.grammar().fence;
        for (name, columns, from) in [(CODED, self.coded(account), from), (ROWS, self.counted(account), CODED)] {
            steps.push(Step {
                name: name.to_owned(),
                query: format!("SELECT {} FROM {from} AS r{fence}", columns.join(", ")),
                used: Use::Again,
            });
        }
        steps
    }

    fn lacks_day(&self, name: &str) -> bool {
        self.people
            .iter()
            .any(|col| col.day_name() == name && matches!(col.kind, Kind::Integer | Kind::Real | Kind::Boolean))
    }

    /// What each row counts for.
    fn counted(&self, account: bool) -> Vec<String> {
        let plan = self.plan;
        let scope = self.scope();
        let mut columns: Vec<String> = Vec::new();
        columns.extend(plan.subject.map(|_| "who".to_owned()));
        columns.extend((0..plan.attributes.len()).map(|a| format!("c{a}")));
        let undecided: Vec<String> = (0..plan.outcomes.len()).map(|o| format!("k{o} IS NULL")).collect();
        let no_subject = match plan.subject {
            Some(_) => "WHEN who IS NULL THEN 1 ",
            None => "",
        };
        columns.push(format!(
            "CASE WHEN {} THEN CASE {no_subject}WHEN {} THEN 2 ELSE 3 END ELSE 0 END AS fate",
            self.passes(plan.filters.len()),
            undecided.join(" AND ")
        ));
        columns.push("n".to_owned());
        if matches!(plan.weight, Weight::Sampling(_)) {
            columns.push("w".to_owned());
        }
        let zero = self.real(0.0);
        for (o, outcome) in plan.outcomes.iter().enumerate() {
            let decided = format!("{scope} AND k{o} IS NOT NULL");
            columns.push(format!("CASE WHEN {decided} THEN n ELSE {zero} END AS t{o}"));
            columns.push(match outcome.selected.test {
                Test::Counted { .. } => format!("CASE WHEN {decided} THEN k{o} ELSE {zero} END AS s{o}"),
                _ => format!("CASE WHEN {scope} AND k{o} = 1 THEN n ELSE {zero} END AS s{o}"),
            });
            columns.extend(outcome.actual.as_ref().map(|_| format!("l{o}")));
            columns.extend(outcome.value.map(|_| format!("v{o}")));
            columns.extend(outcome.list_price.map(|_| format!("p{o}")));
            if account {
                columns.push(format!("CASE WHEN {decided} THEN 1 ELSE 0 END AS d{o}"));
            }
        }
        if account {
            for (k, check) in checks(plan).into_iter().enumerate() {
                let reached = self.reached(check, k);
                columns.push(format!("CASE WHEN {reached} THEN 1 ELSE 0 END AS q{k}"));
                columns.push(match self.broken(check) {
                    Some(_) => format!("CASE WHEN {reached} THEN raw_r{k} END AS r{k}"),
                    None => format!("CAST(NULL AS {}) AS r{k}", self.dialect.grammar().text),
                });
            }
            for (i, watched) in watched(plan).into_iter().enumerate() {
                let (reached, test) = match watched {
                    Watched::Filter(j) => (self.passes(j), format!("f{j}")),
                    Watched::Selected(o) => (scope.clone(), format!("k{o}")),
                    Watched::Actual(o) => (format!("{scope} AND k{o} IS NOT NULL"), format!("l{o}")),
                };
                columns.push(format!("CASE WHEN {reached} AND {test} = 1 THEN 1 ELSE 0 END AS e{i}"));
                columns.push(format!("CASE WHEN {reached} AND {test} = 0 THEN raw_o{i} END AS o{i}"));
            }
        }
        columns
    }

    /// Whether a row meets the first filters.
    fn passes(&self, filters: usize) -> String {
        let all: Vec<String> = (0..filters).map(|j| format!("f{j} = 1")).collect();
        if all.is_empty() {
            ALWAYS.to_owned()
        } else {
            all.join(" AND ")
        }
    }

    /// Whether a row passed the filters and names its person.
    fn scope(&self) -> String {
        let passes = self.passes(self.plan.filters.len());
        match self.plan.subject {
            Some(_) => format!("{passes} AND who IS NOT NULL"),
            None => passes,
        }
    }

    /// Whether the embedded engine would have come to this fault, in the last step.
    fn reached(&self, check: Check, k: usize) -> String {
        let scope = self.scope();
        let broken = format!("raw_q{k} = 1");
        match check {
            Check::NotBanded(_) | Check::BornLater(_) => {
                format!("{} AND {broken}", self.passes(self.plan.filters.len()))
            }
            Check::Filter(j) => format!("{} AND {broken}", self.passes(j)),
            Check::NoCount | Check::NotACount | Check::NotAWeight | Check::Selected(_) => {
                format!("{scope} AND {broken}")
            }
            Check::Actual(o) | Check::Value(o) | Check::List(o) => format!("{scope} AND k{o} IS NOT NULL AND {broken}"),
            Check::TooLarge(o) => {
                let weighted = matches!(self.plan.weight, Weight::Sampling(_));
                let outcome = &self.plan.outcomes[o];
                let numbers = [
                    outcome.value.map(|_| format!("v{o}")),
                    outcome.list_price.map(|_| format!("p{o}")),
                ];
                let times = self.plan.subject.map(|_| "n".to_owned());
                let weight = weighted.then(|| "w".to_owned());
                let product = |parts: [Option<String>; 3]| parts.into_iter().flatten().collect::<Vec<_>>().join(" * ");
                let most = self.real(MOST_ADDED);
                let mut amounts = Vec::new();
                if weighted {
                    amounts.push(product([None, weight.clone(), times.clone()]));
                }
                for number in numbers.into_iter().flatten() {
                    amounts.push(product([Some(number), weight.clone(), times.clone()]));
                }
                let beyond: Vec<String> = amounts.iter().map(|x| format!("abs({x}) >= {most}")).collect();
                format!("{scope} AND k{o} IS NOT NULL AND ({})", beyond.join(" OR "))
            }
        }
    }
}

/// The columns of a table, with the kinds that its schema says.
fn columns(letter: char, names: &[String], schema: &Schema, dialect: Dialect) -> Result<Vec<Col>, Diagnostic> {
    names
        .iter()
        .enumerate()
        .map(|(index, name)| {
            match schema.kind(name) {
                None => Err(
                    Diagnostic::new("unknown-column", format!("the table has no column `{name}`"))
                        .help("compare the spec with the table's columns"),
                ),
                // SQLite keeps days and points in time as texts.
                Some(Kind::Date | Kind::Datetime) if dialect.grammar().typeless => Ok(Kind::Text),
                Some(kind) => Ok(kind),
            }
            .map(|kind| Col {
                dialect,
                letter,
                index,
                kind,
            })
        })
        .collect()
}

/// A relation as it stands behind FROM.
pub(super) fn from(relation: &Relation, dialect: Dialect) -> String {
    match relation {
        Relation::Table(parts) => {
            let quoted: Vec<String> = parts.iter().map(|part| dialect.identifier(part)).collect();
            format!("{} AS q", quoted.join("."))
        }
        // The line ends keep a comment at the query's end from swallowing what follows.
        Relation::Query(query) => format!("(\n{}\n) AS q", query.trim_end().trim_end_matches(';')),
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_ADDED, MOST_SUMMED};
    use crate::tally::exact::Fixed;

    #[test]
    fn the_embedded_engine_refuses_at_the_same_amounts() {
        assert_eq!(Fixed::new(MOST_ADDED), None);
        let most = Fixed::new(MOST_ADDED.next_down()).unwrap();
        let twice = most.plus(most).unwrap();
        assert!(twice.value() < MOST_SUMMED);
        assert_eq!(twice.plus(most), None);
    }
}
