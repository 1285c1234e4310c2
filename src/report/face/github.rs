//! Annotations of GitHub Actions: workflow commands, one per gate and one per waiver that needs somebody, which the runner
//! reads from standard output.
//!
//! A run shows only some ten annotations of each level, so that a gate has one and not each of its groups; its message
//! names them all, worst first.

use crate::report::model::v1::{Gate, Result, Waiver};
use crate::report::number::counted;
use crate::report::said::{demand, is_finding, line, place, urgency, waiver_line, worst_first};
use crate::report::text::safe;

/// The gates as annotations, failures first.
#[must_use]
pub fn github(result: &Result) -> String {
    let mut gates: Vec<&Gate> = result.gates.iter().collect();
    gates.sort_by_key(|gate| urgency(&gate.verdict));
    let waivers = result
        .waivers
        .iter()
        .filter(|waiver| is_finding(waiver) || waiver.ends_soon);
    let gates = gates.into_iter().map(|gate| annotation(result, gate));
    waivers.map(of_waiver).chain(gates).collect()
}

fn of_waiver(waiver: &Waiver) -> String {
    let level = if is_finding(waiver) { "error" } else { "warning" };
    format!(
        "::{level} file={},line={},title={}::{}\n",
        property(&safe(&waiver.file)),
        waiver.line,
        property(&format!("waiver {}", waiver.status)),
        data(&waiver_line(waiver))
    )
}

fn annotation(result: &Result, gate: &Gate) -> String {
    let level = match (gate.verdict.as_str(), gate.on_inconclusive.as_str()) {
        ("pass", _) => "notice",
        ("inconclusive", "fail") | ("fail", _) => "error",
        _ => "warning",
    };
    let (file, at) = place(result, gate);
    let waived = match gate.waived {
        0 => String::new(),
        waived => format!(", {} waived", counted(waived, "failure", "failures")),
    };
    let title = format!("{}{waived}: gate {} ({})", gate.verdict, safe(&gate.name), demand(gate));
    let mut message: Vec<String> = worst_first(gate).into_iter().map(|answer| line(gate, answer)).collect();
    if message.is_empty() {
        message.push("no group could be asked about".to_owned());
    }
    format!(
        "::{level} file={},line={at},title={}::{}\n",
        property(&safe(file)),
        property(&safe(&title)),
        data(&message.join("\n"))
    )
}

/// What stands after the second `::`: no line may end in it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property: besides, neither the comma that ends it nor the colon that ends them all.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::sample;

    #[test]
    fn the_sample_as_annotations() {
        insta::assert_snapshot!(github(&sample()));
    }

    #[test]
    fn a_gate_is_one_line_and_no_name_begins_a_command() {
        let mut result = sample();
        result.gates[0].name = "x\n::stop-commands::y, z: 100 %".to_owned();
        let text = github(&result);
        // And the waiver that has expired.
        assert_eq!(text.lines().count(), 1 + result.gates.len());
        for line in text.lines() {
            let (head, _) = line[2..].split_once("::").unwrap();
            let level = head.split(' ').next().unwrap();
            assert!(["error", "warning", "notice"].contains(&level), "{line}");
            assert_eq!(
                head.matches("file=").count() + head.matches(",line=").count(),
                2,
                "{head}"
            );
        }
        assert!(
            text.contains("x\\n%3A%3Astop-commands%3A%3Ay%2C z%3A 100 %25"),
            "{text}"
        );
    }

    // What the runner turns back: https://github.com/actions/toolkit, command.ts.
    #[test]
    fn escapes_are_those_of_the_runner() {
        assert_eq!(data("a%0Ab\r\nc"), "a%250Ab%0D%0Ac");
        assert_eq!(property("a:b,c"), "a%3Ab%2Cc");
    }
}
