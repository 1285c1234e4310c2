//! Searches for the worst-off group, and hunts for proxies: findings from counts by combination of columns.

use std::collections::BTreeMap;

use super::distribution::counters;
use super::finding::{About, Delta, Finding, Recipe, Scale, Status};
use super::side::Ends;
use super::{Assessment, blank};
use crate::catalogue::{Contrast, Crossing, Direction, Formula, Measure, Metric};
use crate::diagnostic::Diagnostic;
use crate::inference::association::{cramers_v, cramers_v_corrected};
use crate::inference::benjamini_hochberg::benjamini_hochberg;
use crate::inference::noncentral_chi_square::noncentrality;
use crate::inference::proxies::{self, Told, tells};
use crate::inference::special::chi2_sf;
use crate::inference::subgroups::{self, Gap, Quest, search};
use crate::plan::{Crossed, Plan, Purpose, Weight};
use crate::tally::histogram::{Counter, Histogram, PEOPLE, REPLICATES};
use crate::tally::{Label, Tally};

/// A search for the worst-off group.
#[derive(Debug, Clone, PartialEq)]
pub struct Search {
    /// The outcome.
    pub outcome: usize,
    /// The metric.
    pub metric: Metric,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Groups of at most so many columns.
    pub depth: usize,
    /// Groups of at least so many people.
    pub people: u64,
    /// How many groups were tested.
    pub tested: usize,
    /// How many of them were told from everybody else on the half of the people that was searched.
    pub told: usize,
    /// The groups that are left without redundant ones, worst first.
    pub groups: Vec<Subgroup>,
}

/// A group that a search has found.
#[derive(Debug, Clone, PartialEq)]
pub struct Subgroup {
    /// Column and value of each item.
    pub items: Vec<(String, String)>,
    /// Name: `gender=female & channel=app`.
    pub name: String,
    /// People.
    pub subjects: u64,
    /// Rows.
    pub rows: f64,
    /// Share of its rows that lie in groups listed before.
    pub overlap: f64,
    /// On the half that was searched.
    pub found: Gap,
    /// On the other half.
    pub checked: Option<Gap>,
    /// Interval of the gap there.
    pub ends: Option<Ends>,
    /// p there, adjusted over all groups that were checked.
    pub p: Option<f64>,
    /// Share of each item in the difference from everybody's rate.
    pub shares: Option<Vec<f64>>,
    /// Whether the second half confirms it.
    pub confirmed: bool,
}

/// How well one or more columns tell a protected attribute.
#[derive(Debug, Clone, PartialEq)]
pub struct Proxy {
    /// The protected attribute.
    pub attribute: String,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// People of known group.
    pub subjects: u64,
    /// Bias-corrected Cramér's V with its interval.
    pub cramers_v: Option<(f64, Option<Ends>)>,
    /// Test of no association, and its p adjusted over all of the hunt.
    pub p: Option<(f64, f64)>,
    /// Area under the curve, with its interval.
    pub auc: Option<(f64, Option<Ends>)>,
    /// Share of the uncertainty that is taken away, with its interval.
    pub information: Option<(f64, Option<Ends>)>,
    /// Share of people guessed right, and of always guessing the most frequent group.
    pub right: Option<(f64, f64)>,
}

/// Does what the plan asks of combinations of columns.
///
/// # Errors
/// A column that must be near holds something that is no number, or chances add up to more than 1.
pub(super) fn crossed(plan: &Plan, tally: &Tally, assessment: &mut Assessment) -> Result<(), Diagnostic> {
    for (index, crossed) in plan.crossed.iter().enumerate() {
        let mut kept = tally.histograms.iter();
        let histogram = kept.find(|h| h.of.first == plan.groupings.len() + index);
        let hunt = Hunt { plan, tally, crossed };
        match &crossed.purpose {
            Purpose::Search { metric, depth, people } => {
                hunt.search(histogram, (*metric, *depth, *people), assessment);
            }
            Purpose::Proxies { protected } => hunt.proxies(histogram, *protected, assessment),
            Purpose::Matching { exact, nearness } => hunt.matching(histogram, (*exact, *nearness), assessment)?,
            Purpose::Membership(asked) => hunt.membership(histogram, asked, assessment)?,
        }
    }
    Ok(())
}

/// Rows and people of one combination of values.
pub(super) struct Combination<'h> {
    pub(super) labels: &'h [Label],
    pub(super) counters: Vec<Counter>,
}

/// What is asked of one combination of columns.
pub(super) struct Hunt<'a> {
    pub(super) plan: &'a Plan,
    pub(super) tally: &'a Tally,
    pub(super) crossed: &'a Crossed,
}

impl Hunt<'_> {
    pub(super) fn names(&self) -> Vec<String> {
        let names = self.crossed.attributes.iter();
        names.map(|&a| self.plan.attributes[a].name.clone()).collect()
    }

    /// Whether the outcome's computed metrics hold this one, and its name there.
    pub(super) fn asked(&self, how: Crossing) -> Option<Metric> {
        let metrics = self.plan.outcomes[self.crossed.outcome].metrics.iter();
        metrics
            .copied()
            .find(|metric| metric.entry().formula == Formula::Crossing(how))
    }

    pub(super) fn cells<'h>(&self, histogram: &'h Histogram) -> Vec<Combination<'h>> {
        let groups = histogram.groupings[0].iter().zip(&histogram.labels[0]).enumerate();
        groups
            .map(|(i, (own, labels))| {
                let stream = (1 << 62) + ((histogram.of.first as u64) << 32) + i as u64;
                Combination {
                    labels,
                    counters: counters(self.plan, own, stream),
                }
            })
            .collect()
    }

    /// People by replicate; without persons every row is one.
    pub(super) fn people(&self, counters: &[Counter]) -> Vec<f64> {
        let mut people = vec![0.0; REPLICATES];
        let by_person = self.plan.subject.is_some();
        for counter in counters.iter().filter(|c| (c.pattern == PEOPLE) == by_person) {
            people[usize::from(counter.replicate)] += counter.weight;
        }
        people
    }

    fn search(
        &self,
        histogram: Option<&Histogram>,
        (metric, depth, people): (Metric, usize, u64),
        assessment: &mut Assessment,
    ) {
        let outcome = self.crossed.outcome;
        let finding = self.asked(Crossing::Subgroup).map(|own| {
            let about = About::Subgroup {
                name: "(worst)".to_owned(),
            };
            blank(about, outcome, own, Contrast::Gap)
        });
        let found = histogram.and_then(|histogram| self.found(histogram, metric, depth, people));
        let Some((quest, columns, found)) = found else {
            let reason = if histogram.is_some() {
                "no-denominator"
            } else {
                "needs-rows"
            };
            assessment.findings.extend(finding.map(|mut finding| {
                finding.status = Status::Undefined(reason);
                finding
            }));
            return;
        };
        let any = found.told > 0;
        let groups: Vec<Subgroup> = found
            .groups
            .into_iter()
            .map(|group| {
                let items: Vec<(String, String)> = group
                    .items
                    .iter()
                    .map(|&(column, value)| {
                        let value = columns[column][value as usize].name.clone();
                        (
                            self.plan.attributes[self.crossed.attributes[column]].name.clone(),
                            value,
                        )
                    })
                    .collect();
                let named: Vec<String> = items
                    .iter()
                    .map(|(column, value)| format!("{column}={value}"))
                    .collect();
                Subgroup {
                    name: named.join(" & "),
                    items,
                    subjects: group.people.round() as u64,
                    rows: group.rows,
                    overlap: group.overlap,
                    found: group.found,
                    ends: group
                        .checked
                        .and_then(|gap| delta(gap.gap, gap.error, gap.df, Scale::Plain).interval(self.plan.level))
                        .map(|(ends, _)| ends),
                    checked: group.checked,
                    confirmed: any && group.p.is_some_and(|p| p <= 1.0 - self.plan.level),
                    p: group.p,
                    shares: group.shares,
                }
            })
            .collect();
        assessment
            .findings
            .extend(finding.map(|finding| self.worst(finding, groups.first())));
        assessment.search = Some(Search {
            outcome,
            metric,
            columns: self.names(),
            depth: quest.depth,
            people,
            tested: found.tested,
            told: found.told,
            groups,
        });
    }

    /// The finding about the worst group.
    fn worst(&self, mut finding: Finding, group: Option<&Subgroup>) -> Finding {
        let Some(group) = group else {
            finding.status = Status::Undefined("nothing-to-search");
            return finding;
        };
        finding.about = About::Subgroup {
            name: group.name.clone(),
        };
        finding.reference = Some("(rest)".to_owned());
        finding.subjects = group.subjects;
        finding.rows = group.rows.round() as u64;
        match group.checked {
            None => finding.status = Status::Undefined("no-denominator"),
            Some(gap) => {
                finding.estimate = Some(gap.gap);
                finding.standard_error = Some(gap.error);
                finding.df = Some(gap.df);
                let recipe = Recipe::Delta(delta(gap.gap, gap.error, gap.df, Scale::Plain));
                finding = finding.with_interval(self.plan, recipe);
            }
        }
        finding
    }

    /// The quest, the labels of each column's values, and what the search gives.
    fn found<'h>(
        &self,
        histogram: &'h Histogram,
        metric: Metric,
        depth: usize,
        people: u64,
    ) -> Option<(Quest, Vec<Vec<&'h Label>>, subgroups::Searched)> {
        let Formula::Ratio { numerator, denominator } = metric.entry().formula else {
            return None;
        };
        let outcome = &self.plan.outcomes[self.crossed.outcome];
        let half = if outcome.actual.is_some() { 3 } else { 1 };
        let crossings = self.cells(histogram);
        let columns = columns(&crossings);
        let cells: Vec<subgroups::Cell> = crossings
            .iter()
            .map(|crossing| {
                let mut counts = vec![[0.0; 2]; REPLICATES];
                for counter in crossing.counters.iter().filter(|c| c.pattern != PEOPLE) {
                    let count = &mut counts[usize::from(counter.replicate)];
                    count[0] += counter.weight * counted(numerator, counter.pattern, half);
                    count[1] += counter.weight * counted(denominator, counter.pattern, half);
                }
                let numbers = crossing.labels.iter().zip(&columns);
                subgroups::Cell {
                    values: numbers
                        .map(|(label, known)| {
                            let place = known.binary_search(&label).ok().filter(|_| !label.is_missing());
                            place.map(|place| place as u32)
                        })
                        .collect(),
                    people: self.people(&crossing.counters).iter().sum(),
                    counts,
                }
            })
            .collect();
        let quest = Quest {
            depth: depth.min(columns.len()),
            people: people as f64,
            lower: match (metric.entry().direction, outcome.favourable) {
                (Direction::Favour, favourable) => Some(favourable),
                (Direction::Against, favourable) => Some(!favourable),
                (Direction::Better, _) => Some(true),
                (Direction::Worse, _) => Some(false),
                (Direction::Neutral, _) => None,
            },
            level: self.plan.level,
            whole: !matches!(self.plan.weight, Weight::Sampling(_)),
        };
        let found = search(&cells, quest)?;
        Some((quest, columns, found))
    }

    fn proxies(&self, histogram: Option<&Histogram>, protected: usize, assessment: &mut Assessment) {
        let names = self.names();
        let known = histogram.map(|histogram| {
            let crossings = self.cells(histogram);
            let people: Vec<Vec<f64>> = crossings.iter().map(|c| self.people(&c.counters)).collect();
            (crossings, people)
        });
        for attribute in 0..protected {
            let suspects: Vec<usize> = (protected..names.len()).collect();
            let mut sets: Vec<Vec<usize>> = suspects.iter().map(|&suspect| vec![suspect]).collect();
            if suspects.len() > 1 {
                sets.push(suspects);
            }
            let mut joint = None;
            for columns in sets {
                let cells = known
                    .as_ref()
                    .map(|(crossings, people)| people_by_group(crossings, people, attribute, &columns));
                let found = cells.as_ref().and_then(|(cells, groups)| tells(cells, *groups));
                joint = Some((found, cells.as_ref().map_or(0.0, |(cells, _)| everybody(cells))));
                if let Some((cells, groups)) = &cells {
                    let columns = columns.iter().map(|&c| names[c].clone()).collect();
                    let proxy = self.proxy(names[attribute].clone(), columns, cells, *groups, found);
                    assessment.proxies.push(proxy);
                }
            }
            let (found, people) = joint.unwrap_or((None, 0.0));
            let place = self.crossed.attributes[attribute];
            let mut groupings = self.plan.groupings.iter();
            let Some(grouping) = groupings.position(|grouping| grouping.attributes == [place]) else {
                continue;
            };
            for how in [Crossing::Auc, Crossing::Information] {
                let Some(metric) = self.asked(how) else { continue };
                let about = About::Extremes { grouping, names: None };
                let mut finding = blank(about, self.crossed.outcome, metric, Contrast::Value);
                finding.subjects = people.round() as u64;
                assessment.findings.push(match found {
                    None => {
                        let reason = if known.is_none() {
                            "needs-rows"
                        } else {
                            "fewer-than-two-groups"
                        };
                        finding.status = Status::Undefined(reason);
                        finding
                    }
                    Some(found) => self.told(
                        finding,
                        how,
                        if how == Crossing::Auc {
                            found.auc
                        } else {
                            found.information
                        },
                    ),
                });
            }
        }
        let tested: Vec<usize> = (0..assessment.proxies.len())
            .filter(|&i| assessment.proxies[i].p.is_some())
            .collect();
        let p: Vec<f64> = tested
            .iter()
            .filter_map(|&i| assessment.proxies[i].p.map(|(p, _)| p))
            .collect();
        for (i, adjusted) in tested.into_iter().zip(benjamini_hochberg(&p)) {
            if let Some(p) = &mut assessment.proxies[i].p {
                p.1 = adjusted;
            }
        }
    }

    fn told(&self, mut finding: Finding, how: Crossing, told: Told) -> Finding {
        finding.estimate = Some(told.value);
        let Some(delta) = of_told(how, told) else {
            return finding;
        };
        finding.standard_error = told.error.map(|(error, _)| error);
        finding.df = told.error.map(|(_, df)| df);
        finding.with_interval(self.plan, Recipe::Delta(delta))
    }

    fn proxy(
        &self,
        attribute: String,
        columns: Vec<String>,
        cells: &[proxies::Cell],
        groups: usize,
        found: Option<proxies::Tells>,
    ) -> Proxy {
        let with_ends = |how: Crossing, told: Told| {
            let interval = of_told(how, told).and_then(|delta| delta.interval(self.plan.level));
            (told.value, interval.map(|(ends, _)| ends))
        };
        let counted = everybody(cells);
        // Somebody with several values of a column counts once in each; the table stands for no more people than there are.
        let effect = if self.plan.subject.is_some() {
            (counted / self.tally.everyone.subjects as f64).max(1.0)
        } else {
            1.0
        };
        let strength = strength(cells, groups, effect, self.plan.level);
        Proxy {
            attribute,
            columns,
            subjects: (counted / effect).round() as u64,
            cramers_v: strength.map(|(v, ends, _)| (v, ends)),
            p: strength.and_then(|(_, _, p)| Some((p?, 1.0))),
            auc: found.map(|found| with_ends(Crossing::Auc, found.auc)),
            information: found.map(|found| with_ends(Crossing::Information, found.information)),
            right: found.map(|found| (found.right, found.right_blindly)),
        }
    }
}

fn delta(value: f64, error: f64, df: f64, scale: Scale) -> Delta {
    Delta {
        value,
        error,
        df,
        scale,
        how: "jackknife on people not seen by the search",
    }
}

/// How the interval of a cross-fitted number is made; `None` without an error.
fn of_told(how: Crossing, told: Told) -> Option<Delta> {
    let (error, df) = told.error?;
    let inside = told.value > 0.0 && told.value < 1.0;
    let (scale, error) = match how {
        Crossing::Auc if inside => (Scale::Logit, error / (told.value * (1.0 - told.value))),
        _ => (Scale::Plain, error),
    };
    Some(Delta {
        how: "jackknife, cross-fitted",
        ..delta(told.value, error, df, scale)
    })
}

/// By column: its labels, in their order.
pub(super) fn columns<'h>(crossings: &[Combination<'h>]) -> Vec<Vec<&'h Label>> {
    let count = crossings.first().map_or(0, |crossing| crossing.labels.len());
    (0..count)
        .map(|column| {
            let mut labels: Vec<&Label> = crossings.iter().map(|crossing| &crossing.labels[column]).collect();
            labels.sort();
            labels.dedup();
            labels
        })
        .collect()
}

/// How often a row of this decision and label counts in a linear combination.
pub(super) fn counted(linear: &[(Measure, i32)], pattern: u8, half: u8) -> f64 {
    let selected = pattern >= half;
    let label = match pattern % half {
        0 => None,
        label => Some(label == 2),
    };
    let of = |(measure, factor): &(Measure, i32)| Some(f64::from(*factor) * measure.of_row(selected, label)? as f64);
    linear.iter().filter_map(of).sum()
}

fn everybody(cells: &[proxies::Cell]) -> f64 {
    cells.iter().flat_map(|cell| &cell.people).sum()
}

/// People of known group by the values of some columns, and the number of groups. An unknown value is a value too.
fn people_by_group(
    crossings: &[Combination<'_>],
    people: &[Vec<f64>],
    attribute: usize,
    columns_asked: &[usize],
) -> (Vec<proxies::Cell>, usize) {
    let labels = columns(crossings);
    let number = |column: usize, label: &Label| labels[column].binary_search(&label).unwrap_or_default() as u32;
    let known: Vec<&&Label> = labels[attribute].iter().filter(|label| !label.is_missing()).collect();
    let mut cells: BTreeMap<(u32, Vec<u32>), Vec<f64>> = BTreeMap::new();
    for (crossing, people) in crossings.iter().zip(people) {
        let own = &crossing.labels[attribute];
        let Some(group) = known.iter().position(|label| **label == own) else {
            continue;
        };
        let values = columns_asked.iter().map(|&c| number(c, &crossing.labels[c])).collect();
        let sums = cells
            .entry((group as u32, values))
            .or_insert_with(|| vec![0.0; REPLICATES]);
        for (sum, count) in sums.iter_mut().zip(people) {
            *sum += count;
        }
    }
    let cells = cells
        .into_iter()
        .map(|((group, values), people)| proxies::Cell { group, values, people });
    (cells.collect(), known.len())
}

/// Bias-corrected Cramér's V of groups and values with its interval, and the p-value of no association.
fn strength(
    cells: &[proxies::Cell],
    groups: usize,
    effect: f64,
    level: f64,
) -> Option<(f64, Option<Ends>, Option<f64>)> {
    let mut values: Vec<&[u32]> = cells.iter().map(|cell| cell.values.as_slice()).collect();
    values.sort_unstable();
    values.dedup();
    let mut table = vec![vec![0.0; values.len()]; groups];
    for cell in cells {
        let place = values.binary_search(&cell.values.as_slice()).unwrap_or_default();
        table[cell.group as usize][place] += cell.people.iter().sum::<f64>() / effect;
    }
    let v = cramers_v_corrected(&table)?;
    let n: f64 = table.iter().flatten().sum();
    let seen = |sums: Vec<f64>| sums.iter().filter(|sum| **sum > 0.0).count() as f64 - 1.0;
    let rows = seen(table.iter().map(|row| row.iter().sum()).collect());
    let columns = seen(
        (0..values.len())
            .map(|c| table.iter().map(|row| row[c]).sum())
            .collect(),
    );
    let plain = cramers_v(&table)?;
    let (df, smaller) = (rows * columns, rows.min(columns));
    let statistic = n * plain * plain * smaller;
    let ends = noncentrality(statistic, df, level).and_then(|found| {
        let told = |noncentrality: f64| (noncentrality / (n * smaller)).sqrt().min(1.0);
        Ends::new(told(found.low), told(found.high))
    });
    Some((v, ends, chi2_sf(statistic, df)))
}
