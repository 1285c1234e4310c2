//! Thresholds that rules and practice have made known, as data: what they ask, where that comes from, and what it is not.
//!
//! A preset is a convention. It says nothing about what the law is where a log was made: that is for counsel.

/// A named gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preset {
    /// The name in specs.
    pub id: &'static str,
    /// A short title.
    pub title: &'static str,
    /// The metric or alias that it looks at.
    pub metric: &'static str,
    /// The contrast; `None`: the alias's own.
    pub contrast: Option<&'static str>,
    /// Lowest accepted value, as a plain decimal.
    pub min: Option<&'static str>,
    /// Highest accepted value, as a plain decimal.
    pub max: Option<&'static str>,
    /// The rule.
    pub rule: &'static str,
    /// What an inconclusive answer does, where it is not the rule's own default.
    pub on_inconclusive: Option<&'static str>,
    /// What it asks, in a sentence.
    pub meaning: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// The day on which the source was last looked at, `YYYY-MM-DD`.
    pub as_of: &'static str,
    /// What it is not.
    pub caution: &'static str,
}

/// Every preset.
pub const PRESETS: [Preset; 6] = [
    Preset {
        id: "four_fifths",
        title: "Four fifths, where the difference is told from chance",
        metric: "disparate_impact",
        contrast: None,
        min: Some("0.8"),
        max: None,
        rule: "significant",
        on_inconclusive: None,
        meaning: "Fails when a group's rate is less than four fifths of the reference's and chance can't explain the difference.",
        source: "29 CFR 1607.4(D) (1978): less than four fifths of the highest rate is generally taken for evidence of adverse impact; a greater difference may not be where it rests on small numbers and is not significant. The guidelines compare with the group of the highest rate: `reference = \"best\"`",
        as_of: "2026-11-23",
        caution: "A convention of selection for jobs in the United States, not of marketing, and not a statement of the law: enforcement of it was cut back in 2025, and its rescission is announced. A smaller difference may count too where it is significant and matters in practice; a pass is no proof of its absence.",
    },
    Preset {
        id: "four_fifths_point",
        title: "Four fifths of the rates as they are",
        metric: "disparate_impact",
        contrast: None,
        min: Some("0.8"),
        max: None,
        rule: "point",
        on_inconclusive: None,
        meaning: "Fails when a group's rate is less than four fifths of the reference's, however few people it rests on.",
        source: "29 CFR 1607.4(D) (1978), first sentence. The guidelines compare with the group of the highest rate: `reference = \"best\"`",
        as_of: "2026-11-23",
        caution: "The estimate decides: a small log fails or passes by luck. `four_fifths` asks for significance, as the same guidelines do.",
    },
    Preset {
        id: "two_standard_deviations",
        title: "Two standard deviations",
        metric: "statistical_parity_difference",
        contrast: None,
        min: Some("0"),
        max: None,
        rule: "evidence",
        on_inconclusive: Some("pass"),
        meaning: "Fails when a group's rate is lower than the reference's by more than chance would do: the whole interval of the gap lies below 0.",
        source: "Castaneda v. Partida, 430 U.S. 482, note 17, and Hazelwood School District v. United States, 433 U.S. 299, note 14 (1977): more than two or three standard deviations. At the level 0.95 the limit is 1.96 of them",
        as_of: "2026-11-23",
        caution: "It tells whether a difference is there, not whether it matters: a large log fails it for a difference of no weight, a small one passes with a great difference. With several groups the interval is widened for their number, which the usual practice does not do. Where nothing is told from chance, it is open and does not block.",
    },
    Preset {
        id: "equivalence_80",
        title: "Equivalence within four fifths and five quarters",
        metric: "disparate_impact",
        contrast: None,
        min: Some("0.8"),
        max: Some("1.25"),
        rule: "assurance",
        on_inconclusive: None,
        meaning: "Passes only when the whole interval of the ratio lies between 0.8 and 1.25; what can't be shown blocks.",
        source: "Schuirmann 1987, two one-sided tests; the limits 0.80 and 1.25 are those of bioequivalence (FDA 2001, Statistical Approaches to Establishing Bioequivalence), and 0.8 that of four fifths",
        as_of: "2026-11-23",
        caution: "The usual form takes a 90 % interval: `level = 0.9` in `[audit]`. At another level it is stricter or laxer. It needs many people: look at `needs`.",
    },
    Preset {
        id: "significant_and_5_points",
        title: "Five percentage points, where the difference is told from chance",
        metric: "statistical_parity_difference",
        contrast: None,
        min: Some("-0.05"),
        max: None,
        rule: "significant",
        on_inconclusive: None,
        meaning: "Fails when a group's rate is lower than the reference's by more than five percentage points and chance can't explain it.",
        source: "Colorado Division of Insurance, draft regulation on quantitative testing of life insurers' algorithms (2023): p below 0.05 and five percentage points or more lead to further tests",
        as_of: "2026-11-23",
        caution: "A draft that was not adopted, about approvals in life insurance. Five points are much where rates are small and little where they are large.",
    },
    Preset {
        id: "zero_tolerance",
        title: "None at all",
        metric: "selection_rate",
        contrast: Some("value"),
        min: None,
        max: Some("0"),
        rule: "point",
        on_inconclusive: Some("fail"),
        meaning: "Fails when one row of a group was selected. Name the groups that must never be: `groups = [\"objected\"]`.",
        source: "For example Article 21(3) GDPR: who objects to direct marketing is no longer the object of it. A rule without a threshold leaves none to choose",
        as_of: "2026-11-23",
        caution: "A count, not a statistic: it says that a row is there, not why; and groups of fewer people than `min_subjects` are not judged, which blocks.",
    },
];

/// The preset of this name.
#[must_use]
pub fn find(id: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;

    #[test]
    fn each_preset_names_a_metric_and_says_where_it_comes_from() {
        for preset in &PRESETS {
            assert!(catalogue::find(preset.metric, true).is_some(), "{}", preset.id);
            assert!(catalogue::find(preset.metric, false).is_some(), "{}", preset.id);
            assert!(preset.min.is_some() || preset.max.is_some(), "{}", preset.id);
            assert!(preset.caution.len() > 40 && preset.source.len() > 40 && preset.as_of.len() == 10);
            // A preset is no metric: one name means one thing.
            assert!(catalogue::find(preset.id, true).is_none(), "{}", preset.id);
        }
    }
}
