//! The sums of a tally as others see them: rounded once, by measure.

use super::OutcomeShape;
use super::moments::Layout;
use crate::catalogue::{Linear, Measure};

/// People and rows behind a denominator: those for whom it is not zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Behind {
    /// People.
    pub subjects: u64,
    /// Rows, unweighted.
    pub rows: u64,
}

/// Sums of one outcome over some people.
#[derive(Debug, Clone, PartialEq)]
pub struct Sums {
    /// The measures, in the order of `sums`.
    pub(super) measures: Vec<Measure>,
    /// Which products of two measures are kept, as indices, in the order of `second`.
    pub(super) products: Vec<(usize, usize)>,
    /// People with at least one audited row.
    pub subjects: u64,
    /// The sum of each measure.
    pub(super) sums: Vec<f64>,
    /// Sums over people of products of two measures.
    pub(super) second: Vec<f64>,
    /// What stands behind each denominator.
    pub(super) behind: Vec<(Linear, Behind)>,
}

impl Sums {
    /// Sums over nobody, to be filled in from what another engine or a file says.
    #[must_use]
    pub fn zero(shape: OutcomeShape) -> Self {
        let layout = Layout::new(shape, false);
        Self {
            products: layout.second.iter().map(|&(a, b, _)| (a, b)).collect(),
            subjects: 0,
            sums: vec![0.0; layout.measures.len()],
            second: vec![0.0; layout.second.len()],
            behind: layout
                .denominators
                .into_iter()
                .map(|(linear, _)| (linear, Behind::default()))
                .collect(),
            measures: layout.measures,
        }
    }

    /// The measures, each with its sum.
    pub fn measures(&self) -> impl Iterator<Item = (Measure, f64)> {
        self.measures.iter().copied().zip(self.sums.iter().copied())
    }

    /// The sum of each measure, to be changed.
    pub fn measures_mut(&mut self) -> impl Iterator<Item = (Measure, &mut f64)> {
        self.measures.iter().copied().zip(&mut self.sums)
    }

    /// The products that are kept, lower measure first, each with its sum over people.
    pub fn products(&self) -> impl Iterator<Item = ((Measure, Measure), f64)> {
        self.products
            .iter()
            .map(|&(a, b)| (self.measures[a], self.measures[b]))
            .zip(self.second.iter().copied())
    }

    /// The sum of each kept product, to be changed.
    pub fn products_mut(&mut self) -> impl Iterator<Item = ((Measure, Measure), &mut f64)> {
        self.products
            .iter()
            .map(|&(a, b)| (self.measures[a], self.measures[b]))
            .zip(&mut self.second)
    }

    /// The denominators of the catalogue, each with what stands behind it.
    pub fn denominators(&self) -> impl Iterator<Item = (Linear, Behind)> {
        self.behind.iter().copied()
    }

    /// What stands behind each denominator, to be changed.
    pub fn denominators_mut(&mut self) -> impl Iterator<Item = (Linear, &mut Behind)> {
        self.behind.iter_mut().map(|(linear, behind)| (*linear, behind))
    }

    fn index(&self, measure: Measure) -> Option<usize> {
        self.measures.iter().position(|m| *m == measure)
    }

    /// The sum of a measure; 0 for one that the outcome does not have.
    #[must_use]
    pub fn sum(&self, measure: Measure) -> f64 {
        self.index(measure).map_or(0.0, |i| self.sums[i])
    }

    /// The sum of a linear combination of measures.
    #[must_use]
    pub fn linear(&self, linear: Linear) -> f64 {
        linear.iter().map(|(m, c)| f64::from(*c) * self.sum(*m)).sum()
    }

    /// Sum over people of the product of two measures; 0 for one that the outcome does not have.
    ///
    /// Only products that a metric of the catalogue needs are kept: asking for another is a fault of the program, and
    /// gives NaN rather than a number that looks right.
    #[must_use]
    pub fn product(&self, a: Measure, b: Measure) -> f64 {
        let (Some(a), Some(b)) = (self.index(a), self.index(b)) else {
            return 0.0;
        };
        let pair = (a.min(b), a.max(b));
        let at = self.products.iter().position(|kept| *kept == pair);
        debug_assert!(at.is_some(), "a product that is not kept: {pair:?}");
        at.map_or(f64::NAN, |i| self.second[i])
    }

    /// Sum over people of the product of two linear combinations.
    #[must_use]
    pub fn product_of(&self, x: &[(Measure, f64)], y: &[(Measure, f64)]) -> f64 {
        let mut sum = 0.0;
        for (a, ca) in x {
            for (b, cb) in y {
                sum += ca * cb * self.product(*a, *b);
            }
        }
        sum
    }

    /// What stands behind a denominator of the catalogue.
    #[must_use]
    pub fn behind(&self, denominator: Linear) -> Behind {
        self.behind
            .iter()
            .find(|(linear, _)| *linear == denominator)
            .map_or_else(Behind::default, |(_, behind)| *behind)
    }

    /// Sums over nobody again.
    pub fn clear(&mut self) {
        self.subjects = 0;
        self.sums.fill(0.0);
        self.second.fill(0.0);
        self.behind
            .iter_mut()
            .for_each(|(_, behind)| *behind = Behind::default());
    }

    /// Adds the sums over other people.
    pub fn add(&mut self, other: &Self) {
        self.subjects += other.subjects;
        for (a, b) in self.sums.iter_mut().zip(&other.sums) {
            *a += b;
        }
        for (a, b) in self.second.iter_mut().zip(&other.second) {
            *a += b;
        }
        for ((_, a), (_, b)) in self.behind.iter_mut().zip(&other.behind) {
            a.subjects += b.subjects;
            a.rows += b.rows;
        }
    }
}

/// Sums over people of products of the person's totals in one part of the log and in another.
#[derive(Debug, Clone, PartialEq)]
pub struct CrossSums {
    pub(super) measures: Vec<Measure>,
    /// Which products are kept, as indices: first the one part's measure, then the other's. Sorted.
    pub(super) pairs: Vec<(usize, usize)>,
    pub(super) products: Vec<f64>,
}

impl CrossSums {
    /// Sums over nobody, to be filled in from what another engine or a file says.
    #[must_use]
    pub fn zero(shape: OutcomeShape) -> Self {
        let layout = Layout::new(shape, false);
        Self {
            products: vec![0.0; layout.crossed.len()],
            pairs: layout.crossed,
            measures: layout.measures,
        }
    }

    /// The products that are kept, the one part's measure first.
    pub fn products(&self) -> impl Iterator<Item = ((Measure, Measure), f64)> {
        self.pairs
            .iter()
            .map(|&(a, b)| (self.measures[a], self.measures[b]))
            .zip(self.products.iter().copied())
    }

    /// The sum of each kept product, to be changed.
    pub fn products_mut(&mut self) -> impl Iterator<Item = ((Measure, Measure), &mut f64)> {
        self.pairs
            .iter()
            .map(|&(a, b)| (self.measures[a], self.measures[b]))
            .zip(&mut self.products)
    }

    /// Sum over people of a linear combination in the one part times another in the other part.
    #[must_use]
    pub fn product_of(&self, x: &[(Measure, f64)], y: &[(Measure, f64)]) -> f64 {
        let index = |m: Measure| self.measures.iter().position(|other| *other == m);
        let mut sum = 0.0;
        for (a, ca) in x {
            for (b, cb) in y {
                if let (Some(i), Some(j)) = (index(*a), index(*b)) {
                    let at = self.pairs.binary_search(&(i, j));
                    debug_assert!(at.is_ok(), "a product that is not kept: {a:?} {b:?}");
                    sum += ca * cb * at.map_or(f64::NAN, |k| self.products[k]);
                }
            }
        }
        sum
    }

    /// The same with the two parts exchanged.
    #[must_use]
    pub fn transposed(&self) -> Self {
        let mut transposed = self.clone();
        for (k, &(a, b)) in self.pairs.iter().enumerate() {
            if let Ok(other) = self.pairs.binary_search(&(b, a)) {
                transposed.products[k] = self.products[other];
            }
        }
        transposed
    }

    /// Adds the sums over other people.
    pub fn add(&mut self, other: &Self) {
        for (a, b) in self.products.iter_mut().zip(&other.products) {
            *a += b;
        }
    }

    /// Sums over nobody again.
    pub fn clear(&mut self) {
        self.products.fill(0.0);
    }

    /// Whether nobody is in both parts.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.products.iter().all(|x| *x == 0.0)
    }
}
