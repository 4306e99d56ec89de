//! What the routes share.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, RwLock};

use monai_spec::{Auth, ErrorCode, Settings};

use crate::failure::Failure;
use crate::inference::Inference;
use crate::log::Log;
use crate::queue::Queue;

/// A server's settings and state; clones share it.
#[derive(Clone)]
pub struct Server {
    inner: Arc<Inner>,
}

struct Inner {
    settings: Settings,
    auth: RwLock<Arc<Auth>>,
    inference: OnceLock<Arc<dyn Inference>>,
    draining: AtomicBool,
    queue: Queue,
    log: Log,
}

impl Server {
    /// A server whose model is still being loaded: it answers its health routes, and 503 on the others.
    pub fn loading(settings: Settings, log: Log) -> Server {
        let queue = Queue::new(settings.target_in_flight, settings.queue_depth);
        let auth = RwLock::new(Arc::new(settings.auth.clone()));
        let log = log.at(settings.log_level);
        let (inference, draining) = (OnceLock::new(), AtomicBool::new(false));
        Server { inner: Arc::new(Inner { settings, auth, inference, draining, queue, log }) }
    }

    /// Takes the loaded model; from now on the server is ready. A second model is not taken.
    pub fn model_loaded(&self, inference: Arc<dyn Inference>) {
        let _ = self.inner.inference.set(inference);
    }

    /// From now on the server is not ready for more; requests that still reach it are answered.
    pub fn start_draining(&self) {
        self.inner.draining.store(true, Ordering::SeqCst);
    }

    /// Whether a load balancer should send requests here.
    pub(crate) fn ready(&self) -> Result<(), Failure> {
        if self.inner.draining.load(Ordering::SeqCst) {
            return Err(Failure::new(ErrorCode::NotReady, "the server is stopping").retry_after(1));
        }
        self.loaded().map(drop)
    }

    /// The model, once it is loaded.
    pub(crate) fn loaded(&self) -> Result<&Arc<dyn Inference>, Failure> {
        let loading = || Failure::new(ErrorCode::NotReady, "the model is being loaded").retry_after(5);
        self.inner.inference.get().ok_or_else(loading)
    }

    /// The model, where it is loaded, for the log.
    pub(crate) fn model(&self) -> Option<&Arc<dyn Inference>> {
        self.inner.inference.get()
    }

    /// The settings that the server was started with.
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// Replaces who may call; requests that were admitted go on.
    pub fn set_auth(&self, auth: Auth) {
        *self.inner.auth.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = Arc::new(auth);
    }

    pub(crate) fn auth(&self) -> Arc<Auth> {
        Arc::clone(&self.inner.auth.read().unwrap_or_else(|poisoned| poisoned.into_inner()))
    }

    pub(crate) fn queue(&self) -> &Queue {
        &self.inner.queue
    }

    pub(crate) fn log(&self) -> &Log {
        &self.inner.log
    }
}
