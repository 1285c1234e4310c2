//! Simulated logs with a known truth, audited as a real log would be.

use std::collections::BTreeMap;

use parytet::assess::{About, Assessment, Ends, Finding, assess};
use parytet::catalogue::Contrast;
use parytet::engine::Counter;
use parytet::inference::rng::Rng;
use parytet::log::{Batch, Column, ReadSummary};
use parytet::plan::{self, Csv, Kind, Plan, Schema, Source, SourceFile, StoreOptions};
use parytet::spec;
use parytet::tally::Tally;
use parytet::verdict::{self, Say};

/// People of one group.
#[derive(Debug, Clone, Copy)]
pub struct Group {
    /// How many people.
    pub people: usize,
    /// The true selection rate.
    pub rate: f64,
}

/// How people behave.
#[derive(Debug, Clone, Copy)]
pub struct Behaviour {
    /// Intra-class correlation of a person's rows; 0: rows are independent.
    pub icc: f64,
    /// Whether people have many rows, very unequal in number, or one.
    pub many_rows: bool,
}

/// A log in memory.
#[derive(Debug, Default)]
pub struct Log {
    /// The person of each row.
    pub person: Vec<Option<i64>>,
    /// The group.
    pub group: Vec<Option<String>>,
    /// Whether the row was selected.
    pub selected: Vec<Option<i64>>,
    /// Its label.
    pub label: Vec<Option<i64>>,
    /// What it was worth.
    pub value: Vec<Option<f64>>,
    /// Its period; none where logs have no time.
    pub period: Vec<Option<i64>>,
    /// Its score.
    pub score: Vec<Option<f64>>,
    /// What its value was predicted to be.
    pub predicted: Vec<Option<f64>>,
    /// The first decides with the group, the others say nothing.
    pub features: [Vec<Option<String>>; 3],
    /// Further columns of whole numbers, by name: those of [`WHOLE`].
    pub whole: BTreeMap<&'static str, Vec<Option<i64>>>,
    /// Further columns of real numbers, by name: those of [`REAL`].
    pub real: BTreeMap<&'static str, Vec<Option<f64>>>,
}

/// Names of further columns of whole numbers that logs may have.
pub const WHOLE: [&str; 9] = [
    "request", "rank", "item", "class", "seller", "system", "arm", "clicked", "accepted",
];
/// Names of further columns of real numbers.
pub const REAL: [&str; 2] = ["popularity", "propensity"];

impl Log {
    /// Sets a further column of whole numbers in the row that is being written.
    pub fn set(&mut self, column: &'static str, value: impl Into<i64>) {
        self.whole.entry(column).or_default().push(Some(value.into()));
    }

    /// Sets a further column of real numbers in the row that is being written.
    pub fn set_real(&mut self, column: &'static str, value: f64) {
        self.real.entry(column).or_default().push(Some(value));
    }
}

/// Rows of a person: 1 to 40, with a median of 4 and a long tail.
pub fn rows(rng: &mut Rng, behaviour: Behaviour) -> usize {
    if behaviour.many_rows {
        (1.0 + (1.1 + 0.9 * rng.standard_normal()).exp()).min(40.0) as usize
    } else {
        1
    }
}

/// A person's own rate: beta with the given mean and intra-class correlation.
pub fn own_rate(rng: &mut Rng, rate: f64, icc: f64) -> f64 {
    if icc <= 0.0 {
        return rate;
    }
    let size = (1.0 - icc) / icc;
    let (a, b) = (rng.gamma(rate * size), rng.gamma((1.0 - rate) * size));
    if a + b > 0.0 { a / (a + b) } else { rate }
}

/// Draws a log.
#[must_use]
pub fn draw(rng: &mut Rng, groups: &[Group], behaviour: Behaviour) -> Log {
    let mut log = Log::default();
    let mut person = 0;
    for (g, group) in groups.iter().enumerate() {
        let name = format!("g{g}");
        for _ in 0..group.people {
            person += 1;
            let own = own_rate(rng, group.rate, behaviour.icc);
            // Values have mean 10, and the same intra-class correlation.
            let mean = 10.0 + 2.0 * behaviour.icc.sqrt() * rng.standard_normal();
            for _ in 0..rows(rng, behaviour) {
                log.person.push(Some(person));
                log.group.push(Some(name.clone()));
                log.selected.push(Some(i64::from(rng.uniform() < own)));
                log.label.push(Some(i64::from(rng.uniform() < 0.5)));
                let noise = 2.0 * (1.0 - behaviour.icc).sqrt() * rng.standard_normal();
                log.value.push(Some(mean + noise));
            }
        }
    }
    log
}

/// A log over time.
#[derive(Debug, Clone, Copy)]
pub struct Course {
    /// People, half of them in each group.
    pub people: i64,
    /// Periods; in each a person comes back half of the time, with one to three rows.
    pub periods: i64,
    /// The second group's gap in the first period.
    pub gap: f64,
    /// How it changes from period to period.
    pub slope: f64,
}

/// Draws a log over time: own rates are about 0.4, with an intra-class correlation of 0.3, and the second group's are moved.
#[must_use]
pub fn draw_periods(rng: &mut Rng, course: Course) -> Log {
    const RATE: f64 = 0.4;
    const SIZE: f64 = 0.7 / 0.3;
    let mut log = Log::default();
    for person in 0..course.people {
        let group = person % 2;
        let (a, b) = (rng.gamma(RATE * SIZE), rng.gamma((1.0 - RATE) * SIZE));
        let own = a / (a + b);
        for period in 0..course.periods {
            if rng.uniform() < 0.5 {
                continue;
            }
            let rate = if group == 1 {
                own * (1.0 + (course.gap + course.slope * period as f64) / RATE)
            } else {
                own
            };
            for _ in 0..1 + (rng.uniform() * 3.0) as usize {
                log.person.push(Some(person));
                log.group.push(Some(format!("g{group}")));
                log.selected.push(Some(i64::from(rng.uniform() < rate)));
                log.period.push(Some(period + 1));
            }
        }
    }
    log
}

/// Spec of [`draw_periods`], but for its metrics.
pub const PERIODS: &str = "[periods]\ncolumn = \"period\"\n[[protected]]\nname = \"group\"\nreference = \"g0\"\n[[outcome]]\n\
    name = \"offered\"\nfavourable = true\nselected = { column = \"selected\", values = [\"1\"] }\nmetrics = [\"periods\"]\n";

/// A plan for such logs. `spec` holds everything but the log.
#[must_use]
pub fn plan(spec: &str, persons: bool) -> Plan {
    let subject = if persons { "subject = \"person\"\n" } else { "" };
    let text = format!("[log]\npath = \"simulated\"\n{subject}{spec}");
    let typed = spec::parse(&text, "simulated.toml", ".".into()).unwrap_or_else(|faults| panic!("{faults:?}"));
    let kinds = [
        ("person", Kind::Integer),
        ("group", Kind::Text),
        ("selected", Kind::Integer),
        ("label", Kind::Integer),
        ("value", Kind::Real),
        ("score", Kind::Real),
        ("predicted", Kind::Real),
        ("kind", Kind::Text),
        ("p", Kind::Text),
        ("q", Kind::Text),
        ("period", Kind::Integer),
    ];
    let whole = WHOLE.map(|name| (name, Kind::Integer));
    let real = REAL.map(|name| (name, Kind::Real));
    let all = kinds.iter().chain(&whole).chain(&real);
    let schema = Schema {
        columns: all.map(|(name, kind)| ((*name).to_owned(), *kind)).collect(),
    };
    let source = Source {
        files: vec![SourceFile {
            name: "simulated".to_owned(),
            path: None,
            format: None,
        }],
        csv: Csv {
            delimiter: None,
            quote: b'"',
            null_values: Vec::new(),
            allow_short_rows: false,
        },
        stores: StoreOptions::default(),
        second: None,
    };
    let day = jiff::civil::date(2026, 1, 1);
    plan::resolve(&typed, source, &schema, None, day).unwrap_or_else(|faults| panic!("{faults:?}"))
}

/// Counts and assesses a log.
#[must_use]
pub fn audit(plan: &Plan, log: &Log) -> (Tally, Assessment) {
    let texts = |of: &[Option<String>]| Column::Text(of.iter().map(Option::as_deref).collect());
    let columns = plan
        .log_columns
        .iter()
        .map(|name| match name.as_str() {
            "person" => Column::Integer(log.person.clone().into()),
            "group" => texts(&log.group),
            "kind" => texts(&log.features[0]),
            "p" => texts(&log.features[1]),
            "q" => texts(&log.features[2]),
            "score" => Column::Real(log.score.clone().into()),
            "predicted" => Column::Real(log.predicted.clone().into()),
            "selected" => Column::Integer(log.selected.clone().into()),
            "period" => Column::Integer(log.period.clone().into()),
            "label" => Column::Integer(log.label.clone().into()),
            other if log.whole.contains_key(other) => Column::Integer(log.whole[other].clone().into()),
            other if log.real.contains_key(other) => Column::Real(log.real[other].clone().into()),
            _ => Column::Real(log.value.clone().into()),
        })
        .collect();
    let batch = Batch {
        file: 0,
        first_row: 0,
        rows: log.person.len(),
        lines: None,
        columns,
    };
    let counter = Counter::new(plan, None);
    let mut counting = counter.counting();
    counting.absorb(&batch).unwrap_or_else(|fault| panic!("{fault}"));
    let summary = ReadSummary {
        rows: vec![log.person.len() as u64],
        short_rows: 0,
    };
    let tally = counter
        .finish(vec![counting], &summary)
        .unwrap_or_else(|fault| panic!("{fault}"))
        .tally;
    let assessment = assess(plan, &tally).unwrap_or_else(|fault| panic!("{fault}"));
    (tally, assessment)
}

/// The interval of a metric's contrast for the last group (or over all groups); `None` when it is undefined.
#[must_use]
pub fn interval(assessment: &Assessment, metric: &str, contrast: Contrast, group: usize) -> Option<Ends> {
    assessment
        .findings
        .iter()
        .find(|f| {
            let here = match f.about {
                About::Group { group: g, .. } => g == group,
                About::Extremes { .. } => true,
                About::Everyone | About::Subgroup { .. } | About::Uncertain { .. } | About::Absent { .. } => false,
            };
            here && f.metric.id() == metric && f.contrast == contrast
        })
        .and_then(|f| f.ends)
}

/// Which finding is looked for.
#[derive(Debug, Clone, Copy)]
pub struct Sought {
    /// The outcome, the grouping and the group, by their numbers.
    pub place: (usize, usize, usize),
    /// The metric and the contrast.
    pub what: (&'static str, Contrast),
    /// The class of items; `None`: all.
    pub class: Option<&'static str>,
    /// The stage, period or system; `None`: all.
    pub at: Option<&'static str>,
}

impl Sought {
    /// A number of the second group of the first grouping.
    #[must_use]
    pub fn of(metric: &'static str, contrast: Contrast) -> Self {
        Self {
            place: (0, 0, 1),
            what: (metric, contrast),
            class: None,
            at: None,
        }
    }

    /// The finding.
    #[must_use]
    pub fn found(self, assessment: &Assessment) -> Option<&Finding> {
        let (outcome, grouping, group) = self.place;
        assessment.findings.iter().find(|f| {
            let here = match f.about {
                About::Group { grouping: of, group: g } => of == grouping && g == group,
                About::Extremes { grouping: of, .. } => of == grouping,
                _ => false,
            };
            here && f.outcome == outcome
                && (f.metric.id(), f.contrast) == self.what
                && f.item_class.as_deref() == self.class
                && f.at.as_deref() == self.at
        })
    }

    /// Whether its interval holds the truth.
    ///
    /// # Panics
    /// Without such a finding.
    #[must_use]
    pub fn holds(self, assessment: &Assessment, truth: f64) -> bool {
        match self.found(assessment) {
            Some(finding) => holds(finding.ends, truth),
            None => panic!("nothing is said of {self:?}"),
        }
    }
}

/// Whether an interval holds a value; one that is open on a side holds everything there.
#[must_use]
pub fn holds(ends: Option<Ends>, truth: f64) -> bool {
    let Some(ends) = ends else { return true };
    ends.low.is_none_or(|low| low <= truth + 1e-12) && ends.high.is_none_or(|high| truth <= high + 1e-12)
}

/// What the first gate says.
#[must_use]
pub fn say(plan: &Plan, tally: &Tally, assessment: &Assessment) -> Say {
    verdict::judge(plan, tally, assessment, &verdict::Baseline::default())[0].say
}

/// The p-value of an extreme.
#[must_use]
pub fn extreme_p(assessment: &Assessment, contrast: Contrast) -> Option<f64> {
    assessment
        .findings
        .iter()
        .find(|f| f.metric.id() == "selection_rate" && f.contrast == contrast)
        .and_then(|f| f.test.as_ref().map(|(_, p)| *p))
}

/// Outcome table and attribute shared by all simulations.
pub const SPEC: &str = r#"
[[protected]]
name = "group"
reference = "g0"
[[outcome]]
name = "offered"
favourable = true
selected = { column = "selected", values = ["1"], absent = "allow" }
actual = { column = "label", values = ["1"], absent = "allow" }
value = "value"
"#;
