//! One section for each outcome, and in it one for each attribute.

use super::block::{Block, Prose};
use super::context::Context;
use super::{curves, followed, groups, intersections, metrics, small, sweep, within};
use crate::report::face::table::sweep::{is_first, step};
use crate::report::model::v1::{Grouping, Outcome};
use crate::report::text::quoted;

/// Every outcome; those that are thresholds of one are side by side first and folded one by one below.
pub(super) fn sections(context: &Context) -> Vec<Block> {
    let mut sections = Vec::new();
    for outcome in &context.result.outcomes {
        match &outcome.sweep {
            None => sections.push(one(context, outcome, 2)),
            Some(swept) if is_first(context.result, outcome) => sections.push(several(context, swept)),
            Some(_) => {}
        }
    }
    sections
}

fn several(context: &Context, swept: &str) -> Block {
    let mut blocks = sweep::blocks(context, swept);
    for outcome in &context.result.outcomes {
        if outcome.sweep.as_deref() == Some(swept) {
            blocks.push(Block::Fold(
                Prose::new(&format!("{} in full", quoted(&outcome.name))),
                vec![one(context, outcome, 3)],
            ));
        }
    }
    context.section(
        2,
        &format!("Outcome {}, at each {}", quoted(swept), step(context.result, swept)),
        blocks,
    )
}

fn one(context: &Context, outcome: &Outcome, level: u8) -> Block {
    let mut blocks = vec![Block::text(if outcome.favourable {
        "Being selected is favourable: a lower rate is worse for a group."
    } else {
        "Being selected is unfavourable: a higher rate is worse for a group."
    })];
    blocks.extend(metrics::everyone(context, outcome));
    for grouping in context.view.groupings() {
        blocks.push(by(context, outcome, grouping, level + 1));
    }
    blocks.extend(small::uncertain(context, outcome, level + 1));
    context.section(level, &format!("Outcome {}", quoted(&outcome.name)), blocks)
}

fn by(context: &Context, outcome: &Outcome, grouping: &Grouping, level: u8) -> Block {
    let mut blocks = vec![Block::text(&compared_with(grouping))];
    let shown = groups::shown(context, outcome, grouping);
    if shown.is_empty() {
        blocks.push(Block::text("No group has a row with a decision."));
    }
    for metric in &shown {
        blocks.extend(groups::blocks(context, outcome, grouping, metric, level + 1));
    }
    blocks.extend(intersections::blocks(context, outcome, grouping, level + 1));
    blocks.extend(followed::block(context, outcome, grouping, level + 1));
    blocks.extend(curves::block(context, outcome, grouping, level + 1));
    blocks.extend(within::strata(context, outcome, grouping, level + 1));
    blocks.extend(within::matched(context, outcome, grouping, level + 1));
    blocks.extend(small::small_groups(context, outcome, grouping, level + 1));
    blocks.extend(within::unknown_groups(context, outcome, grouping, level + 1));
    blocks.extend(within::unknown_labels(context, outcome, grouping, level + 1));
    blocks.extend(metrics::others(context, outcome, grouping, &shown));
    context.judged_section(
        level,
        &format!("{} by {}", quoted(&outcome.name), quoted(&grouping.attribute)),
        context.verdict(outcome, grouping),
        blocks,
    )
}

/// Who the groups are compared with, and how that was chosen.
fn compared_with(grouping: &Grouping) -> String {
    let Some(reference) = &grouping.reference else {
        return "There is no group to compare with: rates only.".to_owned();
    };
    let reference = match reference.as_str() {
        "(rest)" => "everybody else".to_owned(),
        "(overall)" => "everybody together".to_owned(),
        name => quoted(name),
    };
    let rule = match grouping.reference_rule.as_str() {
        "largest" => ", the largest group: nobody chose it",
        "best" => ", the best-off group",
        "named" => ", as the spec asks",
        _ => "",
    };
    format!("Groups are compared with {reference}{rule}. A gap is group − reference, a ratio is group / reference.")
}
