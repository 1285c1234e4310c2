//! What went wrong, where, and what to do next: the one error type of everything left of the tally.
//!
//! A [`Diagnostic`] always has a stable kebab-case `code`, a message in plain words, and, where the
//! input has them, a file, a line and a column. It is raised once and printed once.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

/// Where a diagnostic points.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// The file as the user named it, `"<stdin>"`, or `"--flag"` for a command-line flag.
    pub file: String,
    /// 1-based line, where the format has lines.
    pub line: Option<u64>,
    /// 1-based column in characters, for specs; for logs the field number.
    pub column: Option<u64>,
    /// 1-based number of the data row, for formats without lines.
    pub row: Option<u64>,
    /// The name of the log's column.
    pub field: Option<String>,
    /// Byte range in the spec, so that the line can be shown.
    pub span: Option<Range<usize>>,
}

impl Place {
    /// A whole file.
    #[must_use]
    pub fn of_file(name: &str) -> Self {
        Self {
            file: name.to_owned(),
            ..Self::default()
        }
    }
}

/// One error: what happened, where, and what to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable kebab-case name of the kind of fault.
    pub code: &'static str,
    /// A lower-case phrase that says what was found and what was expected.
    pub message: String,
    /// Where it was found.
    pub place: Option<Place>,
    /// What to do next; each a sentence.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// A diagnostic without a place or help.
    #[must_use]
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            place: None,
            help: Vec::new(),
        }
    }

    /// The same diagnostic, pointing at `place`.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// The diagnostic as people read it; with the spec's `text`, the faulty line is shown and underlined.
    ///
    /// What comes from files is shown without its control characters, so that a log can't write on the terminal.
    #[must_use]
    pub fn render(&self, text: Option<&str>, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let title = Level::ERROR.primary_title(printable(&self.message)).id(self.code);
        let spanned = self.place.as_ref().and_then(|place| {
            let text = text?;
            let span = place.span.clone().filter(|s| s.start <= s.end && s.end <= text.len())?;
            // A table's span covers its header alone; an empty one still needs a place to point at.
            Some((text, span, place.file.clone()))
        });
        let mut group = match spanned {
            Some((text, span, file)) => title.element(
                Snippet::source(text)
                    .path(printable(&file))
                    .annotation(AnnotationKind::Primary.span(span)),
            ),
            None => match &self.place {
                Some(place) => title.element(annotate_snippets::Origin::path(printable(&place.to_string()))),
                None => title.elements(std::iter::empty::<annotate_snippets::Padding>()),
            },
        };
        for advice in &self.help {
            group = group.element(Level::HELP.message(printable(advice)));
        }
        renderer.render(&[group])
    }

    /// The same diagnostic with one more sentence of advice.
    #[must_use]
    pub fn help(mut self, advice: impl Into<String>) -> Self {
        self.help.push(advice.into());
        self
    }
}

/// A text with its control characters escaped, cut where it is longer than anybody reads.
fn printable(text: &str) -> String {
    const MOST: usize = 1000;
    let mut shown: String = text
        .chars()
        .take(MOST)
        .flat_map(|c| {
            let escaped: Vec<char> = if c.is_control() {
                c.escape_default().collect()
            } else {
                vec![c]
            };
            escaped
        })
        .collect();
    if text.chars().nth(MOST).is_some() {
        shown.push('…');
    }
    shown
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
            if let Some(column) = self.column {
                write!(f, ":{column}")?;
            }
        }
        if let Some(row) = self.row {
            write!(f, ", row {row}")?;
        }
        if let Some(field) = &self.field {
            write!(f, ", column `{field}`")?;
        }
        Ok(())
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error[{}]: {}", self.code, self.message)?;
        if let Some(place) = &self.place {
            write!(f, "\n  --> {place}")?;
        }
        for advice in &self.help {
            write!(f, "\n  = help: {advice}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostic {}

/// The nearest of `known` to `word`, when it is near enough to be a slip of the keyboard.
///
/// Near enough means an edit distance (Damerau–Levenshtein) of at most a third of the word, at least one,
/// or a difference of case and surrounding blanks alone.
#[must_use]
pub fn near<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = word.trim().to_lowercase();
    known
        .into_iter()
        .map(|candidate| {
            let other = candidate.trim().to_lowercase();
            (strsim::damerau_levenshtein(&plain, &other), candidate)
        })
        .filter(|(distance, _)| *distance <= (plain.chars().count() / 3).max(1))
        .min_by_key(|(distance, candidate)| (*distance, (*candidate).to_owned()))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::near;

    #[test]
    fn a_slip_is_found_and_a_stranger_is_not() {
        let known = ["selection_rate", "disparate_impact", "accuracy"];
        assert_eq!(near("disparte_impact", known), Some("disparate_impact"));
        assert_eq!(near("Accuracy ", known), Some("accuracy"));
        assert_eq!(near("weather", known), None);
    }
}
