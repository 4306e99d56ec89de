use std::time::Duration;

use super::{Boxed, read_draft, read_plan};
use crate::list::{Found, Wanted};
use crate::value::Value;
use crate::{Call, Diagnostics, List, Model, Resource, Schema};

/// A list of any resource.
pub(crate) trait AnyList<P>: Send + Sync {
    fn schema(&self) -> &Schema;
    fn limit(&self) -> Duration;
    fn validate<'a>(&'a self, config: &'a Value) -> Boxed<'a, Diagnostics>;
    fn list<'a>(&'a self, config: &'a Value, wanted: Wanted, call: &'a mut Call<P>) -> Boxed<'a, ()>;
}

pub(crate) struct ErasedList<L> {
    list: L,
    schema: Schema,
}

impl<L: List> ErasedList<L> {
    pub(crate) fn new(list: L) -> Self {
        Self { list, schema: L::Config::schema(0) }
    }
}

impl<L: List> AnyList<<L::Resource as Resource>::Provider> for ErasedList<L> {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn limit(&self) -> Duration {
        L::LIMIT
    }

    fn validate<'a>(&'a self, config: &'a Value) -> Boxed<'a, Diagnostics> {
        Box::pin(async move { Ok(self.list.validate(&read_plan::<L::Config>(config)?).await) })
    }

    fn list<'a>(
        &'a self,
        config: &'a Value,
        wanted: Wanted,
        call: &'a mut Call<<L::Resource as Resource>::Provider>,
    ) -> Boxed<'a, ()> {
        Box::pin(async move {
            let config = read_draft::<L::Config>(config)?;
            self.list.list(config, &mut Found::new(wanted), call).await
        })
    }
}
