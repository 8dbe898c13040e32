//! The orders in which cells are drawn.

use super::super::canvas::{UNKNOWN, VOICES};
use super::super::error::ChoraleError;
use super::{BEAT, Sampler};

/// Frames that are drawn from one forward pass are this many steps apart.
const GROUP: usize = 16;
/// The shares of cells that a Gibbs pass masks: at first, at last.
const MASKED: [f32; 2] = [0.9, 0.1];
/// The part of the passes over which the share falls.
const ANNEALED: f32 = 0.7;

/// A step and which of its voices are to be drawn.
type Frame = (usize, [bool; VOICES]);

impl Sampler<'_> {
    /// Beats one by one (every other beat first), then the steps between them in groups.
    pub(super) fn beats_first(&mut self) -> Result<(), ChoraleError> {
        let open = self.open();
        let start = self.canvas.start();
        let tuning = &self.settings.tuning;
        let (beats, between) =
            ([tuning.beat_temperature, tuning.beat_top_p], [tuning.temperature, tuning.top_p]);
        let pick = |fits: &dyn Fn(usize) -> bool| -> Vec<Frame> {
            open.iter().copied().filter(|(step, _)| fits(start + step)).collect()
        };
        for rest in [0, 4] {
            let mut frames = pick(&|t| t % 8 == rest);
            self.shuffle(&mut frames);
            for frame in frames {
                self.frames(vec![frame], beats)?;
            }
        }
        for (first, apart) in [(2, 4), (1, 2)] {
            let mut groups: Vec<usize> = (first..GROUP).step_by(apart).collect();
            self.shuffle(&mut groups);
            for group in groups {
                self.frames(pick(&|t| t % GROUP == group), between)?;
            }
        }
        self.mend(&open, beats, between)
    }

    /// Draws the beats again into which, or within which, voices still move parallel, every other time the beats
    /// before them, and keeps what has less energy.
    fn mend(&mut self, open: &[Frame], beats: [f32; 2], between: [f32; 2]) -> Result<(), ChoraleError> {
        if self.settings.rules <= 0.0 {
            return Ok(());
        }
        let start = self.canvas.start();
        for round in 0..self.settings.tuning.mends as usize {
            let moves = |step: &usize| self.rules.parallels_into(&self.canvas, *step) > 0.0;
            let mut parts: Vec<usize> = (1..self.canvas.steps())
                .filter(moves)
                .map(|step| (start + step - round % 2) / BEAT)
                .collect();
            parts.dedup();
            if parts.is_empty() {
                break;
            }
            for part in parts {
                let frames: Vec<Frame> =
                    open.iter().copied().filter(|(step, _)| (start + step) / BEAT == part).collect();
                let (energy, before) = (self.energy(&frames), self.canvas.clone());
                self.clear(&frames);
                for (focus, phases) in [(beats, 0..1), (between, 2..3), (between, 1..2), (between, 3..4)] {
                    let of = |frame: &&Frame| phases.contains(&((start + frame.0) % BEAT));
                    self.frames(frames.iter().filter(of).copied().collect(), focus)?;
                }
                if self.energy(&frames) >= energy {
                    self.canvas = before;
                }
            }
        }
        Ok(())
    }

    fn energy(&self, frames: &[Frame]) -> f32 {
        frames.iter().map(|(step, _)| self.rules.frame_energy(&self.canvas, *step)).sum()
    }

    /// Makes the cells that are to be drawn unknown.
    fn clear(&mut self, frames: &[Frame]) {
        for &(step, open) in frames {
            (0..VOICES).filter(|&voice| open[voice]).for_each(|voice| self.canvas.set(step, voice, UNKNOWN));
        }
    }

    /// Draws frames voice by voice, each forward pass for all of them; those that the rules reject again.
    fn frames(&mut self, mut frames: Vec<Frame>, focus: [f32; 2]) -> Result<(), ChoraleError> {
        let rules = self.settings.rules;
        let tries = self.settings.tuning.tries.max(1.0) as usize;
        for attempt in 0..tries {
            self.clear(&frames);
            for voice in self.voices() {
                let steps: Vec<usize> =
                    frames.iter().filter(|(_, open)| open[voice]).map(|(step, _)| *step).collect();
                if steps.is_empty() {
                    continue;
                }
                for (logits, &step) in self.logits(&steps)?.iter().zip(&steps) {
                    let class = self.draw(logits, step, voice, rules, focus);
                    self.canvas.set(step, voice, class);
                }
            }
            if attempt + 1 == tries || rules <= 0.0 {
                break;
            }
            frames.retain(|(step, _)| {
                let energy = rules * self.rules.frame_energy(&self.canvas, *step);
                energy > 0.0 && !self.random.chance((-energy).exp())
            });
            if frames.is_empty() {
                break;
            }
        }
        Ok(())
    }

    /// One cell after the other in a random order.
    pub(super) fn ancestral(&mut self) -> Result<(), ChoraleError> {
        let mut cells = self.open_cells();
        self.shuffle(&mut cells);
        for (step, voice) in cells {
            let logits = self.logits(&[step])?;
            let class = self.draw(&logits[0], step, voice, 0.0, [1.0; 2]);
            self.canvas.set(step, voice, class);
        }
        Ok(())
    }

    /// Draws all cells at once, and then, pass by pass, ever fewer of them again: single cells, or one run of
    /// steps.
    pub(super) fn gibbs(&mut self, contiguous: bool) -> Result<(), ChoraleError> {
        let open = self.open_cells();
        let steps = self.canvas.steps();
        self.together(&open)?;
        let passes = self.settings.passes;
        for pass in 0..passes {
            let fall = (MASKED[0] - MASKED[1]) * pass as f32 / (ANNEALED * passes as f32);
            let share = (MASKED[0] - fall).max(MASKED[1]);
            let mut masked = open.clone();
            if contiguous {
                let length = ((share * steps as f32).round() as usize).clamp(1, steps.max(1));
                let first = self.random.between(0, steps.saturating_sub(length));
                masked.retain(|(step, _)| (first..first + length).contains(step));
            } else {
                masked.retain(|_| self.random.chance(share));
            }
            masked.iter().for_each(|&(step, voice)| self.canvas.set(step, voice, UNKNOWN));
            self.together(&masked)?;
        }
        Ok(())
    }

    /// Draws cells, in ascending order of their steps, from one forward pass.
    fn together(&mut self, cells: &[(usize, usize)]) -> Result<(), ChoraleError> {
        if cells.is_empty() {
            return Ok(());
        }
        let mut steps: Vec<usize> = cells.iter().map(|(step, _)| *step).collect();
        steps.dedup();
        let logits = self.logits(&steps)?;
        for &(step, voice) in cells {
            let Ok(row) = steps.binary_search(&step) else { continue };
            let class = self.draw(&logits[row], step, voice, 0.0, [1.0; 2]);
            self.canvas.set(step, voice, class);
        }
        Ok(())
    }

    /// The steps in which something is unknown.
    fn open(&self) -> Vec<Frame> {
        let open = |cells: &[u8; VOICES]| cells.map(|class| class == UNKNOWN);
        let frames = self.canvas.cells().iter().map(open).enumerate();
        frames.filter(|(_, open)| open.contains(&true)).collect()
    }

    /// The unknown cells, step by step.
    fn open_cells(&self) -> Vec<(usize, usize)> {
        let voices = |(step, open): Frame| {
            (0..VOICES).filter(move |&voice| open[voice]).map(move |voice| (step, voice))
        };
        self.open().into_iter().flat_map(voices).collect()
    }
}
