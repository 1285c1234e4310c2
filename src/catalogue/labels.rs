//! Rates that need the observed label (`actual`).

use super::Measure::{Actual, Labelled, LabelledSelected, TruePositive};
use super::{Alias, Contrast, Direction, Entry, Formula, Linear, Measure, Metric, Need, Unit, When};

const LABELLED: Linear = &[(Labelled, 1)];
const POSITIVE: Linear = &[(Actual, 1)];
const NEGATIVE: Linear = &[(Labelled, 1), (Actual, -1)];
const PREDICTED: Linear = &[(LabelledSelected, 1)];
const NOT_PREDICTED: Linear = &[(Labelled, 1), (LabelledSelected, -1)];
const TP: Linear = &[(TruePositive, 1)];
const FP: Linear = &[(LabelledSelected, 1), (TruePositive, -1)];
const FN: Linear = &[(Actual, 1), (TruePositive, -1)];
const TN: Linear = &[(Labelled, 1), (LabelledSelected, -1), (Actual, -1), (TruePositive, 1)];
const CORRECT: Linear = &[(Labelled, 1), (LabelledSelected, -1), (Actual, -1), (TruePositive, 2)];
const LABEL: &[Need] = &[Need::Label];

/// Position of this family's first entry in the catalogue.
const FIRST: u16 = super::rates::ENTRIES.len() as u16;
const TPR: Metric = Metric(FIRST);
const FPR: Metric = Metric(FIRST + 1);
const TNR: Metric = Metric(FIRST + 2);

const CONFUSION: &str = "Fawcett 2006, An introduction to ROC analysis, Pattern Recognition Letters 27";

const fn ratio(numerator: &'static [(Measure, i32)], denominator: &'static [(Measure, i32)]) -> Formula {
    Formula::Ratio { numerator, denominator }
}

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        id: "true_positive_rate",
        title: "True positive rate",
        meaning: "Of the rows whose label is positive, the share that was selected.",
        formula_text: "TP / (TP + FN)",
        formula: ratio(TP, POSITIVE),
        unit: Unit::Share,
        direction: Direction::Favour,
        needs: LABEL,
        aliases: &[
            Alias {
                name: "equal_opportunity_difference",
                contrast: Contrast::Gap,
                when: When::Favourable,
                who: "AIF360, Holistic AI, Jurity; Clarify's RD has the opposite sign; Fairlearn's is the max_gap",
            },
            Alias {
                name: "equal_opportunity_ratio",
                contrast: Contrast::Ratio,
                when: When::Favourable,
                who: "AIF360 (true_positive_rate ratio); Fairlearn's is the min_ratio",
            },
            Alias {
                name: "recall_difference",
                contrast: Contrast::Gap,
                when: When::Always,
                who: "Clarify's RD with the opposite sign",
            },
        ],
        caution: "The label must be known whether or not the row was selected; otherwise it describes only the rows with a label.",
        source: "Hardt, Price & Srebro 2016, Equality of Opportunity in Supervised Learning",
    },
    Entry {
        id: "false_positive_rate",
        title: "False positive rate",
        meaning: "Of the rows whose label is negative, the share that was selected.",
        formula_text: "FP / (FP + TN)",
        formula: ratio(FP, NEGATIVE),
        unit: Unit::Share,
        direction: Direction::Favour,
        needs: LABEL,
        aliases: &[Alias {
            name: "predictive_equality_difference",
            contrast: Contrast::Gap,
            when: When::Always,
            who: "Chouldechova 2017; OxonFair gives this name to the false negative rate",
        }],
        caution: "For a favourable outcome a high rate is a benefit that the label does not support, not a harm to the person.",
        source: "Hardt, Price & Srebro 2016; Chouldechova 2017, Fair Prediction with Disparate Impact",
    },
    Entry {
        id: "true_negative_rate",
        title: "True negative rate",
        meaning: "Of the rows whose label is negative, the share that was not selected.",
        formula_text: "TN / (FP + TN)",
        formula: ratio(TN, NEGATIVE),
        unit: Unit::Share,
        direction: Direction::Against,
        needs: LABEL,
        aliases: &[
            Alias {
                name: "specificity_difference",
                contrast: Contrast::Gap,
                when: When::Always,
                who: "Clarify's SD (disadvantaged minus advantaged)",
            },
            Alias {
                name: "equal_opportunity_difference",
                contrast: Contrast::Gap,
                when: When::Unfavourable,
                who: "AIF360 with the unfavourable label declared: the share of those who should be spared and were",
            },
            Alias {
                name: "equal_opportunity_ratio",
                contrast: Contrast::Ratio,
                when: When::Unfavourable,
                who: "as equal_opportunity_difference",
            },
        ],
        caution: "See `false_positive_rate`, of which it is the complement.",
        source: CONFUSION,
    },
    Entry {
        id: "false_negative_rate",
        title: "False negative rate",
        meaning: "Of the rows whose label is positive, the share that was not selected.",
        formula_text: "FN / (TP + FN)",
        formula: ratio(FN, POSITIVE),
        unit: Unit::Share,
        direction: Direction::Against,
        needs: LABEL,
        aliases: &[],
        caution: "See `true_positive_rate`, of which it is the complement.",
        source: CONFUSION,
    },
    Entry {
        id: "positive_predictive_value",
        title: "Positive predictive value",
        meaning: "Of the selected rows, the share whose label is positive.",
        formula_text: "TP / (TP + FP)",
        formula: ratio(TP, PREDICTED),
        unit: Unit::Share,
        direction: Direction::Neutral,
        needs: LABEL,
        aliases: &[Alias {
            name: "predictive_parity_difference",
            contrast: Contrast::Gap,
            when: When::Always,
            who: "Chouldechova 2017; Clarify's DAR has the opposite sign; Aequitas calls the rate precision",
        }],
        caution: "With unequal base rates it can't be equal together with the error rates (Chouldechova 2017).",
        source: "Chouldechova 2017, Fair Prediction with Disparate Impact",
    },
    Entry {
        id: "negative_predictive_value",
        title: "Negative predictive value",
        meaning: "Of the rows that were not selected, the share whose label is negative.",
        formula_text: "TN / (TN + FN)",
        formula: ratio(TN, NOT_PREDICTED),
        unit: Unit::Share,
        direction: Direction::Neutral,
        needs: LABEL,
        aliases: &[],
        caution: "See `false_omission_rate`, of which it is the complement.",
        source: CONFUSION,
    },
    Entry {
        id: "false_discovery_rate",
        title: "False discovery rate",
        meaning: "Of the selected rows, the share whose label is negative.",
        formula_text: "FP / (TP + FP)",
        formula: ratio(FP, PREDICTED),
        unit: Unit::Share,
        direction: Direction::Neutral,
        needs: LABEL,
        aliases: &[],
        caution: "See `positive_predictive_value`, of which it is the complement.",
        source: CONFUSION,
    },
    Entry {
        id: "false_omission_rate",
        title: "False omission rate",
        meaning: "Of the rows that were not selected, the share whose label is positive.",
        formula_text: "FN / (TN + FN)",
        formula: ratio(FN, NOT_PREDICTED),
        unit: Unit::Share,
        direction: Direction::Neutral,
        needs: LABEL,
        aliases: &[],
        caution: "Needs labels of rows that were not selected, which many logs lack.",
        source: CONFUSION,
    },
    Entry {
        id: "accuracy",
        title: "Accuracy",
        meaning: "The share of rows where decision and label agree.",
        formula_text: "(TP + TN) / (TP + FP + TN + FN)",
        formula: ratio(CORRECT, LABELLED),
        unit: Unit::Share,
        direction: Direction::Better,
        needs: LABEL,
        aliases: &[],
        caution: "With a rare label it is high for a decision that never selects anybody.",
        source: CONFUSION,
    },
    Entry {
        id: "balanced_accuracy",
        title: "Balanced accuracy",
        meaning: "The mean of the true positive and the true negative rate.",
        formula_text: "(TPR + TNR) / 2",
        formula: Formula::Mean(TPR, TNR),
        unit: Unit::Share,
        direction: Direction::Better,
        needs: LABEL,
        aliases: &[],
        caution: "Undefined when a group has only one kind of label.",
        source: "Brodersen et al. 2010, The Balanced Accuracy and Its Posterior Distribution",
    },
    Entry {
        id: "base_rate",
        title: "Base rate",
        meaning: "The share of rows whose label is positive, whatever was decided.",
        formula_text: "(TP + FN) / (TP + FP + TN + FN)",
        formula: ratio(POSITIVE, LABELLED),
        unit: Unit::Share,
        direction: Direction::Neutral,
        needs: LABEL,
        aliases: &[],
        caution: "It describes the people or the way labels were made, not the decision.",
        source: "Chouldechova 2017 (prevalence); Clarify's DPL is its gap with the opposite sign",
    },
    Entry {
        id: "f1",
        title: "F1",
        meaning: "The harmonic mean of positive predictive value and true positive rate.",
        formula_text: "2 TP / (2 TP + FP + FN)",
        formula: ratio(&[(TruePositive, 2)], &[(LabelledSelected, 1), (Actual, 1)]),
        unit: Unit::Share,
        direction: Direction::Better,
        needs: LABEL,
        aliases: &[],
        caution: "It depends on the base rate: groups with unlike base rates differ in F1 without any unfairness.",
        source: "van Rijsbergen 1979, Information Retrieval",
    },
    Entry {
        id: "treatment_equality",
        title: "Treatment equality",
        meaning: "How many false negatives there are for each false positive.",
        formula_text: "FN / FP",
        formula: ratio(FN, FP),
        unit: Unit::Number,
        direction: Direction::Against,
        needs: LABEL,
        aliases: &[],
        caution: "A ratio of two small counts: undefined without false positives and unsteady with few.",
        source: "Berk et al. 2018, Fairness in Criminal Justice Risk Assessments; Clarify's TE is its gap",
    },
    Entry {
        id: "average_odds",
        title: "Average odds",
        meaning: "The mean of the true positive and the false positive rate.",
        formula_text: "(TPR + FPR) / 2",
        formula: Formula::Mean(TPR, FPR),
        unit: Unit::Share,
        direction: Direction::Favour,
        needs: LABEL,
        aliases: &[],
        caution: "Gaps of opposite sign cancel: look at `equalized_odds_difference` beside it.",
        source: "AIF360 (average_odds_difference is its gap)",
    },
    Entry {
        id: "equalized_odds",
        title: "Equalized odds",
        meaning: "The larger of the true positive and the false positive rate's distances from equality.",
        formula_text: "gap: max(|TPR gap|, |FPR gap|); ratio: min of the two ratios, each turned to be at most 1",
        formula: Formula::Worst(TPR, FPR),
        unit: Unit::Share,
        direction: Direction::Neutral,
        needs: LABEL,
        aliases: &[
            Alias {
                name: "equalized_odds_difference",
                contrast: Contrast::Gap,
                when: When::Always,
                who: "AIF360 (per pair); Fairlearn's `worst_case` is the max_gap; OxonFair and Veritas average instead",
            },
            Alias {
                name: "equalized_odds_ratio",
                contrast: Contrast::MinRatio,
                when: When::Always,
                who: "Fairlearn (worst_case)",
            },
        ],
        caution: "It has no sign: it tells how far, not for whom. It has no value for a group alone.",
        source: "Hardt, Price & Srebro 2016; as a number: AIF360 and Fairlearn",
    },
];

#[cfg(test)]
mod tests {
    use super::{FPR, TNR, TPR};

    #[test]
    fn the_named_positions_hold() {
        assert_eq!(TPR.id(), "true_positive_rate");
        assert_eq!(FPR.id(), "false_positive_rate");
        assert_eq!(TNR.id(), "true_negative_rate");
    }
}
