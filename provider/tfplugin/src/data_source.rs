//! Data sources.

use std::future::Future;
use std::time::Duration;

use crate::{Call, Diagnostics, Model, Provider};

/// Something that Terraform reads and never changes.
pub trait DataSource: Send + Sync + 'static {
    /// The provider that it belongs to.
    type Provider: Provider;
    /// Its attributes.
    type Model: Model;

    /// Its full name, such as `monai_bundle`.
    const NAME: &'static str;
    /// How long a read may take where the configuration's `timeouts` says nothing.
    const LIMIT: Duration = Duration::from_secs(300);

    /// Checks a configuration, of which parts may be unknown, before the provider is configured.
    fn validate(&self, config: &<Self::Model as Model>::Plan) -> impl Future<Output = Diagnostics> + Send {
        let _ = config;
        async { Diagnostics::default() }
    }

    /// Answers the configuration with its computed values filled in. Defaults are filled in already.
    fn read(
        &self,
        config: <Self::Model as Model>::Draft,
        call: &mut Call<Self::Provider>,
    ) -> impl Future<Output = Result<Self::Model, Diagnostics>> + Send;
}
