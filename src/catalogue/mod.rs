//! What a metric is, as data: its name, meaning, formula, direction, needs, source, and what peers call it.
//!
//! The catalogue stands leftmost and imports nothing, so that the spec, the plan and the report can all read it.
//! How a metric is *estimated* follows from its [`Formula`]; see [`crate::metrics`].

use std::collections::BTreeSet;

mod along;
mod association;
mod classes;
mod conditional;
mod crossed;
pub mod custom;
mod distributions;
mod frequency;
mod labels;
mod listed;
mod lists;
pub mod presets;
mod price;
mod rates;
mod representation;
mod small_groups;
mod value;

pub use listed::{ListSide, Listed, Unfairness};

/// A sum over the rows or people of a group. All metrics are functions of these.
///
/// "Row" below means an audited row of the outcome: one with a decision. With a `count` column a row counts
/// that many times; with a `weight` column it counts by its weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Measure {
    /// Rows.
    Rows,
    /// Rows that were selected.
    Selected,
    /// People with at least one row.
    Subjects,
    /// People who were selected at least once.
    EverSelected,
    /// Sum over people of the person's own selection rate.
    OwnRate,
    /// Rows whose label is known.
    Labelled,
    /// Selected rows whose label is known.
    LabelledSelected,
    /// Rows whose label is positive.
    Actual,
    /// Selected rows whose label is positive.
    TruePositive,
    /// Rows with a known value.
    ValueRows,
    /// Sum of values.
    Value,
    /// Selected rows with a known value.
    SelectedValueRows,
    /// Sum of values over selected rows.
    SelectedValue,
    /// Rows with a known value and a list price above 0.
    ListedRows,
    /// Sum of values over these rows.
    ListedValue,
    /// Sum of list prices over these rows.
    ListPrice,
    /// Rows with a value above 0.
    LoggedRows,
    /// Sum of natural logarithms of values over these rows.
    LogValue,
}

impl Measure {
    /// All measures, in the order in which a tally stores them.
    pub const ALL: [Measure; 18] = [
        Measure::Rows,
        Measure::Selected,
        Measure::Subjects,
        Measure::EverSelected,
        Measure::OwnRate,
        Measure::Labelled,
        Measure::LabelledSelected,
        Measure::Actual,
        Measure::TruePositive,
        Measure::ValueRows,
        Measure::Value,
        Measure::SelectedValueRows,
        Measure::SelectedValue,
        Measure::ListedRows,
        Measure::ListedValue,
        Measure::ListPrice,
        Measure::LoggedRows,
        Measure::LogValue,
    ];

    /// The name in files.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Measure::Rows => "rows",
            Measure::Selected => "selected",
            Measure::Subjects => "subjects",
            Measure::EverSelected => "ever_selected",
            Measure::OwnRate => "own_rate",
            Measure::Labelled => "labelled",
            Measure::LabelledSelected => "labelled_selected",
            Measure::Actual => "actual",
            Measure::TruePositive => "true_positive",
            Measure::ValueRows => "value_rows",
            Measure::Value => "value",
            Measure::SelectedValueRows => "selected_value_rows",
            Measure::SelectedValue => "selected_value",
            Measure::ListedRows => "listed_rows",
            Measure::ListedValue => "listed_value",
            Measure::ListPrice => "list_price",
            Measure::LoggedRows => "logged_rows",
            Measure::LogValue => "log_value",
        }
    }

    /// The measure of this name.
    #[must_use]
    pub fn find(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|measure| measure.id() == id)
    }

    /// Whether it needs a label.
    #[must_use]
    pub fn is_of_labels(self) -> bool {
        matches!(
            self,
            Measure::Labelled | Measure::LabelledSelected | Measure::Actual | Measure::TruePositive
        )
    }

    /// Whether it needs a value.
    #[must_use]
    pub fn is_of_values(self) -> bool {
        matches!(
            self,
            Measure::ValueRows | Measure::Value | Measure::SelectedValueRows | Measure::SelectedValue
        ) || self.is_of_lists()
            || self.is_of_logs()
    }

    /// Whether it needs a list price.
    #[must_use]
    pub fn is_of_lists(self) -> bool {
        matches!(self, Measure::ListedRows | Measure::ListedValue | Measure::ListPrice)
    }

    /// Whether it is of logarithms of values.
    #[must_use]
    pub fn is_of_logs(self) -> bool {
        matches!(self, Measure::LoggedRows | Measure::LogValue)
    }

    /// Whether it is a sum of numbers of rows, and not a count.
    #[must_use]
    pub fn is_amount(self) -> bool {
        matches!(
            self,
            Measure::Value | Measure::SelectedValue | Measure::ListedValue | Measure::ListPrice | Measure::LogValue
        )
    }

    /// The measure that counts the rows of which this one is a sum: itself, unless it is a sum of list prices.
    #[must_use]
    pub fn counted(self) -> Measure {
        match self {
            Measure::ListPrice | Measure::ListedValue => Measure::ListedRows,
            _ => self,
        }
    }

    /// How often a row counts, by its decision and its label (`None`: not known); `None` for what decision and label do
    /// not tell.
    #[must_use]
    pub fn of_row(self, selected: bool, label: Option<bool>) -> Option<i64> {
        let counts = match self {
            Measure::Rows => true,
            Measure::Selected => selected,
            Measure::Labelled => label.is_some(),
            Measure::LabelledSelected => label.is_some() && selected,
            Measure::Actual => label == Some(true),
            Measure::TruePositive => label == Some(true) && selected,
            _ => return None,
        };
        Some(i64::from(counts))
    }
}

/// A linear combination of measures with integer coefficients.
pub type Linear = &'static [(Measure, i32)];

/// How a metric is computed from the sums.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Formula {
    /// `numerator / denominator`.
    Ratio {
        /// Numerator.
        numerator: Linear,
        /// Denominator.
        denominator: Linear,
    },
    /// The mean of two other metrics.
    Mean(Metric, Metric),
    /// A plain ratio, compared within strata.
    Conditional {
        /// Numerator and denominator.
        of: custom::Ratio,
        /// How strata are put together.
        how: Conditional,
    },
    /// How a number is spread over rows or people.
    Distribution(Distribution),
    /// Selections of a group and of others, put together in another way than as rates.
    Pairwise(Pairwise),
    /// Selections of all groups together.
    Association(Association),
    /// A group's share of the people in the log, against a population.
    Representation,
    /// What combinations of columns show.
    Crossing(Crossing),
    /// What a small group can say.
    Small(Small),
    /// What groups show along a factor that is followed: stages, periods, systems, arms.
    Along(Along),
    /// What lists show.
    List(Listed),
    /// No value of its own: the larger of two metrics' absolute gaps (and the smaller of their ratios).
    Worst(Metric, Metric),
}

/// What combinations of columns show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crossing {
    /// The gap of the worst-off group that a search has found.
    Subgroup,
    /// How surely columns tell the group.
    Auc,
    /// How much of the uncertainty about the group they take away.
    Information,
    /// The gap to others who are alike.
    MatchedGap,
    /// How often two who are alike are treated differently.
    Differently,
    /// How alike those who are alike are treated, whatever their group.
    Consistency,
    /// The gap of rates in which everybody counts by the chance to be in the group.
    Weighted,
}

/// What a small group can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Small {
    /// Its rate, drawn toward the others'.
    Shrunken,
    /// How probable it is that its ratio to the reference lies below a threshold.
    Below,
}

/// What groups show along a factor that is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Along {
    /// A stage of a funnel: its rate, and its part in the gap and the ratio of the whole funnel.
    Stage,
    /// How the gap changes from period to period.
    Trend,
    /// The gap of all periods so far, with an interval for any number of looks.
    Sequence,
    /// Whether the gap has moved from what it was.
    Cusum,
    /// The gap under one system less that under another.
    Systems,
    /// The rate with a treatment less that without.
    Uplift,
}

impl Along {
    /// The contrasts that it has.
    #[must_use]
    pub fn contrasts(self) -> &'static [Contrast] {
        match self {
            Along::Stage => &[Contrast::Value, Contrast::Gap, Contrast::Ratio],
            Along::Uplift => &[Contrast::Value, Contrast::Gap],
            Along::Trend | Along::Sequence | Along::Cusum | Along::Systems => &[Contrast::Gap],
        }
    }
}

/// How comparisons within strata are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conditional {
    /// Rates of a population with everybody's spread over the strata.
    Standardised,
    /// Common ratio of rates (Mantel-Haenszel).
    RiskRatio,
    /// Common odds ratio (Mantel-Haenszel).
    OddsRatio,
    /// Common difference of rates (Mantel-Haenszel).
    RiskDifference,
    /// Share among those not selected less share among the selected.
    Disparity,
    /// Part of the gap that different spreads over the strata make.
    Composition,
    /// Part of the gap that different rates within strata make.
    Rates,
    /// Odds ratio of a logistic regression with an intercept for each stratum.
    AdjustedOdds,
    /// Of means of logarithms: by how many times the common difference is more than equal, less 1.
    Premium,
    /// Share of the strata in which the means differ at all.
    Differing,
    /// A part of the gap by regressions on the factors of the strata.
    Oaxaca(Oaxaca),
}

/// The parts of a gap by regressions of the group and of the reference on the same factors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Oaxaca {
    /// What different factors make, at the reference's coefficients.
    Explained,
    /// What different coefficients make, at the group's factors.
    Unexplained,
    /// What different factors make, at the coefficients of both together.
    ExplainedPooled,
    /// What is left of the gap then.
    UnexplainedPooled,
    /// What different coefficients make, at the reference's factors.
    Coefficients,
    /// What different factors and coefficients make together.
    Interaction,
}

/// A number of two counts of the group, selected and all, and two of others. Which others: the reference, or for
/// [`Self::by_everybody`] all other groups of known attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pairwise {
    /// Ratio of odds.
    OddsRatio,
    /// Difference of arcsines.
    CohensH,
    /// Correlation of group and decision.
    Phi,
    /// Divergence of the group's decisions from the reference's.
    KullbackLeibler,
    /// The symmetric divergence.
    JensenShannon,
    /// Distance of square roots of shares.
    Hellinger,
    /// Half the sum of distances of shares.
    TotalVariation,
    /// Root of the sum of their squares.
    Euclidean,
    /// Share of all selections.
    SelectionShare,
    /// Fewer rows than the reference has.
    ClassImbalance,
    /// Logarithm of the ratio to everybody's rate.
    PointwiseInformation,
    /// Overlap of group and selection.
    Dice,
}

impl Pairwise {
    /// Whether the others are all other groups, whatever the reference is.
    #[must_use]
    pub fn by_everybody(self) -> bool {
        self.contrasts() == [Contrast::Value]
    }

    /// The contrasts that it has.
    #[must_use]
    pub fn contrasts(self) -> &'static [Contrast] {
        match self {
            Pairwise::OddsRatio => &[Contrast::Ratio],
            Pairwise::SelectionShare | Pairwise::PointwiseInformation | Pairwise::Dice => &[Contrast::Value],
            _ => &[Contrast::Gap],
        }
    }
}

/// The number of a row or a person whose distribution is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Variable {
    /// The score of a row.
    Score,
    /// The value of a row.
    Value,
    /// The predicted less the true value of a row.
    Error,
    /// The same as a share of the size of the true value, where that is not 0.
    RelativeError,
    /// Both the error and the true value of rows with a prediction.
    Fit,
    /// What a person gains.
    Benefit,
    /// How many rows a person has.
    Contacts,
    /// How often a person was selected.
    Selections,
    /// 1 for a person who was selected more often than the cap allows, else 0.
    Capped,
    /// The class that a row was put into, and the one that is right.
    Class,
    /// Nothing but the decision and the label: no metric is of it, searches are.
    Decision,
}

impl Variable {
    /// Those that metrics are of.
    pub const ALL: [Variable; 10] = [
        Variable::Score,
        Variable::Value,
        Variable::Error,
        Variable::RelativeError,
        Variable::Fit,
        Variable::Benefit,
        Variable::Contacts,
        Variable::Selections,
        Variable::Capped,
        Variable::Class,
    ];

    /// Whether it is a number of a person, known when all of their rows are.
    #[must_use]
    pub fn is_of_people(self) -> bool {
        matches!(
            self,
            Variable::Benefit | Variable::Contacts | Variable::Selections | Variable::Capped
        )
    }
}

/// What is said of a distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Distribution {
    /// Mean of the scores.
    MeanScore,
    /// Chance that a positive has a higher score than a negative.
    Auc,
    /// The same of the group's positives and the reference's negatives.
    CrossAuc,
    /// Mean precision over the positives, by falling score.
    AveragePrecision,
    /// Mean squared distance of score and label.
    Brier,
    /// Mean surprise.
    LogLoss,
    /// Mean score of the negatives.
    GeneralizedFalsePositive,
    /// Mean of 1 less the score of the positives.
    GeneralizedFalseNegative,
    /// Share of positives less mean score.
    CalibrationInTheLarge,
    /// Slope of the label on the logit of the score.
    CalibrationSlope,
    /// Intercept of the label with the logit of the score as offset.
    CalibrationIntercept,
    /// Mean distance of score and label over bins of equal size.
    CalibrationError,
    /// What of it chance would make.
    CalibrationErrorByChance,
    /// A quantile, in per cent.
    Quantile(Variable, u8),
    /// Chance that the group's is higher than the reference's.
    Superiority(Variable),
    /// Largest distance of the shares at or below a number.
    KolmogorovSmirnov(Variable),
    /// Mean distance of quantiles.
    Wasserstein(Variable),
    /// Gap of means by the pooled standard deviation.
    CohensD(Variable),
    /// Mean size of the error.
    MeanAbsolute,
    /// Root of the mean squared error.
    RootMeanSquare,
    /// Mean of the error.
    Bias,
    /// Mean size of the error as a share of the value.
    MeanAbsolutePercentage,
    /// Share of the variance that predictions account for.
    RSquared,
    /// A mean over people.
    Mean(Variable),
    /// Mean benefit.
    MeanBenefit,
    /// Generalised entropy of benefits.
    GeneralizedEntropy(f64),
    /// Coefficient of variation of benefits.
    Variation,
    /// Gini coefficient of benefits.
    Gini,
    /// Atkinson index of benefits.
    Atkinson(f64),
    /// Generalised entropy if everybody had the mean of their group.
    EntropyBetween(f64),
    /// What of generalised entropy is within groups.
    EntropyWithin(f64),
    /// How well rows are put into classes.
    ClassQuality(ClassQuality),
    /// How unlike the classes are that a group's rows and others' are put into.
    ClassDistance(ClassDistance),
    /// Cramér's V of groups and classes.
    ClassCramersV,
}

/// How well rows are put into several classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClassQuality {
    /// Share of rows in the right class.
    Accuracy,
    /// Mean over classes of the share of its rows that were put there.
    Recall,
    /// Mean over classes of the share that is right of what was put there.
    Precision,
    /// Mean over classes of the harmonic mean of both.
    F1,
}

/// What of two sides' classes is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClassDistance {
    /// The shares of the classes that rows are put into.
    Decisions,
    /// The same among the rows of each right class, and the mean of the distances.
    Odds,
    /// The mean of those shares over the right classes, and then the distance.
    Balanced,
    /// The share that is put right of the rows of each class.
    Recalls,
}

impl Distribution {
    /// What is distributed.
    #[must_use]
    pub fn variable(self) -> Variable {
        match self {
            Distribution::Quantile(of, _)
            | Distribution::Mean(of)
            | Distribution::Superiority(of)
            | Distribution::KolmogorovSmirnov(of)
            | Distribution::Wasserstein(of)
            | Distribution::CohensD(of) => of,
            Distribution::MeanAbsolute | Distribution::RootMeanSquare | Distribution::Bias => Variable::Error,
            Distribution::MeanAbsolutePercentage => Variable::RelativeError,
            Distribution::RSquared => Variable::Fit,
            Distribution::MeanBenefit
            | Distribution::GeneralizedEntropy(_)
            | Distribution::Variation
            | Distribution::Gini
            | Distribution::Atkinson(_)
            | Distribution::EntropyBetween(_)
            | Distribution::EntropyWithin(_) => Variable::Benefit,
            Distribution::ClassQuality(_) | Distribution::ClassDistance(_) | Distribution::ClassCramersV => {
                Variable::Class
            }
            _ => Variable::Score,
        }
    }

    /// Over how many sides it is: a group's alone, a group's and others', all groups'.
    #[must_use]
    pub fn sides(self) -> Sides {
        match self {
            Distribution::CrossAuc
            | Distribution::Superiority(_)
            | Distribution::KolmogorovSmirnov(_)
            | Distribution::Wasserstein(_)
            | Distribution::CohensD(_)
            | Distribution::ClassDistance(_) => Sides::Two,
            Distribution::EntropyBetween(_) | Distribution::EntropyWithin(_) | Distribution::ClassCramersV => {
                Sides::All
            }
            _ => Sides::One,
        }
    }

    /// The contrasts that it has.
    #[must_use]
    pub fn contrasts(self) -> &'static [Contrast] {
        match self {
            Distribution::CrossAuc => &[Contrast::Value, Contrast::Gap],
            Distribution::Superiority(_)
            | Distribution::EntropyBetween(_)
            | Distribution::EntropyWithin(_)
            | Distribution::ClassCramersV => &[Contrast::Value],
            Distribution::ClassDistance(_) => &[Contrast::Gap, Contrast::MaxGap],
            Distribution::KolmogorovSmirnov(_) | Distribution::Wasserstein(_) | Distribution::CohensD(_) => {
                &[Contrast::Gap]
            }
            Distribution::CalibrationErrorByChance => &[Contrast::Value],
            Distribution::Quantile(..) => &[Contrast::Value, Contrast::Gap, Contrast::Ratio],
            // Numbers that may be negative or rightly 0 have no ratio.
            Distribution::CalibrationInTheLarge
            | Distribution::CalibrationIntercept
            | Distribution::Bias
            | Distribution::RSquared => &[Contrast::Value, Contrast::Gap, Contrast::MaxGap],
            _ => &Contrast::ALL,
        }
    }
}

/// Over how many sides a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sides {
    /// A group's alone, to be compared with others'.
    One,
    /// A group's and others'.
    Two,
    /// All groups'.
    All,
}

/// How group and decision go together over all groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Association {
    /// Cramér's V.
    CramersV,
    /// The same, corrected for bias.
    CramersVCorrected,
    /// Mutual information of group and decision.
    MutualInformation,
    /// The same by the entropy of the groups.
    Independence,
    /// The same within labels.
    Separation,
    /// Mutual information of group and label within decisions.
    Sufficiency,
    /// Largest logarithm of a ratio of chances.
    DifferentialFairness,
    /// The same of decisions, less that of labels.
    BiasAmplification,
}

impl Formula {
    /// The contrasts that it has.
    #[must_use]
    pub fn contrasts(self) -> &'static [Contrast] {
        match self {
            Formula::Ratio { .. } | Formula::Mean(..) => &Contrast::ALL,
            Formula::Conditional { how, .. } => how.contrasts(),
            Formula::Distribution(of) => of.contrasts(),
            Formula::Pairwise(how) => how.contrasts(),
            Formula::Along(how) => how.contrasts(),
            Formula::List(how) => how.contrasts(),
            Formula::Association(_)
            | Formula::Small(_)
            | Formula::Crossing(
                Crossing::Auc | Crossing::Information | Crossing::Differently | Crossing::Consistency,
            ) => &[Contrast::Value],
            Formula::Crossing(Crossing::Subgroup | Crossing::MatchedGap | Crossing::Weighted) => &[Contrast::Gap],
            Formula::Representation => &[Contrast::Value, Contrast::Gap, Contrast::Ratio, Contrast::MaxGap],
            Formula::Worst(..) => &[Contrast::Gap, Contrast::Ratio, Contrast::MaxGap, Contrast::MinRatio],
        }
    }

    /// Whether a gate may look at it. What borrows from other groups, or from a prior, stands beside the raw number and
    /// decides nothing.
    #[must_use]
    pub fn is_gateable(self) -> bool {
        !matches!(self, Formula::Small(_))
    }
}

impl Conditional {
    /// The contrasts that it has.
    #[must_use]
    pub fn contrasts(self) -> &'static [Contrast] {
        match self {
            Conditional::Standardised => &[Contrast::Value, Contrast::Gap, Contrast::Ratio],
            Conditional::RiskRatio | Conditional::OddsRatio | Conditional::AdjustedOdds => &[Contrast::Ratio],
            Conditional::RiskDifference
            | Conditional::Composition
            | Conditional::Rates
            | Conditional::Premium
            | Conditional::Oaxaca(_) => &[Contrast::Gap],
            Conditional::Disparity | Conditional::Differing => &[Contrast::Value],
        }
    }
}

/// What a metric needs from the outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Only the decision.
    Decision,
    /// `actual`, the observed label.
    Label,
    /// `value`.
    Value,
    /// `list_price`, the list price of what the value is a price of.
    ListPrice,
    /// An outcome that is declared unfavourable.
    Unfavourable,
    /// `[[stratum]]`, a factor to compare within.
    Stratum,
    /// `population`, what share of a population each group has.
    Population,
    /// `[search]`, columns of which groups are made.
    Search,
    /// `[proxies]`, columns that may give a group away.
    Proxies,
    /// `[matching]`, columns in which people are alike.
    Matching,
    /// `membership`, chances to be in a group.
    Membership,
    /// `score`, how likely the system took the label to be positive.
    Score,
    /// `predicted`, what the system took the value to be.
    Predicted,
    /// `[[funnel]]`, stages one after the other.
    Funnel,
    /// `[periods]`, into which time is divided.
    Periods,
    /// `system` or a second log.
    Systems,
    /// `treatment` and `control`.
    Arms,
    /// `cap`, how often a person may be selected.
    Cap,
    /// `classes`, into which rows are put.
    Classes,
    /// `classes` with `actual`, the class that is right.
    ActualClass,
    /// `[list]`, ordered lists. What hangs on no outcome is told for the first.
    List,
    /// Whose items are shown: an item class, or an attribute with `side = "item"`.
    Shown,
    /// `[list] item_class`, what kind of item is shown.
    ItemClass,
    /// `side = "item"`, an attribute of items.
    ItemSide,
    /// `[list] item`, which item is shown.
    Item,
    /// How many items each group has.
    Candidates,
    /// `[list]`, and what was relevant in it.
    Relevance,
    /// `score` or `value`, what a place was merited by.
    Merit,
    /// `[list] popularity`, how popular an item is.
    Popularity,
    /// `[list] propensity`, how likely it was shown.
    Propensity,
    /// `[list] examination`, how likely a place is looked at.
    Examination,
    /// `[list] expected`, how likely a model takes a row to be selected.
    Expected,
}

/// Which direction of a metric is better for the group, when being selected is favourable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// More is better for the group; for an unfavourable outcome, less is.
    Favour,
    /// Less is better for the group; for an unfavourable outcome, more is.
    Against,
    /// More is better whatever the outcome (a quality such as accuracy).
    Better,
    /// Less is better whatever the outcome (an error rate).
    Worse,
    /// Neither: only the distance from equality matters.
    Neutral,
}

impl Direction {
    /// Every direction.
    pub const ALL: [Direction; 5] = [
        Direction::Favour,
        Direction::Against,
        Direction::Better,
        Direction::Worse,
        Direction::Neutral,
    ];

    /// The name in specs and results.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Direction::Favour => "favour",
            Direction::Against => "against",
            Direction::Better => "better",
            Direction::Worse => "worse",
            Direction::Neutral => "neutral",
        }
    }

    /// The direction of this name.
    #[must_use]
    pub fn find(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|direction| direction.id() == id)
    }
}

/// The unit in which a metric is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A share between 0 and 1.
    Share,
    /// A pure number without an upper end.
    Number,
    /// The outcome's own unit of value.
    Value,
}

/// What is said about a metric: for one group, or between groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Contrast {
    /// The metric of a group.
    Value,
    /// Group minus reference.
    Gap,
    /// Group divided by reference.
    Ratio,
    /// Largest minus smallest over the groups.
    MaxGap,
    /// Smallest divided by largest over the groups.
    MinRatio,
}

impl Contrast {
    /// All contrasts.
    pub const ALL: [Contrast; 5] = [
        Contrast::Value,
        Contrast::Gap,
        Contrast::Ratio,
        Contrast::MaxGap,
        Contrast::MinRatio,
    ];

    /// The name in specs and results.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Contrast::Value => "value",
            Contrast::Gap => "gap",
            Contrast::Ratio => "ratio",
            Contrast::MaxGap => "max_gap",
            Contrast::MinRatio => "min_ratio",
        }
    }

    /// The contrast of this name.
    #[must_use]
    pub fn find(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.id() == id)
    }
}

/// Another name under which people know a contrast of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alias {
    /// The name.
    pub name: &'static str,
    /// The contrast that it names.
    pub contrast: Contrast,
    /// For which outcomes: an alias may name one metric for favourable outcomes and another for unfavourable ones.
    pub when: When,
    /// Who uses it, and how theirs differs.
    pub who: &'static str,
}

/// For which outcomes an alias holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Every outcome.
    Always,
    /// Outcomes in which being selected is good for the person.
    Favourable,
    /// Outcomes in which being selected is bad for the person.
    Unfavourable,
}

/// One entry of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entry {
    /// The name in specs and results.
    pub id: &'static str,
    /// A short title.
    pub title: &'static str,
    /// One sentence: what it says.
    pub meaning: &'static str,
    /// The formula in words and letters.
    pub formula_text: &'static str,
    /// How it is computed.
    pub formula: Formula,
    /// Its unit.
    pub unit: Unit,
    /// Which direction is better for the group.
    pub direction: Direction,
    /// What it needs.
    pub needs: &'static [Need],
    /// Other names.
    pub aliases: &'static [Alias],
    /// When not to use it.
    pub caution: &'static str,
    /// Where the definition comes from.
    pub source: &'static str,
}

/// A metric: an index into the catalogue. Two are equal when they are the same entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Metric(pub(crate) u16);

/// Metrics that belong together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Family {
    /// The name by which a spec asks for all of them.
    pub id: &'static str,
    /// Whether they are computed where a spec asks for none.
    pub by_default: bool,
    entries: &'static [Entry],
}

impl Family {
    const fn new(id: &'static str, by_default: bool, entries: &'static [Entry]) -> Self {
        Self {
            id,
            by_default,
            entries,
        }
    }

    /// The family of this name.
    #[must_use]
    pub fn find(id: &str) -> Option<Self> {
        FAMILIES.into_iter().find(|family| family.id == id)
    }
}

/// What a spec defines: it has entries while a program runs, and none in the catalogue.
const CUSTOM: Family = Family::new("custom", true, &[]);

/// Every entry, in the order of reports.
pub const FAMILIES: [Family; 27] = [
    Family::new("rates", true, rates::ENTRIES),
    Family::new("labels", true, labels::ENTRIES),
    Family::new("values", true, value::ENTRIES),
    Family::new("prices", false, price::ENTRIES),
    Family::new("conditional", true, conditional::ENTRIES),
    Family::new("representation", true, representation::ENTRIES),
    Family::new("association", false, association::ENTRIES),
    Family::new("scores", true, distributions::SCORES),
    Family::new("distributions", false, distributions::VALUES),
    Family::new("errors", true, distributions::ERRORS),
    Family::new("inequality", false, distributions::BENEFITS),
    Family::new("classes", true, classes::ENTRIES),
    Family::new("search", true, crossed::ENTRIES),
    Family::new("matching", true, crossed::MATCHING),
    Family::new("small_groups", false, small_groups::ENTRIES),
    Family::new("funnel", true, along::FUNNEL),
    Family::new("periods", true, along::PERIODS),
    Family::new("systems", true, along::SYSTEMS),
    Family::new("uplift", true, along::UPLIFT),
    Family::new("frequency", false, frequency::ENTRIES),
    Family::new("cap", true, frequency::CAP),
    Family::new("exposure", true, lists::EXPOSURE),
    Family::new("ranking", true, lists::RANKING),
    Family::new("recommender", true, lists::RECOMMENDER),
    Family::new("items", false, lists::ITEM_TABLES),
    Family::new("membership", true, crossed::MEMBERSHIP),
    CUSTOM,
];

impl Metric {
    /// Every metric of the catalogue, in the order of reports.
    pub fn all() -> impl Iterator<Item = Metric> {
        let count: usize = FAMILIES.iter().map(|family| family.entries.len()).sum();
        (0..count).map(|index| Metric(index as u16))
    }

    /// The metric's entry.
    #[must_use]
    pub fn entry(self) -> &'static Entry {
        match custom::find(usize::from(self.0)) {
            Some(entry) => entry,
            None => {
                let (family, index) = self.place();
                &family.entries[index]
            }
        }
    }

    /// The family that it belongs to.
    #[must_use]
    pub fn family(self) -> Family {
        if usize::from(self.0) < custom::FIRST {
            self.place().0
        } else {
            CUSTOM
        }
    }

    fn place(self) -> (Family, usize) {
        let mut index = usize::from(self.0);
        for family in FAMILIES {
            if index < family.entries.len() {
                return (family, index);
            }
            index -= family.entries.len();
        }
        unreachable!("a metric is only made from the catalogue's own length")
    }

    /// The name in specs and results.
    #[must_use]
    pub fn id(self) -> &'static str {
        self.entry().id
    }

    /// The metric of this id (not of an alias).
    #[must_use]
    pub fn find(id: &str) -> Option<Metric> {
        Metric::all().find(|m| m.entry().id == id)
    }
}

/// What a name in a gate means: a metric with a contrast, or a metric alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaning {
    /// The metric.
    pub metric: Metric,
    /// The contrast, when the name is an alias or ends in one (`accuracy_difference`, `accuracy_ratio`).
    pub contrast: Option<Contrast>,
}

/// Finds the metric that `name` means for an outcome that is favourable or not.
///
/// A name is a metric's id, an alias, or an id followed by `_difference` (gap), `_ratio`, `_max_gap` or `_min_ratio`.
#[must_use]
pub fn find(name: &str, favourable: bool) -> Option<Meaning> {
    find_among(&[], name, favourable)
}

/// The same, with metrics that a spec defines.
#[must_use]
pub fn find_among(defined: &[Metric], name: &str, favourable: bool) -> Option<Meaning> {
    let by_id = |id: &str| {
        let mut defined = defined.iter().copied();
        defined.find(|metric| metric.id() == id).or_else(|| Metric::find(id))
    };
    if let Some(metric) = by_id(name) {
        return Some(Meaning { metric, contrast: None });
    }
    for metric in Metric::all() {
        for alias in metric.entry().aliases {
            let applies = match alias.when {
                When::Always => true,
                When::Favourable => favourable,
                When::Unfavourable => !favourable,
            };
            if applies && alias.name == name {
                return Some(Meaning {
                    metric,
                    contrast: Some(alias.contrast),
                });
            }
        }
    }
    [
        ("_difference", Contrast::Gap),
        ("_max_gap", Contrast::MaxGap),
        ("_min_ratio", Contrast::MinRatio),
        ("_gap", Contrast::Gap),
        ("_ratio", Contrast::Ratio),
    ]
    .into_iter()
    .find_map(|(suffix, contrast)| {
        let metric = by_id(name.strip_suffix(suffix)?)?;
        Some(Meaning {
            metric,
            contrast: Some(contrast),
        })
    })
}

/// Every denominator in the catalogue and of these ratios, each once: a tally keeps for each how many people and rows stand
/// behind it.
#[must_use]
pub fn denominators(ratios: &[custom::Ratio]) -> Vec<Linear> {
    let of_catalogue = Metric::all().filter_map(|metric| match metric.entry().formula {
        Formula::Ratio { denominator, .. }
        | Formula::Conditional {
            of: (_, denominator), ..
        } => Some(denominator),
        _ => None,
    });
    let mut all: Vec<Linear> = Vec::new();
    for denominator in of_catalogue.chain(ratios.iter().map(|(_, denominator)| *denominator)) {
        if !all.contains(&denominator) {
            all.push(denominator);
        }
    }
    all
}

/// The measures that a formula is made of.
pub(crate) fn measures_of(formula: Formula) -> Vec<Measure> {
    match formula {
        Formula::Ratio { numerator, denominator }
        | Formula::Conditional {
            of: (numerator, denominator),
            ..
        } => numerator.iter().chain(denominator).map(|(m, _)| *m).collect(),
        Formula::Pairwise(_) | Formula::Association(_) | Formula::Along(_) => measures_of(Metric(0).entry().formula),
        Formula::Representation
        | Formula::Distribution(_)
        | Formula::Crossing(_)
        | Formula::Small(_)
        | Formula::List(_) => Vec::new(),
        Formula::Mean(a, b) | Formula::Worst(a, b) => {
            let mut both = measures_of(a.entry().formula);
            both.extend(measures_of(b.entry().formula));
            both
        }
    }
}

/// Every pair of measures that one metric, of the catalogue or of these ratios, is made of, lower first, each once: the
/// products that a tally keeps.
#[must_use]
pub fn products(ratios: &[custom::Ratio]) -> BTreeSet<(Measure, Measure)> {
    let defined = ratios
        .iter()
        .map(|&(numerator, denominator)| Formula::Ratio { numerator, denominator });
    let mut all = BTreeSet::new();
    for formula in Metric::all().map(|metric| metric.entry().formula).chain(defined) {
        let measures = measures_of(formula);
        for &a in &measures {
            all.extend(measures.iter().filter(|b| a <= **b).map(|b| (a, *b)));
        }
    }
    all
}

/// Every name that [`find`] knows without a suffix: ids and aliases, for "did you mean".
#[must_use]
pub fn names() -> Vec<&'static str> {
    let mut names: Vec<&'static str> = Metric::all()
        .flat_map(|m| std::iter::once(m.entry().id).chain(m.entry().aliases.iter().map(|alias| alias.name)))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The well-known name of a metric's contrast for such an outcome, if it has one: the first alias that applies.
#[must_use]
pub fn alias(metric: Metric, contrast: Contrast, favourable: bool) -> Option<&'static str> {
    metric
        .entry()
        .aliases
        .iter()
        .find(|alias| {
            alias.contrast == contrast
                && match alias.when {
                    When::Always => true,
                    When::Favourable => favourable,
                    When::Unfavourable => !favourable,
                }
        })
        .map(|alias| alias.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_is_complete_and_ids_are_unique() {
        let mut ids: Vec<&str> = Metric::all().map(Metric::id).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "an id is used twice");
        for metric in Metric::all() {
            let entry = metric.entry();
            for text in [
                entry.title,
                entry.meaning,
                entry.formula_text,
                entry.caution,
                entry.source,
            ] {
                assert!(!text.is_empty(), "{} lacks a text", entry.id);
            }
            assert!(!entry.needs.is_empty(), "{} needs nothing", entry.id);
        }
    }

    #[test]
    fn no_alias_means_two_things_for_one_outcome() {
        for favourable in [true, false] {
            let mut seen: Vec<&str> = Vec::new();
            for metric in Metric::all() {
                for alias in metric.entry().aliases {
                    let applies = match alias.when {
                        When::Always => true,
                        When::Favourable => favourable,
                        When::Unfavourable => !favourable,
                    };
                    if applies {
                        assert!(!seen.contains(&alias.name), "{} is ambiguous", alias.name);
                        seen.push(alias.name);
                    }
                    assert!(Metric::find(alias.name).is_none(), "{} is an id too", alias.name);
                }
            }
        }
    }

    #[test]
    fn disparate_impact_is_about_the_favourable_side() {
        let good = find("disparate_impact", true).unwrap();
        let bad = find("disparate_impact", false).unwrap();
        assert_eq!(good.metric.id(), "selection_rate");
        assert_eq!(bad.metric.id(), "favourable_rate");
        assert_eq!(bad.contrast, Some(Contrast::Ratio));
    }
}
