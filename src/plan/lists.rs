//! Lists: which columns make them, and by what their places are weighed.

use super::resolve::{Columns, Faults};
use super::{Attribute, Table, Weight};
use crate::catalogue::Need;
use crate::diagnostic::Diagnostic;
use crate::ranking::{Discount, Ideal};
use crate::spec::{self, At, Protected, Spec};

/// Ranks of the head, and ranks between cut points.
const DEPTH: u64 = 10;
/// A deeper head is taken for a mistake.
const DEEPEST: u64 = 1000;
/// Level of the ranked group fairness test.
const FAIR_ALPHA: f64 = 0.1;
/// How far rounding may keep shares from adding up to 1.
const ROUNDED: f64 = 0.005;
/// Outcomes of rows that are kept list by list.
const MOST_OUTCOMES: usize = 10;

/// What is known of lists.
#[derive(Debug, Clone, PartialEq)]
pub struct Lists {
    /// Column of the request; `None`: each row is a list of its own.
    pub request: Option<usize>,
    /// Column of the rank, from 1.
    pub position: usize,
    /// Column of the item.
    pub item: Option<usize>,
    /// The item's class, as an index into the plan's attributes.
    pub class: Option<usize>,
    /// How attention falls off.
    pub discount: Discount,
    /// Column of the attention, under [`Discount::Observed`].
    pub observed: Option<usize>,
    /// Ranks of the head.
    pub depth: u32,
    /// By what list a discounted gain is measured.
    pub ideal: Ideal,
    /// What shares of item groups should be; `None`: what is known best.
    pub target: Option<Target>,
    /// Ranks between cut points.
    pub cut: usize,
    /// Level of the ranked group fairness test.
    pub fair_alpha: f64,
    /// Column of the item's popularity.
    pub popularity: Option<usize>,
    /// Column of the chance with which the item was shown there.
    pub propensity: Option<usize>,
    /// Column of the chance with which the policy in question would show it.
    pub policy: Option<usize>,
    /// Largest weight.
    pub clip: Option<f64>,
    /// How likely places are looked at.
    pub examination: Option<Examination>,
    /// What shares item classes should have, by name; `None`: those in the lists of everybody.
    pub class_target: Option<Vec<(String, f64)>>,
    /// Column of how likely a model takes the row to be selected.
    pub expected: Option<usize>,
    /// Column of the same of what the policy would show.
    pub policy_expected: Option<usize>,
}

/// How likely places are looked at.
#[derive(Debug, Clone, PartialEq)]
pub enum Examination {
    /// So likely, from the first rank on.
    Known(Vec<f64>),
    /// As items tell that stood at neighbouring ranks, down to the depth.
    Estimate,
}

/// What shares of item groups should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The shares of the attribute's population.
    Population,
    /// The shares of candidates.
    Catalogue,
    /// All alike.
    Uniform,
}

/// What an outcome's rows say as places in lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listing {
    first: bool,
    class: bool,
    side: bool,
    item: bool,
    candidates: bool,
    popularity: bool,
    propensity: bool,
    examination: bool,
    expected: bool,
}

impl Listing {
    /// Whether there is what a metric of lists needs.
    #[must_use]
    pub fn has(self, need: Need) -> bool {
        match need {
            // What hangs on no outcome is told once.
            Need::List => self.first,
            Need::Shown => self.class || self.side,
            Need::ItemClass => self.class,
            Need::ItemSide => self.side,
            Need::Item => self.item,
            Need::Candidates => self.side && (self.item || self.candidates),
            Need::Relevance => true,
            Need::Popularity => self.popularity,
            Need::Propensity => self.propensity,
            Need::Examination => self.examination,
            Need::Expected => self.expected,
            _ => false,
        }
    }
}

/// What the spec lets outcomes say of lists. `first`: it is the first outcome.
pub(super) fn listing(spec: &Spec, first: bool) -> Option<Listing> {
    let list = spec.list.as_ref()?;
    let side = |p: &Protected| p.side.as_ref().is_some_and(|side| side.value == "item");
    Some(Listing {
        first,
        class: list.item_class.is_some(),
        side: spec.protected.iter().any(side),
        item: list.item.is_some(),
        candidates: spec.protected.iter().any(|p| p.candidates.is_some()),
        popularity: list.popularity.is_some(),
        propensity: list.propensity.is_some(),
        examination: list.examination.is_some(),
        expected: list.expected.is_some(),
    })
}

/// Whether an attribute is one of items; those stand in the log, for a person's record says nothing of them.
pub(super) fn is_of_items(protected: &Protected, table: Table, faults: &mut Faults<'_>) -> bool {
    let of_items = protected.side.as_ref().filter(|side| side.value == "item");
    if let (Some(side), Table::People) = (of_items, table) {
        faults.add(
            Diagnostic::new(
                "bad-value",
                "an attribute of items stands in the log, not in the people file",
            )
            .help("join it to the log's rows, or leave `side` out"),
            &side.origin,
        );
    }
    if let (None, Some(candidates)) = (of_items, &protected.candidates) {
        faults.add(
            Diagnostic::new("bad-value", "only groups of items have `candidates`")
                .help("add side = \"item\", or leave `candidates` out"),
            &candidates.origin,
        );
    }
    of_items.is_some()
}

pub(super) fn lists(
    spec: &Spec,
    attributes: &[Attribute],
    weight: Weight,
    columns: &mut Columns<'_>,
    faults: &mut Faults<'_>,
) -> Option<Lists> {
    let list = spec.list.as_ref()?;
    if spec.log.database.is_some() {
        faults.add(
            Diagnostic::new(
                "needs-rows",
                "lists need the rows of the log, which a database does not give",
            )
            .help("write the table to a Parquet file and audit that, or leave [list] out"),
            &list.origin,
        );
    }
    if weight != Weight::One {
        faults.add(
            Diagnostic::new("bad-value", "[list] goes with neither `count` nor `weight`")
                .help("a row is one place of one list"),
            &list.origin,
        );
    }
    if spec.outcomes.len() > MOST_OUTCOMES {
        faults.add(
            Diagnostic::new(
                "bad-value",
                format!(
                    "lists are kept for {MOST_OUTCOMES} outcomes at most, and these are {}",
                    spec.outcomes.len()
                ),
            ),
            &list.origin,
        );
    }
    let mut find = |name: Option<&At<String>>| name.and_then(|name| columns.find(Table::Log, name, faults));
    let position = find(Some(&list.position));
    let request = find(list.request.as_ref());
    let item = find(list.item.as_ref());
    let observed = find(list.observed.as_ref());
    let popularity = find(list.popularity.as_ref());
    let propensity = find(list.propensity.as_ref());
    let policy = find(list.policy.as_ref());
    let expected = find(list.expected.as_ref());
    let policy_expected = find(list.policy_expected.as_ref());
    let class = list
        .item_class
        .as_ref()
        .and_then(|class| attributes.iter().position(|a| a.name == class.value));
    Some(Lists {
        request,
        position: position?,
        item,
        class,
        discount: discount(spec, faults)?,
        observed,
        depth: within(list.depth.as_ref(), "depth", DEPTH, faults) as u32,
        ideal: match list.ideal.as_ref().map(|ideal| ideal.value.as_str()) {
            Some("depth") => Ideal::Depth,
            _ => Ideal::Achievable,
        },
        target: target(spec, faults),
        cut: within(list.cut.as_ref(), "cut", DEPTH, faults) as usize,
        fair_alpha: fair_alpha(list.fair_alpha.as_ref(), faults),
        popularity,
        propensity,
        policy,
        clip: clip(spec, faults),
        examination: examination(spec, faults),
        class_target: class_target(spec, faults),
        expected,
        policy_expected,
    })
}

/// How likely places are looked at, where that can be had.
fn examination(spec: &Spec, faults: &mut Faults<'_>) -> Option<Examination> {
    let list = spec.list.as_ref()?;
    let written = list.examination.as_ref()?;
    Some(match &written.value {
        spec::Examination::Known(chances) => Examination::Known(chances.clone()),
        spec::Examination::Estimate => {
            if list.item.is_none() {
                faults.add(
                    Diagnostic::new("missing-key", "examination = \"estimate\" needs `item`")
                        .help("it comes from items that stood at neighbouring ranks: item = \"item_id\""),
                    &written.origin,
                );
            }
            Examination::Estimate
        }
    })
}

/// What shares item classes should have; they add up to 1.
fn class_target(spec: &Spec, faults: &mut Faults<'_>) -> Option<Vec<(String, f64)>> {
    let list = spec.list.as_ref()?;
    let written = list.class_target.as_ref()?;
    if list.item_class.is_none() {
        faults.add(
            Diagnostic::new("missing-key", "`class_target` needs `item_class`"),
            &written.origin,
        );
    }
    let sum: f64 = written.value.iter().map(|(_, share)| share).sum();
    if (sum - 1.0).abs() > ROUNDED {
        faults.add(
            Diagnostic::new(
                "bad-value",
                format!("the shares of `class_target` must add up to 1, and these are {sum} together"),
            ),
            &written.origin,
        );
    }
    let shares = written.value.iter();
    Some(
        shares
            .map(|(class, share)| (class.value.clone(), share / sum))
            .collect(),
    )
}

/// The discount, and whether what it goes by is given and nothing else.
fn discount(spec: &Spec, faults: &mut Faults<'_>) -> Option<Discount> {
    let list = spec.list.as_ref()?;
    let word = list.discount.as_ref().map_or("log2", |word| word.value.as_str());
    let origin = list.discount.as_ref().map_or(&list.origin, |word| &word.origin);
    let keys = [
        ("gamma", "geometric", list.gamma.as_ref().map(|gamma| &gamma.origin)),
        ("k", "step", list.k.as_ref().map(|k| &k.origin)),
        (
            "observed",
            "observed",
            list.observed.as_ref().map(|column| &column.origin),
        ),
    ];
    for (key, of, written) in keys {
        match written {
            Some(written) if of != word => faults.add(
                Diagnostic::new("bad-value", format!("`{key}` goes with discount = \"{of}\"")),
                written,
            ),
            None if of == word => {
                faults.add(
                    Diagnostic::new("missing-key", format!("discount = \"{word}\" needs `{key}`")),
                    origin,
                );
                return None;
            }
            _ => {}
        }
    }
    if word == "examination" && list.examination.is_none() {
        faults.add(
            Diagnostic::new("missing-key", "discount = \"examination\" needs `examination`"),
            origin,
        );
        return None;
    }
    match word {
        "geometric" => {
            let gamma = list.gamma.as_ref()?;
            if gamma.value <= 0.0 || gamma.value >= 1.0 {
                faults.add(
                    Diagnostic::new("bad-value", "`gamma` lies between 0 and 1"),
                    &gamma.origin,
                );
            }
            Some(Discount::Geometric(gamma.value))
        }
        "reciprocal" => Some(Discount::Reciprocal),
        "step" => Some(Discount::Step(within(list.k.as_ref(), "k", DEPTH, faults) as u32)),
        "observed" => Some(Discount::Observed),
        "examination" => Some(Discount::Examination),
        _ => Some(Discount::Log2),
    }
}

/// A number of ranks.
fn within(written: Option<&At<u64>>, key: &str, default: u64, faults: &mut Faults<'_>) -> u64 {
    let Some(ranks) = written else { return default };
    if !(1..=DEEPEST).contains(&ranks.value) {
        faults.add(
            Diagnostic::new("bad-value", format!("`{key}` lies between 1 and {DEEPEST}")),
            &ranks.origin,
        );
    }
    ranks.value
}

fn fair_alpha(written: Option<&At<f64>>, faults: &mut Faults<'_>) -> f64 {
    let Some(alpha) = written else { return FAIR_ALPHA };
    if alpha.value <= 0.0 || alpha.value >= 0.5 {
        faults.add(
            Diagnostic::new("bad-value", "`fair_alpha` lies between 0 and 0.5"),
            &alpha.origin,
        );
    }
    alpha.value
}

/// What is asked as a target, where it can be had.
fn target(spec: &Spec, faults: &mut Faults<'_>) -> Option<Target> {
    let list = spec.list.as_ref()?;
    let word = list.target.as_ref()?;
    let lacks = |lacking: &dyn Fn(&Protected) -> bool| {
        spec.protected
            .iter()
            .any(|p| p.side.as_ref().is_some_and(|side| side.value == "item") && lacking(p))
    };
    let (target, lacking) = match word.value.as_str() {
        "population" => (
            Target::Population,
            lacks(&|p| p.population.is_none()).then_some("`population` of every attribute of items"),
        ),
        "catalogue" => (
            Target::Catalogue,
            (list.item.is_none() && lacks(&|p| p.candidates.is_none()))
                .then_some("`item`, or `candidates` of every attribute of items"),
        ),
        _ => (Target::Uniform, None),
    };
    if let Some(lacking) = lacking {
        faults.add(
            Diagnostic::new("missing-key", format!("target = \"{}\" needs {lacking}", word.value)),
            &word.origin,
        );
    }
    Some(target)
}

fn clip(spec: &Spec, faults: &mut Faults<'_>) -> Option<f64> {
    let list = spec.list.as_ref()?;
    for (key, origin) in [
        ("clip", list.clip.as_ref().map(|clip| &clip.origin)),
        ("policy", list.policy.as_ref().map(|policy| &policy.origin)),
        ("expected", list.expected.as_ref().map(|column| &column.origin)),
    ] {
        if let (Some(origin), None) = (origin, &list.propensity) {
            faults.add(
                Diagnostic::new("missing-key", format!("`{key}` needs `propensity`")),
                origin,
            );
        }
    }
    // The correction of a model is of the policy's own scale, and needs both of its expectations.
    let pairs = [
        ("expected", &list.expected, "policy", &list.policy),
        ("expected", &list.expected, "policy_expected", &list.policy_expected),
        ("policy_expected", &list.policy_expected, "expected", &list.expected),
    ];
    for (key, written, needed, other) in pairs {
        if let (Some(written), None) = (written, other) {
            faults.add(
                Diagnostic::new("missing-key", format!("`{key}` needs `{needed}`")),
                &written.origin,
            );
        }
    }
    let clip = list.clip.as_ref()?;
    if clip.value <= 0.0 {
        faults.add(Diagnostic::new("bad-value", "`clip` lies above 0"), &clip.origin);
    }
    Some(clip.value)
}
