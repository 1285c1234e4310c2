//! Text from the log, made safe for a screen and measured in columns.

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

/// What stands at the end of a text that was cut.
const CUT: char = '…';

/// The text without anything that moves the cursor, starts an escape sequence or turns the writing direction.
///
/// A group's name is whatever the log's author typed, or whatever a customer typed. On a screen it must not end the line,
/// colour it, or reorder the numbers beside it; so such characters are shown as escapes. Joiners stay: emoji and several
/// scripts need them.
#[must_use]
pub fn safe(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => safe.push_str("\\n"),
            '\r' => safe.push_str("\\r"),
            '\t' => safe.push_str("\\t"),
            c if hides(c) => safe.extend(c.escape_unicode()),
            c => safe.push(c),
        }
    }
    safe
}

/// Whether a character acts on the screen instead of showing on it.
#[must_use]
pub fn hides(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0001}')
}

/// How many columns a text takes.
#[must_use]
pub fn width(text: &str) -> usize {
    text.width()
}

/// The text in at most `columns` columns, cut between letters and with `…` where it was cut.
#[must_use]
pub fn fit(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut kept = String::new();
    for letter in text.graphemes(true) {
        let length = kept.len();
        kept.push_str(letter);
        // Widths don't add up over ligatures: measure the whole beginning.
        if width(&kept) + 1 > columns {
            kept.truncate(length);
            break;
        }
    }
    if columns > 0 {
        kept.push(CUT);
    }
    kept
}

/// A name in prose: safe, quoted, and short enough for a sentence.
#[must_use]
pub fn quoted(name: &str) -> String {
    format!("`{}`", fit(&safe(name), 40))
}

/// Lines of at most `columns` columns, broken at spaces; all but the first begin with `indent` spaces.
#[must_use]
pub fn wrap(text: &str, columns: usize, indent: usize) -> Vec<String> {
    let columns = columns.max(indent + 8);
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut empty = true;
    for word in text.split(' ') {
        let gap = usize::from(!empty);
        if !empty && width(&line) + gap + width(word) > columns {
            lines.push(std::mem::replace(&mut line, " ".repeat(indent)));
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        for letter in word.graphemes(true) {
            let length = line.len();
            line.push_str(letter);
            if width(&line) > columns {
                line.truncate(length);
                lines.push(std::mem::replace(&mut line, " ".repeat(indent)));
                line.push_str(letter);
            }
        }
        empty = false;
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_name_acts_on_the_screen() {
        assert_eq!(safe("a\u{1b}[31mred\r\nb"), "a\\u{1b}[31mred\\r\\nb");
        assert_eq!(safe("a\u{9b}2J"), "a\\u{9b}2J");
        assert_eq!(safe("x\u{202e}y"), "x\\u{202e}y");
        assert_eq!(safe("👩‍👩‍👧 ذكر"), "👩‍👩‍👧 ذكر");
    }

    #[test]
    fn a_cut_text_fits() {
        for columns in 0..12 {
            for text in [
                "female",
                "żółć gęślą jaźń",
                "漢字漢字漢字",
                "👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧",
                "لا إله لا إله لا",
            ] {
                assert!(width(&fit(text, columns)) <= columns, "{text} in {columns}");
            }
        }
        assert_eq!(fit("female", 4), "fem…");
        assert_eq!(fit("漢字漢字", 4), "漢…");
    }

    #[test]
    fn wrapped_lines_fit_and_lose_nothing() {
        let text = format!("one two {} three 漢字漢字漢字漢字漢字漢字", "x".repeat(50));
        let lines = wrap(&text, 20, 2);
        assert!(lines.iter().all(|line| width(line) <= 20), "{lines:#?}");
        let letters = |text: &str| text.split_whitespace().collect::<String>();
        assert_eq!(letters(&lines.concat()), letters(&text));
    }
}
