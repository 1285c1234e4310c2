//! A result read back from its JSON, so that any face can be made of it later.
//!
//! A result that lost a field would show less than was found, so nothing is guessed: what is not whole, is of another
//! shape, or holds more than this version knows is refused.

use serde_json::Value;

use super::model::v1;
use crate::diagnostic::{Diagnostic, Place};

/// How the name of every shape of a result begins.
const FAMILY: &str = "parytet.result/";

/// The result in `bytes`; `name` is shown in errors.
///
/// # Errors
/// `damaged-file`: it is no whole JSON, or not of the shape that it names. `not-a-result`: it is some other JSON.
/// `other-schema`: it is a result of another shape. `newer-result`: it has fields that this version does not know.
pub fn read(name: &str, bytes: &[u8]) -> Result<v1::Result, Diagnostic> {
    let fault = |code, message: String, help: &str| {
        Diagnostic::new(code, message)
            .at(Place::of_file(name))
            .help(help.to_owned())
    };
    let damaged = |why: String| {
        fault(
            "damaged-file",
            format!("this is no whole result: {why}"),
            "fetch it again from where it is archived; no part of it is used",
        )
    };
    let value: Value = serde_json::from_slice(bytes).map_err(|error| damaged(error.to_string()))?;
    let schema = value.get("schema").and_then(Value::as_str).unwrap_or_default();
    if schema != v1::SCHEMA {
        return Err(if schema.starts_with(FAMILY) {
            fault(
                "other-schema",
                format!("this is a `{schema}`, and this program reads `{}`", v1::SCHEMA),
                "use the version of parytet that made it",
            )
        } else {
            fault(
                "not-a-result",
                "this is not a result of `parytet audit`".to_owned(),
                "name the file that `parytet audit … --output result.json` wrote",
            )
        });
    }
    let result: v1::Result = serde_json::from_slice(bytes).map_err(|error| damaged(error.to_string()))?;
    let kept = serde_json::to_value(&result).map_err(|error| damaged(error.to_string()))?;
    if let Some(field) = lost(&value, &kept, "") {
        return Err(fault(
            "newer-result",
            format!("it has a field that this version does not know: `{field}`"),
            "use the version of parytet that made it, or a later one",
        ));
    }
    match contradiction(&result) {
        Some(why) => Err(damaged(why)),
        None => Ok(result),
    }
}

/// The first field that is in what was read and not in what was understood.
fn lost(read: &Value, kept: &Value, at: &str) -> Option<String> {
    match (read, kept) {
        (Value::Object(read), Value::Object(kept)) => read.iter().find_map(|(key, value)| {
            let place = if at.is_empty() {
                key.clone()
            } else {
                format!("{at}.{key}")
            };
            match kept.get(key) {
                Some(known) => lost(value, known, &place),
                None => Some(place),
            }
        }),
        (Value::Array(read), Value::Array(kept)) => {
            read.iter().zip(kept).find_map(|(value, known)| lost(value, known, at))
        }
        _ => None,
    }
}

/// What can't be true of a result: words that mean nothing, and counts of gates that do not add up.
fn contradiction(result: &v1::Result) -> Option<String> {
    let verdicts = ["pass", "fail", "inconclusive"];
    let words = result.gates.iter().flat_map(|gate| {
        let answers = gate.answers.iter().map(|answer| &answer.verdict);
        std::iter::once(&gate.verdict).chain(answers)
    });
    let whole = &result.verdict;
    if let Some(word) = words.into_iter().find(|word| !verdicts.contains(&word.as_str())) {
        return Some(format!("\"{word}\" is no verdict"));
    }
    if !verdicts.contains(&whole.verdict.as_str()) && whole.verdict != "none" {
        return Some(format!("\"{}\" is no verdict", whole.verdict));
    }
    let gates = result.gates.len() as u64;
    let counted = [whole.passed, whole.failed, whole.inconclusive];
    let sum = counted.iter().try_fold(0u64, |sum, n| sum.checked_add(*n));
    (sum != Some(gates)).then(|| format!("it has {gates} gates, and the verdict counts others"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::report::face::json::json as face;
    use crate::report::sample::sample;

    #[test]
    fn what_was_written_is_read_and_written_again_as_it_was() {
        let text = face(&sample());
        let result = read("result.json", text.as_bytes()).unwrap();
        assert_eq!(result, sample());
        assert_eq!(face(&result), text);
    }

    #[test]
    fn what_is_not_whole_is_refused() {
        let good: Value = serde_json::from_str(&face(&sample())).unwrap();
        let with = |place: &str, wrong: Value| {
            let mut bad = good.clone();
            *bad.pointer_mut(place).unwrap() = wrong;
            read("result.json", bad.to_string().as_bytes()).unwrap_err().code
        };
        assert_eq!(with("/schema", json!("parytet.result/2")), "other-schema");
        assert_eq!(with("/schema", json!("another thing")), "not-a-result");
        assert_eq!(with("/verdict/passed", json!(7)), "damaged-file");
        assert_eq!(with("/verdict/passed", json!(u64::MAX)), "damaged-file");
        assert_eq!(with("/verdict/verdict", json!("maybe")), "damaged-file");
        assert_eq!(with("/gates/0/answers/0/verdict", json!("no")), "damaged-file");
        assert_eq!(with("/estimates/0/rows", json!("many")), "damaged-file");
        let mut newer = good.clone();
        newer["gates"][0]["of_tomorrow"] = json!(1);
        let fault = read("result.json", newer.to_string().as_bytes()).unwrap_err();
        assert_eq!(fault.code, "newer-result");
        assert!(fault.message.contains("gates.of_tomorrow"), "{}", fault.message);
        let text = face(&sample());
        for end in [0, 1, text.len() / 2, text.len() - 3] {
            assert_eq!(
                read("result.json", &text.as_bytes()[..end]).unwrap_err().code,
                "damaged-file"
            );
        }
        assert_eq!(read("x", b"[1]").unwrap_err().code, "not-a-result");
        assert_eq!(read("x", b"\xff\xfe").unwrap_err().code, "damaged-file");
    }
}
