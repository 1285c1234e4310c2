//! Statistical inference: numbers in, numbers out.
//!
//! One method a file, named after its authors as the literature does. Nothing here reads, prints or
//! knows what a log is. Functions take counts and rates as `f64`, answer `None` where the quantity is
//! undefined, and never panic on any finite input.
//!
//! Counts are real numbers where a method allows it, because a clustered sample enters through its
//! effective size, which is seldom whole.

pub mod agresti_caffo;
pub mod association;
pub mod benjamini_hochberg;
pub mod beta_binomial;
pub mod bonferroni;
pub mod bootstrap;
pub mod boschloo;
pub mod clopper_pearson;
pub mod cochran_mantel_haenszel;
pub mod confidence_sequence;
pub mod differential_fairness;
pub mod divergence;
pub mod effect_size;
pub mod equivalence;
pub mod extremes;
pub mod fisher;
pub mod goodness_of_fit;
pub mod holm;
pub mod homogeneity;
mod incomplete_beta;
mod incomplete_gamma;
pub mod inequality;
pub mod interval;
mod jackknife;
pub mod katz;
pub mod koopman;
pub mod main_effects;
pub mod manski;
pub mod matching;
pub mod membership;
pub mod miettinen_nurminen;
pub mod mover;
pub mod newcombe;
pub mod noncentral_chi_square;
pub mod norm_noise;
#[cfg(test)]
mod oracle;
pub mod power;
pub mod proxies;
pub mod quantiles;
pub mod ratio_estimator;
pub mod rng;
mod roots;
pub mod shrinkage;
pub mod special;
mod stirling;
pub mod subgroups;
mod sums;
pub mod superiority;
pub mod two_by_two;
pub mod two_samples;
pub mod welch;
pub mod wilson;

pub use interval::{Interval, RatioInterval};

#[cfg(test)]
mod tests {
    use super::interval::{Interval, RatioInterval};
    use super::{
        agresti_caffo, association, clopper_pearson, differential_fairness, divergence, effect_size, equivalence,
        inequality, katz, koopman, miettinen_nurminen, newcombe, power, quantiles, ratio_estimator, superiority,
        two_by_two, two_samples, welch, wilson,
    };

    const ODD: [f64; 15] = [
        f64::NAN,
        f64::INFINITY,
        -1.0,
        0.0,
        1e-320,
        1e-300,
        1e-9,
        0.5,
        1.0,
        3.0,
        20.0,
        1e9,
        1e15,
        1e300,
        f64::MAX,
    ];

    #[track_caller]
    fn sound(interval: Option<Interval>) {
        if let Some(Interval { low, high }) = interval {
            assert!(low.is_finite() && high.is_finite() && low <= high + 1e-12);
        }
    }

    #[track_caller]
    fn sound_ratio(interval: Option<RatioInterval>) {
        if let Some(RatioInterval { low, high }) = interval {
            assert!(low.is_finite() && low >= 0.0, "{low}");
            assert!(
                high.is_none_or(|high| high.is_finite() && low <= high * (1.0 + 1e-9)),
                "{interval:?}"
            );
        }
    }

    #[test]
    fn intervals_and_tests_survive_every_input() {
        for x1 in ODD {
            for n1 in ODD {
                sound(Some(wilson::wilson(x1, n1, 1.96)));
                sound(Some(wilson::wilson(0.3, 2.0, x1)));
                sound(clopper_pearson::clopper_pearson(x1, n1, 0.95));
                for (x2, n2) in [(0.0, 4.0), (3.0, 3.0), (1e-9, 1e-8), (7e8, 1e9), (1.0, 1e300)] {
                    for z in [1e-9, 1.96, 1e9] {
                        sound(newcombe::newcombe(x1, n1, x2, n2, z));
                        sound(agresti_caffo::agresti_caffo(x1, n1, x2, n2, z));
                        sound(katz::katz(x1, n1, x2, n2, z));
                        sound(miettinen_nurminen::difference(x1, n1, x2, n2, z));
                        sound_ratio(koopman::koopman(x1, n1, x2, n2, z));
                        sound_ratio(miettinen_nurminen::ratio(x2, n2, x1, n1, z));
                    }
                    for test in [
                        two_by_two::pooled_z,
                        two_by_two::chi_square,
                        two_by_two::chi_square_yates,
                        two_by_two::g_test,
                    ] {
                        if let Some(result) = test(x1, n1, x2, n2) {
                            assert!(result.statistic.is_finite());
                            assert!((0.0..=1.0).contains(&result.p), "{x1} {n1} {x2} {n2}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn distances_survive_every_input() {
        let fine = |value: Option<f64>| assert!(value.is_none_or(f64::is_finite), "{value:?}");
        for a in ODD {
            for b in ODD {
                let (one, other) = ([a, b, 3.0], [1.0, b, a]);
                fine(divergence::kullback_leibler(&one, &other));
                fine(divergence::jensen_shannon(&one, &other));
                fine(divergence::hellinger(&one, &other));
                fine(divergence::kolmogorov_smirnov(&one, &other));
                fine(divergence::lp(&one, &other, a));
                let table = [one.to_vec(), other.to_vec()];
                fine(association::cramers_v(&table));
                fine(association::cramers_v_corrected(&table));
                if let Some(found) = association::mutual_information(&table) {
                    assert!(found.corrected.is_finite() && (0.0..=1.0).contains(&found.normalised()));
                    assert!((0.0..=1.0).contains(&found.share_of_group()));
                    assert!((0.0..=1.0).contains(&found.share_of_outcome()));
                }
                fine(differential_fairness::differential_fairness(&table, a).map(|found| found.epsilon));
                fine(effect_size::class_imbalance(a, b));
                let spread = |mean| effect_size::Spread {
                    n: a,
                    mean,
                    variance: b,
                };
                fine(effect_size::cohens_d(spread(a), spread(3.0)));
            }
        }
    }

    #[test]
    fn histograms_survive_every_input() {
        let fine = |value: Option<f64>| assert!(value.is_none_or(f64::is_finite), "{value:?}");
        for a in ODD {
            for b in ODD {
                let (one, other) = ([(a, b), (1e301, 2.0)], [(-2.0, 1.0), (b, a), (1e302, 0.5)]);
                for alpha in [a, -3.0, 0.0, 0.5, 1.0, 2.0] {
                    fine(inequality::generalized_entropy(&one, alpha));
                    fine(inequality::atkinson(&one, alpha));
                    fine(inequality::decompose(&[&one, &[(b, a)]], alpha).map(|split| split.total()));
                }
                fine(inequality::gini(&one));
                fine(two_samples::wasserstein_1(&one, &other));
                fine(two_samples::kolmogorov_smirnov(&one, &other).map(|test| test.p));
                fine(superiority::mann_whitney(&one, &other).map(|test| test.p));
                fine(superiority::probability_of_superiority(&one, &other));
                if let Some(test) = superiority::brunner_munzel(&one, &other, 0.95) {
                    assert!((0.0..=1.0).contains(&test.p) && (0.0..=1.0).contains(&test.superiority));
                    sound(Some(test.interval));
                }
                for rule in [quantiles::Rule::InverseCdf, quantiles::Rule::Type7] {
                    fine(quantiles::quantile(&one, 0.3, rule));
                }
                if let Some(interval) = quantiles::woodruff(&one, 0.3, a, 1.96) {
                    assert!(
                        interval
                            .low
                            .is_none_or(|low| interval.high.is_none_or(|high| low <= high))
                    );
                }
            }
        }
    }

    #[test]
    fn plans_and_comparisons_survive_every_input() {
        let fine = |value: Option<f64>| assert!(value.is_none_or(f64::is_finite), "{value:?}");
        for a in ODD {
            for b in ODD {
                let arm = power::Arm { n: a, design_effect: b };
                fine(power::minimum_detectable_difference(0.3, arm, arm, 0.05, 0.8));
                fine(power::minimum_detectable_ratio(0.3, arm, arm, 0.05, 0.8));
                fine(power::people_needed(a, b, 0.05, 0.8, 1.0));
                fine(power::people_needed(0.1, 0.2, a, b, 1.0));
                fine(power::power(a, 0.5, b, 0.05));
                fine(power::people_needed_for_equivalence(0.5, a, b, 0.8, 1.0));
                fine(ratio_estimator::design_effect(a, 0.5, b));
                let moments = ratio_estimator::Moments::default().with(a, b).with(b, a);
                fine(moments.ratio());
                fine(moments.variance());
                fine(moments.effective_people());
                if let Some(tost) = equivalence::tost_ratio(a, b, 0.8, 1.25, 9.0) {
                    assert!((0.0..=1.0).contains(&tost.p));
                }
                let mean = |mean, variance, df| welch::Mean { mean, variance, df };
                if let Some(test) = welch::welch(mean(a, b, a), mean(b, 1.0, 9.0), 0.95) {
                    assert!((0.0..=1.0).contains(&test.p));
                    sound(Some(test.interval));
                }
            }
        }
    }
}
