//! How unequally a benefit is spread over people, and how much of that lies between groups.
//!
//! A histogram lists `(value, count)`: `count` people got a benefit of `value`, in any order, repeats
//! allowed. Every index is 0 when all get the same and does not change when all benefits are multiplied
//! by one number, so that currency does not matter.
//!
//! `None` throughout when a benefit is negative or not finite, when nobody is counted, or when the
//! benefits sum to 0: a share of nothing is undefined. Where a benefit of 0 makes an index infinite, or
//! its largest value whatever the others get, the function says so and answers `None` too.

use super::sums::{sum, total};

/// Below it a power cannot be told from its limit at 0, and its last digits may be lost already.
const TINY: f64 = 1e-200;

/// People and their mean benefit, both above 0.
fn mean(histogram: &[(f64, f64)]) -> Option<(f64, f64)> {
    let n = total(histogram.iter().map(|&(_, count)| count))?;
    if !histogram.iter().all(|&(value, _)| value.is_finite() && value >= 0.0) {
        return None;
    }
    let mean = sum(histogram.iter().map(|&(value, count)| value * (count / n)));
    (mean > 0.0 && mean.is_finite()).then_some((n, mean))
}

/// What one person with `ratio` times the mean benefit adds to GE(α):
/// (r^α − 1 − α(r − 1))/(α(α − 1)), with its limits r − 1 − ln r at α = 0 and r ln r − r + 1 at 1.
///
/// The textbook term is r^α − 1. What is subtracted sums to 0 over all people, but leaves each term at
/// least 0 and flat at r = 1, so that nothing cancels in the sum and the mean's rounding hardly matters.
fn departure(ratio: f64, alpha: f64) -> Option<f64> {
    if ratio <= 0.0 {
        return (alpha > 0.0).then(|| alpha.recip());
    }
    // (r^k − 1)/k without cancellation, ln r in the limit.
    let slope = |k: f64| {
        if k.abs() < TINY {
            ratio.ln()
        } else {
            (k * ratio.ln()).exp_m1() / k
        }
    };
    // Divide by whichever of α and α − 1 is far from 0.
    let term = if alpha < 0.5 {
        (slope(alpha) - (ratio - 1.0)) / (alpha - 1.0)
    } else {
        (ratio * slope(alpha - 1.0) - (ratio - 1.0)) / alpha
    };
    term.is_finite().then_some(term.max(0.0))
}

/// GE(α) of people spread about a mean benefit that is known.
fn entropy_about(histogram: &[(f64, f64)], n: f64, mean: f64, alpha: f64) -> Option<f64> {
    let mut terms = Vec::with_capacity(histogram.len());
    for &(value, count) in histogram.iter().filter(|(_, count)| *count > 0.0) {
        terms.push(count / n * departure(value / mean, alpha)?);
    }
    let index = sum(terms);
    index.is_finite().then_some(index)
}

/// Generalised entropy GE(α) = Σ ((b/μ)^α − 1)/(n α(α − 1)), at least 0.
///
/// GE(0) = −(1/n) Σ ln(b/μ) is Theil's L or the mean log deviation, GE(1) = (1/n) Σ (b/μ) ln(b/μ) Theil's
/// T, GE(2) half the squared coefficient of variation. A low α weighs differences among those who get
/// least, a high one among those who get most. A. F. Shorrocks, Econometrica 48 (1980), 613–625. Also
/// `None` when α ≤ 0 and somebody gets 0, where it is infinite.
///
/// AIF360's `generalized_entropy_index` agrees except at α = 0, where it divides by the mean once too
/// often. Its `generalized_entropy_error` takes the benefit 1 + predicted − actual: 0, 1 or 2.
#[must_use]
pub fn generalized_entropy(histogram: &[(f64, f64)], alpha: f64) -> Option<f64> {
    if !alpha.is_finite() {
        return None;
    }
    let (n, mean) = mean(histogram)?;
    entropy_about(histogram, n, mean, alpha)
}

/// Coefficient of variation: standard deviation (divisor n) over the mean, √(2 GE(2)).
///
/// AIF360 has it so; Holistic AI returns 2√GE(2), which is √2 times as much.
#[must_use]
pub fn coefficient_of_variation(histogram: &[(f64, f64)]) -> Option<f64> {
    Some((2.0 * generalized_entropy(histogram, 2.0)?).sqrt())
}

/// Atkinson's index 1 − (mean of (b/μ)^(1−ε))^(1/(1−ε)), at ε = 1 one less the geometric over the
/// arithmetic mean, 0 … 1: the share of all benefits that could be given up, if the rest were spread
/// equally, for the same welfare.
///
/// `aversion` is ε, at least 0: how much more a benefit counts for those who have less. A. B. Atkinson,
/// Journal of Economic Theory 2 (1970), 244–263. Also `None` when ε ≥ 1 and somebody gets 0: the formula
/// then tends to 1 whatever the others get, and says nothing of them.
#[must_use]
pub fn atkinson(histogram: &[(f64, f64)], aversion: f64) -> Option<f64> {
    if !aversion.is_finite() || aversion < 0.0 {
        return None;
    }
    // The mean of (b/μ)^α is 1 + α(α − 1) GE(α).
    let alpha = 1.0 - aversion;
    let entropy = generalized_entropy(histogram, alpha)?;
    let ln_equivalent = if alpha.abs() < TINY {
        -entropy
    } else {
        (alpha * (alpha - 1.0) * entropy).ln_1p() / alpha
    };
    let index = -ln_equivalent.exp_m1();
    index.is_finite().then_some(index.clamp(0.0, 1.0))
}

/// Gini's coefficient Σ (2i − n − 1) b_(i) / (n Σ b) over benefits in ascending order, 0 … 1 − 1/n.
///
/// Half the mean difference of two people over the mean. People who got 0 count, unlike in tools that
/// list only who got something. In time O(k log k) of k distinct values.
#[must_use]
pub fn gini(histogram: &[(f64, f64)]) -> Option<f64> {
    let (n, mean) = mean(histogram)?;
    let mut ascending = histogram.to_vec();
    ascending.sort_by(|a, b| a.0.total_cmp(&b.0));
    // Within one value the ranks i average to half the people below and half those up to it.
    let mut below = 0.0;
    let mut terms = Vec::with_capacity(ascending.len());
    for (value, count) in ascending {
        let share = count / n;
        terms.push(share * (value / mean) * (2.0 * below + share - 1.0));
        below += share;
    }
    Some(sum(terms).clamp(0.0, 1.0))
}

/// One group's part in an inequality.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part {
    /// Share of all people.
    pub people: f64,
    /// Share of all benefits.
    pub benefits: f64,
    /// GE(α) within the group; `None` when it is empty or gets nothing, where it adds nothing.
    pub entropy: Option<f64>,
    /// What the group adds to the within part: its GE(α) times benefits^α people^(1−α).
    pub within: f64,
}

/// GE(α) split over groups.
#[derive(Debug, Clone, PartialEq)]
pub struct Decomposition {
    /// GE(α) if everybody got their group's mean. AIF360's `between_group_generalized_entropy_error`; at
    /// α = 1 Σ s ln(s/q) over shares s of benefits and q of people.
    pub between: f64,
    /// What is left: the sum of the groups' own parts.
    pub within: f64,
    /// The groups in the order given.
    pub groups: Vec<Part>,
}

impl Decomposition {
    /// GE(α) of everybody, between + within: equal to [`generalized_entropy`] of all histograms
    /// together but for rounding.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.between + self.within
    }

    /// Share of the inequality that lies between groups, 0 … 1; `None` when there is no inequality.
    #[must_use]
    pub fn share_between(&self) -> Option<f64> {
        let total = self.total();
        (total > 0.0).then(|| self.between / total)
    }
}

/// Split GE(α) of everybody into what lies between the groups and what lies within them.
///
/// Of all indices that decompose so, these are the only ones: F. Bourguignon, Econometrica 47 (1979),
/// 901–920; Shorrocks (1980). Empty groups add nothing. `None` as for [`generalized_entropy`] of all
/// together.
#[must_use]
pub fn decompose(groups: &[&[(f64, f64)]], alpha: f64) -> Option<Decomposition> {
    if !alpha.is_finite() {
        return None;
    }
    let everybody: Vec<(f64, f64)> = groups.iter().copied().flatten().copied().collect();
    let (n, overall) = mean(&everybody)?;
    let mut means = Vec::with_capacity(groups.len());
    let mut parts = Vec::with_capacity(groups.len());
    for group in groups {
        let size = sum(group.iter().map(|&(_, count)| count));
        let Some((size, average)) = mean(group) else {
            // Nobody, or nobody with anything: no inequality within, though perhaps between.
            means.push((0.0, size));
            parts.push(Part {
                people: size / n,
                benefits: 0.0,
                entropy: None,
                within: 0.0,
            });
            continue;
        };
        let (people, ratio) = (size / n, average / overall);
        let entropy = entropy_about(group, size, average, alpha)?;
        means.push((average, size));
        parts.push(Part {
            people,
            benefits: people * ratio,
            entropy: Some(entropy),
            within: people * ratio.powf(alpha) * entropy,
        });
    }
    let within = sum(parts.iter().map(|part| part.within));
    within.is_finite().then_some(Decomposition {
        between: entropy_about(&means, n, overall, alpha)?,
        within,
        groups: parts,
    })
}

#[cfg(test)]
mod tests;
