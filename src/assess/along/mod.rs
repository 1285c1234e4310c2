//! Groups followed along stages, periods, systems and arms of trials.
//!
//! Each level of such an axis is a cell of its own in the tally, and people who are in several cells have their products
//! kept. So any smooth number made of cells has its error over people, whoever comes back.

mod doubt;
mod funnel;
mod periods;

use std::collections::BTreeMap;

use super::finding::{Delta, Finding, Recipe, Scale, Status};
use super::{Assessment, Chosen, Place, blank};
use crate::catalogue::{Along, Contrast, Formula, Linear, Metric, Unit};
use crate::inference::special::t_two_sided;
use crate::metrics::smooth::{Smooth, sum};
use crate::plan::AxisKind;
use crate::tally::{GroupingTally, Label};

/// The cells of a grouping by the levels of an axis.
struct Levels<'a> {
    tally: &'a GroupingTally,
    axis: usize,
    /// The known levels, in their order.
    labels: Vec<&'a Label>,
    /// By group and level.
    cells: BTreeMap<(usize, usize), usize>,
    /// Cells whose level is not known.
    unknown: Vec<usize>,
}

/// A rate or a mean, as what cells sum up to.
#[derive(Debug, Clone, Copy)]
struct Of {
    metric: Metric,
    numerator: Linear,
    denominator: Linear,
}

impl Of {
    fn new(metric: Metric) -> Option<Self> {
        match metric.entry().formula {
            Formula::Ratio { numerator, denominator } => Some(Self {
                metric,
                numerator,
                denominator,
            }),
            _ => None,
        }
    }

    /// The scale on which such a value is nearly normal.
    fn scale(self, value: f64) -> Scale {
        if self.metric.entry().unit == Unit::Share && value > 0.0 && value < 1.0 {
            Scale::Logit
        } else {
            Scale::Plain
        }
    }
}

/// What a number is about.
struct Asked {
    metric: Metric,
    contrast: Contrast,
    group: usize,
    at: Option<String>,
}

impl Place<'_> {
    /// Assesses everything along the axes of the plan.
    pub(super) fn along(&self, assessment: &mut Assessment) {
        for (index, axis) in self.plan.axes.iter().enumerate() {
            if !axis.outcomes.contains(&self.outcome) {
                continue;
            }
            let levels = self.levels(index);
            match &axis.kind {
                AxisKind::Funnel(stages) => self.funnel(&levels, stages, assessment),
                AxisKind::Periods(every, followed) => self.periods(&levels, *every, followed, assessment),
                AxisKind::Systems => self.systems(&levels, assessment),
                AxisKind::Arms => self.arms(&levels, assessment),
            }
        }
    }

    fn levels(&self, axis: usize) -> Levels<'_> {
        let tally = &self.tally.groupings[self.plan.along(axis, self.grouping)];
        let groups = &self.groups().groups;
        // What `where` leaves out wholly is no level.
        let in_scope = || tally.groups.iter().enumerate().filter(|(_, cell)| cell.is_in_scope());
        let mut labels: Vec<&Label> = in_scope()
            .filter_map(|(_, cell)| cell.labels.last())
            .filter(|label| !label.is_missing())
            .collect();
        labels.sort_unstable();
        labels.dedup();
        let (mut cells, mut unknown) = (BTreeMap::new(), Vec::new());
        for (cell, of_cell) in in_scope() {
            let Some((label, own)) = of_cell.labels.split_last() else {
                continue;
            };
            let group = groups.iter().position(|group| group.labels == own);
            match (group, labels.binary_search(&label)) {
                (Some(group), Ok(level)) => {
                    cells.insert((group, level), cell);
                }
                _ => unknown.push(cell),
            }
        }
        Levels {
            tally,
            axis,
            labels,
            cells,
            unknown,
        }
    }

    /// Whether the metrics of an outcome have this one.
    fn asked_along(&self, how: Along) -> Option<Metric> {
        let mut metrics = self.plan.outcomes[self.outcome].metrics.iter().copied();
        metrics.find(|metric| metric.entry().formula == Formula::Along(how))
    }

    /// The groups that a group is compared with; none for the reference itself.
    fn others(&self, group: usize) -> Vec<usize> {
        let groups = &self.groups().groups;
        match self.reference {
            Chosen::Nobody => Vec::new(),
            Chosen::Group(other) if *other == group => Vec::new(),
            Chosen::Group(other) => vec![*other],
            Chosen::Rest => (0..groups.len())
                .filter(|&other| other != group && groups[other].is_known())
                .collect(),
            Chosen::Overall => (0..groups.len()).collect(),
        }
    }

    /// Numerator and denominator of some groups at some levels.
    fn sums(&self, of: Of, levels: &Levels<'_>, groups: &[usize], at: &[usize]) -> (Smooth, Smooth) {
        let cells = || {
            let pairs = groups
                .iter()
                .flat_map(|group| at.iter().map(move |level| (*group, *level)));
            pairs.filter_map(|pair| levels.cells.get(&pair).copied())
        };
        let of_cell = |cell: usize| levels.tally.groups[cell].sums(self.outcome);
        (
            sum(cells().map(|cell| Smooth::numerator(cell, of_cell(cell).linear(of.numerator)))),
            sum(cells().map(|cell| Smooth::denominator(cell, of_cell(cell).linear(of.denominator)))),
        )
    }

    /// A rate or a mean of some groups at some levels; not a number where nobody is.
    fn rate(&self, of: Of, levels: &Levels<'_>, groups: &[usize], at: &[usize]) -> Smooth {
        let (numerator, denominator) = self.sums(of, levels, groups, at);
        numerator.over(&denominator)
    }

    /// A group's rate less that of whom it is compared with.
    fn gap_at(&self, of: Of, levels: &Levels<'_>, group: usize, at: &[usize]) -> Smooth {
        let others = self.rate(of, levels, &self.others(group), at);
        self.rate(of, levels, &[group], at).minus(&others)
    }

    /// A finding of a number made of cells. Ratios come as their logarithms.
    fn told(&self, of: Of, levels: &Levels<'_>, asked: Asked, told: &Smooth, tested: bool) -> Finding {
        let Asked {
            metric,
            contrast,
            group,
            at,
        } = asked;
        let mut finding = blank(self.about(group), self.outcome, metric, contrast);
        finding.along = Some(levels.axis);
        finding.at = at;
        if contrast == Contrast::Value {
            finding.status = self.status(group);
        } else {
            finding.reference = self.reference_name();
            finding.status = self.compared(group);
        }
        let own = levels
            .cells
            .iter()
            .filter(|((g, _), cell)| *g == group && told.slopes.contains_key(cell));
        for (_, cell) in own {
            let behind = levels.tally.groups[*cell].sums(self.outcome).behind(of.denominator);
            finding.subjects += behind.subjects;
            finding.rows += behind.rows;
        }
        // Somebody in several cells is one person.
        let all = self.groups().groups[group].sums(self.outcome).behind(of.denominator);
        finding.subjects = finding.subjects.min(all.subjects);
        let is_ratio = contrast == Contrast::Ratio;
        let value = if is_ratio { told.value.exp() } else { told.value };
        if !value.is_finite() {
            finding.status = Status::Undefined("no-denominator");
            return finding;
        }
        finding.estimate = Some(value);
        let Some(doubt) = self.doubt(of, levels, group, told) else {
            return finding;
        };
        finding.standard_error = Some(doubt.error);
        finding.df = Some(doubt.df).filter(|df| df.is_finite());
        if tested && doubt.wide > 0.0 && finding.status == Status::Ok {
            finding.test = t_two_sided(told.value / doubt.wide, doubt.df).map(|p| ("linearised t".to_owned(), p));
        }
        let scale = match contrast {
            Contrast::Ratio => Scale::Log,
            Contrast::Value if matches!(metric.entry().formula, Formula::Along(Along::Uplift)) => Scale::Plain,
            Contrast::Value => of.scale(value),
            _ => Scale::Plain,
        };
        let error = if scale == Scale::Logit {
            doubt.wide / (value * (1.0 - value))
        } else {
            doubt.wide
        };
        let delta = Delta {
            value,
            error,
            df: doubt.df,
            scale,
            how: "linearised",
        };
        finding.with_interval(self.plan, Recipe::Delta(delta))
    }

    /// A rate or a mean at one level: of every group its value, and the gap and the ratio to the reference.
    fn plain_at(&self, of: Of, levels: &Levels<'_>, level: usize, findings: &mut Vec<Finding>) {
        let at = [level];
        for group in self.in_scope() {
            let asked = |contrast| Asked {
                metric: of.metric,
                contrast,
                group,
                at: Some(levels.labels[level].name.clone()),
            };
            let own = self.rate(of, levels, &[group], &at);
            findings.push(self.told(of, levels, asked(Contrast::Value), &own, false));
            let others = self.others(group);
            if others.is_empty() {
                continue;
            }
            let other = self.rate(of, levels, &others, &at);
            findings.push(self.told(of, levels, asked(Contrast::Gap), &own.minus(&other), false));
            let mut ratio = self.told(of, levels, asked(Contrast::Ratio), &own.over(&other).ln(), false);
            if other.value <= 0.0 || own.value < 0.0 {
                ratio.estimate = None;
                ratio.ends = None;
                ratio.status = Status::Undefined(if other.value < 0.0 || own.value < 0.0 {
                    "negative-mean"
                } else if own.value > 0.0 {
                    "reference-zero"
                } else {
                    "both-zero"
                });
            }
            findings.push(ratio);
        }
    }

    /// Each system's gaps against those of the first.
    fn systems(&self, levels: &Levels<'_>, assessment: &mut Assessment) {
        let Some((metric, of)) = self.asked_along(Along::Systems).zip(selection_rate()) else {
            return;
        };
        for level in 0..levels.labels.len() {
            self.plain_at(of, levels, level, &mut assessment.findings);
        }
        if levels.labels.len() < 2 && self.grouping == 0 {
            assessment
                .notes
                .push("There is only one system in the log: there is nothing to compare it with.".to_owned());
        }
        for level in 1..levels.labels.len() {
            for group in self
                .in_scope()
                .into_iter()
                .filter(|&group| !self.others(group).is_empty())
            {
                let apart = self
                    .gap_at(of, levels, group, &[level])
                    .minus(&self.gap_at(of, levels, group, &[0]));
                let asked = Asked {
                    metric,
                    contrast: Contrast::Gap,
                    group,
                    at: Some(format!("{} less {}", levels.labels[level].name, levels.labels[0].name)),
                };
                assessment.findings.push(self.told(of, levels, asked, &apart, true));
            }
        }
    }

    /// The rate of the treated less that of the control, by group.
    fn arms(&self, levels: &Levels<'_>, assessment: &mut Assessment) {
        let Some((metric, of)) = self.asked_along(Along::Uplift).zip(selection_rate()) else {
            return;
        };
        let find = |name: &str| levels.labels.iter().position(|label| label.name == name);
        let (Some(control), Some(treatment)) = (find("control"), find("treatment")) else {
            return;
        };
        let uplift = |groups: &[usize]| {
            let control = self.rate(of, levels, groups, &[control]);
            self.rate(of, levels, groups, &[treatment]).minus(&control)
        };
        for level in [control, treatment] {
            self.plain_at(of, levels, level, &mut assessment.findings);
        }
        for group in self.in_scope() {
            let asked = |contrast| Asked {
                metric,
                contrast,
                group,
                at: None,
            };
            let own = uplift(&[group]);
            let findings = &mut assessment.findings;
            findings.push(self.told(of, levels, asked(Contrast::Value), &own, false));
            let others = self.others(group);
            if !others.is_empty() {
                let gap = own.minus(&uplift(&others));
                findings.push(self.told(of, levels, asked(Contrast::Gap), &gap, true));
            }
        }
    }
}

fn selection_rate() -> Option<Of> {
    Of::new(Metric::find("selection_rate")?)
}
