use std::marker::PhantomData;

/// A map that several threads write at once, each its own rows.
#[derive(Clone, Copy)]
pub(crate) struct Shared<'a> {
    start: *mut f32,
    length: usize,
    map: PhantomData<&'a mut [f32]>,
}

// SAFETY: parts are only handed out by `part`, whose callers take no part twice.
unsafe impl Send for Shared<'_> {}
// SAFETY: as for `Send`.
unsafe impl Sync for Shared<'_> {}

impl<'a> Shared<'a> {
    pub(crate) fn new(map: &'a mut [f32]) -> Self {
        Self { start: map.as_mut_ptr(), length: map.len(), map: PhantomData }
    }

    /// Where the number `at` lies. Whoever writes through it keeps to parts that nobody else uses.
    pub(crate) fn pointer(&self, at: usize) -> *mut f32 {
        assert!(at < self.length, "a part lies in its map");
        // SAFETY: it lies in the map.
        unsafe { self.start.add(at) }
    }

    /// The numbers from `at` on.
    ///
    /// # Safety
    /// No two parts that are used at the same time overlap.
    pub(crate) unsafe fn part(&self, at: usize, length: usize) -> &'a mut [f32] {
        assert!(at <= self.length && length <= self.length - at, "a part lies in its map");
        // SAFETY: it lies in the map, which lives as long as this; that nobody else uses it is the caller's part.
        unsafe { std::slice::from_raw_parts_mut(self.start.add(at), length) }
    }
}
