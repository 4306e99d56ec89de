//! Ephemeral resources.

use std::future::Future;
use std::time::{Duration, SystemTime};

use crate::{Call, Diagnostic, Diagnostics, Model, Provider};

/// A value that Terraform has only while it works, such as a token: in no plan and in no state.
///
/// Terraform opens one in each plan and in each apply and closes it in the end, after a stop as well. What later calls must
/// know of what was opened is kept by [`Call::set_private`], in Terraform's memory alone.
pub trait Ephemeral: Send + Sync + 'static {
    /// The provider that it belongs to.
    type Provider: Provider;
    /// Its attributes.
    type Model: Model;

    /// Its full name, such as `vault_token`.
    const NAME: &'static str;
    /// How long each of its calls may take; `open` of the configuration's `timeouts` says it for that one.
    const LIMIT: Duration = Duration::from_secs(300);

    /// Checks a configuration, of which parts may be unknown, before the provider is configured.
    fn validate(&self, config: &<Self::Model as Model>::Plan) -> impl Future<Output = Diagnostics> + Send {
        let _ = config;
        async { Diagnostics::default() }
    }

    /// Answers the configuration with its computed values filled in. Defaults are filled in already. Where this fails after
    /// it has kept private data, [`close`](Self::close) is called at once: Terraform does not.
    fn open(
        &self,
        config: <Self::Model as Model>::Draft,
        call: &mut Call<Self::Provider>,
    ) -> impl Future<Output = Result<Opened<Self::Model>, Diagnostics>> + Send;

    /// Keeps what is open alive, at the time that [`Opened::renew_at`] said, and answers when it wants that again. The value
    /// cannot change. Terraform gives the private data of one renewal to the next one, but to
    /// [`close`](Self::close) that of [`open`](Self::open).
    fn renew(
        &self,
        call: &mut Call<Self::Provider>,
    ) -> impl Future<Output = Result<Option<SystemTime>, Diagnostics>> + Send {
        let _ = call;
        let detail =
            format!("{} says when it wants to be renewed, but not how. This is a fault of the provider.", Self::NAME);
        async { Err(Diagnostic::error("Cannot be renewed", detail).into()) }
    }

    /// Ends what was opened.
    fn close(&self, call: &mut Call<Self::Provider>) -> impl Future<Output = Result<(), Diagnostics>> + Send {
        let _ = call;
        async { Ok(()) }
    }
}

/// What was opened.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened<M> {
    /// The configuration with its computed values.
    pub result: M,
    /// When it wants to be renewed, some time before it ends: Terraform comes exactly then. `None` where it need not.
    pub renew_at: Option<SystemTime>,
}

impl<M> Opened<M> {
    /// Something that need not be renewed.
    pub fn new(result: M) -> Self {
        Self { result, renew_at: None }
    }

    /// The same with the time when it wants to be renewed.
    pub fn renew_at(self, time: SystemTime) -> Self {
        Self { renew_at: Some(time), ..self }
    }
}
