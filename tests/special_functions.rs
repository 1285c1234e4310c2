//! Special functions against an independent library, at ordinary arguments, where that library is right.

use parytet::inference::special::{beta_cdf, chi2_sf, normal_cdf, normal_quantile, t_quantile, t_sf};
use statrs::distribution::{Beta, ChiSquared, ContinuousCDF, Normal, StudentsT};

fn close(ours: f64, theirs: f64, what: &str) {
    assert!((ours - theirs).abs() <= 1e-9 * theirs.abs(), "{what}: {ours} {theirs}");
}

#[test]
fn they_agree_with_statrs() {
    // statrs 0.19.1
    let normal = Normal::new(0.0, 1.0).unwrap();
    for z in [-3.0, -1.0, -0.1, 0.5, 1.96, 4.0] {
        close(normal_cdf(z), normal.cdf(z), "normal cdf");
    }
    for p in [0.001, 0.025, 0.3, 0.8, 0.975, 0.999] {
        close(normal_quantile(p).unwrap(), normal.inverse_cdf(p), "normal quantile");
    }
    for df in [1.0, 3.0, 12.5, 80.0] {
        let t = StudentsT::new(0.0, 1.0, df).unwrap();
        for x in [0.3, 1.0, 2.5] {
            close(t_sf(x, df).unwrap(), t.sf(x), "t tail");
        }
        for p in [0.6, 0.9, 0.975] {
            close(t_quantile(p, df).unwrap(), t.inverse_cdf(p), "t quantile");
        }
    }
    for (a, b, x) in [(0.5, 0.5, 0.2), (2.0, 7.0, 0.3), (40.0, 60.0, 0.41)] {
        close(beta_cdf(x, a, b).unwrap(), Beta::new(a, b).unwrap().cdf(x), "beta cdf");
    }
    for (x, df) in [(0.5, 1.0), (7.8, 3.0), (30.0, 20.0)] {
        close(
            chi2_sf(x, df).unwrap(),
            ChiSquared::new(df).unwrap().sf(x),
            "chi-square tail",
        );
    }
}
