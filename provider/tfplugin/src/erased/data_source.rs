use std::time::Duration;

use super::{Boxed, read_draft, read_plan};
use crate::model::Convert;
use crate::value::Value;
use crate::{Call, DataSource, Diagnostics, Model, Schema};

/// A data source of any model.
pub(crate) trait AnyDataSource<P>: Send + Sync {
    fn schema(&self) -> &Schema;
    fn limit(&self) -> Duration;
    fn validate<'a>(&'a self, config: &'a Value) -> Boxed<'a, Diagnostics>;
    fn read<'a>(&'a self, config: &'a Value, call: &'a mut Call<P>) -> Boxed<'a, Value>;
}

pub(crate) struct ErasedDataSource<D> {
    data_source: D,
    schema: Schema,
}

impl<D: DataSource> ErasedDataSource<D> {
    pub(crate) fn new(data_source: D) -> Self {
        Self { data_source, schema: D::Model::schema(0) }
    }
}

impl<D: DataSource> AnyDataSource<D::Provider> for ErasedDataSource<D> {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn limit(&self) -> Duration {
        D::LIMIT
    }

    fn validate<'a>(&'a self, config: &'a Value) -> Boxed<'a, Diagnostics> {
        Box::pin(async move { Ok(self.data_source.validate(&read_plan::<D::Model>(config)?).await) })
    }

    fn read<'a>(&'a self, config: &'a Value, call: &'a mut Call<D::Provider>) -> Boxed<'a, Value> {
        Box::pin(async move { Ok(self.data_source.read(read_draft::<D::Model>(config)?, call).await?.write()) })
    }
}
