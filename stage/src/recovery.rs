//! A device that is lost. The show opens another one and moves its graph there; bevy is made to go on
//! with that one, in the windows that are open.

use std::sync::Arc;

use bevy::app::{App, Startup};
use bevy::ecs::prelude::{ResMut, Resource, World};
use bevy::light::cluster::GlobalClusterSettings;
use bevy::render::error_handler::{ErrorType, RenderError, RenderErrorHandler, RenderErrorPolicy};
use bevy::render::render_resource::{SpecializedMeshPipelines, SpecializedRenderPipelines};
use bevy::render::renderer::{
    RenderAdapter, RenderAdapterInfo, RenderDevice, RenderInstance, RenderQueue, WgpuWrapper,
};
use bevy::render::settings::RenderCreation;
use bevy::render::{GpuResourceAppExt, RenderApp};
use bevy_egui::render::EguiPipeline;
use bevy_egui::render::systems::{EguiRenderData, EguiTransforms};
use nannou::prelude::render::{DefaultNannouShaderModel, ShaderModelPipeline};
use pastiche_engine::gpu::Gpu;

use crate::stage::{Stage, StageError};

/// What bevy draws on.
#[derive(Resource)]
struct Device(Gpu);

/// bevy's view of a device.
pub(crate) fn creation(gpu: &Gpu) -> Result<RenderCreation, StageError> {
    let (instance, adapter) = gpu.opened_with().ok_or_else(|| StageError {
        message: "a stage on an embedder's device is not possible".into(),
        help: "open the device with `Gpu::new`".into(),
    })?;
    Ok(RenderCreation::manual(
        RenderDevice::from(gpu.device().clone()),
        RenderQueue(Arc::new(WgpuWrapper::new(gpu.queue().clone()))),
        RenderAdapterInfo(WgpuWrapper::new(adapter.get_info())),
        RenderAdapter(Arc::new(WgpuWrapper::new(adapter.clone()))),
        RenderInstance(Arc::new(WgpuWrapper::new(instance.clone()))),
    ))
}

/// Goes on after a lost device. `gpu` is the first one.
pub(crate) fn add(app: &mut App, gpu: &Gpu) {
    app.insert_resource(Device(gpu.clone())).insert_resource(RenderErrorHandler(on_error));
    app.add_systems(Startup, without_clusters);
    // bevy rebuilds its own resources for another device. Those of nannou and egui hold numbers of
    // pipelines and buffers of the one before, and make themselves only once.
    app.sub_app_mut(RenderApp)
        .init_gpu_resource::<SpecializedMeshPipelines<ShaderModelPipeline<DefaultNannouShaderModel>>>()
        .init_gpu_resource::<SpecializedRenderPipelines<EguiPipeline>>()
        .init_gpu_resource::<EguiTransforms>()
        .init_gpu_resource::<EguiRenderData>();
}

/// bevy sorts lamps into clusters on the GPU and reads back how many there are: there are none here, and
/// reading from a device that is gone panics (bevy_pbr 0.19.1).
fn without_clusters(mut settings: ResMut<GlobalClusterSettings>) {
    settings.gpu_clustering = None;
}

/// The show goes on: bevy would quit. After a loss this is called for each frame until it is mended.
fn on_error(error: &RenderError, world: &mut World, _render_world: &mut World) -> RenderErrorPolicy {
    if !matches!(error.ty, ErrorType::DeviceLost) {
        tracing::error!("graphics: {}", error.description);
        return RenderErrorPolicy::Ignore;
    }
    if let Some(device) = world.get_resource::<Device>() {
        device.0.report_lost();
    }
    match opened_instead(world) {
        Some((gpu, creation)) => {
            world.insert_resource(Device(gpu));
            RenderErrorPolicy::Recover(creation)
        }
        None => RenderErrorPolicy::StopRendering,
    }
}

/// The device on which the show plays by now, once it is another one.
fn opened_instead(world: &World) -> Option<(Gpu, RenderCreation)> {
    let show = world.get_non_send::<Stage>()?.show.clone();
    let gpu = show.borrow_mut().recorder()?.gpu().clone();
    if gpu.is_lost() {
        return None;
    }
    let creation = creation(&gpu).inspect_err(|error| tracing::error!("{error}")).ok()?;
    Some((gpu, creation))
}
