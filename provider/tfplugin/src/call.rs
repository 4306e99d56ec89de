//! What surrounds one call of Terraform: the provider, warnings, private data, the deadline and the stop signal.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::deferral::Deferral;
use crate::generated::tfplugin6::ClientCapabilities;
use crate::model::Convert;
use crate::value::Value;
use crate::{Diagnostic, Diagnostics, Private};

/// What a handler has beside its arguments.
#[derive(Debug)]
pub struct Call<P> {
    provider: Arc<P>,
    deadline: Option<Instant>,
    stop: Stop,
    kept: Kept,
}

/// What outlives a handler that fails, panics or runs out of time.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kept(Arc<Mutex<Contents>>);

#[derive(Debug, Default)]
pub(crate) struct Contents {
    pub(crate) warnings: Diagnostics,
    pub(crate) saved: Option<Value>,
    pub(crate) private: Private,
    /// Whether Terraform lets the call be put off.
    pub(crate) may_defer: bool,
    /// Why it is put off.
    pub(crate) deferral: Option<Deferral>,
}

/// The user's wish that Terraform stops, and how long a handler has to obey it.
#[derive(Debug, Clone)]
pub(crate) struct Stop {
    pub(crate) signal: CancellationToken,
    pub(crate) grace: Duration,
}

impl Stop {
    /// Resolves when the grace after the signal has passed.
    pub(crate) async fn ignored(&self) {
        self.signal.cancelled().await;
        tokio::time::sleep(self.grace).await;
    }
}

impl Kept {
    /// Of a call of this client.
    pub(crate) fn of(client: Option<&ClientCapabilities>) -> Self {
        let kept = Self::default();
        kept.lock().may_defer = client.is_some_and(|client| client.deferral_allowed);
        kept
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Contents> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<P> Call<P> {
    pub(crate) fn new(provider: Arc<P>, deadline: Option<Instant>, stop: Stop, kept: Kept) -> Self {
        Self { provider, deadline, stop, kept }
    }

    /// The configured provider.
    pub fn provider(&self) -> &Arc<P> {
        &self.provider
    }

    /// Tells the user something whether or not the call succeeds.
    pub fn warn(&mut self, diagnostic: Diagnostic) {
        self.kept.lock().warnings.push(diagnostic);
    }

    /// Records what exists by now: a model, or a draft of which some is missing still. Where the call then fails, panics or
    /// runs out of time, this becomes the state, so that nothing half made is forgotten.
    pub fn save(&mut self, state: &impl Convert) {
        self.kept.lock().saved = Some(state.write());
    }

    /// The private data of the resource, as a copy. During a plan that Terraform 1.16 or newer repeats, what the first
    /// plan kept.
    pub fn private(&self) -> Private {
        self.kept.lock().private.clone()
    }

    /// Keeps a value in the private data of the resource.
    pub fn set_private(&mut self, key: &str, value: impl Into<serde_json::Value>) {
        self.kept.lock().private.set(key, value);
    }

    /// Whether Terraform lets this call be put off. It does so in few places; a handler that can do without what is missing
    /// should.
    pub fn can_defer(&self) -> bool {
        self.kept.lock().may_defer
    }

    /// Puts the call off, where it is a plan, a read, an import or the opening of an ephemeral resource:
    /// `return Err(call.defer(reason))`. Where Terraform does not allow it, that is an error which says what to do.
    pub fn defer(&mut self, reason: Deferral) -> Diagnostics {
        let mut kept = self.kept.lock();
        if !kept.may_defer {
            return reason.refused();
        }
        kept.deferral = Some(reason);
        Diagnostics::default()
    }

    /// When the call must be done: the framework ends it then. `None` where there is no limit.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// A signal for when the user asked Terraform to stop. A handler that goes on regardless is ended when
    /// [`Provider::GRACE`](crate::Provider::GRACE) has passed; what it saved becomes the state.
    pub fn stop_signal(&self) -> CancellationToken {
        self.stop.signal.clone()
    }

    pub(crate) fn stop(&self) -> Stop {
        self.stop.clone()
    }

    /// Waits for `work`, but fails as soon as the user asks Terraform to stop.
    pub async fn unless_stopped<T>(&self, work: impl Future<Output = T>) -> Result<T, Diagnostics> {
        tokio::select! {
            biased;
            () = self.stop.signal.cancelled() => Err(Diagnostic::error("Stopped", "The operation was stopped on request.").into()),
            done = work => Ok(done),
        }
    }
}
