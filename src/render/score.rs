//! What a choir sings while a patch is rendered, as a MIDI file.
//!
//! The notes of `chorale` and `harmonise` are written down nowhere else: the network makes them while the patch
//! plays. So a patch with such a node has its score beside its sound, as people expect who want to see it in a
//! notation program or sing it themselves. Other notes are those that the patch itself names; who wants them as a file
//! asks for it with `midi_out`.

use std::path::Path;

use engine::clock::SAMPLE_RATE;
use engine::key::NodeKey;
use engine::plan::Plan;
use engine::port::{Note, Value};
use pastiche_engine as engine;

use crate::atomic_file::write_atomic;
use crate::error::Error;
use crate::player::Player;
use crate::scores::{MidiEvent, MidiTrack, TICKS, encode_midi};

/// The outputs of a node that sings in four parts.
const PARTS: [&str; 4] = ["soprano", "alto", "tenor", "bass"];
/// The channel of drums, counted from 0: nothing is sung there.
const DRUMS: usize = 9;
const CHANNELS: usize = 16;

/// What has been sung so far.
pub(super) struct Score {
    singers: Vec<NodeKey>,
    /// A track for each part of each singer.
    tracks: Vec<MidiTrack>,
    /// From a tick on, beats a minute.
    tempi: Vec<(u64, f64)>,
    /// Where the newest frame ends.
    end: u64,
}

impl Score {
    /// An empty score for the nodes of a plan that sing in four parts; `None` where there are none.
    pub(super) fn of(plan: &Plan) -> Option<Score> {
        let sings = |spec: &engine::spec::NodeSpec| PARTS.iter().all(|part| spec.output(part).is_some());
        let singers: Vec<NodeKey> =
            plan.nodes.iter().filter(|node| sings(node.kind)).map(|node| node.key.clone()).collect();
        let is_alone = singers.len() == 1;
        let name = |singer: &NodeKey, part: &str| {
            if is_alone { part.to_owned() } else { format!("{} {part}", singer.0) }
        };
        let names = singers.iter().flat_map(|singer| PARTS.map(|part| name(singer, part)));
        let channels = (0..CHANNELS).filter(|channel| *channel != DRUMS).cycle();
        let track =
            |(name, channel): (String, usize)| MidiTrack { name, channel: channel as u8, events: Vec::new() };
        let tracks: Vec<MidiTrack> = names.zip(channels).map(track).collect();
        (!singers.is_empty()).then_some(Score { singers, tracks, tempi: Vec::new(), end: 0 })
    }

    /// Takes in what was sung in the frame that the player has just run.
    pub(super) fn hear(&mut self, player: &Player) {
        let beats = player.live().beats();
        let number = player.next_frame().saturating_sub(1);
        let start = player.rate().start_sample(number);
        let tick = |sample: u64| {
            let later = sample.saturating_sub(start) as f64 / SAMPLE_RATE as f64;
            ticks(beats.now + later * beats.bpm / 60.0)
        };
        if self.tempi.last().is_none_or(|(_, bpm)| *bpm != beats.bpm) {
            self.tempi.push((ticks(beats.before), beats.bpm));
        }
        let parts = self.singers.iter().flat_map(|singer| PARTS.map(|part| (singer, part)));
        for (track, (singer, part)) in self.tracks.iter_mut().zip(parts) {
            let Some(Value::Notes(notes)) = player.output(&singer.0, part) else { continue };
            let event = |note: &Note| MidiEvent {
                tick: tick(note.sample),
                key: note.pitch,
                velocity: if note.on { note.velocity.max(1) } else { 0 },
            };
            track.events.extend(notes.iter().map(event));
        }
        self.end = tick(player.rate().start_sample(number + 1));
    }

    /// Writes the file; what still sounds ends with it.
    pub(super) fn write(mut self, path: &Path) -> Result<(), Error> {
        for track in &mut self.tracks {
            if let Some(last) = track.events.last().copied().filter(|last| last.velocity > 0) {
                track.events.push(MidiEvent { tick: self.end.max(last.tick), velocity: 0, ..last });
            }
        }
        write_atomic(path, &encode_midi(&self.tempi, &self.tracks, self.end))
    }
}

fn ticks(beat: f64) -> u64 {
    (beat.max(0.0) * f64::from(TICKS)).round() as u64
}
