//! Putting off what cannot be done before something else is known.

use crate::generated::tfplugin6 as wire;
use crate::{Diagnostic, Diagnostics};

/// Why something must wait. A Terraform that allows it plans the rest and comes again: Stacks do, and `terraform plan
/// -allow-deferral` of experimental builds; for all others see [`Call::can_defer`](crate::Call::can_defer).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deferral {
    /// Its own configuration is not known enough.
    ConfigurationUnknown,
    /// The provider's configuration is not known enough.
    ProviderUnknown,
    /// Something that it needs does not exist yet.
    PrerequisiteAbsent,
}

impl Deferral {
    pub(crate) fn to_wire(self) -> wire::Deferred {
        use wire::deferred::Reason;
        let reason = match self {
            Self::ConfigurationUnknown => Reason::ResourceConfigUnknown,
            Self::ProviderUnknown => Reason::ProviderConfigUnknown,
            Self::PrerequisiteAbsent => Reason::AbsentPrereq,
        };
        wire::Deferred { reason: reason.into() }
    }

    /// What the user is told by a Terraform that does not allow it.
    pub(crate) fn refused(self) -> Diagnostics {
        let missing = match self {
            Self::ConfigurationUnknown => "its configuration is not known yet",
            Self::ProviderUnknown => "the provider's configuration is not known yet",
            Self::PrerequisiteAbsent => "something that it needs does not exist yet",
        };
        let detail = format!(
            "This must wait, because {missing}, and this Terraform cannot put it off. Apply first what it waits for, with \
             `-target`."
        );
        Diagnostic::error("Cannot be put off", detail).into()
    }
}
