//! Combinations of attributes as a heat map.

use super::block::{Block, Drawing, Figure, Prose};
use super::context::Context;
use crate::report::face::table::groups::MAIN;
use crate::report::model::v1::{Group, Grouping, Outcome};
use crate::report::number::{UNDEFINED, counted, number};
use crate::report::svg::Words;
use crate::report::svg::heat::{Field, Heat};
use crate::report::text::quoted;

/// What stands between the names of a combination.
const AND: &str = " & ";

/// The heat map of a combination of attributes that are groupings too; nothing for any other grouping.
pub(super) fn blocks<'a>(
    context: &Context<'a>,
    outcome: &'a Outcome,
    grouping: &'a Grouping,
    level: u8,
) -> Option<Block> {
    let (rows, columns) = factors(context, grouping)?;
    let find = |name: &str| grouping.groups.iter().find(|group| group.group == name);
    let mut placed = 0;
    let map: Vec<(String, Vec<Option<Field>>)> = rows
        .iter()
        .map(|row| {
            let fields = columns.iter().map(|column| {
                let group = find(&format!("{row}{AND}{column}"))?;
                placed += 1;
                Some(field(context, outcome, grouping, group))
            });
            (row.clone(), fields.collect())
        })
        // A row without anybody would be a row of blanks.
        .filter(|(_, fields): &(String, Vec<Option<Field>>)| fields.iter().any(Option::is_some))
        .collect();
    // Names that are put together in two ways can't be placed; the table has them.
    if placed != grouping.groups.len() || map.is_empty() {
        return None;
    }
    let title = format!("`{MAIN}` of each combination");
    let heat = Heat {
        words: Words {
            id: context.id(),
            title: format!(
                "{MAIN} of {} for each combination of {}",
                outcome.name, grouping.attribute
            ),
            description: "Darker fields have higher rates; each has its number and its people.".to_owned(),
        },
        columns,
        rows: map,
    };
    let figure = Figure {
        wide: true,
        svg: Drawing(heat.draw()),
        title: Prose::new(&title),
        legend: Prose::new("stronger shade: higher rate · without shade: not judged"),
    };
    let heading = format!("Combinations of {}", quoted(&grouping.attribute));
    Some(context.section(level, &heading, vec![Block::Figures(vec![figure])]))
}

/// The names of rows and columns: the groups of the last attribute are the columns.
fn factors(context: &Context, grouping: &Grouping) -> Option<(Vec<String>, Vec<String>)> {
    let attribute = grouping.attribute.as_str();
    let all = &context.result.groupings;
    all.iter().find_map(|last| {
        let first = attribute.strip_suffix(last.attribute.as_str())?.strip_suffix(AND)?;
        let columns = last.groups.iter().map(|group| group.group.clone()).collect();
        Some((combined(context, first)?, columns))
    })
}

/// The groups of an attribute, or all combinations of those of several.
fn combined(context: &Context, attribute: &str) -> Option<Vec<String>> {
    let names = |grouping: &Grouping| grouping.groups.iter().map(|group| group.group.clone()).collect();
    let all = &context.result.groupings;
    if let Some(one) = all.iter().find(|grouping| grouping.attribute == attribute) {
        return Some(names(one));
    }
    all.iter().find_map(|last| {
        let first = attribute.strip_suffix(last.attribute.as_str())?.strip_suffix(AND)?;
        let firsts = combined(context, first)?;
        let lasts: Vec<String> = names(last);
        let pairs = firsts
            .iter()
            .flat_map(|a| lasts.iter().map(move |b| format!("{a}{AND}{b}")));
        Some(pairs.collect())
    })
}

fn field<'a>(context: &Context<'a>, outcome: &'a Outcome, grouping: &'a Grouping, group: &'a Group) -> Field {
    let e = context
        .view
        .estimate(&outcome.name, &grouping.attribute, &group.group, MAIN, "value");
    let x = e.and_then(|e| e.estimate);
    Field {
        number: x,
        shown: x.map_or_else(|| UNDEFINED.to_owned(), number),
        under: counted(group.subjects, "person", "people"),
        judged: group.judged,
    }
}
