//! The tempo of the patch, and the clock that leads it.

use crate::clock::{Metronome, Tick};
use crate::plan::Source;
use crate::spec::Role;
use crate::value::Value;

use super::run::Live;

/// The input of the node that sets the tempo through which another clock leads.
const LEADING_BEAT: &str = "beat";

impl Live {
    /// Sets the tempo as the patch does, and follows the clock that leads it, if one does.
    pub(super) fn set_tempo(&mut self, tick: &Tick) {
        let position = self.plan.nodes.iter().position(|node| node.kind.role == Role::Tempo);
        let values = position.map_or(&[][..], |position| &self.outputs[position].values);
        let bpm = match values.first() {
            Some(Value::Control(bpm)) => *bpm,
            _ => Metronome::DEFAULT_BPM,
        };
        match values.get(1) {
            Some(Value::Control(beat)) if position.is_some_and(|position| self.is_led(position)) => {
                self.metronome.lead(tick, *beat, bpm);
            }
            _ => {
                self.metronome.lead_ends();
                self.metronome.set_bpm(tick, bpm);
            }
        }
    }

    /// Whether something is given for the input `beat` of the node that sets the tempo.
    fn is_led(&self, position: usize) -> bool {
        self.leading_beat(position)
            .is_some_and(|beat| self.plan.nodes[position].sources[beat] != Source::Empty)
    }

    /// Position of the input through which another clock leads the node that sets the tempo.
    pub(super) fn leading_beat(&self, position: usize) -> Option<usize> {
        self.plan.nodes[position].inputs.iter().position(|input| input.name == LEADING_BEAT)
    }
}
