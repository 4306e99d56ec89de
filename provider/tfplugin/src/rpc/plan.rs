//! PlanResourceChange.

use super::guard::guard;
use super::{Inner, decode, encode, private};
use crate::call::Kept;
use crate::generated::tfplugin6 as wire;
use crate::path::Step;
use crate::plan::{self, check_plan, without_write_only};
use crate::value::Value;
use crate::{Diagnostic, Diagnostics, Path, Provider};

pub(super) async fn plan<P: Provider>(
    inner: &Inner<P>,
    request: wire::plan_resource_change::Request,
) -> wire::plan_resource_change::Response {
    let kept = Kept::default();
    let outcome: Result<_, Diagnostics> = async {
        let resource = inner.resource(&request.type_name)?;
        let schema = resource.schema();
        let ty = schema.ty();
        let prior = decode(request.prior_state, &ty)?;
        let config = decode(request.config, &ty)?;
        let proposed = decode(request.proposed_new_state, &ty)?;
        // Terraform 1.16 gives what an earlier plan of the same change kept; older ones only what the state has.
        let earlier = if request.planned_private.is_empty() { &request.prior_private } else { &request.planned_private };
        kept.lock().private = private(earlier)?;
        let mut call = inner.call(None, &kept)?;
        let stop = call.stop();
        let act = format!("plan {}", request.type_name);
        if proposed.is_null() {
            guard(&act, None, stop.clone(), resource.plan_delete(&prior, &mut call)).await?;
            return Ok((encode(&Value::Null, &ty)?, Vec::new()));
        }
        let (planned, mut replaced) = plan::plan(&schema.attributes, &prior, &config, proposed);
        let (planned, more) = guard(&act, None, stop, resource.plan(&prior, &config, planned, &mut call)).await?;
        let planned = without_write_only(&schema.attributes, planned);
        check_plan(&schema.attributes, &prior, &config, &planned).into_result()?;
        if !prior.is_null() {
            if let Some(path) = more.iter().find(|path| !exists(path, &prior) && !exists(path, &planned)) {
                let detail = format!("The provider asks for a replacement because of {path}, which does not exist. This is a fault of the provider.");
                return Err(Diagnostic::error(format!("Cannot {act}"), detail).into());
            }
            replaced.extend(more);
        }
        replaced.sort();
        replaced.dedup();
        Ok((encode(&planned, &ty)?, replaced))
    }
    .await;
    let mut contents = std::mem::take(&mut *kept.lock());
    let (planned_state, requires_replace, planned_private) = match outcome {
        Ok((planned, replaced)) => {
            (Some(planned), replaced.iter().map(Path::to_wire).collect(), contents.private.to_bytes())
        }
        Err(found) => {
            contents.warnings.extend(found);
            (None, Vec::new(), request.prior_private)
        }
    };
    wire::plan_resource_change::Response {
        planned_state,
        requires_replace,
        planned_private,
        diagnostics: contents.warnings.to_wire(),
        ..Default::default()
    }
}

/// Whether a path leads to something in an object, be it null or unknown.
fn exists(path: &Path, object: &Value) -> bool {
    let found = path.steps().iter().try_fold(object, |value, step| match (step, value) {
        (Step::Attribute(name) | Step::Key(name), Value::Map(entries)) => entries.get(name),
        (Step::Index(index), Value::List(items)) => usize::try_from(*index).ok().and_then(|index| items.get(index)),
        _ => None,
    });
    found.is_some()
}
