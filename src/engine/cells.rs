//! From the codes of all attributes to a cell: by arithmetic, as there are few groups.

use hashbrown::HashMap;

use crate::tally::Kernel;

/// A cell that has not been asked for.
const UNKNOWN: u32 = u32::MAX;
/// Bits of all codes together up to which every combination has a place of its own.
const DENSE: u32 = 18;

/// Turns codes into cells, on one thread.
#[derive(Debug)]
pub(super) struct CellCoder<'k> {
    kernel: &'k Kernel,
    /// By attribute: how many bits its codes take.
    bits: Vec<u32>,
    /// Cells by combination, where all combinations are few.
    dense: Vec<u32>,
    /// Else those that occur.
    sparse: HashMap<u128, u32>,
    keys: Vec<u128>,
}

impl<'k> CellCoder<'k> {
    pub(super) fn new(kernel: &'k Kernel, attributes: usize) -> Self {
        Self {
            kernel,
            bits: vec![1; attributes],
            dense: vec![UNKNOWN; 1 << attributes.min(DENSE as usize)],
            sparse: HashMap::new(),
            keys: Vec::new(),
        }
    }

    /// Appends the cells of the first `rows` rows. `codes`: by attribute and row.
    pub(super) fn cells(&mut self, codes: &[Vec<u32>], rows: usize, cells: &mut Vec<u32>) {
        self.widen(codes, rows);
        cells.reserve(rows);
        let width: u32 = self.bits.iter().sum();
        if width > u128::BITS {
            // Dozens of attributes: no arithmetic holds them.
            let mut row_codes = Vec::with_capacity(codes.len());
            for row in 0..rows {
                row_codes.clear();
                row_codes.extend(codes.iter().map(|codes| codes[row]));
                cells.push(self.kernel.cell(&row_codes));
            }
            return;
        }
        if width <= DENSE {
            let start = cells.len();
            cells.resize(start + rows, 0);
            let new = &mut cells[start..];
            for (codes, bits) in codes.iter().zip(&self.bits) {
                for (cell, code) in new.iter_mut().zip(codes) {
                    *cell = (*cell << bits) | code;
                }
            }
            for (row, cell) in new.iter_mut().enumerate() {
                let place = &mut self.dense[*cell as usize];
                if *place == UNKNOWN {
                    *place = self
                        .kernel
                        .cell(&codes.iter().map(|codes| codes[row]).collect::<Vec<_>>());
                }
                *cell = *place;
            }
            return;
        }
        self.keys.clear();
        self.keys.resize(rows, 0);
        for (codes, bits) in codes.iter().zip(&self.bits) {
            for (key, code) in self.keys.iter_mut().zip(codes) {
                *key = (*key << bits) | u128::from(*code);
            }
        }
        for (row, key) in self.keys.iter().enumerate() {
            let cell = *self.sparse.entry(*key).or_insert_with(|| {
                self.kernel
                    .cell(&codes.iter().map(|codes| codes[row]).collect::<Vec<_>>())
            });
            cells.push(cell);
        }
    }

    /// Makes room for larger codes. Cells are then asked for anew, and are the same.
    fn widen(&mut self, codes: &[Vec<u32>], rows: usize) {
        let mut changed = false;
        for (bits, codes) in self.bits.iter_mut().zip(codes) {
            let largest = codes[..rows.min(codes.len())].iter().copied().max().unwrap_or(0);
            let needed = u32::BITS - largest.leading_zeros();
            if needed > *bits {
                *bits = needed;
                changed = true;
            }
        }
        if changed {
            let width: u32 = self.bits.iter().sum();
            self.sparse = HashMap::new();
            self.dense = if width <= DENSE {
                vec![UNKNOWN; 1 << width]
            } else {
                Vec::new()
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CellCoder;
    use crate::tally::{Kernel, Shape};

    #[test]
    fn a_combination_keeps_its_cell_as_codes_grow() {
        let shape = Shape {
            outcomes: Vec::new(),
            weighted: false,
            persons: false,
            groupings: Vec::new(),
            histograms: Vec::new(),
            spread: Vec::new(),
            resampling: None,
        };
        for attributes in [1, 3, 30] {
            let kernel = Kernel::new(shape.clone(), false, None);
            let mut coder = CellCoder::new(&kernel, attributes);
            let mut seen = std::collections::HashMap::new();
            for largest in [1_u32, 3, 900, 2, 40] {
                let codes: Vec<Vec<u32>> = (0..attributes as u32)
                    .map(|a| (0..50).map(|row| (row * 7 + a) % (largest + 1)).collect())
                    .collect();
                let mut cells = Vec::new();
                coder.cells(&codes, 50, &mut cells);
                for (row, cell) in cells.iter().enumerate() {
                    let key: Vec<u32> = codes.iter().map(|codes| codes[row]).collect();
                    assert_eq!(*seen.entry(key).or_insert(*cell), *cell);
                }
            }
            let distinct: std::collections::HashSet<u32> = seen.values().copied().collect();
            assert_eq!(distinct.len(), seen.len());
        }
    }
}
