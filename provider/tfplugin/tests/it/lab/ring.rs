//! The action `lab_ring`: rings a bell, or does what its name asks for.

use std::time::Duration;

use tfplugin_rust::{Action, Call, Diagnostic, Diagnostics, Model, Progress};

use super::thing::Lab;

/// Rings a bell.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct Bell {
    /// Its name.
    #[attr(required, length = 1..=20)]
    name: String,
    /// How often.
    #[attr(default = 2u64, range = 1..=9)]
    times: u64,
    /// The code of the tower.
    #[attr(optional, sensitive)]
    code: Option<String>,
    /// Who listens.
    #[attr(optional)]
    listeners: Option<Vec<Listener>>,
}

/// Somebody who listens.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct Listener {
    /// Who it is.
    #[attr(required)]
    name: String,
    /// How near.
    #[attr(default = "near")]
    place: String,
}

pub(crate) struct Rings;

impl Action for Rings {
    type Provider = Lab;
    type Model = Bell;
    const NAME: &'static str = "lab_ring";
    const LIMIT: Duration = Duration::from_millis(50);

    async fn validate(&self, config: &BellPlan) -> Diagnostics {
        match config.name.known().map(String::as_str) {
            Some("broken") => Diagnostic::error("Broken bell", "It does not ring.").at("name").into(),
            _ => Diagnostics::default(),
        }
    }

    async fn plan(&self, config: &BellPlan, call: &mut Call<Lab>) -> Result<(), Diagnostics> {
        if config.times.known().is_some_and(|times| *times > 8) {
            return Err(Diagnostic::error("Too loud", "Nobody rings nine times.").at("times").into());
        }
        call.warn(Diagnostic::warning("Soon", "It will ring."));
        Ok(())
    }

    async fn invoke(&self, bell: Bell, progress: &Progress, call: &mut Call<Lab>) -> Result<(), Diagnostics> {
        for time in 1..=bell.times {
            progress.say(format!("{} rings, {time} of {}", bell.name, bell.times)).await;
        }
        if let Some(code) = bell.code {
            progress.say(format!("the tower opens with {code}")).await;
        }
        for listener in bell.listeners.into_iter().flatten() {
            progress.say(format!("{} is {}", listener.name, listener.place)).await;
        }
        call.warn(Diagnostic::warning("Loud", "It rang."));
        match bell.name.as_str() {
            "fails" => Err(Diagnostic::error("Cracked", "It has a crack.").at("name").into()),
            "panics" => panic!("as asked"),
            "slow" => std::future::pending().await,
            _ => Ok(()),
        }
    }
}
