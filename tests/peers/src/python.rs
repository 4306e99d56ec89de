//! A Python with MONAI and PyTorch.

use std::path::PathBuf;
use std::process::Command;

use lab::root;

use crate::error::Error;
use crate::programs::{find, output};

/// Says which versions there are; fails where one is missing.
const VERSIONS: &str = "\
import sys, einops, fire, ignite, monai, nibabel, onnx, onnxruntime, openvino, PIL, scipy, skimage, torch, torchvision, yaml
print(f'Python {sys.version.split()[0]}, MONAI {monai.__version__}, PyTorch {torch.__version__}, '
      f'ONNX Runtime {onnxruntime.__version__}, OpenVINO {openvino.__version__.split(\"-\")[0]}')";

/// A Python that has MONAI.
pub(crate) struct Python {
    pub(crate) program: PathBuf,
    /// The versions of its libraries.
    pub(crate) versions: String,
}

impl Python {
    /// The given one, else one in the cache outside the clone, made from `requirements.txt` where it is missing.
    pub(crate) fn find(given: Option<PathBuf>) -> Result<Self, Error> {
        let program = given.map_or_else(own, Ok)?;
        let versions = output(Command::new(&program).args(["-W", "ignore", "-c", VERSIONS]))?.trim().to_owned();
        Ok(Self { program, versions })
    }
}

fn own() -> Result<PathBuf, Error> {
    let requirements = root().join("tests/peers/requirements.txt");
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache =
        set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache"))).ok_or(Error::FindCache)?;
    let folder = cache.join("terraform-provider-monai/peers-python");
    let program = folder.join("bin/python");
    let python = find("python3", "install Python 3.10 or newer with `venv`, or give `--python PATH`")?;
    if !program.is_file() {
        eprintln!("peers: python3 -m venv {} ...", folder.display());
        output(Command::new(python).args(["-m", "venv"]).arg(&folder))?;
    }
    // Quick where nothing is missing.
    eprintln!("peers: pip install -r {} ...", requirements.display());
    output(Command::new(&program).args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(requirements))?;
    Ok(program)
}
