//! MIDI learn: which controller moves which control. It is given what comes and how controls stand, and
//! answers what moves; it knows no device, no window and no clock.

use std::collections::BTreeMap;

use engine::address::ControlAddress;
use engine::live::ControlState;
use engine::midi::Message;
use pastiche_engine as engine;

use super::binding::{Binding, FINE, Motion, Part};

/// A controller that comes so near, of the way from 0 to 1, has met the value.
const NEAR: f64 = 2.0 / 127.0;

/// Steps of an endless encoder from one end to the other.
const STEPS: f64 = 127.0;

/// What came of a message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Learned {
    /// What is bound now.
    pub bound: Option<ControlAddress>,
    /// What moves, and to where.
    pub moves: Vec<(ControlAddress, f64)>,
}

/// All bindings, and what is being learned.
#[derive(Clone, Debug, Default)]
pub struct Learn {
    bindings: Vec<(Binding, Hardware)>,
    armed: Option<ControlAddress>,
    /// What was learned with the last message, from which port: its fine half may follow.
    fresh: Option<(ControlAddress, String)>,
    /// Where controls go in the frame that comes.
    pending: BTreeMap<ControlAddress, f64>,
}

/// What is known of the hardware of one binding.
#[derive(Clone, Debug, Default, PartialEq)]
struct Hardware {
    /// Where it stood last, from 0 to 1.
    place: Option<f64>,
    /// The value that it gave last; while the control has it, the hardware holds it.
    given: Option<f64>,
    /// The coarse half of 14 bits.
    coarse: u8,
    /// What its lamps show.
    shown: Option<Vec<Message>>,
}

impl Learn {
    /// With bindings that were kept.
    pub fn new(bindings: Vec<Binding>) -> Learn {
        let bindings = bindings.into_iter().map(|binding| (binding, Hardware::default())).collect();
        Learn { bindings, ..Learn::default() }
    }

    /// The next controller that moves is bound to this control.
    pub fn arm(&mut self, control: ControlAddress) {
        self.armed = Some(control);
    }

    /// Nothing is learned after all.
    pub fn disarm(&mut self) {
        self.armed = None;
    }

    /// What the next controller that moves is bound to.
    pub fn armed(&self) -> Option<&ControlAddress> {
        self.armed.as_ref()
    }

    /// Whether there was a binding to take away.
    pub fn unlearn(&mut self, control: &ControlAddress) -> bool {
        let before = self.bindings.len();
        self.bindings.retain(|(binding, _)| binding.control != *control);
        self.bindings.len() < before
    }

    /// Every binding, in the order in which they were learned.
    pub fn bindings(&self) -> impl Iterator<Item = &Binding> {
        self.bindings.iter().map(|(binding, _)| binding)
    }

    /// The binding of a control, to change it.
    pub fn binding_mut(&mut self, control: &ControlAddress) -> Option<&mut Binding> {
        self.bindings.iter_mut().map(|(binding, _)| binding).find(|binding| binding.control == *control)
    }

    /// What stands on a knob: its controller, or that it is being learned.
    pub fn badge(&self, control: &ControlAddress) -> Option<String> {
        if self.armed.as_ref() == Some(control) {
            return Some("move a controller".into());
        }
        self.bindings().find(|binding| binding.control == *control).map(Binding::badge)
    }

    /// A message came from a port. `state` tells how a control stands.
    pub fn hear(
        &mut self,
        port: &str,
        message: Message,
        state: impl Fn(&ControlAddress) -> Option<ControlState>,
    ) -> Learned {
        let bound = self.learn(port, message);
        let mut moves = Vec::new();
        for (binding, hardware) in &mut self.bindings {
            let Some(motion) = binding.motion(port, message) else { continue };
            let Some(mut state) = state(&binding.control) else { continue };
            state.value = self.pending.get(&binding.control).copied().unwrap_or(state.value);
            // Who has just learned has the hardware in hand: the control goes there at once.
            let is_held = bound.as_ref() == Some(&binding.control);
            if let Some(value) = hardware.moves(binding, motion, &state, is_held) {
                self.pending.insert(binding.control.clone(), value);
                moves.push((binding.control.clone(), value));
            }
        }
        Learned { bound, moves }
    }

    /// The frame has been run: controls stand where they were moved.
    pub fn settle(&mut self) {
        self.pending.clear();
    }

    /// What to send to which port, so that lamps, rings and motors show how the controls stand; only
    /// what has changed.
    pub fn feedback(
        &mut self,
        state: impl Fn(&ControlAddress) -> Option<ControlState>,
    ) -> Vec<(String, Message)> {
        let mut out = Vec::new();
        for (binding, hardware) in &mut self.bindings {
            let Some(state) = state(&binding.control) else { continue };
            let messages = binding.feedback(state.value, &state);
            if hardware.shown.as_ref() == Some(&messages) {
                continue;
            }
            // A motor is not pushed against the hand that moves it.
            if hardware.given != Some(state.value) || binding.encoder.is_some() || binding.is_key() {
                out.extend(messages.iter().map(|message| (binding.port.clone(), *message)));
            }
            hardware.shown = Some(messages);
        }
        out
    }

    /// A port is there again: its lamps are dark, and its faders may stand anywhere.
    pub fn came_back(&mut self, port: &str) {
        for (binding, hardware) in &mut self.bindings {
            if port.to_lowercase().contains(&binding.port.to_lowercase()) {
                *hardware = Hardware::default();
            }
        }
    }

    fn learn(&mut self, port: &str, message: Message) -> Option<ControlAddress> {
        let fresh = self.fresh.take();
        if let (Some((control, from)), None, Message::Controller { number, .. }) =
            (fresh, &self.armed, message)
            && from == port
            && (FINE..2 * FINE).contains(&number)
            && let Some((binding, hardware)) =
                self.bindings.iter_mut().find(|(binding, _)| binding.control == control)
            && binding.controller == Part::Cc(number - FINE)
        {
            binding.controller = Part::Fine(number - FINE);
            hardware.coarse = (hardware.place.unwrap_or(0.0) * 127.0).round() as u8;
            return Some(control);
        }
        let part = self.armed.as_ref().and_then(|_| Part::moved(message))?;
        let channel = message.channel()? + 1;
        let control = self.armed.take()?;
        self.unlearn(&control);
        let binding = Binding::new(control.clone(), port, channel, part);
        self.bindings.push((binding, Hardware::default()));
        self.fresh = Some((control.clone(), port.to_owned()));
        Some(control)
    }
}

impl Hardware {
    /// The value that the control gets, if it gets one.
    fn moves(
        &mut self,
        binding: &Binding,
        motion: Motion,
        state: &ControlState,
        is_held: bool,
    ) -> Option<f64> {
        let now = binding.place_of(state.value, state);
        let place = match motion {
            Motion::To(place) => place,
            Motion::Coarse(coarse) => {
                self.coarse = coarse;
                f64::from(u16::from(coarse) << 7) / 16_383.0
            }
            Motion::Finer(fine) => f64::from(u16::from(self.coarse) << 7 | u16::from(fine)) / 16_383.0,
            Motion::By(steps) => {
                return self.give(binding.value_at((now + steps / STEPS).clamp(0.0, 1.0), state));
            }
            Motion::Key(is_down) if binding.toggle => {
                let was_down = self.place.replace(f64::from(u8::from(is_down))) == Some(1.0);
                let over = if now < 0.5 { 1.0 } else { 0.0 };
                return if is_down && !was_down { self.give(binding.value_at(over, state)) } else { None };
            }
            Motion::Key(is_down) => return self.give(binding.value_at(f64::from(u8::from(is_down)), state)),
        };
        let before = self.place.replace(place);
        let holds = is_held || !binding.pickup || self.given == Some(state.value);
        let meets =
            (place - now).abs() <= NEAR || before.is_some_and(|before| (before - now) * (place - now) <= 0.0);
        if holds || meets { self.give(binding.value_at(place, state)) } else { None }
    }

    fn give(&mut self, value: f64) -> Option<f64> {
        self.given = Some(value);
        self.given
    }
}

impl Binding {
    fn is_key(&self) -> bool {
        matches!(self.controller, Part::Note(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::midi::Encoder;
    use engine::spec::range;

    const DESK: &str = "nanoKONTROL2";

    /// Controls that stand somewhere, and the learning that moves them.
    struct Board {
        learn: Learn,
        values: BTreeMap<ControlAddress, f64>,
    }

    fn glow() -> ControlAddress {
        ControlAddress::knob("glow")
    }

    fn radius() -> ControlAddress {
        ControlAddress::parse("blur.radius").unwrap()
    }

    impl Board {
        fn new() -> Board {
            Board { learn: Learn::default(), values: BTreeMap::from([(glow(), 0.5), (radius(), 8.0)]) }
        }

        fn with(control: ControlAddress) -> Board {
            let mut board = Board::new();
            board.learn.arm(control);
            assert!(board.hear(DESK, &[0xb0, 7, 64]).bound.is_some());
            board
        }

        /// One message, and the frame behind it.
        fn hear(&mut self, port: &str, bytes: &[u8]) -> Learned {
            let values = self.values.clone();
            let learned =
                self.learn.hear(port, Message::parse(bytes).unwrap(), |control| state(&values, control));
            self.values.extend(learned.moves.iter().cloned());
            self.learn.settle();
            learned
        }

        fn fader(&mut self, value: u8) -> f64 {
            self.hear(DESK, &[0xb0, 7, value]);
            self.values[&glow()]
        }

        fn feedback(&mut self) -> Vec<(String, Message)> {
            let values = self.values.clone();
            self.learn.feedback(|control| state(&values, control))
        }

        fn set(&mut self, change: impl Fn(&mut Binding)) {
            change(self.learn.binding_mut(&glow()).unwrap());
        }
    }

    fn state(values: &BTreeMap<ControlAddress, f64>, control: &ControlAddress) -> Option<ControlState> {
        let value = *values.get(control)?;
        let soft = if *control == glow() { range(0.0, 1.0) } else { range(0.0, 32.0) };
        Some(ControlState { value, script: value, soft, hard: range(-128.0, 128.0) })
    }

    #[test]
    fn what_moves_first_is_bound_and_moves_at_once() {
        let mut board = Board::new();
        board.learn.arm(glow());
        assert_eq!(board.learn.badge(&glow()).as_deref(), Some("move a controller"));
        // A clock, a key that goes up and a wheel that trembles are no hand.
        for bytes in [&[0xf8][..], &[0x80, 60, 0], &[0xe0, 1, 64]] {
            assert_eq!(board.hear(DESK, bytes), Learned::default());
        }
        let learned = board.hear(DESK, &[0xb2, 7, 127]);
        assert_eq!(learned, Learned { bound: Some(glow()), moves: vec![(glow(), 1.0)] });
        assert_eq!(board.learn.badge(&glow()).as_deref(), Some("ch 3 cc 7"));
        assert_eq!(board.hear(DESK, &[0xb2, 7, 0]).moves, [(glow(), 0.0)]);
        // Another channel, another port.
        assert_eq!(board.hear(DESK, &[0xb0, 7, 64]).moves, []);
        assert_eq!(board.hear("other", &[0xb2, 7, 64]).moves, []);
        assert!(board.learn.unlearn(&glow()) && !board.learn.unlearn(&glow()));
        assert_eq!((board.hear(DESK, &[0xb2, 7, 9]).moves, board.learn.badge(&glow())), (vec![], None));
    }

    #[test]
    fn a_fader_must_meet_the_value_before_it_moves_it() {
        let mut board = Board::with(glow());
        assert_eq!(board.fader(127), 1.0);
        // Somebody else moves the knob: the fader waits until it comes by.
        board.values.insert(glow(), 0.25);
        assert_eq!(board.fader(120), 0.25);
        assert_eq!(board.fader(60), 0.25);
        assert_eq!(board.fader(20), 20.0 / 127.0, "it went past");
        assert_eq!(board.fader(90), 90.0 / 127.0, "and holds it from there");
        board.values.insert(glow(), 0.5);
        assert_eq!(board.fader(90), 0.5);
        assert_eq!(board.fader(65), 65.0 / 127.0, "near enough");
        board.values.insert(glow(), 0.0);
        board.set(|binding| binding.pickup = false);
        assert_eq!(board.fader(127), 1.0);
        // Plugged in again, the fader may stand anywhere.
        board.set(|binding| binding.pickup = true);
        board.learn.came_back(DESK);
        assert_eq!(board.fader(10), 1.0);
    }

    #[test]
    fn a_controller_moves_several_knobs_each_in_its_way() {
        let mut board = Board::with(glow());
        board.learn.arm(radius());
        board.hear(DESK, &[0xb0, 7, 127]);
        board.set(|binding| (binding.invert, binding.pickup) = (true, false));
        let moves = board.hear(DESK, &[0xb0, 7, 0]).moves;
        assert_eq!(moves, [(glow(), 1.0), (radius(), 0.0)]);
        board.set(|binding| (binding.min, binding.max, binding.curve) = (Some(2.0), Some(6.0), 2.0));
        assert_eq!(board.hear(DESK, &[0xb0, 7, 127]).moves, [(glow(), 2.0), (radius(), 32.0)]);
    }

    #[test]
    fn the_fine_half_that_follows_is_learned_with_it() {
        let mut board = Board::new();
        board.learn.arm(glow());
        board.hear(DESK, &[0xb0, 7, 127]);
        board.hear(DESK, &[0xb0, 39, 127]);
        assert_eq!(board.learn.badge(&glow()).as_deref(), Some("cc 7 fine"));
        assert_eq!(board.values[&glow()], 1.0);
        board.hear(DESK, &[0xb0, 7, 64]);
        board.hear(DESK, &[0xb0, 39, 1]);
        assert_eq!(board.values[&glow()], 8193.0 / 16_383.0);
    }

    #[test]
    fn encoders_turn_from_where_the_value_is() {
        let mut board = Board::with(glow());
        board.set(|binding| binding.encoder = Some(Encoder::TwosComplement));
        board.values.insert(glow(), 0.25);
        assert!((board.fader(1) - (0.25 + 1.0 / 127.0)).abs() < 1e-12);
        assert!((board.fader(127) - 0.25).abs() < 1e-12);
        let turned = (0..10).map(|_| board.fader(63)).fold(0.0, f64::max);
        assert_eq!((turned, board.fader(1)), (1.0, 1.0));
    }

    #[test]
    fn pads_hold_or_switch_over() {
        let mut board = Board::new();
        board.learn.arm(glow());
        assert_eq!(board.hear(DESK, &[0x90, 36, 100]).moves, [(glow(), 1.0)]);
        assert_eq!(board.hear(DESK, &[0x80, 36, 0]).moves, [(glow(), 0.0)]);
        board.set(|binding| binding.toggle = true);
        assert_eq!(board.hear(DESK, &[0x90, 36, 100]).moves, [(glow(), 1.0)]);
        assert_eq!(board.hear(DESK, &[0x80, 36, 0]).moves, []);
        assert_eq!(board.hear(DESK, &[0x90, 36, 100]).moves, [(glow(), 0.0)]);
        // A button that is a controller, and says twice that it is down.
        let mut button = Board::with(glow());
        button.set(|binding| binding.toggle = true);
        let stands: Vec<f64> = [127, 127, 0, 127, 0].into_iter().map(|value| button.fader(value)).collect();
        assert_eq!(stands, [0.0, 0.0, 0.0, 1.0, 1.0]);
    }

    #[test]
    fn lamps_are_told_what_has_changed_but_motors_are_not_fought() {
        let mut board = Board::with(glow());
        board.fader(100);
        assert_eq!(board.feedback(), [], "the fader is there already");
        board.values.insert(glow(), 0.0);
        let told = vec![(DESK.to_owned(), Message::Controller { channel: 0, number: 7, value: 0 })];
        assert_eq!((board.feedback(), board.feedback()), (told.clone(), vec![]));
        board.learn.came_back(DESK);
        assert_eq!(board.feedback(), told, "its lamps are dark");
    }

    #[test]
    fn two_messages_in_one_frame_build_on_each_other() {
        let mut board = Board::with(glow());
        board.set(|binding| binding.encoder = Some(Encoder::TwosComplement));
        let values = BTreeMap::from([(glow(), 0.0)]);
        let turn = Message::parse(&[0xb0, 7, 1]).unwrap();
        let mut last = 0.0;
        for _ in 0..3 {
            last = board.learn.hear(DESK, turn, |control| state(&values, control)).moves[0].1;
        }
        assert!((last - 3.0 / 127.0).abs() < 1e-12);
    }
}
