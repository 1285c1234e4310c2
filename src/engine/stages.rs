//! How far rows came through the stages of a funnel.

use super::condition::{ConditionTest, MET, MISSING};
use crate::log::Batch;
use crate::plan::{Condition, Stage};

/// Names of the codes after `(missing)`: so many stages were passed; and the same with a `+`, where a later one was met
/// too, after one that was not.
pub(super) fn names(stages: usize) -> Vec<String> {
    let plain = (0..=stages).map(|passed| passed.to_string());
    let out_of_order = (0..stages).map(|passed| format!("{passed}+"));
    plain.chain(out_of_order).collect()
}

/// How many stages were passed; `None`: one that was reached is not known.
fn passed(code: u32, stages: u32) -> Option<u32> {
    match code.checked_sub(1)? {
        passed if passed <= stages => Some(passed),
        out_of_order => Some(out_of_order - stages - 1),
    }
}

/// What a row is to a stage, as a condition would tell it.
pub(super) fn met(stage: Stage, code: u32) -> u8 {
    let Some(passed) = passed(code, stage.of) else {
        return MISSING;
    };
    let (reached, through) = match stage.number {
        0 => (true, passed == stage.of),
        number => (passed + 1 >= number, passed >= number),
    };
    if !reached {
        MISSING
    } else if through {
        MET
    } else {
        super::condition::UNMET
    }
}

/// Tests the stages of one funnel.
#[derive(Debug)]
pub(super) struct Stages {
    pub(super) tests: Vec<ConditionTest>,
    columns: Vec<usize>,
}

impl Stages {
    pub(super) fn new(stages: &[Condition]) -> Self {
        Self {
            tests: stages.iter().map(ConditionTest::new).collect(),
            columns: stages.iter().map(|stage| stage.column).collect(),
        }
    }

    /// Appends the codes of the first `rows` rows.
    ///
    /// # Errors
    /// The first row of a column whose value is not a number, with the column and the value's text.
    pub(super) fn codes(
        &mut self,
        batch: &Batch,
        rows: usize,
        wanted: Option<&[u8]>,
        codes: &mut Vec<u32>,
    ) -> Result<(), (usize, usize, String)> {
        let mut by_stage = Vec::new();
        for (test, &column) in self.tests.iter_mut().zip(&self.columns) {
            let met = test.meets(&batch.columns[column], rows, wanted);
            by_stage.push(met.map_err(|(row, text)| (row, column, text))?);
        }
        let stages = by_stage.len() as u32;
        for row in 0..rows {
            let passed = by_stage.iter().take_while(|met| met[row] == MET).count();
            let code = match by_stage.get(passed).map(|met| met[row]) {
                Some(MISSING) => super::code::MISSING,
                Some(_) if by_stage[passed..].iter().any(|met| met[row] == MET) => 2 + stages + passed as u32,
                _ => 1 + passed as u32,
            };
            codes.push(code);
        }
        Ok(())
    }

    /// Takes over what another thread's tests saw.
    pub(super) fn join(&mut self, other: &Self) {
        for (mine, theirs) in self.tests.iter_mut().zip(&other.tests) {
            mine.join(theirs);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::condition::UNMET;

    #[test]
    fn codes_tell_each_stage_and_the_whole() {
        let stage = |number| Stage {
            attribute: 0,
            number,
            of: 3,
        };
        let told = |code: u32| [0, 1, 2, 3].map(|number| met(stage(number), code));
        assert_eq!(told(0), [MISSING; 4], "not known");
        assert_eq!(told(1), [UNMET, UNMET, MISSING, MISSING], "nothing passed");
        assert_eq!(told(3), [UNMET, MET, MET, UNMET]);
        assert_eq!(told(4), [MET; 4]);
        // Names and codes go together: the one after the last plain one is "0+".
        let names = names(3);
        assert_eq!(names[4], "0+");
        assert_eq!(told(5), told(1));
        assert_eq!(names[6], "2+");
        assert_eq!(told(7), told(3));
    }
}
