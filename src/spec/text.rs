//! The spec as a TOML file.

use std::ops::Range;
use std::path::PathBuf;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::axes::{funnel, periods, persist};
use super::check::check;
use super::condition::condition;
use super::metric::metric;
use super::outcome::outcomes;
use super::table::{Faults, Reader, number, place, texts};
use super::waiver::waiver;
use super::{
    At, Audit, Condition, Csv, Database, Examination, Gate, Groups, Intersections, List, Log, Matching, Membership,
    Origin, People, Protected, Proxies, Recode, Relation, Search, Setting, Shares, ShortRows, Spec, SpecText,
};
use crate::diagnostic::{Diagnostic, near};

/// Reads a spec. `path` is how the user named it; relative paths in it refer to `folder`.
///
/// # Errors
/// Every fault that the text alone shows, each with its line and column.
pub fn parse(text: &str, path: &str, folder: PathBuf) -> Result<Spec, Vec<Diagnostic>> {
    let source = SpecText {
        path: path.to_owned(),
        text: text.to_owned(),
        folder,
    };
    let root = match DeTable::parse(text) {
        Ok(root) => root,
        Err(error) => {
            let mut fault = Diagnostic::new("toml-syntax", lower_first(error.message()));
            if let Some(span) = error.span() {
                fault = fault.at(place(&source, span));
            }
            return Err(vec![
                fault.help("the spec is TOML: texts stand in quotes, lists in brackets"),
            ]);
        }
    };
    let mut faults = Faults {
        source: &source,
        found: Vec::new(),
    };
    let mut top = Reader::new(root.get_ref(), 0..0, "a spec", &mut faults);
    let mut spec = Spec::default();
    if let Some((table, span)) = top.table("audit", "a table") {
        spec.audit = audit(Reader::new(table, span, "[audit]", top.faults));
    }
    if let Some((table, span)) = top.table("log", "a table") {
        spec.log = log(Reader::new(table, span, "[log]", top.faults));
    }
    if let Some((table, span)) = top.table("people", "a table") {
        spec.people = people(Reader::new(table, span, "[people]", top.faults));
    }
    if let Some((table, span)) = top.table("groups", "a table") {
        spec.groups = groups(Reader::new(table, span, "[groups]", top.faults));
    }
    for (table, span) in top.tables("protected") {
        spec.protected
            .extend(protected(Reader::new(table, span, "[[protected]]", top.faults), true));
    }
    for (table, span) in top.tables("stratum") {
        spec.strata
            .extend(protected(Reader::new(table, span, "[[stratum]]", top.faults), false));
    }
    for (table, span) in top.tables("feature") {
        spec.features
            .extend(protected(Reader::new(table, span, "[[feature]]", top.faults), false));
    }
    if let Some((table, span)) = top.table("search", "a table") {
        spec.search = search(Reader::new(table, span, "[search]", top.faults));
    }
    if let Some((table, span)) = top.table("proxies", "a table") {
        spec.proxies = proxies(Reader::new(table, span, "[proxies]", top.faults));
    }
    if let Some((table, span)) = top.table("matching", "a table") {
        spec.matching = Some(matching(Reader::new(table, span, "[matching]", top.faults)));
    }
    for (table, span) in top.tables("funnel") {
        spec.funnels
            .extend(funnel(Reader::new(table, span, "[[funnel]]", top.faults)));
    }
    if let Some((table, span)) = top.table("periods", "a table") {
        spec.periods = Some(periods(Reader::new(table, span, "[periods]", top.faults)));
    }
    if let Some((table, span)) = top.table("list", "a table") {
        spec.list = list(Reader::new(table, span, "[list]", top.faults));
    }
    for (table, span) in top.tables("metric") {
        spec.metrics
            .extend(metric(Reader::new(table, span, "[[metric]]", top.faults)));
    }
    for (table, span) in top.tables("outcome") {
        spec.outcomes
            .extend(outcomes(Reader::new(table, span, "[[outcome]]", top.faults)));
    }
    for (table, span) in top.tables("check") {
        spec.checks
            .extend(check(Reader::new(table, span, "[[check]]", top.faults)));
    }
    for (table, span) in top.tables("gate") {
        spec.gates
            .extend(gate(Reader::new(table, span, "[[gate]]", top.faults), text));
    }
    for (table, span) in top.tables("waiver") {
        spec.waivers
            .extend(waiver(Reader::new(table, span, "[[waiver]]", top.faults)));
    }
    spec.waiver_file = top.name("waivers");
    top.finish();
    let found = faults.found;
    if found.is_empty() {
        spec.source = source;
        Ok(spec)
    } else {
        Err(found)
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.trim().chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => "this is not TOML".to_owned(),
    }
}

fn audit(mut table: Reader<'_, '_, '_>) -> Audit {
    let plain = |text: Option<At<String>>| text.map(|t| t.value);
    let audit = Audit {
        title: plain(table.text("title")),
        system: plain(table.text("system")),
        owner: plain(table.text("owner")),
        purpose: plain(table.text("purpose")),
        period: plain(table.text("period")),
        level: table.number("level"),
        seed: table.count("seed"),
        bootstrap: table.count("bootstrap"),
    };
    if let Some(level) = &audit.level
        && !(level.value > 0.5 && level.value < 1.0)
        && let Origin::File(span) = &level.origin
    {
        table.faults.add(
            Diagnostic::new("bad-value", "`level` must lie between 0.5 and 1").help("for example: level = 0.95"),
            span.clone(),
        );
    }
    table.finish();
    audit
}

fn log(mut table: Reader<'_, '_, '_>) -> Log {
    let path = table.texts("path").map(|p| p.value);
    let database = database(&mut table, path.as_ref().is_some_and(|path| !path.is_empty()));
    let relation = relation(&mut table, database.is_some());
    if database.is_some() && relation.is_empty() {
        table.missing("table", "table = \"sales.offers\", or query = \"SELECT …\"");
    }
    let log = Log {
        database,
        relation,
        format: table.text("format"),
        subject: table.name("subject"),
        time: table.name("time"),
        count: table.name("count"),
        weight: table.name("weight"),
        system: table.name("system"),
        versus: table.texts("versus").map(|p| p.value).unwrap_or_default(),
        filters: filters(&mut table),
        csv: csv(&mut table),
        path: path.unwrap_or_default(),
    };
    if let (
        Some(_),
        Some(At {
            origin: Origin::File(span),
            ..
        }),
    ) = (&log.count, &log.weight)
    {
        table.faults.add(
            Diagnostic::new("bad-value", "a log has a `count` or a `weight`, not both")
                .help("`count` is how many rows a row stands for, a whole number; `weight` is a sampling weight"),
            span.clone(),
        );
    }
    table.finish();
    log
}

/// The keys that name a database, where `engine` asks for one.
fn database(table: &mut Reader<'_, '_, '_>, has_path: bool) -> Option<Database> {
    let engine = table.text("engine");
    let database = Database {
        driver: table.text("driver"),
        entrypoint: table.text("entrypoint"),
        dialect: table.text("dialect"),
        uri: table.get("uri").and_then(|value| setting(table, "uri", value)),
        options: options(table),
    };
    let Some(engine) = engine else {
        if let Some(key) = database.first_key() {
            let told = Diagnostic::new("missing-key", "a database needs `engine = \"adbc\"`")
                .help("add the line engine = \"adbc\" to [log], or remove the keys of a database");
            table.faults.add(told, key);
        }
        return None;
    };
    let Origin::File(span) = &engine.origin else {
        return None;
    };
    match engine.value.as_str() {
        "embedded" => None,
        "adbc" => {
            if has_path {
                let told = Diagnostic::new("bad-value", "a log is in files or in a database, not both")
                    .help("remove `path`, or remove `engine` and the keys of the database");
                table.faults.add(told, span.clone());
            }
            if database.driver.is_none() {
                table.missing("driver", "driver = \"postgresql\", or the path of a driver's library");
            }
            Some(database)
        }
        other => {
            let mut told = Diagnostic::new("bad-value", format!("\"{other}\" is not an engine"));
            if let Some(meant) = near(other, ["embedded", "adbc"]) {
                told = told.help(format!("did you mean \"{meant}\"?"));
            }
            told = told.help("the engines are \"embedded\" (files, the default) and \"adbc\" (a database or cluster)");
            table.faults.add(told, span.clone());
            None
        }
    }
}

impl Database {
    /// Where the first of its keys stands.
    fn first_key(&self) -> Option<Range<usize>> {
        let texts = [&self.driver, &self.entrypoint, &self.dialect].into_iter().flatten();
        let texts = texts.map(|text| &text.origin);
        let settings = self
            .uri
            .iter()
            .chain(self.options.iter().map(|(_, value)| value))
            .map(|s| &s.origin);
        texts.chain(settings).find_map(|origin| match origin {
            Origin::File(span) => Some(span.clone()),
            _ => None,
        })
    }
}

/// A text, or `{ env = "NAME" }`.
fn setting(table: &mut Reader<'_, '_, '_>, key: &str, value: &Spanned<DeValue<'_>>) -> Option<At<Setting>> {
    let origin = Origin::File(value.span());
    let found = match value.get_ref() {
        DeValue::String(text) => Some(Setting::Written(text.to_string())),
        DeValue::Table(inner) => {
            inner
                .iter()
                .next()
                .and_then(|(name, text)| match (name.get_ref().as_ref(), text.get_ref()) {
                    ("env", DeValue::String(text)) if inner.len() == 1 => Some(Setting::Environment(text.to_string())),
                    _ => None,
                })
        }
        _ => None,
    };
    if found.is_none() {
        table.faults.add(
            Diagnostic::new(
                "wrong-type",
                format!("`{key}` must be a text, or name a variable of the environment"),
            )
            .help(format!("for example: {key} = \"…\", or {key} = {{ env = \"NAME\" }}")),
            value.span(),
        );
    }
    found.map(|value| At { value, origin })
}

fn options(table: &mut Reader<'_, '_, '_>) -> Vec<(String, At<Setting>)> {
    let Some(value) = table.get("options") else {
        return Vec::new();
    };
    let DeValue::Table(inner) = value.get_ref() else {
        table.faults.add(
            Diagnostic::new("wrong-type", "`options` must be a table of texts")
                .help("for example: options = { username = \"audit\", password = { env = \"PGPASSWORD\" } }"),
            value.span(),
        );
        return Vec::new();
    };
    let pairs = inner.iter().map(|(key, value)| (key.get_ref().to_string(), value));
    pairs
        .filter_map(|(key, value)| Some((key.clone(), setting(table, &key, value)?)))
        .collect()
}

/// A table or a query.
fn relation(table: &mut Reader<'_, '_, '_>, allowed: bool) -> Relation {
    let relation = Relation {
        table: table.text("table"),
        query: table.text("query"),
    };
    let first = relation.table.as_ref().or(relation.query.as_ref());
    let Some(Origin::File(span)) = first.map(|text| &text.origin) else {
        return relation;
    };
    if !allowed {
        let told = Diagnostic::new("missing-key", "a table or query needs `engine = \"adbc\"`")
            .help("add engine, driver and uri to [log], or name files with `path`");
        table.faults.add(told, span.clone());
    }
    if relation.table.is_some() && relation.query.is_some() {
        let told = Diagnostic::new("bad-value", "a log is a `table` or a `query`, not both").help("remove one of them");
        table.faults.add(told, span.clone());
    }
    relation
}

fn filters(table: &mut Reader<'_, '_, '_>) -> Vec<Condition> {
    let Some(array) = table.array("where", "a list of conditions") else {
        return Vec::new();
    };
    let mut filters = Vec::new();
    for value in array.iter() {
        match value.get_ref() {
            DeValue::Table(inner) => {
                filters.extend(condition(Reader::new(inner, value.span(), "a condition", table.faults)))
            }
            _ => table.faults.add(
                Diagnostic::new("wrong-type", "a condition must be a table")
                    .help("for example: where = [{ column = \"channel\", values = [\"email\"] }]"),
                value.span(),
            ),
        }
    }
    filters
}

pub(super) fn csv(table: &mut Reader<'_, '_, '_>) -> Csv {
    let Some((inner, span)) = table.table("csv", "a table, such as { delimiter = \";\" }") else {
        return Csv::default();
    };
    let mut reader = Reader::new(inner, span, "`csv`", table.faults);
    let byte = |reader: &mut Reader<'_, '_, '_>, key| {
        let text = reader.text(key)?;
        if let [byte] = text.value.as_bytes()
            && byte.is_ascii()
        {
            return Some(At {
                value: *byte,
                origin: text.origin,
            });
        }
        if let Origin::File(span) = text.origin {
            let fault = Diagnostic::new("bad-value", format!("`{key}` must be one ASCII character"));
            reader.faults.add(fault, span);
        }
        None
    };
    let csv = Csv {
        delimiter: byte(&mut reader, "delimiter"),
        quote: byte(&mut reader, "quote"),
        encoding: choice(&mut reader, "encoding", &["utf-8"]),
        null_values: reader.texts("null_values").map(|values| At {
            value: values.value.into_iter().map(|v| v.value).collect(),
            origin: values.origin,
        }),
        short_rows: choice(&mut reader, "short_rows", &["error", "allow"]).map(|word| At {
            value: if word.value == "allow" {
                ShortRows::Allow
            } else {
                ShortRows::Error
            },
            origin: word.origin,
        }),
    };
    reader.finish();
    csv
}

/// A word out of a few.
pub(super) fn choice(table: &mut Reader<'_, '_, '_>, key: &'static str, words: &[&str]) -> Option<At<String>> {
    let word = table.text(key)?;
    if words.contains(&word.value.as_str()) {
        return Some(word);
    }
    if let Origin::File(span) = word.origin {
        let mut fault = Diagnostic::new("bad-value", format!("`{key}` can't be \"{}\"", word.value));
        if let Some(meant) = near(&word.value, words.iter().copied()) {
            fault = fault.help(format!("did you mean \"{meant}\"?"));
        }
        let listed: Vec<String> = words.iter().map(|w| format!("\"{w}\"")).collect();
        fault = fault.help(format!("it is one of {}", listed.join(", ")));
        table.faults.add(fault, span);
    }
    None
}

fn people(mut table: Reader<'_, '_, '_>) -> Option<People> {
    let path = table.texts("path").map(|p| p.value).unwrap_or_default();
    let key = table.name("key");
    let relation = relation(&mut table, true);
    if path.is_empty() && relation.is_empty() {
        table.missing("path", "path = \"customers.csv\"");
    }
    if key.is_none() {
        table.missing("key", "key = \"customer_id\"");
    }
    let people = People {
        path,
        format: table.text("format"),
        csv: csv(&mut table),
        key: key.unwrap_or_default(),
        relation,
    };
    table.finish();
    Some(people)
}

fn groups(mut table: Reader<'_, '_, '_>) -> Groups {
    let groups = Groups {
        intersections: intersections(&mut table),
        min_subjects: table.count("min_subjects"),
        reference: table.name("reference"),
    };
    table.finish();
    groups
}

fn search(mut table: Reader<'_, '_, '_>) -> Option<Search> {
    let columns = table.texts("columns");
    if columns.is_none() {
        table.missing("columns", "columns = [\"gender\", \"age\", \"channel\"]");
    }
    let search = Search {
        metric: table.name("metric"),
        depth: table.count("depth"),
        min_subjects: table.count("min_subjects"),
        outcome: table.name("outcome"),
        columns: columns.unwrap_or_default(),
    };
    table.finish();
    Some(search)
}

fn matching(mut table: Reader<'_, '_, '_>) -> Matching {
    let (columns, nearest) = (table.texts("columns"), table.texts("nearest"));
    if columns.is_none() && nearest.is_none() {
        table.missing("columns", "columns = [\"segment\", \"tenure\"]");
    }
    let matching = Matching {
        neighbours: table.count("neighbours"),
        caliper: table.number("caliper"),
        columns: columns.unwrap_or_default(),
        nearest: nearest.unwrap_or_default(),
    };
    table.finish();
    matching
}

fn proxies(mut table: Reader<'_, '_, '_>) -> Option<Proxies> {
    let columns = table.texts("columns");
    if columns.is_none() {
        table.missing("columns", "columns = [\"postcode\", \"device\"]");
    }
    table.finish();
    Some(Proxies {
        columns: columns.unwrap_or_default(),
    })
}

fn list(mut table: Reader<'_, '_, '_>) -> Option<List> {
    let origin = Origin::File(table.span.clone());
    let position = table.name("position");
    if position.is_none() {
        table.missing("position", "position = \"rank\"");
    }
    let discounts = ["log2", "geometric", "reciprocal", "step", "observed", "examination"];
    let list = List {
        request: table.name("request"),
        item: table.name("item"),
        item_class: table.name("item_class"),
        discount: choice(&mut table, "discount", &discounts),
        gamma: table.number("gamma"),
        k: table.count("k"),
        observed: table.name("observed"),
        depth: table.count("depth"),
        ideal: choice(&mut table, "ideal", &["achievable", "depth"]),
        target: choice(&mut table, "target", &["population", "catalogue", "uniform"]),
        cut: table.count("cut"),
        fair_alpha: table.number("fair_alpha"),
        popularity: table.name("popularity"),
        propensity: table.name("propensity"),
        policy: table.name("policy"),
        clip: table.number("clip"),
        examination: examination(&mut table),
        class_target: class_target(&mut table),
        expected: table.name("expected"),
        policy_expected: table.name("policy_expected"),
        position: position.unwrap_or_default(),
        origin,
    };
    table.finish();
    Some(list).filter(|list| !list.position.value.is_empty())
}

/// The chance of each rank to be looked at, or the word `estimate`.
fn examination(table: &mut Reader<'_, '_, '_>) -> Option<At<Examination>> {
    const HELP: &str = "for example: examination = [1.0, 0.7, 0.5], or examination = \"estimate\"";
    let value = table.get("examination")?;
    let told = match value.get_ref() {
        DeValue::String(word) if word.as_ref() == "estimate" => Some(Examination::Estimate),
        DeValue::Array(array) => {
            let chances: Option<Vec<f64>> = array
                .iter()
                .map(|chance| number(chance.get_ref()).filter(|chance| *chance > 0.0 && *chance <= 1.0))
                .collect();
            chances.filter(|chances| !chances.is_empty()).map(Examination::Known)
        }
        _ => None,
    };
    let Some(told) = told else {
        let fault = "`examination` is a list of chances above 0 and at most 1, one for each rank, or \"estimate\"";
        table
            .faults
            .add(Diagnostic::new("bad-value", fault).help(HELP), value.span());
        return None;
    };
    Some(At {
        value: told,
        origin: Origin::File(value.span()),
    })
}

fn class_target(table: &mut Reader<'_, '_, '_>) -> Option<At<Shares>> {
    let example = "{ premium = 0.3, plain = 0.7 }";
    by_group(
        table,
        "class_target",
        example,
        "a share lies above 0 and is at most 1",
        |share| share > 0.0 && share <= 1.0,
    )
}

fn intersections(table: &mut Reader<'_, '_, '_>) -> Option<At<Intersections>> {
    let value = table.get("intersections")?;
    let origin = Origin::File(value.span());
    match value.get_ref() {
        DeValue::String(word) if word.as_ref() == "all" => Some(At {
            value: Intersections::All,
            origin,
        }),
        DeValue::Array(array) => {
            let mut listed = Vec::new();
            for item in array.iter() {
                if !matches!(item.get_ref(), DeValue::Array(_)) {
                    table.faults.add(
                        Diagnostic::new("wrong-type", "an intersection must be a list of attribute names")
                            .help("for example: intersections = [[\"gender\", \"age\"]]"),
                        item.span(),
                    );
                    continue;
                }
                if let Some(names) = texts("intersections", item, table.faults) {
                    listed.push(At {
                        value: names,
                        origin: Origin::File(item.span()),
                    });
                }
            }
            Some(At {
                value: Intersections::Listed(listed),
                origin,
            })
        }
        _ => {
            table.faults.add(
                Diagnostic::new(
                    "wrong-type",
                    "`intersections` must be \"all\" or a list of lists of attribute names",
                )
                .help("for example: intersections = [[\"gender\", \"age\"]]"),
                value.span(),
            );
            None
        }
    }
}

/// An attribute; a stratum is one that is compared with nobody.
fn protected(mut table: Reader<'_, '_, '_>, compared: bool) -> Option<Protected> {
    let name = table.name("name");
    if name.is_none() {
        let example = if compared {
            "name = \"gender\""
        } else {
            "name = \"product\""
        };
        table.missing("name", example);
    }
    let protected = Protected {
        column: table.name("column"),
        from: choice(&mut table, "from", &["log", "people"]),
        reference: if compared { table.name("reference") } else { None },
        population: if compared { population(&mut table) } else { None },
        side: if compared {
            choice(&mut table, "side", &["receiver", "item"])
        } else {
            None
        },
        candidates: if compared { candidates(&mut table) } else { None },
        missing: table.texts("missing").map(|m| m.value).unwrap_or_default(),
        bands: bands(&mut table),
        values: recode(&mut table),
        membership: if compared { membership(&mut table) } else { None },
        threshold: if compared { table.number("threshold") } else { None },
        name: name.unwrap_or_default(),
    };
    if let (
        Some(_),
        Some(At {
            origin: Origin::File(span),
            ..
        }),
    ) = (&protected.bands, &protected.values)
    {
        table.faults.add(
            Diagnostic::new("bad-value", "an attribute has `bands` or `values`, not both"),
            span.clone(),
        );
    }
    check_membership(&protected, table.faults);
    table.finish();
    Some(protected)
}

/// Chances leave no room for what makes groups of values.
fn check_membership(protected: &Protected, faults: &mut Faults<'_>) {
    let mut fault = |what: &str, help: &str, origin: &Origin| {
        if let Origin::File(span) = origin {
            faults.add(Diagnostic::new("bad-value", what).help(help), span.clone());
        }
    };
    let Some(membership) = &protected.membership else {
        if let Some(threshold) = &protected.threshold {
            fault(
                "`threshold` goes with `membership`",
                "for example: membership = { a = \"p_a\", b = \"p_b\" }",
                &threshold.origin,
            );
        }
        return;
    };
    if membership.value.len() < 2 {
        fault(
            "`membership` needs two groups or more",
            "what is left of 1 may be a column too: membership = { a = \"p_a\", b = \"p_not_a\" }",
            &membership.origin,
        );
    }
    let groups_of_values = protected.column.is_some()
        || protected.bands.is_some()
        || protected.values.is_some()
        || protected.population.is_some();
    if groups_of_values {
        fault(
            "`membership` goes with no `column`, `bands`, `values` or `population`",
            "its columns hold the chance to be in each group, and no group",
            &membership.origin,
        );
    }
    if let Some(threshold) = &protected.threshold
        && !(threshold.value >= 0.5 && threshold.value <= 1.0)
    {
        fault(
            "`threshold` lies between 0.5 and 1",
            "below one half somebody could be counted in two groups",
            &threshold.origin,
        );
    }
}

fn membership(table: &mut Reader<'_, '_, '_>) -> Option<At<Membership>> {
    let (inner, span) = table.table("membership", "a table of columns, such as { a = \"p_a\", b = \"p_b\" }")?;
    let mut groups: Membership = Vec::new();
    for (key, value) in inner.iter() {
        let DeValue::String(column) = value.get_ref() else {
            table.faults.add(
                Diagnostic::new("wrong-type", "each group of `membership` names a column")
                    .help("for example: membership = { a = \"p_a\", b = \"p_b\" }"),
                value.span(),
            );
            continue;
        };
        let at = |value: String, span: Range<usize>| At {
            value,
            origin: Origin::File(span),
        };
        groups.push((
            at(key.get_ref().clone().into_owned(), key.span()),
            at(column.clone().into_owned(), value.span()),
        ));
    }
    groups.sort_by_key(|(name, _)| match &name.origin {
        Origin::File(span) => span.start,
        _ => 0,
    });
    Some(At {
        value: groups,
        origin: Origin::File(span),
    })
}

fn bands(table: &mut Reader<'_, '_, '_>) -> Option<At<Vec<f64>>> {
    let array = table.array("bands", "a list of numbers, such as [25, 45, 65]")?;
    let mut edges: Vec<f64> = Vec::new();
    let mut span: Option<Range<usize>> = None;
    for item in array.iter() {
        span = Some(match span {
            None => item.span(),
            Some(s) => s.start..item.span().end,
        });
        let Some(edge) = number(item.get_ref()) else {
            table.faults.add(
                Diagnostic::new("wrong-type", "an edge of `bands` must be a finite number"),
                item.span(),
            );
            return None;
        };
        if edges.last().is_some_and(|last| *last >= edge) {
            table.faults.add(
                Diagnostic::new("bands-out-of-order", "the edges of `bands` must ascend")
                    .help("each edge begins the next band: bands = [25, 45, 65]"),
                item.span(),
            );
            return None;
        }
        edges.push(edge);
    }
    let Some(span) = span else {
        let span = table.span.clone();
        table
            .faults
            .add(Diagnostic::new("bad-value", "`bands` needs at least one edge"), span);
        return None;
    };
    Some(At {
        value: edges,
        origin: Origin::File(span),
    })
}

fn population(table: &mut Reader<'_, '_, '_>) -> Option<At<Shares>> {
    let example = "{ female = 0.51, male = 0.49 }";
    let fault = "a share of a population lies between 0 and 1";
    by_group(table, "population", example, fault, |share| share > 0.0 && share < 1.0)
}

fn candidates(table: &mut Reader<'_, '_, '_>) -> Option<At<Shares>> {
    let example = "{ small = 5000, large = 120 }";
    let fault = "candidates are a whole number of items, 1 or more";
    by_group(table, "candidates", example, fault, |items| {
        items >= 1.0 && items.fract() == 0.0
    })
}

/// A number for each group.
fn by_group(
    table: &mut Reader<'_, '_, '_>,
    key: &'static str,
    example: &str,
    fault: &str,
    fits: impl Fn(f64) -> bool,
) -> Option<At<Shares>> {
    let (inner, span) = table.table(key, &format!("a table of numbers, such as {example}"))?;
    let mut shares: Shares = Vec::new();
    for (key_of, value) in inner.iter() {
        let name = At {
            value: key_of.get_ref().clone().into_owned(),
            origin: Origin::File(key_of.span()),
        };
        match number(value.get_ref()) {
            Some(number) if fits(number) => shares.push((name, number)),
            _ => table.faults.add(
                Diagnostic::new("bad-value", fault).help(format!("for example: {key} = {example}")),
                value.span(),
            ),
        }
    }
    shares.sort_by_key(|(name, _)| match &name.origin {
        Origin::File(span) => span.start,
        _ => 0,
    });
    Some(At {
        value: shares,
        origin: Origin::File(span),
    })
}

fn recode(table: &mut Reader<'_, '_, '_>) -> Option<At<Recode>> {
    let (inner, span) = table.table("values", "a table, such as { female = [\"F\"], male = [\"M\"] }")?;
    let mut groups: Recode = Vec::new();
    for (key, value) in inner.iter() {
        let name = At {
            value: key.get_ref().clone().into_owned(),
            origin: Origin::File(key.span()),
        };
        if let Some(values) = texts("values", value, table.faults) {
            groups.push((name, values));
        }
    }
    // The parser sorts keys; people read groups in the order they wrote them.
    groups.sort_by_key(|(name, _)| match &name.origin {
        Origin::File(span) => span.start,
        _ => 0,
    });
    let mut seen: Vec<&str> = Vec::new();
    let mut twice: Vec<(String, Range<usize>)> = Vec::new();
    for value in groups.iter().flat_map(|(_, values)| values) {
        if seen.contains(&value.value.as_str())
            && let Origin::File(span) = &value.origin
        {
            twice.push((value.value.clone(), span.clone()));
        }
        seen.push(&value.value);
    }
    for (value, span) in twice {
        table.faults.add(
            Diagnostic::new(
                "duplicate-name",
                format!("the value \"{value}\" stands in `values` twice"),
            ),
            span,
        );
    }
    Some(At {
        value: groups,
        origin: Origin::File(span),
    })
}

/// Keys that a preset fills in.
const OF_PRESETS: [&str; 7] = ["metric", "contrast", "min", "max", "rule", "no_worse_than", "margin"];

fn gate(mut table: Reader<'_, '_, '_>, text: &str) -> Option<Gate> {
    let origin = Origin::File(table.span.clone());
    let preset = table.name("preset");
    if preset.is_some() {
        for key in OF_PRESETS {
            if let Some(value) = table.get(key) {
                let fault = Diagnostic::new("bad-value", format!("a gate with a preset has no `{key}` of its own"))
                    .help("leave it out, or leave out `preset` and write all of the gate");
                table.faults.add(fault, value.span());
            }
        }
    }
    let metric = table.name("metric");
    let (min, max) = (table.number("min"), table.number("max"));
    let written = |number: &Option<At<f64>>| match number {
        Some(At {
            origin: Origin::File(span),
            ..
        }) => text.get(span.clone()).map(|t| t.trim().replace('_', "")),
        _ => None,
    };
    let gate = Gate {
        name: table.name("name"),
        contrast: choice(
            &mut table,
            "contrast",
            &["value", "gap", "ratio", "max_gap", "min_ratio"],
        ),
        outcome: table.name("outcome"),
        attributes: table.texts("attributes").map(|a| a.value),
        groups: table.texts("groups").map(|g| g.value),
        item_class: table.name("item_class"),
        rule: choice(&mut table, "rule", &["point", "evidence", "assurance", "significant"]),
        persist: persist(&mut table),
        on_inconclusive: choice(&mut table, "on_inconclusive", &["fail", "warn", "pass"]),
        no_worse_than: choice(&mut table, "no_worse_than", &["baseline"]),
        margin: table.number("margin"),
        min_text: written(&min),
        max_text: written(&max),
        metric: metric.clone().unwrap_or_default(),
        preset: preset.clone(),
        origin,
        min,
        max,
    };
    if metric.is_none() && preset.is_none() {
        table.missing("metric", "metric = \"disparate_impact\", or preset = \"four_fifths\"");
    }
    if let Some(At {
        value,
        origin: Origin::File(span),
    }) = &gate.margin
        && (*value < 0.0 || gate.no_worse_than.is_none())
    {
        let fault = Diagnostic::new("bad-value", "`margin` is at least 0, and belongs to `no_worse_than`")
            .help("for example: no_worse_than = \"baseline\", margin = 0.02");
        table.faults.add(fault, span.clone());
    }
    if let Some(At {
        origin: Origin::File(span),
        ..
    }) = &gate.no_worse_than
        && (gate.min.is_some() || gate.max.is_some())
    {
        let fault = Diagnostic::new("bad-value", "a gate has thresholds or `no_worse_than`, not both")
            .help("write two gates: one with the threshold, one against the baseline");
        table.faults.add(fault, span.clone());
    }
    let written =
        preset.is_some() || gate.no_worse_than.is_some() || table.get("min").is_some() || table.get("max").is_some();
    match (&gate.min, &gate.max) {
        (None, None) if !written => table.missing("min` or `max", "min = 0.8, or no_worse_than = \"baseline\""),
        (Some(min), Some(max)) if min.value > max.value => {
            if let Origin::File(span) = &max.origin {
                table.faults.add(
                    Diagnostic::new("bad-value", "`max` lies below `min`: nothing could pass"),
                    span.clone(),
                );
            }
        }
        _ => {}
    }
    table.finish();
    Some(gate)
}
