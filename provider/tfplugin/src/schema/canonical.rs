//! Different spellings of one value.

use std::fmt;
use std::sync::Arc;

use crate::value::Value;

type Form = dyn Fn(&Value) -> Value + Send + Sync;

/// Says which spellings mean the same: those with the same canonical form. Where the provider answers another spelling
/// of what is planned or in the state, the planned or stored one stays; where the configuration has another spelling of
/// what is in the state, nothing changes.
#[derive(Clone)]
pub struct Canonical {
    form: Arc<Form>,
    each: bool,
}

impl Canonical {
    /// The canonical form of each single value: of the attribute's, or, where that is a list, set or map, of each element
    /// at any depth. The form is asked only of known values that are not null.
    pub fn each(form: impl Fn(&Value) -> Value + Send + Sync + 'static) -> Self {
        Self { form: Arc::new(form), each: true }
    }

    /// The canonical form of the whole value, be it a list, set, map or object: two lists in different order may mean
    /// the same. The form is asked only of known values that are not null.
    pub fn whole(form: impl Fn(&Value) -> Value + Send + Sync + 'static) -> Self {
        Self { form: Arc::new(form), each: false }
    }

    pub(crate) fn form(&self, value: &Value) -> Value {
        (self.form)(value)
    }

    pub(crate) fn is_each(&self) -> bool {
        self.each
    }
}

impl fmt::Debug for Canonical {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Canonical").field("each", &self.each).finish_non_exhaustive()
    }
}
