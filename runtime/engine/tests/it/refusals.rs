use monai_engine::{Device, Error, Executor, Features, Precision};
use monai_networks::Network;
use monai_pipeline::{Blend, Padding, SlidingWindow};
use serde_json::json;

use crate::{counter, fixtures};

fn network() -> Network {
    let arguments = json!({"spatial_dims": 3, "in_channels": 1, "out_channels": 2, "channels": [4, 8], "strides": [2]});
    Network::parse("UNet", arguments).expect("supported")
}

fn zeros(channels: usize, spatial: &[usize]) -> Features {
    Features::new(channels, spatial, vec![0.0; channels * spatial.iter().product::<usize>()])
}

fn check(result: Result<Features, Error>, words: &[&str]) {
    let error = result.expect_err("refused");
    let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
    let message = format!("{error}: {source}");
    for word in words {
        assert!(message.contains(word), "`{message}` lacks `{word}`");
    }
}

#[test]
fn images_that_do_not_fit_are_refused() {
    let executor = counter::executor(&network(), "refusals", Device::Cpu);
    check(executor.run(zeros(2, &[8, 8, 8])), &["2 channels", "takes 1"]);
    check(executor.run(zeros(1, &[8, 8])), &["[8, 8]", "3 spatial axes"]);
}

#[test]
fn windows_that_do_not_fit_are_refused() {
    let executor = counter::executor(&network(), "refusals", Device::Cpu);
    let infer = |roi: Vec<Option<usize>>, padding: Padding, spatial: &[usize]| {
        let (overlap, blend) = (vec![0.25; roi.len()], Blend::Constant);
        let settings = SlidingWindow { roi_size: roi, sw_batch_size: 1, overlap, blend, padding };
        fixtures::stitched(&settings, zeros(1, spatial), 1, &executor)
    };
    let window = |size: usize| vec![Some(size); 3];
    check(infer(vec![Some(8); 2], Padding::Replicate, &[8, 8, 8]), &["3 spatial axes", "takes 2"]);
    check(infer(window(7), Padding::Replicate, &[9, 9, 9]), &["8, 8, 8", "7, 7, 7"]);
    check(infer(window(16), Padding::Reflect, &[16, 16, 3]), &["axis 2", "3 voxels", "by 7", "reflect"]);
    check(infer(window(16), Padding::Circular, &[16, 16, 3]), &["circular"]);
}

#[test]
fn weights_of_another_size_are_refused() {
    let refused = Executor::prepare(&network(), Device::Cpu, Precision::Fp32, |_| Ok(vec![0.0; 3]))
        .err()
        .expect("refused")
        .to_string();
    assert!(refused.contains("model.0.conv.weight") && refused.contains("3 numbers"), "{refused}");
    let failed = Executor::prepare(&network(), Device::Cpu, Precision::Fp32, |_| Err("short file".into()))
        .err()
        .expect("refused")
        .to_string();
    assert!(failed.contains("model.0.conv.weight"), "{failed}");
}
