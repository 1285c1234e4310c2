//! A comparison in words, as Markdown, and as JSON.

use super::{Change, Comparison, GateChange, Name};
use crate::report::face::markdown::{code, prose};
use crate::report::number::{beside, count, counted, interval, number, p_value};
use crate::report::text::{quoted, safe};

/// So many changes that are not told from noise are listed, and no more.
const MOST: usize = 10;

/// The comparison as JSON.
#[must_use]
pub fn json(comparison: &Comparison) -> String {
    match serde_json::to_string_pretty(comparison) {
        Ok(text) => text + "\n",
        Err(error) => unreachable!("structs of text and numbers always have a JSON form: {error}"),
    }
}

/// The comparison for people at a terminal.
#[must_use]
pub fn text(comparison: &Comparison) -> String {
    render(comparison, &quoted, &safe, ["", "  ", "  ! "])
}

/// The comparison as Markdown.
#[must_use]
pub fn markdown(comparison: &Comparison) -> String {
    render(comparison, &code, &prose, ["\n## ", "- ", "- ❗ "])
}

/// Lines under headings; `marks` begin a heading, a line and a warning.
fn render(
    comparison: &Comparison,
    named: &dyn Fn(&str) -> String,
    said: &dyn Fn(&str) -> String,
    [heading, line, warning]: [&str; 3],
) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut section = |title: &str, items: Vec<String>| {
        if !items.is_empty() {
            lines.push(format!("{heading}{title}"));
            if heading.starts_with('\n') {
                lines.push(String::new());
            }
            lines.extend(items);
        }
    };
    section(
        "LOOSENED: less is asked for than before",
        comparison
            .loosened
            .iter()
            .map(|text| format!("{warning}{}", said(text)))
            .collect(),
    );
    let audits = [("old", &comparison.old), ("new", &comparison.new)].map(|(which, about)| {
        let period = about
            .period
            .as_deref()
            .map_or_else(String::new, |period| format!(", {}", said(period)));
        format!(
            "{line}{which}: {}{period}, as of {}; {} of {}; verdict {}",
            said(&about.title),
            about.as_of,
            counted(about.rows, "row", "rows"),
            counted(about.subjects, "person", "people"),
            about.verdict
        )
    });
    section("audits", audits.to_vec());
    section(
        "made in another way, so that numbers may differ by that alone",
        comparison
            .differs
            .iter()
            .map(|text| format!("{line}{}", said(text)))
            .collect(),
    );
    section(
        "gates",
        comparison
            .gates
            .iter()
            .flat_map(|gate| of_gate(gate, named, line))
            .collect(),
    );
    let names = |names: &[Name]| -> Vec<String> {
        let shown = names.iter();
        shown
            .map(|name| format!("{line}{} ({})", named(&name.group), named(&name.attribute)))
            .collect()
    };
    section("new groups", names(&comparison.new_groups));
    section("groups that are gone", names(&comparison.vanished_groups));
    let (told, noise): (Vec<&Change>, Vec<&Change>) = comparison.changes.iter().partition(|change| change.told);
    section(
        "changes beyond noise",
        told.iter().map(|change| of_change(change, named, line)).collect(),
    );
    let noise_title = format!(
        "{} that noise can explain, the clearest first",
        counted(noise.len() as u64, "change", "changes")
    );
    let listed = noise.iter().filter(|change| change.change != 0.0).take(MOST);
    section(
        &noise_title,
        listed.map(|change| of_change(change, named, line)).collect(),
    );
    let last = format!(
        "{} of {} compared told from noise{}",
        count(comparison.told),
        counted(comparison.changes.len() as u64, "number", "numbers"),
        match comparison.loosened.len() as u64 {
            0 => String::new(),
            n => format!("; {} LOOSENED", counted(n, "thing was", "things were")),
        }
    );
    let how = "Intervals take the two audits for those of different people: results hold none to be paired. Where most are in \
               both, a change shows later than it could.";
    section("in short", vec![format!("{line}{last}"), format!("{line}{how}")]);
    lines.join("\n").trim_start().to_owned() + "\n"
}

fn of_gate(gate: &GateChange, named: &dyn Fn(&str) -> String, line: &str) -> Vec<String> {
    let word = |said: &Option<String>| said.clone().unwrap_or_else(|| "not there".to_owned());
    let told = if gate.old == gate.new {
        word(&gate.new)
    } else {
        format!("{} → {}", word(&gate.old), word(&gate.new))
    };
    let mut lines = vec![format!("{line}gate {}: {told}", named(&gate.gate))];
    for answer in &gate.answers {
        lines.push(format!(
            "  {line}{} ({}, outcome {}): {} → {}",
            named(&answer.group),
            named(&answer.attribute),
            named(&answer.outcome),
            word(&answer.old),
            word(&answer.new)
        ));
    }
    lines
}

fn of_change(change: &Change, named: &dyn Fn(&str) -> String, line: &str) -> String {
    let given = change
        .given
        .as_deref()
        .map_or_else(String::new, |given| format!(", within {}", named(given)));
    let interval = match interval(change.low, change.high, &[0.0]) {
        text if text.is_empty() => text,
        text => format!(" {text}"),
    };
    let p = change
        .p_adjusted
        .map_or_else(String::new, |p| format!(", adj. p {}", p_value(p)));
    format!(
        "{line}{} ({}, outcome {}{given}): {} {} {} → {}, a change of {}{interval}{p}",
        named(&change.group),
        named(&change.attribute),
        named(&change.outcome),
        named(&change.metric),
        change.contrast,
        number(change.old),
        number(change.new),
        beside(change.change, &[0.0]),
    )
}
