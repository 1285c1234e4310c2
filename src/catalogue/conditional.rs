//! Comparisons within declared, legitimate factors (`[[stratum]]`).

use super::Conditional::{
    AdjustedOdds, Composition, Disparity, OddsRatio, Rates, RiskDifference, RiskRatio, Standardised,
};
use super::{Alias, Conditional, Contrast, Direction, Entry, Formula, Metric, Need, Unit, When};

/// The first entry of the first family.
const SELECTION_RATE: Metric = Metric(0);
/// The first entry of the labels' family.
const TRUE_POSITIVE_RATE: Metric = Metric(super::rates::ENTRIES.len() as u16);
/// The first entry of the values' family.
const MEAN_VALUE: Metric = Metric((super::rates::ENTRIES.len() + super::labels::ENTRIES.len()) as u16);

const GIVEN: &[Need] = &[Need::Decision, Need::Stratum];

const fn given(of: Metric, how: Conditional) -> Formula {
    Formula::Conditional { of, how }
}

const LEGITIMATE: &str = "Only factors that may rightly decide belong in a stratum: holding a proxy or a consequence of the protected attribute alike hides the bias.";

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        id: "standardised_selection_rate",
        title: "Standardised selection rate",
        meaning: "The selection rate that a group would have if it were spread over the strata as everybody is.",
        formula_text: "sum over strata of (share of all rows in the stratum) x (the group's rate there); strata that lack a side are left out",
        formula: given(SELECTION_RATE, Standardised),
        unit: Unit::Share,
        direction: Direction::Favour,
        needs: GIVEN,
        aliases: &[Alias {
            name: "conditional_statistical_parity_difference",
            contrast: Contrast::Gap,
            when: When::Always,
            who: "conditional statistical parity of Corbett-Davies et al. 2017; Fairlearn and FairTest give rates by stratum instead",
        }],
        caution: LEGITIMATE,
        source: "Direct standardisation; Rothman, Greenland & Lash 2008, Modern Epidemiology, chapter 15",
    },
    Entry {
        id: "mantel_haenszel_ratio",
        title: "Mantel-Haenszel ratio of rates",
        meaning: "The ratio of selection rates that strata have in common.",
        formula_text: "sum of a m / N over sum of b n / N; a of n rows of the group, b of m rows of the reference, N = n + m",
        formula: given(SELECTION_RATE, RiskRatio),
        unit: Unit::Share,
        direction: Direction::Favour,
        needs: GIVEN,
        aliases: &[Alias {
            name: "adjusted_disparate_impact",
            contrast: Contrast::Ratio,
            when: When::Always,
            who: "the impact ratio, adjusted; nobody else has it by person",
        }],
        caution: "One number stands for all strata only where their ratios are alike; look at the test of homogeneity. Strata where nobody was selected count nothing.",
        source: "Mantel & Haenszel 1959; Greenland & Robins 1985, Biometrics 41",
    },
    Entry {
        id: "mantel_haenszel_odds_ratio",
        title: "Mantel-Haenszel odds ratio",
        meaning: "The odds ratio of selection that strata have in common.",
        formula_text: "sum of a (m - b) / N over sum of b (n - a) / N",
        formula: given(SELECTION_RATE, OddsRatio),
        unit: Unit::Share,
        direction: Direction::Favour,
        needs: GIVEN,
        aliases: &[Alias {
            name: "cmh_odds_ratio",
            contrast: Contrast::Ratio,
            when: When::Always,
            who: "audit-AI (CMH test, rows as the unit)",
        }],
        caution: "An odds ratio is not a ratio of rates: it lies farther from 1 unless selection is rare.",
        source: "Mantel & Haenszel 1959, JNCI 22; Robins, Breslow & Greenland 1986",
    },
    Entry {
        id: "mantel_haenszel_difference",
        title: "Mantel-Haenszel difference of rates",
        meaning: "The difference of selection rates that strata have in common.",
        formula_text: "sum of w (a / n - b / m) over sum of w, w = n m / N",
        formula: given(SELECTION_RATE, RiskDifference),
        unit: Unit::Share,
        direction: Direction::Favour,
        needs: GIVEN,
        aliases: &[],
        caution: "One number stands for all strata only where their differences are alike.",
        source: "Greenland & Robins 1985, Biometrics 41",
    },
    Entry {
        id: "adjusted_odds_ratio",
        title: "Adjusted odds ratio",
        meaning: "The odds of selection of the group against the reference, by a logistic regression with an intercept for each stratum.",
        formula_text: "exp(b) of logit P(selected) = b [group] + intercept of the stratum; errors clustered by person",
        formula: given(SELECTION_RATE, AdjustedOdds),
        unit: Unit::Share,
        direction: Direction::Favour,
        needs: GIVEN,
        aliases: &[],
        caution: "With very many strata of few rows it lies too far from 1; the Mantel-Haenszel odds ratio does not.",
        source: "Breslow & Day 1980, Statistical Methods in Cancer Research I, chapter 6; Liang & Zeger 1986 for the errors",
    },
    Entry {
        id: "conditional_demographic_disparity",
        title: "Conditional demographic disparity",
        meaning: "By how much a group's share among those not selected exceeds its share among the selected, averaged over strata.",
        formula_text: "sum of N (P(group | not selected) - P(group | selected)) over sum of N, over strata with both",
        formula: given(SELECTION_RATE, Disparity),
        unit: Unit::Share,
        direction: Direction::Against,
        needs: GIVEN,
        aliases: &[Alias {
            name: "cddl",
            contrast: Contrast::Value,
            when: When::Always,
            who: "Clarify (CDDL, CDDPL); theirs takes a stratum without selections as 0",
        }],
        caution: "It is a share of people and not of chances: a small group can hardly have a large one. Compare with the reference's.",
        source: "Wachter, Mittelstadt & Russell 2021, Why fairness cannot be automated",
    },
    Entry {
        id: "composition_effect",
        title: "Composition effect",
        meaning: "The part of the gap of selection rates that comes from the groups' different spread over the strata.",
        formula_text: "sum of (p - q) (r + s) / 2; p and q shares of the strata in group and reference, r and s their rates",
        formula: given(SELECTION_RATE, Composition),
        unit: Unit::Share,
        direction: Direction::Favour,
        needs: GIVEN,
        aliases: &[Alias {
            name: "explained_gap",
            contrast: Contrast::Gap,
            when: When::Always,
            who: "Oaxaca-Blinder, explained part with the mean of both as weights; explained is not justified",
        }],
        caution: "Explained is not justified: the spread itself may be the harm.",
        source: "Kitagawa 1955, JASA 50; Oaxaca 1973 and Blinder 1973 for the like with regressions",
    },
    Entry {
        id: "rate_effect",
        title: "Rate effect",
        meaning: "The part of the gap of selection rates that comes from different rates within the strata.",
        formula_text: "sum of (r - s) (p + q) / 2; together with the composition effect the whole gap over shared strata",
        formula: given(SELECTION_RATE, Rates),
        unit: Unit::Share,
        direction: Direction::Favour,
        needs: GIVEN,
        aliases: &[Alias {
            name: "unexplained_gap",
            contrast: Contrast::Gap,
            when: When::Always,
            who: "Oaxaca-Blinder, unexplained part with the mean of both as weights",
        }],
        caution: "What is unexplained by these strata may be explained by others.",
        source: "Kitagawa 1955, JASA 50",
    },
    Entry {
        id: "standardised_true_positive_rate",
        title: "Standardised true positive rate",
        meaning: "The true positive rate that a group would have if its positives were spread over the strata as everybody's are.",
        formula_text: "sum over strata of (share of all positives in the stratum) x (the group's true positive rate there)",
        formula: given(TRUE_POSITIVE_RATE, Standardised),
        unit: Unit::Share,
        direction: Direction::Favour,
        needs: &[Need::Label, Need::Stratum],
        aliases: &[],
        caution: LEGITIMATE,
        source: "Direct standardisation; Rothman, Greenland & Lash 2008, Modern Epidemiology, chapter 15",
    },
    Entry {
        id: "standardised_mean_value",
        title: "Standardised mean value",
        meaning: "The mean value that a group would have if its rows were spread over the strata as everybody's are.",
        formula_text: "sum over strata of (share of all rows with a value in the stratum) x (the group's mean there)",
        formula: given(MEAN_VALUE, Standardised),
        unit: Unit::Value,
        direction: Direction::Neutral,
        needs: &[Need::Value, Need::Stratum],
        aliases: &[Alias {
            name: "within_product_price_gap",
            contrast: Contrast::Gap,
            when: When::Always,
            who: "price audits, with the product as the stratum",
        }],
        caution: LEGITIMATE,
        source: "Direct standardisation; Rothman, Greenland & Lash 2008, Modern Epidemiology, chapter 15",
    },
];
