//! Memory that cases which run at once may take together.

use std::sync::{Condvar, Mutex, PoisonError};

/// An amount of memory in bytes, of which cases take their need and give it back.
pub(crate) struct Budget {
    limit: u64,
    used: Mutex<u64>,
    freed: Condvar,
}

/// Memory that is taken; given back when dropped.
pub(crate) struct Share<'a> {
    budget: &'a Budget,
    need: u64,
}

impl Budget {
    pub(crate) fn new(limit: u64) -> Budget {
        Budget { limit, used: Mutex::new(0), freed: Condvar::new() }
    }

    /// Waits until the need fits beside what others have taken. A need beyond the limit waits until nothing else is taken.
    pub(crate) fn take(&self, need: u64) -> Share<'_> {
        let used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let full = |used: &mut u64| *used > 0 && used.saturating_add(need) > self.limit;
        let mut used = self.freed.wait_while(used, full).unwrap_or_else(PoisonError::into_inner);
        *used = used.saturating_add(need);
        Share { budget: self, need }
    }

    /// Whether a need is beyond the limit even alone.
    pub(crate) fn exceeds(&self, need: u64) -> bool {
        need > self.limit
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        let mut used = self.budget.used.lock().unwrap_or_else(PoisonError::into_inner);
        *used = used.saturating_sub(self.need);
        self.budget.freed.notify_all();
    }
}
