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

/// Shortens what a vector holds and gives the rest back to the system. Of much memory, all threads of the pool that this runs in take part:
/// the system's work for each page takes longer than most transforms.
pub fn shorten(data: &mut Vec<f32>, length: usize) {
    data.truncate(length);
    #[cfg(target_os = "linux")]
    give_back_spare(data.spare_capacity_mut());
    data.shrink_to_fit();
}

/// Gives the whole pages of memory that holds nothing back to the system; there, it holds zeros from then on.
#[cfg(target_os = "linux")]
fn give_back_spare(spare: &mut [std::mem::MaybeUninit<f32>]) {
    use rayon::prelude::*;

    /// `MADV_DONTNEED` of `sys/mman.h`.
    const DONTNEED: core::ffi::c_int = 4;
    /// No page is larger, but for huge ones, of which the system then keeps the part that is not meant.
    const PAGE: usize = 64 << 10;
    /// What one thread gives back at once; of less, nothing is gained.
    const PART: usize = 8 << 20;
    unsafe extern "C" {
        fn madvise(start: *mut core::ffi::c_void, length: usize, advice: core::ffi::c_int) -> core::ffi::c_int;
    }
    let numbers = PART / size_of::<f32>();
    if spare.len() < 2 * numbers {
        return;
    }
    let first = spare.as_ptr().align_offset(PAGE).min(spare.len());
    spare[first..].par_chunks_exact_mut(numbers).for_each(|part| {
        // SAFETY: these bytes are whole pages of a block of ours that nothing reads, as they hold nothing yet; the call touches no others.
        // Where it fails, nothing is given back.
        unsafe { madvise(part.as_mut_ptr().cast(), PART, DONTNEED) };
    });
}

#[cfg(all(test, target_os = "linux", target_env = "gnu"))]
mod tests {
    use super::{give_back, keep_large_blocks_apart, shorten};

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

        let mut numbers: Vec<f32> = (0..30 << 20).map(|index| index as f32).collect();
        let (held, length) = (resident(), (5 << 20) + 77);
        shorten(&mut numbers, length);
        assert!(resident() + (95 << 20) < held, "{held} bytes became {}", resident());
        assert_eq!(numbers.len(), length);
        assert!(numbers.iter().enumerate().all(|(index, number)| *number == index as f32), "what is kept is untouched");
        shorten(&mut numbers, 3);
        assert_eq!(numbers, [0.0, 1.0, 2.0]);
        shorten(&mut numbers, 0);
        assert!(numbers.is_empty());
    }
}
