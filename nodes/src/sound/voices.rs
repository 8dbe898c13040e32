//! Voices of an instrument: which one plays a note, and which one makes room.

use std::ops::Range;

use pastiche_engine::audio::{AudioIo, BlockCtx, MAX_BLOCK};
use pastiche_engine::port::{Audio, Note, Notes};
use pastiche_engine::spec::{In, Out};

/// Samples in which a voice that makes room is faded out, 5 ms.
const FADE: u16 = 240;

/// Voices that may be fading out at once.
const FADING: usize = 8;

/// One voice of an instrument: it plays one note.
pub(crate) trait Voice: Send + 'static {
    /// What all voices share about each sample.
    type Controls: Copy + Default;

    /// Begins a note from silence. Notes are numbered, so that chance is the same each time.
    fn start(&mut self, note: &Note, number: u64, controls: &Self::Controls);

    /// The key is let go.
    fn release(&mut self);

    /// Whether nothing more will be heard.
    fn is_silent(&self) -> bool;

    /// The next sample, left and right.
    fn next(&mut self, controls: &Self::Controls) -> [f32; 2];
}

/// The voices of an instrument. Nothing is allocated after it has been made.
pub(crate) struct Voices<V> {
    seats: Box<[Seat<V>]>,
    /// Voices that made room, and how many samples they still sound.
    fading: Box<[(V, u16)]>,
    /// Notes so far.
    started: u64,
}

struct Seat<V> {
    voice: V,
    note: Note,
    use_: Use,
    /// The number of its note.
    number: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Use {
    Free,
    Released,
    Held,
}

impl<V: Voice> Voices<V> {
    /// This many voices, each made by its number; numbers go on behind them for those that fade.
    pub(crate) fn new(count: usize, make: impl Fn(usize) -> V) -> Voices<V> {
        let seat = |number| Seat { voice: make(number), note: Note::default(), use_: Use::Free, number: 0 };
        Voices {
            seats: (0..count.max(1)).map(seat).collect(),
            fading: (0..FADING).map(|number| (make(count + number), 0)).collect(),
            started: 0,
        }
    }

    /// Plays a block: events at their samples, all voices mixed. There is one entry of `controls` for
    /// each sample.
    pub(crate) fn block(
        &mut self,
        ctx: &BlockCtx,
        io: &mut AudioIo<'_>,
        notes: &In<Notes>,
        out: &Out<Audio>,
        controls: &[V::Controls],
    ) {
        let mut mix = [[0.0; MAX_BLOCK]; 2];
        let mut from = 0;
        for note in io.notes(notes) {
            let at = (note.sample.saturating_sub(ctx.start_sample) as usize).min(controls.len() - 1);
            self.render(&mut mix, from..at, controls);
            from = at;
            self.event(note, &controls[at]);
        }
        self.render(&mut mix, from..controls.len(), controls);
        for (out, mix) in io.out(out).into_iter().zip(mix) {
            out.copy_from_slice(&mix[..controls.len()]);
        }
    }

    /// Takes over what sounds from the voices that these replace, by swapping; what does not fit falls
    /// silent.
    pub(crate) fn adopt(&mut self, old: &mut Voices<V>) {
        self.seats.iter_mut().zip(&mut old.seats).for_each(|(new, old)| std::mem::swap(new, old));
        std::mem::swap(&mut self.fading, &mut old.fading);
        self.started = old.started;
    }

    /// Fades out what sounds in the voices that these replace.
    pub(crate) fn adopt_fading(&mut self, old: &mut Voices<V>) {
        let sounding = old.seats.iter_mut().filter(|seat| seat.use_ != Use::Free);
        for (seat, (voice, left)) in sounding.zip(self.fading.iter_mut()) {
            std::mem::swap(voice, &mut seat.voice);
            *left = FADE;
        }
        self.started = old.started;
    }

    /// Starts or ends a note.
    pub(crate) fn event(&mut self, note: &Note, controls: &V::Controls) {
        for seat in self.seats.iter_mut().filter(|seat| seat.use_ == Use::Held) {
            if seat.note.is_same(note) {
                seat.release();
            }
        }
        if !note.on {
            return;
        }
        self.started += 1;
        // A free one; else what is let go already, and the oldest first.
        let chosen = self.seats.iter_mut().min_by_key(|seat| (seat.use_, seat.number));
        let Some(seat) = chosen else { return };
        if seat.use_ != Use::Free
            && let Some((voice, left)) = self.fading.iter_mut().min_by_key(|(_, left)| *left)
        {
            std::mem::swap(voice, &mut seat.voice);
            *left = FADE;
        }
        seat.voice.start(note, self.started, controls);
        (seat.note, seat.use_, seat.number) = (*note, Use::Held, self.started);
    }

    fn render(&mut self, mix: &mut [[f32; MAX_BLOCK]; 2], samples: Range<usize>, controls: &[V::Controls]) {
        let [left, right] = mix;
        for seat in self.seats.iter_mut().filter(|seat| seat.use_ != Use::Free) {
            for at in samples.clone() {
                let [voice_left, voice_right] = seat.voice.next(&controls[at]);
                left[at] += voice_left;
                right[at] += voice_right;
                // At its sample and not at the end of a block, whose length no one may hear.
                if seat.use_ == Use::Released && seat.voice.is_silent() {
                    seat.use_ = Use::Free;
                    break;
                }
            }
        }
        for (voice, left_over) in self.fading.iter_mut().filter(|(_, left_over)| *left_over > 0) {
            for at in samples.clone().take(usize::from(*left_over)) {
                let share = f32::from(*left_over) / f32::from(FADE);
                let [voice_left, voice_right] = voice.next(&controls[at]);
                left[at] += voice_left * share;
                right[at] += voice_right * share;
                *left_over -= 1;
            }
        }
    }
}

impl<V: Voice> Seat<V> {
    fn release(&mut self) {
        self.use_ = Use::Released;
        self.voice.release();
    }
}

/// Loudness of a velocity: 1 at 127, and about 40 dB below at 1 (Dannenberg, "The Interpretation of
/// MIDI Velocity", 2006).
pub(crate) fn loudness(velocity: u8) -> f32 {
    let share = f32::from(velocity) / 127.0;
    let root = 0.1 + 0.9 * share;
    root * root
}

/// Cycles a second of a MIDI pitch: 440 Hz for 69, twelve equal steps an octave.
pub(crate) fn hz(pitch: f64) -> f64 {
    440.0 * ((pitch - 69.0) / 12.0).exp2()
}

/// The share of the way to its goal that a value goes in each sample, so that after `secs` it has come
/// all but a twentieth of it.
pub(crate) fn approach(secs: f64) -> f32 {
    (1.0 - (-3.0 / (secs * pastiche_engine::clock::SAMPLE_RATE as f64).max(1.0)).exp()) as f32
}

/// Chance for the audio half: cheap, and the same for the same seed (Marsaglia, "Xorshift RNGs", 2003).
#[derive(Clone, Debug)]
pub(crate) struct Noise(u64);

impl Noise {
    pub(crate) fn new(seed: u64) -> Noise {
        Noise(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// From -1 up to 1.
    pub(crate) fn next(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sounds at 1 for as long as it is held, and a little longer.
    #[derive(Default)]
    struct Still {
        pitch: u8,
        left: Option<u32>,
    }

    impl Voice for Still {
        type Controls = ();

        fn start(&mut self, note: &Note, _number: u64, _controls: &()) {
            (self.pitch, self.left) = (note.pitch, None);
        }

        fn release(&mut self) {
            self.left = Some(3);
        }

        fn is_silent(&self) -> bool {
            self.left == Some(0)
        }

        fn next(&mut self, _controls: &()) -> [f32; 2] {
            self.left = self.left.map(|left| left.saturating_sub(1));
            [if self.is_silent() { 0.0 } else { f32::from(self.pitch) }, 0.0]
        }
    }

    fn note(pitch: u8, on: bool) -> Note {
        Note { sample: 0, pitch, velocity: 100, voice: 0, channel: 0, on }
    }

    fn run(voices: &mut Voices<Still>, samples: usize) -> f32 {
        let mut last = 0.0;
        for _ in 0..samples {
            let mut mix = [[0.0; MAX_BLOCK]; 2];
            voices.render(&mut mix, 0..1, &[()]);
            last = mix[0][0];
        }
        last
    }

    #[test]
    fn the_oldest_note_makes_room_and_fades() {
        let mut voices = Voices::new(2, |_| Still::default());
        for pitch in [10, 20] {
            voices.event(&note(pitch, true), &());
        }
        assert_eq!(run(&mut voices, 1), 30.0);
        voices.event(&note(40, true), &());
        let mut before = run(&mut voices, 1);
        assert_eq!(before, 70.0);
        for _ in 1..FADE {
            let now = run(&mut voices, 1);
            assert!((0.0..0.05).contains(&(before - now)), "{before} {now}");
            before = now;
        }
        assert_eq!(run(&mut voices, 1), 60.0);
    }

    #[test]
    fn a_note_that_is_let_go_makes_room_first() {
        let mut voices = Voices::new(2, |_| Still::default());
        voices.event(&note(10, true), &());
        voices.event(&note(20, true), &());
        voices.event(&note(20, false), &());
        voices.event(&note(40, true), &());
        assert_eq!(run(&mut voices, usize::from(FADE) + 5), 50.0);
        voices.event(&note(10, false), &());
        voices.event(&note(40, false), &());
        assert_eq!(run(&mut voices, 10), 0.0);
    }

    #[test]
    fn more_notes_than_there_is_room_for_never_panic() {
        let mut voices = Voices::new(3, |_| Still::default());
        for number in 0..200 {
            voices.event(&note(number % 128, number % 3 != 0), &());
            run(&mut voices, 1);
        }
        (0..128).for_each(|pitch| voices.event(&note(pitch, false), &()));
        assert_eq!(run(&mut voices, 1000), 0.0);
    }

    #[test]
    fn pitches_and_velocities_are_as_they_should_be() {
        assert_eq!((hz(69.0), hz(81.0)), (440.0, 880.0));
        assert!((hz(60.0) - 261.6256).abs() < 1e-4);
        assert_eq!(loudness(127), 1.0);
        assert!(loudness(1) < 0.012);
    }
}
