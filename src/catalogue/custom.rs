//! Metrics that a spec defines: ratios of two linear combinations of measures.

use std::sync::{Mutex, PoisonError};

use super::{Direction, Entry, Formula, Linear, Measure, Metric, Need, Unit};

/// A metric as a spec defines it.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    /// Its name.
    pub id: String,
    /// A short title.
    pub title: String,
    /// One sentence: what it says.
    pub meaning: String,
    /// Numerator.
    pub numerator: Vec<(Measure, i32)>,
    /// Denominator.
    pub denominator: Vec<(Measure, i32)>,
    /// Which direction is better for the group.
    pub direction: Direction,
}

/// A numerator and its denominator.
pub type Ratio = (Linear, Linear);

/// Entries of metrics that were defined, each once. A run has one spec, so that they are few; they stay to its end, and
/// a [`Metric`] remains a number that is copied everywhere.
static ENTRIES: Mutex<Vec<&'static Entry>> = Mutex::new(Vec::new());

/// Where the numbers of defined metrics begin.
pub(super) const FIRST: usize = 1 << 15;

fn kept(text: &str) -> &'static str {
    String::leak(text.to_owned())
}

fn linear(terms: &[(Measure, i32)]) -> Linear {
    Vec::leak(terms.to_vec())
}

/// The metric of a definition; the same one for the same definition.
#[must_use]
pub fn define(definition: &Definition) -> Metric {
    let mut entries = ENTRIES.lock().unwrap_or_else(PoisonError::into_inner);
    let known = entries.iter().position(|entry| is(entry, definition));
    let index = known.unwrap_or_else(|| {
        entries.push(Box::leak(Box::new(entry(definition))));
        entries.len() - 1
    });
    Metric((FIRST + index) as u16)
}

/// The entry of a metric that was defined.
pub(super) fn find(number: usize) -> Option<&'static Entry> {
    let entries = ENTRIES.lock().unwrap_or_else(PoisonError::into_inner);
    entries.get(number.checked_sub(FIRST)?).copied()
}

/// The ratios of these metrics, for what a tally must keep.
#[must_use]
pub fn ratios(metrics: &[Metric]) -> &'static [Ratio] {
    let ratios = metrics.iter().filter_map(|metric| match metric.entry().formula {
        Formula::Ratio { numerator, denominator } => Some((numerator, denominator)),
        _ => None,
    });
    same_ratios(ratios.collect())
}

/// Ratios as they are passed around; those of an empty list cost nothing.
#[must_use]
pub fn same_ratios(ratios: Vec<Ratio>) -> &'static [Ratio] {
    if ratios.is_empty() { &[] } else { Vec::leak(ratios) }
}

/// A linear combination that a file names.
#[must_use]
pub fn named(terms: &[(String, i32)]) -> Option<Linear> {
    let measures = terms.iter().map(|(name, factor)| Some((Measure::find(name)?, *factor)));
    Some(linear(&measures.collect::<Option<Vec<_>>>()?))
}

fn is(entry: &Entry, definition: &Definition) -> bool {
    let ratio = matches!(
        entry.formula,
        Formula::Ratio { numerator, denominator }
            if numerator == definition.numerator && denominator == definition.denominator
    );
    ratio
        && entry.id == definition.id
        && entry.title == definition.title
        && entry.meaning == definition.meaning
        && entry.direction == definition.direction
}

fn entry(definition: &Definition) -> Entry {
    let (numerator, denominator) = (linear(&definition.numerator), linear(&definition.denominator));
    let measures = || numerator.iter().chain(denominator).map(|(measure, _)| *measure);
    let mut needs = vec![Need::Decision];
    if measures().any(Measure::is_of_labels) {
        needs.push(Need::Label);
    }
    if measures().any(Measure::is_of_values) {
        needs.push(Need::Value);
    }
    if measures().any(Measure::is_of_lists) {
        needs.push(Need::ListPrice);
    }
    let of_value = |linear: Linear| {
        linear
            .iter()
            .any(|(measure, _)| measure.is_amount() && *measure != Measure::LogValue)
    };
    Entry {
        id: kept(&definition.id),
        title: kept(&definition.title),
        meaning: kept(&definition.meaning),
        formula_text: kept(&format!("({}) / ({})", written(numerator), written(denominator))),
        formula: Formula::Ratio { numerator, denominator },
        unit: if is_share(numerator, denominator) {
            Unit::Share
        } else if of_value(numerator) && !of_value(denominator) {
            Unit::Value
        } else {
            Unit::Number
        },
        direction: definition.direction,
        needs: Vec::leak(needs),
        aliases: &[],
        caution: "It is defined by the spec of this audit; nobody else vouches for it.",
        source: "The spec of this audit",
    }
}

/// `true_positive - 2 selected`.
fn written(linear: Linear) -> String {
    let mut text = String::new();
    for (measure, factor) in linear {
        let sign = match (text.is_empty(), *factor < 0) {
            (true, false) => "",
            (true, true) => "-",
            (false, false) => " + ",
            (false, true) => " - ",
        };
        text.push_str(sign);
        if factor.abs() != 1 {
            text.push_str(&format!("{} ", factor.abs()));
        }
        text.push_str(measure.id());
    }
    text
}

/// Whether the ratio lies between 0 and 1 whatever the rows are: of every kind of row the numerator takes no more than the
/// denominator.
fn is_share(numerator: Linear, denominator: Linear) -> bool {
    let kinds = [false, true].into_iter().flat_map(|selected| {
        let labels = [None, Some(false), Some(true)];
        labels.into_iter().map(move |label| (selected, label))
    });
    kinds.into_iter().all(|(selected, label)| {
        let of = |linear: Linear| {
            let terms = linear
                .iter()
                .map(|(measure, factor)| Some(i64::from(*factor) * measure.of_row(selected, label)?));
            terms.sum::<Option<i64>>()
        };
        matches!((of(numerator), of(denominator)), (Some(n), Some(d)) if 0 <= n && n <= d)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn definition(numerator: &[(Measure, i32)], denominator: &[(Measure, i32)]) -> Definition {
        Definition {
            id: "mine".to_owned(),
            title: "Mine".to_owned(),
            meaning: "What I mean.".to_owned(),
            numerator: numerator.to_vec(),
            denominator: denominator.to_vec(),
            direction: Direction::Better,
        }
    }

    #[test]
    fn a_definition_is_one_metric() {
        let hits = definition(&[(Measure::TruePositive, 1)], &[(Measure::Labelled, 1)]);
        let metric = define(&hits);
        assert_eq!(define(&hits), metric);
        assert_ne!(
            define(&Definition {
                id: "other".to_owned(),
                ..hits
            }),
            metric
        );
        assert_eq!(metric.id(), "mine");
        assert_eq!(metric.entry().unit, Unit::Share);
        assert_eq!(metric.entry().needs, [Need::Decision, Need::Label]);
        assert_eq!(metric.family().id, "custom");
        assert_eq!(metric.entry().formula_text, "(true_positive) / (labelled)");
    }

    #[test]
    fn the_unit_follows_from_the_measures() {
        let unit = |numerator: &[(Measure, i32)], denominator: &[(Measure, i32)]| {
            define(&definition(numerator, denominator)).entry().unit
        };
        // Errors among those with a label: FP + FN.
        let wrong = [
            (Measure::LabelledSelected, 1),
            (Measure::Actual, 1),
            (Measure::TruePositive, -2),
        ];
        assert_eq!(unit(&wrong, &[(Measure::Labelled, 1)]), Unit::Share);
        // False positives can outnumber the positives.
        let false_positives = [(Measure::LabelledSelected, 1), (Measure::TruePositive, -1)];
        assert_eq!(unit(&false_positives, &[(Measure::Actual, 1)]), Unit::Number);
        assert_eq!(unit(&[(Measure::Selected, 2)], &[(Measure::Rows, 1)]), Unit::Number);
        assert_eq!(
            unit(&[(Measure::SelectedValue, 1)], &[(Measure::Subjects, 1)]),
            Unit::Value
        );
        assert_eq!(
            unit(&[(Measure::SelectedValue, 1)], &[(Measure::Value, 1)]),
            Unit::Number
        );
        assert_eq!(
            unit(&[(Measure::EverSelected, 1)], &[(Measure::Subjects, 1)]),
            Unit::Number
        );
        assert_eq!(written(linear(&wrong)), "labelled_selected + actual - 2 true_positive");
    }
}
