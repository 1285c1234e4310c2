//! A result as audits give them, for the tests of the faces: two outcomes, every status, every verdict, hostile names.
//!
//! Its numbers hang together (rates from counts, simple intervals) and are rounded, so that the golden files are the
//! same on every platform. They are not this program's statistics.

mod gates;

use std::collections::BTreeMap;

use super::model::v1::*;
use crate::catalogue;

/// A name that would end the line and colour the terminal.
pub(crate) const HOSTILE: &str = "line\nbreak \u{1b}[31mred\u{202e}";
/// A name that would run in a browser.
pub(crate) const SCRIPT: &str = "<script>alert(1)</script>";

/// People, rows, selected rows.
type Counts = (u64, u64, u64);
/// Group, counts for `offered`, selected rows for `rejected`.
type Sizes<'a> = (&'a str, Counts, u64);

const MIN_SUBJECTS: u64 = 5;

/// The sample.
pub(crate) fn sample() -> Result {
    let long = "ż".repeat(200);
    let mut result = blank();
    grouping(
        &mut result,
        ("gender", Some("male"), "largest"),
        &[
            ("female", (2_380, 18_910, 5_310), 2_010),
            ("male", (2_455, 20_412, 6_990), 1_960),
            ("(missing)", (175, 760, 214), 80),
            ("diverse", (2, 6, 0), 1),
        ],
    );
    grouping(
        &mut result,
        ("age", Some("25-44"), "named"),
        &[
            ("<25", (301, 2_710, 866), 271),
            ("25-44", (2_611, 21_470, 7_010), 2_163),
            ("45-64", (1_902, 14_590, 4_500), 1_490),
            ("65+", (187, 1_318, 138), 127),
        ],
    );
    grouping(
        &mut result,
        ("gender & age", Some("male & 25-44"), "largest"),
        &[
            ("female & 25-44", (1_270, 10_380, 2_900), 1_060),
            ("female & 65+", (61, 402, 34), 45),
            ("male & 25-44", (1_341, 11_090, 4_110), 1_103),
            ("male & 65+", (3, 9, 0), 0),
        ],
    );
    grouping(
        &mut result,
        ("region", Some("(rest)"), "rest"),
        &[
            (SCRIPT, (820, 6_700, 2_100), 660),
            ("a, b; \"c\" `d`", (911, 7_120, 2_190), 711),
            (HOSTILE, (790, 6_515, 2_044), 640),
            ("=HYPERLINK(\"http://example.org\")", (810, 6_555, 2_051), 655),
            ("👩‍👩‍👧 rodzina", (840, 6_633, 2_061), 672),
            ("ذكر وأنثى", (420, 3_300, 1_034), 334),
            (&long, (421, 3_265, 1_034), 379),
        ],
    );
    gates::extremes(&mut result);
    gates::gates(&mut result);
    result.metrics = metrics(&result);
    result
}

fn metrics(result: &Result) -> Vec<Metric> {
    let is_in = |id: &str| result.estimates.iter().any(|e| e.metric == id);
    let entries = catalogue::Metric::all().map(catalogue::Metric::entry);
    entries
        .filter(|entry| is_in(entry.id))
        .map(|entry| Metric {
            metric: entry.id.to_owned(),
            title: entry.title.to_owned(),
            meaning: entry.meaning.to_owned(),
            formula: entry.formula_text.to_owned(),
            direction: entry.direction.id().to_owned(),
            caution: entry.caution.to_owned(),
            source: entry.source.to_owned(),
        })
        .collect()
}

/// As much of the sample as one can read in JSON.
pub(crate) fn small() -> Result {
    let mut result = sample();
    result.groupings.truncate(1);
    result.estimates.truncate(9);
    result.account.by_group.truncate(2);
    result.gates.truncate(1);
    for gate in &mut result.gates {
        gate.answers.truncate(3);
    }
    result
}

fn blank() -> Result {
    let outcome = |name: &str, favourable: bool| Outcome {
        name: name.to_owned(),
        sweep: None,
        favourable,
        label: favourable,
        value: false,
        unit: None,
    };
    let by_outcome = |name: &str, audited: u64, no_label: Option<u64>| OutcomeAccount {
        outcome: name.to_owned(),
        audited,
        no_decision: 40_100 - audited,
        no_label,
        no_value: None,
    };
    Result {
        schema: SCHEMA.to_owned(),
        tool: Tool {
            name: "parytet".to_owned(),
            version: "0.1.0".to_owned(),
            commit: None,
            target: Some("x86_64-linux-gnu".to_owned()),
            features: Vec::new(),
        },
        audit: Audit {
            title: "October offers".to_owned(),
            system: Some("offer engine 4".to_owned()),
            owner: Some("Jane Doe, analytics".to_owned()),
            purpose: None,
            period: Some("2026-10-01 to 2026-10-31".to_owned()),
            spec: Some("offers.toml".to_owned()),
            spec_text: Some("[audit]\ntitle = \"October offers\"\n".to_owned()),
            spec_sha256: Some("8b3f57d0c5b7a1bd64cbb0a5b4a0e6c96f4c1f9d0d39a5dd2f1d3a2e6c8b7a90".to_owned()),
            flags: vec![BTreeMap::from([("seed".to_owned(), serde_json::json!(1))])],
            level: 0.95,
            seed: 1,
            as_of: "2026-11-01".to_owned(),
            unit: "subject".to_owned(),
            min_subjects: MIN_SUBJECTS,
            tests: 24,
            exit_zero: false,
        },
        inputs: vec![
            Input {
                role: "log".to_owned(),
                name: "offers/2026-10.csv".to_owned(),
                rows: 41_188,
                bytes: Some(1_204_511),
                sha256: Some("2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae".to_owned()),
                digest_reason: None,
            },
            Input {
                role: "people".to_owned(),
                name: "customers.csv".to_owned(),
                rows: 6_000,
                bytes: None,
                sha256: None,
                digest_reason: Some("not-asked".to_owned()),
            },
        ],
        account: Account {
            read: 41_188,
            filtered: 1_000,
            no_subject: 12,
            no_decision: 88,
            audited: 40_088,
            audited_count: 40_088,
            subjects: 5_012,
            short_rows: 0,
            subjects_without_record: Some(175),
            records_without_rows: Some(1_163),
            by_outcome: vec![
                by_outcome("offered", 40_088, Some(2_044)),
                by_outcome("rejected", 40_080, None),
            ],
            by_group: Vec::new(),
        },
        outcomes: vec![outcome("offered", true), outcome("rejected", false)],
        groupings: Vec::new(),
        metrics: Vec::new(),
        estimates: Vec::new(),
        within: vec![within()],
        search: Some(search()),
        proxies: proxies(),
        matched: vec![matched()],
        curves: vec![curve()],
        uncertain: vec![uncertain()],
        small_groups: small_groups(),
        bounds: vec![bound()],
        label_bounds: vec![label_bound()],
        baseline: Some(Baseline {
            title: "September offers".to_owned(),
            as_of: "2026-10-01".to_owned(),
            period: None,
            version: "0.1.0".to_owned(),
            digest: "00000000000000000000000000000001".to_owned(),
        }),
        gates: Vec::new(),
        waivers: Vec::new(),
        verdict: Verdict {
            verdict: "fail".to_owned(),
            passed: 1,
            failed: 2,
            inconclusive: 1,
            waived: 1,
            exit_code: 1,
            reason: "gate-failed".to_owned(),
        },
        notes: vec![
            "People who were never in the log are not in this audit: who was left out altogether can't be seen."
                .to_owned(),
            "--gate on the command line went before the spec's gates.".to_owned(),
        ],
    }
}

/// Adds a grouping, the account of its groups and their estimates.
fn grouping(result: &mut Result, (attribute, reference, rule): (&str, Option<&str>, &str), sizes: &[Sizes]) {
    for (group, (_, rows, _), _) in sizes {
        result.account.by_group.push(GroupAccount {
            attribute: attribute.to_owned(),
            group: (*group).to_owned(),
            read: rows + 40,
            filtered: 38,
            no_subject: 0,
            no_decision: 2,
            audited: *rows,
        });
    }
    let groups = sizes.iter().map(|(group, (subjects, rows, _), _)| Group {
        group: (*group).to_owned(),
        subjects: *subjects,
        rows: *rows,
        row_share: round(*rows as f64 / 40_088.0),
        subject_share: round(*subjects as f64 / 5_012.0),
        judged: *subjects >= MIN_SUBJECTS && !group_unknown(group),
    });
    result.groupings.push(Grouping {
        attribute: attribute.to_owned(),
        reference: reference.map(str::to_owned),
        reference_rule: rule.to_owned(),
        subjects_in_several_groups: u64::from(attribute == "region") * 3,
        groups: groups.collect(),
    });
    let sum = |count: fn(&Sizes) -> u64| sizes.iter().map(count).sum::<u64>();
    let rest = (sum(|s| s.1.0), sum(|s| s.1.1), sum(|s| s.1.2));
    for (outcome, metric, count) in [
        ("offered", "selection_rate", (|s| s.1.2) as fn(&Sizes) -> u64),
        ("offered", "true_positive_rate", |s| s.1.2 * 4 / 9),
        ("offered", "positive_predictive_value", |s| s.1.2 / 2),
        ("rejected", "selection_rate", |s| s.2),
        ("rejected", "favourable_rate", |s| s.1.1 - s.2),
    ] {
        let of_reference = sizes
            .iter()
            .find(|s| Some(s.0) == reference)
            .map_or((rest.0, rest.1, sum(count)), |s| (s.1.0, s.1.1, count(s)));
        for size in sizes {
            let of_group = (size.1.0, size.1.1, count(size));
            for contrast in ["value", "gap", "ratio"] {
                if contrast != "value" && Some(size.0) == reference {
                    continue;
                }
                // Nobody of the group was up for it: there is no number at all.
                let counts = size.2 > 0 || outcome == "offered";
                let mut e = estimate(contrast, of_group, of_reference, counts);
                if group_unknown(size.0) && e.status == "ok" {
                    e.status = "few".to_owned();
                    e.reason = Some("attribute-missing".to_owned());
                }
                attribute.clone_into(&mut e.attribute);
                size.0.clone_into(&mut e.group);
                outcome.clone_into(&mut e.outcome);
                metric.clone_into(&mut e.metric);
                if contrast != "value" {
                    e.reference = reference.map(str::to_owned);
                }
                if (metric, contrast) == ("selection_rate", "ratio") && outcome == "offered" {
                    e.alias = Some("disparate_impact".to_owned());
                }
                result.estimates.push(e);
            }
        }
    }
}

fn group_unknown(group: &str) -> bool {
    group == "(missing)"
}

fn estimate(contrast: &str, (subjects, rows, selected): Counts, (_, m, y): Counts, counts: bool) -> Estimate {
    let (n, x, m, y) = (rows as f64, selected as f64, m as f64, y as f64);
    let (p, q) = (x / n, y / m);
    let deff = 2.4;
    let (variance, other) = (deff * p * (1.0 - p) / n, deff * q * (1.0 - q) / m);
    let gap_error = (variance + other).sqrt();
    let z = 1.96;
    let log_error = if selected == 0 {
        1.0
    } else {
        (variance / (p * p) + other / (q * q)).sqrt()
    };
    let (x, low, high, error) = match contrast {
        "value" if selected == 0 => (0.0, 0.0, 3.0 / n, gap_error),
        "ratio" if selected == 0 => (0.0, 0.0, 3.0 / n / q, log_error),
        "value" => (p, p - z * variance.sqrt(), p + z * variance.sqrt(), variance.sqrt()),
        "gap" => (p - q, p - q - z * gap_error, p - q + z * gap_error, gap_error),
        _ => (
            p / q,
            p / q * (-z * log_error).exp(),
            p / q * (z * log_error).exp(),
            log_error,
        ),
    };
    let undefined = !counts;
    let test = contrast != "value" && !undefined;
    let p_value = (-((p - q) / gap_error).powi(2) / 2.0).exp();
    let known = |x: f64| (!undefined).then(|| round(x));
    let few = subjects < MIN_SUBJECTS;
    Estimate {
        attribute: String::new(),
        group: String::new(),
        reference: None,
        given: None,
        along: None,
        at: None,
        item_class: None,
        outcome: String::new(),
        metric: String::new(),
        contrast: contrast.to_owned(),
        alias: None,
        unit: if contrast == "ratio" { "number" } else { "share" }.to_owned(),
        estimate: known(x),
        low: known(low),
        high: known(high),
        level: 0.95,
        method: (!undefined).then(|| "cluster".to_owned()),
        bootstrap_low: None,
        bootstrap_high: None,
        standard_error: known(error),
        df: (!undefined).then_some(subjects.saturating_sub(1) as f64),
        test: test.then(|| "cluster-t".to_owned()),
        p_value: test.then(|| round(p_value)),
        p_adjusted: test.then(|| round((p_value * 24.0).min(1.0))),
        p_bh: test.then(|| round((p_value * 3.0).min(1.0))),
        subjects,
        rows,
        numerator: Some(selected as f64),
        denominator: Some(n),
        deff: Some(deff),
        effective_rows: Some(round(n / deff)),
        minimum_detectable_ratio: (contrast == "ratio" && !undefined).then(|| round((-2.8 * log_error).exp())),
        selections_to_parity: test.then(|| (q * n - p * n).round() as i64),
        subjects_to_parity: test.then(|| ((q - p) * subjects as f64).round() as i64),
        status: match (undefined, few) {
            (true, _) => "undefined",
            (false, true) => "few",
            (false, false) => "ok",
        }
        .to_owned(),
        reason: match (undefined, few) {
            (true, _) => Some("no-denominator".to_owned()),
            (false, true) => Some("too-few-subjects".to_owned()),
            (false, false) => None,
        },
    }
}

fn bound() -> Bound {
    Bound {
        attribute: "gender".to_owned(),
        group: "female".to_owned(),
        reference: "male".to_owned(),
        outcome: "offered".to_owned(),
        unknown: 760.0,
        unknown_selected: 214.0,
        gap_low: Some(-0.076_3),
        gap_high: Some(-0.044_7),
        ratio_low: Some(0.779),
        ratio_high: Some(0.866),
        gates_hanging: vec!["disparate_impact >= 0.8".to_owned()],
        tipping: vec![Tipping {
            gate: "disparate_impact >= 0.8".to_owned(),
            group_rate: Some(0.16),
            reference_rate: Some(0.4),
        }],
    }
}

fn label_bound() -> LabelBound {
    LabelBound {
        attribute: "gender".to_owned(),
        group: "female".to_owned(),
        reference: Some("male".to_owned()),
        outcome: "offered".to_owned(),
        metric: "true_positive_rate".to_owned(),
        selected: 5_310.0,
        selected_unlabelled: 0.0,
        others: 13_600.0,
        others_unlabelled: 900.0,
        low: Some(0.41),
        high: Some(0.52),
        gap_low: Some(-0.19),
        gap_high: Some(0.03),
        ratio_low: Some(0.68),
        ratio_high: Some(1.06),
        gates_hanging: Vec::new(),
    }
}

fn matched() -> Matched {
    let balance = |column: &str, unit: &str, before: f64, after: f64| Balance {
        column: column.to_owned(),
        unit: unit.to_owned(),
        before,
        after,
    };
    Matched {
        attribute: "gender".to_owned(),
        group: "female".to_owned(),
        reference: "male".to_owned(),
        outcome: "offered".to_owned(),
        rows: 18_910.0,
        matched: 18_301.0,
        crude: Some(-0.061_642),
        gap: -0.041,
        gap_low: Some(-0.06),
        gap_high: Some(-0.022),
        differently: 0.43,
        differently_low: Some(0.41),
        differently_high: Some(0.45),
        balance: vec![
            balance(HOSTILE, "share", 0.12, 0.0),
            balance("income", "standard deviations", -0.31, -0.008),
        ],
    }
}

fn curve() -> Curve {
    let bin = |(lowest, highest): (f64, f64), mean_score: f64, share: f64, ends: Option<(f64, f64)>| Bin {
        lowest,
        highest,
        rows: 1_260.0,
        mean_score,
        share,
        low: ends.map(|ends| ends.0),
        high: ends.map(|ends| ends.1),
    };
    let point = |score: f64, false_positive_rate: f64, true_positive_rate: f64| RocPoint {
        score,
        false_positive_rate,
        true_positive_rate,
    };
    Curve {
        outcome: "offered".to_owned(),
        attribute: "gender".to_owned(),
        group: "female".to_owned(),
        bins: vec![
            bin((0.02, 0.21), 0.11, 0.09, Some((0.07, 0.115))),
            bin((0.22, 0.6), 0.41, 0.5, Some((0.46, 0.54))),
            bin((0.61, 0.98), 0.77, 0.75, None),
        ],
        roc: vec![point(0.9, 0.04, 0.31), point(0.5, 0.22, 0.72), point(0.02, 1.0, 1.0)],
    }
}

fn uncertain() -> Uncertain {
    let group = |group: &str, rate: f64, gap: Option<f64>| UncertainGroup {
        group: group.to_owned(),
        expected_rows: 20_044.0,
        counted_rows: 18_113.0,
        weighted: Some(rate),
        weighted_low: Some(rate - 0.02),
        weighted_high: Some(rate + 0.02),
        thresholded: Some(rate - 0.01),
        thresholded_low: Some(rate - 0.03),
        thresholded_high: Some(rate + 0.01),
        bound_low: Some(rate - 0.21),
        bound_high: Some(rate + 0.19),
        weighted_gap: gap,
        weighted_gap_low: gap.map(|gap| gap - 0.02),
        weighted_gap_high: gap.map(|gap| gap + 0.02),
        thresholded_gap: gap.map(|gap| gap * 1.5),
        thresholded_gap_low: gap.map(|gap| gap * 1.5 - 0.02),
        thresholded_gap_high: gap.map(|gap| gap * 1.5 + 0.02),
        gap_bound_low: gap.map(|gap| gap - 0.4),
        gap_bound_high: gap.map(|gap| gap + 0.4),
    };
    Uncertain {
        attribute: "origin".to_owned(),
        reference: "here".to_owned(),
        outcome: "offered".to_owned(),
        threshold: 0.5,
        rows: 40_088.0,
        rows_unknown: 12.0,
        strata: 41,
        strata_step: Some(0.05),
        groups: vec![group("elsewhere", 0.521, Some(-0.064)), group("here", 0.585, None)],
    }
}

fn small_groups() -> Vec<SmallGroup> {
    let group = |group: &str, subjects: u64, rate: f64| SmallGroup {
        attribute: "gender".to_owned(),
        group: group.to_owned(),
        reference: Some("male".to_owned()),
        outcome: "offered".to_owned(),
        subjects,
        effective_rows: subjects as f64 * 1.3,
        rate: Some(rate),
        rate_low: Some(rate - 0.02),
        rate_high: Some(rate + 0.02),
        toward: Some(0.61),
        pull: Some(41.3),
        shrunken: Some(rate + 0.01),
        shrunken_low: Some(rate - 0.01),
        shrunken_high: Some(rate + 0.03),
        reason: None,
        threshold: 0.8,
        probability_below: Some(0.021),
    };
    vec![
        group("female", 6_018, 0.571),
        SmallGroup {
            probability_below: None,
            ..group("male", 6_402, 0.633)
        },
    ]
}

fn within() -> Within {
    let test = |name: &str, statistic: f64, df: f64, p_value: f64| {
        Some(ChiSquare {
            test: name.to_owned(),
            statistic,
            df,
            p_value,
        })
    };
    Within {
        attribute: "gender".to_owned(),
        group: "female".to_owned(),
        reference: "male".to_owned(),
        outcome: "offered".to_owned(),
        given: "product".to_owned(),
        strata: 4,
        shared: 0.98,
        crude: -0.061_642,
        crude_low: Some(-0.075_79),
        crude_high: Some(-0.047_494),
        adjusted: Some(-0.012_5),
        adjusted_low: Some(-0.027),
        adjusted_high: Some(0.002),
        agreement: "vanishes".to_owned(),
        association: test("Mantel-Haenszel, by person", 2.9, 1.0, 0.088),
        homogeneity: test("log ratios of strata, by person", 1.7, 3.0, 0.64),
    }
}

fn search() -> Search {
    let item = |column: &str, value: &str, share: f64| Item {
        column: column.to_owned(),
        value: value.to_owned(),
        share: Some(share),
    };
    let group = |items: Vec<Item>, overlap: f64, gap: f64, p: f64| Subgroup {
        group: items
            .iter()
            .map(|item| format!("{}={}", item.column, item.value))
            .collect::<Vec<_>>()
            .join(" & "),
        items,
        subjects: 412,
        rows: 3_105.0,
        overlap,
        found_gap: gap - 0.02,
        found_p: p / 10.0,
        value: Some(round(0.31 + gap)),
        others: Some(0.31),
        gap: Some(gap),
        low: Some(round(gap - 0.04)),
        high: Some(round(gap + 0.04)),
        p_value: Some(p / 2.0),
        p_adjusted: Some(p),
        confirmed: p <= 0.05,
    };
    Search {
        outcome: "offered".to_owned(),
        metric: "selection_rate".to_owned(),
        columns: ["gender", "age", "region"].map(str::to_owned).to_vec(),
        depth: 3,
        min_subjects: 50,
        tested: 118,
        told: 9,
        groups: vec![
            group(
                vec![item("gender", "female", 0.4), item("region", SCRIPT, 0.6)],
                0.0,
                -0.12,
                0.000_2,
            ),
            group(vec![item("age", "65+", 1.0)], 0.07, -0.03, 0.21),
        ],
    }
}

fn proxies() -> Vec<Proxy> {
    let proxy = |columns: &[&str], v: f64, auc: f64, p: f64| Proxy {
        attribute: "gender".to_owned(),
        columns: columns.iter().map(|&column| column.to_owned()).collect(),
        subjects: 4_837,
        cramers_v: Some(v),
        cramers_v_low: Some(round((v - 0.03).max(0.0))),
        cramers_v_high: Some(round(v + 0.03)),
        p_value: Some(p),
        p_adjusted: Some(p),
        auc: Some(auc),
        auc_low: Some(round(auc - 0.02)),
        auc_high: Some(round(auc + 0.02)),
        information: Some(0.12),
        information_low: Some(0.1),
        information_high: Some(0.14),
        guessed: Some(0.71),
        guessed_blindly: Some(0.51),
    };
    vec![
        proxy(&["device"], 0.31, 0.68, 1e-9),
        proxy(&[HOSTILE], 0.0, 0.505, 0.6),
        proxy(&["device", HOSTILE], 0.31, 0.69, 1e-9),
    ]
}

fn round(x: f64) -> f64 {
    (x * 1e6).round() / 1e6 + 0.0
}
