//! Lists: which columns make them, and by what their places are weighed.

use super::resolve::{Columns, Faults};
use super::{Attribute, Table, Weight};
use crate::catalogue::Need;
use crate::diagnostic::Diagnostic;
use crate::ranking::{Discount, Ideal};
use crate::spec::{At, Protected, Spec};

/// Ranks of the head, and ranks between cut points.
const DEPTH: u64 = 10;
/// A deeper head is taken for a mistake.
const DEEPEST: u64 = 1000;
/// Level of the ranked group fairness test.
const FAIR_ALPHA: f64 = 0.1;
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
    })
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
    ] {
        if let (Some(origin), None) = (origin, &list.propensity) {
            faults.add(
                Diagnostic::new("missing-key", format!("`{key}` needs `propensity`")),
                origin,
            );
        }
    }
    let clip = list.clip.as_ref()?;
    if clip.value <= 0.0 {
        faults.add(Diagnostic::new("bad-value", "`clip` lies above 0"), &clip.origin);
    }
    Some(clip.value)
}
