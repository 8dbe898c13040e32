//! Small live pictures of the wires that carry pictures. They are drawn by the engine into small
//! textures that egui shows as they are: no read-back.

use std::collections::HashMap;

use bevy::image::Image;
use bevy_egui::egui::TextureId;
use bevy_egui::{EguiTextureHandle, EguiUserTextures};
use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::Gpu;
use pastiche_engine::key::NodeKey;
use pastiche_engine::port::Value;

use super::textures::Textures;
use crate::external::Shown;
use crate::show::Show;

/// Size of a thumbnail in pixels.
pub(super) const SIZE_PX: [u32; 2] = [192, 108];

/// How many are redrawn for one picture of the window, in turn: the show comes first, and a software
/// adapter takes its time from the show's own processor.
pub fn thumbnails_at_once(gpu: &Gpu) -> usize {
    if gpu.is_software() { 1 } else { 8 }
}

/// Screens of the recorder from this number on are thumbnails.
const FIRST_SCREEN: usize = 1000;

/// The thumbnail of each node whose first picture output has something on it.
#[derive(Default)]
pub(super) struct Thumbnails {
    of: HashMap<NodeKey, Thumbnail>,
    /// Numbers of screens that are free again.
    free: Vec<usize>,
    made: usize,
    /// Where the next turn begins.
    next: usize,
}

struct Thumbnail {
    screen: usize,
    shown: Option<Shown>,
    texture: Option<TextureId>,
}

impl Thumbnails {
    /// Draws some of the thumbnails again.
    pub(super) fn refresh(&mut self, show: &mut dyn Show, textures: &mut Textures<'_>) {
        let frames = frames(show);
        self.forget_others(&frames, &mut textures.egui);
        let number = frames.len();
        let mut is_drawn = false;
        let Some(at_once) = show.recorder().map(|recorder| thumbnails_at_once(recorder.gpu())) else {
            return;
        };
        for turn in 0..number.min(at_once) {
            let (key, frame) = &frames[(self.next + turn) % number];
            let thumbnail = match self.of.get_mut(key) {
                Some(thumbnail) => thumbnail,
                None => {
                    let screen = self.free.pop().unwrap_or_else(|| {
                        self.made += 1;
                        FIRST_SCREEN + self.made
                    });
                    let new = Thumbnail { screen, shown: None, texture: None };
                    self.of.entry(key.clone()).or_insert(new)
                }
            };
            let Some(recorder) = show.recorder() else { return };
            // The same picture is drawn again too, or the engine would forget its screen.
            let Ok(presented) = recorder.glance(thumbnail.screen, frame, SIZE_PX) else { continue };
            is_drawn = true;
            let before = thumbnail.shown.as_ref().map(|shown| shown.image.clone());
            textures.external.show(&mut thumbnail.shown, presented, &mut textures.images);
            let now = thumbnail.shown.as_ref().map(|shown| shown.image.clone());
            if before != now {
                release(before, &mut textures.egui);
                thumbnail.texture =
                    now.map(|image| textures.egui.add_image(EguiTextureHandle::Weak(image.id())));
            }
        }
        self.next = if number == 0 { 0 } else { (self.next + at_once) % number };
        if is_drawn
            && let Some(recorder) = show.recorder()
            && let Err(fault) = recorder.submit()
        {
            tracing::debug!("no thumbnails: {}", fault.message);
        }
    }

    /// The thumbnail of a node.
    pub(super) fn get(&self, node: &NodeKey) -> Option<TextureId> {
        self.of.get(node)?.texture
    }

    fn forget_others(&mut self, frames: &[(NodeKey, Frame)], textures: &mut EguiUserTextures) {
        let free = &mut self.free;
        self.of.retain(|key, thumbnail| {
            let is_there = frames.iter().any(|(other, _)| other == key);
            if !is_there {
                free.push(thumbnail.screen);
                release(thumbnail.shown.take().map(|shown| shown.image), textures);
            }
            is_there
        });
    }
}

fn release(image: Option<bevy::asset::Handle<Image>>, textures: &mut EguiUserTextures) {
    if let Some(image) = image {
        textures.remove_image(EguiTextureHandle::Weak(image.id()));
    }
}

/// What is on the first picture output of each node that has one.
fn frames(show: &dyn Show) -> Vec<(NodeKey, Frame)> {
    let live = show.live();
    let nodes = live.plan().nodes.iter().enumerate();
    let frames = nodes.filter_map(|(position, node)| {
        let frame = live.outputs(position).iter().find_map(|value| match value {
            Value::Frame(frame) => Some(frame.clone()),
            _ => None,
        });
        Some((node.key.clone(), frame??))
    });
    frames.collect()
}
