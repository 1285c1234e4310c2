//! Three to six plain sentences for somebody who will read nothing else.
//!
//! They say what the numbers say and no more: a group is *outside the threshold*, a difference *can* or *can't be told
//! from chance*. Why a difference is there is not in a log.

use super::model::v1::{Answer, Estimate, Gate, Outcome, Result};
use super::number::{beside, bound, count, counted, number, per_hundred, percent};
use super::text::{quoted, safe};
use super::view::{View, Worse};

/// The metric that every outcome has.
const MAIN: &str = "selection_rate";
const LEAST: usize = 3;
const MOST: usize = 6;

/// The sentences, most important first.
#[must_use]
pub fn sentences(result: &Result) -> Vec<String> {
    let view = View::new(result);
    let mut rest = Vec::new();
    rest.extend(turned_round(result));
    rest.extend(nothing_told_from_chance(result));
    rest.push(gates(result));
    rest.extend(undecided(result));
    rest.push(account(result));
    if rest.len() < MOST - 1 {
        rest.splice(0..0, found(result));
    }
    let mut all = worst_comparisons(&view, MOST - rest.len());
    all.append(&mut rest);
    if all.len() < LEAST {
        all.push(unit(result));
    }
    all
}

/// The first comparison that changes its sign within strata, and how many others do.
fn turned_round(result: &Result) -> Option<String> {
    let mut turned = result
        .within
        .iter()
        .filter(|w| matches!(w.agreement.as_str(), "reversed" | "signs-differ"));
    let first = turned.next()?;
    let others = turned.count() as u64;
    let mut sentence = format!(
        "Within {}, the difference between {} and {} ({}, outcome {}) has the other sign: the plain numbers mislead about what happens inside (Simpson's paradox)",
        quoted(&first.given),
        quoted(&first.group),
        reference(Some(&first.reference)),
        quoted(&first.attribute),
        quoted(&first.outcome),
    );
    if others > 0 {
        sentence.push_str(&format!("; so have {}", counted(others, "other", "others")));
    }
    sentence.push('.');
    Some(sentence)
}

/// The worst-off group that a search has found and confirmed.
fn found(result: &Result) -> Option<String> {
    let search = result.search.as_ref()?;
    let group = search.groups.iter().find(|group| group.confirmed)?;
    Some(format!(
        "Of {} groups searched, the one most surely worse off is {}: its {} is {}, that of everybody else {} (on the half of the people that the search has not seen).",
        count(search.tested),
        quoted(&group.group),
        search.metric,
        group.value.map_or_else(|| "undefined".to_owned(), number),
        group.others.map_or_else(|| "undefined".to_owned(), number),
    ))
}

/// One sentence per outcome; when there are more outcomes than room, the last sentence gathers the others.
fn worst_comparisons(view: &View, room: usize) -> Vec<String> {
    let outcomes = &view.result.outcomes;
    if outcomes.len() <= room {
        return outcomes.iter().map(|o| worst_comparison(view, o)).collect();
    }
    let (told, gathered) = outcomes.split_at(room.saturating_sub(1));
    let mut all: Vec<String> = told.iter().map(|o| worst_comparison(view, o)).collect();
    let few: Vec<String> = gathered
        .iter()
        .take(5)
        .map(|outcome| {
            let ratio = worst(view, outcome).and_then(|e| e.estimate);
            let ratio = ratio.map_or_else(|| "none".to_owned(), |x| per_hundred(x, &[]));
            format!("{} {ratio}", quoted(&outcome.name))
        })
        .collect();
    all.push(format!(
        "The worst comparisons of the other {} outcomes, for every 100 of the reference: {}{}.",
        gathered.len(),
        few.join(", "),
        if gathered.len() > few.len() {
            "; the tables have the others"
        } else {
            ""
        },
    ));
    all
}

/// The comparison that is worst for its group; one that chance can't explain goes before one that it can.
fn worst<'a>(view: &View<'a>, outcome: &Outcome) -> Option<&'a Estimate> {
    let worse = Worse::of(MAIN, outcome);
    let candidates = view.result.estimates.iter().filter(|e| {
        e.outcome == outcome.name
            && e.metric == MAIN
            && e.contrast == "ratio"
            && e.status == "ok"
            && e.along.is_none()
            && e.reference.as_deref() != Some(e.group.as_str())
    });
    let rank = |e: &Estimate| {
        e.estimate
            .map(|x| (!told_from_chance(view.result, e), worse.rank(x, 1.0)))
    };
    candidates
        .filter_map(|e| Some((rank(e)?, e)))
        .min_by(|(a, _), (b, _)| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)))
        .map(|(_, e)| e)
}

fn worst_comparison(view: &View, outcome: &Outcome) -> String {
    let Some((e, ratio)) = worst(view, outcome).and_then(|e| Some((e, e.estimate?))) else {
        return format!("Outcome {}: no two groups could be compared.", quoted(&outcome.name));
    };
    let bounds = view.bounds(e);
    let mut sentence = format!(
        "{}, outcome {}: {} was selected {} times for every 100 times that {} was, row for row",
        quoted(&e.attribute),
        quoted(&outcome.name),
        quoted(&e.group),
        per_hundred(ratio, &bounds),
        reference(e.reference.as_deref()),
    );
    if !outcome.favourable {
        sentence.push_str(" (being selected is unfavourable: more is worse)");
    }
    let end = |x: f64| per_hundred(x, &bounds);
    match (e.low, e.high) {
        (Some(low), Some(high)) => sentence.push_str(&format!(
            "; with this much data the truth lies between {} and {}",
            end(low),
            end(high)
        )),
        (Some(low), None) => sentence.push_str(&format!("; with this much data the truth is at least {}", end(low))),
        (None, Some(high)) => sentence.push_str(&format!("; with this much data the truth is at most {}", end(high))),
        (None, None) => {}
    }
    if !told_from_chance(view.result, e) {
        sentence.push_str(", so chance alone could explain the difference");
    }
    sentence.push_str(&parity(e, outcome));
    sentence.push('.');
    sentence
}

/// What parity would take, said only of a group that is worse off.
fn parity(e: &Estimate, outcome: &Outcome) -> String {
    let Some(rows) = e.selections_to_parity else {
        return String::new();
    };
    let worse_off = if outcome.favourable { rows > 0 } else { rows < 0 };
    if !worse_off {
        return String::new();
    }
    let people = e
        .subjects_to_parity
        .filter(|people| people.signum() == rows.signum())
        .map_or_else(String::new, |people| {
            let people = counted(people.unsigned_abs(), "person", "people");
            format!(" (counting each person once: {people})")
        });
    format!(
        "; about {} {} selected {}{people} would bring parity",
        count(rows.unsigned_abs()),
        if rows > 0 { "more" } else { "fewer" },
        if rows.unsigned_abs() == 1 { "row" } else { "rows" },
    )
}

/// Who a group is compared with, in prose.
fn reference(name: Option<&str>) -> String {
    match name {
        Some("(rest)") => "everybody else".to_owned(),
        Some("(overall)") => "everybody together".to_owned(),
        Some(name) => format!("{} (the reference)", quoted(name)),
        None => "the reference".to_owned(),
    }
}

/// Whether the test of equality speaks against chance, at the audit's level and over all its tests.
///
/// Without a test the interval answers: equality lies outside it, or not.
fn told_from_chance(result: &Result, e: &Estimate) -> bool {
    match e.p_adjusted {
        Some(p) => p <= 1.0 - result.audit.level,
        None => e.low.is_some_and(|low| low > 1.0) || e.high.is_some_and(|high| high < 1.0),
    }
}

fn nothing_told_from_chance(result: &Result) -> Option<String> {
    let alpha = 1.0 - result.audit.level;
    let mut tests = result.estimates.iter().filter_map(|e| e.p_adjusted).peekable();
    tests.peek()?;
    if tests.any(|p| p <= alpha) || found(result).is_some() {
        return None;
    }
    let blind = result
        .estimates
        .iter()
        .filter(|e| e.metric == MAIN && e.contrast == "ratio" && e.status == "ok" && e.along.is_none())
        .filter_map(|e| Some((e.minimum_detectable_ratio.filter(|x| *x > 0.0)?, e)))
        .max_by(|(a, _), (b, _)| a.ln().abs().total_cmp(&b.ln().abs()));
    let sight = blind.map_or_else(String::new, |(ratio, e)| {
        format!(
            "; for {} a difference milder than a ratio of {} would probably not have been seen",
            quoted(&e.group),
            beside(ratio, &[1.0]),
        )
    });
    Some(format!(
        "No difference was found that this much data can tell from chance{sight}."
    ))
}

fn gates(result: &Result) -> String {
    let all = result.gates.len() as u64;
    if all == 0 {
        return "No gate was asked for, so nothing was judged.".to_owned();
    }
    let failed: Vec<(&Gate, &Answer)> = answers(result, "fail")
        .filter(|(_, answer)| answer.waived.is_none())
        .collect();
    if failed.is_empty() && result.verdict.waived > 0 {
        return format!(
            "{} outside a threshold, and somebody answers for that until a day: {} waived.",
            if result.verdict.waived == 1 {
                "A group is"
            } else {
                "Groups are"
            },
            counted(result.verdict.waived, "failure is", "failures are"),
        );
    }
    let Some((gate, answer)) = failed.first() else {
        let verdict = &result.verdict;
        return if verdict.passed == all {
            let passed = if all == 1 {
                "the gate passed".to_owned()
            } else {
                format!("all {} gates passed", count(all))
            };
            format!("No group is outside a threshold: {passed}.")
        } else {
            let open = match (verdict.inconclusive, all) {
                (1, 1) => "the gate".to_owned(),
                (open, all) => format!("{} of {}", count(open), counted(all, "gate", "gates")),
            };
            format!("No group was shown to be outside a threshold, but {open} could not be decided.")
        };
    };
    let more = match failed.len() {
        1 => String::new(),
        n => format!(
            ", and so {} more",
            if n == 2 {
                "is 1".to_owned()
            } else {
                format!("are {}", n - 1)
            }
        ),
    };
    let bounds: Vec<f64> = gate.min.into_iter().chain(gate.max).collect();
    format!(
        "{} ({}, outcome {}) is outside the threshold of gate {}: {} where {} was asked{more}.",
        quoted(&answer.group),
        quoted(&answer.attribute),
        quoted(&answer.outcome),
        quoted(&gate.name),
        answer
            .estimate
            .map_or_else(|| "undefined".to_owned(), |x| beside(x, &bounds)),
        asked(gate),
    )
}

/// What a gate asks for, in prose.
#[must_use]
pub fn asked(gate: &Gate) -> String {
    match (gate.min, gate.max) {
        (Some(min), Some(max)) => format!("{} to {}", bound(min), bound(max)),
        (Some(min), None) => format!("at least {}", bound(min)),
        (None, Some(max)) => format!("at most {}", bound(max)),
        (None, None) => match (&gate.no_worse_than, gate.margin) {
            (None, _) => "nothing".to_owned(),
            (Some(than), Some(margin)) if margin > 0.0 => {
                format!("no worse than the {} by more than {}", safe(than), bound(margin))
            }
            (Some(than), _) => format!("no worse than the {}", safe(than)),
        },
    }
}

/// What is inconclusive. The answers that more people would decide go first: they say what to do.
fn undecided(result: &Result) -> Option<String> {
    let mut open: Vec<(&Gate, &Answer)> = answers(result, "inconclusive").collect();
    open.sort_by_key(|(_, answer)| answer.subjects_needed.is_none());
    let told: Vec<String> = open
        .iter()
        .take(2)
        .map(|(gate, answer)| {
            let people = match answer.subjects_needed {
                Some(needed) => format!(
                    "it would take about {}, and there are {}",
                    counted(needed, "person", "people"),
                    count(answer.subjects)
                ),
                None => super::reason::plain(&answer.reason).to_owned(),
            };
            format!(
                "{} in {} for gate {} ({})",
                quoted(&answer.group),
                quoted(&answer.attribute),
                quoted(&gate.name),
                safe(&people)
            )
        })
        .collect();
    if told.is_empty() {
        return None;
    }
    let more = match open.len() - told.len() {
        0 => String::new(),
        n => format!(", and {n} more"),
    };
    Some(format!("This much data can't decide {}{more}.", told.join(", nor ")))
}

fn answers<'a>(result: &'a Result, verdict: &'static str) -> impl Iterator<Item = (&'a Gate, &'a Answer)> {
    result.gates.iter().flat_map(move |gate| {
        gate.answers
            .iter()
            .filter(move |answer| answer.verdict == verdict)
            .map(move |answer| (gate, answer))
    })
}

/// Where the rows went, and for whom an attribute is not known.
fn account(result: &Result) -> String {
    let account = &result.account;
    let mut parts: Vec<String> = [
        (account.filtered, "were left out by `where`"),
        (account.no_subject, "name no person"),
        (account.no_decision, "hold no decision"),
    ]
    .into_iter()
    .filter(|(rows, _)| *rows > 0)
    .map(|(rows, why)| format!("{} {why}", count(rows)))
    .collect();
    let audited = format!(
        "and {}, of {}, were audited",
        count(account.audited),
        counted(account.subjects, "person", "people")
    );
    let rows = counted(account.read, "row", "rows");
    let mut sentence = if parts.is_empty() {
        format!("All {rows} read were audited; they are of {}", {
            counted(account.subjects, "person", "people")
        })
    } else {
        parts.push(audited);
        format!("Of {rows} read, {}", parts.join(", "))
    };
    let missing: Vec<String> = result
        .groupings
        .iter()
        .flat_map(|grouping| grouping.groups.iter().map(move |group| (grouping, group)))
        .filter(|(_, group)| group.group == "(missing)" && group.rows > 0)
        .map(|(grouping, group)| {
            format!(
                "{} is not known for {} of them",
                quoted(&grouping.attribute),
                percent(group.row_share)
            )
        })
        .take(3)
        .collect();
    if !missing.is_empty() {
        sentence.push_str("; ");
        sentence.push_str(&missing.join(", "));
    }
    sentence.push('.');
    sentence
}

fn unit(result: &Result) -> String {
    if result.audit.unit == "row" {
        return "Each row was taken for a person of its own, because no person column was named: \
                if people have several rows, the intervals are too narrow."
            .to_owned();
    }
    let deff = result.estimates.iter().filter_map(|e| e.deff).max_by(f64::total_cmp);
    deff.map_or_else(
        || "Every interval counts people, not rows.".to_owned(),
        |deff| {
            format!(
                "Every interval counts people, not rows; the rows of one person are alike, which makes variances up to {} \
                 times as large as for unrelated rows.",
                number(deff)
            )
        },
    )
}

#[cfg(test)]
mod tests;
