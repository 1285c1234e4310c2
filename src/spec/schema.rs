//! The JSON Schema of the spec, for editors.

use serde_json::{Value, json};

use crate::catalogue::{self, presets::PRESETS};

/// JSON Schema (2020-12) of the spec, with a description of every key, and the names of all metrics and presets.
#[must_use]
pub fn schema() -> String {
    let mut schema: Value = match serde_json::from_str(include_str!("v1.schema.json")) {
        Ok(schema) => schema,
        Err(error) => unreachable!("the schema is part of the program: {error}"),
    };
    // Names come from where they are defined, so that none is missing here.
    schema["$defs"]["metric_name"]["anyOf"][0]["enum"] = json!(catalogue::names());
    let presets: Vec<&str> = PRESETS.iter().map(|preset| preset.id).collect();
    schema["$defs"]["gate"]["properties"]["preset"]["enum"] = json!(presets);
    format!("{schema:#}\n")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::PathBuf;

    use toml::de::{DeTable, DeValue};

    use super::*;
    use crate::spec::parse;

    fn parsed() -> Value {
        serde_json::from_str(&schema()).unwrap()
    }

    /// TOML as JSON; a date is a text there.
    fn value(value: &DeValue<'_>) -> Value {
        match value {
            DeValue::String(text) => json!(text),
            DeValue::Integer(i) => json!(i64::from_str_radix(i.as_str(), i.radix()).unwrap()),
            DeValue::Float(x) => json!(x.as_str().parse::<f64>().unwrap()),
            DeValue::Boolean(b) => json!(b),
            DeValue::Datetime(date) => json!(date.to_string()),
            DeValue::Array(array) => array.iter().map(|item| self::value(item.get_ref())).collect(),
            DeValue::Table(inner) => table(inner),
        }
    }

    fn table(table: &DeTable<'_>) -> Value {
        let pairs = table
            .iter()
            .map(|(key, item)| (key.get_ref().to_string(), value(item.get_ref())));
        Value::Object(pairs.collect())
    }

    fn faults(text: &str) -> Vec<String> {
        let schema = parsed();
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        let instance = table(DeTable::parse(text).unwrap().get_ref());
        let errors = validator.iter_errors(&instance);
        errors
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect()
    }

    /// The keys that the parser knows, as it tells them when it meets one that it does not.
    fn known(text: &str) -> BTreeSet<String> {
        let faults = parse(text, "spec.toml", PathBuf::new()).unwrap_err();
        let fault = faults.iter().find(|fault| fault.code == "unknown-key").unwrap();
        let listed = fault
            .help
            .iter()
            .find_map(|help| help.strip_prefix("the keys are "))
            .unwrap();
        listed.split(", ").map(|key| key.trim_matches('`').to_owned()).collect()
    }

    #[test]
    fn every_key_of_the_parser_is_in_the_schema_and_no_other() {
        let schema = parsed();
        let places = [
            ("", "odd = 1"),
            ("/properties/audit", "[audit]\nodd = 1"),
            ("/properties/log", "[log]\nodd = 1"),
            ("/$defs/csv", "[log]\ncsv = { odd = 1 }"),
            ("/$defs/condition", "[log]\nwhere = [{ odd = 1 }]"),
            ("/properties/people", "[people]\nodd = 1"),
            ("/properties/groups", "[groups]\nodd = 1"),
            ("/properties/search", "[search]\nodd = 1"),
            ("/properties/proxies", "[proxies]\nodd = 1"),
            ("/properties/matching", "[matching]\nodd = 1"),
            ("/$defs/protected", "[[protected]]\nodd = 1"),
            ("/$defs/attribute", "[[stratum]]\nodd = 1"),
            ("/$defs/attribute", "[[feature]]\nodd = 1"),
            ("/$defs/metric", "[[metric]]\nodd = 1"),
            ("/$defs/outcome", "[[outcome]]\nodd = 1"),
            ("/$defs/selection", "[[outcome]]\nselected = { odd = 1 }"),
            ("/$defs/classes", "[[outcome]]\nclasses = { odd = 1 }"),
            ("/$defs/check", "[[check]]\nodd = 1"),
            ("/$defs/gate", "[[gate]]\nodd = 1"),
            ("/$defs/waiver", "[[waiver]]\nodd = 1"),
            ("/properties/list", "[list]\nodd = 1"),
            ("/properties/periods", "[periods]\nodd = 1"),
            ("/$defs/funnel", "[[funnel]]\nodd = 1"),
            ("/$defs/stage", "[[funnel]]\nstages = [{ name = \"a\", odd = 1 }]"),
            ("/$defs/gate/properties/persist", "[[gate]]\npersist = { odd = 1 }"),
        ];
        for (place, text) in places {
            let properties = schema.pointer(&format!("{place}/properties")).unwrap();
            let named: BTreeSet<String> = properties.as_object().unwrap().keys().cloned().collect();
            assert_eq!(named, known(text), "{text}");
            for (key, property) in properties.as_object().unwrap() {
                assert!(!property["description"].as_str().unwrap().is_empty(), "{key}");
            }
        }
    }

    #[test]
    fn the_specs_of_the_documents_and_fixtures_are_valid() {
        assert!(jsonschema::draft202012::meta::is_valid(&parsed()));
        let documents = [include_str!("../../docs/spec.md"), include_str!("../../docs/guide.md")];
        let blocks = documents.into_iter().flat_map(|text| text.split("```toml\n").skip(1));
        let mut blocks: Vec<&str> = blocks.map(|rest| rest.split("```").next().unwrap()).collect();
        blocks.push(include_str!("../../fixtures/biased/audit.toml"));
        assert!(blocks.len() > 8);
        for block in blocks {
            assert_eq!(faults(block), Vec::<String>::new(), "{block}");
        }
    }

    #[test]
    fn what_the_parser_refuses_for_its_shape_the_schema_refuses_too() {
        for text in [
            "[log]\npaht = \"x\"",
            "[audit]\nlevel = 2",
            "[[outcome]]\nname = \"o\"",
            "[[gate]]\npreset = \"four_fifth\"",
            "[[waiver]]\ngate = \"g\"\ngroup = \"f\"",
            "[groups]\nmin_subjects = -1",
        ] {
            assert!(!faults(text).is_empty(), "{text}");
        }
    }
}
