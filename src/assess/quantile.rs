//! Quantiles with Woodruff's interval, over people, and their gaps and ratios.
//!
//! A quantile jumps from value to value, so that leaving people out tells little of its error. The share of rows at or below
//! it is a mean, whose error over people the jackknife tells; the quantiles of its limits are the limits of the quantile.

use std::sync::Arc;

use super::side::{Ends, Reach};
use crate::catalogue::Contrast;
use crate::inference::interval::Interval;
use crate::inference::mover::{Bounded, difference};
use crate::inference::quantiles::woodruff;
use crate::metrics::distribution::Weighed;

/// A quantile with what its interval needs.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Quantile {
    pub(super) value: f64,
    pub(super) share: f64,
    pub(super) histogram: Arc<Weighed>,
    /// Variance of the share at or below the value, and its degrees of freedom.
    pub(super) variance: f64,
    pub(super) df: f64,
}

/// A quantile of one side, or of two compared.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Quantiles {
    pub(super) own: Quantile,
    pub(super) other: Option<Quantile>,
    pub(super) contrast: Contrast,
}

impl Quantile {
    /// Rows that would tell as much if each were of a person of its own.
    fn effective(&self) -> Option<f64> {
        let whole: f64 = self.histogram.iter().map(|(_, weight)| weight).sum();
        let below: f64 = self
            .histogram
            .iter()
            .filter(|(value, _)| *value <= self.value)
            .map(|(_, weight)| weight)
            .sum();
        let at = below / whole;
        // Where everybody is at or below it, the variance says nothing.
        let effective = at * (1.0 - at) / self.variance;
        (effective > 0.0 && effective.is_finite()).then_some(effective)
    }

    fn ends(&self, level: f64) -> Option<Ends> {
        let reach = Reach::Level(level).critical(self.df)?;
        let found = woodruff(&self.histogram, self.share, self.effective()?, reach)?;
        Some(Ends {
            low: found.low,
            high: found.high,
        })
    }

    fn bounded(&self, level: f64, scale: impl Fn(f64) -> f64) -> Option<Bounded> {
        let ends = self.ends(level)?;
        let interval = Interval {
            low: scale(ends.low?),
            high: scale(ends.high?),
        };
        Some(Bounded::new(scale(self.value), interval))
    }
}

impl Quantiles {
    pub(super) fn interval(&self, level: f64) -> Option<(Ends, &'static str)> {
        let Some(other) = &self.other else {
            return Some((self.own.ends(level)?, "Woodruff, by person"));
        };
        let between = |scale: fn(f64) -> f64| {
            let (own, other) = (self.own.bounded(level, scale)?, other.bounded(level, scale)?);
            difference(own, other, 0.0)
        };
        let ends = if self.contrast == Contrast::Gap {
            let found = between(|x| x)?;
            Ends::new(found.low, found.high)
        } else {
            let found = between(f64::ln)?;
            Ends::new(found.low.exp(), found.high.exp())
        };
        Some((ends?, "MOVER of Woodruff's intervals, by person"))
    }
}
