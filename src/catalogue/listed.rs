//! What can be said of lists.

use super::Contrast;

/// What is said of lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    /// Attention per list.
    Exposure,
    /// Share of the attention.
    ExposureShare,
    /// Attention by merit.
    ExposurePerMerit,
    /// Selections by merit.
    SelectedPerMerit,
    /// Share of what is delivered against that of a population, on logarithms.
    DeliverySkew,
    /// Attention per list and candidate.
    ExposurePerItem,
    /// Share of attention less share of merit.
    AttentionLessMerit,
    /// The sum of their sizes.
    InequityOfAttention,
    /// Share of the head against the target, on logarithms.
    Skew,
    /// The lowest of the groups.
    LowestSkew,
    /// The highest of the groups.
    HighestSkew,
    /// Divergence of prefixes from the target.
    Ndkl,
    /// Prefixes that lack anybody.
    InfeasibleIndex,
    /// Prefixes and groups that they lack.
    InfeasibleCount,
    /// Nearness of attention to the target.
    AttentionFairness,
    /// Squared distance of attention from the target.
    ExposureLoss,
    /// Squared length of attention.
    ExposureDisparity,
    /// Product of attention and target.
    ExposureRelevance,
    /// rND.
    PrefixDifference,
    /// rKL.
    PrefixKl,
    /// rRD.
    PrefixRatio,
    /// Lists that fail the ranked group fairness test.
    FairTopFailures,
    /// Relevant share of the head.
    Precision,
    /// Share of what is relevant in the head.
    Recall,
    /// Discounted gain.
    Ndcg,
    /// Lists with a hit.
    HitRate,
    /// Reciprocal rank of the first hit.
    ReciprocalRank,
    /// Mean popularity.
    Popularity,
    /// Against that of what is taken.
    PopularityLift,
    /// Divergence of classes shown from classes taken.
    Taste,
    /// Inverse propensity.
    Ips,
    /// The same, self-normalised.
    Snips,
    /// Effective rows.
    EffectiveRows,
    /// Selections by how likely their places are looked at.
    Debiased,
    /// What a model expects of the policy.
    Direct,
    /// The same, corrected by weighted selections.
    DoublyRobust,
    /// Share that a class of items has of a group's heads against the target, on logarithms.
    ClassSkew,
    /// Divergence of the classes in prefixes from the target.
    ClassNdkl,
    /// Share of all items that is shown.
    Coverage,
    /// Concentration of attention on items.
    ItemGini,
    /// How differently scores miss labels, item by item.
    Unfair(Unfairness),
}

/// In which way scores miss labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfairness {
    /// With their sign.
    Value,
    /// By their size.
    Absolute,
    /// Too low.
    Under,
    /// Too high.
    Over,
}

/// Whose groups a number of lists is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListSide {
    /// Those of the people who get the lists.
    Receiver,
    /// Those of the items in them.
    Item,
    /// Either.
    Both,
}

impl Listed {
    /// The contrasts that it has.
    #[must_use]
    pub fn contrasts(self) -> &'static [Contrast] {
        match self {
            Listed::Exposure
            | Listed::ExposureShare
            | Listed::ExposurePerMerit
            | Listed::SelectedPerMerit
            | Listed::ExposurePerItem
            | Listed::Precision
            | Listed::Recall
            | Listed::Ndcg
            | Listed::HitRate
            | Listed::ReciprocalRank
            | Listed::Popularity
            | Listed::Taste
            | Listed::Ips
            | Listed::Snips
            | Listed::Debiased
            | Listed::Direct
            | Listed::DoublyRobust
            | Listed::ClassNdkl
            | Listed::Coverage
            | Listed::ItemGini => &Contrast::ALL,
            Listed::PopularityLift | Listed::ClassSkew => &[Contrast::Value, Contrast::Gap, Contrast::MaxGap],
            Listed::Unfair(_) => &[Contrast::Gap],
            _ => &[Contrast::Value],
        }
    }

    /// Whose groups it is about.
    #[must_use]
    pub fn side(self) -> ListSide {
        match self {
            Listed::Exposure
            | Listed::ExposureShare
            | Listed::ExposurePerMerit
            | Listed::SelectedPerMerit
            | Listed::Debiased => ListSide::Both,
            Listed::ExposurePerItem
            | Listed::AttentionLessMerit
            | Listed::InequityOfAttention
            | Listed::Skew
            | Listed::LowestSkew
            | Listed::HighestSkew
            | Listed::Ndkl
            | Listed::InfeasibleIndex
            | Listed::InfeasibleCount
            | Listed::AttentionFairness
            | Listed::ExposureLoss
            | Listed::ExposureDisparity
            | Listed::ExposureRelevance
            | Listed::PrefixDifference
            | Listed::PrefixKl
            | Listed::PrefixRatio
            | Listed::FairTopFailures => ListSide::Item,
            _ => ListSide::Receiver,
        }
    }

    /// Whether it is told once for all groups together.
    #[must_use]
    pub fn of_all_groups(self) -> bool {
        matches!(
            self,
            Listed::InequityOfAttention
                | Listed::LowestSkew
                | Listed::HighestSkew
                | Listed::Ndkl
                | Listed::InfeasibleIndex
                | Listed::InfeasibleCount
                | Listed::AttentionFairness
                | Listed::ExposureLoss
                | Listed::ExposureDisparity
                | Listed::ExposureRelevance
        )
    }

    /// Whether receivers have it for each class of items.
    #[must_use]
    pub fn by_class(self) -> bool {
        let shown = self.side() == ListSide::Both && self != Listed::Debiased;
        shown || matches!(self, Listed::DeliverySkew | Listed::ClassSkew)
    }

    /// Whether it is about a share that everybody's sums are part of.
    #[must_use]
    pub fn of_everybody(self) -> bool {
        matches!(self, Listed::DeliverySkew | Listed::ClassSkew)
    }

    /// Whether it needs sums by item.
    #[must_use]
    pub fn of_items(self) -> bool {
        matches!(self, Listed::Coverage | Listed::ItemGini | Listed::Unfair(_))
    }
}
