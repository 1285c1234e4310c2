//! Every number of a tally in one fixed order, so that writing and reading can't differ.

use crate::catalogue::{Linear, Measure};
use crate::tally::{CrossSums, GroupTally, Sums, Tally};

/// Which number of a tally it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Key {
    /// 0 for everybody, else 1 and the place of the grouping.
    pub(super) grouping: usize,
    /// Place of the group in its grouping.
    pub(super) group: Option<usize>,
    /// Place of the outcome.
    pub(super) outcome: Option<usize>,
    /// Which people, and what of them.
    pub(super) part: &'static str,
    /// The other group, of sums over people who are in two.
    pub(super) other: Option<usize>,
    /// What was added up.
    pub(super) statistic: &'static str,
    /// The measure, or the first of a product, or a denominator.
    pub(super) a: String,
    /// The second measure of a product.
    pub(super) b: String,
}

impl Key {
    /// Where it stands: grouping, group, outcome, other group.
    pub(super) fn places(&self) -> [Option<usize>; 4] {
        [Some(self.grouping), self.group, self.outcome, self.other]
    }
}

/// A number of a tally.
pub(super) enum Slot<'a> {
    /// A whole number.
    Count(&'a mut u64),
    /// A sum.
    Number(&'a mut f64),
}

impl Slot<'_> {
    /// Whether it is what an empty tally has.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Slot::Count(count) => **count == 0,
            Slot::Number(number) => number.to_bits() == 0,
        }
    }
}

/// A linear combination of measures as text: `rows - labelled`.
pub(super) fn linear(linear: Linear) -> String {
    let mut text = String::new();
    for (i, (measure, factor)) in linear.iter().enumerate() {
        let sign = match (i, *factor < 0) {
            (0, false) => "",
            (0, true) => "-",
            (_, false) => " + ",
            (_, true) => " - ",
        };
        text.push_str(sign);
        if factor.abs() != 1 {
            text.push_str(&format!("{} ", factor.abs()));
        }
        text.push_str(measure.id());
    }
    text
}

/// Visits every number of a tally.
pub(super) fn visit(tally: &mut Tally, look: &mut dyn FnMut(Key, Slot<'_>)) {
    for (o, account) in tally.outcomes.iter_mut().enumerate() {
        let at = |statistic| Key {
            outcome: Some(o),
            part: "account",
            statistic,
            ..Key::default()
        };
        look(at("audited"), Slot::Count(&mut account.audited));
        look(at("no_label"), Slot::Count(&mut account.no_label));
        look(at("no_value"), Slot::Count(&mut account.no_value));
    }
    group(&Key::default(), &mut tally.everyone, look);
    for (g, grouping) in tally.groupings.iter_mut().enumerate() {
        let of_grouping = Key {
            grouping: g + 1,
            ..Key::default()
        };
        look(
            Key {
                part: "several_known",
                statistic: "people",
                ..of_grouping.clone()
            },
            Slot::Count(&mut grouping.several),
        );
        for (o, known) in grouping.several_known.iter_mut().enumerate() {
            let at = Key {
                outcome: Some(o),
                part: "several_known",
                ..of_grouping.clone()
            };
            sums(&at, known, look);
        }
        for (i, tally) in grouping.groups.iter_mut().enumerate() {
            let at = Key {
                group: Some(i),
                ..of_grouping.clone()
            };
            group(&at, tally, look);
        }
        for ((one, other), by_outcome) in &mut grouping.pairs {
            for (o, pair) in by_outcome.iter_mut().enumerate() {
                let at = Key {
                    group: Some(*one),
                    other: Some(*other),
                    outcome: Some(o),
                    part: "pair",
                    ..of_grouping.clone()
                };
                crosses(&at, pair, look);
            }
        }
    }
}

fn group(at: &Key, group: &mut GroupTally, look: &mut dyn FnMut(Key, Slot<'_>)) {
    let fates = &mut group.fates;
    for (statistic, count) in [
        ("filtered", &mut fates.filtered),
        ("no_subject", &mut fates.no_subject),
        ("no_decision", &mut fates.no_decision),
        ("audited", &mut fates.audited),
        ("rows", &mut group.rows),
        ("subjects", &mut group.subjects),
    ] {
        let key = Key {
            part: "account",
            statistic,
            ..at.clone()
        };
        look(key, Slot::Count(count));
    }
    for (part, by_outcome) in [
        ("single", &mut group.single),
        ("multi", &mut group.multi),
        ("multi_rest", &mut group.multi_rest),
        ("elsewhere", &mut group.elsewhere),
    ] {
        for (o, of_outcome) in by_outcome.iter_mut().enumerate() {
            let key = Key {
                outcome: Some(o),
                part,
                ..at.clone()
            };
            sums(&key, of_outcome, look);
        }
    }
    for (part, by_outcome) in [("with_rest", &mut group.with_rest), ("with_all", &mut group.with_all)] {
        for (o, of_outcome) in by_outcome.iter_mut().enumerate() {
            let key = Key {
                outcome: Some(o),
                part,
                ..at.clone()
            };
            crosses(&key, of_outcome, look);
        }
    }
}

fn sums(at: &Key, sums: &mut Sums, look: &mut dyn FnMut(Key, Slot<'_>)) {
    let key = |statistic, a: &str, b: &str| Key {
        statistic,
        a: a.to_owned(),
        b: b.to_owned(),
        ..at.clone()
    };
    look(key("people", "", ""), Slot::Count(&mut sums.subjects));
    for (measure, sum) in sums.measures_mut() {
        look(key("sum", measure.id(), ""), Slot::Number(sum));
    }
    for ((a, b), sum) in sums.products_mut() {
        look(key("product", a.id(), b.id()), Slot::Number(sum));
    }
    for (denominator, behind) in sums.denominators_mut() {
        let name = linear(denominator);
        look(key("people_behind", &name, ""), Slot::Count(&mut behind.subjects));
        look(key("rows_behind", &name, ""), Slot::Count(&mut behind.rows));
    }
}

fn crosses(at: &Key, crosses: &mut CrossSums, look: &mut dyn FnMut(Key, Slot<'_>)) {
    for ((a, b), sum) in crosses.products_mut() {
        let key = Key {
            statistic: "product",
            a: a.id().to_owned(),
            b: b.id().to_owned(),
            ..at.clone()
        };
        look(key, Slot::Number(sum));
    }
}

/// What this version adds up for an outcome of a shape: a file that was written when less was added up must not be
/// read as if the rest were zero.
pub(super) fn kept(mut sums: Sums, mut crosses: CrossSums) -> Vec<String> {
    let mut names = Vec::new();
    let mut list =
        |key: Key, _: Slot<'_>| names.push(format!("{} {} {}", key.statistic, key.a, key.b).trim().to_owned());
    self::sums(&Key::default(), &mut sums, &mut list);
    let of_cross =
        |names: &mut Vec<String>, (a, b): (Measure, Measure)| names.push(format!("cross {} {}", a.id(), b.id()));
    for (pair, _) in crosses.products_mut() {
        of_cross(&mut names, pair);
    }
    names
}
