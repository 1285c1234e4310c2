//! People drawn again and again: what the sums of each group would have been.
//!
//! In each replicate a person counts as often as a Poisson variable of mean 1 says (N. Chamandy, O. Muralidharan,
//! A. Najmi and S. Naidu, Estimating uncertainty for massive data streams, Google (2012)): nobody needs to know how many
//! people there are, and the draws of one person follow from the seed, the replicate and the person's key alone. Neither
//! the order of rows nor threads nor what was set aside on disk change them, and the sums are whole numbers of a fixed
//! step, so that they do not either.

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::exact::ExactSum;
use super::kernel::Overflow;
use super::moments::{Layout, Totals};
use crate::catalogue::custom::Ratio;
use crate::catalogue::{Linear, Measure};

/// What is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resampling {
    /// How often everybody is drawn.
    pub replicates: usize,
    /// The seed.
    pub seed: u64,
    /// How many of the first groupings it is done for.
    pub groupings: usize,
    /// By outcome: ratios whose skewness is kept.
    pub ratios: Vec<Vec<Ratio>>,
}

/// Bytes that the sums of one thread may take.
const MOST_BYTES: usize = 1 << 30;
/// Sums are kept in steps of 2⁻⁶⁰.
const STEP: f64 = (1u64 << 60) as f64;

/// What was drawn of all people.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// What was asked for.
    pub resampling: Resampling,
    /// By outcome, of everybody.
    pub everyone: Vec<Draws>,
    /// By grouping, group and outcome.
    pub groupings: Vec<Vec<Vec<Draws>>>,
}

/// Sums over some people, drawn again and again.
#[derive(Debug, Clone, PartialEq)]
pub struct Draws {
    measures: Vec<Measure>,
    /// By replicate, then measure.
    sums: Vec<f64>,
    /// By ratio with numerator n and denominator d: sums over people of n³, n²d, nd² and d³, as they are.
    pub cubes: Vec<[f64; 4]>,
}

impl Draws {
    /// The sum of a linear combination in each replicate.
    pub fn linear(&self, linear: Linear) -> impl Iterator<Item = f64> + '_ {
        let index = |measure: &Measure| self.measures.iter().position(|m| m == measure);
        let terms: Vec<(usize, f64)> = linear
            .iter()
            .filter_map(|(measure, factor)| Some((index(measure)?, f64::from(*factor))))
            .collect();
        let replicates = self.sums.chunks_exact(self.measures.len());
        replicates.map(move |sums| terms.iter().map(|(i, factor)| factor * sums[*i]).sum())
    }

    /// Adds the same draws of other people.
    pub fn add(&mut self, other: &Self) {
        for (a, b) in self.sums.iter_mut().zip(&other.sums) {
            *a += b;
        }
        for (a, b) in self.cubes.iter_mut().flatten().zip(other.cubes.iter().flatten()) {
            *a += b;
        }
    }
}

/// Poisson variables of mean 1, one for each replicate, from 32 bits of a hash each; only those that are not 0.
fn draw(resampling: &Resampling, key: [u64; 2], ends: &[u64], drawn: &mut Vec<(usize, i128)>) {
    drawn.clear();
    let mut bytes = [0; 24];
    bytes[..8].copy_from_slice(&key[0].to_le_bytes());
    bytes[8..16].copy_from_slice(&key[1].to_le_bytes());
    for pair in 0..resampling.replicates.div_ceil(2) {
        bytes[16..].copy_from_slice(&(pair as u64).to_le_bytes());
        let hash = xxh3_64_with_seed(&bytes, resampling.seed);
        for (half, bits) in [hash >> 32, hash & 0xffff_ffff].into_iter().enumerate() {
            let times = ends.iter().take_while(|end| bits >= **end).count();
            let replicate = 2 * pair + half;
            if times > 0 && replicate < resampling.replicates {
                drawn.push((replicate, times as i128));
            }
        }
    }
}

/// The distribution function of a Poisson variable of mean 1, as shares of 2³².
fn ends() -> Vec<u64> {
    let (mut chance, mut below) = ((-1f64).exp(), 0.0);
    (1..=12)
        .map(|k| {
            below += chance;
            chance /= f64::from(k);
            (below * (1u64 << 32) as f64).round() as u64
        })
        .collect()
}

/// Sums of one outcome over some people while they are added up.
#[derive(Debug, Clone)]
struct Filling {
    /// By replicate, then measure.
    sums: Vec<i128>,
    cubes: Vec<[ExactSum; 4]>,
}

/// One thread's draws.
#[derive(Debug)]
pub(super) struct Drawing<'k> {
    resampling: &'k Resampling,
    layouts: &'k [Layout],
    /// Everybody, then every group of the groupings in their order; then by outcome.
    fillings: Vec<Vec<Filling>>,
    /// Place of the first group of each grouping.
    firsts: Vec<usize>,
    ends: Vec<u64>,
    /// Of the person at hand.
    drawn: Vec<(usize, i128)>,
    /// Measures that are not 0, in steps.
    steps: Vec<(usize, i128)>,
}

impl<'k> Drawing<'k> {
    /// Nothing drawn yet; `groups`: how many each grouping has.
    ///
    /// # Errors
    /// Sums that take more memory than they may.
    pub(super) fn new(
        resampling: &'k Resampling,
        layouts: &'k [Layout],
        groups: impl Iterator<Item = usize>,
    ) -> Result<Self, Overflow> {
        let mut places = 1;
        let firsts = groups
            .take(resampling.groupings)
            .map(|count| {
                places += count;
                places - count
            })
            .collect();
        let width: usize = layouts.iter().map(|layout| layout.measures.len()).sum();
        let bytes = places.saturating_mul(width).saturating_mul(16 * resampling.replicates);
        if bytes > MOST_BYTES {
            return Err(Overflow::Draws);
        }
        let of_place: Vec<Filling> = layouts
            .iter()
            .zip(&resampling.ratios)
            .map(|(layout, ratios)| Filling {
                sums: vec![0; resampling.replicates * layout.measures.len()],
                cubes: vec![Default::default(); ratios.len()],
            })
            .collect();
        Ok(Self {
            resampling,
            layouts,
            fillings: vec![of_place; places],
            firsts,
            ends: ends(),
            drawn: Vec::new(),
            steps: Vec::new(),
        })
    }

    /// Draws a person, to be added in what follows.
    pub(super) fn person(&mut self, key: [u64; 2]) {
        draw(self.resampling, key, &self.ends, &mut self.drawn);
    }

    /// Adds the person's totals to everybody (`None`) or to a group of a grouping.
    ///
    /// # Errors
    /// A sum out of range.
    pub(super) fn add(
        &mut self,
        place: Option<(usize, usize)>,
        outcome: usize,
        totals: &Totals,
    ) -> Result<(), Overflow> {
        let place = match place {
            None => 0,
            Some((grouping, group)) => match self.firsts.get(grouping) {
                Some(first) => first + group,
                None => return Ok(()),
            },
        };
        let layout = &self.layouts[outcome];
        let width = layout.measures.len();
        let filling = &mut self.fillings[place][outcome];
        self.steps.clear();
        for m in 0..width {
            let total = totals.real(m);
            if total != 0.0 {
                self.steps.push((m, (total * STEP) as i128));
            }
        }
        for (replicate, times) in &self.drawn {
            let sums = &mut filling.sums[replicate * width..][..width];
            for (m, steps) in &self.steps {
                sums[*m] = sums[*m].checked_add(times * steps).ok_or(Overflow::Value)?;
            }
        }
        for (sums, (numerator, denominator)) in filling.cubes.iter_mut().zip(&self.resampling.ratios[outcome]) {
            let total = |linear: Linear| -> f64 {
                let terms = linear.iter();
                terms.map(|(m, c)| f64::from(*c) * layout.total(totals, *m)).sum()
            };
            let (n, d) = (total(numerator), total(denominator));
            for (sum, x) in sums.iter_mut().zip([n * n * n, n * n * d, n * d * d, d * d * d]) {
                sum.add(x);
            }
        }
        Ok(())
    }

    /// Adds what another thread has drawn of other people.
    pub(super) fn merge(&mut self, other: Self) -> Result<(), Overflow> {
        let theirs = other.fillings.into_iter().flatten();
        for (mine, theirs) in self.fillings.iter_mut().flatten().zip(theirs) {
            for (a, b) in mine.sums.iter_mut().zip(theirs.sums) {
                *a = a.checked_add(b).ok_or(Overflow::Value)?;
            }
            for (a, b) in mine.cubes.iter_mut().flatten().zip(theirs.cubes.iter().flatten()) {
                a.merge(b);
            }
        }
        Ok(())
    }

    /// The sums as doubles, each rounded once.
    pub(super) fn finish(self) -> Option<Drawn> {
        let draws = |filling: &Filling, layout: &Layout| {
            Some(Draws {
                measures: layout.measures.clone(),
                sums: filling.sums.iter().map(|steps| *steps as f64 / STEP).collect(),
                cubes: filling
                    .cubes
                    .iter()
                    .map(|[a, b, c, d]| Some([a.value()?, b.value()?, c.value()?, d.value()?]))
                    .collect::<Option<_>>()?,
            })
        };
        let of_place = |fillings: &Vec<Filling>| -> Option<Vec<Draws>> {
            let all = fillings.iter().zip(self.layouts);
            all.map(|(filling, layout)| draws(filling, layout)).collect()
        };
        let mut places: Vec<Vec<Draws>> = self.fillings.iter().map(of_place).collect::<Option<_>>()?;
        let mut groupings = Vec::new();
        for first in self.firsts.iter().rev() {
            groupings.push(places.split_off(*first));
        }
        groupings.reverse();
        Some(Drawn {
            resampling: self.resampling.clone(),
            everyone: places.pop()?,
            groupings,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_poisson_of_mean_one() {
        let resampling = Resampling {
            replicates: 1000,
            seed: 5,
            groupings: 0,
            ratios: Vec::new(),
        };
        let (ends, mut drawn) = (ends(), Vec::new());
        let mut seen = [0.0; 8];
        for person in 0..400_u64 {
            draw(&resampling, [person, 7 * person], &ends, &mut drawn);
            seen[0] += (1000 - drawn.len()) as f64;
            for (_, times) in &drawn {
                seen[(*times as usize).min(7)] += 1.0;
            }
        }
        // 1/(e k!), and five standard errors of 400,000 draws.
        let mut chance = (-1f64).exp();
        for (k, count) in seen.iter().enumerate().take(6) {
            let expected = 400_000.0 * chance;
            assert!(
                (count - expected).abs() < 5.0 * expected.sqrt(),
                "{k}: {count} is not {expected}"
            );
            chance /= (k + 1) as f64;
        }
        // The distribution function of methods' tables.
        let share = |end: u64| end as f64 / (1u64 << 32) as f64;
        assert!((share(ends[0]) - 0.367_879_441_2).abs() < 1e-9);
        assert!((share(ends[3]) - 0.981_011_843_1).abs() < 1e-9);
    }

    #[test]
    fn a_person_is_drawn_alike_whoever_else_is_there() {
        let resampling = |seed| Resampling {
            replicates: 101,
            seed,
            groupings: 0,
            ratios: Vec::new(),
        };
        let (ends, mut one, mut other) = (ends(), Vec::new(), Vec::new());
        draw(&resampling(1), [3, 4], &ends, &mut one);
        draw(&resampling(1), [3, 4], &ends, &mut other);
        assert_eq!(one, other);
        assert!(one.iter().all(|(replicate, _)| *replicate < 101));
        draw(&resampling(2), [3, 4], &ends, &mut other);
        assert_ne!(one, other);
    }
}
