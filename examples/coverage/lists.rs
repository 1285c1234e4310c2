//! Ordered lists and how often people are met, where the truth follows from how the logs were drawn.

use std::fmt::Write as _;

use parytet::catalogue::Contrast;
use parytet::inference::rng::Rng;
use parytet::inference::special::{ln_choose, ln_gamma, normal_cdf};
use parytet::ranking::{infeasible, jensen_shannon, ndkl};

use super::simulate::{Behaviour, Group, Log, Sought, audit, draw, own_rate, plan, rows};
use super::{CLUSTERED, SEED, share};

/// Ranks of a list, and of its head.
const RANKS: i64 = 4;
const DEPTH: usize = 3;
/// How often a job stands first for the first group, else it has rank 3.
const FIRST: f64 = 0.5;
/// How often what fits stands first for the first group; else it has rank 3 half of the time, and else nothing fits.
const FITS: f64 = 0.4;
/// How much seldomer either is for the second group.
pub const GAP: f64 = 0.15;
/// Target share of the items of the second seller.
const TARGET: [f64; 2] = [0.7, 0.3];

const LIST: &str = r#"
[groups]
min_subjects = 1
[[protected]]
name = "group"
reference = "g0"
[list]
request = "request"
position = "rank"
item = "item"
item_class = "class"
popularity = "popularity"
propensity = "propensity"
depth = 3
[[outcome]]
name = "clicked"
favourable = true
selected = { column = "clicked", values = ["1"], absent = "allow" }
"#;

const SELLER: &str = r#"
[[protected]]
name = "seller"
side = "item"
reference = "0"
population = { "0" = 0.7, "1" = 0.3 }
"#;

/// A spec in which these metrics are told.
fn spec<'a>(metrics: impl Iterator<Item = &'a str>, more: &str) -> String {
    let names: Vec<String> = metrics.map(|metric| format!("\"{metric}\"")).collect();
    format!("{LIST}metrics = [{}]\n{more}", names.join(", "))
}

/// What is told of people: metric, contrast, class.
pub const TOLD: [(&str, Contrast, Option<&str>); 12] = [
    ("exposure", Contrast::Gap, Some("1")),
    ("exposure", Contrast::Ratio, Some("1")),
    ("exposure_share", Contrast::Gap, Some("1")),
    ("hit_rate", Contrast::Gap, None),
    ("hit_rate", Contrast::Ratio, None),
    ("mean_reciprocal_rank", Contrast::Gap, None),
    ("ndcg", Contrast::Gap, None),
    ("snips_rate", Contrast::Gap, None),
    ("popularity", Contrast::Gap, None),
    ("taste_divergence", Contrast::Gap, None),
    ("item_coverage", Contrast::Gap, None),
    ("exposure_gini", Contrast::Gap, None),
];

/// The truth; not a number where nobody knows it.
fn truth(metric: &str, contrast: Contrast, gap: f64) -> f64 {
    // Attention of a job that has rank 3 is a half, that of the three ranks of the head 2.13.
    let whole = 1.5 + 1.0 / 3f64.log2();
    let [own, other] = [gap, 0.0].map(|gap| {
        let (first, fits) = (FIRST - gap, FITS - gap);
        let hit = fits + (1.0 - fits) / 2.0;
        match metric {
            "exposure" => f64::midpoint(1.0, first),
            "exposure_share" => f64::midpoint(1.0, first) / whole,
            "hit_rate" => hit,
            "mean_reciprocal_rank" => fits + (1.0 - fits) / 6.0,
            "ndcg" => (fits + (1.0 - fits) / 4.0) / hit,
            "snips_rate" => hit / RANKS as f64,
            // What people click goes by the gap too.
            "taste_divergence" if gap > 0.0 => f64::NAN,
            _ => 1.0,
        }
    });
    match contrast {
        Contrast::Ratio => own / other,
        _ => own - other,
    }
}

/// Draws lists; `groups` alike but for the second, which is worse off by `gap`. `seller` is the share of the second seller.
fn draw_lists(rng: &mut Rng, people: usize, (groups, gap, seller): (usize, f64, f64), behaviour: Behaviour) -> Log {
    let mut log = Log::default();
    for person in 0..people as i64 {
        let group = (rng.uniform() * groups as f64) as usize;
        let gap = if group == 1 { gap } else { 0.0 };
        let first = own_rate(rng, FIRST - gap, behaviour.icc);
        let fits = own_rate(rng, FITS - gap, behaviour.icc);
        let seller = own_rate(rng, seller, behaviour.icc);
        for request in 0..rows(rng, behaviour) as i64 {
            let job = if rng.uniform() < first { 1 } else { 3 };
            let hit = match (rng.uniform() < fits, rng.uniform() < 0.5) {
                (true, _) => 1,
                (false, true) => 3,
                (false, false) => 0,
            };
            for rank in 1..=RANKS {
                log.person.push(Some(person));
                log.group.push(Some(format!("g{group}")));
                log.set("request", request);
                log.set("rank", rank);
                let item = (rng.uniform() * 30.0) as i64;
                log.set("item", item);
                log.set("class", i64::from(rank == job));
                log.set("seller", i64::from(rng.uniform() < seller));
                log.set("clicked", i64::from(rank == hit));
                log.set_real("popularity", (item * item) as f64);
                log.set_real("propensity", 0.1 + 0.8 * rng.uniform());
            }
        }
    }
    log
}

fn title(people: usize, behaviour: Behaviour) -> String {
    let lists = if behaviour.many_rows {
        "many lists, ICC 0.3"
    } else {
        "one list each"
    };
    format!("{people}, {lists}")
}

/// Share of intervals about people that hold the truth, one number for each of [`TOLD`].
pub fn received(people: usize, gap: f64, behaviour: Behaviour, runs: usize) -> String {
    let mut metrics: Vec<&str> = TOLD.iter().map(|(metric, ..)| *metric).collect();
    metrics.dedup();
    let plan = plan(&spec(metrics.into_iter(), ""), true);
    let mut rng = Rng::new(SEED, 6_007 + people as u64 + (gap * 100.0) as u64 * 17);
    let mut held = [0; TOLD.len()];
    for _ in 0..runs {
        let log = draw_lists(&mut rng, people, (2, gap, TARGET[1]), behaviour);
        let (_, assessment) = audit(&plan, &log);
        for (held, (metric, contrast, class)) in held.iter_mut().zip(TOLD) {
            let truth = truth(metric, contrast, gap);
            let sought = Sought {
                class,
                ..Sought::of(metric, contrast)
            };
            *held += usize::from(sought.holds(&assessment, truth));
        }
    }
    let mut line = format!("| {} | {gap} |", title(people, behaviour));
    for (hits, (metric, contrast, _)) in held.into_iter().zip(TOLD) {
        if truth(metric, contrast, gap).is_nan() {
            line.push_str(" |");
        } else {
            let _ = write!(line, " {} |", share(hits, runs));
        }
    }
    line
}

/// How often the largest gap of five equal groups is significant.
pub fn largest(people: usize, behaviour: Behaviour, runs: usize) -> String {
    let metrics = [("exposure", Some("1")), ("hit_rate", None), ("ndcg", None)];
    let plan = plan(&spec(metrics.into_iter().map(|(metric, _)| metric), ""), true);
    let mut rng = Rng::new(SEED, 7_001 + people as u64);
    let mut line = format!("| {} |", title(people, behaviour));
    let mut below = [0; 3];
    for _ in 0..runs {
        let log = draw_lists(&mut rng, people, (5, 0.0, TARGET[1]), behaviour);
        let (_, assessment) = audit(&plan, &log);
        for (below, (metric, class)) in below.iter_mut().zip(metrics) {
            let sought = Sought {
                class,
                ..Sought::of(metric, Contrast::MaxGap)
            };
            let p = sought.found(&assessment).and_then(|f| f.test.as_ref().map(|(_, p)| *p));
            *below += usize::from(p.is_some_and(|p| p < 0.05));
        }
    }
    for below in below {
        let _ = write!(line, " {} |", share(below, runs));
    }
    line
}

/// The chance of each head, by how many of its items are the second seller's: own rates are beta.
fn heads(rate: f64, icc: f64) -> [f64; DEPTH + 1] {
    std::array::from_fn(|count| {
        let size = (1.0 - icc) / icc;
        let (a, b) = (rate * size, (1.0 - rate) * size);
        let rising = |from: f64, times: usize| (0..times).map(|i| from + i as f64).product::<f64>();
        rising(a, count) * rising(b, DEPTH - count) / rising(a + b, DEPTH)
    })
}

/// What is told of the second seller, or of all.
pub const SHOWN: [&str; 5] = [
    "exposure_share",
    "skew",
    "ndkl",
    "infeasible_index",
    "attention_fairness",
];

fn truth_of_sellers(metric: &str, share: f64, icc: f64) -> f64 {
    let mean = |number: &dyn Fn(&[usize]) -> f64| {
        let chances = heads(share, icc);
        let orders = (0..1usize << DEPTH).map(|bits| (0..DEPTH).map(|i| bits >> i & 1).collect::<Vec<_>>());
        orders
            .map(|order| chances[order.iter().sum::<usize>()] * number(&order))
            .sum::<f64>()
    };
    match metric {
        "exposure_share" => share,
        "skew" => (share / TARGET[1]).ln(),
        "ndkl" => mean(&|order| ndkl(order, &TARGET).unwrap_or(f64::NAN)),
        "infeasible_index" => mean(&|order| f64::from(infeasible(order, &TARGET).0)),
        _ => 1.0 - jensen_shannon(&[1.0 - share, share], &TARGET),
    }
}

/// Share of intervals about groups of items that hold the truth, one number for each of [`SHOWN`].
pub fn shown(people: usize, seller: f64, runs: usize) -> String {
    let plan = plan(&spec(SHOWN.into_iter(), SELLER), true);
    let mut rng = Rng::new(SEED, 8_009 + people as u64 + (seller * 100.0) as u64 * 17);
    let mut held = [0; SHOWN.len()];
    for _ in 0..runs {
        let log = draw_lists(&mut rng, people, (2, 0.0, seller), CLUSTERED);
        let (_, assessment) = audit(&plan, &log);
        for (held, metric) in held.iter_mut().zip(SHOWN) {
            let sought = Sought {
                place: (0, 1, 1),
                ..Sought::of(metric, Contrast::Value)
            };
            let truth = truth_of_sellers(metric, seller, CLUSTERED.icc);
            *held += usize::from(sought.holds(&assessment, truth));
        }
    }
    let mut line = format!("| {} | {seller} |", title(people, CLUSTERED));
    for hits in held {
        let _ = write!(line, " {} |", share(hits, runs));
    }
    line
}

/// How often people may be selected, for `share_above_cap`.
const CAP: usize = 3;

/// What is told of how often people are met.
pub const MET: [(&str, Contrast); 6] = [
    ("rows_per_subject", Contrast::Gap),
    ("selections_per_subject", Contrast::Gap),
    ("selections_per_subject", Contrast::Ratio),
    ("share_above_cap", Contrast::Gap),
    ("share_above_cap", Contrast::Ratio),
    ("median_selections_per_subject", Contrast::Value),
];

/// The chance of so many rows of a person, from 0 on.
fn chances_of_rows() -> Vec<f64> {
    // One and a lognormal number, cut to 40 and to whole numbers.
    let at_least = |rows: usize| match rows {
        0 | 1 => 1.0,
        41 => 0.0,
        _ => 1.0 - normal_cdf((((rows - 1) as f64).ln() - 1.1) / 0.9),
    };
    (0..=40).map(|rows| at_least(rows) - at_least(rows + 1)).collect()
}

/// The chance that a person with such a rate is selected at most so often.
fn at_most(selections: usize, rate: f64, icc: f64) -> f64 {
    let size = (1.0 - icc) / icc;
    let (a, b) = (rate * size, (1.0 - rate) * size);
    let beta = |a: f64, b: f64| {
        let ln = |x: f64| ln_gamma(x).unwrap_or(f64::NAN);
        ln(a) + ln(b) - ln(a + b)
    };
    let of = |rows: usize, selected: usize| {
        let (n, k) = (rows as f64, selected as f64);
        let ways = ln_choose(rows as u64, selected as u64).unwrap_or(f64::NAN);
        (ways + beta(a + k, b + n - k) - beta(a, b)).exp()
    };
    let chances = chances_of_rows().into_iter().enumerate();
    chances
        .map(|(rows, chance)| chance * (0..=selections.min(rows)).map(|k| of(rows, k)).sum::<f64>())
        .sum()
}

fn truth_of_meetings(metric: &str, contrast: Contrast, rates: [f64; 2]) -> f64 {
    let rows: f64 = (0..)
        .zip(chances_of_rows())
        .map(|(rows, chance)| f64::from(rows) * chance)
        .sum();
    let [other, own] = rates.map(|rate| match metric {
        "rows_per_subject" => rows,
        "selections_per_subject" => rows * rate,
        "share_above_cap" => 1.0 - at_most(CAP, rate, CLUSTERED.icc),
        _ => (0u32..)
            .find(|count| at_most(*count as usize, rate, CLUSTERED.icc) >= 0.5)
            .map_or(f64::NAN, f64::from),
    });
    match contrast {
        Contrast::Value => own,
        Contrast::Ratio => own / other,
        _ => own - other,
    }
}

/// Share of intervals about how often people are met that hold the truth, one number for each of [`MET`].
pub fn met(people: [usize; 2], rates: [f64; 2], runs: usize) -> String {
    let spec = super::SPEC.to_owned()
        + "metrics = [\"frequency\", \"share_above_cap\"]\ncap = 3\n[groups]\nmin_subjects = 1\n";
    let plan = plan(&spec, true);
    let mut rng = Rng::new(SEED, 9_001 + people[1] as u64 + (rates[1] * 100.0) as u64 * 17);
    let groups: Vec<Group> = people
        .into_iter()
        .zip(rates)
        .map(|(people, rate)| Group { people, rate })
        .collect();
    let mut held = [0; MET.len()];
    for _ in 0..runs {
        let (_, assessment) = audit(&plan, &draw(&mut rng, &groups, CLUSTERED));
        for (held, (metric, contrast)) in held.iter_mut().zip(MET) {
            let truth = truth_of_meetings(metric, contrast, rates);
            *held += usize::from(Sought::of(metric, contrast).holds(&assessment, truth));
        }
    }
    let mut line = format!("| {} + {} | {} | {} |", people[0], people[1], rates[0], rates[1]);
    for hits in held {
        let _ = write!(line, " {} |", share(hits, runs));
    }
    line
}
