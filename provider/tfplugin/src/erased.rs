//! Resources and data sources without their types, for the catalog.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use serde_json::Value as Json;

use crate::model::ReadError;
use crate::schema::is_secret;
use crate::value::Value;
use crate::{
    Call, Create, DataSource, Diagnostic, Diagnostics, Model, Path, Plan, Resource, Schema, TimeLimits, Typed, Update,
};

pub(crate) type Boxed<'a, T> = Pin<Box<dyn Future<Output = Result<T, Diagnostics>> + Send + 'a>>;

/// A resource of any model.
pub(crate) trait AnyResource<P>: Send + Sync {
    fn schema(&self) -> &Schema;
    fn limits(&self) -> TimeLimits;
    fn validate<'a>(&'a self, config: &'a Value) -> Boxed<'a, Diagnostics>;
    fn plan<'a>(
        &'a self,
        prior: &'a Value,
        config: &'a Value,
        planned: Value,
        call: &'a mut Call<P>,
    ) -> Boxed<'a, (Value, Vec<Path>)>;
    fn plan_delete<'a>(&'a self, prior: &'a Value, call: &'a mut Call<P>) -> Boxed<'a, ()>;
    fn create<'a>(&'a self, plan: &'a Value, config: &'a Value, call: &'a mut Call<P>) -> Boxed<'a, Value>;
    fn read<'a>(&'a self, state: &'a Value, call: &'a mut Call<P>) -> Boxed<'a, Value>;
    fn update<'a>(
        &'a self,
        prior: &'a Value,
        plan: &'a Value,
        config: &'a Value,
        call: &'a mut Call<P>,
    ) -> Boxed<'a, Value>;
    fn delete<'a>(&'a self, state: &'a Value, call: &'a mut Call<P>) -> Boxed<'a, ()>;
    fn import<'a>(&'a self, id: &'a str, call: &'a mut Call<P>) -> Boxed<'a, Value>;
    fn upgrade(&self, version: i64, state: Json) -> Result<Json, Diagnostics>;
}

/// A data source of any model.
pub(crate) trait AnyDataSource<P>: Send + Sync {
    fn schema(&self) -> &Schema;
    fn limit(&self) -> Duration;
    fn validate<'a>(&'a self, config: &'a Value) -> Boxed<'a, Diagnostics>;
    fn read<'a>(&'a self, config: &'a Value, call: &'a mut Call<P>) -> Boxed<'a, Value>;
}

pub(crate) struct ErasedResource<R> {
    resource: R,
    schema: Schema,
}

impl<R: Resource> ErasedResource<R> {
    pub(crate) fn new(resource: R) -> Self {
        Self { resource, schema: R::Model::schema(R::VERSION) }
    }
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

fn read<M: Model>(value: &Value) -> Result<M, Diagnostics> {
    M::read(value).map_err(refused::<M>)
}

/// What the user is told of a value that does not fit; of a secret one, not what was found.
pub(crate) fn refused<M: Model>(error: ReadError) -> Diagnostics {
    let error = match error {
        ReadError::Wrong { path, .. } if is_secret(&M::attributes(), &path) => {
            ReadError::Wrong { path, reason: "the value does not fit".to_owned() }
        }
        error => error,
    };
    Diagnostic::from(error).into()
}

/// `None` where something that the model cannot hold is unknown yet.
pub(crate) fn read_if_known<M: Model>(value: &Value) -> Result<Option<M>, Diagnostics> {
    match M::read(value) {
        Ok(model) => Ok(Some(model)),
        Err(ReadError::Unknown { .. }) => Ok(None),
        Err(error) => Err(refused::<M>(error)),
    }
}

/// Puts the attributes that `after` has otherwise than `before` into `planned`; all others keep details that a model
/// cannot hold, such as an unknown element of a list.
fn merge(planned: Value, before: &Value, after: Value) -> Value {
    match (planned, before, after) {
        (_, before, after) if !matches!((before, &after), (Value::Map(_), Value::Map(_))) => after,
        (Value::Map(mut planned), before, Value::Map(after)) => {
            for (name, value) in after {
                let before = before.get(&name);
                if *before != value {
                    let old = planned.remove(&name).unwrap_or(Value::Null);
                    planned.insert(name, merge(old, before, value));
                }
            }
            Value::Map(planned)
        }
        (_, _, after) => after,
    }
}

impl<R: Resource> AnyResource<R::Provider> for ErasedResource<R> {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn limits(&self) -> TimeLimits {
        R::LIMITS
    }

    fn validate<'a>(&'a self, config: &'a Value) -> Boxed<'a, Diagnostics> {
        Box::pin(async move {
            match read_if_known::<R::Model>(config)? {
                Some(config) => Ok(self.resource.validate(&config).await),
                None => Ok(Diagnostics::default()),
            }
        })
    }

    fn plan<'a>(
        &'a self,
        prior: &'a Value,
        config: &'a Value,
        planned: Value,
        call: &'a mut Call<R::Provider>,
    ) -> Boxed<'a, (Value, Vec<Path>)> {
        Box::pin(async move {
            let prior = if prior.is_null() { None } else { Some(read::<R::Model>(prior)?) };
            let (Some(config), Some(model)) = (read_if_known(config)?, read_if_known::<R::Model>(&planned)?) else {
                return Ok((planned, Vec::new()));
            };
            let before = model.write();
            let mut plan = Plan { prior, config, planned: model, replace: Vec::new() };
            self.resource.plan(&mut plan, call).await?;
            Ok((merge(planned, &before, plan.planned.write()), plan.replace))
        })
    }

    fn plan_delete<'a>(&'a self, prior: &'a Value, call: &'a mut Call<R::Provider>) -> Boxed<'a, ()> {
        Box::pin(async move { self.resource.plan_delete(&read(prior)?, call).await })
    }

    fn create<'a>(&'a self, plan: &'a Value, config: &'a Value, call: &'a mut Call<R::Provider>) -> Boxed<'a, Value> {
        Box::pin(async move {
            let change = Create { plan: read(plan)?, config: read(config)? };
            Ok(self.resource.create(change, call).await?.write())
        })
    }

    fn read<'a>(&'a self, state: &'a Value, call: &'a mut Call<R::Provider>) -> Boxed<'a, Value> {
        Box::pin(async move {
            let state = self.resource.read(read(state)?, call).await?;
            Ok(state.map_or(Value::Null, |state| state.write()))
        })
    }

    fn update<'a>(
        &'a self,
        prior: &'a Value,
        plan: &'a Value,
        config: &'a Value,
        call: &'a mut Call<R::Provider>,
    ) -> Boxed<'a, Value> {
        Box::pin(async move {
            let change = Update { prior: read(prior)?, plan: read(plan)?, config: read(config)? };
            Ok(self.resource.update(change, call).await?.write())
        })
    }

    fn delete<'a>(&'a self, state: &'a Value, call: &'a mut Call<R::Provider>) -> Boxed<'a, ()> {
        Box::pin(async move { self.resource.delete(read(state)?, call).await })
    }

    fn import<'a>(&'a self, id: &'a str, call: &'a mut Call<R::Provider>) -> Boxed<'a, Value> {
        Box::pin(async move { Ok(self.resource.import(id, call).await?.write()) })
    }

    fn upgrade(&self, version: i64, state: Json) -> Result<Json, Diagnostics> {
        self.resource.upgrade(version, state)
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
        Box::pin(async move {
            match read_if_known::<D::Model>(config)? {
                Some(config) => Ok(self.data_source.validate(&config).await),
                None => Ok(Diagnostics::default()),
            }
        })
    }

    fn read<'a>(&'a self, config: &'a Value, call: &'a mut Call<D::Provider>) -> Boxed<'a, Value> {
        Box::pin(async move { Ok(self.data_source.read(read(config)?, call).await?.write()) })
    }
}
