//! Numbers of several groups at several places of a sweep, each group a line with marks of its own.

use super::scale::Scale;
use super::{Anchor, Canvas, LETTER, LINE, Words, told};
use crate::report::text::{fit, safe, width};

/// Width of the drawing.
const WIDTH: f64 = 480.0;
/// Height of the plot itself.
const PLOT: f64 = 190.0;
/// Room for the numbers left of the plot.
const LEFT: f64 = 48.0;
/// Room right of it.
const RIGHT: f64 = 24.0;
/// Lines that can be told apart.
pub const MOST: usize = 6;

/// A line.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Whose numbers they are.
    pub name: String,
    /// A number for each place, with its text; `None`: it is undefined there.
    pub points: Vec<Option<(f64, String)>>,
}

/// The chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Lines {
    /// Its id and title; a description of the lines is added to what is there.
    pub words: Words,
    /// The places, from the left.
    pub places: Vec<String>,
    /// The lines, of which the first [`MOST`] are drawn.
    pub series: Vec<Series>,
}

impl Lines {
    /// The drawing; `None`: there is no number to draw.
    #[must_use]
    pub fn draw(&self) -> Option<String> {
        let series: Vec<&Series> = self.series.iter().take(MOST).collect();
        let names: Vec<&str> = series.iter().map(|one| one.name.as_str()).collect();
        let (legend, rows) = legend(&names, LEFT, WIDTH);
        let top = LINE * rows as f64 + 10.0;
        let bottom = top + PLOT;
        let numbers = series.iter().flat_map(|s| s.points.iter().flatten().map(|(x, _)| *x));
        let scale = Scale::over(numbers, (bottom, top))?;
        let step = (WIDTH - LEFT - RIGHT) / self.places.len().max(1) as f64;
        let x = |index: usize| LEFT + step * (index as f64 + 0.5);
        let mut canvas = Canvas::new(WIDTH, bottom + 24.0);
        for (tick, text) in scale.ticks() {
            let y = scale.at(tick);
            canvas.line((LEFT, y), (WIDTH - RIGHT, y), "grid");
            canvas.text((LEFT - 6.0, y + 4.0), Anchor::End, "tick", &text);
        }
        canvas.line((LEFT, bottom), (WIDTH - RIGHT, bottom), "axis");
        let room = ((step - 4.0) / LETTER) as usize;
        for (index, place) in self.places.iter().enumerate() {
            let text = fit(&safe(place), room);
            canvas.text((x(index), bottom + 16.0), Anchor::Middle, "tick", &text);
        }
        for (number, one) in series.iter().enumerate() {
            let points: Vec<Option<(f64, f64)>> = one
                .points
                .iter()
                .enumerate()
                .map(|(index, point)| point.as_ref().map(|(y, _)| (x(index), scale.at(*y))))
                .collect();
            // A line is broken where a number is undefined.
            for part in points.split(Option::is_none) {
                let part: Vec<(f64, f64)> = part.iter().flatten().copied().collect();
                if part.len() > 1 {
                    canvas.through(&part, false, &format!("series s{number}"));
                }
            }
            for point in points.into_iter().flatten() {
                shape(&mut canvas, number, point);
            }
        }
        draw_legend(&mut canvas, &legend);
        let words = Words {
            description: format!("{} {}", self.words.description, told(self.sentences(&series))),
            ..self.words.clone()
        };
        Some(canvas.finish("lines", &words))
    }

    fn sentences<'a>(&'a self, series: &'a [&Series]) -> impl Iterator<Item = String> + 'a {
        series.iter().map(|one| {
            let points = self.places.iter().zip(&one.points);
            let points: Vec<String> = points
                .map(|(place, point)| {
                    let shown = point.as_ref().map_or("undefined", |(_, text)| text);
                    format!("{shown} at {place}")
                })
                .collect();
            format!("{}: {}", one.name, points.join(", "))
        })
    }
}

/// The name of a line, and where it stands.
pub(super) struct Named {
    pub(super) at: (f64, f64),
    pub(super) name: String,
}

/// The names of lines between two sides, and on how many rows they stand.
pub(super) fn legend(names: &[&str], left: f64, right: f64) -> (Vec<Named>, usize) {
    let mut x = left;
    let mut row: u8 = 1;
    let mut all = Vec::new();
    for name in names {
        let name = fit(&safe(name), 36);
        let size = width(&name) as f64 * LETTER + 30.0;
        if x > left && x + size > right {
            x = left;
            row = row.saturating_add(1);
        }
        let at = (x, LINE * f64::from(row) - 2.0);
        all.push(Named { at, name });
        x += size;
    }
    (all, usize::from(row))
}

/// Draws the names of lines, each after its shape.
pub(super) fn draw_legend(canvas: &mut Canvas, names: &[Named]) {
    for (number, Named { at: (x, y), name }) in names.iter().enumerate() {
        shape(canvas, number, (x + 5.0, y - 4.0));
        canvas.text((x + 15.0, *y), Anchor::Start, "label", name);
    }
}

/// The mark of the line of this number: each has a shape of its own.
pub(super) fn shape(canvas: &mut Canvas, number: usize, (x, y): (f64, f64)) {
    let class = format!("point s{number}");
    let r = 4.5;
    match number {
        0 => canvas.circle((x, y), r, &class),
        1 => canvas.rect((x - r + 0.5, y - r + 0.5), (2.0 * r - 1.0, 2.0 * r - 1.0), &class),
        2 => canvas.through(
            &[(x, y - r - 1.0), (x + r + 0.5, y + r), (x - r - 0.5, y + r)],
            true,
            &class,
        ),
        3 => canvas.through(
            &[(x, y - r - 1.5), (x + r + 1.5, y), (x, y + r + 1.5), (x - r - 1.5, y)],
            true,
            &class,
        ),
        4 => canvas.through(
            &[(x, y + r + 1.0), (x + r + 0.5, y - r), (x - r - 0.5, y - r)],
            true,
            &class,
        ),
        _ => {
            canvas.line((x - r, y - r), (x + r, y + r), &class);
            canvas.line((x - r, y + r), (x + r, y - r), &class);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(name: &str, numbers: &[Option<f64>]) -> Series {
        Series {
            name: name.to_owned(),
            points: numbers.iter().map(|x| x.map(|x| (x, x.to_string()))).collect(),
        }
    }

    fn chart(series: Vec<Series>) -> Lines {
        Lines {
            words: Words {
                id: "c1".to_owned(),
                title: "rates".to_owned(),
                description: "Rates.".to_owned(),
            },
            places: ["0.3", "0.5", "0.7"].map(str::to_owned).to_vec(),
            series,
        }
    }

    #[test]
    fn a_line_is_broken_where_a_number_is_undefined() {
        let whole = chart(vec![series("f", &[Some(0.9), Some(0.5), Some(0.1)])])
            .draw()
            .unwrap();
        assert_eq!(whole.matches("class=\"series s0\"").count(), 1);
        assert_eq!(whole.matches("<circle").count(), 4, "three points and the legend");
        let broken = chart(vec![series("f", &[Some(0.9), None, Some(0.1)])]).draw().unwrap();
        assert_eq!(broken.matches("class=\"series s0\"").count(), 0);
        assert!(broken.contains("Rates. f: 0.9 at 0.3, undefined at 0.5, 0.1 at 0.7."));
    }

    #[test]
    fn higher_numbers_stand_higher() {
        let svg = chart(vec![series("f", &[Some(0.9), Some(0.5), Some(0.1)])])
            .draw()
            .unwrap();
        let heights: Vec<f64> = svg
            .match_indices("cy=\"")
            .take(3)
            .map(|(at, found)| svg[at + found.len()..].split('"').next().unwrap().parse().unwrap())
            .collect();
        assert!(heights[0] < heights[1] && heights[1] < heights[2], "{heights:?}");
    }

    #[test]
    fn no_more_lines_than_can_be_told_apart() {
        let svg = chart((0..9).map(|n| series(&n.to_string(), &[Some(0.1); 3])).collect())
            .draw()
            .unwrap();
        assert!(svg.contains("s5") && !svg.contains("s6"));
        assert!(chart(Vec::new()).draw().is_none());
    }
}
