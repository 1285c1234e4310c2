//! Looks at the heads of Parquet pages before they are decoded.
//!
//! The decoder trusts the number of values that a page states, and asks the system for room for that many. Where the
//! page is damaged this can be more than any machine has, and the process ends on the spot, which nothing can catch.

use std::io::{Cursor, Read, Seek, SeekFrom};

use polars::prelude::{PolarsResult, polars_err};
use polars_parquet::parquet::metadata::RowGroupMetadata;
use polars_parquet::parquet::page::CompressedPage;
use polars_parquet::parquet::read::PageReader;

/// Checks that the pages of each column hold the rows of the group, no more and no fewer.
///
/// The columns must be flat; of nested ones a page holds as many values as it likes.
pub(super) fn check(bytes: &mut (impl Read + Seek), group: &RowGroupMetadata, columns: &[String]) -> PolarsResult<()> {
    for name in columns {
        for chunk in group.columns_under_root_iter(name).into_iter().flatten() {
            let range = chunk.byte_range();
            let mut packed = Vec::new();
            bytes.seek(SeekFrom::Start(range.start))?;
            bytes
                .take(range.end.saturating_sub(range.start))
                .read_to_end(&mut packed)?;
            let mut rows = 0_usize;
            for page in PageReader::new(Cursor::new(packed.into()), chunk, Vec::new(), usize::MAX) {
                if let CompressedPage::Data(page) = page? {
                    rows = rows.saturating_add(page.num_values());
                }
            }
            if rows != group.num_rows() {
                let stated = group.num_rows();
                return Err(polars_err!(ComputeError: "`{name}` has pages of {rows} rows in a group of {stated}"));
            }
        }
    }
    Ok(())
}
