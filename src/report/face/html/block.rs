//! What the page is made of, and which template turns each part into HTML.
//!
//! Every text passes through here and is made safe here, so that no caller can forget it; the templates escape it.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::report::face::table::page::mark;
use crate::report::text::safe;

/// A part of the page.
#[derive(Debug, Clone, Template)]
#[template(path = "html/block.html")]
pub(super) enum Block {
    /// A paragraph.
    Text(Prose),
    /// Points.
    List(Vec<Prose>),
    /// Names and what is known of them.
    Facts(Vec<(Prose, Prose)>),
    /// A table.
    Grid(Grid),
    /// Charts side by side.
    Figures(Vec<Figure>),
    /// What is shown when it is asked for: a line, and what it hides.
    Fold(Prose, Vec<Block>),
    /// A part with a heading.
    Section(Section),
}

impl HtmlSafe for Block {}

impl Block {
    pub(super) fn text(text: &str) -> Self {
        Block::Text(Prose::new(text))
    }
}

/// Text in which names stand between backticks, as sentences have them.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "html/prose.html")]
pub(super) struct Prose {
    /// Pieces, and whether each is a name.
    parts: Vec<(bool, String)>,
}

impl HtmlSafe for Prose {}

impl Prose {
    pub(super) fn new(text: &str) -> Self {
        let text = safe(text);
        // A name may hold a backtick itself; then nothing is marked rather than the wrong half.
        if !text.matches('`').count().is_multiple_of(2) {
            return Self {
                parts: vec![(false, text)],
            };
        }
        let parts = text.split('`').enumerate();
        Self {
            parts: parts
                .map(|(index, part)| (!index.is_multiple_of(2), part.to_owned()))
                .filter(|(_, part)| !part.is_empty())
                .collect(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The same without marks.
    pub(super) fn plain(&self) -> String {
        self.parts.iter().map(|(_, part)| part.as_str()).collect()
    }

    /// A name alone, whatever it holds.
    pub(super) fn name(name: &str) -> Self {
        Self {
            parts: vec![(true, safe(name))],
        }
    }
}

/// A verdict, with a sign and a word, so that its colour says nothing that they don't.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(source = "<span class=\"chip {{ class }}\">{{ words }}</span>", ext = "html")]
pub(super) struct Chip {
    pub(super) class: &'static str,
    pub(super) words: String,
}

impl HtmlSafe for Chip {}

impl Chip {
    pub(super) fn new(verdict: &str) -> Self {
        let class = match verdict {
            "pass" => "pass",
            "fail" => "fail",
            "inconclusive" => "open",
            _ => "none",
        };
        let words = match verdict {
            "none" => "no verdict".to_owned(),
            verdict => mark(&safe(verdict)),
        };
        Self { class, words }
    }
}

/// A part with a heading, and a mark where gates have said something of it.
#[derive(Debug, Clone)]
pub(super) struct Section {
    pub(super) id: String,
    /// Of its heading, 2 to 6.
    pub(super) level: u8,
    pub(super) heading: Prose,
    pub(super) verdict: Option<Chip>,
    pub(super) blocks: Vec<Block>,
}

/// A drawing with its legend.
#[derive(Debug, Clone)]
pub(super) struct Figure {
    pub(super) svg: Drawing,
    /// Whether it keeps its width on a narrow screen, so that it has to be moved there.
    pub(super) wide: bool,
    pub(super) title: Prose,
    pub(super) legend: Prose,
}

impl Figure {
    /// The same with other words below its title.
    pub(super) fn with_legend(self, legend: &str) -> Self {
        Self {
            legend: Prose::new(legend),
            ..self
        }
    }
}

/// An SVG element, which escapes its own text.
#[derive(Debug, Clone)]
pub(super) struct Drawing(pub(super) String);

impl HtmlSafe for Drawing {}

impl std::fmt::Display for Drawing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Text,
    /// Words of verdicts.
    Verdict,
}

/// A column.
#[derive(Debug, Clone)]
pub(super) struct Column {
    head: String,
    kind: Kind,
}

/// A column of numbers.
pub(super) fn number(head: &str) -> Column {
    Column {
        head: safe(head),
        kind: Kind::Number,
    }
}

/// A column of texts.
pub(super) fn text(head: &str) -> Column {
    Column {
        head: safe(head),
        kind: Kind::Text,
    }
}

/// A column of verdicts.
pub(super) fn verdict(head: &str) -> Column {
    Column {
        head: safe(head),
        kind: Kind::Verdict,
    }
}

/// A table whose rows have a name each; the rows may stand in parts with headings.
#[derive(Debug, Clone)]
pub(super) struct Grid {
    id: String,
    caption: Prose,
    name: String,
    columns: Vec<Column>,
    parts: Vec<Part>,
}

#[derive(Debug, Clone)]
struct Part {
    heading: Option<Prose>,
    rows: Vec<Row>,
}

#[derive(Debug, Clone)]
struct Row {
    name: String,
    cells: Vec<String>,
}

impl Grid {
    /// A table without rows. `name` is the head of the rows' names.
    pub(super) fn new(id: String, caption: &str, name: &str, columns: Vec<Column>) -> Self {
        Self {
            id,
            caption: Prose::new(caption),
            name: safe(name),
            columns,
            parts: Vec::new(),
        }
    }

    /// Starts a part of rows.
    pub(super) fn part(&mut self, heading: &str) {
        self.parts.push(Part {
            heading: Some(Prose::new(heading)),
            rows: Vec::new(),
        });
    }

    /// Adds a row: a name, and a cell for each column.
    pub(super) fn row(&mut self, name: &str, cells: Vec<String>) {
        debug_assert_eq!(cells.len(), self.columns.len(), "{}", self.name);
        if self.parts.is_empty() {
            self.parts.push(Part {
                heading: None,
                rows: Vec::new(),
            });
        }
        if let Some(part) = self.parts.last_mut() {
            part.rows.push(Row {
                name: safe(name),
                cells: cells.iter().map(|cell| safe(cell)).collect(),
            });
        }
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.parts.iter().map(|part| part.rows.len()).sum()
    }

    /// As a part of the page, without columns in which no row says anything; `None`: there is no row.
    pub(super) fn block(mut self) -> Option<Block> {
        if self.len() == 0 {
            return None;
        }
        let rows = || self.parts.iter().flat_map(|part| &part.rows);
        let said: Vec<bool> = (0..self.columns.len())
            .map(|index| rows().any(|row| row.cells.get(index).is_some_and(|cell| !cell.is_empty())))
            .collect();
        retain(&mut self.columns, &said);
        for row in self.parts.iter_mut().flat_map(|part| &mut part.rows) {
            retain(&mut row.cells, &said);
        }
        Some(Block::Grid(self))
    }

    /// The cells of a row with what their columns hold.
    fn cells<'g>(&'g self, row: &'g Row) -> impl Iterator<Item = (Kind, &'g str)> {
        let kinds = self.columns.iter().map(|column| column.kind);
        kinds.zip(row.cells.iter().map(String::as_str))
    }
}

fn retain<T>(items: &mut Vec<T>, kept: &[bool]) {
    let mut kept = kept.iter();
    items.retain(|_| kept.next().copied().unwrap_or(false));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_sentences_are_marked_and_harmless() {
        let prose = Prose::new("`<b>` & `a`\u{202e}");
        assert_eq!(
            prose.render().unwrap(),
            "<code>&#60;b&#62;</code> &#38; <code>a</code>\\u{202e}"
        );
        assert_eq!(Prose::new("a ` b").render().unwrap(), "a ` b");
    }

    #[test]
    fn a_table_leaves_out_columns_that_say_nothing() {
        let mut grid = Grid::new("t1".to_owned(), "c", "group", vec![number("n"), text("why")]);
        grid.row("f<", vec!["1".to_owned(), String::new()]);
        let html = grid.block().unwrap().render().unwrap();
        assert!(html.contains("<th scope=\"row\">f&#60;</th><td>1</td></tr>"), "{html}");
        assert!(!html.contains("why"));
        assert!(Grid::new("t1".to_owned(), "c", "group", Vec::new()).block().is_none());
    }
}
