//! Groups compared within strata: what is left of their gaps, and whether it tells another story.

use std::collections::BTreeMap;

use super::finding::{Delta, Finding, Recipe, Scale, Status};
use super::{Assessment, Chosen, Ends, Place, blank};
use crate::catalogue::custom::Ratio;
use crate::catalogue::{Conditional, Contrast, Formula, Linear, Measure, Metric, Unit};
use crate::inference::cochran_mantel_haenszel::{ChiSquare, Table, breslow_day, cochran_mantel_haenszel};
use crate::inference::special::{chi2_sf, t_two_sided};
use crate::metrics::conditional::{Side, Stratum, estimate};
use crate::metrics::oaxaca::decompose;
use crate::tally::{GroupingTally, Label};

/// A comparison as it is, and within strata.
#[derive(Debug, Clone, PartialEq)]
pub struct Within {
    /// The outcome.
    pub outcome: usize,
    /// The grouping.
    pub grouping: usize,
    /// The group.
    pub group: usize,
    /// Within what (index into the plan's `given`).
    pub given: usize,
    /// Name of whom it is compared with.
    pub reference: String,
    /// Strata in which the group has rows.
    pub strata: u64,
    /// Share of the group's rows that lie in strata which the reference has too.
    pub shared: f64,
    /// The gap of selection rates as it is, with its interval.
    pub crude: (f64, Option<Ends>),
    /// The gap of standardised rates.
    pub adjusted: Option<(f64, Option<Ends>)>,
    /// What the two say together.
    pub agreement: Agreement,
    /// Test of no difference in any stratum, with its name.
    pub association: Option<(&'static str, ChiSquare)>,
    /// Test that all strata are alike.
    pub homogeneity: Option<(&'static str, ChiSquare)>,
}

/// What a gap and the gap within strata say together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// Both lie on the same side of 0, or neither is told from it.
    Agree,
    /// Both are told from 0, with opposite signs: Simpson's paradox.
    Reversed,
    /// The estimates have opposite signs, and one of them is not told from 0.
    SignsDiffer,
    /// The gap is told from 0, the one within strata is not.
    Vanishes,
    /// The gap within strata is told from 0, the plain one is not.
    Appears,
    /// There is nothing to compare within strata.
    Unknown,
}

impl Agreement {
    /// Stable code.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Agreement::Agree => "agree",
            Agreement::Reversed => "reversed",
            Agreement::SignsDiffer => "signs-differ",
            Agreement::Vanishes => "vanishes",
            Agreement::Appears => "appears",
            Agreement::Unknown => "unknown",
        }
    }

    fn of(crude: (f64, Option<Ends>), adjusted: (f64, Option<Ends>)) -> Self {
        let is_told = |(value, ends): (f64, Option<Ends>)| {
            let told = ends.is_some_and(|e| e.low.is_some_and(|l| l > 0.0) || e.high.is_some_and(|h| h < 0.0));
            told && value != 0.0
        };
        let (told, other_told) = (is_told(crude), is_told(adjusted));
        let opposite = crude.0 * adjusted.0 < 0.0;
        match (told, other_told) {
            (true, true) if opposite => Agreement::Reversed,
            _ if opposite => Agreement::SignsDiffer,
            (true, false) => Agreement::Vanishes,
            (false, true) => Agreement::Appears,
            _ => Agreement::Agree,
        }
    }
}

/// Selected rows.
pub(super) const SELECTED: Linear = &[(Measure::Selected, 1)];
/// All rows.
pub(super) const ROWS: Linear = &[(Measure::Rows, 1)];

/// The strata of a comparison.
pub(super) struct Strata<'a> {
    tally: &'a GroupingTally,
    cells: Vec<Cells>,
    /// By stratum, the level of each factor.
    levels: Vec<Vec<usize>>,
}

/// The cells of one stratum.
#[derive(Debug, Clone, Default)]
struct Cells {
    /// The group's.
    own: Option<usize>,
    /// Those of whom it is compared with.
    others: Vec<usize>,
    /// Those of all groups of known attribute: the population to which rates are standardised.
    known: Vec<usize>,
}

/// An estimate's variance over people, with its degrees of freedom.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spread {
    pub(super) variance: f64,
    pub(super) df: f64,
}

impl Place<'_> {
    /// Assesses everything within one set of strata; `first` is where the findings of this grouping start.
    pub(super) fn within(&self, given: usize, first: usize, assessment: &mut Assessment) {
        let metrics: Vec<(Metric, Ratio, Conditional)> = self.plan.outcomes[self.outcome]
            .metrics
            .iter()
            .filter_map(|&metric| match metric.entry().formula {
                Formula::Conditional { of, how } => Some((metric, of, how)),
                _ => None,
            })
            .collect();
        if metrics.is_empty() {
            return;
        }
        for group in self.in_scope() {
            let strata = self.strata(given, group, self.reference);
            let mut standardised = None;
            for &(metric, of, how) in &metrics {
                for &contrast in how.contrasts() {
                    let is_own = matches!(self.reference, Chosen::Group(reference) if *reference == group);
                    // The reference has a rate and a share of its own, and no gap to itself.
                    if is_own && (contrast != Contrast::Value || how == Conditional::Differing) {
                        continue;
                    }
                    let finding = self.conditional(given, group, (metric, of, how), contrast, &strata);
                    if metric.id() == "standardised_selection_rate" && contrast == Contrast::Gap {
                        standardised = finding.estimate.map(|gap| (gap, finding.ends));
                    }
                    assessment.findings.push(finding);
                }
            }
            let crude = assessment.findings[first..].iter().find(|finding| {
                finding.given.is_none()
                    && finding.along.is_none()
                    && finding.metric.id() == "selection_rate"
                    && finding.contrast == Contrast::Gap
                    && finding.about == self.about(group)
            });
            let Some((crude, reference)) =
                crude.and_then(|finding| Some(((finding.estimate?, finding.ends), finding.reference.clone()?)))
            else {
                continue;
            };
            let within = self.summary(given, group, &strata, crude, standardised, reference);
            assessment.notes.extend(self.simpson(&within));
            assessment.within.push(within);
        }
    }

    fn within_tally(&self, given: usize) -> &GroupingTally {
        &self.tally.groupings[self.plan.groupings.len() + given]
    }

    /// The cells of a group and of those it is compared with, stratum by stratum in their order.
    fn strata(&self, given: usize, group: usize, reference: &Chosen) -> Strata<'_> {
        let tally = self.within_tally(given);
        let own = &self.groups().groups[group].labels;
        let mut strata: BTreeMap<&[Label], Cells> = BTreeMap::new();
        for (i, cell) in tally.groups.iter().enumerate().filter(|(_, cell)| cell.is_in_scope()) {
            let (labels, stratum) = cell.labels.split_at(own.len());
            let cells = strata.entry(stratum).or_default();
            let is_own = labels == own.as_slice();
            let is_known = !labels.iter().any(Label::is_missing);
            if is_own {
                cells.own = Some(i);
            }
            if is_known {
                cells.known.push(i);
            }
            let is_other = match reference {
                Chosen::Nobody => false,
                Chosen::Group(reference) => self.groups().groups[*reference].labels == labels,
                Chosen::Rest => !is_own && is_known,
                Chosen::Overall => true,
            };
            if is_other {
                cells.others.push(i);
            }
        }
        Strata {
            tally,
            levels: levels(strata.keys().copied()),
            cells: strata.into_values().collect(),
        }
    }

    fn conditional(
        &self,
        given: usize,
        group: usize,
        (metric, (numerator, denominator), how): (Metric, Ratio, Conditional),
        contrast: Contrast,
        strata: &Strata<'_>,
    ) -> Finding {
        let mut finding = blank(self.about(group), self.outcome, metric, contrast);
        finding.given = Some(given);
        let alone = how == Conditional::Standardised && contrast == Contrast::Value;
        if !alone {
            finding.reference = self.reference_name();
        }
        finding.status = if alone {
            self.status(group)
        } else {
            self.compared(group)
        };
        let side = match contrast {
            Contrast::Gap | Contrast::MaxGap => Side::Gap,
            Contrast::Ratio | Contrast::MinRatio => Side::Ratio,
            Contrast::Value => Side::Group,
        };
        // Disparity compares a group's shares with those of all others, whoever the reference is.
        let all_others;
        let strata = if how == Conditional::Disparity {
            finding.reference = None;
            all_others = self.strata(given, group, &Chosen::Rest);
            &all_others
        } else {
            strata
        };
        let numbers = strata.numbers(self.outcome, numerator, denominator);
        let (people, rows) = strata.behind(self.outcome, denominator);
        finding.subjects = people;
        finding.rows = rows;
        let found = match how {
            Conditional::Oaxaca(part) => decompose(part, &numbers, &strata.levels),
            _ => estimate(how, side, &numbers),
        };
        match found {
            Err(reason) => finding.status = Status::Undefined(reason),
            Ok(found) => {
                finding.estimate = Some(found.value);
                let Some(spread) = strata.spread(self.outcome, numerator, denominator, &found.gradient) else {
                    return finding;
                };
                let value = found.value;
                let error = spread.variance.sqrt();
                finding.standard_error = Some(error);
                finding.df = Some(spread.df).filter(|df| df.is_finite());
                let scale = if how == Conditional::Premium {
                    Scale::Premium
                } else if found.log {
                    Scale::Log
                } else if alone && metric.entry().unit == Unit::Share && value > 0.0 && value < 1.0 {
                    Scale::Logit
                } else {
                    Scale::Plain
                };
                // One hypothesis is tested once: the ratios of the same strata say the same of it.
                let tested = contrast == Contrast::Gap
                    && matches!(
                        how,
                        Conditional::Standardised | Conditional::RiskDifference | Conditional::Premium
                    );
                if tested && error > 0.0 && finding.status == Status::Ok {
                    let linear = if scale == Scale::Premium { value.ln_1p() } else { value };
                    finding.test = t_two_sided(linear / error, spread.df).map(|p| ("linearised t".to_owned(), p));
                }
                let error = if scale == Scale::Logit {
                    error / (value * (1.0 - value))
                } else {
                    error
                };
                finding = finding.with_interval(
                    self.plan,
                    Recipe::Delta(Delta {
                        value,
                        error,
                        df: spread.df,
                        scale,
                        how: "linearised",
                    }),
                );
            }
        }
        finding
    }

    fn summary(
        &self,
        given: usize,
        group: usize,
        strata: &Strata<'_>,
        crude: (f64, Option<Ends>),
        adjusted: Option<(f64, Option<Ends>)>,
        reference: String,
    ) -> Within {
        let numbers = strata.numbers(self.outcome, SELECTED, ROWS);
        let whole: f64 = numbers.iter().map(|s| s.n).sum();
        let shared: f64 = numbers.iter().filter(|s| s.is_shared()).map(|s| s.n).sum();
        let tables: Vec<Table> = numbers
            .iter()
            .map(|s| Table {
                a: s.a,
                n: s.n,
                b: s.b,
                m: s.m,
            })
            .collect();
        let rows_are_people = strata.rows_are_people(self.outcome) && !matches!(self.reference, Chosen::Overall);
        let (association, homogeneity) = if rows_are_people {
            (
                cochran_mantel_haenszel(&tables, false).map(|test| ("Cochran-Mantel-Haenszel", test)),
                breslow_day(&tables, true).map(|test| ("Breslow-Day, Tarone", test)),
            )
        } else {
            (
                strata
                    .association(self.outcome, &numbers)
                    .map(|test| ("Mantel-Haenszel, by person", test)),
                strata
                    .homogeneity(self.outcome)
                    .map(|test| ("log ratios of strata, by person", test)),
            )
        };
        Within {
            outcome: self.outcome,
            grouping: self.grouping,
            group,
            given,
            reference,
            strata: numbers.iter().filter(|s| s.n > 0.0).count() as u64,
            shared: if whole > 0.0 { shared / whole } else { 0.0 },
            crude,
            adjusted,
            agreement: adjusted.map_or(Agreement::Unknown, |adjusted| Agreement::of(crude, adjusted)),
            association,
            homogeneity,
        }
    }

    /// A note where a comparison turns round within strata.
    fn simpson(&self, within: &Within) -> Option<String> {
        let what = match within.agreement {
            Agreement::Reversed => "turns round (Simpson's paradox)",
            Agreement::SignsDiffer => "changes its sign (Simpson's paradox), though one of the two is not told from 0",
            Agreement::Vanishes => "is no longer told from 0",
            Agreement::Appears => "is told from 0, which the plain gap is not",
            Agreement::Agree | Agreement::Unknown => return None,
        };
        let (adjusted, _) = within.adjusted?;
        let plan = self.plan;
        Some(format!(
            "The gap of `{}` between `{}` and `{}` (`{}`) is {:+.3}; within `{}` it {what}: {adjusted:+.3}.",
            plan.outcomes[self.outcome].name,
            self.groups().groups[within.group].name(),
            within.reference,
            plan.groupings[self.grouping].name,
            within.crude.0,
            plan.given[within.given].name,
        ))
    }
}

/// The level of each factor in each stratum, numbered in the order of their labels.
fn levels<'l>(strata: impl Iterator<Item = &'l [Label]> + Clone) -> Vec<Vec<usize>> {
    let factors = strata.clone().next().map_or(0, <[Label]>::len);
    let known: Vec<Vec<&Label>> = (0..factors)
        .map(|factor| {
            let mut labels: Vec<&Label> = strata.clone().map(|stratum| &stratum[factor]).collect();
            labels.sort_unstable();
            labels.dedup();
            labels
        })
        .collect();
    let level = |(factor, label): (usize, &Label)| known[factor].binary_search(&label).unwrap_or_default();
    strata
        .map(|stratum| stratum.iter().enumerate().map(level).collect())
        .collect()
}

impl<'a> Strata<'a> {
    /// One group and others, in no strata.
    pub(super) fn one(tally: &'a GroupingTally, group: usize, others: Vec<usize>) -> Self {
        Self {
            tally,
            cells: vec![Cells {
                own: Some(group),
                others,
                known: Vec::new(),
            }],
            levels: vec![Vec::new()],
        }
    }

    /// Numerator and denominator over some cells.
    fn sum<'c>(
        &self,
        cells: impl IntoIterator<Item = &'c usize>,
        outcome: usize,
        numerator: Linear,
        denominator: Linear,
    ) -> (f64, f64) {
        cells.into_iter().fold((0.0, 0.0), |(above, below), &cell| {
            let sums = self.tally.groups[cell].sums(outcome);
            (above + sums.linear(numerator), below + sums.linear(denominator))
        })
    }

    /// The sums of each stratum.
    pub(super) fn numbers(&self, outcome: usize, numerator: Linear, denominator: Linear) -> Vec<Stratum> {
        let size = |cells: &Cells| self.sum(&cells.known, outcome, numerator, denominator).1;
        let whole: f64 = self.cells.iter().map(size).sum();
        self.cells
            .iter()
            .map(|cells| {
                let (a, n) = self.sum(&cells.own, outcome, numerator, denominator);
                let (b, m) = self.sum(&cells.others, outcome, numerator, denominator);
                let weight = if whole > 0.0 { size(cells) / whole } else { 0.0 };
                Stratum { a, n, b, m, weight }
            })
            .collect()
    }

    /// People and rows of the group behind a denominator.
    pub(super) fn behind(&self, outcome: usize, denominator: Linear) -> (u64, u64) {
        let mut all = (0, 0);
        for own in self.cells.iter().filter_map(|cells| cells.own) {
            let behind = self.tally.groups[own].sums(outcome).behind(denominator);
            all.0 += behind.subjects;
            all.1 += behind.rows;
        }
        all
    }

    /// Whether every row is of a person of its own: then tables of rows are tables of people.
    fn rows_are_people(&self, outcome: usize) -> bool {
        self.tally.several == 0
            && self
                .cells
                .iter()
                .flat_map(|cells| cells.own.iter().chain(&cells.others))
                .all(|&cell| {
                    let group = &self.tally.groups[cell];
                    group.sums(outcome).sum(Measure::Rows) == group.sums(outcome).subjects as f64
                })
    }

    /// The variance of an estimate with this gradient, stratum by stratum; see [`spread`].
    pub(super) fn spread(
        &self,
        outcome: usize,
        numerator: Linear,
        denominator: Linear,
        gradient: &[[f64; 4]],
    ) -> Option<Spread> {
        if gradient.is_empty() {
            return None;
        }
        let mut slopes: BTreeMap<usize, [f64; 2]> = BTreeMap::new();
        for (cells, [a, n, b, m]) in self.cells.iter().zip(gradient) {
            if let Some(own) = cells.own {
                let slope = slopes.entry(own).or_default();
                slope[0] += a;
                slope[1] += n;
            }
            for other in &cells.others {
                let slope = slopes.entry(*other).or_default();
                slope[0] += b;
                slope[1] += m;
            }
        }
        spread(self.tally, outcome, (numerator, denominator), &slopes)
    }

    /// The test of no difference in any stratum, with people as the unit: the common difference over its error.
    fn association(&self, outcome: usize, numbers: &[Stratum]) -> Option<ChiSquare> {
        let difference = estimate(Conditional::RiskDifference, Side::Gap, numbers).ok()?;
        let spread = self.spread(outcome, SELECTED, ROWS, &difference.gradient)?;
        if spread.variance <= 0.0 {
            return None;
        }
        let statistic = difference.value.powi(2) / spread.variance;
        Some(ChiSquare {
            statistic,
            df: 1.0,
            p: t_two_sided(statistic.sqrt(), spread.df)?,
        })
    }

    /// Whether the ratio of rates is alike in all strata: the weighted squares of its logarithms about their mean.
    fn homogeneity(&self, outcome: usize) -> Option<ChiSquare> {
        let mut logs = Vec::new();
        for cell in &self.cells {
            let one = Strata {
                tally: self.tally,
                cells: vec![cell.clone()],
                levels: vec![Vec::new()],
            };
            let numbers = one.numbers(outcome, SELECTED, ROWS);
            let Ok(ratio) = estimate(Conditional::RiskRatio, Side::Ratio, &numbers) else {
                continue;
            };
            let log = ratio.value.ln();
            if let Some(spread) = one.spread(outcome, SELECTED, ROWS, &ratio.gradient)
                && spread.variance > 0.0
                && log.is_finite()
            {
                logs.push((log, 1.0 / spread.variance));
            }
        }
        if logs.len() < 2 {
            return None;
        }
        let weight: f64 = logs.iter().map(|(_, w)| w).sum();
        let mean = logs.iter().map(|(log, w)| log * w).sum::<f64>() / weight;
        let statistic = logs.iter().map(|(log, w)| w * (log - mean).powi(2)).sum();
        let df = logs.len() as f64 - 1.0;
        Some(ChiSquare {
            statistic,
            df,
            p: chi2_sf(statistic, df)?,
        })
    }
}

/// By cell, the slopes of a number by the measures that numerator and denominator are made of; without cells that it does not
/// hang on.
pub(super) fn gradients(
    (numerator, denominator): (Linear, Linear),
    slopes: &BTreeMap<usize, [f64; 2]>,
) -> BTreeMap<usize, Vec<(Measure, f64)>> {
    slopes
        .iter()
        .filter(|(_, [by_numerator, by_denominator])| *by_numerator != 0.0 || *by_denominator != 0.0)
        .map(|(&cell, &[by_numerator, by_denominator])| {
            let of = |linear: Linear, by: f64| linear.iter().map(move |(m, c)| (*m, f64::from(*c) * by));
            (
                cell,
                of(numerator, by_numerator)
                    .chain(of(denominator, by_denominator))
                    .collect(),
            )
        })
        .collect()
}

/// The linearised variance over people: Σ (g·x)² with the gradient g and the person's own totals x in all cells, times
/// m/(m−1); degrees of freedom after Satterthwaite, each cell having one less than its people. `slopes`: by cell, those by
/// its numerator and its denominator.
pub(super) fn spread(
    tally: &GroupingTally,
    outcome: usize,
    (numerator, denominator): (Linear, Linear),
    slopes: &BTreeMap<usize, [f64; 2]>,
) -> Option<Spread> {
    let gradients = gradients((numerator, denominator), slopes);
    let (mut variance, mut people, mut spread) = (0.0, 0.0, 0.0);
    for (&cell, gradient) in &gradients {
        let sums = tally.groups[cell].sums(outcome);
        let part = sums.product_of(gradient, gradient).max(0.0);
        let behind = sums.behind(denominator).subjects as f64;
        variance += part;
        people += behind;
        // A person alone in a cell tells nothing of how people differ there.
        spread += part * part / (behind - 1.0).max(0.5);
    }
    let diagonal = variance;
    for ((a, b), crosses) in &tally.pairs {
        if let (Some(one), Some(other)) = (gradients.get(a), gradients.get(b)) {
            variance += 2.0 * crosses[outcome].product_of(one, other);
        }
    }
    let variance = variance.max(0.0) * people / (people - 1.0);
    if people < 2.0 || !variance.is_finite() {
        return None;
    }
    Some(Spread {
        variance,
        df: if spread > 0.0 {
            (diagonal * diagonal / spread).max(1.0)
        } else {
            people - 1.0
        },
    })
}
