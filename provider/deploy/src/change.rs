//! What changing an endpoint does.

use crate::Endpoint;

/// What a change does to an endpoint that serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// A new server takes over once it is ready; no request is refused.
    Rolling,
    /// The endpoint is destroyed and made anew.
    Replace,
}

/// One changed attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its name: `name`, `runtime`, `bundle`, `auth` or a setting's key.
    pub attribute: &'static str,
    /// What changing it does.
    pub effect: Effect,
}

/// What differs between two endpoints. Runtime and bundle are compared by digest: where they lie does not matter.
pub fn changes(before: &Endpoint, after: &Endpoint) -> Vec<Change> {
    let settings = before.settings.texts().into_iter().zip(after.settings.texts());
    let settings = settings.map(|((key, before), (_, after))| (key, before != after, Effect::Rolling));
    [
        ("name", before.name != after.name, Effect::Replace),
        ("runtime", before.runtime.digest != after.runtime.digest, Effect::Rolling),
        ("bundle", before.bundle.digest != after.bundle.digest, Effect::Rolling),
        ("auth", before.settings.auth != after.settings.auth, Effect::Rolling),
    ]
    .into_iter()
    .chain(settings)
    .filter(|(_, differs, _)| *differs)
    .map(|(attribute, _, effect)| Change { attribute, effect })
    .collect()
}

#[cfg(test)]
mod tests {
    use monai_spec::{Auth, Digest, Settings};

    use super::*;
    use crate::{Name, Pinned};

    type Alter = fn(&mut Endpoint);

    fn endpoint() -> Endpoint {
        let pinned = |byte| Pinned { source: "/somewhere".into(), digest: Digest::of_sha256([byte; 32]) };
        Endpoint {
            name: Name::parse("a").expect("a name"),
            runtime: pinned(1),
            bundle: pinned(2),
            settings: Settings::from_texts(&Default::default(), Auth::Anonymous).expect("defaults"),
        }
    }

    #[test]
    fn each_attribute_has_its_effect() {
        let change: [(&str, Effect, Alter); 5] = [
            ("name", Effect::Replace, |it| it.name = Name::parse("b").expect("a name")),
            ("runtime", Effect::Rolling, |it| it.runtime.digest = Digest::of_sha256([9; 32])),
            ("bundle", Effect::Rolling, |it| it.bundle.digest = Digest::of_sha256([9; 32])),
            ("port", Effect::Rolling, |it| it.settings.port = 9),
            ("log_level", Effect::Rolling, |it| it.settings.log_level = monai_spec::settings::LogLevel::Debug),
        ];
        for (attribute, effect, alter) in change {
            let mut after = endpoint();
            alter(&mut after);
            assert_eq!(changes(&endpoint(), &after), [Change { attribute, effect }]);
        }
    }

    #[test]
    fn a_moved_source_is_no_change() {
        let mut after = endpoint();
        after.bundle.source = "/elsewhere".into();
        assert_eq!(changes(&endpoint(), &after), []);
    }
}
