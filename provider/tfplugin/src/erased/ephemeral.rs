use std::time::{Duration, SystemTime};

use super::{Boxed, read_draft, read_plan};
use crate::model::Convert;
use crate::value::Value;
use crate::{Call, Diagnostics, Ephemeral, Model, Opened, Schema};

/// An ephemeral resource of any model.
pub(crate) trait AnyEphemeral<P>: Send + Sync {
    fn name(&self) -> &'static str;
    fn schema(&self) -> &Schema;
    fn limit(&self) -> Duration;
    fn validate<'a>(&'a self, config: &'a Value) -> Boxed<'a, Diagnostics>;
    fn open<'a>(&'a self, config: &'a Value, call: &'a mut Call<P>) -> Boxed<'a, Opened<Value>>;
    fn renew<'a>(&'a self, call: &'a mut Call<P>) -> Boxed<'a, Option<SystemTime>>;
    fn close<'a>(&'a self, call: &'a mut Call<P>) -> Boxed<'a, ()>;
}

pub(crate) struct ErasedEphemeral<E> {
    ephemeral: E,
    schema: Schema,
}

impl<E: Ephemeral> ErasedEphemeral<E> {
    pub(crate) fn new(ephemeral: E) -> Self {
        Self { ephemeral, schema: E::Model::schema(0) }
    }
}

impl<E: Ephemeral> AnyEphemeral<E::Provider> for ErasedEphemeral<E> {
    fn name(&self) -> &'static str {
        E::NAME
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn limit(&self) -> Duration {
        E::LIMIT
    }

    fn validate<'a>(&'a self, config: &'a Value) -> Boxed<'a, Diagnostics> {
        Box::pin(async move { Ok(self.ephemeral.validate(&read_plan::<E::Model>(config)?).await) })
    }

    fn open<'a>(&'a self, config: &'a Value, call: &'a mut Call<E::Provider>) -> Boxed<'a, Opened<Value>> {
        Box::pin(async move {
            let opened = self.ephemeral.open(read_draft::<E::Model>(config)?, call).await?;
            Ok(Opened { result: opened.result.write(), renew_at: opened.renew_at })
        })
    }

    fn renew<'a>(&'a self, call: &'a mut Call<E::Provider>) -> Boxed<'a, Option<SystemTime>> {
        Box::pin(self.ephemeral.renew(call))
    }

    fn close<'a>(&'a self, call: &'a mut Call<E::Provider>) -> Boxed<'a, ()> {
        Box::pin(self.ephemeral.close(call))
    }
}
