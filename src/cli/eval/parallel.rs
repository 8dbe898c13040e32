//! Jobs on all cores, in any order.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;

/// Runs a job for each index on all cores and takes each result as it comes; ends early, with the jobs that are under
/// way, when `stop` becomes true or a result is refused.
///
/// # Errors
/// What `take` refuses.
pub fn each<T: Send>(
    indexes: &[usize],
    stop: &AtomicBool,
    job: impl Fn(usize) -> T + Sync,
    mut take: impl FnMut(usize, T) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(indexes.len());
    let next = AtomicUsize::new(0);
    let refused = AtomicBool::new(false);
    let (results, incoming) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let (results, next, refused, job) = (results.clone(), &next, &refused, &job);
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) && !refused.load(Ordering::Relaxed) {
                    let Some(&index) = indexes.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
                    if results.send((index, job(index))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(results);
        for (index, result) in incoming {
            if let Err(error) = take(index, result) {
                refused.store(true, Ordering::Relaxed);
                return Err(error);
            }
        }
        Ok(())
    })
}
