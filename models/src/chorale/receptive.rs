//! Which steps an answer depends on, block by block.

use super::weights::{BLOCKS, DILATIONS};

/// Where a block's output row finds the rows before, at and after it; none is outside the score.
pub type Taps = [Option<usize>; 3];

/// The steps that each block must work out so that some steps can be answered, 65 at most for one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receptive {
    inputs: Vec<usize>,
    taps: [Vec<Taps>; BLOCKS],
    outputs: Vec<usize>,
}

impl Receptive {
    /// What `outputs`, ascending steps of a score of `steps` steps, depend on.
    ///
    /// # Panics
    /// Where a step is outside the score.
    pub fn of(outputs: &[usize], steps: usize) -> Self {
        let mut rows = outputs.to_vec();
        let mut taps: [Vec<Taps>; BLOCKS] = Default::default();
        for (block, &dilation) in DILATIONS.iter().enumerate().rev() {
            let mut needed = vec![false; steps];
            for &row in &rows {
                for step in around(row, dilation, steps).into_iter().flatten() {
                    needed[step] = true;
                }
            }
            let below: Vec<usize> = (0..steps).filter(|&step| needed[step]).collect();
            let mut index = vec![0; steps];
            for (place, &step) in below.iter().enumerate() {
                index[step] = place;
            }
            taps[block] = rows
                .iter()
                .map(|&row| around(row, dilation, steps).map(|step| step.map(|step| index[step])))
                .collect();
            rows = below;
        }
        let place = |step: &usize| rows.binary_search(step).unwrap_or_default();
        Self { outputs: outputs.iter().map(place).collect(), inputs: rows, taps }
    }

    /// The steps whose features are read, ascending.
    pub fn inputs(&self) -> &[usize] {
        &self.inputs
    }

    /// The rows of a block's input that each row of its output reads.
    pub fn taps(&self, block: usize) -> &[Taps] {
        &self.taps[block]
    }

    /// Where each answered step lies among the inputs.
    pub fn outputs(&self) -> &[usize] {
        &self.outputs
    }
}

/// The steps `dilation` before, at and after `step`, as far as they are inside the score.
fn around(step: usize, dilation: usize, steps: usize) -> Taps {
    [step.checked_sub(dilation), Some(step), Some(step + dilation).filter(|&after| after < steps)]
}
