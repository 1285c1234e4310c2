//! The catalogue in words: one metric, the list of all, and the reference in the docs, from the same entries.

use std::fmt::Write as _;

use crate::catalogue::presets::{PRESETS, Preset};
use crate::catalogue::{Contrast, Direction, Entry, Metric, Need, Unit, When};

/// How the reference begins.
const HEAD: &str = "# Metrics

<!-- Made from the catalogue. Remake it with: UPDATE_METRICS=1 cargo test metrics_reference -->

One section for each metric; `parytet explain METRIC` prints one. Unless it says otherwise, a metric has a `value` per group, a `gap` (group − reference) and a `ratio` (group /
reference) against the reference, and over all judged groups a `max_gap` (largest − smallest) and a `min_ratio`
(smallest / largest). A name such as `accuracy_difference`, `accuracy_ratio`, `accuracy_max_gap` or `accuracy_min_ratio`
works for every metric; the names listed below are those that other systems use.

TP, FP, FN and TN count rows with a known label: selected and positive, selected and negative, not selected and positive,
not selected and negative. With a `count` column a row counts that many times; with a `weight` column by its weight.

";

/// What a metric needs, in words.
#[must_use]
pub fn need(need: Need) -> &'static str {
    match need {
        Need::Decision => "a decision",
        Need::Label => "a label (`actual`)",
        Need::Value => "a value (`value`)",
        Need::ListPrice => "a list price (`list_price`)",
        Need::Unfavourable => "an outcome with `favourable = false`",
        Need::Population => "a reference population (`population` of an attribute)",
        Need::Search => "columns to search (`[search]`)",
        Need::Matching => "columns in which people are alike (`[matching]`)",
        Need::Proxies => "suspected columns (`[proxies]`)",
        Need::Membership => "chances to be in a group (`membership` of an attribute)",
        Need::Score => "a score (`score`)",
        Need::Predicted => "a predicted value (`predicted`)",
        Need::Funnel => "stages one after the other (`[[funnel]]`)",
        Need::Periods => "periods (`[periods]`)",
        Need::Systems => "two systems (`system`) or two logs (`versus`)",
        Need::Cap => "how often a person may be selected (`cap`)",
        Need::Classes => "classes (`classes`)",
        Need::ActualClass => "the class that is right (`actual` of `classes`)",
        Need::Arms => "a treatment and a control (`treatment`, `control`)",
        Need::List => "lists (`[list]`); told for the first outcome",
        Need::Shown => "lists, and whose items are in them (`item_class`, or an attribute with `side = \"item\"`)",
        Need::ItemClass => "classes of items (`[list] item_class`)",
        Need::ItemSide => "an attribute of items (`side = \"item\"`)",
        Need::Item => "items (`[list] item`)",
        Need::Candidates => "an attribute of items, and its items (`[list] item`, or `candidates`)",
        Need::Relevance => "lists (`[list]`), and what was relevant in them (`actual`, else `selected`)",
        Need::Merit => "a merit (`score`, else `value`)",
        Need::Popularity => "the popularity of items (`[list] popularity`)",
        Need::Propensity => "propensities (`[list] propensity`)",
        Need::Examination => "how likely places are looked at (`[list] examination`)",
        Need::Expected => "what a model expects (`[list] expected`, `policy_expected`)",
        Need::Stratum => "a factor to compare within (`[[stratum]]`)",
    }
}

fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Share => "a share, 0 to 1",
        Unit::Number => "a number",
        Unit::Value => "the outcome's unit of value",
    }
}

fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Favour => "more is better for the group when the outcome is favourable; less, when it is not",
        Direction::Against => "less is better for the group when the outcome is favourable; more, when it is not",
        Direction::Better => "more is better",
        Direction::Worse => "less is better",
        Direction::Neutral => "neither: only the distance from equality matters",
    }
}

/// The value of a contrast at which groups are treated alike; a value alone has none.
fn fair(contrast: Contrast) -> Option<&'static str> {
    match contrast {
        Contrast::Value => None,
        Contrast::Gap | Contrast::MaxGap => Some("0"),
        Contrast::Ratio | Contrast::MinRatio => Some("1"),
    }
}

fn when(when: When) -> &'static str {
    match when {
        When::Always => "either",
        When::Favourable => "favourable",
        When::Unfavourable => "unfavourable",
    }
}

fn needs(entry: &Entry) -> String {
    let needs: Vec<&str> = entry.needs.iter().map(|n| need(*n)).collect();
    needs.join(", ")
}

/// Everything that is known of a metric, as Markdown that reads as plain text too.
#[must_use]
pub fn page(metric: Metric) -> String {
    let entry = metric.entry();
    let told: Vec<String> = entry
        .formula
        .contrasts()
        .iter()
        .map(|&contrast| match fair(contrast) {
            Some(fair) => format!("`{}` (alike: {fair})", contrast.id()),
            None => format!("`{}`", contrast.id()),
        })
        .collect();
    let mut text = format!(
        "## {}\n\n**{}.** {}\n\n- Formula: `{}`\n- Needs: {}\n- Unit: {}\n- Direction: {}\n- Contrasts: {}\n- Take care: {}\n- Source: {}\n",
        entry.id,
        entry.title,
        entry.meaning,
        entry.formula_text,
        needs(entry),
        unit(entry.unit),
        direction(entry.direction),
        told.join(", "),
        entry.caution,
        entry.source,
    );
    if entry.aliases.is_empty() {
        return text;
    }
    text.push_str("\n| name | contrast | for outcomes that are | who uses it |\n|---|---|---|---|\n");
    for alias in entry.aliases {
        let _ = writeln!(
            text,
            "| `{}` | `{}` | {} | {} |",
            alias.name,
            alias.contrast.id(),
            when(alias.when),
            alias.who
        );
    }
    text
}

/// The metrics that need nothing but `given`, one a line; all of them without.
#[must_use]
pub fn list(given: Option<&[Need]>) -> String {
    let fits = |entry: &Entry| {
        given.is_none_or(|given| {
            let mut needs = entry.needs.iter();
            needs.all(|need| *need == Need::Decision || given.contains(need))
        })
    };
    let shown: Vec<&Entry> = Metric::all().map(Metric::entry).filter(|entry| fits(entry)).collect();
    let width = shown.iter().map(|entry| entry.id.len()).max().unwrap_or_default();
    let mut text = String::new();
    for entry in shown {
        let also: Vec<&str> = entry.aliases.iter().map(|alias| alias.name).collect();
        let also = if also.is_empty() {
            String::new()
        } else {
            format!(" Also: {}.", also.join(", "))
        };
        let _ = writeln!(text, "{:width$}  {}{also}", entry.id, entry.meaning);
    }
    if given.is_none() {
        text.push_str("\nPresets of gates:\n");
        for preset in &PRESETS {
            let _ = writeln!(text, "{:width$}  {}", preset.id, preset.meaning);
        }
    }
    text
}

/// Everything that is known of a preset.
#[must_use]
pub fn preset_page(preset: &Preset) -> String {
    let threshold = |name: &str, bound: Option<&str>| bound.map(|bound| format!("{name} = {bound}"));
    let mut gate = vec![format!("metric = \"{}\"", preset.metric)];
    gate.extend(preset.contrast.map(|contrast| format!("contrast = \"{contrast}\"")));
    gate.extend(threshold("min", preset.min));
    gate.extend(threshold("max", preset.max));
    gate.push(format!("rule = \"{}\"", preset.rule));
    gate.extend(
        preset
            .on_inconclusive
            .map(|what| format!("on_inconclusive = \"{what}\"")),
    );
    format!(
        "## {}\n\n**{}.** {}\n\n- Stands for: `{}`\n- Comes from: {} (looked at on {})\n- Take care: {}\n",
        preset.id,
        preset.title,
        preset.meaning,
        gate.join(", "),
        preset.source,
        preset.as_of,
        preset.caution,
    )
}

/// The whole reference, as it stands in the docs.
#[must_use]
pub fn reference() -> String {
    let mut text = HEAD.to_owned();
    for metric in Metric::all() {
        let _ = writeln!(text, "- [{0}](#{0})", metric.id());
    }
    for metric in Metric::all() {
        text.push('\n');
        text.push_str(&page(metric));
    }
    text
}
