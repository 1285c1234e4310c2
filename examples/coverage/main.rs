//! Shows by simulation that intervals cover and that fair logs do not fail gates.
//!
//! `cargo run --example coverage -- --runs 300 --write docs/simulations.md` takes some minutes on two cores.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use parytet::catalogue::Contrast;
use parytet::inference::rng::Rng;
use parytet::verdict::Say;

mod families;
mod simulate;

use simulate::{Behaviour, Group, SPEC, audit, draw, extreme_p, holds, interval, plan, say};

const SEED: u64 = 20_261_123;
pub(crate) const CLUSTERED: Behaviour = Behaviour {
    icc: 0.3,
    many_rows: true,
};
const ALONE: Behaviour = Behaviour {
    icc: 0.0,
    many_rows: false,
};

/// What a coverage scenario counts: the name of the column, the metric and the contrast.
const QUANTITIES: [(&str, &str, Contrast); 6] = [
    ("rate", "selection_rate", Contrast::Value),
    ("gap", "selection_rate", Contrast::Gap),
    ("ratio", "selection_rate", Contrast::Ratio),
    ("TPR ratio", "true_positive_rate", Contrast::Ratio),
    ("own-rate gap", "subject_selection_rate", Contrast::Gap),
    ("mean gap", "mean_value", Contrast::Gap),
];

pub(crate) fn share(hits: usize, of: usize) -> String {
    format!("{:.1}", 100.0 * hits as f64 / of as f64)
}

/// Runs jobs on all processors and gives their texts in order.
fn parallel(jobs: Vec<Box<dyn Fn() -> String + Send + Sync>>) -> Vec<String> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(vec![String::new(); jobs.len()]);
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let job = next.fetch_add(1, Ordering::Relaxed);
                    let Some(run) = jobs.get(job) else { break };
                    let text = run();
                    if let Ok(mut done) = done.lock() {
                        done[job] = text;
                    }
                }
            });
        }
    });
    done.into_inner().unwrap_or_default()
}

fn coverage(people: [usize; 2], rate: f64, ratio: f64, behaviour: Behaviour, runs: usize) -> String {
    let metrics =
        "metrics = [\"selection_rate\", \"true_positive_rate\", \"subject_selection_rate\", \"mean_value\"]\n";
    let spec = format!("{SPEC}{metrics}[groups]\nmin_subjects = 1\n");
    let (by_person, by_row) = (plan(&spec, true), plan(&spec, false));
    let groups = [
        Group {
            people: people[0],
            rate,
        },
        Group {
            people: people[1],
            rate: rate * ratio,
        },
    ];
    let truth = |metric: &str, contrast: Contrast| match (metric, contrast) {
        ("mean_value", _) => 0.0,
        (_, Contrast::Value) => rate * ratio,
        (_, Contrast::Gap) => rate * ratio - rate,
        _ => ratio,
    };
    let mut held = [0; QUANTITIES.len()];
    let mut held_by_row = 0;
    let stream = (people[0] * 7919 + people[1]) as u64 ^ rate.to_bits() ^ ratio.to_bits().rotate_left(7);
    let mut rng = Rng::new(SEED, stream);
    for _ in 0..runs {
        let log = draw(&mut rng, &groups, behaviour);
        let (_, assessment) = audit(&by_person, &log);
        for (held, (_, metric, contrast)) in held.iter_mut().zip(QUANTITIES) {
            *held += usize::from(holds(
                interval(&assessment, metric, contrast, 1),
                truth(metric, contrast),
            ));
        }
        let (_, assessment) = audit(&by_row, &log);
        held_by_row += usize::from(holds(
            interval(&assessment, "selection_rate", Contrast::Ratio, 1),
            ratio,
        ));
    }
    let mut line = format!("| {} + {} | {rate} | {ratio} |", people[0], people[1]);
    for hits in held {
        let _ = write!(line, " {} |", share(hits, runs));
    }
    let _ = write!(line, " {} |", share(held_by_row, runs));
    line
}

/// How often a gate fails, and how often it passes.
fn gate(title: &str, gate: &str, groups: &[Group], behaviour: Behaviour, runs: usize) -> String {
    let reference = if gate.contains("best") { "best" } else { "largest" };
    let spec = format!(
        "{}metrics = [\"selection_rate\"]\n[[gate]]\n{}\n",
        SPEC.replace("g0", reference),
        gate.replace(" # best", "")
    );
    let plan = plan(&spec, true);
    let mut rng = Rng::new(SEED, 77 ^ groups.len() as u64 ^ groups[0].rate.to_bits());
    let (mut failed, mut passed, mut below, mut counted) = (0, 0, 0, 0);
    for _ in 0..runs {
        let log = draw(&mut rng, groups, behaviour);
        let (tally, assessment) = audit(&plan, &log);
        match say(&plan, &tally, &assessment) {
            Say::Fail => failed += 1,
            Say::Pass => passed += 1,
            Say::Inconclusive => {}
        }
        if let Some(p) = extreme_p(&assessment, Contrast::MaxGap) {
            counted += 1;
            below += usize::from(p < 0.05);
        }
    }
    let rates: Vec<String> = groups.iter().map(|g| format!("{}×{}", g.people, g.rate)).collect();
    format!(
        "| {title} | {} | `{}` | {} | {} | {} |",
        rates.join(", "),
        gate.replace('\n', ", "),
        share(failed, runs),
        share(passed, runs),
        share(below, counted.max(1))
    )
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let after = |flag: &str| {
        let at = arguments.iter().position(|a| a == flag)?;
        arguments.get(at + 1)
    };
    let runs: usize = after("--runs").and_then(|n| n.parse().ok()).unwrap_or(1000);

    let mut jobs: Vec<Box<dyn Fn() -> String + Send + Sync>> = Vec::new();
    let mut heads = Vec::new();
    for (title, behaviour) in [
        ("many rows per person, ICC 0.3", CLUSTERED),
        ("one row per person", ALONE),
    ] {
        let begin = jobs.len();
        for people in [[25, 25], [50, 50], [20, 80], [250, 250], [100, 400], [2500, 2500]] {
            if people[0] > 1000 && !behaviour.many_rows {
                continue;
            }
            for rate in [0.05, 0.2, 0.5] {
                for ratio in [1.0, 0.8] {
                    let runs = if people[0] + people[1] > 1000 { runs / 4 } else { runs };
                    jobs.push(Box::new(move || coverage(people, rate, ratio, behaviour, runs)));
                }
            }
        }
        heads.push((title, begin, jobs.len()));
    }
    let gates_at = jobs.len();
    let evidence = "metric = \"disparate_impact\"\nmin = 0.8";
    let best = "metric = \"disparate_impact\"\nmin = 0.8 # best";
    let point = "metric = \"disparate_impact\"\nmin = 0.8\nrule = \"point\"";
    let extreme = "metric = \"demographic_parity_ratio\"\nmin = 0.8";
    let gap = "metric = \"demographic_parity_difference\"\nmax = 0.1";
    for behaviour in [CLUSTERED, ALONE] {
        for (title, sizes, rates) in [
            ("equal", vec![120, 80], vec![0.3, 0.3]),
            ("at the threshold", vec![120, 80], vec![0.3, 0.24]),
            ("equal", vec![120, 80, 40, 20, 10], vec![0.3; 5]),
            (
                "all at the threshold",
                vec![120, 80, 80, 80, 80],
                vec![0.3, 0.24, 0.24, 0.24, 0.24],
            ),
            ("equal", vec![300, 200, 100, 50, 40, 30, 20, 10], vec![0.3; 8]),
            ("half", vec![120, 80], vec![0.3, 0.15]),
        ] {
            for rule in [evidence, best, point, extreme, gap] {
                let groups: Vec<Group> = sizes
                    .iter()
                    .zip(&rates)
                    .map(|(people, rate)| Group {
                        people: *people,
                        rate: *rate,
                    })
                    .collect();
                let kind = if behaviour.many_rows {
                    "clustered"
                } else {
                    "one row each"
                };
                let title = format!("{title}, {kind}");
                jobs.push(Box::new(move || gate(&title, rule, &groups, behaviour, runs)));
            }
        }
    }
    let families_at = jobs.len();
    for (people, behaviour) in [(150, CLUSTERED), (400, CLUSTERED), (400, ALONE)] {
        jobs.push(Box::new(move || families::families(people, behaviour, runs)));
        jobs.push(Box::new(move || families::hunts(people, behaviour, runs)));
    }
    let lines = parallel(jobs);

    let mut text = format!(
        "# Simulations\n\nMade by `cargo run --example coverage -- --runs {runs} --write docs/simulations.md`, seed {SEED}, {runs} simulated logs per line\n\
         ({} with 5,000 people). A 95 % interval should hold the truth in 95 of 100 logs; with {runs} logs, chance alone moves\n\
         a figure by about ±{:.1} points. How to read it stands in [methods](methods.md).\n",
        runs / 4,
        196.0 * (0.95f64 * 0.05 / runs as f64).sqrt(),
    );
    for (title, begin, end) in heads {
        let _ = write!(
            text,
            "\n## Intervals: {title}\n\nShare of intervals that hold the truth, in per cent. The last column takes each row for a person.\n\n\
             | people | rate | true ratio |"
        );
        for (name, _, _) in QUANTITIES {
            let _ = write!(text, " {name} |");
        }
        let _ = writeln!(
            text,
            " ratio, by row |\n|---|---|---|{}---|",
            "---|".repeat(QUANTITIES.len())
        );
        for line in &lines[begin..end] {
            let _ = writeln!(text, "{line}");
        }
    }
    let _ = write!(
        text,
        "\n## Gates\n\nHow often a gate fails or passes, in per cent, and how often the p-value of the largest gap is below 0.05.\n\
         On equal groups and at the threshold, `evidence` should fail in at most 5 of 100 logs; `point` is there to compare.\n\n\
         | groups | people × rate | gate | fails | passes | p < 0.05 |\n|---|---|---|---|---|---|\n"
    );
    for line in &lines[gates_at..families_at] {
        let _ = writeln!(text, "{line}");
    }
    text.push_str(&families::report(&lines[families_at..]));
    let target = after("--write");
    match target {
        Some(path) => {
            if let Err(error) = std::fs::write(path, &text) {
                eprintln!("cannot write {path}: {error}");
                std::process::exit(2);
            }
        }
        None => println!("{text}"),
    }
}
