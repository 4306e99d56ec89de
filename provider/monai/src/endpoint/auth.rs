//! Keys: checked at plan, sealed at apply, never kept.

use monai_spec::{ApiKey, Auth, Secret};
use tfplugin_rust::{Attr, Diagnostic, Diagnostics, Draft, Path};

use super::model::{AuthModel, AuthModelPlan};

/// Refuses an `auth` that guards nothing or guards weakly. Values that are not known yet are checked at apply.
pub(super) fn check(auth: &AuthModelPlan) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    let anonymous = auth.anonymous.known() == Some(&true);
    match &auth.api_keys_wo {
        Attr::Known(keys) if anonymous && !keys.is_empty() => {
            let detail = "`anonymous = true` lets everyone in, so keys would guard nothing. Remove one of the two.";
            diagnostics.push(Diagnostic::error("Keys on an open endpoint", detail).at("auth.anonymous"));
        }
        Attr::Known(keys) if keys.is_empty() && !anonymous && !auth.anonymous.is_unknown() => {
            diagnostics.push(nobody().at("auth.api_keys_wo"));
        }
        Attr::Known(keys) => {
            for (id, text) in keys.iter().filter_map(|(id, text)| Some((id, text.known()?))) {
                let sealed = Secret::parse(id, text).and_then(|secret| ApiKey::seal(id, &secret, [0; 16]));
                if let Err(error) = sealed {
                    let path = Path::to("auth.api_keys_wo").key(id);
                    diagnostics.push(Diagnostic::error("Invalid API key", error.to_string()).at(path));
                }
            }
        }
        Attr::Null if !anonymous && !auth.anonymous.is_unknown() => diagnostics.push(nobody().at("auth")),
        Attr::Null | Attr::Unknown(_) => {}
    }
    diagnostics
}

fn nobody() -> Diagnostic {
    let detail =
        "No client could call this endpoint. Give `api_keys_wo`, or write `anonymous = true` to let everyone in.";
    Diagnostic::error("No way to authenticate", detail)
}

/// Seals the keys of `auth`. A key that `before` already has keeps its salt, so that nothing changes where nothing did.
pub(super) fn seal(auth: &AuthModel, before: Option<&Auth>) -> Result<Auth, Diagnostics> {
    check(&auth.to_plan()?).into_result()?;
    if auth.anonymous == Some(true) {
        return Ok(Auth::Anonymous);
    }
    let old = match before {
        Some(Auth::ApiKeys(keys)) => keys.as_slice(),
        Some(Auth::Anonymous) | None => &[],
    };
    let failed = |error: monai_spec::Error| {
        Diagnostics::from(Diagnostic::error("Invalid API key", error.to_string()).at("auth.api_keys_wo"))
    };
    let mut keys = Vec::new();
    for (id, text) in auth.api_keys_wo.iter().flatten() {
        let secret = Secret::parse(id, text).map_err(failed)?;
        let same = old.iter().find(|key| key.id == *id && bool::from(key.matches(text.as_bytes())));
        keys.push(match same {
            Some(key) => key.clone(),
            None => {
                let mut salt = [0; 16];
                let drawn = getrandom::fill(&mut salt);
                drawn.map_err(|error| Diagnostic::error("No random bytes for a salt", error.to_string()))?;
                ApiKey::seal(id, &secret, salt).map_err(failed)?
            }
        });
    }
    Auth::api_keys(keys).map_err(failed)
}
