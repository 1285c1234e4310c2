//! From sums to a number and its gradient.
//!
//! Every metric is a smooth function of sums over people. Its value and its partial derivatives are all that the
//! inference needs: the part of one person in the estimate's error is the gradient times the person's own totals, and the
//! variance is the sum of its squares (Binder 1983; Särndal, Swensson & Wretman 1992, section 5.5).

pub mod classes;
pub mod conditional;
pub mod distribution;
pub mod lists;
pub mod oaxaca;
pub mod pairwise;
pub mod reliability;
pub mod roc;
pub mod smooth;

use crate::catalogue::{Formula, Linear, Measure, Metric};
use crate::tally::{Behind, CrossSums, Sums};

/// A metric of some people, with its gradient.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// The value; `None`: undefined, see `denominator`.
    pub value: Option<f64>,
    /// Partial derivatives of the value by the sum of each measure. Empty when the value is undefined.
    pub gradient: Vec<(Measure, f64)>,
    /// Sum of the numerator, for a plain ratio.
    pub numerator: Option<f64>,
    /// Sum of the denominator, for a plain ratio.
    pub denominator: Option<f64>,
    /// What the denominator is a sum of; empty for what is no plain ratio.
    pub over: Linear,
    /// People and rows for whom the denominator is not zero.
    pub behind: Behind,
    /// The numerator is a difference of amounts, and may rightly be negative.
    pub signed: bool,
    /// Each person adds 0 or 1 to the denominator and at most that to the numerator: a binomial share.
    pub binomial: bool,
    /// How many people of equal weight the denominator is worth, (Σd)²/Σd² over people: fewer than there are when a few
    /// hold most of it.
    pub effective_people: f64,
    /// Sums over people of numerator², numerator × denominator and denominator², for a plain ratio.
    pub squares: Option<[f64; 3]>,
}

/// The value and gradient of a metric; `None` for one that has no value of its own.
#[must_use]
pub fn point(metric: Metric, sums: &Sums) -> Option<Point> {
    match metric.entry().formula {
        Formula::Ratio { numerator, denominator } => Some(ratio(numerator, denominator, sums)),
        Formula::Mean(a, b) => mean(&point(a, sums)?, &point(b, sums)?),
        Formula::Worst(..)
        | Formula::Conditional { .. }
        | Formula::Distribution(_)
        | Formula::Pairwise(_)
        | Formula::Association(_)
        | Formula::Crossing(_)
        | Formula::Small(_)
        | Formula::Along(_)
        | Formula::List(_)
        | Formula::Representation => None,
    }
}

fn ratio(numerator: Linear, denominator: Linear, sums: &Sums) -> Point {
    let (n, d) = (sums.linear(numerator), sums.linear(denominator));
    let behind = sums.behind(denominator);
    let defined = d > 0.0;
    let value = defined.then(|| n / d);
    let gradient = value.map_or_else(Vec::new, |r| {
        let mut gradient: Vec<(Measure, f64)> = numerator.iter().map(|(m, c)| (*m, f64::from(*c) / d)).collect();
        for (m, c) in denominator {
            let change = -r * f64::from(*c) / d;
            match gradient.iter_mut().find(|(other, _)| other == m) {
                Some((_, g)) => *g += change,
                None => gradient.push((*m, change)),
            }
        }
        gradient
    });
    let (num, den) = (coefficients(numerator), coefficients(denominator));
    // Totals that are 0 or 1 equal their squares; both sides are sums of whole numbers, exact as doubles.
    let zero_or_one = |x: &[(Measure, f64)], sum: f64| sums.product_of(x, x) == sum;
    Point {
        value,
        gradient,
        numerator: Some(n),
        denominator: Some(d),
        over: denominator,
        behind,
        signed: numerator.iter().any(|(m, c)| *c < 0 && m.is_amount()),
        binomial: defined
            && zero_or_one(&num, n)
            && zero_or_one(&den, d)
            && d == behind.subjects as f64
            // Nobody is in the numerator who is not in the denominator, as false negatives are not in false positives.
            && sums.product_of(&num, &den) == n,
        effective_people: if defined {
            d * d / sums.product_of(&den, &den)
        } else {
            0.0
        },
        squares: defined.then(|| {
            [
                sums.product_of(&num, &num),
                sums.product_of(&num, &den),
                sums.product_of(&den, &den),
            ]
        }),
    }
}

fn coefficients(linear: Linear) -> Vec<(Measure, f64)> {
    linear.iter().map(|(m, c)| (*m, f64::from(*c))).collect()
}

fn mean(a: &Point, b: &Point) -> Option<Point> {
    let value = match (a.value, b.value) {
        (Some(x), Some(y)) => Some(f64::midpoint(x, y)),
        _ => None,
    };
    let mut gradient: Vec<(Measure, f64)> = Vec::new();
    if value.is_some() {
        for (m, g) in a.gradient.iter().chain(&b.gradient) {
            match gradient.iter_mut().find(|(other, _)| other == m) {
                Some((_, sum)) => *sum += g / 2.0,
                None => gradient.push((*m, g / 2.0)),
            }
        }
    }
    Some(Point {
        value,
        gradient,
        numerator: None,
        denominator: None,
        over: &[],
        behind: Behind {
            subjects: a.behind.subjects.min(b.behind.subjects),
            rows: a.behind.rows + b.behind.rows,
        },
        signed: a.signed || b.signed,
        binomial: false,
        effective_people: a.effective_people.min(b.effective_people),
        squares: None,
    })
}

impl Point {
    /// Linearised variance with people as the unit: `m/(m−1) · Σ_u (g·x_u)²`, where m people stand behind the
    /// denominator. `None` when the value is undefined or rests on one person.
    ///
    /// Rounding can leave a trace where everybody is alike; what is below 10⁻¹³ of the terms that cancel is taken as 0.
    #[must_use]
    pub fn variance(&self, sums: &Sums) -> Option<f64> {
        self.value?;
        let m = self.behind.subjects;
        if m < 2 {
            return None;
        }
        let squares = sums.product_of(&self.gradient, &self.gradient);
        let mut size = 0.0;
        for (a, ga) in &self.gradient {
            for (b, gb) in &self.gradient {
                size += (ga * gb * sums.product(*a, *b)).abs();
            }
        }
        let clean = if squares <= 1e-13 * size { 0.0 } else { squares };
        Some(clean * factor(m))
    }

    /// By how much an interval must stretch the standard error because few people hold most of the denominator.
    ///
    /// The linearised variance is too small by about 1 − 1/G with G effective people, not by the 1 − 1/m that its factor
    /// m/(m−1) makes up for (Carter, Schnepel & Steigerwald 2017, with the effective number of clusters). 1 for people of
    /// equal weight.
    #[must_use]
    pub fn stretch(&self) -> f64 {
        let (g, m) = (self.effective_people, self.behind.subjects as f64);
        if m < 2.0 || g <= 1.0 + 1e-9 {
            return 1.0;
        }
        (g / (g - 1.0) * (m - 1.0) / m).max(1.0).sqrt()
    }

    /// Variance of the estimate if the true value were `common`: what a test of equality goes by where a group is too
    /// small to show its own variance. `None` for what is not a plain ratio.
    #[must_use]
    pub fn null_variance(&self, common: f64) -> Option<f64> {
        let ([yy, yn, nn], d) = (self.squares?, self.denominator?);
        let m = self.behind.subjects;
        if m < 2 || d <= 0.0 {
            return None;
        }
        let squares = (yy - 2.0 * common * yn + common * common * nn).max(0.0);
        Some(squares / (d * d) * factor(m) * self.stretch().powi(2))
    }

    /// Covariance of two estimates over people who are in both: `cross` holds products of the totals of the people of
    /// `self` (first) and `other` (second).
    #[must_use]
    pub fn covariance(&self, other: &Self, cross: &CrossSums) -> f64 {
        self.scaled(other, cross.product_of(&self.gradient, &other.gradient))
    }

    /// Whether somebody stands behind both denominators: the covariance can be 0 all the same.
    #[must_use]
    pub fn shares_people(&self, other: &Self, cross: &CrossSums) -> bool {
        if self.over.is_empty() || other.over.is_empty() {
            return !cross.is_empty();
        }
        cross.product_of(&coefficients(self.over), &coefficients(other.over)) > 0.0
    }

    /// The covariance where people's totals are identical in both parts.
    #[must_use]
    pub fn covariance_within(&self, other: &Self, sums: &Sums) -> f64 {
        self.scaled(other, sums.product_of(&self.gradient, &other.gradient))
    }

    fn scaled(&self, other: &Self, sum: f64) -> f64 {
        let (a, b) = (self.behind.subjects, other.behind.subjects);
        if a < 2 || b < 2 {
            return 0.0;
        }
        sum * (factor(a) * factor(b)).sqrt()
    }
}

/// Small-sample factor m/(m−1).
fn factor(m: u64) -> f64 {
    let m = m as f64;
    m / (m - 1.0)
}
