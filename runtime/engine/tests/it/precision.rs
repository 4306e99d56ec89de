//! Products in bf16: how far logits and labels are from those in single precision.

use std::io::Write as _;
use std::path::Path;

use monai_engine::{Answer, Device, Executor, Options, Part, Precision, Session};
use monai_imaging::{Volume, nifti};
use monai_pipeline::Pipeline;

use crate::bundles::spleen;
use crate::{counter, fixtures};

/// What rounding both factors to 8 bits adds to a layer's result, as a share of its deviation, where factors are the points of a
/// minimal algorithm; plain sums add a third of it (docs/decisions/precision.md).
const LAYER: f64 = 0.0066;
/// A norm magnifies the errors of channels that hardly vary.
const MARGIN: f64 = 2.0;
/// The largest of some ten thousand errors beside their root mean square.
const LARGEST: f64 = 6.0;
/// Families of which all cases run; of others the smallest does. A case of each must show a trace of bf16: it is not single
/// precision under another name.
const WHOLE: [&str; 3] = ["networks/UNet", "networks/SegResNet", "networks/DynUNet"];

/// Whether this processor has it. Says so where not, past the harness, which keeps the words of tests that pass to itself.
fn is_there(test: &str) -> bool {
    let found = Precision::find("bf16", Device::Cpu);
    if let Err(reason) = &found {
        writeln!(std::io::stderr(), "NOT RUN: {test}: {reason}").expect("standard error is there");
    }
    found.is_ok()
}

/// The errors of layers are independent, and norms and residual sums keep them from growing: they add as squares do.
#[test]
fn logits_in_bf16_are_as_far_from_those_of_monai_as_rounding_says() {
    if !is_there("parity in bf16") {
        return;
    }
    for (group, manifest) in fixtures::manifests("networks") {
        let (whole, mut worst) = (WHOLE.contains(&group.as_str()), 0.0_f64);
        let cases =
            if whole { fixtures::cases(&manifest) } else { std::slice::from_ref(fixtures::smallest(&manifest)) };
        for case in cases {
            let name = fixtures::text(case, "name");
            let network = fixtures::network(&manifest, case);
            let read = |entry: &_| Ok(counter::parameter(name, entry));
            let executor = Executor::prepare(&network, Device::Cpu, Precision::Bf16, read).expect("it is there");
            let logits = executor.run(fixtures::input(case, network.in_channels)).expect("MONAI runs it");
            let errors = fixtures::errors(&group, case, &logits);
            let layers = network.parameters.iter().filter(|parameter| parameter.shape.len() > 1).count();
            let bound = MARGIN * LAYER * (layers as f64).sqrt();
            let mean = (errors.iter().map(|error| error * error).sum::<f64>() / errors.len() as f64).sqrt();
            let largest = errors.iter().copied().fold(0.0, f64::max);
            println!(
                "{group} {name}: {mean:.4} of the deviation, at most {largest:.3}; {layers} layers allow {bound:.4}"
            );
            assert!(mean <= bound && largest <= LARGEST * bound, "{group} {name}: {mean}, at most {largest}");
            worst = worst.max(largest);
        }
        let single = manifest["tolerance_of_std"].as_f64().expect("a tolerance");
        assert!(worst > 10.0 * single || !whole, "{group}: {worst} is no trace of bf16");
    }
}

#[test]
fn labels_in_bf16_are_those_in_single_precision_but_for_few() {
    if !is_there("labels in bf16") {
        return;
    }
    let image =
        |path: &str| std::fs::read(fixtures::root().join("tests/fixtures").join(path)).expect("it is committed");
    let brain_tissue = fixtures::root().join("examples/bundles/brain_tissue");
    check(&brain_tissue, &image("brain_tissue/ch2bet.nii.gz"), 0.002);
    // Random weights leave more voxels undecided than training does.
    check(spleen().path(), &image("parity/bundles/spleen_ct_segmentation/input.nii.gz"), 0.005);
}

/// Fails where more than this share of the voxels that are not background has another label.
fn check(bundle: &Path, image: &[u8], most: f64) {
    let labels = |precision| -> Volume {
        let pipeline = Pipeline::open(bundle).expect("it can be served");
        let session = Session::prepare(pipeline, Options { precision, ..Options::threads(2) }).expect("it is there");
        let answer = session.predict(&[Part::whole(image)], 1 << 30).expect("it is answered").answer;
        let Answer::Nifti(file) = answer else { panic!("{answer:?}") };
        nifti::decode(&file).expect("it is NIfTI").volume
    };
    let (single, bf16) = (labels(Precision::Fp32), labels(Precision::Bf16));
    let differing = single.data.iter().zip(&bf16.data).filter(|(single, bf16)| single != bf16).count();
    let inside = single.data.iter().filter(|label| **label != 0.0).count();
    println!("{}: {differing} of {inside} voxels have another label", bundle.display());
    assert!(differing > 0, "bf16 leaves a trace in {inside} voxels");
    assert!(differing as f64 <= most * inside as f64, "{differing} of {inside} voxels");
}
