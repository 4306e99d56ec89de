//! What the facts found on this machine say about an endpoint.

use monai_spec::Digest;
use monai_spec::supervision::{Desired, Observed, Status};

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// This machine.
    pub host: String,
    /// What was wanted, where that is still written.
    pub desired: Option<Desired>,
    /// What the supervisor saw last.
    pub observed: Option<Observed>,
    /// Whether a supervisor lives.
    pub supervised: bool,
    /// The runtime's copy.
    pub runtime: Copy,
    /// The bundle's copy.
    pub bundle: Copy,
}

/// A copy that an endpoint runs from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Copy {
    /// It lies there with this digest.
    Found(Digest),
    /// It cannot be read, for this reason.
    Lost(String),
}

/// How an endpoint is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// There is none.
    Absent,
    /// It belongs to another machine; nothing can be said about it here.
    Elsewhere {
        /// That machine.
        host: String,
    },
    /// It serves what was wanted.
    Good,
    /// It does not, for these reasons; an apply mends them.
    Drifted(Vec<Drift>),
}

/// One way in which an endpoint is not as it was wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Drift {
    /// No supervisor lives: it was killed, or the machine was started anew.
    Unsupervised,
    /// The server is not ready.
    NotServing {
        /// How the endpoint is.
        status: Status,
        /// Why, where the supervisor knows.
        reason: Option<String>,
    },
    /// An older generation serves.
    Outdated {
        /// The generation that is wanted.
        wanted: u64,
        /// The generation that serves.
        serving: u64,
    },
    /// A copy is not what it was.
    Changed {
        /// `runtime` or `bundle`.
        copy: &'static str,
        /// The digest that was planned.
        planned: Digest,
        /// The digest that was found.
        found: Digest,
    },
    /// A copy cannot be read.
    Lost {
        /// `runtime` or `bundle`.
        copy: &'static str,
        /// Why.
        reason: String,
    },
}

impl Facts {
    /// What these facts mean.
    pub fn condition(&self) -> Condition {
        let Some(desired) = &self.desired else {
            return Condition::Absent;
        };
        if desired.host != self.host {
            return Condition::Elsewhere { host: desired.host.clone() };
        }
        let mut drift = Vec::new();
        match (&self.observed, self.supervised) {
            (_, false) => drift.push(Drift::Unsupervised),
            (None, true) => drift.push(Drift::NotServing { status: Status::Starting, reason: None }),
            (Some(observed), true) => match observed.serving {
                None => drift.push(Drift::NotServing { status: observed.status, reason: observed.reason.clone() }),
                Some(serving) if serving != desired.generation => {
                    drift.push(Drift::Outdated { wanted: desired.generation, serving });
                }
                Some(_) => {}
            },
        }
        let copies = [("runtime", &self.runtime, &desired.runtime), ("bundle", &self.bundle, &desired.bundle)];
        for (copy, found, wanted) in copies {
            match found {
                Copy::Found(found) if *found == wanted.digest => {}
                Copy::Found(found) => {
                    drift.push(Drift::Changed { copy, planned: wanted.digest.clone(), found: found.clone() });
                }
                Copy::Lost(reason) => drift.push(Drift::Lost { copy, reason: reason.clone() }),
            }
        }
        if drift.is_empty() { Condition::Good } else { Condition::Drifted(drift) }
    }
}
