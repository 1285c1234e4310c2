//! How groups are treated among people who are alike.

use super::crossed::{Hunt, columns, counted};
use super::finding::{About, Delta, Finding, Recipe, Scale, Status};
use super::side::Ends;
use super::{Assessment, Chosen, blank};
use crate::catalogue::{Contrast, Crossing, Measure};
use crate::diagnostic::Diagnostic;
use crate::inference::matching::{self, Alike, Cell, Told};
use crate::plan::Nearness;
use crate::tally::Label;
use crate::tally::histogram::{Histogram, PEOPLE, REPLICATES};

/// A group compared with others who are alike.
#[derive(Debug, Clone, PartialEq)]
pub struct Matched {
    /// The outcome.
    pub outcome: usize,
    /// The grouping.
    pub grouping: usize,
    /// The group.
    pub group: usize,
    /// Name of whom it is compared with.
    pub reference: String,
    /// Rows of the group, and those of them that have a match.
    pub rows: (f64, f64),
    /// The gap as it is, of all rows.
    pub crude: Option<f64>,
    /// The gap to the matches, with its interval.
    pub gap: (f64, Option<Ends>),
    /// Share of pairs that are treated differently, with its interval.
    pub differently: (f64, Option<Ends>),
    /// By column: name, how far apart the sides are before and after matching, and whether that is in standard deviations of
    /// a number (else the difference of shares).
    pub balance: Vec<(String, f64, f64, bool)>,
}

impl Hunt<'_> {
    /// Findings among people who are alike.
    ///
    /// # Errors
    /// A column that must be near holds something that is no number.
    pub(super) fn matching(
        &self,
        histogram: Option<&Histogram>,
        (exact, nearness): (usize, Nearness),
        assessment: &mut Assessment,
    ) -> Result<(), Diagnostic> {
        let attribute = self.crossed.attributes[0];
        let mut groupings = self.plan.groupings.iter();
        let Some(grouping) = groupings.position(|grouping| grouping.attributes == [attribute]) else {
            return Ok(());
        };
        let (cells, labels) = match histogram {
            Some(histogram) => self.alike_cells(histogram, exact)?,
            None => (Vec::new(), Vec::new()),
        };
        let near = (self.crossed.attributes.len() > 1 + exact).then_some(matching::Nearness {
            neighbours: nearness.neighbours as f64,
            caliper: nearness.caliper,
        });
        let alike = Alike::new(&cells, near);
        let lacking = match (histogram, &alike) {
            (None, _) => Some("needs-rows"),
            (_, None) => Some("too-many-to-match"),
            _ => None,
        };
        let outcome = self.crossed.outcome;
        let chosen = assessment.references[outcome][grouping].clone();
        let groups = &self.tally.groupings[grouping].groups;
        let number = |group: usize| {
            let place = labels.iter().position(|label| *label == groups[group].labels[0]);
            place.map(|place| place as u32)
        };
        let known: Vec<usize> = (0..groups.len())
            .filter(|&group| groups[group].is_known() && groups[group].is_in_scope())
            .collect();
        let consistent = self.consistent(
            alike.as_ref(),
            &known.iter().map(|&group| number(group)).collect::<Vec<_>>(),
        );
        if let Some(metric) = self.asked(Crossing::Consistency) {
            let finding = blank(About::Everyone, outcome, metric, Contrast::Value);
            // Once is enough: everybody is the same by every attribute.
            if grouping == 0 {
                let everybody = consistent.last().copied().flatten();
                assessment
                    .findings
                    .push(self.matched_finding(finding, everybody, lacking));
            }
        }
        for (place, group) in known.into_iter().enumerate() {
            let about = || About::Group { grouping, group };
            let judged = |mut finding: Finding| {
                finding.subjects = groups[group].subjects;
                finding.rows = groups[group].rows;
                if !assessment.judged[grouping][group] {
                    finding.status = Status::Unjudged("too-few-subjects");
                }
                finding
            };
            let own = number(group);
            if let Some(metric) = self.asked(Crossing::Consistency) {
                let told = consistent[place];
                let finding = judged(blank(about(), outcome, metric, Contrast::Value));
                assessment.findings.push(self.matched_finding(finding, told, lacking));
            }
            let (reference, others): (String, Box<dyn Fn(u32) -> bool>) = match &chosen {
                Chosen::Group(other) if *other != group => {
                    let other_number = number(*other);
                    (groups[*other].name(), Box::new(move |cell| Some(cell) == other_number))
                }
                Chosen::Rest => ("(rest)".to_owned(), Box::new(move |cell| Some(cell) != own)),
                Chosen::Overall => ("(overall)".to_owned(), Box::new(|_| true)),
                _ => continue,
            };
            let found = own
                .zip(alike.as_ref())
                .and_then(|(own, alike)| alike.matched(own, &*others));
            for (how, contrast, told) in [
                (
                    Crossing::MatchedGap,
                    Contrast::Gap,
                    found.as_ref().map(|found| found.gap),
                ),
                (
                    Crossing::Differently,
                    Contrast::Value,
                    found.as_ref().map(|found| found.differently),
                ),
            ] {
                let Some(metric) = self.asked(how) else { continue };
                let mut finding = judged(blank(about(), outcome, metric, contrast));
                finding.reference = Some(reference.clone());
                if let Some(found) = &found {
                    finding.rows = found.matched.round() as u64;
                }
                assessment.findings.push(self.matched_finding(finding, told, lacking));
            }
            if let Some(found) = found {
                let rate = |who: &dyn Fn(&Cell) -> bool| {
                    let rows = cells.iter().filter(|cell| who(cell)).flat_map(|cell| &cell.counts);
                    let [x, n] = rows.fold([0.0; 2], |all, count| [all[0] + count[0], all[1] + count[1]]);
                    (n > 0.0).then(|| x / n)
                };
                let mine = rate(&|cell| cell.group == own);
                let theirs = rate(&|cell| cell.group.is_some_and(&*others));
                assessment.matched.push(Matched {
                    outcome,
                    grouping,
                    group,
                    reference,
                    rows: (found.rows, found.matched),
                    crude: mine.zip(theirs).map(|(mine, theirs)| mine - theirs),
                    gap: self.with_ends(found.gap, Scale::Plain),
                    differently: self.with_ends(found.differently, share_scale(found.differently.0)),
                    balance: self.balance(&found, exact),
                });
            }
        }
        Ok(())
    }

    /// Consistency of each group, then of everybody.
    fn consistent(&self, alike: Option<&Alike<'_>>, groups: &[Option<u32>]) -> Vec<Option<Told>> {
        let (Some(alike), Some(_)) = (alike, self.asked(Crossing::Consistency)) else {
            return vec![None; groups.len() + 1];
        };
        let of_groups: Vec<_> = groups
            .iter()
            .map(|&group| move |cell: &Cell| cell.group == group)
            .collect();
        let everybody = |_: &Cell| true;
        let mut questions: Vec<&dyn Fn(&Cell) -> bool> = Vec::new();
        questions.extend(of_groups.iter().map(|of_group| of_group as &dyn Fn(&Cell) -> bool));
        questions.push(&everybody);
        alike.consistency(&questions)
    }

    /// The cells, numbers in standard deviations, and the labels of the groups.
    fn alike_cells(&self, histogram: &Histogram, exact: usize) -> Result<(Vec<Cell>, Vec<Label>), Diagnostic> {
        const SELECTED: [(Measure, i32); 1] = [(Measure::Selected, 1)];
        const ROWS: [(Measure, i32); 1] = [(Measure::Rows, 1)];
        let half = if self.plan.outcomes[self.crossed.outcome].actual.is_some() {
            3
        } else {
            1
        };
        let crossings = self.cells(histogram);
        let labels = columns(&crossings);
        let mut cells: Vec<Cell> = Vec::new();
        for crossing in &crossings {
            let near = &crossing.labels[1 + exact..];
            // Whose number is not known is near nobody.
            if near.iter().any(Label::is_missing) {
                continue;
            }
            let mut counts = vec![[0.0; 2]; REPLICATES];
            for counter in crossing.counters.iter().filter(|c| c.pattern != PEOPLE) {
                let count = &mut counts[usize::from(counter.replicate)];
                count[0] += counter.weight * counted(&SELECTED, counter.pattern, half);
                count[1] += counter.weight * counted(&ROWS, counter.pattern, half);
            }
            let place = |column: usize| {
                let label = &crossing.labels[column];
                labels[column].binary_search(&label).unwrap_or_default() as u32
            };
            let mut numbers = Vec::new();
            for (column, label) in near.iter().enumerate() {
                match label.name.trim().parse::<f64>() {
                    Ok(number) if number.is_finite() => numbers.push(number),
                    _ => return Err(self.not_near(column + 1 + exact, &label.name)),
                }
            }
            cells.push(Cell {
                group: (!crossing.labels[0].is_missing()).then(|| place(0)),
                exact: (1..=exact).map(place).collect(),
                near: numbers,
                people: self.people(&crossing.counters).iter().sum(),
                counts,
            });
        }
        for feature in 0..cells.first().map_or(0, |cell| cell.near.len()) {
            standardise(&mut cells, feature);
        }
        let groups = labels
            .first()
            .map_or_else(Vec::new, |labels| labels.iter().map(|label| (*label).clone()).collect());
        Ok((cells, groups))
    }

    fn not_near(&self, column: usize, value: &str) -> Diagnostic {
        Diagnostic::new(
            "not-a-number",
            format!(
                "\"{value}\" in `{}` is no number, so that nobody is near it",
                self.names()[column]
            ),
        )
        .help("name the column under `columns` of [matching], where values must be the same")
    }

    fn matched_finding(&self, mut finding: Finding, told: Option<Told>, lacking: Option<&'static str>) -> Finding {
        let Some((value, error)) = told else {
            finding.status = Status::Undefined(lacking.unwrap_or("nobody-alike"));
            return finding;
        };
        finding.estimate = Some(value);
        if let Some((error, df)) = error {
            finding.standard_error = Some(error);
            finding.df = Some(df);
            let scale = if finding.contrast == Contrast::Gap {
                Scale::Plain
            } else {
                share_scale(value)
            };
            return finding.with_interval(self.plan, Recipe::Delta(delta(value, error, df, scale)));
        }
        finding
    }

    pub(super) fn with_ends(&self, (value, error): Told, scale: Scale) -> (f64, Option<Ends>) {
        let ends = error.and_then(|(error, df)| delta(value, error, df, scale).interval(self.plan.level));
        (value, ends.map(|(ends, _)| ends))
    }

    fn balance(&self, found: &matching::Matched, exact: usize) -> Vec<(String, f64, f64, bool)> {
        let names = self.names();
        let same = found
            .apart
            .iter()
            .enumerate()
            .map(|(i, apart)| (names[1 + i].clone(), *apart, 0.0, false));
        let near = found
            .near
            .iter()
            .enumerate()
            .map(|(i, (before, after))| (names[1 + exact + i].clone(), *before, *after, true));
        same.chain(near).collect()
    }
}

pub(super) fn share_scale(value: f64) -> Scale {
    if value > 0.0 && value < 1.0 {
        Scale::Logit
    } else {
        Scale::Plain
    }
}

pub(super) fn delta(value: f64, error: f64, df: f64, scale: Scale) -> Delta {
    Delta {
        value,
        error: match scale {
            Scale::Logit => error / (value * (1.0 - value)),
            _ => error,
        },
        df,
        scale,
        how: "jackknife, matches kept",
    }
}

/// Makes a feature's standard deviation over rows 1.
fn standardise(cells: &mut [Cell], feature: usize) {
    let rows = |cell: &Cell| cell.counts.iter().map(|count| count[1]).sum::<f64>();
    let all: f64 = cells.iter().map(rows).sum();
    let mean = cells.iter().map(|cell| rows(cell) * cell.near[feature]).sum::<f64>() / all;
    let squares = cells
        .iter()
        .map(|cell| rows(cell) * (cell.near[feature] - mean).powi(2));
    let deviation = (squares.sum::<f64>() / all).sqrt();
    if deviation > 0.0 {
        for cell in cells {
            cell.near[feature] /= deviation;
        }
    }
}
