//! Files that PyTorch wrote (`fixtures/write.py`): element `i` of each tensor is `i / 2` unless said otherwise.

use std::path::Path;

use monai_weights::{Checkpoint, Dtype, Error};

fn open(name: &str) -> Result<Checkpoint, Error> {
    Checkpoint::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name), None)
}

#[test]
fn a_nested_state_dict() {
    let checkpoint = open("nested.pt").unwrap();
    let names: Vec<&str> = checkpoint.entries().iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["weight", "bias"]);
    let weight = checkpoint.get("weight").unwrap();
    assert_eq!((weight.shape(), weight.dtype()), (&[2, 1, 3, 3][..], Dtype::F32));
    assert_eq!(checkpoint.read(weight).unwrap(), (0..18).map(|i| i as f32 / 2.0).collect::<Vec<f32>>());
}

#[test]
fn views_and_types() {
    let checkpoint = open("views.pt").unwrap();
    let check = |name: &str, shape: &[usize], dtype: Dtype, expected: &[f32]| {
        let entry = checkpoint.get(name).unwrap_or_else(|| panic!("{name}"));
        assert_eq!((entry.shape(), entry.dtype()), (shape, dtype), "{name}");
        assert_eq!(checkpoint.read(entry).unwrap(), expected, "{name}");
    };
    check("half", &[4], Dtype::F16, &[0.0, 0.5, 1.0, 1.5]);
    check("brain", &[4], Dtype::Bf16, &[0.0, 0.5, 1.0, 1.5]);
    check("double", &[4], Dtype::F64, &[0.0, 0.5, 1.0, 1.5]);
    check("transposed", &[3, 2], Dtype::F32, &[0.0, 1.5, 0.5, 2.0, 1.0, 2.5]);
    check("slice", &[3], Dtype::F32, &[1.0, 1.5, 2.0]);
    check("parameter", &[3], Dtype::F32, &[0.0, 0.5, 1.0]);
    check("counter", &[], Dtype::I64, &[7.0]);
    check("flag", &[2], Dtype::Bool, &[1.0, 0.0]);
    assert_eq!(checkpoint.entries().len(), 8);
}

#[test]
fn a_whole_module_and_the_old_form_are_refused() {
    let check = |name: &str, words: &str| {
        let error = open(name).expect_err(name).to_string();
        assert!(error.contains(words), "{name}: {error}");
    };
    check("module.pt", "torch.nn.modules.linear.Linear");
    check("legacy.pt", "before 1.6");
}
