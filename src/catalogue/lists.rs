//! Lists: what attention items and groups get by their places, and how good lists are for those who get them.

use super::Listed::{self, *};
use super::{Alias, Contrast, Direction, Entry, Formula, Need, Unfairness, Unit, When};

const SHOWN: &[Need] = &[Need::List, Need::Shown];
const MERIT: &[Need] = &[Need::Shown, Need::Merit];
const DELIVERED: &[Need] = &[Need::List, Need::ItemClass, Need::Population];
const SIDE: &[Need] = &[Need::List, Need::ItemSide];
const SIDE_MERIT: &[Need] = &[Need::ItemSide, Need::Merit];
const GOOD: &[Need] = &[Need::Relevance];
const POPULAR: &[Need] = &[Need::List, Need::Popularity];
const PROFILE: &[Need] = &[Need::Relevance, Need::Popularity];
const TASTE: &[Need] = &[Need::Relevance, Need::ItemClass];
const WEIGHTED: &[Need] = &[Need::Relevance, Need::Propensity];
const EXAMINED: &[Need] = &[Need::Relevance, Need::Examination];
const MODELLED: &[Need] = &[Need::Relevance, Need::Propensity, Need::Expected];
const CLASSES: &[Need] = &[Need::List, Need::ItemClass];
const ITEMS: &[Need] = &[Need::List, Need::Item];
const RATED: &[Need] = &[Need::Relevance, Need::Item, Need::Label, Need::Score];

/// What all entries here have alike, to be changed where one differs.
const fn entry(id: &'static str, how: Listed, unit: Unit, direction: Direction, needs: &'static [Need]) -> Entry {
    Entry {
        id,
        title: "",
        meaning: "",
        formula_text: "",
        formula: Formula::List(how),
        unit,
        direction,
        needs,
        aliases: &[],
        caution: "",
        source: "",
    }
}

const fn alias(name: &'static str, contrast: Contrast, who: &'static str) -> Alias {
    Alias {
        name,
        contrast,
        when: When::Always,
        who,
    }
}

const ATTENTION: &str = "Attention is what the discount says, not what people looked at. Places beyond `depth` have none. Rows without a place are left out, and counted by group.";
const SCORED: &str = "Merit is what the log says it is, mostly a model's score: if the score is biased, a ratio of 1 certifies the bias. Rows without a merit are left out.";
const TARGETED: &str = "It is about the target that `[list] target` names; the report says which. Items of unknown group are left out, and those after them move up.";
const LOGGED: &str = "Relevant is what the label says, or without one what was selected, among the rows of the list in the log: what was never shown can't be found missing.";
const SHORT: &str = "Lists without a cut point before their end say nothing. Cut points are every `cut` ranks; the discount is the paper's, 1 / log2(rank).";

pub(super) const EXPOSURE: &[Entry] = &[
    Entry {
        title: "Exposure per list",
        meaning: "How much attention a list gives to an item class (for people of a group), or to a group of items.",
        formula_text: "sum of v(place) over rows of the class / lists; v is the discount",
        aliases: &[alias(
            "exposure_parity",
            Contrast::Ratio,
            "Singh & Joachims 2018 divide by the items of the group: `exposure_per_item`",
        )],
        caution: ATTENTION,
        source: "Singh & Joachims 2018 (KDD), section 4.1; ratio estimator by person: Cochran 1977",
        ..entry("exposure", Exposure, Unit::Number, Direction::Neutral, SHOWN)
    },
    Entry {
        title: "Share of exposure",
        meaning: "What part of the attention of a group's lists an item class gets, or of all lists a group of items.",
        formula_text: "sum of v(place) over rows of the class / sum of v(place) over rows of any known class",
        aliases: &[alias("attention_share", Contrast::Value, "Sapiezynski et al. 2019")],
        caution: ATTENTION,
        source: "Sapiezynski et al. 2019 (WWW Companion)",
        ..entry("exposure_share", ExposureShare, Unit::Share, Direction::Neutral, SHOWN)
    },
    Entry {
        title: "Exposure by merit (disparate treatment)",
        meaning: "How much attention a unit of merit gets; its ratio is 1 where attention is in proportion to merit.",
        formula_text: "sum of v(place) / sum of merit, over rows with a known merit; merit is the score, else the value",
        aliases: &[alias(
            "disparate_treatment_ratio",
            Contrast::Ratio,
            "Singh & Joachims 2018 (DTR); FairRankTune EXPU",
        )],
        caution: SCORED,
        source: "Singh & Joachims 2018 (KDD), section 4.2",
        ..entry(
            "exposure_per_merit",
            ExposurePerMerit,
            Unit::Number,
            Direction::Neutral,
            MERIT,
        )
    },
    Entry {
        title: "Selections by merit (disparate impact of exposure)",
        meaning: "How many selections (clicks) a unit of merit gets; its ratio is 1 where they are in proportion.",
        formula_text: "selected rows / sum of merit, over rows with a known merit; merit is the score, else the value",
        aliases: &[alias(
            "disparate_impact_of_exposure",
            Contrast::Ratio,
            "Singh & Joachims 2018 (DIR); FairRankTune EXPRU",
        )],
        caution: SCORED,
        source: "Singh & Joachims 2018 (KDD), section 4.3",
        ..entry(
            "selections_per_merit",
            SelectedPerMerit,
            Unit::Number,
            Direction::Neutral,
            MERIT,
        )
    },
    Entry {
        title: "Skew of delivery",
        meaning: "How much more (above 0) or less of an item class was delivered to a group than the population or target audience would give.",
        formula_text: "ln(group's share of the rows of the class / group's share of the population), over groups of the population",
        caution: "It needs the share of each group among those who could have been reached, not among those who were. Paired campaigns with one audience are stronger evidence: compare their skews.",
        source: "Ali et al. 2019 (CSCW); Imana, Korolova & Heidemann 2021 (WWW)",
        ..entry(
            "delivery_skew",
            DeliverySkew,
            Unit::Number,
            Direction::Neutral,
            DELIVERED,
        )
    },
];

pub(super) const RANKING: &[Entry] = &[
    Entry {
        title: "Exposure per candidate item",
        meaning: "How much attention a list gives to one item of the group on average, items that are never shown included as far as they are known.",
        formula_text: "sum of v(place) over rows of the group / lists / candidate items of the group",
        caution: "Candidates are what `candidates` says, else the different items of the group in the log: then items that were never shown are missing.",
        source: "Singh & Joachims 2018 (KDD), section 4.1",
        ..entry(
            "exposure_per_item",
            ExposurePerItem,
            Unit::Number,
            Direction::Better,
            &[Need::List, Need::Candidates],
        )
    },
    Entry {
        title: "Attention less merit",
        meaning: "The group's share of attention less its share of merit, amortised over lists: below 0 it gets less than it merits.",
        formula_text: "mean over lists of (share of v(place) - share of merit); shares within the list",
        caution: SCORED,
        source: "Biega, Gummadi & Weikum 2018 (SIGIR), section 3",
        ..entry(
            "attention_less_merit",
            AttentionLessMerit,
            Unit::Number,
            Direction::Better,
            SIDE_MERIT,
        )
    },
    Entry {
        title: "Inequity of attention",
        meaning: "How far shares of attention and of merit are apart over all groups, amortised over lists; 0: in proportion.",
        formula_text: "sum over groups of |mean over lists of (share of attention - share of merit)|",
        caution: "A sum of sizes is above 0 by chance alone; read it with its parts, `attention_less_merit`.",
        source: "Biega, Gummadi & Weikum 2018 (SIGIR), section 3, by group and per list",
        ..entry(
            "inequity_of_attention",
            InequityOfAttention,
            Unit::Number,
            Direction::Worse,
            SIDE_MERIT,
        )
    },
    Entry {
        title: "Skew of the head",
        meaning: "How much more (above 0) or less of the head of the lists the group has than the target says.",
        formula_text: "ln(group's share of the first `depth` ranks / target share)",
        aliases: &[alias(
            "skew_at_k",
            Contrast::Value,
            "Geyik et al. 2019; LiFT adds 1 to every count, `reranking` 1e-10",
        )],
        caution: "Heads of all lists are taken together. Where a group is absent from them the number has no end, and is undefined.",
        source: "Geyik, Ambler & Kenthapadi 2019 (KDD), definition 1; natural logarithm, no smoothing",
        ..entry("skew", Skew, Unit::Number, Direction::Better, SIDE)
    },
    Entry {
        title: "Lowest skew",
        meaning: "The skew of the group that has least of its share of the head.",
        formula_text: "min over groups of ln(share of the first `depth` ranks / target share)",
        aliases: &[alias("min_skew", Contrast::Value, "Geyik et al. 2019; LiFT")],
        caution: TARGETED,
        source: "Geyik, Ambler & Kenthapadi 2019 (KDD), definition 2",
        ..entry("lowest_skew", LowestSkew, Unit::Number, Direction::Neutral, SIDE)
    },
    Entry {
        title: "Highest skew",
        meaning: "The skew of the group that has most of its share of the head.",
        formula_text: "max over groups of ln(share of the first `depth` ranks / target share)",
        aliases: &[alias("max_skew", Contrast::Value, "Geyik et al. 2019; LiFT")],
        caution: TARGETED,
        source: "Geyik, Ambler & Kenthapadi 2019 (KDD), definition 3",
        ..entry("highest_skew", HighestSkew, Unit::Number, Direction::Neutral, SIDE)
    },
    Entry {
        title: "Normalised discounted divergence (NDKL)",
        meaning: "How far the shares in all prefixes of a list are from the target, the first ones counting most; 0: never.",
        formula_text: "mean over lists of sum of KL(shares of the first i, target) / log2(i + 1), over sum of 1 / log2(i + 1), i up to `depth`; in nats",
        caution: "Short prefixes can't meet a target: even a fair list has a number above 0, so compare systems or periods. FairRankTune takes the target from the list itself and adds 1e-7.",
        source: "Geyik, Ambler & Kenthapadi 2019 (KDD), definition 4; no smoothing",
        ..entry("ndkl", Ndkl, Unit::Number, Direction::Worse, SIDE)
    },
    Entry {
        title: "Infeasible index",
        meaning: "How many prefixes of a list have too few of some group.",
        formula_text: "mean over lists of the number of i up to `depth` with fewer than floor(target i) of any group",
        caution: TARGETED,
        source: "Geyik, Ambler & Kenthapadi 2019 (KDD), section 5; `reranking` leaves out the last prefix and counts otherwise",
        ..entry(
            "infeasible_index",
            InfeasibleIndex,
            Unit::Number,
            Direction::Worse,
            SIDE,
        )
    },
    Entry {
        title: "Infeasible count",
        meaning: "How many prefixes of a list have too few of a group, over all groups.",
        formula_text: "mean over lists of the number of pairs of i up to `depth` and a group with fewer than floor(target i) of it",
        caution: TARGETED,
        source: "Geyik, Ambler & Kenthapadi 2019 (KDD), section 5",
        ..entry(
            "infeasible_count",
            InfeasibleCount,
            Unit::Number,
            Direction::Worse,
            SIDE,
        )
    },
    Entry {
        title: "Attention-weighted rank fairness",
        meaning: "How near the groups' shares of the attention are to the target; 1: the same.",
        formula_text: "1 - Jensen-Shannon divergence (bits) of shares of exposure and target",
        aliases: &[alias(
            "awrf",
            Contrast::Value,
            "TREC Fair Ranking; FairRankTune means another number by it",
        )],
        caution: "Over the attention of all lists together, so that lists may make up for each other. It is below 1 by chance alone.",
        source: "Sapiezynski et al. 2019; Raj & Ekstrand 2022 (SIGIR)",
        ..entry(
            "attention_fairness",
            AttentionFairness,
            Unit::Share,
            Direction::Better,
            SIDE,
        )
    },
    Entry {
        title: "Expected exposure loss",
        meaning: "The squared distance of the groups' shares of attention from the target.",
        formula_text: "sum over groups of (share of exposure - target)^2",
        aliases: &[alias("ee_l", Contrast::Value, "Diaz et al. 2020 (EE-L)")],
        caution: TARGETED,
        source: "Diaz et al. 2020 (CIKM), section 4, by group",
        ..entry("exposure_loss", ExposureLoss, Unit::Number, Direction::Worse, SIDE)
    },
    Entry {
        title: "Expected exposure disparity",
        meaning: "How unevenly attention is spread over the groups: least where all have the same.",
        formula_text: "sum over groups of (share of exposure)^2",
        aliases: &[alias("ee_d", Contrast::Value, "Diaz et al. 2020 (EE-D)")],
        caution: TARGETED,
        source: "Diaz et al. 2020 (CIKM), section 4, by group",
        ..entry(
            "exposure_disparity",
            ExposureDisparity,
            Unit::Number,
            Direction::Worse,
            SIDE,
        )
    },
    Entry {
        title: "Expected exposure relevance",
        meaning: "How much of the attention is where the target has it.",
        formula_text: "sum over groups of share of exposure x target",
        aliases: &[alias("ee_r", Contrast::Value, "Diaz et al. 2020 (EE-R)")],
        caution: TARGETED,
        source: "Diaz et al. 2020 (CIKM), section 4, by group",
        ..entry(
            "exposure_relevance",
            ExposureRelevance,
            Unit::Number,
            Direction::Better,
            SIDE,
        )
    },
    Entry {
        title: "Prefix difference (rND)",
        meaning: "How far the group's share of prefixes is from its share of the list: 0 nowhere, 1 as far as can be.",
        formula_text: "mean over lists of sum over cuts of |share of the prefix - share of the list| / log2(cut), by its largest value",
        aliases: &[alias(
            "rnd",
            Contrast::Value,
            "Yang & Stoyanovich 2017; their code discounts by log2(cut + 1) and normalises by simulation",
        )],
        caution: SHORT,
        source: "Yang & Stoyanovich 2017 (SSDBM), section 3.1, normalised exactly",
        ..entry(
            "prefix_difference",
            PrefixDifference,
            Unit::Share,
            Direction::Worse,
            SIDE,
        )
    },
    Entry {
        title: "Prefix divergence (rKL)",
        meaning: "The same with the Kullback-Leibler divergence in place of the difference.",
        formula_text: "mean over lists of sum over cuts of KL(share of the prefix, share of the list) / log2(cut), by its largest value",
        aliases: &[alias("rkl", Contrast::Value, "Yang & Stoyanovich 2017")],
        caution: SHORT,
        source: "Yang & Stoyanovich 2017 (SSDBM), section 3.2, normalised exactly",
        ..entry("prefix_divergence", PrefixKl, Unit::Share, Direction::Worse, SIDE)
    },
    Entry {
        title: "Prefix ratio (rRD)",
        meaning: "The same with the ratio of the group's items to others; for groups that are the minority of a list.",
        formula_text: "mean over lists of sum over cuts of |ratio in the prefix - ratio in the list| / log2(cut), by its largest value; a ratio with a 0 is 0",
        aliases: &[alias("rrd", Contrast::Value, "Yang & Stoyanovich 2017")],
        caution: SHORT,
        source: "Yang & Stoyanovich 2017 (SSDBM), section 3.3, normalised exactly",
        ..entry("prefix_ratio", PrefixRatio, Unit::Share, Direction::Worse, SIDE)
    },
    Entry {
        title: "Lists that fail FA*IR",
        meaning: "The share of lists of which some prefix has fewer of the group than chance would give; of fair lists no more than `fair_alpha` fail.",
        formula_text: "lists with fewer than m(i) of the group among the first i, for any i up to `depth` / lists; m from the adjusted binomial test at the target share",
        aliases: &[alias("fair_star", Contrast::Value, "Zehlike et al. 2017; fairsearch")],
        caution: "One-sided, and of independent draws. The level is the highest whose chance of failure is at most `fair_alpha`; fairsearch takes the closest, which may be above.",
        source: "Zehlike et al. 2017 (CIKM); the chance of failure by exact recursion",
        ..entry(
            "fair_top_failures",
            FairTopFailures,
            Unit::Share,
            Direction::Worse,
            SIDE,
        )
    },
    Entry {
        title: "Skew of an item class for a group",
        meaning: "How much more (above 0) or less of an item class stands in the heads of a group's lists than the target says.",
        formula_text: "ln(share of the class among rows of known class at ranks up to `depth` / target share); the target is `class_target`, else the share in the lists of everybody",
        aliases: &[alias(
            "skew_at_k_by_receiver",
            Contrast::Value,
            "Geyik et al. 2019, of the lists of one group of people",
        )],
        caution: "Without `class_target` groups are compared with everybody, themselves included: what all are shown too little of does not show.",
        source: "Geyik, Ambler & Kenthapadi 2019 (KDD), definition 1; natural logarithm, no smoothing",
        ..entry("class_skew", ClassSkew, Unit::Number, Direction::Neutral, CLASSES)
    },
    Entry {
        title: "Divergence of item classes for a group (NDKL)",
        meaning: "How far the mix of item classes in the prefixes of a group's lists is from the target, the first ones counting most; 0: never.",
        formula_text: "mean over lists of sum of KL(shares of classes among the first i rows of known class, target) / log2(i + 1), over sum of 1 / log2(i + 1), ranks up to `depth`; in nats; the target is `class_target`, else the shares in the lists of everybody",
        caution: "Short prefixes can't meet a target: even a fair list has a number above 0, so look at the gap between groups.",
        source: "Geyik, Ambler & Kenthapadi 2019 (KDD), definition 4; no smoothing",
        ..entry("class_ndkl", ClassNdkl, Unit::Number, Direction::Worse, CLASSES)
    },
];

pub(super) const RECOMMENDER: &[Entry] = &[
    Entry {
        title: "Precision of the head",
        meaning: "The share of the first `depth` places that hold something relevant, on average over lists.",
        formula_text: "mean over lists of relevant rows among the first `depth` / depth",
        aliases: &[alias(
            "precision_at_k",
            Contrast::Value,
            "RecTools, RecBole: over people with a relevant item",
        )],
        caution: LOGGED,
        source: "Precision at k, by list; errors by person",
        ..entry("list_precision", Precision, Unit::Share, Direction::Better, GOOD)
    },
    Entry {
        title: "Recall of the head",
        meaning: "The share of what is relevant in a list that stands among its first `depth` places, over lists with anything relevant.",
        formula_text: "mean over lists of relevant rows among the first `depth` / relevant rows",
        aliases: &[alias(
            "recall_at_k",
            Contrast::Value,
            "RecTools, RecBole: the same; FairDiverse calls it HR",
        )],
        caution: LOGGED,
        source: "Recall at k, by list; errors by person",
        ..entry("list_recall", Recall, Unit::Share, Direction::Better, GOOD)
    },
    Entry {
        title: "Discounted gain of the head (NDCG)",
        meaning: "How near the head of a list is to the best that it could be, first places counting most, over lists with anything relevant.",
        formula_text: "mean over lists of sum of 1 / log2(rank + 1) over relevant rows / the same of the ideal list",
        aliases: &[alias(
            "ndcg_at_k",
            Contrast::Value,
            "RecBole, and RecTools with `divide_by_achievable = True`: the same; RecTools by default as with `ideal = \"depth\"`",
        )],
        caution: "The ideal list has the relevant items first (`ideal = \"achievable\"`). With `ideal = \"depth\"` people with fewer relevant items score lower whatever the system does.",
        source: "Järvelin & Kekäläinen 2002 (ACM TOIS 20)",
        ..entry("ndcg", Ndcg, Unit::Share, Direction::Better, GOOD)
    },
    Entry {
        title: "Hit rate",
        meaning: "The share of lists with anything relevant among the first `depth` places.",
        formula_text: "lists with a relevant row among the first `depth` / lists",
        aliases: &[alias(
            "hit_rate_at_k",
            Contrast::Value,
            "RecBole, RecTools: over people with a relevant item",
        )],
        caution: LOGGED,
        source: "Deshpande & Karypis 2004 (ACM TOIS 22)",
        ..entry("hit_rate", HitRate, Unit::Share, Direction::Better, GOOD)
    },
    Entry {
        title: "Mean reciprocal rank",
        meaning: "How near the top the first relevant item stands: 1 at the first place, 1/2 at the second, 0 when none is in the head.",
        formula_text: "mean over lists of 1 / rank of the first relevant row among the first `depth`",
        aliases: &[alias(
            "mrr",
            Contrast::Value,
            "RecTools, RecBole: over people with a relevant item",
        )],
        caution: LOGGED,
        source: "Voorhees 1999 (TREC-8)",
        ..entry(
            "mean_reciprocal_rank",
            ReciprocalRank,
            Unit::Share,
            Direction::Better,
            GOOD,
        )
    },
    Entry {
        title: "Popularity of what is shown",
        meaning: "How popular the items in the head of a list are on average.",
        formula_text: "mean over lists of the mean popularity of the first `depth` rows",
        aliases: &[alias(
            "average_popularity",
            Contrast::Value,
            "RecTools AvgRecPopularity: the same, by person",
        )],
        caution: "Popularity is the column's: as a rule what was known before the list was made.",
        source: "Abdollahpouri et al. 2019 (RMSE workshop); RecTools",
        ..entry("popularity", Popularity, Unit::Number, Direction::Neutral, POPULAR)
    },
    Entry {
        title: "Popularity lift",
        meaning: "By how much more popular what people are shown is than what they take; 0: as much.",
        formula_text: "(mean popularity of the head - mean popularity of relevant rows) / mean popularity of relevant rows; means over lists",
        caution: "What people take is what is relevant among what they were shown: their taste as far as the system let it be seen.",
        source: "Abdollahpouri et al. 2020 (RecSys)",
        ..entry(
            "popularity_lift",
            PopularityLift,
            Unit::Number,
            Direction::Neutral,
            PROFILE,
        )
    },
    Entry {
        title: "Distance from taste",
        meaning: "How far the item classes that a person is shown are from those that the person takes; 0: the same mix.",
        formula_text: "mean over people of sum over classes of p ln(p / (0.99 q + 0.01 p)); p share among relevant rows, q among the heads of lists",
        aliases: &[alias(
            "calibration_kl",
            Contrast::Value,
            "Steck 2018, with alpha = 0.01",
        )],
        caution: "People with few relevant rows have a rough taste, which makes the number larger: compare groups of like activity.",
        source: "Steck 2018 (RecSys), equation 5",
        ..entry("taste_divergence", Taste, Unit::Number, Direction::Worse, TASTE)
    },
    Entry {
        title: "Selection rate by inverse propensity",
        meaning: "How often rows would be selected if the target policy had chosen what to show.",
        formula_text: "sum of w x selected / rows; w = policy / propensity, at most `clip`",
        aliases: &[alias(
            "ips",
            Contrast::Value,
            "Open Bandit Pipeline InverseProbabilityWeighting",
        )],
        caution: "Without `policy` the target is 1 for every row, and the number is that of all candidates together: use `snips_rate`. Small propensities make it jump; look at `effective_rows`.",
        source: "Horvitz & Thompson 1952; Strehl et al. 2010 (NIPS)",
        ..entry("ips_rate", Ips, Unit::Number, Direction::Favour, WEIGHTED)
    },
    Entry {
        title: "Selection rate by self-normalised inverse propensity",
        meaning: "How often rows would be selected if the target policy (every candidate alike, unless `policy` says another) had chosen what to show.",
        formula_text: "sum of w x selected / sum of w; w = policy / propensity, at most `clip`",
        aliases: &[alias(
            "snips",
            Contrast::Value,
            "Open Bandit Pipeline SelfNormalizedInverseProbabilityWeighting",
        )],
        caution: "Biased a little in small logs. It says nothing of what the logging policy never showed.",
        source: "Swaminathan & Joachims 2015 (NIPS)",
        ..entry("snips_rate", Snips, Unit::Share, Direction::Favour, WEIGHTED)
    },
    Entry {
        title: "Effective rows of inverse propensity",
        meaning: "As how many rows of equal weight the weighted ones count.",
        formula_text: "(sum of w)^2 / sum of w^2; w = policy / propensity, at most `clip`",
        caution: "Far below the number of rows, weighted rates rest on a few of them.",
        source: "Kish 1965, Survey Sampling; Owen 2013, Monte Carlo theory, section 9.3",
        ..entry(
            "effective_rows",
            EffectiveRows,
            Unit::Number,
            Direction::Neutral,
            WEIGHTED,
        )
    },
    Entry {
        title: "Selection rate corrected for position",
        meaning: "How often rows would be selected if all were looked at as often as the first place: who was shown the same farther down is not taken to want it less.",
        formula_text: "sum of selected / e(rank) / rows, over rows with a decision at ranks whose e is told; e(rank) is how likely a rank is looked at (`examination`)",
        aliases: &[alias(
            "debiased_click_rate",
            Contrast::Value,
            "LiFT `debiasPositiveLabelScores` draws the selected rows again with 1 / e, from a seed",
        )],
        caution: "It takes a selection for looking times wanting, and looking for the same in all groups. With \"estimate\", e comes from items that stood at neighbouring ranks: where an item was put high because just this person wanted it, e is too low for the ranks below.",
        source: "Joachims, Swaminathan & Schnabel 2017 (WSDM), inverse propensity of examination; Agarwal et al. 2019 (WSDM) for the estimate",
        ..entry("debiased_rate", Debiased, Unit::Number, Direction::Favour, EXAMINED)
    },
    Entry {
        title: "Selection rate that a model expects",
        meaning: "How often a model expects rows to be selected under the policy in question.",
        formula_text: "sum of `policy_expected` / rows, over rows with a weight and both expectations",
        aliases: &[alias(
            "direct_method",
            Contrast::Value,
            "Open Bandit Pipeline DirectMethod; Jurity CTR, direct",
        )],
        caution: "As good as the model, which no row of the log corrects.",
        source: "Dudík, Langford & Li 2011 (ICML), section 2",
        ..entry("direct_rate", Direct, Unit::Number, Direction::Favour, MODELLED)
    },
    Entry {
        title: "Doubly robust selection rate",
        meaning: "How often rows would be selected under the policy in question: what a model expects, corrected by what the log shows it to have missed.",
        formula_text: "sum of (policy_expected + w x (selected - expected)) / rows; w = policy / propensity, at most `clip`",
        aliases: &[alias(
            "dr",
            Contrast::Value,
            "Open Bandit Pipeline DoublyRobust; Jurity CTR, DR",
        )],
        caution: "Right on average where either the propensities or the model are right; where both are wrong it is wrong. Fit the model on other rows than these.",
        source: "Dudík, Langford & Li 2011 (ICML), section 3",
        ..entry(
            "doubly_robust_rate",
            DoublyRobust,
            Unit::Number,
            Direction::Favour,
            MODELLED,
        )
    },
];

const RATED_CARE: &str = "Over items with at least five rated rows on each side; needs the same people to rate alike. A mean of sizes is above 0 by chance alone: compare it with `mean_error` and its gap.";

pub(super) const ITEM_TABLES: &[Entry] = &[
    Entry {
        title: "Item coverage",
        meaning: "What share of all items of the log as many rows of each group would show.",
        formula_text: "expected number of different items among n rows drawn from the group's / different items of the log; n is the same for all groups",
        aliases: &[alias(
            "catalog_coverage",
            Contrast::Value,
            "RecTools CatalogCoverage, not rarefied",
        )],
        caution: "n is a little less than the rows of the smallest judged group, so that groups of every size compare. Items that nobody was shown are not known.",
        source: "Hurlbert 1971, Ecology 52 (rarefaction); Herlocker et al. 2004",
        ..entry("item_coverage", Coverage, Unit::Share, Direction::Neutral, ITEMS)
    },
    Entry {
        title: "Gini coefficient of exposure",
        meaning: "How unequally the attention of a group's lists is spread over all items of the log; near 1: few get all.",
        formula_text: "sum of (2 i - n - 1) e_i / (n sum of e), e ascending over all n items of the log, those that the group was not shown having 0",
        aliases: &[alias(
            "gini_index",
            Contrast::Value,
            "RecBole (of counts); FairDiverse on a list with zeros",
        )],
        caution: "A small group can't be shown everything, and so has a higher number; compare groups of like size.",
        source: "Gini 1914; RecBole `GiniIndex`",
        ..entry("exposure_gini", ItemGini, Unit::Share, Direction::Worse, ITEMS)
    },
    Entry {
        title: "Value unfairness",
        meaning: "How differently scores miss the labels of a group and of others, item by item, over- and underestimation telling.",
        formula_text: "mean over items of |(mean score - mean label) of the group - the same of the reference|",
        caution: RATED_CARE,
        source: "Yao & Huang 2017 (NIPS), equation 5; RecBole-FairRec keeps items that one side never rated",
        ..entry(
            "value_unfairness",
            Unfair(Unfairness::Value),
            Unit::Number,
            Direction::Worse,
            RATED,
        )
    },
    Entry {
        title: "Absolute unfairness",
        meaning: "How differently well scores meet the labels of a group and of others, item by item, whichever way they miss.",
        formula_text: "mean over items of ||mean score - mean label| of the group - the same of the reference|",
        caution: RATED_CARE,
        source: "Yao & Huang 2017 (NIPS), equation 6",
        ..entry(
            "absolute_unfairness",
            Unfair(Unfairness::Absolute),
            Unit::Number,
            Direction::Worse,
            RATED,
        )
    },
    Entry {
        title: "Underestimation unfairness",
        meaning: "How differently scores fall short of the labels of a group and of others, item by item.",
        formula_text: "mean over items of |max(0, mean label - mean score) of the group - the same of the reference|",
        caution: RATED_CARE,
        source: "Yao & Huang 2017 (NIPS), equation 7",
        ..entry(
            "underestimation_unfairness",
            Unfair(Unfairness::Under),
            Unit::Number,
            Direction::Worse,
            RATED,
        )
    },
    Entry {
        title: "Overestimation unfairness",
        meaning: "How differently scores exceed the labels of a group and of others, item by item.",
        formula_text: "mean over items of |max(0, mean score - mean label) of the group - the same of the reference|",
        caution: RATED_CARE,
        source: "Yao & Huang 2017 (NIPS), equation 8",
        ..entry(
            "overestimation_unfairness",
            Unfair(Unfairness::Over),
            Unit::Number,
            Direction::Worse,
            RATED,
        )
    },
];
