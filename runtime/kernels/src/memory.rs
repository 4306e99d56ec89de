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

#[cfg(all(test, target_os = "linux", target_env = "gnu"))]
mod tests {
    use super::give_back;

    fn resident() -> usize {
        let text = std::fs::read_to_string("/proc/self/statm").expect("the kernel says");
        4096 * text.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).expect("it is a number")
    }

    #[test]
    fn free_memory_below_some_that_is_used_goes_back() {
        let mut blocks: Vec<Vec<u8>> = (0..1024).map(|index| vec![index as u8; 64 << 10]).collect();
        let last = blocks.pop();
        let held = resident();
        drop(blocks);
        give_back();
        assert!(resident() + (32 << 20) < held, "{held} bytes became {}", resident());
        assert_eq!(last.map(|block| block[0]), Some(255), "what is in use is untouched");
    }
}
