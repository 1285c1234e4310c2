//! Charts as SVG, to stand within a page: text is text, each chart has a title and a description, and what colour says
//! is said by shape or words too.
//!
//! Colours are classes, so that a page's style sheet gives them for light, dark and paper. Places have one decimal, so
//! that the same numbers give the same bytes. Names from the log go through [`safe`] and are escaped.

pub mod dots;
pub mod heat;
pub mod lines;
pub mod plane;
mod scale;

use std::fmt::Write as _;

use crate::report::text::safe;

/// Height of a line of small text, in the chart's own units.
const LINE: f64 = 15.0;
/// What a letter of small text takes, in the same units: a little more than it does in common typefaces.
const LETTER: f64 = 6.8;
/// Rows that a description tells one by one; the table beside the chart has all.
const TOLD: usize = 12;

/// What a chart is called and what it shows, for those who don't see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// Unique in the page.
    pub id: String,
    /// What it is.
    pub title: String,
    /// What it shows.
    pub description: String,
}

/// Where text stands beside its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Anchor {
    Start,
    Middle,
    End,
}

/// A drawing that grows.
#[derive(Debug)]
struct Canvas {
    width: f64,
    height: f64,
    body: String,
}

impl Canvas {
    fn new(width: f64, height: f64) -> Self {
        Self {
            width,
            height,
            body: String::new(),
        }
    }

    fn text(&mut self, (x, y): (f64, f64), anchor: Anchor, class: &str, words: &str) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        self.add(format_args!(
            "<text x=\"{}\" y=\"{}\"{anchor} class=\"{class}\">{}</text>",
            place(x),
            place(y),
            escaped(words)
        ));
    }

    fn line(&mut self, (x1, y1): (f64, f64), (x2, y2): (f64, f64), class: &str) {
        self.add(format_args!(
            "<path d=\"M{} {}L{} {}\" class=\"{class}\"/>",
            place(x1),
            place(y1),
            place(x2),
            place(y2)
        ));
    }

    fn rect(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), class: &str) {
        self.add(format_args!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" class=\"{class}\"/>",
            place(x),
            place(y),
            place(width),
            place(height)
        ));
    }

    fn circle(&mut self, (x, y): (f64, f64), radius: f64, class: &str) {
        self.add(format_args!(
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" class=\"{class}\"/>",
            place(x),
            place(y),
            place(radius)
        ));
    }

    /// A line through points, closed or not.
    fn through(&mut self, points: &[(f64, f64)], closed: bool, class: &str) {
        let mut path = String::new();
        for (index, (x, y)) in points.iter().enumerate() {
            path.push(if index == 0 { 'M' } else { 'L' });
            path.push_str(&format!("{} {}", place(*x), place(*y)));
        }
        if closed {
            path.push('Z');
        }
        self.add(format_args!("<path d=\"{path}\" class=\"{class}\"/>"));
    }

    fn add(&mut self, element: std::fmt::Arguments<'_>) {
        // Writing to a string can't fail.
        let _ = self.body.write_fmt(element);
    }

    /// The whole drawing. `class` says what kind it is.
    fn finish(self, class: &str, words: &Words) -> String {
        format!(
            "<svg class=\"chart {class}\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" \
             aria-labelledby=\"{id}-t {id}-d\"><title id=\"{id}-t\">{title}</title><desc id=\"{id}-d\">{description}</desc>\
             {body}</svg>",
            width = place(self.width),
            height = place(self.height),
            id = escaped(&words.id),
            title = escaped(&words.title),
            description = escaped(&words.description),
            body = self.body,
        )
    }
}

/// A coordinate, to a tenth.
fn place(x: f64) -> String {
    let text = format!("{:.1}", if x.is_finite() { x + 0.0 } else { 0.0 });
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// Text that neither ends the element nor acts on the screen.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in safe(text).chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Sentences about rows, as many as a description takes.
fn told(rows: impl Iterator<Item = String>) -> String {
    let all: Vec<String> = rows.collect();
    let more = match all.len().saturating_sub(TOLD) {
        0 => String::new(),
        n => format!("; and {n} more, in the table"),
    };
    let told = all.into_iter().take(TOLD).collect::<Vec<_>>().join("; ");
    format!("{told}{more}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_short_and_never_negative_zero() {
        assert_eq!(place(12.0), "12");
        assert_eq!(place(12.34), "12.3");
        assert_eq!(place(-0.01), "0");
        assert_eq!(place(f64::NAN), "0");
    }

    #[test]
    fn names_are_text() {
        assert_eq!(escaped("<b a=\"x\">&'"), "&lt;b a=&quot;x&quot;&gt;&amp;&#39;");
        assert_eq!(escaped("a\nb\u{202e}"), "a\\nb\\u{202e}");
    }

    #[test]
    fn a_long_description_counts_what_it_leaves_to_the_table() {
        assert_eq!(told((0..2).map(|n| n.to_string())), "0; 1.");
        assert!(told((0..15).map(|n| n.to_string())).ends_with("11; and 3 more, in the table."));
    }
}
