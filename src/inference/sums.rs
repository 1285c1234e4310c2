//! Sums that keep their digits.

/// The sum of `values`, with the rounding error of each step carried along and added at the end.
///
/// A. Neumaier, ZAMM 54 (1974), 39–51. Indices here are small differences of large sums, and an audit
/// adds millions of terms. Not finite only when a term or the sum itself is not.
pub(super) fn sum(values: impl IntoIterator<Item = f64>) -> f64 {
    let (mut sum, mut lost) = (0.0f64, 0.0f64);
    for value in values {
        let next = sum + value;
        lost += if sum.abs() >= value.abs() {
            (sum - next) + value
        } else {
            (value - next) + sum
        };
        sum = next;
    }
    // Of an infinite sum the error is not a number.
    if sum.is_finite() { sum + lost } else { sum }
}

/// The sum of counts: each finite and at least 0, the sum finite and above 0.
pub(super) fn total(counts: impl IntoIterator<Item = f64>) -> Option<f64> {
    let mut sound = true;
    let total = sum(counts
        .into_iter()
        .inspect(|&count| sound &= count.is_finite() && count >= 0.0));
    (sound && total.is_finite() && total > 0.0).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_a_plain_sum_loses() {
        assert_eq!(sum([1.0, 1e100, 1.0, -1e100]), 2.0);
        assert_eq!(sum([0.1; 10]), 1.0);
        assert_eq!(sum([]), 0.0);
        assert_eq!(sum([f64::MAX, f64::MAX]), f64::INFINITY);
    }

    #[test]
    fn a_total_is_of_counts() {
        assert_eq!(total([1.0, 0.0, 2.5]), Some(3.5));
        for counts in [
            [0.0, 0.0],
            [-1.0, 3.0],
            [f64::NAN, 1.0],
            [f64::INFINITY, 1.0],
            [f64::MAX, f64::MAX],
        ] {
            assert_eq!(total(counts), None);
        }
    }
}
