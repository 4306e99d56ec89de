//! The function `fits`.

use std::path::Path;

use monai_pipeline::{Pipeline, Study};
use monai_spec::quantity;
use tfplugin_rust::{Function, FunctionError, Parameters};

use super::cost::THREADS;

/// Whether a bundle with its weights, and its answer to one image, fit into memory.
///
/// What the answer takes is computed from the bundle's own transforms, network and inferer, for a processor, as
/// `monai check --shape` prints it; the weights are counted four times their size, which is what the fastest form of
/// them takes. Fails where the bundle does not run.
#[derive(Parameters)]
pub(crate) struct FitsParameters {
    /// The bundle's folder.
    bundle: String,
    /// The memory, such as `8GiB`.
    memory: String,
    /// Voxels of the image along each spatial axis, voxels of 1 mm; 512, 512, 512 where none are given, or 1024, 1024 for a bundle that takes pictures.
    #[attr(variadic)]
    shape: Vec<i64>,
}

pub(crate) struct Fits;

/// How often the weights' own size they take at most.
const WEIGHTS: u64 = 4;

impl Function for Fits {
    type Arguments = FitsParameters;
    type Answer = bool;
    const NAME: &'static str = "fits";

    fn call(&self, arguments: FitsParameters) -> Result<bool, FunctionError> {
        let FitsParameters { bundle, memory, shape } = arguments;
        let memory = quantity::size(&memory).ok_or_else(|| {
            FunctionError::new(format!("`{memory}` is not a size, expected one such as `8GiB`")).about("memory")
        })?;
        let pipeline = Pipeline::open(Path::new(&bundle))
            .map_err(|report| FunctionError::new(format!("this bundle does not run: {report}")).about("bundle"))?;
        let rank = pipeline.spatial_dims();
        let usual = if rank == 2 { 1024 } else { 512 };
        let shape = if shape.is_empty() { vec![usual; rank] } else { shape };
        let extents: Vec<usize> = shape.iter().map(|extent| usize::try_from(*extent).unwrap_or(0)).collect();
        let study = Study::for_bundle(&pipeline, &extents, None)
            .map_err(|error| FunctionError::new(error.to_string()).about("shape"))?;
        let estimate = pipeline
            .estimate(&study, THREADS, 1)
            .map_err(|error| FunctionError::new(error.to_string()).about("shape"))?;
        let numbers: usize = pipeline.members.iter().map(|member| member.network.numbers()).sum();
        Ok(numbers as u64 * size_of::<f32>() as u64 * WEIGHTS + estimate.memory <= memory)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(memory: &str, shape: &[i64]) -> Result<bool, FunctionError> {
        let bundle = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/bundles/brain_tissue").to_owned();
        Fits.call(FitsParameters { bundle, memory: memory.to_owned(), shape: shape.to_vec() })
    }

    #[test]
    fn more_voxels_need_more_memory() {
        let check = |memory: &str, shape: &[i64], expected: bool| {
            assert_eq!(fits(memory, shape).expect("it is known"), expected, "{memory}, {shape:?}");
        };
        check("16MiB", &[96, 96, 96], false);
        check("1GiB", &[96, 96, 96], true);
        check("1GiB", &[], false);
        check("64GiB", &[], true);
    }

    #[test]
    fn what_has_no_answer_is_refused() {
        let check = |memory: &str, shape: &[i64], words: &str| {
            let error = format!("{:?}", fits(memory, shape).expect_err(words));
            assert!(error.contains(words), "{error}");
        };
        check("plenty", &[96, 96, 96], "is not a size");
        check("1GiB", &[96, 96], "3 spatial axes");
        check("1GiB", &[96, 96, 0], "3 spatial axes");
        let gone = FitsParameters { bundle: "nowhere".into(), memory: "1GiB".into(), shape: Vec::new() };
        assert!(Fits.call(gone).is_err());
    }
}
