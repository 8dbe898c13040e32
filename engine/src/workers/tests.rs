//! Order, panics, and jobs that no one wants any more.

use std::sync::mpsc::{Sender, channel};

use super::*;

/// A job that has begun and goes on until its gate is opened.
fn held(workers: &Workers, priority: Priority) -> (Background<()>, Sender<()>) {
    let (open, gate) = channel::<()>();
    let (begun, begins) = channel();
    let mut job = Background::default();
    job.submit(workers, priority, move |_| {
        begun.send(()).unwrap();
        gate.recv().unwrap();
    });
    begins.recv().unwrap();
    (job, open)
}

#[test]
fn pictures_go_before_models_before_training() {
    let workers = Workers::with_room(1).unwrap();
    let (_job, open) = held(&workers, Priority::Picture);
    let (sender, receiver) = channel();
    let mut jobs = Vec::new();
    for priority in [Priority::Training, Priority::Model, Priority::Picture, Priority::Model] {
        let sender = sender.clone();
        let mut job = Background::default();
        job.submit(&workers, priority, move |_| sender.send(priority).unwrap());
        jobs.push(job);
    }
    open.send(()).unwrap();
    let order: Vec<_> = receiver.iter().take(4).collect();
    assert_eq!(order, [Priority::Picture, Priority::Model, Priority::Model, Priority::Training]);
}

#[test]
fn a_job_of_a_lower_priority_takes_no_room_from_a_higher_one_but_the_other_way_round() {
    let workers = Workers::with_room(1).unwrap();
    let (_training, _end_training) = held(&workers, Priority::Training);
    let (_model, end_model) = held(&workers, Priority::Model);
    let (mut second, begun) = (Background::default(), Arc::new(AtomicBool::new(false)));
    let seen = begun.clone();
    second.submit(&workers, Priority::Model, move |_| seen.store(true, Ordering::Relaxed));
    let (_picture, end_picture) = held(&workers, Priority::Picture);
    assert!(!begun.load(Ordering::Relaxed), "there is room for one model");
    end_model.send(()).unwrap();
    end_picture.send(()).unwrap();
    second.finish().unwrap();
    assert!(begun.load(Ordering::Relaxed));
}

#[test]
#[cfg(any(target_os = "linux", target_os = "android"))]
fn threads_give_way_to_the_show_by_their_priority() {
    let workers = Workers::with_room(1).unwrap();
    let show = rustix::process::getpriority_process(None).unwrap();
    assert_eq!(Priority::ALL.map(Priority::nice), [5, 10, 19]);
    for priority in Priority::ALL {
        let (sender, receiver) = channel();
        let mut job = Background::default();
        job.submit(&workers, priority, move |_| {
            sender.send(rustix::process::getpriority_process(None).unwrap()).unwrap();
        });
        assert_eq!(receiver.recv(), Ok(show.max(priority.nice())), "{priority:?}");
    }
}

#[test]
fn a_panic_is_a_fault_with_or_without_threads_and_lasts_until_the_next_job() {
    let mut faults = Vec::new();
    for workers in [Workers::inline(), Workers::with_room(1).unwrap()] {
        let mut job = Background::default();
        let (begun, begins) = channel();
        job.submit(&workers, Priority::Model, move |_| -> i32 {
            begun.send(()).unwrap();
            panic!("on {}", "purpose")
        });
        begins.recv().unwrap();
        let fault = job.finish().unwrap_err();
        assert_eq!((job.poll().unwrap_err(), job.is_idle()), (fault.clone(), false));
        faults.push(fault);
        job.submit(&workers, Priority::Model, |_| 7);
        assert_eq!(job.finish(), Ok(Some(7)));
        assert!(job.is_idle());
    }
    assert_eq!(faults[0].message, "its work in the background panicked: on purpose");
    assert_eq!(faults[0], faults[1]);
}

#[test]
fn dropping_a_job_that_runs_waits_for_nothing_and_leaks_nothing() {
    let workers = Workers::with_room(1).unwrap();
    let held_by_jobs = Arc::new(());
    let (stopped, stops) = channel();
    let (begun, begins) = channel();
    let mut endless = Background::default();
    let kept = held_by_jobs.clone();
    endless.submit(&workers, Priority::Training, move |wanted| {
        begun.send(()).unwrap();
        while wanted.is_wanted() {
            std::thread::yield_now();
        }
        stopped.send(()).unwrap();
        kept
    });
    begins.recv().unwrap();
    let mut waiting = Background::default();
    let kept = held_by_jobs.clone();
    waiting.submit(&workers, Priority::Training, move |_| kept);
    assert_eq!(Arc::strong_count(&held_by_jobs), 3);
    drop(waiting);
    assert_eq!(Arc::strong_count(&held_by_jobs), 2, "a job that has not begun goes at once");
    // If this waited for the job, it would never end: the job waits for this.
    drop(endless);
    stops.recv().unwrap();
    drop(workers);
    assert_eq!(Arc::strong_count(&held_by_jobs), 1);
}

#[test]
fn the_end_of_the_threads_ends_an_endless_job() {
    let workers = Workers::with_room(1).unwrap();
    let (begun, begins) = channel();
    let mut endless = Background::default();
    endless.submit(&workers, Priority::Training, move |wanted| {
        begun.send(()).unwrap();
        while wanted.is_wanted() {
            std::thread::yield_now();
        }
        7
    });
    begins.recv().unwrap();
    drop(workers);
    assert_eq!(endless.poll(), Ok(Some(7)));
}

#[test]
fn what_must_not_be_lost_is_finished_where_it_has_not_begun() {
    let workers = Workers::with_room(1).unwrap();
    let (_busy, _end) = held(&workers, Priority::Picture);
    let mut job = Background::default();
    job.submit(&workers, Priority::Picture, |_| std::thread::current().id());
    assert_eq!(job.poll(), Ok(None));
    assert_eq!(job.finish(), Ok(Some(std::thread::current().id())));
}

#[test]
fn a_thread_of_its_own_tells_its_panic_too() {
    let mut job = Background::default();
    job.start_thread("test", |_| -> () { panic!("on purpose") }).unwrap();
    let fault = job.finish().unwrap_err();
    assert_eq!(fault.message, "its work in the background panicked: on purpose");
}

#[test]
fn the_last_handle_may_be_dropped_by_a_job() {
    let workers = Workers::with_room(1).unwrap();
    let (open, gate) = channel::<()>();
    let mut job = Background::default();
    let handle = workers.clone();
    job.submit(&workers, Priority::Picture, move |_| {
        gate.recv().unwrap();
        drop(handle);
    });
    drop(workers);
    open.send(()).unwrap();
    while matches!(job.poll(), Ok(None)) && !job.is_idle() {
        std::thread::yield_now();
    }
    assert!(job.is_idle());
}
