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
