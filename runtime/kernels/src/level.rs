use std::fmt;

#[cfg(target_arch = "x86_64")]
use crate::lanes::{Avx2, Avx512};
use crate::lanes::{Lanes, Portable};

/// What the processor can do, chosen at run time, and how factors of products are held. There are only levels that this
/// processor has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Level {
    features: Features,
    /// Whether the factors of products of matrices are rounded to bf16; sums are in single precision all the same.
    bf16: bool,
}

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

    /// All that this processor has in single precision, the best last.
    pub fn available() -> Vec<Self> {
        let mut features = vec![Features::Portable];
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                features.push(Features::Avx2);
            }
            if is_x86_feature_detected!("avx512f") {
                features.push(Features::Avx512);
            }
        }
        features.into_iter().map(|features| Self { features, bf16: false }).collect()
    }

    /// The level that multiplies in bf16 by the processor's own instruction; none where it lacks AVX-512 BF16.
    pub fn detect_bf16() -> Option<Self> {
        #[cfg(target_arch = "x86_64")]
        {
            // The compiler takes the first two for granted where the third is.
            let all = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512bf16");
            all.then_some(Self { features: Features::Avx512, bf16: true })
        }
        #[cfg(not(target_arch = "x86_64"))]
        None
    }

    /// The same sums as those of [`Level::detect_bf16`] on any processor, far slower than single precision: what tests compare
    /// with.
    pub fn portable_bf16() -> Self {
        Self { features: Features::Portable, bf16: true }
    }

    /// Factors of a product in 32 bits.
    pub(crate) fn factors(self) -> usize {
        if self.bf16 { 2 } else { 1 }
    }

    /// The same level in single precision.
    pub(crate) fn single(self) -> Self {
        Self { bf16: false, ..self }
    }

    /// Runs a kernel with the lanes of this level, in single precision.
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
        match self.features {
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

    /// Runs a kernel that multiplies matrices, with factors as this level holds them.
    pub(crate) fn multiply<K: Kernel>(self, kernel: K) -> K::Output {
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx512f,avx512bf16")]
        unsafe fn avx512<K: Kernel>(kernel: K) -> K::Output {
            // SAFETY: the features are those of the lanes.
            unsafe { kernel.run::<Avx512<true>>() }
        }
        match self.features {
            _ if !self.bf16 => self.run(kernel),
            #[cfg(target_arch = "x86_64")]
            // SAFETY: there are only levels that the processor has.
            Features::Avx512 => unsafe { avx512(kernel) },
            // SAFETY: portable lanes need no feature.
            _ => unsafe { kernel.run::<Portable<true>>() },
        }
    }

    /// Most rows of a tile of one block, of two, and so on.
    pub(crate) fn rows(self) -> &'static [usize] {
        match self.features {
            Features::Portable => <Portable>::ROWS,
            #[cfg(target_arch = "x86_64")]
            Features::Avx2 => Avx2::ROWS,
            #[cfg(target_arch = "x86_64")]
            Features::Avx512 => <Avx512>::ROWS,
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.features {
            Features::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Features::Avx2 => "AVX2",
            #[cfg(target_arch = "x86_64")]
            Features::Avx512 => "AVX-512",
        })?;
        if self.bf16 { formatter.write_str(" in bf16") } else { Ok(()) }
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
