use serde_json::Value as Json;

use super::{Boxed, read_draft, read_plan, refused};
use crate::model::Convert;
use crate::plan::{defaults, misses_default};
use crate::schema::IdentitySchema;
use crate::value::{Type, Value};
use crate::{
    Call, Create, Diagnostics, ImportBy, Model, Moved, Path, Plan, Private, Resource, Schema, TimeLimits, Update,
};

/// A resource of any model.
pub(crate) trait AnyResource<P>: Send + Sync {
    fn schema(&self) -> &Schema;
    fn identity(&self) -> Option<&IdentitySchema>;
    fn identity_may_change(&self) -> bool;
    /// The type of its objects.
    fn ty(&self) -> &Type;
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
    fn import_identity<'a>(&'a self, identity: &'a Value, call: &'a mut Call<P>) -> Boxed<'a, Value>;
    fn upgrade(&self, version: i64, state: Json) -> Result<Json, Diagnostics>;
    fn upgrade_identity(&self, version: i64, identity: Json) -> Result<Json, Diagnostics>;
    fn adopt(&self, source: Moved, private: &mut Private) -> Result<Option<Value>, Diagnostics>;
    fn write_config(&self, config: &Value) -> Result<Value, Diagnostics>;
}

pub(crate) struct ErasedResource<R> {
    resource: R,
    schema: Schema,
    identity: Option<IdentitySchema>,
    ty: Type,
}

impl<R: Resource> ErasedResource<R> {
    pub(crate) fn new(resource: R) -> Self {
        let schema = R::Model::schema(R::VERSION);
        let identity = IdentitySchema::of(&schema, R::IDENTITY_VERSION);
        Self { resource, ty: schema.ty(), schema, identity }
    }

    /// Reads a state. One that was written before an attribute with a default was added has the default.
    fn state(&self, state: &Value) -> Result<<R::Model as Model>::Draft, Diagnostics> {
        if misses_default(&self.schema.attributes, state) {
            return read_draft::<R::Model>(&defaults(&self.schema.attributes, state, state.clone()));
        }
        read_draft::<R::Model>(state)
    }
}

impl<R: Resource> AnyResource<R::Provider> for ErasedResource<R> {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn identity(&self) -> Option<&IdentitySchema> {
        self.identity.as_ref()
    }

    fn identity_may_change(&self) -> bool {
        R::IDENTITY_MAY_CHANGE
    }

    fn ty(&self) -> &Type {
        &self.ty
    }

    fn limits(&self) -> TimeLimits {
        R::LIMITS
    }

    fn validate<'a>(&'a self, config: &'a Value) -> Boxed<'a, Diagnostics> {
        Box::pin(async move { Ok(self.resource.validate(&read_plan::<R::Model>(config)?).await) })
    }

    fn plan<'a>(
        &'a self,
        prior: &'a Value,
        config: &'a Value,
        planned: Value,
        call: &'a mut Call<R::Provider>,
    ) -> Boxed<'a, (Value, Vec<Path>)> {
        Box::pin(async move {
            let prior = if prior.is_null() { None } else { Some(self.state(prior)?) };
            let (config, model) = (read_plan::<R::Model>(config)?, read_plan::<R::Model>(&planned)?);
            let mut plan = Plan { prior, config, planned: model.clone(), replace: Vec::new() };
            self.resource.plan(&mut plan, call).await?;
            if plan.planned == model {
                return Ok((planned, plan.replace));
            }
            Ok((merge(planned, &model.write(), plan.planned.write()), plan.replace))
        })
    }

    fn plan_delete<'a>(&'a self, prior: &'a Value, call: &'a mut Call<R::Provider>) -> Boxed<'a, ()> {
        Box::pin(async move { self.resource.plan_delete(&self.state(prior)?, call).await })
    }

    fn create<'a>(&'a self, plan: &'a Value, config: &'a Value, call: &'a mut Call<R::Provider>) -> Boxed<'a, Value> {
        Box::pin(async move {
            let change = Create { plan: read_draft::<R::Model>(plan)?, config: read_draft::<R::Model>(config)? };
            Ok(self.resource.create(change, call).await?.write())
        })
    }

    fn read<'a>(&'a self, state: &'a Value, call: &'a mut Call<R::Provider>) -> Boxed<'a, Value> {
        Box::pin(async move {
            let state = self.resource.read(self.state(state)?, call).await?;
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
            let change = Update {
                prior: self.state(prior)?,
                plan: read_draft::<R::Model>(plan)?,
                config: read_draft::<R::Model>(config)?,
            };
            Ok(self.resource.update(change, call).await?.write())
        })
    }

    fn delete<'a>(&'a self, state: &'a Value, call: &'a mut Call<R::Provider>) -> Boxed<'a, ()> {
        Box::pin(async move { self.resource.delete(self.state(state)?, call).await })
    }

    fn import<'a>(&'a self, id: &'a str, call: &'a mut Call<R::Provider>) -> Boxed<'a, Value> {
        Box::pin(async move { Ok(self.resource.import(ImportBy::Id(id), call).await?.write()) })
    }

    fn import_identity<'a>(&'a self, identity: &'a Value, call: &'a mut Call<R::Provider>) -> Boxed<'a, Value> {
        Box::pin(async move {
            let identity = <R::Model as Model>::Identity::read(identity).map_err(refused::<R::Model>)?;
            Ok(self.resource.import(ImportBy::Identity(identity), call).await?.write())
        })
    }

    fn upgrade(&self, version: i64, state: Json) -> Result<Json, Diagnostics> {
        self.resource.upgrade(version, state)
    }

    fn upgrade_identity(&self, version: i64, identity: Json) -> Result<Json, Diagnostics> {
        self.resource.upgrade_identity(version, identity)
    }

    fn adopt(&self, source: Moved, private: &mut Private) -> Result<Option<Value>, Diagnostics> {
        Ok(self.resource.adopt(source, private)?.map(|state| state.write()))
    }

    fn write_config(&self, config: &Value) -> Result<Value, Diagnostics> {
        let mut plan = read_plan::<R::Model>(config)?;
        self.resource.write_config(&mut plan);
        Ok(plan.write())
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
