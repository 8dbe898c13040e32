//! The loader's thread: loads when it is asked to and when a file changes, and frees what retires.

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use crate::error::Error;
use crate::watch::{Debounce, FileEvent, FileWatch};

use super::{Garbage, Loaded, Loader, PatchSource, SETTLING};

/// Between two looks at the files when no change of them is noticed: some changes cannot be, such as a
/// folder that is mounted again, or a link above the patch that leads elsewhere.
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

/// A change that is older than this has not waited for us: its file was away in between.
const LONG_AGO: Duration = Duration::from_secs(1);

enum Order {
    Load(PatchSource),
    Regain,
    Free(Garbage),
    Disk(FileEvent),
    Stop,
}

/// The loader on its own thread.
pub(crate) struct LoaderThread {
    orders: Sender<Order>,
    results: Receiver<Loaded>,
    thread: Option<JoinHandle<()>>,
}

impl LoaderThread {
    pub(crate) fn start(loader: Loader, watches: bool) -> Result<LoaderThread, Error> {
        let (orders, incoming) = channel();
        let (results, outcomes) = channel();
        let tell = orders.clone();
        let thread = std::thread::Builder::new()
            .name("loader".into())
            .spawn(move || {
                let watch = watches.then(|| start_watch(tell)).flatten();
                let debounce = Debounce::default();
                let worker =
                    Worker { loader, watches, watch, debounce, patch: None, settles_at: None, results };
                worker.run(&incoming);
            })
            .map_err(|error| Error::file("start", Path::new("the loader's thread"), error))?;
        Ok(LoaderThread { orders, results: outcomes, thread: Some(thread) })
    }

    /// Asks for a patch; the answer comes by [`LoaderThread::poll`] or [`LoaderThread::wait`].
    pub(crate) fn load(&self, patch: PatchSource) {
        self.send(Order::Load(patch));
    }

    /// Asks for another GPU; the answer comes like that of a load.
    pub(crate) fn regain(&self) {
        self.send(Order::Regain);
    }

    /// Frees something, over there.
    pub(crate) fn free(&self, garbage: Garbage) {
        self.send(Order::Free(garbage));
    }

    /// The next load that is done.
    pub(crate) fn poll(&self) -> Option<Loaded> {
        self.results.try_recv().ok()
    }

    /// Waits for the next load to be done.
    pub(crate) fn wait(&self) -> Result<Loaded, Error> {
        self.results.recv().map_err(|_| Error::Stopped { what: "the loader" })
    }

    fn send(&self, order: Order) {
        // The thread ends before us only by a panic, which the next `wait` tells.
        let _ = self.orders.send(order);
    }
}

impl Drop for LoaderThread {
    fn drop(&mut self) {
        self.send(Order::Stop);
        if let Some(thread) = self.thread.take() {
            // A panic of the loader has been reported by then.
            let _ = thread.join();
        }
    }
}

fn start_watch(tell: Sender<Order>) -> Option<FileWatch> {
    // Events that come after the loader has ended concern no one.
    let watch = FileWatch::new(move |event| drop(tell.send(Order::Disk(event))));
    let looks = BETWEEN_LOOKS.as_secs();
    let reason = |error| tracing::warn!("changed files are looked for every {looks} s: {error}");
    watch.map_err(reason).ok()
}

struct Worker {
    loader: Loader,
    /// Whether changed files are looked for at all.
    watches: bool,
    /// `None` where the system tells of no changes: they are found by looking.
    watch: Option<FileWatch>,
    debounce: Debounce,
    patch: Option<PatchSource>,
    /// When a patch that shows and plays nothing is loaded if it is still the same.
    settles_at: Option<Instant>,
    results: Sender<Loaded>,
}

impl Worker {
    fn run(mut self, orders: &Receiver<Order>) {
        loop {
            let looks_at = (self.watches && self.patch.is_some()).then(|| Instant::now() + BETWEEN_LOOKS);
            let due = [self.debounce.due(), self.settles_at, looks_at].into_iter().flatten().min();
            let order = match due {
                None => orders.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(due) => orders.recv_timeout(due.saturating_duration_since(Instant::now())),
            };
            let is_quiet = matches!(order, Err(RecvTimeoutError::Timeout)) && self.debounce.due().is_none();
            match order {
                Ok(Order::Load(patch)) => {
                    self.patch = Some(patch);
                    self.load(None);
                }
                Ok(Order::Regain) => self.regain(),
                Ok(Order::Free(garbage)) => super::free(garbage),
                Ok(Order::Disk(event)) => self.note(event),
                Ok(Order::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {}
            }
            let noticed_at = match self.debounce.take(Instant::now()) {
                Some(noticed_at) => noticed_at,
                None if is_quiet => Instant::now(),
                None => continue,
            };
            if let Some(path) = self.loader.changed_file() {
                let changed_at = changed_at(path, noticed_at);
                self.load(Some(changed_at));
            } else if self.settles_at.is_some_and(|settles_at| settles_at <= Instant::now()) {
                self.settle();
            } else {
                self.watch_again();
            }
        }
    }

    fn note(&mut self, event: FileEvent) {
        let Some(watch) = &mut self.watch else { return };
        match event {
            Ok(event) if watch.concerns(&event) => self.debounce.note(Instant::now()),
            Ok(_) => {}
            Err(error) => tracing::warn!("changed files may not be noticed: {error}"),
        }
    }

    fn regain(&mut self) {
        let loaded = self.loader.regain();
        let is_back = loaded.report.is_good();
        // As in `load`.
        let _ = self.results.send(loaded);
        if is_back {
            // A save that was refused while there was no GPU.
            self.load(Some(Instant::now()));
        }
    }

    fn load(&mut self, changed_at: Option<Instant>) {
        let Some(patch) = &self.patch else { return };
        let mut loaded = match changed_at {
            Some(_) => self.loader.load_changed(patch),
            None => self.loader.load(patch),
        };
        loaded.report.changed_at = changed_at;
        self.settles_at = loaded.report.is_nothing.then(|| Instant::now() + SETTLING);
        // Whoever asked may be gone; then `Stop` is on its way.
        let _ = self.results.send(loaded);
        self.watch_again();
    }

    /// Loads a patch that has shown and played nothing for long enough to mean it.
    fn settle(&mut self) {
        self.settles_at = None;
        let Some(patch) = &self.patch else { return };
        // As in `load`.
        let _ = self.results.send(self.loader.load(patch));
    }

    /// Watches what is there by now under the names of the files.
    fn watch_again(&mut self) {
        if let Some(watch) = &mut self.watch
            && watch.set(self.loader.files())
        {
            // What changed before the folder was watched is found by looking once more.
            self.debounce.note(Instant::now());
        }
    }
}

/// When a file changed: as the file system says, where that is earlier than we noticed.
fn changed_at(path: &Path, noticed_at: Instant) -> Instant {
    #[cfg(unix)]
    let changed = path.metadata().ok().and_then(|metadata| {
        // The time of the inode's last change; a renaming sets it, the content's own time stays.
        use std::os::unix::fs::MetadataExt;
        let (secs, nanos) = (u64::try_from(metadata.ctime()).ok()?, metadata.ctime_nsec() as u32);
        SystemTime::UNIX_EPOCH.checked_add(Duration::new(secs, nanos))
    });
    #[cfg(not(unix))]
    let changed = path.metadata().ok().and_then(|metadata| metadata.modified().ok());
    let age = changed.and_then(|changed: SystemTime| changed.elapsed().ok());
    let by_file = age.filter(|age| *age < LONG_AGO).and_then(|age| Instant::now().checked_sub(age));
    by_file.map_or(noticed_at, |by_file| by_file.min(noticed_at))
}
