//! What a value consists of, be it by a type or by nested attributes: one way to walk both.

use super::{Attribute, Nesting, Shape};
use crate::value::Type;

/// What a value consists of.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind<'a> {
    Type(&'a Type),
    Object(&'a [Attribute]),
    List(&'a [Attribute]),
    Set(&'a [Attribute]),
    Map(&'a [Attribute]),
}

/// The next level of a kind.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Parts<'a> {
    Leaf,
    Dynamic,
    List(Kind<'a>),
    Set(Kind<'a>),
    Map(Kind<'a>),
    Tuple(&'a [Type]),
    Object(Fields<'a>),
}

/// The fields of an object.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fields<'a> {
    Attributes(&'a [Attribute]),
    Types(&'a std::collections::BTreeMap<String, Type>),
}

/// One field of an object; `attribute` where a schema and not only a type speaks of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field<'a> {
    pub(crate) name: &'a str,
    pub(crate) kind: Kind<'a>,
    pub(crate) attribute: Option<&'a Attribute>,
}

impl Shape {
    pub(crate) fn kind(&self) -> Kind<'_> {
        match self {
            Self::Plain(ty) => Kind::Type(ty),
            Self::Nested(nesting, inner) => match nesting {
                Nesting::Single | Nesting::Group => Kind::Object(inner),
                Nesting::List => Kind::List(inner),
                Nesting::Set => Kind::Set(inner),
                Nesting::Map => Kind::Map(inner),
            },
        }
    }
}

impl<'a> Kind<'a> {
    pub(crate) fn parts(self) -> Parts<'a> {
        match self {
            Self::Object(inner) => Parts::Object(Fields::Attributes(inner)),
            Self::List(inner) => Parts::List(Self::Object(inner)),
            Self::Set(inner) => Parts::Set(Self::Object(inner)),
            Self::Map(inner) => Parts::Map(Self::Object(inner)),
            Self::Type(ty) => match ty {
                Type::String | Type::Number | Type::Bool => Parts::Leaf,
                Type::Dynamic => Parts::Dynamic,
                Type::List(element) => Parts::List(Self::Type(element)),
                Type::Set(element) => Parts::Set(Self::Type(element)),
                Type::Map(element) => Parts::Map(Self::Type(element)),
                Type::Tuple(elements) => Parts::Tuple(elements),
                Type::Object(fields) => Parts::Object(Fields::Types(fields)),
            },
        }
    }
}

impl<'a> Fields<'a> {
    pub(crate) fn iter(self) -> impl Iterator<Item = Field<'a>> {
        let (attributes, types) = match self {
            Self::Attributes(attributes) => (attributes, None),
            Self::Types(types) => (&[] as &[Attribute], Some(types)),
        };
        let described =
            attributes.iter().map(|item| Field { name: &item.name, kind: item.shape.kind(), attribute: Some(item) });
        let typed = types.into_iter().flatten().map(|(name, ty)| Field { name, kind: Kind::Type(ty), attribute: None });
        described.chain(typed)
    }
}
