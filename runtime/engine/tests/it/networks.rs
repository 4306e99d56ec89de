use monai_engine::Device;
use monai_networks::Network;

use crate::{counter, fixtures};

#[test]
fn logits_of_every_unet_are_those_of_monai() {
    let manifest = fixtures::manifest("networks");
    let cases = fixtures::cases(&manifest);
    assert!(cases.len() >= 6);
    for case in cases {
        let name = fixtures::text(case, "name");
        let network = Network::parse("UNet", case["arguments"].clone()).expect("MONAI builds it");
        for device in [Device::Cpu, Device::Flex] {
            let input = fixtures::input(case, network.in_channels);
            let logits = counter::executor(&network, name, device).run(input).expect("MONAI runs it");
            let worst = fixtures::compare("networks", &manifest, case, &logits);
            println!("{name} by {device:?}: {worst:.1e} of the standard deviation");
        }
    }
}
