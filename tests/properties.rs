//! What must hold for any log: the person is the unit, and nothing else moves a number.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use parytet::assess::assess;
use parytet::engine::Counter;
use parytet::log::{Batch, Column, ReadSummary};
use parytet::plan::{self, Csv, Kind, Plan, Schema, Source, SourceFile, StoreOptions};
use parytet::report::assemble::{Parts, assemble};
use parytet::report::face::Face;
use parytet::report::face::table::{Look, Shown};
use parytet::report::model::v1::{Estimate, Result as Report};
use parytet::store::{File, FileDigest, Files};
use parytet::{spec, verdict};
use proptest::prelude::*;

use crate::audit_support::{Desk, Dice, assert_close, gender, number};

/// One row of a log.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    person: u8,
    group: u8,
    selected: bool,
    /// 0: not known, 1: negative, 2: positive.
    label: u8,
    /// Quarters, so that sums are exact whatever their order.
    quarters: u8,
    count: u8,
}

/// How a log is audited.
#[derive(Debug, Clone)]
struct How {
    persons: bool,
    /// Column of the count or weight, with its key.
    counting: &'static str,
    reference: String,
    names: [&'static str; 4],
    /// Rows per batch.
    batch: usize,
}

impl Default for How {
    fn default() -> Self {
        Self {
            persons: true,
            counting: "",
            reference: "a".to_owned(),
            names: ["a", "b", "c", ""],
            batch: 1000,
        }
    }
}

const COLUMNS: [&str; 7] = ["id", "group", "decision", "label", "worth", "freq", "one"];

fn plan(how: &How) -> Plan {
    let subject = if how.persons { "subject = \"id\"\n" } else { "" };
    let text = format!(
        "[audit]\ntitle = \"t\"\n[log]\npath = \"log.csv\"\n{subject}{}\n[[protected]]\nname = \"group\"\nreference = \"{}\"\n\
         [groups]\nmin_subjects = 1\n[[outcome]]\nname = \"o\"\nfavourable = true\n\
         selected = {{ column = \"decision\", values = [\"yes\"], absent = \"allow\" }}\n\
         actual = {{ column = \"label\", values = [\"1\"], absent = \"allow\" }}\nvalue = \"worth\"\n\
         metrics = [\"selection_rate\", \"subject_selection_rate\", \"reach\", \"true_positive_rate\", \
         \"positive_predictive_value\", \"balanced_accuracy\", \"f1\", \"treatment_equality\", \"equalized_odds\", \"mean_value\", \
         \"mean_value_per_subject\"]\n\
         [[gate]]\nmetric = \"disparate_impact\"\nmin = 0.8\n",
        how.counting, how.reference,
    );
    let spec = spec::parse(&text, "spec.toml", PathBuf::new()).unwrap();
    let source = Source {
        files: vec![SourceFile {
            name: "log.csv".to_owned(),
            path: None,
            format: None,
        }],
        csv: Csv {
            delimiter: None,
            quote: b'"',
            null_values: Vec::new(),
            allow_short_rows: false,
        },
        stores: StoreOptions::default(),
        second: None,
    };
    let schema = Schema {
        columns: COLUMNS.iter().map(|c| ((*c).to_owned(), Kind::Text)).collect(),
    };
    plan::resolve(&spec, source, &schema, None, jiff::civil::date(2026, 1, 1)).unwrap()
}

fn field(row: &Row, column: &str, how: &How) -> Option<String> {
    let text = match column {
        "id" => format!("p{}", row.person),
        "group" => how.names[usize::from(row.group)].to_owned(),
        "decision" => if row.selected { "yes" } else { "no" }.to_owned(),
        "label" => ["", "0", "1"][usize::from(row.label)].to_owned(),
        "worth" => (f64::from(row.quarters) / 4.0).to_string(),
        "freq" => row.count.to_string(),
        _ => "1.0".to_owned(),
    };
    (!text.is_empty()).then_some(text)
}

fn audit(rows: &[Row], how: &How) -> Report {
    let plan = plan(how);
    let counter = Counter::new(&plan, None);
    let mut counting = counter.counting();
    let mut first_row = 0;
    for part in rows.chunks(how.batch) {
        let columns = plan
            .log_columns
            .iter()
            .map(|name| {
                let texts: Vec<Option<String>> = part.iter().map(|row| field(row, name, how)).collect();
                Column::Text(texts.iter().map(Option::as_deref).collect())
            })
            .collect();
        let lines = (0..part.len() as u64).map(|i| first_row + i + 2).collect();
        let batch = Batch {
            file: 0,
            first_row,
            rows: part.len(),
            lines: Some(lines),
            columns,
        };
        counting.absorb(&batch).unwrap();
        first_row += part.len() as u64;
    }
    let summary = ReadSummary {
        rows: vec![first_row],
        short_rows: 0,
    };
    let counted = counter.finish(vec![counting], &summary).unwrap();
    let assessment = assess(&plan, &counted.tally).unwrap();
    let judged = verdict::judge(&plan, &counted.tally, &assessment, &verdict::Baseline::default());
    let file = |file: &SourceFile| File {
        name: file.name.clone(),
        fingerprint: None,
        digest: FileDigest::NotAsked,
    };
    assemble(&Parts {
        plan: &plan,
        counted: &counted,
        assessment: &assessment,
        judged: &judged,
        typed: &spec::Typed::default(),
        files: &Files {
            log: plan.log.files.iter().map(file).collect(),
            ..Files::default()
        },
        baseline: None,
        excuses: &[],
        outcome: verdict::exit(&plan, &judged, &[], false),
        exit_zero: false,
    })
}

fn json(report: &Report) -> String {
    let look = Look {
        width: 100,
        color: false,
        unicode: true,
        metrics: Shown::All,
    };
    String::from_utf8(Face::Json.render(report, &look)).unwrap()
}

fn find<'a>(report: &'a Report, group: &str, metric: &str, contrast: &str) -> Option<&'a Estimate> {
    report
        .estimates
        .iter()
        .find(|e| e.group == group && e.metric == metric && e.contrast == contrast)
}

fn near(a: Option<f64>, b: Option<f64>, tolerance: f64) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => (a - b).abs() <= tolerance * a.abs().max(b.abs()).max(1e-3),
        _ => false,
    }
}

/// Rows of up to `people` persons in three groups; a person keeps one group, or is free to change.
fn rows(people: u8, fixed: bool, most: usize) -> impl Strategy<Value = Vec<Row>> {
    let row = (0..people, 0u8..8, any::<bool>(), 0u8..3, 0u8..9, 1u8..4);
    proptest::collection::vec(row, 4..most).prop_map(move |rows| {
        let mut rows: Vec<Row> = rows
            .into_iter()
            .map(|(person, group, selected, label, quarters, count)| Row {
                person,
                // Most are in a group that is known, and in a few.
                group: if fixed {
                    person % 3
                } else {
                    [0, 0, 0, 1, 1, 1, 2, 3][usize::from(group)]
                },
                selected,
                label,
                quarters,
                count,
            })
            .collect();
        // The reference is in every log.
        rows[0].group = 0;
        if fixed {
            rows[0].person = 0;
        }
        rows
    })
}

/// Metrics of rows; those of persons grow with the rows or do not change.
const BY_ROW: [&str; 7] = [
    "selection_rate",
    "true_positive_rate",
    "positive_predictive_value",
    "balanced_accuracy",
    "f1",
    "treatment_equality",
    "mean_value",
];

/// A share with one row a person: its variance is p(1−p)/m, without m/(m−1).
fn is_binomial(estimate: &Estimate) -> bool {
    estimate.method.as_deref() == Some("Wilson")
}

proptest! {
    // A sixteenth of what is asked for (256 unless PROPTEST_CASES says otherwise): each case is a few whole audits.
    #![proptest_config(ProptestConfig {
        cases: ProptestConfig::default().cases / 16,
        max_shrink_iters: 200,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn duplicating_every_row_leaves_the_standard_error(rows in rows(9, false, 40)) {
        let twice: Vec<Row> = rows.iter().flat_map(|r| [r.clone(), r.clone()]).collect();
        let (once, twice) = (audit(&rows, &How::default()), audit(&twice, &How::default()));
        for e in once.estimates.iter().filter(|e| e.contrast == "value") {
            let other = find(&twice, &e.group, &e.metric, "value").unwrap();
            prop_assert_eq!(e.subjects, other.subjects);
            if BY_ROW.contains(&e.metric.as_str()) {
                prop_assert_eq!(other.rows, 2 * e.rows);
                prop_assert!(near(e.estimate, other.estimate, 1e-13));
                // Two rows of one person are no longer one draw: the linearised variance takes over.
                let m = e.subjects as f64;
                let factor = if is_binomial(e) && !is_binomial(other) && m > 1.0 { (m / (m - 1.0)).sqrt() } else { 1.0 };
                let expected = e.standard_error.map(|se| se * factor);
                if e.subjects > 1 {
                    prop_assert!(near(expected, other.standard_error, 1e-7), "{:?} {:?}", e, other);
                }
            } else if e.metric != "mean_value_per_subject" {
                prop_assert!(near(e.estimate, other.estimate, 1e-13) && near(e.standard_error, other.standard_error, 1e-9));
            }
        }
    }

    #[test]
    fn duplicating_every_person_divides_the_standard_error(rows in rows(9, false, 40)) {
        let twice: Vec<Row> = rows.iter().flat_map(|r| [r.clone(), Row { person: r.person + 100, ..r.clone() }]).collect();
        let (once, twice) = (audit(&rows, &How::default()), audit(&twice, &How::default()));
        for e in once.estimates.iter().filter(|e| e.contrast == "value" && e.subjects > 1) {
            let other = find(&twice, &e.group, &e.metric, "value").unwrap();
            prop_assert!(near(e.estimate, other.estimate, 1e-13));
            // Σe² halves, and m/(m−1) becomes 2m/(2m−1).
            let m = e.subjects as f64;
            let factor = if is_binomial(e) { 0.5 } else { (m - 1.0) / (2.0 * m - 1.0) };
            prop_assert!(near(e.standard_error.map(|se| se * factor.sqrt()), other.standard_error, 1e-7), "{:?} {:?}", e, other);
        }
    }

    #[test]
    fn row_order_and_batches_change_no_byte(rows in rows(12, false, 50), seed in any::<u64>(), batch in 1usize..9) {
        let mut shuffled = rows.clone();
        Dice(seed).shuffle(&mut shuffled);
        let other = How { batch, ..How::default() };
        prop_assert_eq!(json(&audit(&rows, &How::default())), json(&audit(&shuffled, &other)));
    }

    #[test]
    fn group_names_change_no_number(rows in rows(12, true, 50)) {
        let names = ["z", "b", "A", ""];
        let plain = audit(&rows, &How::default());
        let renamed = audit(&rows, &How { reference: "z".into(), names, ..How::default() });
        let name = |group: &str| -> String {
            let one = |g: &str| How::default().names.iter().position(|n| *n == g).map_or(g, |i| names[i]).to_owned();
            match group.split_once(" / ") {
                Some((low, high)) => format!("{} / {}", one(low), one(high)),
                None => one(group),
            }
        };
        for e in &plain.estimates {
            let extreme = e.contrast.starts_with("max") || e.contrast.starts_with("min");
            let other = renamed.estimates.iter().find(|o| {
                o.metric == e.metric && o.contrast == e.contrast && o.attribute == e.attribute
                    // Ties for the lowest or highest go to the first name.
                    && (extreme || o.group == name(&e.group))
            });
            let other = other.unwrap();
            prop_assert!(near(e.estimate, other.estimate, 1e-14));
            prop_assert!(near(e.low, other.low, 1e-9) && near(e.high, other.high, 1e-9), "{:?} {:?}", e, other);
            prop_assert!(near(e.p_value, other.p_value, 1e-9), "{:?} {:?}", e, other);
            prop_assert_eq!((e.subjects, e.rows, &e.status), (other.subjects, other.rows, &other.status));
        }
    }

    #[test]
    fn a_ratio_is_the_inverse_of_the_other_way_round(rows in rows(8, false, 40)) {
        let mut rows = rows;
        rows[1].group = 1;
        let (a, b) = (audit(&rows, &How::default()), audit(&rows, &How { reference: "b".into(), ..How::default() }));
        for e in a.estimates.iter().filter(|e| e.group == "b" && e.attribute == "group" && e.metric != "equalized_odds") {
            let Some(other) = find(&b, "a", &e.metric, &e.contrast) else { continue };
            match e.contrast.as_str() {
                "gap" => {
                    prop_assert!(near(e.estimate, other.estimate.map(|x| -x), 1e-14));
                    prop_assert!(near(e.low, other.high.map(|x| -x), 1e-9) && near(e.high, other.low.map(|x| -x), 1e-9), "{:?} {:?}", e, other);
                }
                "ratio" => {
                    if let (Some(x), Some(y)) = (e.estimate, other.estimate) {
                        prop_assert!((x * y - 1.0).abs() < 1e-13);
                        let ends = [(e.low, other.high), (e.high, other.low)];
                        for (x, y) in ends {
                            if let (Some(x), Some(y)) = (x, y) {
                                prop_assert!((x * y - 1.0).abs() < 1e-8, "{:?} {:?}", e, other);
                            }
                        }
                    }
                }
                _ => continue,
            }
            prop_assert!(near(e.standard_error, other.standard_error, 1e-12));
            if e.estimate.is_some() && other.estimate.is_some() {
                prop_assert!(near(e.p_value, other.p_value, 1e-9), "{:?} {:?}", e, other);
            }
        }
    }

    #[test]
    fn intervals_hold_their_estimates_and_everything_is_finite(
        rows in rows(10, false, 40),
        reference in proptest::sample::select(vec!["a", "largest", "best", "rest", "overall"]),
    ) {
        let report = audit(&rows, &How { reference: reference.into(), ..How::default() });
        for e in &report.estimates {
            let Some(x) = e.estimate else {
                prop_assert!(e.low.is_none() && e.high.is_none() && e.p_value.is_none() && e.status == "undefined" && e.reason.is_some());
                continue;
            };
            prop_assert!(x.is_finite());
            prop_assert!(e.low.is_none_or(|low| low.is_finite() && low <= x), "{:?}", e);
            prop_assert!(e.high.is_none_or(|high| high.is_finite() && high >= x), "{:?}", e);
            prop_assert!(e.method.is_some() || (e.low.is_none() && e.high.is_none()));
            for p in [e.p_value, e.p_adjusted, e.p_bh].into_iter().flatten() {
                prop_assert!((0.0..=1.0).contains(&p), "{:?}", e);
            }
            for size in [e.standard_error, e.deff, e.effective_rows, e.df].into_iter().flatten() {
                prop_assert!(size.is_finite() && size >= 0.0, "{:?}", e);
            }
            if e.unit == "share" && e.contrast == "value" {
                prop_assert!((0.0..=1.0).contains(&x) && e.low.is_none_or(|l| l >= 0.0) && e.high.is_none_or(|h| h <= 1.0));
            }
        }
    }

    #[test]
    fn with_one_row_a_person_the_person_column_changes_nothing(rows in rows(8, true, 50)) {
        let rows: Vec<Row> = rows.into_iter().enumerate().map(|(i, r)| Row { person: i as u8, ..r }).collect();
        let with = audit(&rows, &How::default());
        let without = audit(&rows, &How { persons: false, ..How::default() });
        prop_assert_eq!(with.estimates, without.estimates);
        prop_assert_eq!(&with.gates[0].answers, &without.gates[0].answers);
        prop_assert_eq!(with.groupings, without.groupings);
    }

    #[test]
    fn a_count_is_so_many_rows(rows in rows(8, false, 30), persons in any::<bool>()) {
        let repeated: Vec<Row> = rows.iter().flat_map(|r| vec![r.clone(); usize::from(r.count)]).collect();
        let counted = audit(&rows, &How { counting: "count = \"freq\"", persons, ..How::default() });
        let repeated = audit(&repeated, &How { persons, ..How::default() });
        prop_assert_eq!(counted.estimates, repeated.estimates);
        prop_assert_eq!(counted.groupings, repeated.groupings);
        prop_assert_eq!(counted.account.audited_count, repeated.account.audited);
    }

    #[test]
    fn weights_of_one_are_no_weights(rows in rows(8, false, 40), persons in any::<bool>()) {
        let weighted = audit(&rows, &How { counting: "weight = \"one\"", persons, ..How::default() });
        let plain = audit(&rows, &How { persons, ..How::default() });
        prop_assert_eq!(weighted.estimates.len(), plain.estimates.len());
        for (w, p) in weighted.estimates.iter().zip(&plain.estimates) {
            prop_assert_eq!((w.estimate, w.low, w.high, &w.method, w.standard_error), (p.estimate, p.low, p.high, &p.method, p.standard_error));
            prop_assert_eq!((w.p_value, w.deff, w.subjects, w.rows), (p.p_value, p.deff, p.subjects, p.rows));
        }
    }

    #[test]
    fn people_who_change_groups_make_groups_vary_together(
        rows in rows(7, false, 60),
        reference in proptest::sample::select(vec!["a", "largest", "rest", "overall"]),
    ) {
        let report = audit(&rows, &How { reference: reference.into(), ..How::default() });
        let chosen = report.groupings[0].reference.clone();
        let group_of = |r: &Row| How::default().names[usize::from(r.group)];
        for (metric, counted, hit) in [
            ("selection_rate", (|_: &Row| true) as fn(&Row) -> bool, (|r: &Row| r.selected) as fn(&Row) -> bool),
            ("true_positive_rate", |r| r.label == 2, |r| r.selected && r.label == 2),
        ] {
            for e in report.estimates.iter().filter(|e| e.metric == metric && e.contrast == "gap" && e.estimate.is_some()) {
                let mine = e.group.as_str();
                let in_group = |r: &Row| group_of(r) == if mine == "(missing)" { "" } else { mine };
                let in_reference = |r: &Row| match chosen.as_deref() {
                    Some("(rest)") => group_of(r) != mine && !group_of(r).is_empty(),
                    Some("(overall)") => true,
                    Some(name) => group_of(r) == name,
                    None => false,
                };
                let brute = gap(&rows, &in_group, &in_reference, counted, hit);
                prop_assert!((e.estimate.unwrap() - brute.gap).abs() < 1e-12, "{:?} {:?}", e, brute);
                prop_assert_eq!(e.subjects, brute.people);
                match (e.standard_error, brute.error) {
                    (Some(se), Some(expected)) => prop_assert!((se - expected).abs() < 1e-7, "{:?} {:?}", e, brute),
                    // Without a variance on either side there is none of the gap.
                    (None, Some(expected)) => prop_assert!(expected < 1e-7, "{:?} {:?}", e, brute),
                    (se, None) => prop_assert!(se.is_none(), "{:?} {:?}", e, brute),
                }
            }
        }
    }

    #[test]
    fn people_in_several_groups_are_counted_once_in_each(rows in rows(6, false, 60)) {
        let report = audit(&rows, &How::default());
        let mut groups_of: BTreeMap<u8, BTreeSet<u8>> = BTreeMap::new();
        for r in &rows {
            groups_of.entry(r.person).or_default().insert(r.group);
        }
        let several = groups_of.values().filter(|g| g.len() > 1).count() as u64;
        prop_assert_eq!(report.groupings[0].subjects_in_several_groups, several);
        prop_assert_eq!(report.account.subjects, groups_of.len() as u64);
        let mut all: Vec<(String, Vec<&Row>)> = vec![("(everyone)".into(), rows.iter().collect())];
        for group in 0..4u8 {
            let of: Vec<&Row> = rows.iter().filter(|r| r.group == group).collect();
            if !of.is_empty() {
                all.push((["a", "b", "c", "(missing)"][usize::from(group)].into(), of));
            }
        }
        for (name, of) in &all {
            let mut people: BTreeMap<u8, (u32, u32)> = BTreeMap::new();
            for r in of {
                let (n, y) = people.entry(r.person).or_default();
                *n += 1;
                *y += u32::from(r.selected);
            }
            let m = people.len() as f64;
            let reach = people.values().filter(|(_, y)| *y > 0).count() as f64 / m;
            let own: f64 = people.values().map(|(n, y)| f64::from(*y) / f64::from(*n)).sum::<f64>() / m;
            let worth: f64 = of.iter().map(|r| f64::from(r.quarters) / 4.0).sum::<f64>() / m;
            for (metric, expected) in [("reach", reach), ("subject_selection_rate", own), ("mean_value_per_subject", worth)] {
                let e = find(&report, name, metric, "value").unwrap();
                prop_assert!((e.estimate.unwrap() - expected).abs() < 1e-12, "{:?} {}", e, expected);
                prop_assert_eq!((e.subjects, e.rows), (people.len() as u64, of.len() as u64));
            }
            if let Some(g) = report.groupings[0].groups.iter().find(|g| g.group == *name) {
                prop_assert_eq!((g.subjects, g.rows), (people.len() as u64, of.len() as u64));
            }
        }
    }
}

#[derive(Debug)]
struct Brute {
    gap: f64,
    error: Option<f64>,
    people: u64,
}

/// The gap of two rates and its standard error, from each person's residuals e = (y − rn)/N.
///
/// V = f_A Σe_A² + f_B Σe_B² − 2 √(f_A f_B) Σ e_A e_B with f = m/(m−1); where all are single rows of different people,
/// p(1−p)/m on each side instead.
fn gap(
    rows: &[Row],
    in_group: &dyn Fn(&Row) -> bool,
    in_reference: &dyn Fn(&Row) -> bool,
    counted: fn(&Row) -> bool,
    hit: fn(&Row) -> bool,
) -> Brute {
    let side = |inside: &dyn Fn(&Row) -> bool| {
        let mut people: BTreeMap<u8, (f64, f64)> = BTreeMap::new();
        for r in rows.iter().filter(|r| inside(r) && counted(r)) {
            let (n, y) = people.entry(r.person).or_default();
            *n += 1.0;
            *y += f64::from(u8::from(hit(r)));
        }
        let n: f64 = people.values().map(|p| p.0).sum();
        let y: f64 = people.values().map(|p| p.1).sum();
        let residuals: BTreeMap<u8, f64> = people.iter().map(|(u, (nu, yu))| (*u, (yu - y / n * nu) / n)).collect();
        let single = people.values().all(|p| p.0 <= 1.0);
        (y / n, residuals, single)
    };
    let (ra, ea, single_a) = side(in_group);
    let (rb, eb, single_b) = side(in_reference);
    let (ma, mb) = (ea.len() as f64, eb.len() as f64);
    let shared: f64 = ea.iter().filter_map(|(u, e)| Some(e * eb.get(u)?)).sum();
    let apart = ea.keys().all(|u| !eb.contains_key(u));
    let factor = |m: f64| m / (m - 1.0);
    let v = if single_a && single_b && apart {
        Some(ra * (1.0 - ra) / ma + rb * (1.0 - rb) / mb)
    } else if ma > 1.0 && mb > 1.0 {
        let squares = |e: &BTreeMap<u8, f64>| e.values().map(|e| e * e).sum::<f64>();
        Some(factor(ma) * squares(&ea) + factor(mb) * squares(&eb) - 2.0 * (factor(ma) * factor(mb)).sqrt() * shared)
    } else {
        None
    };
    Brute {
        gap: ra - rb,
        error: v.map(|v| v.max(0.0).sqrt()),
        people: ea.len() as u64,
    }
}

#[test]
fn the_persons_of_the_method_reference_end_to_end() {
    // Own linearisation over people, checked against statsmodels 0.15.0: OLS on rows, cluster HC0, times m/(m−1).
    let mut log = "id,gender,decision\n".to_owned();
    let groups = [
        ("A", vec![(5, 2), (1, 1), (12, 3), (3, 0), (7, 4)]),
        ("B", vec![(4, 1), (9, 1), (2, 1), (6, 2)]),
    ];
    for (group, people) in &groups {
        for (i, (n, y)) in people.iter().enumerate() {
            for row in 0..*n {
                log += &format!("{group}{i},{group},{}\n", if row < *y { "yes" } else { "no" });
            }
        }
    }
    let result = Desk::with("log.csv", log).result(&[
        "log.csv",
        "--subject",
        "id",
        "--protected",
        "gender",
        "--selected",
        "decision=yes",
        "--reference",
        "A",
        "--min-subjects",
        "2",
    ]);
    for (group, r, v, hc0, deff, people, effective) in [
        (
            "A",
            0.357_142_857_1,
            0.008_785_401_9,
            0.007_028_321_5,
            1.071_428_571_4,
            5.0,
            784.0 / 228.0,
        ),
        (
            "B",
            0.238_095_238_1,
            0.005_772_629_0,
            0.004_329_471_8,
            0.668_253_968_3,
            4.0,
            441.0 / 137.0,
        ),
    ] {
        let value = gender(&result, group, "selection_rate", "value");
        assert_close(number(&value["estimate"]), r, 1e-9);
        let variance = number(&value["standard_error"]).powi(2);
        assert_close(variance, v, 1e-10);
        assert_close(variance * (people - 1.0) / people, hc0, 1e-10);
        assert_close(number(&value["deff"]), deff, 1e-9);
        // Effective people, (sum of rows)^2 / sum of squared rows, less one.
        assert_close(number(&value["df"]), effective - 1.0, 1e-12);
    }
    let gap = gender(&result, "B", "selection_rate", "gap");
    assert_close(number(&gap["estimate"]), -0.119_047_619_0, 1e-9);
    assert_close(number(&gap["standard_error"]), 0.120_656_665_6, 1e-9);
    // Welch-Satterthwaite with effective people, of variances that allow for them.
    let allow = |v: f64, m: f64, g: f64| v * (g / (g - 1.0)) / (m / (m - 1.0));
    let (ga, gb) = (784.0 / 228.0, 441.0 / 137.0);
    let (a, b) = (allow(0.008_785_401_916, 5.0, ga), allow(0.005_772_629_031, 4.0, gb));
    let df: f64 = (a + b) * (a + b) / (a * a / (ga - 1.0) + b * b / (gb - 1.0));
    assert_close(number(&gap["df"]), df, 1e-8);
    let ratio = gender(&result, "B", "selection_rate", "ratio");
    assert_close(number(&ratio["estimate"]).ln(), -0.405_465_108_1, 1e-9);
    assert_close(number(&ratio["standard_error"]), 0.413_166_706_2, 1e-9);
}
