//! Memory that is free in the process.

/// Gives what the allocator keeps for later back to the system: pages that lie between others that are in use, too. Only glibc's allocator
/// has such a call; with another nothing happens.
pub fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        unsafe extern "C" {
            fn malloc_trim(pad: usize) -> core::ffi::c_int;
        }
        // SAFETY: glibc allows the call at any time and on any thread; it touches nothing that is allocated.
        unsafe { malloc_trim(0) };
    }
}

/// From now on, the heap does not grow for blocks of 4 MiB and more: they come from the system and go back as soon as they are freed.
/// Without this, glibc's allocator grows it for such blocks once some were freed, and they leave holes there. With another allocator
/// nothing happens.
pub fn keep_large_blocks_apart() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        /// `M_MMAP_THRESHOLD` of `malloc.h`.
        const THRESHOLD: core::ffi::c_int = -3;
        unsafe extern "C" {
            fn mallopt(parameter: core::ffi::c_int, value: core::ffi::c_int) -> core::ffi::c_int;
        }
        // SAFETY: glibc allows the call at any time and on any thread; it decides of blocks that are allocated later.
        unsafe { mallopt(THRESHOLD, 4 << 20) };
    }
}

#[cfg(all(test, target_os = "linux", target_env = "gnu"))]
mod tests {
    use super::{give_back, keep_large_blocks_apart};

    fn resident() -> usize {
        let text = std::fs::read_to_string("/proc/self/statm").expect("the kernel says");
        4096 * text.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).expect("it is a number")
    }

    /// One test: what is resident is that of all the process.
    #[test]
    fn freed_memory_goes_back() {
        let check = |blocks: usize, size: usize, back: fn(), least: usize| {
            let mut blocks: Vec<Vec<u8>> = (1..=blocks).map(|index| vec![index as u8; size]).collect();
            let (count, last) = (blocks.len(), blocks.pop());
            let held = resident();
            drop(blocks);
            back();
            assert!(resident() + least < held, "{count} of {size}: {held} bytes became {}", resident());
            assert_eq!(last.map(|block| block[0]), Some(count as u8), "what is in use is untouched");
        };
        check(1024, 64 << 10, give_back, 32 << 20);
        // One that was freed has others of its size come from the heap, if the allocator may.
        drop(std::hint::black_box(vec![1_u8; 16 << 20]));
        keep_large_blocks_apart();
        check(32, 5 << 20, || (), 64 << 20);
    }
}
