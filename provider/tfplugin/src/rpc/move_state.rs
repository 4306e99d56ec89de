//! MoveResourceState: no resource takes over the state of another.

use crate::Diagnostic;
use crate::Diagnostics;
use crate::generated::tfplugin6 as wire;

pub(super) fn move_state(request: &wire::move_resource_state::Request) -> wire::move_resource_state::Response {
    let detail = format!("{} cannot take over a {}.", request.target_type_name, request.source_type_name);
    let found = Diagnostics::from(Diagnostic::error("Move between resource types not supported", detail));
    wire::move_resource_state::Response { diagnostics: found.to_wire(), ..Default::default() }
}
