//! Lists and adopts places. What is searched for says what goes wrong.

use std::sync::atomic::{AtomicU64, Ordering};

use tfplugin_rust::{Call, Diagnostic, Diagnostics, Found, List, Listed, Model};
use tokio::sync::Notify;

use super::place::{Place, PlaceIdentity, Places};
use super::thing::Lab;

/// How many results an endless list has got rid of, and told when nobody asks for more.
pub(crate) static ADDED: AtomicU64 = AtomicU64::new(0);
pub(crate) static DROPPED: Notify = Notify::const_new();

/// What is searched for.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct Search {
    /// What the names begin with.
    #[attr(required, length = 1..=16)]
    prefix: String,
    /// How many there are.
    #[attr(default = 3u64)]
    count: u64,
}

pub(crate) struct PlaceList;

struct Endless;

impl Drop for Endless {
    fn drop(&mut self) {
        DROPPED.notify_one();
    }
}

fn found(name: &str) -> Listed<Place> {
    Listed::new(format!("the place {name}"), PlaceIdentity { name: name.to_owned(), region: None, number: None })
}

impl List for PlaceList {
    type Resource = Places;
    type Config = Search;

    async fn validate(&self, config: &SearchPlan) -> Diagnostics {
        match config.prefix.known().map(String::as_str) {
            Some("bad") => Diagnostic::error("Bad prefix", "Nothing begins so.").at("prefix").into(),
            _ => Diagnostics::default(),
        }
    }

    async fn list(&self, config: Search, results: &mut Found<Place>, call: &mut Call<Lab>) -> Result<(), Diagnostics> {
        let prefix = config.prefix.as_str();
        if prefix == "endless" {
            let _endless = Endless;
            loop {
                results.add(found(&"e".repeat(64 << 10))).await;
                ADDED.fetch_add(1, Ordering::Relaxed);
            }
        }
        for number in 0..config.count {
            let name = format!("{prefix}{number}");
            let result = match prefix {
                "whole" => Listed::whole(&name, Place::new(&name, Some("there".to_owned()))),
                "nowhere" => found("nowhere"),
                "said" => found(&name).saying(Diagnostic::warning("Old", format!("{name} is old."))),
                _ => found(&name),
            };
            results.add(result).await;
            match (prefix, number) {
                ("fails", 1) => return Err(Diagnostic::error("Lost", "The rest is lost.").into()),
                ("panics", 1) => panic!("as asked"),
                ("page", _) => assert_eq!(results.wanted(), Some(4 - number), "what is left of five"),
                _ => {}
            }
        }
        if prefix == "warned" {
            call.warn(Diagnostic::warning("Not all", "Some places were not looked at."));
        }
        Ok(())
    }
}
