//! What the controls have been lately.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use bevy_egui::egui::{Pos2, Rect, Sense, Shape, Stroke, Ui, Vec2};
use pastiche_engine::key::NodeKey;
use pastiche_engine::live::Live;
use pastiche_engine::port::Value;

use super::look;

/// This many values are kept: four seconds.
const KEPT: usize = 120;

/// How much of a new time goes into the mean that is shown.
const NEW_TIME: f64 = 0.1;

/// What is remembered of the nodes from one picture of the window to the next.
#[derive(Debug, Default)]
pub(super) struct Sparks {
    controls: HashMap<(NodeKey, usize), VecDeque<f64>>,
    times_ms: HashMap<NodeKey, f64>,
}

impl Sparks {
    /// Takes down how everything stands.
    pub(super) fn note(&mut self, live: &Live) {
        let nodes = &live.plan().nodes;
        for (position, (node, took)) in nodes.iter().zip(live.times()).enumerate() {
            let mean = self.times_ms.entry(node.key.clone()).or_insert_with(|| millis(took));
            *mean += (millis(took) - *mean) * NEW_TIME;
            for (output, value) in live.outputs(position).iter().enumerate() {
                if let Value::Control(value) = value {
                    let kept = self.controls.entry((node.key.clone(), output)).or_default();
                    if kept.len() == KEPT {
                        kept.pop_front();
                    }
                    kept.push_back(*value);
                }
            }
        }
    }

    /// Forgets nodes that are gone.
    pub(super) fn keep(&mut self, live: &Live) {
        self.controls.retain(|(key, _), _| live.plan().find(key).is_some());
        self.times_ms.retain(|key, _| live.plan().find(key).is_some());
    }

    /// How long a node takes in a frame, on average, in milliseconds.
    pub(super) fn time_ms(&self, node: &NodeKey) -> f64 {
        self.times_ms.get(node).copied().unwrap_or_default()
    }

    /// Draws the last seconds of a control.
    pub(super) fn draw(&self, ui: &mut Ui, node: &NodeKey, output: usize, size: Vec2) {
        let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
        ui.painter().rect_filled(rect, 3.0, look::GROUND);
        if let Some(values) = self.controls.get(&(node.clone(), output)) {
            let points = points(values, rect.shrink(4.0));
            ui.painter().add(Shape::line(points, Stroke::new(2.0, look::ACCENT)));
        }
    }
}

fn millis(took: Duration) -> f64 {
    took.as_secs_f64() * 1e3
}

/// The line through the values: as high as they reach, the newest at the right.
fn points(values: &VecDeque<f64>, rect: Rect) -> Vec<Pos2> {
    let finite = || values.iter().copied().filter(|value| value.is_finite());
    let (low, high) =
        finite().fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)));
    let span = high - low;
    let step = rect.width() / (KEPT - 1) as f32;
    let first = rect.right() - step * (values.len().max(1) - 1) as f32;
    let height = |value: f64| if span > 0.0 { ((value - low) / span) as f32 } else { 0.5 };
    let point = |(number, value)| {
        Pos2::new(first + step * number as f32, rect.bottom() - rect.height() * height(value))
    };
    finite().enumerate().map(point).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_fills_its_height_and_ends_at_the_right() {
        let rect = Rect::from_min_max(Pos2::ZERO, Pos2::new(119.0, 10.0));
        let line = points(&VecDeque::from([5.0, 7.0, 6.0]), rect);
        assert_eq!(line, [Pos2::new(117.0, 10.0), Pos2::new(118.0, 0.0), Pos2::new(119.0, 5.0)]);
        assert_eq!(points(&VecDeque::from([3.0, 3.0]), rect)[1], Pos2::new(119.0, 5.0));
        assert!(points(&VecDeque::new(), rect).is_empty());
    }
}
