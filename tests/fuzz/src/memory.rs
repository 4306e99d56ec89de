use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// What `act` gives, and the most bytes that the process held at one time beyond those that it held before.
pub fn peak<T>(act: impl FnOnce() -> T) -> (T, usize) {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let value = act();
    (value, MEMORY.peak_usage().saturating_sub(before))
}
