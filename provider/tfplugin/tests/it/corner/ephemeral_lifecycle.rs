//! An ephemeral resource that is opened, renewed and closed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use serde_json::json;
use tfplugin_rust::generated::tfplugin6 as wire;
use tfplugin_rust::{Call, Diagnostics, Ephemeral, Model, Opened, Value};

use super::Case;
use super::provider::Framework;
use super::rpc::{Caller, Outcome, answered, errors, received, sent};

/// A token.
#[derive(Debug, Clone, PartialEq, Model)]
pub(crate) struct Token {
    /// Whose it is.
    #[attr(required)]
    name: String,
    /// The token.
    #[attr(computed)]
    token: String,
}

/// How often a token was renewed and closed.
static RENEWED: AtomicU64 = AtomicU64::new(0);
static CLOSED: AtomicU64 = AtomicU64::new(0);

fn soon() -> SystemTime {
    SystemTime::now() + Duration::from_secs(5)
}

pub(crate) struct Tokens;

impl Ephemeral for Tokens {
    type Provider = Framework;
    type Model = Token;
    const NAME: &'static str = "framework_lifecycle";

    async fn open(&self, config: TokenDraft, _: &mut Call<Framework>) -> Result<Opened<Token>, Diagnostics> {
        let token = Token { name: config.name, token: "fake-token-12345".to_owned() };
        Ok(Opened::new(token).renew_at(soon()))
    }

    async fn renew(&self, _: &mut Call<Framework>) -> Result<Option<SystemTime>, Diagnostics> {
        RENEWED.fetch_add(1, Ordering::Relaxed);
        Ok(Some(soon()))
    }

    async fn close(&self, _: &mut Call<Framework>) -> Result<(), Diagnostics> {
        CLOSED.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

const KIND: &str = "framework_lifecycle";

async fn open(caller: &mut Caller, name: Value) -> Result<(Value, Option<Vec<u8>>), String> {
    let ty = Token::schema(0).ty();
    let config = Value::object([("name", name), ("token", Value::Null)]);
    let request = wire::open_ephemeral_resource::Request {
        type_name: KIND.to_owned(),
        config: sent(&config, &ty)?,
        ..Default::default()
    };
    let answer = answered(caller.rpc.open_ephemeral_resource(request).await)?;
    errors(&answer.diagnostics)?;
    if answer.renew_at.is_none() {
        return Err("it does not say when it wants to be renewed".to_owned());
    }
    Ok((received(answer.result, &ty)?, answer.private))
}

async fn renewed_and_closed() -> Outcome {
    let mut caller = Caller::new().await?;
    let (_, mut private) = open(&mut caller, "John Doe".into()).await?;
    let opened = private.clone();
    let before = (RENEWED.load(Ordering::Relaxed), CLOSED.load(Ordering::Relaxed));
    for _ in 0..3 {
        let request = wire::renew_ephemeral_resource::Request { type_name: KIND.to_owned(), private };
        let answer = answered(caller.rpc.renew_ephemeral_resource(request).await)?;
        errors(&answer.diagnostics)?;
        answer.renew_at.ok_or("it is not to be renewed again")?;
        private = answer.private;
    }
    let request = wire::close_ephemeral_resource::Request { type_name: KIND.to_owned(), private: opened };
    errors(&answered(caller.rpc.close_ephemeral_resource(request).await)?.diagnostics)?;
    // Another run of the same binary may be at it as well.
    let after = (RENEWED.load(Ordering::Relaxed), CLOSED.load(Ordering::Relaxed));
    if after.0 >= before.0 + 3 && after.1 > before.1 { Ok(()) } else { Err(format!("{before:?}, then {after:?}")) }
}

/// A core opens it only once its name is known; a check of the configuration comes before.
async fn not_before_all_is_known() -> Outcome {
    let mut caller = Caller::new().await?;
    let config = Value::object([("name", Value::unknown()), ("token", Value::Null)]);
    let request = wire::validate_ephemeral_resource_config::Request {
        type_name: KIND.to_owned(),
        config: sent(&config, &Token::schema(0).ty())?,
    };
    errors(&answered(caller.rpc.validate_ephemeral_resource_config(request).await)?.diagnostics)?;
    super::rpc::fails(open(&mut caller, Value::unknown()).await, "name")?;
    let (result, _) = open(&mut caller, "John abcdefghijkl".into()).await?;
    let expected = json!({ "name": "John abcdefghijkl", "token": "fake-token-12345" });
    super::rpc::same("the result", &result, &super::rpc::object(&Token::attributes(), &expected)?)
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::calls("TestEphemeralLifecycleResource_basic", renewed_and_closed()),
        Case::calls("TestEphemeralLifecycleResource_SkipWithUnknown", not_before_all_is_known()),
    ]
}
