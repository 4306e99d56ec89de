//! Checkpoints crafted by hand, opcode by opcode, and files written by PyTorch.

use std::io::Write;
use std::path::Path;

use monai_weights::{Checkpoint, Dtype, Error};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A zip archive of `torch.save` with this pickle and these storages.
fn archive(pickle: &[u8], storages: &[(&str, Vec<u8>)], method: CompressionMethod) -> Vec<u8> {
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    writer.start_file("archive/data.pkl", options).unwrap();
    writer.write_all(pickle).unwrap();
    for (key, bytes) in storages {
        writer.start_file(format!("archive/data/{key}"), options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn open(bytes: &[u8], key: Option<&str>) -> Result<Checkpoint, Error> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.pt");
    std::fs::write(&path, bytes).unwrap();
    Checkpoint::open(&path, key)
}

fn text(text: &str) -> Vec<u8> {
    let mut bytes = vec![b'X'];
    bytes.extend((text.len() as u32).to_le_bytes());
    bytes.extend(text.as_bytes());
    bytes
}

fn integer(value: i32) -> Vec<u8> {
    [vec![b'J'], value.to_le_bytes().to_vec()].concat()
}

fn integers(values: &[i32]) -> Vec<u8> {
    [vec![b'('], values.iter().flat_map(|value| integer(*value)).collect(), vec![b't']].concat()
}

/// The opcodes of one tensor as `torch.save` writes them.
fn tensor(storage: &str, key: &str, elements: i32, offset: i32, shape: &[i32], strides: &[i32]) -> Vec<u8> {
    [
        b"ctorch._utils\n_rebuild_tensor_v2\n((".to_vec(),
        text("storage"),
        format!("ctorch\n{storage}\n").into_bytes(),
        text(key),
        text("cpu"),
        integer(elements),
        b"tQ".to_vec(),
        integer(offset),
        integers(shape),
        integers(strides),
        b"\x89ccollections\nOrderedDict\n)RtR".to_vec(),
    ]
    .concat()
}

fn dict(pairs: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let pairs = pairs.iter().flat_map(|(key, value)| [text(key), value.clone()].concat()).collect();
    [b"ccollections\nOrderedDict\n)R(".to_vec(), pairs, vec![b'u']].concat()
}

fn pickle(object: Vec<u8>) -> Vec<u8> {
    [vec![0x80, 2], object, vec![b'.']].concat()
}

fn floats(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

#[test]
fn state_dicts_are_found_and_read() {
    let weight = || tensor("FloatStorage", "0", 6, 0, &[2, 3], &[3, 1]);
    let check = |object: Vec<u8>, key: Option<&str>| {
        let bytes = archive(&pickle(object), &[("0", floats(&[1., 2., 3., 4., 5., 6.]))], CompressionMethod::Stored);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.pt");
        std::fs::write(&path, bytes).unwrap();
        let checkpoint = Checkpoint::open(&path, key).unwrap();
        let [entry] = checkpoint.entries() else { panic!("{:?}", checkpoint.entries()) };
        assert_eq!((entry.name.as_str(), entry.shape(), entry.dtype()), ("conv.weight", &[2, 3][..], Dtype::F32));
        assert_eq!(checkpoint.read(entry).unwrap(), [1., 2., 3., 4., 5., 6.]);
    };
    let bare = || dict(&[("conv.weight", weight())]);
    check(bare(), None);
    check(bare(), Some("model"));
    check(dict(&[("model", bare())]), Some("model"));
    check(dict(&[("epoch", integer(3)), ("model", bare())]), None);
    check(dict(&[("state_dict", bare())]), None);
    check(dict(&[("net", bare())]), None);
    check(dict(&[("generator", bare())]), Some("generator"));
}

#[test]
fn views_and_types_are_read() {
    let check = |storage: &str, bytes: Vec<u8>, elements: i32, view: (i32, &[i32], &[i32]), expected: &[f32]| {
        let object = dict(&[("t", tensor(storage, "0", elements, view.0, view.1, view.2))]);
        let checkpoint = open(&archive(&pickle(object), &[("0", bytes)], CompressionMethod::Stored), None).unwrap();
        assert_eq!(checkpoint.read(&checkpoint.entries()[0]).unwrap(), expected, "{storage} {view:?}");
    };
    let six = || floats(&[0., 1., 2., 3., 4., 5.]);
    check("FloatStorage", six(), 6, (0, &[3, 2], &[1, 3]), &[0., 3., 1., 4., 2., 5.]);
    check("FloatStorage", six(), 6, (2, &[2, 2], &[2, 1]), &[2., 3., 4., 5.]);
    check("FloatStorage", six(), 6, (5, &[], &[]), &[5.]);
    check("FloatStorage", six(), 6, (0, &[0, 4], &[4, 1]), &[]);
    check("FloatStorage", six(), 6, (1, &[3], &[0]), &[1., 1., 1.]);
    check(
        "DoubleStorage",
        [0.5_f64, -2.].iter().flat_map(|v| v.to_le_bytes()).collect(),
        2,
        (0, &[2], &[1]),
        &[0.5, -2.],
    );
    check("LongStorage", (-7_i64).to_le_bytes().to_vec(), 1, (0, &[], &[]), &[-7.]);
    check("IntStorage", (-7_i32).to_le_bytes().to_vec(), 1, (0, &[], &[]), &[-7.]);
    check("ShortStorage", (-7_i16).to_le_bytes().to_vec(), 1, (0, &[], &[]), &[-7.]);
    check("CharStorage", vec![0xff], 1, (0, &[], &[]), &[-1.]);
    check("ByteStorage", vec![0xff], 1, (0, &[], &[]), &[255.]);
    check("BoolStorage", vec![0, 1], 2, (0, &[2], &[1]), &[0., 1.]);
    // One, minus two, the smallest subnormal and infinity, by IEEE 754's tables.
    let halves = [0x3c00_u16, 0xc000, 0x0001, 0x7c00].iter().flat_map(|v| v.to_le_bytes()).collect();
    check("HalfStorage", halves, 4, (0, &[4], &[1]), &[1., -2., 5.960_464_5e-8, f32::INFINITY]);
    let brains = [0x3f80_u16, 0xc040].iter().flat_map(|v| v.to_le_bytes()).collect();
    check("BFloat16Storage", brains, 2, (0, &[2], &[1]), &[1., -3.]);
}

#[test]
fn what_is_not_data_is_refused_by_name() {
    let check = |object: &[u8], words: &str| {
        let bytes = archive(&pickle(object.to_vec()), &[("0", floats(&[1.]))], CompressionMethod::Stored);
        let error = open(&bytes, None).expect_err(words).to_string();
        assert!(error.contains(words), "{error} / {words}");
    };
    check(b"cos\nsystem\nX\x04\0\0\0true\x85R", "os.system");
    check(b"cposix\nsystem\n", "posix.system");
    check(b"c__builtin__\neval\n", "__builtin__.eval");
    check(b"X\x02\0\0\0osX\x06\0\0\0system\x93", "os.system");
    check(b"X\x02\0\0\0os)R", "REDUCE");
    check(b"ctorch\nSize\nX\x02\0\0\0os\x85R", "REDUCE of Size");
    check(b"i", "opcode 0x69");
    check(b"P1\n", "opcode 0x50");
    check(b"ccollections\nOrderedDict\n}b", "BUILD");
    // A TorchScript class is a name without code: it takes no arguments, is not called and has attributes alone.
    check(b"c__torch__.m\nModule\nK\x01\x85\x81", "NEWOBJ");
    check(b"c__torch__.m\nModule\n)R", "REDUCE of ScriptClass");
    check(b"c__torch__.m\nModule\n)\x81K\x01b", "BUILD");
    check(b"cos\nsystem\n)\x81", "os.system");
    check(b"c__torch__.m\nModule\n)\x81q\0}(X\x01\0\0\0ah\0ub", "repeat each other");
    // One long text, encoded again and again by ten bytes each.
    let long =
        [b"c_codecs\nencode\nq\0X\0\0\x0f\0".to_vec(), vec![b'a'; 0x000f_0000], text("latin1"), b"\x86q\x010".to_vec()];
    check(&[long.concat(), b"h\0h\x01R".repeat(40)].concat(), "copies far more than it holds");
    // One storage with a long key, described again and again by three bytes each.
    let key =
        [b"(".to_vec(), text("storage"), b"ctorch\nFloatStorage\n".to_vec(), text(&"k".repeat(10_000)), text("cpu")];
    check(&[key.concat(), b"K\x01tq\0".to_vec(), b"h\0Q0".repeat(100)].concat(), "copies far more than it holds");
    check(b"", "the stack is empty");
    check(b"h\x07", "a memo that was not set");
    check(b"X\xff\xff\xff\xff", "ends early");
    check(b"]", "not a dictionary");
    check(&dict(&[("weights", dict(&[]))]), "its keys are [weights], expected model, state_dict, net");
    let one = |elements, offset, shape: &[i32], strides: &[i32]| {
        dict(&[
            ("t", tensor("FloatStorage", "0", elements, offset, shape, strides)),
            ("u", tensor("FloatStorage", "0", 1, 0, &[], &[])),
        ])
    };
    check(&one(1, 0, &[2], &[1]), "tensor `t`");
    check(&one(1, 1, &[1], &[1]), "leaves the 1 stored elements");
    check(&one(2, 0, &[1], &[1]), "has 4 bytes");
    check(&one(1, 0, &[1], &[1, 1]), "1 extents but 2 strides");
    check(&one(1, 0, &[i32::MAX, i32::MAX, i32::MAX], &[0, 0, 0]), "needs more than the 1 stored");
    check(&one(1, -1, &[1], &[1]), "negative offset");
    check(&dict(&[("t", tensor("FloatStorage", "7", 1, 0, &[], &[]))]), "`7` is not in the archive");
    check(&dict(&[("model", dict(&[("t", integer(1))]))]), "tensor `t`: is not a tensor");
}

#[test]
fn files_of_another_form_are_refused() {
    let check = |bytes: &[u8], words: &str| {
        let error = open(bytes, None).expect_err(words).to_string();
        assert!(error.contains(words), "{error} / {words}");
    };
    check(b"", "0 bytes");
    check(b"PK\x03\x04 and nothing else", "zip directory");
    check(b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.", "before 1.6");
    check(b"not a checkpoint", "neither a zip archive");
    let object = pickle(dict(&[("t", tensor("FloatStorage", "0", 1, 0, &[], &[]))]));
    check(&archive(&object, &[("0", floats(&[1.]))], CompressionMethod::Deflated), "compressed");
    assert!(Checkpoint::open(Path::new("/nowhere/model.pt"), None).is_err());
}

fn safetensors(header: &str, data: &[u8]) -> Vec<u8> {
    [(header.len() as u64).to_le_bytes().to_vec(), header.as_bytes().to_vec(), data.to_vec()].concat()
}

#[test]
fn safetensors_are_read() {
    let header = r#"{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"I64","shape":[],"data_offsets":[8,16]}}"#;
    let checkpoint =
        open(&safetensors(header, &[floats(&[1.5, -1.]), 9_i64.to_le_bytes().to_vec()].concat()), None).unwrap();
    assert_eq!(checkpoint.entries().len(), 2);
    assert_eq!(checkpoint.read(checkpoint.get("a").unwrap()).unwrap(), [1.5, -1.]);
    assert_eq!(checkpoint.read(checkpoint.get("b").unwrap()).unwrap(), [9.]);
    assert!(checkpoint.get("c").is_none());
}

#[test]
fn lying_safetensors_are_refused() {
    let check = |header: &str, words: &str| {
        let error = open(&safetensors(header, &[0; 8]), None).expect_err(words).to_string();
        assert!(error.contains(words), "{error} / {words}");
    };
    check(r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,16]}}"#, "lie outside the 8 bytes");
    check(r#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}"#, "does not fill 8 bytes");
    check(r#"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, "needs more than the 2 stored");
    check(r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, "lie outside");
    check(r#"{"a":{"dtype":"C64","shape":[1],"data_offsets":[0,8]}}"#, "dtype `C64`");
    check(r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"more":1}}"#, "unknown field `more`");
    check(
        r#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
        "appears twice",
    );
    check(
        r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
        "overlap",
    );
    check("{not json", "not JSON");
    let mut lying = safetensors("{}", &[]);
    lying[..8].copy_from_slice(&(1_u64 << 60).to_le_bytes());
    lying.resize(64, b' ');
    lying[8] = b'{';
    let error = open(&lying, None).expect_err("a lying length").to_string();
    assert!(error.contains("claims"), "{error}");
}
