//! Who is in the log, against who could be.

use super::{Direction, Entry, Formula, Need, Unit};

pub(super) const ENTRIES: &[Entry] = &[Entry {
    id: "representation",
    title: "Representation",
    meaning: "A group's share of the people in the log; its gap and its ratio are to its share of the reference population.",
    formula_text: "people of the group / people of all groups that the population lists",
    formula: Formula::Representation,
    unit: Unit::Share,
    direction: Direction::Neutral,
    needs: &[Need::Population],
    aliases: &[],
    caution: "The population must be the one that could have been in the log (customers, residents, applicants), of the same place and time. Being in a log is not always good for a person.",
    source: "Representation index (share in the log / share in the population); Pearson 1900 for the goodness of fit",
}];
