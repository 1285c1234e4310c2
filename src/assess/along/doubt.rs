//! How uncertain a number made of cells is, when the same people stand in many of them.

use std::collections::BTreeSet;

use super::super::Place;
use super::super::conditional::{gradients, spread};
use super::{Levels, Of};
use crate::catalogue::{Linear, Measure};
use crate::metrics::smooth::Smooth;

/// The error of a number over people.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Doubt {
    /// The linearised standard error.
    pub(super) error: f64,
    /// The error that intervals and tests take: of as few people as the effective ones.
    pub(super) wide: f64,
    /// Degrees of freedom.
    pub(super) df: f64,
}

/// The cells of a group, or of those whom it is compared with.
#[derive(Debug, Clone, Copy, Default)]
struct Side {
    variance: f64,
    /// Σ b over people, b being a person's denominator in all cells.
    denominator: f64,
    /// Σ b².
    squares: f64,
}

impl Side {
    /// Degrees of freedom: one less than the effective people, (Σ b)² / Σ b². Who comes back in every period is one of
    /// them, however many periods there are.
    fn df(self) -> f64 {
        let effective = self.denominator / self.squares * self.denominator;
        // Somebody alone tells nothing of how people differ.
        (effective - 1.0).max(0.5)
    }
}

impl Place<'_> {
    /// How uncertain a number of a group is; `None` without two people, or where the error is no number.
    pub(super) fn doubt(&self, of: Of, levels: &Levels<'_>, group: usize, told: &Smooth) -> Option<Doubt> {
        let tally = levels.tally;
        let linear = (of.numerator, of.denominator);
        let error = spread(tally, self.outcome, linear, &told.slopes)?.variance.sqrt();
        let own: BTreeSet<usize> = levels
            .cells
            .iter()
            .filter(|((of_cell, _), _)| *of_cell == group)
            .map(|(_, cell)| *cell)
            .collect();
        let side_of = |cell: usize| usize::from(!own.contains(&cell));
        let gradients = gradients(linear, &told.slopes);
        let whole = terms(of.denominator);
        let mut sides = [Side::default(); 2];
        for (&cell, gradient) in &gradients {
            let sums = tally.groups[cell].sums(self.outcome);
            let side = &mut sides[side_of(cell)];
            side.variance += sums.product_of(gradient, gradient);
            side.denominator += sums.linear(of.denominator);
            side.squares += sums.product_of(&whole, &whole);
        }
        let mut across = 0.0;
        for ((a, b), crosses) in &tally.pairs {
            let (Some(one), Some(other)) = (gradients.get(a), gradients.get(b)) else {
                continue;
            };
            let both = 2.0 * crosses[self.outcome].product_of(one, other);
            if side_of(*a) == side_of(*b) {
                let side = &mut sides[side_of(*a)];
                side.variance += both;
                side.squares += 2.0 * crosses[self.outcome].product_of(&whole, &whole);
            } else {
                across += both;
            }
        }
        let (mut sum, mut spread) = (0.0, 0.0);
        for side in sides
            .into_iter()
            .filter(|side| side.variance > 0.0 && side.squares > 0.0)
        {
            let df = side.df();
            let part = side.variance * (df + 1.0) / df;
            sum += part;
            spread += part * part / df;
        }
        let wide = (sum + across).max(0.0).sqrt();
        (error.is_finite() && wide.is_finite()).then(|| Doubt {
            error,
            wide,
            df: if spread > 0.0 {
                (sum * sum / spread).max(1.0)
            } else {
                f64::INFINITY
            },
        })
    }
}

/// The measures of a linear combination with their factors.
fn terms(linear: Linear) -> Vec<(Measure, f64)> {
    linear
        .iter()
        .map(|(measure, factor)| (*measure, f64::from(*factor)))
        .collect()
}
