//! `parytet explain`: what a metric or a preset is.

use super::Failure;
use super::args::{ExplainArgs, Has};
use super::shell::Shell;
use crate::catalogue::{self, Need, presets};
use crate::diagnostic::{Diagnostic, near};
use crate::report::explain;

/// Runs the command.
pub(super) fn run(args: &ExplainArgs, shell: &Shell) -> Result<u8, Failure> {
    if let Some(preset) = args.metric.as_deref().and_then(presets::find) {
        shell.data(&explain::preset_page(preset))?;
        return Ok(0);
    }
    let Some(name) = &args.metric else {
        let given: Vec<Need> = args.with.iter().flat_map(|has| needs(*has)).copied().collect();
        shell.data(&explain::list((!given.is_empty()).then_some(&given)))?;
        return Ok(0);
    };
    // A name may mean one metric for favourable outcomes and another for the others: both are told.
    let mut found = Vec::new();
    for favourable in [true, false] {
        if let Some(meaning) = catalogue::find(name, favourable)
            && !found.contains(&meaning.metric)
        {
            found.push(meaning.metric);
        }
    }
    if found.is_empty() {
        let mut fault = Diagnostic::new("unknown-metric", format!("there is no metric and no preset `{name}`"));
        let presets = presets::PRESETS.iter().map(|preset| preset.id);
        if let Some(meant) = near(name, catalogue::names().iter().copied().chain(presets)) {
            fault = fault.help(format!("did you mean `{meant}`?"));
        }
        return Err(fault.help("`parytet explain` lists all").into());
    }
    let pages: Vec<String> = found.into_iter().map(explain::page).collect();
    shell.data(&pages.join("\n"))?;
    Ok(0)
}

/// What a log with this can give.
fn needs(has: Has) -> &'static [Need] {
    match has {
        Has::Decision => &[Need::Decision],
        Has::Label => &[Need::Label],
        Has::Value => &[Need::Value, Need::Merit],
        Has::ListPrice => &[Need::ListPrice],
        Has::Unfavourable => &[Need::Unfavourable],
        Has::Stratum => &[Need::Stratum],
        Has::Population => &[Need::Population],
        Has::Search => &[Need::Search],
        Has::Proxies => &[Need::Proxies],
        Has::Matching => &[Need::Matching],
        Has::Membership => &[Need::Membership],
        Has::Score => &[Need::Score, Need::Merit],
        Has::Predicted => &[Need::Predicted],
        Has::Funnel => &[Need::Funnel],
        Has::Periods => &[Need::Periods],
        Has::Systems => &[Need::Systems],
        Has::Classes => &[Need::Classes],
        Has::ActualClass => &[Need::Classes, Need::ActualClass],
        Has::Arms => &[Need::Arms],
        Has::Cap => &[Need::Cap],
        Has::List => &[Need::List, Need::Relevance],
        Has::ItemClass => &[Need::ItemClass, Need::Shown],
        Has::ItemSide => &[Need::ItemSide, Need::Shown],
        Has::Item => &[Need::Item, Need::Candidates],
        Has::Popularity => &[Need::Popularity],
        Has::Propensity => &[Need::Propensity],
        Has::Examination => &[Need::Examination],
        Has::Expected => &[Need::Expected],
    }
}
