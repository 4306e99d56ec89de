use monai_engine::Device;
use monai_networks::Network;

use crate::{counter, fixtures};

#[test]
fn logits_of_every_network_are_those_of_monai() {
    for (group, manifest) in fixtures::manifests("networks") {
        let target = fixtures::text(&manifest, "target");
        for case in fixtures::cases(&manifest) {
            let name = fixtures::text(case, "name");
            let mut arguments = case["arguments"].clone();
            let class = arguments.as_object_mut().expect("a map").remove("_target_");
            let class = class.as_ref().map_or(target, |class| class.as_str().expect("a name"));
            let network = Network::parse(class, arguments).expect("MONAI builds it");
            for device in [Device::Cpu, Device::Flex] {
                let input = fixtures::input(case, network.in_channels);
                let logits = counter::executor(&network, name, device).run(input).expect("MONAI runs it");
                let worst = fixtures::compare(&group, &manifest, case, &logits);
                println!("{target} {name} by {device:?}: {worst:.1e} of the standard deviation");
            }
        }
    }
}
