//! The mouse and the keyboard over the picture, for the patch.

use bevy::ecs::prelude::*;
use bevy::input::ButtonState;
use bevy::input::keyboard::{Key, KeyboardInput};
use bevy::input::mouse::{MouseButton as Button, MouseButtonInput, MouseScrollUnit, MouseWheel};
use bevy::window::{CursorMoved, Window};
use pastiche_engine::take::{Input, MouseButton};

use crate::projector::Projector;
use crate::stage::Stage;

/// Lines of a canvas in the unit of the mouse.
const CANVAS_LINES: f32 = 1080.0;

/// This many pixels of a touch pad are a line of a wheel.
const PIXELS_PER_LINE: f32 = 40.0;

/// Hands what happens over the picture to the patch.
pub(crate) fn listen(
    stage: NonSendMut<Stage>,
    windows: Query<(Entity, &Window), With<Projector>>,
    mut moved: MessageReader<CursorMoved>,
    mut clicked: MessageReader<MouseButtonInput>,
    mut rolled: MessageReader<MouseWheel>,
    mut pressed: MessageReader<KeyboardInput>,
) {
    let Ok((entity, window)) = windows.single() else { return };
    let mut inputs = Vec::new();
    for event in moved.read().filter(|event| event.window == entity) {
        let at = [event.position.x, event.position.y];
        inputs.push(place(at, [window.width(), window.height()], stage.picture_height(window)));
    }
    for event in clicked.read().filter(|event| event.window == entity) {
        let button = match event.button {
            Button::Left => MouseButton::Left,
            Button::Middle => MouseButton::Middle,
            Button::Right => MouseButton::Right,
            _ => continue,
        };
        inputs.push(Input::MouseButton { button, down: event.state == ButtonState::Pressed });
    }
    for event in rolled.read().filter(|event| event.window == entity) {
        let lines = match event.unit {
            MouseScrollUnit::Line => event.y,
            MouseScrollUnit::Pixel => event.y / PIXELS_PER_LINE,
        };
        inputs.push(Input::MouseWheel { lines: f64::from(lines) });
    }
    for event in pressed.read().filter(|event| event.window == entity && !event.repeat) {
        if let Some(key) = name(&event.logical_key) {
            inputs.push(Input::Key { key: key.into(), down: event.state == ButtonState::Pressed });
        }
    }
    let mut show = stage.show.borrow_mut();
    inputs.into_iter().for_each(|input| show.hand(input));
}

/// From the window's corner, downwards, to the picture's middle, upwards, in pixels of a canvas 1080
/// lines high.
fn place([x, y]: [f32; 2], [width, height]: [f32; 2], picture_height: f32) -> Input {
    let scale = CANVAS_LINES / picture_height.max(1.0);
    Input::Mouse { x: f64::from((x - width / 2.0) * scale), y: f64::from((height / 2.0 - y) * scale) }
}

/// What is printed on a key, in small letters.
fn name(key: &Key) -> Option<String> {
    match key {
        Key::Character(text) => Some(text.to_lowercase()),
        Key::Space => Some("space".into()),
        Key::ArrowLeft => Some("left".into()),
        Key::ArrowRight => Some("right".into()),
        Key::ArrowUp => Some("up".into()),
        Key::ArrowDown => Some("down".into()),
        Key::Unidentified(_) | Key::Dead(_) => None,
        // `Enter`, `Escape`, `PageUp`, `F1`.
        named => Some(format!("{named:?}").to_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mouse_is_measured_from_the_middle_of_the_picture() {
        let window = [1280.0, 720.0];
        assert_eq!(place([640.0, 360.0], window, 720.0), Input::Mouse { x: 0.0, y: 0.0 });
        assert_eq!(place([1280.0, 0.0], window, 720.0), Input::Mouse { x: 960.0, y: 540.0 });
        // Black above and below: the picture is half as high as the window.
        assert_eq!(place([640.0, 180.0], window, 360.0), Input::Mouse { x: 0.0, y: 540.0 });
    }

    #[test]
    fn keys_have_the_names_that_patches_use() {
        let names = [Key::Character("Q".into()), Key::Space, Key::ArrowLeft, Key::Enter, Key::F1];
        let names: Vec<String> = names.iter().filter_map(name).collect();
        assert_eq!(names, ["q", "space", "left", "enter", "f1"]);
    }
}
