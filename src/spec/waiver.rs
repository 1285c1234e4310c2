//! Waivers: failures that somebody answers for, until a day.

use std::path::PathBuf;

use jiff::civil::Date;
use toml::de::DeTable;

use super::table::{Faults, Reader, place};
use super::{At, Origin, SpecText};
use crate::diagnostic::{Diagnostic, Place};

/// `[[waiver]]`: an accepted failure of one gate for one group.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiver {
    /// The gate's name.
    pub gate: String,
    /// The group's name.
    pub group: String,
    /// The attribute or intersection, where a group of this name stands in several.
    pub attribute: Option<String>,
    /// The outcome, where the gate looks at several.
    pub outcome: Option<String>,
    /// Why the failure is accepted.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it holds.
    pub expires: Date,
    /// It covers no number that is worse than this.
    pub no_worse_than: Option<f64>,
    /// Whether it may run for more than a year.
    pub beyond_a_year: bool,
    /// Where it is written: a spec, or a file of its own.
    pub place: Place,
}

/// Reads a file of waivers; `path` is how the user named it.
///
/// # Errors
/// Every fault that the text alone shows, each with its line and column.
pub fn parse_waivers(text: &str, path: &str) -> Result<Vec<Waiver>, Vec<Diagnostic>> {
    let source = SpecText {
        path: path.to_owned(),
        text: text.to_owned(),
        folder: PathBuf::new(),
    };
    let root = DeTable::parse(text).map_err(|error| {
        let fault = Diagnostic::new("toml-syntax", error.message().trim().to_owned());
        let at = error
            .span()
            .map_or_else(|| Place::of_file(path), |span| place(&source, span));
        vec![
            fault
                .at(at)
                .help("waivers are TOML: [[waiver]] tables of `key = \"value\"`"),
        ]
    })?;
    let mut faults = Faults {
        source: &source,
        found: Vec::new(),
    };
    let mut top = Reader::new(root.get_ref(), 0..0, "a file of waivers", &mut faults);
    let mut waivers = Vec::new();
    for (table, span) in top.tables("waiver") {
        waivers.extend(waiver(Reader::new(table, span, "[[waiver]]", top.faults)));
    }
    top.finish();
    if faults.found.is_empty() {
        Ok(waivers)
    } else {
        Err(faults.found)
    }
}

/// Reads one table.
pub(super) fn waiver(mut table: Reader<'_, '_, '_>) -> Option<Waiver> {
    let mut place = place(table.faults.source, table.span.clone());
    // The text that a span points into may be another file's by the time that it is shown.
    place.span = None;
    let mut needed = |key: &'static str, example: &str| -> Option<At<String>> {
        let was = table.faults.found.len();
        let text = table.name(key);
        if text.is_none() && table.faults.found.len() == was {
            table.missing(key, example);
        }
        text
    };
    let gate = needed("gate", "gate = \"disparate_impact >= 0.8\"");
    let group = needed("group", "group = \"female\"");
    let reason = needed("reason", "reason = \"new model in March, see ticket 118\"");
    let owner = needed("owner", "owner = \"Jane Doe\"");
    let attribute = table.name("attribute");
    let outcome = table.name("outcome");
    let was = table.faults.found.len();
    let expires = table.date("expires");
    if expires.is_none() && table.faults.found.len() == was {
        table.missing("expires", "expires = 2027-03-31");
    }
    let no_worse_than = table.number("no_worse_than");
    let beyond_a_year = table.bool("beyond_a_year").is_some_and(|at| at.value);
    table.finish();
    Some(Waiver {
        gate: gate?.value,
        group: group?.value,
        attribute: attribute.map(|at| at.value),
        outcome: outcome.map(|at| at.value),
        reason: reason?.value,
        owner: owner?.value,
        expires: expires?.value,
        no_worse_than: no_worse_than.map(|at| at.value),
        beyond_a_year,
        place,
    })
}

impl Reader<'_, '_, '_> {
    /// A calendar day, as a date of TOML or as text.
    fn date(&mut self, key: &'static str) -> Option<At<Date>> {
        let value = self.get(key)?;
        let text = super::table::scalar(value.get_ref());
        match text.as_deref().and_then(|text| text.parse::<Date>().ok()) {
            Some(date) => Some(At {
                value: date,
                origin: Origin::File(value.span()),
            }),
            None => {
                let fault = Diagnostic::new("wrong-type", format!("`{key}` must be a day"))
                    .help(format!("for example: {key} = 2027-03-31"));
                self.faults.add(fault, value.span());
                None
            }
        }
    }
}
