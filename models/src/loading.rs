//! Loading each network once.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError, Weak};

static LOADS: AtomicU64 = AtomicU64::new(0);

/// How many networks this process has loaded so far: loading the same one twice is a waste of time and memory.
pub fn loads() -> u64 {
    LOADS.load(Relaxed)
}

/// A network has been loaded.
pub(crate) fn count_load() {
    LOADS.fetch_add(1, Relaxed);
}

/// A network that lies in the program: loaded when somebody asks for it, shared by all who hold it, and freed
/// with the last of them.
#[derive(Debug, Default)]
pub struct Embedded<T>(Mutex<Weak<T>>);

impl<T> Embedded<T> {
    /// Not loaded yet.
    pub const fn new() -> Embedded<T> {
        Embedded(Mutex::new(Weak::new()))
    }

    /// The network. Whoever asks while it is loaded waits.
    ///
    /// # Errors
    /// Those of `load`, which is asked again next time.
    pub fn get<E>(&self, load: impl FnOnce() -> Result<T, E>) -> Result<Arc<T>, E> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(network) = held.upgrade() {
            return Ok(network);
        }
        let network = Arc::new(load()?);
        *held = Arc::downgrade(&network);
        Ok(network)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_loaded_once_for_all_who_hold_it() {
        let embedded = Embedded::new();
        assert_eq!(embedded.get(|| Err("broken")), Err("broken"));
        let first = embedded.get(|| Ok::<_, &str>(1)).unwrap();
        let second = embedded.get(|| Ok::<_, &str>(2)).unwrap();
        assert!(Arc::ptr_eq(&first, &second));
        drop((first, second));
        assert_eq!(embedded.get(|| Ok::<_, &str>(3)).map(|network| *network), Ok(3));
    }
}
