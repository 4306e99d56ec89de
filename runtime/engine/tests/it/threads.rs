use monai_engine::{Device, Executor, Features, Options, Precision, Session};
use monai_imaging::{Affine, Volume};
use monai_networks::Network;
use monai_pipeline::{Blend, Padding, Pipeline, SlidingWindow};
use monai_transforms::Sample;
use serde_json::json;

use crate::{counter, fixtures};

/// Bit for bit: the same study must give the same answer on another machine size.
#[test]
fn results_do_not_depend_on_threads_or_windows_in_flight() {
    let arguments = json!({"spatial_dims": 3, "in_channels": 1, "out_channels": 2, "channels": [16, 32, 64],
        "strides": [2, 2], "num_res_units": 2, "norm": "instance"});
    let network = Network::parse("UNet", arguments).expect("supported");
    let image = Features::new(1, &[40, 33, 37], counter::image("threads", &[1, 40, 33, 37]));
    let bf16 = Precision::find("bf16", Device::Cpu).ok().map(|bf16| (Device::Cpu, bf16));
    for (device, precision) in [(Device::Cpu, Precision::Fp32), (Device::Flex, Precision::Fp32)].into_iter().chain(bf16)
    {
        let read = |entry: &_| Ok(counter::parameter("threads", entry));
        let executor = Executor::prepare(&network, device, precision, read).expect("it is supported");
        let run = |threads: usize, at_once: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            let settings = SlidingWindow {
                roi_size: vec![Some(32); 3],
                sw_batch_size: 1,
                overlap: vec![0.25; 3],
                blend: Blend::Gaussian { sigma_scale: vec![0.125; 3] },
                padding: Padding::Constant(0.0),
            };
            pool.install(|| fixtures::stitched(&settings, image.clone(), at_once, &executor)).expect("fits")
        };
        let alone = run(1, 1);
        for (threads, at_once) in [(2, 1), (2, 2), (3, 4), (5, 5)] {
            let bits = |features: &Features| features.data().iter().map(|value| value.to_bits()).collect::<Vec<_>>();
            assert!(
                bits(&alone) == bits(&run(threads, at_once)),
                "{device:?} in {precision}, {threads} threads, {at_once} windows"
            );
        }
    }
}

/// The smallest case of every family, alone and with more threads than it has parts.
#[test]
fn no_network_depends_on_the_number_of_threads() {
    for (group, manifest) in fixtures::manifests("networks") {
        let case = fixtures::smallest(&manifest);
        let network = fixtures::network(&manifest, case);
        let executor = counter::executor(&network, fixtures::text(case, "name"), Device::Cpu);
        let input = fixtures::input(case, network.in_channels);
        let run = |threads: usize| -> Vec<u32> {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            let output = pool.install(|| executor.run(input.clone())).expect("it fits");
            output.data().iter().map(|value| value.to_bits()).collect()
        };
        let alone = run(1);
        assert!([2, 3, 7].into_iter().all(|threads| run(threads) == alone), "{group}");
    }
}

/// A session's mirrored passes are those of its inferer over the whole image.
#[test]
fn mirrored_sessions_average_what_plain_ones_give() {
    let bundle = fixtures::root().join("examples/bundles/brain_tissue");
    let session = |mirror: Vec<usize>| {
        let pipeline = Pipeline::open(&bundle).expect("it can be served");
        Session::prepare(pipeline, Options { mirror, ..Options::threads(2) })
    };
    let plain = session(Vec::new()).expect("it can be prepared");
    let mirrored = session(vec![2]).expect("it has three axes");
    let shape = [16, 12, 10];
    let data = counter::image("mirrored", &[1, 16, 12, 10]);
    let volume = Volume::new(1, shape, data, Affine::IDENTITY).expect("it fits");
    let flip = |mut volume: Volume| {
        volume.data.chunks_exact_mut(shape[2]).for_each(<[f32]>::reverse);
        volume
    };
    let logits = |session: &Session, volume: Volume| {
        let sample = Sample::of(&session.pipeline().input.key, volume);
        session.infer(&sample).expect("it fits").remove(0).volume
    };
    let (straight, turned) = (logits(&plain, volume.clone()), flip(logits(&plain, flip(volume.clone()))));
    let found = logits(&mirrored, volume);
    assert!(straight.data != turned.data, "the network is not symmetric");
    for ((found, straight), turned) in found.data.iter().zip(&straight.data).zip(&turned.data) {
        assert!((found - (straight + turned) / 2.0).abs() < 1e-5, "{found}, {straight} and {turned}");
    }
    let refused = session(vec![3]).err().expect("there is no such axis").to_string();
    assert!(refused.contains("axis 3 of an image of 3 spatial axes"), "{refused}");
}
