//! The errors that several readers share, worded once.

use std::io;

use crate::diagnostic::{Diagnostic, Place, near};

/// How many columns an error lists.
const LISTED: usize = 12;

/// A line of a file.
pub(super) fn line(name: &str, line: u64) -> Place {
    Place {
        line: Some(line),
        ..Place::of_file(name)
    }
}

/// A column of a file.
pub(super) fn column(name: &str, column: &str) -> Place {
    Place {
        field: Some(column.to_owned()),
        ..Place::of_file(name)
    }
}

/// The first sentence of a foreign message, on one line and short, so that no dump of data reaches the terminal.
pub(super) fn one_line(message: &str) -> String {
    const LONGEST: usize = 200;
    let line = message
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty())
        .unwrap_or("no reason was given");
    let clean: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if clean.chars().count() <= LONGEST {
        return clean;
    }
    clean.chars().take(LONGEST - 1).chain(std::iter::once('…')).collect()
}

/// A file that the system would not open or read.
pub(super) fn unreadable(name: &str, error: &io::Error) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        "unreadable-file",
        format!("the file can't be read: {}", one_line(&error.to_string())),
    )
    .at(Place::of_file(name));
    match error.kind() {
        io::ErrorKind::PermissionDenied => diagnostic.help("allow this user to read the file"),
        _ => diagnostic.help("check that the file is whole and that its disk can be read"),
    }
}

/// A file whose bytes contradict its format.
pub(super) fn damaged(name: &str, what: &str, reason: &str) -> Diagnostic {
    Diagnostic::new("damaged-file", format!("{what}: {}", one_line(reason)))
        .at(Place::of_file(name))
        .help("write or fetch the file again; no part of a damaged file is used")
}

/// A column that was asked for and is not there.
///
/// `known` are the columns that are; `delimiter_hint` is the delimiter that the header seems to use instead.
#[must_use]
pub fn unknown_column(file_name: &str, wanted: &str, known: &[&str], delimiter_hint: Option<char>) -> Diagnostic {
    let mut diagnostic =
        Diagnostic::new("unknown-column", format!("there is no column `{wanted}`")).at(Place::of_file(file_name));
    if let Some(close) = near(wanted, known.iter().copied()) {
        let blanks = if close.trim() == wanted.trim() && close != wanted {
            ", whose name differs in the blanks around it"
        } else {
            ""
        };
        diagnostic = diagnostic.help(format!("did you mean `{close}`{blanks}?"));
    }
    if let Some(delimiter) = delimiter_hint {
        let shown = if delimiter == '\t' {
            "\\t".to_owned()
        } else {
            delimiter.to_string()
        };
        diagnostic = diagnostic.help(format!(
            "the header is one field that holds `{shown}`: set `csv = {{ delimiter = \"{shown}\" }}` in the spec, or \
             `--delimiter`"
        ));
    }
    if known.is_empty() {
        return diagnostic.help("the file has no columns at all");
    }
    let listed: Vec<String> = known
        .iter()
        .take(LISTED)
        .map(|name| format!("`{}`", shorten(name)))
        .collect();
    let more = known.len().saturating_sub(LISTED);
    let tail = if more > 0 {
        format!(", and {more} more")
    } else {
        String::new()
    };
    diagnostic.help(format!("the columns are {}{tail}", listed.join(", ")))
}

/// A name that fits on a line.
fn shorten(name: &str) -> String {
    const LONGEST: usize = 80;
    if name.chars().count() <= LONGEST {
        return name.to_owned();
    }
    name.chars().take(LONGEST - 1).chain(std::iter::once('…')).collect()
}

/// A column that stands more than once in a file, so that nobody can say which is meant.
pub(super) fn repeated_column(file_name: &str, name: &str, times: usize) -> Diagnostic {
    Diagnostic::new(
        "repeated-column",
        format!("the column `{name}` stands {times} times in the header"),
    )
    .at(column(file_name, name))
    .help("give each column that is used a name of its own")
}

/// A line with nothing on it, in the midst of rows.
pub(super) fn blank_line(file_name: &str, number: u64, advice: &str) -> Diagnostic {
    Diagnostic::new("blank-line", "the line is blank where a row was expected")
        .at(line(file_name, number))
        .help(advice)
}

/// A file without a byte of text.
pub(super) fn empty_file(file_name: &str) -> Diagnostic {
    Diagnostic::new("empty-file", "the file is empty; not even a header is in it")
        .at(Place::of_file(file_name))
        .help("check the step that writes the file, or leave the file out")
}

/// Text in another encoding.
pub(super) fn not_utf8(place: Place, what: &str) -> Diagnostic {
    Diagnostic::new("not-utf8", format!("{what} is not valid UTF-8"))
        .at(place)
        .help("convert the file, for instance with `iconv -f WINDOWS-1252 -t UTF-8 FILE > NEW`")
}
