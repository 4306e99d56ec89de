//! Requests and bundles that cannot be honoured: status, code and words, and a good one after each. Nothing of them is
//! executed and nothing is lost.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;

use flate2::read::GzDecoder;
use monai_imaging::nifti::{self, Frame, Units};
use monai_imaging::{Affine, Dtype, Volume};
use serde_json::{Value, json};
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::endpoint::{Endpoint, KEY};

const SHAPE: [usize; 3] = [24, 20, 16];
/// Offsets in the header of NIfTI-1.
const DIM: usize = 40;
const SROW_X: usize = 280;

fn image(shape: [usize; 3], rank: u8) -> Vec<u8> {
    let affine = [[-1.5, 0.0, 0.0, 9.0], [0.0, 1.25, 0.0, -7.0], [0.0, 0.0, 2.0, 3.0], [0.0, 0.0, 0.0, 1.0]];
    let affine = Affine::new(affine).expect("it has an inverse");
    let count = shape.iter().product::<usize>() as u32;
    let data = (0..count).map(|index| (index.wrapping_mul(2_654_435_761) >> 24) as f32).collect();
    let volume = Volume { channels: 1, shape, rank, data, affine };
    let frame = Frame { units: Units::Millimetre, qform_code: 0, sform_code: 1 };
    nifti::encode(&volume, Dtype::Float32, frame).expect("it fits NIfTI-1")
}

/// The good image without gzip, some bytes of its header replaced.
fn patched(offset: usize, bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    GzDecoder::new(image(SHAPE, 3).as_slice()).read_to_end(&mut plain).expect("it is gzip");
    plain[offset..offset + bytes.len()].copy_from_slice(bytes);
    plain
}

/// A request with the key; returns the status and the body.
fn post(endpoint: &Endpoint, headers: &[(&str, &str)], body: &[u8]) -> (u16, Vec<u8>) {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let url = format!("http://127.0.0.1:{}/v1/predict", endpoint.port);
    let mut request = agent.post(url).header("Authorization", format!("Bearer {KEY}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut response = request.send(body).expect("the endpoint answers");
    (response.status().as_u16(), response.body_mut().read_to_vec().expect("the answer is whole"))
}

#[test]
fn bad_requests_are_refused_and_the_next_good_one_is_answered() {
    let mut endpoint = Endpoint::new();
    endpoint.set("serving", json!({ "max_volume": "1MiB" }));
    endpoint.apply().succeeded();
    let good = image(SHAPE, 3);
    let (status, answer) = post(&endpoint, &[], &good);
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&answer));

    let long = "a".repeat(20_000);
    let (lying, not_a_number) = (96_i16.to_le_bytes(), f32::NAN.to_le_bytes());
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], Vec<u8>, u16, &'a str, &'a [&'a str]);
    let cases: [Case<'_>; 9] = [
        ("a truncated gzip", &[], good[..good.len() / 2].to_vec(), 400, "malformed", &["cut off"]),
        ("lying dimensions", &[], patched(DIM + 2, &lying), 400, "malformed", &["promises 123232 bytes", "31072"]),
        ("NaN in the affine", &[], patched(SROW_X, &not_a_number), 400, "malformed", &["affine is not finite"]),
        ("a plane", &[], image([24, 20, 1], 2), 422, "unsuitable_input", &["3 spatial axes", "2"]),
        ("no bytes", &[], Vec::new(), 400, "malformed", &["0 bytes"]),
        (
            "no image",
            &[],
            b"PatientName DOE^JANE".to_vec(),
            415,
            "unsupported_media_type",
            &["no image of a known format"],
        ),
        ("a body over the limit", &[], vec![0; (1 << 20) + 1], 413, "body_too_large", &["1048576 bytes"]),
        ("a header bomb", &[("x-bomb", &long)], good.clone(), 431, "headers_too_large", &["16384 bytes"]),
        (
            "another kind",
            &[("content-type", "application/json")],
            good.clone(),
            415,
            "unsupported_media_type",
            &["application/gzip"],
        ),
    ];
    for (name, headers, body, status, code, words) in cases {
        let (found, reply) = post(&endpoint, headers, &body);
        let reply = String::from_utf8_lossy(&reply).into_owned();
        assert_eq!(found, status, "{name}: {reply}");
        let value: Value = serde_json::from_str(&reply).unwrap_or_else(|error| panic!("{name}: {error}: {reply}"));
        assert_eq!(value["code"], code, "{name}");
        for word in words {
            assert!(reply.contains(word), "{name}: `{word}` is missing: {reply}");
        }
        assert_eq!(post(&endpoint, &[], &good), (200, answer.clone()), "after {name}");
    }
    let log = fs::read_to_string(endpoint.endpoints().join("endpoints/it/logs/runtime.log")).expect("there is a log");
    assert!(!log.contains("DOE^JANE") && !log.contains(KEY), "the log holds what came with a request");
    endpoint.destroy().succeeded();
}

/// A checkpoint as PyTorch writes it, with these bytes as its pickle.
fn checkpoint(path: &Path, pickle: &[u8]) {
    let file = fs::File::create(path).expect("the bundle is ours");
    let mut archive = ZipWriter::new(file);
    for (name, bytes) in [("model/data.pkl", pickle), ("model/version", b"3\n"), ("model/byteorder", b"little")] {
        let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        archive.start_file(name, stored).expect("the entry is begun");
        archive.write_all(bytes).expect("the entry is written");
    }
    archive.finish().expect("the archive is written");
}

#[test]
fn bad_bundles_are_refused_at_plan_and_nothing_of_them_is_executed() {
    type Harm = fn(&Path, &Path);
    fn config(bundle: &Path, change: impl FnOnce(&mut Value)) {
        let file = bundle.join("configs/inference.json");
        let text = fs::read_to_string(&file).expect("the bundle has a config");
        let mut value = serde_json::from_str(&text).expect("it is JSON");
        change(&mut value);
        fs::write(&file, value.to_string()).expect("the bundle is ours");
    }
    let cases: [(&str, Harm, &[&str]); 5] = [
        (
            "code in an expression",
            |bundle, proof| {
                let code = format!("$__import__('os').system('touch {}')", proof.display());
                config(bundle, |config| config["inferer"] = json!(code));
            },
            &["inference.json", "inferer", "__import__"],
        ),
        (
            "code in a pickle",
            |bundle, proof| {
                let pickle = format!("cos\nsystem\n(S'touch {}'\ntR.", proof.display());
                checkpoint(&bundle.join("models/model.pt"), pickle.as_bytes());
            },
            &["model.pt", "os.system"],
        ),
        (
            "references in a circle",
            |bundle, _| {
                config(bundle, |config| {
                    config["one"] = json!("@two");
                    config["two"] = json!("@one");
                    config["network_def"]["in_channels"] = json!("@one");
                });
            },
            &["inference.json", "one", "two"],
        ),
        (
            "a key twice",
            |bundle, _| {
                let file = bundle.join("configs/inference.json");
                let text = fs::read_to_string(&file).expect("the bundle has a config");
                let twice = text.replacen('{', "{ \"inferer\": 1, ", 1);
                fs::write(&file, twice).expect("the bundle is ours");
            },
            &["inference.json", "duplicate key `inferer`"],
        ),
        (
            "weights of another network",
            |bundle, _| config(bundle, |config| config["network_def"]["out_channels"] = json!(9)),
            &["model.pt", "9"],
        ),
    ];
    for (name, harm, words) in cases {
        let endpoint = Endpoint::new();
        let proof = endpoint.path().join("executed");
        harm(&endpoint.bundle(), &proof);
        let ran = endpoint.plan();
        assert!(!proof.exists(), "{name} was executed");
        ran.failed_with(&[&["This bundle does not run"], words].concat());
        endpoint.restore_bundle();
        assert_eq!(endpoint.planned(), ["create"], "after {name}");
    }
}
