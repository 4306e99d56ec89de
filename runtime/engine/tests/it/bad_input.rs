//! Requests that no model can answer, through a real session; it answers the next good one.

use std::error::Error as _;
use std::io::Read as _;

use monai_engine::{Answer, Options, Part, Prediction, Session};
use monai_imaging::nifti::{self, Frame, Units};
use monai_imaging::{Affine, Dtype, Volume};
use monai_pipeline::Pipeline;

use crate::{counter, fixtures};

const LIMIT: u64 = 64 << 20;
const SHAPE: [usize; 3] = [24, 20, 16];
/// Offsets in the header of NIfTI-1.
const DIM: usize = 40;
const SROW_X: usize = 280;

fn affine() -> Affine {
    Affine::new([[0.0, -1.5, 0.0, 9.0], [1.25, 0.0, 0.0, -7.0], [0.0, 0.0, 2.0, 3.0], [0.0, 0.0, 0.0, 1.0]])
        .expect("it has an inverse")
}

/// A `.nii.gz` of noise over slow waves.
fn image(channels: usize, shape: [usize; 3], rank: u8, affine: Affine) -> Vec<u8> {
    let data = counter::image("bad_input", &[&[channels], shape.as_slice()].concat());
    let volume = Volume { channels, shape, rank, data, affine };
    let frame = Frame { units: Units::Millimetre, qform_code: 0, sform_code: 1 };
    nifti::encode(&volume, Dtype::Float32, frame).expect("it fits NIfTI-1")
}

/// The good image without gzip, some bytes of its header replaced.
fn patched(offset: usize, bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    let packed = image(1, SHAPE, 3, affine());
    flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut plain).expect("it is gzip");
    plain[offset..offset + bytes.len()].copy_from_slice(bytes);
    plain
}

/// The good image with another last voxel.
fn with_voxel(voxel: f32) -> Vec<u8> {
    let end = 352 + SHAPE.iter().product::<usize>() * 4 - 4;
    patched(end, &voxel.to_le_bytes())
}

#[test]
fn bad_images_are_refused_and_the_next_good_one_is_answered() {
    let bundle = fixtures::root().join("examples/bundles/brain_tissue");
    let session = Session::prepare(Pipeline::open(&bundle).expect("it can be served"), Options::threads(2))
        .expect("it can be prepared");
    let good = image(1, SHAPE, 3, affine());
    let before = answer(&session, &good);

    let check = |name: &str, body: &[u8], limit: u64, words: &[&str]| {
        let error = session.predict(&[Part::whole(body)], limit).err().unwrap_or_else(|| panic!("{name}: answered"));
        let mut message = error.to_string();
        let mut source = error.source();
        while let Some(inner) = source {
            message = format!("{message}: {inner}");
            source = inner.source();
        }
        for word in words {
            assert!(message.contains(word), "{name}: `{message}` lacks `{word}`");
        }
    };
    check("no bytes", &[], LIMIT, &["cannot decode the image", "empty", "0 bytes"]);
    check("a text", b"GET / HTTP/1.1", LIMIT, &["cannot decode the image", "expected NIfTI, PNG or JPEG"]);
    check("half a gzip", &good[..good.len() / 2], LIMIT, &["cut off", "promises 31072 bytes"]);
    let mut flipped = good.clone();
    let middle = flipped.len() / 2;
    flipped[middle..middle + 64].iter_mut().for_each(|byte| *byte = !*byte);
    check("a damaged gzip", &flipped, LIMIT, &["gzip stream is damaged"]);
    check(
        "more voxels than bytes",
        &patched(DIM + 2, &96_i16.to_le_bytes()),
        LIMIT,
        &["promises 123232 bytes", "found 31072"],
    );
    check("a negative extent", &patched(DIM + 4, &(-20_i16).to_le_bytes()), LIMIT, &["axis 1 has extent -20"]);
    check("seven axes", &patched(DIM, &7_i16.to_le_bytes()), LIMIT, &["7 axes", "expected 2 or 3"]);
    check("NaN in the affine", &patched(SROW_X, &f32::NAN.to_le_bytes()), LIMIT, &["affine is not finite"]);
    check("a flat affine", &patched(SROW_X, &[0; 16]), LIMIT, &["affine is singular"]);
    let plane = image(1, [24, 20, 1], 2, affine());
    check("a plane", &plane, LIMIT, &["2 spatial axes", "takes 3"]);
    let coloured = image(3, SHAPE, 3, affine());
    check("three channels", &coloured, LIMIT, &["3 channels", "takes 1"]);
    check("a time series", &image(20, SHAPE, 3, affine()), LIMIT, &["20 channels", "takes 1"]);
    check("a low limit", &good, 30_719, &["needs 30720 bytes", "limit is 30719"]);
    let extents: Vec<u8> = [3_i16, 32767, 32767, 32767].iter().flat_map(|extent| extent.to_le_bytes()).collect();
    check("a header bomb", &patched(DIM, &extents), LIMIT, &["bytes of memory", "limit is 67108864"]);

    check("NaN in a voxel", &with_voxel(f32::NAN), LIMIT, &["1 voxels that are not finite", "[23, 19, 15]"]);
    check("an infinite voxel", &with_voxel(f32::INFINITY), LIMIT, &["1 voxels that are not finite", "[23, 19, 15]"]);
    let parts = session.predict(&[Part { name: Some("T1"), bytes: &good }], LIMIT).expect_err("it has no such part");
    assert!(parts.to_string().contains("a name that the bundle does not know; its are `image`"), "{parts}");
    let two = session.predict(&[Part::whole(&good), Part::whole(&good)], LIMIT).expect_err("it takes one file");
    assert!(two.to_string().contains("2 files, expected one"), "{two}");
    assert!(session.predict(&[], LIMIT).is_err(), "no file is no image");

    let mut far = *affine().matrix();
    far.iter_mut().take(3).for_each(|row| row[..3].iter_mut().for_each(|cell| *cell *= 400.0));
    let far = image(1, SHAPE, 3, Affine::new(far).expect("it has an inverse"));
    check(
        "voxels that are metres apart",
        &far,
        LIMIT,
        &["cannot transform the image", "`Spacingd`", "16777216 voxels"],
    );

    assert_eq!(answer(&session, &good).answer, before.answer, "the same image, another answer");
}

#[test]
fn answers_beyond_the_budget_are_refused_with_the_figure() {
    let bundle = fixtures::root().join("examples/bundles/brain_tissue");
    let image = image(1, SHAPE, 3, affine());
    let session = |memory: u64| {
        let pipeline = Pipeline::open(&bundle).expect("it can be served");
        let options = Options { memory: Some(memory), ..Options::threads(2) };
        Session::prepare(pipeline, options).expect("it can be prepared")
    };
    let refused = session(1 << 20).predict(&[Part::whole(&image)], LIMIT).expect_err("it needs more").to_string();
    assert!(refused.contains("bytes of memory, at most 1048576 may be used"), "{refused}");
    let needed: u64 = refused.split_whitespace().find_map(|word| word.parse().ok()).expect("the figure");
    answer(&session(needed), &image);
}

#[test]
fn images_are_held_to_what_is_left_of_them() {
    let place = tempfile::tempdir().expect("a folder");
    let bundle = place.path().join("bundle");
    for file in ["configs/inference.json", "configs/metadata.json", "models/model.pt"] {
        let (from, to) = (fixtures::root().join("examples/bundles/brain_tissue").join(file), bundle.join(file));
        std::fs::create_dir_all(to.parent().expect("it has one")).expect("it can be made");
        std::fs::copy(from, to).expect("it is committed");
    }
    let config = bundle.join("configs/inference.json");
    let text = std::fs::read_to_string(&config).expect("it is there");
    let mut json: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    json["inferer"] = serde_json::json!({"_target_": "SimpleInferer"});
    let transforms = json["preprocessing"]["transforms"].as_array_mut().expect("a list");
    transforms.push(serde_json::json!({"_target_": "CropForegroundd", "keys": "image", "source_key": "image"}));
    std::fs::write(&config, json.to_string()).expect("it is a copy");

    // A box of 16x16x16 within nothing.
    let shape = [96, 96, 96];
    let inside = |index: usize| [index / 9216, index / 96 % 96, index % 96].iter().all(|at| (40..56).contains(at));
    let data = (0..96 * 96 * 96).map(|index| if inside(index) { 1.0 + (index % 7) as f32 } else { 0.0 }).collect();
    let volume = Volume { channels: 1, shape, rank: 3, data, affine: Affine::IDENTITY };
    let frame = Frame { units: Units::Millimetre, qform_code: 0, sform_code: 1 };
    let image = nifti::encode(&volume, Dtype::Float32, frame).expect("it fits NIfTI-1");
    let parts = [Part::whole(&image)];
    let session = |memory: Option<u64>| {
        let pipeline = Pipeline::open(&bundle).unwrap_or_else(|report| panic!("{report}"));
        Session::prepare(pipeline, Options { memory, ..Options::threads(1) }).expect("it can be prepared")
    };

    let free = session(None);
    let study = free.study(&parts, LIMIT).expect("the image is good");
    let needed = free.estimate(&study).expect("it fits");
    let whole = free.estimate(&monai_pipeline::Study { preprocessed: None, ..study }).expect("it fits");
    assert_eq!((needed.grid.as_slice(), whole.grid.as_slice()), (&[16; 3][..], &[96; 3][..]));
    assert!(whole.memory > 2 * needed.memory, "{whole:?} and {needed:?}");
    session(Some(needed.memory)).predict(&parts, LIMIT).expect("it fits as it is cropped");
    let check = |memory: u64| {
        let refused = session(Some(memory)).predict(&parts, LIMIT).expect_err("it needs more").to_string();
        assert!(refused.contains(&format!("at most {memory} may be used")), "{refused}");
    };
    check(needed.memory - 1);
    check(1 << 20);
}

/// The prediction, after looking at what every answer must be.
fn answer(session: &Session, image: &[u8]) -> Prediction {
    let prediction = session.predict(&[Part::whole(image)], LIMIT).expect("the image is good");
    let Answer::Nifti(file) = &prediction.answer else { panic!("{:?}", prediction.answer) };
    let answer = nifti::decode(file).expect("the answer is NIfTI").volume;
    assert_eq!((answer.channels, answer.shape, answer.affine), (1, SHAPE, affine()));
    assert!(answer.data.iter().all(|label| [0.0, 1.0, 2.0, 3.0].contains(label)), "labels of four classes");
    let stages: Vec<&str> = prediction.stages.iter().map(|(name, _)| *name).collect();
    assert_eq!(stages, ["decode", "preprocess", "infer", "postprocess", "encode"]);
    prediction
}
