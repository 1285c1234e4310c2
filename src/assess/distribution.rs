//! Findings about whole distributions, with errors of the jackknife over people.

use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;

use super::finding::{About, Delta, Finding, Recipe, Scale, Status};
use super::quantile::{Quantile, Quantiles};
use super::side::{Ends, Reach};
use super::{Chosen, Place, blank};
use crate::catalogue::{Contrast, Distribution, Formula, Linear, Measure, Metric, Sides, Variable};
use crate::inference::extremes::{Normals, NullRange, studentised_range};
use crate::inference::rng::Rng;
use crate::inference::special::t_two_sided;
use crate::metrics::conditional::Reason;
use crate::metrics::distribution::{Sample, of_all, of_one, of_two};
use crate::metrics::reliability::calibration_error_by_chance;
use crate::plan::{Plan, Weight};
use crate::tally::histogram::{Counter, REPLICATES};
use crate::tally::{GroupTally, Histogram, Tally};

/// Draws of the null distribution of a largest gap.
const DRAWS: usize = 9_999;
/// Rows of one counter beyond which their replicates are drawn by the normal law.
const MANY: f64 = 2_000.0;

/// Whose samples a number is of, as places among the sides.
#[derive(Debug, Clone, PartialEq)]
enum Of {
    One(usize),
    Two { own: usize, other: usize, gap: bool },
    All(Vec<usize>),
}

/// A number that is asked for.
#[derive(Debug, Clone, PartialEq)]
struct Ask {
    how: Distribution,
    of: Of,
}

/// A number with all and without each replicate.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub(super) whole: Result<f64, Reason>,
    /// Without each replicate; what is without one that has nobody in it is the whole.
    without: Vec<Option<f64>>,
    /// Which replicates have anybody.
    seen: [bool; REPLICATES],
}

/// Variance and degrees of freedom.
type Error = Option<(f64, f64)>;

impl Told {
    /// A number of sums by replicate: with all, and without each of those that have anybody.
    pub(super) fn of(seen: [bool; REPLICATES], number: impl Fn(Option<usize>) -> Result<f64, Reason>) -> Self {
        let whole = number(None);
        let without = |r: usize| if seen[r] { number(Some(r)).ok() } else { whole.ok() };
        Self {
            whole,
            without: (0..REPLICATES).map(without).collect(),
            seen,
        }
    }

    /// The variance of a function of this number.
    pub(super) fn error(&self, scale: impl Fn(f64) -> f64) -> Error {
        self.error_with(self, |x, _| scale(x))
    }

    /// The variance of a function of this number and another.
    fn error_with(&self, other: &Self, scale: impl Fn(f64, f64) -> f64) -> Error {
        let mut values = Vec::new();
        for r in (0..REPLICATES).filter(|&r| self.seen[r] || other.seen[r]) {
            let value = scale(self.without[r]?, other.without[r]?);
            values.push(Some(value).filter(|value| value.is_finite())?);
        }
        let count = values.len() as f64;
        if values.len() < 2 {
            return None;
        }
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        Some(((count - 1.0) / count * squares, count - 1.0))
    }

    /// The covariance with another number.
    fn covariance(&self, other: &Self) -> f64 {
        let both = |sign: f64| self.error_with(other, |x, y| x + sign * y).map_or(0.0, |(v, _)| v);
        (both(1.0) - both(-1.0)) / 4.0
    }
}

/// Numbers of judged groups, of which the farthest apart are told.
#[derive(Debug, Clone)]
pub(super) struct Spreads {
    values: Vec<f64>,
    covariance: Vec<Vec<f64>>,
    df: Vec<f64>,
    ratio: bool,
    normals: Arc<Normals>,
    null: Arc<OnceLock<Option<NullRange>>>,
}

impl PartialEq for Spreads {
    fn eq(&self, other: &Self) -> bool {
        self.values == other.values && self.covariance == other.covariance && self.ratio == other.ratio
    }
}

impl Spreads {
    fn null(&self) -> Option<&NullRange> {
        let draw = || NullRange::new(&self.covariance, &self.df, DRAWS, &self.normals);
        self.null.get_or_init(draw).as_ref()
    }

    fn p(&self) -> Option<f64> {
        self.null()?.p(studentised_range(&self.values, &self.covariance)?)
    }

    /// Bounds that hold for all pairs at once: of the largest gap, or on logarithms of the smallest ratio.
    pub(super) fn interval(&self, level: f64) -> Option<(Ends, &'static str)> {
        let reach = match self.values.len() {
            2 => Reach::Level(level).critical(self.df.iter().copied().fold(f64::INFINITY, f64::min))?,
            _ => self.null()?.critical(level)?,
        };
        let (mut low, mut high) = (0.0f64, 0.0f64);
        for i in 0..self.values.len() {
            for j in 0..i {
                let v = |a: usize, b: usize| self.covariance[a][b];
                let half = reach * (v(i, i) + v(j, j) - 2.0 * v(i, j)).max(0.0).sqrt();
                let gap = (self.values[i] - self.values[j]).abs();
                low = low.max(gap - half);
                high = high.max(gap + half);
            }
        }
        let ends = if self.ratio {
            Ends::new((-high).exp(), (-low).exp())
        } else {
            Ends::new(low, high)
        };
        Some((ends?, "simultaneous pairwise bounds, jackknife"))
    }
}

/// The scale on which a number is nearly normal.
fn scale(how: Distribution, value: f64) -> Scale {
    let inside = value > 0.0 && value < 1.0;
    match how {
        Distribution::Mean(Variable::Capped)
        | Distribution::Auc
        | Distribution::CrossAuc
        | Distribution::AveragePrecision
        | Distribution::Superiority(_)
        | Distribution::Gini
        | Distribution::Atkinson(_)
        | Distribution::GeneralizedFalsePositive
        | Distribution::GeneralizedFalseNegative
        | Distribution::ClassQuality(_)
            if inside =>
        {
            Scale::Logit
        }
        Distribution::Brier
        | Distribution::LogLoss
        | Distribution::CalibrationError
        | Distribution::MeanAbsolute
        | Distribution::MeanAbsolutePercentage
        | Distribution::RootMeanSquare
        | Distribution::GeneralizedEntropy(_)
        | Distribution::Variation
        | Distribution::EntropyBetween(_)
        | Distribution::EntropyWithin(_)
            if value > 0.0 =>
        {
            Scale::Log
        }
        Distribution::KolmogorovSmirnov(_) | Distribution::Wasserstein(_) => Scale::Size,
        _ => Scale::Plain,
    }
}

pub(super) fn on(scale: Scale, x: f64) -> f64 {
    match scale {
        Scale::Log => x.ln(),
        Scale::Logit => (x / (1.0 - x)).ln(),
        _ => x,
    }
}

/// Samples of some sides, and of what asks are about them.
struct Desk<'a> {
    histogram: &'a Histogram,
    sides: Vec<Vec<Counter>>,
    asks: Vec<Ask>,
}

impl Desk<'_> {
    fn sample(&self, side: usize, without: Option<u8>) -> Sample {
        let labels = matches!(self.histogram.of.variable, Variable::Score | Variable::Fit).then_some(3);
        Sample::new(&self.sides[side], &self.histogram.values, labels, without)
    }

    fn seen(&self, side: usize) -> [bool; REPLICATES] {
        let mut seen = [false; REPLICATES];
        for counter in &self.sides[side] {
            seen[usize::from(counter.replicate)] = true;
        }
        seen
    }

    /// Every number that is asked for, with all and without each replicate, on all cores.
    fn tell(&self) -> Vec<Told> {
        let seen: Vec<[bool; REPLICATES]> = (0..self.sides.len()).map(|side| self.seen(side)).collect();
        let without = |round: usize| round.checked_sub(1).map(|r| r as u8);
        let next = AtomicUsize::new(0);
        let work = || {
            let mut done = Vec::new();
            loop {
                let round = next.fetch_add(1, Ordering::Relaxed);
                if round > REPLICATES {
                    return done;
                }
                let lacks = round > 0 && !seen.iter().any(|seen| seen[round - 1]);
                if !lacks {
                    done.push((round, self.round(without(round))));
                }
            }
        };
        let threads = thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let rounds: BTreeMap<usize, Vec<Result<f64, Reason>>> = thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
            let mut all = work();
            for other in others {
                all.extend(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
            }
            all.into_iter().collect()
        });
        let whole = &rounds[&0];
        self.asks
            .iter()
            .enumerate()
            .map(|(i, ask)| {
                let mut of_ask = [false; REPLICATES];
                for side in ask.of.sides() {
                    for (mine, theirs) in of_ask.iter_mut().zip(seen[side]) {
                        *mine |= theirs;
                    }
                }
                Told {
                    whole: whole[i],
                    without: (1..=REPLICATES)
                        .map(|round| rounds.get(&round).map_or(whole[i], |all| all[i]).ok())
                        .collect(),
                    seen: of_ask,
                }
            })
            .collect()
    }

    fn round(&self, without: Option<u8>) -> Vec<Result<f64, Reason>> {
        let samples: Vec<Sample> = (0..self.sides.len()).map(|side| self.sample(side, without)).collect();
        self.asks
            .iter()
            .map(|ask| match &ask.of {
                Of::One(side) => of_one(ask.how, &samples[*side]),
                Of::Two { own, other, gap } => of_two(ask.how, *gap, &samples[*own], &samples[*other]),
                Of::All(sides) => {
                    let all: Vec<&Sample> = sides.iter().map(|side| &samples[*side]).collect();
                    of_all(ask.how, &all)
                }
            })
            .collect()
    }

    /// A quantile of a side with the error of the share at or below it; `None` where it has none.
    fn quantile(&self, side: usize, value: f64, percent: u8) -> Option<Quantile> {
        let (mut below, mut whole) = ([0.0; REPLICATES], [0.0; REPLICATES]);
        for counter in &self.sides[side] {
            let replicate = usize::from(counter.replicate);
            whole[replicate] += counter.weight;
            if self.histogram.values[counter.value as usize] <= value {
                below[replicate] += counter.weight;
            }
        }
        let (all_below, all): (f64, f64) = (below.iter().sum(), whole.iter().sum());
        let share = |r: usize| Some((all_below - below[r]) / (all - whole[r])).filter(|share| share.is_finite());
        let told = Told {
            whole: Ok(all_below / all),
            without: (0..REPLICATES).map(share).collect(),
            seen: self.seen(side),
        };
        let (variance, df) = told.error(|x| x)?;
        Some(Quantile {
            value,
            share: f64::from(percent) / 100.0,
            histogram: Arc::new(self.sample(side, None).all),
            variance,
            df,
        })
    }

    /// The calibration error by chance of a side.
    fn by_chance(&self, side: usize) -> Result<f64, Reason> {
        let seen = self.seen(side);
        let rounds = (0..REPLICATES).filter(|r| seen[*r]).map(|r| Some(r as u8));
        let samples: Vec<Sample> = std::iter::once(None)
            .chain(rounds)
            .map(|without| self.sample(side, without))
            .collect();
        calibration_error_by_chance(&samples)
    }
}

impl Of {
    fn sides(&self) -> Vec<usize> {
        match self {
            Of::One(side) => vec![*side],
            Of::Two { own, other, .. } => vec![*own, *other],
            Of::All(sides) => sides.clone(),
        }
    }
}

/// Counters of several groups as those of one.
fn together<'c>(groups: impl Iterator<Item = &'c Vec<Counter>>) -> Vec<Counter> {
    let mut all: Vec<Counter> = groups.flatten().copied().collect();
    all.sort_by_key(|c| (c.value, c.pattern, c.replicate));
    all
}

/// Where every row is a person of its own, rows are dealt to the replicates by chance: as alike as people who are not
/// known by name. The seed and the counts decide, so that the order of the rows does not.
fn dealt(counters: &[Counter], seed: u64, stream: u64) -> Vec<Counter> {
    let mut rng = Rng::new(seed, stream);
    let mut all = Vec::new();
    for counter in counters {
        let mut shares = [0.0; REPLICATES];
        let mut left = counter.weight.round();
        if left > MANY {
            for (i, share) in shares.iter_mut().enumerate().take(REPLICATES - 1) {
                let chance = 1.0 / (REPLICATES - i) as f64;
                let spread = (left * chance * (1.0 - chance)).sqrt();
                *share = (left * chance + spread * rng.standard_normal())
                    .round()
                    .clamp(0.0, left);
                left -= *share;
            }
            shares[REPLICATES - 1] = left;
        } else {
            for _ in 0..left as u64 {
                shares[(rng.next_u64() % REPLICATES as u64) as usize] += 1.0;
            }
        }
        for (replicate, weight) in shares.into_iter().enumerate().filter(|(_, weight)| *weight > 0.0) {
            all.push(Counter {
                replicate: replicate as u8,
                weight,
                ..*counter
            });
        }
    }
    all
}

/// What an outcome's counters stand for where rows name no person: one each, unless rows have weights.
pub(super) fn counters(plan: &Plan, counters: &[Counter], stream: u64) -> Vec<Counter> {
    if plan.subject.is_some() || matches!(plan.weight, Weight::Sampling(_)) {
        counters.to_vec()
    } else {
        dealt(counters, plan.seed, stream)
    }
}

/// The same of a histogram. Errors and values of one row must stay together, so that none are dealt where rows are not
/// known by name: their numbers then have no error.
fn counters_of(plan: &Plan, histogram: &Histogram, of_side: &[Counter], stream: u64) -> Vec<Counter> {
    match histogram.of.variable {
        Variable::Fit => of_side.to_vec(),
        _ => counters(plan, of_side, stream),
    }
}

/// The metrics of distributions that an outcome gives.
fn asked(plan: &Plan, outcome: usize) -> impl Iterator<Item = (Metric, Distribution)> + '_ {
    let metrics = plan.outcomes[outcome].metrics.iter();
    metrics.filter_map(|&metric| match metric.entry().formula {
        Formula::Distribution(how) => Some((metric, how)),
        _ => None,
    })
}

/// The histogram that a metric needs; `None` where another engine counted, or in a tally from a file.
pub(super) fn histogram(tally: &Tally, outcome: usize, variable: Variable) -> Option<&Histogram> {
    let mut all = tally.histograms.iter();
    all.find(|h| h.of.outcome == outcome && h.of.variable == variable)
}

/// Numbers of everybody's distributions.
pub(super) fn everyone(plan: &Plan, tally: &Tally, outcome: usize, findings: &mut Vec<Finding>) {
    for (metric, how) in asked(plan, outcome).filter(|(_, how)| how.sides() == Sides::One) {
        let mut finding = blank(About::Everyone, outcome, metric, Contrast::Value);
        let Some(histogram) = histogram(tally, outcome, how.variable()) else {
            finding.status = Status::Undefined("needs-rows");
            findings.push(finding);
            continue;
        };
        let desk = Desk {
            histogram,
            sides: vec![counters_of(plan, histogram, &histogram.everyone, 7)],
            asks: vec![Ask { how, of: Of::One(0) }],
        };
        behind(&mut finding, &tally.everyone, outcome, how.variable());
        findings.push(match how {
            Distribution::CalibrationErrorByChance => plain(finding, desk.by_chance(0)),
            Distribution::Quantile(_, percent) => quantile(plan, finding, &desk, (0, None), percent),
            _ => value(plan, finding, how, &desk.tell()[0]),
        });
    }
}

/// What the reader of numbers of distributions must know.
pub(super) fn notes(plan: &Plan, tally: &Tally) -> Vec<String> {
    let mut notes = Vec::new();
    for h in tally.histograms.iter().filter(|h| h.dropped > 0) {
        let what = match h.of.variable {
            Variable::Score => "scores",
            Variable::Value => "values",
            Variable::Error | Variable::Fit => "errors",
            Variable::RelativeError => "relative errors",
            Variable::Class => "classes",
            Variable::Contacts => "numbers of rows",
            Variable::Selections | Variable::Capped => "numbers of selections",
            Variable::Benefit | Variable::Decision => "benefits",
        };
        notes.push(format!(
            "For `{}` there are too many different {what} to keep: each was taken as one of {} numbers, within {:.2} % of itself.",
            plan.outcomes[h.of.outcome].name,
            h.values.len(),
            100.0 * 2f64.powi(h.dropped as i32 - 53),
        ));
    }
    for (outcome, planned) in plan.outcomes.iter().enumerate() {
        let all = |variable| {
            let counters = histogram(tally, outcome, variable).map(|h| h.everyone.iter());
            counters.map(|counters| counters.map(|c| c.weight).sum::<f64>())
        };
        if let Some((errors, shares)) = all(Variable::Error).zip(all(Variable::RelativeError))
            && errors > shares
        {
            notes.push(format!(
                "For `{}`, the value is 0 in {} of {errors} rows with a prediction: they do not count in the mean absolute percentage error.",
                planned.name,
                errors - shares,
            ));
        }
        if plan.subject.is_none() && histogram(tally, outcome, Variable::Fit).is_some() {
            notes.push(format!(
                "For `{}`, rows name no person: `r_squared` has no interval.",
                planned.name
            ));
        }
    }
    let asks = (0..plan.outcomes.len()).any(|outcome| asked(plan, outcome).next().is_some());
    if asks && plan.subject.is_none() && matches!(plan.weight, Weight::Sampling(_)) {
        notes.push(
            "Rows have weights and name no person: numbers of whole distributions have no intervals. Name the person's column."
                .to_owned(),
        );
    }
    notes
}

fn behind(finding: &mut Finding, group: &GroupTally, outcome: usize, variable: Variable) {
    const LABELLED: Linear = &[(Measure::Labelled, 1)];
    const VALUES: Linear = &[(Measure::ValueRows, 1)];
    let sums = group.sums(outcome);
    let behind = match variable {
        Variable::Score => sums.behind(LABELLED),
        Variable::Value | Variable::Error | Variable::RelativeError | Variable::Fit => sums.behind(VALUES),
        _ => crate::tally::Behind {
            subjects: sums.subjects,
            rows: group.rows,
        },
    };
    finding.subjects = behind.subjects;
    finding.rows = behind.rows;
}

/// A number without an interval.
pub(super) fn plain(mut finding: Finding, told: Result<f64, Reason>) -> Finding {
    match told {
        Ok(number) => finding.estimate = Some(number),
        Err(reason) => finding.status = Status::Undefined(reason),
    }
    finding
}

/// A number with its interval on the scale that suits it.
fn value(plan: &Plan, finding: Finding, how: Distribution, told: &Told) -> Finding {
    let finding = plain(finding, told.whole);
    let Ok(number) = told.whole else {
        return finding;
    };
    let scale = scale(how, number);
    finish(plan, finding, number, scale, told.error(|x| on(scale, x)))
}

/// A quantile of a side, or its contrast with that of another.
fn quantile(
    plan: &Plan,
    mut finding: Finding,
    desk: &Desk<'_>,
    (own, other): (usize, Option<usize>),
    percent: u8,
) -> Finding {
    let how = Distribution::Quantile(desk.histogram.of.variable, percent);
    let of = |side: usize| of_one(how, &desk.sample(side, None));
    let told = match (of(own), other.map(of)) {
        (Ok(mine), None) => Ok((mine, mine)),
        (Ok(mine), Some(Ok(theirs))) if finding.contrast == Contrast::Gap => Ok((mine - theirs, theirs)),
        (Ok(mine), Some(Ok(theirs))) if mine < 0.0 || theirs < 0.0 => Err("negative-mean"),
        (Ok(mine), Some(Ok(theirs))) if theirs <= 0.0 => Err(if mine <= 0.0 { "both-zero" } else { "reference-zero" }),
        (Ok(mine), Some(Ok(theirs))) => Ok((mine / theirs, theirs)),
        (Err(reason), _) => Err(reason),
        (_, Some(Err(_))) => Err("no-reference-denominator"),
    };
    let (told, theirs) = match told {
        Ok(told) => told,
        Err(reason) => {
            finding.status = Status::Undefined(reason);
            return finding;
        }
    };
    finding.estimate = Some(told);
    let mine = of(own).unwrap_or(told);
    let with_error = |side: usize, value: f64| desk.quantile(side, value, percent);
    let Some(own) = with_error(own, mine) else {
        return finding;
    };
    let other = match other {
        None => None,
        Some(side) => match with_error(side, theirs) {
            Some(other) => Some(other),
            None => return finding,
        },
    };
    let contrast = finding.contrast;
    finding.with_interval(plan, Recipe::Quantiles(Quantiles { own, other, contrast }))
}

pub(super) fn finish(plan: &Plan, mut finding: Finding, value: f64, scale: Scale, error: Error) -> Finding {
    let Some((variance, df)) = error else {
        return finding;
    };
    let error = variance.sqrt();
    finding.standard_error = Some(match scale {
        Scale::Logit => error * value * (1.0 - value),
        // Of a ratio it is that of the logarithm.
        Scale::Log if finding.contrast != Contrast::Ratio => error * value,
        _ => error,
    });
    finding.df = Some(df);
    finding.with_interval(
        plan,
        Recipe::Delta(Delta {
            value,
            error,
            df,
            scale,
            how: "jackknife",
        }),
    )
}

impl Place<'_> {
    /// Assesses all numbers of distributions of this grouping.
    pub(super) fn distributions(&self, findings: &mut Vec<Finding>) {
        let all: Vec<(Metric, Distribution)> = asked(self.plan, self.outcome).collect();
        for variable in Variable::ALL {
            let metrics: Vec<(Metric, Distribution)> = all
                .iter()
                .copied()
                .filter(|(_, how)| how.variable() == variable)
                .collect();
            if metrics.is_empty() {
                continue;
            }
            match histogram(self.tally, self.outcome, variable) {
                Some(histogram) if variable == Variable::Class => {
                    let (of_one, of_several): (Vec<_>, Vec<_>) =
                        metrics.into_iter().partition(|(_, how)| how.sides() == Sides::One);
                    self.classes(histogram, &of_several, findings);
                    self.variable(histogram, &of_one, findings);
                }
                Some(histogram) => self.variable(histogram, &metrics, findings),
                None => findings.extend(metrics.iter().map(|(metric, how)| {
                    let about = About::Extremes {
                        grouping: self.grouping,
                        names: None,
                    };
                    let mut finding = blank(about, self.outcome, *metric, how.contrasts()[0]);
                    finding.status = Status::Undefined("needs-rows");
                    finding
                })),
            }
        }
    }

    /// The counters of every group, then of what they are compared with where that is no group: for each group the rest,
    /// or everybody once.
    pub(super) fn sides(&self, histogram: &Histogram) -> Vec<Vec<Counter>> {
        let groups = &self.groups().groups;
        let mut sides: Vec<Vec<Counter>> = histogram.groupings[self.grouping]
            .iter()
            .enumerate()
            .map(|(group, of_group)| {
                let stream = 8 + ((self.grouping as u64) << 32) + group as u64;
                counters_of(self.plan, histogram, of_group, stream)
            })
            .collect();
        match self.reference {
            Chosen::Rest => {
                for group in 0..groups.len() {
                    let others = (0..groups.len()).filter(|&other| other != group && groups[other].is_known());
                    sides.push(together(others.map(|other| &sides[other])));
                }
            }
            Chosen::Overall => sides.push(together(sides.iter())),
            Chosen::Group(_) | Chosen::Nobody => {}
        }
        sides
    }

    /// The side that a group is compared with; `None` for the reference itself.
    pub(super) fn other_side(&self, group: usize) -> Option<usize> {
        let groups = self.groups().groups.len();
        match self.reference {
            Chosen::Nobody => None,
            Chosen::Group(other) if *other == group => None,
            Chosen::Group(other) => Some(*other),
            Chosen::Rest => Some(groups + group),
            Chosen::Overall => Some(groups),
        }
    }

    fn variable(&self, histogram: &Histogram, metrics: &[(Metric, Distribution)], findings: &mut Vec<Finding>) {
        let judged: Vec<usize> = self
            .in_scope()
            .into_iter()
            .filter(|&group| self.judged[group])
            .collect();
        let mut desk = Desk {
            histogram,
            sides: self.sides(histogram),
            asks: Vec::new(),
        };
        for &(_, how) in metrics {
            match how.sides() {
                Sides::One if is_apart(how) => {}
                Sides::One => {
                    let sides = (0..desk.sides.len()).map(|side| Ask { how, of: Of::One(side) });
                    desk.asks.extend(sides);
                }
                Sides::Two => {
                    for own in self.in_scope() {
                        let Some(other) = self.other_side(own) else { continue };
                        for contrast in how.contrasts() {
                            let gap = *contrast == Contrast::Gap;
                            desk.asks.push(Ask {
                                how,
                                of: Of::Two { own, other, gap },
                            });
                        }
                    }
                }
                Sides::All => desk.asks.push(Ask {
                    how,
                    of: Of::All(judged.clone()),
                }),
            }
        }
        let told = desk.tell();
        let find = |how: Distribution, of: Of| {
            let at = desk.asks.iter().position(|ask| ask.how == how && ask.of == of);
            at.map(|at| &told[at])
        };
        for &(metric, how) in metrics {
            if how.sides() == Sides::All {
                let about = About::Extremes {
                    grouping: self.grouping,
                    names: None,
                };
                let finding = blank(about, self.outcome, metric, Contrast::Value);
                findings.extend(find(how, Of::All(judged.clone())).map(|told| value(self.plan, finding, how, told)));
                continue;
            }
            for group in self.in_scope() {
                let blank = |contrast| {
                    let mut finding = blank(self.about(group), self.outcome, metric, contrast);
                    behind(&mut finding, &self.groups().groups[group], self.outcome, how.variable());
                    finding
                };
                if how.sides() == Sides::Two {
                    let Some(other) = self.other_side(group) else { continue };
                    for &contrast in how.contrasts() {
                        let mut finding = blank(contrast);
                        finding.reference = self.reference_name();
                        finding.status = self.compared(group);
                        let gap = contrast == Contrast::Gap;
                        let Some(told) = find(how, Of::Two { own: group, other, gap }) else {
                            continue;
                        };
                        let mut finding = value(self.plan, finding, how_told(how, gap), told);
                        if matches!(how, Distribution::Superiority(_)) || gap && how == Distribution::CrossAuc {
                            let equal = if gap { 0.0 } else { 0.5 };
                            test(&mut finding, equal);
                        }
                        findings.push(finding);
                    }
                    continue;
                }
                let mut own = blank(Contrast::Value);
                own.status = self.status(group);
                if how == Distribution::CalibrationErrorByChance {
                    findings.push(plain(own, desk.by_chance(group)));
                    continue;
                }
                if let Distribution::Quantile(_, percent) = how {
                    findings.push(quantile(self.plan, own, &desk, (group, None), percent));
                    let Some(other) = self.other_side(group) else { continue };
                    for contrast in [Contrast::Gap, Contrast::Ratio] {
                        let mut finding = blank(contrast);
                        finding.reference = self.reference_name();
                        finding.status = self.compared(group);
                        findings.push(quantile(self.plan, finding, &desk, (group, Some(other)), percent));
                    }
                    continue;
                }
                let Some(mine) = find(how, Of::One(group)) else {
                    continue;
                };
                findings.push(value(self.plan, own, how, mine));
                let theirs = self.other_side(group).and_then(|side| find(how, Of::One(side)));
                let Some(theirs) = theirs else { continue };
                for contrast in [Contrast::Gap, Contrast::Ratio] {
                    if how.contrasts().contains(&contrast) {
                        let mut finding = blank(contrast);
                        finding.reference = self.reference_name();
                        finding.status = self.compared(group);
                        findings.push(self.against(finding, mine, theirs));
                    }
                }
            }
            if how.sides() == Sides::One && !is_apart(how) {
                let groups: Vec<(usize, &Told)> = judged
                    .iter()
                    .filter_map(|&group| Some((group, find(how, Of::One(group))?)))
                    .collect();
                for contrast in [Contrast::MaxGap, Contrast::MinRatio] {
                    if how.contrasts().contains(&contrast) {
                        findings.push(self.farthest(metric, contrast, &groups));
                    }
                }
            }
        }
    }

    /// A gap or a ratio to others.
    pub(super) fn against(&self, mut finding: Finding, mine: &Told, theirs: &Told) -> Finding {
        let (own, other) = match (mine.whole, theirs.whole) {
            (Ok(own), Ok(other)) => (own, other),
            (Err(reason), _) => {
                finding.status = Status::Undefined(reason);
                return finding;
            }
            (_, Err(reason)) => {
                let reason = if reason == "no-denominator" {
                    "no-reference-denominator"
                } else {
                    reason
                };
                finding.status = Status::Undefined(reason);
                return finding;
            }
        };
        if finding.contrast == Contrast::Gap {
            finding.estimate = Some(own - other);
            let error = mine.error_with(theirs, |x, y| x - y);
            let mut finding = finish(self.plan, finding, own - other, Scale::Plain, error);
            test(&mut finding, 0.0);
            return finding;
        }
        if own < 0.0 || other < 0.0 {
            finding.status = Status::Undefined("negative-mean");
            return finding;
        }
        if other <= 0.0 {
            finding.status = Status::Undefined(if own <= 0.0 { "both-zero" } else { "reference-zero" });
            return finding;
        }
        finding.estimate = Some(own / other);
        let error = mine.error_with(theirs, |x, y| (x / y).ln());
        let mut finding = finish(self.plan, finding, own / other, Scale::Log, error);
        // One hypothesis, told by its gap.
        if let Some((variance, df)) = mine.error_with(theirs, |x, y| x - y)
            && finding.status == Status::Ok
            && variance > 0.0
        {
            let t = (own - other) / variance.sqrt();
            finding.test = t_two_sided(t, df).map(|p| ("jackknife t".to_owned(), p));
        }
        finding
    }

    /// The largest gap or the smallest ratio of judged groups.
    pub(super) fn farthest(&self, metric: Metric, contrast: Contrast, groups: &[(usize, &Told)]) -> Finding {
        let about = About::Extremes {
            grouping: self.grouping,
            names: None,
        };
        let mut finding = blank(about, self.outcome, metric, contrast);
        let ratio = contrast == Contrast::MinRatio;
        let known: Vec<(usize, &Told, f64)> = groups
            .iter()
            .filter_map(|(group, told)| Some((*group, *told, told.whole.ok()?)))
            .collect();
        for (group, ..) in &known {
            finding.subjects += self.groups().groups[*group].subjects;
            finding.rows += self.groups().groups[*group].rows;
        }
        let ordered = |a: &&(usize, &Told, f64), b: &&(usize, &Told, f64)| a.2.total_cmp(&b.2);
        let (Some(lowest), Some(highest)) = (known.iter().min_by(ordered), known.iter().rev().max_by(ordered)) else {
            finding.status = Status::Undefined("fewer-than-two-groups");
            return finding;
        };
        if known.len() < 2 {
            finding.status = Status::Undefined("fewer-than-two-groups");
            return finding;
        }
        if ratio && lowest.2 < 0.0 {
            finding.status = Status::Undefined("negative-mean");
            return finding;
        }
        if ratio && highest.2 <= 0.0 {
            finding.status = Status::Undefined("both-zero");
            return finding;
        }
        let name = |group: usize| self.groups().groups[group].name();
        finding.about = About::Extremes {
            grouping: self.grouping,
            names: Some((name(lowest.0), name(highest.0))),
        };
        finding.estimate = Some(if ratio {
            lowest.2 / highest.2
        } else {
            highest.2 - lowest.2
        });
        if known.len() < groups.len() {
            finding.status = Status::Unjudged("group-undefined");
        }
        let Some(spreads) = self.spreads(&known, ratio) else {
            return finding;
        };
        if finding.status == Status::Ok {
            finding.test = spreads
                .p()
                .map(|p| ("studentised range of the jackknife, simulated".to_owned(), p));
        }
        finding.with_interval(self.plan, Recipe::Spreads(spreads))
    }

    /// The numbers of groups with their errors; `None` when one has none.
    fn spreads(&self, known: &[(usize, &Told, f64)], ratio: bool) -> Option<Spreads> {
        let on = |x: f64| if ratio { x.ln() } else { x };
        let scaled: Vec<Told> = known
            .iter()
            .map(|(_, told, _)| Told {
                whole: told.whole.map(on),
                without: told.without.iter().map(|x| x.map(on)).collect(),
                seen: told.seen,
            })
            .collect();
        let errors: Vec<(f64, f64)> = scaled.iter().map(|told| told.error(|x| x)).collect::<Option<_>>()?;
        let mut covariance = vec![vec![0.0; scaled.len()]; scaled.len()];
        for (i, (variance, _)) in errors.iter().enumerate() {
            covariance[i][i] = *variance;
            for j in 0..i {
                // Groups without common people are independent; what the replicates show of them is noise.
                if self.groups().pair(known[i].0, known[j].0, self.outcome).is_some() {
                    covariance[i][j] = scaled[i].covariance(&scaled[j]);
                    covariance[j][i] = covariance[i][j];
                }
            }
        }
        Some(Spreads {
            values: scaled.iter().filter_map(|told| told.whole.ok()).collect(),
            covariance,
            df: errors.iter().map(|(_, df)| *df).collect(),
            ratio,
            normals: Arc::clone(self.normals),
            null: Arc::default(),
        })
    }
}

/// Whether a number of one side has an error of its own making.
fn is_apart(how: Distribution) -> bool {
    matches!(how, Distribution::CalibrationErrorByChance | Distribution::Quantile(..))
}

/// The test that a number is its value at equality, for judged groups.
pub(super) fn test(finding: &mut Finding, equal: f64) {
    if let (Status::Ok, Some(estimate), Some(error), Some(df)) =
        (finding.status, finding.estimate, finding.standard_error, finding.df)
        && error > 0.0
    {
        finding.test = t_two_sided((estimate - equal) / error, df).map(|p| ("jackknife t".to_owned(), p));
    }
}

/// A gap of areas has another scale than an area.
fn how_told(how: Distribution, gap: bool) -> Distribution {
    if gap && how == Distribution::CrossAuc {
        Distribution::Bias
    } else {
        how
    }
}
