use std::fmt;

use crate::{Error, tensors};

/// Where and by what a network runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Device {
    /// The processor, by our own operations.
    #[default]
    Cpu,
    /// The processor, by Burn's `flex` backend: the same code path as on a GPU, slower here. It is what tests compare with,
    /// so no list has it and no user can name it.
    Flex,
    /// A GPU by the graphics API that the system has: Vulkan, Metal or DirectX. Needs the feature `wgpu`.
    Wgpu,
    /// An NVIDIA GPU. Needs the feature `cuda`.
    Cuda,
    /// A GPU by Vulkan with its own shaders. Needs the feature `vulkan`.
    Vulkan,
    /// A GPU of Apple. Needs the feature `metal`.
    Metal,
    /// An AMD GPU. Needs the feature `rocm`.
    Rocm,
}

/// Why a device is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Absence {
    /// The program was built without it.
    #[error("not in this build, which lacks the cargo feature `{0}`")]
    NotBuilt(Device),
    /// The machine has none, or it cannot be used.
    #[error("{0}")]
    NotFound(String),
}

/// What this machine has of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The device.
    pub device: Device,
    /// The name of its adapter, or why it is not there.
    pub adapter: Result<String, Absence>,
}

impl Device {
    /// All that a user can name, in the order of the list.
    pub const NAMED: [Device; 6] =
        [Device::Cpu, Device::Cuda, Device::Wgpu, Device::Vulkan, Device::Metal, Device::Rocm];

    /// What users call it.
    pub fn name(self) -> &'static str {
        match self {
            Device::Cpu => "cpu",
            Device::Flex => "flex",
            Device::Wgpu => "wgpu",
            Device::Cuda => "cuda",
            Device::Vulkan => "vulkan",
            Device::Metal => "metal",
            Device::Rocm => "rocm",
        }
    }

    /// Whether its code has run in this project's tests, on a software adapter where it is a GPU. The others are built from
    /// the same operations and never ran.
    pub fn is_tested(self) -> bool {
        matches!(self, Device::Cpu | Device::Flex | Device::Wgpu)
    }

    /// Every device that can be named and what this machine has of it. Opens those that are there.
    pub fn list() -> Vec<Listed> {
        Self::NAMED.map(|device| Listed { device, adapter: device.adapter() }).into()
    }

    /// The device of this name.
    ///
    /// Fails with the whole list where there is none of this name, or this machine lacks it.
    pub fn find(name: &str) -> Result<Device, Error> {
        let refused = |reason: String| {
            let devices: Vec<String> = Self::list().iter().map(Listed::to_string).collect();
            Error::FindDevice { name: name.to_owned(), reason, devices: devices.join("\n") }
        };
        let found = Self::NAMED.into_iter().find(|device| device.name() == name);
        let device = found.ok_or_else(|| refused("there is no device of this name".to_owned()))?;
        device.adapter().map_err(|absence| refused(absence.to_string()))?;
        Ok(device)
    }

    /// The name of the adapter. Opens the device.
    pub fn adapter(self) -> Result<String, Absence> {
        match self {
            Device::Cpu => Ok(format!("this processor, {} kernels", monai_kernels::Level::detect())),
            other => tensors::open(other).map(|(_, adapter)| adapter),
        }
    }
}

impl fmt::Display for Device {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// One line: the name, then the adapter or why there is none.
impl fmt::Display for Listed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:<7} ", self.device.name())?;
        match &self.adapter {
            Ok(adapter) if self.device.is_tested() => write!(formatter, "{adapter}"),
            Ok(adapter) => write!(formatter, "{adapter} (untested)"),
            Err(absence) => write!(formatter, "absent: {absence}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_is_always_there() {
        assert_eq!(Device::find("cpu").expect("there"), Device::Cpu);
        let line = Device::list()[0].to_string();
        assert!(line.starts_with("cpu     this processor, "), "{line}");
    }

    #[test]
    fn what_is_not_there_is_refused_with_the_list() {
        let check = |name: &str, words: &str| {
            let refused = Device::find(name).expect_err(name).to_string();
            let first = format!("cannot run on `{name}`: {words}");
            assert!(refused.starts_with(&first), "{refused} / {first}");
            for device in Device::NAMED {
                assert!(refused.contains(&format!("\n{device} ")), "{refused} lacks {device}");
            }
        };
        check("gpu", "there is no device of this name");
        check("flex", "there is no device of this name");
        check("CPU", "there is no device of this name");
        #[cfg(not(feature = "cuda"))]
        check("cuda", "not in this build, which lacks the cargo feature `cuda`");
        #[cfg(not(feature = "rocm"))]
        check("rocm", "not in this build");
    }

    #[test]
    fn the_list_says_why_a_device_is_absent_and_what_never_ran() {
        let line = |device, adapter| Listed { device, adapter }.to_string();
        let nothing = Err(Absence::NotFound("no NVIDIA driver".to_owned()));
        assert_eq!(line(Device::Cuda, nothing), "cuda    absent: no NVIDIA driver");
        assert_eq!(line(Device::Cuda, Ok("NVIDIA H100".to_owned())), "cuda    NVIDIA H100 (untested)");
        assert_eq!(line(Device::Wgpu, Ok("llvmpipe".to_owned())), "wgpu    llvmpipe");
    }
}
