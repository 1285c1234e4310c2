//! How often people are met, and how often they are selected.

use super::{Direction, Distribution, Entry, Formula, Need, Unit, Variable};

const PERIOD: &str = "It counts over the whole log: groups that were there for less of its time have fewer rows. Without a person column every row is a person of its own, and it says nothing.";
const FREQUENCY: &str = "Contact frequency of advertising and contact rules (rows or selections per person)";

const fn entry(id: &'static str, formula: Distribution, direction: Direction) -> Entry {
    Entry {
        id,
        title: "",
        meaning: "",
        formula_text: "",
        formula: Formula::Distribution(formula),
        unit: Unit::Number,
        direction,
        needs: &[Need::Decision],
        aliases: &[],
        caution: PERIOD,
        source: FREQUENCY,
    }
}

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        title: "Rows per person",
        meaning: "How many rows a person of the group has on average: how often they were considered.",
        formula_text: "rows with a decision / people",
        ..entry(
            "rows_per_subject",
            Distribution::Mean(Variable::Contacts),
            Direction::Neutral,
        )
    },
    Entry {
        title: "Rows per person, 90th percentile",
        meaning: "Nine in ten people of the group have at most so many rows.",
        formula_text: "smallest number of rows that nine tenths of people do not exceed",
        ..entry(
            "p90_rows_per_subject",
            Distribution::Quantile(Variable::Contacts, 90),
            Direction::Neutral,
        )
    },
    Entry {
        title: "Selections per person",
        meaning: "How often a person of the group was selected on average.",
        formula_text: "selected rows / people",
        ..entry(
            "selections_per_subject",
            Distribution::Mean(Variable::Selections),
            Direction::Favour,
        )
    },
    Entry {
        title: "Median of selections per person",
        meaning: "Half of the group's people were selected at most so often.",
        formula_text: "smallest number of selections that half of people do not exceed",
        ..entry(
            "median_selections_per_subject",
            Distribution::Quantile(Variable::Selections, 50),
            Direction::Favour,
        )
    },
    Entry {
        title: "Selections per person, 90th percentile",
        meaning: "Nine in ten people of the group were selected at most so often.",
        formula_text: "smallest number of selections that nine tenths of people do not exceed",
        ..entry(
            "p90_selections_per_subject",
            Distribution::Quantile(Variable::Selections, 90),
            Direction::Favour,
        )
    },
];

pub(super) const CAP: &[Entry] = &[Entry {
    title: "Share of people above the cap",
    meaning: "The share of the group's people who were selected more often than the cap allows.",
    formula_text: "people with more selections than `cap` / people",
    unit: Unit::Share,
    needs: &[Need::Cap],
    ..entry(
        "share_above_cap",
        Distribution::Mean(Variable::Capped),
        Direction::Worse,
    )
}];
