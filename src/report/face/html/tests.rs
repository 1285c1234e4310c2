//! The golden page, and what holds for every page.

use std::collections::BTreeMap;

use super::*;
use crate::report::model::v1::{Estimate, Group, Grouping};
use crate::report::number;
use crate::report::reason::plain;
use crate::report::sample::{SCRIPT, sample, small};
use crate::report::text::safe;
use crate::report::view::View;

/// The style sheet, where colours are looked up.
const STYLE: &str = include_str!("style.css");

#[test]
fn a_small_sample_as_html() {
    insta::assert_snapshot!(html(&small()).replace(STYLE, "…\n"));
}

/// A tag of the page: its name and its attributes.
struct Tag<'a> {
    name: &'a str,
    attributes: Vec<(&'a str, &'a str)>,
}

/// The tags of a page in their order, with the text between them; panics where a tag is not closed, an attribute is not
/// quoted, or a character that must be escaped is not.
fn parse(page: &str) -> (Vec<Tag<'_>>, String) {
    const EMPTY: [&str; 1] = ["meta"];
    let mut rest = page.strip_prefix("<!DOCTYPE html>\n").unwrap();
    let (mut open, mut tags, mut text): (Vec<&str>, Vec<Tag>, String) = (Vec::new(), Vec::new(), String::new());
    while let Some(start) = rest.find('<') {
        let (before, after) = rest.split_at(start);
        assert!(!before.contains('>') || open.last() == Some(&"style"), "{before:.200}");
        text.push_str(before);
        let end = after.find('>').unwrap();
        let inside = &after[1..end];
        rest = &after[end + 1..];
        if let Some(name) = inside.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{rest:.200}");
            continue;
        }
        let closed = inside.ends_with('/');
        let inside = inside.trim_end_matches('/');
        let (name, mut given) = inside.split_once(' ').unwrap_or((inside, ""));
        assert!(name.chars().all(|c| c.is_ascii_alphanumeric()), "{name:.100}");
        let mut attributes = Vec::new();
        while !given.trim().is_empty() {
            let (key, value) = given.split_once("=\"").unwrap();
            let (value, further) = value.split_once('"').unwrap();
            attributes.push((key.trim(), value));
            given = further;
        }
        if !closed && !EMPTY.contains(&name) {
            open.push(name);
        }
        tags.push(Tag { name, attributes });
    }
    assert!(open.is_empty(), "{open:?}");
    (tags, text)
}

/// Text as it stands in the page.
fn escaped(text: &str) -> String {
    let text = safe(text);
    let text = text.replace('&', "&#38;").replace('<', "&#60;").replace('>', "&#62;");
    text.replace('"', "&#34;").replace('\'', "&#39;")
}

fn pages() -> Vec<String> {
    let mut empty = sample();
    empty.groupings.clear();
    empty.estimates.clear();
    empty.gates.clear();
    empty.outcomes.clear();
    empty.notes.clear();
    empty.inputs.clear();
    empty.search = None;
    let mut swept = sample();
    for (index, outcome) in swept.outcomes.iter_mut().enumerate() {
        outcome.sweep = Some("offered".to_owned());
        outcome.favourable = index == 0;
    }
    [sample(), small(), empty, swept].iter().map(html).collect()
}

#[test]
fn every_tag_is_closed_and_every_id_is_unique() {
    for page in pages() {
        let (tags, _) = parse(&page);
        let mut ids = BTreeMap::new();
        let values = |key: &'static str| {
            let all = tags.iter().flat_map(|tag| &tag.attributes);
            all.filter(move |(name, _)| *name == key).map(|(_, value)| *value)
        };
        for id in values("id") {
            assert!(ids.insert(id, ()).is_none(), "{id} twice");
        }
        let named = values("aria-labelledby").flat_map(|ids| ids.split(' '));
        for id in named.chain(values("href").map(|href| href.strip_prefix('#').unwrap())) {
            assert!(ids.contains_key(id), "nothing is called {id}");
        }
    }
}

#[test]
fn headings_go_down_one_level_at_a_time() {
    for page in pages() {
        let (tags, _) = parse(&page);
        let levels = tags
            .iter()
            .filter_map(|tag| tag.name.strip_prefix('h')?.parse::<u8>().ok());
        let mut last = 0;
        for level in levels {
            assert!(level <= last + 1, "from {last} to {level}");
            last = level;
        }
        assert_eq!(tags.iter().filter(|tag| tag.name == "h1").count(), 1);
    }
}

#[test]
fn a_name_is_text_wherever_it_stands() {
    let mut result = sample();
    let evil = "\"><img src=x onerror=alert(1)></title></svg></style><script>alert(2)</script>";
    result.audit.title = evil.to_owned();
    result.audit.owner = Some(evil.to_owned());
    result.audit.spec = Some(evil.to_owned());
    result.notes = vec![evil.to_owned()];
    result.inputs[0].name = evil.to_owned();
    result.gates[0].name = evil.to_owned();
    result.gates[0].verdict = evil.to_owned();
    result.gates[0].answers[0].reason = evil.to_owned();
    result.gates[0].answers[0].verdict = evil.to_owned();
    result.metrics[0].caution = evil.to_owned();
    result.verdict.verdict = evil.to_owned();
    result.verdict.reason = evil.to_owned();
    result.tool.version = evil.to_owned();
    result.groupings[0].groups[0].group = evil.to_owned();
    let outcome = &mut result.outcomes[0];
    outcome.sweep = Some(evil.to_owned());
    for page in pages().into_iter().chain([html(&result)]) {
        let (tags, _) = parse(&page);
        assert!(
            tags.iter()
                .all(|tag| !matches!(tag.name, "script" | "img" | "link" | "iframe" | "object"))
        );
        let mut names = tags.iter().flat_map(|tag| &tag.attributes).map(|(name, _)| name);
        assert!(names.all(|name| !name.starts_with("on") && *name != "style"));
        assert!(page.chars().all(|c| c == '\n' || !crate::report::text::hides(c)));
    }
    assert!(html(&sample()).contains(&escaped(SCRIPT)));
}

#[test]
fn nothing_is_fetched() {
    for page in pages() {
        let (tags, _) = parse(&page);
        for (name, value) in tags.iter().flat_map(|tag| &tag.attributes) {
            assert!(
                !matches!(*name, "src" | "srcset" | "action" | "data" | "poster"),
                "{name}"
            );
            assert!(*name != "href" || value.starts_with('#'), "{value}");
        }
        assert!(page.contains("default-src 'none'"));
    }
    assert!(!STYLE.contains("url(") && !STYLE.contains("@import"));
}

#[test]
fn every_gate_and_group_has_a_row_with_its_verdict() {
    let result = sample();
    let page = html(&result);
    for gate in &result.gates {
        let caption = format!("Answers of gate <code>{}</code>", escaped(&gate.name));
        let table = page.split(&caption).nth(1).unwrap().split("</table>").next().unwrap();
        let rows: Vec<&str> = table
            .split("<tr>")
            .filter(|row| row.contains("scope=\"row\""))
            .collect();
        assert_eq!(rows.len(), gate.answers.len(), "{}", gate.name);
        for answer in &gate.answers {
            let name = format!("<th scope=\"row\">{}</th>", escaped(&answer.group));
            let is_told = |row: &&&str| row.starts_with(&name) && row.contains(&format!(" {}</span>", answer.verdict));
            let row = rows.iter().find(is_told);
            let row = row.unwrap_or_else(|| panic!("{} {}", gate.name, answer.group));
            assert!(row.contains(&escaped(plain(&answer.reason))), "{row}");
        }
    }
}

/// The rows of the tables whose caption starts so, by name.
fn rows<'a>(page: &'a str, caption: &str) -> Vec<&'a str> {
    let tables = page.split("<caption").skip(1);
    let own = tables.filter(|table| {
        table
            .split_once("<span>")
            .is_some_and(|(_, rest)| rest.starts_with(caption))
    });
    own.flat_map(|table| table.split("</table>").next().unwrap().split("<tr>").skip(1))
        .collect()
}

#[test]
fn every_number_of_the_result_is_in_the_page() {
    let result = sample();
    let page = html(&result);
    let view = View::new(&result);
    let shown = |e: &Estimate| match e.estimate {
        Some(x) => number::beside(x, &view.bounds(e)),
        None => number::UNDEFINED.to_owned(),
    };
    let of_reference = |e: &Estimate| e.contrast != "value" && e.reference.as_deref() == Some(e.group.as_str());
    let mut checked = 0;
    for e in result.estimates.iter().filter(|e| !of_reference(e)) {
        let name = escaped(&e.group);
        let found = if matches!(e.contrast.as_str(), "max_gap" | "min_ratio") {
            page.contains(&shown(e))
        } else if e.attribute == "(everyone)" {
            let all = rows(&page, &format!("<code>{}</code> for everybody together", e.outcome));
            all.iter()
                .any(|row| row.contains(&format!(">{}</th>", e.metric)) && row.contains(&shown(e)))
        } else {
            let place = format!(
                "<code>{}</code> by <code>{}</code>",
                escaped(&e.outcome),
                escaped(&e.attribute)
            );
            let mut all = rows(&page, &format!("<code>{}</code> of {place}", e.metric));
            all.extend(rows(&page, &format!("All other numbers of {place}")));
            all.iter()
                .any(|row| row.contains(&format!("{name}</th>")) && row.contains(&shown(e)))
        };
        assert!(
            found,
            "{} {} {} {} {}",
            e.outcome, e.attribute, e.group, e.metric, e.contrast
        );
        checked += 1;
    }
    assert!(checked > 200);
}

#[test]
fn charts_say_the_numbers_of_the_model() {
    let result = sample();
    let page = html(&result);
    let charts: Vec<&str> = page
        .split("<desc")
        .skip(1)
        .map(|d| d.split("</desc>").next().unwrap())
        .collect();
    let view = View::new(&result);
    let mut checked = 0;
    for outcome in &result.outcomes {
        for grouping in &result.groupings {
            for group in &grouping.groups {
                let e = view.estimate(
                    &outcome.name,
                    &grouping.attribute,
                    &group.group,
                    "selection_rate",
                    "gap",
                );
                let Some((e, x)) = e.and_then(|e| Some((e, e.estimate?))) else {
                    continue;
                };
                let words = format!("{}: {}", escaped(&group.group), number::beside(x, &view.bounds(e)));
                // Charts escape by name what templates escape by number.
                let words = words.replace("&#60;", "&lt;").replace("&#62;", "&gt;");
                let words = words.replace("&#38;", "&amp;").replace("&#34;", "&quot;");
                assert!(charts.iter().any(|chart| chart.contains(&words)), "{words}");
                checked += 1;
            }
        }
    }
    assert!(checked > 30);
    assert_eq!(page.matches("<svg").count(), page.matches("role=\"img\"").count());
    assert!(charts.len() > 20);
}

#[test]
fn combinations_have_a_heat_map_with_every_group() {
    let result = sample();
    let page = html(&result);
    let map = page
        .split("class=\"chart heat\"")
        .nth(1)
        .unwrap()
        .split("</svg>")
        .next()
        .unwrap();
    let both: &Grouping = result.groupings.iter().find(|g| g.attribute == "gender & age").unwrap();
    for group in &both.groups {
        let e = View::new(&result)
            .estimate("offered", "gender & age", &group.group, "selection_rate", "value")
            .cloned();
        let rate = number::number(e.unwrap().estimate.unwrap());
        assert!(map.contains(&format!(">{rate}</text>")), "{} {rate}", group.group);
    }
    // Four combinations have people, four of the same rows and columns have none.
    assert_eq!(map.matches(">nobody</text>").count(), 2 * 4 - both.groups.len());
}

#[test]
fn names_that_can_be_put_together_in_two_ways_have_no_heat_map() {
    let mut result = sample();
    let both = result
        .groupings
        .iter_mut()
        .find(|g| g.attribute == "gender & age")
        .unwrap();
    both.groups.push(Group {
        group: "someone & else".to_owned(),
        ..both.groups[0].clone()
    });
    assert!(!html(&result).contains("class=\"chart heat\""));
}

#[test]
fn a_sweep_has_its_thresholds_side_by_side_and_in_full() {
    let mut result = sample();
    for outcome in &mut result.outcomes {
        outcome.sweep = Some("score".to_owned());
    }
    let page = html(&result);
    assert!(page.contains("class=\"chart lines\""));
    for name in ["offered", "rejected"] {
        assert!(page.contains(&format!("<summary><code>{name}</code> in full</summary>")));
    }
    assert_eq!(
        page.matches("<code>score</code> by <code>gender</code>, at each threshold</h3>")
            .count(),
        1
    );
}

#[test]
fn many_answers_are_folded_and_all_there() {
    let mut result = sample();
    let one = result.gates[0].answers[0].clone();
    result.gates[0].answers = (0..200)
        .map(|n| crate::report::model::v1::Answer {
            group: format!("group {n}"),
            ..one.clone()
        })
        .collect();
    let page = html(&result);
    assert!(page.contains("<summary>All 200 answers</summary>"));
    for n in [0, 100, 199] {
        assert!(page.contains(&format!("<th scope=\"row\">group {n}</th>")));
    }
}

#[test]
fn the_page_grows_with_numbers_and_not_with_rows() {
    let small = html(&sample());
    let mut large = sample();
    large.account.read *= 1_000_000;
    for group in large.groupings.iter_mut().flat_map(|grouping| &mut grouping.groups) {
        group.rows *= 1_000_000;
    }
    let grown = html(&large).len() as f64 / small.len() as f64;
    assert!(grown < 1.02, "{grown}");
    // Charts, words and definitions included; the more numbers, the fewer.
    let numbers = large.estimates.len() + large.gates.iter().map(|gate| gate.answers.len()).sum::<usize>();
    assert!(
        small.len() / numbers < 1_000,
        "{} bytes for {numbers} numbers",
        small.len()
    );
}

#[test]
fn the_first_screen_has_the_verdict_and_three_sentences() {
    let page = html(&sample());
    let (first, _) = page.split_once("<nav").unwrap();
    assert!(first.contains("<h2 id=\"verdict-h\">✘ fail</h2>"));
    assert!(first.contains("2 of 4 gates failed") && first.contains("exit code 1"));
    let findings = first
        .split("<ol class=\"findings\">")
        .nth(1)
        .unwrap()
        .split("</ol>")
        .next()
        .unwrap();
    assert_eq!(findings.matches("<li>").count(), 3);
    assert!(first.contains("40,088 rows of 5,012 people"));
}

#[test]
fn the_same_result_gives_the_same_bytes() {
    assert_eq!(html(&sample()), html(&sample()));
}

#[test]
fn no_number_is_not_a_number() {
    for page in pages() {
        assert!(!page.contains("NaN") && !page.contains("inf "));
    }
}

#[test]
fn scores_have_their_curves_and_bins() {
    let result = sample();
    let page = html(&result);
    let curve = &result.curves[0];
    assert_eq!(page.matches("class=\"chart plane\"").count(), 2);
    let table = rows(&page, "Scores of <code>offered</code> by <code>gender</code>, in bins");
    assert_eq!(
        table.iter().filter(|row| row.contains("scope=\"row\"")).count(),
        curve.bins.len()
    );
    for bin in &curve.bins {
        let share = format!("<td>{}</td>", number::number(bin.share));
        assert!(table.iter().any(|row| row.contains(&share)), "{share}");
    }
    assert!(page.contains("31 % of positives for 4 % of negatives"));
}

#[test]
fn intervals_from_drawing_people_again_stand_behind_the_numbers() {
    let mut result = sample();
    assert!(!html(&result).contains("drawing people again"));
    let metrics = ["selection_rate", "positive_predictive_value"];
    for e in &mut result.estimates {
        if metrics.contains(&e.metric.as_str()) && e.group == "female" && e.contrast == "gap" {
            (e.bootstrap_low, e.bootstrap_high) = (Some(-0.0771), Some(-0.0462));
        }
    }
    let page = html(&result);
    // Of the selection rate in its own table, of the other among all other numbers; both outcomes have the first.
    assert_eq!(page.matches("gap [-0.077, -0.046]").count(), 3);
}

#[test]
fn what_is_followed_has_lines_and_every_number() {
    let mut result = sample();
    let mut followed = Vec::new();
    for e in result
        .estimates
        .iter()
        .filter(|e| e.attribute == "gender" && e.metric == "selection_rate")
    {
        for (month, by) in [("2026-09", 0.9), ("2026-10", 1.1)] {
            followed.push(Estimate {
                along: Some("month".to_owned()),
                at: Some(month.to_owned()),
                estimate: e.estimate.map(|x| x * by + 0.012_345),
                ..e.clone()
            });
        }
    }
    result.estimates.extend(followed.iter().cloned());
    let mut answer = result.gates[0].answers[0].clone();
    (answer.along, answer.at) = (Some("month".to_owned()), Some("2026-09".to_owned()));
    answer.item_class = Some("loans".to_owned());
    result.gates[0].answers.push(answer);
    let page = html(&result);
    assert!(page.contains("<code>selection_rate</code> along <code>month</code>"));
    assert!(page.contains("along <code>month</code>: <code>2026-09</code>, items <code>loans</code></th>"));
    let view = View::new(&result);
    for e in followed.iter().filter(|e| e.contrast == "value") {
        let x = number::beside(e.estimate.unwrap(), &view.bounds(e));
        let heading = format!(
            "along <code>month</code>: <code>{}</code></th>",
            e.at.as_deref().unwrap()
        );
        let parts = page
            .split(&heading)
            .skip(1)
            .map(|part| part.split("</tbody>").next().unwrap());
        assert!(parts.into_iter().any(|part| part.contains(&x)), "{} {x}", e.group);
    }
}

#[test]
fn small_groups_and_groups_known_by_chance_have_tables() {
    let result = sample();
    let page = html(&result);
    for s in &result.small_groups {
        let caption = format!(
            "<code>{}</code> by <code>{}</code>: what small groups can say",
            s.outcome, s.attribute
        );
        let table = rows(&page, &caption);
        let name = format!("<th scope=\"row\">{}</th>", escaped(&s.group));
        let shown = s.shrunken.map_or_else(|| number::UNDEFINED.to_owned(), number::number);
        assert!(
            table.iter().any(|row| row.starts_with(&name) && row.contains(&shown)),
            "{}",
            s.group
        );
    }
    for found in &result.uncertain {
        let caption = format!(
            "<code>{}</code> by <code>{}</code>, known by chances only",
            found.outcome, found.attribute
        );
        let table = rows(&page, &caption);
        // A rate for each group, and a gap for each but the reference.
        assert_eq!(
            table.iter().filter(|row| row.contains("scope=\"row\"")).count(),
            2 * found.groups.len() - 1
        );
        for g in &found.groups {
            let shown = g.weighted.map_or_else(|| number::UNDEFINED.to_owned(), number::number);
            assert!(table.iter().any(|row| row.contains(&shown)), "{}", g.group);
        }
    }
    assert!(!result.small_groups.is_empty() && !result.uncertain.is_empty());
}
