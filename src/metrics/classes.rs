//! Several classes: how rows are spread over them, and how often the right one was decided.

use super::conditional::Reason;
use super::distribution::Weighed;
use crate::catalogue::{ClassDistance, ClassQuality};
use crate::tally::classes::Coded;

/// Rows by their right class and by the class that was decided.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// How many classes are listed.
    pub listed: usize,
    /// By right class (0: not known; the last: any that is not listed), then by decided class (the last: any that is not
    /// listed).
    pub cells: Vec<Vec<f64>>,
}

impl Table {
    /// From what a histogram of classes holds; `None` when it holds nothing.
    #[must_use]
    pub fn of(all: &Weighed) -> Option<Self> {
        let listed = Coded::of(all.first()?.0).listed as usize;
        let mut cells = vec![vec![0.0; listed + 1]; listed + 2];
        for (number, weight) in all {
            let coded = Coded::of(*number);
            cells[coded.actual as usize][coded.decided as usize - 1] += weight;
        }
        Some(Self { listed, cells })
    }

    /// Rows by the class that was decided.
    #[must_use]
    pub fn decided(&self) -> Vec<f64> {
        let of = |class: usize| self.cells.iter().map(|row| row[class]).sum();
        (0..=self.listed).map(of).collect()
    }

    /// Rows whose right class is known, by that class and the one that was decided.
    ///
    /// # Errors
    /// There is none, or one of either is not listed: two classes that are not listed may be one or two.
    fn labelled(&self) -> Result<Vec<&[f64]>, Reason> {
        let rows: Vec<&[f64]> = self.cells[1..=self.listed]
            .iter()
            .map(|row| &row[..self.listed])
            .collect();
        let listed: f64 = rows.iter().copied().flatten().sum();
        let all: f64 = self.cells[1..].iter().flatten().sum();
        if all <= 0.0 {
            Err("no-denominator")
        } else if listed < all {
            Err("unlisted-class")
        } else {
            Ok(rows)
        }
    }
}

/// How well rows are put into classes.
///
/// # Errors
/// No row's right class is known, rows are of classes that are not listed, or a class has nothing to be a share of.
pub fn quality(how: ClassQuality, all: &Weighed) -> Result<f64, Reason> {
    let table = Table::of(all).ok_or("no-denominator")?;
    let rows = table.labelled()?;
    let right = |class: usize| rows[class][class];
    let of_class = |class: usize| -> f64 { rows[class].iter().sum() };
    let put_there = |class: usize| -> f64 { rows.iter().map(|row| row[class]).sum() };
    let share = |class: usize| match how {
        ClassQuality::Accuracy | ClassQuality::Recall => right(class) / of_class(class),
        ClassQuality::Precision => right(class) / put_there(class),
        ClassQuality::F1 => 2.0 * right(class) / (of_class(class) + put_there(class)),
    };
    let classes = 0..table.listed;
    let told = if how == ClassQuality::Accuracy {
        classes.clone().map(right).sum::<f64>() / classes.map(of_class).sum::<f64>()
    } else {
        classes.map(share).sum::<f64>() / table.listed as f64
    };
    if told.is_finite() {
        Ok(told)
    } else {
        Err("class-without-rows")
    }
}

/// The numbers of one side of which a distance is half the sum of differences.
///
/// # Errors
/// As [`quality`].
pub fn shares(how: ClassDistance, all: &Weighed) -> Result<Vec<f64>, Reason> {
    let table = Table::of(all).ok_or("no-denominator")?;
    if how == ClassDistance::Decisions {
        let decided = table.decided();
        let rows: f64 = decided.iter().sum();
        return Ok(decided.into_iter().map(|count| count / rows).collect());
    }
    let rows = table.labelled()?;
    let count = table.listed as f64;
    let given: Vec<Vec<f64>> = rows
        .iter()
        .map(|row| {
            let of_class: f64 = row.iter().sum();
            row.iter().map(|decided| decided / of_class / count).collect()
        })
        .collect();
    let shares: Vec<f64> = match how {
        ClassDistance::Recalls => (0..table.listed).map(|class| 2.0 * given[class][class]).collect(),
        ClassDistance::Balanced => (0..table.listed)
            .map(|decided| given.iter().map(|row| row[decided]).sum())
            .collect(),
        ClassDistance::Odds | ClassDistance::Decisions => given.into_iter().flatten().collect(),
    };
    if shares.iter().all(|share| share.is_finite()) {
        Ok(shares)
    } else {
        Err("class-without-rows")
    }
}

/// Half the sum of the differences of two sides' [`shares`].
#[must_use]
pub fn distance(own: &[f64], other: &[f64]) -> f64 {
    own.iter().zip(other).map(|(a, b)| (a - b).abs()).sum::<f64>() / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of (decided, actual), of three classes.
    fn rows(of: &[(u32, u32)]) -> Weighed {
        let numbers = of.iter().map(|&(decided, actual)| {
            let coded = Coded {
                listed: 3,
                decided,
                actual,
            };
            (coded.number(), 1.0)
        });
        numbers.collect()
    }

    fn close(found: Result<f64, Reason>, expected: f64) {
        let found = found.unwrap();
        assert!((found - expected).abs() < 1e-12, "{found} for {expected}");
    }

    /// Groups A and B of the example in Holistic AI's documentation of `confusion_tensor`, with a row more of class 3 for A
    /// and of classes 2 and 3 for B where they had none.
    #[test]
    fn distances_by_hand() {
        let a = rows(&[(1, 1), (2, 2), (3, 2), (1, 1), (3, 3)]);
        let b = rows(&[(2, 2), (3, 1), (1, 3), (2, 2), (2, 1)]);
        let between = |how| Ok(distance(&shares(how, &a).unwrap(), &shares(how, &b).unwrap()));
        // A decides 2, 1, 2 of 5, B 1, 3, 1.
        close(between(ClassDistance::Decisions), 0.4);
        // Given 1: (1, 0, 0) and (0, 1/2, 1/2); given 2: (0, 1/2, 1/2) and (0, 1, 0); given 3: (0, 0, 1) and (1, 0, 0).
        close(between(ClassDistance::Odds), (1.0 + 0.5 + 1.0) / 3.0);
        // Means: (1, 1/2, 3/2) / 3 and (1, 3/2, 1/2) / 3.
        close(between(ClassDistance::Balanced), 1.0 / 3.0);
        // Recalls: 1, 1/2, 1 and 0, 1, 0.
        close(between(ClassDistance::Recalls), 2.5 / 3.0);
    }

    #[test]
    fn a_class_without_rows_or_off_the_list_leaves_numbers_undefined() {
        let two = rows(&[(1, 1), (2, 2), (3, 2)]);
        assert_eq!(quality(ClassQuality::Recall, &two), Err("class-without-rows"));
        assert_eq!(shares(ClassDistance::Odds, &two), Err("class-without-rows"));
        close(quality(ClassQuality::Accuracy, &two), 2.0 / 3.0);
        close(quality(ClassQuality::Precision, &two), 2.0 / 3.0);
        // Of class 3, nothing is right and one row is put there.
        close(quality(ClassQuality::F1, &two), (1.0 + 2.0 / 3.0) / 3.0);
        let other = rows(&[(1, 1), (4, 2)]);
        assert_eq!(quality(ClassQuality::Accuracy, &other), Err("unlisted-class"));
        assert_eq!(shares(ClassDistance::Decisions, &other), Ok(vec![0.5, 0.0, 0.0, 0.5]));
        assert_eq!(quality(ClassQuality::Accuracy, &rows(&[(1, 0)])), Err("no-denominator"));
    }
}
