//! Leaves small groups out of a tally, and others beside them, so that no subtraction brings one back.

use std::collections::BTreeSet;

use super::{Stored, Withheld};
use crate::diagnostic::Diagnostic;
use crate::tally::{GroupingTally, Tally};

/// A group: its grouping and its place in it.
type Cell = (usize, usize);

/// A sum that a reader can form: cells that add up to a whole, which is a cell of its own or everybody.
struct Line {
    parts: Vec<Cell>,
    whole: Option<Cell>,
}

/// The same tally without the groups of fewer than `under` people.
///
/// Groups add up to wholes: those of an attribute to everybody, those of an intersection to the groups of what it is an
/// intersection of. Further groups are left out until no group that is missing can be had from those that are there,
/// by any chain of additions and subtractions, and until the missing part of each whole has at least `under` people.
///
/// People of several groups are counted in each as if they were different people where there are fewer than `under`
/// in some group; their products would tell of single people.
///
/// # Errors
/// Fewer than `under` people altogether.
pub fn withhold(mut stored: Stored, under: u64) -> Result<Stored, Diagnostic> {
    let tally = &mut stored.counted.tally;
    if tally.everyone.subjects < under {
        return Err(Diagnostic::new(
            "too-few-people",
            format!(
                "the whole log has {} people, fewer than the {under} below which groups are withheld",
                tally.everyone.subjects
            ),
        )
        .help("such a tally can't be handed on; keep it where the log is kept"));
    }
    let out = chosen(tally, under);
    for (g, grouping) in tally.groupings.iter_mut().enumerate() {
        leave_out(grouping, &|i| out.contains(&(g, i)));
        fold(grouping, under);
    }
    stored.about.withheld = Some(Withheld {
        under,
        groups: out.len() as u64,
    });
    let mut note = format!(
        "{} groups are withheld: those of fewer than {under} people, and others beside them from which they could be had by subtraction.",
        out.len()
    );
    if !out.is_empty() {
        note.push_str(" They are in everybody, and in no comparison.");
    }
    stored.counted.notes.push(note);
    Ok(stored)
}

fn subjects(tally: &Tally, (grouping, group): Cell) -> u64 {
    tally.groupings[grouping].groups[group].subjects
}

/// The groups to leave out.
fn chosen(tally: &Tally, under: u64) -> BTreeSet<Cell> {
    let cells = tally
        .groupings
        .iter()
        .enumerate()
        .flat_map(|(g, grouping)| (0..grouping.groups.len()).map(move |i| (g, i)));
    let mut out: BTreeSet<Cell> = cells.filter(|&cell| subjects(tally, cell) < under).collect();
    let lines = lines(tally);
    // Each round leaves at least one more out, so that this ends.
    while let Some(line) = exposed(tally, &lines, &out, under) {
        let there = line.parts.iter().filter(|cell| !out.contains(cell));
        let next = there.min_by_key(|&&cell| (subjects(tally, cell), cell)).copied();
        match next.or(line.whole.filter(|whole| !out.contains(whole))) {
            Some(cell) => out.insert(cell),
            None => break,
        };
    }
    out
}

/// All sums that the groups form.
fn lines(tally: &Tally) -> Vec<Line> {
    let groupings = &tally.shape.groupings;
    let mut lines = Vec::new();
    for (g, attributes) in groupings.iter().enumerate() {
        let groups = &tally.groupings[g].groups;
        lines.push(Line {
            parts: (0..groups.len()).map(|i| (g, i)).collect(),
            whole: None,
        });
        for (w, coarser) in groupings.iter().enumerate() {
            let within: Option<Vec<usize>> = coarser
                .iter()
                .map(|a| attributes.iter().position(|other| other == a))
                .collect();
            let Some(within) = within.filter(|_| coarser.len() < attributes.len()) else {
                continue;
            };
            for (i, whole) in tally.groupings[w].groups.iter().enumerate() {
                let fits = |labels: &[crate::tally::Label]| {
                    within
                        .iter()
                        .zip(&whole.labels)
                        .all(|(&at, label)| labels[at] == *label)
                };
                lines.push(Line {
                    parts: (0..groups.len())
                        .filter(|&part| fits(&groups[part].labels))
                        .map(|part| (g, part))
                        .collect(),
                    whole: Some((w, i)),
                });
            }
        }
    }
    lines
}

/// A sum that gives away too much: its missing part is known and small, or some missing group of it follows from all
/// sums together.
fn exposed<'l>(tally: &Tally, lines: &'l [Line], out: &BTreeSet<Cell>, under: u64) -> Option<&'l Line> {
    let small = lines.iter().find(|line| {
        let missing = line.parts.iter().filter(|cell| out.contains(cell));
        let people: u64 = missing.clone().map(|&cell| subjects(tally, cell)).sum();
        let known = line.whole.is_none_or(|whole| !out.contains(&whole));
        // Once nothing is left to leave out, there is nothing to take away from either.
        let can = line.parts.iter().any(|cell| !out.contains(cell)) || line.whole.is_some();
        known && can && missing.count() > 0 && people < under
    });
    small.or_else(|| {
        let determined = determined(lines, out);
        let cells = |line: &'l Line| line.parts.iter().chain(&line.whole);
        // The sum with the fewest missing groups is the one that gives it away.
        lines
            .iter()
            .filter(|line| cells(line).any(|cell| determined.contains(cell)))
            .filter(|line| line.parts.iter().any(|cell| !out.contains(cell)))
            .min_by_key(|line| cells(line).filter(|cell| out.contains(cell)).count())
    })
}

/// The missing groups that follow from the sums: those that some combination of sums leaves alone.
fn determined(lines: &[Line], out: &BTreeSet<Cell>) -> BTreeSet<Cell> {
    let unknown: Vec<Cell> = out.iter().copied().collect();
    let column = |cell: &Cell| unknown.binary_search(cell).ok();
    let mut rows: Vec<Vec<f64>> = Vec::new();
    for line in lines {
        let mut row = vec![0.0; unknown.len()];
        line.parts.iter().filter_map(column).for_each(|at| row[at] += 1.0);
        line.whole.iter().filter_map(column).for_each(|at| row[at] -= 1.0);
        if row.iter().any(|x| *x != 0.0) {
            rows.push(row);
        }
    }
    // To reduced echelon form: a row with one entry is a group that follows.
    let mut done = 0;
    for at in 0..unknown.len() {
        let largest = (done..rows.len()).max_by(|&a, &b| rows[a][at].abs().total_cmp(&rows[b][at].abs()));
        let Some(pivot) = largest.filter(|&row| rows[row][at].abs() > TINY) else {
            continue;
        };
        rows.swap(done, pivot);
        let scale = rows[done][at];
        rows[done].iter_mut().for_each(|x| *x /= scale);
        let own = rows[done].clone();
        for (i, row) in rows.iter_mut().enumerate() {
            let factor = row[at];
            if i != done && factor.abs() > TINY {
                row.iter_mut().zip(&own).for_each(|(x, y)| *x -= factor * y);
            }
        }
        done += 1;
    }
    let mut found = BTreeSet::new();
    for row in &rows[..done] {
        let mut entries = row.iter().enumerate().filter(|(_, x)| x.abs() > TINY);
        if let (Some((at, _)), None) = (entries.next(), entries.next()) {
            found.insert(unknown[at]);
        }
    }
    found
}

/// Rounding of an elimination over ones.
const TINY: f64 = 1e-9;

fn leave_out(grouping: &mut GroupingTally, is_out: &dyn Fn(usize) -> bool) {
    let mut place = Vec::new();
    let mut kept = 0;
    for i in 0..grouping.groups.len() {
        place.push((!is_out(i)).then_some(kept));
        kept += usize::from(!is_out(i));
    }
    let mut at = 0;
    grouping.groups.retain(|_| {
        at += 1;
        place[at - 1].is_some()
    });
    grouping.pairs = std::mem::take(&mut grouping.pairs)
        .into_iter()
        .filter_map(|((a, b), crosses)| Some(((place[a]?, place[b]?), crosses)))
        .collect();
}

/// Takes people of several groups for different people where there are few of them in some group.
fn fold(grouping: &mut GroupingTally, under: u64) {
    let few = |people: u64| people > 0 && people < under;
    let any = few(grouping.several)
        || grouping.groups.iter().any(|group| {
            [&group.multi, &group.multi_rest, &group.elsewhere]
                .into_iter()
                .flatten()
                .any(|sums| few(sums.subjects))
        });
    if !any {
        return;
    }
    for group in &mut grouping.groups {
        for (single, multi) in group.single.iter_mut().zip(&group.multi) {
            single.add(multi);
        }
        for part in [&mut group.multi, &mut group.multi_rest, &mut group.elsewhere] {
            part.iter_mut().for_each(crate::tally::Sums::clear);
        }
        for part in [&mut group.with_rest, &mut group.with_all] {
            part.iter_mut().for_each(crate::tally::CrossSums::clear);
        }
    }
    grouping.several = 0;
    grouping.several_known.iter_mut().for_each(crate::tally::Sums::clear);
    grouping.pairs.clear();
}
