//! One metric of each further family, and false alarms of searches and hunts for proxies.

use std::fmt::Write as _;

use parytet::assess::Assessment;
use parytet::catalogue::Contrast;
use parytet::inference::rng::Rng;

use super::simulate::{Behaviour, Log, audit, holds, interval, own_rate, plan, rows};
use super::{SEED, share};

/// How much less often the second group is selected among people of one kind.
const GAP: f64 = 0.08;

/// Family, metric, contrast, truth.
const TOLD: [(&str, &str, Contrast, f64); 13] = [
    ("conditional", "standardised_selection_rate", Contrast::Gap, -GAP),
    ("conditional", "mantel_haenszel_difference", Contrast::Gap, -GAP),
    // The second group has 30 of 100 of the first kind, the first 70.
    ("conditional", "composition_effect", Contrast::Gap, -0.2 * 0.4),
    ("matching", "matched_gap", Contrast::Gap, -GAP),
    ("representation", "representation", Contrast::Ratio, 1.0),
    ("association", "cohens_h", Contrast::Gap, f64::NAN),
    ("scores", "auc", Contrast::Gap, 0.0),
    ("scores", "calibration_in_the_large", Contrast::Gap, 0.0),
    ("distributions", "median_value", Contrast::Gap, 0.0),
    ("distributions", "superiority", Contrast::Value, 0.5),
    ("errors", "mean_absolute_error", Contrast::Ratio, 1.0),
    ("inequality", "gini", Contrast::Gap, 0.0),
    ("inequality", "theil_index", Contrast::Ratio, 1.0),
];

const SPEC: &str = r#"
[[protected]]
name = "group"
reference = "g0"
population = { g0 = 0.5, g1 = 0.5 }
[[stratum]]
name = "kind"
[groups]
min_subjects = 1
[[outcome]]
name = "offered"
favourable = true
selected = { column = "selected", values = ["1"], absent = "allow" }
actual = { column = "label", values = ["1"], absent = "allow" }
value = "value"
score = "score"
predicted = "predicted"
benefit = "value"
metrics = ["all"]
[matching]
columns = ["kind"]
"#;

fn truth(metric: &str, stated: f64) -> f64 {
    // Of shares of all rows: 0.54 in the first group, 0.38 in the second.
    if metric == "cohens_h" {
        let turned = |rate: f64| 2.0 * rate.sqrt().asin();
        turned(0.5 - 0.1 * 0.4 - GAP) - turned(0.5 + 0.1 * 0.4)
    } else {
        stated
    }
}

/// How much more often people of the first kind are selected than those of the second.
const KINDS: f64 = 0.2;

/// Draws a log for the other families: in each of two kinds of people, which are mixed otherwise in the second group, it is
/// selected less often than the first by `gap`; labels are as likely as the scores say; values, predictions and what the
/// other features say are alike in both groups.
fn draw_families(rng: &mut Rng, people: usize, gap: f64, behaviour: Behaviour) -> Log {
    let mut log = Log::default();
    for person in 0..people {
        let second = rng.uniform() < 0.5;
        let first_kind = rng.uniform() < if second { 0.3 } else { 0.7 };
        let rate = 0.5 + KINDS * if first_kind { 0.5 } else { -0.5 } - if second { gap } else { 0.0 };
        let own = own_rate(rng, rate, behaviour.icc);
        let level = behaviour.icc.sqrt() * rng.standard_normal();
        let rest = (1.0 - behaviour.icc).sqrt();
        let features = [
            if first_kind { "a" } else { "b" }.to_owned(),
            format!("p{}", (rng.uniform() * 4.0) as u32),
            format!("q{}", (rng.uniform() * 5.0) as u32),
        ];
        for _ in 0..rows(rng, behaviour) {
            log.person.push(Some(person as i64));
            log.group.push(Some(if second { "g1" } else { "g0" }.to_owned()));
            log.selected.push(Some(i64::from(rng.uniform() < own)));
            let score = 1.0 / (1.0 + (-level - rest * rng.standard_normal()).exp());
            log.score.push(Some(score));
            log.label.push(Some(i64::from(rng.uniform() < score)));
            let value = 10.0 + 2.0 * (level + rest * rng.standard_normal());
            log.value.push(Some(value));
            log.predicted.push(Some(value + rng.standard_normal()));
            for (column, value) in log.features.iter_mut().zip(&features) {
                column.push(Some(value.clone()));
            }
        }
    }
    log
}

fn title(people: usize, behaviour: Behaviour) -> String {
    let rows = if behaviour.many_rows {
        "many rows, ICC 0.3"
    } else {
        "one row each"
    };
    format!("{people}, {rows}")
}

/// Share of intervals that hold the truth, one number for each of [`TOLD`].
pub fn families(people: usize, behaviour: Behaviour, runs: usize) -> String {
    let plan = plan(SPEC, true);
    let mut rng = Rng::new(SEED, 4_001 + people as u64 + u64::from(behaviour.many_rows));
    let mut held = [0; TOLD.len()];
    for _ in 0..runs {
        let log = draw_families(&mut rng, people, GAP, behaviour);
        let (_, assessment) = audit(&plan, &log);
        for (held, (_, metric, contrast, stated)) in held.iter_mut().zip(TOLD) {
            let found = interval(&assessment, metric, contrast, 1);
            assert!(found.is_some(), "{metric} has no interval");
            *held += usize::from(holds(found, truth(metric, stated)));
        }
    }
    let mut line = format!("{} |", title(people, behaviour));
    for hits in held {
        let _ = write!(line, " {} |", share(hits, runs));
    }
    line
}

/// How often a search confirms a group, and a hunt for proxies tells the group, where there is nothing to find.
pub fn hunts(people: usize, behaviour: Behaviour, runs: usize) -> String {
    let searched = plan(
        &SPEC
            .replace(
                "[matching]\ncolumns = [\"kind\"]",
                "[search]\ncolumns = [\"p\", \"q\"]\nmin_subjects = 10\n[proxies]\ncolumns = [\"p\", \"q\"]",
            )
            .replace("[\"all\"]", "[\"selection_rate\", \"search\"]"),
        true,
    );
    let mut rng = Rng::new(SEED, 5_003 + people as u64 + u64::from(behaviour.many_rows));
    let (mut confirmed, mut told, mut associated) = (0, 0, 0);
    for _ in 0..runs {
        let log = draw_families(&mut rng, people, GAP, behaviour);
        let (_, assessment) = audit(&searched, &log);
        confirmed += usize::from(any_confirmed(&assessment));
        let joint = assessment.proxies.iter().find(|proxy| proxy.columns.len() > 1);
        let beyond = joint.and_then(|proxy| proxy.auc?.1?.low).is_some_and(|low| low > 0.5);
        told += usize::from(beyond);
        let one_by_one = assessment.proxies.iter().filter_map(|proxy| proxy.p);
        associated += usize::from(one_by_one.into_iter().any(|(_, adjusted)| adjusted < 0.05));
    }
    format!(
        "{} | {} | {} | {} |",
        title(people, behaviour),
        share(confirmed, runs),
        share(told, runs),
        share(associated, runs)
    )
}

fn any_confirmed(assessment: &Assessment) -> bool {
    let search = assessment.search.as_ref();
    search.is_some_and(|search| search.groups.iter().any(|group| group.confirmed))
}

/// The tables; `lines` has those of [`families`] and [`hunts`] in turn.
pub fn report(lines: &[String], preamble: &str) -> String {
    let mut text = format!(
        "\n## Intervals: one metric of each further family\n\n\
         Share of intervals that hold the truth, in per cent. Two kinds of people are mixed otherwise in the two groups;\n\
         within each kind the second group is selected 8 points less often. Labels are as likely as the scores say, and\n\
         values and predictions are alike in both groups. {preamble}\n\n| people |"
    );
    for (_, metric, contrast, _) in TOLD {
        let _ = match contrast {
            Contrast::Value => write!(text, " `{metric}` |"),
            _ => write!(text, " `{metric}` {} |", contrast.id()),
        };
    }
    let _ = writeln!(text, "\n|---|{}", "---|".repeat(TOLD.len()));
    for line in lines.iter().step_by(2) {
        let _ = writeln!(text, "| {line}");
    }
    let _ = write!(
        text,
        "\n## False alarms of searches and hunts\n\n\
         Of 100 logs in which two columns of four and five values say nothing, in how many the search confirms a group, the\n\
         interval of `proxy_auc` lies above 0.5 (2.5 expected), and Cramér's V of some column is significant (5 expected).\n\
         {preamble}\n\n\
         | people | group confirmed | proxies told jointly | proxies told one by one |\n|---|---|---|---|\n",
    );
    for line in lines.iter().skip(1).step_by(2) {
        let _ = writeln!(text, "| {line}");
    }
    text
}
