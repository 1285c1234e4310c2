//! An earlier result, as gates compare with it.

use std::path::Path;

use xxhash_rust::xxh3::xxh3_128;

use super::Failure;
use super::render;
use crate::assess::Ends;
use crate::diagnostic::Diagnostic;
use crate::plan::Plan;
use crate::report::model::v1;
use crate::verdict::{Baseline, Before};

/// The numbers of an earlier result, and what it calls itself.
///
/// # Errors
/// It can't be read, or is no whole result.
pub(super) fn read(path: &Path) -> Result<(Baseline, v1::Baseline), Diagnostic> {
    let (result, bytes) = render::result(path)?;
    let about = v1::Baseline {
        title: result.audit.title.clone(),
        as_of: result.audit.as_of.clone(),
        period: result.audit.period.clone(),
        version: result.tool.version.clone(),
        digest: format!("{:032x}", xxh3_128(&bytes)),
    };
    let estimates = result.estimates.into_iter().map(|e| {
        let before = e.estimate.filter(|_| e.status == "ok").map(|estimate| Before {
            estimate,
            ends: Some(Ends {
                low: e.low,
                high: e.high,
            }),
        });
        let key = (e.outcome, e.attribute, e.group, e.metric, e.contrast, e.given);
        (key, before)
    });
    let baseline = Baseline {
        estimates: estimates.collect(),
        level: result.audit.level,
    };
    Ok((baseline, about))
}

/// Tells a gate that needs a baseline where there is none.
pub(super) fn check(plan: &Plan, given: bool) -> Result<(), Failure> {
    let Some(gate) = plan.gates.iter().find(|gate| gate.ratchet.is_some()).filter(|_| !given) else {
        return Ok(());
    };
    let fault = Diagnostic::new(
        "no-baseline",
        format!(
            "gate `{}` asks for no worse than a baseline, and none is given",
            gate.name
        ),
    )
    .at(plan.place(&gate.origin))
    .help("give the result of an earlier audit: --baseline result.json");
    Err(Failure::Faults {
        faults: vec![fault],
        text: Some(plan.source.text.clone()).filter(|text| !text.is_empty()),
    })
}
