use std::fmt;

use monai_kernels::Level;

use crate::{Device, Error};

/// How the factors of a network's products are held. Sums, feature maps, norms and activations are in single precision always.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Precision {
    /// Single precision.
    #[default]
    Fp32,
    /// Rounded to eight bits as they are multiplied, by a processor that has an instruction for it.
    Bf16,
}

impl Precision {
    /// All that a user can name.
    pub const NAMED: [Precision; 2] = [Precision::Fp32, Precision::Bf16];

    /// What users call it.
    pub fn name(self) -> &'static str {
        match self {
            Precision::Fp32 => "fp32",
            Precision::Bf16 => "bf16",
        }
    }

    /// The precision of this name.
    ///
    /// Fails where there is none of this name, or the device lacks it on this machine.
    pub fn find(name: &str, device: Device) -> Result<Precision, Error> {
        let refused = |reason: String| Error::FindPrecision { name: name.to_owned(), device, reason };
        let found = Self::NAMED.into_iter().find(|precision| precision.name() == name);
        let precision = found.ok_or_else(|| refused("there is no precision of this name".to_owned()))?;
        precision.level(device)?;
        Ok(precision)
    }

    /// The kernels that have it on this processor; those of other devices are not ours and have single precision.
    ///
    /// Fails where the device lacks it.
    pub(crate) fn level(self, device: Device) -> Result<Level, Error> {
        self.of(device, Level::detect(), Level::detect_bf16())
    }

    fn of(self, device: Device, single: Level, bf16: Option<Level>) -> Result<Level, Error> {
        let refused = |reason: String| Error::FindPrecision { name: self.name().to_owned(), device, reason };
        match (self, device, bf16) {
            (Precision::Fp32, ..) => Ok(single),
            (Precision::Bf16, Device::Cpu, Some(level)) => Ok(level),
            (Precision::Bf16, Device::Cpu, None) => Err(refused(format!(
                "this processor has {single} kernels and lacks AVX-512 BF16 (`avx512_bf16` in /proc/cpuinfo), which Intel \
                 processors have from Cooper Lake and AMD's from Zen 4 on"
            ))),
            (Precision::Bf16, ..) => {
                Err(refused("this device runs networks in single precision; only `cpu` has `bf16`".to_owned()))
            }
        }
    }
}

impl fmt::Display for Precision {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_precision_that_is_not_there_is_refused_with_what_was_found_and_what_to_do() {
        let check = |found: Result<Level, Error>, words: &[&str]| {
            let refused = found.expect_err("refused").to_string();
            words.iter().for_each(|word| assert!(refused.contains(word), "{refused} lacks {word}"));
        };
        let (single, bf16) = (Level::available()[0], Some(Level::portable_bf16()));
        let old = "cannot compute in `bf16` on `cpu`: this processor has portable kernels and lacks AVX-512 BF16";
        check(Precision::Bf16.of(Device::Cpu, single, None), &[old, "avx512_bf16", "leave the precision at `fp32`"]);
        check(Precision::Bf16.of(Device::Wgpu, single, bf16), &["on `wgpu`", "only `cpu`", "at `fp32`"]);
        check(Precision::Bf16.of(Device::Flex, single, bf16), &["on `flex`", "only `cpu`"]);
        check(Precision::find("fp16", Device::Cpu).map(|_| single), &["cannot compute in `fp16`", "no precision"]);
        assert_eq!(Precision::Fp32.of(Device::Wgpu, single, None).expect("there"), single);
        assert_eq!(Precision::Bf16.of(Device::Cpu, single, bf16).ok(), bf16);
        assert_eq!(Precision::find("fp32", Device::Cpu).expect("there"), Precision::Fp32);
        assert_eq!(Precision::find("bf16", Device::Cpu).is_ok(), Level::detect_bf16().is_some());
    }
}
