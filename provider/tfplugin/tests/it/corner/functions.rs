//! Functions that answer their arguments, called as a core calls them.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value as Json, json};
use tfplugin_rust::generated::tfplugin6 as wire;
use tfplugin_rust::{Catalog, Dynamic, Function, FunctionError, Model, Number, Parameters, Set, Type, Value};

use super::Case;
use super::provider::Framework;
use super::rpc::{Answer, Caller, Outcome, answered, fails, received, same, sent, value};

/// Two values.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct Pair {
    /// A text.
    #[attr(optional)]
    attr1: Option<String>,
    /// A number.
    #[attr(optional)]
    attr2: Option<i64>,
}

/// Two values of any type.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct LoosePair {
    /// Any value.
    #[attr(optional)]
    dynamic_attr1: Option<Dynamic>,
    /// Any value.
    #[attr(optional)]
    dynamic_attr2: Option<Dynamic>,
}

macro_rules! echoes {
    ($($kind:ident $name:literal: $ty:ty;)*) => {
        $(mod $kind {
            use super::*;

            /// Answers its argument.
            #[derive(Parameters)]
            pub(super) struct Arguments {
                /// The value.
                value: $ty,
            }

            pub(super) struct Echo;

            impl Function for Echo {
                type Arguments = Arguments;
                type Answer = $ty;
                const NAME: &'static str = $name;

                fn call(&self, arguments: Arguments) -> Result<$ty, FunctionError> {
                    Ok(arguments.value)
                }
            }
        })*

        /// Every one of them.
        pub(super) fn add(catalog: Catalog<Framework>) -> Catalog<Framework> {
            catalog$(.function($kind::Echo))*.function(Texts).function(Values)
        }
    };
}

echoes! {
    a_bool "bool": bool;
    a_dynamic "dynamic": Dynamic;
    a_float32 "float32": f32;
    a_float64 "float64": f64;
    an_int32 "int32": i32;
    an_int64 "int64": i64;
    a_list "list": Vec<String>;
    a_map "map": BTreeMap<String, String>;
    a_number "number": Number;
    an_object "object": Pair;
    a_loose_object "object_with_dynamic": LoosePair;
    a_set "set": Set<String>;
    a_string "string": String;
}

/// Answers its arguments as a list.
#[derive(Parameters)]
struct TextArguments {
    /// Texts.
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
    /// Values of any type.
    #[attr(variadic)]
    values: Vec<Dynamic>,
}

struct Values;

impl Function for Values {
    type Arguments = ValueArguments;
    type Answer = Dynamic;
    const NAME: &'static str = "dynamic_variadic";

    fn call(&self, arguments: ValueArguments) -> Result<Dynamic, FunctionError> {
        let (types, values) = arguments.values.into_iter().map(|Dynamic { ty, value }| (ty, value)).unzip();
        Ok(Dynamic { ty: Type::Tuple(types), value: Value::List(values) })
    }
}

fn ty(json: &[u8]) -> Answer<Type> {
    let json = serde_json::from_slice(json).map_err(|error| error.to_string())?;
    Type::from_json(&json).ok_or_else(|| format!("{json} is no type"))
}

/// What a core says before it calls: each attribute of an object is there, and null reaches only who takes it.
fn argument(parameter: &wire::function::Parameter, json: &Json) -> Answer<wire::DynamicValue> {
    let ty = ty(&parameter.r#type)?;
    if let (Type::Object(attributes), Json::Object(entries)) = (&ty, json)
        && let Some(missing) = attributes.keys().find(|name| !entries.contains_key(*name))
    {
        return Err(format!("Invalid function argument: attribute \"{missing}\" is required"));
    }
    let empty = json.is_null() || (ty == Type::Dynamic && json["value"].is_null());
    if empty && !parameter.allow_null_value {
        return Err("Invalid function argument: argument must not be null".to_owned());
    }
    sent(&value(json, &ty)?, &ty)?.ok_or_else(|| "no value".to_owned())
}

async fn call(
    caller: &mut Caller,
    definitions: &HashMap<String, wire::Function>,
    name: &str,
    given: &[Json],
) -> Answer<(Value, Type)> {
    let definition = definitions.get(name).ok_or_else(|| format!("there is no function {name}"))?;
    let mut arguments = Vec::new();
    for (index, json) in given.iter().enumerate() {
        let parameter = definition.parameters.get(index).or(definition.variadic_parameter.as_ref());
        arguments.push(argument(parameter.ok_or_else(|| format!("{name} takes no argument {index}"))?, json)?);
    }
    let returned = ty(&definition.r#return.as_ref().ok_or("it has no type")?.r#type)?;
    let request = wire::call_function::Request { name: name.to_owned(), arguments };
    let answer = answered(caller.rpc.call_function(request).await)?;
    match answer.error {
        Some(error) if error.function_argument.is_some() => Err(format!("Invalid function argument: {}", error.text)),
        Some(error) => Err(format!("Error in function call: {}", error.text)),
        None => Ok((received(answer.result, &returned)?, returned)),
    }
}

/// Each call answers this, as often as a core asks, or fails with these words.
async fn check(name: &'static str, calls: Vec<(Vec<Json>, Result<Json, &'static str>)>) -> Outcome {
    let mut caller = Caller::new().await?;
    let request = wire::get_functions::Request {};
    let definitions = answered(caller.rpc.get_functions(request).await)?.functions;
    for (given, expected) in calls {
        for _again in 0..2 {
            let found = call(&mut caller, &definitions, name, &given).await;
            match &expected {
                Ok(expected) => {
                    let (found, ty) = found?;
                    same(name, &found, &value(expected, &ty)?)?;
                }
                Err(words) => fails(found, words)?,
            }
        }
    }
    Ok(())
}

/// The function of the bare protocol's provider.
pub(super) async fn of_bool() -> Outcome {
    check("bool", vec![(vec![json!(true)], Ok(json!(true)))]).await
}

fn typed(ty: Json, value: Json) -> Json {
    json!({ "type": ty, "value": value })
}

/// The functions, each with the name of its tests and an argument that it answers.
fn kinds() -> [(&'static str, &'static str, Json, Json); 13] {
    let pair =
        |second: Json| json!({ "dynamic_attr1": typed(json!("string"), json!("value1")), "dynamic_attr2": second });
    let hello = typed(json!(["set", "string"]), json!(["hello", "world"]));
    [
        ("BoolFunction", "bool", json!(true), json!(true)),
        ("DynamicFunction", "dynamic", typed(json!("string"), json!("test-value")), hello),
        ("Float32Function", "float32", json!(1.23), json!(1.23)),
        ("Float64Function", "float64", json!(1.23), json!(1.23)),
        ("Int32Function", "int32", json!(123), json!(123)),
        ("Int64Function", "int64", json!(123), json!(123)),
        ("ListFunction", "list", json!(["one", "two"]), json!(["one", "two"])),
        (
            "MapFunction",
            "map",
            json!({ "key1": "value1", "key2": "value2" }),
            json!({ "key1": "value1", "key2": "value2" }),
        ),
        ("NumberFunction", "number", json!("9223372036854775809"), json!("9223372036854775809")),
        (
            "ObjectFunction",
            "object",
            json!({ "attr1": "value1", "attr2": 123 }),
            json!({ "attr1": "value1", "attr2": 123 }),
        ),
        (
            "ObjectWithDynamicFunction",
            "object_with_dynamic",
            pair(typed(json!("bool"), json!(true))),
            pair(typed(json!("number"), json!(123))),
        ),
        ("SetFunction", "set", json!(["one", "two"]), json!(["one", "two"])),
        ("StringFunction", "string", json!("test-value"), json!("test-value")),
    ]
}

const NULL: &str = "Invalid function argument";

pub(super) fn cases() -> Vec<Case> {
    let case = |test: String, name: &'static str, calls: Vec<(Vec<Json>, Result<Json, &'static str>)>| {
        Case::calls(format!("Test{test}"), check(name, calls))
    };
    let echo = |value: Json| vec![(vec![value.clone()], Ok(value))];
    let mut all = Vec::new();
    for (test, name, known, again) in kinds() {
        let first = if ["dynamic", "object_with_dynamic"].contains(&name) { "known_primitive" } else { "known" };
        all.push(case(format!("{test}_{first}"), name, echo(known)));
        all.push(case(format!("{test}_null"), name, vec![(vec![Json::Null], Err(NULL))]));
        all.push(case(format!("{test}_unknown"), name, echo(again)));
    }
    let list = typed(json!(["list", "bool"]), json!([true, false]));
    all.push(case("DynamicFunction_known_collection".to_owned(), "dynamic", echo(list)));
    let object = json!(["object", { "attr1": "string", "attr2": "number", "attr3": "bool" }]);
    let object = typed(object, json!({ "attr1": "hello", "attr2": 1234.5, "attr3": true }));
    all.push(case("DynamicFunction_known_structural".to_owned(), "dynamic", echo(object)));
    let null = vec![(vec![typed(json!("string"), Json::Null)], Err(NULL))];
    all.push(case("DynamicFunction_typed_null".to_owned(), "dynamic", null));
    all.extend(objects().into_iter().map(|(test, name, calls)| case(test.to_owned(), name, calls)));
    all.extend(variadics().into_iter().map(|(test, name, calls)| case(test.to_owned(), name, calls)));
    let beyond = ["3.40282346638528859811704183484516925440e+39", "1.401298464324817070923729583289916131280e-46"];
    let beyond = beyond.iter().flat_map(|text| [json!(text), json!(format!("-{text}"))]);
    let beyond = beyond.map(|text| (vec![text], Err(NULL))).collect();
    all.push(case("Float32Function_overflow_underflow".to_owned(), "float32", beyond));
    all
}

type Calls = Vec<(Vec<Json>, Result<Json, &'static str>)>;

fn objects() -> Vec<(&'static str, &'static str, Calls)> {
    let echo = |value: Json| vec![(vec![value.clone()], Ok(value))];
    let text = || typed(json!("string"), json!("value1"));
    let pair = |first: Json, second: Json| echo(json!({ "dynamic_attr1": first, "dynamic_attr2": second }));
    let map = typed(json!(["map", "string"]), json!({ "key1": "hello", "key2": "true" }));
    let four = json!([1, 2, 3, 4]);
    let tuple = typed(json!(["tuple", ["number", "number", "number", "number"]]), four.clone());
    let inner =
        typed(json!(["object", { "attr1": "string", "attr2": "bool" }]), json!({ "attr1": "hello", "attr2": true }));
    vec![
        (
            "ObjectFunction_Known_AttributeRequired_Error",
            "object",
            vec![(vec![json!({ "attr1": "value1" })], Err("attribute \"attr2\" is required"))],
        ),
        ("ObjectFunction_Known_AttributeRequired_Null", "object", echo(json!({ "attr1": "value1", "attr2": null }))),
        (
            "ObjectWithDynamicFunction_known_collection",
            "object_with_dynamic",
            pair(typed(json!(["list", "number"]), four), map),
        ),
        ("ObjectWithDynamicFunction_known_structural", "object_with_dynamic", pair(tuple, inner)),
        (
            "ObjectWithDynamicFunction_Known_AttributeRequired_Error",
            "object_with_dynamic",
            vec![(vec![json!({ "dynamic_attr1": text() })], Err("attribute \"dynamic_attr2\" is required"))],
        ),
        ("ObjectWithDynamicFunction_Known_AttributeRequired_Null", "object_with_dynamic", pair(text(), Json::Null)),
    ]
}

fn variadics() -> Vec<(&'static str, &'static str, Calls)> {
    let texts = |texts: &[&str]| vec![(texts.iter().map(|text| json!(text)).collect(), Ok(json!(texts)))];
    let values = |items: &[(Json, Json)]| {
        let types: Vec<&Json> = items.iter().map(|(ty, _)| ty).collect();
        let plain: Vec<&Json> = items.iter().map(|(_, value)| value).collect();
        let arguments = items.iter().map(|(ty, value)| typed(ty.clone(), value.clone())).collect();
        vec![(arguments, Ok(typed(json!(["tuple", types]), json!(plain))))]
    };
    let text = |text: &str| (json!("string"), json!(text));
    let object = |a: Json, b: bool, c: &str| {
        (json!(["object", { "a": "number", "b": "bool", "c": "string" }]), json!({ "a": a, "b": b, "c": c }))
    };
    vec![
        ("VariadicFunction_value_zero", "variadic", texts(&[])),
        ("VariadicFunction_value_one", "variadic", texts(&["one"])),
        ("VariadicFunction_value_multiple", "variadic", texts(&["one", "two"])),
        ("VariadicFunction_null", "variadic", vec![(vec![Json::Null], Err(NULL))]),
        ("VariadicFunction_unknown", "variadic", texts(&["test-value"])),
        ("DynamicVariadicFunction_value_zero", "dynamic_variadic", values(&[])),
        ("DynamicVariadicFunction_value_one", "dynamic_variadic", values(&[text("one")])),
        (
            "DynamicVariadicFunction_value_multiple_same_type_primitive",
            "dynamic_variadic",
            values(&[text("one"), text("two")]),
        ),
        (
            "DynamicVariadicFunction_value_multiple_same_type_complex",
            "dynamic_variadic",
            values(&[object(json!(1234.5), true, "hello"), object(json!(200), false, "world")]),
        ),
        (
            "DynamicVariadicFunction_value_multiple_different_type",
            "dynamic_variadic",
            values(&[(json!("bool"), json!(true)), text("string"), (json!("number"), json!(1234.5))]),
        ),
        ("DynamicVariadicFunction_null", "dynamic_variadic", vec![(vec![Json::Null], Err(NULL))]),
        (
            "DynamicVariadicFunction_typed_null",
            "dynamic_variadic",
            vec![(vec![typed(json!("bool"), Json::Null)], Err(NULL))],
        ),
        ("DynamicVariadicFunction_unknown", "dynamic_variadic", values(&[text("test-value")])),
    ]
}
