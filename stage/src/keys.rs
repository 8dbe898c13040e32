//! What the keys do.

use bevy::input::keyboard::Key;

/// Something a person does with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Leaves full screen; never quits.
    LeaveFullScreen,
    /// Full screen and back.
    FullScreen,
    /// Opens or closes the operator's window.
    Operator,
    /// Saves a picture.
    Still,
    /// Begins or ends a take.
    Record,
    /// Taps the tempo.
    Tap,
    /// Black and back.
    Blackout,
    /// Holds the picture and lets it go.
    Freeze,
    /// Lets the picture brighten by a step.
    FadeUp,
    /// Lets the picture fade by a step.
    FadeDown,
    /// Whole picture, or whole window.
    Fit,
    /// Puts back what was moved last.
    Undo,
    /// Shows or hides the keys.
    Help,
}

/// The keys as they are shown, in the order of the help.
pub(crate) const HELP: [(&str, &str); 13] = [
    ("F11", "full screen"),
    ("Esc", "leave full screen"),
    ("I", "operator's window"),
    ("B", "blackout"),
    ("F", "freeze the picture"),
    ("Up / Down", "master fade"),
    ("A", "contain or cover"),
    ("Space", "tap the tempo"),
    ("S", "save a still"),
    ("R", "record a take"),
    ("Ctrl-Z", "undo the last move"),
    ("H", "this help"),
    ("Alt-F4", "end the show"),
];

impl Action {
    /// What a key does when it goes down.
    pub(crate) fn of(key: &Key, control: bool) -> Option<Action> {
        Some(match key {
            Key::Escape => Action::LeaveFullScreen,
            Key::F11 => Action::FullScreen,
            Key::F1 => Action::Help,
            Key::Space => Action::Tap,
            Key::ArrowUp => Action::FadeUp,
            Key::ArrowDown => Action::FadeDown,
            Key::Character(text) => match (text.to_lowercase().as_str(), control) {
                ("z", true) => Action::Undo,
                ("i", false) => Action::Operator,
                ("s", false) => Action::Still,
                ("r", false) => Action::Record,
                ("b", false) => Action::Blackout,
                ("f", false) => Action::Freeze,
                ("a", false) => Action::Fit,
                ("h", false) => Action::Help,
                _ => return None,
            },
            _ => return None,
        })
    }

    /// Whether holding the key down does it again and again.
    pub(crate) fn repeats(self) -> bool {
        matches!(self, Action::FadeUp | Action::FadeDown | Action::Undo)
    }

    /// Whether it works while the keys go to a text or a slider of the operator's window.
    pub(crate) fn works_while_typing(self) -> bool {
        self == Action::FullScreen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_count_in_either_case_and_not_with_control() {
        let key = |text: &str| Key::Character(text.into());
        assert_eq!(Action::of(&key("b"), false), Some(Action::Blackout));
        assert_eq!(Action::of(&key("B"), false), Some(Action::Blackout));
        assert_eq!(Action::of(&key("b"), true), None);
        assert_eq!(Action::of(&key("z"), true), Some(Action::Undo));
        assert_eq!(Action::of(&key("z"), false), None);
    }

    #[test]
    fn no_key_of_the_stage_quits() {
        for key in [Key::Escape, Key::F11, Key::Space, Key::Character("q".into())] {
            let action = Action::of(&key, false);
            assert!(matches!(
                action,
                None | Some(Action::LeaveFullScreen | Action::FullScreen | Action::Tap)
            ));
        }
    }
}
