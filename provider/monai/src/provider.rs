//! The provider and its configuration.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use monai_deploy_local::Local;
use tfplugin_rust::{Attr, Catalog, Diagnostic, Diagnostics, Model, Provider};

use crate::bundle::{BundleDataSource, Fits};
use crate::endpoint::EndpointResource;

/// Takes trained MONAI bundles to production.
#[derive(Debug, Clone, PartialEq, Model)]
pub struct Config {
    /// The platform `local`: endpoints as supervised processes on this machine.
    #[attr(block)]
    local: Option<LocalConfig>,
}

/// Settings of the platform `local`.
#[derive(Debug, Clone, PartialEq, Model)]
pub(crate) struct LocalConfig {
    /// The folder that endpoints of this machine live in. Default: `$XDG_STATE_HOME/monai`, else `~/.local/state/monai`.
    #[attr(optional)]
    state_dir: Option<String>,
}

/// The configured provider.
#[derive(Debug)]
pub struct Monai {
    state_dir: Option<PathBuf>,
}

impl Monai {
    /// The endpoints of this machine.
    pub(crate) fn local(&self) -> Result<Arc<Local>, Diagnostics> {
        let Some(state_dir) = &self.state_dir else {
            let detail = "Neither XDG_STATE_HOME nor HOME is set. Set `local { state_dir = \"…\" }` in the provider's configuration.";
            return Err(Diagnostic::error("No place for the state of local endpoints", detail).into());
        };
        match Local::open(state_dir) {
            Ok(local) => Ok(Arc::new(local)),
            Err(error) => Err(Diagnostic::error("Cannot open the state of local endpoints", error.to_string()).into()),
        }
    }
}

impl Provider for Monai {
    type Config = Config;
    const NAME: &'static str = "monai";
    const SOURCE: Option<&'static str> = Some("registry.terraform.io/monai-rs/monai");
    const THREADS: Option<NonZeroUsize> = NonZeroUsize::new(1);

    async fn configure(config: ConfigPlan, _terraform: &str) -> Result<Self, Diagnostics> {
        let local = config.local.into_known().map(|local| local.state_dir).unwrap_or_default();
        let state_dir = match local {
            Attr::Known(folder) => Some(PathBuf::from(folder)),
            Attr::Null => Local::default_state_dir(),
            Attr::Unknown(_) => {
                let detail = "The folder of local endpoints must be known when Terraform plans; it is what a plan is compared with.";
                return Err(Diagnostic::error("Unknown state folder", detail).at("local.state_dir").into());
            }
        };
        Ok(Self { state_dir })
    }

    fn catalog() -> Catalog<Self> {
        Catalog::new().resource(EndpointResource).data_source(BundleDataSource).function(Fits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schemas_are_sound() {
        assert_eq!(Monai::catalog().problems(), Vec::<String>::new());
    }
}
