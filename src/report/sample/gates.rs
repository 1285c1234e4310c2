//! The sample's extremes and gates.

use super::super::model::v1::{Answer, Gate, Result, Waived, Waiver};
use super::{HOSTILE, SCRIPT, estimate, round};

/// Adds the extremes over a grouping.
pub(super) fn extremes(result: &mut Result) {
    for (contrast, x, low, high) in [
        ("max_gap", 0.061_634, 0.046_2, 0.077_1),
        ("min_ratio", 0.820_012, 0.778_9, 0.863_3),
    ] {
        let mut e = estimate("value", (4_835, 39_322, 12_300), (1, 1, 1), true);
        e.attribute = "gender".to_owned();
        e.group = "female / male".to_owned();
        e.outcome = "offered".to_owned();
        e.metric = "selection_rate".to_owned();
        e.contrast = contrast.to_owned();
        (e.estimate, e.low, e.high) = (Some(x), Some(low), Some(high));
        e.p_value = Some(0.000_5);
        e.method = Some("simultaneous".to_owned());
        result.estimates.push(e);
    }
    let mut e = estimate("value", (5_012, 40_088, 12_514), (1, 1, 1), true);
    for name in [&mut e.attribute, &mut e.group] {
        "(everyone)".clone_into(name);
    }
    e.outcome = "offered".to_owned();
    e.metric = "selection_rate".to_owned();
    result.estimates.push(e);
}

/// Adds gates with every verdict.
pub(super) fn gates(result: &mut Result) {
    let gate = |name: &str, metric: &str, contrast: &str, verdict: &str| Gate {
        name: name.to_owned(),
        preset: None,
        metric: metric.to_owned(),
        contrast: contrast.to_owned(),
        min: Some(0.8),
        max: None,
        no_worse_than: None,
        margin: None,
        rule: "evidence".to_owned(),
        on_inconclusive: "warn".to_owned(),
        line: Some(31),
        verdict: verdict.to_owned(),
        waived: 0,
        answers: Vec::new(),
    };
    let mut gates = vec![
        gate("four-fifths", "disparate_impact", "ratio", "fail"),
        Gate {
            min: Some(-0.05),
            max: Some(0.05),
            rule: "point".to_owned(),
            ..gate("hits", "equal_opportunity_difference", "gap", "fail")
        },
        gate("spared", "disparate_impact", "ratio", "pass"),
        Gate {
            rule: "assurance".to_owned(),
            on_inconclusive: "fail".to_owned(),
            line: None,
            ..gate("assured", "selection_rate_ratio", "ratio", "inconclusive")
        },
    ];
    let asked = [
        ("offered", "selection_rate", None),
        ("offered", "true_positive_rate", Some("age")),
        ("rejected", "favourable_rate", Some("gender")),
        ("offered", "selection_rate", Some("gender & age")),
    ];
    for (index, (gate, (outcome, metric, attribute))) in gates.iter_mut().zip(asked).enumerate() {
        for e in result.estimates.iter().filter(|e| {
            e.outcome == outcome
                && e.metric == metric
                && e.contrast == gate.contrast
                && attribute.is_none_or(|a| a == e.attribute)
        }) {
            // One answer of each kind is enough: the words are what the faces show, and they must not be worked out.
            let (verdict, reason) = match (e.status.as_str(), e.group.as_str(), index) {
                ("few" | "undefined", ..) => ("inconclusive", "too-few-subjects"),
                (_, "(missing)", _) => ("inconclusive", "attribute-missing"),
                (_, "65+" | "female & 65+", 0) => ("fail", "interval-beyond"),
                (_, "female", 0) => ("inconclusive", "straddles-inside"),
                (_, "female & 25-44", 0) => ("inconclusive", "beyond-one-at-a-time"),
                (_, "65+", 1) => ("fail", "estimate-beyond"),
                (_, _, 3) => ("inconclusive", "straddles-beyond"),
                (_, "<25", 0) => ("pass", "a-code-of-tomorrow"),
                _ => ("pass", "interval-inside"),
            };
            let wide = |x: Option<f64>, by: f64| x.map(|x| round(x * by));
            gate.answers.push(Answer {
                outcome: e.outcome.clone(),
                attribute: e.attribute.clone(),
                group: e.group.clone(),
                reference: e.reference.clone(),
                given: e.given.clone(),
                along: e.along.clone(),
                at: e.at.clone(),
                item_class: e.item_class.clone(),
                metric: e.metric.clone(),
                estimate: e.estimate,
                low: e.low,
                high: e.high,
                adjusted_low: if index == 0 { wide(e.low, 0.98) } else { e.low },
                adjusted_high: if index == 0 { wide(e.high, 1.02) } else { e.high },
                verdict: verdict.to_owned(),
                reason: reason.to_owned(),
                subjects: e.subjects,
                subjects_needed: reason.starts_with("straddles").then_some(e.subjects * 7),
                equivalence_p: reason.starts_with("straddles").then_some(0.214),
                selections_to_threshold: (verdict == "fail").then_some(311),
                baseline: None,
                change: None,
                change_low: None,
                change_high: None,
                waived: (verdict == "fail" && e.group == "female & 65+").then(|| Waived {
                    reason: format!("a new model in March, {HOSTILE}"),
                    owner: "Jane Doe".to_owned(),
                    expires: "2027-03-31".to_owned(),
                }),
            });
        }
    }
    gates[0].waived = 1;
    result.gates = gates;
    result.waivers = vec![
        waiver("four-fifths", "female & 65+", "used"),
        waiver("four-fifth", SCRIPT, "expired"),
    ];
}

fn waiver(gate: &str, group: &str, status: &str) -> Waiver {
    Waiver {
        gate: gate.to_owned(),
        group: group.to_owned(),
        attribute: None,
        outcome: (status == "used").then(|| "offered".to_owned()),
        reason: format!("a new model in March, {HOSTILE}"),
        owner: "Jane Doe".to_owned(),
        expires: if status == "used" { "2027-03-31" } else { "2026-10-31" }.to_owned(),
        no_worse_than: (status == "used").then_some(0.2),
        file: "waivers.toml".to_owned(),
        line: 4,
        status: status.to_owned(),
        covers: u64::from(status == "used"),
        ends_soon: false,
        meant: (status != "used").then(|| "four-fifths".to_owned()),
    }
}
