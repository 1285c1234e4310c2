//! Groups of which only the chance to be in them is known: rates by chance, by threshold, and what they can be at all.

use super::crossed::{Hunt, counted};
use super::finding::{About, Delta, Finding, Recipe, Scale, Status};
use super::matched::{delta, share_scale};
use super::side::Ends;
use super::{Assessment, blank};
use crate::catalogue::{Contrast, Crossing, Measure};
use crate::diagnostic::Diagnostic;
use crate::inference::membership::{By, Cell, Told, bounds, gap, rate, strata};
use crate::plan::Membership;
use crate::tally::Label;
use crate::tally::histogram::{Histogram, PEOPLE, REPLICATES};

/// Steps to which chances are taken as the same, the first that leaves people enough in a stratum.
const STEPS: [Option<f64>; 4] = [None, Some(0.01), Some(0.05), Some(0.1)];
/// People in a stratum, on average: with fewer, the share selected in it says more of luck than of chances.
const PEOPLE_A_STRATUM: f64 = 20.0;
/// What rounding to three decimals adds to a sum of chances, by group.
const ROUNDED: f64 = 0.0005;
/// What a sum of chances may be beyond 1 besides.
const BEYOND: f64 = 1e-6;

/// An attribute of which only chances are known, for one outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct Uncertain {
    /// The attribute.
    pub attribute: String,
    /// The outcome.
    pub outcome: usize,
    /// Whom groups are compared with.
    pub reference: String,
    /// The chance from which somebody is counted as of a group.
    pub threshold: f64,
    /// Rows with known chances, and without.
    pub rows: (f64, f64),
    /// How many strata of alike people the bounds are over, and the step to which their chances are the same.
    pub strata: (usize, Option<f64>),
    /// The groups.
    pub groups: Vec<UncertainGroup>,
}

/// A value with its interval, where there is one.
pub type Valued = Option<(f64, Option<Ends>)>;

/// A group of which only chances are known.
#[derive(Debug, Clone, PartialEq)]
pub struct UncertainGroup {
    /// The group.
    pub group: String,
    /// Rows that are expected to be of it, and rows that are counted as of it.
    pub rows: (f64, f64),
    /// Its rate by chance and by threshold.
    pub rates: (Valued, Valued),
    /// The lowest and the highest that it can be.
    pub bounds: Option<(f64, f64)>,
    /// Its gaps to the reference; `None` of the reference itself.
    pub gaps: (Valued, Valued),
    /// The lowest and the highest that the gap can be.
    pub gap_bounds: Option<(f64, f64)>,
}

impl Hunt<'_> {
    /// Rates and gaps of an attribute of which only chances are known.
    ///
    /// # Errors
    /// Chances of a row that add up to more than 1.
    pub(super) fn membership(
        &self,
        histogram: Option<&Histogram>,
        asked: &Membership,
        assessment: &mut Assessment,
    ) -> Result<(), Diagnostic> {
        let (cells, unknown) = match histogram {
            Some(histogram) => self.uncertain_cells(histogram, asked)?,
            None => (Vec::new(), 0.0),
        };
        let expected: Vec<f64> = (0..asked.groups.len())
            .map(|group| rate(&cells, group, By::Chance).map_or(0.0, |(rows, _)| rows))
            .collect();
        let mut reference = asked.reference.unwrap_or_default();
        if asked.reference.is_none() {
            for (group, rows) in expected.iter().enumerate() {
                if *rows > expected[reference] {
                    reference = group;
                }
            }
        }
        let people: f64 = cells.iter().map(|cell| cell.people).sum();
        let mut alike = (strata(&cells, None), None);
        for step in STEPS {
            alike = (strata(&cells, step), step);
            if people >= PEOPLE_A_STRATUM * alike.0.len() as f64 {
                break;
            }
        }
        let by = [By::Chance, By::Threshold(asked.threshold)];
        let groups = (0..asked.groups.len()).map(|group| {
            let [chance, threshold] = by.map(|by| rate(&cells, group, by));
            let [gap_chance, gap_threshold] = by.map(|by| {
                let compared = (group != reference).then(|| gap(&cells, group, reference, by));
                compared.flatten()
            });
            let own = bounds(&alike.0, group);
            let others = bounds(&alike.0, reference).filter(|_| group != reference);
            if let Some(metric) = self.asked(Crossing::Weighted).filter(|_| group != reference) {
                let about = About::Uncertain {
                    attribute: asked.name.clone(),
                    group: asked.groups[group].clone(),
                };
                let mut finding = blank(about, self.crossed.outcome, metric, Contrast::Gap);
                finding.reference = Some(asked.groups[reference].clone());
                finding.rows = expected[group].round() as u64;
                finding.subjects = self.expected_people(&cells, group).round() as u64;
                let finding = self.weighted(finding, histogram.is_some(), gap_chance);
                assessment.findings.push(finding);
            }
            UncertainGroup {
                group: asked.groups[group].clone(),
                rows: (expected[group], threshold.map_or(0.0, |(rows, _)| rows)),
                rates: (
                    chance.map(|(_, told)| self.with_ends(told, share_scale(told.0))),
                    threshold.map(|(_, told)| self.with_ends(told, share_scale(told.0))),
                ),
                bounds: own,
                gaps: (
                    gap_chance.map(|told| self.with_ends(told, Scale::Plain)),
                    gap_threshold.map(|told| self.with_ends(told, Scale::Plain)),
                ),
                gap_bounds: own.zip(others).map(|(own, other)| (own.0 - other.1, own.1 - other.0)),
            }
        });
        let groups = groups.collect();
        if histogram.is_some() {
            assessment.uncertain.push(Uncertain {
                attribute: asked.name.clone(),
                outcome: self.crossed.outcome,
                reference: asked.groups[reference].clone(),
                threshold: asked.threshold,
                rows: (
                    cells.iter().flat_map(|cell| &cell.counts).map(|count| count[1]).sum(),
                    unknown,
                ),
                strata: (alike.0.len(), alike.1),
                groups,
            });
        }
        Ok(())
    }

    /// The cells of known chances, and the rows of unknown ones.
    fn uncertain_cells(&self, histogram: &Histogram, asked: &Membership) -> Result<(Vec<Cell>, f64), Diagnostic> {
        const SELECTED: [(Measure, i32); 1] = [(Measure::Selected, 1)];
        const ROWS: [(Measure, i32); 1] = [(Measure::Rows, 1)];
        let half = if self.plan.outcomes[self.crossed.outcome].actual.is_some() {
            3
        } else {
            1
        };
        let (mut cells, mut unknown) = (Vec::new(), 0.0);
        for crossing in &self.cells(histogram) {
            let mut counts = vec![[0.0; 2]; REPLICATES];
            for counter in crossing.counters.iter().filter(|c| c.pattern != PEOPLE) {
                let count = &mut counts[usize::from(counter.replicate)];
                count[0] += counter.weight * counted(&SELECTED, counter.pattern, half);
                count[1] += counter.weight * counted(&ROWS, counter.pattern, half);
            }
            let chances = crossing.labels.iter().map(|label| label.name.parse::<f64>().ok());
            let known = !crossing.labels.iter().any(Label::is_missing);
            let Some(chances) = chances.collect::<Option<Vec<f64>>>().filter(|_| known) else {
                unknown += counts.iter().map(|count| count[1]).sum::<f64>();
                continue;
            };
            let sum: f64 = chances.iter().sum();
            if sum > 1.0 + BEYOND + ROUNDED * chances.len() as f64 {
                return Err(self.too_much(asked, &chances, sum));
            }
            cells.push(Cell {
                chances,
                people: self.people(&crossing.counters).iter().sum(),
                counts,
            });
        }
        Ok((cells, unknown))
    }

    fn too_much(&self, asked: &Membership, chances: &[f64], sum: f64) -> Diagnostic {
        let listed: Vec<String> = chances.iter().map(f64::to_string).collect();
        Diagnostic::new(
            "out-of-range",
            format!(
                "chances of `{}` add up to {sum:.3}, more than 1: {}",
                asked.name,
                listed.join(" + ")
            ),
        )
        .at(self.plan.place(&asked.origin))
        .help("groups of an attribute exclude each other; make two attributes of what does not")
    }

    fn expected_people(&self, cells: &[Cell], group: usize) -> f64 {
        cells.iter().map(|cell| cell.chances[group] * cell.people).sum()
    }

    fn weighted(&self, mut finding: Finding, counted: bool, told: Option<Told>) -> Finding {
        let Some((value, error)) = told else {
            finding.status = Status::Undefined(if counted { "no-denominator" } else { "needs-rows" });
            return finding;
        };
        if finding.subjects < self.plan.min_subjects {
            finding.status = Status::Unjudged("too-few-subjects");
        }
        finding.estimate = Some(value);
        let Some((error, df)) = error else { return finding };
        finding.standard_error = Some(error);
        finding.df = Some(df);
        let delta = Delta {
            how: "jackknife",
            ..delta(value, error, df, Scale::Plain)
        };
        finding.with_interval(self.plan, Recipe::Delta(delta))
    }
}
