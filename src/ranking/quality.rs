//! How good the head of a list is for the person who got it.

use super::Discount;

/// Against which list a discounted gain is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ideal {
    /// One with as many relevant items at its head as there are, at most to the depth.
    Achievable,
    /// One that is relevant down to the depth, whether or not there are so many items: who has fewer relevant items
    /// scores lower.
    Depth,
}

/// Numbers of one list down to a depth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quality {
    /// Relevant items by depth.
    pub precision: f64,
    /// 1 if any is relevant.
    pub hit: f64,
    /// 1 / rank of the first relevant item; 0 if there is none.
    pub reciprocal_rank: f64,
    /// Relevant items by all relevant ones; `None` where nothing is relevant.
    pub recall: Option<f64>,
    /// Discounted gain by that of the ideal list; `None` where nothing is relevant.
    pub ndcg: Option<f64>,
}

/// Numbers of a list: the ranks of its relevant items, and how many are relevant in all, also without a rank.
///
/// Gains are 1, the discount is 1 / log2(rank + 1) (Järvelin & Kekäläinen 2002).
#[must_use]
pub fn quality(ranks: &[u32], relevant: usize, depth: u32, ideal: Ideal) -> Quality {
    let within = || ranks.iter().copied().filter(|rank| *rank <= depth);
    let hits = within().count() as f64;
    let first = within().min();
    let gain: f64 = within().map(|rank| Discount::Log2.at(rank)).sum();
    let best = match ideal {
        Ideal::Achievable => relevant.min(depth as usize) as u32,
        Ideal::Depth => depth,
    };
    let best: f64 = (1..=best).map(|rank| Discount::Log2.at(rank)).sum();
    let some = relevant > 0;
    Quality {
        precision: hits / f64::from(depth),
        hit: f64::from(u8::from(first.is_some())),
        reciprocal_rank: first.map_or(0.0, |rank| 1.0 / f64::from(rank)),
        recall: some.then(|| hits / relevant as f64),
        ndcg: some.then(|| gain / best),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Järvelin & Kekäläinen's gain by hand: relevant at ranks 1, 3 and 6, one more without a rank, depth 5.
    #[test]
    fn a_list_by_hand() {
        let found = quality(&[1, 3, 6], 4, 5, Ideal::Achievable);
        assert!((found.precision - 0.4).abs() < 1e-15);
        assert!((found.recall.unwrap() - 0.5).abs() < 1e-15);
        assert_eq!((found.hit, found.reciprocal_rank), (1.0, 1.0));
        let gain = 1.0 + 1.0 / 2.0;
        let best = 1.0 + 1.0 / 3f64.log2() + 1.0 / 2.0 + 1.0 / 5f64.log2();
        assert!((found.ndcg.unwrap() - gain / best).abs() < 1e-12);
        let best = best + 1.0 / 6f64.log2();
        let of_depth = quality(&[1, 3, 6], 4, 5, Ideal::Depth);
        assert!((of_depth.ndcg.unwrap() - gain / best).abs() < 1e-12);
    }

    #[test]
    fn nothing_relevant_is_no_recall() {
        let found = quality(&[], 0, 10, Ideal::Achievable);
        assert_eq!((found.recall, found.ndcg), (None, None));
        assert_eq!((found.precision, found.hit, found.reciprocal_rank), (0.0, 0.0, 0.0));
        // Relevant, but below the depth.
        let found = quality(&[11], 1, 10, Ideal::Achievable);
        assert_eq!(
            (found.recall, found.ndcg, found.reciprocal_rank),
            (Some(0.0), Some(0.0), 0.0)
        );
    }
}
