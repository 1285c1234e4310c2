//! The test of a ranked list for one group (FA*IR): does every prefix have as many of it as chance would give?

/// Halvings of the search for a level: beyond the last digit of a double.
const HALVINGS: u32 = 60;

/// The fewest of a group that each prefix needs.
#[derive(Debug, Clone, PartialEq)]
pub struct FairTop {
    /// By prefix length less one.
    pub fewest: Vec<u32>,
    /// The level at which each prefix is tested.
    pub alpha: f64,
    /// The chance that an order by chance fails.
    pub fails: f64,
}

impl FairTop {
    /// The test of lists of `length` items of which each is of the group with this chance, every prefix at level `alpha`.
    ///
    /// Zehlike et al. 2017 (CIKM), definition 3.
    #[must_use]
    pub fn unadjusted(length: usize, chance: f64, alpha: f64) -> Self {
        let fewest = fewest(length, chance, alpha);
        let fails = fails(&fewest, chance);
        Self { fewest, alpha, fails }
    }

    /// The same with the highest level at which an order by chance fails no more often than `alpha` in all.
    ///
    /// Zehlike et al. 2017, section 4.3; there (and in `fairsearch`) the level is taken whose failures come closest to
    /// `alpha`, on either side.
    #[must_use]
    pub fn adjusted(length: usize, chance: f64, alpha: f64) -> Self {
        let whole = Self::unadjusted(length, chance, alpha);
        if whole.fails <= alpha {
            return whole;
        }
        let (mut low, mut high) = (0.0, alpha);
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(low, high);
            if fails(&fewest(length, chance, middle), chance) <= alpha {
                low = middle;
            } else {
                high = middle;
            }
        }
        Self::unadjusted(length, chance, low)
    }

    /// Whether a list fails: the places of the group's items in it, in order.
    #[must_use]
    pub fn is_failed_by(&self, is_of_group: impl Iterator<Item = bool>) -> bool {
        let mut count = 0;
        self.fewest.iter().zip(is_of_group).any(|(fewest, is)| {
            count += u32::from(is);
            count < *fewest
        })
    }
}

/// By prefix length: the lowest count whose distribution function reaches `alpha`.
fn fewest(length: usize, chance: f64, alpha: f64) -> Vec<u32> {
    // Chances of each count, one draw after the other.
    let mut chances = vec![1.0];
    (0..length)
        .map(|_| {
            let mut next = vec![0.0; chances.len() + 1];
            for (count, mass) in chances.iter().enumerate() {
                next[count] += mass * (1.0 - chance);
                next[count + 1] += mass * chance;
            }
            chances = next;
            let mut reached = 0.0;
            let at = chances.iter().position(|mass| {
                reached += mass;
                // A level that is just reached is reached, whatever the last digit says.
                reached >= alpha * (1.0 - 1e-12)
            });
            at.unwrap_or(chances.len() - 1) as u32
        })
        .collect()
}

/// The chance that draws fail somewhere: those that never did are followed by their count.
fn fails(fewest: &[u32], chance: f64) -> f64 {
    let mut passing = vec![1.0];
    for needed in fewest {
        let mut next = vec![0.0; passing.len() + 1];
        for (count, mass) in passing.iter().enumerate() {
            next[count] += mass * (1.0 - chance);
            next[count + 1] += mass * chance;
        }
        for mass in next.iter_mut().take(*needed as usize) {
            *mass = 0.0;
        }
        passing = next;
    }
    (1.0 - passing.iter().sum::<f64>()).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-9, "{a} is not {b}");
    }

    fn table(parts: &[(u32, usize)]) -> Vec<u32> {
        parts.iter().flat_map(|(fewest, times)| vec![*fewest; *times]).collect()
    }

    /// Tables of `fairsearch` (fairsearchcore 1.0.4) and scipy's `binom.ppf`; chances of both and of a recursion in Python
    /// (`tests/oracles/lists.py`). Of the first table `fairsearch` tells 0.115, the chance to fail before its last rank.
    #[test]
    fn published_tables() {
        let test = FairTop::unadjusted(20, 0.25, 0.1);
        assert_eq!(test.fewest, table(&[(0, 8), (1, 6), (2, 5), (3, 1)]));
        close(test.fails, 0.146_887_188_699);
        // The level to which `fairsearch` comes closest.
        let closest = FairTop::unadjusted(20, 0.25, 0.078_125);
        assert_eq!(closest.fewest, table(&[(0, 8), (1, 7), (2, 5)]));
        close(closest.fails, 0.105_152_473_552);
        close(FairTop::unadjusted(10, 0.2, 0.15).fails, 0.134_217_728);
        close(FairTop::unadjusted(30, 0.3, 0.05).fails, 0.106_357_061_250);
    }

    #[test]
    fn an_adjusted_test_never_fails_too_often() {
        for (length, chance, alpha) in [(20, 0.25, 0.1), (30, 0.3, 0.05), (10, 0.2, 0.15), (100, 0.5, 0.1)] {
            let test = FairTop::adjusted(length, chance, alpha);
            assert!(test.fails <= alpha && test.alpha <= alpha, "{test:?}");
            // The next table fails too often.
            let next = FairTop::unadjusted(length, chance, test.alpha * (1.0 + 1e-6) + 1e-9);
            assert!(next.fails > alpha || test.alpha == alpha, "{test:?} {next:?}");
        }
        assert_eq!(FairTop::adjusted(10, 0.2, 0.15), FairTop::unadjusted(10, 0.2, 0.15));
        // `fairsearch` reports the adjusted table of this one to fail as often.
        close(FairTop::adjusted(30, 0.3, 0.05).fails, 0.048_777_307_972);
        close(FairTop::adjusted(40, 0.5, 0.1).fails, 0.099_049_979_744);
    }

    #[test]
    fn lists_that_pass_and_fail() {
        let test = FairTop::unadjusted(20, 0.25, 0.1);
        let all_last = |first: usize| (0..20).map(move |place| place >= first);
        assert!(!test.is_failed_by(all_last(8)));
        assert!(test.is_failed_by(all_last(9)));
        // A list that is shorter than the test is looked at as far as it goes.
        assert!(!test.is_failed_by([false; 8].into_iter()));
    }
}
