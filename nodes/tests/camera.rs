//! Cameras in a running graph.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is how a test fails")]

mod harness;

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use harness::{Desc, Show, gpu};
use pastiche_engine::cameras::{
    CameraError, CameraFormat, CameraPicture, CameraWish, Cameras, OpenCamera, WhichCamera,
};
use pastiche_engine::gpu::Gpu;
use pastiche_engine::node::Status;
use pastiche_engine::options::OptionValue;
use pastiche_engine::workers::Workers;

/// One camera, which notes what was wished of it.
#[derive(Default)]
struct Fake {
    camera: Mutex<Option<Receiver<CameraPicture>>>,
    wishes: Mutex<Vec<CameraWish>>,
}

struct Opened(Receiver<CameraPicture>);

impl Cameras for Fake {
    fn open(&self, wish: &CameraWish) -> Result<Box<dyn OpenCamera>, CameraError> {
        self.wishes.lock().unwrap().push(wish.clone());
        let camera = self.camera.lock().unwrap().take();
        camera.map(|camera| Box::new(Opened(camera)) as _).ok_or_else(|| CameraError::new("no such camera"))
    }
}

impl OpenCamera for Opened {
    fn name(&self) -> String {
        "Fake Cam".into()
    }

    fn wait(&mut self) -> Result<CameraPicture, CameraError> {
        self.0.recv().map_err(|_| CameraError::new("unplugged"))
    }
}

fn picture(greys: &[u8]) -> CameraPicture {
    CameraPicture { size_px: [greys.len() as u32, 1], format: CameraFormat::Grey, bytes: greys.into() }
}

fn plugged_in() -> (Arc<Fake>, Sender<CameraPicture>) {
    let (sender, receiver) = channel();
    let fake = Fake { camera: Mutex::new(Some(receiver)), ..Fake::default() };
    (Arc::new(fake), sender)
}

fn live(gpu: Option<Gpu>, cameras: Arc<Fake>, desc: Desc) -> Show {
    let workers = Workers::with_room(1).unwrap();
    let mut show = Show::with(gpu, workers, false, &Desc::new());
    show.preparer.use_cameras(cameras);
    show.load(&desc.see("it")).unwrap();
    show
}

fn step_until(show: &mut Show, is_wanted: impl Fn(&Show) -> bool) {
    show.step();
    while !is_wanted(show) {
        std::thread::yield_now();
        show.step();
    }
}

fn status(show: &Show) -> Status {
    show.live.statuses().find(|(key, _)| &*key.0 == "it").unwrap().1
}

fn alive(show: &Show) -> bool {
    show.control_of("it", "alive") == 1.0
}

#[test]
fn the_camera_is_shown_as_wished_and_held_when_it_goes() {
    let (fake, camera) = plugged_in();
    let desc = Desc::new().node("it", "camera").option("which", "fake").option("size", "1280x720");
    let desc =
        desc.option_value("rate", OptionValue::Number(60.0)).option_value("mirror", OptionValue::Flag(true));
    camera.send(picture(&[10, 20, 30])).unwrap();
    let mut show = live(None, fake.clone(), desc);
    step_until(&mut show, |show| show.raw("it").is_some());
    assert!(alive(&show) && matches!(status(&show), Status::Active(text) if text.contains("Fake Cam")));
    let shown = show.raw("it").unwrap();
    assert_eq!(shown.memory().unwrap().bytes()[..4], [30, 30, 30, 255], "mirrored");
    let wish = fake.wishes.lock().unwrap()[0].clone();
    assert_eq!(wish.which, WhichCamera::Name("fake".into()));
    assert_eq!((wish.size_px, wish.fps), (Some([1280, 720]), Some(60.0)));
    drop(camera);
    step_until(&mut show, |show| !alive(show));
    assert!(show.raw("it").unwrap().id() == shown.id(), "the last picture is held");
    assert!(matches!(status(&show), Status::Waiting(why) if why.contains("its last picture is held")));
}

#[test]
fn without_a_camera_the_scene_stands_in_and_nothing_fails() {
    let Some(gpu) = gpu() else { return };
    let mut show = live(Some(gpu.clone()), Arc::new(Fake::default()), Desc::new().node("it", "camera"));
    step_until(
        &mut show,
        |show| matches!(status(show), Status::Waiting(why) if why.contains("no such camera")),
    );
    assert!(!alive(&show));
    assert_eq!(show.raw("it").unwrap().size_px(), [64, 36]);
    // Offline it is the scene itself, frame for frame.
    let both = Desc::new().node("it", "camera").node("scene", "scene").see("it").see("scene");
    let mut show = Show::new(&gpu, &both);
    show.steps(5);
    assert!(show.picture("it") == show.picture("scene"));
    assert!(!alive(&show));
}

#[test]
fn a_changed_wish_opens_it_anew_and_the_picture_stays() {
    let (fake, camera) = plugged_in();
    camera.send(picture(&[10])).unwrap();
    let mut show = live(None, fake.clone(), Desc::new().node("it", "camera"));
    step_until(&mut show, |show| show.raw("it").is_some());
    let shown = show.raw("it").unwrap();
    let other = Desc::new().node("it", "camera").option("size", "320x240").see("it");
    assert_eq!(show.load(&other).unwrap().rebuilt, 1);
    step_until(&mut show, |_| fake.wishes.lock().unwrap().iter().any(|wish| wish.size_px.is_some()));
    assert!(show.raw("it").unwrap().id() == shown.id());
}
