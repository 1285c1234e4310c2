//! What combinations of columns show: the worst-off of all groups, and columns that give a group away.

use super::{Crossing, Direction, Entry, Formula, Need, Unit};

const GUESSED: &str = "Guesses about each half of the people are made from the other half. A column that tells the group may still be needed for the decision: that it tells is a reason to look, not a finding of bias. Where people appear with several values of a column, each combination counts once.";

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        id: "subgroup_gap",
        title: "Gap of the worst-off subgroup",
        meaning: "The gap between the worst-off of all groups that the searched columns make and everybody else, on people whom the search has not seen.",
        formula_text: "rate of the subgroup less rate of everybody else, on the second half of the people; the subgroup is the one that the first half shows worst, by the end of its interval nearer to 0",
        formula: Formula::Crossing(Crossing::Subgroup),
        unit: Unit::Share,
        direction: Direction::Favour,
        needs: &[Need::Search],
        aliases: &[],
        caution: "Of several bad groups it is the one that is most surely bad, not always the one with the largest gap; the report lists them all. Half of the people find and half confirm, so that small groups may stay unseen.",
        source: "Pastor, de Alfaro & Baralis 2021 (itemsets, Shapley shares); Tramèr et al. 2017 (held-out subgroups); Chernozhukov et al. 2018 (sample splitting)",
    },
    Entry {
        id: "proxy_auc",
        title: "How surely columns give the group away (area)",
        meaning: "The chance that a person of a group, judged by all suspected columns together, looks more like one of it than a person of another does.",
        formula_text: "area under the curve of the cross-fitted chance of each group against the rest, by the groups' shares; 0.5: the columns tell nothing",
        formula: Formula::Crossing(Crossing::Auc),
        unit: Unit::Share,
        direction: Direction::Neutral,
        needs: &[Need::Proxies],
        aliases: &[],
        caution: GUESSED,
        source: "Hanley & McNeil 1982 (the area); LeDell, Petersen & van der Laan 2015 (cross-validated areas); Feldman et al. 2015 (predicting the attribute)",
    },
    Entry {
        id: "proxy_information",
        title: "How much columns give the group away (information)",
        meaning: "The share of the uncertainty about a person's group that all suspected columns together take away.",
        formula_text: "1 - sum of ln(chance of the person's group given the columns) / sum of ln(share of the group), cross-fitted",
        formula: Formula::Crossing(Crossing::Information),
        unit: Unit::Number,
        direction: Direction::Neutral,
        needs: &[Need::Proxies],
        aliases: &[],
        caution: GUESSED,
        source: "Theil 1972 (uncertainty coefficient); McFadden 1974 (the same as a pseudo R²)",
    },
];

const ALIKE: &str = "People are alike in what the spec names, and in nothing else. Match only on what may rightly decide: a feature that is a proxy or a consequence of the group hides the bias. Look at how many were matched and at the balance.";

pub(super) const MATCHING: &[Entry] = &[
    Entry {
        id: "matched_gap",
        title: "Gap to people who are alike",
        meaning: "How much more often a group's rows are selected than rows of others with the same features.",
        formula_text: "mean over the group's matched rows of (own decision - rate of their matches); matches have the same values of the exact features and are the nearest in the others",
        formula: Formula::Crossing(Crossing::MatchedGap),
        unit: Unit::Share,
        direction: Direction::Favour,
        needs: &[Need::Matching],
        aliases: &[],
        caution: ALIKE,
        source: "Rubin 1973; Iacus, King & Porro 2012 (coarsened exact matching); Abadie & Imbens 2006 (the error with replacement)",
    },
    Entry {
        id: "treated_differently",
        title: "Treated differently though alike",
        meaning: "The share of pairs, one of the group and one of the others with the same features, of which one is selected and the other is not.",
        formula_text: "mean over the group's matched rows of p (1 - q) + (1 - p) q; p own decision, q rate of the matches",
        formula: Formula::Crossing(Crossing::Differently),
        unit: Unit::Share,
        direction: Direction::Worse,
        needs: &[Need::Matching],
        aliases: &[],
        caution: "Decisions by chance differ too: with one rate for all it is 2 p (1 - p). Compare it with 1 - consistency, which is the same within everybody.",
        source: "Situation testing: Luong, Ruggieri & Turini 2011",
    },
    Entry {
        id: "consistency",
        title: "Consistency",
        meaning: "How alike people with the same features are treated, whatever their group; 1: all the same.",
        formula_text: "1 - mean over rows of |decision - rate of the nearest others|; neighbours are people of other replicates, so that nobody is their own",
        formula: Formula::Crossing(Crossing::Consistency),
        unit: Unit::Share,
        direction: Direction::Better,
        needs: &[Need::Matching],
        aliases: &[],
        caution: "It says nothing of groups: a rule that treats all women alike and worse is consistent. AIF360 counts a person among their own neighbours, and so finds more.",
        source: "Zemel et al. 2013; AIF360 consistency_score",
    },
];

pub(super) const MEMBERSHIP: &[Entry] = &[Entry {
    id: "weighted_gap",
    title: "Gap of rates weighted by chances",
    meaning: "A group's selection rate less the reference's, where nobody knows who is in them and everybody counts in each by the chance to be in it.",
    formula_text: "sum of p_g(row) selected(row) / sum of p_g(row), less the same of the reference",
    formula: Formula::Crossing(Crossing::Weighted),
    unit: Unit::Share,
    direction: Direction::Favour,
    needs: &[Need::Membership],
    aliases: &[],
    caution: "It is right if, among people with the same chances, being selected does not hang on the group; if it does, the gap comes out too near to 0. Read it beside the bounds, which assume nothing, and never alone. Inferring a group is itself processing of personal data, and needs a legal basis of its own.",
    source: "Chen et al. 2019; the bounds beside it: Kallus, Mao & Zhou 2022",
}];
