//! A seeded generator whose numbers never change between versions.
//!
//! SplitMix64 (G. L. Steele, D. Lea and C. H. Flood, OOPSLA 2014), used by counter: the i-th number of a
//! stream is a function of seed, stream and i alone. A report made with one seed can be made again with
//! any later version, so the sequences below are part of the interface and pinned by tests.

use super::stirling::hypergeometric_ln_pmf;

/// 2⁶⁴ divided by the golden ratio, odd: SplitMix64's increment.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// One stream of random numbers.
#[derive(Debug, Clone)]
pub struct Rng {
    state: u64,
}

impl Rng {
    /// The stream numbered `stream` of a seed. Stream 0 is SplitMix64 itself, started at the seed.
    #[must_use]
    pub fn new(seed: u64, stream: u64) -> Self {
        Self {
            state: if stream == 0 {
                seed
            } else {
                mix(seed ^ mix(stream.wrapping_mul(GOLDEN)))
            },
        }
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GOLDEN);
        mix(self.state)
    }

    /// Uniform strictly between 0 and 1: the middles of 2⁵² equal cells.
    pub fn uniform(&mut self) -> f64 {
        const CELL: f64 = 1.0 / (1u64 << 52) as f64;
        ((self.next_u64() >> 12) as f64 + 0.5) * CELL
    }

    /// Standard normal: two numbers of the stream each.
    ///
    /// G. E. P. Box and M. E. Muller, Annals of Mathematical Statistics 29 (1958), 610–611; the second of the pair is
    /// thrown away, so that a draw does not depend on how many were drawn before.
    pub fn standard_normal(&mut self) -> f64 {
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// Gamma with the given shape and scale 1; 0 when the shape is not positive and finite.
    ///
    /// G. Marsaglia and W. W. Tsang, ACM TOMS 26 (2000), 363–372. A shape below 1 is drawn one higher and
    /// multiplied by U^(1/shape).
    pub fn gamma(&mut self, shape: f64) -> f64 {
        if !(shape > 0.0 && shape.is_finite()) {
            return 0.0;
        }
        let (shape, boost) = if shape < 1.0 {
            (shape + 1.0, self.uniform().powf(1.0 / shape))
        } else {
            (shape, 1.0)
        };
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.standard_normal();
            let cube = 1.0 + c * x;
            if cube <= 0.0 {
                continue;
            }
            let v = cube * cube * cube;
            if self.uniform().ln() < 0.5 * x * x + d * (1.0 - v + v.ln()) {
                return d * v * boost;
            }
        }
    }

    /// χ² with `df` degrees of freedom.
    pub fn chi_square(&mut self, df: f64) -> f64 {
        2.0 * self.gamma(df / 2.0)
    }

    /// Successes among `draws` taken without replacement from a `population` holding `successes`.
    ///
    /// Inversion, the support taken in the order mode, mode + 1, mode − 1, …: one uniform and on average
    /// about as many steps as the standard deviation. Counts above the population are cut to it.
    pub fn hypergeometric(&mut self, population: u64, successes: u64, draws: u64) -> u64 {
        let successes = successes.min(population);
        let draws = draws.min(population);
        let failures = population - successes;
        let lowest = draws.saturating_sub(failures);
        let highest = draws.min(successes);
        let uniform = self.uniform();
        if lowest == highest {
            return lowest;
        }
        let mode = (u128::from(draws) + 1) * (u128::from(successes) + 1) / (u128::from(population) + 2);
        let mode = u64::try_from(mode).unwrap_or(highest).clamp(lowest, highest);
        let (s, f, d) = (successes as f64, failures as f64, draws as f64);
        let mass = hypergeometric_ln_pmf(mode as f64, population as f64, s, d).exp();
        let mut left = uniform - mass;
        let (mut up, mut down) = (mode, mode);
        let (mut mass_up, mut mass_down) = (mass, mass);
        while left > 0.0 && (up < highest || down > lowest) {
            if up < highest {
                let k = up as f64;
                mass_up *= (s - k) / (k + 1.0) * ((d - k) / (f - d + k + 1.0));
                up += 1;
                left -= mass_up;
                if left <= 0.0 {
                    return up;
                }
            }
            if down > lowest {
                let k = down as f64;
                mass_down *= k / (s - k + 1.0) * ((f - d + k) / (d - k + 1.0));
                down -= 1;
                left -= mass_down;
                if left <= 0.0 {
                    return down;
                }
            }
            // What is left is rounding, once neither side adds to the sum.
            if mass_up.max(mass_down) < 1e-20 {
                break;
            }
        }
        mode
    }
}

/// SplitMix64's finaliser.
fn mix(z: u64) -> u64 {
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::oracle::assert_close;
    use crate::inference::special::chi2_sf;

    #[test]
    fn is_splitmix64() {
        // first outputs of the reference splitmix64.c (S. Vigna) started at 1234567
        let mut rng = Rng::new(1_234_567, 0);
        let drawn: Vec<u64> = (0..5).map(|_| rng.next_u64()).collect();
        assert_eq!(
            drawn,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423,
                4_593_380_528_125_082_431,
                16_408_922_859_458_223_821,
            ]
        );
    }

    #[test]
    fn streams_differ_and_repeat() {
        let first = |seed, stream| Rng::new(seed, stream).next_u64();
        assert_eq!(first(7, 1), first(7, 1));
        assert_ne!(first(7, 1), first(7, 2));
        assert_ne!(first(7, 1), first(8, 1));
        assert_ne!(first(7, 0), first(7, 1));
    }

    #[test]
    fn uniform_is_open() {
        let mut rng = Rng::new(3, 0);
        let n = 100_000;
        let mean = (0..n)
            .map(|_| rng.uniform())
            .inspect(|u| assert!(*u > 0.0 && *u < 1.0))
            .sum::<f64>()
            / f64::from(n);
        assert!((mean - 0.5).abs() < 4.0 / (12.0 * f64::from(n)).sqrt());
        const CELL: f64 = 1.0 / (1u64 << 52) as f64;
        assert!(((u64::MAX >> 12) as f64 + 0.5) * CELL < 1.0);
    }

    #[test]
    fn normal_moments() {
        let mut rng = Rng::new(4, 0);
        let n = 40_000;
        let draws: Vec<f64> = (0..n).map(|_| rng.standard_normal()).collect();
        let moment = |k: i32| draws.iter().map(|z| z.powi(k)).sum::<f64>() / f64::from(n);
        let error = 4.0 / f64::from(n).sqrt();
        assert!(moment(1).abs() < error);
        assert!((moment(2) - 1.0).abs() < error * 2f64.sqrt());
        assert!((moment(4) - 3.0).abs() < error * 96f64.sqrt());
    }

    #[test]
    fn chi_square_moments() {
        for df in [0.5, 1.0, 3.7, 30.0, 1e6] {
            let mut rng = Rng::new(5, 0);
            let n = 20_000;
            let draws: Vec<f64> = (0..n).map(|_| rng.chi_square(df)).collect();
            let mean = draws.iter().sum::<f64>() / f64::from(n);
            assert!(
                (mean - df).abs() < 4.0 * (2.0 * df / f64::from(n)).sqrt(),
                "{df} {mean}"
            );
            // The probability transform is uniform: compare the share above the upper quartile.
            let above = draws.iter().filter(|&&x| chi2_sf(x, df).unwrap() < 0.25).count();
            let share = above as f64 / f64::from(n);
            assert!(
                (share - 0.25).abs() < 4.0 * (0.1875 / f64::from(n)).sqrt(),
                "{df} {share}"
            );
        }
        assert_eq!(Rng::new(1, 0).gamma(f64::INFINITY), 0.0);
        assert_eq!(Rng::new(1, 0).gamma(-1.0), 0.0);
    }

    #[test]
    fn hypergeometric_frequencies() {
        // against the exact masses, χ² of the whole table
        let (population, successes, draws) = (30, 12, 9);
        let mut rng = Rng::new(6, 0);
        let n = 30_000;
        let mut counts = [0.0; 10];
        for _ in 0..n {
            counts[rng.hypergeometric(population, successes, draws) as usize] += 1.0;
        }
        let statistic: f64 = (0..=9u64)
            .map(|k| {
                let mass = crate::inference::special::hypergeometric_ln_pmf(k, population, successes, draws);
                let expected = mass.unwrap().exp() * f64::from(n);
                (counts[k as usize] - expected).powi(2) / expected
            })
            .sum();
        assert!(chi2_sf(statistic, 9.0).unwrap() > 1e-4, "{statistic}");
    }

    #[test]
    fn hypergeometric_moments_at_ten_million() {
        let (population, successes, draws) = (10_000_000, 3_000_000, 4_000_000);
        let mut rng = Rng::new(7, 0);
        let n = 2_000;
        let drawn: Vec<f64> = (0..n)
            .map(|_| rng.hypergeometric(population, successes, draws) as f64)
            .collect();
        let (size, p, d) = (population as f64, 0.3, draws as f64);
        let variance = d * p * (1.0 - p) * (size - d) / (size - 1.0);
        let mean = drawn.iter().sum::<f64>() / f64::from(n);
        assert!((mean - d * p).abs() < 4.0 * (variance / f64::from(n)).sqrt());
        let spread = drawn.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / f64::from(n);
        assert_close(spread, variance, 4.0 * (2.0 / f64::from(n)).sqrt());
    }

    #[test]
    fn hypergeometric_corners() {
        let mut rng = Rng::new(8, 0);
        assert_eq!(rng.hypergeometric(10, 0, 5), 0);
        assert_eq!(rng.hypergeometric(10, 10, 5), 5);
        assert_eq!(rng.hypergeometric(10, 4, 10), 4);
        assert_eq!(rng.hypergeometric(0, 0, 0), 0);
        assert_eq!(rng.hypergeometric(5, 9, 9), 5);
        for _ in 0..200 {
            let k = rng.hypergeometric(10, 7, 6);
            assert!((3..=6).contains(&k));
        }
    }
}
