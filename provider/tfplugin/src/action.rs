//! Actions.

use std::future::Future;
use std::time::Duration;

use tokio::sync::mpsc::Sender;

use crate::{Call, Diagnostics, Model, Provider};

/// Something that Terraform does when it is asked to, by `terraform apply -invoke` or by a resource's `action_trigger`, and
/// that leaves nothing in the state: a restart, an invalidation. Terraform 1.14 and newer know actions.
///
/// The provider computes nothing of an action: each attribute is required, optional or has a default.
pub trait Action: Send + Sync + 'static {
    /// The provider that it belongs to.
    type Provider: Provider;
    /// Its configuration.
    type Model: Model;

    /// Its full name, such as `monai_endpoint_restart`.
    const NAME: &'static str;
    /// How long it may take; `invoke` of the configuration's `timeouts` says it otherwise.
    const LIMIT: Duration = Duration::from_secs(1200);

    /// Checks a configuration, of which parts may be unknown, before the provider is configured.
    fn validate(&self, config: &<Self::Model as Model>::Plan) -> impl Future<Output = Diagnostics> + Send {
        let _ = config;
        async { Diagnostics::default() }
    }

    /// Says during a plan whether it could be done, as far as the configuration is known. Nothing may be changed.
    fn plan(
        &self,
        config: &<Self::Model as Model>::Plan,
        call: &mut Call<Self::Provider>,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send {
        let _ = (config, call);
        async { Ok(()) }
    }

    /// Does it. Defaults are filled in.
    fn invoke(
        &self,
        config: <Self::Model as Model>::Draft,
        progress: &Progress,
        call: &mut Call<Self::Provider>,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send;
}

/// Where an action says how far it is.
#[derive(Debug)]
pub struct Progress(pub(crate) Sender<String>);

impl Progress {
    /// Tells the user, as soon as Terraform took what was said before. One line, without secrets: Terraform prints it.
    pub async fn say(&self, message: impl Into<String> + Send) {
        // Where nobody listens any more the call is being ended.
        let _ = self.0.send(message.into()).await;
    }
}
