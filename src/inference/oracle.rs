//! Comparison with oracle values, for tests.

/// Assert that two numbers agree to a relative tolerance (absolute below 1e-300).
#[track_caller]
pub(super) fn assert_close(actual: f64, expected: f64, tolerance: f64) {
    let allowed = tolerance * expected.abs().max(1e-300);
    assert!(
        (actual - expected).abs() <= allowed,
        "{actual:e} is not {expected:e}: relative error {:e}",
        ((actual - expected) / expected).abs()
    );
}

/// Critical value of a two-sided 95 % interval, the double nearest to it.
pub(super) const Z: f64 = 1.959_963_984_540_054;
