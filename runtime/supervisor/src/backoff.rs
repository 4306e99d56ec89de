//! How long to wait before a program that ended is started again.

use std::time::Duration;

use monai_spec::supervision::Restart;

/// Counts the ends of a program since it was last healthy.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    ends: u32,
}

impl Backoff {
    /// The program ended: how long to wait, or `None` to give up.
    pub(crate) fn next(&mut self, restart: &Restart) -> Option<Duration> {
        self.ends += 1;
        restart.pause(self.ends)
    }

    /// The program was ready for so long: whether it counts as healthy, which starts the count anew.
    pub(crate) fn served(&mut self, restart: &Restart, ready: Duration) {
        if ready > Duration::from_millis(restart.cap_ms) {
            self.ends = 0;
        }
    }

    /// Another generation starts anew.
    pub(crate) fn reset(&mut self) {
        self.ends = 0;
    }
}
