use monai_engine::{Device, Error, Features};
use monai_networks::Network;

use crate::{counter, fixtures};

/// The smallest case of every family, so that each operation meets a batch.
#[test]
fn a_batch_gives_what_single_runs_give() {
    for (_, manifest) in fixtures::manifests("networks") {
        let case = fixtures::smallest(&manifest);
        let name = fixtures::text(case, "name");
        let network = fixtures::network(&manifest, case);
        let first = fixtures::input(case, network.in_channels);
        let (spatial, mut data) = (first.spatial().to_vec(), first.data().to_vec());
        data.reverse();
        let second = Features::new(network.in_channels, &spatial, data);
        for device in [Device::Cpu, Device::Flex] {
            let executor = counter::executor(&network, name, device);
            let run = |inputs: Vec<Features>| executor.run_batch(inputs).expect("MONAI runs it");
            let together = run(vec![first.clone(), second.clone(), first.clone()]);
            let alone = [first.clone(), second.clone()].map(|input| run(vec![input]).remove(0));
            assert_eq!(together.len(), 3, "{name}");
            assert_ne!(together[0], together[1], "{name}: the samples differ");
            for (found, expected) in together.iter().zip([&alone[0], &alone[1], &alone[0]]) {
                assert_eq!((found.channels(), found.spatial()), (expected.channels(), expected.spatial()), "{name}");
                let greatest = expected.data().iter().fold(0.0_f32, |most, value| most.max(value.abs()));
                let pairs = found.data().iter().zip(expected.data());
                let differ = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                // The processor runs one after the other; a batch may add in another order.
                let most = if device == Device::Cpu { 0.0 } else { 1e-5 * greatest };
                assert!(differ <= most, "{name} by {device}: {differ} of {greatest}");
            }
        }
    }
}

#[test]
fn what_cannot_be_one_batch_is_refused() {
    let arguments =
        serde_json::json!({"spatial_dims": 2, "in_channels": 1, "out_channels": 1, "channels": [2, 4], "strides": [2]});
    let network = Network::parse("UNet", arguments).expect("supported");
    let executor = counter::executor(&network, "batch", Device::Cpu);
    let image = |channels: usize, size: usize| Features::new(channels, &[size, 8], vec![0.0; channels * size * 8]);
    assert!(executor.run_batch(Vec::new()).expect("nothing to do").is_empty());
    let sizes = executor.run_batch(vec![image(1, 8), image(1, 16)]);
    assert!(matches!(sizes, Err(Error::AcceptBatch { .. })));
    let channels = executor.run_batch(vec![image(1, 8), image(2, 8)]);
    assert!(matches!(channels, Err(Error::AcceptChannels { found: 2, expected: 1 })));
}
