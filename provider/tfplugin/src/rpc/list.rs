//! ValidateListResourceConfig and ListResource.

use std::pin::pin;
use std::sync::Arc;

use tokio::sync::mpsc::{self, Sender};
use tonic::Request;
use tonic::codegen::BoxStream;

use super::guard::guard;
use super::streamed::streamed;
use super::{Inner, decode, encode, identity, spread};
use crate::call::Kept;
use crate::erased::AnyResource;
use crate::generated::tfplugin6 as wire;
use crate::list::{Entry, Wanted};
use crate::plan::{defaults, settled};
use crate::schema::validate as check;
use crate::timeouts::Limit;
use crate::value::Value;
use crate::{Diagnostic, Diagnostics, Provider, Severity, rules};

pub(super) async fn validate<P: Provider>(
    inner: &Inner<P>,
    request: wire::validate_list_resource_config::Request,
) -> wire::validate_list_resource_config::Response {
    let mut found = Diagnostics::default();
    let outcome = guard(&format!("validate the list of {}", request.type_name), None, inner.stop(), async {
        let list = inner.list(&request.type_name)?;
        let attributes = &list.schema().attributes;
        let config = spread(attributes, decode(request.config, &list.schema().ty())?);
        check(attributes, &config, true, &mut found);
        if !found.has_errors() {
            found.extend(list.validate(&config).await?);
        }
        Ok(())
    })
    .await;
    found.extend(outcome.err().into_iter().flatten());
    wire::validate_list_resource_config::Response { diagnostics: found.to_wire() }
}

pub(super) fn list<P: Provider>(
    inner: Arc<Inner<P>>,
    request: Request<wire::list_resource::Request>,
) -> BoxStream<wire::list_resource::Event> {
    streamed(|events| async move {
        let (call, request) = inner.begin(request);
        let resource = inner.catalog.resources.get(request.type_name.as_str());
        let mut call = call.about(resource.map(|resource| resource.schema()));
        let (sender, mut sent) = mpsc::channel(1);
        let working = listed(&inner, request, sender);
        let passing = async {
            while let Some(event) = sent.recv().await {
                if events.send(call.part(event)).await.is_err() {
                    return;
                }
            }
        };
        tokio::join!(working, passing);
    })
}

/// Sends what is found, then what went wrong.
async fn listed<P: Provider>(
    inner: &Inner<P>,
    request: wire::list_resource::Request,
    events: Sender<wire::list_resource::Event>,
) {
    let kept = Kept::default();
    let outcome = find(inner, request, &kept, &events).await;
    let mut said = std::mem::take(&mut kept.lock().warnings);
    said.extend(outcome.err().into_iter().flatten());
    if !said.is_empty() {
        let event = wire::list_resource::Event { diagnostic: said.to_wire(), ..Default::default() };
        // A client that is gone needs no answer.
        let _ = events.send(event).await;
    }
}

async fn find<P: Provider>(
    inner: &Inner<P>,
    request: wire::list_resource::Request,
    kept: &Kept,
    events: &Sender<wire::list_resource::Event>,
) -> Result<(), Diagnostics> {
    let name = &request.type_name;
    let (list, resource) = (inner.list(name)?, inner.resource(name)?);
    let attributes = &list.schema().attributes;
    let config = spread(attributes, decode(request.config, &list.schema().ty())?);
    let config = defaults(attributes, &config, config.clone());
    let limit = Limit::fixed(list.limit());
    let mut call = inner.call(Some(limit.end), kept)?;
    let most = u64::try_from(request.limit).ok().filter(|most| *most > 0);
    let (sender, mut entries) = mpsc::channel(1);
    let wanted = Wanted { entries: sender, most, objects: request.include_resource_object };
    let (act, stop) = (format!("list {name}"), call.stop());
    let mut listing = pin!(guard(&act, Some(limit), stop, list.list(&config, wanted, &mut call)));
    let mut sending = pin!(async {
        let mut left = most;
        while left != Some(0) {
            let Some(mut entry) = entries.recv().await else { return Ok(()) };
            if left == Some(1) {
                // Terraform reads nothing after the last result that it wants.
                entry.said.extend(std::mem::take(&mut kept.lock().warnings));
            }
            let event = event(inner, resource, name, entry, request.include_resource_object, limit).await?;
            if events.send(event).await.is_err() {
                return Ok(());
            }
            left = left.map(|left| left - 1);
        }
        Ok(())
    });
    tokio::select! {
        biased;
        sent = &mut sending => sent,
        done = &mut listing => sending.await.and(done),
    }
}

/// A result as Terraform takes it, with the whole object where that is wanted.
async fn event<P: Provider>(
    inner: &Inner<P>,
    resource: &dyn AnyResource<P>,
    name: &str,
    mut entry: Entry,
    whole: bool,
    limit: Limit,
) -> Result<wire::list_resource::Event, Diagnostics> {
    let schema = resource.identity().ok_or_else(|| {
        Diagnostic::error("Nothing to list", format!("{name} has no identity, so nothing can be said of what exists."))
    })?;
    if whole && entry.object.is_none() && !entry.said.has_errors() {
        let kept = Kept::default();
        let mut call = inner.call(Some(limit.end), &kept)?;
        let (act, stop) = (format!("read {:?}", entry.name), call.stop());
        let read = guard(&act, Some(limit), stop, resource.import_identity(&entry.identity, &mut call)).await;
        entry.said.extend(std::mem::take(&mut kept.lock().warnings));
        match read {
            Ok(object) => entry.object = Some(object),
            // The result itself stands: it is only shown without what it consists of.
            Err(found) => {
                entry.said.extend(found.into_iter().map(|said| Diagnostic { severity: Severity::Warning, ..said }))
            }
        }
    }
    let object = entry.object.map(|object| settled(&resource.schema().attributes, object)).transpose()?;
    let identity = object.as_ref().map_or(entry.identity, |object| schema.in_object(object));
    if identity.is_null() {
        let detail =
            format!("The list of {name} gave {:?} without an identity. This is a fault of the provider.", entry.name);
        return Err(Diagnostic::error("Incomplete result", detail).into());
    }
    rules::identity(&schema.attributes, &Value::Null, &identity, false).into_result()?;
    let resource_object = match object.filter(|_| whole) {
        Some(object) => Some(encode(&object, resource.ty())?),
        None => None,
    };
    Ok(wire::list_resource::Event {
        identity: identity::to_wire(Some(schema), &identity)?,
        display_name: entry.name,
        resource_object,
        diagnostic: entry.said.to_wire(),
    })
}
