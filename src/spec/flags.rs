//! Quick flags: they end in the same spec as a file does, and win over one.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{
    At, Condition, Csv, Gate, Intersections, Origin, Outcome, People, Protected, Relation, ShortRows, Spec, Test,
};
use crate::catalogue::presets::PRESETS;
use crate::diagnostic::{Diagnostic, Place, near};

/// What was typed on the command line.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Flags {
    /// Logs, when there is no spec or in place of its own.
    pub logs: Vec<String>,
    /// `--input-format`.
    pub format: Option<String>,
    /// `--subject`.
    pub subject: Option<String>,
    /// `--time`.
    pub time: Option<String>,
    /// `--count`.
    pub count: Option<String>,
    /// `--weight`.
    pub weight: Option<String>,
    /// `--where`.
    pub filters: Vec<String>,
    /// `--people`.
    pub people: Option<String>,
    /// `--people-key`.
    pub people_key: Option<String>,
    /// `--delimiter`.
    pub delimiter: Option<String>,
    /// `--quote`.
    pub quote: Option<String>,
    /// `--null-value`.
    pub null_values: Vec<String>,
    /// `--allow-short-rows`.
    pub allow_short_rows: bool,
    /// `--protected`.
    pub protected: Vec<String>,
    /// `--stratum`.
    pub strata: Vec<String>,
    /// `--search`.
    pub search: Vec<String>,
    /// `--proxies`.
    pub proxies: Vec<String>,
    /// `--matching`.
    pub matching: Vec<String>,
    /// `--every`.
    pub every: Option<String>,
    /// `--system`.
    pub system: Option<String>,
    /// `--versus`.
    pub versus: Vec<String>,
    /// `--missing`.
    pub missing: Vec<String>,
    /// `--reference`.
    pub reference: Option<String>,
    /// `--intersection`.
    pub intersections: Vec<String>,
    /// `--min-subjects`.
    pub min_subjects: Option<u64>,
    /// `--selected`.
    pub selected: Option<String>,
    /// `--actual`.
    pub actual: Option<String>,
    /// `--value`.
    pub value: Option<String>,
    /// `--list-price`.
    pub list_price: Option<String>,
    /// `--score`.
    pub score: Option<String>,
    /// `--predicted`.
    pub predicted: Option<String>,
    /// `--metrics`.
    pub metrics: Vec<String>,
    /// `--outcome`.
    pub outcome: Option<String>,
    /// `--favourable` or `--unfavourable`.
    pub favourable: Option<bool>,
    /// `--gate`.
    pub gates: Vec<String>,
    /// `--waivers`.
    pub waivers: Option<String>,
    /// `--rule`.
    pub rule: Option<String>,
    /// `--on-inconclusive`.
    pub on_inconclusive: Option<String>,
    /// `--level`.
    pub level: Option<f64>,
    /// `--seed`.
    pub seed: Option<u64>,
    /// `--bootstrap`.
    pub bootstrap: Option<u64>,
    /// `--title`.
    pub title: Option<String>,
}

impl Flags {
    /// The flags that were given, by name, as a report may hold them: of an absolute path only the file's name.
    #[must_use]
    pub fn public(&self) -> BTreeMap<String, serde_json::Value> {
        let bare = |path: &String| match Path::new(path) {
            whole if whole.is_absolute() => whole
                .file_name()
                .map_or_else(|| path.clone(), |name| name.to_string_lossy().into_owned()),
            _ => path.clone(),
        };
        let shown = Self {
            logs: self.logs.iter().map(bare).collect(),
            people: self.people.as_ref().map(bare),
            ..self.clone()
        };
        let Ok(serde_json::Value::Object(all)) = serde_json::to_value(shown) else {
            unreachable!("flags are named texts, numbers and lists of texts");
        };
        let given = |value: &serde_json::Value| match value {
            serde_json::Value::Null | serde_json::Value::Bool(false) => false,
            serde_json::Value::Array(list) => !list.is_empty(),
            _ => true,
        };
        all.into_iter()
            // `--unfavourable` is `favourable: false`, and was given.
            .filter(|(name, value)| given(value) || (name == "favourable" && value.is_boolean()))
            .collect()
    }
}

fn at<T>(value: T, flag: &'static str) -> At<T> {
    At {
        value,
        origin: Origin::Flag(flag),
    }
}

fn fault(flag: &str, message: impl Into<String>, example: &str) -> Diagnostic {
    Diagnostic::new("bad-flag", message)
        .at(Place::of_file(flag))
        .help(format!("for example: {example}"))
}

/// Puts flags over a spec, or makes a spec of them alone. Keys that a flag changed are listed in `overridden`.
///
/// # Errors
/// Flags that can't be read, each with an example of how to write it.
pub fn apply(flags: &Flags, spec: Option<Spec>) -> Result<Spec, Vec<Diagnostic>> {
    let from_file = spec.is_some();
    let mut applied = Applied {
        spec: spec.unwrap_or_default(),
        from_file,
        faults: Vec::new(),
    };
    applied.log(flags);
    applied.groups(flags);
    applied.outcome(flags);
    applied.gates(flags);
    applied.audit(flags);
    if applied.faults.is_empty() {
        Ok(applied.spec)
    } else {
        Err(applied.faults)
    }
}

struct Applied {
    spec: Spec,
    from_file: bool,
    faults: Vec<Diagnostic>,
}

impl Applied {
    fn overrides(&mut self, key: &str) {
        if self.from_file {
            self.spec.overridden.push(key.to_owned());
        }
    }

    fn set(
        &mut self,
        key: &str,
        flag: &'static str,
        value: Option<&String>,
        slot: fn(&mut Spec) -> &mut Option<At<String>>,
    ) {
        if let Some(value) = value {
            *slot(&mut self.spec) = Some(at(value.clone(), flag));
            self.overrides(key);
        }
    }

    fn log(&mut self, flags: &Flags) {
        if !flags.logs.is_empty() {
            self.spec.log.path = flags.logs.iter().map(|p| at(p.clone(), "LOG")).collect();
            self.overrides("log.path");
        }
        self.set("log.format", "--input-format", flags.format.as_ref(), |s| {
            &mut s.log.format
        });
        self.set("log.subject", "--subject", flags.subject.as_ref(), |s| {
            &mut s.log.subject
        });
        self.set("log.system", "--system", flags.system.as_ref(), |s| &mut s.log.system);
        if !flags.versus.is_empty() {
            self.spec.log.versus = flags.versus.iter().map(|p| at(p.clone(), "--versus")).collect();
            self.overrides("log.versus");
        }
        if let Some(every) = &flags.every {
            let periods = self.spec.periods.get_or_insert_default();
            periods.every = Some(at(every.clone(), "--every"));
            periods.column = None;
            self.overrides("periods.every");
        }
        self.set("log.time", "--time", flags.time.as_ref(), |s| &mut s.log.time);
        if flags.count.is_some() || flags.weight.is_some() {
            self.spec.log.count = None;
            self.spec.log.weight = None;
        }
        self.set("log.count", "--count", flags.count.as_ref(), |s| &mut s.log.count);
        self.set("log.weight", "--weight", flags.weight.as_ref(), |s| &mut s.log.weight);
        if flags.count.is_some() && flags.weight.is_some() {
            self.faults.push(fault(
                "--weight",
                "a log has a count or a weight, not both",
                "--count freq",
            ));
        }
        if !flags.filters.is_empty() {
            let filters = flags
                .filters
                .iter()
                .filter_map(|f| self.condition("--where", f))
                .collect();
            self.spec.log.filters = filters;
            self.overrides("log.where");
        }
        self.csv(flags);
        if let Some(path) = &flags.people {
            let key = flags.people_key.clone().or_else(|| {
                self.spec
                    .people
                    .as_ref()
                    .map(|p| p.key.value.clone())
                    .or_else(|| self.spec.log.subject.as_ref().map(|s| s.value.clone()))
            });
            let Some(key) = key else {
                self.faults.push(fault(
                    "--people",
                    "a people file needs the column of the person",
                    "--people customers.csv --subject customer_id",
                ));
                return;
            };
            let csv = self
                .spec
                .people
                .as_ref()
                .map_or_else(|| self.spec.log.csv.clone(), |p| p.csv.clone());
            self.spec.people = Some(People {
                path: vec![at(path.clone(), "--people")],
                format: None,
                key: at(key, "--people-key"),
                csv,
                relation: Relation::default(),
            });
            self.overrides("people");
        } else if let (Some(key), Some(people)) = (&flags.people_key, &mut self.spec.people) {
            people.key = at(key.clone(), "--people-key");
            self.overrides("people.key");
        }
    }

    fn csv(&mut self, flags: &Flags) {
        let mut csv: Csv = self.spec.log.csv.clone();
        for (flag, text, slot) in [
            ("--delimiter", &flags.delimiter, &mut csv.delimiter),
            ("--quote", &flags.quote, &mut csv.quote),
        ] {
            let Some(text) = text else { continue };
            match text.as_str() {
                "\\t" | "tab" => *slot = Some(at(b'\t', flag)),
                text if text.len() == 1 && text.is_ascii() => {
                    *slot = Some(at(text.as_bytes()[0], flag));
                }
                _ => self.faults.push(fault(
                    flag,
                    format!("\"{text}\" is not one ASCII character"),
                    &format!("{flag} ';'"),
                )),
            }
        }
        if !flags.null_values.is_empty() {
            csv.null_values = Some(at(flags.null_values.clone(), "--null-value"));
        }
        if flags.allow_short_rows {
            csv.short_rows = Some(at(ShortRows::Allow, "--allow-short-rows"));
        }
        if csv != self.spec.log.csv {
            self.spec.log.csv = csv;
            self.overrides("log.csv");
        }
    }

    fn groups(&mut self, flags: &Flags) {
        if !flags.protected.is_empty() {
            let protected = flags
                .protected
                .iter()
                .filter_map(|p| self.attribute("--protected", p))
                .collect();
            self.spec.protected = protected;
            self.overrides("protected");
        }
        if !flags.strata.is_empty() {
            let strata = flags
                .strata
                .iter()
                .filter_map(|s| self.attribute("--stratum", s))
                .collect();
            self.spec.strata = strata;
            self.overrides("stratum");
        }
        let named = |names: &[String], flag: &'static str| {
            let names = names.iter().map(|name| at(name.trim().to_owned(), flag));
            at(names.collect(), flag)
        };
        if !flags.search.is_empty() {
            let search = self.spec.search.get_or_insert_default();
            search.columns = named(&flags.search, "--search");
            self.overrides("search.columns");
        }
        if !flags.proxies.is_empty() {
            let proxies = self.spec.proxies.get_or_insert_default();
            proxies.columns = named(&flags.proxies, "--proxies");
            self.overrides("proxies.columns");
        }
        if !flags.matching.is_empty() {
            let matching = self.spec.matching.get_or_insert_default();
            matching.columns = named(&flags.matching, "--matching");
            self.overrides("matching.columns");
        }
        for protected in &mut self.spec.protected {
            if let Some(reference) = &flags.reference {
                protected.reference = Some(at(reference.clone(), "--reference"));
            }
            protected
                .missing
                .extend(flags.missing.iter().map(|m| at(m.clone(), "--missing")));
        }
        if flags.reference.is_some() {
            self.overrides("protected.reference");
        }
        if !flags.missing.is_empty() {
            self.overrides("protected.missing");
        }
        if !flags.intersections.is_empty() {
            let all = flags.intersections.iter().any(|i| i == "all");
            let value = if all {
                Intersections::All
            } else {
                Intersections::Listed(
                    flags
                        .intersections
                        .iter()
                        .map(|names| {
                            at(
                                names
                                    .split(',')
                                    .map(|n| at(n.trim().to_owned(), "--intersection"))
                                    .collect(),
                                "--intersection",
                            )
                        })
                        .collect(),
                )
            };
            self.spec.groups.intersections = Some(at(value, "--intersection"));
            self.overrides("groups.intersections");
        }
        if let Some(n) = flags.min_subjects {
            self.spec.groups.min_subjects = Some(at(n, "--min-subjects"));
            self.overrides("groups.min_subjects");
        }
    }

    /// `gender`, `gender=column`, `age:25,45,65` or `age=column:25,45,65`.
    fn attribute(&mut self, flag: &'static str, text: &str) -> Option<Protected> {
        let (head, edges) = match text.split_once(':') {
            Some((head, edges)) => (head, Some(edges)),
            None => (text, None),
        };
        let (name, column) = match head.split_once('=') {
            Some((name, column)) => (name, Some(column)),
            None => (head, None),
        };
        let bands = match edges.map(|e| {
            e.split(',')
                .map(|x| x.trim().parse::<f64>())
                .collect::<Result<Vec<f64>, _>>()
        }) {
            None => None,
            Some(Ok(edges)) if edges.iter().all(|e| e.is_finite()) && edges.windows(2).all(|w| w[0] < w[1]) => {
                Some(edges)
            }
            Some(_) => {
                self.faults.push(fault(
                    flag,
                    format!("the bands of \"{text}\" must be ascending numbers"),
                    &format!("{flag} age:25,45,65"),
                ));
                return None;
            }
        };
        if name.trim().is_empty() {
            self.faults
                .push(fault(flag, "an attribute needs a name", &format!("{flag} gender")));
            return None;
        }
        Some(Protected {
            name: at(name.trim().to_owned(), flag),
            column: column.map(|c| at(c.trim().to_owned(), flag)),
            bands: bands.map(|b| at(b, flag)),
            ..Protected::default()
        })
    }

    fn outcome(&mut self, flags: &Flags) {
        let selected = flags.selected.as_ref().and_then(|c| self.condition("--selected", c));
        let actual = flags.actual.as_ref().and_then(|c| self.condition("--actual", c));
        let touched = flags.selected.is_some()
            || flags.actual.is_some()
            || flags.value.is_some()
            || flags.list_price.is_some()
            || flags.score.is_some()
            || flags.predicted.is_some()
            || !flags.metrics.is_empty()
            || flags.favourable.is_some()
            || flags.outcome.is_some();
        if !touched {
            return;
        }
        let metrics: Option<Vec<At<String>>> = (!flags.metrics.is_empty()).then(|| {
            let names = flags.metrics.iter();
            names.map(|name| at(name.clone(), "--metrics")).collect()
        });
        match self.spec.outcomes.as_mut_slice() {
            [] => {
                let Some(selected) = selected else {
                    if flags.selected.is_none() {
                        self.faults.push(fault(
                            "--selected",
                            "an outcome needs to know when a row counts as selected",
                            "--selected decision=yes",
                        ));
                    }
                    return;
                };
                let name = flags.outcome.clone().unwrap_or_else(|| selected.column.value.clone());
                self.spec.outcomes.push(Outcome {
                    name: at(name, "--outcome"),
                    favourable: flags
                        .favourable
                        .map(|f| at(f, if f { "--favourable" } else { "--unfavourable" })),
                    sweep: None,
                    selected,
                    actual,
                    value: flags.value.clone().map(|v| at(v, "--value")),
                    list_price: flags.list_price.clone().map(|l| at(l, "--list-price")),
                    unit: None,
                    score: flags.score.clone().map(|s| at(s, "--score")),
                    predicted: flags.predicted.clone().map(|p| at(p, "--predicted")),
                    benefit: None,
                    cap: None,
                    classes: None,
                    arms: None,
                    metrics,
                });
            }
            [outcome] => {
                let mut keys = Vec::new();
                if let Some(selected) = selected {
                    outcome.selected = selected;
                    keys.push("outcome.selected");
                }
                if let Some(actual) = actual {
                    outcome.actual = Some(actual);
                    keys.push("outcome.actual");
                }
                if let Some(value) = &flags.value {
                    outcome.value = Some(at(value.clone(), "--value"));
                    keys.push("outcome.value");
                }
                if let Some(list) = &flags.list_price {
                    outcome.list_price = Some(at(list.clone(), "--list-price"));
                    keys.push("outcome.list_price");
                }
                if let Some(score) = &flags.score {
                    outcome.score = Some(at(score.clone(), "--score"));
                    keys.push("outcome.score");
                }
                if let Some(predicted) = &flags.predicted {
                    outcome.predicted = Some(at(predicted.clone(), "--predicted"));
                    keys.push("outcome.predicted");
                }
                if metrics.is_some() {
                    outcome.metrics = metrics;
                    keys.push("outcome.metrics");
                }
                if let Some(f) = flags.favourable {
                    outcome.favourable = Some(at(f, "--favourable"));
                    keys.push("outcome.favourable");
                }
                if let Some(name) = &flags.outcome {
                    outcome.name = at(name.clone(), "--outcome");
                    keys.push("outcome.name");
                }
                for key in keys {
                    self.overrides(key);
                }
            }
            _ => self.faults.push(fault(
                "--selected",
                "the spec has several outcomes: flags can't tell which one they mean",
                "change the spec, or leave these flags out",
            )),
        }
    }

    fn gates(&mut self, flags: &Flags) {
        if !flags.gates.is_empty() {
            let gates = flags.gates.iter().filter_map(|g| self.gate(g)).collect();
            self.spec.gates = gates;
            self.overrides("gate");
        }
        for gate in &mut self.spec.gates {
            // A preset with another rule would be another preset.
            if let Some(rule) = flags.rule.as_ref().filter(|_| gate.preset.is_none()) {
                gate.rule = Some(at(rule.clone(), "--rule"));
            }
            if let Some(what) = &flags.on_inconclusive {
                gate.on_inconclusive = Some(at(what.clone(), "--on-inconclusive"));
            }
        }
        if let Some(path) = &flags.waivers {
            self.spec.waivers = Vec::new();
            self.spec.waiver_file = Some(at(path.clone(), "--waivers"));
            self.overrides("waivers");
        }
        if flags.rule.is_some() {
            self.overrides("gate.rule");
        }
        if flags.on_inconclusive.is_some() {
            self.overrides("gate.on_inconclusive");
        }
    }

    /// `METRIC>=X`, `METRIC<=X`, `METRIC:CONTRAST>=X`, or a preset.
    fn gate(&mut self, text: &str) -> Option<Gate> {
        let example = "--gate 'disparate_impact>=0.8', --gate 'selection_rate:gap>=-0.05' or --gate four_fifths";
        let found = [(">=", true), ("<=", false)]
            .into_iter()
            .find_map(|(sign, min)| text.split_once(sign).map(|(name, x)| (name, x, min)));
        let Some((name, threshold, is_min)) = found else {
            // A slip of a preset's name is told by the plan, with all of them.
            if near(text, PRESETS.iter().map(|preset| preset.id)).is_some() {
                return Some(Gate {
                    preset: Some(at(text.trim().to_owned(), "--gate")),
                    origin: Origin::Flag("--gate"),
                    ..Gate::default()
                });
            }
            self.faults
                .push(fault("--gate", format!("\"{text}\" has no threshold"), example));
            return None;
        };
        let threshold = threshold.trim();
        let Some(x) = threshold.parse::<f64>().ok().filter(|x| x.is_finite()) else {
            self.faults
                .push(fault("--gate", format!("\"{threshold}\" is not a number"), example));
            return None;
        };
        let (metric, contrast) = match name.trim().split_once(':') {
            Some((metric, contrast)) => (metric.trim(), Some(contrast.trim())),
            None => (name.trim(), None),
        };
        let mut gate = Gate {
            metric: at(metric.to_owned(), "--gate"),
            contrast: contrast.map(|c| at(c.to_owned(), "--gate")),
            origin: Origin::Flag("--gate"),
            ..Gate::default()
        };
        if is_min {
            gate.min = Some(at(x, "--gate"));
            gate.min_text = Some(threshold.to_owned());
        } else {
            gate.max = Some(at(x, "--gate"));
            gate.max_text = Some(threshold.to_owned());
        }
        Some(gate)
    }

    fn audit(&mut self, flags: &Flags) {
        if let Some(level) = flags.level {
            if level > 0.5 && level < 1.0 {
                self.spec.audit.level = Some(at(level, "--level"));
                self.overrides("audit.level");
            } else {
                self.faults
                    .push(fault("--level", "a level lies between 0.5 and 1", "--level 0.95"));
            }
        }
        if let Some(seed) = flags.seed {
            self.spec.audit.seed = Some(at(seed, "--seed"));
            self.overrides("audit.seed");
        }
        if let Some(draws) = flags.bootstrap {
            self.spec.audit.bootstrap = Some(at(draws, "--bootstrap"));
            self.overrides("audit.bootstrap");
        }
        if let Some(title) = &flags.title {
            self.spec.audit.title = Some(title.clone());
            self.overrides("audit.title");
        }
    }

    /// `column=value|value`, `column>=x`, `column>x`, `column<=x`, `column<x`.
    fn condition(&mut self, flag: &'static str, text: &str) -> Option<Condition> {
        let example = format!("{flag} 'decision=yes|maybe' or {flag} 'score>=0.5'");
        let signs = [">=", "<=", ">", "<", "="];
        let first = signs
            .into_iter()
            .filter_map(|sign| text.find(sign).map(|place| (place, sign)))
            .min_by_key(|(place, sign)| (*place, std::cmp::Reverse(sign.len())));
        let Some((place, sign)) = first else {
            self.faults
                .push(fault(flag, format!("\"{text}\" is not a condition"), &example));
            return None;
        };
        let (column, value) = (text[..place].trim(), text[place + sign.len()..].trim());
        if column.is_empty() {
            self.faults
                .push(fault(flag, format!("\"{text}\" names no column"), &example));
            return None;
        }
        let test = if sign == "=" {
            Test::Values(value.split('|').map(|v| at(v.to_owned(), flag)).collect())
        } else {
            let Some(x) = value.parse::<f64>().ok().filter(|x| x.is_finite()) else {
                self.faults
                    .push(fault(flag, format!("\"{value}\" is not a number"), &example));
                return None;
            };
            match sign {
                ">=" => Test::AtLeast(x),
                ">" => Test::Above(x),
                "<=" => Test::AtMost(x),
                _ => Test::Below(x),
            }
        };
        Some(Condition {
            column: at(column.to_owned(), flag),
            test,
            origin: Origin::Flag(flag),
            absent_allowed: false,
        })
    }
}
