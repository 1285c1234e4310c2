//! The people file: attributes by person, joined to the log by key.

use std::sync::atomic::{AtomicBool, Ordering};

use hashbrown::HashMap;
use hashbrown::hash_map::Entry;
use jiff::civil::Date;

use super::code::{AttributeCoder, CodeError, MISSING, age_code};
use super::value::Value;
use crate::plan::Rule;

/// What is known of one attribute of one person.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Known {
    Code(u32),
    /// The band depends on the day of the row.
    Born(Date),
}

/// Attributes by person.
#[derive(Debug)]
pub(super) struct PeopleTable {
    /// Index of a person's first attribute in `known`, divided by the number of attributes.
    index: HashMap<u128, u32>,
    known: Vec<Known>,
    attributes: usize,
    /// Who has a row in the log.
    used: Vec<AtomicBool>,
}

impl PeopleTable {
    pub(super) fn new(attributes: usize) -> Self {
        Self {
            index: HashMap::new(),
            known: Vec::new(),
            attributes,
            used: Vec::new(),
        }
    }

    /// Adds a person; `false` when the key is there already.
    pub(super) fn begin(&mut self, key: u128) -> bool {
        let next = self.index.len() as u32;
        match self.index.entry(key) {
            Entry::Occupied(_) => false,
            Entry::Vacant(slot) => {
                slot.insert(next);
                self.used.push(AtomicBool::new(false));
                true
            }
        }
    }

    /// Adds the next attribute of the person begun last.
    pub(super) fn push(&mut self, coder: &mut AttributeCoder<'_>, value: Value<'_>) -> Result<(), CodeError> {
        let known = if coder.groups.is_banded() && value.number().is_err() {
            match value.date() {
                Some(born) => Known::Born(born),
                None => Known::Code(coder.code(value, &|| None)?),
            }
        } else {
            Known::Code(coder.code(value, &|| None)?)
        };
        self.known.push(known);
        Ok(())
    }

    /// Position of a person, marked as used.
    pub(super) fn find(&self, key: u128) -> Option<usize> {
        let at = *self.index.get(&key)? as usize;
        self.used[at].store(true, Ordering::Relaxed);
        Some(at)
    }

    /// The code of a person's attribute on a day.
    pub(super) fn code(
        &self,
        person: Option<usize>,
        attribute: usize,
        rule: &Rule,
        on: &dyn Fn() -> Option<Date>,
    ) -> Result<u32, CodeError> {
        let Some(person) = person else {
            return Ok(MISSING);
        };
        match self.known[person * self.attributes + attribute] {
            Known::Code(code) => Ok(code),
            Known::Born(born) => match rule {
                Rule::Bands(bands) => age_code(bands, born, on()),
                _ => Ok(MISSING),
            },
        }
    }

    /// People who have no row in the log.
    pub(super) fn unused(&self) -> u64 {
        self.used.iter().filter(|used| !used.load(Ordering::Relaxed)).count() as u64
    }
}
