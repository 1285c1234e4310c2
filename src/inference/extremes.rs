//! The largest gap among K groups, when there is none.
//!
//! Choosing the best and the worst of K groups after seeing them makes a gap out of noise. The interval
//! of such a gap must come from the law of the largest one. J. W. Tukey's studentised range does so for
//! equal variances; here the law is simulated, for any covariance and unequal degrees of freedom.
//!
//! A simulated p value counts the observation among its own draws, (1 + b)/(1 + m), and so is never 0
//! (B. Phipson and G. K. Smyth, Statistical Applications in Genetics and Molecular Biology 9 (2010), 39).

use std::sync::{Arc, PoisonError, RwLock};

use super::rng::Rng;

/// Differences of rates below this are rounding, so that ties count as reaching the observation.
const TIE: f64 = 1e-12;

/// The law of the largest studentised gap under equality, drawn once and asked often.
#[derive(Debug, Clone, PartialEq)]
pub struct NullRange {
    /// Draws, in the order in which they were drawn.
    drawn: Vec<f64>,
}

/// Standard normal numbers of one seed, drawn once for all laws that ask: what then differs between metrics is their data
/// and not their luck.
#[derive(Debug)]
pub struct Normals {
    seed: u64,
    numbers: RwLock<Arc<Vec<f64>>>,
}

impl Normals {
    /// No numbers yet.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            numbers: RwLock::default(),
        }
    }

    fn rng(&self) -> Rng {
        Rng::new(self.seed, 1)
    }

    /// A stream for what can't be made of normal numbers.
    fn rng_of_few(&self) -> Rng {
        Rng::new(self.seed, 3)
    }

    /// The first numbers, at least so many.
    fn first(&self, count: usize) -> Arc<Vec<f64>> {
        let known = Arc::clone(&self.numbers.read().unwrap_or_else(PoisonError::into_inner));
        if known.len() >= count {
            return known;
        }
        let mut numbers = self.numbers.write().unwrap_or_else(PoisonError::into_inner);
        if numbers.len() < count {
            let mut rng = self.rng();
            *numbers = Arc::new((0..count).map(|_| rng.standard_normal()).collect());
        }
        Arc::clone(&numbers)
    }
}

impl NullRange {
    /// Draws the law of [`studentised_range_critical`]; `None` as there.
    #[must_use]
    pub fn new(covariance: &[Vec<f64>], df: &[f64], draws: usize, normals: &Normals) -> Option<Self> {
        let drawn = simulated_ranges(covariance, df, draws, normals)?;
        Some(Self { drawn })
    }

    /// The ⌈level·(draws+1)⌉-th smallest draw. `None` unless the level is within (0, 1).
    #[must_use]
    pub fn critical(&self, level: f64) -> Option<f64> {
        if !(level > 0.0 && level < 1.0) {
            return None;
        }
        let draws = self.drawn.len();
        let rank = (level * (draws as f64 + 1.0)).ceil() as usize;
        let mut drawn = self.drawn.clone();
        let (_, wanted, _) = drawn.select_nth_unstable_by(rank.clamp(1, draws) - 1, f64::total_cmp);
        Some(*wanted)
    }

    /// p value of an observed largest studentised gap: (1 + b)/(1 + draws).
    #[must_use]
    pub fn p(&self, observed: f64) -> Option<f64> {
        if observed.is_nan() {
            return None;
        }
        let reached = self
            .drawn
            .iter()
            .filter(|range| **range >= observed * (1.0 - TIE))
            .count();
        Some(counted_p(reached, self.drawn.len()))
    }
}

/// The `level` quantile of max |Z_i − Z_j|/se_ij over pairs of groups, Z ~ N(0, `covariance`).
///
/// Every draw estimates its standard errors anew: group i's variance is multiplied by χ²(df_i)/df_i
/// (covariances by the root of both factors), so the statistic has the tails of Student's and not of the
/// normal law. An infinite df leaves the variance alone. Pairs whose standard error is 0 are skipped. The
/// quantile is the ⌈level·(draws+1)⌉-th smallest draw.
///
/// Two groups with infinite df give the normal critical value, K alike give Tukey's q/√2. `None` when
/// the shapes disagree, the matrix is not a covariance, a df is not positive, the level is not within
/// (0, 1), there are no draws, or no pair has a standard error.
#[must_use]
pub fn studentised_range_critical(
    covariance: &[Vec<f64>],
    df: &[f64],
    level: f64,
    draws: usize,
    seed: u64,
) -> Option<f64> {
    NullRange::new(covariance, df, draws, &Normals::new(seed))?.critical(level)
}

/// p value of an observed max |r_i − r_j|/se_ij under equality, by the law of
/// [`studentised_range_critical`]: (1 + b)/(1 + draws).
#[must_use]
pub fn max_gap_p(observed: f64, covariance: &[Vec<f64>], df: &[f64], draws: usize, seed: u64) -> Option<f64> {
    NullRange::new(covariance, df, draws, &Normals::new(seed))?.p(observed)
}

/// The largest studentised gap of observed rates, the statistic of [`max_gap_p`]: max over pairs of
/// |r_i − r_j|/se_ij, pairs whose standard error is 0 skipped. `None` when none is left.
#[must_use]
pub fn studentised_range(rates: &[f64], covariance: &[Vec<f64>]) -> Option<f64> {
    let k = rates.len();
    if !is_square(covariance, k) || rates.iter().any(|rate| !rate.is_finite()) {
        return None;
    }
    let pairs = informative_pairs(covariance);
    pairs
        .iter()
        .map(|&(i, j)| (rates[i] - rates[j]).abs() / pair_variance(covariance, i, j).sqrt())
        .reduce(f64::max)
}

/// What random relabelling of people does to the extremes of K selection rates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PermutationExtremes {
    /// Largest rate less the smallest, as observed.
    pub max_gap: f64,
    /// Smallest rate over the largest, as observed.
    pub min_ratio: f64,
    /// p value of a gap at least as large.
    pub max_gap_p: f64,
    /// p value of a ratio at least as small.
    pub min_ratio_p: f64,
    /// Mean largest gap of the draws: what equality looks like with groups of these sizes.
    pub expected_max_gap: f64,
    /// Mean smallest ratio of the draws.
    pub expected_min_ratio: f64,
}

/// Extremes of the rates `selected[i]/sizes[i]` against random relabelling of all people, which keeps the
/// sizes and the number selected (multivariate hypergeometric).
///
/// Valid for one outcome a person. Groups without people are left out. `None` with fewer than two
/// groups left, when nobody was selected (there is no ratio), when a count exceeds its group, or
/// without draws.
#[must_use]
pub fn permutation_extremes(selected: &[u64], sizes: &[u64], draws: usize, seed: u64) -> Option<PermutationExtremes> {
    if selected.len() != sizes.len() || selected.iter().zip(sizes).any(|(x, n)| x > n) {
        return None;
    }
    let groups: Vec<(u64, u64)> = selected
        .iter()
        .copied()
        .zip(sizes.iter().copied())
        .filter(|&(_, n)| n > 0)
        .collect();
    let people = checked_sum(groups.iter().map(|&(_, n)| n))?;
    let chosen = checked_sum(groups.iter().map(|&(x, _)| x))?;
    if groups.len() < 2 || chosen == 0 || draws == 0 {
        return None;
    }
    let (max_gap, min_ratio) = extremes(&groups);
    let mut rng = Rng::new(seed, 2);
    let (mut gaps_reached, mut ratios_reached) = (0, 0);
    let (mut gap_sum, mut ratio_sum) = (0.0, 0.0);
    let mut relabelled = groups.clone();
    for _ in 0..draws {
        let (mut people_left, mut chosen_left) = (people, chosen);
        for group in &mut relabelled {
            group.0 = rng.hypergeometric(people_left, chosen_left, group.1);
            people_left -= group.1;
            chosen_left -= group.0;
        }
        let (gap, ratio) = extremes(&relabelled);
        gaps_reached += usize::from(gap >= max_gap - TIE);
        ratios_reached += usize::from(ratio <= min_ratio + TIE);
        gap_sum += gap;
        ratio_sum += ratio;
    }
    Some(PermutationExtremes {
        max_gap,
        min_ratio,
        max_gap_p: counted_p(gaps_reached, draws),
        min_ratio_p: counted_p(ratios_reached, draws),
        expected_max_gap: gap_sum / draws as f64,
        expected_min_ratio: ratio_sum / draws as f64,
    })
}

/// Largest gap and smallest ratio of the rates of non-empty groups, somebody selected.
fn extremes(groups: &[(u64, u64)]) -> (f64, f64) {
    let (low, high) = groups
        .iter()
        .map(|&(x, n)| x as f64 / n as f64)
        .fold((f64::INFINITY, 0.0f64), |(low, high), rate| {
            (low.min(rate), high.max(rate))
        });
    (high - low, low / high)
}

fn checked_sum(mut counts: impl Iterator<Item = u64>) -> Option<u64> {
    counts.try_fold(0u64, u64::checked_add)
}

fn counted_p(reached: usize, draws: usize) -> f64 {
    (1.0 + reached as f64) / (1.0 + draws as f64)
}

/// From this many degrees of freedom on, the law of a variance is drawn from a normal number.
const MANY_DF: f64 = 20.0;

/// Draws of the largest studentised gap under equality.
fn simulated_ranges(covariance: &[Vec<f64>], df: &[f64], draws: usize, normals: &Normals) -> Option<Vec<f64>> {
    let k = df.len();
    let positive = df.iter().all(|&df| df > 0.0);
    if draws == 0 || !positive || !is_square(covariance, k) {
        return None;
    }
    let law = Law::new(covariance, df)?;
    // One number for each group, and one for each variance that is estimated from many.
    let each = k + df.iter().filter(|df| df.is_finite() && **df >= MANY_DF).count();
    let mut drawn = Drawn::new(k);
    let numbers = normals.first(each * draws);
    let mut few = normals.rng_of_few();
    let ranges = numbers.chunks_exact(each).take(draws).map(|numbers| {
        let (of_groups, of_variances) = numbers.split_at(k);
        let mut of_variances = of_variances.iter();
        law.scale(&mut drawn, |df, spread| {
            if df < MANY_DF {
                return few.chi_square(df) / df;
            }
            of_variances
                .next()
                .map_or(1.0, |number| chi_square_share_of(*number, spread))
        });
        law.range(&mut drawn, of_groups)
    });
    Some(ranges.collect())
}

/// What a draw is made from.
struct Law<'a> {
    covariance: &'a [Vec<f64>],
    df: &'a [f64],
    /// By group, see [`Spread`].
    spreads: Vec<Spread>,
    /// Lower triangular; where groups share nobody, its diagonal is all there is.
    factor: Vec<Vec<f64>>,
    variances: Vec<f64>,
    independent: bool,
    /// Whether every two groups have a difference with a standard error.
    informative: bool,
    pairs: Vec<(usize, usize)>,
}

/// One draw: estimates of the groups, and the root and value of what their variances are multiplied by.
struct Drawn {
    estimates: Vec<f64>,
    scales: Vec<f64>,
    variances: Vec<f64>,
}

impl Drawn {
    /// With three more groups, whose variance is infinite: they have no gap, and fill the last four up.
    fn new(k: usize) -> Self {
        let mut variances = vec![0.0; k];
        variances.resize(k + 3, f64::INFINITY);
        Self {
            estimates: vec![0.0; k + 3],
            scales: vec![1.0; k],
            variances,
        }
    }
}

impl<'a> Law<'a> {
    fn new(covariance: &'a [Vec<f64>], df: &'a [f64]) -> Option<Self> {
        let k = df.len();
        let pairs = informative_pairs(covariance);
        if pairs.is_empty() {
            return None;
        }
        let alone = |i: usize| covariance[i].iter().enumerate().all(|(j, c)| i == j || *c == 0.0);
        Some(Self {
            factor: semidefinite_factor(covariance)?,
            variances: (0..k).map(|i| covariance[i][i]).collect(),
            independent: (0..k).all(alone),
            informative: pairs.len() == k * (k - 1) / 2,
            pairs,
            spreads: df.iter().map(|df| Spread::new(*df)).collect(),
            covariance,
            df,
        })
    }

    /// Draws what each variance is multiplied by; an infinite df leaves it alone.
    fn scale(&self, drawn: &mut Drawn, mut share: impl FnMut(f64, Spread) -> f64) {
        for (i, (&df, spread)) in self.df.iter().zip(&self.spreads).enumerate() {
            let share = if df.is_finite() { share(df, *spread) } else { 1.0 };
            drawn.variances[i] = self.variances[i] * share;
            drawn.scales[i] = share;
        }
    }

    /// The largest studentised gap.
    fn range(&self, drawn: &mut Drawn, normals: &[f64]) -> f64 {
        for (i, (z, row)) in drawn.estimates.iter_mut().zip(&self.factor).enumerate() {
            *z = if self.independent {
                row[i] * normals[i]
            } else {
                row[..=i].iter().zip(normals).map(|(l, g)| l * g).sum()
            };
        }
        let Drawn {
            estimates,
            scales,
            variances,
        } = drawn;
        let mut largest = 0.0;
        if self.independent && self.informative {
            for i in 0..self.df.len() {
                let (z, v) = (estimates[i], variances[i]);
                largest = largest_square(z, v, &estimates[i + 1..], &variances[i + 1..], largest);
            }
        } else {
            for &(i, j) in &self.pairs {
                let shared = self.covariance[i][j] + self.covariance[j][i];
                let variance = variances[i] + variances[j] - (scales[i] * scales[j]).sqrt() * shared;
                let gap = estimates[i] - estimates[j];
                let square = if variance > 0.0 { gap * gap / variance } else { f64::MAX };
                largest = if square > largest { square } else { largest };
            }
        }
        largest.min(f64::MAX).sqrt()
    }
}

/// The largest squared gap between one estimate and the others, over its variance; at least `floor`. Four at a time.
fn largest_square(z: f64, variance: f64, others: &[f64], variances: &[f64], floor: f64) -> f64 {
    let square = |other: f64, its: f64| {
        let gap = z - other;
        gap * gap / (variance + its)
    };
    let mut best = [floor; 4];
    // What is left over are the groups that fill up.
    let (fours, _) = others.as_chunks::<4>();
    let (their_fours, _) = variances.as_chunks::<4>();
    for (four, their) in fours.iter().zip(their_fours) {
        for lane in 0..4 {
            let square = square(four[lane], their[lane]);
            best[lane] = if square > best[lane] { square } else { best[lane] };
        }
    }
    best.into_iter().fold(floor, f64::max)
}

/// Mean and standard deviation of the cube root of χ²(df)/df.
#[derive(Debug, Clone, Copy)]
struct Spread {
    mean: f64,
    deviation: f64,
}

impl Spread {
    fn new(df: f64) -> Self {
        let variance = 2.0 / (9.0 * df);
        Self {
            mean: 1.0 - variance,
            deviation: variance.sqrt(),
        }
    }
}

/// χ²(df)/df by the cube of a normal (E. B. Wilson and M. M. Hilferty, PNAS 17 (1931), 684–688). From 20 degrees on its
/// quantiles between 5 % and 95 % are within 10⁻³, and its lowest thousandth is 1.5 % too low: a critical value comes out
/// larger by less than one in a hundred, never smaller.
fn chi_square_share_of(normal: f64, spread: Spread) -> f64 {
    let root = spread.mean + spread.deviation * normal;
    root * root * root
}

fn is_square(matrix: &[Vec<f64>], k: usize) -> bool {
    matrix.len() == k
        && matrix.iter().all(|row| row.len() == k)
        && matrix.iter().flatten().all(|value| value.is_finite())
}

fn pair_variance(covariance: &[Vec<f64>], i: usize, j: usize) -> f64 {
    covariance[i][i] + covariance[j][j] - covariance[i][j] - covariance[j][i]
}

/// Pairs whose difference has a standard error, rounding set aside.
fn informative_pairs(covariance: &[Vec<f64>]) -> Vec<(usize, usize)> {
    let k = covariance.len();
    (0..k)
        .flat_map(|i| (i + 1..k).map(move |j| (i, j)))
        .filter(|&(i, j)| pair_variance(covariance, i, j) > 1e-12 * (covariance[i][i] + covariance[j][j]))
        .collect()
}

/// Lower-triangular L with LLᵀ = `matrix`, a zero pivot giving a zero column. `None` when the matrix is
/// not symmetric and positive semidefinite to rounding.
fn semidefinite_factor(matrix: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    const ROUNDING: f64 = 1e-10;
    let k = matrix.len();
    let mut factor = vec![vec![0.0; k]; k];
    for j in 0..k {
        let dot = |factor: &[Vec<f64>], i: usize| -> f64 { (0..j).map(|l| factor[i][l] * factor[j][l]).sum() };
        let pivot = matrix[j][j] - dot(&factor, j);
        if pivot < -ROUNDING * matrix[j][j].abs() || matrix[j][j] < 0.0 {
            return None;
        }
        let zero = pivot <= ROUNDING * matrix[j][j];
        for i in j..k {
            let slack = ROUNDING * (matrix[i][i].max(0.0) * matrix[j][j]).sqrt();
            if (matrix[i][j] - matrix[j][i]).abs() > slack {
                return None;
            }
            let rest = matrix[i][j] - dot(&factor, i);
            if !zero {
                factor[i][j] = rest / pivot.sqrt();
            } else if i > j && rest.abs() > slack.max(f64::MIN_POSITIVE) * 1e3 {
                return None;
            }
        }
    }
    Some(factor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::oracle::assert_close;
    use crate::inference::special::t_two_sided;

    fn diagonal(variances: &[f64]) -> Vec<Vec<f64>> {
        (0..variances.len())
            .map(|i| {
                (0..variances.len())
                    .map(|j| if i == j { variances[i] } else { 0.0 })
                    .collect()
            })
            .collect()
    }

    #[test]
    fn two_groups_give_the_normal_critical_value() {
        // scipy 1.17.1 stats.norm.ppf(0.975); Monte-Carlo error of the quantile about 0.013
        let df = [f64::INFINITY; 2];
        let critical = studentised_range_critical(&diagonal(&[0.2, 7.0]), &df, 0.95, 40_000, 1).unwrap();
        assert_close(critical, 1.959963984540054, 0.02);
    }

    #[test]
    fn equal_groups_give_tukeys_critical_value() {
        // scipy 1.17.1 stats.studentized_range.ppf(0.95, K, inf)/√2
        for (k, expected) in [(3, 2.343700586378409), (5, 2.7277743708703763), (10, 3.163683577053373)] {
            let covariance = diagonal(&vec![0.01; k]);
            let df = vec![f64::INFINITY; k];
            let critical = studentised_range_critical(&covariance, &df, 0.95, 20_000, 2).unwrap();
            assert_close(critical, expected, 0.02);
        }
    }

    #[test]
    fn few_degrees_of_freedom_widen_the_tails() {
        // Two groups of 5 with equal variances: Welch's statistic, whose df is between 4 and 8.
        let covariance = diagonal(&[1.0, 1.0]);
        let p = max_gap_p(2.5, &covariance, &[4.0, 4.0], 20_000, 3).unwrap();
        let (least, most) = (t_two_sided(2.5, 8.0).unwrap(), t_two_sided(2.5, 4.0).unwrap());
        assert!(p > least * 0.95 && p < most * 1.05, "{least} {p} {most}");
        // One group known exactly: a plain t with the other's df.
        let p = max_gap_p(2.5, &diagonal(&[0.0, 1.0]), &[f64::INFINITY, 4.0], 20_000, 3).unwrap();
        assert_close(p, most, 0.08);
    }

    #[test]
    fn correlated_groups() {
        // Sharing people, ρ = 0.5: differences correlate the same, so Tukey's value remains.
        let covariance: Vec<Vec<f64>> = (0..3)
            .map(|i| (0..3).map(|j| if i == j { 2.0 } else { 1.0 }).collect())
            .collect();
        let df = [f64::INFINITY; 3];
        let critical = studentised_range_critical(&covariance, &df, 0.95, 20_000, 4).unwrap();
        assert_close(critical, 2.343700586378409, 0.02);
    }

    #[test]
    fn semidefinite_covariance_is_served() {
        // Group 2 repeats group 1: one informative contrast, so the normal value.
        let covariance = [vec![1.0, 1.0, 0.0], vec![1.0, 1.0, 0.0], vec![0.0, 0.0, 1.0]];
        let df = [f64::INFINITY; 3];
        let critical = studentised_range_critical(&covariance, &df, 0.95, 20_000, 5).unwrap();
        assert_close(critical, 1.959963984540054, 0.03);
        let all_alike = vec![vec![1.0; 3]; 3];
        assert_eq!(studentised_range_critical(&all_alike, &df, 0.95, 100, 5), None);
    }

    #[test]
    fn same_seed_same_number() {
        let covariance = diagonal(&[1.0, 2.0, 3.0]);
        let df = [5.0, f64::INFINITY, 9.5];
        let critical = |seed| studentised_range_critical(&covariance, &df, 0.9, 500, seed);
        assert_eq!(critical(11), critical(11));
        assert_ne!(critical(11), critical(12));
    }

    #[test]
    fn refuses_what_is_no_covariance() {
        let df = [f64::INFINITY; 2];
        let critical = |m: &[Vec<f64>]| studentised_range_critical(m, &df, 0.95, 10, 1);
        assert_eq!(critical(&[vec![1.0, 2.0], vec![2.0, 1.0]]), None);
        assert_eq!(critical(&[vec![1.0, 0.5], vec![0.1, 1.0]]), None);
        assert_eq!(critical(&[vec![-1.0, 0.0], vec![0.0, 1.0]]), None);
        assert_eq!(critical(&[vec![f64::NAN, 0.0], vec![0.0, 1.0]]), None);
        assert_eq!(critical(&[vec![0.0, 0.0], vec![0.0, 0.0]]), None);
        assert_eq!(critical(&[vec![1.0]]), None);
        assert_eq!(
            studentised_range_critical(&diagonal(&[1.0, 1.0]), &df, 0.95, 0, 1),
            None
        );
        assert_eq!(
            studentised_range_critical(&diagonal(&[1.0, 1.0]), &[0.0, 1.0], 0.95, 9, 1),
            None
        );
        assert_eq!(max_gap_p(f64::NAN, &diagonal(&[1.0, 1.0]), &df, 9, 1), None);
    }

    #[test]
    fn observed_statistic() {
        let covariance = diagonal(&[0.0, 0.04, 0.05]);
        let range = studentised_range(&[0.5, 0.1, 0.4], &covariance).unwrap();
        assert_close(range, 2.0, 1e-14);
        assert_eq!(studentised_range(&[0.5], &diagonal(&[1.0])), None);
    }

    #[test]
    fn permutation_matches_enumeration() {
        // every relabelling enumerated with exact rationals, Python 3.11
        let draws = 20_000;
        let error = |p: f64| 4.0 * (p * (1.0 - p) / draws as f64).sqrt() / p;
        let found = permutation_extremes(&[2, 6, 0, 1], &[8, 9, 0, 5], draws, 9).unwrap();
        assert_close(found.max_gap, 6.0 / 9.0 - 0.2, 1e-15);
        assert_close(found.min_ratio, 0.3, 1e-15);
        assert_close(found.max_gap_p, 0.20546017450042217, error(0.2));
        assert_close(found.min_ratio_p, 0.18181818181818182, error(0.18));
        assert_close(found.expected_max_gap, 0.32764665674882393, 0.02);
        assert_close(found.expected_min_ratio, 0.4576722746514874, 0.03);
    }

    #[test]
    fn ties_count_as_reaching_the_observation() {
        // Equal rates: every relabelling is at least as extreme.
        let found = permutation_extremes(&[3, 3, 3], &[6, 6, 6], 500, 10).unwrap();
        assert_eq!(found.max_gap_p, 1.0);
        assert_eq!(found.min_ratio_p, 1.0);
    }

    #[test]
    fn a_simulated_p_value_is_never_zero() {
        let found = permutation_extremes(&[1000, 0], &[1000, 1000], 99, 10).unwrap();
        assert_eq!(found.max_gap_p, 0.01);
        assert_eq!(found.min_ratio_p, 0.01);
    }

    #[test]
    fn refuses_what_holds_no_comparison() {
        assert_eq!(permutation_extremes(&[0, 0], &[5, 5], 10, 1), None);
        assert_eq!(permutation_extremes(&[1, 0], &[5, 0], 10, 1), None);
        assert_eq!(permutation_extremes(&[6, 0], &[5, 5], 10, 1), None);
        assert_eq!(permutation_extremes(&[1], &[5, 5], 10, 1), None);
        assert_eq!(permutation_extremes(&[1, 1], &[5, 5], 0, 1), None);
        assert_eq!(permutation_extremes(&[1, 1], &[u64::MAX, 5], 10, 1), None);
    }

    #[test]
    fn ci_of_max_gap_covers_zero_under_equality() {
        // The least a critical value can do: among five equal groups, 95 % of audits find nothing.
        let covariance = diagonal(&[1.0, 0.5, 2.0, 1.0, 0.1]);
        let df = [12.0; 5];
        let critical = studentised_range_critical(&covariance, &df, 0.95, 4_000, 21).unwrap();
        let fresh = simulated_ranges(&covariance, &df, 4_000, &Normals::new(22)).unwrap();
        let covered = fresh.iter().filter(|&&range| range <= critical).count();
        assert!((0.935..=0.965).contains(&(covered as f64 / 4_000.0)));
    }
}
