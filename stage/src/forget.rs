//! Forgets what the last picture was painted with.

use bevy::app::{App, First};
use bevy::asset::{AssetEvent, AssetId, Assets};
use bevy::ecs::message::MessageWriter;
use bevy::ecs::prelude::ResMut;
use nannou::prelude::render::DefaultNannouShaderModel;

/// nannou gives each colour and texture of each picture a name of its own and keeps them all, here and
/// on the GPU (nannou_draw 0.20.0): a kilobyte or more for each picture of a show that runs for weeks.
pub(crate) fn add(app: &mut App) {
    app.add_systems(First, forget);
}

/// Runs before the next picture is drawn, which brings its own.
fn forget(
    mut models: ResMut<Assets<DefaultNannouShaderModel>>,
    mut events: MessageWriter<AssetEvent<DefaultNannouShaderModel>>,
) {
    // Those with a number instead of a name are counted by whoever uses them.
    let named: Vec<_> = models.ids().filter(|id| matches!(id, AssetId::Uuid { .. })).collect();
    for id in named {
        models.remove_untracked(id);
        // What bevy says of an asset when its last user is gone: the GPU's part goes too.
        events.write(AssetEvent::Unused { id });
    }
}
