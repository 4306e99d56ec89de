//! Processors without the best instructions.

use monai_engine::Executor;
use monai_kernels::Level;

use crate::{counter, fixtures};

/// The smallest case of every family on every level that this processor has beside its best one, which all cases use.
#[test]
fn every_level_of_the_processor_gives_what_monai_gives() {
    let levels = Level::available();
    let (_, lesser) = levels.split_last().expect("the portable level is always there");
    for (group, manifest) in fixtures::manifests("networks") {
        let case = fixtures::smallest(&manifest);
        let name = fixtures::text(case, "name");
        let network = fixtures::network(&manifest, case);
        for &level in lesser {
            let executor = Executor::prepare_at(level, &network, |entry| Ok(counter::parameter(name, entry)));
            let input = fixtures::input(case, network.in_channels);
            let logits = executor.expect("it is supported").run(input).expect("MONAI runs it");
            let worst = fixtures::compare(&group, &manifest, case, &logits);
            println!("{name} by {level:?}: {worst:.1e} of the standard deviation");
        }
    }
}
