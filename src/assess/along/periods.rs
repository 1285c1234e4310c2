//! Gaps from period to period: trend, a sequence of looks, an alarm for a move.

use super::super::finding::{Recipe, Sequence, Status};
use super::super::{About, Assessment, Place};
use super::{Asked, Levels, Of};
use crate::catalogue::{Along, Contrast, Measure, Metric};
use crate::inference::confidence_sequence::{cusum, narrowest_at};
use crate::inference::special::{normal_quantile, t_two_sided};
use crate::metrics::smooth::{Smooth, sum};
use crate::plan::{Every, Weight};

/// What a CUSUM chart allows for, in standard errors.
const ALLOWANCE: f64 = 0.5;
/// With fewer periods there is no line to draw.
const FEWEST: usize = 3;
/// So many missing periods are listed.
const MOST_LISTED: usize = 6;

impl Place<'_> {
    pub(super) fn periods(
        &self,
        levels: &Levels<'_>,
        every: Option<Every>,
        followed: &[(usize, Metric)],
        assessment: &mut Assessment,
    ) {
        let metrics: Vec<Of> = followed
            .iter()
            .filter(|(outcome, _)| *outcome == self.outcome)
            .filter_map(|(_, metric)| Of::new(*metric))
            .collect();
        for of in &metrics {
            for level in 0..levels.labels.len() {
                self.plain_at(*of, levels, level, &mut assessment.findings);
            }
        }
        let numbers = numbers(levels, every);
        if let Some(of) = metrics.first() {
            for group in self
                .in_scope()
                .into_iter()
                .filter(|&group| !self.others(group).is_empty())
            {
                self.trend(*of, levels, &numbers, group, assessment);
                self.sequence(*of, levels, group, assessment);
                self.alarm(*of, levels, group, assessment);
            }
        }
        if self.grouping == 0 && self.outcome == 0 {
            assessment.notes.extend(missing(levels, &numbers, every));
            assessment.notes.extend(self.running_totals(levels));
        }
    }

    /// Periods in which both sides have a number.
    fn usable(&self, of: Of, levels: &Levels<'_>, group: usize) -> Vec<(usize, Smooth)> {
        (0..levels.labels.len())
            .map(|level| (level, self.gap_at(of, levels, group, &[level])))
            .filter(|(_, gap)| gap.value.is_finite())
            .collect()
    }

    fn trend(&self, of: Of, levels: &Levels<'_>, numbers: &[f64], group: usize, assessment: &mut Assessment) {
        let Some(metric) = self.asked_along(Along::Trend) else {
            return;
        };
        let gaps = self.usable(of, levels, group);
        let size = |groups: &[usize], level: usize| self.sums(of, levels, groups, &[level]).1.value;
        let weights: Vec<f64> = gaps
            .iter()
            .map(|(level, _)| {
                let (own, other) = (size(&[group], *level), size(&self.others(group), *level));
                own * other / (own + other)
            })
            .collect();
        let total: f64 = weights.iter().sum();
        let number = |place: usize| numbers[gaps[place].0];
        let mean = (0..gaps.len()).map(|i| weights[i] * number(i)).sum::<f64>() / total;
        let squares: f64 = (0..gaps.len()).map(|i| weights[i] * (number(i) - mean).powi(2)).sum();
        let terms = gaps
            .iter()
            .enumerate()
            .map(|(i, (_, gap))| gap.scaled(weights[i] * (number(i) - mean) / squares));
        let asked = Asked {
            metric,
            contrast: Contrast::Gap,
            group,
            at: None,
        };
        let mut finding = self.told(of, levels, asked, &sum(terms), true);
        if gaps.len() < FEWEST {
            finding.estimate = None;
            finding.ends = None;
            finding.test = None;
            finding.status = Status::Undefined("too-few-periods");
        }
        assessment.findings.push(finding);
    }

    /// The gap of all rows up to each period, with an interval for all looks at once.
    fn sequence(&self, of: Of, levels: &Levels<'_>, group: usize, assessment: &mut Assessment) {
        let Some(metric) = self.asked_along(Along::Sequence) else {
            return;
        };
        let so_far = |level: usize| {
            let at: Vec<usize> = (0..=level).collect();
            self.gap_at(of, levels, group, &at)
        };
        let variance = |gap: &Smooth| {
            let wide = self.doubt(of, levels, group, gap)?.wide;
            (wide > 0.0 && gap.value.is_finite()).then_some(wide * wide)
        };
        let Some(last) = levels
            .labels
            .len()
            .checked_sub(1)
            .and_then(|last| variance(&so_far(last)))
        else {
            return;
        };
        let mixing = narrowest_at(1.0 / last, 1.0 - self.plan.level);
        for level in 0..levels.labels.len() {
            let gap = so_far(level);
            let asked = Asked {
                metric,
                contrast: Contrast::Gap,
                group,
                at: Some(levels.labels[level].name.clone()),
            };
            let mut finding = self.told(of, levels, asked, &gap, false);
            finding.ends = None;
            finding.method = None;
            finding.df = None;
            if let (Some(value), Some(variance)) = (finding.estimate, variance(&gap)) {
                finding = finding.with_interval(
                    self.plan,
                    Recipe::Sequence(Sequence {
                        value,
                        variance,
                        mixing,
                    }),
                );
            } else {
                finding.recipe = Recipe::None;
            }
            assessment.findings.push(finding);
        }
    }

    /// How far the gap has moved from what it was before, period by period.
    fn alarm(&self, of: Of, levels: &Levels<'_>, group: usize, assessment: &mut Assessment) {
        let Some(metric) = self.asked_along(Along::Cusum) else {
            return;
        };
        let usable = self.usable(of, levels, group);
        let (mut deviations, mut at) = (Vec::new(), Vec::new());
        for place in 1..usable.len() {
            let (level, gap) = &usable[place];
            let before: Vec<usize> = usable[..place].iter().map(|(level, _)| *level).collect();
            let moved = gap.minus(&self.gap_at(of, levels, group, &before));
            let doubt = self.doubt(of, levels, group, &moved).filter(|doubt| doubt.wide > 0.0);
            if let Some(deviation) = doubt.and_then(|doubt| as_normal(moved.value / doubt.wide, doubt.df)) {
                deviations.push(deviation);
                at.push(*level);
            }
        }
        for (sum, level) in cusum(&deviations, ALLOWANCE).into_iter().zip(at) {
            let about = About::Group {
                grouping: self.grouping,
                group,
            };
            let mut finding = super::super::blank(about, self.outcome, metric, Contrast::Gap);
            finding.along = Some(levels.axis);
            finding.at = Some(levels.labels[level].name.clone());
            finding.reference = self.reference_name();
            finding.status = self.compared(group);
            finding.estimate = Some(sum);
            if let Some(cell) = levels.cells.get(&(group, level)) {
                let behind = levels.tally.groups[*cell].sums(self.outcome).behind(of.denominator);
                finding.subjects = behind.subjects;
                finding.rows = behind.rows;
            }
            assessment.findings.push(finding);
        }
    }

    /// A note where numbers of rows never fall from one period to the next: totals that run on are no periods.
    fn running_totals(&self, levels: &Levels<'_>) -> Option<String> {
        if !matches!(self.plan.weight, Weight::Count(_)) || levels.labels.len() < 4 {
            return None;
        }
        let mut rising = false;
        for group in 0..self.groups().groups.len() {
            let cells = (0..levels.labels.len()).filter_map(|level| levels.cells.get(&(group, level)));
            let rows: Vec<f64> = cells
                .map(|cell| levels.tally.groups[*cell].sums(self.outcome).sum(Measure::Rows))
                .collect();
            if rows.windows(2).any(|two| two[1] < two[0]) {
                return None;
            }
            rising |= rows.windows(2).any(|two| two[1] > two[0]);
        }
        rising.then(|| {
            "In no group do the counted rows ever fall from one period to the next: if the log holds running totals, each row \
             counts everything before it again, and no number here holds. Audit the last snapshot, or differences."
                .to_owned()
        })
    }
}

/// The normal deviation that is as rare as this one of Student's t: few people must not set an alarm off more often. What is
/// too rare for a number is taken for the farthest that has one.
fn as_normal(t: f64, df: f64) -> Option<f64> {
    let tail = (t_two_sided(t, df)? / 2.0).max(f64::MIN_POSITIVE);
    Some(-normal_quantile(tail)? * t.signum())
}

/// The number of each period, from 0 on, by the calendar where periods are made of the time.
fn numbers(levels: &Levels<'_>, every: Option<Every>) -> Vec<f64> {
    let number = |level: usize| {
        let of_name = every.and_then(|every| every.number(&levels.labels[level].name));
        of_name.unwrap_or(level as i64)
    };
    let first = if levels.labels.is_empty() { 0 } else { number(0) };
    (0..levels.labels.len())
        .map(|level| (number(level) - first) as f64)
        .collect()
}

/// A note of periods between the first and the last in which nothing was decided.
fn missing(levels: &Levels<'_>, numbers: &[f64], every: Option<Every>) -> Option<String> {
    let every = every?;
    let absent: Vec<String> = numbers
        .windows(2)
        .zip(levels.labels.windows(2))
        .filter(|(two, _)| two[1] - two[0] > 1.0)
        .map(|(two, labels)| {
            let count = two[1] - two[0] - 1.0;
            format!("{count} between {} and {}", labels[0].name, labels[1].name)
        })
        .collect();
    let (first, more) = (
        &absent[..absent.len().min(MOST_LISTED)],
        absent.len().saturating_sub(MOST_LISTED),
    );
    (!absent.is_empty()).then(|| {
        let more = if more > 0 {
            format!(", and {more} more gaps")
        } else {
            String::new()
        };
        format!(
            "The log has periods without a row (by {}): {}{more}. They are no zeros; the trend goes by the calendar.",
            every.id(),
            first.join(", ")
        )
    })
}
