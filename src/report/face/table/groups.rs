//! One outcome by one grouping: who was selected how often, and how that compares.

use super::axis::{Axis, EQUALITY, THRESHOLD};
use super::page::{Column, Grid, Keep, Page, mark};
use crate::report::model::v1::{Answer, Estimate, Gate, Group, Grouping, Outcome};
use crate::report::number::{self, UNDEFINED};
use crate::report::reason::plain;
use crate::report::text::quoted;
use crate::report::view::View;

/// The metric of the table.
pub(in crate::report::face) const MAIN: &str = "selection_rate";
/// Its counterpart for an unfavourable outcome.
pub(in crate::report::face) const SPARED: &str = "favourable_rate";
/// The grouping and the group of the whole log.
pub(in crate::report::face) const EVERYONE: &str = "(everyone)";

/// Writes the table of an outcome by a grouping.
pub(super) fn write<'a>(page: &mut Page, view: &View<'a>, outcome: &'a Outcome, grouping: &'a Grouping) {
    let table = Comparison::of(view, outcome, grouping);
    let direction = if outcome.favourable {
        "favourable: a lower rate is worse"
    } else {
        "unfavourable: a higher rate is worse"
    };
    page.heading(&format!(
        "{} by {} · {MAIN}, worst first · {direction}",
        quoted(&outcome.name),
        quoted(&grouping.attribute),
    ));
    table.write(page);
}

/// A row of the table: a group and what is known of it.
struct Line<'a> {
    group: &'a Group,
    rate: Option<&'a Estimate>,
    spared: Option<&'a Estimate>,
    gap: Option<&'a Estimate>,
    ratio: Option<&'a Estimate>,
    answers: Vec<(&'a Gate, &'a Answer)>,
}

struct Comparison<'a> {
    grouping: &'a Grouping,
    unfavourable: bool,
    min_subjects: u64,
    /// The metric whose gap and ratio are shown.
    compared: &'a str,
    /// The contrast that is drawn: the one that a gate looks at, else the rate.
    drawn: &'a str,
    bounds: Vec<f64>,
    everyone: Option<&'a Estimate>,
    lines: Vec<Line<'a>>,
}

impl<'a> Comparison<'a> {
    fn of(view: &View<'a>, outcome: &'a Outcome, grouping: &'a Grouping) -> Self {
        let attribute = grouping.attribute.as_str();
        let judged: Vec<(&Gate, &Answer)> = view
            .answers(&outcome.name, attribute)
            .filter(|(gate, answer)| {
                matches!(answer.metric.as_str(), MAIN | SPARED)
                    && matches!(gate.contrast.as_str(), "value" | "gap" | "ratio")
            })
            .collect();
        let (compared, drawn) = judged.first().map_or((MAIN, "value"), |(gate, answer)| {
            (answer.metric.as_str(), gate.contrast.as_str())
        });
        let bounds = judged
            .iter()
            .filter(|(gate, answer)| answer.metric == compared && gate.contrast == drawn)
            .flat_map(|(gate, _)| gate.min.into_iter().chain(gate.max))
            .collect();
        let find = |group: &'a Group, metric: &'a str, contrast: &'a str| {
            view.estimate(&outcome.name, attribute, &group.group, metric, contrast)
        };
        let lines: Vec<Line> = view
            .worst_first(outcome, grouping, MAIN)
            .into_iter()
            .map(|group| Line {
                group,
                rate: find(group, MAIN, "value"),
                spared: find(group, SPARED, "value"),
                gap: find(group, compared, "gap"),
                ratio: find(group, compared, "ratio"),
                answers: judged
                    .iter()
                    .filter(|(_, answer)| answer.group == group.group)
                    .copied()
                    .collect(),
            })
            .collect();
        Self {
            grouping,
            unfavourable: !outcome.favourable,
            min_subjects: view.result.audit.min_subjects,
            compared,
            drawn,
            bounds,
            everyone: view.estimate(&outcome.name, EVERYONE, EVERYONE, MAIN, "value"),
            lines,
        }
    }

    fn drawn<'l>(&self, line: &'l Line<'a>) -> Option<&'l Estimate> {
        match (self.drawn, self.compared) {
            ("ratio", _) => line.ratio,
            ("gap", _) => line.gap,
            (_, SPARED) => line.spared,
            _ => line.rate,
        }
    }

    fn axis(&self) -> Option<Axis> {
        let mut marks: Vec<(f64, char)> = self.bounds.iter().map(|x| (*x, THRESHOLD)).collect();
        match self.drawn {
            "ratio" => marks.push((1.0, EQUALITY)),
            "gap" => marks.push((0.0, EQUALITY)),
            _ => {}
        }
        // A handful of people has an interval that would flatten all others.
        let any_judged = self.lines.iter().any(|line| line.group.judged);
        let ends = self
            .lines
            .iter()
            .filter(|line| line.group.judged || !any_judged)
            .filter_map(|line| self.drawn(line))
            .flat_map(|e| [e.estimate, e.low, e.high])
            .flatten();
        Axis::over(ends, marks)
    }

    fn is_reference(&self, group: &Group) -> bool {
        self.grouping.reference.as_deref() == Some(group.group.as_str())
    }

    fn write(&self, page: &mut Page) {
        let axis = self.axis();
        let drawing = || Column::text(if axis.is_some() { "interval" } else { "" }, Keep::Drop(4));
        let by_value = !matches!(self.drawn, "ratio" | "gap");
        let mut columns = vec![
            Column::text("group", Keep::Cut),
            Column::number("people", Keep::Drop(2)),
            Column::number("rows", Keep::Drop(6)),
            Column::number("rate", Keep::Whole),
            Column::text("[low, high]", Keep::Drop(9)),
            Column::number(if self.unfavourable { "spared" } else { "" }, Keep::Drop(5)),
        ];
        let compared = [
            Column::number("gap", Keep::Drop(if self.drawn == "gap" { 1 } else { 8 })),
            Column::text("ratio [low, high]", Keep::Drop(3)),
        ];
        if by_value {
            columns.push(drawing());
            columns.extend(compared);
        } else {
            columns.extend(compared);
            columns.push(drawing());
        }
        columns.push(Column::number("adj. p", Keep::Drop(7)));
        columns.push(Column::text("gate", Keep::Whole));
        let mut grid = Grid::new(columns);
        for line in &self.lines {
            grid.row(self.cells(line, axis.as_ref(), by_value));
        }
        if grid.is_empty() {
            page.text("no group has a row with a decision");
            return;
        }
        page.grid(grid);
        self.write_legend(page, axis.as_ref());
    }

    fn cells(&self, line: &Line, axis: Option<&Axis>, by_value: bool) -> Vec<String> {
        let group = line.group;
        let reference = self.is_reference(group);
        let bounds = |contrast: &str| match contrast == self.drawn {
            true => self.bounds.as_slice(),
            false => &[],
        };
        let number = |e: Option<&Estimate>, bounds: &[f64]| match e.map(|e| e.estimate) {
            Some(Some(x)) => number::beside(x, bounds),
            Some(None) => UNDEFINED.to_owned(),
            None => String::new(),
        };
        let interval = |e: Option<&Estimate>, bounds: &[f64]| match e {
            Some(e) if e.estimate.is_some() => number::interval(e.low, e.high, bounds),
            _ => String::new(),
        };
        let mut cells = vec![
            format!("{}{}", flag(line, self.min_subjects), group.group),
            number::count(group.subjects),
            number::count(group.rows),
            number(line.rate, if self.compared == MAIN { bounds("value") } else { &[] }),
            interval(line.rate, &[]),
            match self.unfavourable {
                true => number(line.spared, if self.compared == SPARED { bounds("value") } else { &[] }),
                false => String::new(),
            },
        ];
        let drawing = match (axis, self.drawn(line)) {
            (Some(axis), Some(e)) => e.estimate.map_or_else(String::new, |x| axis.draw(x, e.low, e.high)),
            (Some(axis), None) if reference && self.drawn == "ratio" => axis.draw(1.0, None, None),
            (Some(axis), None) if reference && self.drawn == "gap" => axis.draw(0.0, None, None),
            _ => String::new(),
        };
        let gap = number(line.gap, bounds("gap"));
        let ratio = if reference {
            "reference".to_owned()
        } else {
            let ratio = number(line.ratio, bounds("ratio"));
            format!("{ratio} {}", interval(line.ratio, bounds("ratio")))
                .trim()
                .to_owned()
        };
        if by_value {
            cells.extend([drawing, gap, ratio]);
        } else {
            cells.extend([gap, ratio, drawing]);
        }
        let adjusted = line.ratio.or(line.gap).and_then(|e| e.p_adjusted);
        cells.push(adjusted.map_or_else(String::new, number::p_value));
        cells.push(marks(&line.answers));
        cells
    }

    fn write_legend(&self, page: &mut Page, axis: Option<&Axis>) {
        if let Some((e, rate)) = self.everyone.and_then(|e| Some((e, e.estimate?))) {
            page.text(&format!(
                "everyone: {} {}",
                number::number(rate),
                number::interval(e.low, e.high, &[])
            ));
        }
        if let Some(reference) = &self.grouping.reference {
            page.text(&format!(
                "compared with {}{}",
                match reference.as_str() {
                    "(rest)" => "everybody else".to_owned(),
                    "(overall)" => "everybody together".to_owned(),
                    name => quoted(name),
                },
                match self.grouping.reference_rule.as_str() {
                    "largest" => ", the largest group",
                    "best" => ", the best-off group",
                    _ => "",
                }
            ));
        } else {
            page.text("no group to compare with: rates only");
        }
        if self.compared == SPARED {
            page.text(&format!(
                "gap and ratio are of the {SPARED}, the share that was spared; a lower one is worse"
            ));
        }
        if let Some(axis) = axis {
            let what = match (self.drawn, self.compared) {
                ("ratio" | "gap", _) => self.drawn,
                (_, SPARED) => "share that was spared",
                _ => "rate",
            };
            let mut legend = format!(
                "interval: the {what} from {} to {}",
                number::number(axis.low),
                number::number(axis.high)
            );
            if matches!(self.drawn, "ratio" | "gap") {
                legend.push_str(&format!(", {EQUALITY} equality"));
            }
            if !self.bounds.is_empty() {
                let mut bounds: Vec<String> = self.bounds.iter().map(|x| number::bound(*x)).collect();
                bounds.dedup();
                bounds.sort();
                bounds.dedup();
                legend.push_str(&format!(", {THRESHOLD} threshold {}", bounds.join(" and ")));
            }
            page.text(&legend);
        }
        if self.lines.iter().any(|line| flag(line, self.min_subjects) == FEW) {
            page.text(&format!(
                "{FEW}fewer than {}: shown, not judged",
                number::counted(self.min_subjects, "person", "people")
            ));
        }
        if self.lines.iter().any(|line| flag(line, self.min_subjects) == UNKNOWN) {
            page.text(&format!("{UNKNOWN}attribute not known: shown, not judged"));
        }
        self.write_undefined(page);
    }

    /// Why numbers are undefined, once per reason.
    fn write_undefined(&self, page: &mut Page) {
        let mut reasons: Vec<(&str, Vec<String>)> = Vec::new();
        for line in &self.lines {
            for e in [line.rate, line.spared, line.gap, line.ratio].into_iter().flatten() {
                if e.estimate.is_some() || self.is_reference(line.group) {
                    continue;
                }
                let reason = e.reason.as_deref().unwrap_or("undefined");
                let name = quoted(&line.group.group);
                match reasons.iter_mut().find(|(known, _)| *known == reason) {
                    Some((_, names)) if names.contains(&name) => {}
                    Some((_, names)) => names.push(name),
                    None => reasons.push((reason, vec![name])),
                }
            }
        }
        for (reason, names) in reasons {
            let more = match names.len().saturating_sub(3) {
                0 => String::new(),
                n => format!(" and {n} more"),
            };
            let names = names.into_iter().take(3).collect::<Vec<_>>().join(", ");
            page.text(&format!("{UNDEFINED} {names}{more}: {}", plain(reason)));
        }
    }
}

/// In front of a group with too few people.
pub(in crate::report::face) const FEW: &str = "† ";
/// In front of a group that is not judged for another reason: the attribute is not known.
pub(in crate::report::face) const UNKNOWN: &str = "‡ ";

fn flag(line: &Line, min_subjects: u64) -> &'static str {
    match (line.group.judged, line.group.subjects < min_subjects) {
        (true, _) => "",
        (false, true) => FEW,
        (false, false) => UNKNOWN,
    }
}

/// The gates' answers about a group, worst first, each word once.
fn marks(answers: &[(&Gate, &Answer)]) -> String {
    let known = ["fail", "inconclusive", "pass"];
    let found = |verdict: &str| answers.iter().any(|(_, answer)| answer.verdict == verdict);
    known
        .into_iter()
        .find(|verdict| found(verdict))
        .map_or_else(String::new, mark)
}
