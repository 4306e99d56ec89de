//! Lists, sets and maps.

use std::collections::{BTreeMap, BTreeSet};

use super::{Convert, ReadError, Typed, normal};
use crate::Attr;
use crate::path::Step;
use crate::schema::{Nesting, Rule, Shape};
use crate::value::{Type, Value};

/// The shape of a collection of things of shape `element`.
fn repeated(element: Shape, nesting: Nesting, plain: fn(Type) -> Type) -> Shape {
    match element {
        Shape::Plain(ty) => Shape::Plain(plain(ty)),
        Shape::Nested(Nesting::Single | Nesting::Group, attributes) => Shape::Nested(nesting, attributes),
        nested @ Shape::Nested(..) => Shape::Plain(plain(nested.ty())),
    }
}

/// The rules of the elements as rules of the collection.
fn each(rules: Vec<Rule>) -> Vec<Rule> {
    if rules.is_empty() { rules } else { vec![Rule::each(rules)] }
}

impl<T: Convert> Convert for Vec<T> {
    fn read(value: &Value) -> Result<Self, ReadError> {
        let Value::List(items) = value else { return Err(ReadError::expected("a list", value)) };
        let read = |(index, item)| T::read(item).map_err(|error| error.within(Step::Index(index as i64)));
        items.iter().enumerate().map(read).collect()
    }

    fn write(&self) -> Value {
        Value::List(self.iter().map(Convert::write).collect())
    }
}

impl<T: Typed> Typed for Vec<T> {
    type Planned = Attr<Vec<T::Planned>>;
    type Drafted = Vec<T::Drafted>;

    fn shape() -> Shape {
        repeated(T::shape(), Nesting::List, Type::list)
    }

    fn canonical() -> Option<fn(&Value) -> Value> {
        T::canonical()
    }

    fn rules() -> Vec<Rule> {
        each(T::rules())
    }
}

impl<T: Convert> Convert for BTreeMap<String, T> {
    fn read(value: &Value) -> Result<Self, ReadError> {
        let Value::Map(entries) = value else { return Err(ReadError::expected("a map", value)) };
        let read = |(key, item): (&String, &Value)| {
            Ok((key.clone(), T::read(item).map_err(|error| error.within(Step::Key(key.clone())))?))
        };
        entries.iter().map(read).collect()
    }

    fn write(&self) -> Value {
        Value::Map(self.iter().map(|(key, item)| (normal(key), item.write())).collect())
    }
}

impl<T: Typed> Typed for BTreeMap<String, T> {
    type Planned = Attr<BTreeMap<String, T::Planned>>;
    type Drafted = BTreeMap<String, T::Drafted>;

    fn shape() -> Shape {
        repeated(T::shape(), Nesting::Map, Type::map)
    }

    fn canonical() -> Option<fn(&Value) -> Value> {
        T::canonical()
    }

    fn rules() -> Vec<Rule> {
        each(T::rules())
    }
}

/// Elements of a set, in the order that they came. Terraform does not say which order that is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Set<T>(pub Vec<T>);

impl<T: Convert> Convert for Set<T> {
    fn read(value: &Value) -> Result<Self, ReadError> {
        let Value::List(items) = value else { return Err(ReadError::expected("a set", value)) };
        items.iter().map(T::read).collect::<Result<_, _>>().map(Self)
    }

    fn write(&self) -> Value {
        Value::List(self.0.iter().map(Convert::write).collect())
    }
}

impl<T: Typed> Typed for Set<T> {
    type Planned = Attr<Set<T::Planned>>;
    type Drafted = Set<T::Drafted>;

    fn shape() -> Shape {
        repeated(T::shape(), Nesting::Set, Type::set)
    }

    fn canonical() -> Option<fn(&Value) -> Value> {
        T::canonical()
    }

    fn rules() -> Vec<Rule> {
        each(T::rules())
    }
}

impl Convert for BTreeSet<String> {
    fn read(value: &Value) -> Result<Self, ReadError> {
        let Value::List(items) = value else { return Err(ReadError::expected("a set", value)) };
        items.iter().map(String::read).collect()
    }

    fn write(&self) -> Value {
        Value::List(self.iter().map(Convert::write).collect())
    }
}

impl Typed for BTreeSet<String> {
    type Planned = Attr<Set<Attr<String>>>;
    type Drafted = Self;

    fn shape() -> Shape {
        Shape::Plain(Type::set(Type::String))
    }
}
