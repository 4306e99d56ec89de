//! Functions: one that answers its argument for every kind of it and for each of known, null and unknown, and some that
//! go wrong.

use std::collections::BTreeMap;

use tfplugin_rust::{Attr, Catalog, Dynamic, Function, FunctionError, Model, Number, Parameters, Set, Type, Value};

use super::thing::Lab;

/// Two values.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct Pair {
    /// Its name.
    #[attr(required)]
    name: String,
    /// Its number.
    #[attr(optional)]
    count: Option<u64>,
}

/// A value of any type, with a name.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct Loose {
    /// Its name.
    #[attr(required)]
    name: String,
    /// Any type.
    #[attr(optional)]
    any: Option<Dynamic>,
}

macro_rules! echo {
    ($function:ident, $arguments:ident, $name:literal, $ty:ty) => {
        /// Answers its argument. Nothing else.
        #[derive(Parameters)]
        pub(super) struct $arguments {
            /// The value.
            value: $ty,
        }

        pub(super) struct $function;

        impl Function for $function {
            type Arguments = $arguments;
            type Answer = $ty;
            const NAME: &'static str = $name;

            fn call(&self, arguments: $arguments) -> Result<$ty, FunctionError> {
                Ok(arguments.value)
            }
        }
    };
}

macro_rules! echoes {
    ($($kind:ident($known:literal, $null:literal, $unknown:literal): $ty:ty;)*) => {
        $(mod $kind {
            use super::*;
            echo!(Known, KnownArguments, $known, $ty);
            echo!(Null, NullArguments, $null, Option<$ty>);
            echo!(Unknown, UnknownArguments, $unknown, Attr<$ty>);
        })*

        /// Every one of them.
        pub(crate) fn add(catalog: Catalog<Lab>) -> Catalog<Lab> {
            catalog
                $(.function($kind::Known).function($kind::Null).function($kind::Unknown))*
                .function(Texts).function(Weigh).function(Values).function(Names).function(Odd)
        }
    };
}

echoes! {
    a_bool("bool", "bool_or_null", "bool_or_unknown"): bool;
    a_string("string", "string_or_null", "string_or_unknown"): String;
    an_int32("int32", "int32_or_null", "int32_or_unknown"): i32;
    an_int64("int64", "int64_or_null", "int64_or_unknown"): i64;
    a_float32("float32", "float32_or_null", "float32_or_unknown"): f32;
    a_float64("float64", "float64_or_null", "float64_or_unknown"): f64;
    a_number("number", "number_or_null", "number_or_unknown"): Number;
    a_list("list", "list_or_null", "list_or_unknown"): Vec<String>;
    a_map("map", "map_or_null", "map_or_unknown"): BTreeMap<String, String>;
    a_set("set", "set_or_null", "set_or_unknown"): Set<String>;
    an_object("object", "object_or_null", "object_or_unknown"): Pair;
    a_loose_object("object_with_dynamic", "object_with_dynamic_or_null", "object_with_dynamic_or_unknown"): Loose;
    a_dynamic("dynamic", "dynamic_or_null", "dynamic_or_unknown"): Dynamic;
}

/// Answers its arguments as a list.
#[derive(Parameters)]
struct TextArguments {
    /// Any number of texts.
    #[attr(variadic)]
    texts: Vec<String>,
}

struct Texts;

impl Function for Texts {
    type Arguments = TextArguments;
    type Answer = Vec<String>;
    const NAME: &'static str = "variadic";

    fn call(&self, arguments: TextArguments) -> Result<Vec<String>, FunctionError> {
        Ok(arguments.texts)
    }
}

/// Answers its arguments as a tuple.
#[derive(Parameters)]
struct ValueArguments {
    /// Any number of values of any type.
    #[attr(variadic)]
    values: Vec<Option<Dynamic>>,
}

struct Values;

impl Function for Values {
    type Arguments = ValueArguments;
    type Answer = Dynamic;
    const NAME: &'static str = "dynamic_variadic";

    fn call(&self, arguments: ValueArguments) -> Result<Dynamic, FunctionError> {
        let given = arguments.values.into_iter().flatten();
        let (types, values) = given.map(|Dynamic { ty, value }| (ty, value)).unzip();
        Ok(Dynamic { ty: Type::Tuple(types), value: Value::List(values) })
    }
}

/// Answers the names that are known of a pair, and how many pairs follow.
#[derive(Parameters)]
struct NameArguments {
    /// A pair that may be unknown in parts.
    pair: Attr<PairPlan>,
    /// Texts that may be unknown.
    texts: Attr<Vec<Attr<String>>>,
    /// More pairs.
    #[attr(variadic, name = "others")]
    more: Vec<Pair>,
}

struct Names;

impl Function for Names {
    type Arguments = NameArguments;
    type Answer = Attr<Vec<Attr<String>>>;
    const NAME: &'static str = "names";
    const DEPRECATED: Option<&'static str> = Some("Names are no longer asked for.");

    fn call(&self, arguments: NameArguments) -> Result<Self::Answer, FunctionError> {
        if let Some(index) = arguments.more.iter().position(|pair| pair.name == "bad") {
            return Err(FunctionError::new("the name is bad").about_item("others", index));
        }
        let Attr::Known(pair) = arguments.pair else { return Ok(Attr::unknown()) };
        let mut names = vec![pair.name];
        names.extend(arguments.texts.into_known().unwrap_or_default());
        names.extend(arguments.more.into_iter().map(|pair| pair.name.into()));
        Ok(names.into())
    }
}

/// A part with a weight.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct Weighed {
    /// Its label.
    #[attr(required, length = 1..=4)]
    label: String,
    /// Its weight.
    #[attr(default = 1u64)]
    weight: u64,
}

/// Answers a sum of weights.
#[derive(Parameters)]
struct WeighArguments {
    /// What is weighed.
    part: Weighed,
    /// How much more.
    #[attr(check("even", even))]
    scale: Option<u64>,
    /// More weights.
    #[attr(at_least = 1u64, variadic)]
    more: Vec<u64>,
}

fn even(number: &u64) -> Result<(), String> {
    if number.is_multiple_of(2) { Ok(()) } else { Err(format!("found {number}")) }
}

struct Weigh;

impl Function for Weigh {
    type Arguments = WeighArguments;
    type Answer = u64;
    const NAME: &'static str = "weigh";

    fn call(&self, arguments: WeighArguments) -> Result<u64, FunctionError> {
        Ok(arguments.part.weight + arguments.scale.unwrap_or_default() + arguments.more.iter().sum::<u64>())
    }
}

/// Goes wrong as it is told to.
#[derive(Parameters)]
struct OddArguments {
    /// What is to go wrong.
    how: String,
}

struct Odd;

impl Function for Odd {
    type Arguments = OddArguments;
    type Answer = Attr<String>;
    const NAME: &'static str = "odd";

    fn call(&self, arguments: OddArguments) -> Result<Attr<String>, FunctionError> {
        match arguments.how.as_str() {
            "whole" => Err(FunctionError::new("nothing fits.")),
            "argument" => Err(FunctionError::new("expected another").about("how")),
            "nobody" => Err(FunctionError::new("expected another").about("nobody")),
            "panic" => panic!("as asked, with a secret: hush"),
            "unknown" => Ok(Attr::unknown()),
            // A combining accent, which Terraform has as one letter.
            "accent" => Ok("e\u{301}".into()),
            _ => Ok(Attr::Null),
        }
    }
}
