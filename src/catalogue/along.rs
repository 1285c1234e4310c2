//! What groups show along a factor that is followed: stages of a funnel, periods, systems, arms of a trial.

use super::{Along, Direction, Entry, Formula, Need, Unit};

pub(super) const FUNNEL: &[Entry] = &[Entry {
    id: "funnel_stage",
    title: "Stage of a funnel",
    meaning: "The share of those who reached a stage that also pass it, and the part of the whole funnel's gap that opens there.",
    formula_text: "value: rows that pass the stage / rows that reached it; ratio: of these values, so that the ratios of all stages multiply to that of the funnel; gap: (a - b) times the mean over all orders of the other stages' products, so that the gaps of all stages add up to that of the funnel",
    formula: Formula::Along(Along::Stage),
    unit: Unit::Share,
    direction: Direction::Favour,
    needs: &[Need::Funnel],
    aliases: &[],
    caution: "Who reaches a late stage was chosen by the stages before: a group that had to be better to be shown may click more often. Read a late stage together with the earlier ones. The gap of a stage is a part of the whole gap, not the difference of the two values.",
    source: "Shapley 1953, of a product of rates; Das Gupta 1993 (the same as a decomposition of a difference between rates)",
}];

pub(super) const PERIODS: &[Entry] = &[
    Entry {
        id: "gap_trend",
        title: "Trend of the gap",
        meaning: "By how much the gap to the reference changes from one period to the next, as a straight line.",
        formula_text: "slope of the gap on the number of the period, weighted by n_group n_reference / (n_group + n_reference) rows",
        formula: Formula::Along(Along::Trend),
        unit: Unit::Share,
        direction: Direction::Favour,
        needs: &[Need::Periods],
        aliases: &[],
        caution: "A straight line through a jump or a season says little: look at the periods. A rising line means that the group catches up or moves ahead, whatever the level of the gap.",
        source: "Weighted least squares; its error is linearised over people, so that those who come back are allowed for (Binder 1983)",
    },
    Entry {
        id: "gap_sequence",
        title: "Gap so far, for any number of looks",
        meaning: "The gap to the reference over all periods up to one, with an interval that holds at all periods at once.",
        formula_text: "gap of all rows up to the period +- sqrt((V + r)(ln(1 + V / r) + 2 ln(1 / alpha))) / V; V one over the variance of the gap, r such that the interval is narrowest at the log's end",
        formula: Formula::Along(Along::Sequence),
        unit: Unit::Share,
        direction: Direction::Favour,
        needs: &[Need::Periods],
        aliases: &[],
        caution: "It is wider than the plain interval of one look. It holds for large groups (it is asymptotic), and if the true gap does not change; where it does, it is about the gap so far.",
        source: "Howard, Ramdas, McAuliffe & Sekhon 2021 (two-sided normal mixture); Waudby-Smith et al. 2024 (estimated variances)",
    },
    Entry {
        id: "gap_cusum",
        title: "Alarm for a gap that moves (CUSUM)",
        meaning: "How long and how far the gap has moved in one direction from what it was in the periods before.",
        formula_text: "the larger of the running sums max(0, S + z - 0.5) and max(0, S - z - 0.5); z is the gap of a period less that of all periods before, in standard errors, as the normal deviation that is as rare as Student's t of the people",
        formula: Formula::Along(Along::Cusum),
        unit: Unit::Number,
        direction: Direction::Worse,
        needs: &[Need::Periods],
        aliases: &[],
        caution: "Without a change it passes 5 about once in 465 periods; put a gate with max = 5 and rule = \"point\" on it. It tells that something moved, in either direction; what moved, the periods tell.",
        source: "Page 1954; Brown, Durbin & Evans 1975 (recursive residuals); Montgomery, Statistical Quality Control (k = 0.5, h = 5)",
    },
];

pub(super) const SYSTEMS: &[Entry] = &[Entry {
    id: "system_gap",
    title: "Difference of the gaps of two systems",
    meaning: "The gap to the reference under one system, or in one log, less that under another.",
    formula_text: "(rate of the group - rate of the reference) under the one - the same under the other; people who are in both are allowed for",
    formula: Formula::Along(Along::Systems),
    unit: Unit::Share,
    direction: Direction::Favour,
    needs: &[Need::Systems],
    aliases: &[],
    caution: "Systems may have met other people: a difference is one of systems only where people came to them by chance.",
    source: "Difference in differences; linearised over people (Binder 1983), so that it is paired where people overlap",
}];

pub(super) const UPLIFT: &[Entry] = &[Entry {
    id: "uplift",
    title: "Uplift",
    meaning: "How much more often people of a group are selected with a treatment than without.",
    formula_text: "rate of the treated rows - rate of the control rows",
    formula: Formula::Along(Along::Uplift),
    unit: Unit::Share,
    direction: Direction::Favour,
    needs: &[Need::Arms],
    aliases: &[],
    caution: "It is the effect of the treatment only where chance decided who was treated. A gap of uplifts is one of percentage points: where groups start from different rates, it may turn round on another scale.",
    source: "Rubin 1974; the gap is the interaction of group and treatment in a linear model",
}];
