//! GitLab's code quality report: a list of findings, each with a place in the spec and a fingerprint.
//!
//! A merge request shows what is new and what is gone, by fingerprint; so the answer is part of it, and a group that begins
//! to fail is new. What passed is there too, as `info`, and so is what somebody waived.

use serde_json::{Value, json};

use crate::report::model::v1::{Answer, Gate, Result, Waiver};
use crate::report::said::{fingerprint, fingerprint_of, is_finding, line, place, waiver_line};
use crate::report::text::safe;

/// The gates as a code quality report.
#[must_use]
pub fn gitlab(result: &Result) -> String {
    let all: Vec<Value> = result
        .gates
        .iter()
        .flat_map(|gate| gate.answers.iter().map(move |answer| finding(result, gate, answer)))
        .collect();
    let waivers = result
        .waivers
        .iter()
        .filter(|waiver| is_finding(waiver) || waiver.ends_soon);
    let all: Vec<Value> = all.into_iter().chain(waivers.map(of_waiver)).collect();
    format!("{:#}\n", Value::Array(all))
}

fn of_waiver(waiver: &Waiver) -> Value {
    let about = [&waiver.attribute, &waiver.outcome].map(|name| name.as_deref().unwrap_or_default());
    json!({
        "description": waiver_line(waiver),
        "check_name": "waiver",
        "fingerprint": fingerprint(&["waiver", &waiver.gate, &waiver.group, about[0], about[1], &waiver.status]),
        "severity": if is_finding(waiver) { "major" } else { "minor" },
        "location": { "path": safe(waiver.file.trim_start_matches("./")), "lines": { "begin": waiver.line } },
    })
}

fn finding(result: &Result, gate: &Gate, answer: &Answer) -> Value {
    let severity = match (answer.verdict.as_str(), gate.on_inconclusive.as_str()) {
        _ if answer.waived.is_some() => "info",
        ("pass", _) | ("inconclusive", "pass") => "info",
        ("inconclusive", "fail") => "major",
        ("inconclusive", _) => "minor",
        _ => "critical",
    };
    let (file, at) = place(result, gate);
    json!({
        "description": format!("gate `{}`: {}", safe(&gate.name), line(gate, answer)),
        "check_name": safe(&answer.metric),
        "fingerprint": fingerprint(&[
            &fingerprint_of(gate, answer),
            &answer.verdict,
            if answer.waived.is_some() { "waived" } else { "" },
        ]),
        "severity": severity,
        "location": { "path": safe(file.trim_start_matches("./")), "lines": { "begin": at } },
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::report::sample::{sample, small};

    #[test]
    fn the_sample_as_code_quality() {
        insta::assert_snapshot!(gitlab(&small()));
    }

    // https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
    #[test]
    fn each_finding_has_what_gitlab_requires() {
        let result = sample();
        let report: Value = serde_json::from_str(&gitlab(&result)).unwrap();
        let findings = report.as_array().unwrap();
        // And the waiver that has expired.
        assert_eq!(
            findings.len(),
            1 + result.gates.iter().map(|gate| gate.answers.len()).sum::<usize>()
        );
        let mut prints = BTreeSet::new();
        for finding in findings {
            for key in ["description", "check_name", "fingerprint"] {
                assert!(!finding[key].as_str().unwrap().is_empty(), "{finding}");
            }
            let severity = finding["severity"].as_str().unwrap();
            assert!(["info", "minor", "major", "critical", "blocker"].contains(&severity));
            assert!(!finding["location"]["path"].as_str().unwrap().starts_with("./"));
            assert!(finding["location"]["lines"]["begin"].as_u64().unwrap() >= 1);
            assert!(
                prints.insert(finding["fingerprint"].as_str().unwrap().to_owned()),
                "{finding}"
            );
        }
    }

    #[test]
    fn a_group_that_begins_to_fail_is_new_and_one_whose_number_moves_is_not() {
        let prints = |result: &Result| -> Vec<String> {
            let report: Value = serde_json::from_str(&gitlab(result)).unwrap();
            let findings = report.as_array().unwrap().iter();
            findings
                .map(|f| f["fingerprint"].as_str().unwrap().to_owned())
                .collect()
        };
        let before = sample();
        let mut after = before.clone();
        after.gates[0].answers[0].estimate = Some(0.5);
        assert_eq!(prints(&before), prints(&after));
        after.gates[0].answers[0].verdict = "fail".to_owned();
        assert_ne!(prints(&before)[0], prints(&after)[0]);
    }
}
