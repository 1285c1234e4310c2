//! The gates of an audit as in-toto's `test-result` predicate, for policy engines that know nothing of audits.

use serde_json::{Value, json};

use super::statement::{STATEMENT_TYPE, Statement};

/// The type of the predicate.
const TYPE: &str = "https://in-toto.io/attestation/test-result/v0.1";

/// The statement for an entry's audit; `None`: the entry is none.
///
/// An inconclusive gate is a warning: it has neither passed nor failed.
#[must_use]
pub fn test_result(statement: &Statement) -> Option<Value> {
    let audit = statement.audit()?;
    let named = |verdict: &str| -> Vec<&str> {
        let gates = audit.gates.iter().filter(|gate| gate.verdict == verdict);
        gates.map(|gate| gate.name.as_str()).collect()
    };
    let result = match audit.verdict.as_str() {
        "pass" => "PASSED",
        "fail" => "FAILED",
        _ => "WARNED",
    };
    let spec = audit
        .spec
        .iter()
        .map(|spec| json!({ "name": spec.name, "digest": spec.digest }));
    Some(json!({
        "_type": STATEMENT_TYPE,
        "subject": statement.subject,
        "predicateType": TYPE,
        "predicate": {
            "result": result,
            "configuration": spec.collect::<Vec<_>>(),
            "passedTests": named("pass"),
            "warnedTests": named("inconclusive"),
            "failedTests": named("fail"),
        },
    }))
}
