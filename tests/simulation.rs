//! Intervals hold the truth as often as they say, on a few hundred simulated logs; `examples/coverage` does it at length.

use parytet::catalogue::Contrast;
use parytet::inference::rng::Rng;
use parytet::verdict::Say;

#[path = "../examples/coverage/simulate.rs"]
#[allow(dead_code, reason = "the example has further kinds of logs")]
mod simulate;

use simulate::{
    Behaviour, Course, Group, PERIODS, SPEC, audit, draw, draw_periods, extreme_p, holds, interval, plan, say,
};

const CLUSTERED: Behaviour = Behaviour {
    icc: 0.3,
    many_rows: true,
};

fn groups(sizes: &[(usize, f64)]) -> Vec<Group> {
    sizes.iter().map(|&(people, rate)| Group { people, rate }).collect()
}

#[test]
fn intervals_of_people_with_many_rows_cover_and_intervals_of_rows_do_not() {
    const RUNS: usize = 300;
    let spec = format!("{SPEC}metrics = [\"selection_rate\"]\n");
    let (by_person, by_row) = (plan(&spec, true), plan(&spec, false));
    let groups = groups(&[(50, 0.3), (50, 0.24)]);
    let mut rng = Rng::new(5, 0);
    let (mut held, mut held_by_row) = (0, 0);
    for _ in 0..RUNS {
        let log = draw(&mut rng, &groups, CLUSTERED);
        let ratio = |plan| {
            let (_, assessment) = audit(plan, &log);
            usize::from(holds(interval(&assessment, "selection_rate", Contrast::Ratio, 1), 0.8))
        };
        held += ratio(&by_person);
        held_by_row += ratio(&by_row);
    }
    let share = |hits: usize| hits as f64 / RUNS as f64;
    assert!((0.91..=0.985).contains(&share(held)), "{}", share(held));
    assert!(share(held_by_row) < share(held) - 0.1, "{}", share(held_by_row));
}

#[test]
fn fair_logs_seldom_fail_and_their_largest_gap_is_seldom_significant() {
    const RUNS: usize = 200;
    let spec =
        format!("{SPEC}metrics = [\"selection_rate\"]\n[[gate]]\nmetric = \"demographic_parity_ratio\"\nmin = 0.8\n");
    let plan = plan(&spec, true);
    let groups = groups(&[(120, 0.3), (80, 0.3), (40, 0.3), (20, 0.3), (10, 0.3)]);
    let mut rng = Rng::new(6, 0);
    let (mut failed, mut significant) = (0, 0);
    for _ in 0..RUNS {
        let log = draw(&mut rng, &groups, CLUSTERED);
        let (tally, assessment) = audit(&plan, &log);
        failed += usize::from(say(&plan, &tally, &assessment) == Say::Fail);
        significant += usize::from(extreme_p(&assessment, Contrast::MaxGap).is_some_and(|p| p < 0.05));
    }
    assert!(failed <= RUNS * 5 / 100, "{failed}");
    assert!(significant <= RUNS * 9 / 100, "{significant}");
}

#[test]
fn trends_are_held_and_many_looks_seldom_cry_wolf() {
    const RUNS: usize = 150;
    let plan = plan(PERIODS, true);
    for (slope, seed) in [(0.0, 8), (-0.03, 9)] {
        let mut rng = Rng::new(seed, 0);
        let (mut held, mut seen, mut left, mut left_by_one_look) = (0, 0, 0, 0);
        for _ in 0..RUNS {
            let course = Course {
                people: 160,
                periods: 8,
                gap: 0.0,
                slope,
            };
            let log = draw_periods(&mut rng, course);
            let (_, assessment) = audit(&plan, &log);
            let trend = interval(&assessment, "gap_trend", Contrast::Gap, 1);
            held += usize::from(holds(trend, slope));
            seen += usize::from(!holds(trend, 0.0));
            let looks = || {
                let findings = assessment.findings.iter();
                findings.filter(|f| f.metric.id() == "gap_sequence" && f.estimate.is_some())
            };
            left += usize::from(looks().any(|f| !holds(f.ends, 0.0)));
            left_by_one_look += usize::from(looks().any(|f| {
                let error = f.standard_error.unwrap_or(f64::INFINITY);
                f.estimate.is_some_and(|gap| gap.abs() > 1.96 * error)
            }));
        }
        let share = |hits: usize| hits as f64 / RUNS as f64;
        assert!((0.9..=0.995).contains(&share(held)), "{slope}: {}", share(held));
        if slope == 0.0 {
            assert!(share(left) <= 0.05, "{}", share(left));
            assert!(
                share(left_by_one_look) > share(left) + 0.03,
                "{}",
                share(left_by_one_look)
            );
        } else {
            assert!(share(seen) > 0.5, "{}", share(seen));
        }
    }
}
