//! Where every row went.

use super::page::{Column, Grid, Keep, Page};
use crate::report::model::v1::{Account, Result};
use crate::report::number::{count, counted};

/// Writes the row account: the sum, then by outcome, then by group when anything was set aside.
pub(super) fn write(page: &mut Page, result: &Result) {
    let account = &result.account;
    page.heading("rows");
    page.hanging(
        &format!(
            "{} read = {} left out by `where` + {} without a person + {} without a decision + {} audited",
            count(account.read),
            count(account.filtered),
            count(account.no_subject),
            count(account.no_decision),
            count(account.audited),
        ),
        2,
    );
    for line in further(account) {
        page.hanging(&line, 2);
    }
    if !account.by_outcome.is_empty() {
        let mut grid = Grid::new(vec![
            Column::text("outcome", Keep::Cut),
            Column::number("audited", Keep::Whole),
            Column::number("no decision", Keep::Whole),
            Column::number("no label", Keep::Whole),
            Column::number("no value", Keep::Whole),
        ]);
        for outcome in &account.by_outcome {
            let optional = |n: Option<u64>| n.map_or_else(String::new, count);
            grid.row(vec![
                outcome.outcome.clone(),
                count(outcome.audited),
                count(outcome.no_decision),
                optional(outcome.no_label),
                optional(outcome.no_value),
            ]);
        }
        page.grid(grid);
    }
    write_groups(page, account);
}

pub(in crate::report::face) fn further(account: &Account) -> Vec<String> {
    let mut lines = Vec::new();
    if account.audited_count != account.audited {
        lines.push(format!(
            "the audited rows stand for {}",
            counted(account.audited_count, "row", "rows")
        ));
    }
    if account.short_rows > 0 {
        lines.push(format!(
            "{} had fewer fields than the header, as was allowed",
            counted(account.short_rows, "row", "rows")
        ));
    }
    if let Some(n) = account.subjects_without_record {
        lines.push(format!(
            "{} of the log not in the people file",
            counted(n, "person", "people")
        ));
    }
    if let Some(n) = account.records_without_rows {
        lines.push(format!(
            "{} of the people file not in the log",
            counted(n, "person", "people")
        ));
    }
    lines
}

fn write_groups(page: &mut Page, account: &Account) {
    if account.filtered + account.no_subject + account.no_decision == 0 {
        return;
    }
    let mut attributes: Vec<&str> = account.by_group.iter().map(|g| g.attribute.as_str()).collect();
    attributes.dedup();
    for attribute in attributes {
        let mut grid = Grid::new(vec![
            Column::text(attribute, Keep::Cut),
            Column::number("read", Keep::Whole),
            Column::number("where", Keep::Whole),
            Column::number("no person", Keep::Whole),
            Column::number("no decision", Keep::Whole),
            Column::number("audited", Keep::Whole),
        ]);
        for group in account.by_group.iter().filter(|g| g.attribute == attribute) {
            grid.row(vec![
                group.group.clone(),
                count(group.read),
                count(group.filtered),
                count(group.no_subject),
                count(group.no_decision),
                count(group.audited),
            ]);
        }
        page.grid(grid);
    }
}
