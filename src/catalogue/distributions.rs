//! Numbers of whole distributions: of scores, values, errors and people's benefits.

use super::Distribution::{self, *};
use super::{Alias, Contrast, Direction, Entry, Formula, Need, Unit, Variable, When};

const SCORE: &[Need] = &[Need::Label, Need::Score];
const VALUE: &[Need] = &[Need::Value];
const ERROR: &[Need] = &[Need::Value, Need::Predicted];
const BENEFIT: &[Need] = &[Need::Decision];

/// What all entries here have alike, to be changed where one differs.
const fn entry(id: &'static str, of: Distribution, unit: Unit, direction: Direction, needs: &'static [Need]) -> Entry {
    Entry {
        id,
        title: "",
        meaning: "",
        formula_text: "",
        formula: Formula::Distribution(of),
        unit,
        direction,
        needs,
        aliases: &[],
        caution: "",
        source: "",
    }
}

const fn alias(name: &'static str, contrast: Contrast, who: &'static str) -> Alias {
    Alias {
        name,
        contrast,
        when: When::Always,
        who,
    }
}

const RANKING: &str =
    "It sees only the order of scores: a group can be ranked well within and still have scores that are all too low.";
const SAME_SCALE: &str =
    "It mixes how well scores rank and how well they are calibrated, and grows towards a base rate of one half.";
const NOT_ROWS: &str =
    "Over people, not rows: who has many rows counts once. A low number among those who all got little is no comfort.";

pub(super) const SCORES: &[Entry] = &[
    Entry {
        title: "Area under the ROC curve",
        meaning: "The chance that a positive has a higher score than a negative of the same group, ties counted half.",
        formula_text: "(pairs of a positive and a lower negative + half of the ties) / pairs; an ROC curve's area",
        aliases: &[alias(
            "roc_auc",
            Contrast::Value,
            "scikit-learn, Fairlearn, LiFT, Responsible AI toolbox: the same number, without an interval by person",
        )],
        caution: RANKING,
        source: "Hanley & McNeil 1982, Radiology 143; DeLong, DeLong & Clarke-Pearson 1988, Biometrics 44",
        ..entry("auc", Auc, Unit::Share, Direction::Better, SCORE)
    },
    Entry {
        title: "Area across groups",
        meaning: "The chance that a positive of the group has a higher score than a negative of the reference; its gap is to the chance the other way round.",
        formula_text: "P(score of the group's positive > score of the reference's negative) + half of the ties",
        aliases: &[alias("xauc", Contrast::Value, "Kallus & Zhou; nobody else has it")],
        caution: "Two groups that are each ranked well can be ranked badly against one another; this sees it, `auc` does not.",
        source: "Kallus & Zhou 2019, The Fairness of Risk Scores Beyond Classification: the xAUC metric",
        ..entry("cross_auc", CrossAuc, Unit::Share, Direction::Favour, SCORE)
    },
    Entry {
        title: "Average precision",
        meaning: "The mean precision over the positives of a group, by falling score.",
        formula_text: "sum over scores of (recall gained) x precision, ties taken together",
        caution: "It hangs on how many positives a group has; compare groups of like base rates.",
        source: "scikit-learn `average_precision_score`; Davis & Goadrich 2006",
        ..entry(
            "average_precision",
            AveragePrecision,
            Unit::Share,
            Direction::Better,
            SCORE,
        )
    },
    Entry {
        title: "Mean score",
        meaning: "The mean score of the rows with a known label.",
        formula_text: "sum of scores / rows with score and label",
        caution: "A gap is not a fault where the base rates differ as much: see calibration_in_the_large.",
        source: "Expected positive rate; Kamiran & Calders 2012",
        ..entry("mean_score", MeanScore, Unit::Number, Direction::Favour, SCORE)
    },
    Entry {
        title: "Brier score",
        meaning: "The mean squared distance of score and label.",
        formula_text: "sum of (score - label)^2 / rows with score and label",
        caution: SAME_SCALE,
        source: "Brier 1950, Monthly Weather Review 78",
        ..entry("brier_score", Brier, Unit::Number, Direction::Worse, SCORE)
    },
    Entry {
        title: "Log loss",
        meaning: "The mean surprise that labels are to who trusts the scores, in nats.",
        formula_text: "-sum of (label ln score + (1 - label) ln(1 - score)) / rows, scores kept 10^-12 from 0 and 1",
        caution: "A single sure and wrong score can decide it. Other systems keep other distances from 0 and 1 (scikit-learn 2^-52).",
        source: "Good 1952, JRSS B 14; scikit-learn `log_loss`",
        ..entry("log_loss", LogLoss, Unit::Number, Direction::Worse, SCORE)
    },
    Entry {
        title: "Generalised false positive rate",
        meaning: "The mean score of a group's negatives.",
        formula_text: "sum of scores of negatives / negatives",
        aliases: &[alias("gfpr", Contrast::Value, "AIF360 (`generalized_fpr`)")],
        caution: "Scores must be chances; a score that only ranks says nothing here.",
        source: "Pleiss et al. 2017, On Fairness and Calibration",
        ..entry(
            "generalized_false_positive_rate",
            GeneralizedFalsePositive,
            Unit::Number,
            Direction::Favour,
            SCORE,
        )
    },
    Entry {
        title: "Generalised false negative rate",
        meaning: "The mean of 1 less the score of a group's positives.",
        formula_text: "sum of (1 - score) of positives / positives",
        aliases: &[alias("gfnr", Contrast::Value, "AIF360 (`generalized_fnr`)")],
        caution: "Scores must be chances; a score that only ranks says nothing here.",
        source: "Pleiss et al. 2017, On Fairness and Calibration",
        ..entry(
            "generalized_false_negative_rate",
            GeneralizedFalseNegative,
            Unit::Number,
            Direction::Against,
            SCORE,
        )
    },
    Entry {
        title: "Calibration in the large",
        meaning: "By how much there are more positives than the scores say.",
        formula_text: "positives / rows - mean score",
        caution: "0 on the whole can hide too low scores for some and too high ones for others.",
        source: "Cox 1958, Biometrika 45; Van Calster et al. 2016",
        ..entry(
            "calibration_in_the_large",
            CalibrationInTheLarge,
            Unit::Number,
            Direction::Neutral,
            SCORE,
        )
    },
    Entry {
        title: "Calibration slope",
        meaning: "The slope of the label on the logit of the score: 1 when scores are neither too bold nor too timid.",
        formula_text: "b of the logistic regression logit P(positive) = a + b logit(score), scores kept 10^-12 from 0 and 1",
        caution: "A few scores of exactly 0 or 1 move it much.",
        source: "Cox 1958, Biometrika 45",
        ..entry(
            "calibration_slope",
            CalibrationSlope,
            Unit::Number,
            Direction::Neutral,
            SCORE,
        )
    },
    Entry {
        title: "Calibration intercept",
        meaning: "How much higher the log odds of the labels are than those of the scores.",
        formula_text: "a of the logistic regression logit P(positive) = a + logit(score), scores kept 10^-12 from 0 and 1",
        caution: "It takes the scores as right but for one shift; look at the slope beside it.",
        source: "Cox 1958, Biometrika 45",
        ..entry(
            "calibration_intercept",
            CalibrationIntercept,
            Unit::Number,
            Direction::Neutral,
            SCORE,
        )
    },
    Entry {
        title: "Expected calibration error",
        meaning: "The mean distance of score and share of positives, over 15 bins of equal size.",
        formula_text: "sum over bins of (rows in it / rows) |share of positives - mean score|; equal scores stay together",
        aliases: &[alias("ece", Contrast::Value, "others take 10 bins of equal width")],
        caution: "Never 0, even for perfect scores: calibration_error_by_chance says what chance makes of it in this group. Small groups look worse.",
        source: "Naeini, Cooper & Hauskrecht 2015; Roelofs et al. 2022 for equal mass and the bias",
        ..entry(
            "calibration_error",
            CalibrationError,
            Unit::Number,
            Direction::Worse,
            SCORE,
        )
    },
    Entry {
        title: "Calibration error by chance",
        meaning: "The calibration error that perfectly calibrated scores of as many people would have on average.",
        formula_text: "sum over bins of (rows in it / rows) sqrt(2 / pi) (standard error of the bin's distance, over people)",
        caution: "A calibration error near it shows no fault of the scores.",
        source: "Mean of the size of a normal number; Broecker & Smith 2007, Weather and Forecasting 22, for the idea",
        ..entry(
            "calibration_error_by_chance",
            CalibrationErrorByChance,
            Unit::Number,
            Direction::Neutral,
            SCORE,
        )
    },
    Entry {
        title: "Largest distance of score distributions",
        meaning: "The largest distance of the shares of group and reference at or below a score.",
        formula_text: "max over scores of |F of the group - F of the reference|",
        caution: "A distance has no sign, and is never 0 in a sample: two alike groups of 100 people are about 0.12 apart.",
        source: "Smirnov 1939; scipy `ks_2samp`",
        ..entry(
            "score_kolmogorov_smirnov",
            KolmogorovSmirnov(Variable::Score),
            Unit::Share,
            Direction::Neutral,
            SCORE,
        )
    },
    Entry {
        title: "Mean distance of scores",
        meaning: "By how much scores would have to be moved, on average, to make both distributions alike.",
        formula_text: "integral of |F of the group - F of the reference|",
        caution: "A distance has no sign, and is never 0 in a sample.",
        source: "Kantorovich 1942, Vallender 1974; scipy `wasserstein_distance`",
        ..entry(
            "score_wasserstein",
            Wasserstein(Variable::Score),
            Unit::Number,
            Direction::Neutral,
            SCORE,
        )
    },
];

const TAIL: &str = "A quantile says nothing of what lies beyond it: look at several.";

pub(super) const VALUES: &[Entry] = &[
    Entry {
        title: "Lower decile of the value",
        meaning: "The value that one row in ten does not exceed.",
        formula_text: "lowest value with at least 10 % of the rows at or below it",
        caution: TAIL,
        source: "Hyndman & Fan 1996, type 1",
        ..entry(
            "p10_value",
            Quantile(Variable::Value, 10),
            Unit::Value,
            Direction::Favour,
            VALUE,
        )
    },
    Entry {
        title: "Lower quartile of the value",
        meaning: "The value that one row in four does not exceed.",
        formula_text: "lowest value with at least 25 % of the rows at or below it",
        caution: TAIL,
        source: "Hyndman & Fan 1996, type 1",
        ..entry(
            "p25_value",
            Quantile(Variable::Value, 25),
            Unit::Value,
            Direction::Favour,
            VALUE,
        )
    },
    Entry {
        title: "Median value",
        meaning: "The value that half of the rows do not exceed.",
        formula_text: "lowest value with at least 50 % of the rows at or below it",
        caution: "It hides the tails. numpy takes the mean of the two middle values of an even number of rows.",
        source: "Hyndman & Fan 1996, type 1",
        ..entry(
            "median_value",
            Quantile(Variable::Value, 50),
            Unit::Value,
            Direction::Favour,
            VALUE,
        )
    },
    Entry {
        title: "Upper quartile of the value",
        meaning: "The value that three rows in four do not exceed.",
        formula_text: "lowest value with at least 75 % of the rows at or below it",
        caution: TAIL,
        source: "Hyndman & Fan 1996, type 1",
        ..entry(
            "p75_value",
            Quantile(Variable::Value, 75),
            Unit::Value,
            Direction::Favour,
            VALUE,
        )
    },
    Entry {
        title: "Upper decile of the value",
        meaning: "The value that nine rows in ten do not exceed.",
        formula_text: "lowest value with at least 90 % of the rows at or below it",
        caution: TAIL,
        source: "Hyndman & Fan 1996, type 1",
        ..entry(
            "p90_value",
            Quantile(Variable::Value, 90),
            Unit::Value,
            Direction::Favour,
            VALUE,
        )
    },
    Entry {
        title: "Probability of superiority",
        meaning: "The chance that a row of the group has a higher value than one of the reference, ties counted half: 1/2 when neither is ahead.",
        formula_text: "P(x > y) + P(x = y) / 2",
        aliases: &[alias(
            "mann_whitney",
            Contrast::Value,
            "U / (n m); the interval is Brunner and Munzel's idea, with people as the unit",
        )],
        caution: "It is about who is ahead, not by how much.",
        source: "Brunner & Munzel 2000, Biometrical Journal 42; Mann & Whitney 1947",
        ..entry(
            "superiority",
            Superiority(Variable::Value),
            Unit::Share,
            Direction::Favour,
            VALUE,
        )
    },
    Entry {
        title: "Largest distance of value distributions",
        meaning: "The largest distance of the shares of group and reference at or below a value.",
        formula_text: "max over values of |F of the group - F of the reference|",
        caution: "A distance has no sign, and is never 0 in a sample.",
        source: "Smirnov 1939; scipy `ks_2samp`",
        ..entry(
            "value_kolmogorov_smirnov",
            KolmogorovSmirnov(Variable::Value),
            Unit::Share,
            Direction::Neutral,
            VALUE,
        )
    },
    Entry {
        title: "Mean distance of values",
        meaning: "By how much values would have to be moved, on average, to make both distributions alike.",
        formula_text: "integral of |F of the group - F of the reference|",
        aliases: &[alias("earth_movers_distance", Contrast::Gap, "scipy, Holistic AI")],
        caution: "A distance has no sign, and is never 0 in a sample.",
        source: "Kantorovich 1942, Vallender 1974; scipy `wasserstein_distance`",
        ..entry(
            "value_wasserstein",
            Wasserstein(Variable::Value),
            Unit::Value,
            Direction::Neutral,
            VALUE,
        )
    },
    Entry {
        title: "Standardised gap of values",
        meaning: "The gap of mean values in standard deviations of rows.",
        formula_text: "(mean of the group - mean of the reference) / pooled standard deviation",
        aliases: &[alias("cohens_d", Contrast::Gap, "Holistic AI, of rates")],
        caution: "Spread within groups hides a gap here that is the same in money.",
        source: "Cohen 1988, Statistical Power Analysis for the Behavioral Sciences, section 2.5",
        ..entry(
            "standardised_value",
            CohensD(Variable::Value),
            Unit::Number,
            Direction::Favour,
            VALUE,
        )
    },
];

pub(super) const ERRORS: &[Entry] = &[
    Entry {
        title: "Mean absolute error",
        meaning: "By how much a predicted value is off, on average.",
        formula_text: "sum of |predicted - value| / rows with both",
        aliases: &[alias("mae", Contrast::Value, "Fairlearn, Holistic AI, Veritas")],
        caution: "Larger values have larger errors: compare groups of like values, or look at shares.",
        source: "Agarwal, Dudik & Wu 2019, Fair Regression; scikit-learn `mean_absolute_error`",
        ..entry(
            "mean_absolute_error",
            MeanAbsolute,
            Unit::Value,
            Direction::Worse,
            ERROR,
        )
    },
    Entry {
        title: "Root mean squared error",
        meaning: "By how much a predicted value is off, large errors counting more.",
        formula_text: "sqrt(sum of (predicted - value)^2 / rows with both)",
        aliases: &[alias("rmse", Contrast::Value, "Fairlearn, Holistic AI, Veritas")],
        caution: "A few large errors decide it.",
        source: "scikit-learn `root_mean_squared_error`",
        ..entry(
            "root_mean_squared_error",
            RootMeanSquare,
            Unit::Value,
            Direction::Worse,
            ERROR,
        )
    },
    Entry {
        title: "Mean error",
        meaning: "By how much predicted values are too high, on average.",
        formula_text: "sum of (predicted - value) / rows with both",
        caution: "Errors of both signs cancel.",
        source: "Bias of a prediction; Holistic AI gives the gap of means instead",
        ..entry("mean_error", Bias, Unit::Value, Direction::Neutral, ERROR)
    },
    Entry {
        title: "Mean absolute percentage error",
        meaning: "By what share of itself a value is mispredicted, on average.",
        formula_text: "mean of |predicted - value| / |value|, over rows with both and a value that is not 0",
        aliases: &[alias(
            "mape",
            Contrast::Value,
            "Veritas; scikit-learn divides by a tiny number where the value is 0, rows that are left out here",
        )],
        caution: "Small values decide it, and predictions that are too low look better than those that are too high.",
        source: "scikit-learn `mean_absolute_percentage_error`",
        ..entry(
            "mean_absolute_percentage_error",
            MeanAbsolutePercentage,
            Unit::Number,
            Direction::Worse,
            ERROR,
        )
    },
    Entry {
        title: "R squared",
        meaning: "What share of the variance of the values the predictions account for; below 0 where the mean predicts better.",
        formula_text: "1 - sum of (predicted - value)^2 / sum of (value - mean of the group's values)^2, over rows with both",
        aliases: &[alias("r2_score", Contrast::Value, "scikit-learn, Fairlearn")],
        caution: "A group whose values vary less has a smaller one for the same errors: compare errors too.",
        source: "Coefficient of determination; scikit-learn `r2_score`",
        ..entry("r_squared", RSquared, Unit::Number, Direction::Better, ERROR)
    },
];

pub(super) const BENEFITS: &[Entry] = &[
    Entry {
        title: "Mean benefit",
        meaning: "What a person gains on average, as the other metrics of this family see it.",
        formula_text: "sum of benefits / people; a benefit is what `benefit` of the outcome says",
        caution: "A mean hides how gains are spread, which is what this family is about.",
        source: "Speicher et al. 2018, A Unified Approach to Quantifying Algorithmic Unfairness",
        ..entry("mean_benefit", MeanBenefit, Unit::Number, Direction::Better, BENEFIT)
    },
    Entry {
        title: "Gini coefficient",
        meaning: "How unequally people gain: 0 when all gain alike, near 1 when one gains all.",
        formula_text: "mean of |x - y| over all pairs of people / (2 mean)",
        caution: NOT_ROWS,
        source: "Gini 1914; Sen 1973, On Economic Inequality",
        ..entry("gini", Gini, Unit::Share, Direction::Worse, BENEFIT)
    },
    Entry {
        title: "Theil index",
        meaning: "How unequally people gain, in nats, who gain much counting more.",
        formula_text: "mean of (x / mean) ln(x / mean)",
        aliases: &[alias(
            "generalized_entropy_1",
            Contrast::Value,
            "AIF360 (`theil_index`), with benefit = \"correctness\" and rows as people",
        )],
        caution: NOT_ROWS,
        source: "Theil 1967, Economics and Information Theory; Speicher et al. 2018",
        ..entry(
            "theil_index",
            GeneralizedEntropy(1.0),
            Unit::Number,
            Direction::Worse,
            BENEFIT,
        )
    },
    Entry {
        title: "Mean logarithmic deviation",
        meaning: "How unequally people gain, in nats, who gain little counting more.",
        formula_text: "mean of ln(mean / x)",
        aliases: &[alias(
            "theil_l",
            Contrast::Value,
            "AIF360 (`generalized_entropy_index(alpha=0)`) divides once too often by the mean",
        )],
        caution: "Undefined as soon as one person gains nothing.",
        source: "Theil 1967; Shorrocks 1980, Econometrica 48",
        ..entry(
            "mean_logarithmic_deviation",
            GeneralizedEntropy(0.0),
            Unit::Number,
            Direction::Worse,
            BENEFIT,
        )
    },
    Entry {
        title: "Generalised entropy, order 1/2",
        meaning: "How unequally people gain, between the mean logarithmic deviation and the Theil index.",
        formula_text: "4 mean of (1 - sqrt(x / mean))",
        aliases: &[alias(
            "generalized_entropy_0_5",
            Contrast::Value,
            "AIF360 (`alpha=0.5`)",
        )],
        caution: NOT_ROWS,
        source: "Shorrocks 1980, Econometrica 48; Speicher et al. 2018",
        ..entry(
            "generalized_entropy_half",
            GeneralizedEntropy(0.5),
            Unit::Number,
            Direction::Worse,
            BENEFIT,
        )
    },
    Entry {
        title: "Generalised entropy, order 2",
        meaning: "Half the squared coefficient of variation of people's gains.",
        formula_text: "mean of ((x / mean)^2 - 1) / 2",
        aliases: &[
            alias("generalized_entropy_index", Contrast::Value, "AIF360 (`alpha=2`)"),
            alias("ge", Contrast::Value, "Clarify (GE)"),
        ],
        caution: NOT_ROWS,
        source: "Shorrocks 1980, Econometrica 48; Speicher et al. 2018",
        ..entry(
            "generalized_entropy",
            GeneralizedEntropy(2.0),
            Unit::Number,
            Direction::Worse,
            BENEFIT,
        )
    },
    Entry {
        title: "Coefficient of variation",
        meaning: "The standard deviation of people's gains in means.",
        formula_text: "sqrt(mean of (x - mean)^2) / mean",
        caution: "Holistic AI gives twice the root of the entropy instead of the root of twice it. AIF360: the same number as here.",
        source: "Speicher et al. 2018",
        ..entry(
            "coefficient_of_variation",
            Variation,
            Unit::Number,
            Direction::Worse,
            BENEFIT,
        )
    },
    Entry {
        title: "Atkinson index, aversion 1/2",
        meaning: "The share of all gains that could be given up if the rest were spread evenly, for a mild dislike of inequality.",
        formula_text: "1 - (mean of sqrt(x / mean))^2",
        caution: NOT_ROWS,
        source: "Atkinson 1970, Journal of Economic Theory 2",
        ..entry("atkinson", Atkinson(0.5), Unit::Share, Direction::Worse, BENEFIT)
    },
    Entry {
        title: "Atkinson index, aversion 1",
        meaning: "The share of all gains that could be given up if the rest were spread evenly, for a strong dislike of inequality.",
        formula_text: "1 - geometric mean / mean",
        caution: "1 as soon as one person gains nothing.",
        source: "Atkinson 1970, Journal of Economic Theory 2",
        ..entry("atkinson_1", Atkinson(1.0), Unit::Share, Direction::Worse, BENEFIT)
    },
    Entry {
        title: "Theil index between groups",
        meaning: "The part of the Theil index that would be left if everybody gained the mean of their group.",
        formula_text: "sum over groups of (share of gains) ln(mean of the group / mean)",
        aliases: &[alias(
            "between_group_theil_index",
            Contrast::Value,
            "AIF360 (`between_all_groups_theil_index`), rows as people",
        )],
        caution: "Small beside the part within groups even where a group gains next to nothing: read it with the gaps.",
        source: "Theil 1967; Shorrocks 1980, Econometrica 48",
        ..entry(
            "theil_between",
            EntropyBetween(1.0),
            Unit::Number,
            Direction::Worse,
            BENEFIT,
        )
    },
    Entry {
        title: "Theil index within groups",
        meaning: "The part of the Theil index that is within groups.",
        formula_text: "sum over groups of (share of gains) x (Theil index of the group)",
        caution: "Both parts add up to the Theil index of all judged groups.",
        source: "Theil 1967; Shorrocks 1980, Econometrica 48",
        ..entry(
            "theil_within",
            EntropyWithin(1.0),
            Unit::Number,
            Direction::Worse,
            BENEFIT,
        )
    },
    Entry {
        title: "Generalised entropy between groups",
        meaning: "The part of the generalised entropy of order 2 that would be left if everybody gained the mean of their group.",
        formula_text: "mean of ((mean of the group / mean)^2 - 1) / 2 over people",
        aliases: &[alias(
            "between_group_generalized_entropy_index",
            Contrast::Value,
            "AIF360 (`alpha=2`), rows as people",
        )],
        caution: "Small beside the part within groups even where a group gains next to nothing: read it with the gaps.",
        source: "Shorrocks 1980, Econometrica 48; Speicher et al. 2018",
        ..entry(
            "generalized_entropy_between",
            EntropyBetween(2.0),
            Unit::Number,
            Direction::Worse,
            BENEFIT,
        )
    },
    Entry {
        title: "Generalised entropy within groups",
        meaning: "The part of the generalised entropy of order 2 that is within groups.",
        formula_text: "generalised entropy of order 2 of all judged groups less the part between them",
        caution: "Both parts add up to the whole.",
        source: "Shorrocks 1980, Econometrica 48; Speicher et al. 2018",
        ..entry(
            "generalized_entropy_within",
            EntropyWithin(2.0),
            Unit::Number,
            Direction::Worse,
            BENEFIT,
        )
    },
];
