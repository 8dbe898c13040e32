//! The order of notes that share a tick of a file.

use pastiche_engine::port::Note;

/// Puts events into the order of their ticks. Among those of one tick, a note that sounds ends first, so that
/// it can begin again; all others stay in their order, so that a note of no length ends behind its own start.
pub(crate) fn sort_notes(events: &mut [(u64, Note)]) {
    events.sort_by_key(|(tick, _)| *tick);
    let mut sounding: Vec<Note> = Vec::new();
    for events in events.chunk_by_mut(|(tick, _), (other, _)| tick == other) {
        let mut ending = sounding.clone();
        // Stable: what does not end a note that sounds from before keeps its place.
        let mut ends: Vec<bool> = Vec::with_capacity(events.len());
        for (_, note) in events.iter() {
            let place = ending.iter().position(|other| !note.on && other.is_same(note));
            ends.push(place.map(|place| ending.swap_remove(place)).is_some());
        }
        let (mut first, mut rest) = (Vec::new(), Vec::new());
        for (event, ends) in events.iter().zip(ends) {
            if ends { first.push(*event) } else { rest.push(*event) }
        }
        for (place, event) in first.into_iter().chain(rest).enumerate() {
            let (_, note) = event;
            sounding.retain(|other| !other.is_same(&note));
            if note.on {
                sounding.push(note);
            }
            events[place] = event;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_sounds_ends_first_and_what_begins_ends_behind_its_start() {
        let note = |pitch: u8, on: bool| Note { sample: 0, pitch, velocity: 90, voice: 0, channel: 0, on };
        let mut events = [
            (960, note(62, true)),
            (0, note(60, true)),
            // A note of no length, while another goes on.
            (480, note(67, true)),
            (480, note(67, false)),
            // A note that begins again, and one that begins as another ends.
            (960, note(60, true)),
            (960, note(60, false)),
            (1440, note(60, false)),
            (1440, note(62, false)),
        ];
        sort_notes(&mut events);
        let order: Vec<(u64, u8, bool)> =
            events.iter().map(|(tick, note)| (*tick, note.pitch, note.on)).collect();
        assert_eq!(
            order,
            [
                (0, 60, true),
                (480, 67, true),
                (480, 67, false),
                (960, 60, false),
                (960, 62, true),
                (960, 60, true),
                (1440, 60, false),
                (1440, 62, false),
            ]
        );
    }
}
