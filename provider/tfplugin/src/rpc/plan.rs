//! PlanResourceChange.

use super::guard::guard;
use super::{Inner, decode, encode, identity, private};
use crate::call::Kept;
use crate::generated::tfplugin6 as wire;
use crate::plan::{self, planned_identity, without_write_only};
use crate::value::Value;
use crate::{Diagnostics, Path, Provider, rules};

pub(super) async fn plan<P: Provider>(
    inner: &Inner<P>,
    request: wire::plan_resource_change::Request,
) -> wire::plan_resource_change::Response {
    let kept = Kept::default();
    let sent_identity = request.prior_identity.clone();
    let outcome: Result<_, Diagnostics> = async {
        let resource = inner.resource(&request.type_name)?;
        let schema = resource.schema();
        let ty = resource.ty();
        let prior = decode(request.prior_state, ty)?;
        let config = decode(request.config, ty)?;
        let proposed = decode(request.proposed_new_state, ty)?;
        // Terraform 1.16 gives what an earlier plan of the same change kept; older ones only what the state has.
        let earlier =
            if request.planned_private.is_empty() { &request.prior_private } else { &request.planned_private };
        kept.lock().private = private(earlier)?;
        let mut call = inner.call(None, &kept)?;
        let stop = call.stop();
        let act = format!("plan {}", request.type_name);
        if proposed.is_null() {
            guard(&act, None, stop.clone(), resource.plan_delete(&prior, &mut call)).await?;
            return Ok((encode(&Value::Null, ty)?, request.prior_identity, Vec::new()));
        }
        let (planned, mut replaced) = plan::plan(&schema.attributes, &prior, &config, proposed);
        let (planned, more) = guard(&act, None, stop, resource.plan(&prior, &config, planned, &mut call)).await?;
        let planned = without_write_only(&schema.attributes, planned);
        if !prior.is_null() {
            replaced.extend(more);
        }
        replaced.sort();
        replaced.dedup();
        rules::plan(&schema.attributes, &prior, &config, &planned, &replaced).into_result()?;
        let before = identity::from_wire(resource.identity(), request.prior_identity)?;
        let identity = match resource.identity() {
            Some(known) => {
                let identity = planned_identity(known, &prior, &before, &planned);
                let free = prior.is_null() || !replaced.is_empty() || resource.identity_may_change();
                let fixed = if free { &Value::Null } else { &before };
                rules::identity(&known.attributes, fixed, &identity, prior.is_null()).into_result()?;
                identity::to_wire(Some(known), &identity)?
            }
            None => None,
        };
        Ok((encode(&planned, ty)?, identity, replaced))
    }
    .await;
    let mut contents = std::mem::take(&mut *kept.lock());
    let (planned_state, planned_identity, requires_replace, planned_private) = match outcome {
        Ok((planned, identity, replaced)) => {
            (Some(planned), identity, replaced.iter().map(Path::to_wire).collect(), contents.private.to_bytes())
        }
        Err(found) => {
            contents.warnings.extend(found);
            (None, sent_identity, Vec::new(), request.prior_private)
        }
    };
    wire::plan_resource_change::Response {
        planned_state,
        planned_identity,
        requires_replace,
        planned_private,
        diagnostics: contents.warnings.to_wire(),
        ..Default::default()
    }
}
