//! What small groups can say: beside the raw numbers, never instead of them.

use super::{Direction, Entry, Formula, Need, Small, Unit};

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        id: "shrunken_selection_rate",
        title: "Shrunken selection rate",
        meaning: "A group's selection rate, drawn toward what all groups together say, the more the smaller the group is.",
        formula_text: "(selected + m s) / (rows + s), in effective rows; m the mean of all groups or, for an intersection, what its attributes say one by one; s by maximum likelihood",
        formula: Formula::Small(Small::Shrunken),
        unit: Unit::Share,
        direction: Direction::Favour,
        needs: &[Need::Decision],
        aliases: &[],
        caution: "It can't be gated: drawing a small group toward the others hides what is done to it alone. Look at the raw rate first. The interval takes the mean and s as known, and so is a little narrow where groups are few.",
        source: "Morris 1983; Gelman et al. 2013, chapter 5; toward main effects: Foulds et al. 2020, Evans et al. 2018",
    },
    Entry {
        id: "probability_below_threshold",
        title: "Probability that the ratio is below the threshold",
        meaning: "How probable it is, given the data, that the group's favourable rate is less than a share of the reference's: the share that a gate on the ratio asks for, else 0.8.",
        formula_text: "P(p / q < t), p ~ Beta(selected + 1/2, rows - selected + 1/2) of the group and q likewise of the reference, in effective rows",
        formula: Formula::Small(Small::Below),
        unit: Unit::Share,
        direction: Direction::Neutral,
        needs: &[Need::Decision],
        aliases: &[],
        caution: "It can't be gated: a high probability needs no harm that anybody has shown, only a prior and few data. With nobody in a group it would be the prior's. Both sides are taken as independent: people who are in both leave it a little nearer to one half than it is.",
        source: "Jeffreys 1961 (the prior); Gelman et al. 2013, chapter 2",
    },
];
