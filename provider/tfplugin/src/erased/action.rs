use std::time::Duration;

use super::{Boxed, read_draft, read_plan};
use crate::action::Progress;
use crate::value::Value;
use crate::{Action, Call, Diagnostics, Model, Schema};

/// An action of any model.
pub(crate) trait AnyAction<P>: Send + Sync {
    fn schema(&self) -> &Schema;
    fn limit(&self) -> Duration;
    fn validate<'a>(&'a self, config: &'a Value) -> Boxed<'a, Diagnostics>;
    fn plan<'a>(&'a self, config: &'a Value, call: &'a mut Call<P>) -> Boxed<'a, ()>;
    fn invoke<'a>(&'a self, config: &'a Value, progress: &'a Progress, call: &'a mut Call<P>) -> Boxed<'a, ()>;
}

pub(crate) struct ErasedAction<A> {
    action: A,
    schema: Schema,
}

impl<A: Action> ErasedAction<A> {
    pub(crate) fn new(action: A) -> Self {
        Self { action, schema: A::Model::schema(0) }
    }
}

impl<A: Action> AnyAction<A::Provider> for ErasedAction<A> {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn limit(&self) -> Duration {
        A::LIMIT
    }

    fn validate<'a>(&'a self, config: &'a Value) -> Boxed<'a, Diagnostics> {
        Box::pin(async move { Ok(self.action.validate(&read_plan::<A::Model>(config)?).await) })
    }

    fn plan<'a>(&'a self, config: &'a Value, call: &'a mut Call<A::Provider>) -> Boxed<'a, ()> {
        Box::pin(async move { self.action.plan(&read_plan::<A::Model>(config)?, call).await })
    }

    fn invoke<'a>(
        &'a self,
        config: &'a Value,
        progress: &'a Progress,
        call: &'a mut Call<A::Provider>,
    ) -> Boxed<'a, ()> {
        Box::pin(async move { self.action.invoke(read_draft::<A::Model>(config)?, progress, call).await })
    }
}
