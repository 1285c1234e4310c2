//! Shows by simulation that intervals cover and that fair logs do not fail gates.
//!
//! `cargo run --example coverage -- --write docs/simulations.md` takes an hour or so on two cores; `--only lists,time` remakes
//! some of the tables and leaves the others of the file as they are, and `--runs 500` says how many logs are simulated.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use parytet::catalogue::Contrast;
use parytet::inference::rng::Rng;
use parytet::verdict::Say;

mod families;
mod followed;
mod lists;
mod simulate;

use simulate::{Behaviour, Course, Group, SPEC, audit, draw, extreme_p, holds, interval, plan, say};

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

/// Makes one line of a table.
type Job = Box<dyn Fn() -> String + Send + Sync>;

/// What puts the lines of a section into text.
type Text = Box<dyn Fn(&[String]) -> String>;

/// One or more tables of the page.
struct Section {
    /// Its name on the command line.
    id: &'static str,
    /// How each of its lines is made.
    jobs: Vec<Job>,
    /// What the page says, with headings, given the lines in their order.
    text: Text,
}

/// Runs jobs on all processors and gives their texts in order.
fn parallel(jobs: &[Job]) -> Vec<String> {
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

/// How many logs each line rests on, and what chance does to a figure.
fn preamble(runs: usize) -> String {
    format!(
        "{runs} simulated logs per line, so that chance alone moves a figure of 95 by about ±{:.1}.",
        196.0 * (0.95f64 * 0.05 / runs as f64).sqrt()
    )
}

fn intervals(runs: usize) -> Section {
    let mut jobs: Vec<Job> = Vec::new();
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
    let text = move |lines: &[String]| {
        let mut text = String::new();
        for (title, begin, end) in &heads {
            let _ = write!(
                text,
                "\n## Intervals: {title}\n\nShare of intervals that hold the truth, in per cent. The last column takes each row for a person.\n\
                 {} With 5,000 people there are {}.\n\n| people | rate | true ratio |",
                preamble(runs),
                runs / 4,
            );
            for (name, _, _) in QUANTITIES {
                let _ = write!(text, " {name} |");
            }
            let _ = writeln!(
                text,
                " ratio, by row |\n|---|---|---|{}---|",
                "---|".repeat(QUANTITIES.len())
            );
            for line in &lines[*begin..*end] {
                let _ = writeln!(text, "{line}");
            }
        }
        text
    };
    Section {
        id: "intervals",
        jobs,
        text: Box::new(text),
    }
}

fn gates(runs: usize) -> Section {
    let mut jobs: Vec<Job> = Vec::new();
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
    let text = move |lines: &[String]| {
        table(
            &format!(
                "\n## Gates\n\nHow often a gate fails or passes, in per cent, and how often the p-value of the largest gap is below 0.05.\n\
                 On equal groups and at the threshold, `evidence` should fail in at most 5 of 100 logs; `point` is there to compare.\n{}",
                preamble(runs)
            ),
            "groups | people × rate | gate | fails | passes | p < 0.05",
            lines,
        )
    };
    Section {
        id: "gates",
        jobs,
        text: Box::new(text),
    }
}

fn families_section(runs: usize) -> Section {
    let mut jobs: Vec<Job> = Vec::new();
    for (people, behaviour) in [(150, CLUSTERED), (400, CLUSTERED), (400, ALONE)] {
        jobs.push(Box::new(move || families::families(people, behaviour, runs)));
        jobs.push(Box::new(move || families::hunts(people, behaviour, runs)));
    }
    Section {
        id: "families",
        jobs,
        text: Box::new(move |lines| families::report(lines, &preamble(runs))),
    }
}

/// A table with what stands before it.
fn table(before: &str, head: &str, lines: &[String]) -> String {
    let columns = head.split(" | ").count();
    let mut text = format!("{before}\n\n| {head} |\n|{}\n", "---|".repeat(columns));
    for line in lines {
        let _ = writeln!(text, "{line}");
    }
    text
}

fn told(all: &[(&str, Contrast)]) -> String {
    let names = all.iter().map(|(metric, contrast)| match contrast {
        Contrast::Value => format!("`{metric}`"),
        _ => format!("`{metric}` {}", contrast.id()),
    });
    names.collect::<Vec<_>>().join(" | ")
}

fn shown_to_people(runs: usize) -> Section {
    let mut jobs: Vec<Job> = Vec::new();
    for (people, behaviour) in [(150, CLUSTERED), (400, CLUSTERED), (400, ALONE)] {
        for gap in [0.0, lists::GAP] {
            jobs.push(Box::new(move || lists::received(people, gap, behaviour, runs)));
        }
    }
    let text = move |lines: &[String]| {
        let all: Vec<(&str, Contrast)> = lists::TOLD
            .iter()
            .map(|(metric, contrast, _)| (*metric, *contrast))
            .collect();
        table(
            &format!(
                "\n## Lists: what people are shown\n\nShare of intervals that hold the truth, in per cent. People have lists of four places; in those of \
                 the second\ngroup a job stands first, and what fits does, less often by the planted gap. Where a number follows \
                 from no\nformula, it is told only without a gap. {}",
                preamble(runs)
            ),
            &format!("people | gap | {}", told(&all)),
            lines,
        )
    };
    Section {
        id: "lists",
        jobs,
        text: Box::new(text),
    }
}

fn largest_of_lists(runs: usize) -> Section {
    let mut jobs: Vec<Job> = Vec::new();
    for (people, behaviour) in [(250, CLUSTERED), (1000, CLUSTERED), (1000, ALONE)] {
        jobs.push(Box::new(move || lists::largest(people, behaviour, runs)));
    }
    let text = move |lines: &[String]| {
        table(
            &format!(
                "\n## Lists: the largest gap of five equal groups\n\nHow often its p-value is below 0.05, in per cent. {}",
                preamble(runs)
            ),
            "people | `exposure` | `hit_rate` | `ndcg`",
            lines,
        )
    };
    Section {
        id: "largest",
        jobs,
        text: Box::new(text),
    }
}

fn sellers(runs: usize) -> Section {
    let mut jobs: Vec<Job> = Vec::new();
    for people in [150, 400] {
        for seller in [0.3, 0.2, 0.1] {
            jobs.push(Box::new(move || lists::shown(people, seller, runs)));
        }
    }
    let text = move |lines: &[String]| {
        table(
            &format!(
                "\n## Lists: whose items stand there\n\nShare of intervals that hold the truth, in per cent. A seller whose target is 0.3 has this share of \
                 the places,\nmore in the lists of some people and less in those of others. {}",
                preamble(runs)
            ),
            &format!(
                "people | share | {}",
                told(&lists::SHOWN.map(|metric| (metric, Contrast::Value)))
            ),
            lines,
        )
    };
    Section {
        id: "sellers",
        jobs,
        text: Box::new(text),
    }
}

fn frequency(runs: usize) -> Section {
    let mut jobs: Vec<Job> = Vec::new();
    for people in [[50, 50], [100, 400], [250, 250]] {
        for rates in [[0.3, 0.3], [0.3, 0.15]] {
            jobs.push(Box::new(move || lists::met(people, rates, runs)));
        }
    }
    let text = move |lines: &[String]| {
        table(
            &format!(
                "\n## How often people are met\n\nShare of intervals that hold the truth, in per cent. People have 1 to 40 rows, and are selected at such \
                 rates,\nwhich differ among them (ICC 0.3); the cap is 3. {}",
                preamble(runs)
            ),
            &format!("people | rate | second rate | {}", told(&lists::MET)),
            lines,
        )
    };
    Section {
        id: "frequency",
        jobs,
        text: Box::new(text),
    }
}

fn funnels(runs: usize) -> Section {
    let mut jobs: Vec<Job> = Vec::new();
    for (people, behaviour) in [(100, CLUSTERED), (400, CLUSTERED), (400, ALONE)] {
        for gap in [0.0, 0.15] {
            jobs.push(Box::new(move || followed::funnel(people, gap, behaviour, runs)));
        }
    }
    let text = move |lines: &[String]| {
        table(
            &format!(
                "\n## Funnels\n\nShare of intervals that hold the truth, in per cent: the part of each stage in the gap of the whole, and the ratio of \
                 each\nstage. The second group passes the first and the third stage less often by the planted gap. {}",
                preamble(runs)
            ),
            "people | gap | part of 1st | part of 2nd | part of 3rd | ratio of 1st | ratio of 2nd | ratio of 3rd",
            lines,
        )
    };
    Section {
        id: "funnels",
        jobs,
        text: Box::new(text),
    }
}

fn systems(runs: usize) -> Section {
    let mut jobs: Vec<Job> = Vec::new();
    for people in [60, 200, 600] {
        for apart in [0.0, 0.08] {
            jobs.push(Box::new(move || followed::systems(people, apart, runs)));
        }
    }
    let text = move |lines: &[String]| {
        table(
            &format!(
                "\n## Systems\n\nThe same people, with 2 to 41 rows, met two systems. In per cent: intervals of `system_gap` that hold the planted\n\
                 difference of the two gaps, those that do not hold 0, and both when each row is taken for a person. {}",
                preamble(runs)
            ),
            "people | difference | held | told from 0 | held, by row | told from 0, by row",
            lines,
        )
    };
    Section {
        id: "systems",
        jobs,
        text: Box::new(text),
    }
}

fn time(runs: usize) -> Section {
    let mut jobs: Vec<Job> = Vec::new();
    for people in [40, 160, 400] {
        for periods in [12, 36] {
            for gap in [0.0, -0.1] {
                let course = Course {
                    people,
                    periods,
                    gap,
                    slope: 0.0,
                };
                jobs.push(Box::new(move || followed::over_time(course, runs)));
            }
        }
        let course = Course {
            people,
            periods: 12,
            gap: 0.0,
            slope: -0.02,
        };
        jobs.push(Box::new(move || followed::over_time(course, runs)));
    }
    let text = move |lines: &[String]| {
        table(
            &format!(
                "\n## Trends, repeated looks and alarms\n\nThe same people come back over the periods, in half of them each, with own rates about 0.4 (ICC 0.3). \
                 The second\ngroup has a gap from the start, which changes by the slope from period to period. In per cent of logs: the interval \
                 of\n`gap_trend` holds the slope; it does not hold 0; `gap_sequence` leaves the first gap at any look; estimates ± 1.96 \
                 errors\nof all rows so far leave it at any look; plain intervals of single periods leave it in any period; \
                 `gap_cusum` passes {}\nin any period. {}",
                followed::ALARM,
                preamble(runs)
            ),
            "people | periods | gap | slope | trend held | trend told from 0 | sequence leaves | naive, rows so far | naive, by period | alarm",
            lines,
        )
    };
    Section {
        id: "time",
        jobs,
        text: Box::new(text),
    }
}

/// The parts of a page by their headings, what stands before the first under none.
fn parts(page: &str) -> Vec<(String, String)> {
    let mut parts = vec![(String::new(), String::new())];
    for line in page.split_inclusive('\n') {
        if line.starts_with("## ") {
            parts.push((line.trim().to_owned(), String::new()));
        }
        if let Some((_, text)) = parts.last_mut() {
            text.push_str(line);
        }
    }
    parts
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let after = |flag: &str| {
        let at = arguments.iter().position(|a| a == flag)?;
        arguments.get(at + 1)
    };
    let runs: usize = after("--runs").and_then(|n| n.parse().ok()).unwrap_or(500);
    let all = [
        intervals(runs),
        gates(runs),
        families_section(runs),
        shown_to_people(runs),
        largest_of_lists(runs),
        sellers(runs),
        frequency(runs),
        funnels(runs),
        systems(runs),
        time(runs),
    ];
    let only: Option<Vec<&str>> = after("--only").map(|names| names.split(',').collect());
    for name in only.iter().flatten() {
        if all.iter().all(|section| section.id != *name) {
            let ids: Vec<&str> = all.iter().map(|section| section.id).collect();
            eprintln!("no section `{name}`: there are {}", ids.join(", "));
            std::process::exit(2);
        }
    }
    let chosen = all
        .iter()
        .filter(|section| only.as_ref().is_none_or(|only| only.contains(&section.id)));

    let target = after("--write");
    let before = target.filter(|_| only.is_some()).map(std::fs::read_to_string);
    let mut page = parts(&before.and_then(Result::ok).unwrap_or_default());
    page[0].1 = format!(
        "# Simulations\n\nMade by `cargo run --example coverage -- --write docs/simulations.md`, seed {SEED}; `--only` and the name of a section\n\
         (`intervals`, `gates`, `families`, `lists`, `largest`, `sellers`, `frequency`, `funnels`, `systems`, `time`) remakes some of the tables. A 95 % interval should hold\n\
         the truth in 95 of 100 logs. How to read it stands in [methods](methods.md).\n\n"
    );
    for section in chosen {
        let lines = parallel(&section.jobs);
        for (heading, text) in parts((section.text)(&lines).trim_start()).into_iter().skip(1) {
            let text = format!("{}\n\n", text.trim_end());
            match page.iter_mut().find(|(known, _)| *known == heading) {
                Some((_, old)) => *old = text,
                None => page.push((heading, text)),
            }
        }
        eprintln!("{} is done", section.id);
    }
    let text: String = page.into_iter().map(|(_, text)| text).collect();
    let text = format!("{}\n", text.trim_end());
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
