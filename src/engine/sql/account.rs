//! The statements that account for rows, and ask what is wrong with them.

use super::checks::{checks, watched};
use super::moments::{Moments, numbered};
use super::rows::{PEOPLE, ROWS, Step, Use};
use crate::plan::{Rule, Table};

/// What a row of the statement [`Moments::facts`] says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fact {
    /// How texts of a column of the log come back.
    LogColumn = 1,
    /// The same of the people table.
    PeopleColumn = 2,
    /// How many values of a column of the log are not of its kind.
    LogUnfit = 3,
    /// The same of the people table.
    PeopleUnfit = 4,
    /// How many rows the people table has.
    People = 5,
    /// How many of them have no key.
    NoKey = 6,
    /// How many keys stand there more than once.
    RepeatedKey = 7,
    /// How many values of an attribute fit no band.
    NotBanded = 8,
    /// How many people of the log are not in the people table.
    Strangers = 9,
    /// How many people of the people table are not in the log.
    Unused = 10,
    /// A label of an attribute of the people table.
    Label = 11,
    /// A value of a condition's column that does not meet it.
    Other = 12,
}

impl Moments<'_> {
    /// By grouping and group: rows by fate and what they stand for; of everybody besides: the accounts of outcomes, how
    /// often conditions are met, and what is wrong with rows. See [`super::answer::Account`] for the columns.
    pub(super) fn account(&self) -> (Vec<Step>, String) {
        let plan = self.plan();
        let mut steps = self.rows.steps(true);
        let zero = self.zero();
        let mut counted: Vec<String> = (0..4)
            .map(|fate| self.real(&format!("CASE WHEN fate = {fate} THEN 1 ELSE 0 END")))
            .collect();
        let audited = format!("CASE WHEN fate = 3 THEN n ELSE {zero} END");
        counted.push(audited.clone());
        // Twice, in two halves that both stay exact beyond 2^53.
        let floor = format!("floor({audited} / 67108864)");
        let high = match self.rows.dialect.grammar().typeless {
            true => self.real(&format!("CAST({audited} / 67108864 AS INTEGER)")),
            false => floor,
        };
        counted.push(high.clone());
        counted.push(format!("({audited}) - 67108864 * ({high})"));
        for (o, outcome) in plan.outcomes.iter().enumerate() {
            let without = |column: Option<String>| match column {
                Some(column) => format!("CASE WHEN d{o} = 1 AND {column} IS NULL THEN 1 ELSE 0 END"),
                None => format!("d{o}"),
            };
            counted.push(self.real(&format!("d{o}")));
            counted.push(self.real(&without(outcome.actual.as_ref().map(|_| format!("l{o}")))));
            counted.push(self.real(&without(outcome.value.map(|_| format!("v{o}")))));
        }
        counted.extend((0..watched(plan).len()).map(|i| self.real(&format!("e{i}"))));
        let checks = checks(plan).len();
        counted.extend((0..checks).map(|k| self.real(&format!("q{k}"))));
        let codes = self.listed(|a| format!("c{a}"));
        let sums: String = counted
            .iter()
            .enumerate()
            .map(|(i, x)| format!(", SUM({x}) AS m{i}"))
            .collect();
        let samples: String = (0..checks).map(|k| format!(", MIN(r{k}) AS r{k}")).collect();
        steps.push(Self::step(
            "cell",
            Use::Again,
            format!("SELECT {codes}{sums}{samples} FROM {ROWS} GROUP BY {codes}"),
        ));
        let names: String = (0..counted.len()).map(|i| format!(", m{i}")).collect();
        let shown: String = (0..checks).map(|k| format!(", r{k}")).collect();
        steps.push(Self::step(
            "spread",
            Use::Again,
            format!(
                "SELECT g, {}{names}{shown} FROM parytet_cell CROSS JOIN {}",
                self.keys("c"),
                self.groupings(0)
            ),
        ));
        let keys = self.listed(|a| format!("k{a}"));
        let mut columns = vec![self.real("g")];
        columns.extend(self.names('k'));
        columns.extend((0..counted.len()).map(|i| self.real(&format!("SUM(m{i})"))));
        columns.extend((0..checks).map(|k| format!("COALESCE(MIN(r{k}), '')")));
        let body = format!("SELECT {} FROM parytet_spread GROUP BY g, {keys}", numbered(&columns));
        (steps, body)
    }

    /// What is asked of tables as a whole: rows `(what, item, number, text)`. See [`super::answer::Facts`].
    pub(super) fn facts(&self) -> (Vec<Step>, String) {
        let plan = self.plan();
        let rows = self.rows;
        let text_type = rows.dialect.grammar().text;
        let fact = |what: Fact, item: usize, number: &str, text: &str, rest: &str| {
            format!(
                "SELECT {} AS what, {} AS item, {} AS number, COALESCE(CAST({text} AS {text_type}), '') AS text_{rest}",
                self.real(&(what as usize).to_string()),
                self.real(&item.to_string()),
                self.real(number)
            )
        };
        let mut steps = rows.steps(true);
        if !rows.has_people_attributes() {
            steps.extend(rows.people_steps());
        }
        let mut all = Vec::new();
        for (table, cols) in [(Fact::LogColumn, &rows.log), (Fact::PeopleColumn, &rows.people)] {
            for (i, col) in cols.iter().enumerate() {
                all.push(fact(table, i, &(col.shown() as usize).to_string(), "''", ""));
            }
        }
        let unfit = [
            (Fact::LogUnfit, Table::Log, &rows.log, Some(rows.log_relation())),
            (Fact::PeopleUnfit, Table::People, &rows.people, rows.people_relation()),
        ];
        for (what, table, cols, relation) in unfit {
            for (i, col) in cols.iter().enumerate() {
                let original = rows.original(table, i);
                if let (Some(unfit), Some(relation)) = (col.unfit(&original), &relation) {
                    let text = format!("MIN(CAST({original} AS {text_type}))");
                    all.push(fact(
                        what,
                        i,
                        "COUNT(*)",
                        &text,
                        &format!(" FROM {relation} WHERE {unfit}"),
                    ));
                }
            }
        }
        if plan.people.is_some() {
            all.extend(self.people_facts(&fact));
        }
        for i in 0..watched(plan).len() {
            let values = format!(
                " FROM (SELECT DISTINCT o{i} AS v FROM {ROWS} WHERE o{i} IS NOT NULL \
                 AND NOT EXISTS (SELECT 1 FROM {ROWS} WHERE e{i} = 1) ORDER BY 1 LIMIT 12) AS others"
            );
            all.push(fact(Fact::Other, i, "0", "v", &values));
        }
        (steps, all.join(" UNION ALL "))
    }

    fn people_facts(&self, fact: &dyn Fn(Fact, usize, &str, &str, &str) -> String) -> Vec<String> {
        let plan = self.plan();
        let rows = self.rows;
        let mut all = vec![
            fact(Fact::People, 0, "COUNT(*)", "''", &format!(" FROM {PEOPLE}")),
            fact(
                Fact::NoKey,
                0,
                "COUNT(*)",
                "''",
                &format!(" FROM {PEOPLE} WHERE who IS NULL"),
            ),
            fact(
                Fact::RepeatedKey,
                0,
                "COUNT(*)",
                "MIN(who)",
                &format!(
                    " FROM (SELECT who FROM {PEOPLE} WHERE who IS NOT NULL GROUP BY who HAVING COUNT(*) > 1) AS twice"
                ),
            ),
        ];
        let people = format!("(SELECT DISTINCT who, 1 AS there FROM {PEOPLE}) AS p");
        // Who is in the log is asked only where an attribute is looked up.
        let seen = if rows.has_people_attributes() { "" } else { " AND 1 = 0" };
        let log = format!("(SELECT DISTINCT who, 1 AS there FROM {ROWS} WHERE who IS NOT NULL{seen}) AS l");
        for (what, one, other) in [
            (Fact::Strangers, (&log, "l"), (&people, "p")),
            (Fact::Unused, (&people, "p"), (&log, "l")),
        ] {
            let from = format!(
                " FROM {} LEFT JOIN {} ON l.who = p.who WHERE COALESCE({}.there, 0) = 0 AND {}.who IS NOT NULL",
                one.0, other.0, other.1, one.1
            );
            all.push(fact(what, 0, "COUNT(*)", "''", &from));
        }
        for (a, attribute) in plan.attributes.iter().enumerate() {
            if attribute.table != Table::People {
                continue;
            }
            let (broken, sample) = rows.not_banded(attribute);
            match attribute.rule {
                Rule::Bands(_) => {
                    let from = format!(" FROM {PEOPLE} WHERE {broken}");
                    all.push(fact(Fact::NotBanded, a, "COUNT(*)", &format!("MIN({sample})"), &from));
                }
                Rule::AsIs => {
                    let from = format!(
                        " FROM (SELECT DISTINCT {} AS v FROM {PEOPLE} LIMIT 1002) AS labels",
                        rows.code(attribute)
                    );
                    all.push(fact(Fact::Label, a, "0", "v", &from));
                }
                Rule::Recode(_) => {}
            }
        }
        all
    }
}
