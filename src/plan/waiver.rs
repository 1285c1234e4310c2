//! Waivers: whether they may stand as they are written.

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::Waiver;
use super::resolve::{Faults, file_name};
use crate::diagnostic::Diagnostic;
use crate::spec::Spec;

/// The waivers. One that runs for more than a year is an error unless it says that it may: what nobody looks at again for
/// longer is no exception but another threshold.
pub(super) fn waivers(spec: &Spec, as_of: Date, faults: &mut Faults<'_>) -> Vec<Waiver> {
    let latest = as_of.checked_add(1.year()).unwrap_or(Date::MAX);
    let mut waivers: Vec<Waiver> = Vec::new();
    for written in &spec.waivers {
        let waiver = Waiver {
            gate: written.gate.clone(),
            group: written.group.clone(),
            attribute: written.attribute.clone(),
            outcome: written.outcome.clone(),
            reason: written.reason.clone(),
            owner: written.owner.clone(),
            expires: written.expires,
            no_worse_than: written.no_worse_than,
            file: file_name(&written.place.file),
            line: written.place.line.unwrap_or(1),
        };
        if written.expires > latest && !written.beyond_a_year {
            let message = format!(
                "this waiver runs until {}, more than a year from {as_of}",
                written.expires
            );
            faults.found.push(
                Diagnostic::new("waiver-too-long", message)
                    .at(written.place.clone())
                    .help("let it expire earlier, or say `beyond_a_year = true`"),
            );
        }
        let same = |other: &Waiver| {
            (&other.gate, &other.group, &other.attribute, &other.outcome)
                == (&waiver.gate, &waiver.group, &waiver.attribute, &waiver.outcome)
        };
        if waivers.iter().any(same) {
            let message = format!("gate `{}` is waived twice for `{}`", waiver.gate, waiver.group);
            faults
                .found
                .push(Diagnostic::new("duplicate-name", message).at(written.place.clone()));
        }
        waivers.push(waiver);
    }
    waivers
}
