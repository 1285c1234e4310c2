//! What a search for the worst-off group found, and which columns give a group away.

use super::page::{Column, Grid, Keep, Page};
use crate::report::model::v1::{Proxy, Result, Search};
use crate::report::number::{UNDEFINED, count, interval, number, p_value, percent};
use crate::report::text::quoted;

/// Rows of a search's table; all groups are in the other faces.
const MOST: usize = 12;

/// Writes the groups of a search.
pub(super) fn search(page: &mut Page, result: &Result) {
    let Some(search) = &result.search else { return };
    page.heading(&format!(
        "{} · search for the worst-off group, by {}",
        quoted(&search.outcome),
        search.metric
    ));
    page.text(&summary(search));
    if search.groups.is_empty() {
        return;
    }
    let mut grid = Grid::new(vec![
        Column::text("group", Keep::Cut),
        Column::number("people", Keep::Drop(2)),
        Column::number("rate", Keep::Whole),
        Column::number("others", Keep::Whole),
        Column::number("gap", Keep::Whole),
        Column::text("interval", Keep::Drop(1)),
        Column::number("p", Keep::Drop(3)),
        Column::text("", Keep::Whole),
        Column::text("Shapley", Keep::Drop(4)),
        Column::number("in those above", Keep::Drop(5)),
    ]);
    let shown = |x: Option<f64>| x.map_or_else(|| UNDEFINED.to_owned(), number);
    for group in search.groups.iter().take(MOST) {
        let shares = group.items.iter().filter_map(|item| item.share);
        let shares: Vec<String> = shares.map(percent).collect();
        grid.row(vec![
            group.group.clone(),
            count(group.subjects),
            shown(group.value),
            shown(group.others),
            shown(group.gap),
            interval(group.low, group.high, &[]),
            group.p_adjusted.map_or_else(String::new, p_value),
            if group.confirmed {
                "confirmed"
            } else {
                "not told from chance"
            }
            .to_owned(),
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
        ]);
    }
    page.grid(grid);
    if search.groups.len() > MOST {
        page.text(&format!("{} more are in the JSON.", search.groups.len() - MOST));
    }
    page.text("Rates, gaps and p are of the half of the people that the search has not seen; p is adjusted over the groups listed.");
}

pub(in crate::report::face) fn summary(search: &Search) -> String {
    let columns: Vec<String> = search.columns.iter().map(|column| quoted(column)).collect();
    let confirmed = search.groups.iter().filter(|group| group.confirmed).count();
    format!(
        "{} groups of at most {} of {}, of {} people or more: {} worse off on the half that was searched, {} without redundant ones, {confirmed} confirmed on the other half.",
        count(search.tested),
        search.depth,
        columns.join(", "),
        search.min_subjects,
        count(search.told),
        if search.told == 0 { 0 } else { search.groups.len() },
    )
}

/// Writes which columns give a protected attribute away.
pub(super) fn proxies(page: &mut Page, result: &Result) {
    let mut rest = result.proxies.as_slice();
    while let Some(first) = rest.first() {
        let end = rest
            .iter()
            .take_while(|proxy| proxy.attribute == first.attribute)
            .count();
        let (of_attribute, others) = rest.split_at(end);
        of_one(page, &first.attribute, of_attribute);
        rest = others;
    }
}

fn of_one(page: &mut Page, attribute: &str, proxies: &[Proxy]) {
    page.heading(&format!("What gives {} away", quoted(attribute)));
    if let Some(blindly) = proxies.first().and_then(|proxy| proxy.guessed_blindly) {
        page.text(&format!(
            "Guesses about people whom the guesser has not seen; always guessing the most frequent group is right for {}.",
            percent(blindly)
        ));
    }
    let mut grid = Grid::new(vec![
        Column::text("columns", Keep::Cut),
        Column::number("AUC", Keep::Whole),
        Column::text("interval", Keep::Whole),
        Column::number("guessed right", Keep::Drop(1)),
        Column::number("information", Keep::Drop(2)),
        Column::number("Cramér's V", Keep::Drop(3)),
        Column::number("p", Keep::Drop(4)),
    ]);
    let shown = |x: Option<f64>| x.map_or_else(|| UNDEFINED.to_owned(), number);
    for proxy in proxies {
        let name = match proxy.columns.as_slice() {
            [one] => one.clone(),
            several => format!("all {} together", several.len()),
        };
        grid.row(vec![
            name,
            shown(proxy.auc),
            interval(proxy.auc_low, proxy.auc_high, &[]),
            proxy.guessed.map_or_else(String::new, percent),
            shown(proxy.information),
            shown(proxy.cramers_v),
            proxy.p_adjusted.map_or_else(String::new, p_value),
        ]);
    }
    page.grid(grid);
}
