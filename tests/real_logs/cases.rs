//! Which audit answers which analysis of the oracle files.

/// One analysis of an oracle file, and the audit that answers it.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// Name in the oracle file.
    pub analysis: &'static str,
    /// Spec, without folder and suffix.
    pub spec: &'static str,
    /// Flags that the spec needs.
    pub flags: &'static [&'static str],
    pub outcome: &'static str,
    pub attribute: &'static str,
    /// The same group by the oracle's and by parytet's name, where they differ by more than ` & `.
    pub renamed: &'static [(&'static str, &'static str)],
    /// The oracle takes a missing attribute for a group like any other.
    pub missing_is_a_group: bool,
    /// Numeric columns with the outcome that has it as its value; and the spec, where another log or spec gives it.
    pub numeric: &'static [(&'static str, &'static str, Option<&'static str>)],
    /// The numeric column that is the oracle's score.
    pub score: Option<&'static str>,
}

const CASE: Case = Case {
    analysis: "",
    spec: "",
    flags: &[],
    outcome: "",
    attribute: "",
    renamed: &[],
    missing_is_a_group: false,
    numeric: &[],
    score: None,
};

macro_rules! snapshot {
    ($platform:literal, $country:literal, $time:literal) => {
        &[
            "--where",
            concat!("platform=", $platform),
            "--where",
            concat!("country=", $country),
            "--where",
            concat!("datetime=", $time),
            "--where",
            "gender=male|female",
        ]
    };
}
const SNAPSHOT: Case = Case {
    spec: "ad_delivery",
    outcome: "shown to a woman",
    attribute: "job",
    ..CASE
};

const RANDOM: &[&str] = &["--where", "behavior_policy=random"];
const BANDIT: Case = Case {
    spec: "bandit",
    flags: &["--where", "behavior_policy=bts"],
    outcome: "click",
    numeric: &[("propensity_score", "click", None), ("position", "position", None)],
    ..CASE
};

const RESUME: Case = Case {
    spec: "resume",
    outcome: "called back",
    ..CASE
};

/// One oracle file.
pub struct Set {
    pub stem: &'static str,
    pub cases: &'static [Case],
    /// So many numbers must have been compared.
    pub at_least: usize,
}

pub const SETS: &[Set] = &[
    Set {
        stem: "compas_two_years",
        cases: &[
            Case {
                analysis: "race_full",
                spec: "compas_full",
                outcome: "high risk",
                attribute: "race",
                numeric: &[
                    ("decile_score", "score", Some("compas_scores")),
                    ("priors_count", "priors", Some("compas_scores")),
                    ("age", "high risk", None),
                ],
                score: Some("decile_score"),
                ..CASE
            },
            Case {
                analysis: "sex_full",
                spec: "compas_full",
                outcome: "high risk",
                attribute: "sex",
                numeric: &[("decile_score", "score", Some("compas_scores"))],
                score: Some("decile_score"),
                ..CASE
            },
            Case {
                analysis: "age_cat_full",
                spec: "compas_full",
                outcome: "high risk",
                attribute: "age_cat",
                numeric: &[("decile_score", "score", Some("compas_scores"))],
                score: Some("decile_score"),
                ..CASE
            },
            Case {
                analysis: "race_filtered",
                spec: "compas_filtered",
                outcome: "high risk",
                attribute: "race",
                numeric: &[("decile_score", "score", Some("compas_filtered_scores"))],
                score: Some("decile_score"),
                ..CASE
            },
            Case {
                analysis: "race_sex_intersection_filtered",
                spec: "compas_race_and_sex",
                outcome: "high risk",
                attribute: "race & sex",
                ..CASE
            },
        ],
        at_least: 3_619,
    },
    Set {
        stem: "starbucks_offers",
        cases: &[
            Case {
                analysis: "gender_completed",
                spec: "starbucks_completed",
                outcome: "completed",
                attribute: "gender",
                numeric: &[
                    ("income", "completed", None),
                    ("reward", "reward", None),
                    ("difficulty", "difficulty", None),
                    (
                        "offer_completed_time - offer_received_time (hours, completed only)",
                        "hours",
                        Some("starbucks_hours"),
                    ),
                ],
                ..CASE
            },
            Case {
                analysis: "gender_completed_missing_as_group",
                spec: "starbucks_missing",
                outcome: "completed",
                attribute: "gender",
                missing_is_a_group: true,
                ..CASE
            },
            Case {
                analysis: "age_band_completed",
                spec: "starbucks_completed",
                outcome: "completed",
                attribute: "age",
                numeric: &[("income", "completed", None)],
                ..CASE
            },
            Case {
                analysis: "gender_x_age_completed",
                spec: "starbucks_completed",
                outcome: "completed",
                attribute: "gender & age",
                ..CASE
            },
            Case {
                analysis: "gender_got_bogo_assignment",
                spec: "starbucks_assignment",
                outcome: "bogo",
                attribute: "gender",
                numeric: &[("reward", "bogo", None)],
                ..CASE
            },
        ],
        at_least: 1_159,
    },
    Set {
        stem: "starbucks_model_predictions",
        cases: &[
            Case {
                analysis: "gender",
                spec: "starbucks_model",
                outcome: "predicted",
                attribute: "gender",
                numeric: &[("y_pred_proba_1", "predicted", None)],
                score: Some("y_pred_proba_1"),
                ..CASE
            },
            Case {
                analysis: "gender_missing_as_group",
                spec: "starbucks_model_missing",
                outcome: "predicted",
                attribute: "gender",
                missing_is_a_group: true,
                numeric: &[("y_pred_proba_1", "predicted", None)],
                score: Some("y_pred_proba_1"),
                ..CASE
            },
            Case {
                analysis: "age_band",
                spec: "starbucks_model",
                outcome: "predicted",
                attribute: "age",
                numeric: &[("y_pred_proba_1", "predicted", None)],
                score: Some("y_pred_proba_1"),
                ..CASE
            },
        ],
        at_least: 1_658,
    },
    Set {
        stem: "bank_additional_full",
        cases: &[
            Case {
                analysis: "age_band",
                spec: "bank",
                outcome: "taken",
                attribute: "age",
                numeric: &[("duration", "taken", None), ("campaign", "calls", None)],
                ..CASE
            },
            Case {
                analysis: "age_ge_25",
                spec: "bank",
                outcome: "taken",
                attribute: "age of 25",
                renamed: &[(">=25", "25+")],
                ..CASE
            },
            Case {
                analysis: "marital",
                spec: "bank",
                outcome: "taken",
                attribute: "marital",
                numeric: &[("duration", "taken", None), ("campaign", "calls", None)],
                ..CASE
            },
            Case {
                analysis: "job",
                spec: "bank",
                outcome: "taken",
                attribute: "job",
                numeric: &[("duration", "taken", None)],
                ..CASE
            },
        ],
        at_least: 1_084,
    },
    Set {
        stem: "hillstrom_email",
        cases: &[
            Case {
                analysis: "zip_received_email",
                spec: "hillstrom_received",
                outcome: "received",
                attribute: "zip_code",
                ..CASE
            },
            Case {
                analysis: "zip_visit",
                spec: "hillstrom_mailed",
                outcome: "visit",
                attribute: "zip_code",
                numeric: &[("spend", "visit", None), ("history", "visit by history", None)],
                ..CASE
            },
            Case {
                analysis: "zip_conversion",
                spec: "hillstrom_mailed",
                outcome: "conversion",
                attribute: "zip_code",
                ..CASE
            },
            Case {
                analysis: "womens_buyers_got_womens_mail_visit",
                spec: "hillstrom_womens",
                outcome: "visit",
                attribute: "womens",
                ..CASE
            },
        ],
        at_least: 475,
    },
    Set {
        stem: "facebook_ad_delivery",
        cases: &[
            Case {
                analysis: "gender_ctr",
                spec: "facebook_clicks",
                outcome: "clicked",
                attribute: "Gender",
                ..CASE
            },
            Case {
                analysis: "delivery_share_female_DE",
                spec: "facebook_delivery",
                outcome: "shown to a woman",
                attribute: "Ad Set Name",
                ..CASE
            },
            Case {
                analysis: "delivery_reach_female_DE",
                spec: "facebook_delivery",
                flags: &["--count", "Reach"],
                outcome: "shown to a woman",
                attribute: "Ad Set Name",
                ..CASE
            },
        ],
        at_least: 471,
    },
    Set {
        stem: "ad_delivery_timeseries",
        cases: &[
            Case {
                analysis: "delivery_share_female_facebook_DE_last_snapshot",
                flags: snapshot!("facebook", "DE", "2020-08-27 08:56:00"),
                ..SNAPSHOT
            },
            Case {
                analysis: "delivery_share_female_google_DE_last_snapshot",
                flags: snapshot!("google", "DE", "2020-08-31 17:07:14"),
                ..SNAPSHOT
            },
            Case {
                analysis: "delivery_share_female_facebook_PL_last_snapshot",
                flags: snapshot!("facebook", "PL", "2020-09-02 13:47:00"),
                ..SNAPSHOT
            },
            Case {
                analysis: "delivery_share_female_google_PL_last_snapshot",
                flags: snapshot!("google", "PL", "2020-09-02 22:50:27"),
                ..SNAPSHOT
            },
        ],
        at_least: 724,
    },
    Set {
        stem: "kag_ad_conversions",
        cases: &[
            Case {
                analysis: "gender_ctr",
                spec: "kag_clicks",
                outcome: "clicked",
                attribute: "gender",
                ..CASE
            },
            Case {
                analysis: "age_ctr",
                spec: "kag_clicks",
                outcome: "clicked",
                attribute: "age",
                ..CASE
            },
            Case {
                analysis: "gender_approved_given_enquiry",
                spec: "kag_approved",
                outcome: "approved",
                attribute: "gender",
                ..CASE
            },
            Case {
                analysis: "age_approved_given_enquiry",
                spec: "kag_approved",
                outcome: "approved",
                attribute: "age",
                ..CASE
            },
            Case {
                analysis: "numeric_gender",
                spec: "kag_rows",
                outcome: "approved",
                attribute: "gender",
                numeric: &[("Spent", "approved", None), ("Impressions", "impressions", None)],
                ..CASE
            },
        ],
        at_least: 481,
    },
    Set {
        stem: "open_bandit_small",
        cases: &[
            Case {
                analysis: "random_user_feature_0_click",
                flags: RANDOM,
                attribute: "user_feature_0",
                ..BANDIT
            },
            Case {
                analysis: "random_user_feature_1_click",
                flags: RANDOM,
                attribute: "user_feature_1",
                ..BANDIT
            },
            Case {
                analysis: "bts_user_feature_0_click",
                attribute: "user_feature_0",
                ..BANDIT
            },
            Case {
                analysis: "bts_user_feature_1_click",
                attribute: "user_feature_1",
                ..BANDIT
            },
            Case {
                analysis: "policy_bts_vs_random_click",
                spec: "bandit_policies",
                outcome: "click",
                attribute: "behavior_policy",
                ..CASE
            },
            Case {
                analysis: "bts_user_feature_0_top_slot",
                outcome: "top slot",
                attribute: "user_feature_0",
                numeric: &[],
                ..BANDIT
            },
        ],
        at_least: 1_117,
    },
    Set {
        stem: "resume_callbacks",
        cases: &[
            Case {
                analysis: "ethnicity",
                attribute: "ethnicity",
                numeric: &[("experience", "called back", None), ("jobs", "jobs", None)],
                ..RESUME
            },
            Case {
                analysis: "gender",
                attribute: "gender",
                ..RESUME
            },
            Case {
                analysis: "ethnicity_x_gender",
                attribute: "ethnicity & gender",
                ..RESUME
            },
            Case {
                analysis: "ethnicity_small_subset",
                spec: "resume_few",
                attribute: "ethnicity",
                ..RESUME
            },
        ],
        at_least: 412,
    },
    Set {
        stem: "ucb_admissions",
        cases: &[Case {
            analysis: "gender",
            spec: "ucb",
            outcome: "admitted",
            attribute: "Gender",
            ..CASE
        }],
        at_least: 61,
    },
];
