//! TorchScript programs of `tests/parity/torch_script.py`, each against the state dictionary of the same network.

use std::path::PathBuf;

use monai_weights::Checkpoint;

fn open(file: &str) -> Checkpoint {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/parity/torch_script");
    Checkpoint::open(&folder.join(file), Some("model")).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn check(name: &str, tensors: usize) {
    let (program, state) = (open(&format!("{name}.ts")), open(&format!("{name}.pt")));
    let names = |checkpoint: &Checkpoint| {
        let mut names: Vec<String> = checkpoint.entries().iter().map(|entry| entry.name.clone()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&program), names(&state), "{name}");
    assert_eq!(names(&program).len(), tensors, "{name}");
    for expected in state.entries() {
        let found = program.get(&expected.name).expect("the names are equal");
        let place = format!("{name}: {}", expected.name);
        assert_eq!((found.shape(), found.dtype()), (expected.shape(), expected.dtype()), "{place}");
        assert_eq!(program.read(found).unwrap(), state.read(expected).unwrap(), "{place}");
    }
}

#[test]
fn a_scripted_program_has_the_tensors_of_its_network() {
    check("unet_script", 30);
    check("densenet_script", 43);
}

#[test]
fn a_traced_program_has_the_tensors_of_its_network() {
    check("unet_trace", 15);
}

#[test]
fn what_lies_in_several_places_has_every_name() {
    check("dynunet_trace", 66);
}

#[test]
fn tensors_that_share_a_storage_are_read() {
    check("tied_script", 3);
}
