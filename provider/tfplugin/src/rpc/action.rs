//! ValidateActionConfig, PlanAction and InvokeAction.

use std::sync::Arc;

use tokio::sync::mpsc::{Sender, channel};
use tonic::Request;
use tonic::codegen::BoxStream;

use super::guard::{deferrable, guard};
use super::streamed::streamed;
use super::{Inner, decode};
use crate::action::Progress;
use crate::call::Kept;
use crate::deferral::Deferral;
use crate::generated::tfplugin6 as wire;
use crate::plan::defaults;
use crate::schema::validate as check;
use crate::timeouts::Limit;
use crate::{Diagnostics, Provider};
use wire::invoke_action::{Event, event};

pub(super) async fn validate<P: Provider>(
    inner: &Inner<P>,
    request: wire::validate_action_config::Request,
) -> wire::validate_action_config::Response {
    let mut found = Diagnostics::default();
    let outcome = guard(&format!("validate {}", request.type_name), None, inner.stop(), async {
        let action = inner.action(&request.type_name)?;
        let config = decode(request.config, &action.schema().ty())?;
        check(&action.schema().attributes, &config, true, &mut found);
        if !found.has_errors() {
            found.extend(action.validate(&config).await?);
        }
        Ok(())
    })
    .await;
    found.extend(outcome.err().into_iter().flatten());
    wire::validate_action_config::Response { diagnostics: found.to_wire() }
}

pub(super) async fn plan<P: Provider>(
    inner: &Inner<P>,
    request: wire::plan_action::Request,
) -> wire::plan_action::Response {
    let kept = Kept::of(request.client_capabilities.as_ref());
    let outcome = async {
        let action = inner.action(&request.action_type)?;
        if inner.waits(&kept) {
            return Ok(None);
        }
        let config = decode(request.config, &action.schema().ty())?;
        let config = defaults(&action.schema().attributes, &config, config.clone());
        let mut call = inner.call(None, &kept)?;
        let (stop, act) = (call.stop(), format!("plan {}", request.action_type));
        deferrable(&act, None, stop, &kept, action.plan(&config, &mut call)).await
    }
    .await;
    let contents = std::mem::take(&mut *kept.lock());
    let mut found = contents.warnings;
    found.extend(outcome.err().into_iter().flatten());
    wire::plan_action::Response { diagnostics: found.to_wire(), deferred: contents.deferral.map(Deferral::to_wire) }
}

/// The events of an action as they are taken, the last of which says how it ended. A client that hangs up ends it.
pub(super) fn invoke<P: Provider>(
    inner: Arc<Inner<P>>,
    request: Request<wire::invoke_action::Request>,
) -> BoxStream<Event> {
    streamed(|events| async move {
        let (mut call, request) = inner.begin(request);
        let secrets = call.secrets().clone();
        let (said, mut heard) = channel::<String>(1);
        let passed_on = async {
            while let Some(message) = heard.recv().await {
                let message = secrets.masked(&message);
                send(&events, event::Type::Progress(event::Progress { message })).await;
            }
        };
        let (done, ()) = tokio::join!(invoked(&inner, request, Progress(said)), passed_on);
        if let Ok(done) = call.end(event::Completed { diagnostics: done.to_wire() }) {
            send(&events, event::Type::Completed(done.into_inner())).await;
        }
    })
}

/// What the user is told at the end.
async fn invoked<P: Provider>(
    inner: &Inner<P>,
    request: wire::invoke_action::Request,
    progress: Progress,
) -> Diagnostics {
    let kept = Kept::default();
    let outcome = async {
        let action = inner.action(&request.action_type)?;
        let config = decode(request.config, &action.schema().ty())?;
        let config = defaults(&action.schema().attributes, &config, config.clone());
        let limit = Limit::of(&config, "invoke", action.limit());
        let mut call = inner.call(Some(limit.end), &kept)?;
        let stop = call.stop();
        let act = format!("invoke {}", request.action_type);
        guard(&act, Some(limit), stop, action.invoke(&config, &progress, &mut call)).await
    }
    .await;
    let mut found = std::mem::take(&mut kept.lock().warnings);
    found.extend(outcome.err().into_iter().flatten());
    found
}

async fn send(events: &Sender<Event>, event: event::Type) {
    // Where nobody listens any more the call is being ended.
    let _ = events.send(Event { r#type: Some(event) }).await;
}
