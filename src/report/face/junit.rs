//! JUnit XML, which build servers show as tests: a suite per gate, a case per gate and group.
//!
//! A failed answer is a failure. An inconclusive one is skipped, for a build server knows no third word; where the gate was
//! asked to block, it is a failure of the type `inconclusive`. A waived failure is skipped, with who waived it and until
//! when. There is no time of day and no duration in it.

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use crate::report::model::v1::{Answer, Gate, Result};
use crate::report::said::{demand, is_finding, line, place, rule, waiver_line};
use crate::report::text::safe;

/// The gates as test cases.
#[must_use]
pub fn junit(result: &Result) -> String {
    let mut report = Report::new(safe(&result.audit.title));
    for gate in &result.gates {
        report.add_test_suite(suite(result, gate));
    }
    if !result.waivers.is_empty() {
        report.add_test_suite(waivers(result));
    }
    match report.to_string() {
        Ok(text) => text,
        Err(error) => unreachable!("text into memory: {error}"),
    }
}

fn suite(result: &Result, gate: &Gate) -> TestSuite {
    let mut suite = TestSuite::new(safe(&gate.name));
    let (file, line) = place(result, gate);
    for (name, value) in [
        ("asked", demand(gate)),
        ("rule", rule(gate)),
        ("place", format!("{file}:{line}")),
        ("verdict", gate.verdict.clone()),
    ] {
        suite.add_property(Property::new(name, safe(&value)));
    }
    for answer in &gate.answers {
        suite.add_test_case(case(gate, answer));
    }
    if gate.answers.is_empty() {
        let mut skipped = TestCaseStatus::skipped();
        skipped.set_message("no group could be asked about");
        suite.add_test_case(TestCase::new("(no group)", skipped));
    }
    suite
}

/// The waivers are cases too: one that is not in order fails.
fn waivers(result: &Result) -> TestSuite {
    let mut suite = TestSuite::new("waivers");
    for waiver in &result.waivers {
        let status = if is_finding(waiver) {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_type(waiver.status.clone()).set_message(waiver_line(waiver));
            status
        } else {
            TestCaseStatus::success()
        };
        let mut case = TestCase::new(safe(&waiver.group), status);
        case.set_classname(safe(&format!("waivers.{}", waiver.gate)));
        case.add_property(Property::new("waiver", waiver_line(waiver)));
        suite.add_test_case(case);
    }
    suite
}

fn case(gate: &Gate, answer: &Answer) -> TestCase {
    let said = line(gate, answer);
    let not = |kind: &str| {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_type(kind.to_owned()).set_message(said.clone());
        status
    };
    let skipped = |kind: &str| {
        let mut status = TestCaseStatus::skipped();
        status.set_type(kind.to_owned()).set_message(said.clone());
        status
    };
    let status = match (answer.verdict.as_str(), gate.on_inconclusive.as_str()) {
        _ if answer.waived.is_some() => skipped("waived"),
        ("pass", _) => TestCaseStatus::success(),
        ("inconclusive", "fail") => not("inconclusive"),
        ("inconclusive", _) => skipped("inconclusive"),
        (other, _) => not(other),
    };
    let mut case = TestCase::new(safe(&answer.group), status);
    let within = answer
        .given
        .as_deref()
        .map_or_else(String::new, |given| format!(".within {given}"));
    case.set_classname(safe(&format!("{}.{}{within}", answer.outcome, answer.attribute)));
    let number = |x: Option<f64>| x.map(|x| format!("{}", x + 0.0));
    for (name, value) in [
        ("estimate", number(answer.estimate)),
        ("low", number(answer.low)),
        ("high", number(answer.high)),
        ("subjects", Some(answer.subjects.to_string())),
        ("verdict", Some(answer.verdict.clone())),
        ("reason", Some(answer.reason.clone())),
    ] {
        if let Some(value) = value {
            case.add_property(Property::new(name, safe(&value)));
        }
    }
    case
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{sample, small};

    #[test]
    fn the_sample_as_junit() {
        insta::assert_snapshot!(junit(&small()));
    }

    #[test]
    fn every_answer_is_a_case_and_the_counts_are_those_of_the_cases() {
        let result = sample();
        let text = junit(&result);
        let answers: Vec<(&Gate, &Answer)> = result
            .gates
            .iter()
            .flat_map(|gate| gate.answers.iter().map(move |answer| (gate, answer)))
            .collect();
        let blocking =
            |(gate, answer): &&(&Gate, &Answer)| answer.verdict == "inconclusive" && gate.on_inconclusive == "fail";
        let waived = answers.iter().filter(|(_, answer)| answer.waived.is_some()).count();
        // Beside the failures that nobody waived, the waiver that has expired.
        let failed = answers.iter().filter(|(_, answer)| answer.verdict == "fail").count() - waived + 1;
        let cases = answers.len() + result.waivers.len();
        let open = answers
            .iter()
            .filter(|(_, answer)| answer.verdict == "inconclusive")
            .count();
        let blocks = answers.iter().filter(blocking).count();
        assert!(failed > 1 && blocks > 0 && open > blocks && waived > 0);
        assert_eq!(text.matches("<testcase ").count(), cases);
        assert_eq!(text.matches("<failure ").count(), failed + blocks);
        assert_eq!(text.matches("<skipped ").count(), open - blocks + waived);
        let head = text.lines().find(|line| line.starts_with("<testsuites")).unwrap();
        assert!(head.contains(&format!("tests=\"{cases}\"")), "{head}");
        assert!(head.contains(&format!("failures=\"{}\"", failed + blocks)), "{head}");
        assert!(!text.contains("timestamp") && !text.contains("<script>"));
    }
}
