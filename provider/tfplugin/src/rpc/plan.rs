//! PlanResourceChange.

use super::guard::deferrable;
use super::{Inner, decode, encode, identity, private};
use crate::call::Kept;
use crate::deferral::Deferral;
use crate::generated::tfplugin6 as wire;
use crate::plan::{self, planned_identity, without_write_only};
use crate::value::Value;
use crate::{Diagnostics, Path, Provider, rules};

pub(super) async fn plan<P: Provider>(
    inner: &Inner<P>,
    request: wire::plan_resource_change::Request,
) -> wire::plan_resource_change::Response {
    let kept = Kept::of(request.client_capabilities.as_ref());
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
        let act = format!("plan {}", request.type_name);
        if proposed.is_null() {
            if !inner.waits(&kept) {
                let mut call = inner.call(None, &kept)?;
                deferrable(&act, None, call.stop(), &kept, resource.plan_delete(&prior, &mut call)).await?;
            }
            return Ok((encode(&Value::Null, ty)?, request.prior_identity, Vec::new()));
        }
        let (proposed, mut replaced) = plan::plan(&schema.attributes, &prior, &config, proposed);
        // What a plan that is put off answers.
        let may_defer = kept.lock().may_defer;
        let instead = if may_defer { encode(&proposed, ty)? } else { wire::DynamicValue::default() };
        if inner.waits(&kept) {
            return Ok((instead, request.prior_identity, replaced));
        }
        let mut call = inner.call(None, &kept)?;
        let stop = call.stop();
        let planned = deferrable(&act, None, stop, &kept, resource.plan(&prior, &config, proposed, &mut call)).await?;
        let Some((planned, more)) = planned else { return Ok((instead, request.prior_identity, replaced)) };
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
                // OpenTofu 1.12 cannot store a plan whose identity is partly unknown, and no core needs it.
                let whole = identity.is_wholly_known().then_some(identity);
                identity::to_wire(Some(known), &whole.unwrap_or(Value::Null))?
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
        deferred: contents.deferral.map(Deferral::to_wire),
        diagnostics: contents.warnings.to_wire(),
        ..Default::default()
    }
}
