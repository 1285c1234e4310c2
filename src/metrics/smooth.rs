//! Numbers with their slopes by the sums of cells, so that a number made of others has its error too.

use std::collections::BTreeMap;

/// A number with its slopes by numerator and denominator of each cell that it is made of.
///
/// Where nothing can be divided, or a logarithm taken, the value is not finite; whoever asks looks at it once, at the end.
#[derive(Debug, Clone, PartialEq)]
pub struct Smooth {
    /// The number.
    pub value: f64,
    /// By cell: slopes by the sum of its numerator and by that of its denominator.
    pub slopes: BTreeMap<usize, [f64; 2]>,
}

impl Smooth {
    /// A number that no sum changes.
    #[must_use]
    pub fn constant(value: f64) -> Self {
        Self {
            value,
            slopes: BTreeMap::new(),
        }
    }

    /// A cell's sum of the numerator.
    #[must_use]
    pub fn numerator(cell: usize, sum: f64) -> Self {
        Self {
            value: sum,
            slopes: BTreeMap::from([(cell, [1.0, 0.0])]),
        }
    }

    /// A cell's sum of the denominator.
    #[must_use]
    pub fn denominator(cell: usize, sum: f64) -> Self {
        Self {
            value: sum,
            slopes: BTreeMap::from([(cell, [0.0, 1.0])]),
        }
    }

    /// `a · self + b · other`, as far as slopes go, with this value.
    fn with(&self, a: f64, other: &Self, b: f64, value: f64) -> Self {
        let mut slopes = self.slopes.clone();
        slopes.values_mut().flatten().for_each(|slope| *slope *= a);
        for (cell, theirs) in &other.slopes {
            let mine = slopes.entry(*cell).or_default();
            mine[0] += b * theirs[0];
            mine[1] += b * theirs[1];
        }
        Self { value, slopes }
    }

    /// The sum.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        self.with(1.0, other, 1.0, self.value + other.value)
    }

    /// The difference.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        self.with(1.0, other, -1.0, self.value - other.value)
    }

    /// The product.
    #[must_use]
    pub fn times(&self, other: &Self) -> Self {
        self.with(other.value, other, self.value, self.value * other.value)
    }

    /// The quotient.
    #[must_use]
    pub fn over(&self, other: &Self) -> Self {
        let value = self.value / other.value;
        self.with(1.0 / other.value, other, -value / other.value, value)
    }

    /// So many times the number.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        self.with(factor, &Self::constant(0.0), 0.0, factor * self.value)
    }

    /// The natural logarithm.
    #[must_use]
    pub fn ln(&self) -> Self {
        self.with(1.0 / self.value, &Self::constant(0.0), 0.0, self.value.ln())
    }
}

/// The sum of several.
#[must_use]
pub fn sum(all: impl IntoIterator<Item = Smooth>) -> Smooth {
    all.into_iter().fold(Smooth::constant(0.0), |sum, one| sum.plus(&one))
}

/// Which part of the difference of two products each pair of factors makes: the mean over all orders in which the factors
/// of the one are put in place of those of the other (Shapley 1953). The parts add up to Π a − Π b exactly.
#[must_use]
pub fn shapley_of_products(a: &[Smooth], b: &[Smooth]) -> Vec<Smooth> {
    let factors = a.len().min(b.len());
    (0..factors)
        .map(|own| {
            // By how many of the others stand in their place already: the sum of products.
            let mut by_size = vec![Smooth::constant(1.0)];
            for other in (0..factors).filter(|&other| other != own) {
                let mut next = vec![Smooth::constant(0.0); by_size.len() + 1];
                for (size, product) in by_size.iter().enumerate() {
                    next[size] = next[size].plus(&product.times(&b[other]));
                    next[size + 1] = next[size + 1].plus(&product.times(&a[other]));
                }
                by_size = next;
            }
            // Each size has the same chance, shared among its sets.
            let weights = by_size.iter().enumerate().map(|(size, product)| {
                let sets = binomial(factors - 1, size);
                product.scaled(1.0 / (factors as f64 * sets))
            });
            a[own].minus(&b[own]).times(&sum(weights))
        })
        .collect()
}

fn binomial(n: usize, k: usize) -> f64 {
    (0..k).fold(1.0, |all, i| all * (n - i) as f64 / (i + 1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Slopes against differences: f of four sums, one a cell.
    fn check(f: impl Fn(&[Smooth]) -> Smooth) {
        let at = [3.0, 5.0, 0.7, 2.0];
        let of = |sums: &[f64]| {
            let all: Vec<Smooth> = sums.iter().enumerate().map(|(i, x)| Smooth::numerator(i, *x)).collect();
            f(&all)
        };
        let found = of(&at);
        for i in 0..at.len() {
            let moved = |by: f64| {
                let mut sums = at;
                sums[i] += by;
                of(&sums).value
            };
            let slope = (moved(1e-5) - moved(-1e-5)) / 2e-5;
            let told = found.slopes.get(&i).map_or(0.0, |slopes| slopes[0]);
            assert!((slope - told).abs() < 1e-7, "{i}: {slope} {told}");
        }
    }

    #[test]
    fn slopes_are_those_of_small_steps() {
        check(|x| x[0].over(&x[1]).minus(&x[2].times(&x[3]).ln()).plus(&x[0].scaled(2.5)));
        check(|x| x[0].times(&x[0]).over(&x[2].plus(&x[3])));
        check(|x| shapley_of_products(&x[..2], &x[2..])[0].clone());
    }

    #[test]
    fn shares_of_three_stages_are_those_of_all_orders() {
        // 6 orders by hand, as the mean over permutations of the change that stage 1 makes.
        let (a, b) = ([0.5, 0.4, 0.9], [0.8, 0.3, 0.7]);
        let smooth = |x: &[f64]| -> Vec<Smooth> { x.iter().map(|x| Smooth::constant(*x)).collect() };
        let found = shapley_of_products(&smooth(&a), &smooth(&b));
        let first = (a[0] - b[0]) * (2.0 * b[1] * b[2] + a[1] * b[2] + b[1] * a[2] + 2.0 * a[1] * a[2]) / 6.0;
        assert!((found[0].value - first).abs() < 1e-15);
        let whole: f64 = a.iter().product::<f64>() - b.iter().product::<f64>();
        let told: f64 = found.iter().map(|part| part.value).sum();
        assert!((told - whole).abs() < 1e-15);
    }
}
