//! The statement about everybody, and about people who are in one group of a grouping alone.

use super::column::double;
use super::moments::{Moments, NONE, Total, numbered};
use super::rows::{ROWS, Step, Use};
use crate::plan::Test;

impl Moments<'_> {
    /// By grouping and group: people who are in this group alone, and, apart, how many are in several.
    ///
    /// Columns: grouping, whether several, labels, people, peaks, sums.
    pub(super) fn single(&self) -> (Vec<Step>, String) {
        let mut steps = self.rows.steps(false);
        if self.plan().subject.is_none() {
            return self.single_rows(steps);
        }
        let totals = self.totals();
        let summed: String = totals
            .iter()
            .map(|t| format!(", SUM({}) AS {}", t.amount, t.name))
            .collect();
        let names: String = totals.iter().map(|Total { name, .. }| format!(", {name}")).collect();
        let ends = self.listed(|a| format!("MIN(c{a}) AS lo{a}, MAX(c{a}) AS hi{a}"));
        steps.push(Self::step(
            "person",
            Use::Again,
            format!("SELECT who, {ends}{summed} FROM {ROWS} WHERE fate = 3 AND n > 0 GROUP BY who"),
        ));
        let differs: Vec<String> = (0..self.plan().attributes.len())
            .map(|a| format!("g IN ({}) AND lo{a} <> hi{a}", self.groupings_with(a)))
            .collect();
        let lows = self.listed(|a| format!("lo{a}"));
        let fence = self.rows.dialect.grammar().fence;
        steps.push(Self::step(
            "spread",
            Use::Again,
            format!(
                "SELECT g, CASE WHEN {} THEN 1 ELSE 0 END AS several, {lows}{names} FROM parytet_person CROSS JOIN {}{fence}",
                differs.join(" OR "),
                self.groupings(0)
            ),
        ));
        let kept = self.listed(|a| {
            format!(
                "CASE WHEN several = 0 AND g IN ({}) THEN lo{a} ELSE {NONE} END AS k{a}",
                self.groupings_with(a)
            )
        });
        steps.push(Self::step(
            "measured",
            Use::Again,
            format!(
                "SELECT g, several, {kept}, {} FROM parytet_spread{fence}",
                self.measured("", "x", false)
            ),
        ));
        let keys = self.listed(|a| format!("k{a}"));
        let mut columns = vec![self.real("g"), self.real("several")];
        columns.extend(self.names('k'));
        columns.push(self.real("COUNT(*)"));
        columns.extend(self.peaks("x").iter().map(|x| self.real(x)));
        columns.extend(self.sums("x", None).iter().map(|x| self.real(x)));
        let body = format!(
            "SELECT {} FROM parytet_measured GROUP BY g, several, {keys}",
            numbered(&columns)
        );
        (steps, body)
    }

    /// The same where every row is a person of its own: a row that stands for several is so many people.
    fn single_rows(&self, mut steps: Vec<Step>) -> (Vec<Step>, String) {
        let plan = self.plan();
        let zero = self.zero();
        let one = double(self.rows.dialect, 1.0).unwrap_or_default();
        // A row may stand for selected and unselected people at once only where it counts them.
        let split = plan
            .outcomes
            .iter()
            .any(|o| matches!(o.selected.test, Test::Counted { .. }));
        let mut unit = vec![self.listed(|a| format!("c{a}"))];
        unit.push(if split {
            format!("CASE WHEN u.fate = 3 AND h = 1 THEN u.n ELSE {zero} END AS people")
        } else {
            format!("CASE WHEN u.fate = 3 THEN u.n ELSE {zero} END AS people")
        });
        unit.extend(self.weighted().then(|| "w".to_owned()));
        for o in self.outcomes.clone() {
            let (times, half) = if split {
                (
                    format!("CASE WHEN h = 1 THEN u.s{o} ELSE u.t{o} - u.s{o} END"),
                    "h = 1".to_owned(),
                )
            } else {
                (format!("u.t{o}"), format!("u.s{o} > 0"))
            };
            unit.push(format!("{times} AS times{o}"));
            unit.push(format!("CASE WHEN {times} > 0 THEN {one} ELSE {zero} END AS t{o}"));
            unit.push(format!(
                "CASE WHEN {times} > 0 AND {half} THEN {one} ELSE {zero} END AS s{o}"
            ));
            unit.extend(plan.outcomes[o].actual.as_ref().map(|_| format!("l{o}")));
            unit.extend(plan.outcomes[o].value.map(|_| format!("v{o}")));
            unit.extend(plan.outcomes[o].list_price.map(|_| format!("p{o}")));
        }
        let halves = if split {
            " CROSS JOIN (SELECT 0 AS h UNION ALL SELECT 1 AS h) AS hs"
        } else {
            ""
        };
        let fence = self.rows.dialect.grammar().fence;
        steps.push(Self::step(
            "unit",
            Use::Again,
            format!("SELECT {} FROM {ROWS} AS u{halves}{fence}", unit.join(", ")),
        ));
        let times: String = self.outcomes.clone().map(|o| format!(", times{o}")).collect();
        let codes = self.listed(|a| format!("c{a}"));
        let totals: String = self
            .totals()
            .iter()
            .map(|t| format!(", {} AS {}", t.amount, t.name))
            .collect();
        steps.push(Self::step(
            "totals",
            Use::Again,
            format!("SELECT {codes}, people{times}{totals} FROM parytet_unit{fence}"),
        ));
        steps.push(Self::step(
            "measured",
            Use::Again,
            format!(
                "SELECT {codes}, people{times}, {} FROM parytet_totals{fence}",
                self.measured("", "x", false)
            ),
        ));
        let by = |o: usize| format!("times{o}");
        let sums = self.sums("x", Some(&by));
        let named: String = sums.iter().enumerate().map(|(i, x)| format!(", {x} AS m{i}")).collect();
        steps.push(Self::step(
            "cell",
            Use::Again,
            format!("SELECT {codes}, SUM(people) AS people{named} FROM parytet_measured GROUP BY {codes}"),
        ));
        let again: String = (0..sums.len()).map(|i| format!(", m{i}")).collect();
        steps.push(Self::step(
            "spread",
            Use::Again,
            format!(
                "SELECT g, {}, people{again} FROM parytet_cell CROSS JOIN {}",
                self.keys("c"),
                self.groupings(0)
            ),
        ));
        let keys = self.listed(|a| format!("k{a}"));
        let mut columns = vec![self.real("g"), self.real("0")];
        columns.extend(self.names('k'));
        columns.push(self.real("SUM(people)"));
        columns.extend((0..sums.len()).map(|i| self.real(&format!("SUM(m{i})"))));
        let body = format!("SELECT {} FROM parytet_spread GROUP BY g, {keys}", numbered(&columns));
        (steps, body)
    }
}
