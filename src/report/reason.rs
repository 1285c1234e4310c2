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
    // Why a number is undefined, or is not judged.
    ("attribute-missing", "the attribute is not known for these people"),
    ("too-few-subjects", "too few people to judge it"),
    (
        "too-few-in-reference",
        "too few people in the group it is compared with to judge it",
    ),
    ("group-undefined", "the number is undefined for one of the groups"),
    ("fewer-than-two-groups", "fewer than two groups can be compared"),
    ("no-denominator", "nothing in the group counts for this metric"),
    (
        "no-reference-denominator",
        "nothing in the group it is compared with counts for this metric",
    ),
    ("class-without-rows", "there are no rows of one of the classes"),
    (
        "unlisted-class",
        "there are rows of classes that the spec does not list, so that who is right can't be told",
    ),
    (
        "reference-zero",
        "there is none in the group it is compared with, so there is no ratio",
    ),
    ("both-zero", "there is none in either group, so there is no ratio"),
    ("negative-mean", "a ratio of negative numbers says nothing"),
    ("undefined", "the number is undefined"),
    (
        "needs-rows",
        "it needs whole distributions, which neither a database nor a tally in a file gives: audit the log itself",
    ),
    ("too-few-periods", "the log has too few periods"),
    (
        "stage-not-reached",
        "nobody on one of the sides reaches one of the stages, so that there is no whole to divide",
    ),
    (
        "absent-group",
        "it is absent from the heads of all lists, so that the number has no end",
    ),
    (
        "examination-unknown",
        "how likely a rank is looked at is not known: no item that was selected stood there and at the rank before",
    ),
    ("no-target", "the target does not list the group"),
    ("not-in-population", "the population does not list the group"),
    ("list-too-short", "no list has a cut point before its end"),
    ("no-item-rated-enough", "no item has five rated rows on each side"),
    ("nobody-alike", "nobody of the others is alike"),
    (
        "too-many-to-match",
        "there are too many different people to compare each with each: give numbers bands, and name them under `columns`",
    ),
    ("nothing-to-search", "no group has people enough to search"),
    (
        "too-few-groups",
        "too few groups to tell how much groups vary beyond chance",
    ),
    ("too-many-values", "the attributes have too many values to fit"),
    (
        "no-detectable-heterogeneity",
        "the groups' rates vary no more than chance makes them (or, for an intersection, no more than their attributes one by one say)",
    ),
    ("no-positives", "no label in the group is positive"),
    ("no-negatives", "no label in the group is negative"),
    (
        "scores-not-chances",
        "scores lie outside 0 to 1, so that they are no chances; their order says all that they say",
    ),
    (
        "separated",
        "the groups or scores tell the label without fail, so that a regression has no end",
    ),
    (
        "no-gains-to-share",
        "nobody gains anything, or somebody gains nothing and the index allows for no such person",
    ),
    ("none-selected", "nobody in the group was selected"),
    (
        "infinite-divergence",
        "one of the groups has none of an outcome that the other has, so that the divergence is infinite",
    ),
    ("no-shared-stratum", "no stratum has rows of both sides"),
    (
        "no-contrast-in-any-stratum",
        "in every stratum everybody was selected or nobody",
    ),
    (
        "collinear-strata",
        "the factors of the strata are combinations of one another, so that a regression can't tell them apart",
    ),
    (
        "too-many-levels",
        "the factors beside the largest have too many levels for a regression",
    ),
    (
        "no-variance",
        "all values are the same, so that there is no variance to account for",
    ),
    // Why a gate answered as it did.
    ("estimate-inside", "the estimate is inside the threshold"),
    ("estimate-beyond", "the estimate is outside the threshold"),
    ("interval-inside", "the whole interval is inside the threshold"),
    ("interval-beyond", "the whole interval is outside the threshold"),
    (
        "beyond-and-told-from-chance",
        "the estimate is outside the threshold, and chance can't explain the difference",
    ),
    (
        "straddles-inside",
        "the estimate is inside the threshold, but its interval reaches over it",
    ),
    (
        "straddles-beyond",
        "the estimate is outside the threshold, but its interval reaches over it",
    ),
    (
        "beyond-one-at-a-time",
        "outside the threshold if it were the only group; not when all groups that the gate looks at are allowed for",
    ),
    ("persists", "so many of the last periods are outside the threshold"),
    (
        "does-not-persist",
        "even if all periods that do not tell were outside, they would be too few",
    ),
    (
        "may-persist",
        "some of the last periods do not tell, and it hangs on them",
    ),
    ("change-inside", "the number has become no worse than allowed"),
    ("change-beyond", "the number has become worse than allowed"),
    (
        "change-interval-inside",
        "the number has become no worse than allowed, with the whole interval of its change",
    ),
    (
        "change-interval-beyond",
        "the number has become worse than allowed, with the whole interval of its change",
    ),
    (
        "change-straddles",
        "whether the number has become worse than allowed can't be told from chance",
    ),
    ("not-in-baseline", "the baseline has no such number"),
    ("baseline-undefined", "the number was undefined in the baseline"),
    ("no-interval", "the number has no interval, and the rule asks for one"),
    ("group-absent", "nobody in the log is in this group"),
    // Why the whole verdict is what it is.
    ("no-gates", "no gate was asked for"),
    ("gate-failed", "a gate failed"),
    (
        "waiver-not-in-order",
        "a waiver has expired, is exceeded or matches no failure",
    ),
    ("failures-waived", "every failure is waived, and nothing else failed"),
    ("nothing-judged", "gates were given and none could be judged"),
    (
        "inconclusive-blocks",
        "a gate could not be decided, and that was asked to block",
    ),
    (
        "inconclusive-allowed",
        "a gate could not be decided, and that was asked not to block",
    ),
    ("all-passed", "every gate passed"),
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
