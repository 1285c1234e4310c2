//! Selections of a group and of others, or of all groups together, put together in another way than as rates.

use super::conditional::{ROWS, SELECTED, Strata};
use super::family::Family;
use super::finding::{About, Delta, Finding, Recipe, Scale, Status};
use super::{Chosen, Ends, Place, blank};
use crate::catalogue::{Association, Contrast, Metric, Pairwise};
use crate::inference::association::{cramers_v, cramers_v_corrected, mutual_information};
use crate::inference::differential_fairness::differential_fairness;
use crate::inference::noncentral_chi_square::noncentrality;
use crate::inference::special::chi2_sf;
use crate::metrics::pairwise::{Back, estimate};

/// What each outcome's count gets in the chances of differential fairness (a Dirichlet prior of one in all).
const SMOOTHING: f64 = 0.5;

/// How an ε goes into a number: added or taken away.
pub(super) type Factor = f64;

/// A number that grows with how far a χ² is from what chance makes of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Strength {
    /// χ² over its design effect.
    statistic: f64,
    df: f64,
    /// The number per unit of noncentrality.
    unit: f64,
    /// The number is the root of that.
    root: bool,
    most: f64,
}

impl Strength {
    /// Of a number that is the root of the noncentrality times `unit`, at most 1.
    pub(super) fn root(statistic: f64, df: f64, unit: f64) -> Self {
        Self {
            statistic,
            df,
            unit,
            root: true,
            most: 1.0,
        }
    }

    pub(super) fn interval(&self, level: f64) -> Option<(Ends, &'static str)> {
        let found = noncentrality(self.statistic, self.df, level)?;
        let told = |noncentrality: f64| {
            let number = noncentrality * self.unit;
            (if self.root { number.sqrt() } else { number }).min(self.most)
        };
        Some((
            Ends::new(told(found.low), told(found.high))?,
            "noncentral chi-square, Rao-Scott",
        ))
    }
}

/// A table of groups by yes and no, of independent people as far as its design effect makes them.
struct Table {
    cells: Vec<Vec<f64>>,
    rows: f64,
    /// Sum of the design effects over the degrees of freedom.
    effects: f64,
    df: f64,
}

impl Place<'_> {
    /// A number of a group's selections and others'.
    pub(super) fn pairwise(&self, metric: Metric, how: Pairwise, findings: &mut Vec<Finding>) {
        for group in self.in_scope() {
            let by_everybody = how.by_everybody();
            let reference = if by_everybody { &Chosen::Rest } else { self.reference };
            let others: Vec<usize> = match reference {
                Chosen::Nobody => continue,
                Chosen::Group(other) if *other == group => continue,
                Chosen::Group(other) => vec![*other],
                Chosen::Rest => self.known_but(group),
                Chosen::Overall => self.in_scope(),
            };
            let contrast = how.contrasts()[0];
            let mut finding = blank(self.about(group), self.outcome, metric, contrast);
            finding.status = if by_everybody {
                self.status(group)
            } else {
                self.compared(group)
            };
            if !by_everybody {
                finding.reference = self.reference_name();
            }
            findings.push(self.one_pairwise(how, group, others, finding));
        }
    }

    /// The other groups of known attribute.
    fn known_but(&self, group: usize) -> Vec<usize> {
        let groups = &self.groups().groups;
        self.in_scope()
            .into_iter()
            .filter(|&other| other != group && groups[other].is_known())
            .collect()
    }

    fn one_pairwise(&self, how: Pairwise, group: usize, others: Vec<usize>, mut finding: Finding) -> Finding {
        let strata = Strata::one(self.groups(), group, others);
        let numbers = strata.numbers(self.outcome, SELECTED, ROWS);
        (finding.subjects, finding.rows) = strata.behind(self.outcome, ROWS);
        let found = match estimate(how, numbers[0]) {
            Ok(found) => found,
            Err(reason) => {
                finding.status = Status::Undefined(reason);
                return finding;
            }
        };
        let told = found.back.told(found.value);
        finding.estimate = Some(told);
        let spread = found
            .gradient
            .and_then(|gradient| strata.spread(self.outcome, SELECTED, ROWS, &[gradient]));
        let Some(spread) = spread else {
            return finding;
        };
        let mut error = spread.variance.sqrt();
        finding.standard_error = Some(error);
        finding.df = Some(spread.df).filter(|df| df.is_finite());
        let is_share = matches!(how, Pairwise::SelectionShare | Pairwise::Dice) && told > 0.0 && told < 1.0;
        let (value, scale) = match found.back {
            Back::Exp => (told, Scale::Log),
            Back::Size => (found.value, Scale::Size),
            Back::Square => (found.value, Scale::Square),
            Back::Plain if is_share => {
                error /= told * (1.0 - told);
                (told, Scale::Logit)
            }
            Back::Plain => (told, Scale::Plain),
        };
        finding.with_interval(
            self.plan,
            Recipe::Delta(Delta {
                value,
                error,
                df: spread.df,
                scale,
                how: "linearised",
            }),
        )
    }

    /// A number of all judged groups together.
    pub(super) fn association(&self, metric: Metric, how: Association) -> Finding {
        let about = About::Extremes {
            grouping: self.grouping,
            names: None,
        };
        let mut finding = blank(about, self.outcome, metric, Contrast::Value);
        let rates: &[&str] = match how {
            Association::Separation => &["true_positive_rate", "false_positive_rate"],
            Association::Sufficiency => &["positive_predictive_value", "false_omission_rate"],
            Association::BiasAmplification => &["selection_rate", "base_rate"],
            _ => &["selection_rate"],
        };
        let families: Vec<Family> = rates
            .iter()
            .filter_map(|id| Metric::find(id))
            .map(|rate| self.family(rate))
            .collect();
        for side in &families[0].sides {
            finding.subjects += side.point.behind.subjects;
            finding.rows += side.point.behind.rows;
        }
        let told = match how {
            Association::DifferentialFairness | Association::BiasAmplification => self.fairness(families, &mut finding),
            _ => self.strength(how, &families, &mut finding),
        };
        if let Err(reason) = told {
            finding.status = Status::Undefined(reason);
        }
        finding
    }

    /// Cramér's V and informations, with the χ² behind them.
    fn strength(&self, how: Association, families: &[Family], finding: &mut Finding) -> Result<(), &'static str> {
        let tables: Vec<Table> = families.iter().filter_map(table).collect();
        if tables.is_empty() {
            return Err("fewer-than-two-groups");
        }
        let rows: f64 = tables.iter().map(|table| table.rows).sum();
        let df: f64 = tables.iter().map(|table| table.df).sum();
        let effect = tables.iter().map(|table| table.effects).sum::<f64>() / df;
        let first = &tables[0];
        let information = |table: &Table| mutual_information(&table.cells);
        // Twice the rows times the information is the likelihood ratio statistic, which is nearly Pearson's.
        let nats: f64 = tables
            .iter()
            .filter_map(|table| Some(information(table)?.nats * table.rows / rows))
            .sum();
        let entropy: f64 = tables
            .iter()
            .filter_map(|table| Some(information(table)?.group_entropy * table.rows / rows))
            .sum();
        let phi2 = cramers_v(&first.cells).map(|v| v * v);
        let (told, statistic, unit) = match how {
            Association::CramersV | Association::CramersVCorrected => {
                let phi2 = phi2.ok_or("fewer-than-two-groups")?;
                let told = if how == Association::CramersV {
                    phi2.sqrt()
                } else {
                    let scaled: Vec<Vec<f64>> = first
                        .cells
                        .iter()
                        .map(|row| row.iter().map(|count| count / effect).collect())
                        .collect();
                    cramers_v_corrected(&scaled).ok_or("too-few-subjects")?
                };
                (told, rows * phi2, effect / rows)
            }
            Association::MutualInformation => (nats, 2.0 * rows * nats, effect / (2.0 * rows)),
            _ => (nats / entropy, 2.0 * rows * nats, effect / (2.0 * rows * entropy)),
        };
        if !told.is_finite() {
            return Err("fewer-than-two-groups");
        }
        finding.estimate = Some(told);
        if !families.iter().all(|family| self.is_complete(family)) {
            finding.status = Status::Unjudged("group-undefined");
        }
        if effect <= 0.0 || !effect.is_finite() {
            return Ok(());
        }
        let statistic = statistic / effect;
        // The hypothesis of V is that of the informations without a condition: tested once.
        if matches!(
            how,
            Association::CramersV | Association::Separation | Association::Sufficiency
        ) && finding.status == Status::Ok
        {
            finding.test = chi2_sf(statistic, df).map(|p| ("chi-square, Rao-Scott".to_owned(), p));
        }
        let recipe = Recipe::Strength(Strength {
            statistic,
            df,
            unit,
            root: matches!(how, Association::CramersV | Association::CramersVCorrected),
            most: match how {
                Association::MutualInformation => std::f64::consts::LN_2,
                _ => 1.0,
            },
        });
        *finding = finding.clone().with_interval(self.plan, recipe);
        Ok(())
    }

    /// Differential fairness of the decisions, less that of the labels where asked.
    fn fairness(&self, families: Vec<Family>, finding: &mut Finding) -> Result<(), &'static str> {
        let mut told = 0.0;
        let parts: Vec<(Family, Factor)> = families.into_iter().zip([1.0, -1.0]).collect();
        for (family, factor) in &parts {
            let cells = counts(family).ok_or("fewer-than-two-groups")?;
            let found = differential_fairness(&cells, SMOOTHING).ok_or("fewer-than-two-groups")?;
            told += factor * found.epsilon;
            if parts.len() == 1 {
                finding.about = About::Extremes {
                    grouping: self.grouping,
                    names: Some((family.names[found.lowest].clone(), family.names[found.highest].clone())),
                };
            }
        }
        finding.estimate = Some(told);
        if !parts.iter().all(|(family, _)| self.is_complete(family)) {
            finding.status = Status::Unjudged("group-undefined");
        }
        *finding = finding.clone().with_interval(self.plan, Recipe::Epsilon(parts));
        Ok(())
    }
}

/// Yes and no of each group; `None` for fewer than two groups.
fn counts(family: &Family) -> Option<Vec<Vec<f64>>> {
    let cells: Vec<Vec<f64>> = family
        .sides
        .iter()
        .map(|side| {
            let (x, n) = (side.point.numerator?, side.point.denominator?);
            Some(vec![x, n - x])
        })
        .collect::<Option<_>>()?;
    (cells.len() > 1).then_some(cells)
}

/// The table of a family of rates; `None` when it has fewer than two groups, or all are alike.
///
/// The design effects add up to the mean of Pearson's χ² under equality, Σ n V(r − p)/(p (1 − p)), with the variances of
/// people that equality would give (J. N. K. Rao and A. J. Scott, Annals of Statistics 12 (1984), 46–60: the first-order
/// correction).
fn table(family: &Family) -> Option<Table> {
    let cells = counts(family)?;
    let sizes: Vec<f64> = cells.iter().map(|row| row.iter().sum()).collect();
    let rows: f64 = sizes.iter().sum();
    let common = cells.iter().map(|row| row[0]).sum::<f64>() / rows;
    if common <= 0.0 || common >= 1.0 {
        return None;
    }
    let mut effects = 0.0;
    for (i, side) in family.sides.iter().enumerate() {
        let own = side.point.null_variance(common)?;
        effects += sizes[i] * own;
        for j in 0..sizes.len() {
            let shared = if i == j { own } else { family.covariance[i][j] };
            effects -= sizes[i] * sizes[j] / rows * shared;
        }
    }
    Some(Table {
        effects: effects / (common * (1.0 - common)),
        df: sizes.len() as f64 - 1.0,
        rows,
        cells,
    })
}

/// Bounds of an ε that hold for all pairs of groups at once; of a difference of two, each at half the error.
pub(super) fn epsilon_interval(parts: &[(Family, Factor)], level: f64) -> Option<(Ends, &'static str)> {
    let each = 1.0 - (1.0 - level) / parts.len() as f64;
    let (mut low, mut high) = (0.0, 0.0);
    for (family, factor) in parts {
        let (l, h) = epsilon_ends(family, each)?;
        let (l, h) = if *factor > 0.0 { (l, h) } else { (-h, -l) };
        low += l;
        high += h;
    }
    Some((Ends::new(low, high)?, "simultaneous pairwise bounds of logarithms"))
}

fn epsilon_ends(family: &Family, level: f64) -> Option<(f64, f64)> {
    let reach = family.critical(level)?;
    let rates: Vec<f64> = counts(family)?
        .iter()
        .map(|row| (row[0] + SMOOTHING) / (row[0] + row[1] + 2.0 * SMOOTHING))
        .collect();
    let (mut low, mut high) = (0.0f64, 0.0f64);
    for i in 0..rates.len() {
        for j in 0..i {
            for other in [false, true] {
                let [r, q] = [rates[i], rates[j]].map(|rate| if other { 1.0 - rate } else { rate });
                let v = |a: usize, b: usize| family.covariance[a][b];
                let variance = v(i, i) / (r * r) + v(j, j) / (q * q) - 2.0 * v(i, j) / (r * q);
                let (gap, half) = ((r / q).ln().abs(), reach * variance.max(0.0).sqrt());
                low = low.max(gap - half);
                high = high.max(gap + half);
            }
        }
    }
    Some((low, high))
}
