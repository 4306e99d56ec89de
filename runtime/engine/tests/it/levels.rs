//! Processors without the best instructions.

use monai_engine::Executor;
use monai_kernels::Level;
use monai_networks::Network;
use serde_json::Value;

use crate::{counter, fixtures};

/// The smallest case of every family on every level that this processor has beside its best one, which all cases use.
#[test]
fn every_level_of_the_processor_gives_what_monai_gives() {
    let levels = Level::available();
    let (_, lesser) = levels.split_last().expect("the portable level is always there");
    for (group, manifest) in fixtures::manifests("networks") {
        let voxels = |case: &&Value| fixtures::sizes(&case["spatial"]).iter().product::<usize>();
        let case = fixtures::cases(&manifest).iter().min_by_key(voxels).expect("a family has cases");
        let name = fixtures::text(case, "name");
        let mut arguments = case["arguments"].clone();
        let class = arguments.as_object_mut().expect("a map").remove("_target_");
        let class = class.as_ref().unwrap_or(&manifest["target"]).as_str().expect("a name");
        let network = Network::parse(class, arguments).expect("MONAI builds it");
        for &level in lesser {
            let executor = Executor::prepare_at(level, &network, |entry| Ok(counter::parameter(name, entry)));
            let input = fixtures::input(case, network.in_channels);
            let logits = executor.expect("it is supported").run(input).expect("MONAI runs it");
            let worst = fixtures::compare(&group, &manifest, case, &logits);
            println!("{name} by {level:?}: {worst:.1e} of the standard deviation");
        }
    }
}
