//! Errors of predicted amounts, by group, from sums.

use super::welch::Mean;

/// Sums over one group's errors e = predicted − actual, from which every index follows; they add up
/// over parts of a group.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Errors {
    /// Number of errors.
    pub n: f64,
    /// Σ e.
    pub signed: f64,
    /// Σ |e|.
    pub absolute: f64,
    /// Σ e².
    pub squared: f64,
}

impl Errors {
    /// These sums with one prediction more.
    #[must_use]
    pub fn with(self, predicted: f64, actual: f64) -> Self {
        let error = predicted - actual;
        Self {
            n: self.n + 1.0,
            signed: self.signed + error,
            absolute: self.absolute + error.abs(),
            squared: self.squared + error * error,
        }
    }

    /// Mean absolute error (1/n) Σ |e|, in the outcome's unit; `None` without predictions or when a sum
    /// is not one of errors.
    #[must_use]
    pub fn mae(&self) -> Option<f64> {
        self.sound().then(|| self.absolute / self.n)
    }

    /// Root of the mean squared error √((1/n) Σ e²), in the outcome's unit, at least the mean absolute
    /// error; `None` as for [`Errors::mae`].
    #[must_use]
    pub fn rmse(&self) -> Option<f64> {
        self.sound().then(|| (self.squared / self.n).sqrt())
    }

    /// Mean error (1/n) Σ e, in the outcome's unit: above 0 when the group is promised more than it got;
    /// `None` as for [`Errors::mae`].
    #[must_use]
    pub fn bias(&self) -> Option<f64> {
        self.sound().then(|| self.signed / self.n)
    }

    /// The bias with its variance s²/n, to compare groups by [`welch`](super::welch::welch); `None`
    /// with fewer than two independent errors. Errors of one person are not independent: sum them by
    /// person first.
    #[must_use]
    pub fn mean(&self) -> Option<Mean> {
        self.mean_of(self.bias()?)
    }

    /// The mean absolute error with its variance, as [`Errors::mean`]; |e|² is e², so that the same
    /// sums serve.
    #[must_use]
    pub fn mean_absolute(&self) -> Option<Mean> {
        self.mean_of(self.mae()?)
    }

    fn mean_of(&self, mean: f64) -> Option<Mean> {
        let df = self.n - 1.0;
        if df <= 0.0 {
            return None;
        }
        // Equal errors cancel to a rounding error below 0.
        let spread = (self.squared / self.n - mean * mean).max(0.0);
        let variance = spread / df;
        variance.is_finite().then_some(Mean { mean, variance, df })
    }

    /// Whether such errors can exist; |Σ e| ≤ Σ |e| ≤ √(n Σ e²), but for rounding.
    fn sound(&self) -> bool {
        const ROUNDING: f64 = 1.0 + 1e-9;
        let finite = [self.n, self.signed, self.absolute, self.squared]
            .iter()
            .all(|v| v.is_finite());
        finite
            && self.n > 0.0
            && self.squared >= 0.0
            && self.signed.abs() <= self.absolute * ROUNDING
            && self.absolute / self.n <= (self.squared / self.n).sqrt() * ROUNDING
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::oracle::assert_close;

    #[test]
    fn matches_numpy() {
        // numpy 2.4.6 mean, var(ddof=1)/n
        let pairs = [(10.0, 11.0), (12.5, 9.0), (7.0, 7.0), (30.0, 36.5), (4.0, 1.25)];
        let errors = pairs
            .into_iter()
            .fold(Errors::default(), |errors, (predicted, actual)| {
                errors.with(predicted, actual)
            });
        assert_close(errors.mae().unwrap(), 2.75, 1e-12);
        assert_close(errors.rmse().unwrap(), 3.551408171415953, 1e-12);
        assert_close(errors.bias().unwrap(), -0.25, 1e-12);
        assert_close(errors.mean().unwrap().variance, 3.1375, 1e-12);
        assert_close(errors.mean_absolute().unwrap().variance, 1.2625, 1e-12);
        assert_eq!(errors.mean().unwrap().df, 4.0);
    }

    #[test]
    fn undefined_without_errors() {
        let none = Errors::default();
        assert_eq!(
            (none.mae(), none.rmse(), none.bias(), none.mean()),
            (None, None, None, None)
        );
        let one = none.with(3.0, 5.0);
        assert_eq!((one.mae(), one.rmse(), one.bias()), (Some(2.0), Some(2.0), Some(-2.0)));
        assert_eq!(one.mean(), None);
        // One error of -2 three times: no spread.
        let same = one.with(3.0, 5.0).with(3.0, 5.0);
        assert_eq!(same.mean().map(|mean| mean.variance), Some(0.0));
        assert_eq!(none.with(f64::NAN, 1.0).rmse(), None);
        assert_eq!(none.with(f64::MAX, 0.0).rmse(), None);
        for impossible in [
            Errors { n: -1.0, ..one },
            Errors { signed: 3.0, ..one },
            Errors { absolute: 3.0, ..one },
            Errors { squared: -4.0, ..one },
        ] {
            assert_eq!(impossible.mae(), None);
        }
    }
}
