//! The order of notes that share a tick of a file.

use pastiche_engine::port::Note;

/// Puts events into the order of their ticks. Among the notes of one tick, one that sounds ends first, so that
/// it can begin again; all others stay in their order, so that a note of no length ends behind its own start.
/// What is no note, as `note` says, keeps its place among them.
pub(crate) fn sort_events<T: Copy>(events: &mut [(u64, T)], note: impl Fn(&T) -> Option<Note>) {
    events.sort_by_key(|(tick, _)| *tick);
    let mut sounding: Vec<Note> = Vec::new();
    let is_note = |event: &T| note(event).is_some();
    let belong =
        |(tick, event): &(u64, T), (other, next): &(u64, T)| tick == other && is_note(event) && is_note(next);
    for events in events.chunk_by_mut(belong) {
        let mut ending = sounding.clone();
        // Stable: what does not end a note that sounds from before keeps its place.
        let (mut first, mut rest) = (Vec::new(), Vec::new());
        for event in events.iter() {
            let is_end = |other: &Note| note(&event.1).is_some_and(|note| !note.on && other.is_same(&note));
            match ending.iter().position(is_end) {
                Some(place) => {
                    ending.swap_remove(place);
                    first.push(*event);
                }
                None => rest.push(*event),
            }
        }
        for (place, event) in first.into_iter().chain(rest).enumerate() {
            if let Some(note) = note(&event.1) {
                sounding.retain(|other| !other.is_same(&note));
                if note.on {
                    sounding.push(note);
                }
            }
            events[place] = event;
        }
    }
}

/// As [`sort_events`], for notes alone.
pub(crate) fn sort_notes(events: &mut [(u64, Note)]) {
    sort_events(events, |note| Some(*note));
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
