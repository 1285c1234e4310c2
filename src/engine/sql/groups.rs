//! Codes and labels of groups, from the texts in which engines name them.

use super::super::code::{self, MISSING};
use super::super::fault::group_error;
use super::answer::unexpected;
use super::column::Shown;
use super::facts::{Fact, Facts};
use crate::diagnostic::{Diagnostic, Place};
use crate::plan::{Plan, Rule, Table};

/// Codes and labels of groups.
pub(super) struct Groups<'p> {
    plan: &'p Plan,
    pub(super) coders: Vec<code::Groups>,
    shown: Vec<Shown>,
    /// By attribute: how many codes a closed list of groups has.
    codes: Vec<usize>,
}

impl<'p> Groups<'p> {
    pub(super) fn new(plan: &'p Plan, facts: &Facts) -> Result<Self, Diagnostic> {
        let shown = |table: Table, column: usize| match table {
            Table::Log => facts.log[column],
            Table::People => facts.people[column],
        };
        let coders: Vec<code::Groups> = plan.attributes.iter().map(code::Groups::new).collect();
        let mut groups = Self {
            plan,
            codes: coders.iter().map(|coder| coder.labels().len()).collect(),
            coders,
            shown: plan.attributes.iter().map(|a| shown(a.table, a.column)).collect(),
        };
        // Every label of the people table is known to the embedded engine, whether or not the log has it.
        for (a, _, text) in facts.all(Fact::Label) {
            if a < groups.coders.len() {
                groups.code(a, text)?;
            }
        }
        Ok(groups)
    }

    pub(super) fn code(&mut self, attribute: usize, text: &str) -> Result<u32, Diagnostic> {
        if text.is_empty() {
            return Ok(MISSING);
        }
        let planned = &self.plan.attributes[attribute];
        match planned.rule {
            Rule::AsIs | Rule::Chance => {
                let label = self.shown[attribute].read(text);
                self.coders[attribute].code_of(&label).map_err(|error| {
                    let mut fault = group_error(&error, planned);
                    if planned.table == Table::Log {
                        fault = fault.at(Place {
                            file: file(self.plan),
                            field: Some(self.plan.log_columns[planned.column].clone()),
                            ..Place::default()
                        });
                    }
                    fault
                })
            }
            Rule::Recode(_) | Rule::Bands(_) | Rule::Period(_) | Rule::Stages(_) | Rule::Log => text
                .parse()
                .ok()
                .filter(|code| (*code as usize) < self.codes[attribute])
                .ok_or_else(|| {
                    unexpected(format!(
                        "an answer has \"{text}\" where the number of a group was asked for"
                    ))
                }),
        }
    }

    /// The codes of a group of a grouping, from the labels of all attributes.
    pub(super) fn key(&mut self, grouping: usize, labels: &[String]) -> Result<Vec<u32>, Diagnostic> {
        let attributes = &self.plan.tallied()[grouping];
        attributes.iter().map(|&a| self.code(a, &labels[a])).collect()
    }

    /// The index of a grouping from its number in answers, where 0 is everybody.
    pub(super) fn grouping(&self, number: u64) -> Result<Option<usize>, Diagnostic> {
        match (number as usize).checked_sub(1) {
            Some(grouping) if grouping >= self.plan.tallied().len() => Err(unexpected(format!(
                "an answer is about grouping {number}, which there is not"
            ))),
            grouping => Ok(grouping),
        }
    }
}

pub(super) fn file(plan: &Plan) -> String {
    plan.log
        .files
        .first()
        .map_or_else(String::new, |file| file.name.clone())
}
