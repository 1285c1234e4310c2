//! More than two outcomes: which of several classes rows are put into, and whether it is the right one.

use super::{Alias, ClassDistance, ClassQuality, Contrast, Direction, Distribution, Entry, Formula, Need, Unit, When};

const CLASSES: &[Need] = &[Need::Classes];
const ACTUAL: &[Need] = &[Need::Classes, Need::ActualClass];

const fn distance(how: ClassDistance) -> Formula {
    Formula::Distribution(Distribution::ClassDistance(how))
}

const fn quality(how: ClassQuality) -> Formula {
    Formula::Distribution(Distribution::ClassQuality(how))
}

const fn holistic(name: &'static str, who: &'static str) -> Alias {
    Alias {
        name,
        contrast: Contrast::MaxGap,
        when: When::Always,
        who,
    }
}

const NO_SIGN: &str = "A distance has no sign, and says nothing of which classes are good for anybody: for that, make an outcome of each class (`each`), or of the favourable ones (`values`). Of small groups it is above 0 by chance alone: look at the lower end.";
const ALL_SEEN: &str = "It is undefined where a group has no row of a class. With classes that the spec does not list, who is right can't be told, and it is undefined too.";
const QUALITY: &str = "Each class counts alike, however rare; it is undefined where one of the shares is, and where rows are of classes that the spec does not list.";

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        id: "class_distance",
        title: "Distance of classes",
        meaning: "The share of a group's rows that would have to be put into another class for the group to fare as the reference does.",
        formula_text: "sum over classes of |p - q| / 2; p and q shares of the class among the rows of the group and of the reference, `(other)` being a class too",
        formula: distance(ClassDistance::Decisions),
        unit: Unit::Share,
        direction: Direction::Neutral,
        needs: CLASSES,
        aliases: &[holistic(
            "multiclass_statistical_parity",
            "Holistic AI with aggregation_fun = \"max\"; by default it takes the mean over all pairs of groups",
        )],
        caution: NO_SIGN,
        source: "Levin & Peres 2017, Markov Chains and Mixing Times, section 4.1 (total variation); for the interval see methods: norms of jackknife noise",
    },
    Entry {
        id: "class_odds_distance",
        title: "Distance of classes among rows of the same right class",
        meaning: "How unlike rows are treated that belong to the same class: the mean over the right classes of the distance of what was decided.",
        formula_text: "mean over right classes c of sum over decided classes d of |P(d given c, group) - P(d given c, reference)| / 2",
        formula: distance(ClassDistance::Odds),
        unit: Unit::Share,
        direction: Direction::Neutral,
        needs: ACTUAL,
        aliases: &[holistic(
            "multiclass_equality_of_opp",
            "Holistic AI with aggregation_fun = \"max\"; where a group lacks a class it takes every decision there as equally frequent",
        )],
        caution: ALL_SEEN,
        source: "Hardt, Price & Srebro 2016 (equalized odds), for several classes as in Putzel & Lee 2022",
    },
    Entry {
        id: "class_balanced_distance",
        title: "Distance of classes, right classes counting alike",
        meaning: "The distance of the decided classes if every right class were equally frequent in both groups.",
        formula_text: "sum over decided classes d of |mean over right classes c of P(d given c, group) - the same of the reference| / 2",
        formula: distance(ClassDistance::Balanced),
        unit: Unit::Share,
        direction: Direction::Neutral,
        needs: ACTUAL,
        aliases: &[holistic(
            "multiclass_average_odds",
            "Holistic AI with aggregation_fun = \"max\"; where a group lacks a class it takes every decision there as equally frequent",
        )],
        caution: ALL_SEEN,
        source: "Holistic AI's generalisation of average odds; direct standardisation by the right class",
    },
    Entry {
        id: "class_recall_distance",
        title: "Distance of recalls",
        meaning: "How far apart the groups are in the share of rows that are put into their right class, over all classes.",
        formula_text: "mean over classes c of |P(c decided given c, group) - the same of the reference|",
        formula: distance(ClassDistance::Recalls),
        unit: Unit::Share,
        direction: Direction::Neutral,
        needs: ACTUAL,
        aliases: &[holistic(
            "multiclass_true_rates",
            "Holistic AI with aggregation_fun = \"max\"; where a group lacks a class it takes every decision there as equally frequent",
        )],
        caution: ALL_SEEN,
        source: "Hardt, Price & Srebro 2016 (equal opportunity), one class against the rest; Putzel & Lee 2022",
    },
    Entry {
        id: "class_cramers_v",
        title: "Cramér's V of groups and classes",
        meaning: "How strongly the group and the class that rows are put into go together, over all judged groups: 0 not at all, 1 fully.",
        formula_text: "sqrt(chi2 / (rows min(groups - 1, classes - 1))); chi2 of the table of groups by classes; of the interval and the test over its design effect",
        formula: Formula::Distribution(Distribution::ClassCramersV),
        unit: Unit::Number,
        direction: Direction::Neutral,
        needs: CLASSES,
        aliases: &[],
        caution: "It tells how much there is to explain over all groups, not who is worse off. Only judged groups are in it.",
        source: "Cramér 1946, Mathematical Methods of Statistics, section 21.9; Rao & Scott 1984 for the design effect",
    },
    Entry {
        id: "class_accuracy",
        title: "Accuracy over all classes",
        meaning: "How often rows are put into the class that is right.",
        formula_text: "rows whose decided class is the right one / rows whose right class is known",
        formula: quality(ClassQuality::Accuracy),
        unit: Unit::Share,
        direction: Direction::Better,
        needs: ACTUAL,
        aliases: &[],
        caution: "A frequent class outweighs all others. It is undefined where rows are of classes that the spec does not list.",
        source: "scikit-learn `accuracy_score`",
    },
    Entry {
        id: "macro_recall",
        title: "Macro recall",
        meaning: "The share of a class's rows that are put there, as the mean over all classes.",
        formula_text: "mean over classes of rows of the class put there / rows of the class",
        formula: quality(ClassQuality::Recall),
        unit: Unit::Share,
        direction: Direction::Better,
        needs: ACTUAL,
        aliases: &[],
        caution: QUALITY,
        source: "scikit-learn `recall_score` with average = \"macro\"; it counts a class without rows as 0, or leaves it out",
    },
    Entry {
        id: "macro_precision",
        title: "Macro precision",
        meaning: "The share that is right of the rows put into a class, as the mean over all classes.",
        formula_text: "mean over classes of rows of the class put there / rows put there",
        formula: quality(ClassQuality::Precision),
        unit: Unit::Share,
        direction: Direction::Better,
        needs: ACTUAL,
        aliases: &[],
        caution: QUALITY,
        source: "scikit-learn `precision_score` with average = \"macro\"; it counts a class that nobody is put into as 0",
    },
    Entry {
        id: "macro_f1",
        title: "Macro F1",
        meaning: "The harmonic mean of precision and recall of a class, as the mean over all classes.",
        formula_text: "mean over classes of 2 rows of the class put there / (rows of the class + rows put there)",
        formula: quality(ClassQuality::F1),
        unit: Unit::Share,
        direction: Direction::Better,
        needs: ACTUAL,
        aliases: &[],
        caution: QUALITY,
        source: "scikit-learn `f1_score` with average = \"macro\"",
    },
];
