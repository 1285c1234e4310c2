//! Stable reason codes, in plain words.

/// What a code says. A code that is not known here is shown as it is: an unknown reason is still a reason.
#[must_use]
pub fn plain(code: &str) -> &str {
    PLAIN
        .iter()
        .find(|(known, _)| *known == code)
        .map_or(code, |(_, words)| words)
}

/// Codes and their sentences, without the full stop.
const PLAIN: &[(&str, &str)] = &[
    // Why a number is undefined, or not judged.
    (
        "too-few-subjects",
        "too few people in the group to judge it",
    ),
    (
        "too-few-reference-subjects",
        "too few people in the group it is compared with",
    ),
    (
        "attribute-missing",
        "the attribute is not known for these rows",
    ),
    ("no-eligible", "no row of the group counts for this metric"),
    (
        "reference-no-eligible",
        "no row of the group it is compared with counts for this metric",
    ),
    ("no-rows", "the group has no rows for this outcome"),
    ("no-reference", "there is no group to compare it with"),
    (
        "reference-zero",
        "the group it is compared with has a value of zero, so there is no ratio",
    ),
    (
        "reference-undefined",
        "the number is undefined for the group it is compared with",
    ),
    ("group-undefined", "the number is undefined for the group"),
    ("negative-value", "a ratio of negative numbers says nothing"),
    (
        "fewer-than-two-groups",
        "fewer than two groups can be compared",
    ),
    ("undefined", "the number is undefined"),
    ("one-subject", "one person gives no interval"),
    ("no-variance", "the data give no interval"),
    ("no-interval", "the number has no interval"),
    // Why a gate answered as it did.
    ("within-threshold", "the estimate is inside the threshold"),
    ("outside-threshold", "the estimate is outside the threshold"),
    (
        "below-min",
        "the estimate is below the lowest accepted value",
    ),
    (
        "above-max",
        "the estimate is above the highest accepted value",
    ),
    (
        "interval-within",
        "the whole interval is inside the threshold",
    ),
    (
        "interval-outside",
        "the whole interval is outside the threshold",
    ),
    (
        "interval-crosses",
        "the interval reaches over the threshold: this much data can't tell",
    ),
    (
        "interval-not-outside",
        "the interval is not wholly outside the threshold",
    ),
    ("not-judged", "the group is shown and not judged"),
    // Why the whole verdict is what it is.
    ("gate-failed", "a gate failed"),
    ("all-passed", "every gate passed"),
    ("no-gates", "no gate was asked for"),
    (
        "inconclusive-blocks",
        "a gate could not be decided, and that was asked to block",
    ),
    (
        "inconclusive-allowed",
        "a gate could not be decided, and that was asked not to block",
    ),
    (
        "nothing-judged",
        "gates were given and none could be judged",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_kebab_case_and_unique() {
        let mut codes: Vec<&str> = PLAIN.iter().map(|(code, _)| *code).collect();
        assert!(
            codes
                .iter()
                .all(|code| code.chars().all(|c| c.is_ascii_lowercase() || c == '-'))
        );
        let count = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), count);
    }

    #[test]
    fn an_unknown_code_is_shown_as_it_is() {
        assert_eq!(plain("a-code-of-tomorrow"), "a-code-of-tomorrow");
    }
}
