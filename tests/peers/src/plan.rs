//! `terraform plan` of one resource.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use lab::root;
use serde_json::Value;

use crate::error::Error;
use crate::measure::{interleaved, median};
use crate::process::{self, Cost};
use crate::programs::{file, place};
use crate::report::{Goal, Row};

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
      source = "monai-rs/monai"
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
    let ours = Folder::prepare("plan/ours", &endpoint, Some(ours))?;
    let peer = Folder::prepare("plan/peer", &endpoint, Some(peer))?;
    let data = Folder::prepare("plan/terraform_data", "resource \"terraform_data\" \"one\" {}\n", None)?;
    eprintln!("peers: terraform plan, {runs} runs");
    let [ours, data, peer] =
        interleaved(runs, [&mut || ours.plan(terraform), &mut || data.plan(terraform), &mut || peer.plan(terraform)])?;
    let seconds = |costs: &[Cost]| median(costs, |cost| cost.seconds);
    let (ours, data, peer) = (seconds(&ours), seconds(&data), seconds(&peer));
    Ok(vec![
        Row::new("terraform plan, beside terraform_data", "s", ours, data).goal(Goal::Excess(0.1)),
        Row::new("terraform plan, beside Go", "s", ours, peer),
    ])
}

/// A configuration and how its provider is found.
struct Folder {
    folder: PathBuf,
    settings: PathBuf,
}

impl Folder {
    fn prepare(name: &str, configuration: &str, provider: Option<&Path>) -> Result<Self, Error> {
        let folder = place(name)?;
        let settings = folder.join("terraform.rc");
        let overrides = provider.and_then(Path::parent).map_or_else(String::new, |folder| {
            format!("  dev_overrides {{\n    \"monai-rs/monai\" = {}\n  }}\n", quoted(folder))
        });
        let text = format!("disable_checkpoint = true\nprovider_installation {{\n{overrides}  direct {{}}\n}}\n");
        for (path, text) in [(&settings, text.as_str()), (&folder.join("main.tf"), configuration)] {
            fs::write(path, text).map_err(|source| file("write", path, source))?;
        }
        Ok(Self { folder, settings })
    }

    fn plan(&self, terraform: &Path) -> Result<Cost, Error> {
        let mut command = Command::new(terraform);
        command.arg("plan").arg("-input=false").current_dir(&self.folder);
        command.env("TF_CLI_CONFIG_FILE", &self.settings).env("CHECKPOINT_DISABLE", "1").env("TF_IN_AUTOMATION", "1");
        for name in
            ["TF_LOG", "TF_CLI_ARGS", "TF_CLI_ARGS_plan", "TF_DATA_DIR", "TF_WORKSPACE", "TF_REATTACH_PROVIDERS"]
        {
            command.env_remove(name);
        }
        process::run(&mut command)
    }
}

/// A path as a string of HCL, whose escapes are JSON's; `${` and `%{` would be templates.
fn quoted(path: &Path) -> String {
    Value::from(path.display().to_string()).to_string().replace("${", "$${").replace("%{", "%%{")
}
