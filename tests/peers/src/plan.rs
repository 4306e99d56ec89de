//! `terraform plan` of one resource.

use std::path::Path;

use lab::root;

use crate::error::Error;
use crate::folder::{Folder, quoted};
use crate::measure::{interleaved, median};
use crate::process::Cost;
use crate::programs::place;
use crate::report::{Goal, Row};

const SOURCE: &str = "monai-rs/monai";

/// Plans an endpoint with our provider, the same configuration with the peer, and `terraform_data` alone.
pub(crate) fn measure(
    terraform: &Path,
    ours: &Path,
    peer: &Path,
    runtime: &Path,
    runs: usize,
) -> Result<Vec<Row>, Error> {
    let bundle = root().join("examples/bundles/brain_tissue");
    let (state, bundle, runtime) = (quoted(&place("plan/state")?), quoted(&bundle), quoted(runtime));
    let endpoint = format!(
        r#"terraform {{
  required_providers {{
    monai = {{
      source = "{SOURCE}"
    }}
  }}
}}

provider "monai" {{
  local {{
    state_dir = {state}
  }}
}}

resource "monai_model_endpoint" "one" {{
  name = "one"

  bundle {{
    source = {bundle}
  }}

  local {{
    port    = 18999
    runtime = {runtime}
  }}

  auth {{
    anonymous = true
  }}
}}
"#
    );
    let prepare = |name: &str, configuration: &str, program: Option<&Path>| {
        let provider = program.and_then(Path::parent).map(|folder| (SOURCE, folder));
        Folder::prepare(name, &[("main.tf", configuration.to_owned())], provider)
    };
    let ours = prepare("plan/ours", &endpoint, Some(ours))?;
    let peer = prepare("plan/peer", &endpoint, Some(peer))?;
    let data = prepare("plan/terraform_data", "resource \"terraform_data\" \"one\" {}\n", None)?;
    eprintln!("peers: terraform plan, {runs} runs");
    let [ours, data, peer] = interleaved(
        runs,
        [&mut || ours.plan(terraform, &[]), &mut || data.plan(terraform, &[]), &mut || peer.plan(terraform, &[])],
    )?;
    let seconds = |costs: &[Cost]| median(costs, |cost| cost.seconds);
    let (ours, data, peer) = (seconds(&ours), seconds(&data), seconds(&peer));
    Ok(vec![
        Row::new("terraform plan, beside terraform_data", "s", ours, data).goal(Goal::Excess(0.1)),
        Row::new("terraform plan, beside Go", "s", ours, peer),
    ])
}
