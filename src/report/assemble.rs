//! Puts the public result together from what was planned, counted, assessed and judged.

use std::collections::BTreeSet;

use sha2::{Digest as _, Sha256};

use super::model::v1;
use crate::assess::{
    Assessment, Bound, ChiSquare, Chosen, Curve, Ends, Finding, LabelBound, Matched, Proxy, Search, SmallGroup, Status,
    Subgroup, Uncertain, UncertainGroup, Valued, Within,
};
use crate::catalogue::{self, Metric, Unit};
use crate::engine::Counted;
use crate::plan::{GateRule, OnInconclusive, Plan, Reference};
use crate::spec::{Flags, Typed};
use crate::store::{File, FileDigest, Files};
use crate::tally::{GroupTally, Tally};
use crate::verdict::{self, Answer, Excuse, Hanging, Judged, Outcome, Say};

/// Everything that a result is made of.
#[derive(Debug)]
pub struct Parts<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The tally, with what was learnt while reading.
    pub counted: &'a Counted,
    /// The findings.
    pub assessment: &'a Assessment,
    /// The gates' answers.
    pub judged: &'a [Judged],
    /// The earlier audit that gates compare with.
    pub baseline: Option<v1::Baseline>,
    /// What each waiver does.
    pub excuses: &'a [Excuse],
    /// The whole verdict.
    pub outcome: Outcome,
    /// What was typed: the spec's text, and the flags over it.
    pub typed: &'a Typed,
    /// The files that were counted, log and people.
    pub files: &'a Files,
    /// Whether failures were asked not to change the exit code.
    pub exit_zero: bool,
}

/// The public result.
#[must_use]
pub fn assemble(parts: &Parts<'_>) -> v1::Result {
    let Parts {
        plan,
        counted,
        assessment,
        judged,
        baseline,
        excuses,
        outcome,
        typed,
        files,
        exit_zero,
    } = parts;
    let tally = &counted.tally;
    let mut notes = plan.notes.clone();
    notes.extend(counted.notes.iter().cloned());
    notes.extend(assessment.notes.iter().cloned());
    notes.extend(standing_notes(plan, counted));
    let count = |say: Say| judged.iter().filter(|gate| gate.say == say).count() as u64;
    v1::Result {
        schema: v1::SCHEMA.to_owned(),
        tool: tool(),
        audit: v1::Audit {
            title: plan.about.title.clone(),
            system: plan.about.system.clone(),
            owner: plan.about.owner.clone(),
            purpose: plan.about.purpose.clone(),
            period: plan.about.period.clone(),
            spec: plan.about.spec.clone(),
            spec_text: typed.text.clone(),
            spec_sha256: typed.text.as_ref().map(|text| sha256(text)),
            flags: typed.flags.iter().map(Flags::public).collect(),
            level: plan.level,
            seed: plan.seed,
            as_of: plan.as_of.to_string(),
            unit: unit(plan).to_owned(),
            min_subjects: plan.min_subjects,
            tests: assessment.tests,
            exit_zero: *exit_zero,
        },
        inputs: inputs(plan, counted, files),
        account: account(plan, counted),
        outcomes: plan
            .outcomes
            .iter()
            .map(|o| v1::Outcome {
                name: o.name.clone(),
                sweep: o.sweep.clone(),
                favourable: o.favourable,
                label: o.actual.is_some(),
                value: o.value.is_some(),
                unit: o.unit.clone(),
            })
            .collect(),
        groupings: groupings(plan, tally, assessment),
        metrics: metrics(assessment),
        estimates: assessment
            .findings
            .iter()
            .map(|finding| estimate(plan, tally, finding))
            .collect(),
        within: assessment
            .within
            .iter()
            .map(|found| within(plan, tally, found))
            .collect(),
        bounds: assessment
            .bounds
            .iter()
            .map(|found| {
                let hanging = verdict::hanging(plan, assessment, judged, found);
                bound(plan, tally, found, &hanging)
            })
            .collect(),
        label_bounds: assessment
            .label_bounds
            .iter()
            .map(|found| {
                let hanging = verdict::hanging_on_labels(plan, assessment, judged, found);
                label_bound(plan, tally, found, &hanging)
            })
            .collect(),
        search: assessment.search.as_ref().map(|found| search(plan, found)),
        proxies: assessment.proxies.iter().map(proxy).collect(),
        matched: assessment
            .matched
            .iter()
            .map(|found| matched(plan, tally, found))
            .collect(),
        curves: assessment
            .curves
            .iter()
            .map(|found| curve(plan, tally, found))
            .collect(),
        uncertain: assessment
            .uncertain
            .iter()
            .map(|found| uncertain(plan, found))
            .collect(),
        small_groups: assessment
            .small_groups
            .iter()
            .map(|found| small_group(plan, tally, found))
            .collect(),
        baseline: baseline.clone(),
        gates: plan
            .gates
            .iter()
            .zip(*judged)
            .map(|(gate, judged)| v1::Gate {
                name: gate.name.clone(),
                preset: gate.preset.map(str::to_owned),
                metric: gate.asked.clone(),
                contrast: gate.contrast.id().to_owned(),
                min: gate.min.map(|t| t.value),
                max: gate.max.map(|t| t.value),
                no_worse_than: gate.ratchet.map(|_| "baseline".to_owned()),
                margin: gate.ratchet,
                rule: match gate.rule {
                    GateRule::Point => "point",
                    GateRule::Evidence => "evidence",
                    GateRule::Assurance => "assurance",
                    GateRule::Significant => "significant",
                }
                .to_owned(),
                on_inconclusive: match gate.on_inconclusive {
                    OnInconclusive::Fail => "fail",
                    OnInconclusive::Warn => "warn",
                    OnInconclusive::Pass => "pass",
                }
                .to_owned(),
                line: gate.line,
                verdict: judged.say.word().to_owned(),
                waived: waived(judged),
                answers: judged
                    .answers
                    .iter()
                    .map(|a| answer(plan, tally, assessment, a))
                    .collect(),
            })
            .collect(),
        waivers: plan
            .waivers
            .iter()
            .zip(*excuses)
            .map(|(waiver, excuse)| v1::Waiver {
                gate: waiver.gate.clone(),
                group: waiver.group.clone(),
                attribute: waiver.attribute.clone(),
                outcome: waiver.outcome.clone(),
                reason: waiver.reason.clone(),
                owner: waiver.owner.clone(),
                expires: waiver.expires.to_string(),
                no_worse_than: waiver.no_worse_than,
                file: waiver.file.clone(),
                line: waiver.line,
                status: excuse.standing.word().to_owned(),
                covers: excuse.covers,
                ends_soon: excuse.ends_soon,
                meant: excuse.meant.clone(),
            })
            .collect(),
        verdict: v1::Verdict {
            verdict: outcome.word.to_owned(),
            passed: count(Say::Pass),
            failed: count(Say::Fail),
            inconclusive: count(Say::Inconclusive),
            waived: judged.iter().map(waived).sum(),
            exit_code: outcome.code,
            reason: outcome.reason.to_owned(),
        },
        notes,
    }
}

/// How many failures of a gate waivers cover.
fn waived(judged: &Judged) -> u64 {
    judged.answers.iter().filter(|answer| answer.waiver.is_some()).count() as u64
}

fn unit(plan: &Plan) -> &'static str {
    if plan.subject.is_some() { "subject" } else { "row" }
}

/// What is always true of such a log and must be said.
fn standing_notes(plan: &Plan, counted: &Counted) -> Vec<String> {
    let mut notes = Vec::new();
    if plan.subject.is_none() {
        notes.push(
            "The spec names no person column: every row is taken for a person of its own. If people have several rows, the intervals are too narrow."
                .to_owned(),
        );
    }
    for (grouping, tally) in plan.groupings.iter().zip(&counted.tally.groupings) {
        if tally.several > 0 {
            notes.push(format!(
                "{} people appear in more than one group of `{}`; they are counted in each, and the intervals allow for it.",
                tally.several, grouping.name
            ));
        }
        if tally.groups.iter().filter(|g| g.is_known()).count() < 2 {
            notes.push(format!(
                "`{}` has fewer than two groups of known attribute: there is nothing to compare.",
                grouping.name
            ));
        }
    }
    if plan.gates.iter().any(|gate| gate.ratchet.is_some()) {
        notes.push(
            "The change from the baseline is judged as if nobody were in both audits, because results hold no people to be paired. Where most are in both, its intervals are too wide."
                .to_owned(),
        );
    }
    notes.push(
        "The log shows who was in it. People who were never considered leave no row, so exclusion from the log cannot be seen here."
            .to_owned(),
    );
    notes
}

/// This build.
fn tool() -> v1::Tool {
    let abi = if cfg!(target_env = "gnu") {
        "-gnu"
    } else if cfg!(target_env = "musl") {
        "-musl"
    } else if cfg!(target_env = "msvc") {
        "-msvc"
    } else {
        ""
    };
    v1::Tool {
        name: env!("CARGO_PKG_NAME").to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        // Whoever builds a release sets it; a build from a folder of sources knows of no commit.
        commit: option_env!("PARYTET_COMMIT")
            .filter(|commit| !commit.is_empty())
            .map(str::to_owned),
        target: Some(format!("{}-{}{abi}", std::env::consts::ARCH, std::env::consts::OS)),
        features: ["cloud"]
            .into_iter()
            .filter(|_| cfg!(feature = "cloud"))
            .map(str::to_owned)
            .collect(),
    }
}

fn sha256(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn inputs(plan: &Plan, counted: &Counted, files: &Files) -> Vec<v1::Input> {
    let of = |role: &str, files: &[File], rows: &[u64]| -> Vec<v1::Input> {
        files
            .iter()
            .zip(rows)
            .map(|(file, rows)| {
                let (sha256, bytes, reason) = match &file.digest {
                    FileDigest::Sha256(digest, bytes) => (Some(digest.clone()), Some(*bytes), None),
                    FileDigest::NotAsked => (None, None, Some("not-asked")),
                    FileDigest::NotAFile => (None, None, Some("not-a-file")),
                };
                v1::Input {
                    role: role.to_owned(),
                    name: file.name.clone(),
                    rows: *rows,
                    bytes,
                    sha256,
                    digest_reason: reason.map(str::to_owned),
                }
            })
            .collect()
    };
    let mut inputs = of("log", &files.log, &counted.rows);
    for input in inputs.iter_mut().skip(plan.log.second.unwrap_or(usize::MAX)) {
        "versus".clone_into(&mut input.role);
    }
    if let (Some(people), Some(rows)) = (&files.people, &counted.people_rows) {
        inputs.extend(of("people", people, rows));
    }
    inputs.extend(of("check", &files.checks, &counted.check_rows.concat()));
    inputs
}

fn account(plan: &Plan, counted: &Counted) -> v1::Account {
    let tally = &counted.tally;
    let fates = tally.everyone.fates;
    v1::Account {
        read: fates.read(),
        filtered: fates.filtered,
        no_subject: fates.no_subject,
        no_decision: fates.no_decision,
        audited: fates.audited,
        audited_count: tally.everyone.rows,
        subjects: tally.everyone.subjects,
        short_rows: counted.short_rows,
        subjects_without_record: counted.subjects_without_record,
        records_without_rows: counted.records_without_rows,
        by_outcome: plan
            .outcomes
            .iter()
            .zip(&tally.outcomes)
            .map(|(outcome, account)| v1::OutcomeAccount {
                outcome: outcome.name.clone(),
                audited: account.audited,
                no_decision: fates.audited + fates.no_decision - account.audited,
                no_label: outcome.actual.as_ref().map(|_| account.no_label),
                no_value: outcome.value.map(|_| account.no_value),
            })
            .collect(),
        by_group: plan
            .groupings
            .iter()
            .zip(&tally.groupings)
            .flat_map(|(grouping, tally)| {
                tally.groups.iter().map(|group| v1::GroupAccount {
                    attribute: grouping.name.clone(),
                    group: group.name(),
                    read: group.fates.read(),
                    filtered: group.fates.filtered,
                    no_subject: group.fates.no_subject,
                    no_decision: group.fates.no_decision,
                    audited: group.fates.audited,
                })
            })
            .collect(),
    }
}

fn groupings(plan: &Plan, tally: &Tally, assessment: &Assessment) -> Vec<v1::Grouping> {
    let share = |part: u64, whole: u64| {
        if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
    };
    plan.groupings
        .iter()
        .enumerate()
        .map(|(g, grouping)| v1::Grouping {
            attribute: grouping.name.clone(),
            reference: assessment
                .references
                .first()
                .and_then(|by_grouping| reference(&by_grouping[g], &tally.groupings[g].groups)),
            reference_rule: match grouping.reference {
                Reference::Largest => "largest",
                Reference::Best => "best",
                Reference::Rest => "rest",
                Reference::Overall => "overall",
                Reference::Named(_) => "named",
            }
            .to_owned(),
            subjects_in_several_groups: tally.groupings[g].several,
            groups: tally.groupings[g]
                .groups
                .iter()
                .zip(&assessment.judged[g])
                .filter(|(group, _)| group.is_in_scope())
                .map(|(group, judged)| v1::Group {
                    group: group.name(),
                    subjects: group.subjects,
                    rows: group.rows,
                    row_share: share(group.rows, tally.everyone.rows),
                    subject_share: share(group.subjects, tally.everyone.subjects),
                    judged: *judged,
                })
                .collect(),
        })
        .collect()
}

/// What the metrics of the findings are, in the order of the catalogue.
fn metrics(assessment: &Assessment) -> Vec<v1::Metric> {
    let found: BTreeSet<Metric> = assessment.findings.iter().map(|finding| finding.metric).collect();
    let entries = found.into_iter().map(Metric::entry);
    entries
        .map(|entry| v1::Metric {
            metric: entry.id.to_owned(),
            title: entry.title.to_owned(),
            meaning: entry.meaning.to_owned(),
            formula: entry.formula_text.to_owned(),
            direction: entry.direction.id().to_owned(),
            caution: entry.caution.to_owned(),
            source: entry.source.to_owned(),
        })
        .collect()
}

fn reference(chosen: &Chosen, groups: &[GroupTally]) -> Option<String> {
    match chosen {
        Chosen::Group(i) => Some(groups[*i].name()),
        Chosen::Rest => Some("(rest)".to_owned()),
        Chosen::Overall => Some("(overall)".to_owned()),
        Chosen::Nobody => None,
    }
}

fn estimate(plan: &Plan, tally: &Tally, finding: &Finding) -> v1::Estimate {
    let outcome = &plan.outcomes[finding.outcome];
    let (attribute, group) = finding.about.names(plan, tally);
    v1::Estimate {
        attribute,
        group,
        reference: finding.reference.clone(),
        given: given(plan, finding),
        along: along(plan, finding),
        at: finding.at.clone(),
        item_class: finding.item_class.clone(),
        outcome: outcome.name.clone(),
        metric: finding.metric.id().to_owned(),
        contrast: finding.contrast.id().to_owned(),
        alias: catalogue::alias(finding.metric, finding.contrast, outcome.favourable).map(str::to_owned),
        unit: match finding.metric.entry().unit {
            Unit::Share => "share".to_owned(),
            Unit::Number => "number".to_owned(),
            Unit::Value => outcome.unit.clone().unwrap_or_else(|| "value".to_owned()),
        },
        estimate: finding.estimate,
        low: finding.ends.and_then(|e| e.low),
        high: finding.ends.and_then(|e| e.high),
        level: plan.level,
        method: finding.method.clone(),
        bootstrap_low: finding.drawn.and_then(|e| e.low),
        bootstrap_high: finding.drawn.and_then(|e| e.high),
        standard_error: finding.standard_error.filter(|se| se.is_finite()),
        df: finding.df,
        test: finding.test.as_ref().map(|(name, _)| name.clone()),
        p_value: finding.test.as_ref().map(|(_, p)| *p),
        p_adjusted: finding.p_adjusted,
        p_bh: finding.p_bh,
        subjects: finding.subjects,
        rows: finding.rows,
        numerator: finding.fraction.map(|f| f.0),
        denominator: finding.fraction.map(|f| f.1),
        deff: finding.deff,
        effective_rows: finding.effective,
        minimum_detectable_ratio: finding.minimum_detectable_ratio,
        selections_to_parity: finding.selections_to_parity,
        subjects_to_parity: finding.subjects_to_parity,
        status: match finding.status {
            Status::Ok => "ok",
            Status::Unjudged(_) => "few",
            Status::Undefined(_) => "undefined",
        }
        .to_owned(),
        reason: finding.status.reason().map(str::to_owned),
    }
}

fn given(plan: &Plan, finding: &Finding) -> Option<String> {
    finding.given.map(|given| plan.given[given].name.clone())
}

fn along(plan: &Plan, finding: &Finding) -> Option<String> {
    finding.along.map(|axis| plan.axes[axis].name.clone())
}

fn bound(plan: &Plan, tally: &Tally, found: &Bound, hanging: &[Hanging]) -> v1::Bound {
    v1::Bound {
        attribute: plan.groupings[found.grouping].name.clone(),
        group: tally.groupings[found.grouping].groups[found.group].name(),
        reference: found.reference.clone(),
        outcome: plan.outcomes[found.outcome].name.clone(),
        unknown: found.counts.unknown,
        unknown_selected: found.counts.unknown_selected,
        gap_low: found.gap.0,
        gap_high: found.gap.1,
        ratio_low: found.ratio.0,
        ratio_high: found.ratio.1,
        gates_hanging: hanging.iter().map(|h| plan.gates[h.gate].name.clone()).collect(),
        tipping: hanging
            .iter()
            .map(|h| v1::Tipping {
                gate: plan.gates[h.gate].name.clone(),
                group_rate: h.tipping.map(|(own, _)| own),
                reference_rate: h.tipping.map(|(_, other)| other),
            })
            .collect(),
    }
}

fn search(plan: &Plan, found: &Search) -> v1::Search {
    v1::Search {
        outcome: plan.outcomes[found.outcome].name.clone(),
        metric: found.metric.id().to_owned(),
        columns: found.columns.clone(),
        depth: found.depth as u64,
        min_subjects: found.people,
        tested: found.tested as u64,
        told: found.told as u64,
        groups: found.groups.iter().map(subgroup).collect(),
    }
}

fn subgroup(found: &Subgroup) -> v1::Subgroup {
    let shares = found.shares.as_deref().unwrap_or_default();
    v1::Subgroup {
        group: found.name.clone(),
        items: found
            .items
            .iter()
            .enumerate()
            .map(|(i, (column, value))| v1::Item {
                column: column.clone(),
                value: value.clone(),
                share: shares.get(i).copied(),
            })
            .collect(),
        subjects: found.subjects,
        rows: found.rows,
        overlap: found.overlap,
        found_gap: found.found.gap,
        found_p: found.found.p,
        value: found.checked.map(|gap| gap.rate),
        others: found.checked.map(|gap| gap.others),
        gap: found.checked.map(|gap| gap.gap),
        low: found.ends.and_then(|ends| ends.low),
        high: found.ends.and_then(|ends| ends.high),
        p_value: found.checked.map(|gap| gap.p),
        p_adjusted: found.p,
        confirmed: found.confirmed,
    }
}

fn proxy(found: &Proxy) -> v1::Proxy {
    let low = |told: Option<(f64, Option<Ends>)>| told.and_then(|(_, ends)| ends?.low);
    let high = |told: Option<(f64, Option<Ends>)>| told.and_then(|(_, ends)| ends?.high);
    let value = |told: Option<(f64, Option<Ends>)>| told.map(|(value, _)| value);
    v1::Proxy {
        attribute: found.attribute.clone(),
        columns: found.columns.clone(),
        subjects: found.subjects,
        cramers_v: value(found.cramers_v),
        cramers_v_low: low(found.cramers_v),
        cramers_v_high: high(found.cramers_v),
        p_value: found.p.map(|(p, _)| p),
        p_adjusted: found.p.map(|(_, adjusted)| adjusted),
        auc: value(found.auc),
        auc_low: low(found.auc),
        auc_high: high(found.auc),
        information: value(found.information),
        information_low: low(found.information),
        information_high: high(found.information),
        guessed: found.right.map(|(right, _)| right),
        guessed_blindly: found.right.map(|(_, blindly)| blindly),
    }
}

fn label_bound(plan: &Plan, tally: &Tally, found: &LabelBound, hanging: &[usize]) -> v1::LabelBound {
    v1::LabelBound {
        attribute: plan.groupings[found.grouping].name.clone(),
        group: tally.groupings[found.grouping].groups[found.group].name(),
        reference: found.reference.clone(),
        outcome: plan.outcomes[found.outcome].name.clone(),
        metric: found.metric.id().to_owned(),
        selected: found.selected.1,
        selected_unlabelled: found.selected.0,
        others: found.others.1,
        others_unlabelled: found.others.0,
        low: found.value.0,
        high: found.value.1,
        gap_low: found.gap.0,
        gap_high: found.gap.1,
        ratio_low: found.ratio.0,
        ratio_high: found.ratio.1,
        gates_hanging: hanging.iter().map(|&gate| plan.gates[gate].name.clone()).collect(),
    }
}

fn matched(plan: &Plan, tally: &Tally, found: &Matched) -> v1::Matched {
    let low = |(_, ends): (f64, Option<Ends>)| ends.and_then(|ends| ends.low);
    let high = |(_, ends): (f64, Option<Ends>)| ends.and_then(|ends| ends.high);
    let balance = found.balance.iter().map(|(column, before, after, number)| v1::Balance {
        column: column.clone(),
        unit: if *number { "standard deviations" } else { "share" }.to_owned(),
        before: *before,
        after: *after,
    });
    v1::Matched {
        attribute: plan.groupings[found.grouping].name.clone(),
        group: tally.groupings[found.grouping].groups[found.group].name(),
        reference: found.reference.clone(),
        outcome: plan.outcomes[found.outcome].name.clone(),
        rows: found.rows.0,
        matched: found.rows.1,
        crude: found.crude,
        gap: found.gap.0,
        gap_low: low(found.gap),
        gap_high: high(found.gap),
        differently: found.differently.0,
        differently_low: low(found.differently),
        differently_high: high(found.differently),
        balance: balance.collect(),
    }
}

fn curve(plan: &Plan, tally: &Tally, found: &Curve) -> v1::Curve {
    let bins = found.bins.iter().map(|(bin, ends)| v1::Bin {
        lowest: bin.scores.0,
        highest: bin.scores.1,
        rows: bin.rows,
        mean_score: bin.mean_score(),
        share: bin.share(),
        low: ends.and_then(|ends| ends.low),
        high: ends.and_then(|ends| ends.high),
    });
    let roc = found.roc.iter().map(|point| v1::RocPoint {
        score: point.score,
        false_positive_rate: point.false_positive_rate,
        true_positive_rate: point.true_positive_rate,
    });
    v1::Curve {
        outcome: plan.outcomes[found.outcome].name.clone(),
        attribute: plan.groupings[found.grouping].name.clone(),
        group: tally.groupings[found.grouping].groups[found.group].name(),
        bins: bins.collect(),
        roc: roc.collect(),
    }
}

fn uncertain(plan: &Plan, found: &Uncertain) -> v1::Uncertain {
    v1::Uncertain {
        attribute: found.attribute.clone(),
        reference: found.reference.clone(),
        outcome: plan.outcomes[found.outcome].name.clone(),
        threshold: found.threshold,
        rows: found.rows.0,
        rows_unknown: found.rows.1,
        strata: found.strata.0 as u64,
        strata_step: found.strata.1,
        groups: found.groups.iter().map(uncertain_group).collect(),
    }
}

fn uncertain_group(found: &UncertainGroup) -> v1::UncertainGroup {
    let value = |told: Valued| told.map(|(value, _)| value);
    let low = |told: Valued| told.and_then(|(_, ends)| ends?.low);
    let high = |told: Valued| told.and_then(|(_, ends)| ends?.high);
    v1::UncertainGroup {
        group: found.group.clone(),
        expected_rows: found.rows.0,
        counted_rows: found.rows.1,
        weighted: value(found.rates.0),
        weighted_low: low(found.rates.0),
        weighted_high: high(found.rates.0),
        thresholded: value(found.rates.1),
        thresholded_low: low(found.rates.1),
        thresholded_high: high(found.rates.1),
        bound_low: found.bounds.map(|(low, _)| low),
        bound_high: found.bounds.map(|(_, high)| high),
        weighted_gap: value(found.gaps.0),
        weighted_gap_low: low(found.gaps.0),
        weighted_gap_high: high(found.gaps.0),
        thresholded_gap: value(found.gaps.1),
        thresholded_gap_low: low(found.gaps.1),
        thresholded_gap_high: high(found.gaps.1),
        gap_bound_low: found.gap_bounds.map(|(low, _)| low),
        gap_bound_high: found.gap_bounds.map(|(_, high)| high),
    }
}

fn small_group(plan: &Plan, tally: &Tally, found: &SmallGroup) -> v1::SmallGroup {
    let value = |told: Option<(f64, Option<Ends>)>| told.map(|(value, _)| value);
    let low = |told: Option<(f64, Option<Ends>)>| told.and_then(|(_, ends)| ends?.low);
    let high = |told: Option<(f64, Option<Ends>)>| told.and_then(|(_, ends)| ends?.high);
    let group = &tally.groupings[found.grouping].groups[found.group];
    v1::SmallGroup {
        attribute: plan.groupings[found.grouping].name.clone(),
        group: group.name(),
        reference: found.reference.clone(),
        outcome: plan.outcomes[found.outcome].name.clone(),
        subjects: group.subjects,
        effective_rows: found.effective,
        rate: value(found.rate),
        rate_low: low(found.rate),
        rate_high: high(found.rate),
        toward: found.prior.ok().map(|(mean, _)| mean),
        pull: found.prior.ok().map(|(_, precision)| precision),
        shrunken: value(found.shrunken),
        shrunken_low: low(found.shrunken),
        shrunken_high: high(found.shrunken),
        reason: found.prior.err().map(str::to_owned),
        threshold: found.threshold,
        probability_below: found.below.ok(),
    }
}

fn within(plan: &Plan, tally: &Tally, found: &Within) -> v1::Within {
    let ends = |ends: Option<Ends>| ends.map_or((None, None), |ends| (ends.low, ends.high));
    let (crude_low, crude_high) = ends(found.crude.1);
    let (adjusted_low, adjusted_high) = ends(found.adjusted.and_then(|(_, ends)| ends));
    let test = |(name, test): (&str, ChiSquare)| v1::ChiSquare {
        test: name.to_owned(),
        statistic: test.statistic,
        df: test.df,
        p_value: test.p,
    };
    v1::Within {
        attribute: plan.groupings[found.grouping].name.clone(),
        group: tally.groupings[found.grouping].groups[found.group].name(),
        reference: found.reference.clone(),
        outcome: plan.outcomes[found.outcome].name.clone(),
        given: plan.given[found.given].name.clone(),
        strata: found.strata,
        shared: found.shared,
        crude: found.crude.0,
        crude_low,
        crude_high,
        adjusted: found.adjusted.map(|(gap, _)| gap),
        adjusted_low,
        adjusted_high,
        agreement: found.agreement.id().to_owned(),
        association: found.association.map(test),
        homogeneity: found.homogeneity.map(test),
    }
}

fn answer(plan: &Plan, tally: &Tally, assessment: &Assessment, answer: &Answer) -> v1::Answer {
    let finding = answer.finding.map(|i| &assessment.findings[i]);
    let (attribute, group) = answer.names(plan, tally, assessment);
    v1::Answer {
        outcome: plan.outcomes[answer.outcome].name.clone(),
        attribute,
        group,
        reference: finding.and_then(|f| f.reference.clone()),
        given: finding.and_then(|f| given(plan, f)),
        along: finding.and_then(|f| along(plan, f)),
        at: finding.and_then(|f| f.at.clone()),
        item_class: finding.and_then(|f| f.item_class.clone()),
        metric: answer.metric.id().to_owned(),
        estimate: finding.and_then(|f| f.estimate),
        low: finding.and_then(|f| f.ends).and_then(|e| e.low),
        high: finding.and_then(|f| f.ends).and_then(|e| e.high),
        adjusted_low: answer.adjusted.and_then(|e| e.low),
        adjusted_high: answer.adjusted.and_then(|e| e.high),
        verdict: answer.say.word().to_owned(),
        reason: answer.reason.to_owned(),
        subjects: answer.subjects,
        subjects_needed: answer.subjects_needed,
        equivalence_p: answer.equivalence_p,
        selections_to_threshold: answer.selections_to_threshold,
        baseline: answer.change.map(|change| change.before),
        change: answer.change.map(|change| change.by),
        change_low: answer.change.and_then(|change| change.ends).and_then(|e| e.low),
        change_high: answer.change.and_then(|change| change.ends).and_then(|e| e.high),
        waived: answer.waiver.map(|index| {
            let waiver = &plan.waivers[index];
            v1::Waived {
                reason: waiver.reason.clone(),
                owner: waiver.owner.clone(),
                expires: waiver.expires.to_string(),
            }
        }),
    }
}
