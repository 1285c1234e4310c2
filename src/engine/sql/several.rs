//! The statements about people who are in several groups of a grouping.

use super::moments::{Moments, NONE, Total, numbered};
use super::rows::{ROWS, Step, Use};

/// What a row of the statement `several` adds up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// People of several groups: what they have in this group.
    Multi = 1,
    /// The same people, as far as they have something of an outcome here: what they have in the other known groups.
    Rest = 2,
    /// People of exactly these two groups: what they have in the known ones.
    Two = 3,
    /// People of three groups or more, none of which is this one: what they have in the known ones.
    Elsewhere = 4,
    /// All people of three groups or more: what they have in the known ones.
    Many = 5,
    /// People of several groups who have nothing of an outcome in this group (or nothing that weighs): what they have
    /// in the known ones.
    Away = 6,
}

/// What a row of the statement `crossed` multiplies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cross {
    /// A person's part in a group, and in the other known groups.
    WithRest = 1,
    /// A person's part in a group, and the person as a whole.
    WithAll = 2,
    /// A person's parts in two groups.
    Pair = 3,
}

impl Moments<'_> {
    /// Steps up to `parytet_parts`: one row per grouping, person and group, of people in several groups of it.
    fn parts(&self) -> Vec<Step> {
        let plan = self.plan();
        let mut steps = self.rows.steps(false);
        let totals = self.totals();
        let summed: String = totals
            .iter()
            .map(|t| format!(", SUM({}) AS {}", t.amount, t.name))
            .collect();
        let again: String = totals
            .iter()
            .map(|Total { name, .. }| format!(", SUM({name}) AS {name}"))
            .collect();
        let differ: Vec<String> = (0..plan.attributes.len())
            .map(|a| format!("MIN(c{a}) <> MAX(c{a})"))
            .collect();
        steps.push(Self::step(
            "several",
            Use::Again,
            format!(
                "SELECT who AS someone FROM {ROWS} WHERE fate = 3 AND n > 0 GROUP BY who HAVING {}",
                differ.join(" OR ")
            ),
        ));
        let codes = self.listed(|a| format!("c{a}"));
        steps.push(Self::step(
            "cell",
            Use::Again,
            format!(
                "SELECT who, {codes}{summed} FROM {ROWS} JOIN parytet_several ON who = someone \
                 WHERE fate = 3 AND n > 0 GROUP BY who, {codes}"
            ),
        ));
        let names: String = totals.iter().map(|Total { name, .. }| format!(", {name}")).collect();
        let fence = self.rows.dialect.grammar().fence;
        steps.push(Self::step(
            "spread",
            Use::Again,
            format!(
                "SELECT g, who, {}{names} FROM parytet_cell CROSS JOIN {}{fence}",
                self.keys("c"),
                self.groupings(1)
            ),
        ));
        let keys = self.listed(|a| format!("k{a}"));
        steps.push(Self::step(
            "part",
            Use::Again,
            format!("SELECT g, who, {keys}{again} FROM parytet_spread GROUP BY g, who, {keys}"),
        ));
        let known: Vec<String> = (0..plan.attributes.len()).map(|a| format!("k{a} <> ''")).collect();
        steps.push(Self::step(
            "numbered",
            Use::Again,
            format!(
                "SELECT p.*, CASE WHEN {} THEN 1 ELSE 0 END AS known, COUNT(*) OVER (PARTITION BY g, who) AS groups_ \
                 FROM parytet_part AS p",
                known.join(" AND ")
            ),
        ));
        steps.push(Self::step(
            "parts",
            Use::Kept,
            "SELECT * FROM parytet_numbered WHERE groups_ > 1".to_owned(),
        ));
        steps
    }

    /// Whether two parts `p` and `q` of a person are of one group; and whether the one's labels come first.
    fn same(&self, p: &str, q: &str) -> String {
        let all: Vec<String> = (0..self.plan().attributes.len())
            .map(|a| format!("{p}.k{a} = {q}.k{a}"))
            .collect();
        all.join(" AND ")
    }

    fn first(&self) -> String {
        let mut all = Vec::new();
        for a in 0..self.plan().attributes.len() {
            let mut parts: Vec<String> = (0..a).map(|b| format!("p.k{b} = q.k{b}")).collect();
            parts.push(format!("p.k{a} < q.k{a}"));
            all.push(format!("({})", parts.join(" AND ")));
        }
        format!("({})", all.join(" OR "))
    }

    /// People who are in several groups of a grouping. See [`Part`].
    ///
    /// Columns: part, grouping, labels, labels of the other group, people, sums.
    pub(super) fn several(&self) -> (Vec<Step>, String) {
        let mut steps = self.parts();
        let zero = self.zero();
        let totals = self.totals();
        let list = |write: &dyn Fn(&str) -> String| -> String {
            totals.iter().map(|t| format!(", {}", write(&t.name))).collect()
        };
        // The rest of a person is beside this group for those outcomes of which there is anything in it.
        let beside = |negated: &str| -> String {
            let all = totals.iter().map(|t| {
                let any = self.has_any("p.", t.outcome);
                let name = &t.name;
                format!(", SUM(CASE WHEN {negated}({any}) THEN q.{name} ELSE {zero} END) AS {name}")
            });
            all.collect()
        };
        let everything: Vec<String> = self.outcomes.clone().map(|o| self.has_any("p.", o)).collect();
        let part = |part: Part| part as usize;
        let keys = |table: &str| self.listed(|a| format!("{table}.k{a}"));
        let blank = |letter: char| self.listed(|a| format!("{NONE} AS {letter}{a}"));
        let of_other = |name: &str| format!("SUM(q.{name}) AS {name}");
        let joined = "FROM parytet_parts AS p JOIN parytet_parts AS q ON p.g = q.g AND p.who = q.who";
        let people = [
            format!(
                "SELECT {} AS part, p.g AS g, {}, {}{} FROM parytet_parts AS p",
                part(Part::Multi),
                self.listed(|a| format!("p.k{a} AS k{a}")),
                blank('j'),
                list(&|name| format!("p.{name} AS {name}"))
            ),
            format!(
                "SELECT {}, p.g, {}, {}{} {joined} WHERE q.known = 1 AND NOT ({}) GROUP BY p.g, p.who, {}",
                part(Part::Rest),
                keys("p"),
                blank('j'),
                beside(""),
                self.same("p", "q"),
                keys("p")
            ),
            format!(
                "SELECT {}, p.g, {}, {}{} {joined} WHERE q.known = 1 AND NOT ({}) GROUP BY p.g, p.who, {}",
                part(Part::Away),
                keys("p"),
                blank('j'),
                beside("NOT "),
                everything.join(" AND "),
                keys("p")
            ),
            format!(
                "SELECT {}, p.g, {}, {}{} {joined} WHERE p.groups_ = 2 AND (p.known = 1 OR q.known = 1) AND {}",
                part(Part::Two),
                keys("p"),
                keys("q"),
                list(&|name| {
                    let known =
                        |table: &str| format!("CASE WHEN {table}.known = 1 THEN {table}.{name} ELSE {zero} END");
                    format!("{} + {}", known("p"), known("q"))
                }),
                self.first()
            ),
            format!(
                "SELECT {}, k.g, {}, {}{} FROM (SELECT DISTINCT g, {} FROM parytet_parts) AS k \
                 JOIN parytet_parts AS q ON k.g = q.g \
                 LEFT JOIN (SELECT g, who, {}, 1 AS touches FROM parytet_parts) AS p \
                 ON p.g = q.g AND p.who = q.who AND {} \
                 WHERE q.groups_ > 2 AND q.known = 1 AND COALESCE(p.touches, 0) = 0 GROUP BY k.g, q.who, {}",
                part(Part::Elsewhere),
                keys("k"),
                blank('j'),
                list(&of_other),
                self.listed(|a| format!("k{a}")),
                self.listed(|a| format!("k{a}")),
                self.same("p", "k"),
                keys("k")
            ),
            format!(
                "SELECT {}, q.g, {}, {}{} FROM parytet_parts AS q WHERE q.groups_ > 2 AND q.known = 1 GROUP BY q.g, q.who",
                part(Part::Many),
                blank('k'),
                blank('j'),
                list(&of_other)
            ),
        ];
        let fence = self.rows.dialect.grammar().fence;
        steps.push(Self::step("parts_of_people", Use::Again, people.join(" UNION ALL ")));
        let keys = self.listed(|a| format!("k{a}"));
        let others = self.listed(|a| format!("j{a}"));
        steps.push(Self::step(
            "measured",
            Use::Again,
            format!(
                "SELECT part, g, {keys}, {others}, {} FROM parytet_parts_of_people{fence}",
                self.measured("", "x", false)
            ),
        ));
        let mut columns = vec![self.real("part"), self.real("g")];
        columns.extend(self.names('k'));
        columns.extend(self.names('j'));
        columns.push(self.real("COUNT(*)"));
        columns.extend(self.sums("x", None).iter().map(|x| self.real(x)));
        let body = format!(
            "SELECT {} FROM parytet_measured GROUP BY part, g, {keys}, {others}",
            numbered(&columns)
        );
        (steps, body)
    }

    /// Products between the parts of people who are in several groups. See [`Cross`].
    ///
    /// Columns: kind, grouping, labels, labels of the other group, products.
    pub(super) fn crossed(&self) -> (Vec<Step>, String) {
        let mut steps = self.parts();
        let totals = self.totals();
        let both = |table: &str, letter: char| -> String {
            let all = totals.iter();
            all.map(|Total { name, .. }| format!(", {table}.{name} AS {letter}{name}"))
                .collect()
        };
        let summed: String = totals
            .iter()
            .map(|Total { name, .. }| format!(", SUM(q.{name}) AS {name}"))
            .collect();
        let kind = |cross: Cross| cross as usize;
        let keys = |table: &str| self.listed(|a| format!("{table}.k{a} AS k{a}"));
        let blank = self.listed(|a| format!("{NONE} AS j{a}"));
        let joined = "FROM parytet_parts AS p JOIN parytet_parts AS q ON p.g = q.g AND p.who = q.who";
        let plain = self.listed(|a| format!("p.k{a}"));
        steps.push(Self::step(
            "rest",
            Use::Again,
            format!(
                "SELECT p.g AS g, p.who AS who, {}{summed} {joined} WHERE q.known = 1 AND NOT ({}) GROUP BY p.g, p.who, {plain}",
                keys("p"),
                self.same("p", "q")
            ),
        ));
        steps.push(Self::step(
            "whole",
            Use::Again,
            format!("SELECT q.g AS g, q.who AS who{summed} FROM parytet_parts AS q GROUP BY q.g, q.who"),
        ));
        let sides = [
            format!(
                "SELECT {} AS part, p.g AS g, {}, {blank}{}{} FROM parytet_parts AS p JOIN parytet_rest AS q \
                 ON p.g = q.g AND p.who = q.who AND {}",
                kind(Cross::WithRest),
                keys("p"),
                both("p", 'p'),
                both("q", 'q'),
                self.same("p", "q")
            ),
            format!(
                "SELECT {}, p.g, {}, {blank}{}{} FROM parytet_parts AS p JOIN parytet_whole AS q \
                 ON p.g = q.g AND p.who = q.who",
                kind(Cross::WithAll),
                plain,
                both("p", 'p'),
                both("q", 'q')
            ),
            format!(
                "SELECT {}, p.g, {}, {}{}{} {joined} WHERE {}",
                kind(Cross::Pair),
                plain,
                self.listed(|a| format!("q.k{a}")),
                both("p", 'p'),
                both("q", 'q'),
                self.first()
            ),
        ];
        let fence = self.rows.dialect.grammar().fence;
        steps.push(Self::step("sides", Use::Again, sides.join(" UNION ALL ")));
        let keys = self.listed(|a| format!("k{a}"));
        let others = self.listed(|a| format!("j{a}"));
        steps.push(Self::step(
            "measured",
            Use::Again,
            format!(
                "SELECT part, g, {keys}, {others}, {}, {} FROM parytet_sides{fence}",
                self.measured("p", "a", true),
                self.measured("q", "b", true)
            ),
        ));
        let mut columns = vec![self.real("part"), self.real("g")];
        columns.extend(self.names('k'));
        columns.extend(self.names('j'));
        columns.extend(self.products().iter().map(|x| self.real(x)));
        let body = format!(
            "SELECT {} FROM parytet_measured GROUP BY part, g, {keys}, {others}",
            numbered(&columns)
        );
        (steps, body)
    }
}
