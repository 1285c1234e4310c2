//! How likely places of lists are looked at, as items tell that stood at neighbouring places.

/// Selections at two neighbouring ranks by the items that stood at both: each counts as much as the rows of its item at the
/// other rank say, so that items that stand high more often than low tip neither side.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Neighbours {
    /// Σ selections at the upper rank · rows at the lower / rows at both, over items.
    pub upper: f64,
    /// Σ selections at the lower rank · rows at the upper / rows at both, over items.
    pub lower: f64,
}

/// What a selection of an item counts by, which has so many rows at the rank where it happened and at the neighbour.
#[must_use]
pub fn counts(here: f64, there: f64) -> f64 {
    if there > 0.0 { there / (here + there) } else { 0.0 }
}

/// How likely each rank is looked at, by the first: the product of the ratios from rank to rank. `None` from the first rank on
/// that no item tells from the one before.
///
/// The ratio is the Mantel–Haenszel ratio of selection rates with items as strata (Greenland & Robins 1985); that examination
/// shows in items whose rank was changed, and is chained from rank to rank: Agarwal et al. 2019 (WSDM), `AdjacentChain`.
#[must_use]
pub fn examination(neighbours: &[Neighbours]) -> Vec<Option<f64>> {
    let mut chances = vec![Some(1.0)];
    let mut last = Some(1.0);
    for pair in neighbours {
        let told = pair.upper > 0.0 && pair.lower > 0.0;
        last = last.filter(|_| told).map(|last| last * pair.lower / pair.upper);
        chances.push(last);
    }
    chances
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: item a has 10 rows and 4 selections at rank 1, 30 and 6 at rank 2; item b 20 and 2, 20 and 1. The ratio is
    /// (6 · 10/40 + 1 · 20/40) / (4 · 30/40 + 2 · 20/40) = 2 / 4.
    #[test]
    fn a_ratio_of_two_items_by_hand() {
        let pair = Neighbours {
            upper: 4.0 * counts(10.0, 30.0) + 2.0 * counts(20.0, 20.0),
            lower: 6.0 * counts(30.0, 10.0) + counts(20.0, 20.0),
        };
        assert_eq!((pair.upper, pair.lower), (4.0, 2.0));
        let next = Neighbours { upper: 5.0, lower: 4.0 };
        let nothing = Neighbours::default();
        let told = examination(&[pair, next, nothing, next]);
        assert_eq!(told, [Some(1.0), Some(0.5), Some(0.4), None, None]);
        // An item that stood at one rank only says nothing.
        assert!(counts(7.0, 0.0).abs() < 1e-300);
    }
}
