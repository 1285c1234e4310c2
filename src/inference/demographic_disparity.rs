//! Demographic disparity, plain and within strata.

use super::sums::sum;

/// One stratum's people, by whether they got the favourable outcome.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stratum {
    /// People of the facet (the group at risk) who were rejected.
    pub facet_rejected: f64,
    /// All people who were rejected, the facet's among them.
    pub rejected: f64,
    /// People of the facet who were accepted.
    pub facet_accepted: f64,
    /// All people who were accepted, the facet's among them.
    pub accepted: f64,
}

impl Stratum {
    /// P(facet | rejected) − P(facet | accepted): above 0 when the facet is more of the rejected than of
    /// the accepted. DD of SageMaker Clarify.
    ///
    /// `None` when nobody was rejected or nobody accepted (Clarify takes the empty side for 0, so that a
    /// stratum where everybody is rejected counts as harm to whichever facet is asked about), or when the
    /// counts do not fit.
    #[must_use]
    pub fn disparity(&self) -> Option<f64> {
        let share = |part: f64, whole: f64| {
            let sound = whole.is_finite() && whole > 0.0 && 0.0 <= part && part <= whole;
            sound.then(|| part / whole)
        };
        Some(share(self.facet_rejected, self.rejected)? - share(self.facet_accepted, self.accepted)?)
    }

    fn people(&self) -> f64 {
        self.rejected + self.accepted
    }
}

/// A demographic disparity within strata.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Conditional {
    /// Σ n_k DD_k / Σ n_k over the strata where it is defined, −1 … 1; the sign is that of
    /// [`Stratum::disparity`].
    pub disparity: f64,
    /// Share of all people who are in those strata, 0 … 1.
    pub covered: f64,
}

/// Conditional demographic disparity: the disparities of the strata, weighted by their people.
///
/// S. Wachter, B. Mittelstadt and C. Russell, West Virginia Law Review 123 (2021), 735–790; CDDL and CDDPL
/// of SageMaker Clarify. A stratum without a defined disparity is left out and lowers `covered`. `None`
/// when none is left, or a stratum's counts do not fit. Condition only on what is declared legitimate: on
/// a proxy of the group it hides what it should show.
#[must_use]
pub fn conditional(strata: &[Stratum]) -> Option<Conditional> {
    let sound = |s: &Stratum| {
        let within = |part: f64, whole: f64| whole.is_finite() && 0.0 <= part && part <= whole;
        within(s.facet_rejected, s.rejected) && within(s.facet_accepted, s.accepted)
    };
    if !strata.iter().all(sound) {
        return None;
    }
    let defined = || strata.iter().filter_map(|s| Some((s.people(), s.disparity()?)));
    let people = sum(defined().map(|(people, _)| people));
    let all = sum(strata.iter().map(Stratum::people));
    if people <= 0.0 || !all.is_finite() {
        return None;
    }
    Some(Conditional {
        disparity: sum(defined().map(|(n, disparity)| n / people * disparity)),
        covered: (people / all).min(1.0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::oracle::assert_close;

    /// Rejected and accepted of the facet, then of the others.
    fn stratum([a, b, c, d]: [f64; 4]) -> Stratum {
        Stratum {
            facet_rejected: a,
            rejected: a + c,
            facet_accepted: b,
            accepted: b + d,
        }
    }

    #[test]
    fn weighs_strata_by_their_people() {
        let strata = [[30.0, 20.0, 20.0, 30.0], [10.0, 40.0, 20.0, 80.0]].map(stratum);
        assert_close(strata[0].disparity().unwrap(), 0.2, 1e-12);
        assert!(strata[1].disparity().unwrap().abs() < 1e-15);
        let found = conditional(&strata).unwrap();
        assert_close(found.disparity, 0.08, 1e-12);
        assert_eq!(found.covered, 1.0);
    }

    #[test]
    fn matches_smclarify() {
        // smclarify 0.5 bias.metrics.pretraining.CDDL
        let strata = [
            [30.0, 20.0, 20.0, 30.0],
            [10.0, 40.0, 25.0, 80.0],
            [7.0, 3.0, 2.0, 11.0],
        ]
        .map(stratum);
        assert_close(conditional(&strata).unwrap().disparity, 0.09201210460203264, 1e-12);
    }

    #[test]
    fn a_stratum_without_choice_is_left_out() {
        let strata = [[30.0, 20.0, 20.0, 30.0], [60.0, 0.0, 40.0, 0.0]].map(stratum);
        let found = conditional(&strata).unwrap();
        assert_close(found.disparity, 0.2, 1e-12);
        assert_eq!(found.covered, 0.5);
        assert_eq!(conditional(&strata[1..]), None);
        assert_eq!(conditional(&[]), None);
    }

    #[test]
    fn refuses_counts_that_do_not_fit() {
        let sound = stratum([30.0, 20.0, 20.0, 30.0]);
        for broken in [
            Stratum {
                rejected: 29.0,
                ..sound
            },
            Stratum {
                facet_accepted: -1.0,
                ..sound
            },
            Stratum {
                facet_rejected: f64::NAN,
                ..sound
            },
            Stratum {
                accepted: f64::INFINITY,
                ..sound
            },
        ] {
            assert_eq!(broken.disparity(), None);
            assert_eq!(conditional(&[sound, broken]), None);
        }
    }
}
