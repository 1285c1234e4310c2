//! Where every row went.

use super::block::{Block, Grid, Prose, number};
use super::context::Context;
use crate::report::face::table::account::further;
use crate::report::model::v1::Account;
use crate::report::number::{count, percent};
use crate::report::text::quoted;

/// The section.
pub(super) fn section(context: &Context) -> Block {
    let account = &context.result.account;
    let mut blocks = vec![Block::text(
        "Every row that was read is in exactly one of these lines. A row is audited when at least one outcome has a decision for it.",
    )];
    blocks.extend(whole(context, account));
    let further: Vec<Prose> = further(account)
        .iter()
        .map(|line| Prose::new(&format!("{line}.")))
        .collect();
    if !further.is_empty() {
        blocks.push(Block::List(further));
    }
    blocks.extend(by_outcome(context, account));
    blocks.extend(by_group(context, account));
    context.section(2, "Where every row went", blocks)
}

fn whole(context: &Context, account: &Account) -> Option<Block> {
    let mut grid = Grid::new(
        context.id(),
        "Rows of the log",
        "fate",
        vec![number("rows"), number("share")],
    );
    for (fate, rows) in [
        ("left out by `where`", account.filtered),
        ("without a person", account.no_subject),
        ("without a decision", account.no_decision),
        ("audited", account.audited),
        ("read", account.read),
    ] {
        let share = match account.read {
            0 => String::new(),
            read => percent(rows as f64 / read as f64),
        };
        grid.row(fate, vec![count(rows), share]);
    }
    grid.block()
}

fn by_outcome(context: &Context, account: &Account) -> Option<Block> {
    let mut grid = Grid::new(
        context.id(),
        "Rows by outcome",
        "outcome",
        vec![
            number("audited"),
            number("without a decision"),
            number("without a label"),
            number("without a value"),
        ],
    );
    let optional = |n: Option<u64>| n.map_or_else(String::new, count);
    for outcome in &account.by_outcome {
        grid.row(
            &outcome.outcome,
            vec![
                count(outcome.audited),
                count(outcome.no_decision),
                optional(outcome.no_label),
                optional(outcome.no_value),
            ],
        );
    }
    grid.block()
}

fn by_group(context: &Context, account: &Account) -> Option<Block> {
    let mut grid = Grid::new(
        context.id(),
        "Rows by group",
        "group",
        vec![
            number("read"),
            number("left out by where"),
            number("without a person"),
            number("without a decision"),
            number("audited"),
        ],
    );
    let mut attribute = None;
    for group in &account.by_group {
        if attribute != Some(group.attribute.as_str()) {
            attribute = Some(&group.attribute);
            grid.part(&quoted(&group.attribute));
        }
        grid.row(
            &group.group,
            vec![
                count(group.read),
                count(group.filtered),
                count(group.no_subject),
                count(group.no_decision),
                count(group.audited),
            ],
        );
    }
    Some(Block::Fold(Prose::new("The same by group"), vec![grid.block()?]))
}
