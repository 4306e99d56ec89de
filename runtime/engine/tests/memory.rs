//! What is known of an answer's memory beforehand, beside every allocation of the process.

use std::path::Path;

use fuzz::peak;
use monai_engine::{Options, Part, Session};
use monai_imaging::nifti::{self, Frame, Units};
use monai_imaging::{Affine, Dtype, Volume};
use monai_pipeline::Pipeline;

const LIMIT: u64 = 1 << 30;

/// A file that hardly packs.
fn image(shape: [usize; 3], spacing: f64) -> Vec<u8> {
    let data = (0..shape.iter().product::<usize>()).map(|index| (index * index % 251) as f32).collect();
    let mut matrix = *Affine::IDENTITY.matrix();
    (0..3).for_each(|axis| matrix[axis][axis] = spacing);
    let volume = Volume::new(1, shape, data, Affine::new(matrix).expect("it has an inverse")).expect("it fits");
    let frame = Frame { units: Units::Millimetre, qform_code: 0, sform_code: 1 };
    nifti::encode(&volume, Dtype::Int16, frame).expect("it fits NIfTI-1")
}

fn session(options: Options) -> Session {
    let bundle = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/bundles/brain_tissue");
    Session::prepare(Pipeline::open(&bundle).expect("it can be served"), options).expect("it can be prepared")
}

/// One test: what is counted is that of all the process.
#[test]
fn an_answer_takes_what_is_known_beforehand_and_a_refused_one_nothing() {
    let check = |shape: [usize; 3], spacing: f64, mirror: &[usize]| {
        let options = |memory| Options { memory, mirror: mirror.to_vec(), ..Options::threads(2) };
        let free = session(options(None));
        let file = image(shape, spacing);
        let parts = [Part::whole(&file)];
        let study = free.study(&parts, LIMIT).expect("the image is good");
        let known = free.estimate(&study).expect("it fits").memory;
        let (answer, taken) = peak(|| free.predict(&parts, LIMIT));
        answer.expect("the image is good");
        let taken = taken as u64 + file.len() as u64;
        println!("{shape:?} of {spacing} mm, mirrored along {mirror:?}: {taken} of {known}");
        assert!((taken..=taken * 6 / 5).contains(&known), "{shape:?} of {spacing} mm: {taken} of {known} known bytes");

        let small = session(options(Some(known - 1)));
        let decoded = shape.iter().product::<usize>() * size_of::<f32>();
        let (refused, taken) = peak(|| small.predict(&parts, LIMIT));
        assert!(refused.is_err(), "{shape:?} of {spacing} mm");
        assert!(taken < 2 * decoded + (4 << 20), "{taken} bytes for {decoded} decoded ones");
    };
    check([96, 96, 96], 1.0, &[]);
    check([160, 120, 100], 1.0, &[]);
    check([40, 60, 50], 3.0, &[]);
    check([100, 60, 50], 1.0, &[0, 2]);
}
