//! Findings about several classes: distances of two sides, and how strongly groups and classes go together.

use std::sync::Arc;

use super::association::Strength;
use super::distribution::{Told, histogram};
use super::finding::{About, Finding, Recipe, Status};
use super::{Chosen, Ends, Place, blank};
use crate::catalogue::{ClassDistance, Contrast, Distribution, Metric, Variable};
use crate::inference::association::cramers_v;
use crate::inference::norm_noise::{Without, critical, norm_noise};
use crate::inference::special::chi2_sf;
use crate::metrics::classes::{Table, distance, shares};
use crate::metrics::conditional::Reason;
use crate::metrics::distribution::Sample;
use crate::plan::{Plan, Weight};
use crate::tally::histogram::{Counter, REPLICATES};
use crate::tally::{Histogram, Tally};

/// Draws of the length of noise.
const DRAWS: usize = 3_999;
/// Where its numbers are drawn from, apart from all others of the seed.
const STREAM: u64 = 1 << 61;

/// A distance, and by how much noise may have moved it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Norm {
    value: f64,
    /// Lengths of the noise, ascending.
    drawn: Arc<Vec<f64>>,
}

impl Norm {
    pub(super) fn interval(&self, level: f64) -> Option<(Ends, &'static str)> {
        let reach = critical(&self.drawn, level)?;
        // Of one share none can be farther away than all of it.
        let ends = Ends::new((self.value - reach).max(0.0), (self.value + reach).min(1.0));
        Some((ends?, "norm of jackknife noise, simulated"))
    }
}

/// The rows of one side: all of them, and without each replicate.
struct Side {
    all: Sample,
    without: Vec<Sample>,
    seen: [bool; REPLICATES],
}

impl Side {
    fn new(counters: &[Counter], values: &[f64]) -> Self {
        let mut seen = [false; REPLICATES];
        for counter in counters {
            seen[usize::from(counter.replicate)] = true;
        }
        Self {
            all: Sample::new(counters, values, None, None),
            without: (0..REPLICATES as u8)
                .map(|r| Sample::new(counters, values, None, Some(r)))
                .collect(),
            seen,
        }
    }

    fn sample(&self, without: Option<usize>) -> &Sample {
        without.map_or(&self.all, |r| &self.without[r])
    }

    /// The shares without each replicate that has anybody; with `aligned`, without each of all, so that the same place is the
    /// same people on every side. `None` where one of them has none.
    fn replicates(&self, how: ClassDistance, aligned: bool) -> Option<Without> {
        let asked = (0..REPLICATES).filter(|&r| aligned || self.seen[r]);
        let of = |r: usize| shares(how, &self.sample(Some(r).filter(|&r| self.seen[r])).all).ok();
        let all: Without = asked.map(of).collect::<Option<_>>()?;
        (all.len() > 1).then_some(all)
    }
}

/// What the reader of numbers of classes must know.
pub(super) fn notes(plan: &Plan, tally: &Tally) -> Vec<String> {
    let mut notes = Vec::new();
    for (index, outcome) in plan.outcomes.iter().enumerate() {
        let (Some(classes), Some(counted)) = (&outcome.classes, histogram(tally, index, Variable::Class)) else {
            continue;
        };
        let everyone = Sample::new(&counted.everyone, &counted.values, None, None);
        let Some(table) = Table::of(&everyone.all) else {
            continue;
        };
        let decided = table.decided();
        let unlisted: f64 = decided[table.listed] + table.cells[table.listed + 1][..table.listed].iter().sum::<f64>();
        if unlisted > 0.0 {
            notes.push(format!(
                "For `{}`, {unlisted} rows are of a class that `classes` does not list. They count as `(other)`; numbers that need the right class are undefined where there are such rows: list every class.",
                outcome.name
            ));
        }
        let empty = classes.names.iter().enumerate().filter(|(class, _)| {
            let right: f64 = table.cells[class + 1].iter().sum();
            decided[*class] + right <= 0.0
        });
        for (_, name) in empty {
            notes.push(format!("For `{}`, no row is of the class \"{name}\".", outcome.name));
        }
    }
    notes
}

impl Place<'_> {
    /// Assesses distances of classes, and how strongly classes and groups go together.
    pub(super) fn classes(
        &self,
        histogram: &Histogram,
        metrics: &[(Metric, Distribution)],
        findings: &mut Vec<Finding>,
    ) {
        if metrics.is_empty() {
            return;
        }
        let counters = self.sides(histogram);
        let sides: Vec<Side> = counters.iter().map(|of| Side::new(of, &histogram.values)).collect();
        let judged: Vec<usize> = self
            .in_scope()
            .into_iter()
            .filter(|&group| self.judged[group])
            .collect();
        for &(metric, how) in metrics {
            match how {
                Distribution::ClassDistance(how) => self.class_distances((metric, how), &sides, &judged, findings),
                _ => findings.push(self.class_strength(metric, &sides, &judged)),
            }
        }
    }

    /// The distance of each group from whom it is compared with, and the largest of two judged groups.
    fn class_distances(
        &self,
        (metric, how): (Metric, ClassDistance),
        sides: &[Side],
        judged: &[usize],
        findings: &mut Vec<Finding>,
    ) {
        let told: Vec<Result<Vec<f64>, Reason>> = sides.iter().map(|side| shares(how, &side.all.all)).collect();
        let together = self.has_people_in_common();
        let replicates: Vec<Option<Without>> = sides.iter().map(|side| side.replicates(how, together)).collect();
        let compared: Vec<(usize, usize)> = self
            .in_scope()
            .into_iter()
            .filter_map(|group| Some((group, self.other_side(group)?)))
            .collect();
        let known: Vec<usize> = judged.iter().copied().filter(|&group| told[group].is_ok()).collect();
        let all_pairs: Vec<(usize, usize)> = known
            .iter()
            .enumerate()
            .flat_map(|(i, &a)| known[..i].iter().map(move |&b| (b, a)))
            .collect();
        // What is drawn for: each comparison, then the largest.
        let mut wanted: Vec<Vec<(usize, usize)>> = compared.iter().map(|pair| vec![*pair]).collect();
        wanted.push(all_pairs.clone());
        let drawn = self.noise(&replicates, together, &wanted);

        let between = |(own, other): (usize, usize)| match (&told[own], &told[other]) {
            (Ok(own), Ok(other)) => Ok(distance(own, other)),
            (Err(reason), _) => Err(*reason),
            (_, Err("no-denominator")) => Err("no-reference-denominator"),
            (_, Err(reason)) => Err(*reason),
        };
        for (&(group, other), drawn) in compared.iter().zip(&drawn) {
            let mut finding = blank(self.about(group), self.outcome, metric, Contrast::Gap);
            finding.subjects = self.groups().groups[group].subjects;
            finding.rows = self.groups().groups[group].rows;
            finding.reference = self.reference_name();
            finding.status = self.compared(group);
            let found = between((group, other));
            findings.push(self.class_distance(finding, found, (how, &sides[group], &sides[other]), drawn.as_ref()));
        }

        let about = |names| About::Extremes {
            grouping: self.grouping,
            names,
        };
        let mut finding = blank(about(None), self.outcome, metric, Contrast::MaxGap);
        for &group in &known {
            finding.subjects += self.groups().groups[group].subjects;
            finding.rows += self.groups().groups[group].rows;
        }
        let farthest = all_pairs
            .iter()
            .filter_map(|&pair| Some((pair, between(pair).ok()?)))
            .reduce(|far, next| if next.1 > far.1 { next } else { far });
        let Some(((a, b), value)) = farthest else {
            finding.status = Status::Undefined("fewer-than-two-groups");
            findings.push(finding);
            return;
        };
        let name = |group: usize| self.groups().groups[group].name();
        finding.about = about(Some((name(a), name(b))));
        if known.len() < judged.len() {
            finding.status = Status::Unjudged("group-undefined");
        }
        let of = (how, &sides[a], &sides[b]);
        findings.push(self.class_distance(finding, Ok(value), of, drawn.last().and_then(Option::as_ref)));
    }

    /// A distance with its error and its bounds.
    fn class_distance(
        &self,
        mut finding: Finding,
        found: Result<f64, Reason>,
        (how, own, other): (ClassDistance, &Side, &Side),
        drawn: Option<&Arc<Vec<f64>>>,
    ) -> Finding {
        let value = match found {
            Ok(value) => value,
            Err(reason) => {
                finding.status = Status::Undefined(reason);
                return finding;
            }
        };
        finding.estimate = Some(value);
        let mut seen = own.seen;
        for (seen, others) in seen.iter_mut().zip(other.seen) {
            *seen |= others;
        }
        let told = Told::of(seen, |without| {
            let of = |side: &Side| shares(how, &side.sample(without).all);
            Ok(distance(&of(own)?, &of(other)?))
        });
        let Some((drawn, (variance, df))) = drawn.zip(told.error(|x| x)) else {
            return finding;
        };
        finding.standard_error = Some(variance.sqrt());
        finding.df = Some(df);
        let recipe = Recipe::Norm(Norm {
            value,
            drawn: Arc::clone(drawn),
        });
        finding.with_interval(self.plan, recipe)
    }

    /// Lengths of noise for each set of pairs; `None` for a set in which a side has no replicates.
    fn noise(
        &self,
        replicates: &[Option<Without>],
        together: bool,
        wanted: &[Vec<(usize, usize)>],
    ) -> Vec<Option<Arc<Vec<f64>>>> {
        let mut place = vec![None; replicates.len()];
        let mut sides = Vec::new();
        for (place, side) in place.iter_mut().zip(replicates) {
            if let Some(side) = side {
                *place = Some(sides.len());
                sides.push(side.clone());
            }
        }
        let pairs: Vec<Option<Vec<(usize, usize)>>> = wanted
            .iter()
            .map(|set| set.iter().map(|&(a, b)| Some((place[a]?, place[b]?))).collect())
            .collect();
        let asked: Vec<Vec<(usize, usize)>> = pairs.iter().flatten().cloned().collect();
        let seed = (self.plan.seed, STREAM + self.grouping as u64);
        let drawn = norm_noise(&sides, together, &asked, DRAWS, seed);
        let mut drawn = drawn.unwrap_or_default().into_iter().map(Arc::new);
        let of = |set: &Option<_>| set.as_ref().and_then(|_| drawn.next());
        pairs.iter().map(of).collect()
    }

    /// Whether two of the sides that are compared have people in common.
    fn has_people_in_common(&self) -> bool {
        let groups = self.groups().groups.len();
        matches!(self.reference, Chosen::Overall)
            || (0..groups).any(|a| (0..a).any(|b| self.groups().pair(a, b, self.outcome).is_some()))
    }

    /// Cramér's V of judged groups and classes, with the χ² behind it.
    ///
    /// The design effect is the mean of Pearson's χ² that people of their spread would make of equality,
    /// Σ n V(p − pooled)/pooled over its degrees of freedom, with variances of the jackknife (J. N. K. Rao and A. J. Scott,
    /// Annals of Statistics 12 (1984), 46–60); 1 where every row is a person of its own.
    fn class_strength(&self, metric: Metric, sides: &[Side], judged: &[usize]) -> Finding {
        let about = About::Extremes {
            grouping: self.grouping,
            names: None,
        };
        let mut finding = blank(about, self.outcome, metric, Contrast::Value);
        let has_rows = |group: &usize| !sides[*group].all.all.is_empty();
        let known: Vec<usize> = judged.iter().copied().filter(has_rows).collect();
        if known.len() < judged.len() {
            finding.status = Status::Unjudged("group-undefined");
        }
        let judged = known.as_slice();
        for &group in judged {
            finding.subjects += self.groups().groups[group].subjects;
            finding.rows += self.groups().groups[group].rows;
        }
        let tables = |without: Option<usize>| -> Option<Vec<Vec<f64>>> {
            let of = |&group: &usize| Some(Table::of(&sides[group].sample(without).all)?.decided());
            judged.iter().map(of).collect()
        };
        let whole = tables(None).filter(|table| table.len() > 1);
        let Some((table, v)) = whole.and_then(|table| cramers_v(&table).map(|v| (table, v))) else {
            finding.status = Status::Undefined("fewer-than-two-groups");
            return finding;
        };
        finding.estimate = Some(v);
        let rows: f64 = table.iter().flatten().sum();
        let pooled = pooled(&table);
        let seen_classes = pooled.iter().filter(|share| **share > 0.0).count() as f64;
        let smaller = (table.len() as f64 - 1.0).min(seen_classes - 1.0);
        let df = (table.len() as f64 - 1.0) * (seen_classes - 1.0);
        let effect = if self.plan.subject.is_some() {
            self.class_effect(&table, &tables, (sides, judged)).map(|sum| sum / df)
        } else {
            Some(1.0).filter(|_| !matches!(self.plan.weight, Weight::Sampling(_)))
        };
        let Some(effect) = effect.filter(|effect| effect.is_finite() && *effect > 0.0) else {
            return finding;
        };
        let statistic = rows * v * v * smaller / effect;
        if finding.status == Status::Ok {
            finding.test = chi2_sf(statistic, df).map(|p| ("chi-square, Rao-Scott".to_owned(), p));
        }
        let strength = Strength::root(statistic, df, effect / (rows * smaller));
        finding.with_interval(self.plan, Recipe::Strength(strength))
    }

    /// The mean of χ² under equality.
    fn class_effect(
        &self,
        table: &[Vec<f64>],
        tables: &dyn Fn(Option<usize>) -> Option<Vec<Vec<f64>>>,
        (sides, judged): (&[Side], &[usize]),
    ) -> Option<f64> {
        let seen: Vec<usize> = (0..REPLICATES)
            .filter(|&r| judged.iter().any(|&group| sides[group].seen[r]))
            .collect();
        let without: Vec<Vec<Vec<f64>>> = seen
            .iter()
            .map(|&r| tables(Some(r)).map(|table| from_pooled(&table)))
            .collect::<Option<_>>()?;
        let count = without.len() as f64;
        if without.len() < 2 {
            return None;
        }
        let shares = pooled(table);
        let mut sum = 0.0;
        for (group, row) in table.iter().enumerate() {
            let n: f64 = row.iter().sum();
            for (class, share) in shares.iter().enumerate().filter(|(_, share)| **share > 0.0) {
                let values = without.iter().map(|of| of[group][class]);
                let mean = values.clone().sum::<f64>() / count;
                let squares: f64 = values.map(|x| (x - mean).powi(2)).sum();
                sum += n * (count - 1.0) / count * squares / share;
            }
        }
        Some(sum)
    }
}

/// The share of each class over all groups.
fn pooled(table: &[Vec<f64>]) -> Vec<f64> {
    let rows: f64 = table.iter().flatten().sum();
    let classes = table.first().map_or(0, Vec::len);
    (0..classes)
        .map(|class| table.iter().map(|row| row[class]).sum::<f64>() / rows)
        .collect()
}

/// By group and class: the group's share less that of all groups.
fn from_pooled(table: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let pooled = pooled(table);
    let of = |row: &Vec<f64>| {
        let n: f64 = row.iter().sum();
        row.iter()
            .zip(&pooled)
            .map(|(count, share)| count / n - share)
            .collect()
    };
    table.iter().map(of).collect()
}
