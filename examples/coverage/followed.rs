//! What is followed along stages, systems, arms and periods: what is planted is held, and nothing is seen where nothing is.

use std::fmt::Write as _;

use parytet::assess::{About, Finding};
use parytet::catalogue::Contrast;
use parytet::inference::rng::Rng;

use super::simulate::{Behaviour, Course, Log, PERIODS, Sought, audit, draw_periods, holds, own_rate, plan, rows};
use super::{CLUSTERED, SEED, share};

const GROUP: &str = "[[protected]]\nname = \"group\"\nreference = \"g0\"\n[groups]\nmin_subjects = 1\n";
const OUTCOME: &str =
    "[[outcome]]\nname = \"offered\"\nfavourable = true\nselected = { column = \"selected\", values = [\"1\"] }\n";

/// Chances of the stages of the first group, of whom the second has less by a gap at the first and the last.
const STAGES: [f64; 3] = [0.6, 0.5, 0.4];

fn stages(gap: f64) -> [f64; 3] {
    [STAGES[0] - gap, STAGES[1], STAGES[2] - gap]
}

/// The parts that stages have in the gap of the whole, as means over all orders (Shapley).
fn parts(own: [f64; 3], other: [f64; 3]) -> [f64; 3] {
    std::array::from_fn(|stage| {
        let [i, j] = [(stage + 1) % 3, (stage + 2) % 3];
        let both = own[i] * own[j] + other[i] * other[j];
        let mixed = own[i] * other[j] + other[i] * own[j];
        (own[stage] - other[stage]) * (both / 3.0 + mixed / 6.0)
    })
}

/// Share of intervals that hold the part of each stage in the gap and its ratio.
pub fn funnel(people: i64, gap: f64, behaviour: Behaviour, runs: usize) -> String {
    let spec = format!(
        "{GROUP}[[funnel]]\nname = \"offer\"\nfavourable = true\nstages = [\n\
         {{ name = \"selected\", column = \"selected\", values = [\"1\"], absent = \"allow\" }},\n\
         {{ name = \"clicked\", column = \"clicked\", values = [\"1\"], absent = \"allow\" }},\n\
         {{ name = \"accepted\", column = \"accepted\", values = [\"1\"], absent = \"allow\" }}]\n"
    );
    let plan = plan(&spec, true);
    let outcome = plan.outcomes.len() - 1;
    let mut rng = Rng::new(
        SEED,
        10_007 + people as u64 + (gap * 100.0) as u64 * 17 + u64::from(behaviour.many_rows),
    );
    let truth = parts(stages(gap), STAGES);
    let mut held = [[0; 3]; 2];
    for _ in 0..runs {
        let mut log = Log::default();
        for person in 0..people {
            let gap = if person % 2 == 1 { gap } else { 0.0 };
            let own = stages(gap).map(|rate| own_rate(&mut rng, rate, behaviour.icc));
            for _ in 0..rows(&mut rng, behaviour) {
                log.person.push(Some(person));
                log.group.push(Some(format!("g{}", person % 2)));
                let passed = own.map(|rate| rng.uniform() < rate);
                log.selected.push(Some(i64::from(passed[0])));
                log.set("clicked", passed[0] && passed[1]);
                log.set("accepted", passed[0] && passed[1] && passed[2]);
            }
        }
        let (_, assessment) = audit(&plan, &log);
        for (stage, name) in ["selected", "clicked", "accepted"].into_iter().enumerate() {
            let told = [
                (Contrast::Gap, truth[stage]),
                (Contrast::Ratio, stages(gap)[stage] / STAGES[stage]),
            ];
            for (held, (contrast, truth)) in held.iter_mut().zip(told) {
                let sought = Sought {
                    place: (outcome, 0, 1),
                    at: Some(name),
                    ..Sought::of("funnel_stage", contrast)
                };
                held[stage] += usize::from(sought.holds(&assessment, truth));
            }
        }
    }
    let rows = if behaviour.many_rows {
        "many rows, ICC 0.3"
    } else {
        "one row each"
    };
    let mut line = format!("| {people}, {rows} | {gap} |");
    for hits in held.into_iter().flatten() {
        let _ = write!(line, " {} |", share(hits, runs));
    }
    line
}

/// Share of intervals that hold a planted difference of the gaps of two systems that met the same people, how often it is told
/// from 0, and both where each row is taken for a person.
pub fn systems(people: i64, apart: f64, runs: usize) -> String {
    let spec = format!("system = \"system\"\n{GROUP}{OUTCOME}metrics = [\"systems\"]\n");
    let plans = [plan(&spec, true), plan(&spec, false)];
    let mut rng = Rng::new(SEED, 11_003 + people as u64 + (apart * 100.0) as u64 * 17);
    let mut counts = [0; 4];
    for _ in 0..runs {
        let mut log = Log::default();
        for person in 0..people {
            let second = person % 2 == 1;
            let own = own_rate(&mut rng, 0.5, CLUSTERED.icc);
            for _ in 0..1 + rows(&mut rng, CLUSTERED) {
                let system = 1 + i64::from(rng.uniform() < 0.5);
                // Both groups do better under the second system, the second group less so.
                let factor = match (system, second) {
                    (1, _) => 0.8,
                    (_, false) => 1.0,
                    (_, true) => 1.0 - 2.0 * apart,
                };
                log.person.push(Some(person));
                log.group.push(Some(format!("g{}", i64::from(second))));
                log.selected.push(Some(i64::from(rng.uniform() < own * factor)));
                log.set("system", system);
            }
        }
        for (i, plan) in plans.iter().enumerate() {
            let (_, assessment) = audit(plan, &log);
            let sought = Sought {
                at: Some("2 less 1"),
                ..Sought::of("system_gap", Contrast::Gap)
            };
            counts[2 * i] += usize::from(sought.holds(&assessment, -apart));
            counts[2 * i + 1] += usize::from(!sought.holds(&assessment, 0.0));
        }
    }
    let mut line = format!("| {people} | {} |", if apart > 0.0 { -apart } else { 0.0 });
    for hits in counts {
        let _ = write!(line, " {} |", share(hits, runs));
    }
    line
}

/// The height of a chart at which it alarms.
pub const ALARM: f64 = 5.0;

/// Trend, looks and alarms of a log over time.
pub fn over_time(course: Course, runs: usize) -> String {
    let plan = plan(&format!("{PERIODS}[groups]\nmin_subjects = 1\n"), true);
    let stream = 12_007 + course.people as u64 * 31 + course.periods as u64 + (course.slope * 1e4).abs() as u64 * 17;
    let mut rng = Rng::new(SEED, stream + (course.gap * 1e4).abs() as u64 * 101);
    // Trend holds the truth, trend is told from 0; the sequence leaves the gap that was there; looks at all rows so far and at
    // each period alone see something; alarms.
    let mut counts = [0; 6];
    for _ in 0..runs {
        let (_, assessment) = audit(&plan, &draw_periods(&mut rng, course));
        let trend = Sought::of("gap_trend", Contrast::Gap);
        let at = |metric: &'static str| {
            assessment.findings.iter().filter(move |f: &&Finding| {
                let second = matches!(f.about, About::Group { group: 1, .. });
                second && f.metric.id() == metric && f.contrast == Contrast::Gap && f.at.is_some()
            })
        };
        let beyond = |f: &Finding| {
            let error = f.standard_error.unwrap_or(f64::INFINITY);
            f.estimate.is_some_and(|gap| (gap - course.gap).abs() > 1.96 * error)
        };
        let found = [
            trend.holds(&assessment, course.slope),
            !trend.holds(&assessment, 0.0),
            at("gap_sequence").any(|f| f.estimate.is_some() && !holds(f.ends, course.gap)),
            at("gap_sequence").any(beyond),
            at("selection_rate").any(|f| !holds(f.ends, course.gap)),
            at("gap_cusum").any(|f| f.estimate.is_some_and(|sum| sum > ALARM)),
        ];
        for (count, found) in counts.iter_mut().zip(found) {
            *count += usize::from(found);
        }
    }
    let Course {
        people,
        periods,
        gap,
        slope,
    } = course;
    let mut line = format!("| {people} | {periods} | {gap} | {slope} |");
    for hits in counts {
        let _ = write!(line, " {} |", share(hits, runs));
    }
    line
}
