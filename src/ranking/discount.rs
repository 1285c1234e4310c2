//! How much attention a place of a list gets.

/// What attention falls off by, as ranks grow from 1. The first rank has 1, except under [`Discount::Observed`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Discount {
    /// 1 / log2(rank + 1) (Järvelin & Kekäläinen 2002).
    Log2,
    /// γ^(rank − 1) (rank-biased precision, Moffat & Zobel 2008, without its factor 1 − γ).
    Geometric(f64),
    /// 1 / rank.
    Reciprocal,
    /// 1 up to this rank, 0 below.
    Step(u32),
    /// A column of the log says it.
    Observed,
    /// How likely a rank is looked at, as the spec or the log says.
    Examination,
}

impl Discount {
    /// Attention at a rank, counted from 1; what a column or the log says is not known here.
    #[must_use]
    pub fn at(self, rank: u32) -> f64 {
        let rank_from_zero = f64::from(rank.saturating_sub(1));
        match self {
            Discount::Log2 => 1.0 / (rank_from_zero + 2.0).log2(),
            Discount::Geometric(gamma) => gamma.powf(rank_from_zero),
            Discount::Reciprocal => 1.0 / (rank_from_zero + 1.0),
            Discount::Step(last) => f64::from(u8::from(rank <= last)),
            Discount::Observed | Discount::Examination => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-9, "{a} is not {b}");
    }

    /// A A B A B B A A by two discounts; numbers of an independent computation with numpy.
    #[test]
    fn exposure_of_the_published_example() {
        let of_a = [true, true, false, true, false, false, true, true];
        let sums = |discount: Discount| {
            let mut sums = [0.0; 2];
            for (rank, is_a) in (1..).zip(of_a) {
                sums[usize::from(!is_a)] += discount.at(rank);
            }
            sums
        };
        let [a, b] = sums(Discount::Log2);
        close(a / 5.0, 0.542_080_904_4);
        close(b / 3.0, 0.414_353_331_4);
        close((b / 3.0) / (a / 5.0), 0.764_375_443_1);
        close(a / (a + b), 0.685_577_045_3);
        let [a, b] = sums(Discount::Geometric(0.5));
        close(a / (a + b), 0.827_450_980_4);
        close(b / (a + b), 0.172_549_019_6);
    }

    #[test]
    fn places_of_the_other_discounts() {
        close(Discount::Reciprocal.at(4), 0.25);
        close(Discount::Step(3).at(3), 1.0);
        close(Discount::Step(3).at(4), 0.0);
        close(Discount::Log2.at(1), 1.0);
    }
}
