//! The zip archive of `torch.save` and of `torch.jit.save`: `NAME/data.pkl` describes the tensors, `NAME/data/KEY` hold the
//! storages, stored. The code of a TorchScript program is not looked at.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;

use zip::{CompressionMethod, ZipArchive};

use crate::checkpoint::Entry;
use crate::error::Error;
use crate::pickle::{self, Heap, Object, Ref, Refusal, Tensor};
use crate::tensor::View;
use crate::torch_script;

/// Largest `data.pkl`.
const MAX_PICKLE: u64 = 16 * 1024 * 1024;
/// Keys below which training scripts keep the state dictionary.
const USUAL_KEYS: [&str; 3] = ["model", "state_dict", "net"];

/// Lists the tensors of the state dictionary of a file of `length` bytes.
pub(crate) fn entries(file: &File, name: &str, length: u64, key: Option<&str>) -> Result<Vec<Entry>, Error> {
    let format = |reason: String| Error::Format { file: name.to_owned(), reason };
    let read = |source| Error::Read { file: name.to_owned(), source };
    let handle = file.try_clone().map_err(read)?;
    let mut archive = ZipArchive::new(handle).map_err(|error| format(format!("its zip directory: {error}")))?;
    let pickles: Vec<String> =
        archive.file_names().filter(|name| name.ends_with("/data.pkl")).map(str::to_owned).collect();
    let [pickle] = pickles.as_slice() else {
        return Err(format(format!("the archive has {} files `*/data.pkl`, expected one", pickles.len())));
    };
    let prefix = pickle.trim_end_matches("data.pkl").to_owned();
    if let Some(order) = text(&mut archive, &format!("{prefix}byteorder"))
        && order != "little"
    {
        return Err(format(format!("its byte order is `{order}`, expected `little`")));
    }
    let mut bytes = Vec::new();
    let member = archive.by_name(pickle).map_err(|error| format(format!("`{pickle}`: {error}")))?;
    if member.size() > MAX_PICKLE || member.size() > length.saturating_mul(1000) {
        return Err(format(format!("`{pickle}` claims {} bytes", member.size())));
    }
    member.take(MAX_PICKLE).read_to_end(&mut bytes).map_err(read)?;
    let heap = pickle::load(&bytes).map_err(|refusal| match refusal {
        Refusal::Name(used) => Error::Refused { file: name.to_owned(), name: used },
        Refusal::Malformed(reason) => format(format!("`{pickle}`: {reason}")),
    })?;
    let mut storages = Storages { archive, prefix, length, known: HashMap::new() };
    let mut entries: Vec<Entry> = Vec::new();
    let mut names = std::collections::HashSet::new();
    let tensors = match heap.get(heap.root) {
        Object::Module(_) => torch_script::state_dict(&heap, bytes.len())
            .map_err(|reason| Error::StateDict { file: name.to_owned(), reason })?,
        _ => state_dict(&heap, name, key)?,
    };
    for (tensor_name, value) in tensors {
        let fail = |reason: String| Error::Tensor { file: name.to_owned(), tensor: tensor_name.clone(), reason };
        let Object::Tensor(tensor) = heap.get(value) else { return Err(fail("is not a tensor".to_owned())) };
        if !names.insert(tensor_name.clone()) {
            return Err(fail("appears twice".to_owned()));
        }
        let view = storages.view(tensor).map_err(fail)?;
        entries.push(Entry { name: tensor_name, view });
    }
    Ok(entries)
}

fn text(archive: &mut ZipArchive<File>, name: &str) -> Option<String> {
    let mut text = String::new();
    archive.by_name(name).ok()?.take(16).read_to_string(&mut text).ok()?;
    Some(text)
}

struct Storages {
    archive: ZipArchive<File>,
    prefix: String,
    length: u64,
    /// Where each storage begins, by key.
    known: HashMap<String, (u64, u64)>,
}

impl Storages {
    fn view(&mut self, tensor: &Tensor) -> Result<View, String> {
        let storage = &tensor.storage;
        let (start, size) = match self.known.get(&storage.key) {
            Some(found) => *found,
            None => {
                let found = self.locate(&storage.key)?;
                self.known.insert(storage.key.clone(), found);
                found
            }
        };
        let needed = (storage.elements as u64).checked_mul(storage.dtype.size() as u64);
        if needed != Some(size) {
            return Err(format!(
                "its storage `{}` has {size} bytes, {} elements of {} need another number",
                storage.key, storage.elements, storage.dtype
            ));
        }
        let (shape, strides) = (tensor.shape.clone(), tensor.strides.clone());
        View::new(storage.dtype, shape, strides, start, tensor.offset, storage.elements)
    }

    fn locate(&mut self, key: &str) -> Result<(u64, u64), String> {
        let name = format!("{}data/{key}", self.prefix);
        let member = self.archive.by_name(&name).map_err(|_| format!("its storage `{key}` is not in the archive"))?;
        if member.compression() != CompressionMethod::Stored || member.encrypted() {
            return Err(format!("its storage `{key}` is compressed or encrypted"));
        }
        let (start, size) = (member.data_start(), member.size());
        let inside = start.checked_add(size).is_some_and(|end| end <= self.length);
        if !inside || member.compressed_size() != size {
            return Err(format!("its storage `{key}` lies outside the file"));
        }
        Ok((start, size))
    }
}

/// The pairs of the state dictionary: below the key, or the whole file.
fn state_dict(heap: &Heap, file: &str, key: Option<&str>) -> Result<Vec<(String, Ref)>, Error> {
    let fail = |reason: String| Error::StateDict { file: file.to_owned(), reason };
    let Object::Dict(top) = heap.get(heap.root) else {
        return Err(fail("the pickle's object is not a dictionary".to_owned()));
    };
    let find = |wanted: &str| {
        let named = |reference: Ref| matches!(heap.get(reference), Object::Str(text) if text == wanted);
        top.iter().rev().find(|(key, _)| named(*key)).and_then(|(_, value)| match heap.get(*value) {
            Object::Dict(pairs) => Some(pairs),
            _ => None,
        })
    };
    let holds_tensors = top.iter().any(|(_, value)| matches!(heap.get(*value), Object::Tensor(_)));
    let nested = match key {
        Some(key) => find(key).or(holds_tensors.then_some(top)),
        None if holds_tensors => Some(top),
        None => USUAL_KEYS.into_iter().find_map(find),
    };
    let pairs = nested.ok_or_else(|| {
        let found: Vec<&str> = top
            .iter()
            .take(20)
            .filter_map(|(key, _)| match heap.get(*key) {
                Object::Str(text) => Some(text.as_str()),
                _ => None,
            })
            .collect();
        let expected = key.map_or_else(|| USUAL_KEYS.join(", "), str::to_owned);
        fail(format!("its keys are [{}], expected {expected}", found.join(", ")))
    })?;
    pairs
        .iter()
        .map(|(key, value)| match heap.get(*key) {
            Object::Str(name) => Ok((name.clone(), *value)),
            _ => Err(fail("a key is not a string".to_owned())),
        })
        .collect()
}
