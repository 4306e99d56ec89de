//! The committed bundle opens, and each kind of damage to it is reported with file, id and reason.

use std::fs;
use std::path::{Path, PathBuf};

use monai_pipeline::{Blend, Inferer, Padding, Pipeline, digest};
use monai_transforms::Transform;
use serde_json::{Value, json};
use tempfile::TempDir;

fn original() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/bundles/brain_tissue")
}

/// A copy of what serving needs, with the config changed.
fn copy(change: impl FnOnce(&mut Value)) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["configs", "models"] {
        fs::create_dir(folder.path().join(name)).unwrap();
    }
    for file in ["configs/metadata.json", "models/model.pt"] {
        fs::copy(original().join(file), folder.path().join(file)).unwrap();
    }
    let text = fs::read_to_string(original().join("configs/inference.json")).unwrap();
    let mut config: Value = serde_json::from_str(&text).unwrap();
    change(&mut config);
    fs::write(folder.path().join("configs/inference.json"), config.to_string()).unwrap();
    folder
}

#[test]
fn the_bundle_opens() {
    let pipeline = Pipeline::open(&original()).unwrap();
    assert_eq!((pipeline.network().in_channels, pipeline.network().out_channels), (1, 4));
    let names: Vec<&str> = pipeline.preprocessing.iter().map(|transform| transform.name()).collect();
    assert_eq!(names.first(), Some(&"LoadImaged"), "{names:?}");
    assert_eq!((pipeline.input.key.as_str(), pipeline.answer.key.as_str()), ("image", "pred"));
    let names: Vec<&str> = pipeline.postprocessing.iter().map(|transform| transform.name()).collect();
    assert_eq!(names, ["Activationsd", "Invertd", "AsDiscreted", "MaskIntensityd", "SaveImaged"]);
    let Inferer::SlidingWindow(window) = &pipeline.inferer else { panic!("{:?}", pipeline.inferer) };
    assert_eq!(window.blend, Blend::Gaussian { sigma_scale: vec![0.125; 3] });
    assert_eq!(window.padding, Padding::Constant(0.0));
    let member = &pipeline.members[0];
    assert_eq!(member.checkpoint_file, "models/model.pt");
    for parameter in &member.network.parameters {
        let entry = member.checkpoint.get(&parameter.name).unwrap();
        let values = member.checkpoint.read(entry).unwrap();
        assert!(values.iter().all(|value| value.is_finite()), "{}", parameter.name);
    }
    assert_eq!(pipeline.digest, digest(&original()).unwrap());
}

#[test]
fn the_outermost_compose_says_what_is_lazy() {
    let lazy = |change: &dyn Fn(&mut Value)| -> [bool; 2] {
        let folder = copy(|config| {
            change(&mut config["preprocessing"]);
            // What is no `Compose` cannot be named there.
            config["postprocessing"]["transforms"].as_array_mut().unwrap().retain(|one| one["_target_"] != "Invertd");
        });
        let pipeline = Pipeline::open(folder.path()).unwrap_or_else(|report| panic!("{report}"));
        let [Transform::Orientationd(orientation), Transform::Spacingd(spacing)] = &pipeline.preprocessing[2..4] else {
            panic!("{:?}", pipeline.preprocessing)
        };
        [orientation.lazy.0, spacing.lazy.0]
    };
    let check = |compose: Value, expected: [bool; 2]| {
        let change = |preprocessing: &mut Value| {
            preprocessing["lazy"] = compose.clone();
            preprocessing["transforms"][2]["lazy"] = json!(true);
        };
        assert_eq!(lazy(&change), expected, "{compose}");
        // With this, all of it is resolved at once.
        let at_once = |preprocessing: &mut Value| {
            change(preprocessing);
            preprocessing["_disabled_"] = json!(false);
        };
        assert_eq!(lazy(&at_once), expected, "{compose}");
    };
    check(json!(false), [false, false]);
    check(json!(true), [true, true]);
    check(json!(null), [true, false]);
    let own = |preprocessing: &mut Value| preprocessing["transforms"][3]["lazy"] = json!(true);
    assert_eq!(lazy(&own), [false, false]);
    let list = |preprocessing: &mut Value| {
        preprocessing["lazy"] = json!(true);
        *preprocessing = json!([preprocessing.take()]);
    };
    assert_eq!(lazy(&list), [false, false]);
    let within = |preprocessing: &mut Value| {
        preprocessing["lazy"] = json!(true);
        *preprocessing = json!({"_target_": "Compose", "transforms": [preprocessing.take()]});
    };
    assert_eq!(lazy(&within), [false, false]);
}

#[test]
fn transforms_are_known_by_the_package_that_monai_has_them_in() {
    let check = |target: &str, words: &str| {
        let folder = copy(|c| c["preprocessing"]["transforms"][1] = json!({"_target_": target}));
        let report = Pipeline::open(folder.path()).expect_err(words);
        let own = report.problems.iter().filter(|problem| problem.id == "preprocessing::transforms::1");
        assert!(own.clone().any(|problem| problem.reason.contains(words)), "{target}, {words}: {report}");
    };
    check("scripts.mine.Magic", "Python of the bundle's own, which is never run");
    check("monai.transforms.RandAffined", "it is random");
    check("monai.apps.nuclick.transforms.AddLabelAsGuidanced", "the arguments of");
    check("AddLabelAsGuidanced", "the arguments of");
    check("monai.transforms.AddLabelAsGuidanced", "is not supported");
    check("monai.apps.nuclicked.AddLabelAsGuidanced", "is not supported");
    check("monai.apps.Orientationd", "is not supported");
    check("monai.apps.nuclick.transforms.AddClickSignalsd", "one network run for one image");
}

#[test]
fn an_image_without_its_place_is_not_moved() {
    let bare = json!({"_target_": "FromMetaTensord", "keys": "image"});
    let folder = copy(|c| c["preprocessing"]["transforms"].as_array_mut().expect("a list").insert(3, bare.clone()));
    let report = Pipeline::open(folder.path()).expect_err("`Spacingd` comes behind it");
    let [problem] = report.problems.as_slice() else { panic!("{report}") };
    assert_eq!(problem.id, "preprocessing::transforms::4");
    assert!(problem.reason.contains("`Spacingd` of `image`, whose place `FromMetaTensord` took"), "{report}");
    let refused = |change: &dyn Fn(&mut Value), id: &str, words: &str| {
        let report = Pipeline::open(copy(change).path()).expect_err(words);
        let [problem] = report.problems.as_slice() else { panic!("{report}") };
        assert_eq!(problem.id, id);
        assert!(problem.reason.contains(words), "{report}");
    };
    let append = |c: &mut Value, chain: &str, transform: Value| {
        let list = c[chain]["transforms"].as_array_mut().expect("a list");
        list.push(transform);
        list.len() - 1
    };
    let copied = |c: &mut Value| {
        append(c, "preprocessing", bare.clone());
        append(c, "preprocessing", json!({"_target_": "CopyItemsd", "keys": "image", "names": "again"}));
        append(c, "preprocessing", json!({"_target_": "Flipd", "keys": "again"}));
    };
    let own = Pipeline::open(&original()).unwrap().preprocessing.len();
    refused(&copied, &format!("preprocessing::transforms::{}", own + 2), "`Flipd` of `again`, whose place");
    let answered = |c: &mut Value| {
        append(c, "preprocessing", bare.clone());
        let list = c["postprocessing"]["transforms"].as_array_mut().expect("a list");
        list.insert(0, json!({"_target_": "Flipd", "keys": "pred"}));
    };
    refused(&answered, "postprocessing::transforms::0", "`Flipd` of `pred`, whose place");
    let unmoved = |c: &mut Value| {
        append(c, "preprocessing", bare.clone());
    };
    Pipeline::open(copy(unmoved).path()).expect("nothing moves it");
}

#[test]
fn damage_is_reported() {
    let check = |change: fn(&mut Value), file: &str, id: &str, words: &str| {
        let folder = copy(change);
        let report = Pipeline::open(folder.path()).expect_err(words);
        let found = report
            .problems
            .iter()
            .any(|problem| problem.file == file && problem.id == id && problem.reason.contains(words));
        assert!(found, "{file}, {id}, {words}: {report}");
    };
    let config = "configs/inference.json";
    let weights = "models/model.pt";
    check(|c| c["network_def"]["_target_"] = json!("UNetty"), config, "network_def", "`UNetty` is not supported");
    check(|c| c["network_def"]["depth"] = json!(3), config, "network_def", "`depth`");
    check(|c| c["network_def"]["out_channels"] = json!(5), weights, "model.2.0.conv.bias", "shape");
    check(|c| c["network_def"]["num_res_units"] = json!(0), weights, "", "more tensors do not fit");
    check(|c| c["network"] = json!("$os.system('true')"), config, "network", "`os.system` is not allowed");
    check(|c| c["inferer"]["_target_"] = json!("PatchInferer"), config, "inferer", "`PatchInferer` is not supported");
    check(|c| c["inferer"]["_target_"] = json!("SliceInferer"), config, "inferer", "a network of 2 spatial axes");
    check(|c| c["inferer"]["with_coord"] = json!(true), config, "inferer", "`with_coord` is true");
    check(|c| c["inferer"]["overlap"] = json!(1.0), config, "inferer", "`overlap` is 1");
    check(|c| c["inferer"]["roi_size"] = json!([96, 96]), config, "inferer", "3 spatial axes");
    check(|c| c["inferer"]["roi_size"] = json!([96, 96, 98]), config, "inferer", "does not take its windows");
    check(
        |c| c["preprocessing"]["transforms"][1]["_target_"] = json!("scripts.mine.Magic"),
        config,
        "preprocessing::transforms::1",
        "`scripts.mine.Magic` is not supported",
    );
    check(
        |c| c["preprocessing"]["transforms"][2]["axes"] = json!("RAS"),
        config,
        "preprocessing::transforms::2",
        "`axes`",
    );
    let load = "preprocessing::transforms::0";
    check(|c| c["preprocessing"]["transforms"][0]["keys"] = json!(["image", "mask"]), config, load, "`image`, `mask`");
    check(
        |c| c["preprocessing"]["transforms"][1] = json!({"_target_": "LoadImaged", "keys": "mask"}),
        config,
        "preprocessing::transforms::1",
        "a second `LoadImaged`",
    );
    check(
        |c| c["preprocessing"]["transforms"][2]["keys"] = json!(["image", "mask"]),
        config,
        "preprocessing::transforms::2",
        "needs the key `mask`; a request has only `image`",
    );
    let save = "postprocessing::transforms::4";
    check(|c| c["postprocessing"]["transforms"][4]["keys"] = json!(["pred", "image"]), config, save, "`pred`, `image`");
    check(|c| c["postprocessing"]["transforms"][4]["keys"] = json!("image"), config, save, "the image itself");
    check(
        |c| c["postprocessing"]["transforms"][0] = c["postprocessing"]["transforms"][4].clone(),
        config,
        save,
        "a second `SaveImaged`",
    );
    check(
        |c| c["postprocessing"]["transforms"][0]["keys"] = json!(["pred", "mask"]),
        config,
        "postprocessing::transforms::0",
        "needs the key `mask`; a request has only `image` and `pred`",
    );
    check(
        |c| c["postprocessing"]["transforms"][1]["orig_keys"] = json!("scan"),
        config,
        "postprocessing::transforms::1",
        "needs the key `scan`",
    );
    check(|c| c["preprocessing"]["lazy"] = json!(3), config, "preprocessing", "`lazy` = 3");
    check(
        |c| {
            c["preprocessing"] = json!({"_target_": "Compose", "lazy": true, "transforms": [c["preprocessing"].take()]})
        },
        config,
        "preprocessing::transforms::0",
        "within one that is lazy",
    );
    check(
        |c| c["postprocessing"]["transforms"][1]["transform"] = json!("@inferer"),
        config,
        "postprocessing::transforms::1",
        "only preprocessing is inverted",
    );
    check(
        |c| c["postprocessing"]["transforms"][0] = json!("@gone"),
        config,
        "postprocessing::transforms::0",
        "`@gone` is not defined",
    );
    check(|c| c["checkpointloader"]["load_path"] = json!("../model.pt"), config, "checkpointloader", "outside");
    check(|c| c["checkpointloader"]["load_path"] = json!("models/gone.pt"), "models/gone.pt", "", "cannot be read");
    check(|c| c["checkpointloader"]["strict"] = json!(false), config, "checkpointloader", "`strict` = false");
}

#[test]
fn keys_are_those_of_the_config() {
    let folder = copy(|config| {
        let text = config.to_string().replace("\"keys\":\"image\"", "\"keys\":[\"scan\"]");
        let text = text.replace("\"keys\":[\"pred\",\"image\"]", "\"keys\":[\"pred\",\"scan\"]");
        let text = text.replace("\"orig_keys\":\"image\"", "\"orig_keys\":\"scan\"");
        *config = serde_json::from_str(&text).unwrap();
        config["preprocessing"]["transforms"][2]["keys"] = json!(["scan", "mask"]);
        config["preprocessing"]["transforms"][2]["allow_missing_keys"] = json!(true);
        config["postprocessing"]["transforms"].as_array_mut().unwrap().truncate(3);
    });
    let pipeline = Pipeline::open(folder.path()).unwrap();
    assert_eq!((pipeline.input.key.as_str(), pipeline.answer.key.as_str()), ("scan", "pred"));
}

#[test]
fn all_problems_are_collected() {
    let folder = copy(|config| {
        config["inferer"]["mode"] = json!("mosaic");
        config["preprocessing"]["transforms"][2]["_target_"] = json!("Mystery");
        config["postprocessing"]["transforms"][2]["argmaxx"] = json!(true);
    });
    fs::remove_file(folder.path().join("models/model.pt")).unwrap();
    let report = Pipeline::open(folder.path()).unwrap_err();
    assert_eq!(report.problems.len(), 4, "{report}");
    for words in ["mosaic", "Mystery", "argmaxx", "models/model.pt"] {
        assert!(report.to_string().contains(words), "{words}: {report}");
    }
}

#[test]
fn the_digest_is_the_content() {
    let folder = copy(|_| {});
    let before = digest(folder.path()).unwrap();
    assert!(before.starts_with("sha256:") && before.len() == 71, "{before}");
    assert_eq!(digest(copy(|_| {}).path()).unwrap(), before);
    fs::rename(folder.path().join("models/model.pt"), folder.path().join("models/other.pt")).unwrap();
    assert_ne!(digest(folder.path()).unwrap(), before);
    fs::rename(folder.path().join("models/other.pt"), folder.path().join("models/model.pt")).unwrap();
    assert_eq!(digest(folder.path()).unwrap(), before);
    std::os::unix::fs::symlink("/etc/passwd", folder.path().join("models/link")).unwrap();
    assert!(digest(folder.path()).unwrap_err().to_string().contains("is a link"));
    let empty = tempfile::tempdir().unwrap();
    // SHA-256 of nothing, from FIPS 180.
    let nothing = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(digest(empty.path()).unwrap(), nothing);
}
