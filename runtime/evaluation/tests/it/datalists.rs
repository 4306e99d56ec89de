use std::fs;
use std::path::{Path, PathBuf};

use monai_evaluation::Dataset;
use monai_evaluation::dataset::{Case, Truth};
use serde_json::{Map, Value, json};

/// A folder `data` with a few files and a link, and a file beside it.
fn place() -> tempfile::TempDir {
    let place = tempfile::tempdir().expect("a temporary folder");
    let data = place.path().join("data");
    fs::create_dir_all(data.join("folder")).expect("it is made");
    for name in ["data/a.nii", "data/b.nii", "data/c.nii", "data/l.nii", "data/m.nii", "outside.nii"] {
        fs::write(place.path().join(name), name).expect("it is written");
    }
    std::os::unix::fs::symlink(place.path().join("outside.nii"), data.join("link.nii")).expect("it is linked");
    place
}

fn open(place: &Path, document: &Value, section: Option<&str>, root: Option<&Path>) -> Result<Dataset, String> {
    let path = place.join("data/dataset.json");
    fs::write(&path, document.to_string()).expect("it is written");
    Dataset::open(&path, section, root).map_err(|error| error.to_string())
}

#[test]
fn cases_are_read_as_the_decathlon_writes_them() {
    let place = place();
    let pair = json!({"image": "a.nii", "label": "./l.nii", "fold": 0});
    let other = json!({"image": "b.nii", "label": "l.nii"});
    let check = |document: Value, section: Option<&str>, expected: (&str, usize)| {
        let dataset = open(place.path(), &document, section, None).expect("it is one");
        assert_eq!((dataset.section.as_str(), dataset.cases.len()), expected, "{document}");
        dataset.cases
    };
    let root = place.path().canonicalize().expect("it is there").join("data");
    let cases = check(json!({"training": [other], "testing": [pair, other]}), None, ("testing", 2));
    let expected = Case {
        number: 1,
        images: vec![root.join("a.nii")],
        truth: Truth::Map(root.join("l.nii")),
        others: Map::from_iter([("fold".to_owned(), json!(0))]),
    };
    assert_eq!((&cases[0], cases[1].number, cases[1].name()), (&expected, 2, "b.nii".to_owned()));
    check(json!({"name": "x", "validation": [pair], "training": [other, pair]}), None, ("validation", 1));
    check(json!({"validation": [pair], "training": [other, pair]}), Some("training"), ("training", 2));
    let several = json!({"testing": [{"image": ["a.nii", "b.nii"], "label": "l.nii"}, {"image": ["a.nii", "c.nii"], "label": "m.nii"}]});
    assert_eq!(check(several, None, ("testing", 2))[1].images, ["a.nii", "c.nii"].map(|name| root.join(name)));
    let classified = json!({"testing": [{"image": "a.nii", "label": 0}, {"image": "b.nii", "label": 3}]});
    assert_eq!(check(classified, None, ("testing", 2))[1].truth, Truth::Class(3));
    let elsewhere = json!({"testing": [{"image": "data/a.nii", "label": "outside.nii"}]});
    let dataset = open(place.path(), &elsewhere, None, Some(place.path())).expect("below the root that was named");
    assert_eq!(dataset.cases[0].images, [root.join("a.nii")]);
}

#[test]
fn datalists_that_cannot_be_used_are_refused() {
    let place = place();
    let good = json!({"image": "a.nii", "label": "l.nii"});
    let check = |document: Value, section: Option<&str>, words: &str| {
        let error = open(place.path(), &document, section, None).expect_err(words);
        assert!(error.contains(words), "`{error}` lacks `{words}`");
        assert!(!error.contains(".nii"), "`{error}` names a file of a case");
    };
    let entry = |entry: Value, words: &str| check(json!({"testing": [good, entry]}), None, words);
    check(json!([good]), None, "is a list, expected an object");
    check(
        json!({"training": [good]}),
        None,
        "no section `testing` or `validation`; there is `training`; name another one by --section",
    );
    check(json!({"name": "x"}), None, "there is no list");
    check(json!({"testing": [good]}), Some("fold_1"), "no section `fold_1`; there is `testing`");
    check(json!({"testing": {"0": good}}), None, "the section `testing` is an object, expected a list");
    check(json!({"testing": []}), None, "the section `testing` is empty");
    entry(json!("b.nii"), "`testing[1]` is a text, expected an object");
    entry(json!({"image": "b.nii"}), "`testing[1]` lacks `label`; it has `image`");
    entry(json!({"img": "b.nii", "label": "l.nii"}), "`testing[1]` lacks `image`; it has `img`, `label`");
    entry(json!({"image": 7, "label": "l.nii"}), "`testing[1].image` is a number, expected a path or a list of paths");
    entry(json!({"image": [], "label": "l.nii"}), "`testing[1].image` is a list");
    entry(json!({"image": ["b.nii", null], "label": "l.nii"}), "`testing[1].image[1]` is null, expected a path");
    entry(json!({"image": "none.nii", "label": "l.nii"}), "`testing[1].image` names no file");
    entry(json!({"image": "b.nii", "label": "none.nii"}), "`testing[1].label` names no file");
    entry(json!({"image": "folder", "label": "l.nii"}), "`testing[1].image` names a folder");
    entry(json!({"image": "b.nii", "label": ["l.nii"]}), "`testing[1].label` is a list, expected a path or the number");
    entry(json!({"image": "b.nii", "label": -1}), "`testing[1].label` is no number of a class");
    entry(json!({"image": "b.nii", "label": 1.5}), "`testing[1].label` is no number of a class");
    entry(json!({"image": "b.nii", "label": 1}), "`testing[1].label` is a class, that of testing[0] a file");
    entry(json!({"image": "../outside.nii", "label": "l.nii"}), "`testing[1].image` lies outside of the data root");
    entry(json!({"image": "link.nii", "label": "l.nii"}), "`testing[1].image` lies outside of the data root");
    let absolute = place.path().join("outside.nii");
    entry(json!({"image": "b.nii", "label": absolute}), "`testing[1].label` lies outside of the data root");
    entry(json!({"image": "folder/../a.nii", "label": "m.nii"}), "`testing[0]` and `testing[1]` have the same images");
    let path = place.path().join("data/dataset.json");
    fs::write(&path, "{").expect("it is written");
    for (path, words) in
        [(path, "dataset.json: EOF"), (PathBuf::from("/nowhere/list.json"), "cannot read /nowhere/list.json")]
    {
        let error = Dataset::open(&path, None, None).expect_err(words).to_string();
        assert!(error.contains(words), "`{error}` lacks `{words}`");
    }
}
