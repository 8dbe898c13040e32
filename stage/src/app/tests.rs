//! The stage drawn into a picture in memory: no window, no display.

use std::sync::{Arc, Mutex};

use bevy::app::First;
use bevy::camera::RenderTarget;
use bevy::image::Image;
use bevy::prelude::{On, Query};
use bevy::render::render_asset::RenderAssets;
use bevy::render::render_resource::TextureFormat;
use bevy::render::view::screenshot::{Screenshot, ScreenshotCaptured};
use bevy::render::{Render, RenderSystems};
use bevy::window::WindowRef;
use bevy::winit::WinitPlugin;
use nannou::prelude::render::{DefaultNannouShaderModel, PreparedShaderModel};
use pastiche_engine::address::ControlAddress;
use pastiche_engine::assets::NoAssets;
use pastiche_engine::check::check;
use pastiche_engine::clock::FrameRate;
use pastiche_engine::diagnostic::{Diagnostic, Span};
use pastiche_engine::gpu::Recorder;
use pastiche_engine::live::{Live, LiveConfig, Preparer};
use pastiche_engine::node::Status;
use pastiche_engine::registry::Registry;
use pastiche_engine::script;
use pastiche_engine::take::Input;
use pastiche_engine::workers::Workers;
use pastiche_testing::{Means, need};

use super::*;
use crate::show::Figures;

/// Far more pictures than it takes until one is seen; only a failing test draws them all.
const MOST_PICTURES: usize = 200;

/// After this many pictures everything is compiled and in place.
const SETTLED: usize = 8;

const SIZE_PX: [u32; 2] = [320, 240];

/// One patch, and faults that are made up.
struct Toy {
    registry: Registry,
    live: Live,
    preparer: Preparer,
    frame: u64,
    faults: Vec<Diagnostic>,
}

impl Toy {
    fn new(gpu: &Gpu, patch: &str) -> Toy {
        let registry = Registry::new(pastiche_nodes::kinds()).unwrap();
        let (mut live, mut preparer, _audio) = Live::new(LiveConfig {
            gpu: Some(gpu.clone()),
            workers: Workers::inline(),
            rate: FrameRate::from_fps(60.0).unwrap(),
            canvas_px: [64, 36],
            canvas_is_forced: false,
            seed: 1,
            offline: true,
        });
        let evaluated = script::evaluate(
            &script::Source { name: "toy".into(), text: patch.into(), folder: None },
            registry.kinds(),
        );
        let checked = check(&evaluated.graph, registry.kinds(), &NoAssets).unwrap();
        let prepared = preparer.prepare(checked.plan, &registry, &NoAssets).unwrap();
        assert!(live.commit(prepared).is_ok());
        Toy { registry, live, preparer, frame: 0, faults: Vec::new() }
    }
}

impl Show for Toy {
    fn next(&mut self) -> Next {
        if self.live.recorder().is_some_and(|recorder| recorder.gpu().is_lost()) {
            let moved = self.preparer.move_to(Gpu::new().unwrap(), &self.registry, &NoAssets).unwrap();
            assert!(self.live.commit(moved).is_ok());
        }
        self.live.frame(self.frame);
        self.frame += 1;
        Next::Frame
    }

    fn repeated(&mut self, _pictures: u64) {}

    fn live(&self) -> &Live {
        &self.live
    }

    fn recorder(&mut self) -> Option<&mut Recorder> {
        self.live.recorder()
    }

    fn registry(&self) -> &Registry {
        &self.registry
    }

    fn faults(&self) -> Vec<Diagnostic> {
        self.faults.clone()
    }

    fn figures(&self) -> Figures {
        Figures { frames: self.frame, ..Figures::default() }
    }

    fn hand(&mut self, _input: Input) {}

    fn undo(&mut self) {}

    fn badge(&self, _control: &ControlAddress) -> Option<String> {
        None
    }

    fn learn(&mut self, _control: &ControlAddress) {}

    fn unlearn(&mut self, _control: &ControlAddress) {}

    fn devices(&self) -> Vec<(String, Status)> {
        Vec::new()
    }

    fn save_still(&mut self) {}

    fn record(&mut self) {}

    fn news(&mut self) -> Vec<String> {
        Vec::new()
    }
}

/// What the audience would see: RGBA, rows from the top.
struct Seen(Vec<u8>);

impl Seen {
    fn at(&self, x: u32, y: u32) -> [u8; 3] {
        let at = 4 * (y * SIZE_PX[0] + x) as usize;
        [self.0[at], self.0[at + 1], self.0[at + 2]]
    }

    /// How many pixels are bright: letters.
    fn letters(&self) -> usize {
        self.0.chunks_exact(4).filter(|pixel| pixel[..3].iter().all(|part| *part > 180)).count()
    }
}

/// Draws a show as it looks when everything is in place.
fn seen(gpu: &Gpu, toy: Toy, set: impl FnOnce(&mut StageConfig, &mut StageState)) -> Seen {
    seen_after(gpu, toy, set, |_| {})
}

/// Draws a show as it looks some pictures after something has happened to it.
fn seen_after(
    gpu: &Gpu,
    toy: Toy,
    set: impl FnOnce(&mut StageConfig, &mut StageState),
    happens: impl FnOnce(&mut App),
) -> Seen {
    let mut config = StageConfig::new(gpu.clone());
    let mut state = StageState::new(false, false);
    set(&mut config, &mut state);
    let mut app = App::new();
    app.add_plugins(plugins(gpu).unwrap().disable::<WinitPlugin>());
    prepare(&mut app, config, Rc::new(RefCell::new(toy)));
    app.world_mut().non_send_mut::<Stage>().state = state;
    let shot: Arc<Mutex<Option<Image>>> = Arc::default();

    let target = Image::new_target_texture(SIZE_PX[0], SIZE_PX[1], TextureFormat::Rgba8UnormSrgb, None);
    let target = app.world_mut().resource_mut::<Assets<Image>>().add(target);
    // Only an entity: nannou hangs what is drawn on it. The camera says "window" while nannou looks,
    // and "picture" while bevy does.
    let size = WindowResolution::new(SIZE_PX[0], SIZE_PX[1]);
    let window = app.world_mut().spawn((Window { resolution: size, ..default() }, Projector)).id();
    let camera = (NannouCamera::for_window(window), Msaa::Off, eye());
    let camera = app.world_mut().spawn(camera).id();
    let to_picture = target.clone();
    app.add_systems(First, move |mut targets: Query<&mut RenderTarget>| {
        *targets.get_mut(camera).unwrap() = RenderTarget::Window(WindowRef::Entity(window));
    });
    app.add_systems(Last, move |mut targets: Query<&mut RenderTarget>| {
        *targets.get_mut(camera).unwrap() = RenderTarget::Image(to_picture.clone().into());
    });
    stay_on_one_thread(&mut app);
    app.finish();
    app.cleanup();
    (0..SETTLED).for_each(|_| app.update());
    let before = kept(&app);
    happens(&mut app);
    (0..SETTLED).for_each(|_| app.update());
    assert_eq!(kept(&app), before, "every picture leaves something behind");
    let taken = shot.clone();
    app.world_mut().spawn(Screenshot::image(target)).observe(move |shot: On<ScreenshotCaptured>| {
        *taken.lock().unwrap() = Some(shot.image.clone());
    });
    for _ in 0..MOST_PICTURES {
        app.update();
        if let Some(image) = shot.lock().unwrap().take() {
            return Seen(image.data.unwrap());
        }
    }
    panic!("no picture was taken");
}

/// How many things to paint with are kept, here and on the GPU.
fn kept(app: &App) -> [usize; 2] {
    let models = app.world().resource::<Assets<DefaultNannouShaderModel>>();
    let prepared = app.sub_app(RenderApp).world();
    let prepared = prepared.resource::<RenderAssets<PreparedShaderModel<DefaultNannouShaderModel>>>();
    [models.len(), prepared.iter().count()]
}

const GREY: &str = "canvas(64, 36); screen(solid(rgb(0.502, 0.502, 0.502)));";

fn fault() -> Diagnostic {
    let span = Span { file: "a.rhai".into(), line: 3, column: 1, length: 4 };
    Diagnostic::error("there is no node `blurr`").at(Some(span))
}

/// bevy keeps some things once in a process, so one test looks at everything.
#[test]
fn the_audience_sees_the_picture_and_what_is_wrong() {
    let Some(gpu) = need(Means::Adapter, Gpu::new()) else { return };
    let toy = || Toy::new(&gpu, GREY);

    // The very bytes of the picture, whole in the window, black above and below.
    let whole = seen(&gpu, toy(), |_, _| {});
    assert_eq!(whole.at(160, 120), [128, 128, 128]);
    assert_eq!(whole.at(160, 5), [0, 0, 0]);
    assert_eq!((whole.at(2, 32), whole.at(2, 27)), ([128, 128, 128], [0, 0, 0]));
    assert_eq!(whole.letters(), 0);

    let filled = seen(&gpu, toy(), |_, state| state.fit = pastiche_engine::gpu::Fit::Cover);
    assert_eq!(filled.at(160, 5), [128, 128, 128]);

    let black = seen(&gpu, toy(), |_, state| state.is_black = true);
    assert_eq!(black.at(160, 120), [0, 0, 0]);

    // Half the light, not half the number.
    let faded = seen(&gpu, toy(), |_, state| state.fade = 0.5);
    assert!((88..=96).contains(&faded.at(160, 120)[0]), "{:?}", faded.at(160, 120));

    let broken = seen(&gpu, Toy { faults: vec![fault()], ..toy() }, |_, _| {});
    assert!(broken.letters() > 100, "the fault is not to be read: {}", broken.letters());
    assert_eq!(broken.at(300, 120), [128, 128, 128], "the picture plays on");

    let noticed = seen(&gpu, toy(), |_, state| state.notify("the sound card is gone"));
    assert_eq!(noticed.letters(), 0, "a notice is not for the audience");

    let hidden = seen(&gpu, Toy { faults: vec![fault()], ..toy() }, |config, _| config.overlay = false);
    assert_eq!(hidden.letters(), 0);

    let sketched = seen(&gpu, toy(), |config, _| {
        config.sketch = Some(Box::new(|draw, window, _live| {
            draw.rect().xy(window.xy()).w_h(20.0, 20.0).color(nannou::prelude::RED);
        }));
    });
    assert_eq!((sketched.at(160, 120), sketched.at(100, 120)), ([255, 0, 0], [128, 128, 128]));

    let lost = Gpu::new().unwrap();
    let regained = seen_after(&lost, Toy::new(&lost, GREY), |_, _| {}, |_| lost.device().destroy());
    assert!(lost.is_lost());
    assert_eq!(regained.at(160, 120), [128, 128, 128], "another device goes on");

    let lost = Gpu::new().unwrap();
    let regained = seen_after(
        &lost,
        Toy::new(&lost, GREY),
        |_, _| {},
        |app| {
            let mut device = Some(lost.device().clone());
            let lose = move || drop(device.take().inspect(|device| device.destroy()));
            app.sub_app_mut(RenderApp).add_systems(Render, lose.in_set(RenderSystems::Queue));
        },
    );
    assert!(lost.is_lost());
    assert_eq!(regained.at(160, 120), [128, 128, 128], "in the middle of a picture too");
}
