//! The contract of geometry: whatever grid an image lies on, the answer lies on the same one.

use std::sync::OnceLock;

use monai_engine::{Answer, Options, Part, Session};
use monai_imaging::nifti::{self, Frame, Units};
use monai_imaging::{Affine, Dtype, Volume};
use monai_pipeline::Pipeline;
use proptest::prelude::*;

use crate::{counter, fixtures};

const LIMIT: u64 = 256 << 20;

/// All that hold 0 to 120.
const DTYPES: [Dtype; 10] = [
    Dtype::Uint8,
    Dtype::Int8,
    Dtype::Int16,
    Dtype::Uint16,
    Dtype::Int32,
    Dtype::Uint32,
    Dtype::Int64,
    Dtype::Uint64,
    Dtype::Float32,
    Dtype::Float64,
];

/// An image's grid and the type of its voxels.
#[derive(Debug, Clone)]
struct Grid {
    shape: [usize; 3],
    affine: Affine,
    dtype: Dtype,
}

/// Axes in any order and direction, turned and sheared by some degrees, voxels of 0.6 to 3 mm.
fn grid() -> impl Strategy<Value = Grid> {
    let order = Just(vec![0_usize, 1, 2]).prop_shuffle();
    let signs = prop::array::uniform3(prop::bool::ANY);
    let spacing = prop::array::uniform3(0.6..3.0_f64);
    let turned = prop::array::uniform3(-0.4..0.4_f64);
    let shear = prop::array::uniform3(-0.15..0.15_f64);
    let origin = prop::array::uniform3(-200.0..200.0_f64);
    // An axis of one voxel is a slice.
    let shape = prop::array::uniform3(prop_oneof![1 => Just(1), 6 => 2..26_usize]);
    let dtype = prop::sample::select(DTYPES.to_vec());
    (order, signs, spacing, turned, shear, origin, shape, dtype).prop_map(
        |(order, signs, spacing, turned, shear, origin, shape, dtype)| {
            let mut matrix = [[0.0; 4]; 4];
            let [(sa, ca), (sb, cb), (sc, cc)] = turned.map(f64::sin_cos);
            let rotation = [
                [cb * cc, sa * sb * cc - ca * sc, ca * sb * cc + sa * sc],
                [cb * sc, sa * sb * sc + ca * cc, ca * sb * sc - sa * cc],
                [-sb, sa * cb, ca * cb],
            ];
            let sheared = [[1.0, shear[0], shear[1]], [0.0, 1.0, shear[2]], [0.0, 0.0, 1.0]];
            for row in 0..3 {
                for axis in 0..3 {
                    let sign = if signs[axis] { -1.0 } else { 1.0 };
                    let along: f64 = (0..3).map(|k| rotation[row][k] * sheared[k][order[axis]]).sum();
                    // As a header holds it.
                    matrix[row][axis] = f64::from((along * sign * spacing[axis]) as f32);
                }
                matrix[row][3] = f64::from(origin[row] as f32);
            }
            matrix[3][3] = 1.0;
            Grid { shape, affine: Affine::new(matrix).expect("it has an inverse"), dtype }
        },
    )
}

/// The bundle as it is, or with its preprocessing lazy.
fn session(lazy: bool) -> &'static Session {
    static SESSIONS: [OnceLock<Session>; 2] = [OnceLock::new(), OnceLock::new()];
    SESSIONS[usize::from(lazy)].get_or_init(|| {
        let bundle = fixtures::root().join("examples/bundles/brain_tissue");
        let lazy = ("preprocessing::lazy", if lazy { "true" } else { "false" });
        let pipeline = Pipeline::open_with(&bundle, &[], &[lazy]).expect("it can be served");
        Session::prepare(pipeline, Options::threads(2)).expect("it can be prepared")
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn answers_lie_on_the_grid_of_the_image(grid in grid(), lazy in prop::bool::ANY) {
        let Grid { shape, affine, dtype } = grid;
        let noise = counter::image("geometry", &[&[1], shape.as_slice()].concat());
        let data = noise.into_iter().map(|value| (value + 1.0) * 60.0).collect();
        let volume = Volume::new(1, shape, data, affine).expect("it fits");
        let frame = Frame { units: Units::Millimetre, qform_code: 0, sform_code: 1 };
        let file = nifti::encode(&volume, dtype, frame).expect("it fits NIfTI-1");
        let prediction = session(lazy).predict(&[Part::whole(&file)], LIMIT).expect("the bundle takes it");
        let Answer::Nifti(answer) = prediction.answer else { panic!("an image") };
        let answer = nifti::decode(&answer).expect("it is NIfTI").volume;
        prop_assert_eq!((answer.channels, answer.shape, answer.rank), (1, shape, 3));
        for (ours, theirs) in answer.affine.matrix().iter().flatten().zip(affine.matrix().iter().flatten()) {
            prop_assert!((ours - theirs).abs() <= 1e-5 * theirs.abs().max(1.0), "{} and {}", ours, theirs);
        }
        prop_assert!(answer.data.iter().all(|label| (0.0..4.0).contains(label) && label.fract() == 0.0));
    }
}
