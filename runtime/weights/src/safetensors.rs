//! The header of a `.safetensors` file: eight bytes of length, JSON, then the data.

use std::fmt;
use std::fs::File;
use std::os::unix::fs::FileExt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;

use crate::checkpoint::Entry;
use crate::dtype::Dtype;
use crate::error::Error;
use crate::tensor::View;

/// Longest header.
const MAX_HEADER: u64 = 16 * 1024 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    dtype: String,
    shape: Vec<usize>,
    data_offsets: [u64; 2],
}

/// Key and value pairs as they stand, duplicates included.
struct Pairs(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Pairs;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object of tensors")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(All)
    }
}

/// Lists the tensors of a file of `length` bytes.
pub(crate) fn entries(file: &File, name: &str, length: u64) -> Result<Vec<Entry>, Error> {
    let format = |reason: String| Error::Format { file: name.to_owned(), reason };
    let read = |source| Error::Read { file: name.to_owned(), source };
    let mut size = [0_u8; 8];
    file.read_exact_at(&mut size, 0).map_err(read)?;
    let header = u64::from_le_bytes(size);
    if header > MAX_HEADER || header > length - 8 {
        return Err(format(format!("its header claims {header} bytes of a file of {length}")));
    }
    let mut bytes = vec![0; header as usize];
    file.read_exact_at(&mut bytes, 8).map_err(read)?;
    let Pairs(pairs) =
        serde_json::from_slice(&bytes).map_err(|error| format(format!("its header is not JSON: {error}")))?;
    let data = 8 + header;
    let mut entries: Vec<Entry> = Vec::with_capacity(pairs.len());
    let mut ranges = Vec::with_capacity(pairs.len());
    let mut names = std::collections::HashSet::new();
    for (tensor, value) in pairs {
        if tensor == "__metadata__" {
            continue;
        }
        let fail = |reason: String| Error::Tensor { file: name.to_owned(), tensor: tensor.clone(), reason };
        if !names.insert(tensor.clone()) {
            return Err(fail("appears twice".to_owned()));
        }
        let description: Description = serde_json::from_value(value).map_err(|error| fail(error.to_string()))?;
        let dtype = dtype(&description.dtype).ok_or_else(|| fail(format!("dtype `{}`", description.dtype)))?;
        let [begin, end] = description.data_offsets;
        if begin > end || end > length - data {
            return Err(fail(format!("bytes {begin} to {end} lie outside the {} bytes of data", length - data)));
        }
        let elements = (end - begin) / dtype.size() as u64;
        let strides = View::contiguous(&description.shape);
        let view = View::new(dtype, description.shape, strides, data + begin, 0, elements as usize).map_err(fail)?;
        if view.count as u64 * dtype.size() as u64 != end - begin {
            return Err(fail(format!("shape {:?} of {dtype} does not fill {} bytes", view.shape, end - begin)));
        }
        ranges.push((begin, end));
        entries.push(Entry { name: tensor, view });
    }
    ranges.sort_unstable();
    if ranges.windows(2).any(|pair| pair[0].1 > pair[1].0) {
        return Err(format("two tensors overlap".to_owned()));
    }
    Ok(entries)
}

fn dtype(name: &str) -> Option<Dtype> {
    Some(match name {
        "F64" => Dtype::F64,
        "F32" => Dtype::F32,
        "F16" => Dtype::F16,
        "BF16" => Dtype::Bf16,
        "I64" => Dtype::I64,
        "I32" => Dtype::I32,
        "I16" => Dtype::I16,
        "I8" => Dtype::I8,
        "U8" => Dtype::U8,
        "BOOL" => Dtype::Bool,
        _ => return None,
    })
}
