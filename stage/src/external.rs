//! Textures of the engine as bevy images: drawn and shown in egui without a copy.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use bevy::app::{App, Plugin};
use bevy::asset::{AssetId, Assets, Handle, RenderAssetUsages};
use bevy::ecs::prelude::{IntoScheduleConfigs, Res, ResMut, Resource};
use bevy::image::Image;
use bevy::render::render_asset::{RenderAssets, prepare_assets};
use bevy::render::render_resource::{
    DefaultImageSampler, Extent3d, TextureDescriptor, TextureDimension, TextureFormat, TextureUsages,
};
use bevy::render::texture::GpuImage;
use bevy::render::{Render, RenderApp, RenderStartup, RenderSystems, render_resource};
use pastiche_engine::gpu::Presented;

/// Puts textures of the engine in the place of images.
#[derive(Clone, Default, Resource)]
pub(crate) struct External(Arc<Shared>);

#[derive(Default)]
struct Shared {
    waiting: Mutex<HashMap<AssetId<Image>, Presented>>,
    /// How often bevy has begun to draw: again whenever a lost device was replaced, and what it was
    /// given before then it has forgotten.
    starts: AtomicU64,
}

/// A texture of the engine that is an image too.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub(crate) presented: Presented,
    pub(crate) image: Handle<Image>,
    start: u64,
}

impl External {
    /// Makes sure that `shown` is the image of a texture. The same texture keeps its image.
    pub(crate) fn show(&self, shown: &mut Option<Shown>, presented: Presented, images: &mut Assets<Image>) {
        let start = self.0.starts.load(Relaxed);
        if shown.as_ref().is_some_and(|shown| shown.presented == presented && shown.start == start) {
            return;
        }
        // Black until the texture takes its place, in the same frame.
        let size = Extent3d { width: 1, height: 1, depth_or_array_layers: 1 };
        let black = Image::new_fill(
            size,
            TextureDimension::D2,
            &[0, 0, 0, 255],
            TextureFormat::Rgba8UnormSrgb,
            RenderAssetUsages::RENDER_WORLD,
        );
        let image = images.add(black);
        let mut waiting = self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = shown {
            waiting.remove(&before.image.id());
        }
        waiting.insert(image.id(), presented.clone());
        *shown = Some(Shown { presented, image, start });
    }
}

impl Plugin for External {
    fn build(&self, app: &mut App) {
        app.sub_app_mut(RenderApp)
            .insert_resource(self.clone())
            .add_systems(RenderStartup, start)
            .add_systems(
                Render,
                install.in_set(RenderSystems::PrepareAssets).after(prepare_assets::<GpuImage>),
            );
    }
}

fn start(external: Res<External>) {
    external.0.starts.fetch_add(1, Relaxed);
}

/// In the render world: gives each waiting texture the place of its image, once that is prepared.
fn install(
    external: Res<External>,
    sampler: Res<DefaultImageSampler>,
    mut images: ResMut<RenderAssets<GpuImage>>,
) {
    let mut waiting = external.0.waiting.lock().unwrap_or_else(PoisonError::into_inner);
    waiting.retain(|id, presented| {
        let is_prepared = images.get(*id).is_some();
        if is_prepared {
            images.insert(*id, gpu_image(presented, &sampler));
        }
        !is_prepared
    });
}

fn gpu_image(presented: &Presented, sampler: &DefaultImageSampler) -> GpuImage {
    let [width, height] = presented.size_px();
    GpuImage {
        texture: render_resource::Texture::from(presented.texture().clone()),
        texture_view: render_resource::TextureView::from(presented.view().clone()),
        sampler: (**sampler).clone(),
        texture_descriptor: TextureDescriptor {
            label: None,
            size: Extent3d { width, height, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: TextureDimension::D2,
            format: TextureFormat::Rgba8UnormSrgb,
            usage: TextureUsages::TEXTURE_BINDING,
            view_formats: &[],
        },
        texture_view_descriptor: None,
        had_data: false,
    }
}
