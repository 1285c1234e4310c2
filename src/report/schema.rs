//! The JSON Schema of the result.

/// JSON Schema (2020-12) of `parytet.result/1`, with a description of every field.
#[must_use]
pub fn schema() -> String {
    include_str!("model/v1.schema.json").to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Value, json};

    use super::schema;
    use crate::report::face::json::json as face;
    use crate::report::sample::sample;

    fn parsed() -> Value {
        serde_json::from_str(&schema()).unwrap()
    }

    /// The schema as a test sees it: what it doesn't name is not there. Readers get the open one, since fields are added.
    fn closed() -> Value {
        let mut schema = parsed();
        schema["additionalProperties"] = json!(false);
        for definition in schema["$defs"].as_object_mut().unwrap().values_mut() {
            definition["additionalProperties"] = json!(false);
        }
        schema
    }

    fn faults(schema: &Value, instance: &Value) -> Vec<String> {
        let validator = jsonschema::draft202012::new(schema).unwrap();
        validator
            .iter_errors(instance)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect()
    }

    #[test]
    fn it_is_a_schema() {
        assert!(jsonschema::draft202012::meta::is_valid(&parsed()));
    }

    #[test]
    fn the_sample_is_valid_and_names_nothing_else() {
        let instance = serde_json::from_str(&face(&sample())).unwrap();
        assert_eq!(faults(&closed(), &instance), Vec::<String>::new());
    }

    #[test]
    fn every_field_is_named_required_and_described() {
        // Every struct of the model occurs in the sample, and serde leaves no field out: the keys must be the same sets.
        let instance: Value = serde_json::from_str(&face(&sample())).unwrap();
        let schema = parsed();
        let places = [
            ("Tool", "/tool"),
            ("Audit", "/audit"),
            ("Input", "/inputs/0"),
            ("Account", "/account"),
            ("OutcomeAccount", "/account/by_outcome/0"),
            ("GroupAccount", "/account/by_group/0"),
            ("Outcome", "/outcomes/0"),
            ("Grouping", "/groupings/0"),
            ("Group", "/groupings/0/groups/0"),
            ("Metric", "/metrics/0"),
            ("Estimate", "/estimates/0"),
            ("Within", "/within/0"),
            ("Bound", "/bounds/0"),
            ("Tipping", "/bounds/0/tipping/0"),
            ("LabelBound", "/label_bounds/0"),
            ("Search", "/search"),
            ("Subgroup", "/search/groups/0"),
            ("Item", "/search/groups/0/items/0"),
            ("Proxy", "/proxies/0"),
            ("Matched", "/matched/0"),
            ("Balance", "/matched/0/balance/0"),
            ("Curve", "/curves/0"),
            ("Bin", "/curves/0/bins/0"),
            ("RocPoint", "/curves/0/roc/0"),
            ("Uncertain", "/uncertain/0"),
            ("UncertainGroup", "/uncertain/0/groups/0"),
            ("SmallGroup", "/small_groups/0"),
            ("ChiSquare", "/within/0/association"),
            ("Gate", "/gates/0"),
            ("Answer", "/gates/0/answers/0"),
            ("Baseline", "/baseline"),
            ("Waived", "/gates/0/answers/7/waived"),
            ("Waiver", "/waivers/0"),
            ("Verdict", "/verdict"),
        ];
        assert_eq!(schema["$defs"].as_object().unwrap().len(), places.len());
        let places = places
            .iter()
            .map(|(name, place)| (&schema["$defs"][name], instance.pointer(place).unwrap()));
        for (definition, object) in places.chain([(&schema, &instance)]) {
            let keys: BTreeSet<&str> = object.as_object().unwrap().keys().map(String::as_str).collect();
            let properties = definition["properties"].as_object().unwrap();
            let named: BTreeSet<&str> = properties.keys().map(String::as_str).collect();
            let required: BTreeSet<&str> = definition["required"]
                .as_array()
                .unwrap()
                .iter()
                .filter_map(Value::as_str)
                .collect();
            assert_eq!(keys, named);
            assert_eq!(keys, required);
            for (field, property) in properties {
                assert!(!property["description"].as_str().unwrap().is_empty(), "{field}");
            }
        }
    }

    #[test]
    fn what_must_not_be_is_refused() {
        let good: Value = serde_json::from_str(&face(&sample())).unwrap();
        for (place, wrong) in [
            ("/schema", json!("parytet.result/2")),
            ("/verdict/verdict", json!("maybe")),
            ("/verdict/exit_code", json!(2)),
            ("/estimates/0/rows", json!(-1)),
            ("/estimates/0/estimate", json!("0.8")),
            ("/audit/as_of", json!("yesterday")),
        ] {
            let mut bad = good.clone();
            *bad.pointer_mut(place).unwrap() = wrong;
            assert!(!faults(&parsed(), &bad).is_empty(), "{place}");
        }
    }
}
