//! Memory that cases which run at once may take together.

use std::sync::{Condvar, Mutex, PoisonError};

use crate::Error;

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

    /// Waits until the need fits beside what others have taken.
    ///
    /// # Errors
    /// [`Error::ExceedMemory`] where it does not fit even alone.
    pub(crate) fn take(&self, need: u64) -> Result<Share<'_>, Error> {
        if need > self.limit {
            return Err(Error::ExceedMemory { needed: need, limit: self.limit });
        }
        let used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let full = |used: &mut u64| *used > 0 && used.saturating_add(need) > self.limit;
        let mut used = self.freed.wait_while(used, full).unwrap_or_else(PoisonError::into_inner);
        *used = used.saturating_add(need);
        Ok(Share { budget: self, need })
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        let mut used = self.budget.used.lock().unwrap_or_else(PoisonError::into_inner);
        *used = used.saturating_sub(self.need);
        self.budget.freed.notify_all();
    }
}
