use monai_engine::{Device, Features};
use monai_networks::Network;
use monai_pipeline::{Blend, Padding, SlidingWindow};
use serde_json::json;

use crate::{counter, fixtures};

/// Bit for bit: the same study must give the same answer on another machine size.
#[test]
fn results_do_not_depend_on_threads_or_windows_in_flight() {
    let arguments = json!({"spatial_dims": 3, "in_channels": 1, "out_channels": 2, "channels": [16, 32, 64],
        "strides": [2, 2], "num_res_units": 2, "norm": "instance"});
    let network = Network::parse("UNet", arguments).expect("supported");
    let image = Features::new(1, &[40, 33, 37], counter::image("threads", &[1, 40, 33, 37]));
    for device in [Device::Cpu, Device::Flex] {
        let executor = counter::executor(&network, "threads", device);
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
            assert!(bits(&alone) == bits(&run(threads, at_once)), "{device:?}, {threads} threads, {at_once} windows");
        }
    }
}
