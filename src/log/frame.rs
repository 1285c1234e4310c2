//! Hands on a decoded table in batches, after checking that it has the rows that its file states.

use polars::prelude::Series;

use crate::diagnostic::{Diagnostic, Place};

use super::fault;
use super::outlet::Outlet;
use super::series;

/// Rows of a batch.
const ROWS: usize = 1 << 16;

/// What tables of one file are turned into.
pub(super) struct Frame<'a> {
    name: &'a str,
    places: Vec<Place>,
}

impl<'a> Frame<'a> {
    /// Tables of the file of this name, as batches of these columns.
    pub(super) fn new(name: &'a str, columns: &[String]) -> Self {
        Self {
            name,
            places: columns.iter().map(|column| fault::column(name, column)).collect(),
        }
    }

    /// Hands on a table of `rows` rows that holds each column by name.
    pub(super) fn send(
        &self,
        table: Vec<Series>,
        rows: usize,
        bytes: u64,
        outlet: &mut Outlet<'_>,
    ) -> Result<(), Diagnostic> {
        let mut ordered = Vec::with_capacity(self.places.len());
        for place in &self.places {
            let wanted = place.field.as_deref().unwrap_or_default();
            let Some(found) = table.iter().find(|series| series.name() == wanted) else {
                return Err(fault::damaged(
                    self.name,
                    "a column can't be decoded",
                    &format!("`{wanted}` is not there"),
                ));
            };
            // A page that ends early would otherwise lose its rows without a word.
            if found.len() != rows {
                let reason = format!("`{wanted}` has {} values where the file states {rows}", found.len());
                return Err(fault::damaged(self.name, "a column can't be decoded", &reason));
            }
            ordered.push((found, place));
        }
        for start in (0..rows).step_by(ROWS) {
            let length = ROWS.min(rows - start);
            let first = outlet.rows();
            let columns = ordered
                .iter()
                .map(|(series, place)| {
                    #[expect(clippy::cast_possible_wrap, reason = "a table in memory has fewer rows")]
                    let part = series.slice(start as i64, length);
                    series::column(&part, place, first)
                })
                .collect::<Result<_, _>>()?;
            outlet.send(length, None, columns, bytes)?;
        }
        Ok(())
    }
}
