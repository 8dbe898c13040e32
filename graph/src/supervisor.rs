//! What becomes of a device that may come and go: looked for, found, lost, looked for again with
//! growing backoff, back. A pure state machine; the device itself stands at the edge of the program,
//! which tells what happened and asks when to try again. Times are those of any clock that never
//! goes back.

use std::time::Duration;

use crate::fault::Status;

/// How long to wait between two tries: `first`, then twice as long each time, up to `longest`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// After the first try that failed.
    pub first: Duration,
    /// At most.
    pub longest: Duration,
}

impl Backoff {
    /// A quarter of a second, growing to four: a plug that is put back is noticed at once, and a
    /// device that stays away costs nothing.
    pub const USUAL: Backoff = Backoff { first: Duration::from_millis(250), longest: Duration::from_secs(4) };

    /// The wait behind this many tries that failed in a row.
    fn wait(&self, failures: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(31);
        self.first.saturating_mul(1 << doublings).min(self.longest)
    }
}

/// Where a device stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It has not been there yet.
    Sought,
    /// It is there.
    Found,
    /// It was there and is gone; it is looked for.
    Lost {
        /// When it went away.
        since: Duration,
    },
}

/// What a try changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is there for the first time.
    Found,
    /// It is there again.
    Back,
    /// It is gone.
    Lost,
    /// Nothing that was not known.
    None,
}

/// Watches over one device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Supervisor {
    /// What a person calls it: "camera 0".
    name: String,
    backoff: Backoff,
    presence: Presence,
    /// Why the last try failed, or why it went away.
    why: String,
    /// Tries that failed since it was there.
    failures: u32,
    /// When to try next.
    next_try: Duration,
}

impl Supervisor {
    /// A device that is looked for at once.
    pub fn new(name: impl Into<String>, backoff: Backoff) -> Supervisor {
        Supervisor {
            name: name.into(),
            backoff,
            presence: Presence::Sought,
            why: String::new(),
            failures: 0,
            next_try: Duration::ZERO,
        }
    }

    /// Whether it is time to try to open the device.
    pub fn is_due(&self, now: Duration) -> bool {
        self.presence != Presence::Found && now >= self.next_try
    }

    /// How long to wait for the next try; `None` when it is time. A device that is there is not tried.
    pub fn due_in(&self, now: Duration) -> Option<Duration> {
        match self.presence {
            Presence::Found => Some(Duration::MAX),
            Presence::Sought | Presence::Lost { .. } => {
                let wait = self.next_try.saturating_sub(now);
                (!wait.is_zero()).then_some(wait)
            }
        }
    }

    /// It has been opened.
    pub fn found(&mut self) -> Change {
        let change = match self.presence {
            Presence::Sought => Change::Found,
            Presence::Lost { .. } => Change::Back,
            Presence::Found => Change::None,
        };
        self.presence = Presence::Found;
        self.failures = 0;
        self.why.clear();
        change
    }

    /// It could not be opened, or it went away while it played.
    pub fn failed(&mut self, now: Duration, why: impl Into<String>) -> Change {
        self.why = why.into();
        self.failures = self.failures.saturating_add(1);
        self.next_try = now.saturating_add(self.backoff.wait(self.failures));
        if self.presence == Presence::Found {
            self.presence = Presence::Lost { since: now };
            Change::Lost
        } else {
            Change::None
        }
    }

    /// Looks for it at once, as after a person's wish or the system's word that something was
    /// plugged in.
    pub fn hurry(&mut self) {
        self.next_try = Duration::ZERO;
    }

    /// Where it stands.
    pub fn presence(&self) -> Presence {
        self.presence
    }

    /// Whether it is there.
    pub fn is_alive(&self) -> bool {
        self.presence == Presence::Found
    }

    /// How long it has been gone; `None` while it is there and while it has never been.
    pub fn lost_for(&self, now: Duration) -> Option<Duration> {
        match self.presence {
            Presence::Lost { since } => Some(now.saturating_sub(since)),
            Presence::Sought | Presence::Found => None,
        }
    }

    /// What a person reads: a device that is away is waited for.
    pub fn status(&self) -> Status {
        let because = if self.why.is_empty() { String::new() } else { format!(": {}", self.why) };
        match self.presence {
            Presence::Found => Status::Ready,
            Presence::Sought => Status::Waiting(format!("looking for {}{because}", self.name)),
            Presence::Lost { .. } => Status::Waiting(format!("{} is gone{because}", self.name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn supervisor() -> Supervisor {
        Supervisor::new("camera 0", Backoff { first: millis(100), longest: millis(500) })
    }

    #[test]
    fn tries_come_at_growing_distances_up_to_a_limit() {
        let mut device = supervisor();
        let mut now = Duration::ZERO;
        let mut waits = Vec::new();
        for _ in 0..6 {
            assert!(device.is_due(now) && device.due_in(now).is_none());
            assert_eq!(device.failed(now, "no such file"), Change::None);
            let begun = now;
            let wait = device.due_in(now);
            while !device.is_due(now) {
                now += millis(50);
            }
            assert_eq!(wait, Some(now - begun));
            waits.push((now - begun).as_millis());
        }
        assert_eq!(waits, [100, 200, 400, 500, 500, 500]);
    }

    #[test]
    fn a_device_is_found_lost_and_back() {
        let mut device = supervisor();
        assert_eq!((device.is_alive(), device.lost_for(millis(9))), (false, None));
        assert_eq!(device.found(), Change::Found);
        assert_eq!(
            (device.is_alive(), device.is_due(millis(9000)), device.status()),
            (true, false, Status::Ready)
        );
        assert_eq!(device.failed(millis(1000), "unplugged"), Change::Lost);
        assert_eq!(device.failed(millis(1100), "no such file"), Change::None);
        assert_eq!(device.lost_for(millis(1500)), Some(millis(500)));
        assert_eq!(device.status(), Status::Waiting("camera 0 is gone: no such file".into()));
        assert_eq!(device.found(), Change::Back);
        // Backoff starts over for each loss.
        assert_eq!(device.failed(millis(2000), "unplugged"), Change::Lost);
        assert!(!device.is_due(millis(2099)) && device.is_due(millis(2100)));
    }

    #[test]
    fn a_person_need_not_wait() {
        let mut device = supervisor();
        device.failed(millis(1000), "busy");
        device.hurry();
        assert!(device.is_due(millis(1001)));
    }

    #[test]
    fn a_year_of_failures_overflows_nothing() {
        let mut device = supervisor();
        device.failures = u32::MAX;
        device.failed(Duration::MAX, "busy");
        assert_eq!(device.failures, u32::MAX);
    }
}
