//! Intervals from drawing people again, beside those of the formulas.
//!
//! For ratios of sums, and gaps and ratios of two of them. Not for the largest gap and the smallest ratio of several
//! groups: draws of a maximum lie above it where groups are equal, and an interval of them never holds 0.

use super::side::Ends;
use super::{Chosen, Finding, Place, Side};
use crate::catalogue::custom::Ratio;
use crate::catalogue::{Contrast, Formula, Measure, Metric};
use crate::inference::bootstrap::{acceleration, bca};
use crate::plan::Plan;
use crate::tally::Tally;
use crate::tally::bootstrap::{Drawn, Draws};

/// Share of the draws that must give a number.
const ENOUGH: f64 = 0.95;

/// Some people's ratio of sums, drawn again and again.
struct Resampled {
    /// In each replicate; NaN where nobody is in the denominator.
    values: Vec<f64>,
    value: f64,
    denominator: f64,
    /// Sums over people of n², n d and d².
    squares: [f64; 3],
    /// Sums over people of n³, n² d, n d² and d³.
    cubes: [f64; 4],
}

/// Everybody's, or the people's of a group, with their part in an estimate: α n − β d for a person with n and d.
type Part = ([f64; 3], [f64; 4], f64, f64);

/// The acceleration of an estimate in which people have these parts.
fn skewness(parts: &[Part]) -> f64 {
    let (mut squares, mut cubes) = (0.0, 0.0);
    for ([nn, nd, dd], [nnn, nnd, ndd, ddd], a, b) in parts {
        squares += a * a * nn - 2.0 * a * b * nd + b * b * dd;
        cubes += a.powi(3) * nnn - 3.0 * a * a * b * nnd + 3.0 * a * b * b * ndd - b.powi(3) * ddd;
    }
    acceleration(squares, cubes)
}

impl Resampled {
    fn new(draws: &Draws, ratio: Ratio, cubes: usize, side: &Side) -> Option<Self> {
        let (numerator, denominator) = ratio;
        let values = draws
            .linear(numerator)
            .zip(draws.linear(denominator))
            .map(|(n, d)| if d > 0.0 { n / d } else { f64::NAN })
            .collect();
        Some(Self {
            values,
            value: side.point.value?,
            denominator: side.point.denominator?,
            squares: side.point.squares?,
            cubes: *draws.cubes.get(cubes)?,
        })
    }

    /// The people's part in the ratio itself, times `scale`.
    fn part(&self, scale: f64) -> Part {
        let a = scale / self.denominator;
        (self.squares, self.cubes, a, a * self.value)
    }

    fn without(&self, other: &Self) -> ([f64; 3], [f64; 4]) {
        let (mut squares, mut cubes) = (self.squares, self.cubes);
        squares.iter_mut().zip(other.squares).for_each(|(a, b)| *a -= b);
        cubes.iter_mut().zip(other.cubes).for_each(|(a, b)| *a -= b);
        (squares, cubes)
    }
}

fn interval(estimate: f64, draws: impl Iterator<Item = f64>, acceleration: f64, level: f64) -> Option<Ends> {
    let mut asked = 0;
    let known: Vec<f64> = draws.inspect(|_| asked += 1).filter(|draw| draw.is_finite()).collect();
    if (known.len() as f64) < ENOUGH * f64::from(asked) {
        return None;
    }
    let (low, high) = bca(estimate, known, acceleration, level)?;
    Ends::new(low, high)
}

/// The draws of a tally, and what of them a metric needs: its ratio, and the place of its cubes.
fn wanted(tally: &Tally, outcome: usize, metric: Metric) -> Option<(&Drawn, Ratio, usize)> {
    let Formula::Ratio { numerator, denominator } = metric.entry().formula else {
        return None;
    };
    let drawn = tally.drawn.as_ref()?;
    let ratio = (numerator, denominator);
    let at = drawn.resampling.ratios[outcome]
        .iter()
        .position(|known| *known == ratio)?;
    Some((drawn, ratio, at))
}

/// The interval of everybody's number.
pub(super) fn everyone(plan: &Plan, tally: &Tally, outcome: usize, metric: Metric, side: &Side) -> Option<Ends> {
    let (drawn, ratio, at) = wanted(tally, outcome, metric)?;
    let all = Resampled::new(&drawn.everyone[outcome], ratio, at, side)?;
    interval(
        all.value,
        all.values.iter().copied(),
        skewness(&[all.part(1.0)]),
        plan.level,
    )
}

impl Place<'_> {
    /// Gives a finding about a group its interval from draws; `sides`: the group's, and those it is compared with.
    pub(super) fn with_draws(&self, mut finding: Finding, group: usize, sides: (&Side, Option<&Side>)) -> Finding {
        finding.drawn = self.drawn(&finding, group, sides);
        finding
    }

    fn drawn(&self, finding: &Finding, group: usize, (side, other): (&Side, Option<&Side>)) -> Option<Ends> {
        let estimate = finding.estimate?;
        let (drawn, ratio, at) = wanted(self.tally, self.outcome, finding.metric)?;
        let of_group = |group: usize| &drawn.groupings[self.grouping][group][self.outcome];
        let own = Resampled::new(of_group(group), ratio, at, side)?;
        let level = self.plan.level;
        if finding.contrast == Contrast::Value {
            return interval(estimate, own.values.iter().copied(), skewness(&[own.part(1.0)]), level);
        }
        let theirs = match self.reference {
            Chosen::Nobody => return None,
            Chosen::Group(reference) => of_group(*reference).clone(),
            Chosen::Overall => drawn.everyone[self.outcome].clone(),
            Chosen::Rest => self.rest_drawn(drawn, group, ratio)?,
        };
        let theirs = Resampled::new(&theirs, ratio, at, other?)?;
        let is_gap = finding.contrast == Contrast::Gap;
        // Of a ratio on its logarithm, of which the interval is the same.
        let (scale, other_scale) = if is_gap {
            (1.0, -1.0)
        } else {
            (1.0 / own.value, -1.0 / theirs.value)
        };
        let parts = if matches!(self.reference, Chosen::Overall) {
            // Everybody in the group is among everybody.
            let ((_, _, a, b), (_, _, c, d)) = (own.part(scale), theirs.part(other_scale));
            let (squares, cubes) = theirs.without(&own);
            [(own.squares, own.cubes, a + c, b + d), (squares, cubes, c, d)]
        } else {
            [own.part(scale), theirs.part(other_scale)]
        };
        let pairs = own.values.iter().zip(&theirs.values);
        let draws = pairs.map(|(x, y)| if is_gap { x - y } else { x / y });
        interval(estimate, draws, skewness(&parts), level)
    }

    /// The draws of everybody else of known group. What counts people and not rows does not add up over groups where some
    /// are in several.
    fn rest_drawn(&self, drawn: &Drawn, group: usize, (numerator, denominator): Ratio) -> Option<Draws> {
        let by_person =
            |measure: &Measure| matches!(measure, Measure::Subjects | Measure::EverSelected | Measure::OwnRate);
        let mut measures = numerator.iter().chain(denominator);
        if self.groups().several > 0 && measures.any(|(measure, _)| by_person(measure)) {
            return None;
        }
        let groups = self.groups().groups.iter().enumerate();
        let mut others = groups
            .filter(|(other, tally)| *other != group && tally.is_known())
            .map(|(other, _)| &drawn.groupings[self.grouping][other][self.outcome]);
        let mut rest = others.next()?.clone();
        others.for_each(|draws| rest.add(draws));
        Some(rest)
    }
}
