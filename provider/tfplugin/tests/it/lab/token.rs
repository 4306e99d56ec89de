//! The ephemeral resource `lab_token`, whose name says what goes wrong with it, as in `panic close`.

use std::fs::OpenOptions;
use std::io::Write;
use std::time::{Duration, SystemTime};

use serde_json::Value as Json;
use tfplugin_rust::{Call, Catalog, Diagnostic, Diagnostics, Dynamic, Ephemeral, Model, Opened, Span, Type, Value};
use tokio::sync::Notify;

use super::thing::Lab;

/// Told when a token called `wait open` is being opened.
pub(crate) static OPENING: Notify = Notify::const_new();

/// Told when a token is renewed.
pub(crate) static RENEWED: Notify = Notify::const_new();

/// A token.
#[derive(Debug, Clone, PartialEq, Model)]
pub(crate) struct Token {
    /// Its name.
    #[attr(required, length = 1..=16)]
    name: String,
    /// What it allows.
    #[attr(default = "read", one_of = ["read", "write"])]
    scope: String,
    /// A file that says what became of it.
    #[attr(optional)]
    ledger: Option<String>,
    /// What to show.
    #[attr(computed, sensitive)]
    value: String,
    /// More of it.
    #[attr(computed)]
    more: Option<Dynamic>,
    /// Time limits.
    #[attr(optional)]
    timeouts: Option<Limits>,
}

/// Time limits of a token.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct Limits {
    /// Of opening it.
    #[attr(optional)]
    open: Option<Span>,
}

struct Tokens;

/// Both ephemeral resources.
pub(crate) fn add(catalog: Catalog<Lab>) -> Catalog<Lab> {
    catalog.ephemeral(Tokens).ephemeral(Briefs)
}

/// Does what the name asks for at this place.
async fn trip(name: &str, act: &str, call: &Call<Lab>) -> Result<(), Diagnostics> {
    match name.split_once(' ') {
        Some(("panic", place)) if place == act => panic!("as asked, with a secret: {name}"),
        Some(("slow", place)) if place == act => std::future::pending().await,
        Some(("fail", place)) if place == act => Err(Diagnostic::error("Failed", "It failed.").into()),
        Some(("wait", place)) if place == act => {
            OPENING.notify_one();
            call.unless_stopped(std::future::pending()).await
        }
        _ => Ok(()),
    }
}

fn text(call: &Call<Lab>, key: &str) -> String {
    call.private().get(key).and_then(Json::as_str).unwrap_or_default().to_owned()
}

/// Writes a line into the ledger, where there is one. Calls that run at once share it, so a line is
/// one write.
fn note(call: &Call<Lab>, line: &str) {
    let path = text(call, "ledger");
    if !path.is_empty() {
        let mut file = OpenOptions::new().create(true).append(true).open(path).expect("a ledger");
        file.write_all(format!("{line}\n").as_bytes()).expect("it is written");
    }
}

impl Ephemeral for Tokens {
    type Provider = Lab;
    type Model = Token;
    const NAME: &'static str = "lab_token";
    const LIMIT: Duration = Duration::from_millis(50);

    async fn validate(&self, config: &TokenPlan) -> Diagnostics {
        match config.name.known().map(String::as_str) {
            Some("bad") => Diagnostic::error("Bad name", "No token is bad.").at("name").into(),
            _ => Diagnostics::default(),
        }
    }

    async fn open(&self, config: TokenDraft, call: &mut Call<Lab>) -> Result<Opened<Token>, Diagnostics> {
        trip(&config.name, "early open", call).await?;
        call.set_private("name", config.name.as_str());
        call.set_private("ledger", config.ledger.clone().unwrap_or_default());
        note(call, "open");
        trip(&config.name, "open", call).await?;
        if config.name == "warned" {
            call.warn(Diagnostic::warning("Careful", "It is a warning.").at("scope"));
        }
        let renew_at = match config.name.as_str() {
            "renewed" | "fail renew" => Some(SystemTime::UNIX_EPOCH + Duration::from_secs(3600)),
            _ => None,
        };
        let scope = if config.name == "liar" { "hush".to_owned() } else { config.scope };
        let more = (config.name == "unknown").then(|| Dynamic { ty: Type::String, value: Value::unknown() });
        let value = format!("hush-{}", config.name.len());
        let result = Token { scope, value, more, name: config.name, ledger: config.ledger, timeouts: config.timeouts };
        Ok(Opened { result, renew_at })
    }

    async fn renew(&self, call: &mut Call<Lab>) -> Result<Option<SystemTime>, Diagnostics> {
        trip(&text(call, "name"), "renew", call).await?;
        let renewals = call.private().get("renewals").and_then(Json::as_u64).unwrap_or(0) + 1;
        call.set_private("renewals", renewals);
        note(call, &format!("renewal {renewals}"));
        RENEWED.notify_one();
        Ok((renewals < 2).then(|| SystemTime::UNIX_EPOCH + Duration::from_secs(7200)))
    }

    async fn close(&self, call: &mut Call<Lab>) -> Result<(), Diagnostics> {
        note(call, "close");
        call.warn(Diagnostic::warning("Closed", "It is closed."));
        trip(&text(call, "name"), "close", call).await
    }
}

/// Something that says when it wants to be renewed, but not how.
#[derive(Debug, Clone, PartialEq, Model)]
pub(crate) struct Brief {
    /// Its value.
    #[attr(computed)]
    value: Option<String>,
}

struct Briefs;

impl Ephemeral for Briefs {
    type Provider = Lab;
    type Model = Brief;
    const NAME: &'static str = "lab_brief";

    async fn open(&self, _config: BriefDraft, _call: &mut Call<Lab>) -> Result<Opened<Brief>, Diagnostics> {
        Ok(Opened::new(Brief { value: None }).renew_at(SystemTime::UNIX_EPOCH))
    }
}
