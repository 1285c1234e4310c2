//! Sums and sums of products over people.

use super::exact::{ExactSum, Fixed, Narrow};
use super::sums::{Behind, CrossSums, Sums};
use super::{OutcomeShape, measures};
use crate::catalogue::custom::Ratio;
use crate::catalogue::{self, Linear, Measure};

/// How the measures of one outcome are stored.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layout {
    pub(super) shape: OutcomeShape,
    weighted: bool,
    pub(super) measures: Vec<Measure>,
    /// Where the sum of each measure is kept.
    sums: Vec<Slot>,
    /// Where the product sums are kept: `(a, b)` with `a <= b`, in the order of [`kept_products`].
    pub(super) second: Vec<(usize, usize, Slot)>,
    /// The products kept between two parts of the same people.
    pub(super) crossed: Vec<(usize, usize)>,
    /// Denominators of the catalogue that this outcome has, as measures with their coefficients.
    pub(super) denominators: Vec<(Linear, Vec<(usize, i64)>)>,
    integers: usize,
    reals: usize,
}

/// Integers are kept as integers, everything else as exact sums of doubles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    Integer(usize),
    Real(usize),
}

/// Positions of the accumulators of one person in one cell, for one outcome.
///
/// `counts`: rows by decision (no, yes) and, with a label, by label (unknown, negative, positive); then, with a value,
/// rows with a value by decision, rows with a list price too, and rows whose value has a logarithm. `reals`: the same by
/// weight where rows are weighted; then, with a value, its sums by decision, those of value and of list price over rows
/// with both, and that of logarithms.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) counts: &'a [u64],
    pub(super) reals: &'a [Fixed],
}

/// One person's totals in one group, by measure in the order of the layout.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Totals {
    /// Whole-number totals; unweighted where rows are weighted.
    integer: [i64; MEASURES],
    /// Totals as doubles, weighted where rows are weighted.
    real: [f64; MEASURES],
}

impl Totals {
    /// The total of a measure, by its place in the layout.
    pub(super) fn real(&self, measure: usize) -> f64 {
        self.real[measure]
    }
}

/// How many measures there are at most.
const MEASURES: usize = Measure::ALL.len();

/// The products of two measures that some metric needs, as indices `(a, b)` with `a <= b` into `measures`.
fn kept_products(measures: &[Measure], ratios: &[Ratio]) -> Vec<(usize, usize)> {
    let index = |m: Measure| measures.iter().position(|other| *other == m);
    catalogue::products(ratios)
        .into_iter()
        .filter_map(|(a, b)| Some((index(a)?, index(b)?)))
        .map(|(a, b)| (a.min(b), a.max(b)))
        .collect()
}

impl Layout {
    pub(super) fn new(shape: OutcomeShape, weighted: bool) -> Self {
        let measures = measures(shape);
        let is_real = |m: Measure| match m {
            Measure::Subjects | Measure::EverSelected => false,
            Measure::OwnRate => true,
            _ => weighted || m.is_amount(),
        };
        let (mut integers, mut reals) = (0, 0);
        let mut slot = |real: bool| {
            let next = if real { &mut reals } else { &mut integers };
            *next += 1;
            if real {
                Slot::Real(*next - 1)
            } else {
                Slot::Integer(*next - 1)
            }
        };
        let sums = measures.iter().map(|&m| slot(is_real(m))).collect();
        let products = kept_products(&measures, shape.ratios);
        let crossed = ordered(products.iter().copied());
        let second = products
            .into_iter()
            .map(|(a, b)| (a, b, slot(is_real(measures[a]) || is_real(measures[b]))))
            .collect();
        let denominators = catalogue::denominators(shape.ratios)
            .into_iter()
            .filter(|linear| linear.iter().all(|(m, _)| measures.contains(m)))
            .map(|linear| {
                // What stands behind a sum of list prices is the rows that have one.
                let index = |m: &Measure| measures.iter().position(|other| *other == m.counted());
                let coefficients = linear
                    .iter()
                    .filter_map(|(m, c)| Some((index(m)?, i64::from(*c))))
                    .collect();
                (linear, coefficients)
            })
            .collect();
        Self {
            shape,
            weighted,
            measures,
            sums,
            second,
            crossed,
            denominators,
            integers,
            reals,
        }
    }

    /// The largest [`Self::counts`] and [`Self::real_sums`].
    pub(super) const MOST_COUNTS: usize = 10;
    pub(super) const MOST_REALS: usize = 15;

    /// How many row counts a person has per cell.
    pub(super) fn counts(&self) -> usize {
        self.logged_rows() + usize::from(self.shape.logs)
    }

    /// How many real sums a person has per cell.
    pub(super) fn real_sums(&self) -> usize {
        let weights = if self.weighted { self.counts() } else { 0 };
        weights + self.log_sum() + usize::from(self.shape.logs)
    }

    /// Where rows with a list price are counted.
    pub(super) fn listed_rows(&self) -> usize {
        self.patterns() + if self.shape.value { 2 } else { 0 }
    }

    /// Where rows whose value has a logarithm are counted.
    pub(super) fn logged_rows(&self) -> usize {
        self.listed_rows() + usize::from(self.shape.list)
    }

    /// Where the sum of logarithms stands among those of amounts; before it those of values by decision, then of values
    /// and of list prices over rows with both.
    pub(super) fn log_sum(&self) -> usize {
        (if self.shape.value { 2 } else { 0 }) + if self.shape.list { 2 } else { 0 }
    }

    /// Where the sum of values over rows with a list price stands; that of list prices comes next.
    pub(super) const LISTED_SUMS: usize = 2;

    /// How many combinations of decision and label there are.
    pub(super) fn patterns(&self) -> usize {
        if self.shape.label { 6 } else { 2 }
    }

    /// A person's total of a measure; 0 for one that the outcome does not have.
    pub(super) fn total(&self, totals: &Totals, measure: Measure) -> f64 {
        let index = self.measures.iter().position(|m| *m == measure);
        index.map_or(0.0, |i| totals.real[i])
    }

    /// A person's totals; `None` when nothing of the person is audited for this outcome.
    pub(super) fn totals(&self, part: Part<'_>) -> Option<Totals> {
        let patterns = self.patterns();
        let rows: u64 = part.counts[..patterns].iter().sum();
        if rows == 0 {
            return None;
        }
        let (integer, real) = if self.weighted {
            let values = self.counts();
            (
                self.by_measure(|i| part.counts[i] as f64, |_| 0.0),
                self.by_measure(|i| part.reals[i].value(), |i| part.reals[values + i].value()),
            )
        } else {
            let both = self.by_measure(|i| part.counts[i] as f64, |i| part.reals[i].value());
            (both, both)
        };
        let weight = real[0];
        if weight <= 0.0 {
            return None;
        }
        Some(Totals {
            integer: integer.map(|x| x as i64),
            real,
        })
    }

    /// The measures from row counts (or weights) `n(i)` and value sums `v(i)`.
    #[inline]
    fn by_measure(&self, n: impl Fn(usize) -> f64, v: impl Fn(usize) -> f64) -> [f64; MEASURES] {
        let patterns = self.patterns();
        let half = patterns / 2;
        let mut unselected = 0.0;
        let mut selected = 0.0;
        for i in 0..half {
            unselected += n(i);
            selected += n(half + i);
        }
        let rows = unselected + selected;
        let (negative, positive) = (1, 2);
        let mut all = [0.0; MEASURES];
        for (value, m) in all.iter_mut().zip(&self.measures) {
            *value = match m {
                Measure::Rows => rows,
                Measure::Selected => selected,
                Measure::Subjects => 1.0,
                Measure::EverSelected => f64::from(u8::from(selected > 0.0)),
                Measure::OwnRate => selected / rows,
                Measure::Labelled => n(negative) + n(positive) + n(half + negative) + n(half + positive),
                Measure::LabelledSelected => n(half + negative) + n(half + positive),
                Measure::Actual => n(positive) + n(half + positive),
                Measure::TruePositive => n(half + positive),
                Measure::ValueRows => n(patterns) + n(patterns + 1),
                Measure::SelectedValueRows => n(patterns + 1),
                Measure::Value => v(0) + v(1),
                Measure::SelectedValue => v(1),
                Measure::ListedRows => n(self.listed_rows()),
                Measure::ListedValue => v(Self::LISTED_SUMS),
                Measure::ListPrice => v(Self::LISTED_SUMS + 1),
                Measure::LoggedRows => n(self.logged_rows()),
                Measure::LogValue => v(self.log_sum()),
            };
        }
        all
    }
}

/// Running sums over people.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Moments {
    people: u64,
    integers: Vec<i128>,
    reals: Vec<ExactSum>,
    /// By denominator of the layout: people and rows behind it.
    behind: Vec<Behind>,
}

impl Moments {
    pub(super) fn new(layout: &Layout) -> Self {
        Self {
            people: 0,
            integers: vec![0; layout.integers],
            reals: vec![ExactSum::default(); layout.reals],
            behind: vec![Behind::default(); layout.denominators.len()],
        }
    }

    /// Adds `times` people with these totals.
    pub(super) fn add(&mut self, layout: &Layout, x: &Totals, times: u64) {
        if times == 0 {
            return;
        }
        self.people += times;
        let weight = times as f64;
        let whole = i128::from(times);
        for (m, slot) in layout.sums.iter().enumerate() {
            match *slot {
                Slot::Integer(i) => self.integers[i] += whole * i128::from(x.integer[m]),
                Slot::Real(i) => self.reals[i].add(x.real[m] * weight),
            }
        }
        // A person has no more of anything than rows, nearly always few enough for the shorter product.
        let few = x.integer[0] < 1 << 31 && times == 1;
        for &(a, b, slot) in &layout.second {
            match slot {
                Slot::Integer(i) if few => self.integers[i] += i128::from(x.integer[a] * x.integer[b]),
                Slot::Integer(i) => {
                    self.integers[i] += whole * (i128::from(x.integer[a]) * i128::from(x.integer[b]));
                }
                Slot::Real(i) => self.reals[i].add(x.real[a] * x.real[b] * weight),
            }
        }
        for (behind, (linear, coefficients)) in self.behind.iter_mut().zip(&layout.denominators) {
            let rows: i64 = coefficients.iter().map(|(m, c)| c * x.integer[*m]).sum();
            if rows > 0 {
                behind.subjects += times;
                // A denominator of people has all of their rows behind it.
                let rows = if linear[0].0 == Measure::Subjects {
                    x.integer[0]
                } else {
                    rows
                };
                behind.rows += times * rows.unsigned_abs();
            }
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.people += other.people;
        for (a, b) in self.integers.iter_mut().zip(&other.integers) {
            *a += b;
        }
        for (a, b) in self.reals.iter_mut().zip(&other.reals) {
            a.merge(b);
        }
        for (a, b) in self.behind.iter_mut().zip(&other.behind) {
            a.subjects += b.subjects;
            a.rows += b.rows;
        }
    }

    /// Takes away what was added before.
    pub(super) fn subtract(&mut self, other: &Self) {
        self.people -= other.people;
        for (a, b) in self.integers.iter_mut().zip(&other.integers) {
            *a -= b;
        }
        for (a, b) in self.reals.iter_mut().zip(&other.reals) {
            a.subtract(b);
        }
        for (a, b) in self.behind.iter_mut().zip(&other.behind) {
            a.subjects -= b.subjects;
            a.rows -= b.rows;
        }
    }

    /// The sums as doubles, each rounded once; `None` when a value left the range of exact sums.
    pub(super) fn finish(&self, layout: &Layout) -> Option<Sums> {
        let number = |slot: Slot| match slot {
            Slot::Integer(i) => Some(self.integers[i] as f64),
            Slot::Real(i) => self.reals[i].value(),
        };
        Some(Sums {
            measures: layout.measures.clone(),
            products: layout.second.iter().map(|&(a, b, _)| (a, b)).collect(),
            subjects: self.people,
            sums: layout.sums.iter().map(|&slot| number(slot)).collect::<Option<_>>()?,
            second: layout
                .second
                .iter()
                .map(|&(_, _, slot)| number(slot))
                .collect::<Option<_>>()?,
            behind: layout
                .denominators
                .iter()
                .map(|(linear, _)| *linear)
                .zip(self.behind.iter().copied())
                .collect(),
        })
    }
}

/// How a measure of a person who is one row grows: not at all, with the row's weight, or with its weighted value, list
/// price or logarithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Growth {
    One,
    Weight,
    Value,
    List,
    Log,
}

fn growth(measure: Measure) -> Growth {
    match measure {
        Measure::Subjects | Measure::EverSelected | Measure::OwnRate => Growth::One,
        Measure::Value | Measure::SelectedValue | Measure::ListedValue => Growth::Value,
        Measure::ListPrice => Growth::List,
        Measure::LogValue => Growth::Log,
        _ => Growth::Weight,
    }
}

/// What a row has beside its decision and label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(super) struct Has {
    pub(super) value: bool,
    pub(super) list: bool,
    pub(super) log: bool,
}

impl Has {
    pub(super) const NOTHING: Has = Has {
        value: false,
        list: false,
        log: false,
    };
    pub(super) const VALUE: Has = Has {
        value: true,
        list: false,
        log: false,
    };

    /// Every combination of a value with more.
    pub(super) const MORE: [Has; 3] = [
        Has {
            value: true,
            list: true,
            log: false,
        },
        Has {
            value: true,
            list: false,
            log: true,
        },
        Has {
            value: true,
            list: true,
            log: true,
        },
    ];
}

/// A row's value with what goes with it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Amounts {
    pub(super) value: Option<f64>,
    /// The list price, where there is a value too.
    pub(super) list: Option<f64>,
    /// Natural logarithm of the value.
    pub(super) log: Option<f64>,
}

impl Amounts {
    pub(super) fn has(&self) -> Has {
        Has {
            value: self.value.is_some(),
            list: self.list.is_some(),
            log: self.log.is_some(),
        }
    }
}

impl Layout {
    /// What a row adds of amounts, where NaN is none.
    #[inline]
    pub(super) fn amounts(&self, value: f64, list: f64) -> Amounts {
        let known = !value.is_nan();
        Amounts {
            value: known.then_some(value),
            list: (self.shape.list && known && list > 0.0).then_some(list),
            log: (self.shape.logs && value > 0.0).then(|| value.ln()),
        }
    }
}

/// Rows of one pattern, each a person of its own. All their moments follow from a few sums over them, because rows of one
/// pattern differ in their weight w and value v alone.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct RowSums {
    pub(super) times: u64,
    value: ExactSum,
    value_value: ExactSum,
    /// Where rows are weighted: sums of w, w² and w · wv.
    weights: Option<Box<[ExactSum; 3]>>,
    /// Where rows have list prices l or logarithms g, all times w: sums of l, l², l · v, l · g, g, g², g · v, w · l and
    /// w · g.
    prices: Option<Box<[ExactSum; 9]>>,
}

impl RowSums {
    /// Adds a row that stands for `times` rows; `value` is 0 where there is none.
    #[inline]
    pub(super) fn add(&mut self, times: u64, weight: f64, value: f64, weighted: bool) {
        self.times += times;
        let n = times as f64;
        let amount = weight * value;
        if weighted {
            let [sum, square, product] = &mut **self.weights.get_or_insert_default();
            sum.add(n * weight);
            square.add(n * (weight * weight));
            product.add(n * (weight * amount));
        }
        if value != 0.0 {
            self.value.add(n * amount);
            self.value_value.add(n * (amount * amount));
        }
    }

    /// Adds to the sums of list prices and logarithms, counting no row.
    pub(super) fn add_prices(&mut self, times: u64, weight: f64, amounts: &Amounts) {
        let n = times as f64;
        let [v, l, g] = [amounts.value, amounts.list, amounts.log].map(|x| weight * x.unwrap_or(0.0));
        let all = [l, l * l, l * v, l * g, g, g * g, g * v, weight * l, weight * g];
        for (sum, x) in self.prices.get_or_insert_default().iter_mut().zip(all) {
            sum.add(n * x);
        }
    }

    /// Adds rows without a weight: how many, and the sums of their values and of the squares of these.
    pub(super) fn add_sums(&mut self, times: u64, value: Narrow, value_value: Narrow) {
        self.times += times;
        value.pour_into(&mut self.value);
        value_value.pour_into(&mut self.value_value);
    }

    /// Adds to the sum of values and of their squares, counting no row.
    pub(super) fn add_values(&mut self, value: f64, value_value: f64) {
        self.value.add(value);
        self.value_value.add(value_value);
    }

    /// Adds other rows.
    pub(super) fn merge(&mut self, other: &Self) {
        self.times += other.times;
        self.value.merge(&other.value);
        self.value_value.merge(&other.value_value);
        if let Some(theirs) = &other.weights {
            for (a, b) in self.weights.get_or_insert_default().iter_mut().zip(theirs.iter()) {
                a.merge(b);
            }
        }
        if let Some(theirs) = &other.prices {
            for (a, b) in self.prices.get_or_insert_default().iter_mut().zip(theirs.iter()) {
                a.merge(b);
            }
        }
    }

    /// Sum over the rows of the product of two growths.
    fn product(&self, a: Growth, b: Growth) -> Kept<'_> {
        let (a, b) = (a.min(b), a.max(b));
        if b >= Growth::List {
            let at = match (a, b) {
                (Growth::List, Growth::List) => 1,
                (Growth::Value, Growth::List) => 2,
                (Growth::List, Growth::Log) => 3,
                (Growth::Log, Growth::Log) => 5,
                (Growth::Value, Growth::Log) => 6,
                (Growth::Weight, Growth::List) => 7,
                (Growth::Weight, Growth::Log) => 8,
                (_, Growth::Log) => 4,
                _ => 0,
            };
            return match &self.prices {
                Some(prices) => Kept::Sum(&prices[at]),
                None => Kept::Count(0),
            };
        }
        match (a, b, &self.weights) {
            (Growth::One, Growth::Weight, Some(weights)) => Kept::Sum(&weights[0]),
            (Growth::Weight, Growth::Weight, Some(weights)) => Kept::Sum(&weights[1]),
            (Growth::Weight, Growth::Value, Some(weights)) => Kept::Sum(&weights[2]),
            (Growth::Value, Growth::Value, _) => Kept::Sum(&self.value_value),
            (_, Growth::Value, _) => Kept::Sum(&self.value),
            _ => Kept::Count(self.times),
        }
    }
}

/// A sum as it is kept: rounded nowhere.
enum Kept<'a> {
    Count(u64),
    Sum(&'a ExactSum),
}

impl Moments {
    /// Adds the people who are rows of one pattern.
    pub(super) fn add_rows(&mut self, layout: &Layout, pattern: usize, has: Has, rows: &RowSums) {
        if rows.times == 0 {
            return;
        }
        let selected = pattern >= layout.patterns() / 2;
        let value_at = layout.patterns() + usize::from(selected);
        let count = |i: usize| {
            let counts = i == pattern
                || (has.value && i == value_at)
                || (has.list && i == layout.listed_rows())
                || (has.log && i == layout.logged_rows());
            f64::from(u8::from(counts))
        };
        let listed = Layout::LISTED_SUMS..Layout::LISTED_SUMS + 2;
        let value = |i: usize| {
            let counts = (has.value && i == usize::from(selected))
                || (has.list && listed.contains(&i))
                || (has.log && i == layout.log_sum());
            f64::from(u8::from(counts))
        };
        // Of one such row: 1 in every measure that it adds to, 0 in the others.
        let one = layout.by_measure(count, value);
        let growths: Vec<Growth> = layout.measures.iter().map(|m| growth(*m)).collect();
        for (m, slot) in layout.sums.iter().enumerate() {
            if one[m] > 0.0 {
                self.put(*slot, &rows.product(growths[m], Growth::One));
            }
        }
        for &(a, b, slot) in &layout.second {
            if one[a] * one[b] > 0.0 {
                self.put(slot, &rows.product(growths[a], growths[b]));
            }
        }
        self.people += rows.times;
        for (behind, (_, coefficients)) in self.behind.iter_mut().zip(&layout.denominators) {
            let size: f64 = coefficients.iter().map(|(m, c)| *c as f64 * one[*m]).sum();
            if size > 0.0 {
                behind.subjects += rows.times;
                behind.rows += rows.times * size as u64;
            }
        }
    }

    fn put(&mut self, slot: Slot, kept: &Kept<'_>) {
        match (slot, kept) {
            (Slot::Integer(i), Kept::Count(n)) => self.integers[i] += i128::from(*n),
            (Slot::Real(i), Kept::Count(n)) => self.reals[i].add(*n as f64),
            (Slot::Real(i), Kept::Sum(sum)) => self.reals[i].merge(sum),
            // Whole-number measures grow by whole numbers.
            (Slot::Integer(_), Kept::Sum(_)) => {}
        }
    }
}

/// Running sums of products between two parts of the same people.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct CrossMoments {
    /// In the order of [`ordered`] pairs.
    products: Vec<ExactSum>,
}

/// The kept products in both orders: the one part's measure first.
fn ordered(products: impl Iterator<Item = (usize, usize)>) -> Vec<(usize, usize)> {
    let mut all: Vec<(usize, usize)> = products.flat_map(|(a, b)| [(a, b), (b, a)]).collect();
    all.sort_unstable();
    all.dedup();
    all
}

impl CrossMoments {
    pub(super) fn new(layout: &Layout) -> Self {
        Self {
            products: vec![ExactSum::default(); layout.crossed.len()],
        }
    }

    pub(super) fn add(&mut self, layout: &Layout, x: &Totals, y: &Totals) {
        for (sum, &(a, b)) in self.products.iter_mut().zip(&layout.crossed) {
            sum.add(x.real[a] * y.real[b]);
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        for (a, b) in self.products.iter_mut().zip(&other.products) {
            a.merge(b);
        }
    }

    pub(super) fn finish(&self, layout: &Layout) -> Option<CrossSums> {
        Some(CrossSums {
            measures: layout.measures.clone(),
            pairs: layout.crossed.clone(),
            products: self.products.iter().map(ExactSum::value).collect::<Option<_>>()?,
        })
    }
}
