//! Functions, called as Terraform does: before the provider is configured.

use tfplugin_rust::function::{FunctionPage, Parameter, Signature};
use tfplugin_rust::generated::tfplugin6 as wire;
use tfplugin_rust::schema::{Attribute, Shape};
use tfplugin_rust::value::{decode, encode};
use tfplugin_rust::{Number, Provider, Refinement, Service, Type, Value};
use wire::provider_client::ProviderClient;
use wire::provider_server::ProviderServer;

use crate::lab::{Lab, known, unknown};

/// What a function answers: a value, or an error with the place of an argument.
type Said = Result<Value, (String, Option<i64>)>;

fn provider() -> ProviderClient<ProviderServer<Service<Lab>>> {
    ProviderClient::new(ProviderServer::new(Service::new()))
}

async fn definitions() -> std::collections::HashMap<String, wire::Function> {
    provider().get_functions(wire::get_functions::Request {}).await.expect("an answer").into_inner().functions
}

fn ty(json: &[u8]) -> Type {
    Type::from_json(&serde_json::from_slice(json).expect("JSON")).expect("a type")
}

/// Calls a function with these arguments, whether Terraform would let them through or not.
async fn call(name: &str, arguments: &[Value]) -> Said {
    let definitions = definitions().await;
    let definition = &definitions[name];
    let parameter = |index: usize| definition.parameters.get(index).or(definition.variadic_parameter.as_ref());
    let arguments = arguments.iter().enumerate().map(|(index, value)| {
        let ty = parameter(index).map_or(Type::String, |parameter| ty(&parameter.r#type));
        wire::DynamicValue::from(encode(value, &ty).expect("it fits"))
    });
    let request = wire::call_function::Request { name: name.to_owned(), arguments: arguments.collect() };
    let answer = provider().call_function(request).await.expect("an answer").into_inner();
    let returned = ty(&definition.r#return.as_ref().expect("an answer has a type").r#type);
    match (answer.result, answer.error) {
        (Some(result), None) => Ok(decode(&result.msgpack, &returned).expect("it fits")),
        (None, Some(error)) => Err((error.text, error.function_argument)),
        other => panic!("neither a result nor an error: {other:?}"),
    }
}

/// A function answers this, or an error with these words about the argument at this place.
async fn check(name: &str, arguments: &[Value], expected: Result<Value, (&str, Option<i64>)>) {
    let found = call(name, arguments).await;
    match (&found, expected) {
        (Ok(found), Ok(expected)) => assert_eq!(*found, expected, "{name} of {arguments:?}"),
        (Err((text, place)), Err((words, index))) => {
            assert!(text.contains(words), "{name} of {arguments:?}: {text}");
            assert_eq!(*place, index, "{name} of {arguments:?}: {text}");
        }
        (found, expected) => panic!("{name} of {arguments:?}: {found:?}, expected {expected:?}"),
    }
}

fn dynamic(ty: Type, value: Value) -> Value {
    Value::Dynamic(Box::new((ty, value)))
}

fn number(text: &str) -> Value {
    Value::Number(Number::parse(text).expect("a number"))
}

#[tokio::test]
async fn each_kind_known_null_and_unknown() {
    let texts = || Value::List(vec!["a".into(), "b".into()]);
    let tuple = Type::Tuple(vec![Type::Number, Type::String]);
    let any = dynamic(tuple, Value::List(vec![known(1), "two".into()]));
    let not_null = Value::Unknown(Refinement { not_null: true, ..Refinement::default() }.into());
    let kinds = [
        ("bool", r#""bool""#, true.into()),
        ("string", r#""string""#, "text".into()),
        ("int32", r#""number""#, number("-2147483648")),
        ("int64", r#""number""#, number("9223372036854775807")),
        ("float32", r#""number""#, number("1.1")),
        ("float64", r#""number""#, number("0.1")),
        ("number", r#""number""#, number("123456789012345678901234567890.5")),
        ("list", r#"["list","string"]"#, texts()),
        ("set", r#"["set","string"]"#, texts()),
        ("map", r#"["map","string"]"#, Value::object([("k", "v".into())])),
        (
            "object",
            r#"["object",{"count":"number","name":"string"}]"#,
            Value::object([("name", "n".into()), ("count", Value::Null)]),
        ),
        (
            "object_with_dynamic",
            r#"["object",{"any":"dynamic","name":"string"}]"#,
            Value::object([("name", "n".into()), ("any", any.clone())]),
        ),
        ("dynamic", r#""dynamic""#, any),
    ];
    let definitions = definitions().await;
    for (kind, ty, value) in kinds {
        for (form, nullable, unknowable) in [("", false, false), ("_or_null", true, false), ("_or_unknown", true, true)]
        {
            let name = format!("{kind}{form}");
            let definition = &definitions[&name];
            let [parameter] = definition.parameters.as_slice() else { panic!("{name}: one parameter") };
            assert_eq!(String::from_utf8_lossy(&parameter.r#type), ty, "{name}");
            let returned = definition.r#return.as_ref().expect("an answer has a type");
            assert_eq!(String::from_utf8_lossy(&returned.r#type), ty, "{name}");
            assert_eq!((parameter.allow_null_value, parameter.allow_unknown_values), (nullable, unknowable), "{name}");
            check(&name, std::slice::from_ref(&value), Ok(value.clone())).await;
            let null = if nullable { Ok(Value::Null) } else { Err(("the value is null", Some(0))) };
            check(&name, &[Value::Null], null).await;
            check(&name, &[unknown()], Ok(unknown())).await;
        }
        let name = format!("{kind}_or_unknown");
        check(&name, std::slice::from_ref(&not_null), Ok(not_null.clone())).await;
    }
}

#[tokio::test]
async fn variadic() {
    let definitions = definitions().await;
    for (name, ty) in [("variadic", r#""string""#), ("dynamic_variadic", r#""dynamic""#)] {
        let definition = &definitions[name];
        assert!(definition.parameters.is_empty(), "{name}");
        let parameter = definition.variadic_parameter.as_ref().expect("it is variadic");
        assert_eq!(String::from_utf8_lossy(&parameter.r#type), ty, "{name}");
    }
    let list = |items: &[&str]| Ok(Value::List(items.iter().map(|item| (*item).into()).collect()));
    check("variadic", &[], list(&[])).await;
    check("variadic", &["a".into()], list(&["a"])).await;
    check("variadic", &["a".into(), "b".into(), "c".into()], list(&["a", "b", "c"])).await;
    check("variadic", &["a".into(), Value::Null], Err(("the value is null", Some(1)))).await;
    check("variadic", &["a".into(), unknown()], Ok(unknown())).await;
    let text = || dynamic(Type::String, "a".into());
    let both = Type::Tuple(vec![Type::String, Type::Bool]);
    let answer = dynamic(both, Value::List(vec!["a".into(), true.into()]));
    check("dynamic_variadic", &[text(), dynamic(Type::Bool, true.into())], Ok(answer)).await;
    let answer = dynamic(Type::Tuple(vec![Type::String]), Value::List(vec!["a".into()]));
    check("dynamic_variadic", &[text(), Value::Null], Ok(answer)).await;
    check("dynamic_variadic", &[], Ok(dynamic(Type::Tuple(Vec::new()), Value::List(Vec::new())))).await;
    check("dynamic_variadic", &[text(), unknown()], Ok(unknown())).await;
}

#[tokio::test]
async fn parts_that_are_unknown_reach_only_what_has_a_place_for_them() {
    let pair = |name: Value, count: Value| Value::object([("name", name), ("count", count)]);
    let part = pair(unknown(), known(1));
    check("object_or_unknown", std::slice::from_ref(&part), Ok(unknown())).await;
    let texts = Value::List(vec!["t".into(), unknown()]);
    let answer = Value::List(vec![unknown(), "t".into(), unknown(), "m".into()]);
    check("names", &[part.clone(), texts.clone(), pair("m".into(), Value::Null)], Ok(answer)).await;
    check("names", &[unknown(), texts.clone()], Ok(unknown())).await;
    let answer = Value::List(vec!["p".into()]);
    check("names", &[pair("p".into(), Value::Null), Value::Null], Ok(answer)).await;
    let bad = || pair("bad".into(), Value::Null);
    let fine = || pair("p".into(), Value::Null);
    check("names", &[fine(), Value::Null, fine(), bad()], Err(("the name is bad", Some(3)))).await;
    check("names", &[fine(), Value::Null, pair(Value::Null, Value::Null)], Err(("name: the value is null", Some(2))))
        .await;
}

#[tokio::test]
async fn what_goes_wrong_is_said_of_the_argument() {
    check("int32", &[number("2147483648")], Err(("from -2147483648 to 2147483647, found 2147483648", Some(0)))).await;
    check("int64", &[number("0.5")], Err(("expected a whole number", Some(0)))).await;
    check("float32", &[number("1e39")], Err(("expected a number from", Some(0)))).await;
    check("float64", &[number("1e-3")], Ok(number("0.001"))).await;
    check("list", &[Value::List(vec!["a".into(), Value::Null])], Err(("[1]: the value is null", Some(0)))).await;
    check("map", &[Value::object([("k", Value::Null)])], Err((r#"["k"]: the value is null"#, Some(0)))).await;
    check("odd", &["argument".into()], Err(("expected another", Some(0)))).await;
    check("odd", &["nobody".into()], Err(("nobody: expected another", None))).await;
    check("odd", &["unknown".into()], Err(("all arguments are known, but the answer is not", None))).await;
    check("odd", &["accent".into()], Ok("é".into())).await;
    check("odd", &["null".into()], Ok(Value::Null)).await;
    check("odd", &[], Err(("odd(how string) string was called with 0 arguments", None))).await;
    check("odd", &["a".into(), "b".into()], Err(("was called with 2 arguments", None))).await;
    assert_eq!(
        call("odd", &["whole".into()]).await,
        Err(("nothing fits".to_owned(), None)),
        "Terraform ends the sentence"
    );
    let (said, _) = call("odd", &["panic".into()]).await.expect_err("a panic");
    assert!(said.contains("Cannot call odd: the provider panicked") && !said.contains("hush"), "{said}");
    let request = wire::call_function::Request { name: "no_such".to_owned(), arguments: Vec::new() };
    let answer = provider().call_function(request).await.expect("an answer").into_inner();
    assert_eq!(answer.error.expect("an error").text, "the provider lab has no function no_such");
    let arguments = vec![wire::DynamicValue::from(vec![0x2a])];
    let request = wire::call_function::Request { name: "string".to_owned(), arguments };
    let error = provider().call_function(request).await.expect("an answer").into_inner().error.expect("an error");
    assert!(error.text.contains("expected string, found number"), "{}", error.text);
    assert_eq!(error.function_argument, Some(0));
}

#[tokio::test]
async fn rules_of_arguments_and_of_their_parts() {
    let part = |label: Value, weight: Value| Value::object([("label", label), ("weight", weight)]);
    let sum = |number: u64| Ok(known(number));
    check("weigh", &[part("a".into(), known(3)), known(2), known(4)], sum(9)).await;
    check("weigh", &[part("a".into(), Value::Null), known(2)], sum(3)).await;
    check("weigh", &[part("".into(), known(3)), known(2)], Err(("part.label must be 1 to 4 long", Some(0)))).await;
    check("weigh", &[part("a".into(), known(3)), known(3)], Err(("scale must be even, found 3", Some(1)))).await;
    check("weigh", &[part("a".into(), known(3)), Value::Null], sum(3)).await;
    let words = ("more must be at least 1, found 0", Some(3));
    check("weigh", &[part("a".into(), known(3)), known(2), known(1), known(0)], Err(words)).await;
    let definition = &definitions().await["weigh"];
    assert_eq!(definition.parameters[1].description, "How much more. Must be even.");
    let variadic = definition.variadic_parameter.as_ref().expect("it is variadic");
    assert_eq!(variadic.description, "More weights. Must be at least 1.");
}

#[tokio::test]
async fn the_definition_is_the_struct() {
    let mut provider = provider();
    let request = wire::get_provider_schema::Request {};
    let schema = provider.get_provider_schema(request).await.expect("an answer").into_inner();
    assert_eq!(schema.functions, definitions().await, "both calls say the same");
    let names = &schema.functions["names"];
    assert_eq!(names.summary, "Answers the names that are known of a pair, and how many pairs follow.");
    assert_eq!(names.description, names.summary);
    assert_eq!(names.deprecation_message, "Names are no longer asked for.");
    assert_eq!((names.parameters[0].name.as_str(), names.parameters[1].name.as_str()), ("pair", "texts"));
    assert_eq!(names.parameters[0].description, "A pair that may be unknown in parts.");
    assert_eq!(names.variadic_parameter.as_ref().expect("it is variadic").name, "others");
    assert_eq!(schema.functions["bool"].summary, "Answers its argument.", "the first sentence");
    let request = wire::get_metadata::Request {};
    let metadata = provider.get_metadata(request).await.expect("an answer").into_inner();
    let mut listed: Vec<_> = metadata.functions.into_iter().map(|function| function.name).collect();
    let mut named: Vec<_> = schema.functions.into_keys().collect();
    listed.sort();
    named.sort();
    assert_eq!(listed, named);
}

fn parameter(name: &str, ty: Type, variadic: bool) -> Parameter {
    let attribute = Attribute::new(name, Shape::Plain(ty));
    Parameter { attribute, nullable: false, unknowable: false, variadic }
}

#[test]
fn what_no_function_may_be() {
    let rest = |name| parameter(name, Type::String, true);
    let text = |name| parameter(name, Type::String, false);
    for (name, parameters, problem) in [
        ("good_1", vec![text("a"), rest("b")], ""),
        ("1bad", vec![], "function 1bad: a name begins with a letter or _ and has only letters, digits and _"),
        ("f", vec![text("a-b")], "function f: a-b: a name begins with a-z and has only a-z, 0-9 and _"),
        ("f", vec![text("a"), text("a")], "function f: a: the name is used twice"),
        ("f", vec![rest("a"), text("b")], "function f: a: only the last parameter takes all arguments that are left"),
        (
            "f",
            vec![parameter("a", Type::list(Type::Dynamic), false)],
            "function f: a: dynamic is not allowed inside collections",
        ),
    ] {
        let signature = Signature { name, description: "", deprecated: None, parameters, answer: Type::Bool };
        let expected: Vec<&str> = if problem.is_empty() { Vec::new() } else { vec![problem] };
        assert_eq!(signature.problems(), expected, "{signature}");
    }
    let answer = Type::map(Type::Dynamic);
    let signature = Signature { name: "f", description: "", deprecated: None, parameters: Vec::new(), answer };
    assert_eq!(signature.problems(), ["function f: dynamic is not allowed inside collections of its answer"]);
}

#[test]
fn the_page_of_a_function() {
    let catalog = Lab::catalog();
    let signature = catalog.function_signatures().find(|signature| signature.name == "names").expect("it is there");
    let page = FunctionPage { signature, example: "output \"n\" {}\n" }.to_markdown();
    let expected = "---\npage_title: \"names (Function)\"\nsubcategory: \"\"\ndescription: |-\n  Answers the names that are \
                    known of a pair, and how many pairs follow.\n---\n\n# function: names\n\n~> **Deprecated.** Names are no \
                    longer asked for.\n\nAnswers the names that are known of a pair, and how many pairs follow.\n\n## Example \
                    Usage\n\n```terraform\noutput \"n\" {}\n```\n\n## Signature\n\n```text\nnames(pair object, texts list of \
                    string, others object...) list of string\n```\n\n## Arguments\n\n1. `pair` (Object, Nullable) A pair that \
                    may be unknown in parts.\n1. `texts` (List of String, Nullable) Texts that may be unknown.\n1. `others` \
                    (Variadic, Object) More pairs.\n";
    assert_eq!(page, expected);
}
