//! The threads that networks run on.

use std::sync::{Arc, LazyLock};

use pastiche_kernels::Crew;
use rten::ThreadPool;

/// The most threads of a pool.
const MOST_THREADS: usize = 64;

/// A pool of threads. Every network that is given the same pool shares it, so that two networks at
/// work take no more of the machine than one. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Threads(Arc<ThreadPool>);

impl Threads {
    /// A pool of its own with this many threads, from 1 to 64; a number outside is taken as the nearest
    /// of these.
    pub fn new(number: usize) -> Threads {
        Threads(Arc::new(ThreadPool::with_num_threads(number.clamp(1, MOST_THREADS))))
    }

    /// The pool of the whole program, with one thread for each core. It is made when it is first asked
    /// for: the cores are the machine's, so there is no use in a second one.
    pub fn shared() -> &'static Threads {
        static SHARED: LazyLock<Threads> =
            LazyLock::new(|| Threads::new(std::thread::available_parallelism().map_or(1, usize::from)));
        &SHARED
    }

    /// Runs work on the pool and waits for it. What the work does by `rayon` is spread over the pool.
    pub fn run<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        self.0.run(work)
    }

    /// Runs work once on each of the threads, as soon as each is free, without waiting for it: to give
    /// them another priority, say.
    pub fn on_each(&self, work: impl Fn() + Send + Sync + 'static) {
        self.0.run(|| rayon::spawn_broadcast(move |_| work()));
    }

    pub(crate) fn pool(&self) -> Arc<ThreadPool> {
        self.0.clone()
    }
}

/// The threads of the pool that the caller runs on, as the kernels want them.
pub(crate) struct Pool;

impl Crew for Pool {
    fn size(&self) -> usize {
        rayon::current_num_threads()
    }

    fn run(&self, work: &(dyn Fn(usize) + Sync)) {
        rayon::scope(|scope| {
            for worker in 1..self.size() {
                scope.spawn(move |_| work(worker));
            }
            work(0);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use std::sync::mpsc::channel;

    #[test]
    fn work_reaches_each_thread_once() {
        let threads = Threads::new(3);
        let (sender, receiver) = channel();
        threads.on_each(move || sender.send(std::thread::current().id()).unwrap());
        let seen: Vec<_> = receiver.iter().collect();
        assert_eq!((seen.len(), seen.iter().collect::<HashSet<_>>().len()), (3, 3));
    }

    #[test]
    fn the_shared_pool_is_one() {
        assert!(Arc::ptr_eq(&Threads::shared().0, &Threads::shared().clone().0));
    }
}
