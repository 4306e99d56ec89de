use std::fmt;

#[cfg(target_arch = "x86_64")]
use crate::lanes::{Avx2, Avx512};
use crate::lanes::{Lanes, Portable};

/// What the processor can do, chosen at run time. There are only levels that this processor has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Level(Features);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Features {
    /// Nothing beyond what the program was compiled for.
    Portable,
    /// AVX2 and FMA.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// AVX-512F.
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Level {
    /// The best that this processor has.
    pub fn detect() -> Self {
        Self::available().pop().expect("the portable level is always there")
    }

    /// All that this processor has, the best last.
    pub fn available() -> Vec<Self> {
        let mut levels = vec![Self(Features::Portable)];
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                levels.push(Self(Features::Avx2));
            }
            if is_x86_feature_detected!("avx512f") {
                levels.push(Self(Features::Avx512));
            }
        }
        levels
    }

    /// Runs a kernel with the lanes of this level.
    pub(crate) fn run<K: Kernel>(self, kernel: K) -> K::Output {
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx512f")]
        unsafe fn avx512<K: Kernel>(kernel: K) -> K::Output {
            // SAFETY: the features are those of the lanes.
            unsafe { kernel.run::<Avx512>() }
        }
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx2,fma")]
        unsafe fn avx2<K: Kernel>(kernel: K) -> K::Output {
            // SAFETY: the features are those of the lanes.
            unsafe { kernel.run::<Avx2>() }
        }
        match self.0 {
            // SAFETY: portable lanes need no feature.
            Features::Portable => unsafe { kernel.run::<Portable>() },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: there are only levels that the processor has.
            Features::Avx2 => unsafe { avx2(kernel) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: there are only levels that the processor has.
            Features::Avx512 => unsafe { avx512(kernel) },
        }
    }

    /// Most rows of a tile that is one or two blocks wide.
    pub(crate) fn rows(self) -> [usize; 2] {
        match self.0 {
            Features::Portable => Portable::ROWS,
            #[cfg(target_arch = "x86_64")]
            Features::Avx2 => Avx2::ROWS,
            #[cfg(target_arch = "x86_64")]
            Features::Avx512 => Avx512::ROWS,
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.0 {
            Features::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Features::Avx2 => "AVX2",
            #[cfg(target_arch = "x86_64")]
            Features::Avx512 => "AVX-512",
        })
    }
}

/// Work that is written once for all kinds of lanes. `run` must be `#[inline(always)]`, so that it is compiled with the features
/// of its caller.
pub(crate) trait Kernel {
    /// What it gives.
    type Output;

    /// Runs it.
    ///
    /// # Safety
    /// The processor has the features of the lanes.
    unsafe fn run<L: Lanes>(self) -> Self::Output;
}
