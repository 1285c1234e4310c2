//! Markdown as GitHub and GitLab read it, for pull requests, job summaries and wikis.
//!
//! Names come from the log and may hold anything. They stand in code spans, where nothing is a link, a mention, a tag or a
//! formula; other text is escaped. Where a host takes only so much, what is most urgent stands first, and the last line says
//! how much was left out.

use crate::report::model::v1::{Answer, Estimate, Gate, Grouping, Outcome, Result};
use crate::report::number::{UNDEFINED, beside, bound, count, counted, interval, p_value, percent};
use crate::report::reason::plain;
use crate::report::said::{demand, is_finding, place, rule, urgency, waiver_line, why, worst_first};
use crate::report::sentence::sentences;
use crate::report::text::safe;
use crate::report::view::{View, Worse};

/// A job summary of GitHub may have 1 MiB; more makes it vanish without an error.
pub const SUMMARY: usize = 900 * 1024;
/// A comment on GitHub may have 65,536 characters.
pub const COMMENT: usize = 60_000;

/// The result as Markdown of at most `limit` bytes, where there is a limit.
#[must_use]
pub fn markdown(result: &Result, limit: Option<usize>) -> String {
    let mut paper = Paper::new(limit);
    head(&mut paper, result);
    let mut gates: Vec<&Gate> = result.gates.iter().collect();
    gates.sort_by_key(|gate| urgency(&gate.verdict));
    for gate in gates {
        write_gate(&mut paper, result, gate);
    }
    waivers(&mut paper, result);
    let view = View::new(result);
    for outcome in &result.outcomes {
        for grouping in &result.groupings {
            groups(&mut paper, &view, outcome, grouping);
        }
    }
    account(&mut paper, result);
    notes(&mut paper, result);
    paper.finish()
}

/// Lines, up to a limit.
struct Paper {
    text: String,
    limit: usize,
    left_out: u64,
}

/// What is kept free for the line that says how much was left out.
const ROOM: usize = 120;

impl Paper {
    fn new(limit: Option<usize>) -> Self {
        Self {
            text: String::new(),
            limit: limit.map_or(usize::MAX, |limit| limit.saturating_sub(ROOM)),
            left_out: 0,
        }
    }

    /// Adds a line. After the first that does not fit, none is added, so that no table loses its middle.
    fn line(&mut self, line: &str) {
        if self.left_out > 0 || self.text.len() + line.len() + 1 > self.limit {
            self.left_out += 1;
            return;
        }
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn paragraph(&mut self, text: &str) {
        self.line("");
        self.line(text);
    }

    fn heading(&mut self, level: usize, text: &str) {
        self.paragraph(&format!("{} {text}", "#".repeat(level)));
    }

    /// A table; a column is aligned right where its head begins with `>`.
    fn table(&mut self, heads: &[&str], rows: impl IntoIterator<Item = Vec<String>>) {
        let names: Vec<&str> = heads.iter().map(|head| head.trim_start_matches('>')).collect();
        let rules: Vec<&str> = heads
            .iter()
            .map(|head| if head.starts_with('>') { "--:" } else { ":--" })
            .collect();
        self.paragraph(&format!("| {} |", names.join(" | ")));
        self.line(&format!("| {} |", rules.join(" | ")));
        for row in rows {
            self.line(&format!("| {} |", row.join(" | ")));
        }
    }

    fn finish(mut self) -> String {
        if self.left_out > 0 {
            self.text.push_str(&format!(
                "\n{} lines were left out here for want of room; the JSON result has everything.\n",
                count(self.left_out)
            ));
        }
        self.text
    }
}

/// A name as code: nothing in it is read as Markdown, not even in a table.
#[must_use]
pub fn code(name: &str) -> String {
    // In a table a bar ends the cell even within code, unless it is escaped.
    let text = safe(name).replace('|', "\\|");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    if text.trim().is_empty() {
        return "(empty)".to_owned();
    }
    let pad = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// Prose that is read as it stands: no emphasis, tag, table, link, mention or issue. What stands between two backticks is
/// code; whatever a name does to their pairing, each part is one or the other, and both are safe.
#[must_use]
pub fn prose(text: &str) -> String {
    let text = safe(text);
    let parts: Vec<&str> = text.split('`').collect();
    let mut shown = String::new();
    for (i, part) in parts.iter().enumerate() {
        match (i % 2 == 1, i + 1 == parts.len()) {
            (true, false) => shown.push_str(&code(part)),
            (true, true) => shown.push_str(&format!("\\`{}", words(part))),
            (false, _) => shown.push_str(&words(part)),
        }
    }
    shown
}

fn words(text: &str) -> String {
    let words = text.split(' ').map(|word| {
        // Hosts make links and mentions of such words even behind a backslash; in code they don't.
        if word.contains(['@', '#']) || word.contains("://") || word.contains("www.") {
            return code(word);
        }
        let mut escaped = String::with_capacity(word.len());
        for c in word.chars() {
            if matches!(c, '\\' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '$') {
                escaped.push('\\');
            }
            escaped.push(c);
        }
        escaped
    });
    words.collect::<Vec<String>>().join(" ")
}

fn mark(verdict: &str) -> String {
    let sign = match verdict {
        "pass" => "✅",
        "fail" => "❌",
        "inconclusive" => "❔",
        _ => return prose(verdict),
    };
    format!("{sign} {verdict}")
}

fn head(paper: &mut Paper, result: &Result) {
    let (audit, verdict) = (&result.audit, &result.verdict);
    paper.line(&format!("# {}", prose(&audit.title)));
    let zero = if audit.exit_zero {
        ", as `--exit-zero` asked"
    } else {
        ""
    };
    paper.paragraph(&format!(
        "**{}** — {} (exit code {}{zero}); gates: {} passed, {} failed, {} inconclusive{}.",
        mark(&verdict.verdict),
        prose(plain(&verdict.reason)),
        verdict.exit_code,
        count(verdict.passed),
        count(verdict.failed),
        count(verdict.inconclusive),
        match verdict.waived {
            0 => String::new(),
            waived => format!("; {} waived", counted(waived, "failure is", "failures are")),
        },
    ));
    paper.line("");
    for sentence in sentences(result) {
        paper.line(&format!("- {}", prose(&sentence)));
    }
    let facts = [
        ("system", &audit.system),
        ("owner", &audit.owner),
        ("purpose", &audit.purpose),
        ("period", &audit.period),
        ("spec", &audit.spec),
    ];
    let mut lines: Vec<Vec<String>> = facts
        .into_iter()
        .filter_map(|(name, fact)| Some(vec![name.to_owned(), prose(fact.as_ref()?)]))
        .collect();
    for input in &result.inputs {
        lines.push(vec![
            prose(&input.role),
            format!("{}, {} rows", code(&input.name), count(input.rows)),
        ]);
    }
    lines.push(vec!["as of".to_owned(), prose(&audit.as_of)]);
    lines.push(vec!["intervals".to_owned(), percent(audit.level)]);
    lines.push(vec![
        "made by".to_owned(),
        format!("{} {}", prose(&result.tool.name), prose(&result.tool.version)),
    ]);
    paper.table(&["what", ""], lines);
}

fn write_gate(paper: &mut Paper, result: &Result, gate: &Gate) {
    paper.heading(2, &format!("{} gate {}", mark(&gate.verdict), code(&gate.name)));
    let (file, line) = place(result, gate);
    paper.paragraph(&format!(
        "{} · {} · {}",
        prose(&demand(gate)),
        prose(&rule(gate)),
        code(&format!("{file}:{line}"))
    ));
    if gate.answers.is_empty() {
        paper.paragraph("No group could be asked about.");
        return;
    }
    paper.table(
        &[
            "outcome",
            "attribute",
            "group",
            ">number",
            "interval",
            "verdict",
            "why",
            ">people",
            ">needs",
        ],
        worst_first(gate).into_iter().map(|answer| answer_row(gate, answer)),
    );
}

fn answer_row(gate: &Gate, answer: &Answer) -> Vec<String> {
    let bounds: Vec<f64> = gate.min.into_iter().chain(gate.max).collect();
    let within = answer
        .given
        .as_deref()
        .map_or_else(String::new, |given| format!(" within {}", code(given)));
    vec![
        code(&answer.outcome),
        format!("{}{within}", code(&answer.attribute)),
        code(&answer.group),
        answer
            .estimate
            .map_or_else(|| UNDEFINED.to_owned(), |x| beside(x, &bounds)),
        interval(answer.low, answer.high, &bounds),
        mark(&answer.verdict),
        prose(&why(answer)),
        count(answer.subjects),
        answer.subjects_needed.map_or_else(String::new, count),
    ]
}

fn waivers(paper: &mut Paper, result: &Result) {
    if result.waivers.is_empty() {
        return;
    }
    paper.heading(2, "waivers");
    paper.line("");
    for waiver in &result.waivers {
        let sign = if is_finding(waiver) { "❌ " } else { "" };
        let place = code(&format!("{}:{}", waiver.file, waiver.line));
        paper.line(&format!("- {sign}{} · {place}", prose(&waiver_line(waiver))));
    }
}

/// The selection rates of the groups, worst first, with their gaps and ratios.
fn groups(paper: &mut Paper, view: &View<'_>, outcome: &Outcome, grouping: &Grouping) {
    const METRIC: &str = "selection_rate";
    let of = |group: &str, contrast: &str| -> Option<Estimate> {
        view.estimate(&outcome.name, &grouping.attribute, group, METRIC, contrast)
            .cloned()
    };
    paper.heading(2, &format!("{} by {}", code(&outcome.name), code(&grouping.attribute)));
    let favour = if outcome.favourable {
        "favourable: a lower rate is worse"
    } else {
        "unfavourable: a higher rate is worse"
    };
    let reference = grouping
        .reference
        .as_deref()
        .map_or_else(|| "with nobody".to_owned(), |name| format!("with {}", code(name)));
    paper.paragraph(&format!("{favour}; compared {reference}"));
    let worse = Worse::of(METRIC, outcome);
    let mut sorted: Vec<_> = grouping.groups.iter().collect();
    let rank = |name: &str| {
        let rate = of(name, "value").and_then(|e| e.estimate);
        rate.map_or(f64::INFINITY, |rate| worse.rank(rate, 0.0))
    };
    sorted.sort_by(|a, b| rank(&a.group).total_cmp(&rank(&b.group)));
    let rows = sorted.into_iter().map(|group| {
        let (value, gap, ratio) = (
            of(&group.group, "value"),
            of(&group.group, "gap"),
            of(&group.group, "ratio"),
        );
        let bounds = ratio.as_ref().map(|e| view.bounds(e)).unwrap_or_default();
        let shown = |e: &Option<Estimate>, bounds: &[f64]| {
            e.as_ref().map_or_else(String::new, |e| {
                let number = e.estimate.map_or_else(|| UNDEFINED.to_owned(), |x| beside(x, bounds));
                format!("{number} {}", interval(e.low, e.high, bounds))
                    .trim_end()
                    .to_owned()
            })
        };
        let unjudged = if group.judged { "" } else { " ‡" };
        vec![
            format!("{}{unjudged}", code(&group.group)),
            count(group.subjects),
            count(group.rows),
            shown(&value, &[]),
            shown(&gap, &[]),
            shown(&ratio, &bounds),
            ratio
                .and_then(|e| e.p_adjusted)
                .map_or_else(String::new, |p| p_value(p).replace('<', "\\<")),
        ]
    });
    paper.table(&["group", ">people", ">rows", "rate", "gap", "ratio", ">adj. p"], rows);
    if grouping.groups.iter().any(|group| !group.judged) {
        paper.paragraph("‡ shown, not judged: too few people, or the attribute is not known");
    }
}

fn account(paper: &mut Paper, result: &Result) {
    let account = &result.account;
    paper.heading(2, "rows");
    let rows = [
        ("read", account.read),
        ("left out by `where`", account.filtered),
        ("without a person", account.no_subject),
        ("without a decision", account.no_decision),
        ("audited", account.audited),
    ];
    let rows = rows.map(|(what, rows)| vec![what.to_owned(), count(rows)]);
    paper.table(&["", ">rows"], rows);
}

fn notes(paper: &mut Paper, result: &Result) {
    if result.notes.is_empty() {
        return;
    }
    paper.heading(2, "notes");
    paper.line("");
    for note in &result.notes {
        paper.line(&format!("- {}", prose(note)));
    }
    paper.paragraph(&format!("Intervals are at {} %.", bound(result.audit.level * 100.0)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{HOSTILE, SCRIPT, sample};

    #[test]
    fn the_sample_as_markdown() {
        insta::assert_snapshot!(markdown(&sample(), None));
    }

    #[test]
    fn names_are_code_and_nothing_else() {
        assert_eq!(code("female"), "`female`");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("``"), "``` `` ```");
        assert_eq!(code("a|b"), "`a\\|b`");
        assert_eq!(code(" "), "(empty)");
        assert_eq!(prose("*a* <b> x_y"), "\\*a\\* \\<b\\> x\\_y");
        assert_eq!(prose("ask @everyone, see http://x"), "ask `@everyone,` see `http://x`");
        assert_eq!(prose("group `a_b` is"), "group `a_b` is");
        assert_eq!(prose("a`<b>"), "a\\`\\<b\\>");
    }

    #[test]
    fn no_line_of_a_table_is_broken_by_a_name() {
        let text = markdown(&sample(), None);
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'));
        assert!(text.contains(&code(HOSTILE)) && text.contains(&format!("`{SCRIPT}`")));
        // Bars that are not escaped: all rows of a table have as many as its head.
        let bars = |line: &str| line.replace("\\|", "").matches('|').count();
        let mut head = 0;
        for line in text.lines() {
            if line.starts_with('|') {
                head = if head == 0 { bars(line) } else { head };
                assert_eq!(bars(line), head, "{line}");
            } else {
                head = 0;
            }
        }
    }

    #[test]
    fn a_limit_is_kept_and_says_what_it_cost() {
        let whole = markdown(&sample(), None);
        for limit in [2_000, 5_000, whole.len() - 1] {
            let cut = markdown(&sample(), Some(limit));
            assert!(cut.len() <= limit, "{limit}");
            assert!(cut.contains("lines were left out"), "{cut}");
            let kept = cut.split("\n\n").next().unwrap();
            assert!(whole.starts_with(kept));
        }
        assert_eq!(markdown(&sample(), Some(whole.len() + ROOM)), whole);
    }
}
