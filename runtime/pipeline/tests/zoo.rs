//! Twelve bundles of the model zoo as published: what keeps one from being served is a network, a transform or an argument
//! that is not built here, or its weights; never the language of its config.

use std::fs;
use std::path::{Path, PathBuf};

use monai_pipeline::{Pipeline, Problem};

fn bundles() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/bundles");
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let published =
        |path: &PathBuf| path.is_dir() && !path.ends_with("ensemble_mean") && !path.ends_with("ensemble_vote");
    let mut bundles: Vec<PathBuf> = entries.filter(published).collect();
    bundles.sort();
    bundles
}

fn problems(folder: &Path) -> Vec<Problem> {
    Pipeline::open(folder).map_or_else(|report| report.problems, |_| Vec::new())
}

#[test]
fn the_language_of_the_zoo_is_understood() {
    let bundles = bundles();
    assert_eq!(bundles.len(), 12);
    for bundle in bundles {
        let name = bundle.file_name().unwrap().to_string_lossy().into_owned();
        let problems = problems(&bundle);
        assert!(!problems.is_empty(), "{name} has no weights");
        for problem in problems {
            let of_weights = problem.file.starts_with("models/");
            assert!(of_weights || problem.line.is_some(), "{name}: {problem}");
            let words = [
                "expression `",
                "is not defined in the config",
                "macro `",
                "circular reference",
                "is not known, expected",
            ];
            let language = words.iter().any(|word| problem.reason.contains(word));
            assert!(of_weights || !language, "{name}: {problem}");
        }
    }
}

#[test]
fn one_problem_does_not_hide_the_next() {
    let source = bundles().into_iter().find(|path| path.ends_with("spleen_ct_segmentation")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("configs")).unwrap();
    let text = fs::read_to_string(source.join("configs/inference.json")).unwrap();
    let text = text
        .replace("\"UNet\"", "\"UNeet\"")
        .replace("\"batch\"", "\"@nothing\"")
        .replace("\"RAS\"", "\"$1 +\"")
        .replace("\"Spacingd\"", "\"Spacinged\"")
        .replace("\"overlap\": 0.5", "\"overlap\": 1.5")
        .replace("\"load_path\": \"$@bundle_root", "\"load_path\": \"$@bundle_rot")
        .replace("\"image_key\": \"image\"", "\"image_key\": \"%gone\"");
    fs::write(folder.path().join("configs/inference.json"), &text).unwrap();
    fs::write(folder.path().join("configs/metadata.json"), "{\n\"version\": 1,\n\"task\": []}").unwrap();
    let line = |words: &str| text.lines().position(|line| line.contains(words)).map(|line| line as u32 + 1);
    let problems = problems(folder.path());
    let check = |file: &str, line: Option<u32>, id: &str, words: &str| {
        let found = |problem: &&Problem| problem.file == file && problem.line == line && problem.id == id;
        let reasons: Vec<&str> = problems.iter().filter(found).map(|problem| problem.reason.as_str()).collect();
        assert!(reasons.iter().any(|reason| reason.contains(words)), "{file}, {line:?}, {id}, {words}: {problems:#?}");
    };
    let (config, metadata) = ("configs/inference.json", "configs/metadata.json");
    check(metadata, Some(2), "version", "is an integer");
    check(metadata, Some(3), "task", "is a list");
    check(config, line("%gone"), "image_key", "names nothing");
    check(config, line("@nothing"), "network_def::norm", "`@nothing` is not defined");
    check(config, line("\"network_def\": {"), "network_def", "the nearest that is supported is `UNet`");
    check(config, line("$1 +"), "preprocessing::transforms::2::axcodes", "ends where a value is expected");
    check(config, line("Spacinged"), "preprocessing::transforms::3", "the nearest that is supported is `Spacingd`");
    check(config, line("\"inferer\": {"), "inferer", "`overlap` is 1.5");
    check(config, line("bundle_rot +"), "checkpointloader::load_path", "did you mean `@bundle_root`?");
}
