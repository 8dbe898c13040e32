//! The operator's window: everything that moves. It is drawn 30 times a second at most, waits for no
//! display, and costs nothing while it is closed.

mod clock;
mod controls;
mod faults;
mod graph;
mod layout;
mod look;
mod reference;
mod sparks;
mod textures;
mod thumbnails;
mod view;

use std::time::{Duration, Instant};

use bevy::app::{App, Update};
use bevy::camera::{Camera, Camera2d, RenderTarget};
use bevy::ecs::prelude::*;
use bevy::prelude::default;
use bevy::render::view::Msaa;
use bevy::window::{PresentMode, Window, WindowRef, WindowResolution};
use bevy_egui::{
    EguiContext, EguiContextSettings, EguiFullOutput, EguiGlobalSettings, EguiInput, EguiPlugin,
    EguiRenderOutput, PrimaryEguiContext,
};

use crate::stage::{Picture, Stage};
use textures::Textures;
pub use thumbnails::thumbnails_at_once;
use view::View;

/// Between two pictures of this window.
const PERIOD: Duration = Duration::from_nanos(1_000_000_000 / 30);

/// Size of the window in pixels.
const SIZE_PX: [u32; 2] = [1280, 800];

/// Where the keys go.
#[derive(Debug, Default, Resource)]
pub(crate) struct Keyboard {
    /// The operator's window, while a text or a slider in it takes the keys.
    taken: Option<Entity>,
}

impl Keyboard {
    /// Whether something in this window takes the keys.
    pub(crate) fn is_taken_in(&self, window: Entity) -> bool {
        self.taken == Some(window)
    }
}

/// The window, while it is open.
struct Operator {
    open: Option<Open>,
    view: View,
}

#[derive(Clone, Copy)]
struct Open {
    window: Entity,
    camera: Entity,
    due: Instant,
}

pub(crate) fn add(app: &mut App) {
    app.add_plugins(EguiPlugin::default());
    app.world_mut().resource_mut::<EguiGlobalSettings>().auto_create_primary_context = false;
    app.init_resource::<Keyboard>()
        .insert_non_send(Operator { open: None, view: View::default() })
        .add_systems(Update, (open_or_close, run).chain().after(Picture));
}

/// Opens or closes the window as the stage's state says, and the state as the window's own button says.
fn open_or_close(
    mut commands: Commands,
    mut stage: NonSendMut<Stage>,
    mut operator: NonSendMut<Operator>,
    mut keyboard: ResMut<Keyboard>,
    windows: Query<Entity, With<Window>>,
) {
    match operator.open {
        None if stage.state.operator => {
            let window = Window {
                title: "Pastiche: operator".into(),
                resolution: WindowResolution::new(SIZE_PX[0], SIZE_PX[1]),
                present_mode: PresentMode::AutoNoVsync,
                ..default()
            };
            let window = commands.spawn(window).id();
            let camera = commands.spawn((
                Camera2d,
                Msaa::Off,
                RenderTarget::Window(WindowRef::Entity(window)),
                PrimaryEguiContext,
                EguiContextSettings { run_manually: true, ..default() },
            ));
            operator.open = Some(Open { window, camera: camera.id(), due: Instant::now() });
        }
        Some(open) if !stage.state.operator || !windows.contains(open.window) => {
            commands.entity(open.camera).despawn();
            if let Ok(mut window) = commands.get_entity(open.window) {
                window.despawn();
            }
            stage.state.operator = false;
            keyboard.taken = None;
            operator.open = None;
            operator.view.forget_textures();
        }
        _ => {}
    }
}

/// Runs the window's contents when the next picture is due, and lets it rest in between.
fn run(
    mut commands: Commands,
    mut stage: NonSendMut<Stage>,
    mut operator: NonSendMut<Operator>,
    mut keyboard: ResMut<Keyboard>,
    mut contexts: Query<(&mut EguiContext, &mut EguiInput, &mut EguiRenderOutput, &mut Camera)>,
    mut textures: Textures<'_>,
) {
    let Operator { open: Some(open), view } = &mut *operator else { return };
    let Ok((mut context, mut input, mut output, mut camera)) = contexts.get_mut(open.camera) else { return };
    let now = Instant::now();
    let is_due = now >= open.due && input.screen_rect.is_some();
    camera.is_active = is_due;
    if !is_due {
        // Without this component bevy_egui leaves the context alone.
        commands.entity(open.camera).remove::<EguiFullOutput>();
        output.textures_delta.clear();
        return;
    }
    open.due = (open.due + PERIOD).max(now);
    let Stage { show, state, .. } = &mut *stage;
    let mut show = show.borrow_mut();
    view.look(&mut *show, &mut textures);
    let context = context.get_mut();
    let full = context.run_ui(input.take(), |ui| view.show(ui, &*show, state));
    keyboard.taken = context.egui_wants_keyboard_input().then_some(open.window);
    commands.entity(open.camera).insert(EguiFullOutput(Some(full)));
    view.act(&mut *show, state);
}
