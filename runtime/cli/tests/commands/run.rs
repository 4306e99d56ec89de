use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Output;

use flate2::read::GzDecoder;
use monai_cli::model_card;
use monai_engine::{Answer, Options, Part, Session};
use monai_imaging::nifti::{Frame, Units, decode, encode};
use monai_imaging::{Affine, Dtype, Volume};
use monai_pipeline::Pipeline;
use monai_server::Refusal;
use monai_spec::api::{Beside, BesideKind};
use monai_spec::{Auth, Settings};
use serde_json::Value;

use crate::{brain_tissue, changed, guided, monai, place, stderr, stdout};

/// A bright ball in an oblique, anisotropic volume, as `.nii.gz`.
pub(crate) fn image(shape: [usize; 3]) -> Vec<u8> {
    let affine = [[-1.5, 0.0, 0.1, 20.0], [0.0, 1.2, 0.0, -15.0], [0.1, 0.0, 1.5, 4.0], [0.0, 0.0, 0.0, 1.0]];
    let centre = shape.map(|extent| extent as f64 / 2.0);
    let data = (0..shape.iter().product::<usize>()).map(|index| {
        let place = [index / (shape[1] * shape[2]), index / shape[2] % shape[1], index % shape[2]];
        let distance: f64 = (0..3).map(|axis| ((place[axis] as f64 - centre[axis]) / centre[axis]).powi(2)).sum();
        if distance < 0.6 { (1000.0 - 900.0 * distance) as f32 } else { 0.0 }
    });
    let volume = Volume::new(1, shape, data.collect(), Affine::new(affine).expect("invertible")).expect("of its shape");
    let frame = Frame { sform_code: 1, qform_code: 0, units: Units::Millimetre };
    encode(&volume, Dtype::Int16, frame).expect("it is encoded")
}

fn inflated(gzip: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    GzDecoder::new(gzip).read_to_end(&mut bytes).expect("it is gzip");
    bytes
}

fn run(bundle: &Path, images: &[&Path], output: &Path, more: &[&str]) -> (Output, Vec<Value>) {
    let mut arguments: Vec<&dyn AsRef<OsStr>> = vec![&bundle];
    arguments.extend(images.iter().map(|image| image as &dyn AsRef<OsStr>));
    arguments.push(&"-o");
    arguments.push(&output);
    arguments.extend(more.iter().map(|word| word as &dyn AsRef<OsStr>));
    let output = monai("run", &arguments);
    let lines = stdout(&output).lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
    (output, lines)
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("it is a folder")
        .map(|entry| entry.expect("it is read").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn each_image_is_answered_and_a_bad_one_fails_alone() {
    let place = place();
    let path = |name: &str| place.path().join(name);
    let good = image([20, 24, 16]);
    fs::write(path("a.nii.gz"), &good).expect("it is written");
    fs::write(path("b.nii"), inflated(&good)).expect("it is written");
    fs::write(path("cut.nii.gz"), &good[..good.len() / 2]).expect("it is written");
    let images = ["a.nii.gz", "cut.nii.gz", "missing.nii.gz", "b.nii"].map(path);
    let images: Vec<&Path> = images.iter().map(PathBuf::as_path).collect();
    let out = path("out");
    let (output, lines) = run(&brain_tissue(), &images, &out, &["--threads", "2"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let given: Vec<&str> = lines.iter().filter_map(|line| line["image"].as_str()).collect();
    assert_eq!(given, images.iter().map(|path| path.to_str().expect("UTF-8")).collect::<Vec<_>>());
    for (index, words) in [(1, "cut off"), (2, "No such file")] {
        assert!(lines[index]["error"].as_str().is_some_and(|error| error.contains(words)), "{}", lines[index]);
        assert!(stderr(&output).contains(words), "{}", stderr(&output));
    }
    assert!(stderr(&output).contains("image 4 of 4: done"), "{}", stderr(&output));
    assert_eq!(names(&out), ["a", "b"]);
    let input = decode(&good).expect("it is NIfTI");
    let session = Session::prepare(Pipeline::open(&brain_tissue()).expect("it can be run"), Options::threads(1))
        .expect("it is prepared");
    let expected = session.predict(&[Part::whole(&good)], 1 << 30).expect("it is answered").answer;
    let Answer::Nifti(expected) = expected else { panic!("{expected:?}") };
    for (index, name) in [(0, "a"), (3, "b")] {
        let answer = out.join(name).join(format!("{name}_trans.nii.gz"));
        assert_eq!(lines[index]["output"].as_str(), answer.to_str());
        let stages = lines[index]["stages"].as_object().expect("stages");
        let sum: f64 = stages.values().filter_map(Value::as_f64).sum();
        let all = lines[index]["seconds"].as_f64().expect("seconds");
        assert!(stages.contains_key("infer") && sum > 0.0 && sum <= all + 1e-3, "{}", lines[index]);
        assert_eq!(names(&out.join(name)), [format!("{name}_trans.nii.gz")]);
        let bytes = fs::read(answer).expect("it is written");
        assert!(bytes == expected, "{name} is answered as by the engine itself");
        let answer = decode(&bytes).expect("it is NIfTI");
        assert_eq!((answer.volume.shape, answer.facts.dtype), (input.volume.shape, Dtype::Uint8));
        let pairs = answer.volume.affine.matrix().iter().flatten().zip(input.volume.affine.matrix().iter().flatten());
        pairs.for_each(|(found, expected)| assert!((found - expected).abs() < 1e-5, "{found} {expected}"));
    }
}

#[test]
fn mirrored_passes_are_averaged() {
    let place = place();
    let (scan, out) = (place.path().join("scan.nii.gz"), place.path().join("out"));
    let bytes = image([14, 12, 13]);
    fs::write(&scan, &bytes).expect("it is written");
    let (output, lines) = run(&brain_tissue(), &[&scan], &out, &["--mirror", "0,2", "--threads", "1"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let written = fs::read(lines[0]["output"].as_str().expect("a path")).expect("it is written");
    let answer = |mirror: &[usize]| {
        let pipeline = Pipeline::open(&brain_tissue()).expect("it can be run");
        let options = Options { mirror: mirror.to_vec(), ..Options::threads(1) };
        let session = Session::prepare(pipeline, options).expect("it is prepared");
        session.predict(&[Part::whole(&bytes)], 1 << 30).expect("it is answered").answer
    };
    assert_eq!(answer(&[0, 2]), Answer::Nifti(written.clone()));
    assert_ne!(answer(&[]), Answer::Nifti(written), "the mirrored passes count");
}

#[test]
fn clicks_come_beside_the_image_by_name() {
    let place = place();
    let path = |name: &str| place.path().join(name);
    let bundle = guided(place.path());
    fs::write(path("head.nii.gz"), image([20, 24, 16])).expect("there is room");
    for (name, clicks) in [("near.json", "[[10, 12, 8]]"), ("none.json", "[]"), ("flat.json", "[[10, 12]]")] {
        fs::write(path(name), clicks).expect("there is room");
    }
    let answer = |folder: &str, clicks: Option<&str>| {
        let clicks = clicks.map(|name| format!("spot={},", path(name).display())).unwrap_or_default();
        let image = format!("{clicks}image={}", path("head.nii.gz").display());
        let (output, lines) = run(&bundle, &[Path::new(&image)], &path(folder), &[]);
        let written = lines[0]["output"].as_str().map(|file| fs::read(file).expect("it is written"));
        assert_eq!(written.is_some(), output.status.success(), "{lines:?} {}", stderr(&output));
        if written.is_some() {
            assert_eq!(names(&path(folder)), ["head"], "the answer is named after the image");
        }
        written.ok_or_else(|| lines[0]["error"].as_str().unwrap_or_default().to_owned())
    };
    let near = answer("near", Some("near.json")).expect("it is answered");
    let none = answer("none", Some("none.json")).expect("it is answered");
    assert_ne!(inflated(&near), inflated(&none), "the clicks count");
    assert_eq!(answer("without", None).expect("it is answered"), none);
    let refused = answer("flat", Some("flat.json")).expect_err("these are no clicks");
    assert!(refused.contains("points of 3 coordinates under `spot`; found one of 2"), "{refused}");

    let told = stdout(&monai("check", &[&bundle]));
    assert!(told.contains("beside          spot: JSON, optional"), "{told}");
    let settings = Settings::from_texts(&BTreeMap::new(), Auth::Anonymous).expect("good settings");
    let card = model_card(&Pipeline::open(&bundle).expect("it can be run"), &settings).expect("its digest is one");
    let spot = Beside { name: "spot".to_owned(), kind: BesideKind::Json, required: false };
    assert_eq!(card.beside, [spot]);
}

#[test]
fn clicks_in_a_form_are_answered_or_refused_by_their_name() {
    let place = place();
    let settings = Settings::from_texts(&BTreeMap::new(), Auth::Anonymous).expect("good settings");
    let model = monai_cli::load(&guided(place.path()), &settings).expect("it can be served");
    let head = image([20, 24, 16]);
    let answer = |name: &str, clicks: &'static [u8]| {
        let part = |name: &str, bytes| monai_server::Part { name: Some(name.to_owned()), bytes };
        model.predict(vec![part("image", head.clone().into()), part(name, clicks.into())]).map(|answer| answer.body)
    };
    assert_ne!(answer("spot", b"[[10, 12, 8]]").expect("it is answered"), answer("spot", b"[]").expect("it is too"));
    let refused = answer("spot", b"[[10, 12, 8]").expect_err("it is no JSON");
    assert!(matches!(&refused, Refusal::Malformed(text) if text.contains("`spot` is no JSON")), "{refused:?}");
    let refused = answer("spot", b"[[10, 12]]").expect_err("these are no clicks");
    let Refusal::Unsuitable { got, .. } = refused else { panic!("{refused:?}") };
    assert!(got.contains("points of 3 coordinates under `spot`"), "{got}");
    let refused = answer("sport", b"[]").expect_err("there is no such part");
    let Refusal::Unsuitable { expected, .. } = refused else { panic!("{refused:?}") };
    assert_eq!(expected, "image, spot");
}

#[test]
fn other_files_and_items_that_are_set_take_the_place_of_the_config() {
    let place = place();
    let input = place.path().join("head.nii.gz");
    fs::write(&input, image([16, 20, 12])).expect("there is room");
    let bundle = changed(place.path(), |_| ());
    fs::write(bundle.join("configs/named.yaml"), "postprocessing::transforms::4::output_postfix: named\n")
        .expect("there is room");
    let check = |folder: &str, more: &[&str], expected: &str| {
        let (output, lines) = run(&bundle, &[&input], &place.path().join(folder), more);
        assert!(output.status.success(), "{}", stderr(&output));
        assert!(lines[0]["output"].as_str().is_some_and(|path| path.ends_with(expected)), "{lines:?}");
    };
    let files = ["--config", "configs/inference.json", "--config", "configs/named.yaml"];
    let set = ["--set", "postprocessing::transforms::4::output_postfix=set"];
    check("plain", &[], "head/head_trans.nii.gz");
    check("named", &files, "head/head_named.nii.gz");
    check("set", &[files, ["--set", set[1], set[0], "inferer#overlap=0.5"]].concat(), "head/head_set.nii.gz");

    let refused = |command: &str, more: &[&str], words: &[&str]| {
        let mut arguments: Vec<&dyn AsRef<OsStr>> = vec![&bundle];
        arguments.extend(more.iter().map(|word| word as &dyn AsRef<OsStr>));
        let output = monai(command, &arguments);
        let told = stdout(&output) + &stderr(&output);
        assert!(!output.status.success(), "{told}");
        words.iter().for_each(|word| assert!(told.contains(word), "{told} lacks {word}"));
    };
    let input = input.to_str().expect("UTF-8");
    let overlap = ["`inferer`", "`overlap` is 1.5"];
    refused("run", &[input, "-o", "out", "--set", "inferer::overlap=1.5"], &overlap);
    refused("check", &["--set", "inferer::overlap=1.5"], &overlap);
    refused("check", &["--config", "configs/nothing.json"], &["configs/nothing.json"]);
    refused("check", &["--set", "inferer"], &["ID=VALUE"]);
}

#[test]
fn an_answer_that_exists_is_replaced_only_when_asked() {
    let place = place();
    let (scan, out) = (place.path().join("scan.nii.gz"), place.path().join("out"));
    fs::write(&scan, image([12, 12, 12])).expect("it is written");
    let bundle = brain_tissue();
    let (first, lines) = run(&bundle, &[&scan], &out, &["--threads", "1"]);
    assert!(first.status.success(), "{}", stderr(&first));
    let answer = PathBuf::from(lines[0]["output"].as_str().expect("a path"));
    let computed = fs::read(&answer).expect("it is written");
    fs::write(&answer, "the user's own").expect("it is ours");
    let (second, lines) = run(&bundle, &[&scan], &out, &[]);
    assert_eq!(second.status.code(), Some(1));
    assert!(lines[0]["error"].as_str().is_some_and(|error| error.contains("--overwrite")), "{}", lines[0]);
    assert_eq!(fs::read(&answer).expect("it is there"), b"the user's own");
    let (third, _) = run(&bundle, &[&scan], &out, &["--overwrite", "--threads", "2"]);
    assert!(third.status.success(), "{}", stderr(&third));
    assert_eq!(fs::read(&answer).expect("it is there"), computed, "the same answer with other threads");
}

#[test]
fn files_are_named_as_the_bundle_asks() {
    let place = place();
    let (scan, out) = (place.path().join("scan.nii.gz"), place.path().join("out"));
    fs::write(&scan, image([12, 12, 12])).expect("it is written");
    let bundle = changed(place.path(), |config| {
        let save = &mut config["postprocessing"]["transforms"][4];
        save["output_postfix"] = "seg".into();
        save["separate_folder"] = false.into();
        save["output_ext"] = ".nii".into();
    });
    let (output, lines) = run(&bundle, &[&scan], &out, &[]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(names(&out), ["scan_seg.nii"]);
    assert_eq!(lines[0]["output"].as_str(), out.join("scan_seg.nii").to_str());
    let bytes = fs::read(out.join("scan_seg.nii")).expect("it is written");
    assert_eq!((bytes.len(), &bytes[344..348]), (352 + 12 * 12 * 12, &b"n+1\0"[..]));
}

#[test]
fn what_must_not_be_run_is_refused_before_anything_is_run() {
    let place = place();
    let scan = place.path().join("scan.nii.gz");
    fs::create_dir(place.path().join("other")).expect("the folder is made");
    let twin = place.path().join("other/scan.nii");
    for path in [&scan, &twin] {
        fs::write(path, image([8, 8, 8])).expect("it is written");
    }
    let check = |bundle: &Path, images: &[&Path], out: &Path, more: &[&str], words: &str| {
        let before = names(place.path());
        let (output, lines) = run(bundle, images, out, more);
        assert!(!output.status.success() && lines.is_empty(), "{words}: {lines:?}");
        assert!(stderr(&output).contains(words), "{words}: {}", stderr(&output));
        assert_eq!(names(place.path()), before, "{words}");
    };
    let out = place.path().join("out");
    let bundle = changed(place.path(), |config| {
        let save = &mut config["postprocessing"]["transforms"][4];
        save["output_postfix"] = "".into();
        save["separate_folder"] = false.into();
    });
    check(&bundle, &[&scan, &twin], &out, &[], "give one of them another name");
    check(&bundle, &[&scan], place.path(), &["--overwrite"], "would replace the image");
    check(&bundle, &[&scan], &out, &["--threads", "many"], "threads");
    check(&place.path().join("nowhere"), &[&scan], &out, &[], "nowhere");
    fs::remove_dir_all(&bundle).expect("it is a copy");
    let leading_out = changed(place.path(), |config| {
        config["postprocessing"]["transforms"][4]["output_postfix"] = "/../../../outside".into();
    });
    check(&leading_out, &[&scan], &out, &[], "output_postfix");
}
