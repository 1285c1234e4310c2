//! Joins estimates and inference into findings: the only place that does.
//!
//! For every outcome, grouping, group and metric: the value with its interval; against the reference the gap and the
//! ratio with theirs and one test of equality; over all judged groups the largest gap and the smallest ratio. Then all
//! p-values of the audit are adjusted together.

mod adjust;
mod along;
mod association;
mod bootstrap;
pub mod change;
mod classes;
mod conditional;
mod crossed;
mod curves;
mod distribution;
mod family;
mod finding;
mod list_notes;
mod lists;
mod matched;
mod membership;
mod missing;
mod pair;
mod price;
mod quantile;
mod representation;
mod side;
mod small;

pub use crate::inference::cochran_mantel_haenszel::ChiSquare;
pub use conditional::{Agreement, Within};
pub use crossed::{Proxy, Search, Subgroup};
pub use curves::Curve;
pub use finding::{About, Counts, Finding, Status};
pub use matched::Matched;
pub use membership::{Uncertain, UncertainGroup, Valued};
pub use missing::{Bound, LabelBound};
pub use side::Ends;
pub use small::SmallGroup;

use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use family::{Extreme, Family};
use finding::Recipe;
use pair::Pair;
use side::Side;

use crate::catalogue::{Contrast, Formula, Measure, Metric, Unit};
use crate::diagnostic::{Diagnostic, near};
use crate::inference::extremes::Normals;
use crate::inference::power::{self, Arm};
use crate::metrics::{self, Point};
use crate::plan::{Plan, Reference, Weight};
use crate::tally::{GroupTally, GroupingTally, Sums, Tally};

/// Power at which the minimum detectable ratio is stated.
const POWER: f64 = 0.8;

/// All findings of an audit.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// Every number, in the order of outcomes, groupings, metrics, groups.
    pub findings: Vec<Finding>,
    /// By outcome and grouping: whom the groups are compared with.
    pub references: Vec<Vec<Chosen>>,
    /// By grouping: which groups are large enough to be judged, and of known attribute.
    pub judged: Vec<Vec<bool>>,
    /// Hypotheses tested: the family of the adjusted p-values.
    pub tests: u64,
    /// What is left of the gaps within strata.
    pub within: Vec<Within>,
    /// What rows of unknown group could do to the comparisons.
    pub bounds: Vec<Bound>,
    /// What rows of unknown label could do to the numbers that need labels.
    pub label_bounds: Vec<LabelBound>,
    /// What a search for the worst-off group has found.
    pub search: Option<Search>,
    /// Which columns give a group away.
    pub proxies: Vec<Proxy>,
    /// Groups among people who are alike.
    pub matched: Vec<Matched>,
    /// How reliable scores are, and what thresholds at them would find.
    pub curves: Vec<Curve>,
    /// Groups of which only chances are known.
    pub uncertain: Vec<Uncertain>,
    /// What small groups can say.
    pub small_groups: Vec<SmallGroup>,
    /// What the reader must know.
    pub notes: Vec<String>,
}

/// Whom the groups of a grouping are compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chosen {
    /// This group.
    Group(usize),
    /// Everybody else of known attribute.
    Rest,
    /// Everybody.
    Overall,
    /// Nobody: there is no second group.
    Nobody,
}

/// Assesses a tally.
///
/// # Errors
/// A named reference group that is not in the data.
pub fn assess(plan: &Plan, tally: &Tally) -> Result<Assessment, Diagnostic> {
    let judged: Vec<Vec<bool>> = tally
        .groupings
        .iter()
        .take(plan.groupings.len())
        .map(|grouping| {
            grouping
                .groups
                .iter()
                .map(|group| group.is_known() && group.subjects >= plan.min_subjects)
                .collect()
        })
        .collect();
    let mut assessment = Assessment {
        findings: Vec::new(),
        references: Vec::new(),
        judged,
        tests: 0,
        within: Vec::new(),
        bounds: Vec::new(),
        label_bounds: Vec::new(),
        search: None,
        proxies: Vec::new(),
        matched: Vec::new(),
        curves: Vec::new(),
        uncertain: Vec::new(),
        small_groups: Vec::new(),
        notes: [
            distribution::notes(plan, tally),
            classes::notes(plan, tally),
            list_notes::notes(plan, tally),
        ]
        .concat(),
    };
    assessment.notes.extend(price::notes(plan, tally));
    assessment.notes.extend(tally.drawn.as_ref().map(|drawn| {
        format!(
            "People were drawn again {} times (seed {}): JSON and CSV have those intervals beside the others.",
            drawn.resampling.replicates, drawn.resampling.seed
        )
    }));
    let normals = Arc::new(Normals::new(plan.seed));
    let threads = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    for outcome in 0..plan.outcomes.len() {
        assess_everyone(plan, tally, outcome, &mut assessment.findings);
        distribution::everyone(plan, tally, outcome, &mut assessment.findings);
        lists::everyone(plan, tally, outcome, &mut assessment.findings);
        let mut chosen = Vec::new();
        for grouping in 0..plan.groupings.len() {
            let reference = choose(plan, tally, outcome, grouping, &assessment.judged[grouping])?;
            let judged = assessment.judged[grouping].clone();
            let place = Place {
                plan,
                tally,
                outcome,
                grouping,
                judged: &judged,
                reference: &reference,
                normals: &normals,
            };
            assessment.bounds.extend(place.bounds());
            assessment.label_bounds.extend(place.label_bounds());
            if grouping == 0 {
                assessment.notes.extend(place.selective_labels());
            }
            if outcome == 0 {
                assessment.notes.extend(place.representation_notes());
            }
            let first = assessment.findings.len();
            place.assess(threads, &mut assessment.findings);
            place.distributions(&mut assessment.findings);
            assessment.curves.extend(curves::curves(plan, tally, outcome, grouping));
            place.small_groups(&mut assessment);
            place.along(&mut assessment);
            place.lists(&mut assessment.findings);
            for given in (0..plan.given.len()).filter(|&given| plan.given[given].base == grouping) {
                place.within(given, first, &mut assessment);
            }
            assessment.notes.extend(place.worst_off_reference());
            chosen.push(reference);
        }
        assessment.references.push(chosen);
    }
    crossed::crossed(plan, tally, &mut assessment)?;
    assessment.tests = adjust::adjust(&mut assessment.findings);
    Ok(assessment)
}

fn side(metric: Metric, sums: &Sums) -> Option<Side> {
    let entry = metric.entry();
    let mut point = metrics::point(metric, sums)?;
    // A mean of values that happen to be 0 or 1 is still a mean: its method must not hang on the values.
    point.binomial &= entry.unit == Unit::Share;
    let per_person = matches!(
        entry.formula,
        Formula::Ratio { denominator, .. } if denominator[0].0 == Measure::Subjects
    );
    Some(Side::new(point, sums, entry.unit, per_person))
}

/// A finding that has been given nothing yet.
fn blank(about: About, outcome: usize, metric: Metric, contrast: Contrast) -> Finding {
    Finding {
        about,
        reference: None,
        given: None,
        along: None,
        at: None,
        item_class: None,
        outcome,
        metric,
        contrast,
        estimate: None,
        ends: None,
        method: None,
        drawn: None,
        standard_error: None,
        df: None,
        test: None,
        p_adjusted: None,
        p_bh: None,
        subjects: 0,
        rows: 0,
        fraction: None,
        deff: None,
        effective: None,
        minimum_detectable_ratio: None,
        selections_to_parity: None,
        subjects_to_parity: None,
        status: Status::Ok,
        counts: None,
        recipe: Recipe::None,
    }
}

impl Finding {
    fn with_interval(mut self, plan: &Plan, recipe: Recipe) -> Self {
        if let Some((ends, method)) = recipe.interval(plan.level) {
            self.ends = Some(ends);
            self.method = Some(method);
        }
        self.recipe = recipe;
        self
    }

    fn with_side(mut self, side: &Side) -> Self {
        let Point {
            behind,
            numerator,
            denominator,
            ..
        } = side.point;
        self.subjects = behind.subjects;
        self.rows = behind.rows;
        self.fraction = numerator.zip(denominator);
        self.deff = side.deff;
        self.effective = side.effective;
        self
    }
}

fn value_finding(plan: &Plan, about: About, outcome: usize, metric: Metric, side: &Side, status: Status) -> Finding {
    let mut finding = blank(about, outcome, metric, Contrast::Value).with_side(side);
    finding.status = status;
    match side.point.value {
        None => finding.status = Status::Undefined("no-denominator"),
        Some(value) => {
            finding.estimate = Some(value);
            finding.standard_error = side.variance.map(f64::sqrt);
            finding.df = Some(side.df).filter(|df| df.is_finite());
            finding.counts = whole_counts(plan, side, None);
            finding = finding.with_interval(plan, Recipe::Value(side.clone()));
        }
    }
    finding
}

fn assess_everyone(plan: &Plan, tally: &Tally, outcome: usize, findings: &mut Vec<Finding>) {
    let sums = tally.everyone.sums(outcome);
    for &metric in &plan.outcomes[outcome].metrics {
        if let Some(side) = side(metric, &sums) {
            let mut finding = value_finding(plan, About::Everyone, outcome, metric, &side, Status::Ok);
            finding.drawn = bootstrap::everyone(plan, tally, outcome, metric, &side);
            findings.push(finding);
        }
    }
}

/// Counts of whole rows or people behind one or two shares.
fn whole_counts(plan: &Plan, a: &Side, b: Option<&Side>) -> Option<Counts> {
    if matches!(plan.weight, Weight::Sampling(_)) {
        return None;
    }
    let whole = |x: Option<f64>| x.filter(|x| x.fract() == 0.0).map(|x| x as i128);
    let pair = |side: &Side| Some((whole(side.point.numerator)?, whole(side.point.denominator)?));
    let (x1, n1) = pair(a)?;
    let (x2, n2) = match b {
        Some(side) => pair(side)?,
        None => (1, 1),
    };
    Some((x1, n1, x2, n2))
}

/// Chooses whom the groups of a grouping are compared with.
fn choose(plan: &Plan, tally: &Tally, outcome: usize, grouping: usize, judged: &[bool]) -> Result<Chosen, Diagnostic> {
    let planned = &plan.groupings[grouping];
    let groups = &tally.groupings[grouping].groups;
    let known = || {
        groups
            .iter()
            .enumerate()
            .filter(|(_, g)| g.is_known() && g.is_in_scope())
    };
    Ok(match &planned.reference {
        Reference::Rest if known().count() > 1 => Chosen::Rest,
        Reference::Rest => Chosen::Nobody,
        Reference::Overall => Chosen::Overall,
        Reference::Largest => {
            let mut best: Option<(usize, &GroupTally)> = None;
            for (i, group) in known() {
                if best.is_none_or(|(_, b)| group.subjects > b.subjects) {
                    best = Some((i, group));
                }
            }
            best.map_or(Chosen::Nobody, |(i, _)| Chosen::Group(i))
        }
        Reference::Best => {
            let favourable = plan.outcomes[outcome].favourable;
            let mut best: Option<(usize, f64)> = None;
            for (i, group) in known().filter(|(i, _)| judged[*i]) {
                let sums = group.sums(outcome);
                let rows = sums.sum(Measure::Rows);
                if rows <= 0.0 {
                    continue;
                }
                let rate = sums.sum(Measure::Selected) / rows;
                let good = if favourable { rate } else { -rate };
                if best.is_none_or(|(_, b)| good > b) {
                    best = Some((i, good));
                }
            }
            best.map_or(Chosen::Nobody, |(i, _)| Chosen::Group(i))
        }
        Reference::Named(labels) => {
            let wanted = labels.join(" & ");
            match groups.iter().position(|g| g.name() == wanted) {
                Some(i) => Chosen::Group(i),
                None => {
                    let names: Vec<String> = groups.iter().map(GroupTally::name).collect();
                    let listed: Vec<String> = groups
                        .iter()
                        .take(12)
                        .map(|g| format!("\"{}\" ({} people)", g.name(), g.subjects))
                        .collect();
                    let mut diagnostic = Diagnostic::new(
                        "unknown-reference",
                        format!(
                            "the reference group \"{wanted}\" of `{}` is not in the log",
                            planned.name
                        ),
                    )
                    .at(plan.place(&planned.origin))
                    .help(format!("the log has {}", listed.join(", ")));
                    if let Some(name) = near(&wanted, names.iter().map(String::as_str)) {
                        diagnostic = diagnostic.help(format!("did you mean \"{name}\"?"));
                    }
                    return Err(diagnostic);
                }
            }
        }
    })
}

/// One outcome and one grouping.
struct Place<'a> {
    plan: &'a Plan,
    tally: &'a Tally,
    outcome: usize,
    grouping: usize,
    judged: &'a [bool],
    reference: &'a Chosen,
    normals: &'a Arc<Normals>,
}

impl Place<'_> {
    fn groups(&self) -> &GroupingTally {
        &self.tally.groupings[self.grouping]
    }

    /// A note when the reference is the worst-off of the judged groups: no group can then fall short of it.
    fn worst_off_reference(&self) -> Option<String> {
        let Chosen::Group(reference) = self.reference else {
            return None;
        };
        let outcome = &self.plan.outcomes[self.outcome];
        let good = |group: &GroupTally| {
            let sums = group.sums(self.outcome);
            let rate = sums.sum(Measure::Selected) / sums.sum(Measure::Rows);
            if outcome.favourable { rate } else { -rate }
        };
        let groups = &self.groups().groups;
        let own = good(groups.get(*reference)?);
        let others: Vec<f64> = (0..groups.len())
            .filter(|i| i != reference && self.judged[*i])
            .map(|i| good(&groups[i]))
            .filter(|rate| rate.is_finite())
            .collect();
        let better = others.iter().filter(|other| **other > own).count();
        (!others.is_empty() && better == others.len()).then(|| {
            format!(
                "For `{}`, the reference `{}` of `{}` is itself the worst-off group: a minimum on a ratio to it can't fail. \
                 Compare with reference = \"best\", or put the gate on demographic_parity_ratio.",
                outcome.name,
                groups[*reference].name(),
                self.plan.groupings[self.grouping].name
            )
        })
    }

    /// The groups of which `where` left any row.
    fn in_scope(&self) -> Vec<usize> {
        let groups = self.groups().groups.iter().enumerate();
        groups.filter(|(_, g)| g.is_in_scope()).map(|(i, _)| i).collect()
    }

    fn about(&self, group: usize) -> About {
        About::Group {
            grouping: self.grouping,
            group,
        }
    }

    fn status(&self, group: usize) -> Status {
        if !self.groups().groups[group].is_known() {
            Status::Unjudged("attribute-missing")
        } else if !self.judged[group] {
            Status::Unjudged("too-few-subjects")
        } else {
            Status::Ok
        }
    }

    /// The status of a comparison: it rests on both sides.
    fn compared(&self, group: usize) -> Status {
        let groups = self.groups();
        let people = match self.reference {
            Chosen::Group(i) => groups.groups[*i].subjects,
            Chosen::Rest => groups.rest_subjects(group, self.outcome),
            Chosen::Overall => self.tally.everyone.subjects,
            Chosen::Nobody => 0,
        };
        match self.status(group) {
            Status::Ok if people < self.plan.min_subjects => Status::Unjudged("too-few-in-reference"),
            status => status,
        }
    }

    fn reference_name(&self) -> Option<String> {
        match self.reference {
            Chosen::Group(i) => Some(self.groups().groups[*i].name()),
            Chosen::Rest => Some("(rest)".to_owned()),
            Chosen::Overall => Some("(overall)".to_owned()),
            Chosen::Nobody => None,
        }
    }

    /// The metrics are assessed side by side, and stand in their order.
    fn assess(&self, threads: usize, findings: &mut Vec<Finding>) {
        let metrics = &self.plan.outcomes[self.outcome].metrics;
        let next = AtomicUsize::new(0);
        let work = || {
            let mut done = Vec::new();
            while let Some(&metric) = metrics.get(next.fetch_add(1, Ordering::Relaxed)) {
                let mut found = Vec::new();
                match metric.entry().formula {
                    Formula::Worst(a, b) => self.worst(metric, a, b, &mut found),
                    // These have a pass of their own.
                    Formula::Conditional { .. }
                    | Formula::Distribution(_)
                    | Formula::Crossing(_)
                    | Formula::Small(_)
                    | Formula::Along(_)
                    | Formula::List(_) => {}
                    Formula::Pairwise(how) => self.pairwise(metric, how, &mut found),
                    Formula::Association(how) => found.push(self.association(metric, how)),
                    Formula::Representation => self.representation(metric, &mut found),
                    _ => self.plain(metric, &mut found),
                }
                done.push((metric, found));
            }
            done
        };
        let mut done = thread::scope(|scope| {
            let others: Vec<_> = (1..threads.min(metrics.len())).map(|_| scope.spawn(work)).collect();
            let mut all = work();
            for other in others {
                all.extend(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
            }
            all
        });
        done.sort_by_key(|(metric, _)| metrics.iter().position(|m| m == metric));
        findings.extend(done.into_iter().flat_map(|(_, found)| found));
    }

    /// The family of judged groups for a metric.
    fn family(&self, metric: Metric) -> Family {
        let groups = self.groups();
        let mut members: Vec<(usize, Side)> = Vec::new();
        for (i, group) in groups.groups.iter().enumerate() {
            if self.judged[i]
                && let Some(side) = side(metric, &group.sums(self.outcome))
                && side.point.value.is_some()
            {
                members.push((i, side));
            }
        }
        let (mut covariance, mut shared) = (Vec::new(), Vec::new());
        for (i, a) in &members {
            let row = members.iter().map(|(j, b)| {
                if i == j {
                    (0.0, false)
                } else {
                    self.covariance(*i, a, *j, b)
                }
            });
            let (numbers, flags): (Vec<f64>, Vec<bool>) = row.unzip();
            covariance.push(numbers);
            shared.push(flags);
        }
        // As for a pair: binomial variances where nothing else is compared with them.
        let binomial = members.iter().all(|(_, side)| side.point.binomial) && !shared.iter().flatten().any(|s| *s);
        let mut df = Vec::new();
        for (k, (_, side)) in members.iter().enumerate() {
            let (variance, freedom) = if binomial {
                (side.variance, side.df)
            } else {
                (side.linearised, side.linearised_df())
            };
            covariance[k][k] = variance.unwrap_or(0.0);
            df.push(freedom.max(1.0));
        }
        if !binomial {
            for (row, (_, a)) in covariance.iter_mut().zip(&members) {
                for (cell, (_, b)) in row.iter_mut().zip(&members) {
                    *cell *= a.stretch * b.stretch;
                }
            }
        }
        Family {
            names: members.iter().map(|(i, _)| groups.groups[*i].name()).collect(),
            sides: members.into_iter().map(|(_, side)| side).collect(),
            covariance,
            shared,
            df,
            unit: metric.entry().unit,
            seed: self.seed(metric),
            normals: Arc::clone(self.normals),
            null: std::sync::Arc::default(),
        }
    }

    /// A stream of its own for every simulated distribution.
    fn seed(&self, metric: Metric) -> u64 {
        let place = (self.outcome as u64) << 40 | (self.grouping as u64) << 20 | u64::from(metric.0);
        self.plan.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ place
    }

    /// Covariance of two groups' estimates, and whether they share people.
    fn covariance(&self, i: usize, a: &Side, j: usize, b: &Side) -> (f64, bool) {
        self.groups().pair(i, j, self.outcome).map_or((0.0, false), |cross| {
            (
                a.point.covariance(&b.point, &cross),
                a.point.shares_people(&b.point, &cross),
            )
        })
    }

    /// The group's comparison with its reference; `None` for the reference itself.
    fn pair(&self, metric: Metric, group: usize) -> Option<Pair> {
        let tally = &self.groups().groups[group];
        let mine = side(metric, &tally.sums(self.outcome))?;
        let (reference, (covariance, shared)) = match self.reference {
            Chosen::Nobody => return None,
            Chosen::Group(other) if *other == group => return None,
            Chosen::Group(other) => {
                let sums = self.groups().groups[*other].sums(self.outcome);
                let reference = side(metric, &sums)?;
                let covariance = self.covariance(group, &mine, *other, &reference);
                (reference, covariance)
            }
            Chosen::Rest => {
                let sums = self.groups().rest(group, self.outcome);
                let reference = side(metric, &sums)?;
                let cross = &tally.with_rest[self.outcome];
                let covariance = mine.point.covariance(&reference.point, cross);
                let shared = mine.point.shares_people(&reference.point, cross);
                (reference, (covariance, shared))
            }
            Chosen::Overall => {
                let sums = self.tally.everyone.sums(self.outcome);
                let reference = side(metric, &sums)?;
                // People who are in this group alone are the same in the group and in the whole.
                let covariance = mine
                    .point
                    .covariance_within(&reference.point, &tally.single[self.outcome])
                    + mine.point.covariance(&reference.point, &tally.with_all[self.outcome]);
                (reference, (covariance, true))
            }
        };
        Some(Pair {
            group: mine,
            reference,
            covariance,
            shared,
            unit: metric.entry().unit,
        })
    }

    fn chosen_as_best(&self) -> bool {
        self.plan.groupings[self.grouping].reference == Reference::Best
    }

    fn plain(&self, metric: Metric, findings: &mut Vec<Finding>) {
        let family = self.family(metric);
        for group in self.in_scope() {
            let sums = self.groups().groups[group].sums(self.outcome);
            let Some(side) = side(metric, &sums) else {
                continue;
            };
            let value = value_finding(
                self.plan,
                self.about(group),
                self.outcome,
                metric,
                &side,
                self.status(group),
            );
            findings.push(self.with_draws(value, group, (&side, None)));
            let Some(pair) = self.pair(metric, group) else {
                continue;
            };
            let over = self.chosen_as_best().then(|| family.clone());
            for finding in [
                self.gap(metric, group, &pair, over.as_ref()),
                self.ratio(metric, group, &pair, over.as_ref()),
            ] {
                findings.push(self.with_draws(finding, group, (&pair.group, Some(&pair.reference))));
            }
        }
        self.extremes(metric, &family, findings);
    }

    /// The test of equality with the reference, for judged groups.
    fn test(&self, group: usize, pair: &Pair, over: Option<&Family>) -> Option<(String, f64)> {
        if self.compared(group) != Status::Ok {
            return None;
        }
        match over {
            None => pair.test().map(|t| (t.name.to_owned(), t.p)),
            Some(family) => {
                let (se, _) = pair.gap_spread().filter(|(se, _)| *se > 0.0)?;
                let statistic = pair.gap().ok()?.abs() / se;
                let p = family.simultaneous_p(statistic)?;
                Some(("studentised range, simulated".to_owned(), p))
            }
        }
    }

    fn gap(&self, metric: Metric, group: usize, pair: &Pair, over: Option<&Family>) -> Finding {
        let mut finding = blank(self.about(group), self.outcome, metric, Contrast::Gap).with_side(&pair.group);
        finding.reference = self.reference_name();
        finding.status = self.compared(group);
        match pair.gap() {
            Err(reason) => finding.status = Status::Undefined(reason),
            Ok(gap) => {
                finding.estimate = Some(gap);
                finding.counts = whole_counts(self.plan, &pair.group, Some(&pair.reference));
                finding.standard_error = pair.gap_error();
                finding.df = pair.gap_spread().map(|(_, df)| df).filter(|df| df.is_finite());
                finding.test = self.test(group, pair, over);
                self.shortfall(metric, group, pair, &mut finding);
                finding = finding.with_interval(self.plan, Recipe::Gap(pair.clone(), over.cloned()));
            }
        }
        finding
    }

    fn ratio(&self, metric: Metric, group: usize, pair: &Pair, over: Option<&Family>) -> Finding {
        let mut finding = blank(self.about(group), self.outcome, metric, Contrast::Ratio).with_side(&pair.group);
        finding.reference = self.reference_name();
        finding.status = self.compared(group);
        match pair.ratio() {
            Err(reason) => finding.status = Status::Undefined(reason),
            Ok(ratio) => {
                finding.estimate = Some(ratio);
                finding.counts = whole_counts(self.plan, &pair.group, Some(&pair.reference));
                finding.standard_error = pair.ratio_error();
                finding.df = pair.ratio_spread().map(|(_, df)| df).filter(|df| df.is_finite());
                finding.test = self.test(group, pair, over);
                if metric.entry().unit == Unit::Share
                    && let Some(p) = pair.reference.point.value
                {
                    let arm = |side: &Side| {
                        Some(Arm {
                            n: side.effective?,
                            design_effect: 1.0,
                        })
                    };
                    finding.minimum_detectable_ratio = arm(&pair.group)
                        .zip(arm(&pair.reference))
                        .and_then(|(a, b)| power::minimum_detectable_ratio(p, a, b, 1.0 - self.plan.level, POWER));
                }
                finding = finding.with_interval(self.plan, Recipe::Ratio(pair.clone(), over.cloned()));
            }
        }
        finding
    }

    /// How many selections, and people, parity would take.
    fn shortfall(&self, metric: Metric, group: usize, pair: &Pair, finding: &mut Finding) {
        let Some(gap) = finding.estimate else { return };
        if metric.id() == "selection_rate" && !matches!(self.plan.weight, Weight::Sampling(_)) {
            let rows = pair.group.point.denominator.unwrap_or(0.0);
            finding.selections_to_parity = Some(away_from_zero(-gap * rows));
            if let Some(by_person) = Metric::find("subject_selection_rate")
                && let Some(own) = self.pair(by_person, group)
                && let Ok(gap) = own.gap()
            {
                let people = own.group.point.behind.subjects as f64;
                finding.subjects_to_parity = Some(away_from_zero(-gap * people));
            }
        }
    }

    fn extremes(&self, metric: Metric, family: &Family, findings: &mut Vec<Finding>) {
        let p = family.p();
        let subjects = family.sides.iter().map(|s| s.point.behind.subjects).sum();
        let rows = family.sides.iter().map(|s| s.point.behind.rows).sum();
        for contrast in [Contrast::MaxGap, Contrast::MinRatio] {
            let about = About::Extremes {
                grouping: self.grouping,
                names: None,
            };
            let mut finding = blank(about, self.outcome, metric, contrast);
            finding.subjects = subjects;
            finding.rows = rows;
            let extreme = if contrast == Contrast::MaxGap {
                family.max_gap()
            } else {
                family.min_ratio()
            };
            match extreme {
                Err(reason) => finding.status = Status::Undefined(reason),
                Ok(extreme) => {
                    finding.estimate = Some(extreme.estimate);
                    finding.about = About::Extremes {
                        grouping: self.grouping,
                        names: Some((
                            family.names[extreme.lowest].clone(),
                            family.names[extreme.highest].clone(),
                        )),
                    };
                    finding.counts = self.extreme_counts(family, extreme, contrast);
                    finding.test = p.map(|(gap, ratio, name)| {
                        let p = if contrast == Contrast::MaxGap { gap } else { ratio };
                        (name.to_owned(), p)
                    });
                    let recipe = if contrast == Contrast::MaxGap {
                        Recipe::MaxGap(family.clone())
                    } else {
                        Recipe::MinRatio(family.clone())
                    };
                    finding = finding.with_interval(self.plan, recipe);
                    if !self.is_complete(family) {
                        finding.status = Status::Unjudged("group-undefined");
                    }
                }
            }
            findings.push(finding);
        }
    }

    /// Counts behind an extreme: of the larger less the smaller, of the smaller to the larger.
    fn extreme_counts(&self, family: &Family, extreme: Extreme, contrast: Contrast) -> Option<Counts> {
        let (low, high) = (&family.sides[extreme.lowest], &family.sides[extreme.highest]);
        if contrast == Contrast::MaxGap {
            whole_counts(self.plan, high, Some(low))
        } else {
            whole_counts(self.plan, low, Some(high))
        }
    }

    /// Whether every judged group has a value. One without would make the extreme look better than it may be.
    fn is_complete(&self, family: &Family) -> bool {
        family.sides.len() == self.judged.iter().filter(|judged| **judged).count()
    }

    /// A metric that is the worse of two others' contrasts.
    fn worst(&self, metric: Metric, a: Metric, b: Metric, findings: &mut Vec<Finding>) {
        for group in self.in_scope() {
            let (Some(first), Some(second)) = (self.pair(a, group), self.pair(b, group)) else {
                continue;
            };
            let p = self.test(group, &first, None).zip(self.test(group, &second, None));
            for contrast in [Contrast::Gap, Contrast::Ratio] {
                let gap = contrast == Contrast::Gap;
                let parts = if gap {
                    [first.gap(), second.gap()].map(|g| g.map(f64::abs))
                } else {
                    [first.ratio(), second.ratio()].map(|r| r.map(|r| r.min(1.0 / r)))
                };
                let mut finding = blank(self.about(group), self.outcome, metric, contrast).with_side(&first.group);
                finding.fraction = None;
                finding.deff = None;
                finding.effective = None;
                finding.reference = self.reference_name();
                finding.status = self.compared(group);
                match parts {
                    [Ok(x), Ok(y)] => {
                        finding.estimate = Some(if gap { x.max(y) } else { x.min(y) });
                        let decides = if (gap && x >= y) || (!gap && x <= y) {
                            &first
                        } else {
                            &second
                        };
                        finding.counts = self.folded_counts(decides, gap);
                        finding.test = p.as_ref().map(|((_, x), (_, y))| {
                            let p = (2.0 * x.min(*y)).min(1.0);
                            ("Bonferroni over its two rates".to_owned(), p)
                        });
                        let recipes = [&first, &second].map(|pair| {
                            if gap {
                                Recipe::Gap(pair.clone(), None)
                            } else {
                                Recipe::Ratio(pair.clone(), None)
                            }
                        });
                        let recipe = if gap {
                            Recipe::WorstGap(recipes.to_vec())
                        } else {
                            Recipe::WorstRatio(recipes.to_vec())
                        };
                        finding = finding.with_interval(self.plan, recipe);
                    }
                    [Err(reason), _] | [_, Err(reason)] => {
                        finding.status = Status::Undefined(reason);
                    }
                }
                findings.push(finding);
            }
        }
        self.worst_extremes(metric, a, b, findings);
    }

    /// Counts of a pair, turned so that its gap is not negative or its ratio not above 1.
    fn folded_counts(&self, pair: &Pair, gap: bool) -> Option<Counts> {
        let above = pair.gap().ok()? > 0.0;
        let (a, b) = if above == gap {
            (&pair.group, &pair.reference)
        } else {
            (&pair.reference, &pair.group)
        };
        whole_counts(self.plan, a, Some(b))
    }

    fn worst_extremes(&self, metric: Metric, a: Metric, b: Metric, findings: &mut Vec<Finding>) {
        let families = [self.family(a), self.family(b)];
        for contrast in [Contrast::MaxGap, Contrast::MinRatio] {
            let gap = contrast == Contrast::MaxGap;
            let about = About::Extremes {
                grouping: self.grouping,
                names: None,
            };
            let mut finding = blank(about, self.outcome, metric, contrast);
            finding.subjects = families[0].sides.iter().map(|s| s.point.behind.subjects).sum();
            finding.rows = families[0].sides.iter().map(|s| s.point.behind.rows).sum();
            let parts = families
                .each_ref()
                .map(|family| if gap { family.max_gap() } else { family.min_ratio() });
            match parts {
                [Ok(x), Ok(y)] => {
                    let first = if gap {
                        x.estimate >= y.estimate
                    } else {
                        x.estimate <= y.estimate
                    };
                    let (extreme, family) = if first { (x, &families[0]) } else { (y, &families[1]) };
                    finding.estimate = Some(extreme.estimate);
                    finding.counts = self.extreme_counts(family, extreme, contrast);
                    finding.about = About::Extremes {
                        grouping: self.grouping,
                        names: Some((
                            family.names[extreme.lowest].clone(),
                            family.names[extreme.highest].clone(),
                        )),
                    };
                    let p = families[0].p().zip(families[1].p());
                    finding.test = p.map(|(x, y)| {
                        let p = if gap { x.0.min(y.0) } else { x.1.min(y.1) };
                        ("Bonferroni over its two rates".to_owned(), (2.0 * p).min(1.0))
                    });
                    let recipes: Vec<Recipe> = families
                        .iter()
                        .map(|family| {
                            if gap {
                                Recipe::MaxGap(family.clone())
                            } else {
                                Recipe::MinRatio(family.clone())
                            }
                        })
                        .collect();
                    let recipe = if gap {
                        Recipe::WorstGap(recipes)
                    } else {
                        Recipe::WorstRatio(recipes)
                    };
                    finding = finding.with_interval(self.plan, recipe);
                    if !families.iter().all(|family| self.is_complete(family)) {
                        finding.status = Status::Unjudged("group-undefined");
                    }
                }
                [Err(reason), _] | [_, Err(reason)] => {
                    finding.status = Status::Undefined(reason);
                }
            }
            findings.push(finding);
        }
    }
}

/// Rounds to the whole number farther from zero: half a selection is a selection.
fn away_from_zero(x: f64) -> i64 {
    // A trace of rounding must not cost a whole selection.
    let x = if (x - x.round()).abs() < 1e-9 { x.round() } else { x };
    (if x < 0.0 { x.floor() } else { x.ceil() }) as i64
}
