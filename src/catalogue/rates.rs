//! Rates that need only the decision.

use super::Measure::{EverSelected, OwnRate, Rows, Selected, Subjects};
use super::{Alias, Contrast, Direction, Entry, Formula, Need, Unit, When};

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        id: "selection_rate",
        title: "Selection rate per row",
        meaning: "The share of a group's rows that were selected.",
        formula_text: "selected rows / rows with a decision",
        formula: Formula::Ratio {
            numerator: &[(Selected, 1)],
            denominator: &[(Rows, 1)],
        },
        unit: Unit::Share,
        direction: Direction::Favour,
        needs: &[Need::Decision],
        aliases: &[
            Alias {
                name: "disparate_impact",
                contrast: Contrast::Ratio,
                when: When::Favourable,
                who: "AIF360, Clarify, Holistic AI, Jurity; the impact ratio of 29 CFR 1607.4(D) with `reference = \"best\"`",
            },
            Alias {
                name: "statistical_parity_difference",
                contrast: Contrast::Gap,
                when: When::Favourable,
                who: "AIF360, Holistic AI, Jurity; Clarify's DPPL has the opposite sign",
            },
            Alias {
                name: "demographic_parity_difference",
                contrast: Contrast::MaxGap,
                when: When::Always,
                who: "Fairlearn (between_groups)",
            },
            Alias {
                name: "demographic_parity_ratio",
                contrast: Contrast::MinRatio,
                when: When::Always,
                who: "Fairlearn (between_groups); audit-AI's bias ratio",
            },
        ],
        caution: "People with many rows dominate it; use `subject_selection_rate` or `reach` when each person should count once.",
        source: "29 CFR 1607.4(D) (1978), selection rate; Feldman et al. 2015 for the ratio",
    },
    Entry {
        id: "favourable_rate",
        title: "Rate of the favourable side",
        meaning: "The share of a group's rows that were spared an unfavourable decision.",
        formula_text: "(rows - selected rows) / rows with a decision",
        formula: Formula::Ratio {
            numerator: &[(Rows, 1), (Selected, -1)],
            denominator: &[(Rows, 1)],
        },
        unit: Unit::Share,
        direction: Direction::Against,
        needs: &[Need::Unfavourable],
        aliases: &[
            Alias {
                name: "disparate_impact",
                contrast: Contrast::Ratio,
                when: When::Unfavourable,
                who: "AIF360 with the unfavourable label declared",
            },
            Alias {
                name: "statistical_parity_difference",
                contrast: Contrast::Gap,
                when: When::Unfavourable,
                who: "AIF360 with the unfavourable label declared",
            },
        ],
        caution: "With a rare unfavourable decision its ratio is near 1 whatever happens: look at `selection_rate` too.",
        source: "29 CFR 1607.4(D) (1978), applied to the favourable side",
    },
    Entry {
        id: "subject_selection_rate",
        title: "Selection rate per person",
        meaning: "The mean over people of each person's own share of selected rows.",
        formula_text: "sum over people of (own selected rows / own rows) / people",
        formula: Formula::Ratio {
            numerator: &[(OwnRate, 1)],
            denominator: &[(Subjects, 1)],
        },
        unit: Unit::Share,
        direction: Direction::Favour,
        needs: &[Need::Decision],
        aliases: &[],
        caution: "People with few rows have coarse rates of their own; their noise widens the interval.",
        source: "Mean of individual rates; Cochran 1977, Sampling Techniques, section 9A (unweighted mean of cluster means)",
    },
    Entry {
        id: "reach",
        title: "Reach",
        meaning: "The share of a group's people who were selected at least once.",
        formula_text: "people selected at least once / people",
        formula: Formula::Ratio {
            numerator: &[(EverSelected, 1)],
            denominator: &[(Subjects, 1)],
        },
        unit: Unit::Share,
        direction: Direction::Favour,
        needs: &[Need::Decision],
        aliases: &[],
        caution: "It grows with the number of rows per person: compare groups only when they had like chances.",
        source: "Advertising reach (share of an audience exposed at least once)",
    },
];
