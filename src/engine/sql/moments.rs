//! The vocabulary of the statements that sum: a person's totals, the measures that they give, and the sums over people.
//!
//! Which sums there are is asked of [`Sums`] and [`CrossSums`], and so are the places for them when an answer comes back;
//! the two walks are in the same order, and there is no other list.

use std::ops::Range;

use super::column::double;
use super::dialect::fill;
use super::rows::{Rows, Step, Use};
use crate::catalogue::{Linear, Measure};
use crate::plan::{Plan, Weight};
use crate::tally::{CrossSums, OutcomeShape, Sums};

/// A filler for the labels of attributes that a grouping does not have. No code looks like it where it stands.
pub(super) const NONE: &str = "'-'";
/// More rows than an answer is read to the end.
pub(super) const MOST_ROWS: usize = 1_000_000;

/// What outcomes have.
pub(super) fn shape(plan: &Plan, outcome: usize) -> OutcomeShape {
    OutcomeShape::of(&plan.outcomes[outcome])
}

/// The measure's name in a statement.
fn short(measure: Measure) -> &'static str {
    match measure {
        Measure::Rows => "rows_",
        Measure::Selected => "sel",
        Measure::Subjects => "sub",
        Measure::EverSelected => "ever",
        Measure::OwnRate => "own",
        Measure::Labelled => "lab",
        Measure::LabelledSelected => "labsel",
        Measure::Actual => "act",
        Measure::TruePositive => "tp",
        Measure::ValueRows => "vrows",
        Measure::Value => "val",
        Measure::SelectedValueRows => "svrows",
        Measure::SelectedValue => "sval",
        Measure::ListedRows => "lrows",
        Measure::ListedValue => "lval",
        Measure::ListPrice => "list",
        Measure::LoggedRows => "grows",
        Measure::LogValue => "logs",
    }
}

/// Which rows a measure counts: selected ones alone, those of a condition, and by which of their numbers.
fn counted_rows(measure: Measure) -> Option<(bool, Option<&'static str>, Option<&'static str>)> {
    let (label, positive, value) = (Some("l{o} IS NOT NULL"), Some("l{o} = 1"), Some("v{o} IS NOT NULL"));
    let (listed, logged) = (Some("v{o} IS NOT NULL AND p{o} > 0"), Some("v{o} > 0"));
    Some(match measure {
        Measure::Rows => (false, None, None),
        Measure::Selected => (true, None, None),
        Measure::Labelled => (false, label, None),
        Measure::LabelledSelected => (true, label, None),
        Measure::Actual => (false, positive, None),
        Measure::TruePositive => (true, positive, None),
        Measure::ValueRows => (false, value, None),
        Measure::SelectedValueRows => (true, value, None),
        Measure::Value => (false, value, Some("v{o}")),
        Measure::SelectedValue => (true, value, Some("v{o}")),
        Measure::ListedRows => (false, listed, None),
        Measure::ListedValue => (false, listed, Some("v{o}")),
        Measure::ListPrice => (false, listed, Some("p{o}")),
        Measure::LoggedRows => (false, logged, None),
        // Rows without a logarithm are not asked for one, whatever order an engine takes.
        Measure::LogValue => (false, logged, Some("ln(CASE WHEN v{o} > 0 THEN v{o} ELSE {one} END)")),
        Measure::Subjects | Measure::EverSelected | Measure::OwnRate => return None,
    })
}

/// A total of a person that adds up over rows.
pub(super) struct Total {
    pub(super) outcome: usize,
    pub(super) name: String,
    /// What a row adds.
    pub(super) amount: String,
}

/// Writes the statements for some of a plan's outcomes.
pub(super) struct Moments<'r> {
    pub(super) rows: &'r Rows<'r>,
    pub(super) outcomes: Range<usize>,
}

impl Moments<'_> {
    pub(super) fn plan(&self) -> &Plan {
        self.rows.plan
    }

    pub(super) fn weighted(&self) -> bool {
        matches!(self.plan().weight, Weight::Sampling(_))
    }

    pub(super) fn real(&self, x: &str) -> String {
        format!("CAST({x} AS {})", self.rows.dialect.grammar().real)
    }

    pub(super) fn zero(&self) -> String {
        double(self.rows.dialect, 0.0).unwrap_or_default()
    }

    fn measures(&self, o: usize) -> Vec<Measure> {
        Sums::zero(shape(self.plan(), o)).measures().map(|(m, _)| m).collect()
    }

    /// The totals of a person that add up over rows, by name: counts of rows where weights are counted too, and then
    /// the measures.
    pub(super) fn totals(&self) -> Vec<Total> {
        let mut all = Vec::new();
        let zero = self.zero();
        for o in self.outcomes.clone() {
            for measure in self.measures(o) {
                let Some((selected, condition, number)) = counted_rows(measure) else {
                    continue;
                };
                let one = double(self.rows.dialect, 1.0).unwrap_or_default();
                let of_outcome = |text: &str| text.replace("{o}", &o.to_string()).replace("{one}", &one);
                let times = if selected { format!("s{o}") } else { format!("t{o}") };
                let mut amounts = vec![(format!("{}{o}", short(measure)), times.clone())];
                if self.weighted() {
                    amounts[0].1 = format!("{times} * w");
                    if number.is_none() {
                        amounts.push((format!("n{}{o}", short(measure)), times));
                    }
                }
                for (name, mut amount) in amounts {
                    if let Some(number) = number {
                        amount = format!("{} * ({amount})", of_outcome(number));
                    }
                    if let Some(condition) = condition {
                        let condition = of_outcome(condition);
                        amount = format!("CASE WHEN {condition} THEN {amount} ELSE {zero} END");
                    }
                    all.push(Total {
                        outcome: o,
                        name,
                        amount,
                    });
                }
            }
        }
        all
    }

    /// Whether a person (whose totals have this prefix) has anything of an outcome.
    pub(super) fn has_any(&self, prefix: &str, o: usize) -> String {
        let rows = format!("{prefix}{}{o}", short(Measure::Rows));
        if self.weighted() {
            format!("{prefix}n{}{o} > 0 AND {rows} > 0", short(Measure::Rows))
        } else {
            format!("{rows} > 0")
        }
    }

    /// A person's measure, from totals with this prefix. `counts`: by rows, whatever their weight.
    fn measure(&self, prefix: &str, o: usize, measure: Measure, counts: bool) -> String {
        let any = self.has_any(prefix, o);
        let zero = self.zero();
        let count = if self.weighted() && counts { "n" } else { "" };
        let total = |m: Measure| format!("{prefix}{count}{}{o}", short(m));
        match measure {
            Measure::Subjects => self.real(&format!("CASE WHEN {any} THEN 1 ELSE 0 END")),
            Measure::EverSelected => {
                let selected = total(Measure::Selected);
                self.real(&format!("CASE WHEN {any} AND {selected} > 0 THEN 1 ELSE 0 END"))
            }
            Measure::OwnRate => format!(
                "CASE WHEN {any} THEN {} / {} ELSE {zero} END",
                total(Measure::Selected),
                total(Measure::Rows)
            ),
            _ if self.weighted() => format!("CASE WHEN {any} THEN {} ELSE {zero} END", total(measure)),
            _ => total(measure),
        }
    }

    /// All measures of a person, named with a prefix of their own; `count` prefixes those by rows, which are wanted for
    /// what stands behind a denominator.
    pub(super) fn measured(&self, totals: &str, named: &str, crossed: bool) -> String {
        let mut all = Vec::new();
        for o in self.outcomes.clone() {
            for measure in self.measures(o) {
                // Who was selected at all is told by rows; as a factor of a product between parts, by weight.
                let counts = measure == Measure::EverSelected && !crossed;
                all.push(format!(
                    "{} AS {named}{}{o}",
                    self.measure(totals, o, measure, counts),
                    short(measure)
                ));
                if self.weighted() && !crossed && counted_rows(measure).is_some_and(|(_, _, number)| number.is_none()) {
                    all.push(format!(
                        "{} AS {named}n{}{o}",
                        self.measure(totals, o, measure, true),
                        short(measure)
                    ));
                }
            }
        }
        all.join(", ")
    }

    /// Whether sums of a measure are not whole numbers.
    fn is_real(&self, measure: Measure) -> bool {
        match measure {
            Measure::Subjects | Measure::EverSelected => false,
            Measure::OwnRate => true,
            _ => self.weighted() || measure.is_amount(),
        }
    }

    /// A sum over people. Whole numbers are exact as doubles.
    fn sum(&self, x: &str, real: bool) -> String {
        if real {
            fill(self.rows.dialect.grammar().sum, x, "")
        } else {
            format!("SUM({x})")
        }
    }

    /// The aggregates that make [`Sums`], in the order of [`fill_sums`].
    pub(super) fn sums(&self, named: &str, times: Option<&dyn Fn(usize) -> String>) -> Vec<String> {
        let mut all = Vec::new();
        for o in self.outcomes.clone() {
            let sums = Sums::zero(shape(self.plan(), o));
            let one = double(self.rows.dialect, 1.0).unwrap_or_default();
            let by = times.map(|times| times(o));
            let x = |m: Measure| format!("{named}{}{o}", short(m));
            let sum = |product: &str, real: bool| match &by {
                Some(by) => self.sum(&format!("{by} * {product}"), real),
                None => self.sum(product, real),
            };
            let real = |m: Measure| self.is_real(m);
            all.extend(sums.measures().map(|(m, _)| sum(&x(m), real(m))));
            for ((a, b), _) in sums.products() {
                all.push(sum(&format!("{} * {}", x(a), x(b)), real(a) || real(b)));
            }
            for (linear, _) in sums.denominators() {
                let size = self.size(named, o, linear);
                let rows = match linear.first() {
                    Some((Measure::Subjects, _)) => self.by_rows(named, o, Measure::Rows),
                    _ => format!("({size})"),
                };
                let zero = self.zero();
                all.push(sum(&format!("CASE WHEN {size} > 0 THEN {one} ELSE {zero} END"), false));
                all.push(sum(&format!("CASE WHEN {size} > 0 THEN {rows} ELSE {zero} END"), false));
            }
        }
        all
    }

    fn by_rows(&self, named: &str, o: usize, measure: Measure) -> String {
        let weighted = self.weighted() && counted_rows(measure).is_some();
        format!("{named}{}{}{o}", if weighted { "n" } else { "" }, short(measure))
    }

    /// The size of a denominator for a person, in rows.
    fn size(&self, named: &str, o: usize, linear: Linear) -> String {
        let terms: Vec<String> = linear
            .iter()
            .map(|(measure, coefficient)| format!("{coefficient} * {}", self.by_rows(named, o, measure.counted())))
            .collect();
        terms.join(" + ").replace("+ -", "- ")
    }

    /// The aggregates that make [`CrossSums`], in the order of [`fill_crosses`].
    pub(super) fn products(&self) -> Vec<String> {
        let mut all = Vec::new();
        for o in self.outcomes.clone() {
            for ((a, b), _) in CrossSums::zero(shape(self.plan(), o)).products() {
                let product = format!("a{}{o} * b{}{o}", short(a), short(b));
                all.push(self.sum(&product, self.is_real(a) || self.is_real(b)));
            }
        }
        all
    }

    /// The largest sums of a person, which must not leave the range of the embedded engine.
    pub(super) fn peaks(&self, named: &str) -> Vec<String> {
        let mut all = Vec::new();
        for o in self.outcomes.clone() {
            let x = |m: Measure| format!("{named}{}{o}", short(m));
            if self.weighted() {
                all.push(format!("MAX({})", x(Measure::Rows)));
            }
            if shape(self.plan(), o).value {
                all.push(format!("MAX(abs({}))", x(Measure::SelectedValue)));
                all.push(format!(
                    "MAX(abs({} - {}))",
                    x(Measure::Value),
                    x(Measure::SelectedValue)
                ));
            }
            if shape(self.plan(), o).list {
                all.push(format!("MAX({})", x(Measure::ListPrice)));
            }
        }
        all
    }

    /// Whether a grouping (0 is everybody) has an attribute.
    pub(super) fn groupings_with(&self, attribute: usize) -> String {
        let with: Vec<String> = self
            .plan()
            .tallied()
            .iter()
            .enumerate()
            .filter(|(_, attributes)| attributes.contains(&attribute))
            .map(|(i, _)| (i + 1).to_string())
            .collect();
        with.join(", ")
    }

    /// The labels `k0`, `k1`, … of a grouping `g` from codes with this name.
    pub(super) fn keys(&self, code: &str) -> String {
        let keys: Vec<String> = (0..self.plan().attributes.len())
            .map(|a| {
                format!(
                    "CASE WHEN g IN ({}) THEN {code}{a} ELSE {NONE} END AS k{a}",
                    self.groupings_with(a)
                )
            })
            .collect();
        keys.join(", ")
    }

    /// The numbers of the groupings as a table.
    pub(super) fn groupings(&self, from: usize) -> String {
        let all: Vec<String> = (from..=self.plan().tallied().len())
            .map(|g| format!("SELECT {g} AS g"))
            .collect();
        format!("({}) AS gs", all.join(" UNION ALL "))
    }

    pub(super) fn listed(&self, write: impl Fn(usize) -> String) -> String {
        let all: Vec<String> = (0..self.plan().attributes.len()).map(write).collect();
        all.join(", ")
    }

    /// The names of labels.
    pub(super) fn names(&self, letter: char) -> Vec<String> {
        (0..self.plan().attributes.len())
            .map(|a| format!("{letter}{a}"))
            .collect()
    }

    pub(super) fn step(name: &str, used: Use, query: String) -> Step {
        Step {
            name: format!("parytet_{name}"),
            query,
            used,
        }
    }
}

/// A list of results, each with a name of its own.
pub(super) fn numbered(columns: &[String]) -> String {
    let named: Vec<String> = columns
        .iter()
        .enumerate()
        .map(|(i, x)| format!("{x} AS z{i}"))
        .collect();
    named.join(", ")
}

/// How many columns [`Moments::sums`] has.
pub(super) fn sums_width(plan: &Plan, outcomes: Range<usize>) -> usize {
    let width = |sums: Sums| sums.measures().count() + sums.products().count() + 2 * sums.denominators().count();
    outcomes.map(|o| width(Sums::zero(shape(plan, o)))).sum()
}

/// How many columns [`Moments::products`] has.
pub(super) fn crosses_width(plan: &Plan, outcomes: Range<usize>) -> usize {
    outcomes
        .map(|o| CrossSums::zero(shape(plan, o)).products().count())
        .sum()
}

/// How many columns [`Moments::peaks`] has.
pub(super) fn peaks_width(plan: &Plan, outcomes: Range<usize>) -> usize {
    let weighted = usize::from(matches!(plan.weight, Weight::Sampling(_)));
    let peaks = |shape: OutcomeShape| weighted + 2 * usize::from(shape.value) + usize::from(shape.list);
    outcomes.map(|o| peaks(shape(plan, o))).sum()
}

/// Reads [`Moments::sums`] of an outcome.
pub(super) fn fill_sums<E>(sums: &mut Sums, mut next: impl FnMut() -> Result<f64, E>) -> Result<(), E> {
    for (_, sum) in sums.measures_mut() {
        *sum = next()?;
    }
    sums.subjects = sums.sum(Measure::Subjects) as u64;
    for (_, product) in sums.products_mut() {
        *product = next()?;
    }
    for (_, behind) in sums.denominators_mut() {
        behind.subjects = next()? as u64;
        behind.rows = next()? as u64;
    }
    Ok(())
}

/// Reads [`Moments::products`] of an outcome.
pub(super) fn fill_crosses<E>(crosses: &mut CrossSums, mut next: impl FnMut() -> Result<f64, E>) -> Result<(), E> {
    for (_, product) in crosses.products_mut() {
        *product = next()?;
    }
    Ok(())
}
