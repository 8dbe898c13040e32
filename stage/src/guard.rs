//! Lets bevy fail at a picture without ending the show. A device that is lost while bevy draws makes it
//! panic: it takes buffers for granted (bevy_render 0.19.1). That picture is given up; the loss is noticed
//! before the next one, which is drawn on another device.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use bevy::app::App;
use bevy::ecs::intern::Interned;
use bevy::ecs::prelude::{Resource, World};
use bevy::ecs::schedule::{ScheduleLabel, Schedules, SingleThreadedExecutor};
use bevy::render::render_resource::PollType;
use bevy::render::renderer::RenderDevice;
use bevy::render::view::ExtractedWindows;
use bevy::render::{RenderApp, RenderScheduleOrder};

/// Runs everything that draws.
#[derive(Clone, Debug, PartialEq, Eq, Hash, ScheduleLabel)]
struct Guarded;

#[derive(Resource)]
struct Guard {
    /// What draws, in order.
    labels: Vec<Interned<dyn ScheduleLabel>>,
    /// Whether the picture before was given up.
    has_failed: bool,
}

/// Guards all that has been added to draw.
pub(crate) fn add(app: &mut App) {
    let render = app.sub_app_mut(RenderApp);
    let order = &mut render.world_mut().resource_mut::<RenderScheduleOrder>().labels;
    let labels = std::mem::replace(order, vec![Guarded.intern()]);
    render.insert_resource(Guard { labels, has_failed: false }).add_systems(Guarded, draw);
}

fn draw(world: &mut World) {
    let labels = world.resource::<Guard>().labels.clone();
    let failed = labels.into_iter().find_map(|label| run(world, label));
    let has_failed = std::mem::replace(&mut world.resource_mut::<Guard>().has_failed, failed.is_some());
    let Some(panic) = failed else { return };
    // A loss is mended before the next picture. This was none.
    if has_failed {
        resume_unwind(panic);
    }
    tracing::warn!("a picture could not be drawn");
    // Nothing may hold on to what the windows would have shown when they are given another device.
    // Dropping it would panic, and so would the window if it were still there (wgpu 29).
    for window in world.resource_mut::<ExtractedWindows>().values_mut() {
        window.swap_chain_texture_view = None;
        if let Some(shown) = &window.swap_chain_texture {
            shown.texture.destroy();
        }
        window.present();
    }
    // A device says that it is lost when something is asked of it.
    if let Err(error) = world.resource::<RenderDevice>().poll(PollType::Poll) {
        tracing::debug!("the device does not answer: {error}");
    }
}

/// Gives the panic, if there was one.
fn run(world: &mut World, label: Interned<dyn ScheduleLabel>) -> Option<Box<dyn Any + Send>> {
    let mut schedule = world.resource_mut::<Schedules>().remove(label)?;
    let ran = catch_unwind(AssertUnwindSafe(|| schedule.run(world)));
    if ran.is_err() {
        // The old one believes that half of the picture is drawn.
        schedule.set_executor(SingleThreadedExecutor::new());
    }
    world.resource_mut::<Schedules>().insert(schedule);
    ran.err()
}
