//! What was done to a gate from one audit to the next.

use super::series::{Key, Point};
use super::trend::plain;

/// A change of a gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    /// The entry from which on it holds.
    pub(super) sequence: u64,
    /// The day of that audit.
    pub(super) as_of: String,
    /// The gate.
    pub(super) gate: String,
    /// Whether more is accepted than before.
    pub(super) loosened: bool,
    /// What changed, in words.
    pub(super) what: String,
    /// The same in as few letters as a picture has room for.
    pub(super) short: String,
    /// Whether the new threshold was registered before its result.
    pub(super) registered: bool,
}

/// Each change of a series.
pub(super) fn changes(key: &Key, points: &[Point<'_>]) -> Vec<Change> {
    let name = format!("{}: {} ({})", key.system, key.metric, key.contrast);
    points
        .windows(2)
        .filter_map(|pair| {
            let (loosened, what) = change(&pair[0], &pair[1])?;
            Some(Change {
                sequence: pair[1].entry.sequence,
                as_of: pair[1].audit.as_of.clone(),
                gate: name.clone(),
                loosened,
                what,
                short: short(&pair[0], &pair[1]),
                registered: pair[1]
                    .audit
                    .spec
                    .as_ref()
                    .is_some_and(|spec| spec.registered_in.is_some()),
            })
        })
        .collect()
}

fn change(before: &Point<'_>, after: &Point<'_>) -> Option<(bool, String)> {
    let (before, after) = match (before.gate, after.gate) {
        (Some(before), Some(after)) => (before, after),
        (Some(_), None) => return Some((true, "the gate is gone".to_owned())),
        (None, Some(_)) => return Some((false, "the gate is back".to_owned())),
        (None, None) => return None,
    };
    let min = |value: Option<f64>| value.unwrap_or(f64::NEG_INFINITY);
    let max = |value: Option<f64>| value.unwrap_or(f64::INFINITY);
    let looser = min(after.min) < min(before.min) || max(after.max) > max(before.max);
    let stricter = min(after.min) > min(before.min) || max(after.max) < max(before.max);
    let mut words = Vec::new();
    if looser || stricter {
        let how = match (looser, stricter) {
            (true, false) => "loosened",
            (false, _) => "tightened",
            (true, true) => "moved",
        };
        words.push(format!(
            "{how} from {} to {}",
            limits(before.min, before.max),
            limits(after.min, after.max)
        ));
    }
    // From `assurance` over `evidence` to `point`, luck decides more and more.
    let mut weaker = false;
    if before.rule != after.rule {
        let rank = |rule: &str| {
            ["point", "evidence", "assurance"]
                .iter()
                .position(|known| *known == rule)
        };
        weaker = rank(&after.rule) < rank(&before.rule);
        words.push(format!("rule {} instead of {}", after.rule, before.rule));
    }
    (!words.is_empty()).then(|| (looser || weaker, words.join("; ")))
}

fn short(before: &Point<'_>, after: &Point<'_>) -> String {
    let (Some(before), Some(after)) = (before.gate, after.gate) else {
        return if after.gate.is_none() { "gone" } else { "back" }.to_owned();
    };
    let moved = |before: Option<f64>, after: Option<f64>| {
        let text = |limit: Option<f64>| limit.map_or_else(|| "none".to_owned(), plain);
        (before != after).then(|| format!("{} → {}", text(before), text(after)))
    };
    let parts = [moved(before.min, after.min), moved(before.max, after.max)];
    let limits: Vec<String> = parts.into_iter().flatten().collect();
    if limits.is_empty() {
        after.rule.clone()
    } else {
        limits.join(", ")
    }
}

/// What is accepted, in words.
pub(super) fn limits(min: Option<f64>, max: Option<f64>) -> String {
    match (min, max) {
        (Some(min), Some(max)) => format!("{} to {}", plain(min), plain(max)),
        (Some(min), None) => format!("at least {}", plain(min)),
        (None, Some(max)) => format!("at most {}", plain(max)),
        (None, None) => "anything".to_owned(),
    }
}
