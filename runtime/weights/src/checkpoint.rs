use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use crate::dtype::Dtype;
use crate::error::Error;
use crate::tensor::View;
use crate::{safetensors, torch_zip};

/// The tensors of a checkpoint file, known by their headers; the file stays open for reading their data.
#[derive(Debug)]
pub struct Checkpoint {
    file: File,
    name: String,
    entries: Vec<Entry>,
}

/// One tensor of a checkpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Name in the state dictionary, such as `model.0.conv.weight`.
    pub name: String,
    pub(crate) view: View,
}

impl Entry {
    /// Extent of each axis; empty for a scalar.
    pub fn shape(&self) -> &[usize] {
        &self.view.shape
    }

    /// Element type in the file.
    pub fn dtype(&self) -> Dtype {
        self.view.dtype
    }

    /// Number of elements.
    pub fn count(&self) -> usize {
        self.view.count
    }
}

impl Checkpoint {
    /// Opens a `.pt` (zip), a TorchScript `.ts` or a `.safetensors` file, told apart by content.
    ///
    /// `key` is the key of MONAI's `CheckpointLoader.load_dict`. As there, a file without that key may be the bare state
    /// dictionary. Without a key, a state dictionary below `model`, `state_dict` or `net` is found too. A TorchScript
    /// program has the names of its network's state dictionary, whatever the key.
    pub fn open(path: &Path, key: Option<&str>) -> Result<Checkpoint, Error> {
        let name = path.display().to_string();
        let read = |source| Error::Read { file: name.clone(), source };
        let file = File::open(path).map_err(read)?;
        let metadata = file.metadata().map_err(read)?;
        let format = |reason: &str| Error::Format { file: name.clone(), reason: reason.to_owned() };
        if !metadata.is_file() {
            return Err(format("it is not a file"));
        }
        let mut head = [0_u8; 10];
        if metadata.len() < head.len() as u64 {
            return Err(format(&format!("it has {} bytes", metadata.len())));
        }
        file.read_exact_at(&mut head, 0).map_err(read)?;
        let entries = if head.starts_with(b"PK\x03\x04") {
            torch_zip::entries(&file, &name, metadata.len(), key)?
        } else if head[0] == 0x80 && head[2] == 0x8a {
            return Err(format("it has the form that PyTorch wrote before 1.6; save it again with a newer PyTorch"));
        } else if head[8] == b'{' {
            safetensors::entries(&file, &name, metadata.len())?
        } else {
            return Err(format("it is neither a zip archive of torch.save or torch.jit.save nor safetensors"));
        };
        Ok(Checkpoint { file, name, entries })
    }

    /// The tensors in the order of the file.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The tensor of this name.
    pub fn get(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == name)
    }

    /// Reads one tensor of this checkpoint as singles in C order.
    pub fn read(&self, entry: &Entry) -> Result<Vec<f32>, Error> {
        let mut bytes = vec![0; entry.view.extent * entry.view.dtype.size()];
        let read = |source| Error::Read { file: self.name.clone(), source };
        self.file.read_exact_at(&mut bytes, entry.view.start).map_err(read)?;
        Ok(entry.view.gather(&bytes))
    }
}
