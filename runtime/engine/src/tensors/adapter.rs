//! Opens the devices that Burn runs on.

use std::sync::{Mutex, PoisonError};

use burn::tensor::Device;

use crate::device::{Absence, Device as Named};

/// A device of Burn's and the name of its adapter.
type Opened = (Device, String);

/// Opens a device, once in a process: a failure stays one too.
pub(crate) fn open(device: Named) -> Result<Opened, Absence> {
    static OPENED: Mutex<Vec<(Named, Result<Opened, Absence>)>> = Mutex::new(Vec::new());
    let mut opened = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, outcome)) = opened.iter().find(|(known, _)| *known == device) {
        return outcome.clone();
    }
    let outcome = open_first(device);
    opened.push((device, outcome.clone()));
    outcome
}

fn open_first(device: Named) -> Result<Opened, Absence> {
    match device {
        Named::Cpu | Named::Flex => Ok((Device::flex(), "this processor".to_owned())),
        #[cfg(feature = "wgpu")]
        Named::Wgpu => graphics(burn::tensor::wgpu::WgpuBackend::Auto),
        #[cfg(feature = "vulkan")]
        Named::Vulkan => graphics(burn::tensor::wgpu::WgpuBackend::Vulkan),
        #[cfg(feature = "metal")]
        Named::Metal => graphics(burn::tensor::wgpu::WgpuBackend::Metal),
        #[cfg(feature = "cuda")]
        Named::Cuda => first(burn::tensor::DeviceType::Cuda, "no NVIDIA driver, or no GPU that it knows"),
        #[cfg(feature = "rocm")]
        Named::Rocm => first(burn::tensor::DeviceType::Rocm, "no ROCm driver, or no GPU that it knows"),
        #[allow(unreachable_patterns, reason = "a build with every feature has all of them")]
        absent => Err(Absence::NotBuilt(absent)),
    }
}

/// The best adapter of a graphics API, where one can be opened.
#[cfg(feature = "wgpu")]
fn graphics(api: burn::tensor::wgpu::WgpuBackend) -> Result<Opened, Absence> {
    let opened = Device::wgpu_options().graphics_api(api).init_with_setup();
    let (device, setup) = opened.map_err(|error| Absence::NotFound(error.to_string()))?;
    let adapter = setup.adapter.get_info();
    let software = adapter.device_type == burn::tensor::wgpu::wgpu::DeviceType::Cpu;
    let kind = if software { ", software on this processor" } else { "" };
    Ok((device, format!("{} by {:?}{kind}", adapter.name, setup.backend)))
}

/// The first of the devices of a driver. Burn panics where a driver that is there fails; that is an absent device here.
#[cfg(any(feature = "cuda", feature = "rocm"))]
fn first(kind: burn::tensor::DeviceType, none: &str) -> Result<Opened, Absence> {
    let open = || {
        let device = Device::enumerate(kind).into_iter().next()?;
        let name = device.identity().map_or_else(|| format!("{device:?}"), |identity| identity.name);
        Some((device, name))
    };
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(open)) {
        Ok(Some(opened)) => Ok(opened),
        Ok(None) => Err(Absence::NotFound(none.to_owned())),
        Err(_) => Err(Absence::NotFound("its driver failed to start".to_owned())),
    }
}
