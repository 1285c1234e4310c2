//! One group's estimate and how sure it is.

use crate::catalogue::Unit;
use crate::inference::special::{normal_quantile, t_quantile};
use crate::inference::wilson::wilson;
use crate::metrics::Point;
use crate::tally::Sums;

/// How far an interval reaches, in standard errors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Reach {
    /// To this two-sided level, by the normal or t distribution.
    Level(f64),
    /// This many standard errors: a critical value that covers several comparisons at once.
    Fixed(f64),
}

impl Reach {
    /// The critical value for so many degrees of freedom (infinite: normal).
    pub(super) fn critical(self, df: f64) -> Option<f64> {
        match self {
            Reach::Fixed(c) => Some(c),
            Reach::Level(level) if df.is_finite() => t_quantile(f64::midpoint(1.0, level), df),
            Reach::Level(level) => normal_quantile(f64::midpoint(1.0, level)),
        }
    }
}

/// The ends of an interval; `None`: unbounded on that side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ends {
    /// Lower end.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

impl Ends {
    pub(super) fn new(low: f64, high: f64) -> Option<Self> {
        (low.is_finite() && high.is_finite()).then_some(Self {
            low: Some(low),
            high: Some(high),
        })
    }
}

/// An estimate for some people.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Side {
    pub(super) point: Point,
    pub(super) variance: Option<f64>,
    /// The linearised variance, whatever the method: covariances go with it.
    pub(super) linearised: Option<f64>,
    /// Degrees of freedom: effective people behind the denominator, less one; infinite for a binomial share.
    pub(super) df: f64,
    /// See [`Point::stretch`].
    pub(super) stretch: f64,
    /// What independent rows would give this variance.
    pub(super) effective: Option<f64>,
    /// Rows (or their weight) per effective row.
    pub(super) deff: Option<f64>,
    unit: Unit,
}

impl Side {
    pub(super) fn new(point: Point, sums: &Sums, unit: Unit, per_person: bool) -> Self {
        let linearised = point.variance(sums);
        let people = point.behind.subjects as f64;
        // Persons are the rows of a per-person metric.
        let rows = if per_person { people } else { point.behind.rows as f64 };
        let (mut effective, mut deff) = (None, None);
        if point.binomial {
            effective = Some(people);
            deff = Some(1.0);
        } else if unit == Unit::Share
            && let (Some(r), Some(v)) = (point.value, linearised)
        {
            let independent = r * (1.0 - r);
            if v > 0.0 && independent > 0.0 {
                let size = independent / v;
                effective = Some(size);
                deff = Some(rows / size);
            }
        }
        Self {
            df: if point.binomial {
                f64::INFINITY
            } else {
                point.effective_people - 1.0
            },
            stretch: if point.binomial { 1.0 } else { point.stretch() },
            variance: if point.binomial {
                point.value.map(|r| r * (1.0 - r) / people)
            } else {
                linearised
            },
            linearised,
            effective,
            deff,
            unit,
            point,
        }
    }

    /// Degrees of freedom of the linearised variance.
    pub(super) fn linearised_df(&self) -> f64 {
        self.point.effective_people - 1.0
    }

    /// Size of the sample that a score interval sees: at most the rows, at least the people where nothing varies.
    ///
    /// Rows of one person that differ more than chance would have it (a design effect below 1) are not counted as more
    /// rows than there are; where everybody is alike, a person is one observation.
    fn score_size(&self) -> f64 {
        let people = self.point.behind.subjects as f64;
        let size = match (self.effective, self.deff) {
            (Some(size), Some(deff)) if deff < 1.0 && !self.own_rates() => size * deff,
            (Some(size), _) => size,
            (None, _) => people,
        };
        size / self.stretch.powi(2)
    }

    /// A mean of personal rates: it varies less than a binomial share of as many people, and rightly so.
    fn own_rates(&self) -> bool {
        self.point
            .gradient
            .iter()
            .any(|(m, _)| *m == crate::catalogue::Measure::OwnRate)
    }

    /// The share as an (effective) count out of an (effective) size.
    pub(super) fn score_counts(&self) -> Option<(f64, f64)> {
        let n = self.score_size();
        (self.unit == Unit::Share && n > 0.0).then_some((self.point.value? * n, n))
    }

    /// The interval of the estimate itself.
    pub(super) fn interval(&self, reach: Reach) -> Option<(Ends, &'static str)> {
        let value = self.point.value?;
        if self.unit == Unit::Share {
            let (x, n) = self.score_counts()?;
            let df = if self.df < 1.0 { 1.0 } else { self.df };
            let interval = wilson(x, n, reach.critical(df)?);
            let method = if self.point.binomial {
                "Wilson"
            } else {
                "Wilson, effective size, t"
            };
            return Some((Ends::new(interval.low.min(value), interval.high.max(value))?, method));
        }
        let se = self.variance.filter(|v| *v > 0.0)?.sqrt() * self.stretch;
        let half = reach.critical(self.df.max(1.0))? * se;
        if self.unit == Unit::Number && !self.point.signed {
            // A ratio of counts: positive, and skewed unless on the logarithm.
            let relative = half / value;
            return Some((
                Ends::new(value * (-relative).exp(), value * relative.exp())?,
                "linearised, log, t",
            ));
        }
        Some((Ends::new(value - half, value + half)?, "linearised, t"))
    }
}
