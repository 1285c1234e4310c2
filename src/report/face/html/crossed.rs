//! What a search for the worst-off group found, and which columns give a group away.

use super::block::{Block, Figure, Grid, Prose, number, text};
use super::charts::{equality, figure};
use super::context::{Context, optional};
use super::metrics;
use crate::report::face::table::crossed::summary;
use crate::report::face::table::groups::EVERYONE;
use crate::report::model::v1::{Estimate, Proxy, Search};
use crate::report::number::{self, count, interval, p_value, percent};
use crate::report::svg::dots::{Kind, Mark, Row};
use crate::report::text::quoted;

/// Rows of a chart; the table has all.
const DRAWN: usize = 12;

/// The groups of a search, and the numbers that belong to no attribute.
pub(super) fn search(context: &Context) -> Option<Block> {
    let mut blocks = Vec::new();
    if let Some(search) = &context.result.search {
        blocks.push(Block::text(&summary(search)));
        blocks.push(Block::text(
            "Rates, gaps and p are of the half of the people that the search has not seen; p is adjusted over the groups listed.",
        ));
        blocks.extend(found(context, search).map(|figure| Block::Figures(vec![figure])));
        blocks.extend(groups(context, search).block());
    }
    blocks.extend(elsewhere(context));
    if blocks.is_empty() {
        return None;
    }
    let heading = match &context.result.search {
        Some(search) => format!(
            "Search for the worst-off group of {}, by `{}`",
            quoted(&search.outcome),
            search.metric
        ),
        None => "Other numbers".to_owned(),
    };
    Some(context.section(2, &heading, blocks))
}

fn found(context: &Context, search: &Search) -> Option<Figure> {
    let rows = search.groups.iter().take(DRAWN).map(|group| {
        let ends = interval(group.low, group.high, &[]);
        Row {
            label: group.group.clone(),
            estimate: group.gap,
            low: group.low,
            high: group.high,
            shown: format!("{} {ends}", optional(group.gap)).trim_end().to_owned(),
            kind: if group.confirmed { Kind::Plain } else { Kind::Weaker },
        }
    });
    let title = "Gap to everybody else, on the half that was not searched";
    let marks = equality("gap").into_iter().collect();
    let figure = figure(context, (title, "Most surely bad first."), rows.collect(), marks)?;
    Some(figure.with_legend("● confirmed · ○ not told from chance"))
}

fn groups(context: &Context, search: &Search) -> Grid {
    let mut grid = Grid::new(
        context.id(),
        "Groups that the search has found, most surely bad first",
        "group",
        vec![
            number("people"),
            number("rate"),
            number("everybody else"),
            number("gap [low,\u{a0}high]"),
            number("adj. p"),
            text("says"),
            number("gap on the searched half"),
            number("adj. p there"),
            text("part of each column (Shapley)"),
            number("rows in groups above"),
        ],
    );
    for group in &search.groups {
        let shares: Vec<String> = group
            .items
            .iter()
            .filter_map(|item| Some(format!("{} {}", item.column, percent(item.share?))))
            .collect();
        grid.row(
            &group.group,
            vec![
                count(group.subjects),
                optional(group.value),
                optional(group.others),
                format!("{} {}", optional(group.gap), interval(group.low, group.high, &[]))
                    .trim_end()
                    .to_owned(),
                group.p_adjusted.map_or_else(String::new, p_value),
                if group.confirmed {
                    "confirmed"
                } else {
                    "not told from chance"
                }
                .to_owned(),
                number::number(group.found_gap),
                p_value(group.found_p),
                if shares.len() > 1 {
                    shares.join(", ")
                } else {
                    String::new()
                },
                if group.overlap > 0.0 {
                    percent(group.overlap)
                } else {
                    String::new()
                },
            ],
        );
    }
    grid
}

/// Numbers of groups that no attribute makes: a search's own.
fn elsewhere(context: &Context) -> Option<Block> {
    let result = context.result;
    let is_grouping = |attribute: &str| result.groupings.iter().any(|grouping| grouping.attribute == attribute);
    let is_outcome = |name: &str| result.outcomes.iter().any(|outcome| outcome.name == name);
    let estimates: Vec<&Estimate> = result
        .estimates
        .iter()
        .filter(|e| !is_outcome(&e.outcome) || (e.attribute != EVERYONE && !is_grouping(&e.attribute)))
        .collect();
    let (grid, _) = metrics::table(
        context,
        "Numbers that belong to no attribute of the tables above",
        &estimates,
    );
    Some(Block::Fold(
        Prose::new("Numbers that belong to no attribute"),
        vec![grid.block()?],
    ))
}

/// Which columns give a protected attribute away.
pub(super) fn proxies(context: &Context) -> Option<Block> {
    let proxies = &context.result.proxies;
    let mut attributes: Vec<&str> = proxies.iter().map(|proxy| proxy.attribute.as_str()).collect();
    attributes.dedup();
    if attributes.is_empty() {
        return None;
    }
    let mut blocks = vec![Block::text(
        "How well columns let a stranger guess a protected attribute of people whom the guesser has not seen. An area of 0.5 tells nothing. A column that tells is a reason to look, not a finding of bias: it may be needed for the decision.",
    )];
    for attribute in attributes {
        let own: Vec<&Proxy> = proxies.iter().filter(|proxy| proxy.attribute == attribute).collect();
        blocks.push(of_one(context, attribute, &own));
    }
    Some(context.section(2, "What gives a group away", blocks))
}

fn of_one(context: &Context, attribute: &str, proxies: &[&Proxy]) -> Block {
    let mut blocks = Vec::new();
    if let Some(blindly) = proxies.first().and_then(|proxy| proxy.guessed_blindly) {
        blocks.push(Block::text(&format!(
            "Always guessing the most frequent group is right for {}.",
            percent(blindly)
        )));
    }
    let rows = proxies.iter().take(DRAWN).map(|proxy| Row {
        label: name(proxy),
        estimate: proxy.auc,
        low: proxy.auc_low,
        high: proxy.auc_high,
        shown: area(proxy),
        kind: Kind::Plain,
    });
    let nothing = Mark {
        at: 0.5,
        words: "tells nothing".to_owned(),
        threshold: false,
    };
    let title = format!("Area under the curve of guesses of {}", quoted(attribute));
    let figure = figure(context, (&title, "By column."), rows.collect(), vec![nothing]);
    blocks.extend(figure.map(|figure| Block::Figures(vec![figure])));
    let mut grid = Grid::new(
        context.id(),
        &format!("What gives {} away", quoted(attribute)),
        "columns",
        vec![
            number("area [low,\u{a0}high]"),
            number("guessed right"),
            number("information [low,\u{a0}high]"),
            number("Cramér's V [low,\u{a0}high]"),
            number("adj. p"),
            number("people"),
        ],
    );
    let with = |x: Option<f64>, low, high| {
        format!("{} {}", optional(x), interval(low, high, &[]))
            .trim_end()
            .to_owned()
    };
    for proxy in proxies {
        grid.row(
            &name(proxy),
            vec![
                area(proxy),
                proxy.guessed.map_or_else(String::new, percent),
                with(proxy.information, proxy.information_low, proxy.information_high),
                with(proxy.cramers_v, proxy.cramers_v_low, proxy.cramers_v_high),
                proxy.p_adjusted.map_or_else(String::new, p_value),
                count(proxy.subjects),
            ],
        );
    }
    blocks.extend(grid.block());
    context.section(3, &format!("What gives {} away", quoted(attribute)), blocks)
}

fn area(proxy: &Proxy) -> String {
    let ends = interval(proxy.auc_low, proxy.auc_high, &[]);
    format!("{} {ends}", optional(proxy.auc)).trim_end().to_owned()
}

fn name(proxy: &Proxy) -> String {
    match proxy.columns.as_slice() {
        [one] => one.clone(),
        several => format!("all {} together", several.len()),
    }
}
