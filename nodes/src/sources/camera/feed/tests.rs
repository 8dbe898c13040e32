//! A feed with cameras that do what a test says.

use super::*;
use pastiche_engine::cameras::{CameraError, CameraFormat, CameraPicture, OpenCamera};
use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, Sender, channel};

type Event = Result<CameraPicture, CameraError>;

/// Each opening gives the next of these; behind them there is no camera.
#[derive(Default)]
struct FakeCameras(Mutex<VecDeque<Receiver<Event>>>);

impl FakeCameras {
    /// A camera for the next opening, and what lets it act.
    fn plug_in(&self) -> Sender<Event> {
        let (sender, receiver) = channel();
        self.0.lock().unwrap().push_back(receiver);
        sender
    }
}

impl Cameras for FakeCameras {
    fn open(&self, _wish: &CameraWish) -> Result<Box<dyn OpenCamera>, CameraError> {
        let next = self.0.lock().unwrap().pop_front();
        next.map(|events| Box::new(FakeCamera(events)) as Box<dyn OpenCamera>)
            .ok_or_else(|| CameraError::new("no such camera"))
    }
}

struct FakeCamera(Receiver<Event>);

/// What makes a camera panic.
const BAD_DRIVER: &str = "panic";

impl OpenCamera for FakeCamera {
    fn name(&self) -> String {
        "Fake Cam".into()
    }

    fn wait(&mut self) -> Event {
        let event = self.0.recv().unwrap_or_else(|_| Err(CameraError::new("unplugged")));
        assert_ne!(event, Err(CameraError::new(BAD_DRIVER)), "a bad driver");
        event
    }
}

fn picture(width: u32, grey: u8) -> Event {
    let bytes = vec![grey; width as usize];
    Ok(CameraPicture { size_px: [width, 1], format: CameraFormat::Grey, bytes })
}

fn feed(cameras: &Arc<FakeCameras>) -> Feed {
    let wish = CameraWish { which: WhichCamera::Number(0), size_px: None, fps: None };
    let patience = Backoff { first: Duration::from_millis(1), longest: Duration::from_millis(1) };
    Feed::start(cameras.clone(), wish, false, patience).unwrap()
}

/// Looks until what is seen is as wanted.
fn look_until(feed: &mut Feed, is_wanted: impl Fn(&Look) -> bool) -> Look {
    loop {
        let look = feed.look(Instant::now());
        if is_wanted(&look) {
            return look;
        }
        std::thread::yield_now();
    }
}

fn grey(look: &Look) -> Option<u8> {
    look.fresh.as_ref().map(|frame| frame.memory().unwrap().bytes()[0])
}

fn told(look: &Look, words: &str) -> bool {
    matches!(&look.status, Status::Waiting(why) | Status::Active(why) if why.contains(words))
}

#[test]
fn the_newest_picture_wins_and_is_seen_once() {
    let cameras = Arc::new(FakeCameras::default());
    let camera = cameras.plug_in();
    for grey in 1..=5 {
        camera.send(picture(3, grey)).unwrap();
    }
    let mut feed = feed(&cameras);
    let look = look_until(&mut feed, |look| grey(look) == Some(5));
    assert!(look.is_alive);
    assert!(told(&look, "`Fake Cam`, 3x1, ") && told(&look, " ms old"), "{:?}", look.status);
    let again = feed.look(Instant::now());
    assert!(again.fresh.is_none() && again.is_alive);
}

#[test]
fn a_machine_without_a_camera_says_so_and_keeps_looking() {
    let cameras = Arc::new(FakeCameras::default());
    let mut feed = feed(&cameras);
    let look = look_until(&mut feed, |look| told(look, "looking for camera 0: no such camera"));
    assert!(!look.is_alive);
    cameras.plug_in().send(picture(3, 9)).unwrap();
    look_until(&mut feed, |look| grey(look) == Some(9));
}

#[test]
fn one_that_vanishes_is_lost_and_may_come_back_with_another_size() {
    let cameras = Arc::new(FakeCameras::default());
    let camera = cameras.plug_in();
    camera.send(picture(3, 1)).unwrap();
    let mut feed = feed(&cameras);
    look_until(&mut feed, |look| look.is_alive);
    drop(camera);
    let look = look_until(&mut feed, |look| !look.is_alive);
    assert!(told(&look, "camera 0 is gone"), "{:?}", look.status);
    let camera = cameras.plug_in();
    camera.send(picture(7, 2)).unwrap();
    let look = look_until(&mut feed, |look| look.is_alive && look.fresh.is_some());
    assert_eq!((grey(&look), look.fresh.unwrap().size_px()), (Some(2), [7, 1]));
}

#[test]
fn one_that_blocks_is_lost_until_it_gives_a_picture_again() {
    let cameras = Arc::new(FakeCameras::default());
    let camera = cameras.plug_in();
    camera.send(picture(3, 1)).unwrap();
    let mut feed = feed(&cameras);
    look_until(&mut feed, |look| look.is_alive);
    let later = feed.look(Instant::now() + STALL + Duration::from_secs(1));
    assert!(!later.is_alive && told(&later, "it gives no pictures"), "{:?}", later.status);
    camera.send(picture(3, 2)).unwrap();
    assert_eq!(grey(&look_until(&mut feed, |look| look.is_alive)), Some(2));
}

#[test]
fn garbage_is_not_shown_and_is_told_when_nothing_else_comes() {
    let cameras = Arc::new(FakeCameras::default());
    let camera = cameras.plug_in();
    let garbage = || Ok(CameraPicture { size_px: [9, 9], format: CameraFormat::Yuyv, bytes: vec![1; 7] });
    camera.send(garbage()).unwrap();
    let mut feed = feed(&cameras);
    let look = look_until(&mut feed, |look| told(look, "it gives 7 bytes instead of 180"));
    assert!(look.fresh.is_none() && !look.is_alive);
    camera.send(picture(3, 1)).unwrap();
    look_until(&mut feed, |look| look.is_alive);
    camera.send(garbage()).unwrap();
    camera.send(picture(3, 2)).unwrap();
    look_until(&mut feed, |look| grey(look) == Some(2));
    camera.send(garbage()).unwrap();
    while feed.shared.lock().garbage.is_none() {
        std::thread::yield_now();
    }
    let later = feed.look(Instant::now() + STALL + Duration::from_secs(1));
    assert!(!later.is_alive && told(&later, "instead of 180"), "{:?}", later.status);
}

#[test]
fn nobody_waits_for_one_that_hangs() {
    let cameras = Arc::new(FakeCameras::default());
    let camera = cameras.plug_in();
    let feed = feed(&cameras);
    let shared = Arc::downgrade(&feed.shared);
    // Its thread is waiting by now, or will be.
    drop(feed);
    drop(camera);
    while shared.strong_count() > 0 {
        std::thread::yield_now();
    }
}

#[test]
fn one_whose_driver_panics_is_a_fault_until_it_is_back() {
    let cameras = Arc::new(FakeCameras::default());
    let camera = cameras.plug_in();
    camera.send(picture(3, 1)).unwrap();
    let mut feed = feed(&cameras);
    look_until(&mut feed, |look| look.is_alive);
    camera.send(Err(CameraError::new(BAD_DRIVER))).unwrap();
    let look = look_until(&mut feed, |look| look.fault.is_some());
    assert!(!look.is_alive && told(&look, "camera 0 is gone"), "{:?}", look.status);
    let fault = look.fault.unwrap();
    assert!(fault.message.contains("panicked") && fault.message.contains("a bad driver"), "{fault:?}");
    // Held: one that is dropped is gone again, maybe before anyone has looked.
    let camera = cameras.plug_in();
    camera.send(picture(3, 2)).unwrap();
    let look = look_until(&mut feed, |look| look.is_alive && look.fault.is_none());
    assert!(told(&look, "`Fake Cam`, 3x1, "), "{:?}", look.status);
}
