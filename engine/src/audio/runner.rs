//! Runs the audio half of a patch, and takes over the next one between two blocks.

use std::collections::VecDeque;

use rtrb::{Consumer, Producer, PushError, RingBuffer};

use super::declick::Declick;
use super::io::BlockView;
use super::midi::{MidiOutlet, midi_way};
use super::{AudioPlan, BlockCtx, MAX_BLOCK, MidiInlet};
use crate::clock::{FrameRate, Metronome};
use crate::notes::FrameTime;

/// Plans that fit between the two threads, each way.
const IN_FLIGHT: usize = 8;

/// Frames whose beat may wait for their sound.
const FRAMES_AHEAD: usize = 256;

/// The two ends of a running audio half: one for the frame side, one for the audio thread. Blocks
/// are cut where a frame of this rate starts.
pub fn audio_pair(rate: FrameRate) -> (AudioHandle, AudioRunner) {
    let (plans, incoming) = RingBuffer::new(IN_FLIGHT);
    let (outgoing, returned) = RingBuffer::new(IN_FLIGHT);
    let (frames, coming) = RingBuffer::new(FRAMES_AHEAD);
    let (inlet, midi) = midi_way();
    let handle = AudioHandle { waiting: VecDeque::new(), plans, returned, frames, inlet };
    let frame = FrameTime { start_sample: 0, end_sample: 0, beats: 0.0, bpm: Metronome::DEFAULT_BPM };
    let runner = AudioRunner {
        rate,
        max_block: MAX_BLOCK,
        plan: AudioPlan::default(),
        incoming,
        outgoing,
        unreturned: None,
        frame,
        coming,
        midi,
        declick: Declick::default(),
    };
    (handle, runner)
}

/// The frame side's end.
pub struct AudioHandle {
    waiting: VecDeque<AudioPlan>,
    plans: Producer<AudioPlan>,
    returned: Consumer<AudioPlan>,
    frames: Producer<FrameTime>,
    inlet: MidiInlet,
}

impl AudioHandle {
    /// Where the beat stands in the next frame.
    pub fn begin_frame(&mut self, frame: FrameTime) {
        // Full while no one plays the sound: whoever begins to play it counts on from the last that he has.
        let _ = self.frames.push(frame);
    }

    /// The straight way in for played notes.
    pub fn midi(&self) -> &MidiInlet {
        &self.inlet
    }

    /// Sends the next plan. Plans are taken in order, none is skipped: each takes over from the one
    /// before. When the audio thread is far behind, the plan waits here.
    pub fn send(&mut self, plan: AudioPlan) {
        self.waiting.push_back(plan);
        self.send_waiting();
    }

    /// A plan that no longer runs, with the audio halves that retired with it, to be freed on a
    /// thread that may take its time. Call it until there is none, once a frame.
    pub fn retired(&mut self) -> Option<AudioPlan> {
        self.send_waiting();
        self.returned.pop().ok()
    }

    fn send_waiting(&mut self) {
        // No one plays the sound, as in a program that only shows pictures: plans must not pile up.
        if self.plans.is_abandoned() {
            self.waiting.clear();
        }
        while let Some(plan) = self.waiting.pop_front() {
            if let Err(PushError::Full(plan)) = self.plans.push(plan) {
                self.waiting.push_front(plan);
                return;
            }
        }
    }
}

/// The audio thread's end. While it runs, it allocates, locks and frees nothing.
pub struct AudioRunner {
    rate: FrameRate,
    max_block: usize,
    plan: AudioPlan,
    incoming: Consumer<AudioPlan>,
    outgoing: Producer<AudioPlan>,
    /// A plan that waits for a place on its way back.
    unreturned: Option<AudioPlan>,
    /// The frame in which the block lies, and those that come.
    frame: FrameTime,
    coming: Consumer<FrameTime>,
    midi: MidiOutlet,
    declick: Declick,
}

impl AudioRunner {
    /// Runs in blocks of at most this many samples, at least 1 and at most [`MAX_BLOCK`]. To show that
    /// the length of a block is not heard.
    pub fn max_block(mut self, samples: usize) -> AudioRunner {
        self.max_block = samples.clamp(1, MAX_BLOCK);
        self
    }

    /// The next samples, left and right, from transport time `start_sample` on.
    pub fn run(&mut self, start_sample: u64, out: &mut [[f32; 2]]) {
        let (mut start_sample, mut rest) = (start_sample, out);
        while !rest.is_empty() {
            let frame = self.rate.frame_at(start_sample);
            let next_frame = self.rate.start_sample(frame + 1);
            let until_frame = usize::try_from(next_frame - start_sample).unwrap_or(MAX_BLOCK);
            let samples = rest.len().min(self.max_block).min(until_frame);
            let (block, behind) = rest.split_at_mut(samples);
            self.take_plans(start_sample);
            self.follow_beat(start_sample, self.rate.start_sample(frame), next_frame);
            self.midi.begin(start_sample, start_sample + samples as u64);
            let view =
                BlockView { frame_time: self.frame, midi: self.midi.events(), midi_state: &self.midi.state };
            if self.plan.block(&BlockCtx { start_sample, samples }, &view, block) {
                self.declick.arm();
            }
            self.declick.pass(block);
            start_sample += samples as u64;
            rest = behind;
        }
    }

    /// Where the beat stands in the frame of this block: as the frames say, or counted on from the last of
    /// which that is known.
    fn follow_beat(&mut self, start_sample: u64, frame_start: u64, frame_end: u64) {
        while self.coming.peek().is_ok_and(|frame| frame.start_sample <= start_sample)
            && let Ok(frame) = self.coming.pop()
        {
            self.frame = frame;
        }
        if self.frame.start_sample != frame_start || self.frame.end_sample != frame_end {
            self.frame = self.frame.next(frame_start, frame_end);
        }
    }

    fn take_plans(&mut self, start_sample: u64) {
        loop {
            if let Some(plan) = self.unreturned.take()
                && let Err(PushError::Full(plan)) = self.outgoing.push(plan)
            {
                self.unreturned = Some(plan);
                return;
            }
            if self.incoming.peek().is_ok_and(|next| next.from_sample > start_sample) {
                return;
            }
            let Ok(mut next) = self.incoming.pop() else { return };
            next.take_over(&mut self.plan);
            if next.heard != self.plan.heard {
                self.declick.arm();
            }
            self.unreturned = Some(std::mem::replace(&mut self.plan, next));
        }
    }
}
