//! A page of lines that never get wider than the terminal.

use comfy_table::{Cell, CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};

use unicode_segmentation::UnicodeSegmentation as _;

use super::Look;
use crate::report::text::{fit, safe, width, wrap};

/// Spaces between two columns.
const GAP: usize = 2;
/// A column of text is not squeezed below this while a less important column can go instead.
const COMFORT: usize = 10;
/// A column of text is never squeezed below this.
const LEAST: usize = 8;
/// A text that does not fit goes on below, for at most so many lines.
const MOST_LINES: usize = 3;
/// Spaces before everything under a heading.
const INDENT: usize = 2;

/// What may happen to a column when the page is narrow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    /// It stays as it is.
    Whole,
    /// Its texts may go on below, and be cut when even that is not enough.
    Cut,
    /// It may be left out; a higher number goes earlier.
    Drop(u8),
}

/// A column of a grid.
#[derive(Debug, Clone)]
pub(super) struct Column {
    head: String,
    right: bool,
    keep: Keep,
}

impl Column {
    /// Texts, from the left.
    pub(super) fn text(head: &str, keep: Keep) -> Self {
        Self {
            head: head.to_owned(),
            right: false,
            keep,
        }
    }

    /// Numbers, from the right.
    pub(super) fn number(head: &str, keep: Keep) -> Self {
        Self {
            right: true,
            ..Self::text(head, keep)
        }
    }
}

/// Rows under columns. Cells are made safe here, so that no caller can forget it.
#[derive(Debug, Clone)]
pub(super) struct Grid {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

impl Grid {
    pub(super) fn new(columns: Vec<Column>) -> Self {
        Self {
            columns,
            rows: Vec::new(),
        }
    }

    pub(super) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells.iter().map(|cell| safe(cell)).collect());
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Leaves out columns in which no row says anything.
    fn without_empty(mut self) -> Self {
        let said: Vec<bool> = (0..self.columns.len())
            .map(|index| self.rows.iter().any(|row| !cell(row, index).is_empty()))
            .collect();
        let kept = |index: usize| said.get(index).copied().unwrap_or(false);
        retain(&mut self.columns, kept);
        for row in &mut self.rows {
            retain(row, kept);
        }
        self
    }

    fn widths(&self) -> Vec<usize> {
        let natural = |(index, column): (usize, &Column)| {
            let cells = self.rows.iter().map(|row| width(cell(row, index)));
            cells.max().unwrap_or(0).max(width(&column.head))
        };
        self.columns.iter().enumerate().map(natural).collect()
    }

    /// The grid in at most `room` columns, and the heads that are left: first less important columns go, then texts are cut.
    fn lines(self, room: usize) -> (Vec<String>, Vec<String>) {
        let mut grid = self.without_empty();
        let mut widths = grid.widths();
        loop {
            let comfortable = |(column, width): (&Column, &usize)| match column.keep {
                Keep::Cut => (*width).min(COMFORT),
                _ => *width,
            };
            let gaps = GAP * widths.len().saturating_sub(1);
            let needed: usize = grid.columns.iter().zip(&widths).map(comfortable).sum();
            if needed + gaps <= room {
                break;
            }
            let rank = |column: &Column| match column.keep {
                Keep::Drop(rank) => Some(rank),
                _ => None,
            };
            let droppable = grid
                .columns
                .iter()
                .enumerate()
                .filter_map(|(index, column)| Some((rank(column)?, index)));
            let Some((_, dropped)) = droppable.max() else {
                break;
            };
            retain(&mut grid.columns, |index| index != dropped);
            retain(&mut widths, |index| index != dropped);
            for row in &mut grid.rows {
                retain(row, |index| index != dropped);
            }
        }
        grid.squeeze(&mut widths, room);
        let lines = grid.draw(&widths);
        let lines = lines.iter().map(|line| fit(line, room)).collect();
        let heads = grid.columns.into_iter().map(|column| column.head).collect();
        (lines, heads)
    }

    /// Takes what is too much from the widest text, letter by letter.
    fn squeeze(&self, widths: &mut [usize], room: usize) {
        let gaps = GAP * widths.len().saturating_sub(1);
        while widths.iter().sum::<usize>() + gaps > room {
            let widest = self
                .columns
                .iter()
                .zip(widths.iter_mut())
                .filter(|(column, width)| column.keep == Keep::Cut && **width > LEAST)
                .max_by_key(|(_, width)| **width);
            let Some((_, width)) = widest else { break };
            *width -= 1;
        }
    }

    fn draw(&self, widths: &[usize]) -> Vec<String> {
        let align = |column: &Column| match column.right {
            true => CellAlignment::Right,
            false => CellAlignment::Left,
        };
        let cell = |text: &str, index: usize| {
            let width = widths.get(index).copied().unwrap_or(0);
            Cell::new(broken(text, width))
        };
        let mut table = Table::new();
        table
            .load_style(TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─')))
            .set_content_arrangement(ContentArrangement::Disabled);
        let heads = self.columns.iter().enumerate();
        table.set_header(
            heads
                .map(|(index, column)| cell(&column.head, index).set_alignment(align(column)))
                .collect::<Vec<_>>(),
        );
        for row in &self.rows {
            table.add_row(
                row.iter()
                    .zip(&self.columns)
                    .enumerate()
                    .map(|(index, (text, column))| cell(text, index).set_alignment(align(column)))
                    .collect::<Vec<_>>(),
            );
        }
        for (index, column) in table.column_iter_mut().enumerate() {
            let last = index + 1 == self.columns.len();
            // The junction between two columns is a space of its own.
            column.set_padding((0, if last { 0 } else { GAP as u16 - 1 }));
        }
        table.lines().map(|line| line.trim_end().to_owned()).collect()
    }
}

/// The text over a few lines of at most `columns` columns.
///
/// A name that is cut at once can be mistaken for another one: `female & 25-44`, `female & 65+`.
fn broken(text: &str, columns: usize) -> String {
    if width(text) <= columns || columns < LEAST {
        return fit(text, columns);
    }
    let mut lines = wrap(text, columns, 0);
    if lines.len() > MOST_LINES {
        let rest = lines.split_off(MOST_LINES - 1).join(" ");
        lines.push(fit(&rest, columns));
    }
    lines.join("\n")
}

fn cell(row: &[String], index: usize) -> &str {
    row.get(index).map_or("", String::as_str)
}

fn retain<T>(items: &mut Vec<T>, kept: impl Fn(usize) -> bool) {
    let mut index = 0;
    items.retain(|_| {
        index += 1;
        kept(index - 1)
    });
}

/// The lines so far, and how they look.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) look: Look,
    lines: Vec<String>,
}

impl Page {
    pub(super) fn new(look: Look) -> Self {
        Self {
            look: Look {
                width: look.width.max(40),
                ..look
            },
            lines: Vec::new(),
        }
    }

    /// A heading, with an empty line before it.
    pub(super) fn heading(&mut self, text: &str) {
        if !self.lines.is_empty() {
            self.lines.push(String::new());
        }
        for line in wrap(&safe(text), self.look.width, INDENT) {
            self.lines.push(self.painted(&line, "1"));
        }
    }

    /// A paragraph under a heading; later lines hang under its text.
    pub(super) fn text(&mut self, text: &str) {
        self.hanging(text, INDENT);
    }

    /// A paragraph whose later lines are indented further.
    pub(super) fn hanging(&mut self, text: &str, further: usize) {
        let margin = " ".repeat(INDENT);
        for line in wrap(&safe(text), self.look.width - INDENT, further) {
            self.lines.push(format!("{margin}{line}"));
        }
    }

    /// A grid under a heading; returns the heads of the columns that there was room for.
    pub(super) fn grid(&mut self, grid: Grid) -> Vec<String> {
        let margin = " ".repeat(INDENT);
        let (lines, heads) = grid.lines(self.look.width - INDENT);
        let lines = lines.iter().map(|line| format!("{margin}{line}"));
        self.lines.extend(lines);
        heads
    }

    /// A last line of its own.
    pub(super) fn last(&mut self, text: &str, verdict: &str) {
        let code = color(verdict);
        for line in wrap(&safe(text), self.look.width, INDENT) {
            self.lines.push(self.painted(&line, &format!("1;{code}")));
        }
    }

    fn painted(&self, line: &str, code: &str) -> String {
        if self.look.color {
            format!("\u{1b}[{code}m{line}\u{1b}[0m")
        } else {
            line.to_owned()
        }
    }

    /// The page as text.
    pub(super) fn finish(self) -> String {
        let mut text = self.lines.join("\n");
        text.push('\n');
        if self.look.color {
            // After the layout: an escape sequence has no width, and a table would count it.
            for verdict in ["pass", "fail", "inconclusive"] {
                let marked = mark(verdict);
                let painted = format!("\u{1b}[{}m{marked}\u{1b}[0m", color(verdict));
                text = text.replace(&marked, &painted);
            }
        }
        if self.look.unicode { text } else { ascii(&text) }
    }
}

/// A verdict with its mark: `✔ pass`.
pub(in crate::report::face) fn mark(verdict: &str) -> String {
    let mark = match verdict {
        "pass" => "✔",
        "fail" => "✘",
        "inconclusive" => "?",
        _ => return verdict.to_owned(),
    };
    format!("{mark} {verdict}")
}

fn color(verdict: &str) -> &'static str {
    match verdict {
        "pass" => "32",
        "fail" => "31",
        "inconclusive" => "33",
        _ => "0",
    }
}

/// The same page for a terminal that knows ASCII only; no line gets wider.
fn ascii(text: &str) -> String {
    text.split('\n')
        .map(|line| {
            // Letters that are drawn together may come out wider one by one.
            let plain: String = line.graphemes(true).map(ascii_letter).collect();
            fit(&plain, width(line)).replace('…', "~")
        })
        .collect::<Vec<_>>()
        .join("\n")
}

fn ascii_letter(letter: &str) -> String {
    let plain = match letter {
        letter if letter.is_ascii() => letter,
        "─" | "–" | "—" => "-",
        "├" => "[",
        "┤" => "]",
        "│" => "|",
        "┊" | "·" => ":",
        "●" => "o",
        "◂" | "≤" => "<",
        "▸" | "≥" => ">",
        "✔" => "+",
        "✘" => "x",
        "…" => "~",
        "†" => "*",
        "‡" => "#",
        "×" => "x",
        other => return "?".repeat(width(other)),
    };
    plain.to_owned()
}
