//! Damaged and hostile checkpoints: no panic, no memory beyond what the file pays for, and every number that is read
//! stands in the file.

use std::collections::HashSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use fuzz::{Corpus, peak};
use monai_weights::{Checkpoint, Dtype};
use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// Storages beside each pickle, and the bytes of each.
const STORAGES: usize = 6;
const STORAGE: usize = 24;

/// Memory that one byte of a pickle or of a directory may cost.
const PER_BYTE: usize = 400;
/// What opening any file costs, and the copies that a pickle has free: 64 Ki items of 16 bytes, while a list of them grows.
const FIXED: usize = 4 << 20;
/// Deflate cannot inflate by more than this.
const BEST_RATIO: usize = 1032;

/// Byte `i` of a storage, from which every tensor can be told.
fn storage() -> Vec<u8> {
    (0..STORAGE as u8).collect()
}

fn archive(pickle: &[u8]) -> Vec<u8> {
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut put = |name: String, bytes: &[u8]| {
        writer.start_file(name, options).expect("a member begins");
        writer.write_all(bytes).expect("a member is written");
    };
    put("archive/data.pkl".to_owned(), pickle);
    (0..STORAGES).for_each(|key| put(format!("archive/data/{key}"), &storage()));
    writer.finish().expect("the archive ends").into_inner()
}

/// A file that is written anew for each input.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Place {
        Place { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    fn write(&self, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join("model.pt");
        std::fs::write(&path, bytes).expect("the file is written");
        path
    }
}

/// Opens a file and reads all of it; the number of tensors where it is accepted.
fn open(path: &Path, bound: usize, length: usize) -> Result<Option<Checkpoint>, String> {
    let (outcome, taken) = peak(|| Checkpoint::open(path, None));
    if taken > bound {
        return Err(format!("{taken} bytes of memory for a file of {length}, expected at most {bound}"));
    }
    let checkpoint = match outcome {
        Ok(checkpoint) => checkpoint,
        Err(error) if error.to_string().is_empty() => return Err("refused without a reason".to_owned()),
        Err(_) => return Ok(None),
    };
    let mut names = HashSet::new();
    for entry in checkpoint.entries() {
        if !names.insert(&entry.name) {
            return Err(format!("`{}` is there twice", entry.name));
        }
        if entry.shape().iter().product::<usize>() != entry.count() {
            return Err(format!("shape {:?} of {} numbers", entry.shape(), entry.count()));
        }
        let (values, taken) = peak(|| checkpoint.read(entry));
        let values = values.map_err(|error| format!("accepted but not read: {error}"))?;
        if values.len() != entry.count() {
            return Err(format!("{} numbers of {}", values.len(), entry.count()));
        }
        // The file's own bytes and four of memory for each number, which a byte of the file at least pays for.
        if taken > FIXED + 5 * length {
            return Err(format!("{taken} bytes of memory to read from a file of {length}"));
        }
    }
    Ok(Some(checkpoint))
}

fn check_pickle(place: &Place, pickle: &[u8]) -> Result<bool, String> {
    let bytes = archive(pickle);
    let bound = FIXED + PER_BYTE * pickle.len();
    let Some(checkpoint) = open(&place.write(&bytes), bound, bytes.len())? else { return Ok(false) };
    let storage = storage();
    for entry in checkpoint.entries().iter().filter(|entry| matches!(entry.dtype(), Dtype::F32 | Dtype::U8)) {
        let stored: Vec<f32> = match entry.dtype() {
            Dtype::F32 => {
                storage.chunks_exact(4).map(|raw| f32::from_le_bytes([raw[0], raw[1], raw[2], raw[3]])).collect()
            }
            _ => storage.iter().map(|byte| f32::from(*byte)).collect(),
        };
        let values = checkpoint.read(entry).map_err(|error| error.to_string())?;
        if let Some(other) = values.iter().find(|value| !stored.contains(value)) {
            return Err(format!("`{}` holds {other}, which is in no storage", entry.name));
        }
    }
    Ok(true)
}

fn check_file(place: &Place, bytes: &[u8]) -> Result<bool, String> {
    let bound = FIXED + PER_BYTE * bytes.len().max(inflated_pickle(bytes));
    open(&place.write(bytes), bound, bytes.len()).map(|checkpoint| checkpoint.is_some())
}

/// A pickle in a zip may be compressed, so that fewer bytes pay for it: what it claims to be, as far as that can be true.
fn inflated_pickle(bytes: &[u8]) -> usize {
    let Ok(mut archive) = ZipArchive::new(std::io::Cursor::new(bytes)) else { return 0 };
    let sizes = (0..archive.len()).filter_map(|index| {
        let member = archive.by_index_raw(index).ok()?;
        (member.name().ends_with("/data.pkl") && member.compression() != CompressionMethod::Stored)
            .then(|| member.size())
    });
    let most = (bytes.len() * BEST_RATIO).min(16 << 20);
    sizes.max().map_or(0, |size| usize::try_from(size).unwrap_or(most).min(most))
}

fn corpus(name: &str) -> Corpus {
    Corpus::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(name))
}

#[test]
fn the_pickles_are_read_or_refused() {
    let place = Place::new();
    corpus("pickle").replay(|pickle| check_pickle(&place, pickle));
}

#[test]
fn the_checkpoints_are_read_or_refused() {
    let place = Place::new();
    corpus("checkpoint").replay(|bytes| check_file(&place, bytes));
}

#[test]
fn mutated_pickles_are_read_consistently_or_refused() {
    let place = Place::new();
    let words: [&[u8]; 26] = [
        b"c__torch__.m\nModule\n",
        b")\x81",
        b"}(X\x01\0\0\0a",
        b"ub",
        b"ccollections\nOrderedDict\n",
        b"ctorch._utils\n_rebuild_tensor_v2\n",
        b"cos\nsystem\n",
        b"ctorch\nSize\n",
        b")",
        b"R",
        b"(",
        b"t",
        b"u",
        b"}",
        b"]",
        b"q\0",
        b"h\0",
        b"h\x01",
        b"Q",
        b"K\x01",
        b"X\x01\0\0\0a",
        b"b",
        b"s",
        b"2",
        b"h\0h\x01R",
        b"h\x05Q0",
    ];
    corpus("pickle").mutate(&words, |pickle| check_pickle(&place, pickle));
}

#[test]
fn mutated_checkpoints_are_read_consistently_or_refused() {
    let place = Place::new();
    let words: [&[u8]; 8] = [
        b"PK\x03\x04",
        b"PK\x01\x02",
        b"PK\x05\x06",
        b"[0,1]",
        b"{",
        b"\"F32\"",
        b"18446744073709551615",
        b"archive/data.pkl",
    ];
    corpus("checkpoint").mutate(&words, |bytes| check_file(&place, bytes));
}
