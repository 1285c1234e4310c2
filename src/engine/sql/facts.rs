//! The first statement, and what its answer says: about tables as a whole.

use arrow_array::RecordBatch;

use super::answer::rows;
use super::checks::{Check, placed, watched};
use super::column::Shown;
use super::moments::Moments;
use super::rows::{PEOPLE, ROWS, Step};
use crate::diagnostic::Diagnostic;
use crate::plan::{Plan, Rule, Table};

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
    /// What is asked of tables as a whole: rows `(what, item, number, text)`. See [`Facts`].
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
                Rule::AsIs | Rule::Chance => {
                    let from = format!(
                        " FROM (SELECT DISTINCT {} AS v FROM {PEOPLE} LIMIT 1002) AS labels",
                        rows.code(attribute)
                    );
                    all.push(fact(Fact::Label, a, "0", "v", &from));
                }
                // What is made of rows is made of files.
                Rule::Recode(_) | Rule::Period(_) | Rule::Stages(_) | Rule::Log => {}
            }
        }
        all
    }
}

/// What the first statement says about tables as a whole.
#[derive(Debug, Default)]
pub(super) struct Facts {
    rows: Vec<(usize, usize, u64, String)>,
    /// By column: how its texts come back.
    pub(super) log: Vec<Shown>,
    pub(super) people: Vec<Shown>,
}

impl Facts {
    pub(super) fn read(plan: &Plan, answer: &[RecordBatch]) -> Result<Self, Diagnostic> {
        let people = plan.people.as_ref().map_or(0, |people| people.columns.len());
        let mut facts = Self {
            rows: Vec::new(),
            log: vec![Shown::Plain; plan.log_columns.len()],
            people: vec![Shown::Plain; people],
        };
        for mut row in rows(answer, 4)? {
            let (what, item) = (row.count()? as usize, row.count()? as usize);
            let (number, text) = (row.count()?, row.text()?);
            let shown = Shown::ALL.get(number as usize).copied();
            for (fact, columns) in [
                (Fact::LogColumn, &mut facts.log),
                (Fact::PeopleColumn, &mut facts.people),
            ] {
                if what == fact as usize
                    && let (Some(column), Some(shown)) = (columns.get_mut(item), shown)
                {
                    *column = shown;
                }
            }
            facts.rows.push((what, item, number, text));
        }
        // An engine answers in any order.
        facts.rows.sort();
        Ok(facts)
    }

    pub(super) fn all(&self, fact: Fact) -> impl Iterator<Item = (usize, u64, &str)> {
        self.rows
            .iter()
            .filter(move |(what, ..)| *what == fact as usize)
            .map(|(_, item, number, text)| (*item, *number, text.as_str()))
    }

    pub(super) fn number(&self, fact: Fact) -> u64 {
        self.all(fact).map(|(_, number, _)| number).sum()
    }

    pub(super) fn check(&self, plan: &Plan) -> Result<(), Diagnostic> {
        if let Some(people) = &plan.people {
            let field = |column: usize| people.columns.get(column).cloned();
            if let Some((column, count, text)) = self.all(Fact::PeopleUnfit).find(|(_, count, _)| *count > 0) {
                return Err(placed(unfit(text), &people.source, field(column), count));
            }
            if self.number(Fact::NoKey) > 0 {
                let fault = Diagnostic::new("no-key", "a row of the people file has no key")
                    .help("remove the row, or give it the person's id");
                return Err(placed(fault, &people.source, field(0), self.number(Fact::NoKey)));
            }
            if let Some((_, count, key)) = self.all(Fact::RepeatedKey).find(|(_, count, _)| *count > 0) {
                let fault = Diagnostic::new(
                    "repeated-key",
                    format!(
                        "the person \"{}\" stands in the people file more than once",
                        self.people[0].read(key)
                    ),
                )
                .help("keep one row per person; attributes that change over time belong in the log");
                return Err(placed(fault, &people.source, field(0), count));
            }
            for (a, count, text) in self.all(Fact::NotBanded) {
                if count > 0 && a < plan.attributes.len() {
                    let mut fault = Check::NotBanded(a).diagnostic(plan, count, text);
                    fault.place = placed(fault.clone(), &people.source, field(plan.attributes[a].column), count).place;
                    return Err(fault);
                }
            }
        }
        if let Some((column, count, text)) = self.all(Fact::LogUnfit).find(|(_, count, _)| *count > 0) {
            let field = plan.log_columns.get(column).cloned();
            return Err(placed(unfit(text), &plan.log, field, count));
        }
        Ok(())
    }
}

fn unfit(text: &str) -> Diagnostic {
    Diagnostic::new(
        "unusable-value",
        format!("\"{text}\" is not of the type that its column has"),
    )
    .help("the database keeps columns to no type; correct the values, or convert them in a query")
}
