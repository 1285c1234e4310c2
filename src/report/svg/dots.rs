//! A number and its interval for each group, on one axis with equality and thresholds.

use super::scale::Scale;
use super::{Anchor, Canvas, LETTER, LINE, Words, told};
use crate::report::text::{fit, safe, width};

/// Width of the drawing; its height grows with its rows.
const WIDTH: f64 = 360.0;
/// Room at both sides of the axis, for arrows and the halves of outer ticks.
const SIDE: f64 = 14.0;
/// A row: a line of text, and the interval below it.
const ROW: f64 = 38.0;
/// From the top of a row to its interval.
const DOWN: f64 = 26.0;
/// Half the size of a mark.
const HALF: f64 = 5.0;

/// What stands beside a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Nobody judged it.
    Plain,
    /// A gate passed.
    Pass,
    /// A gate failed.
    Fail,
    /// A gate was left open.
    Open,
    /// It stands beside a better one of the same group, or was not confirmed.
    Weaker,
    /// It is shown and may not be judged.
    Unjudged,
    /// The group that others are compared with.
    Reference,
}

impl Kind {
    fn class(self) -> &'static str {
        match self {
            Kind::Plain => "plain",
            Kind::Pass => "pass",
            Kind::Fail => "fail",
            Kind::Open => "open",
            Kind::Weaker => "weaker",
            Kind::Unjudged => "unjudged",
            Kind::Reference => "reference",
        }
    }

    fn word(self) -> &'static str {
        match self {
            Kind::Pass => ", pass",
            Kind::Fail => ", fail",
            Kind::Open => ", inconclusive",
            Kind::Unjudged => ", not judged",
            Kind::Plain | Kind::Weaker | Kind::Reference => "",
        }
    }
}

/// A row of the chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Whose number it is.
    pub label: String,
    /// The number; without one the row has its words alone.
    pub estimate: Option<f64>,
    /// Lower end of its interval.
    pub low: Option<f64>,
    /// Upper end of its interval.
    pub high: Option<f64>,
    /// The number and its interval as text.
    pub shown: String,
    /// How it was judged.
    pub kind: Kind,
}

/// A line across all rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Where.
    pub at: f64,
    /// What it is.
    pub words: String,
    /// Whether it is a gate's threshold; else it is what numbers are held against.
    pub threshold: bool,
}

/// The chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Dots {
    /// Its id and title; a description of the rows is added to what is there.
    pub words: Words,
    /// The rows, from above.
    pub rows: Vec<Row>,
    /// The lines across.
    pub marks: Vec<Mark>,
}

impl Dots {
    /// The drawing; `None`: there is no number to draw.
    #[must_use]
    pub fn draw(&self) -> Option<String> {
        let scale = self.scale()?;
        let levels = self.levels(&scale);
        let head = LINE * levels.iter().map(|(_, level)| level + 1).max().unwrap_or(0) as f64;
        let top = head + 6.0;
        let bottom = top + ROW * self.rows.len() as f64;
        let mut canvas = Canvas::new(WIDTH, bottom + 22.0);
        for (tick, text) in scale.ticks() {
            let x = scale.at(tick);
            canvas.line((x, top), (x, bottom), "grid");
            canvas.text((x, bottom + 15.0), Anchor::Middle, "tick", &text);
        }
        canvas.line((SIDE, bottom), (WIDTH - SIDE, bottom), "axis");
        for (mark, level) in levels {
            let x = scale.at(mark.at);
            let class = if mark.threshold { "threshold" } else { "equality" };
            let y = LINE * (level + 1) as f64 - 3.0;
            canvas.line((x, y + 3.0), (x, bottom), class);
            let (place, anchor) = beside(x, &mark.words);
            canvas.text((place, y), anchor, "mark", &mark.words);
        }
        for (index, row) in self.rows.iter().enumerate() {
            draw_row(&mut canvas, &scale, row, top + ROW * index as f64);
        }
        let words = Words {
            description: format!("{} {}", self.words.description, told(self.rows.iter().map(sentence))),
            ..self.words.clone()
        };
        Some(canvas.finish("dots", &words))
    }

    /// An axis over what is judged: a handful of people has an interval that would flatten all others.
    fn scale(&self) -> Option<Scale> {
        let any = self
            .rows
            .iter()
            .any(|row| row.kind != Kind::Unjudged && row.estimate.is_some());
        let rows = self.rows.iter().filter(|row| row.kind != Kind::Unjudged || !any);
        let numbers = rows.filter(|row| row.estimate.is_some());
        numbers.clone().next()?;
        let numbers = numbers.flat_map(|row| [row.estimate, row.low, row.high]).flatten();
        let marks = self.marks.iter().map(|mark| mark.at);
        Scale::over(numbers.chain(marks), (SIDE, WIDTH - SIDE))
    }

    /// The marks, each on a line of text that is free where it stands.
    fn levels(&self, scale: &Scale) -> Vec<(&Mark, usize)> {
        let mut taken: Vec<Vec<(f64, f64)>> = Vec::new();
        self.marks
            .iter()
            .map(|mark| {
                let (x, anchor) = beside(scale.at(mark.at), &mark.words);
                let size = width(&mark.words) as f64 * LETTER + 8.0;
                let (from, to) = match anchor {
                    Anchor::Start => (x, x + size),
                    Anchor::Middle => (x - size / 2.0, x + size / 2.0),
                    Anchor::End => (x - size, x),
                };
                let free = |spans: &Vec<(f64, f64)>| spans.iter().all(|(a, b)| to <= *a || from >= *b);
                let level = taken.iter().position(free).unwrap_or(taken.len());
                if level == taken.len() {
                    taken.push(Vec::new());
                }
                if let Some(spans) = taken.get_mut(level) {
                    spans.push((from, to));
                }
                (mark, level)
            })
            .collect()
    }
}

/// Where the words of a mark stand so that they stay within the drawing.
fn beside(x: f64, words: &str) -> (f64, Anchor) {
    let half = width(words) as f64 * LETTER / 2.0;
    if x - half < 2.0 {
        (2.0, Anchor::Start)
    } else if x + half > WIDTH - 2.0 {
        (WIDTH - 2.0, Anchor::End)
    } else {
        (x, Anchor::Middle)
    }
}

fn draw_row(canvas: &mut Canvas, scale: &Scale, row: &Row, top: f64) {
    let right = width(&row.shown) as f64 * LETTER;
    let room = ((WIDTH - 4.0 - right - 12.0) / (LETTER + 0.4)) as usize;
    let label = fit(&safe(&row.label), room);
    let left = width(&label) as f64 * (LETTER + 0.4);
    // Lines across would strike the words out.
    canvas.rect((0.0, top + 2.0), (left + 4.0, LINE), "veil");
    canvas.rect((WIDTH - right - 4.0, top + 2.0), (right + 4.0, LINE), "veil");
    canvas.text((2.0, top + 14.0), Anchor::Start, "label", &label);
    canvas.text((WIDTH - 2.0, top + 14.0), Anchor::End, "shown", &row.shown);
    let Some(x) = row.estimate else { return };
    let y = top + DOWN;
    let class = row.kind.class();
    if row.low.is_some() || row.high.is_some() {
        whiskers(canvas, scale, row, y);
    }
    if scale.shows(x) {
        mark(canvas, row.kind, (scale.at(x), y));
    } else if row.low.is_none() && row.high.is_none() {
        arrow(canvas, scale.is_below(x), y, class);
    }
}

/// The interval; an end beyond the axis is an arrow, and so is an unbounded one.
fn whiskers(canvas: &mut Canvas, scale: &Scale, row: &Row, y: f64) {
    let class = row.kind.class();
    let end = |end: Option<f64>, outer: f64| end.filter(|x| scale.shows(*x)).map_or(outer, |x| scale.at(x));
    // An interval that lies wholly beyond the axis is an arrow and no line.
    let beyond_above = row.low.is_some_and(|low| !scale.shows(low) && !scale.is_below(low));
    let beyond_below = row.high.is_some_and(|high| scale.is_below(high));
    if !beyond_above && !beyond_below {
        let (from, to) = (end(row.low, SIDE), end(row.high, WIDTH - SIDE));
        canvas.line((from, y), (to, y), &format!("interval {class}"));
        for (x, known) in [(from, row.low), (to, row.high)] {
            if known.is_some_and(|known| scale.shows(known)) {
                canvas.line((x, y - 4.0), (x, y + 4.0), &format!("end {class}"));
            }
        }
    }
    if beyond_below || (!beyond_above && row.low.is_none_or(|low| !scale.shows(low))) {
        arrow(canvas, true, y, class);
    }
    if beyond_above || (!beyond_below && row.high.is_none_or(|high| !scale.shows(high))) {
        arrow(canvas, false, y, class);
    }
}

fn arrow(canvas: &mut Canvas, below: bool, y: f64, class: &str) {
    let (tip, back) = if below {
        (SIDE - 10.0, SIDE)
    } else {
        (WIDTH - SIDE + 10.0, WIDTH - SIDE)
    };
    canvas.through(
        &[(tip, y), (back, y - HALF), (back, y + HALF)],
        true,
        &format!("dot {class}"),
    );
}

/// Shapes tell verdicts apart where colours don't.
fn mark(canvas: &mut Canvas, kind: Kind, (x, y): (f64, f64)) {
    let class = format!("dot {}", kind.class());
    match kind {
        Kind::Fail => canvas.through(
            &[
                (x, y - HALF - 1.5),
                (x + HALF + 1.5, y),
                (x, y + HALF + 1.5),
                (x - HALF - 1.5, y),
            ],
            true,
            &class,
        ),
        Kind::Reference => canvas.rect(
            (x - HALF + 1.0, y - HALF + 1.0),
            (2.0 * HALF - 2.0, 2.0 * HALF - 2.0),
            &class,
        ),
        _ => canvas.circle((x, y), HALF, &class),
    }
}

fn sentence(row: &Row) -> String {
    format!("{}: {}{}", row.label, row.shown, row.kind.word())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(label: &str, x: f64, low: Option<f64>, high: Option<f64>, kind: Kind) -> Row {
        Row {
            label: label.to_owned(),
            estimate: Some(x),
            low,
            high,
            shown: x.to_string(),
            kind,
        }
    }

    fn chart(rows: Vec<Row>) -> Dots {
        Dots {
            words: Words {
                id: "c1".to_owned(),
                title: "ratios".to_owned(),
                description: "Ratios.".to_owned(),
            },
            rows,
            marks: vec![
                Mark {
                    at: 0.8,
                    words: "threshold 0.8".to_owned(),
                    threshold: true,
                },
                Mark {
                    at: 1.0,
                    words: "equality".to_owned(),
                    threshold: false,
                },
            ],
        }
    }

    /// The places of the vertical ends of intervals.
    fn ends(svg: &str) -> Vec<f64> {
        svg.match_indices("class=\"end ")
            .map(|(at, _)| {
                let path = svg[..at].rsplit("d=\"M").next().unwrap();
                path.split(' ').next().unwrap().parse().unwrap()
            })
            .collect()
    }

    #[test]
    fn dots_and_ends_stand_where_the_numbers_are() {
        let svg = chart(vec![row("f", 0.9, Some(0.85), Some(0.95), Kind::Pass)])
            .draw()
            .unwrap();
        // The axis goes from 0.8 to 1.0 with a margin of 4 % of that at both ends.
        let at = |x: f64| SIDE + (x - 0.792) / 0.216 * (WIDTH - 2.0 * SIDE);
        let found = ends(&svg);
        assert!(
            (found[0] - at(0.85)).abs() < 0.06 && (found[1] - at(0.95)).abs() < 0.06,
            "{found:?}"
        );
        assert!(
            svg.contains(&format!("<circle cx=\"{:.1}\"", at(0.9)).replace(".0\"", "\"")),
            "{svg}"
        );
    }

    #[test]
    fn what_reaches_beyond_the_axis_has_arrows() {
        let judged = row("f", 0.9, Some(0.85), Some(0.95), Kind::Open);
        let arrows = |few: Row| {
            let svg = chart(vec![judged.clone(), few]).draw().unwrap();
            svg.matches("dot unjudged").count()
        };
        // Both ends beyond, and the dot; one end, and the dot; wholly beyond; unbounded above.
        assert_eq!(arrows(row("few", 0.9, Some(0.1), Some(9.0), Kind::Unjudged)), 3);
        assert_eq!(arrows(row("few", 0.9, Some(0.1), Some(0.95), Kind::Unjudged)), 2);
        assert_eq!(arrows(row("few", 8.0, Some(7.0), Some(9.0), Kind::Unjudged)), 1);
        assert_eq!(arrows(row("few", 0.1, Some(0.0), Some(0.2), Kind::Unjudged)), 1);
        assert_eq!(arrows(row("few", 0.9, Some(0.85), None, Kind::Unjudged)), 2);
    }

    #[test]
    fn a_chart_says_what_it_shows() {
        let svg = chart(vec![
            row("<b>", 0.5, None, None, Kind::Fail),
            row("m", 1.0, None, None, Kind::Reference),
        ])
        .draw()
        .unwrap();
        assert!(svg.contains("role=\"img\" aria-labelledby=\"c1-t c1-d\""));
        assert!(svg.contains("<title id=\"c1-t\">ratios</title>"));
        assert!(svg.contains("<desc id=\"c1-d\">Ratios. &lt;b&gt;: 0.5, fail; m: 1.</desc>"));
        assert!(!svg.contains("<b>"));
    }

    #[test]
    fn words_of_marks_do_not_lie_on_one_another() {
        let mut chart = chart(vec![row("f", 0.9, None, None, Kind::Plain)]);
        chart.marks[1].at = 0.81;
        let scale = chart.scale().unwrap();
        let levels: Vec<usize> = chart.levels(&scale).into_iter().map(|(_, level)| level).collect();
        assert_eq!(levels, [0, 1]);
    }

    #[test]
    fn nothing_to_draw_is_no_chart() {
        let mut none = row("f", 0.0, None, None, Kind::Plain);
        none.estimate = None;
        assert!(chart(vec![none]).draw().is_none());
        assert!(chart(Vec::new()).draw().is_none());
    }
}
