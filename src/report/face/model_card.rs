//! A model card by the JSON Schema v0.0.2 of the Model Card Toolkit: the numbers by slice with their intervals, and what gates
//! say as ethical considerations. What only the model's owner knows (architecture, users, licences) is left to them.

use serde_json::{Map, Value, json};

use super::card::{attributes, data, limits, measured, name, overview, said};
use crate::report::model::v1::Result;
use crate::report::text::safe;

/// The result as a model card.
#[must_use]
pub fn model_card(result: &Result) -> String {
    let mut details = Map::new();
    details.insert("name".to_owned(), json!(name(result)));
    details.insert("overview".to_owned(), json!(overview(result)));
    if let Some(owner) = &result.audit.owner {
        details.insert("owners".to_owned(), json!([{ "name": safe(owner) }]));
    }
    details.insert(
        "version".to_owned(),
        json!({ "name": safe(&result.audit.as_of), "date": result.audit.as_of }),
    );
    let sensitive = attributes(result);
    let data: Vec<Value> = data(result)
        .into_iter()
        .map(
            |(name, about)| json!({ "name": name, "description": about, "sensitive": { "sensitive_data": sensitive } }),
        )
        .collect();
    let metrics: Vec<Value> = measured(result)
        .map(|one| {
            let mut metric = json!({ "type": one.kind, "value": one.value, "slice": one.slice });
            let mut interval = Map::new();
            interval.extend(one.low.map(|low| ("lower_bound".to_owned(), json!(low))));
            interval.extend(one.high.map(|high| ("upper_bound".to_owned(), json!(high))));
            if !interval.is_empty() {
                metric["confidence_interval"] = Value::Object(interval);
            }
            metric
        })
        .collect();
    let risks: Vec<Value> = said(result)
        .map(|one| {
            let mut risk = json!({ "name": format!("{}: {}", one.group, one.sentence) });
            if let Some(waiver) = one.waiver {
                risk["mitigation_strategy"] = json!(waiver);
            }
            risk
        })
        .collect();
    let limits: Vec<Value> = limits(result).map(|note| json!({ "description": note })).collect();
    let card = json!({
        "schema_version": "0.0.2",
        "model_details": details,
        "model_parameters": { "data": data },
        "quantitative_analysis": { "performance_metrics": metrics },
        "considerations": { "limitations": limits, "ethical_considerations": risks },
    });
    format!("{card:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::face::card::answers;
    use crate::report::sample::sample;

    #[test]
    fn it_is_a_model_card_by_its_schema_with_every_gate_and_group() {
        // As published a reference to `#definitions/…` lacks its slash.
        let schema = include_str!("../../../tests/schemas/model-card-0.0.2.json");
        let schema = schema.replace("\"#definitions/", "\"#/definitions/");
        let validator = jsonschema::draft7::new(&serde_json::from_str(&schema).unwrap()).unwrap();
        let result = sample();
        let card: Value = serde_json::from_str(&model_card(&result)).unwrap();
        let faults: Vec<String> = validator.iter_errors(&card).map(|error| error.to_string()).collect();
        assert_eq!(faults, Vec::<String>::new());
        let risks = card["considerations"]["ethical_considerations"].as_array().unwrap();
        assert_eq!(risks.len(), answers(&result).count());
        let metrics = card["quantitative_analysis"]["performance_metrics"].as_array().unwrap();
        let defined = result.estimates.iter().filter(|e| e.estimate.is_some()).count();
        assert_eq!(metrics.len(), defined);
        // The schema holds something: a number in place of a text is a fault.
        let mut wrong = card.clone();
        wrong["quantitative_analysis"]["performance_metrics"][0]["value"] = json!(0.5);
        assert!(!validator.is_valid(&wrong));
    }
}
