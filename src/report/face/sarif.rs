//! SARIF 2.1.0 (OASIS), which code hosts and editors show beside lines: a rule per metric, a result per gate and group.
//!
//! Its place is the gate's line in the spec; every result has one, since hosts refuse a file in which one lacks it. What
//! failed is of kind `fail` and level `error`; what passed is of kind `pass`, what could not be decided of kind `open`, or
//! `fail` where the gate was asked to block. A waived failure stays one and is suppressed, with who waived it. Hosts that know only levels show the latter two as `none`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::report::model::v1::{Answer, Gate, Metric, Result, Waiver};
use crate::report::said::{fingerprint, fingerprint_of, is_finding, line, place, urgency, uri, waiver, waiver_line};
use crate::report::text::safe;

/// GitHub refuses a run of more results.
const MOST: usize = 25_000;

/// The gates as SARIF.
#[must_use]
pub fn sarif(result: &Result) -> String {
    up_to(result, MOST)
}

fn up_to(result: &Result, most: usize) -> String {
    let mut said: Vec<(&Gate, &Answer)> = result
        .gates
        .iter()
        .flat_map(|gate| gate.answers.iter().map(move |answer| (gate, answer)))
        .collect();
    let left_out = said.len().saturating_sub(most);
    if left_out > 0 {
        said.sort_by_key(|(_, answer)| urgency(&answer.verdict));
        said.truncate(most);
    }
    let metrics: BTreeMap<&str, &Metric> = result
        .metrics
        .iter()
        .map(|metric| (metric.metric.as_str(), metric))
        .collect();
    let mut used: Vec<&str> = said.iter().map(|(_, answer)| answer.metric.as_str()).collect();
    used.sort_unstable();
    used.dedup();
    let mut rules: Vec<Value> = used.iter().map(|id| rule(id, metrics.get(id).copied())).collect();
    let results: Vec<Value> = said
        .iter()
        .map(|(gate, answer)| {
            let index = used.binary_search(&answer.metric.as_str()).unwrap_or_default();
            finding(result, gate, answer, index)
        })
        .collect();
    let waivers = result
        .waivers
        .iter()
        .filter(|waiver| is_finding(waiver) || waiver.ends_soon);
    let waivers: Vec<Value> = waivers.map(|waiver| of_waiver(waiver, rules.len())).collect();
    if !waivers.is_empty() {
        rules.push(json!({
            "id": WAIVER,
            "name": WAIVER,
            "shortDescription": { "text": "A waiver that needs somebody" },
            "fullDescription": { "text": "A waiver that has expired, is exceeded, matches no failure, or ends soon." },
        }));
    }
    let results: Vec<Value> = results.into_iter().chain(waivers).collect();
    let mut run = json!({
        "tool": { "driver": {
            "name": safe(&result.tool.name),
            "version": safe(&result.tool.version),
            "rules": rules,
        } },
        "columnKind": "unicodeCodePoints",
        "invocations": [{ "executionSuccessful": true, "exitCode": result.verdict.exit_code }],
        "results": results,
        "properties": {
            "title": safe(&result.audit.title),
            "verdict": result.verdict.verdict,
            "reason": result.verdict.reason,
            "asOf": result.audit.as_of,
        },
    });
    if left_out > 0 {
        run["invocations"][0]["toolExecutionNotifications"] = json!([{
            "level": "warning",
            "message": { "text": format!("{left_out} results were left out, those that passed first: hosts take {most}") },
        }]);
    }
    let log = json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    });
    format!("{log:#}\n")
}

/// The rule of waivers.
const WAIVER: &str = "waiver";

fn of_waiver(waiver: &Waiver, rule: usize) -> Value {
    let about = [&waiver.attribute, &waiver.outcome].map(|name| name.as_deref().unwrap_or_default());
    json!({
        "ruleId": WAIVER,
        "ruleIndex": rule,
        "kind": "fail",
        "level": if is_finding(waiver) { "error" } else { "warning" },
        "message": { "text": waiver_line(waiver) },
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": uri(&waiver.file) },
            "region": { "startLine": waiver.line.max(1) },
        } }],
        "partialFingerprints": {
            "waiver/v1": fingerprint(&["waiver", &waiver.gate, &waiver.group, about[0], about[1]]),
        },
    })
}

fn rule(id: &str, metric: Option<&Metric>) -> Value {
    let Some(metric) = metric else {
        return json!({ "id": safe(id) });
    };
    json!({
        "id": safe(id),
        "name": safe(id),
        "shortDescription": { "text": safe(&metric.title) },
        "fullDescription": { "text": safe(&metric.meaning) },
        "help": { "text": safe(&format!(
            "Formula: {}. Caution: {} Source: {}",
            metric.formula, metric.caution, metric.source
        )) },
    })
}

fn finding(result: &Result, gate: &Gate, answer: &Answer, rule: usize) -> Value {
    let (kind, level) = match (answer.verdict.as_str(), gate.on_inconclusive.as_str()) {
        ("pass", _) => ("pass", "none"),
        ("inconclusive", "fail") => ("fail", "warning"),
        ("inconclusive", _) => ("open", "none"),
        _ => ("fail", "error"),
    };
    let (file, at) = place(result, gate);
    let mut found = json!({
        "ruleId": safe(&answer.metric),
        "ruleIndex": rule,
        "kind": kind,
        "level": level,
        "message": { "text": format!("gate `{}`: {}", safe(&gate.name), line(gate, answer)) },
        "locations": [{
            "physicalLocation": {
                "artifactLocation": { "uri": uri(file) },
                "region": { "startLine": at },
            },
            "logicalLocations": [{ "name": safe(&answer.group), "kind": "group",
                "fullyQualifiedName": safe(&format!("{}/{}/{}", answer.outcome, answer.attribute, answer.group)) }],
        }],
        "partialFingerprints": { "gateAndGroup/v1": fingerprint_of(gate, answer) },
        "properties": {
            "gate": safe(&gate.name),
            "verdict": answer.verdict,
            "reason": answer.reason,
            "estimate": answer.estimate,
            "low": answer.low,
            "high": answer.high,
            "subjects": answer.subjects,
        },
    });
    if let Some(waived) = &answer.waived {
        found["suppressions"] = json!([{ "kind": "external", "status": "accepted", "justification": waiver(waived) }]);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{sample, small};

    fn faults(text: &str) -> Vec<String> {
        let schema = include_str!("../../../tests/schemas/sarif-2.1.0.json");
        // As published its patterns of languages have a bracket too many, which some readers of patterns refuse.
        let schema = schema.replace("{2}]?$", "{2}$");
        let schema: Value = serde_json::from_str(&schema).unwrap();
        let validator = jsonschema::draft7::new(&schema).unwrap();
        let instance: Value = serde_json::from_str(text).unwrap();
        validator
            .iter_errors(&instance)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect()
    }

    #[test]
    fn the_sample_as_sarif() {
        insta::assert_snapshot!(sarif(&small()));
    }

    #[test]
    fn it_is_sarif_by_its_schema_and_each_result_has_a_line() {
        let mut result = sample();
        for spec in [Some("dir/my spec.toml".to_owned()), None] {
            result.audit.spec = spec;
            let text = sarif(&result);
            assert_eq!(faults(&text), Vec::<String>::new());
            let log: Value = serde_json::from_str(&text).unwrap();
            let results = log["runs"][0]["results"].as_array().unwrap();
            // And the waiver that has expired.
            assert_eq!(
                results.len(),
                1 + result.gates.iter().map(|gate| gate.answers.len()).sum::<usize>()
            );
            let suppressed = results.iter().filter(|found| found["suppressions"].is_array()).count();
            assert_eq!(suppressed, 1);
            for found in results {
                let place = &found["locations"][0]["physicalLocation"];
                assert!(place["region"]["startLine"].as_u64().unwrap() >= 1, "{found}");
                assert!(
                    !place["artifactLocation"]["uri"].as_str().unwrap().is_empty(),
                    "{found}"
                );
                assert_eq!(found["kind"] == "fail", found["level"] != "none", "{found}");
            }
        }
    }

    #[test]
    fn the_schema_can_refuse() {
        let broken = sarif(&sample()).replace("\"startLine\": 31", "\"startLine\": 0");
        assert!(!faults(&broken).is_empty());
    }

    #[test]
    fn too_many_results_lose_those_that_passed() {
        let result = sample();
        let failed = result
            .gates
            .iter()
            .flat_map(|gate| &gate.answers)
            .filter(|answer| answer.verdict == "fail")
            .count();
        let text = up_to(&result, failed + 1);
        let log: Value = serde_json::from_str(&text).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap();
        let errors = results.iter().filter(|found| found["level"] == "error").count();
        // And the waiver that has expired.
        assert_eq!((results.len(), errors), (failed + 2, failed + 1));
        assert!(text.contains("results were left out"));
        assert_eq!(faults(&text), Vec::<String>::new());
    }

    #[test]
    fn a_fingerprint_is_of_one_answer_and_of_no_number() {
        let mut result = sample();
        let prints = |result: &Result| -> Vec<String> {
            let log: Value = serde_json::from_str(&sarif(result)).unwrap();
            let results = log["runs"][0]["results"].as_array().unwrap().iter();
            results.map(|found| found["partialFingerprints"].to_string()).collect()
        };
        let before = prints(&result);
        for answer in result.gates.iter_mut().flat_map(|gate| &mut gate.answers) {
            answer.estimate = Some(0.123);
            answer.verdict = "fail".to_owned();
        }
        assert_eq!(prints(&result), before);
        let mut unique = before.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), before.len());
    }
}
