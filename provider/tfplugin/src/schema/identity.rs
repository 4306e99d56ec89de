//! The attributes by which Terraform knows one object from another.

use super::{Attribute, Schema, object};
use crate::generated::tfplugin6 as wire;
use crate::value::{Type, Value};
use wire::resource_identity_schema::IdentityAttribute;

/// Whether an import by identity must give an attribute of the identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForImport {
    /// It must.
    Required,
    /// It may; the provider finds it where it does not.
    Optional,
}

/// The identity of a resource: those attributes of its model that are marked so.
#[derive(Debug, Clone)]
pub(crate) struct IdentitySchema {
    pub(crate) version: i64,
    pub(crate) attributes: Vec<Attribute>,
    ty: Type,
}

impl IdentitySchema {
    /// The identity in a schema; `None` where the schema marks nothing.
    pub(crate) fn of(schema: &Schema, version: i64) -> Option<Self> {
        let marked = schema.attributes.iter().filter(|item| item.identity.is_some());
        let attributes: Vec<_> = marked.cloned().collect();
        let ty = object(&attributes);
        (!attributes.is_empty()).then_some(Self { version, attributes, ty })
    }

    pub(crate) fn ty(&self) -> &Type {
        &self.ty
    }

    /// The identity of an object of the resource; null where nothing of it is there.
    pub(crate) fn in_object(&self, state: &Value) -> Value {
        let parts = self.attributes.iter().map(|item| (item.name.as_str(), state.get(&item.name).clone()));
        let identity = Value::object(parts);
        if self.is_empty(&identity) { Value::Null } else { identity }
    }

    /// Whether an identity says nothing.
    pub(crate) fn is_empty(&self, identity: &Value) -> bool {
        self.attributes.iter().all(|item| identity.get(&item.name).is_null())
    }

    /// The attributes that an import must give and this identity lacks.
    pub(crate) fn missing<'a>(&'a self, identity: &'a Value) -> impl Iterator<Item = &'a str> {
        let lacks =
            |item: &&Attribute| item.identity == Some(ForImport::Required) && identity.get(&item.name).is_null();
        self.attributes.iter().filter(lacks).map(|item| item.name.as_str())
    }

    pub(crate) fn to_wire(&self) -> wire::ResourceIdentitySchema {
        let attribute = |item: &Attribute| IdentityAttribute {
            name: item.name.clone(),
            r#type: item.ty().to_bytes(),
            required_for_import: item.identity == Some(ForImport::Required),
            optional_for_import: item.identity == Some(ForImport::Optional),
            description: item.description.trim().to_owned(),
        };
        wire::ResourceIdentitySchema {
            version: self.version,
            identity_attributes: self.attributes.iter().map(attribute).collect(),
        }
    }
}
