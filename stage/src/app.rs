//! bevy around the stage: its windows, and what runs once for each picture of the projector.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use bevy::DefaultPlugins;
use bevy::app::{
    App, AppExit, Last, PluginGroup, PluginGroupBuilder, Startup, TerminalCtrlCHandlerPlugin, Update,
};
use bevy::asset::Assets;
use bevy::ecs::prelude::*;
use bevy::ecs::schedule::{Schedules, SingleThreadedExecutor};
use bevy::image::Image;
use bevy::input::keyboard::{KeyCode, KeyboardInput};
use bevy::input::{ButtonInput, ButtonState};
use bevy::log::LogPlugin;
use bevy::prelude::default;
use bevy::render::pipelined_rendering::PipelinedRenderingPlugin;
use bevy::render::view::Msaa;
use bevy::render::{RenderApp, RenderPlugin};
use bevy::transform::components::Transform;
use bevy::window::{
    CursorOptions, ExitCondition, Monitor, MonitorSelection, PresentMode, PrimaryWindow, Window, WindowMode,
    WindowPlugin, WindowPosition, WindowResolution,
};
use bevy::winit::{UpdateMode, WinitSettings};
use nannou::NannouPlugin;
use nannou::geom::Rect;
use nannou::glam::{Vec2, Vec3};
use nannou::prelude::Draw;
use nannou::prelude::render::NannouCamera;
use pastiche_engine::gpu::Gpu;

use crate::external::External;
use crate::external_input;
use crate::forget;
use crate::guard;
use crate::keys::Action;
use crate::operator::{self, Keyboard};
use crate::projector::{self, Projector};
use crate::recovery;
use crate::refresh;
use crate::show::{Next, Show};
use crate::stage::{Picture, Stage, StageConfig, StageError};
use crate::state::StageState;

/// Opens the windows and shows what plays, until the picture's window is closed or the show is over.
/// Belongs on the main thread, once in a program.
///
/// # Errors
/// When there is no display, or the device was not opened by [`Gpu::new`].
pub fn run<S: Show + 'static>(config: StageConfig, show: Rc<RefCell<S>>) -> Result<(), StageError> {
    if cfg!(all(unix, not(target_os = "macos"))) && !has_display() {
        return Err(StageError {
            message: "there is no display to open a window on".into(),
            help: "start it in a desktop session, or add `--headless`".into(),
        });
    }
    let running = catch_unwind(AssertUnwindSafe(|| windowed(config, show).map(|mut app| app.run())));
    match running {
        Ok(ended) => ended.map(drop),
        Err(panic) => Err(StageError {
            message: format!("the window has failed: {}", text_of(panic.as_ref())),
            help: "look at the messages above; `--headless` plays without a window".into(),
        }),
    }
}

fn has_display() -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

fn text_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

/// Everything but the windows.
pub(crate) fn plugins(gpu: &Gpu) -> Result<PluginGroupBuilder, StageError> {
    let creation = recovery::creation(gpu)?;
    Ok(DefaultPlugins
        .build()
        .set(WindowPlugin {
            primary_window: None,
            exit_condition: ExitCondition::OnPrimaryClosed,
            ..default()
        })
        .set(RenderPlugin {
            render_creation: creation,
            // Or the first pictures would lack what is still being compiled.
            synchronous_pipeline_compilation: true,
            ..default()
        })
        // One picture for each frame, with nothing in between.
        .disable::<PipelinedRenderingPlugin>()
        // The program has its own log and its own Ctrl-C.
        .disable::<TerminalCtrlCHandlerPlugin>()
        .disable::<LogPlugin>())
}

/// What both a window and a picture in memory need.
pub(crate) fn prepare(app: &mut App, config: StageConfig, show: Rc<RefCell<dyn Show>>) {
    let external = External::default();
    recovery::add(app, &config.gpu);
    app.add_plugins((NannouPlugin, external.clone()))
        .insert_resource(external)
        .insert_non_send(Stage {
            show,
            state: StageState::new(config.full_screen, config.operator),
            sketch: config.sketch,
            overlay: config.overlay,
            monitor: config.monitor,
            picture: None,
        })
        .add_systems(Update, (step, draw).chain().in_set(Picture));
    forget::add(app);
    guard::add(app);
}

fn windowed<S: Show + 'static>(config: StageConfig, show: Rc<RefCell<S>>) -> Result<App, StageError> {
    let window = Window {
        title: config.title.clone(),
        resolution: WindowResolution::new(config.size_px[0], config.size_px[1]),
        present_mode: PresentMode::AutoVsync,
        ..default()
    };
    let mut app = App::new();
    app.add_plugins(plugins(&config.gpu)?).insert_resource(WinitSettings {
        // The audience looks at the picture while the operator's window has the focus.
        focused_mode: UpdateMode::Continuous,
        unfocused_mode: UpdateMode::Continuous,
    });
    app.add_systems(Startup, move |mut commands: Commands| {
        let hidden = CursorOptions { visible: false, ..default() };
        let window = commands.spawn((window.clone(), hidden, PrimaryWindow, Projector)).id();
        commands.spawn((NannouCamera::for_window(window), Msaa::Off, eye()));
    });
    prepare(&mut app, config, show);
    operator::add(&mut app);
    app.add_systems(Update, (keys, external_input::listen, refresh::count).before(step))
        .add_systems(Last, full_screen);
    stay_on_one_thread(&mut app);
    Ok(app)
}

/// Two windows and two cameras are too little work to share: handing it from thread to thread takes
/// longer than doing it, and on a busy machine much longer.
pub(crate) fn stay_on_one_thread(app: &mut App) {
    let stay = |world: &mut World| {
        for (_, schedule) in world.resource_mut::<Schedules>().iter_mut() {
            schedule.set_executor(SingleThreadedExecutor::new());
        }
    };
    stay(app.world_mut());
    stay(app.sub_app_mut(RenderApp).world_mut());
}

/// Looks straight at the picture.
pub(crate) fn eye() -> Transform {
    Transform::from_xyz(0.0, 0.0, 10.0).looking_at(Vec3::ZERO, Vec3::Y)
}

const CONTROLS: [KeyCode; 4] =
    [KeyCode::ControlLeft, KeyCode::ControlRight, KeyCode::SuperLeft, KeyCode::SuperRight];

fn keys(
    mut stage: NonSendMut<Stage>,
    mut events: MessageReader<KeyboardInput>,
    keyboard: Res<Keyboard>,
    held: Res<ButtonInput<KeyCode>>,
    mut control: Local<bool>,
) {
    let Stage { show, state, .. } = &mut *stage;
    for event in events.read() {
        let is_pressed = event.state == ButtonState::Pressed;
        // Both keys may have gone down and up again within one picture.
        if CONTROLS.contains(&event.key_code) {
            *control = is_pressed;
            continue;
        }
        let Some(action) = Action::of(&event.logical_key, *control).filter(|_| is_pressed) else { continue };
        let is_taken = keyboard.is_taken_in(event.window) && !action.works_while_typing();
        if !is_taken && (!event.repeat || action.repeats()) {
            state.act(action, &mut *show.borrow_mut());
        }
    }
    *control = held.any_pressed(CONTROLS);
}

/// One frame of the show, and its picture as an image.
fn step(
    mut stage: NonSendMut<Stage>,
    external: Res<External>,
    mut images: ResMut<Assets<Image>>,
    mut exit: MessageWriter<AppExit>,
) {
    let Stage { show, state, picture, .. } = &mut *stage;
    let mut show = show.borrow_mut();
    if show.next() == Next::Over {
        exit.write(AppExit::Success);
    }
    for news in show.news() {
        state.notify(news);
    }
    if state.is_frozen {
        return;
    }
    let size_px = show.live().canvas_px();
    let frame = show.live().screens().into_iter().next().and_then(|(_, frame)| frame);
    let Some(frame) = frame else {
        *picture = None;
        return;
    };
    let Some(recorder) = show.recorder() else { return };
    let presented = recorder.present(0, &frame, size_px);
    match presented.and_then(|presented| recorder.submit().map(|()| presented)) {
        Ok(presented) => external.show(picture, presented, &mut images),
        // The last picture stands.
        Err(fault) => tracing::debug!("no new picture: {}", fault.message),
    }
}

fn draw(mut stage: NonSendMut<Stage>, windows: Query<(&Window, &Draw), With<Projector>>) {
    let Ok((window, draw)) = windows.single() else { return };
    let stage = &mut *stage;
    let show = stage.show.borrow();
    let window = Rect::from_wh(Vec2::new(window.width(), window.height()));
    projector::draw_picture(draw, window, stage.picture.as_ref(), &stage.state);
    if let Some(sketch) = &mut stage.sketch {
        sketch(draw, window, show.live());
    }
    projector::draw_dark(draw, window, &stage.state);
    if stage.overlay {
        let fault = projector::brief(&show.faults(), show.live().version());
        projector::draw_overlay(draw, window, &stage.state, fault.as_deref());
    }
}

/// Makes the window full screen or not, as the stage's state says.
fn full_screen(
    mut stage: NonSendMut<Stage>,
    mut windows: Query<&mut Window, With<Projector>>,
    monitors: Query<(Entity, &Monitor)>,
    mut placed: Local<bool>,
) {
    let (Ok(mut window), false) = (windows.single_mut(), monitors.is_empty()) else { return };
    let Stage { state, monitor, .. } = &mut *stage;
    if let Some(choice) = monitor {
        match choice.find(monitors.iter()) {
            Ok(found) if !*placed => {
                window.position = WindowPosition::Centered(MonitorSelection::Entity(found));
            }
            Ok(_) => {}
            Err(why) => {
                tracing::warn!("{why}");
                state.notify(why);
                *monitor = None;
            }
        }
    }
    *placed = true;
    let wanted = if state.full_screen {
        let choice = monitor.as_ref().and_then(|choice| choice.find(monitors.iter()).ok());
        WindowMode::BorderlessFullscreen(choice.map_or(MonitorSelection::Current, MonitorSelection::Entity))
    } else {
        WindowMode::Windowed
    };
    if window.mode != wanted {
        window.mode = wanted;
    }
}

#[cfg(test)]
mod tests;
