//! Who may call a server.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{ApiKey, Error};

/// Who may call every route but liveness and readiness.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Form", into = "Form")]
#[schemars(with = "Form")]
pub enum Auth {
    /// Anyone. Must be written out.
    Anonymous,
    /// Whoever presents one of these keys; at least one, with different ids.
    ApiKeys(Vec<ApiKey>),
}

impl Auth {
    /// Takes keys with different ids; an empty list is refused.
    pub fn api_keys(keys: Vec<ApiKey>) -> Result<Auth, Error> {
        Auth::try_from(Form { anonymous: false, api_keys: keys })
    }
}

/// How `auth` is written: `{"anonymous": true}` or `{"api_keys": [...]}`.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Form {
    /// Whether anyone may call.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    anonymous: bool,
    /// The keys that may call.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    api_keys: Vec<ApiKey>,
}

impl TryFrom<Form> for Auth {
    type Error = Error;

    fn try_from(form: Form) -> Result<Auth, Error> {
        match (form.anonymous, form.api_keys.is_empty()) {
            (true, true) => Ok(Auth::Anonymous),
            (true, false) => Err(Error::Auth("has API keys and `anonymous = true`; keep one of them")),
            (false, true) => Err(Error::Auth("has no API key; `anonymous = true` must be written out")),
            (false, false) => {
                for (place, key) in form.api_keys.iter().enumerate() {
                    key.check()?;
                    if form.api_keys[..place].iter().any(|other| other.id == key.id) {
                        return Err(Error::ApiKey { id: key.id.clone(), reason: "its id is used twice".into() });
                    }
                }
                Ok(Auth::ApiKeys(form.api_keys))
            }
        }
    }
}

impl From<Auth> for Form {
    fn from(auth: Auth) -> Form {
        match auth {
            Auth::Anonymous => Form { anonymous: true, api_keys: Vec::new() },
            Auth::ApiKeys(api_keys) => Form { anonymous: false, api_keys },
        }
    }
}
