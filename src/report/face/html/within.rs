//! What a comparison becomes within strata, among people who are alike, and over everything that is not known.

use super::block::{Block, Grid, Prose, number, text};
use super::charts::{equality, figure};
use super::context::{Context, optional};
use super::groups::whole;
use crate::report::face::table::missing::tipping;
use crate::report::face::table::within::words;
use crate::report::model::v1::{Bound, ChiSquare, Grouping, LabelBound, Matched, Outcome, Within};
use crate::report::number::{self, UNDEFINED, count, interval, p_value, percent};
use crate::report::svg::dots::{Kind, Mark, Row};
use crate::report::text::quoted;

/// A row of a gap that is no estimate of its own.
fn gap(label: String, x: Option<f64>, low: Option<f64>, high: Option<f64>, kind: Kind) -> Row {
    let shown = x.map_or_else(
        || UNDEFINED.to_owned(),
        |x| {
            format!("{} {}", number::number(x), interval(low, high, &[]))
                .trim_end()
                .to_owned()
        },
    );
    Row {
        label,
        estimate: x,
        low,
        high,
        shown,
        kind,
    }
}

/// How the plain gap of a group looks, and the one that is better founded.
fn kinds(grouping: &Grouping, group: &str) -> (Kind, Kind) {
    match grouping.groups.iter().find(|known| known.group == group) {
        Some(group) if !group.judged => (Kind::Unjudged, Kind::Unjudged),
        _ => (Kind::Weaker, Kind::Plain),
    }
}

fn marks() -> Vec<Mark> {
    equality("gap").into_iter().collect()
}

/// A section for each set of factors within which the groups are compared.
pub(super) fn strata(context: &Context, outcome: &Outcome, grouping: &Grouping, level: u8) -> Vec<Block> {
    let of_place = |w: &&Within| w.outcome == outcome.name && w.attribute == grouping.attribute;
    let all: Vec<&Within> = context.result.within.iter().filter(of_place).collect();
    let mut factors: Vec<&str> = all.iter().map(|w| w.given.as_str()).collect();
    factors.dedup();
    factors
        .into_iter()
        .map(|given| {
            let own: Vec<&Within> = all.iter().filter(|w| w.given == given).copied().collect();
            strata_within(context, (outcome, grouping), given, &own, level)
        })
        .collect()
}

fn strata_within(
    context: &Context,
    (outcome, grouping): (&Outcome, &Grouping),
    given: &str,
    all: &[&Within],
    level: u8,
) -> Block {
    let given = quoted(given);
    let against = all
        .first()
        .map_or_else(String::new, |w| format!(" to {}", quoted(&w.reference)));
    let mut blocks = vec![Block::text(&format!(
        "The gap{against} as it is, and the gap if both groups had everybody's spread over {given}. A gap may come from what people asked for and not from who they are; what is explained is not yet justified."
    ))];
    let rows = all.iter().flat_map(|w| {
        let (plain, inside) = kinds(grouping, &w.group);
        [
            gap(
                format!("{}, as it is", w.group),
                Some(w.crude),
                w.crude_low,
                w.crude_high,
                plain,
            ),
            gap(
                format!("{}, within", w.group),
                w.adjusted,
                w.adjusted_low,
                w.adjusted_high,
                inside,
            ),
        ]
    });
    let title = format!("Gap as it is and within {given}");
    let about = format!("{} by {}.", quoted(&outcome.name), quoted(&grouping.attribute));
    let figure = figure(context, (&title, &about), rows.collect(), marks())
        .map(|figure| figure.with_legend("○ as it is · ● within"));
    blocks.extend(figure.map(|figure| Block::Figures(vec![figure])));
    let mut grid = Grid::new(
        context.id(),
        &format!(
            "{} by {}, within {given}",
            quoted(&outcome.name),
            quoted(&grouping.attribute)
        ),
        "group",
        vec![
            number("gap as it is"),
            number("gap within"),
            text("says"),
            number("common ratio (Mantel-Haenszel)"),
            number("common odds ratio"),
            number("part of the gap by spread"),
            number("strata"),
            number("rows in shared strata"),
            number("p of no difference in any stratum"),
            number("p that all strata are alike"),
        ],
    );
    for w in all {
        let ends = |x: Option<f64>, low, high| gap(String::new(), x, low, high, Kind::Plain).shown;
        let common = |metric: &str| {
            let estimates = context.estimates(&outcome.name, &grouping.attribute);
            let mut found = estimates.iter().filter(|e| {
                e.metric == metric && e.given.as_ref() == Some(&w.given) && e.group == w.group && e.contrast != "value"
            });
            context.shown(found.next().copied())
        };
        let p = |test: &Option<ChiSquare>| test.as_ref().map_or_else(String::new, |test| p_value(test.p_value));
        grid.row(
            &w.group,
            vec![
                ends(Some(w.crude), w.crude_low, w.crude_high),
                ends(w.adjusted, w.adjusted_low, w.adjusted_high),
                words(&w.agreement).to_owned(),
                common("mantel_haenszel_ratio"),
                common("mantel_haenszel_odds_ratio"),
                common("composition_effect"),
                count(w.strata),
                percent(w.shared),
                p(&w.association),
                p(&w.homogeneity),
            ],
        );
    }
    blocks.extend(grid.block());
    context.section(level, &format!("Within {given}"), blocks)
}

/// Groups among people who are alike.
pub(super) fn matched(context: &Context, outcome: &Outcome, grouping: &Grouping, level: u8) -> Option<Block> {
    let of_place = |m: &&Matched| m.outcome == outcome.name && m.attribute == grouping.attribute;
    let all: Vec<&Matched> = context.result.matched.iter().filter(of_place).collect();
    let first = all.first()?;
    let place = format!("{} by {}", quoted(&outcome.name), quoted(&grouping.attribute));
    let mut blocks = vec![Block::text(&format!(
        "Rows of each group are compared with rows of {} that are alike in the columns below.",
        quoted(&first.reference)
    ))];
    let rows = all.iter().flat_map(|m| {
        let (plain, alike) = kinds(grouping, &m.group);
        [
            gap(format!("{}, as it is", m.group), m.crude, None, None, plain),
            gap(
                format!("{}, among alike", m.group),
                Some(m.gap),
                m.gap_low,
                m.gap_high,
                alike,
            ),
        ]
    });
    let figure = figure(
        context,
        ("Gap as it is and among people who are alike", &format!("{place}.")),
        rows.collect(),
        marks(),
    );
    let figure = figure.map(|figure| figure.with_legend("○ as it is · ● among alike"));
    blocks.extend(figure.map(|figure| Block::Figures(vec![figure])));
    let mut grid = Grid::new(
        context.id(),
        &format!("{place}, among people who are alike"),
        "group",
        vec![
            number("rows"),
            number("matched"),
            number("gap as it is"),
            number("gap among alike [low,\u{a0}high]"),
            number("treated differently"),
            number("interval"),
        ],
    );
    for m in &all {
        grid.row(
            &m.group,
            vec![
                whole(m.rows),
                percent(m.matched / m.rows),
                optional(m.crude),
                gap(String::new(), Some(m.gap), m.gap_low, m.gap_high, Kind::Plain).shown,
                percent(m.differently),
                interval(m.differently_low, m.differently_high, &[]),
            ],
        );
    }
    blocks.extend(grid.block());
    let mut balance = Grid::new(
        context.id(),
        &format!("{place}: how far apart both sides are, by column"),
        "column",
        vec![number("before matching"), number("after"), text("measured in")],
    );
    for m in &all {
        balance.part(&format!("{} and {}", quoted(&m.group), quoted(&m.reference)));
        for b in &m.balance {
            let shown = |x: f64| match b.unit.as_str() {
                "share" => percent(x),
                _ => number::number(x),
            };
            balance.row(&b.column, vec![shown(b.before), shown(b.after), b.unit.clone()]);
        }
    }
    blocks.extend(balance.block());
    Some(context.section(level, "Among people who are alike", blocks))
}

/// What rows of unknown group could hide.
pub(super) fn unknown_groups(context: &Context, outcome: &Outcome, grouping: &Grouping, level: u8) -> Option<Block> {
    let of_place = |b: &&Bound| b.outcome == outcome.name && b.attribute == grouping.attribute;
    let all: Vec<&Bound> = context.result.bounds.iter().filter(of_place).collect();
    let first = all.first()?;
    let mut blocks = vec![Block::text(&format!(
        "{} rows are of unknown group; {} of them were selected. Whoever they are, the comparisons with {} lie between these numbers.",
        whole(first.unknown),
        percent(first.unknown_selected / first.unknown),
        quoted(&first.reference)
    ))];
    let mut grid = Grid::new(
        context.id(),
        &format!(
            "{} by {}: what the unknown could hide",
            quoted(&outcome.name),
            quoted(&grouping.attribute)
        ),
        "group",
        vec![
            number("lowest gap"),
            number("highest gap"),
            number("lowest ratio"),
            number("highest ratio"),
            text("gates that hang on it"),
        ],
    );
    for b in &all {
        grid.row(
            &b.group,
            vec![
                optional(b.gap_low),
                optional(b.gap_high),
                optional(b.ratio_low),
                optional(b.ratio_high),
                b.gates_hanging.join(", "),
            ],
        );
    }
    blocks.extend(grid.block());
    let tips: Vec<Prose> = all
        .iter()
        .flat_map(|b| b.tipping.iter().map(|tip| tipping(&b.group, &b.reference, tip)))
        .map(|words| Prose::new(&format!("{words}.")))
        .collect();
    if !tips.is_empty() {
        blocks.push(Block::List(tips));
    }
    Some(context.section(level, "What the unknown could hide", blocks))
}

/// What rows of unknown label could hide.
pub(super) fn unknown_labels(context: &Context, outcome: &Outcome, grouping: &Grouping, level: u8) -> Option<Block> {
    let of_place = |b: &&LabelBound| b.outcome == outcome.name && b.attribute == grouping.attribute;
    let all: Vec<&LabelBound> = context.result.label_bounds.iter().filter(of_place).collect();
    let mut grid = Grid::new(
        context.id(),
        &format!(
            "{} by {}: what unknown labels could hide",
            quoted(&outcome.name),
            quoted(&grouping.attribute)
        ),
        "group",
        vec![
            number("selected without a label"),
            number("others without a label"),
            number("lowest"),
            number("highest"),
            number("lowest gap"),
            number("highest gap"),
            number("lowest ratio"),
            number("highest ratio"),
            text("gates that hang on it"),
        ],
    );
    let share = |part: f64, whole: f64| {
        if whole > 0.0 {
            percent(part / whole)
        } else {
            String::new()
        }
    };
    let mut metrics: Vec<&str> = Vec::new();
    for b in &all {
        if !metrics.contains(&b.metric.as_str()) {
            metrics.push(&b.metric);
        }
    }
    for metric in metrics {
        grid.part(&quoted(metric));
        for b in all.iter().filter(|b| b.metric == metric) {
            let compared = |x: Option<f64>| b.reference.as_ref().map_or_else(String::new, |_| optional(x));
            grid.row(
                &b.group,
                vec![
                    share(b.selected_unlabelled, b.selected),
                    share(b.others_unlabelled, b.others),
                    optional(b.low),
                    optional(b.high),
                    compared(b.gap_low),
                    compared(b.gap_high),
                    compared(b.ratio_low),
                    compared(b.ratio_high),
                    b.gates_hanging.join(", "),
                ],
            );
        }
    }
    let fold = Block::Fold(
        Prose::new("The numbers where unknown labels make them lowest and highest"),
        vec![grid.block()?],
    );
    Some(context.section(level, "What unknown labels could hide", vec![fold]))
}
