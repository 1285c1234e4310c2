//! Curves of several groups over two numbers, with the line on which both are equal.

use super::lines::{MOST, draw_legend, legend, shape};
use super::scale::Scale;
use super::{Anchor, Canvas, LINE, Words, told};

/// Width of the drawing.
const WIDTH: f64 = 400.0;
/// Width and height of the plot itself.
const PLOT: (f64, f64) = (330.0, 250.0);
/// Room for the numbers left of the plot.
const LEFT: f64 = 54.0;
/// A curve of more points than this has shapes at some of them.
const EACH: usize = 24;
/// So many.
const SHAPES: usize = 12;

/// A point of a curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Along.
    pub x: f64,
    /// Up.
    pub y: f64,
    /// Lower end of the interval of what is up.
    pub low: Option<f64>,
    /// Upper end of it.
    pub high: Option<f64>,
}

/// The curve of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// Whose it is.
    pub name: String,
    /// Its points, in their order.
    pub points: Vec<Point>,
    /// What it shows, for those who don't see it.
    pub described: String,
}

/// The chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Plane {
    /// Its id and title; a description of the curves is added to what is there.
    pub words: Words,
    /// What is along.
    pub along: String,
    /// What is up.
    pub up: String,
    /// The curves, of which the first [`MOST`] are drawn.
    pub curves: Vec<Curve>,
}

impl Plane {
    /// The drawing; `None`: there is no point to draw.
    #[must_use]
    pub fn draw(&self) -> Option<String> {
        let curves: Vec<&Curve> = self
            .curves
            .iter()
            .take(MOST)
            .filter(|curve| !curve.points.is_empty())
            .collect();
        let names: Vec<&str> = curves.iter().map(|curve| curve.name.as_str()).collect();
        let (legend, rows) = legend(&names, 4.0, WIDTH);
        let top = LINE * (rows + 1) as f64 + 10.0;
        let bottom = top + PLOT.1;
        let points = || curves.iter().flat_map(|curve| &curve.points);
        let across = Scale::over(points().map(|p| p.x), (LEFT, LEFT + PLOT.0))?;
        let ends = points().flat_map(|p| [Some(p.y), p.low, p.high]).flatten();
        let upward = Scale::over(ends, (bottom, top))?;
        let mut canvas = Canvas::new(WIDTH, bottom + 40.0);
        axes(&mut canvas, (&across, &upward), (top, bottom));
        canvas.text((4.0, top - 8.0), Anchor::Start, "mark", &self.up);
        canvas.text((LEFT + PLOT.0, bottom + 34.0), Anchor::End, "mark", &self.along);
        if let Some((from, to)) = across.shared(&upward) {
            let at = |x: f64| (across.at(x), upward.at(x));
            canvas.line(at(from), at(to), "equality thin");
        }
        for (number, curve) in curves.iter().enumerate() {
            draw_curve(&mut canvas, number, curve, (&across, &upward));
        }
        draw_legend(&mut canvas, &legend);
        let told = told(
            curves
                .iter()
                .map(|curve| format!("{}: {}", curve.name, curve.described)),
        );
        let words = Words {
            description: format!("{} {told}", self.words.description),
            ..self.words.clone()
        };
        Some(canvas.finish("plane", &words))
    }
}

fn axes(canvas: &mut Canvas, (across, upward): (&Scale, &Scale), (top, bottom): (f64, f64)) {
    for (tick, text) in across.ticks() {
        let x = across.at(tick);
        canvas.line((x, top), (x, bottom), "grid");
        canvas.text((x, bottom + 16.0), Anchor::Middle, "tick", &text);
    }
    for (tick, text) in upward.ticks() {
        let y = upward.at(tick);
        canvas.line((LEFT, y), (LEFT + PLOT.0, y), "grid");
        canvas.text((LEFT - 6.0, y + 4.0), Anchor::End, "tick", &text);
    }
    canvas.line((LEFT, bottom), (LEFT + PLOT.0, bottom), "axis");
    canvas.line((LEFT, top), (LEFT, bottom), "axis");
}

fn draw_curve(canvas: &mut Canvas, number: usize, curve: &Curve, (across, upward): (&Scale, &Scale)) {
    let place = |point: &Point| (across.at(point.x), upward.at(point.y));
    let places: Vec<(f64, f64)> = curve.points.iter().map(place).collect();
    for point in &curve.points {
        if let (Some(low), Some(high)) = (point.low, point.high) {
            let x = across.at(point.x);
            canvas.line((x, upward.at(low)), (x, upward.at(high)), &format!("whisker s{number}"));
        }
    }
    if places.len() > 1 {
        canvas.through(&places, false, &format!("series s{number}"));
    }
    let step = match places.len() {
        0..=EACH => 1,
        many => many.div_ceil(SHAPES),
    };
    for point in places.into_iter().step_by(step) {
        shape(canvas, number, point);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(points: &[(f64, f64)]) -> Plane {
        let point = |(x, y): &(f64, f64)| Point {
            x: *x,
            y: *y,
            low: Some(y - 0.1),
            high: Some(y + 0.1),
        };
        Plane {
            words: Words {
                id: "c1".to_owned(),
                title: "curves".to_owned(),
                description: "Curves.".to_owned(),
            },
            along: "score".to_owned(),
            up: "share".to_owned(),
            curves: vec![Curve {
                name: "<f>".to_owned(),
                points: points.iter().map(point).collect(),
                described: "it rises".to_owned(),
            }],
        }
    }

    #[test]
    fn a_curve_has_its_points_intervals_and_words() {
        let svg = chart(&[(0.1, 0.2), (0.5, 0.5), (0.9, 0.8)]).draw().unwrap();
        assert_eq!(svg.matches("class=\"whisker s0\"").count(), 3);
        assert_eq!(svg.matches("class=\"series s0\"").count(), 1);
        assert_eq!(svg.matches("<circle").count(), 4, "three points and the legend");
        assert!(svg.contains("Curves. &lt;f&gt;: it rises."));
        assert!(svg.contains("class=\"equality thin\""));
    }

    #[test]
    fn the_line_of_equality_is_left_out_where_both_axes_share_nothing() {
        // Scores from 2 to 9 are no chances.
        let svg = chart(&[(2.0, 0.2), (9.0, 0.8)]).draw().unwrap();
        assert!(!svg.contains("equality"));
    }

    #[test]
    fn a_long_curve_has_few_shapes_and_none_has_no_chart() {
        let many: Vec<(f64, f64)> = (0..500).map(|n| (f64::from(n), f64::from(n))).collect();
        assert!(chart(&many).draw().unwrap().matches("<circle").count() <= SHAPES + 1);
        assert!(chart(&[]).draw().is_none());
    }
}
