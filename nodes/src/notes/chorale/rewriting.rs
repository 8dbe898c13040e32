//! What is to be rewritten, and which cells of the score that opens.

use std::collections::VecDeque;

use pastiche_engine::stamp::Stamp;
use pastiche_models::chorale::{Canvas, UNKNOWN, VOICES, class_of};

use crate::notes::parts::BAR_STEPS;
use crate::random_numbers::uniform;

/// Wishes that wait at most.
const MOST_WISHES: usize = 8;

/// The bars that one voice is given a new line in.
const LINE_BARS: usize = 4;

/// What is to be rewritten. Bars are counted from beat 0; the score is sung over and over.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Wish {
    /// A new score, with this melody in the soprano.
    First(Option<Vec<i16>>),
    /// All of it.
    All,
    /// A bar.
    Bar(i64),
    /// A voice, all through.
    Voice(usize),
    /// A voice, from a bar on for some bars.
    Line(usize, i64),
    /// What the soprano sings in a bar; the others follow.
    Melody(i64, Vec<i16>),
}

/// The wishes, in their order, and the chance by which parts of the score are chosen.
pub(super) struct Rewriting {
    seed: u64,
    /// How many scores have been asked for, and how many parts chosen.
    asked: u64,
    chosen: i64,
    wishes: VecDeque<Wish>,
    /// The one that was asked for last.
    current: Option<Wish>,
    /// Bars that are due to be rewritten.
    due: f64,
}

impl Rewriting {
    pub(super) fn new(seed: u64) -> Rewriting {
        Rewriting { seed, asked: 0, chosen: 0, wishes: VecDeque::new(), current: None, due: 0.0 }
    }

    /// Adds a wish. What is played goes before all others.
    pub(super) fn wish(&mut self, wish: Wish) {
        if self.wishes.contains(&wish) {
            return;
        }
        if matches!(wish, Wish::Melody(..)) {
            self.wishes.push_front(wish);
        } else if self.wishes.len() < MOST_WISHES {
            self.wishes.push_back(wish);
        }
    }

    /// Whether what is played waits.
    pub(super) fn is_urgent(&self) -> bool {
        matches!(self.wishes.front(), Some(Wish::Melody(..)))
    }

    /// A bar begins: at a density of 1 one of them is rewritten each time. The one that begins and the next
    /// are left alone where there are others.
    pub(super) fn pass_bar(&mut self, bar: i64, density: f64, bars: usize) {
        self.due = (self.due + density).min(bars as f64);
        while self.due >= 1.0 {
            self.due -= 1.0;
            self.chosen += 1;
            let chance = |what: i64| uniform(self.seed, 4 * self.chosen + what);
            let (first, others) = if bars > 2 { (2, bars - 2) } else { (1, 1) };
            let later = bar + first + (chance(0) * others as f64) as i64;
            let voice = (chance(1) * VOICES as f64) as usize;
            let wish = if chance(2) < 0.5 { Wish::Bar(later) } else { Wish::Line(voice, bar + first) };
            self.wish(wish);
        }
    }

    /// The next score to be written, as far as it is known, and the seed for it. `base` is what is sung, empty
    /// before the first. Where the one before is not there yet, it is given up and waits again.
    pub(super) fn next(
        &mut self,
        base: &[[i16; VOICES]],
        steps: usize,
        locks: [bool; VOICES],
        is_idle: bool,
    ) -> Option<(Canvas, u64)> {
        while let Some(wish) = self.wishes.pop_front() {
            if let Some(canvas) = opened(&wish, base, steps, locks) {
                let given_up = self.current.replace(wish).filter(|_| !is_idle);
                self.wishes.extend(given_up);
                self.asked += 1;
                return Some((canvas, Stamp::new().number(self.seed).number(self.asked).finish()));
            }
        }
        None
    }

    /// Goes on where the node before was.
    pub(super) fn adopt(&mut self, old: &mut Rewriting) {
        (self.asked, self.chosen, self.due) = (old.asked, old.chosen, old.due);
        self.wishes.extend(old.wishes.drain(..));
    }
}

/// The score with the cells unknown that a wish opens, and the melody in it; none where nothing is open.
fn opened(wish: &Wish, base: &[[i16; VOICES]], steps: usize, locks: [bool; VOICES]) -> Option<Canvas> {
    let mut canvas = Canvas::empty(steps);
    let bars = (steps / BAR_STEPS).max(1) as i64;
    let bar_of = |bar: i64| bar.rem_euclid(bars) as usize * BAR_STEPS;
    let line: Vec<usize> = match wish {
        Wish::Line(_, bar) => {
            let count = LINE_BARS.min(bars as usize) as i64;
            (*bar..bar + count).map(bar_of).collect()
        }
        _ => Vec::new(),
    };
    let is_in = |start: usize, step: usize| (start..start + BAR_STEPS).contains(&step);
    let is_open = |step: usize, voice: usize| match wish {
        Wish::First(_) | Wish::All => true,
        Wish::Bar(bar) | Wish::Melody(bar, _) => is_in(bar_of(*bar), step),
        Wish::Voice(one) => voice == *one,
        Wish::Line(one, _) => voice == *one && line.iter().any(|start| is_in(*start, step)),
    };
    let melody_at = |step: usize| match wish {
        Wish::First(Some(melody)) => melody.get(step).copied(),
        Wish::Melody(bar, melody) if is_in(bar_of(*bar), step) => melody.get(step - bar_of(*bar)).copied(),
        _ => None,
    };
    if base.is_empty() && !matches!(wish, Wish::First(_)) {
        return None;
    }
    let mut is_any_open = false;
    for step in 0..steps {
        for voice in 0..VOICES {
            let sung = base.get(step).map(|cells| cells[voice]);
            let is_free = is_open(step, voice) && !locks[voice];
            let known = if is_free || sung.is_none() { melody_at(step).filter(|_| voice == 0) } else { sung };
            let class = known.and_then(class_of).unwrap_or(UNKNOWN);
            is_any_open |= class == UNKNOWN || (known.is_some() && known != sung);
            canvas.set(step, voice, class);
        }
    }
    is_any_open.then_some(canvas)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: usize = 4 * BAR_STEPS;
    const FREE: [bool; VOICES] = [false; VOICES];

    fn base() -> Vec<[i16; VOICES]> {
        vec![[72, 67, 64, 48]; STEPS]
    }

    /// How many cells of each voice are open.
    fn open(wish: &Wish, locks: [bool; VOICES]) -> Option<[usize; VOICES]> {
        let canvas = opened(wish, &base(), STEPS, locks)?;
        Some(std::array::from_fn(|voice| (0..STEPS).filter(|step| !canvas.is_known(*step, voice)).count()))
    }

    #[test]
    fn a_wish_opens_its_part_and_no_locked_voice() {
        assert_eq!(open(&Wish::All, FREE), Some([64; 4]));
        assert_eq!(open(&Wish::Bar(-1), FREE), Some([16; 4]));
        assert_eq!(open(&Wish::Voice(2), FREE), Some([0, 0, 64, 0]));
        assert_eq!(open(&Wish::Line(1, 6), FREE), Some([0, 64, 0, 0]));
        assert_eq!(open(&Wish::Melody(5, vec![74; 16]), FREE), Some([0, 16, 16, 16]));
        let locks = [true, false, true, false];
        assert_eq!(open(&Wish::All, locks), Some([0, 64, 0, 64]));
        assert_eq!(open(&Wish::Voice(2), locks), None);
        assert_eq!(open(&Wish::All, [true; 4]), None);
    }

    #[test]
    fn a_melody_is_known_and_a_locked_soprano_does_not_sing_it() {
        let wish = Wish::Melody(5, vec![74; 16]);
        let pitches = |locks| opened(&wish, &base(), STEPS, locks).unwrap().to_roll();
        let sung: Vec<i16> = pitches(FREE).iter().map(|cells| cells[0]).collect();
        assert!(sung.iter().enumerate().all(|(step, pitch)| *pitch == if step / 16 == 1 { 74 } else { 72 }));
        assert!(pitches([true, false, false, false]).iter().all(|cells| cells[0] == 72));
        // The first score is open but for its melody.
        let first = opened(&Wish::First(Some(vec![60, -1])), &[], STEPS, FREE).unwrap();
        assert!(
            first.is_known(0, 0) && first.is_known(1, 0) && !first.is_known(2, 0) && !first.is_known(0, 1)
        );
        assert!(opened(&Wish::All, &[], STEPS, FREE).is_none());
    }

    #[test]
    fn as_many_bars_are_rewritten_as_the_density_says() {
        let mut rewriting = Rewriting::new(7);
        let mut wishes = 0;
        for bar in 0..100 {
            rewriting.pass_bar(bar, 0.3, 8);
            while let Some(wish) = rewriting.wishes.pop_front() {
                wishes += 1;
                let (Wish::Bar(first) | Wish::Line(_, first)) = wish else { panic!("{wish:?}") };
                assert!((bar + 2..bar + 8).contains(&first), "not what is sung now or next");
            }
        }
        assert!((29..=30).contains(&wishes), "{wishes}");
    }

    #[test]
    fn what_is_played_goes_first() {
        let mut rewriting = Rewriting::new(7);
        rewriting.wish(Wish::All);
        rewriting.wish(Wish::Melody(1, vec![74; 16]));
        assert!(rewriting.is_urgent());
        let (canvas, one) = rewriting.next(&base(), STEPS, FREE, true).unwrap();
        assert!(canvas.is_known(0, 3));
        let (_, two) = rewriting.next(&base(), STEPS, FREE, true).unwrap();
        assert!(one != two && rewriting.next(&base(), STEPS, FREE, true).is_none());
        // What is being written is given up for it, and comes again.
        rewriting.wish(Wish::Melody(2, vec![74; 16]));
        rewriting.next(&base(), STEPS, FREE, false);
        assert_eq!(rewriting.wishes, [Wish::All]);
    }
}
