//! Whose items stand where: a list as the groups of its items, in the order of their ranks.

/// Σ p ln(p / q) with 0 ln 0 = 0, in nats; infinite where `q` lacks what `p` has.
#[must_use]
pub fn divergence(p: &[f64], q: &[f64]) -> f64 {
    let terms = p
        .iter()
        .zip(q)
        .map(|(p, q)| if *p > 0.0 { p * (p / q).ln() } else { 0.0 });
    terms.sum::<f64>().max(0.0)
}

/// Jensen–Shannon divergence in bits, 0 to 1 (Lin 1991, IEEE Transactions on Information Theory 37).
#[must_use]
pub fn jensen_shannon(p: &[f64], q: &[f64]) -> f64 {
    let middle: Vec<f64> = p.iter().zip(q).map(|(p, q)| f64::midpoint(*p, *q)).collect();
    let halves = f64::midpoint(divergence(p, &middle), divergence(q, &middle));
    (halves / std::f64::consts::LN_2).min(1.0)
}

/// ln(share / target): 0 where a group has its share; `None` where it has nothing, or was to have nothing.
///
/// Geyik, Ambler & Kenthapadi 2019 (KDD), definition 1; no smoothing.
#[must_use]
pub fn skew(share: f64, target: f64) -> Option<f64> {
    (share > 0.0 && target > 0.0).then(|| (share / target).ln())
}

/// Counts of each group in every prefix, ended by the caller.
fn prefixes(order: &[usize], groups: usize, mut each: impl FnMut(usize, &[f64])) {
    let mut counts = vec![0.0; groups];
    for (length, group) in (1..).zip(order) {
        counts[*group] += 1.0;
        each(length, &counts);
    }
}

/// Normalised discounted Kullback–Leibler divergence: the mean over prefixes of the divergence of their shares from the
/// target, weighted by 1 / log2(length + 1), in nats; `None` for an empty list, or where an item's group has no target.
///
/// Geyik, Ambler & Kenthapadi 2019 (KDD), definition 4; no smoothing.
#[must_use]
pub fn ndkl(order: &[usize], target: &[f64]) -> Option<f64> {
    if order.is_empty() || order.iter().any(|group| target[*group] <= 0.0) {
        return None;
    }
    let (mut sum, mut weights) = (0.0, 0.0);
    prefixes(order, target.len(), |length, counts| {
        let shares: Vec<f64> = counts.iter().map(|count| count / length as f64).collect();
        let weight = 1.0 / (length as f64 + 1.0).log2();
        sum += weight * divergence(&shares, target);
        weights += weight;
    });
    Some(sum / weights)
}

/// How many prefixes have too few of some group, and how many pairs of a prefix and a group there are: fewer than
/// ⌊target · length⌋ (Geyik, Ambler & Kenthapadi 2019, InfeasibleIndex and InfeasibleCount).
#[must_use]
pub fn infeasible(order: &[usize], target: &[f64]) -> (u32, u32) {
    let (mut index, mut count) = (0, 0);
    prefixes(order, target.len(), |length, counts| {
        // A trace of rounding must not ask for one more: 0.3 · 10 is 3.
        let wanted = |share: f64| (share * length as f64 + 1e-9).floor();
        let lacking = counts
            .iter()
            .zip(target)
            .filter(|(count, share)| **count < wanted(**share));
        let lacking = lacking.count() as u32;
        index += u32::from(lacking > 0);
        count += lacking;
    });
    (index, count)
}

/// Cut points of a list: every `step` ranks, and its end.
fn cuts(length: usize, step: usize) -> impl Iterator<Item = usize> {
    let inner = (step..length).step_by(step.max(1));
    inner.chain(std::iter::once(length))
}

/// A measure of Yang & Stoyanovich: distances at the cut points, weighted by 1 / log2(cut), by the largest that any order
/// of as many protected items has. That is one of both extremes: all of them first, or all last.
fn prefix_measure(protected: &[bool], step: usize, distance: impl Fn(f64, f64) -> f64) -> Option<f64> {
    let (length, all) = (protected.len(), protected.iter().filter(|is| **is).count());
    // At the end every order is alike: without a cut before it there is nothing to see.
    if length <= step || all == 0 || all == length {
        return None;
    }
    let sum = |within: &dyn Fn(usize) -> usize| {
        cuts(length, step)
            // The weight of a cut at 1 has no end; the first that has one is 2.
            .filter(|cut| *cut > 1)
            .map(|cut| distance(within(cut) as f64, cut as f64) / (cut as f64).log2())
            .sum::<f64>()
    };
    let own = sum(&|cut| protected[..cut].iter().filter(|is| **is).count());
    let first = sum(&|cut| cut.min(all));
    let last = sum(&|cut| (cut + all).saturating_sub(length));
    let largest = first.max(last);
    (largest > 0.0).then(|| own / largest)
}

/// rND, 0 to 1: how far the protected share of prefixes is from that of the list (Yang & Stoyanovich 2017, SSDBM,
/// section 3.1); `None` where the list has no cut point before its end, or only one kind of items.
#[must_use]
pub fn prefix_difference(protected: &[bool], step: usize) -> Option<f64> {
    let share = share(protected);
    prefix_measure(protected, step, |own, cut| (own / cut - share).abs())
}

/// rKL, 0 to 1: the same with the Kullback–Leibler divergence in bits (section 3.2 there).
#[must_use]
pub fn prefix_kl(protected: &[bool], step: usize) -> Option<f64> {
    let share = share(protected);
    prefix_measure(protected, step, |own, cut| {
        let own = own / cut;
        divergence(&[own, 1.0 - own], &[share, 1.0 - share]) / std::f64::consts::LN_2
    })
}

/// rRD, 0 to 1: the same with ratios of protected to other items (section 3.3 there), where a ratio that has a 0 in it is 0;
/// `None` too where the protected are no minority, for which it is not meant.
#[must_use]
pub fn prefix_ratio(protected: &[bool], step: usize) -> Option<f64> {
    let share = share(protected);
    if share > 0.5 {
        return None;
    }
    let ratio = |own: f64, cut: f64| if own == cut { 0.0 } else { own / (cut - own) };
    let whole = ratio(share, 1.0);
    prefix_measure(protected, step, |own, cut| (ratio(own, cut) - whole).abs())
}

fn share(protected: &[bool]) -> f64 {
    protected.iter().filter(|is| **is).count() as f64 / protected.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-9, "{a} is not {b}");
    }

    const ORDER: [usize; 8] = [0, 0, 1, 0, 1, 1, 0, 0];
    const HALVES: [f64; 2] = [0.5, 0.5];

    /// Numbers of an independent computation (`tests/oracles/lists.py`).
    #[test]
    fn skew_and_ndkl_of_the_published_example() {
        close(skew(3.0 / 4.0, 0.5).unwrap(), 0.405_465_108_1);
        close(skew(1.0 / 4.0, 0.5).unwrap(), -std::f64::consts::LN_2);
        assert_eq!(skew(0.0, 0.5), None);
        close(ndkl(&ORDER, &HALVES).unwrap(), 0.312_711_716_2);
        assert_eq!(ndkl(&[], &HALVES), None);
        assert_eq!(ndkl(&ORDER, &[1.0, 0.0]), None);
    }

    #[test]
    fn attention_against_a_target() {
        let own = [0.685_577_045_3, 0.314_422_954_7];
        close(jensen_shannon(&own, &HALVES), 0.025_906_437_3);
        close(jensen_shannon(&[1.0, 0.0], &[0.0, 1.0]), 1.0);
        // Half the sum of distances of the geometric attention: 0.3274509804.
        close((0.827_450_980_4_f64 - 0.5).abs(), 0.327_450_980_4);
    }

    /// By hand: of 0 0 1 0 …, prefix 2 lacks one of group 1; from there on nobody lacks.
    #[test]
    fn infeasible_prefixes_by_hand() {
        // Needed of each: 0, 1, 1, 2, 2, 3, 3, 4; there are of group 1: 0, 0, 1, 1, 2, 3, 3, 3.
        assert_eq!(infeasible(&ORDER, &HALVES), (3, 3));
        assert_eq!(infeasible(&[0, 1, 0, 1], &HALVES), (0, 0));
    }

    #[test]
    fn extremes_of_the_prefix_measures_are_one() {
        let last: Vec<bool> = (0..40).map(|i| i >= 30).collect();
        let first: Vec<bool> = (0..40).map(|i| i < 10).collect();
        for measure in [prefix_difference, prefix_kl, prefix_ratio] {
            let (a, b) = (measure(&first, 10).unwrap(), measure(&last, 10).unwrap());
            assert!((a.max(b) - 1.0).abs() < 1e-12 && a > 0.0 && b > 0.0, "{a} {b}");
            assert_eq!(measure(&first, 40), None);
            assert_eq!(measure(&[true; 40], 10), None);
        }
    }

    /// Yang & Stoyanovich's sums by hand: 20 items, every second protected but the first six; cuts at 10 and 20.
    #[test]
    fn prefix_measures_by_hand() {
        let protected: Vec<bool> = (0..20).map(|i| i >= 6 && i % 2 == 1).collect();
        // 7 of 20 are protected, 2 of them among the first ten; 7 and 0 at the extremes.
        let weight = 1.0 / 10f64.log2();
        let own = weight * (0.2_f64 - 0.35).abs();
        let largest = weight * (0.7_f64 - 0.35).abs();
        close(prefix_difference(&protected, 10).unwrap(), own / largest);
        let ratio = |x: f64| (x - 7.0 / 13.0).abs();
        let largest = ratio(7.0 / 3.0).max(ratio(0.0));
        close(prefix_ratio(&protected, 10).unwrap(), ratio(0.25) / largest);
        let kl = |p: f64| divergence(&[p, 1.0 - p], &[0.35, 0.65]);
        close(prefix_kl(&protected, 10).unwrap(), kl(0.2) / kl(0.7).max(kl(0.0)));
        let majority: Vec<bool> = protected.iter().map(|is| !is).collect();
        assert_eq!(prefix_ratio(&majority, 10), None);
    }
}
