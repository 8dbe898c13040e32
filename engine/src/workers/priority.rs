//! Who goes first.

/// Who goes first when there is room, and how readily it gives way to the show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// A picture or a file is waited for: decoding, drawing letters, writing.
    Picture,
    /// A network is at work.
    Model,
    /// Training: only when nothing else is to be done.
    Training,
}

impl Priority {
    /// All, the highest first.
    pub const ALL: [Priority; 3] = [Priority::Picture, Priority::Model, Priority::Training];

    /// Whether the operating system lets one thread give way to others: Linux and Android.
    pub const CAN_GIVE_WAY: bool = cfg!(any(target_os = "linux", target_os = "android"));

    /// Lets the calling thread give way to the show, and to work of a higher priority, from now on. A
    /// thread that gives way more already stays as it is. Does nothing where the operating system has no
    /// such thing.
    pub fn apply(self) {
        // There, a nice value is one thread's own: sched(7), "The nice value".
        #[cfg(any(target_os = "linux", target_os = "android"))]
        {
            use rustix::process::{getpriority_process, setpriority_process};
            let lowered = getpriority_process(None).and_then(|nice| match nice < self.nice() {
                true => setpriority_process(None, self.nice()),
                false => Ok(()),
            });
            if let Err(error) = lowered {
                tracing::warn!("work in the background cannot give way to the show: {error}");
            }
        }
    }

    /// The nice value: from 0, as other programs have, to 19, what takes least. A difference of 5 is
    /// about three times as much of a core.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(super) fn nice(self) -> i32 {
        match self {
            Priority::Picture => 5,
            Priority::Model => 10,
            Priority::Training => 19,
        }
    }

    /// What its threads are called.
    pub(super) fn name(self) -> &'static str {
        match self {
            Priority::Picture => "picture",
            Priority::Model => "model",
            Priority::Training => "training",
        }
    }
}
