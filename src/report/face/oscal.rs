//! OSCAL 1.2.1 assessment results (NIST), for catalogues of controls: an observation for each gate and group, a finding for
//! each that is decided, a risk for each waiver.
//!
//! What passed is *satisfied*, what failed *not-satisfied*; what is inconclusive is an observation without a finding, for
//! OSCAL knows no third status. Which control a gate speaks for is for the reader to say: findings point at the gate's
//! name. Identifiers are made of the result and times are those of its as-of date, so that the same result gives the same bytes.

use serde_json::{Map, Value, json};

use super::card::{answers, number};
use crate::report::model::v1::{Answer, Gate, Result, Waiver};
use crate::report::said::{about, demand, is_finding, line, rule, uri, waiver, waiver_line, why};
use crate::report::text::safe;
use crate::report::uuid::Ids;

/// The version of OSCAL.
const OSCAL: &str = "1.2.1";

/// The namespace of our properties.
const NAMESPACE: &str = "urn:parytet:oscal";

/// The gates as assessment results.
#[must_use]
pub fn oscal(result: &Result) -> String {
    let ids = Ids::of(result);
    let day = moment(&result.audit.as_of);
    let mut observations = Vec::new();
    let mut findings = Vec::new();
    let mut risks = Vec::new();
    for (gate, answer) in answers(result) {
        let part = part_of(gate, answer);
        let part: Vec<&str> = part.iter().map(String::as_str).collect();
        let id = |what: &str| ids.id(&[&[what][..], &part[..]].concat());
        observations.push(observation(gate, answer, &id("observation"), &day));
        if answer.waived.is_some() {
            risks.push(risk_of_answer(gate, answer, &id("risk"), &id("observation")));
        }
        if answer.verdict != "inconclusive" {
            findings.push(finding(gate, answer, &id));
        }
    }
    let expired = result.waivers.iter().filter(|waiver| is_finding(waiver));
    risks.extend(expired.enumerate().map(|(at, waiver)| risk_of_waiver(waiver, &ids, at)));
    let verdict = &result.verdict;
    let mut one = Map::new();
    let mut put = |name: &str, value: Value| {
        // Lists may not be empty.
        if value.as_array().is_none_or(|list| !list.is_empty()) {
            one.insert(name.to_owned(), value);
        }
    };
    put("uuid", json!(ids.id(&["result"])));
    put("title", json!(on_one_line(&result.audit.title)));
    put(
        "description",
        json!(safe(&format!(
            "Verdict {}: {} gates passed, {} failed, {} inconclusive; {} failures are waived. {} people, {} rows audited.",
            verdict.verdict,
            verdict.passed,
            verdict.failed,
            verdict.inconclusive,
            verdict.waived,
            result.account.subjects,
            result.account.audited
        ))),
    );
    put("start", json!(day));
    put("end", json!(day));
    put(
        "props",
        json!([
            property("verdict", &verdict.verdict),
            property("reason", &verdict.reason),
            property("level", &format!("{}", result.audit.level)),
            property("unit", &result.audit.unit),
            property("result-sha256", ids.digest()),
        ]),
    );
    put(
        "reviewed-controls",
        json!({
            "control-selections": [{ "include-all": {} }],
            "remarks": "No catalogue is named: which control a gate speaks for is for the reader to say.",
        }),
    );
    put("observations", json!(observations));
    put("risks", json!(risks));
    put("findings", json!(findings));
    let notes: Vec<String> = result.notes.iter().map(|note| format!("- {}", safe(note))).collect();
    if !notes.is_empty() {
        put("remarks", json!(notes.join("\n")));
    }
    let plan = ids.id(&["plan"]);
    let document = json!({ "assessment-results": {
        "uuid": ids.id(&["assessment-results"]),
        "metadata": {
            "title": on_one_line(&result.audit.title),
            "last-modified": day,
            "version": ids.digest(),
            "oscal-version": OSCAL,
            "props": [property("tool", &format!("{} {}", result.tool.name, result.tool.version))],
        },
        "import-ap": { "href": format!("#{plan}") },
        "results": [one],
        "back-matter": { "resources": [spec(result, &plan)] },
    } });
    format!("{document:#}\n")
}

/// The spec, as the plan of the assessment.
fn spec(result: &Result, id: &str) -> Value {
    let mut resource = json!({ "uuid": id, "title": "the spec of the audit" });
    match &result.audit.spec {
        Some(path) => {
            let mut link = json!({ "href": uri(path) });
            if let Some(digest) = &result.audit.spec_sha256 {
                link["hashes"] = json!([{ "algorithm": "SHA-256", "value": digest }]);
            }
            resource["rlinks"] = json!([link]);
        }
        None => resource["description"] = json!("The audit was asked for by flags; they are in the result."),
    }
    resource
}

/// What tells a gate's answer from all others.
fn part_of(gate: &Gate, answer: &Answer) -> [String; 8] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        gate.name.clone(),
        answer.outcome.clone(),
        answer.attribute.clone(),
        answer.group.clone(),
        text(&answer.given),
        text(&answer.along),
        text(&answer.at),
        text(&answer.item_class),
    ]
}

fn observation(gate: &Gate, answer: &Answer, id: &str, day: &str) -> Value {
    let mut props = vec![
        property("gate", &gate.name),
        property("asked", &demand(gate)),
        property("rule", &rule(gate)),
        property("outcome", &answer.outcome),
        property("attribute", &answer.attribute),
        property("group", &answer.group),
        property("metric", &answer.metric),
        property("contrast", &gate.contrast),
        property("people", &answer.subjects.to_string()),
        property("verdict", &answer.verdict),
        property("reason", &answer.reason),
    ];
    let numbers = [
        ("estimate", answer.estimate),
        ("low", answer.low),
        ("high", answer.high),
    ];
    props.extend(
        numbers
            .into_iter()
            .filter_map(|(name, x)| Some(property(name, &number(x)?))),
    );
    let mut observation = json!({
        "uuid": id,
        "title": on_one_line(&format!("{}: {}", gate.name, about(answer))),
        "description": line(gate, answer),
        "props": props,
        "methods": ["TEST"],
        "collected": day,
    });
    if answer.verdict == "inconclusive" {
        observation["remarks"] = json!(format!("Inconclusive, so there is no finding: {}.", why(answer)));
    }
    observation
}

fn finding(gate: &Gate, answer: &Answer, id: &dyn Fn(&str) -> String) -> Value {
    let (state, reason) = match answer.verdict.as_str() {
        "pass" => ("satisfied", "pass"),
        _ => ("not-satisfied", "fail"),
    };
    let mut finding = json!({
        "uuid": id("finding"),
        "title": on_one_line(&format!("{}: {}", gate.name, about(answer))),
        "description": line(gate, answer),
        "target": {
            "type": "objective-id",
            "target-id": token(&gate.name),
            "title": on_one_line(&gate.name),
            "status": { "state": state, "reason": reason },
        },
        "related-observations": [{ "observation-uuid": id("observation") }],
    });
    if answer.waived.is_some() {
        finding["related-risks"] = json!([{ "risk-uuid": id("risk") }]);
    }
    finding
}

/// A failure that somebody answers for.
fn risk_of_answer(gate: &Gate, answer: &Answer, id: &str, observation: &str) -> Value {
    let waived = answer.waived.as_ref();
    json!({
        "uuid": id,
        "title": on_one_line(&format!("waived: {}: {}", gate.name, about(answer))),
        "description": line(gate, answer),
        "statement": waived.map(waiver),
        "status": "deviation-approved",
        "deadline": waived.map(|waived| last_moment(&waived.expires)),
        "related-observations": [{ "observation-uuid": observation }],
    })
}

/// A waiver that covers nothing, and should.
fn risk_of_waiver(waiver: &Waiver, ids: &Ids, at: usize) -> Value {
    json!({
        "uuid": ids.id(&["waiver", &at.to_string(), &waiver.gate, &waiver.group]),
        "title": on_one_line(&format!("waiver {}: {}: {}", waiver.status, waiver.gate, waiver.group)),
        "description": waiver_line(waiver),
        "statement": safe(&waiver.reason),
        "status": "open",
        "deadline": last_moment(&waiver.expires),
    })
}

fn moment(day: &str) -> String {
    format!("{day}T00:00:00Z")
}

/// A waiver holds on its last day.
fn last_moment(day: &str) -> String {
    format!("{day}T23:59:59Z")
}

fn property(name: &str, value: &str) -> Value {
    json!({ "name": name, "ns": NAMESPACE, "value": on_one_line(value) })
}

/// A text of one line that neither is empty nor begins or ends with a blank.
fn on_one_line(text: &str) -> String {
    let line = safe(text).split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() { "-".to_owned() } else { line }
}

/// A name without colons and blanks, as identifiers of controls are.
fn token(text: &str) -> String {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    let token: String = text.chars().map(|c| if fits(c) { c } else { '_' }).collect();
    match token.chars().next() {
        Some(c) if c.is_alphabetic() || c == '_' => token,
        _ => format!("_{token}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{sample, small};

    fn faults(text: &str) -> Vec<String> {
        let schema = include_str!("../../../tests/schemas/oscal-assessment-results-1.2.1.json");
        let validator = jsonschema::draft7::new(&serde_json::from_str(schema).unwrap()).unwrap();
        let instance: Value = serde_json::from_str(text).unwrap();
        validator
            .iter_errors(&instance)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect()
    }

    #[test]
    fn the_sample_as_oscal() {
        insta::assert_snapshot!(oscal(&small()));
    }

    #[test]
    fn it_is_oscal_by_its_schema_with_every_gate_and_group() {
        let mut result = sample();
        for spec in [Some("dir/my spec.toml".to_owned()), None] {
            result.audit.spec = spec;
            let text = oscal(&result);
            assert_eq!(faults(&text), Vec::<String>::new());
            let document: Value = serde_json::from_str(&text).unwrap();
            let one = &document["assessment-results"]["results"][0];
            let count = |name: &str| one[name].as_array().map_or(0, Vec::len);
            let all = answers(&result).count();
            let open = answers(&result)
                .filter(|(_, answer)| answer.verdict == "inconclusive")
                .count();
            assert!(open > 0 && all > open);
            assert_eq!((count("observations"), count("findings")), (all, all - open));
            let waived = answers(&result).filter(|(_, answer)| answer.waived.is_some()).count();
            let expired = result.waivers.iter().filter(|waiver| is_finding(waiver)).count();
            assert_eq!(count("risks"), waived + expired);
            let mut seen: Vec<&str> = text
                .lines()
                .filter(|line| line.trim_start().starts_with("\"uuid\""))
                .collect();
            let uuids = seen.len();
            seen.sort_unstable();
            seen.dedup();
            assert_eq!(seen.len(), uuids, "an identifier stands for two things");
            assert_eq!(text, oscal(&result.clone()));
        }
        assert!(!faults("{\"assessment-results\": {\"uuid\": \"no\"}}").is_empty());
    }

    #[test]
    fn an_audit_without_gates_is_one_too() {
        let mut result = sample();
        result.gates.clear();
        result.waivers.clear();
        result.notes.clear();
        result.audit.title = " \n".to_owned();
        assert_eq!(faults(&oscal(&result)), Vec::<String>::new());
    }

    #[test]
    fn names_become_tokens() {
        assert_eq!(token("disparate_impact >= 0.8"), "disparate_impact____0.8");
        assert_eq!(token("4/5"), "_4_5");
        assert_eq!(token(""), "_");
    }
}
