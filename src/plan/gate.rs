//! Gates: which numbers they look at, and what decides.

use super::group::closed_groups;
use super::resolve::Faults;
use super::{Attribute, Gate, GateRule, Grouping, OnInconclusive, Outcome, Threshold};
use crate::catalogue::{self, Contrast, Direction, Metric, Need, Unit, presets};
use crate::diagnostic::Diagnostic;
use crate::spec::{self, At, Origin, Spec, place};

pub(super) fn gates(
    spec: &Spec,
    outcomes: &[Outcome],
    attributes: &[Attribute],
    groupings: &[Grouping],
    faults: &mut Faults<'_>,
) -> Vec<Gate> {
    let mut gates: Vec<Gate> = Vec::new();
    for written in &spec.gates {
        let Some(written) = &expanded(written, faults) else {
            continue;
        };
        let Some(mut gate) = gate(spec, written, outcomes, attributes, groupings, faults) else {
            continue;
        };
        if let Some(name) = written.name.as_ref().filter(|_| gate.preset.is_none())
            && gates.iter().any(|g| g.name == name.value)
        {
            faults.add(
                Diagnostic::new("duplicate-name", format!("two gates are called \"{}\"", name.value)),
                &name.origin,
            );
        }
        let plain = gate.name.clone();
        let mut number = 2;
        while gates.iter().any(|g| g.name == gate.name) {
            gate.name = format!("{plain} ({number})");
            number += 1;
        }
        gates.push(gate);
    }
    gates
}

/// The gate with what its preset stands for filled in.
fn expanded(written: &spec::Gate, faults: &mut Faults<'_>) -> Option<spec::Gate> {
    let mut gate = written.clone();
    let Some(asked) = &written.preset else {
        return Some(gate);
    };
    let Some(preset) = presets::find(&asked.value) else {
        let known: Vec<&str> = presets::PRESETS.iter().map(|preset| preset.id).collect();
        faults.unknown("preset", "unknown-preset", asked, &known);
        return None;
    };
    let text = |text: &str| At {
        value: text.to_owned(),
        origin: asked.origin.clone(),
    };
    let number = |text: &'static str| {
        Some(At {
            value: text.parse::<f64>().ok()?,
            origin: asked.origin.clone(),
        })
    };
    gate.metric = text(preset.metric);
    gate.contrast = preset.contrast.map(text);
    gate.min = preset.min.and_then(number);
    gate.max = preset.max.and_then(number);
    gate.min_text = preset.min.map(str::to_owned);
    gate.max_text = preset.max.map(str::to_owned);
    gate.rule = Some(text(preset.rule));
    if gate.on_inconclusive.is_none() {
        gate.on_inconclusive = preset.on_inconclusive.map(text);
    }
    if gate.name.is_none() {
        let outcome = written.outcome.as_ref().map(|outcome| format!(" of {}", outcome.value));
        gate.name = Some(text(&format!("{}{}", preset.id, outcome.unwrap_or_default())));
    }
    Some(gate)
}

fn gate(
    spec: &Spec,
    written: &spec::Gate,
    outcomes: &[Outcome],
    attributes: &[Attribute],
    groupings: &[Grouping],
    faults: &mut Faults<'_>,
) -> Option<Gate> {
    let before = faults.found.len();
    let contrast = written.contrast.as_ref().and_then(|word| {
        let found = Contrast::find(&word.value);
        if found.is_none() {
            let known: Vec<&str> = Contrast::ALL.into_iter().map(Contrast::id).collect();
            faults.unknown("contrast", "unknown-contrast", word, &known);
        }
        found
    });
    let looked_at = outcomes_of(written, outcomes, faults);
    let (metrics, contrast) = metrics(written, contrast, &looked_at, outcomes, faults)?;
    let rule = match written.rule.as_ref().map(|r| r.value.as_str()) {
        None | Some("evidence") => GateRule::Evidence,
        Some("point") => GateRule::Point,
        Some("assurance") => GateRule::Assurance,
        Some("significant") if contrast != Contrast::Value => GateRule::Significant,
        Some("significant") => {
            let fault = Diagnostic::new(
                "bad-value",
                format!("`{}` is compared with nobody", written.metric.value),
            )
            .help("the rule \"significant\" needs a gap or a ratio, which can differ from equality");
            faults.add(
                fault,
                written.rule.as_ref().map_or(&written.origin, |rule| &rule.origin),
            );
            return None;
        }
        Some(_) => {
            if let Some(word) = &written.rule {
                let known = ["point", "evidence", "assurance", "significant"];
                faults.unknown("rule", "bad-value", word, &known);
            }
            return None;
        }
    };
    let on_inconclusive = match written.on_inconclusive.as_ref().map(|w| w.value.as_str()) {
        None if rule == GateRule::Assurance => OnInconclusive::Fail,
        None | Some("warn") => OnInconclusive::Warn,
        Some("fail") => OnInconclusive::Fail,
        Some("pass") => OnInconclusive::Pass,
        Some(_) => {
            if let Some(word) = &written.on_inconclusive {
                faults.unknown("answer", "bad-value", word, &["fail", "warn", "pass"]);
            }
            return None;
        }
    };
    if let Some(persist) = &written.persist {
        check_persist(spec, &metrics, contrast, persist, faults);
    }
    let looked_in = groupings_of(written, groupings, faults);
    check_groups(written, &looked_in, groupings, attributes, faults);
    check_reach(written, &metrics, contrast, faults);
    check_ratchet(written, &metrics, contrast, rule, faults);
    let groupings = looked_in;
    let (min, max) = (
        threshold(written.min.as_ref(), written.min_text.as_deref()),
        threshold(written.max.as_ref(), written.max_text.as_deref()),
    );
    if faults.found.len() > before {
        return None;
    }
    Some(Gate {
        name: name(written, contrast),
        preset: written
            .preset
            .as_ref()
            .and_then(|preset| presets::find(&preset.value))
            .map(|preset| preset.id),
        asked: written.metric.value.clone(),
        metrics,
        contrast,
        groupings,
        groups: written
            .groups
            .as_ref()
            .map(|groups| groups.iter().map(|g| g.value.clone()).collect()),
        item_class: written.item_class.as_ref().map(|class| class.value.clone()),
        min,
        max,
        persist: written.persist.as_ref().map(|persist| persist.value),
        ratchet: written
            .no_worse_than
            .as_ref()
            .map(|_| written.margin.as_ref().map_or(0.0, |margin| margin.value)),
        rule,
        on_inconclusive,
        line: match &written.origin {
            Origin::File(span) => place(&spec.source, span.clone()).line,
            _ => None,
        },
        origin: written.origin.clone(),
    })
}

/// Checks that what must persist is told of each period.
fn check_persist(
    spec: &Spec,
    metrics: &[(usize, Metric)],
    contrast: Contrast,
    persist: &At<(u64, u64)>,
    faults: &mut Faults<'_>,
) {
    let is_told = |metric: &Metric| match &spec.periods {
        None => false,
        Some(periods) if periods.metrics.is_empty() => metric.id() == "selection_rate",
        Some(periods) => periods.metrics.iter().any(|name| {
            [true, false]
                .iter()
                .any(|f| catalogue::find(&name.value, *f).is_some_and(|m| m.metric == *metric))
        }),
    };
    if !metrics.iter().any(|(_, metric)| is_told(metric)) {
        faults.add(
            Diagnostic::new("missing-key", "`persist` looks at a metric that is told of no period")
                .help("add [periods] every = \"month\", and the metric to its `metrics`"),
            &persist.origin,
        );
    }
    if !matches!(contrast, Contrast::Gap | Contrast::Ratio | Contrast::Value) {
        faults.add(
            Diagnostic::new(
                "bad-value",
                "`persist` goes with a value, a gap or a ratio of each group",
            ),
            &persist.origin,
        );
    }
}

/// A name made of the metric, the contrast where the metric does not tell it, and the thresholds.
fn name(written: &spec::Gate, contrast: Contrast) -> String {
    if let Some(name) = &written.name {
        return name.value.clone();
    }
    let metric = &written.metric.value;
    let named = [true, false].map(|favourable| catalogue::find(metric, favourable));
    let tells = named.into_iter().flatten().any(|meaning| meaning.contrast.is_some());
    let mut name = if tells || contrast == Contrast::Value {
        metric.clone()
    } else {
        format!("{metric} {}", contrast.id())
    };
    if let Some(outcome) = &written.outcome {
        name = format!("{name} of {}", outcome.value);
    }
    if let Some(min) = &written.min_text {
        name = format!("{name} >= {min}");
    }
    if let Some(max) = &written.max_text {
        name = format!("{name} <= {max}");
    }
    if let Some(persist) = &written.persist {
        let (periods, of) = persist.value;
        name = format!("{name}, {periods} of {of} periods");
    }
    if written.no_worse_than.is_some() {
        name.push_str(" no worse than baseline");
    }
    name
}

fn outcomes_of(written: &spec::Gate, outcomes: &[Outcome], faults: &mut Faults<'_>) -> Vec<usize> {
    match &written.outcome {
        None => (0..outcomes.len()).collect(),
        Some(name) => {
            // An outcome of several thresholds stands for all of them.
            let is_meant = |o: &Outcome| o.name == name.value || o.sweep.as_ref() == Some(&name.value);
            let meant: Vec<usize> = (0..outcomes.len()).filter(|&o| is_meant(&outcomes[o])).collect();
            if meant.is_empty() {
                let known: Vec<&str> = outcomes.iter().map(|o| o.name.as_str()).collect();
                faults.unknown("outcome", "unknown-outcome", name, &known);
            }
            meant
        }
    }
}

/// The metric for each outcome that can give it, and the contrast.
fn metrics(
    written: &spec::Gate,
    contrast: Option<Contrast>,
    looked_at: &[usize],
    outcomes: &[Outcome],
    faults: &mut Faults<'_>,
) -> Option<(Vec<(usize, Metric)>, Contrast)> {
    let asked = &written.metric;
    let mut found: Vec<(usize, Metric)> = Vec::new();
    let mut own: Option<Contrast> = None;
    let mut lacking: Option<(usize, Metric)> = None;
    let mut known = false;
    for &o in looked_at {
        let Some(meaning) = outcomes[o].find(&asked.value) else {
            continue;
        };
        known = true;
        own = meaning.contrast;
        if can_give(&outcomes[o], meaning.metric) {
            found.push((o, meaning.metric));
        } else {
            lacking = Some((o, meaning.metric));
        }
    }
    if looked_at.is_empty() {
        return None;
    }
    if !known {
        // An alias may mean something for one kind of outcome only.
        if catalogue::find(&asked.value, true).is_some() || catalogue::find(&asked.value, false).is_some() {
            faults.add(
                Diagnostic::new("metric-not-given", format!("no outcome can give `{}`", asked.value))
                    .help("the name means something only for outcomes of the other direction (`favourable`)"),
                &asked.origin,
            );
        } else {
            faults.unknown("metric", "unknown-metric", asked, &catalogue::names());
        }
        return None;
    }
    if found.is_empty() {
        if let Some((o, metric)) = lacking {
            faults.add(not_given(&outcomes[o], metric, &asked.value), &asked.origin);
        }
        return None;
    }
    if let Some((_, metric)) = found.iter().find(|(_, metric)| !metric.entry().formula.is_gateable()) {
        faults.add(
            Diagnostic::new("not-gateable", format!("`{}` can't decide a gate", metric.id())).help(
                "what borrows from other groups or from a prior hides what is done to a small one: put the gate on \
                 selection_rate or disparate_impact, and read this beside it",
            ),
            &asked.origin,
        );
        return None;
    }
    let contrast = match (contrast, own) {
        (Some(c), Some(o)) if c != o => {
            let origin = written.contrast.as_ref().map_or(&asked.origin, |c| &c.origin);
            faults.add(
                Diagnostic::new(
                    "bad-value",
                    format!("`{}` is a {}, not a {}", asked.value, o.id(), c.id()),
                )
                .help("leave `contrast` out, or name the metric itself"),
                origin,
            );
            return None;
        }
        (Some(c), _) | (None, Some(c)) => c,
        (None, None) => only_contrast(&found).unwrap_or(Contrast::Value),
    };
    let known = found.iter().map(|(_, metric)| metric.entry().formula.contrasts());
    if let Some(known) = known.into_iter().find(|known| !known.contains(&contrast)) {
        let what = if contrast == Contrast::Value {
            "value for a group alone".to_owned()
        } else {
            contrast.id().to_owned()
        };
        let known: Vec<String> = known.iter().map(|c| format!("\"{}\"", c.id())).collect();
        faults.add(
            Diagnostic::new("metric-not-given", format!("`{}` has no {what}", asked.value))
                .help(format!("use contrast = {}", known.join(" or "))),
            &asked.origin,
        );
        return None;
    }
    Some((found, contrast))
}

/// The contrast of a metric that has but one.
fn only_contrast(found: &[(usize, Metric)]) -> Option<Contrast> {
    let (_, metric) = found.first()?;
    match metric.entry().formula.contrasts() {
        [only] => Some(*only),
        _ => None,
    }
}

/// Whether an outcome can give a metric, computed or not.
pub(super) fn can_give(outcome: &Outcome, metric: Metric) -> bool {
    metric.entry().needs.iter().all(|need| has(outcome, *need))
}

fn has(outcome: &Outcome, need: Need) -> bool {
    match need {
        Need::Decision => true,
        Need::Label => outcome.actual.is_some(),
        Need::Value => outcome.value.is_some(),
        Need::ListPrice => outcome.list_price.is_some(),
        Need::Unfavourable => !outcome.favourable,
        Need::Stratum => outcome.stratified,
        Need::Population => outcome.populated,
        Need::Search => outcome.searched,
        Need::Proxies => outcome.suspected,
        Need::Matching => outcome.matched,
        Need::Membership => outcome.uncertain,
        Need::Score => outcome.score.is_some(),
        Need::Predicted => outcome.predicted.is_some(),
        Need::Cap => outcome.cap.is_some(),
        Need::Classes => outcome.classes.is_some(),
        Need::ActualClass => outcome.classes.as_ref().is_some_and(|classes| classes.actual.is_some()),
        Need::Funnel | Need::Periods | Need::Systems | Need::Arms => outcome.followed.contains(&need),
        Need::Merit => outcome.score.is_some() || outcome.value.is_some(),
        of_lists => outcome.listing.is_some_and(|listing| listing.has(of_lists)),
    }
}

/// Tells what an outcome lacks for a metric.
pub(super) fn not_given(outcome: &Outcome, metric: Metric, asked: &str) -> Diagnostic {
    let lacks = metric.entry().needs.iter().find(|n| !has(outcome, **n));
    let (what, help) = match lacks {
        Some(Need::Label) => (
            "a label",
            "add actual = { column = \"accepted\", values = [\"1\"] } to the outcome, or --actual accepted=1",
        ),
        Some(Need::Value) => (
            "a value",
            "add value = \"discount_eur\" to the outcome, or --value discount_eur",
        ),
        Some(Need::ListPrice) => (
            "a list price",
            "add list_price = \"list_eur\" to the outcome, or --list-price list_eur",
        ),
        Some(Need::Score) => (
            "a score",
            "add score = \"probability\" to the outcome, or --score probability",
        ),
        Some(Need::Predicted) => (
            "a predicted value",
            "add predicted = \"expected_eur\" to the outcome, or --predicted expected_eur",
        ),
        Some(Need::Search) => (
            "a search",
            "add [search] columns = [\"gender\", \"age\", \"channel\"] to the spec, or --search gender,age,channel",
        ),
        Some(Need::Proxies) => (
            "suspected columns",
            "add [proxies] columns = [\"postcode\", \"device\"] to the spec, or --proxies postcode,device",
        ),
        Some(Need::Matching) => (
            "columns in which people are alike",
            "add [matching] columns = [\"segment\"] to the spec, or --matching segment",
        ),
        Some(Need::Cap) => (
            "a cap",
            "add cap = 5 to the outcome: how often a person may be selected",
        ),
        Some(Need::Classes) => (
            "classes",
            "add classes = { values = [\"basic\", \"gold\"] } to the outcome",
        ),
        Some(Need::ActualClass) => (
            "the class that is right",
            "add classes = { values = [\"basic\", \"gold\"], actual = \"deserved\" } to the outcome",
        ),
        Some(Need::Funnel) => (
            "the stages of a funnel",
            "add [[funnel]] name = \"offer\", stages = […] to the spec; its metrics are of the outcome `offer: all stages`",
        ),
        Some(Need::Periods) => (
            "periods",
            "add [periods] every = \"month\" to the spec, or --every month",
        ),
        Some(Need::Systems) => (
            "two systems or two logs",
            "add system = \"model\" to [log], or --system model, or --versus OTHER.csv",
        ),
        Some(Need::Arms) => (
            "a treatment and a control",
            "add treatment = { column = \"arm\", values = [\"mail\"] } and control = { column = \"arm\", values = [\"none\"] } to the outcome",
        ),
        Some(Need::Membership) => (
            "groups of which chances are known",
            "add membership = { a = \"p_a\", b = \"p_b\" } to a [[protected]] attribute",
        ),
        Some(Need::Population) => (
            "a reference population",
            "add population = { female = 0.51, male = 0.49 } to a [[protected]] attribute",
        ),
        Some(Need::Stratum) => (
            "a factor to compare within",
            "add [[stratum]] name = \"product\" to the spec, or --stratum product",
        ),
        Some(Need::Merit) => (
            "a merit",
            "add score = \"probability\" to the outcome, or value = \"relevance\"",
        ),
        Some(Need::List | Need::Relevance) if outcome.listing.is_some() => (
            "to be the first outcome",
            "it hangs on no outcome, and is told for the first: leave `outcome` out",
        ),
        Some(Need::List | Need::Relevance) => (
            "lists",
            "add [list] request = \"request_id\" and position = \"rank\" to the spec",
        ),
        Some(Need::Shown | Need::ItemClass) => ("classes of items", "add item_class = \"category\" to [list]"),
        Some(Need::ItemSide) => (
            "an attribute of items",
            "add side = \"item\" to a [[protected]] attribute",
        ),
        Some(Need::Item | Need::Candidates) => ("items", "add item = \"item_id\" to [list]"),
        Some(Need::Popularity) => ("the popularity of items", "add popularity = \"popularity\" to [list]"),
        Some(Need::Examination) => (
            "how likely places are looked at",
            "add examination = [1.0, 0.7, 0.5], or examination = \"estimate\", to [list]",
        ),
        Some(Need::Expected) => (
            "what a model expects",
            "add expected = \"q\" and policy_expected = \"q_policy\" to [list]",
        ),
        Some(Need::Propensity) => ("propensities", "add propensity = \"propensity\" to [list]"),
        _ => (
            "an outcome declared unfavourable",
            "use selection_rate, or say favourable = false if being selected is bad for the person",
        ),
    };
    Diagnostic::new(
        "metric-not-given",
        format!("the outcome `{}` can't give `{asked}`: it needs {what}", outcome.name),
    )
    .help(help)
}

fn groupings_of(written: &spec::Gate, groupings: &[Grouping], faults: &mut Faults<'_>) -> Vec<usize> {
    let Some(names) = &written.attributes else {
        return (0..groupings.len()).collect();
    };
    let mut found = Vec::new();
    for name in names {
        match groupings.iter().position(|g| g.name == name.value) {
            Some(g) if found.contains(&g) => {}
            Some(g) => found.push(g),
            None => {
                let known: Vec<&str> = groupings.iter().map(|g| g.name.as_str()).collect();
                faults.unknown("attribute or intersection", "unknown-attribute", name, &known);
            }
        }
    }
    found
}

/// Checks the groups that a gate names, where all groups of what it looks at are known without reading rows.
fn check_groups(
    written: &spec::Gate,
    looked_in: &[usize],
    groupings: &[Grouping],
    attributes: &[Attribute],
    faults: &mut Faults<'_>,
) {
    let Some(named) = &written.groups else { return };
    let mut known: Vec<String> = Vec::new();
    for grouping in looked_in {
        let mut names = vec![String::new()];
        for (position, a) in groupings[*grouping].attributes.iter().enumerate() {
            let Some(groups) = closed_groups(&attributes[*a]) else {
                return;
            };
            let joint = if position == 0 { "" } else { " & " };
            names = names
                .iter()
                .flat_map(|head| groups.iter().map(move |group| format!("{head}{joint}{group}")))
                .collect();
        }
        known.extend(names);
    }
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    for name in named {
        if !known.contains(&name.value.as_str()) {
            faults.unknown("group", "unknown-group", name, &known);
        }
    }
}

/// Checks that it can be said what is worse, and that the rule has a meaning.
fn check_ratchet(
    written: &spec::Gate,
    metrics: &[(usize, Metric)],
    contrast: Contrast,
    rule: GateRule,
    faults: &mut Faults<'_>,
) {
    let Some(asked) = &written.no_worse_than else { return };
    let neutral = |metric: Metric| metric.entry().direction == Direction::Neutral;
    if contrast == Contrast::Value && metrics.iter().any(|(_, metric)| neutral(*metric)) {
        let message = format!("neither more nor less of `{}` is worse", written.metric.value);
        faults.add(
            Diagnostic::new("bad-value", message).help("use a gap or a ratio: farther from equality is worse"),
            &asked.origin,
        );
    }
    if let Some(persist) = &written.persist {
        faults.add(
            Diagnostic::new(
                "bad-value",
                "a gate looks at its last periods or at a baseline, not at both",
            )
            .help("write two gates: one with `persist`, one with `no_worse_than`"),
            &persist.origin,
        );
    }
    if rule == GateRule::Significant {
        let origin = written.rule.as_ref().map_or(&asked.origin, |rule| &rule.origin);
        faults.add(
            Diagnostic::new("bad-value", "the rule \"significant\" says nothing of a change")
                .help("use \"evidence\": it fails when the whole interval of the change is for the worse"),
            origin,
        );
    }
}

/// Checks that a threshold can be met at all: a share lies between 0 and 1, a ratio is not negative.
fn check_reach(written: &spec::Gate, metrics: &[(usize, Metric)], contrast: Contrast, faults: &mut Faults<'_>) {
    let share = metrics.iter().all(|(_, m)| m.entry().unit == Unit::Share);
    let (lowest, highest) = match contrast {
        Contrast::Value if share => (0.0, 1.0),
        Contrast::Gap if share => (-1.0, 1.0),
        Contrast::MaxGap if share => (0.0, 1.0),
        Contrast::MaxGap => (0.0, f64::INFINITY),
        Contrast::Ratio => (0.0, f64::INFINITY),
        Contrast::MinRatio => (0.0, 1.0),
        Contrast::Value | Contrast::Gap => return,
    };
    let out_of_reach = [
        written.min.as_ref().filter(|min| min.value > highest),
        written.max.as_ref().filter(|max| max.value < lowest),
    ];
    for threshold in out_of_reach.into_iter().flatten() {
        let range = if highest.is_finite() {
            format!("between {lowest} and {highest}")
        } else {
            format!("at least {lowest}")
        };
        let mut fault = Diagnostic::new(
            "unreachable-threshold",
            format!(
                "no log can meet {}: the {} of `{}` is {range}",
                threshold.value,
                contrast.id(),
                written.metric.value
            ),
        );
        if threshold.value > 1.0 {
            fault = fault.help("thresholds are shares, not per cent: 0.8 means 80 %");
        }
        faults.add(fault, &threshold.origin);
    }
}

fn threshold(number: Option<&At<f64>>, text: Option<&str>) -> Option<Threshold> {
    number.map(|number| Threshold {
        value: number.value,
        exact: text.and_then(fraction),
    })
}

/// A plain decimal as a fraction: `0.8` is 4/5. `None` for an exponent or more than 18 digits.
fn fraction(text: &str) -> Option<(i64, i64)> {
    let text = text.trim();
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits: String = [whole, part].concat();
    if digits.is_empty() || digits.len() > 18 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let numerator: i64 = digits.parse().ok()?;
    let denominator = 10i64.checked_pow(u32::try_from(part.len()).ok()?)?;
    let divisor = greatest_common_divisor(numerator, denominator);
    let numerator = if negative { -numerator } else { numerator };
    Some((numerator / divisor, denominator / divisor))
}

fn greatest_common_divisor(mut a: i64, mut b: i64) -> i64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

#[cfg(test)]
mod tests {
    use super::fraction;

    #[test]
    fn decimals_are_exact_fractions() {
        assert_eq!(fraction("0.8"), Some((4, 5)));
        assert_eq!(fraction("-0.05"), Some((-1, 20)));
        assert_eq!(fraction("1"), Some((1, 1)));
        assert_eq!(fraction("0"), Some((0, 1)));
        assert_eq!(fraction("8e-1"), None);
        assert_eq!(fraction("0.1234567890123456789"), None);
    }
}
