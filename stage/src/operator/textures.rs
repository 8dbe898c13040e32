//! What it takes to show a texture of the engine in egui.

use bevy::asset::Assets;
use bevy::ecs::prelude::*;
use bevy::ecs::system::SystemParam;
use bevy::image::Image;
use bevy_egui::EguiUserTextures;

use crate::external::External;

/// What it takes to show a texture of the engine in egui.
#[derive(SystemParam)]
pub(super) struct Textures<'w> {
    pub(super) external: Res<'w, External>,
    pub(super) images: ResMut<'w, Assets<Image>>,
    pub(super) egui: ResMut<'w, EguiUserTextures>,
}
