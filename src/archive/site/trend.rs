//! A series as a picture: the number that decided, its interval, the threshold, and where the threshold was moved.

use super::change::Change;
use super::series::Point;

/// Audits in a picture; the last ones, where there are more.
pub(super) const MOST: usize = 260;

const WIDTH: f64 = 860.0;
const HEIGHT: f64 = 236.0;
const LEFT: f64 = 52.0;
const RIGHT: f64 = 16.0;
/// Room for texts above one another, so that thresholds moved one soon after the other can be read.
const TOP: f64 = 52.0;
const ROWS: usize = 3;
const BOTTOM: f64 = 28.0;

/// A picture, ready to be filled into a template; all numbers are coordinates.
#[derive(Debug, Clone, Default)]
pub(super) struct Trend {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) base: f64,
    /// Ticks of the vertical axis: place and text.
    pub(super) ticks: Vec<(String, String)>,
    /// Estimates as a path.
    pub(super) line: String,
    pub(super) dots: Vec<Dot>,
    /// Thresholds as paths of steps.
    pub(super) thresholds: Vec<String>,
    /// Where a threshold was moved.
    pub(super) moves: Vec<Move>,
    pub(super) first_day: String,
    pub(super) last_day: String,
}

/// An audit in a picture.
#[derive(Debug, Clone)]
pub(super) struct Dot {
    pub(super) x: String,
    pub(super) y: String,
    pub(super) low: String,
    pub(super) high: String,
    /// `pass`, `fail` or `inconclusive`.
    pub(super) verdict: String,
    pub(super) sequence: u64,
    /// What a pointer shows.
    pub(super) words: String,
    /// A cross in place of a dot, so that colour is not the only carrier.
    pub(super) cross: String,
}

/// A threshold that was moved.
#[derive(Debug, Clone)]
pub(super) struct Move {
    pub(super) x: String,
    pub(super) text_x: String,
    /// `start` or `end`, so that the text stays inside.
    pub(super) anchor: &'static str,
    pub(super) text_y: String,
    pub(super) loosened: bool,
    pub(super) words: String,
}

/// A number with at most four digits after the point.
pub(super) fn plain(value: f64) -> String {
    let text = format!("{value:.4}");
    let short = text.trim_end_matches('0').trim_end_matches('.');
    if short == "-0" {
        "0".to_owned()
    } else {
        short.to_owned()
    }
}

fn at(value: f64) -> String {
    format!("{value:.1}")
}

/// The picture of a series.
pub(super) fn trend(points: &[Point<'_>], changes: &[Change]) -> Trend {
    let points = &points[points.len().saturating_sub(MOST)..];
    let numbers = points.iter().flat_map(|point| {
        let answer = point.answer();
        let gate = point.gate;
        [
            answer.and_then(|a| a.estimate),
            answer.and_then(|a| a.low),
            answer.and_then(|a| a.high),
            gate.and_then(|g| g.min),
            gate.and_then(|g| g.max),
        ]
    });
    let (lowest, highest) = numbers
        .flatten()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
            (low.min(x), high.max(x))
        });
    let (lowest, highest) = match highest - lowest {
        span if !span.is_finite() => (0.0, 1.0),
        span => {
            let margin = if span > 0.0 { span * 0.08 } else { 0.1 };
            (lowest - margin, highest + margin)
        }
    };
    let base = HEIGHT - BOTTOM;
    let step = (WIDTH - LEFT - RIGHT) / points.len().max(1) as f64;
    let x = |index: usize| LEFT + step * (index as f64 + 0.5);
    let y = |value: f64| base - (value - lowest) / (highest - lowest) * (base - TOP);
    let last = |point: Option<&Point<'_>>| point.map_or_else(String::new, |point| point.audit.as_of.clone());
    Trend {
        width: WIDTH,
        height: HEIGHT,
        left: LEFT,
        right: WIDTH - RIGHT,
        base,
        ticks: ticks(lowest, highest)
            .into_iter()
            .map(|tick| (at(y(tick)), plain(tick)))
            .collect(),
        line: line(points, &x, &y),
        dots: dots(points, &x, &y),
        thresholds: vec![
            steps(points, |point| point.gate?.min, step, &x, &y),
            steps(points, |point| point.gate?.max, step, &x, &y),
        ]
        .into_iter()
        .filter(|path| !path.is_empty())
        .collect(),
        moves: moves(points, changes, step, &x),
        first_day: last(points.first()),
        last_day: last(points.last()),
    }
}

/// Round numbers in a range: at most six.
fn ticks(lowest: f64, highest: f64) -> Vec<f64> {
    let rough = (highest - lowest) / 5.0;
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .iter()
        .map(|m| m * power)
        .find(|s| *s >= rough)
        .unwrap_or(rough);
    let first = (lowest / step).ceil();
    let count = ((highest / step).floor() - first).clamp(0.0, 10.0) as u32;
    (0..=count).map(|i| (first + f64::from(i)) * step).collect()
}

fn line(points: &[Point<'_>], x: &dyn Fn(usize) -> f64, y: &dyn Fn(f64) -> f64) -> String {
    let mut path = String::new();
    let mut drawn = false;
    for (index, point) in points.iter().enumerate() {
        match point.answer().and_then(|answer| answer.estimate) {
            Some(estimate) => {
                path.push_str(&format!(
                    "{}{} {} ",
                    if drawn { 'L' } else { 'M' },
                    at(x(index)),
                    at(y(estimate))
                ));
                drawn = true;
            }
            // Where nothing is known, no line may lead over it.
            None => drawn = false,
        }
    }
    path.trim_end().to_owned()
}

fn dots(points: &[Point<'_>], x: &dyn Fn(usize) -> f64, y: &dyn Fn(f64) -> f64) -> Vec<Dot> {
    let dot = |(index, point): (usize, &Point<'_>)| {
        let (gate, answer) = (point.gate?, point.answer()?);
        let estimate = answer.estimate?;
        let (across, up) = (x(index), y(estimate));
        let interval = match (answer.low, answer.high) {
            (Some(low), Some(high)) => format!(" ({} to {})", plain(low), plain(high)),
            _ => String::new(),
        };
        Some(Dot {
            x: at(across),
            y: at(up),
            low: at(y(answer.low.unwrap_or(estimate))),
            high: at(y(answer.high.unwrap_or(estimate))),
            verdict: gate.verdict.clone(),
            sequence: point.entry.sequence,
            words: format!(
                "entry {}, {}: {} of {} {}{interval}, {}; accepted: {}",
                point.entry.sequence,
                point.audit.as_of,
                plain(estimate),
                answer.attribute,
                answer.group,
                gate.verdict,
                super::change::limits(gate.min, gate.max)
            ),
            cross: format!("M{} {} l8 8 m0 -8 l-8 8", at(across - 4.0), at(up - 4.0)),
        })
    };
    points.iter().enumerate().filter_map(dot).collect()
}

/// A threshold as a line that steps half-way between two audits.
fn steps(
    points: &[Point<'_>],
    of: impl Fn(&Point<'_>) -> Option<f64>,
    step: f64,
    x: &dyn Fn(usize) -> f64,
    y: &dyn Fn(f64) -> f64,
) -> String {
    let mut path = String::new();
    let mut drawn = false;
    for (index, point) in points.iter().enumerate() {
        let Some(value) = of(point) else {
            drawn = false;
            continue;
        };
        let height = at(y(value));
        let begins = if drawn { 'L' } else { 'M' };
        path.push_str(&format!(
            "{begins}{} {height} L{} {height} ",
            at(x(index) - step / 2.0),
            at(x(index) + step / 2.0)
        ));
        drawn = true;
    }
    path.trim_end().to_owned()
}

fn moves(points: &[Point<'_>], changes: &[Change], step: f64, x: &dyn Fn(usize) -> f64) -> Vec<Move> {
    let place = |change: &Change| points.iter().position(|point| point.entry.sequence == change.sequence);
    changes
        .iter()
        .enumerate()
        .filter_map(|(number, change)| {
            let across = x(place(change)?) - step / 2.0;
            let right = across > WIDTH * 0.6;
            Some(Move {
                x: at(across),
                text_x: at(if right { across - 5.0 } else { across + 5.0 }),
                anchor: if right { "end" } else { "start" },
                text_y: at(12.0 + 14.0 * (number % ROWS) as f64),
                loosened: change.loosened,
                words: change.short.clone(),
            })
        })
        .collect()
}
