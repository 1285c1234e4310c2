//! What unknown labels could hide.

use std::fmt::Write as _;

use serde_json::Value;

use crate::audit_support::{Desk, assert_close, number};

/// By group: true positives, false positives, selected without a label, false negatives, true negatives, others without one.
const COUNTS: [(&str, [u32; 6]); 2] = [("f", [30, 10, 5, 20, 40, 25]), ("m", [50, 20, 0, 10, 30, 0])];

fn desk() -> Desk {
    let mut log = "id,gender,yes,label\n".to_owned();
    let mut id = 0;
    for (group, counts) in COUNTS {
        for (count, row) in counts.into_iter().zip(["1,1", "1,0", "1,", "0,1", "0,0", "0,"]) {
            for _ in 0..count {
                id += 1;
                writeln!(log, "{id},{group},{row}").unwrap();
            }
        }
    }
    Desk::with("log.csv", log)
}

const FLAGS: [&str; 11] = [
    "log.csv",
    "--subject=id",
    "--protected=gender",
    "--selected=yes=1",
    "--actual=label=1",
    "--reference=m",
    "--favourable",
    "--rule=point",
    "--gate=true_positive_rate_gap>=-0.3",
    "--gate=accuracy_gap>=-0.5",
    "--gate=true_positive_rate_ratio>=0.6",
];

fn bound<'a>(result: &'a Value, group: &str, metric: &str) -> &'a Value {
    let all = result["label_bounds"].as_array().unwrap();
    all.iter()
        .find(|b| b["group"] == group && b["metric"] == metric)
        .unwrap()
}

/// The rate for every number of positives among the unlabelled, by trying them all.
fn extremes(counts: [u32; 6], rate: impl Fn(f64, f64, f64, f64) -> f64) -> (f64, f64) {
    let [tp, fp, s, fneg, tn, o] = counts.map(f64::from);
    let mut ends = (f64::INFINITY, f64::NEG_INFINITY);
    for a in 0..=s as u32 {
        for b in 0..=o as u32 {
            let (a, b) = (f64::from(a), f64::from(b));
            let x = rate(tp + a, fp + s - a, fneg + b, tn + o - b);
            ends = (ends.0.min(x), ends.1.max(x));
        }
    }
    ends
}

#[test]
fn bounds_hold_whatever_the_labels_are() {
    let desk = desk();
    let result = desk.result(&FLAGS);
    type Rate = fn(f64, f64, f64, f64) -> f64;
    let metrics: [(&str, Rate); 5] = [
        ("true_positive_rate", |tp, _, fneg, _| tp / (tp + fneg)),
        ("false_positive_rate", |_, fp, _, tn| fp / (fp + tn)),
        ("positive_predictive_value", |tp, fp, _, _| tp / (tp + fp)),
        ("accuracy", |tp, fp, fneg, tn| (tp + tn) / (tp + fp + fneg + tn)),
        ("base_rate", |tp, fp, fneg, tn| (tp + fneg) / (tp + fp + fneg + tn)),
    ];
    for (metric, rate) in metrics {
        let found = bound(&result, "f", metric);
        let own = extremes(COUNTS[0].1, rate);
        let other = extremes(COUNTS[1].1, rate).0;
        assert_close(number(&found["low"]), own.0, 1e-12);
        assert_close(number(&found["high"]), own.1, 1e-12);
        assert_close(number(&found["gap_low"]), own.0 - other, 1e-12);
        assert_close(number(&found["gap_high"]), own.1 - other, 1e-12);
        assert_close(number(&found["ratio_high"]), own.1 / other, 1e-12);
    }
    let told = bound(&result, "f", "accuracy");
    assert_eq!(
        (number(&told["selected_unlabelled"]), number(&told["others_unlabelled"])),
        (5.0, 25.0)
    );
    // 0.6 − 0.83 passes −0.3; with all 25 positive it is 30/80 − 0.83.
    assert_eq!(
        bound(&result, "f", "true_positive_rate")["gates_hanging"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(told["gates_hanging"].as_array().unwrap().len(), 0);
    // The reference has every label: nothing is to be said of it.
    let all = result["label_bounds"].as_array().unwrap();
    assert!(all.iter().all(|b| b["group"] != "m"));
    let notes = result["notes"].to_string();
    assert!(
        notes.contains("known for 95.7 % of the rows that were selected and 80.0 % of the others"),
        "{notes}"
    );
    let table = desk.run(&[&["audit"][..], &FLAGS].concat()).out;
    assert!(table.contains("what unknown labels could hide"), "{table}");
}

#[test]
fn known_labels_have_no_bounds() {
    let desk = Desk::with("log.csv", "id,gender,yes,label\n1,f,1,1\n2,f,0,1\n3,m,1,0\n4,m,0,0\n");
    let result = desk.result(&FLAGS[..7]);
    assert_eq!(result["label_bounds"].as_array().unwrap().len(), 0);
    assert!(!result["notes"].to_string().contains("selective"));
}
