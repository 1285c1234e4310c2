//! What groups are followed along: stages of funnels, periods, systems, arms of trials.

use super::group::MOST_GROUPS;
use super::resolve::{Columns, Faults, condition};
use super::{Attribute, Axis, AxisKind, Every, Outcome, Rule, Stage, Table, Test};
use crate::catalogue::{Formula, Metric, Need};
use crate::diagnostic::Diagnostic;
use crate::spec::{self, At, Origin, Spec};

/// More stages than this are taken for a mistake.
const MOST_STAGES: usize = 12;

/// What the spec has for an outcome to be followed along.
pub(super) fn followed(spec: &Spec, written: &spec::Outcome, stage: Option<Stage>) -> Vec<Need> {
    let has_systems = spec.log.system.is_some() || !spec.log.versus.is_empty();
    let all = [
        (Need::Funnel, stage.is_some_and(|stage| stage.number == 0)),
        (Need::Periods, spec.periods.is_some()),
        (Need::Systems, has_systems),
        (Need::Arms, written.arms.is_some()),
    ];
    all.into_iter().filter(|(_, has)| *has).map(|(need, _)| need).collect()
}

/// The outcomes of funnels: one a stage, then one of the whole. `first`: where the attributes of stages begin.
pub(super) fn staged(spec: &Spec, first: usize) -> Vec<(spec::Outcome, Stage)> {
    let mut all = Vec::new();
    for (index, funnel) in spec.funnels.iter().enumerate() {
        let outcome = |name: String, selected: &spec::Condition| spec::Outcome {
            name: At {
                value: name,
                origin: funnel.name.origin.clone(),
            },
            favourable: Some(funnel.favourable.clone()),
            sweep: Some(funnel.name.value.clone()),
            selected: selected.clone(),
            actual: None,
            value: None,
            list_price: None,
            unit: None,
            score: None,
            predicted: None,
            benefit: None,
            cap: None,
            classes: None,
            arms: None,
            metrics: funnel.metrics.clone(),
        };
        let stage = |number: usize| Stage {
            attribute: first + index,
            number: number as u32,
            of: funnel.stages.len() as u32,
        };
        for (place, (name, condition)) in funnel.stages.iter().enumerate() {
            let name = format!("{}: {}", funnel.name.value, name.value);
            all.push((outcome(name, condition), stage(place + 1)));
        }
        if let Some((_, last)) = funnel.stages.last() {
            let mut whole = outcome(format!("{}: all stages", funnel.name.value), last);
            // What the funnel shows as a whole is told where metrics are listed too.
            if let Some(metrics) = &mut whole.metrics {
                metrics.push(At {
                    value: "funnel_stage".to_owned(),
                    origin: Origin::Default,
                });
            }
            all.push((whole, stage(0)));
        }
    }
    all
}

/// The attributes of stages, in the order of the funnels.
pub(super) fn stages(spec: &Spec, columns: &mut Columns<'_>, faults: &mut Faults<'_>) -> Vec<Attribute> {
    let mut all = Vec::new();
    for funnel in &spec.funnels {
        let name = &funnel.name;
        if !(2..=MOST_STAGES).contains(&funnel.stages.len()) {
            faults.add(
                Diagnostic::new("bad-value", format!("a funnel has 2 to {MOST_STAGES} stages"))
                    .help("a single stage is an [[outcome]]"),
                &name.origin,
            );
        }
        let mut seen: Vec<&str> = vec!["all stages"];
        for (stage, _) in &funnel.stages {
            if seen.contains(&stage.value.as_str()) {
                faults.add(
                    Diagnostic::new(
                        "duplicate-name",
                        format!("a stage can't be called `{}` here", stage.value),
                    )
                    .help("each stage has a name of its own, and `all stages` is the whole"),
                    &stage.origin,
                );
            }
            seen.push(&stage.value);
        }
        needs_files(spec, "a funnel", &name.origin, faults);
        let conditions: Vec<_> = funnel
            .stages
            .iter()
            .filter_map(|(_, written)| condition(written, columns, faults))
            .collect();
        if let Some(counted) = conditions.iter().find(|c| matches!(c.test, Test::Counted { .. })) {
            faults.add(
                Diagnostic::new("bad-value", "`counts = true` is no stage: a row passes it or does not"),
                &counted.origin,
            );
        }
        all.push(Attribute {
            name: format!("(stages of {})", name.value),
            table: Table::Log,
            column: conditions.first().map_or(0, |condition| condition.column),
            rule: Rule::Stages(conditions),
            missing: Vec::new(),
            most: MOST_GROUPS,
            of_items: false,
            origin: name.origin.clone(),
        });
    }
    all
}

/// All axes; the attributes of their levels are added to those that there are.
pub(super) fn axes(
    spec: &Spec,
    columns: &mut Columns<'_>,
    attributes: &mut Vec<Attribute>,
    outcomes: &[Outcome],
    faults: &mut Faults<'_>,
) -> Vec<Axis> {
    let everything: Vec<usize> = (0..outcomes.len()).collect();
    let mut axes = Vec::new();
    for funnel in &spec.funnels {
        let whole = format!("{}: all stages", funnel.name.value);
        let Some(outcome) = outcomes.iter().position(|outcome| outcome.name == whole) else {
            continue;
        };
        axes.push(Axis {
            name: funnel.name.value.clone(),
            attribute: outcomes[outcome].stage.map_or(0, |stage| stage.attribute),
            kind: AxisKind::Funnel(funnel.stages.iter().map(|(name, _)| name.value.clone()).collect()),
            outcomes: vec![outcome],
        });
    }
    if let Some(periods) = &spec.periods
        && let Some((every, attribute)) = period(spec, periods, columns, faults)
    {
        let followed = periods_of(&periods.metrics, outcomes, faults);
        axes.push(Axis {
            name: every.map_or_else(|| "period".to_owned(), |every| every.id().to_owned()),
            attribute: attributes.len(),
            kind: AxisKind::Periods(every, followed),
            outcomes: everything.clone(),
        });
        attributes.push(attribute);
    }
    if let Some(name) = &spec.log.system
        && let Some(column) = columns.find(Table::Log, name, faults)
    {
        axes.push(Axis {
            name: name.value.clone(),
            attribute: attributes.len(),
            kind: AxisKind::Systems,
            outcomes: everything.clone(),
        });
        attributes.push(level("(system)", column, Rule::AsIs, &name.origin));
    }
    if let Some(path) = spec.log.versus.first() {
        axes.push(Axis {
            name: "log".to_owned(),
            attribute: attributes.len(),
            kind: AxisKind::Systems,
            outcomes: everything,
        });
        attributes.push(level("(log)", 0, Rule::Log, &path.origin));
    }
    arms(spec, columns, attributes, outcomes, &mut axes, faults);
    axes
}

fn level(name: &str, column: usize, rule: Rule, origin: &Origin) -> Attribute {
    Attribute {
        name: name.to_owned(),
        table: Table::Log,
        column,
        rule,
        missing: Vec::new(),
        most: MOST_GROUPS,
        of_items: false,
        origin: origin.clone(),
    }
}

fn needs_files(spec: &Spec, what: &str, origin: &Origin, faults: &mut Faults<'_>) {
    if spec.log.database.is_some() {
        faults.add(
            Diagnostic::new("needs-rows", format!("{what} can't be made in a database"))
                .help("make a column of it in the query, or write the table to a Parquet file and audit that"),
            origin,
        );
    }
}

/// The attribute of the period, with its length where it is made of the time.
fn period(
    spec: &Spec,
    periods: &spec::Periods,
    columns: &mut Columns<'_>,
    faults: &mut Faults<'_>,
) -> Option<(Option<Every>, Attribute)> {
    if let Some(name) = &periods.column {
        let column = columns.find(Table::Log, name, faults)?;
        return Some((None, level("(period)", column, Rule::AsIs, &name.origin)));
    }
    let asked = periods.every.as_ref()?;
    let Some(every) = Every::ALL.into_iter().find(|every| every.id() == asked.value) else {
        faults.unknown("period", "bad-value", asked, &Every::ALL.map(Every::id));
        return None;
    };
    needs_files(spec, "periods of the time", &asked.origin, faults);
    let Some(time) = &spec.log.time else {
        faults.add(
            Diagnostic::new("missing-key", "periods need the time of the rows")
                .help("name its column: [log] time = \"offered_at\", or --time offered_at"),
            &asked.origin,
        );
        return None;
    };
    let column = columns.find(Table::Log, time, faults)?;
    Some((
        Some(every),
        level("(period)", column, Rule::Period(every), &time.origin),
    ))
}

/// By outcome, what is told of each period.
fn periods_of(asked: &[At<String>], outcomes: &[Outcome], faults: &mut Faults<'_>) -> Vec<(usize, Metric)> {
    let default = [At {
        value: "selection_rate".to_owned(),
        origin: Origin::Default,
    }];
    let asked = if asked.is_empty() { &default } else { asked };
    let mut followed = Vec::new();
    for name in asked {
        let mut known = false;
        for (o, outcome) in outcomes.iter().enumerate() {
            let Some(meaning) = outcome.find(&name.value) else {
                continue;
            };
            let is_ratio = matches!(meaning.metric.entry().formula, Formula::Ratio { .. });
            if is_ratio && super::gate::can_give(outcome, meaning.metric) {
                known = true;
                followed.push((o, meaning.metric));
            }
        }
        if !known && !outcomes.is_empty() {
            faults.add(
                Diagnostic::new(
                    "metric-not-given",
                    format!("no outcome can follow `{}` over time", name.value),
                )
                .help("use a rate or a mean that the outcome has, such as selection_rate"),
                &name.origin,
            );
        }
    }
    followed.sort_by_key(|(outcome, _)| *outcome);
    followed
}

/// The arms of the outcomes that have any; outcomes of the same trial share an axis.
fn arms(
    spec: &Spec,
    columns: &mut Columns<'_>,
    attributes: &mut Vec<Attribute>,
    outcomes: &[Outcome],
    axes: &mut Vec<Axis>,
    faults: &mut Faults<'_>,
) {
    for written in &spec.outcomes {
        let Some((treatment, control)) = &written.arms else {
            continue;
        };
        let (spec::Test::Values(treated), spec::Test::Values(untreated)) = (&treatment.test, &control.test) else {
            faults.add(
                Diagnostic::new("bad-value", "`treatment` and `control` are told by `values`")
                    .help("for example: treatment = { column = \"arm\", values = [\"mail\"] }"),
                &treatment.origin,
            );
            continue;
        };
        let twice = treated.iter().find(|t| untreated.iter().any(|u| u.value == t.value));
        if treatment.column.value != control.column.value || twice.is_some() {
            faults.add(
                Diagnostic::new(
                    "bad-value",
                    "`treatment` and `control` are different values of one column",
                ),
                &control.origin,
            );
            continue;
        }
        let Some(column) = columns.find(Table::Log, &treatment.column, faults) else {
            continue;
        };
        let texts = |values: &[At<String>]| values.iter().map(|value| value.value.clone()).collect::<Vec<_>>();
        let rule = Rule::Recode(vec![
            ("control".to_owned(), texts(untreated)),
            ("treatment".to_owned(), texts(treated)),
        ]);
        let Some(outcome) = outcomes.iter().position(|outcome| outcome.name == written.name.value) else {
            continue;
        };
        let known = axes.iter().position(|axis| {
            let attribute = attributes.get(axis.attribute);
            axis.kind == AxisKind::Arms && attribute.is_some_and(|a| a.column == column && a.rule == rule)
        });
        match known {
            Some(known) => axes[known].outcomes.push(outcome),
            None => {
                let number = axes.iter().filter(|axis| axis.kind == AxisKind::Arms).count();
                let name = if number == 0 {
                    "(arm)".to_owned()
                } else {
                    format!("(arm {})", number + 1)
                };
                axes.push(Axis {
                    name: treatment.column.value.clone(),
                    attribute: attributes.len(),
                    kind: AxisKind::Arms,
                    outcomes: vec![outcome],
                });
                attributes.push(level(&name, column, rule, &treatment.origin));
            }
        }
    }
}
