//! Sums of doubles that do not depend on the order of the addends.
//!
//! A report must have the same bytes for any row order and any number of threads, so sums of real numbers are kept
//! exactly and rounded once. Two accumulators do it: [`Fixed`], 16 bytes, for the sums of one person, and [`ExactSum`],
//! wide enough for products of those sums over all people (after Kulisch's long accumulator, cut to the range that
//! audits meet).

/// A sum in steps of 2⁻⁸⁰, between ±2⁴⁷.
///
/// An addend is cut to the step once, on its own, so the sum does not depend on order. The step is 8·10⁻²⁵: amounts of
/// money and scores lose nothing (a double near 1 has steps of 2·10⁻¹⁶).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fixed(i128);

const FIXED_BITS: i32 = 80;

impl Fixed {
    /// The number in steps; `None` when it is not finite or beyond the range.
    #[must_use]
    pub fn new(x: f64) -> Option<Self> {
        let (negative, mantissa, exponent) = parts(x)?;
        let shift = exponent + FIXED_BITS;
        let magnitude = if shift >= 0 {
            // 53 bits of mantissa and the sign leave 74 bits of shift.
            if shift > 73 {
                return if mantissa == 0 { Some(Self(0)) } else { None };
            }
            i128::from(mantissa) << shift
        } else if shift > -64 {
            i128::from(mantissa >> -shift)
        } else {
            0
        };
        Some(Self(if negative { -magnitude } else { magnitude }))
    }

    /// The sum in steps, as two words: low, high.
    #[must_use]
    pub(super) fn words(self) -> [u64; 2] {
        [self.0 as u64, (self.0 >> 64) as u64]
    }

    /// The sum that [`Self::words`] gave.
    #[must_use]
    pub(super) fn from_words(words: [u64; 2]) -> Self {
        Self((i128::from(words[1] as i64) << 64) | i128::from(words[0]))
    }

    /// Adds; `None` when the sum leaves the range.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The nearest double.
    #[must_use]
    pub fn value(self) -> f64 {
        // Scaling by a power of two is exact.
        self.0 as f64 * power_of_two(-FIXED_BITS)
    }
}

/// Sign, mantissa and exponent: `x = ±mantissa · 2^exponent`; `None` for NaN and infinities.
fn parts(x: f64) -> Option<(bool, u64, i32)> {
    if !x.is_finite() {
        return None;
    }
    let bits = x.to_bits();
    let biased = ((bits >> 52) & 0x7ff) as i32;
    let fraction = bits & ((1 << 52) - 1);
    let (mantissa, exponent) = if biased == 0 {
        (fraction, -1074)
    } else {
        (fraction | (1 << 52), biased - 1075)
    };
    Some((x.is_sign_negative(), mantissa, exponent))
}

/// 2^k for a normal result.
fn power_of_two(k: i32) -> f64 {
    f64::from_bits(((k + 1023) as u64) << 52)
}

/// A sum in steps of 2⁻⁷², in 16 bytes: for addends that many sums are made of, where [`ExactSum`] would not stay in the
/// cache. What does not fit is refused, and goes to an [`ExactSum`] beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Narrow(i128);

impl Narrow {
    const BITS: i32 = 72;

    /// Adds a double if that changes no bit of it and the sum stays within range; whether it did.
    #[inline]
    #[must_use]
    pub fn add(&mut self, x: f64) -> bool {
        let bits = x.to_bits();
        let biased = ((bits >> 52) & 0x7ff) as i32;
        // Mantissa times 2^shift steps; the mantissa has 53 bits.
        let shift = biased - 1075 + Self::BITS;
        if !(0..64).contains(&shift) {
            return x == 0.0;
        }
        // In two words, as the shift is known to be less than one.
        let mantissa = (bits & ((1 << 52) - 1)) | (1 << 52);
        let (low, high) = (mantissa << shift, (mantissa >> 1) >> (63 - shift));
        let magnitude = (i128::from(high) << 64) | i128::from(low);
        let addend = if x < 0.0 { -magnitude } else { magnitude };
        match self.0.checked_add(addend) {
            Some(sum) => {
                self.0 = sum;
                true
            }
            None => false,
        }
    }

    /// Adds the sum to another.
    pub fn pour_into(self, sum: &mut ExactSum) {
        // Parts of 32 bits are exact as doubles.
        let magnitude = self.0.unsigned_abs();
        for part in 0..4 {
            let bits = ((magnitude >> (32 * part)) & 0xffff_ffff) as f64;
            let x = bits * power_of_two(32 * part - Self::BITS);
            sum.add(if self.0 < 0 { -x } else { x });
        }
    }
}

const WINDOWS: usize = 11;
const LOWEST: i32 = -192;

/// An exact sum of doubles between 2⁻¹⁹² and 2¹⁴⁰ in magnitude.
///
/// Smaller parts of an addend are cut off, each on its own, so the sum does not depend on order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExactSum {
    /// Window `i` counts units of 2^(32 i − 192). An addition puts less than 2⁸⁵ into one window, so that 2⁴² of them
    /// fit before anything must be carried; windows overlap, and are brought together when the sum is asked for.
    windows: [i128; WINDOWS],
    /// An addend was beyond the range.
    overflowed: bool,
}

impl ExactSum {
    /// Adds a double. One that is not finite or too large makes the sum undefined.
    #[inline]
    pub fn add(&mut self, x: f64) {
        let Some((negative, mut mantissa, exponent)) = parts(x) else {
            self.overflowed = true;
            return;
        };
        let mut offset = exponent - LOWEST;
        if offset < 0 {
            mantissa = if offset > -64 { mantissa >> -offset } else { 0 };
            offset = 0;
        }
        if mantissa == 0 {
            return;
        }
        // The top window is left for carries.
        let window = (offset / 32) as usize;
        if window + 3 > WINDOWS {
            self.overflowed = true;
            return;
        }
        let part = i128::from(mantissa) << (offset % 32);
        self.windows[window] += if negative { -part } else { part };
    }

    /// Adds another sum.
    pub fn merge(&mut self, other: &Self) {
        self.combine(other, 1);
    }

    /// Takes another sum away.
    pub fn subtract(&mut self, other: &Self) {
        self.combine(other, -1);
    }

    fn combine(&mut self, other: &Self, sign: i128) {
        self.carry();
        let mut other = other.clone();
        other.carry();
        for (mine, theirs) in self.windows.iter_mut().zip(other.windows) {
            *mine += sign * theirs;
        }
        self.carry();
        self.overflowed |= other.overflowed;
    }

    /// Brings every window but the top one into [0, 2³²).
    fn carry(&mut self) {
        for i in 0..WINDOWS - 1 {
            let carry = self.windows[i] >> 32;
            self.windows[i] -= carry << 32;
            self.windows[i + 1] += carry;
        }
    }

    /// The nearest double; `None` when an addend was beyond the range.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        if self.overflowed {
            return None;
        }
        let mut sum = self.clone();
        sum.carry();
        let negative = sum.windows[WINDOWS - 1] < 0;
        if negative {
            for window in &mut sum.windows {
                *window = -*window;
            }
            sum.carry();
        }
        // The top window holds more than 32 bits when the sum is far beyond one addend.
        let high = sum.windows[WINDOWS - 1] as u128;
        if high >> 32 != 0 {
            let (middle, low) = (sum.windows[WINDOWS - 2] as u128, sum.windows[WINDOWS - 3] as u128);
            let sticky = sum.windows[..WINDOWS - 3].iter().any(|&part| part != 0);
            let head = (high << 64) | (middle << 32) | low | u128::from(sticky);
            let magnitude = head as f64 * power_of_two(LOWEST + 32 * (WINDOWS as i32 - 3));
            return Some(if negative { -magnitude } else { magnitude });
        }
        let Some(top) = (0..WINDOWS).rev().find(|&i| sum.windows[i] != 0) else {
            return Some(0.0);
        };
        // The top four windows hold at least 97 significant bits; what is below only decides ties.
        let mut head: u128 = 0;
        for back in 0..4 {
            let part = top.checked_sub(back).map_or(0, |i| sum.windows[i] as u128);
            head = (head << 32) | (part & 0xffff_ffff);
        }
        let sticky = top >= 4 && sum.windows[..top - 3].iter().any(|&part| part != 0);
        let head = head | u128::from(sticky);
        let scale = LOWEST + 32 * (top as i32 - 3);
        let magnitude = head as f64 * power_of_two(scale);
        Some(if negative { -magnitude } else { magnitude })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn exact(values: &[f64]) -> f64 {
        let mut sum = ExactSum::default();
        for &x in values {
            sum.add(x);
        }
        sum.value().unwrap()
    }

    #[test]
    fn what_cancels_leaves_the_small_part() {
        assert_eq!(exact(&[1e30, 1.0, -1e30]), 1.0);
        assert_eq!(exact(&[1e-20, 1e16, -1e16, -1e-20]), 0.0);
        assert_eq!(exact(&[-0.1, -0.2, -0.3]), -0.6);
        assert_eq!(exact(&[]), 0.0);
    }

    #[test]
    fn known_exact_sums_are_rounded_once() {
        // Exact value of ten times the double 0.1 is 1 + 5.55e-17, which rounds to 1.
        assert_eq!(exact(&[0.1; 10]), 1.0);
        assert_ne!([0.1; 10].iter().sum::<f64>(), 1.0);
    }

    #[test]
    fn sums_far_beyond_one_addend_are_rounded_once() {
        let mut sum = ExactSum::default();
        let large = 2f64.powi(147);
        for _ in 0..5000 {
            sum.add(large);
        }
        sum.add(2f64.powi(110));
        assert_eq!(sum.value(), Some(5000.0 * large + 2f64.powi(110)));
        sum.add(-5000.0 * large / 5000.0);
        assert_eq!(sum.value(), Some(4999.0 * large + 2f64.powi(110)));
    }

    #[test]
    fn beyond_the_range_is_undefined_not_wrong() {
        let mut sum = ExactSum::default();
        sum.add(1e300);
        assert_eq!(sum.value(), None);
        assert_eq!(Fixed::new(f64::NAN), None);
        assert_eq!(Fixed::new(1e15), None);
        assert_eq!(Fixed::new(0.0), Some(Fixed::default()));
    }

    proptest! {
        #[test]
        fn order_and_split_do_not_matter(mut values in proptest::collection::vec(-1e12f64..1e12, 1..60), cut in 0usize..60) {
            let forward = exact(&values);
            let cut = cut.min(values.len());
            let (mut a, mut b) = (ExactSum::default(), ExactSum::default());
            for &x in &values[..cut] { a.add(x * x); }
            for &x in &values[cut..] { b.add(x * x); }
            a.merge(&b);
            let mut whole = ExactSum::default();
            for &x in &values { whole.add(x * x); }
            prop_assert_eq!(a.value(), whole.value());
            values.reverse();
            prop_assert_eq!(exact(&values), forward);
        }

        #[test]
        fn a_narrow_sum_with_what_it_refuses_is_the_sum(values in proptest::collection::vec(proptest::num::f64::ANY, 1..60), scale in -60..60) {
            let (mut narrow, mut wide, mut whole) = (Narrow::default(), ExactSum::default(), ExactSum::default());
            for x in values {
                // Half of the addends are of everyday size.
                let x = if x.abs() < 1.0 { (x * 1e4).round() * f64::powi(2.0, scale) } else { x };
                if !narrow.add(x) {
                    wide.add(x);
                }
                whole.add(x);
            }
            narrow.pour_into(&mut wide);
            prop_assert_eq!(wide.value(), whole.value());
        }

        #[test]
        fn fixed_agrees_with_the_double(x in -7e13f64..7e13) {
            prop_assert_eq!(Fixed::new(x).unwrap().value(), x);
        }

        #[test]
        fn single_values_come_back(x in proptest::num::f64::NORMAL) {
            if x.abs() > 1e-40 && x.abs() < 1e35 {
                prop_assert_eq!(exact(&[x]), x);
            }
        }
    }
}
