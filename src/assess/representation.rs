//! Who is in the log, against who could be.

use super::finding::{About, Finding, Recipe, Status};
use super::{Place, blank};
use crate::catalogue::{Contrast, ListSide, Metric};
use crate::inference::goodness_of_fit::{goodness_of_fit, one_share};

/// Name of the population in reports.
const POPULATION: &str = "(population)";

/// A group of the population.
struct Listed {
    name: String,
    about: About,
    people: f64,
    rows: u64,
    share: f64,
}

impl Place<'_> {
    /// Shares of people by group against those of the reference population, and whether all fit together.
    ///
    /// People are counted, never rows. Groups that the population does not list are left out of the shares, as are people
    /// of unknown group.
    pub(super) fn representation(&self, metric: Metric, findings: &mut Vec<Finding>) {
        let Some(population) = &self.plan.groupings[self.grouping].population else {
            return;
        };
        // A population of items says what lists should hold, not who should be in the log.
        if self.plan.side(self.grouping) == ListSide::Item {
            return;
        }
        let listed: Vec<Listed> = population
            .iter()
            .map(|(name, share)| self.listed(name, *share))
            .collect();
        let whole: f64 = listed.iter().map(|group| group.people).sum();
        for group in &listed {
            for contrast in [Contrast::Value, Contrast::Gap, Contrast::Ratio] {
                let mut finding = blank(group.about.clone(), self.outcome, metric, contrast);
                // A group of few people is what representation is about: it is judged however few they are.
                finding.subjects = group.people as u64;
                finding.rows = group.rows;
                finding.fraction = Some((group.people, whole));
                if whole <= 0.0 {
                    finding.status = Status::Undefined("no-denominator");
                    findings.push(finding);
                    continue;
                }
                let own = group.people / whole;
                finding.estimate = Some(match contrast {
                    Contrast::Gap => own - group.share,
                    Contrast::Ratio => own / group.share,
                    _ => own,
                });
                if contrast != Contrast::Value {
                    finding.reference = Some(POPULATION.to_owned());
                    finding.test =
                        one_share(group.people, whole, group.share).map(|test| (test.name.to_owned(), test.p));
                }
                findings.push(finding.with_interval(
                    self.plan,
                    Recipe::Share {
                        people: group.people,
                        of: whole,
                        known: group.share,
                        contrast,
                    },
                ));
            }
        }
        findings.push(self.whole_fit(metric, &listed, whole));
    }

    fn listed(&self, name: &str, share: f64) -> Listed {
        let groups = &self.groups().groups;
        let found = self.in_scope().into_iter().find(|&group| groups[group].name() == name);
        match found {
            Some(group) => Listed {
                name: name.to_owned(),
                about: self.about(group),
                people: groups[group].sums(self.outcome).subjects as f64,
                rows: groups[group].rows,
                share,
            },
            None => Listed {
                name: name.to_owned(),
                about: About::Absent {
                    grouping: self.grouping,
                    name: name.to_owned(),
                },
                people: 0.0,
                rows: 0,
                share,
            },
        }
    }

    /// What the reader of shares against a population must know.
    pub(super) fn representation_notes(&self) -> Vec<String> {
        let planned = &self.plan.groupings[self.grouping];
        let Some(population) = &planned.population else {
            return Vec::new();
        };
        if self.plan.side(self.grouping) == ListSide::Item {
            return Vec::new();
        }
        let groups = &self.groups().groups;
        let others = self.in_scope().into_iter().filter(|&group| {
            let name = groups[group].name();
            groups[group].is_known() && !population.iter().any(|(known, _)| *known == name)
        });
        let named: Vec<String> = others
            .map(|group| format!("`{}` ({} people)", groups[group].name(), groups[group].subjects))
            .collect();
        let mut notes = Vec::new();
        if !named.is_empty() {
            notes.push(format!(
                "The population of `{}` does not list {}: they are left out of the shares.",
                planned.name,
                named.join(", ")
            ));
        }
        if self.groups().several > 0 {
            notes.push(format!(
                "People in several groups of `{}` count in each for its representation.",
                planned.name
            ));
        }
        notes
    }

    /// The largest distance between a share and the population's, with the test that all fit. A group of the population of
    /// which nobody is in the log counts with nobody.
    fn whole_fit(&self, metric: Metric, listed: &[Listed], whole: f64) -> Finding {
        let distance = |group: &Listed| group.people / whole - group.share;
        let ordered = |a: &&Listed, b: &&Listed| distance(a).total_cmp(&distance(b));
        let (lowest, highest) = (listed.iter().min_by(ordered), listed.iter().max_by(ordered));
        let names = lowest
            .zip(highest)
            .map(|(low, high)| (low.name.clone(), high.name.clone()));
        let about = About::Extremes {
            grouping: self.grouping,
            names: names.filter(|_| whole > 0.0),
        };
        let mut finding = blank(about, self.outcome, metric, Contrast::MaxGap);
        finding.reference = Some(POPULATION.to_owned());
        finding.subjects = whole as u64;
        if whole <= 0.0 {
            finding.status = Status::Undefined("no-denominator");
            return finding;
        }
        finding.estimate = listed.iter().map(|group| distance(group).abs()).reduce(f64::max);
        let (counts, shares): (Vec<f64>, Vec<f64>) = listed.iter().map(|group| (group.people, group.share)).unzip();
        finding.test = goodness_of_fit(&counts, &shares).map(|test| (test.name.to_owned(), test.p));
        finding
    }
}
