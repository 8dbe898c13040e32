//! What lives how long: uploads, read-backs, textures, recorders and the device.

use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::{Gpu, Recorder, Texture};
use pastiche_engine::port::Colour;

use super::{ADD, WIRE, add, open, read, shared, srgb8, values};

#[test]
fn a_frame_is_uploaded_once_and_read_back_once() {
    let Some(gpu) = shared() else { return };
    let mut recorder = Recorder::new(&gpu);
    let frame = srgb8([4, 4], vec![90; 64]);
    for _ in 0..3 {
        recorder.begin_frame();
        recorder.texture(&frame).expect("uploads");
        recorder.submit().expect("submits");
    }
    assert_eq!(recorder.uploads(), 1);
    assert_eq!(recorder.submits(), 1, "frames without work submit nothing");
    let drawn = Frame::from_texture(recorder.solid(Colour([0.5, 0.25, 2.0, 1.0]), [3, 2]).expect("draws"));
    for _ in 0..2 {
        let pixels = recorder.read_back(WIRE, &drawn, true).expect("reads").expect("waits");
        assert_eq!(values(&pixels), [0.5, 0.25, 2.0, 1.0].repeat(6));
    }
    assert_eq!(recorder.read_backs(), 1);
    assert!(drawn.memory().is_some());
}

#[test]
fn live_read_back_never_waits_and_gives_the_newest() {
    let Some(gpu) = shared() else { return };
    let mut recorder = Recorder::new(&gpu);
    let mut newest = -1.0;
    let mut shown = 0;
    while newest < 20.0 {
        assert!(shown < 100, "nothing newer than {newest}");
        recorder.begin_frame();
        let value = shown as f32;
        let frame = Frame::from_texture(recorder.solid(Colour([value; 4]), [8, 8]).expect("draws"));
        let before = recorder.read_backs();
        // Two nodes read the same wire in the same frame.
        let first = recorder.read_back(WIRE, &frame, false).expect("reads");
        let second = recorder.read_back(WIRE, &frame, false).expect("reads");
        assert!(recorder.read_backs() <= before + 1, "one copy a wire and frame");
        assert_eq!(first.is_some(), second.is_some());
        if let Some(pixels) = first {
            let got = values(&pixels)[0];
            assert!(got >= newest && got < value, "{got} after {newest}, in frame {value}");
            newest = got;
        } else {
            assert_eq!(newest, -1.0, "once there is one there always is one");
        }
        recorder.submit().expect("submits");
        shown += 1;
        // Time passes: the GPU finishes what it has.
        gpu.device().poll(wgpu::PollType::wait_indefinitely()).expect("polls");
    }
    assert_eq!(recorder.submits(), shown, "one submit a frame");
}

#[test]
fn twenty_thousand_draws_leave_memory_flat() {
    let Some(gpu) = open() else { return };
    let mut recorder = Recorder::new(&gpu);
    let effect = gpu.effect(&ADD).expect("compiles");
    let mut picture = recorder.solid(Colour::BLACK, [16, 16]).expect("draws");
    let mut after_first = 0;
    for frame in 0..200 {
        recorder.begin_frame();
        for _ in 0..100 {
            picture = recorder.draw(&effect, &[&picture], &add(0.0), [16, 16]).expect("draws");
        }
        recorder.submit().expect("submits");
        if frame == 1 {
            after_first = gpu.bytes_in_use();
        }
    }
    assert_eq!(gpu.bytes_in_use(), after_first);
    // Three pictures and one chunk of uniforms.
    assert!(after_first <= 3 * 16 * 16 * 8 + (1 << 20), "{after_first}");

    // Sizes that are not used any more are freed.
    for side in 17..60 {
        recorder.solid(Colour::BLACK, [side, side]).expect("draws");
    }
    for _ in 0..130 {
        recorder.begin_frame();
        picture = recorder.draw(&effect, &[&picture], &add(0.0), [16, 16]).expect("draws");
        recorder.submit().expect("submits");
    }
    assert_eq!(gpu.bytes_in_use(), after_first);
    drop((picture, recorder));
    assert_eq!(gpu.bytes_in_use(), 0);
    assert_eq!(gpu.stray_errors(), 0);
}

#[test]
fn uniforms_of_many_passes_do_not_overwrite_each_other() {
    let Some(gpu) = shared() else { return };
    let mut recorder = Recorder::new(&gpu);
    let effect = gpu.effect(&ADD).expect("compiles");
    let mut picture = recorder.solid(Colour([0.0; 4]), [1, 1]).expect("draws");
    // More than a chunk holds; a sum of small whole numbers is exact.
    for index in 0..5000 {
        let value = if index % 2 == 0 { 3.0 } else { -2.0 };
        picture = recorder.draw(&effect, &[&picture], &add(value), [1, 1]).expect("draws");
        if index == 1001 || index == 3001 {
            let sum = read(&mut recorder, &picture);
            assert_eq!(sum, [(index + 1) as f32 / 2.0; 4]);
        }
        if index % 2 == 1 && index > 3001 {
            // Keep the sum below 2048, up to which halves hold every whole number.
            picture = recorder.draw(&effect, &[&picture], &add(-1.0), [1, 1]).expect("draws");
        }
    }
    assert_eq!(read(&mut recorder, &picture), [1501.0; 4]);
}

#[test]
fn two_recorders_on_one_device_do_not_mix() {
    let Some(gpu) = shared() else { return };
    let effect = gpu.effect(&ADD).expect("compiles");
    let (mut one, mut two) = (Recorder::new(&gpu), Recorder::new(&gpu));
    let kept = one.solid(Colour([1.0; 4]), [2, 2]).expect("draws");
    let sum = one.draw(&effect, &[&kept], &add(1.0), [2, 2]).expect("draws");
    drop(kept);
    // Takes textures of the same size and submits first.
    for value in 0..4 {
        let other = two.solid(Colour([10.0 + value as f32; 4]), [2, 2]).expect("draws");
        let other = two.draw(&effect, &[&other], &add(0.5), [2, 2]).expect("draws");
        assert_eq!(read(&mut two, &other), [10.5 + value as f32; 16]);
    }
    assert!(two.draw(&effect, &[&sum], &add(0.0), [2, 2]).is_err(), "not finished by its own recorder");
    assert_eq!(read(&mut one, &sum), [2.0; 16]);
    assert!(two.draw(&effect, &[&sum], &add(0.0), [2, 2]).is_ok());

    // A picture in memory that both show before either submits.
    let frame = srgb8([1, 1], vec![255, 0, 0, 255]);
    one.texture(&frame).expect("uploads");
    let texture = two.texture(&frame).expect("uploads");
    assert_eq!(read(&mut two, &texture), [1.0, 0.0, 0.0, 1.0]);
}

#[test]
fn a_recorder_that_ends_early_leaves_nothing_undone() {
    let Some(gpu) = shared() else { return };
    let frame = srgb8([1, 1], vec![0, 255, 0, 255]);
    let mut ended = Recorder::new(&gpu);
    let texture = ended.texture(&frame).expect("uploads");
    drop(ended);
    let mut recorder = Recorder::new(&gpu);
    assert_eq!(read(&mut recorder, &texture), [0.0, 1.0, 0.0, 1.0]);
    assert_eq!(recorder.uploads(), 0);
}

#[test]
fn textures_may_be_dropped_on_any_thread() {
    let Some(gpu) = open() else { return };
    let mut recorder = Recorder::new(&gpu);
    for _ in 0..20 {
        let textures: Vec<Texture> =
            (0..10).map(|value| recorder.solid(Colour([value as f32; 4]), [4, 4]).expect("draws")).collect();
        recorder.submit().expect("submits");
        std::thread::spawn(move || drop(textures)).join().expect("drops");
    }
    assert_eq!(gpu.bytes_in_use(), 10 * 4 * 4 * 8);
    gpu.trim();
    assert_eq!(gpu.bytes_in_use(), 0);
}

#[test]
fn sizes_and_budgets_are_refused_with_a_reason() {
    let Some(gpu) = open() else { return };
    let mut recorder = Recorder::new(&gpu);
    let longest = gpu.max_texture_side();
    assert!(longest >= 8192, "{longest}");
    for size_px in [[0, 4], [4, 0], [longest + 1, 1]] {
        let fault = recorder.solid(Colour::BLACK, size_px).expect_err("refused");
        assert!(fault.message.contains("pixels") && !fault.help.is_empty(), "{fault:?}");
    }
    gpu.set_budget(64 * 64 * 8);
    recorder.solid(Colour::BLACK, [64, 64]).expect("in the budget");
    let fault = recorder.solid(Colour::BLACK, [64, 63]).expect_err("held until the submit");
    assert!(fault.message.contains("budget"), "{fault:?}");
    recorder.submit().expect("submits");
    recorder.solid(Colour::BLACK, [64, 63]).expect("idle textures make room");
    assert_eq!(gpu.stray_errors(), 0);
}

#[test]
fn pictures_of_another_device_are_uploaded_anew_or_refused() {
    let Some(gpu) = shared() else { return };
    let embedded = Gpu::from_device("embedder's", gpu.device().clone(), gpu.queue().clone());
    let (mut here, mut there) = (Recorder::new(&gpu), Recorder::new(&embedded));
    let frame = srgb8([1, 1], vec![0, 0, 255, 255]);
    here.texture(&frame).expect("uploads");
    here.submit().expect("submits");
    let texture = there.texture(&frame).expect("uploads");
    assert_eq!(read(&mut there, &texture), [0.0, 0.0, 1.0, 1.0]);

    let drawn = Frame::from_texture(here.solid(Colour::WHITE, [1, 1]).expect("draws"));
    here.submit().expect("submits");
    assert!(there.texture(&drawn).is_err());
    assert!(there.read_back(WIRE, &drawn, false).is_err());
    assert_eq!(gpu.stray_errors(), 0);
}

#[test]
fn a_lost_device_is_a_fault() {
    let Some(gpu) = open() else { return };
    let mut recorder = Recorder::new(&gpu);
    let picture = recorder.solid(Colour::WHITE, [4, 4]).expect("draws");
    let frame = Frame::from_texture(picture);
    recorder.submit().expect("submits");
    gpu.device().destroy();
    assert!(recorder.read_back(WIRE, &frame, true).is_err());
    // The device calls back once what it was doing is done, in a frame's time or a few.
    let is_noticed = (0..1_000_000).any(|_| {
        recorder.begin_frame();
        std::thread::yield_now();
        gpu.is_lost()
    });
    assert!(is_noticed, "no one has noticed");
    let fault = recorder.solid(Colour::WHITE, [4, 4]).expect_err("lost");
    assert!(fault.message.contains("lost"), "{fault:?}");
    assert!(recorder.texture(&srgb8([1, 1], vec![1; 4])).is_err());
    assert!(recorder.submit().is_err());
    assert!(gpu.effect(&ADD).is_err());
}
