//! Which notes of a keyboard sound: what its keys, its pedals and its channel mode messages say, live and in files.

use pastiche_engine::midi::{Message, RESET_CONTROLLERS, SOSTENUTO, SUSTAIN};
use pastiche_engine::port::Note;

use crate::note_window::MOST_SOUNDING;

/// Ports whose pedals are known apart.
const MOST_PORTS: usize = 256;

/// A key that sounds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Key<P> {
    pub(crate) port: P,
    voice: u8,
    channel: u8,
    pitch: u8,
    velocity: u8,
    /// How fast it was let go.
    release: u8,
    is_down: bool,
    /// Whether the sostenuto pedal holds it.
    is_caught: bool,
}

impl<P> Key<P> {
    fn start(&self, sample: u64) -> Note {
        let Key { voice, channel, pitch, velocity, .. } = *self;
        Note { sample, pitch, velocity, voice, channel, on: true }
    }

    fn end(&self, sample: u64) -> Note {
        Note { velocity: self.release, ..self.start(sample).end_at(sample) }
    }
}

/// The pedals of a port: those that are down, a bit for each channel.
#[derive(Clone, Debug)]
struct Pedals<P> {
    port: P,
    sustain: u16,
    sostenuto: u16,
}

/// Which keys sound, by their ports. It allocates nothing while it plays.
pub(crate) struct PlayedKeys<P> {
    has_pedals: bool,
    pedals: Vec<Pedals<P>>,
    keys: Vec<Key<P>>,
    /// Keys of a node that listened elsewhere: their notes end.
    left: Vec<Key<P>>,
}

impl<P: Clone + PartialEq> PlayedKeys<P> {
    /// Without pedals, a note is as long as its key is down.
    pub(crate) fn new(has_pedals: bool) -> PlayedKeys<P> {
        PlayedKeys {
            has_pedals,
            pedals: Vec::with_capacity(MOST_PORTS),
            keys: Vec::with_capacity(MOST_SOUNDING),
            left: Vec::with_capacity(2 * MOST_SOUNDING),
        }
    }

    /// How many notes sound.
    pub(crate) fn sounding(&self) -> usize {
        self.keys.len()
    }

    /// Takes in a message of a port; notes that it starts have this voice.
    pub(crate) fn hear(
        &mut self,
        (port, voice): (&P, u8),
        message: Message,
        sample: u64,
        out: &mut impl FnMut(Note),
    ) {
        match message {
            Message::NoteOn { channel, pitch, velocity } => {
                // A key that sounds already is struck again: its note ends first.
                let is_it = |key: &Key<P>| {
                    (&key.port, key.voice, key.channel, key.pitch) == (port, voice, channel, pitch)
                };
                self.end_if(is_it, sample, out);
                if self.keys.len() >= MOST_SOUNDING
                    && let Some(place) = self.keys.iter().position(|key| !key.is_down)
                {
                    // What only a pedal holds makes room.
                    out(self.keys.remove(place).end(sample));
                }
                if self.keys.len() < MOST_SOUNDING {
                    let (port, is_down, is_caught) = (port.clone(), true, false);
                    let key = Key { port, voice, channel, pitch, velocity, release: 0, is_down, is_caught };
                    out(key.start(sample));
                    self.keys.push(key);
                }
            }
            Message::NoteOff { channel, pitch, velocity } => {
                let is_it = |key: &&mut Key<P>| {
                    (&key.port, key.voice, key.channel, key.pitch) == (port, voice, channel, pitch)
                };
                for key in self.keys.iter_mut().filter(is_it).filter(|key| key.is_down) {
                    (key.is_down, key.release) = (false, velocity);
                }
                self.end_released(sample, out);
            }
            Message::Controller { channel, number: SUSTAIN, value } => {
                let is_down = self.has_pedals && value >= 64;
                set(self.pedals_of(port).map(|pedals| &mut pedals.sustain), channel, is_down);
                self.end_released(sample, out);
            }
            Message::Controller { channel, number: SOSTENUTO, value } => {
                let is_down = self.has_pedals && value >= 64;
                let before = set(self.pedals_of(port).map(|pedals| &mut pedals.sostenuto), channel, is_down);
                if before != is_down {
                    for key in self.keys.iter_mut().filter(|key| (&key.port, key.channel) == (port, channel))
                    {
                        key.is_caught = is_down && key.is_down;
                    }
                }
                self.end_released(sample, out);
            }
            Message::Controller { channel, number: RESET_CONTROLLERS, .. } => {
                for number in [SUSTAIN, SOSTENUTO] {
                    let up = Message::Controller { channel, number, value: 0 };
                    self.hear((port, voice), up, sample, out);
                }
            }
            Message::Controller { channel, .. } if message.ends_notes() => {
                self.end_if(|key| key.channel == channel && key.port == *port, sample, out);
            }
            _ => {}
        }
    }

    /// The pedals of a port; of more ports than there is room for none.
    fn pedals_of(&mut self, port: &P) -> Option<&mut Pedals<P>> {
        let known = self.pedals.iter().position(|pedals| pedals.port == *port);
        if known.is_none() && self.pedals.len() < MOST_PORTS {
            self.pedals.push(Pedals { port: port.clone(), sustain: 0, sostenuto: 0 });
        }
        match known {
            Some(place) => self.pedals.get_mut(place),
            None => self.pedals.last_mut().filter(|pedals| pedals.port == *port),
        }
    }

    fn end_released(&mut self, sample: u64, out: &mut impl FnMut(Note)) {
        let PlayedKeys { pedals, keys, .. } = self;
        let is_sustained = |key: &Key<P>| {
            let pedals = pedals.iter().find(|pedals| pedals.port == key.port);
            pedals.is_some_and(|pedals| pedals.sustain >> (key.channel & 15) & 1 == 1)
        };
        end(keys, |key| !key.is_down && !key.is_caught && !is_sustained(key), sample, out);
    }

    /// Ends notes.
    pub(crate) fn end_if(
        &mut self,
        is_ended: impl Fn(&Key<P>) -> bool,
        sample: u64,
        out: &mut impl FnMut(Note),
    ) {
        end(&mut self.keys, is_ended, sample, out);
    }

    /// Ends the notes of ports that are gone. Their pedals are up when they come back.
    pub(crate) fn lose(&mut self, is_gone: impl Fn(&P) -> bool, sample: u64, out: &mut impl FnMut(Note)) {
        self.pedals.retain(|pedals| !is_gone(&pedals.port));
        self.end_if(|key| is_gone(&key.port), sample, out);
    }

    /// Ends what a node left that listened elsewhere.
    pub(crate) fn end_left(&mut self, sample: u64, out: &mut impl FnMut(Note)) {
        self.left.drain(..).for_each(|key| out(key.end(sample)));
    }

    /// Goes on with the keys of another, or ends them where it listened elsewhere.
    pub(crate) fn take_over(&mut self, old: &mut PlayedKeys<P>, is_like: bool) {
        std::mem::swap(&mut self.left, &mut old.left);
        if is_like {
            std::mem::swap(&mut self.pedals, &mut old.pedals);
            std::mem::swap(&mut self.keys, &mut old.keys);
        } else {
            let room = 2 * MOST_SOUNDING - self.left.len();
            self.left.extend(old.keys.drain(..).take(room));
        }
    }
}

/// Presses or lifts the pedal of a channel. Whether it was down.
fn set(pedals: Option<&mut u16>, channel: u8, is_down: bool) -> bool {
    let Some(pedals) = pedals else { return false };
    let bit = 1 << (channel & 15);
    let before = *pedals & bit != 0;
    *pedals = if is_down { *pedals | bit } else { *pedals & !bit };
    before
}

fn end<P>(
    keys: &mut Vec<Key<P>>,
    is_ended: impl Fn(&Key<P>) -> bool,
    sample: u64,
    out: &mut impl FnMut(Note),
) {
    keys.retain(|key| {
        let ends = is_ended(key);
        if ends {
            out(key.end(sample));
        }
        !ends
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What messages of one port start and end, at the sample of each message's number.
    fn play(messages: &[[u8; 3]]) -> Vec<(u64, u8, bool)> {
        let (mut keys, mut heard) = (PlayedKeys::new(true), Vec::new());
        for (number, bytes) in messages.iter().enumerate() {
            let message = Message::parse(bytes).unwrap();
            keys.hear((&(), 0), message, number as u64, &mut |note| {
                heard.push((note.sample, note.pitch, note.on));
            });
        }
        heard
    }

    const ON: [u8; 3] = [0x90, 60, 100];
    const OFF: [u8; 3] = [0x80, 60, 0];

    fn controller(number: u8, value: u8) -> [u8; 3] {
        [0xb0, number, value]
    }

    #[test]
    fn the_sustain_pedal_holds_what_is_let_go() {
        let heard = play(&[controller(64, 127), ON, OFF, controller(64, 63)]);
        assert_eq!(heard, [(1, 60, true), (3, 60, false)]);
    }

    #[test]
    fn the_sostenuto_pedal_holds_what_is_down_when_it_is_pressed() {
        let later = [0x90, 64, 100];
        let off = [0x80, 64, 0];
        let heard = play(&[ON, controller(66, 127), later, OFF, off, controller(66, 127), controller(66, 0)]);
        assert_eq!(heard, [(0, 60, true), (2, 64, true), (4, 64, false), (6, 60, false)]);
        let both =
            play(&[ON, controller(66, 127), controller(64, 127), OFF, controller(66, 0), controller(64, 0)]);
        assert_eq!(both, [(0, 60, true), (5, 60, false)]);
    }

    #[test]
    fn a_reset_lifts_the_pedals_and_mode_messages_end_all() {
        for pedal in [64, 66] {
            let heard = play(&[ON, controller(pedal, 127), OFF, controller(121, 0), ON, OFF]);
            assert_eq!(heard, [(0, 60, true), (3, 60, false), (4, 60, true), (5, 60, false)], "{pedal}");
        }
        for number in [120, 123, 124, 125, 126, 127] {
            let heard = play(&[controller(64, 127), ON, OFF, ON, controller(number, 0)]);
            assert_eq!(heard.last(), Some(&(4, 60, false)), "{number}");
        }
        let other = play(&[ON, [0xb1, 123, 0]]);
        assert_eq!(other, [(0, 60, true)], "of another channel");
    }

    #[test]
    fn a_pedal_that_was_down_when_its_port_went_is_up_when_it_comes_back() {
        let (mut keys, mut heard) = (PlayedKeys::new(true), Vec::new());
        let mut out = |note: Note| heard.push((note.pitch, note.on));
        let parse = |bytes: [u8; 3]| Message::parse(&bytes).unwrap();
        for port in [1, 2] {
            keys.hear((&port, 0), parse(controller(64, 127)), 0, &mut out);
        }
        keys.lose(|port| *port == 1, 1, &mut out);
        for port in [1, 2] {
            keys.hear((&port, 0), parse(ON), 2, &mut out);
            keys.hear((&port, 0), parse(OFF), 3, &mut out);
        }
        assert_eq!(keys.sounding(), 1, "the pedal of the other port is down");
        assert_eq!(heard, [(60, true), (60, false), (60, true)]);
    }

    #[test]
    fn what_a_pedal_holds_makes_room() {
        let (mut keys, mut sounding) = (PlayedKeys::new(true), 0_i32);
        let mut out = |note: Note| sounding += if note.on { 1 } else { -1 };
        keys.hear((&(), 0), Message::Controller { channel: 0, number: 64, value: 127 }, 0, &mut out);
        for voice in 0..8 {
            for pitch in 0..128 {
                for message in [
                    Message::NoteOn { channel: 0, pitch, velocity: 90 },
                    Message::NoteOff { channel: 0, pitch, velocity: 0 },
                ] {
                    keys.hear((&(), voice), message, 0, &mut out);
                }
            }
        }
        assert_eq!((sounding, keys.sounding()), (512, 512));
    }
}
