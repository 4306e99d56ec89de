use monai_engine::{Device, Error, Executor, Features, Padding, PerAxis, SlidingWindow};
use monai_networks::Network;
use serde_json::json;

use crate::counter;

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
    let infer =
        |settings: SlidingWindow, spatial: &[usize]| settings.infer(zeros(1, spatial), |window| executor.run(window));
    let window = |size: usize| SlidingWindow::new(PerAxis::All(Some(size)));
    check(infer(SlidingWindow::new(PerAxis::Each(vec![Some(8); 2])), &[8, 8, 8]), &["roi_size", "2 values", "3 axes"]);
    check(infer(window(7), &[9, 9, 9]), &["8, 8, 8", "7, 7, 7"]);
    check(
        infer(SlidingWindow { padding: Padding::Reflect, ..window(16) }, &[16, 16, 3]),
        &["axis 2", "3 voxels", "by 7", "reflect"],
    );
    check(infer(SlidingWindow { padding: Padding::Circular, ..window(16) }, &[16, 16, 3]), &["circular"]);
}

#[test]
fn weights_of_another_size_are_refused() {
    let refused = Executor::prepare(&network(), Device::Cpu, |_| Ok(vec![0.0; 3])).err().expect("refused").to_string();
    assert!(refused.contains("model.0.conv.weight") && refused.contains("3 numbers"), "{refused}");
    let failed =
        Executor::prepare(&network(), Device::Cpu, |_| Err("short file".into())).err().expect("refused").to_string();
    assert!(failed.contains("model.0.conv.weight"), "{failed}");
}
