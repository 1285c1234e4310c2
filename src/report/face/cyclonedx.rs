//! A CycloneDX 1.6 bill of materials of one machine-learning model, for its `modelCard`: the numbers by slice with their
//! intervals, and what gates say of each group as fairness assessments. It merges into the bill of the whole system.

use serde_json::{Map, Value, json};

use super::card::{attributes, data, limits, measured, name, overview, said};
use crate::report::model::v1::Result;
use crate::report::text::safe;
use crate::report::uuid::Ids;

/// The result as a bill of materials.
#[must_use]
pub fn cyclonedx(result: &Result) -> String {
    let ids = Ids::of(result);
    let sensitive = attributes(result);
    let datasets: Vec<Value> = data(result)
        .into_iter()
        .map(|(name, about)| {
            json!({ "type": "dataset", "name": name, "description": about, "sensitiveData": sensitive })
        })
        .collect();
    let metrics: Vec<Value> = measured(result)
        .map(|one| {
            let mut metric = json!({ "type": one.kind, "value": one.value, "slice": one.slice });
            let mut interval = Map::new();
            interval.extend(one.low.map(|low| ("lowerBound".to_owned(), json!(low))));
            interval.extend(one.high.map(|high| ("upperBound".to_owned(), json!(high))));
            if !interval.is_empty() {
                metric["confidenceInterval"] = Value::Object(interval);
            }
            metric
        })
        .collect();
    let assessments: Vec<Value> = said(result)
        .map(|one| {
            let mut assessment = json!({ "groupAtRisk": one.group, "harms": one.sentence });
            if let Some(waiver) = one.waiver {
                assessment["mitigationStrategy"] = json!(waiver);
            }
            assessment
        })
        .collect();
    let limits: Vec<String> = limits(result).collect();
    let property = |name: &str, value: String| json!({ "name": format!("parytet:{name}"), "value": safe(&value) });
    let mut properties = vec![
        property("verdict", result.verdict.verdict.clone()),
        property("reason", result.verdict.reason.clone()),
        property("level", format!("{}", result.audit.level)),
        property("unit", result.audit.unit.clone()),
        property("result-sha256", ids.digest().to_owned()),
    ];
    properties.extend(result.audit.owner.iter().map(|owner| property("owner", owner.clone())));
    properties.extend(
        result
            .audit
            .period
            .iter()
            .map(|period| property("period", period.clone())),
    );
    let bill = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": format!("urn:uuid:{}", ids.id(&["cyclonedx"])),
        "version": 1,
        "metadata": {
            "timestamp": format!("{}T00:00:00Z", result.audit.as_of),
            "tools": { "components": [{
                "type": "application",
                "name": safe(&result.tool.name),
                "version": safe(&result.tool.version),
            }] },
        },
        "components": [{
            "type": "machine-learning-model",
            "bom-ref": ids.id(&["model"]),
            "name": name(result),
            "description": overview(result),
            "modelCard": {
                "bom-ref": ids.id(&["model card"]),
                "modelParameters": { "datasets": datasets },
                "quantitativeAnalysis": { "performanceMetrics": metrics },
                "considerations": { "technicalLimitations": limits, "fairnessAssessments": assessments },
                "properties": properties,
            },
        }],
    });
    format!("{bill:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::face::card::answers;
    use crate::report::sample::sample;

    #[test]
    fn it_is_a_bill_by_its_schema_with_every_gate_and_group() {
        let read = |text: &str| -> Value { serde_json::from_str(text).unwrap() };
        // One file in place of three: the licences and signatures of the two others are not used.
        let mut schema = read(include_str!("../../../tests/schemas/cyclonedx-1.6.json"));
        let mut beside = Map::new();
        beside.insert(
            "spdx".to_owned(),
            read(include_str!("../../../tests/schemas/cyclonedx-spdx.json")),
        );
        beside.insert(
            "jsf".to_owned(),
            read(include_str!("../../../tests/schemas/cyclonedx-jsf-0.82.json")),
        );
        for (name, mut inner) in beside {
            inner.as_object_mut().unwrap().remove("$id");
            let text = inner
                .to_string()
                .replace("\"#/definitions/", &format!("\"#/definitions/{name}/definitions/"));
            schema["definitions"][name.as_str()] = read(&text);
        }
        let text = schema
            .to_string()
            .replace("\"spdx.SNAPSHOT.schema.json", "\"#/definitions/spdx")
            .replace("\"jsf-0.82.SNAPSHOT.schema.json#", "\"#/definitions/jsf");
        let validator = jsonschema::draft7::new(&read(&text)).unwrap();
        let result = sample();
        let bill = read(&cyclonedx(&result));
        let faults: Vec<String> = validator
            .iter_errors(&bill)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(faults, Vec::<String>::new());
        let card = &bill["components"][0]["modelCard"];
        let assessments = card["considerations"]["fairnessAssessments"].as_array().unwrap();
        assert_eq!(assessments.len(), answers(&result).count());
        // The schema holds something: an unknown key of a card is a fault.
        let mut wrong = bill.clone();
        wrong["components"][0]["modelCard"]["verdict"] = json!("pass");
        assert!(!validator.is_valid(&wrong));
        assert_eq!(cyclonedx(&result), cyclonedx(&result.clone()));
    }
}
