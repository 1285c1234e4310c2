//! One number for each pair of values, darker where it is higher, and written in each field.

use super::{Anchor, Canvas, LETTER, LINE, Words, told};
use crate::report::text::{fit, safe, wrap};

/// Size of a field.
const FIELD: (f64, f64) = (92.0, 46.0);
/// Room for the names of rows.
const NAMES: f64 = 132.0;
/// Shades from the lowest to the highest number.
const SHADES: usize = 5;
/// Lines that a name may take.
const MOST_LINES: usize = 2;

/// A field.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The number; `None`: it is undefined.
    pub number: Option<f64>,
    /// The number as text.
    pub shown: String,
    /// A second line, smaller.
    pub under: String,
    /// Whether it may be judged; else it has no shade.
    pub judged: bool,
}

/// The chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Heat {
    /// Its id and title; a description of the fields is added to what is there.
    pub words: Words,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Names and fields of the rows; `None`: nobody is there.
    pub rows: Vec<(String, Vec<Option<Field>>)>,
}

impl Heat {
    /// The drawing.
    #[must_use]
    pub fn draw(&self) -> String {
        let head = LINE * MOST_LINES as f64 + 6.0;
        let size = (
            NAMES + FIELD.0 * self.columns.len() as f64,
            head + FIELD.1 * self.rows.len() as f64,
        );
        let mut canvas = Canvas::new(size.0, size.1);
        for (index, name) in self.columns.iter().enumerate() {
            let x = NAMES + FIELD.0 * (index as f64 + 0.5);
            let lines = lines(name, FIELD.0 - 6.0);
            let first = head - 8.0 - LINE * (lines.len() as f64 - 1.0);
            write(&mut canvas, (x, first), Anchor::Middle, &lines);
        }
        for (index, (name, fields)) in self.rows.iter().enumerate() {
            let top = head + FIELD.1 * index as f64;
            let lines = lines(name, NAMES - 10.0);
            let first = top + FIELD.1 / 2.0 + 4.0 - LINE * (lines.len() as f64 - 1.0) / 2.0;
            write(&mut canvas, (NAMES - 8.0, first), Anchor::End, &lines);
            for (column, field) in fields.iter().enumerate() {
                self.draw_field(&mut canvas, field.as_ref(), (NAMES + FIELD.0 * column as f64, top));
            }
        }
        let words = Words {
            description: format!("{} {}", self.words.description, told(self.sentences())),
            ..self.words.clone()
        };
        canvas.finish("heat", &words)
    }

    fn draw_field(&self, canvas: &mut Canvas, field: Option<&Field>, (x, y): (f64, f64)) {
        let shade = field.and_then(|field| self.shade(field));
        let class = shade.map_or_else(|| "none".to_owned(), |shade| format!("h{shade}"));
        canvas.rect(
            (x + 1.0, y + 1.0),
            (FIELD.0 - 2.0, FIELD.1 - 2.0),
            &format!("field {class}"),
        );
        let middle = x + FIELD.0 / 2.0;
        match field {
            Some(field) => {
                canvas.text((middle, y + 21.0), Anchor::Middle, &format!("on {class}"), &field.shown);
                canvas.text(
                    (middle, y + 36.0),
                    Anchor::Middle,
                    &format!("on small {class}"),
                    &field.under,
                );
            }
            None => canvas.text((middle, y + 28.0), Anchor::Middle, "on none", "nobody"),
        }
    }

    /// From 0 for the lowest fifth of the range to 4 for the highest; only numbers that may be judged span the range.
    fn shade(&self, field: &Field) -> Option<usize> {
        let judged = |field: &&Field| field.judged;
        let (low, high) = self
            .fields()
            .filter(judged)
            .filter_map(|field| field.number)
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
                (low.min(x), high.max(x))
            });
        let x = field.number.filter(|x| field.judged && x.is_finite())?;
        if low >= high {
            return Some(SHADES / 2);
        }
        let fifth = ((x - low) / (high - low) * SHADES as f64).floor();
        Some((fifth as usize).min(SHADES - 1))
    }

    fn fields(&self) -> impl Iterator<Item = &Field> {
        self.rows.iter().flat_map(|(_, fields)| fields).flatten()
    }

    fn sentences(&self) -> impl Iterator<Item = String> {
        self.rows.iter().flat_map(|(row, fields)| {
            let named = self.columns.iter().zip(fields);
            named.map(move |(column, field)| {
                let shown = field.as_ref().map_or("nobody", |field| &field.shown);
                format!("{row}, {column}: {shown}")
            })
        })
    }
}

/// A name over a few lines of some width.
fn lines(name: &str, room: f64) -> Vec<String> {
    let columns = (room / LETTER) as usize;
    let mut lines = wrap(&safe(name), columns, 0);
    if lines.len() > MOST_LINES {
        let rest = lines.split_off(MOST_LINES - 1).join(" ");
        lines.push(fit(&rest, columns));
    }
    lines
}

fn write(canvas: &mut Canvas, (x, y): (f64, f64), anchor: Anchor, lines: &[String]) {
    for (index, line) in lines.iter().enumerate() {
        canvas.text((x, y + LINE * index as f64), anchor, "label", line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(number: f64, judged: bool) -> Option<Field> {
        Some(Field {
            number: Some(number),
            shown: number.to_string(),
            under: "9 people".to_owned(),
            judged,
        })
    }

    fn chart() -> Heat {
        Heat {
            words: Words {
                id: "c1".to_owned(),
                title: "rates".to_owned(),
                description: "Rates.".to_owned(),
            },
            columns: vec![
                "<25".to_owned(),
                "65+".to_owned(),
                "a very long name of a column".to_owned(),
            ],
            rows: vec![
                ("female".to_owned(), vec![field(0.1, true), field(0.5, true), None]),
                (
                    "male".to_owned(),
                    vec![field(0.3, true), field(0.9, false), field(0.2, true)],
                ),
            ],
        }
    }

    #[test]
    fn the_lowest_and_the_highest_have_the_outermost_shades() {
        let chart = chart();
        let shades: Vec<Option<usize>> = chart.fields().map(|field| chart.shade(field)).collect();
        assert_eq!(shades, [Some(0), Some(4), Some(2), None, Some(1)]);
    }

    #[test]
    fn every_field_has_its_number_and_the_empty_one_a_word() {
        let svg = chart().draw();
        for text in [">0.1<", ">0.5<", ">0.3<", ">0.9<", ">0.2<", ">nobody<"] {
            assert!(svg.contains(text), "{text}");
        }
        assert_eq!(svg.matches("<rect").count(), 6);
        assert!(svg.contains("Rates. female, &lt;25: 0.1; female, 65+: 0.5;"));
    }
}
