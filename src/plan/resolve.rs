//! From what was typed to what it means for this log.

use jiff::civil::Date;

use super::axes::{axes, followed, staged, stages};
use super::check;
use super::crossed::{crossed, features};
use super::custom::defined;
use super::gate::{can_give, gates, not_given};
use super::group::{attributes, given, groupings};
use super::lists::lists;
use super::membership;
use super::waiver::waivers;
use super::{About, Benefit, Classes, Condition, Kind, Outcome, People, Plan, Schema, Source, Table, Test, Weight};
use crate::catalogue::{self, Family, Metric};
use crate::diagnostic::{Diagnostic, Place, near};
use crate::spec::{self, At, Origin, Spec, place_of};

/// At most so many columns are listed in an error.
const MOST_LISTED: usize = 12;

/// The faults found so far.
pub(super) struct Faults<'s> {
    spec: &'s Spec,
    pub(super) found: Vec<Diagnostic>,
}

impl<'s> Faults<'s> {
    pub(super) fn new(spec: &'s Spec) -> Self {
        Self {
            spec,
            found: Vec::new(),
        }
    }
}

impl Faults<'_> {
    pub(super) fn add(&mut self, mut fault: Diagnostic, origin: &Origin) {
        fault.place = place_of(&self.spec.source, origin).or_else(|| {
            let file = self.spec.source.path.clone();
            (!file.is_empty()).then(|| Place {
                file,
                ..Place::default()
            })
        });
        self.found.push(fault);
    }

    /// A name that is none of the known ones.
    pub(super) fn unknown(&mut self, what: &str, code: &'static str, name: &At<String>, known: &[&str]) {
        let mut fault = Diagnostic::new(code, format!("there is no {what} `{}`", name.value));
        if let Some(meant) = near(&name.value, known.iter().copied()) {
            fault = fault.help(format!("did you mean `{meant}`?"));
        }
        let listed: Vec<String> = known.iter().map(|k| format!("`{k}`")).collect();
        fault = fault.help(format!("known: {}", listed.join(", ")));
        self.add(fault, &name.origin);
    }
}

/// The columns of the log and of the people file, and which of them are used.
pub(super) struct Columns<'a> {
    log: &'a Schema,
    people: Option<&'a Schema>,
    used_log: Vec<String>,
    used_people: Vec<String>,
}

impl Columns<'_> {
    fn schema(&self, table: Table) -> Option<&Schema> {
        match table {
            Table::Log => Some(self.log),
            Table::People => self.people,
        }
    }

    pub(super) fn has(&self, table: Table, name: &str) -> bool {
        self.schema(table).is_some_and(|s| s.occurrences(name) > 0)
    }

    /// The kind of a used column.
    pub(super) fn kind(&self, table: Table, index: usize) -> Option<Kind> {
        let name = match table {
            Table::Log => self.used_log.get(index)?,
            Table::People => self.used_people.get(index)?,
        };
        self.schema(table)?.kind(name)
    }

    /// The index of a column among those used; a fault when it is not there, there twice, or of no use.
    pub(super) fn find(&mut self, table: Table, name: &At<String>, faults: &mut Faults<'_>) -> Option<usize> {
        let schema = self.schema(table)?;
        let file = match table {
            Table::Log => "the log",
            Table::People => "the people file",
        };
        match schema.occurrences(&name.value) {
            0 => {
                let columns: Vec<&str> = schema.columns.iter().map(|(n, _)| n.as_str()).collect();
                faults.add(unknown_column(&name.value, file, &columns), &name.origin);
                return None;
            }
            1 => {}
            n => {
                faults.add(
                    Diagnostic::new(
                        "repeated-column",
                        format!("{file} has {n} columns called `{}`", name.value),
                    )
                    .help("rename them, so that each name stands once in the header"),
                    &name.origin,
                );
                return None;
            }
        }
        if schema.kind(&name.value) == Some(Kind::Other) {
            faults.add(
                Diagnostic::new(
                    "unusable-column",
                    format!("the column `{}` holds lists, structures or bytes", name.value),
                )
                .help("an audit needs plain values: texts, numbers, dates or truth values"),
                &name.origin,
            );
            return None;
        }
        let used = match table {
            Table::Log => &mut self.used_log,
            Table::People => &mut self.used_people,
        };
        Some(match used.iter().position(|u| *u == name.value) {
            Some(index) => index,
            None => {
                used.push(name.value.clone());
                used.len() - 1
            }
        })
    }

    pub(super) fn unknown_in_both(&self, name: &At<String>, faults: &mut Faults<'_>) {
        let all: Vec<&str> = [Some(self.log), self.people]
            .into_iter()
            .flatten()
            .flat_map(|s| s.columns.iter().map(|(n, _)| n.as_str()))
            .collect();
        faults.add(
            unknown_column(&name.value, "neither the log nor the people file", &all),
            &name.origin,
        );
    }
}

pub(super) fn unknown_column(name: &str, file: &str, columns: &[&str]) -> Diagnostic {
    let verb = if file.starts_with("neither") { "has" } else { "has no" };
    let mut fault = Diagnostic::new(
        "unknown-column",
        if verb == "has" {
            format!("{file} has a column `{name}`")
        } else {
            format!("{file} has no column `{name}`")
        },
    );
    if let Some(meant) = near(name, columns.iter().copied()) {
        fault = fault.help(format!("did you mean `{meant}`?"));
    }
    let listed: Vec<String> = columns.iter().take(MOST_LISTED).map(|c| format!("`{c}`")).collect();
    let more = columns.len().saturating_sub(MOST_LISTED);
    fault = fault.help(if more > 0 {
        format!("the columns are {} and {more} more", listed.join(", "))
    } else {
        format!("the columns are {}", listed.join(", "))
    });
    if let [only] = columns
        && let Some(delimiter) = [';', '\t', '|'].into_iter().find(|d| only.contains(*d))
    {
        fault = fault.help(format!(
            "the header is one long field: set csv = {{ delimiter = {delimiter:?} }}, or --delimiter {delimiter:?}"
        ));
    }
    fault
}

/// Resolves a spec against the columns of its files. `as_of` decides ages where rows have no time.
///
/// # Errors
/// Every fault that can be known without reading rows.
pub fn resolve(
    spec: &Spec,
    log: Source,
    log_schema: &Schema,
    people: Option<(Source, &Schema)>,
    as_of: Date,
) -> Result<Plan, Vec<Diagnostic>> {
    let mut faults = Faults::new(spec);
    let mut columns = Columns {
        log: log_schema,
        people: people.as_ref().map(|(_, schema)| *schema),
        used_log: Vec::new(),
        used_people: Vec::new(),
    };
    let mut notes = overridden(spec);

    let mut find = |name: &Option<At<String>>, faults: &mut Faults<'_>| {
        name.as_ref().and_then(|name| columns.find(Table::Log, name, faults))
    };
    let subject = find(&spec.log.subject, &mut faults);
    let count = find(&spec.log.count, &mut faults);
    let sampling = find(&spec.log.weight, &mut faults);
    let weight = match (count, sampling) {
        (Some(c), _) => Weight::Count(c),
        (None, Some(w)) => Weight::Sampling(w),
        (None, None) => Weight::One,
    };
    if let Some(people) = &spec.people {
        columns.find(Table::People, &people.key, &mut faults);
        if spec.log.subject.is_none() {
            faults.add(
                Diagnostic::new("missing-key", "[people] needs [log] `subject`, the column to join by")
                    .help("for example: [log] subject = \"customer_id\""),
                &people.key.origin,
            );
        }
    }
    let mut features = features(spec);
    let chances = membership::features(spec);
    notes.extend(membership::notes(spec));
    features.extend(chances.iter().cloned());
    let mut attributes = attributes(spec, &features, chances.len(), &mut columns, &mut faults);
    // With a fault among them the places of attributes do not tell which are strata; the fault ends this anyway.
    let strata = attributes.len().saturating_sub(features.len());
    let protected = strata.saturating_sub(spec.strata.len());
    let groupings = groupings(spec, &attributes[..protected], &mut notes, &mut faults);
    let given = given(spec, &attributes, protected..strata, &groupings, &mut faults);
    let filters = spec
        .log
        .filters
        .iter()
        .filter_map(|c| condition(c, &mut columns, &mut faults))
        .collect();
    let defined = defined(spec, &mut faults);
    let lists = lists(spec, &attributes, weight, &mut columns, &mut faults);
    // Beside the attributes of people stand the levels along which groups are followed.
    let first_stage = attributes.len();
    attributes.extend(stages(spec, &mut columns, &mut faults));
    let checks = check::checks(spec, &mut columns, &mut faults);
    let outcomes = outcomes(
        spec,
        (weight, first_stage),
        &defined,
        &mut columns,
        &mut notes,
        &mut faults,
    );
    let axes = axes(spec, &mut columns, &mut attributes, &outcomes, &mut faults);
    if !spec.log.versus.is_empty() {
        notes.push(
            "Two logs are compared; all other numbers are of both together. Audit each alone for numbers of its own."
                .to_owned(),
        );
    }
    let mut crossed = crossed(spec, &attributes, protected, &outcomes, &mut faults);
    crossed.extend(membership::crossed(spec, &attributes, &outcomes, &mut faults));
    let gates = gates(spec, &outcomes, &attributes, &groupings, &mut faults);
    let bootstrap = bootstrap(spec, &mut faults);
    let waivers = waivers(spec, as_of, &mut faults);
    let time = time(spec, &attributes, &mut columns, &mut notes, as_of, &mut faults);

    if !faults.found.is_empty() {
        return Err(faults.found);
    }
    let first = log.files.first().map_or("", |f| f.name.as_str());
    Ok(Plan {
        about: About {
            title: spec.audit.title.clone().unwrap_or_else(|| format!("Audit of {first}")),
            system: spec.audit.system.clone(),
            owner: spec.audit.owner.clone(),
            purpose: spec.audit.purpose.clone(),
            period: spec.audit.period.clone(),
            spec: (!spec.source.path.is_empty()).then(|| file_name(&spec.source.path)),
        },
        level: spec.audit.level.as_ref().map_or(0.95, |l| l.value),
        seed: spec.audit.seed.as_ref().map_or(1, |s| s.value),
        bootstrap,
        as_of,
        log,
        log_columns: columns.used_log,
        people: people.map(|(source, _)| People {
            source,
            columns: columns.used_people,
        }),
        subject,
        time,
        weight,
        filters,
        attributes,
        groupings,
        given,
        axes,
        crossed,
        lists,
        min_subjects: spec.groups.min_subjects.as_ref().map_or(5, |m| m.value),
        checks,
        events: Vec::new(),
        outcomes,
        gates,
        waivers,
        notes,
        source: spec.source.clone(),
    })
}

/// How often people are drawn again.
fn bootstrap(spec: &Spec, faults: &mut Faults<'_>) -> Option<usize> {
    let asked = spec.audit.bootstrap.as_ref()?;
    let fault = if !(100..=10_000).contains(&asked.value) {
        Diagnostic::new("bad-value", "`bootstrap` must lie between 100 and 10000").help("for example: bootstrap = 1000")
    } else if spec.log.database.is_some() {
        Diagnostic::new(
            "needs-rows",
            "a bootstrap needs the people of the log, which a database does not give",
        )
        .help("leave `bootstrap` out, or write the table to a Parquet file and audit that")
    } else if spec.log.subject.is_none() {
        Diagnostic::new("missing-key", "`bootstrap` needs [log] `subject`: people are drawn by their id").help(
            "rows that name nobody could only be drawn by their place in the log, and another order would give other numbers",
        )
    } else {
        return Some(asked.value as usize);
    };
    faults.add(fault, &asked.origin);
    None
}

/// A path without its folders, when it is absolute: a result holds no absolute path.
pub(super) fn file_name(path: &str) -> String {
    let path = std::path::Path::new(path);
    if path.is_absolute() {
        path.file_name()
            .map(|n| n.to_string_lossy().into_owned())
            .unwrap_or_default()
    } else {
        path.to_string_lossy().replace('\\', "/")
    }
}

fn overridden(spec: &Spec) -> Vec<String> {
    if spec.overridden.is_empty() {
        return Vec::new();
    }
    vec![format!(
        "Flags on the command line won over these keys of the spec: {}.",
        spec.overridden.join(", ")
    )]
}

/// The time column, when an age needs it.
fn time(
    spec: &Spec,
    attributes: &[super::Attribute],
    columns: &mut Columns<'_>,
    notes: &mut Vec<String>,
    as_of: Date,
    faults: &mut Faults<'_>,
) -> Option<usize> {
    let banded: Vec<&super::Attribute> = attributes
        .iter()
        .filter(|a| matches!(a.rule, super::Rule::Bands(_)))
        .collect();
    let may_be_birth =
        |a: &&super::Attribute| !matches!(columns.kind(a.table, a.column), Some(Kind::Integer | Kind::Real));
    let dated = banded.iter().filter(|a| may_be_birth(a)).count() > 0;
    match &spec.log.time {
        Some(name) => {
            // A column that is named must be there, whether or not it is read.
            if !dated {
                if columns.log.occurrences(&name.value) == 0 {
                    columns.find(Table::Log, name, faults);
                }
                return None;
            }
            columns.find(Table::Log, name, faults)
        }
        None => {
            let birth = banded
                .iter()
                .any(|a| matches!(columns.kind(a.table, a.column), Some(Kind::Date | Kind::Datetime)));
            if birth {
                notes.push(format!("The log has no time: ages are those of {as_of}."));
            }
            None
        }
    }
}

pub(super) fn condition(
    written: &spec::Condition,
    columns: &mut Columns<'_>,
    faults: &mut Faults<'_>,
) -> Option<Condition> {
    let column = columns.find(Table::Log, &written.column, faults)?;
    if let spec::Test::Values(values) = &written.test
        && let Some(empty) = values.iter().find(|value| value.value.is_empty())
    {
        faults.add(
            Diagnostic::new("bad-value", "an empty field is no value, and meets no condition")
                .help("rows with an empty field are set aside as \"no decision\", and counted"),
            &empty.origin,
        );
        return None;
    }
    let numeric = !matches!(written.test, spec::Test::Values(_));
    if numeric
        && matches!(
            columns.kind(Table::Log, column),
            Some(Kind::Boolean | Kind::Date | Kind::Datetime)
        )
    {
        faults.add(
            Diagnostic::new(
                "unusable-column",
                format!("`{}` holds no numbers to compare", written.column.value),
            )
            .help("use `values`"),
            &written.origin,
        );
        return None;
    }
    Some(Condition {
        column,
        test: match &written.test {
            spec::Test::Values(values) => Test::Values(values.iter().map(|v| v.value.clone()).collect()),
            spec::Test::AtLeast(x) => Test::AtLeast(*x),
            spec::Test::Above(x) => Test::Above(*x),
            spec::Test::AtMost(x) => Test::AtMost(*x),
            spec::Test::Below(x) => Test::Below(*x),
            spec::Test::Top(top) => Test::Top(*top),
            spec::Test::Counted { empty } => Test::Counted { empty: *empty },
        },
        must_occur: !written.absent_allowed,
        origin: written.origin.clone(),
    })
}

fn outcomes(
    spec: &Spec,
    (weight, first_stage): (Weight, usize),
    defined: &[Metric],
    columns: &mut Columns<'_>,
    notes: &mut Vec<String>,
    faults: &mut Faults<'_>,
) -> Vec<Outcome> {
    if spec.outcomes.is_empty() && spec.funnels.is_empty() && spec.checks.is_empty() {
        faults.add(
            Diagnostic::new("missing-key", "no outcome is given")
                .help("in the spec: [[outcome]] with `name`, `favourable` and `selected`")
                .help("or on the command line: --selected decision=yes"),
            &Origin::Default,
        );
    }
    let mut outcomes: Vec<Outcome> = Vec::new();
    let staged = staged(spec, first_stage);
    let checked = check::outcomes(spec);
    let plain = spec.outcomes.iter().map(|written| (written, None, None));
    let stages = staged.iter().map(|(written, stage)| (written, Some(*stage), None));
    let checked = checked
        .iter()
        .enumerate()
        .map(|(index, written)| (written, None, Some(index)));
    for (written, stage, check) in plain.chain(stages).chain(checked) {
        if outcomes.iter().any(|o| o.name == written.name.value) {
            faults.add(
                Diagnostic::new(
                    "duplicate-name",
                    format!("the outcome `{}` is given twice", written.name.value),
                ),
                &written.name.origin,
            );
            continue;
        }
        let selected = condition(&written.selected, columns, faults);
        let actual = written.actual.as_ref().and_then(|c| condition(c, columns, faults));
        let mut value = written.value.as_ref().and_then(|v| columns.find(Table::Log, v, faults));
        let list_price = list_price(written, columns, faults);
        let score = written.score.as_ref().and_then(|c| columns.find(Table::Log, c, faults));
        let predicted = written
            .predicted
            .as_ref()
            .and_then(|c| columns.find(Table::Log, c, faults));
        let benefit = benefit(written, faults);
        let Some(selected) = selected else { continue };
        let mut unit = written.unit.clone();
        if let Some(index) = check
            && spec
                .checks
                .get(index)
                .is_some_and(|check| check.kind.value == "opt_out")
        {
            // Its value is how many days after the objection a row came, for which the row's time stands.
            value = spec
                .log
                .time
                .as_ref()
                .and_then(|time| columns.find(Table::Log, time, faults));
            unit = Some("days".to_owned());
        }
        counted(written, &selected, weight, faults);
        if matches!(selected.test, Test::Top(_)) && spec.log.database.is_some() {
            faults.add(
                Diagnostic::new(
                    "needs-rows",
                    "who is among the top needs the rows of the log, which a database does not give",
                )
                .help("name the lowest score with `at_least`, or write the table to a Parquet file and audit that"),
                &written.selected.origin,
            );
        }
        let favourable = match &written.favourable {
            Some(favourable) => favourable.value,
            None => {
                notes.push(format!(
                    "Being selected for `{}` is taken as good for the person, because nothing said otherwise; say --unfavourable if it is not.",
                    written.name.value
                ));
                true
            }
        };
        let mut outcome = Outcome {
            name: written.name.value.clone(),
            sweep: written.sweep.clone(),
            stage,
            followed: followed(spec, written, stage),
            favourable,
            selected,
            actual,
            value,
            list_price,
            unit,
            score,
            predicted,
            benefit,
            cap: written.cap.as_ref().map(|cap| cap.value),
            classes: written
                .classes
                .as_ref()
                .and_then(|c| classes(c, &written.selected, columns, faults)),
            check,
            stratified: !spec.strata.is_empty(),
            searched: spec.search.as_ref().is_some_and(|search| match &search.outcome {
                Some(name) => name.value == written.name.value,
                None => outcomes.is_empty(),
            }),
            suspected: spec.proxies.is_some() && outcomes.is_empty(),
            matched: spec.matching.is_some(),
            listing: super::lists::listing(spec, outcomes.is_empty()),
            uncertain: spec.protected.iter().any(|p| p.membership.is_some()),
            populated: spec
                .protected
                .iter()
                .any(|p| p.population.is_some() && p.side.as_ref().is_none_or(|side| side.value != "item")),
            defined: defined.to_vec(),
            ratios: &[],
            metrics: Vec::new(),
        };
        let given: Vec<Metric> = defined
            .iter()
            .copied()
            .filter(|metric| can_give(&outcome, *metric))
            .collect();
        outcome.ratios = catalogue::custom::ratios(&given);
        outcome.metrics = metrics(written, &outcome, faults);
        add_gated(spec, &mut outcome);
        outcomes.push(outcome);
    }
    outcomes
}

/// The classes that rows are put into, as a condition each.
fn classes(
    written: &spec::Classes,
    selected: &spec::Condition,
    columns: &mut Columns<'_>,
    faults: &mut Faults<'_>,
) -> Option<Classes> {
    let mut each = |column: &At<String>| -> Option<Vec<Condition>> {
        let conditions = written.values.value.iter().map(|value| spec::Condition {
            column: column.clone(),
            test: spec::Test::Values(vec![value.clone()]),
            origin: written.origin.clone(),
            // A class that nobody was put into is no mistake; one that is written wrongly shows in `(other)`.
            absent_allowed: true,
        });
        conditions.map(|one| condition(&one, columns, faults)).collect()
    };
    let decided = each(written.column.as_ref().unwrap_or(&selected.column));
    let actual = written.actual.as_ref().map(each);
    Some(Classes {
        names: written.values.value.iter().map(|value| value.value.clone()).collect(),
        decided: decided?,
        actual: match actual {
            Some(actual) => Some(actual?),
            None => None,
        },
    })
}

/// The column of list prices, which are held against values.
fn list_price(written: &spec::Outcome, columns: &mut Columns<'_>, faults: &mut Faults<'_>) -> Option<usize> {
    let name = written.list_price.as_ref()?;
    if written.value.is_none() {
        faults.add(
            Diagnostic::new(
                "missing-key",
                "`list_price` needs `value` in the outcome, the price that was asked",
            )
            .help("for example: value = \"paid_eur\" and list_price = \"list_eur\""),
            &name.origin,
        );
        return None;
    }
    columns.find(Table::Log, name, faults)
}

/// What a person gains: what the spec says, else the value where there is one, else being selected.
fn benefit(written: &spec::Outcome, faults: &mut Faults<'_>) -> Benefit {
    let Some(asked) = &written.benefit else {
        return if written.value.is_some() {
            Benefit::Value
        } else {
            Benefit::Selections
        };
    };
    let (needed, found) = match asked.value.as_str() {
        "selections" => (true, Benefit::Selections),
        "value" => (written.value.is_some(), Benefit::Value),
        "correctness" => (written.actual.is_some(), Benefit::Correctness),
        _ => {
            faults.unknown("benefit", "bad-value", asked, &["selections", "value", "correctness"]);
            return Benefit::Selections;
        }
    };
    if !needed {
        let lacks = if found == Benefit::Value { "value" } else { "actual" };
        faults.add(
            Diagnostic::new(
                "missing-key",
                format!("benefit = \"{}\" needs `{lacks}` in the outcome", asked.value),
            )
            .help("without `benefit` a person gains their values, or their selections where there are none"),
            &asked.origin,
        );
    }
    found
}

/// `counts = true` needs a count to be a part of, and can't be told apart by label or value.
fn counted(written: &spec::Outcome, selected: &Condition, weight: Weight, faults: &mut Faults<'_>) {
    if !matches!(selected.test, Test::Counted { .. }) {
        return;
    }
    if !matches!(weight, Weight::Count(_)) {
        faults.add(
            Diagnostic::new("missing-key", "`counts = true` needs [log] `count`")
                .help("`count` says how many rows a row stands for, `counts` how many of them were selected"),
            &written.selected.origin,
        );
    }
    let numbers = [&written.value, &written.list_price, &written.score, &written.predicted];
    if written.actual.is_some() || numbers.iter().any(|column| column.is_some()) {
        faults.add(
            Diagnostic::new(
                "bad-value",
                "`counts = true` goes with no `actual`, `value`, `list_price`, `score` or `predicted`",
            )
            .help("a row that stands for selected and unselected rows at once has no one label or value"),
            &written.selected.origin,
        );
    }
}

/// The metrics asked for, or all that the outcome can give.
fn metrics(written: &spec::Outcome, outcome: &Outcome, faults: &mut Faults<'_>) -> Vec<Metric> {
    let given = |wanted: &dyn Fn(Family) -> bool| -> Vec<Metric> {
        Metric::all()
            .chain(outcome.defined.iter().copied())
            .filter(|m| wanted(m.family()) && can_give(outcome, *m))
            .collect()
    };
    let Some(names) = &written.metrics else {
        return given(&|family| family.by_default);
    };
    if names.is_empty() {
        faults.add(
            Diagnostic::new("bad-value", "`metrics` names no metric").help("leave it out to get all"),
            &written.name.origin,
        );
    }
    let mut found = Vec::new();
    for name in names {
        if let Some(family) = Family::find(&name.value) {
            let of_family = given(&|other| other.id == family.id);
            if of_family.is_empty()
                && let Some(first) = Metric::all().find(|metric| metric.family().id == family.id)
            {
                faults.add(not_given(outcome, first, &name.value), &name.origin);
            }
            found.extend(of_family);
            continue;
        }
        match (name.value.as_str(), outcome.find(&name.value)) {
            ("default", _) => found.extend(given(&|family| family.by_default)),
            ("all", _) => found.extend(given(&|_| true)),
            (_, None) => {
                let families = catalogue::FAMILIES.map(|family| family.id);
                let known = [&["default", "all"], families.as_slice(), &catalogue::names()].concat();
                faults.unknown("metric", "unknown-metric", name, &known);
            }
            (_, Some(meaning)) if !can_give(outcome, meaning.metric) => {
                faults.add(not_given(outcome, meaning.metric, &name.value), &name.origin);
            }
            (_, Some(meaning)) => found.push(meaning.metric),
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// What a gate looks at is computed, whether or not it is listed.
fn add_gated(spec: &Spec, outcome: &mut Outcome) {
    for gate in &spec.gates {
        let about_it = gate.outcome.as_ref().is_none_or(|name| name.value == outcome.name);
        if about_it
            && let Some(meaning) = outcome.find(&gate.metric.value)
            && can_give(outcome, meaning.metric)
        {
            outcome.metrics.push(meaning.metric);
        }
    }
    outcome.metrics.sort_unstable();
    outcome.metrics.dedup();
}
