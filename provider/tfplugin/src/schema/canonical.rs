//! Different spellings of one value.

use std::fmt;
use std::sync::Arc;

use crate::model::{Convert, Typed};
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

    /// The canonical form of a value as the field's type: what the form makes of two spellings is compared. The form is
    /// asked only of known values that are not null.
    pub fn form_of<T: Typed, K: Convert>(form: impl Fn(&T::Drafted) -> K + Send + Sync + 'static) -> Self {
        Self::whole(move |value| T::Drafted::read(value).map_or_else(|_| value.clone(), |value| form(&value).write()))
    }

    /// The canonical form that a type has by itself.
    pub fn of<T: Typed>() -> Option<Self> {
        T::canonical().map(Self::each)
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
