//! Cases of terraform-provider-corner under a real core.

use serde_json::{Value as Json, json};
use tfplugin_rust::testing::{Core, Failure};

use super::Work;
use crate::corner::{Framework, steps_of};

/// Not a test of its own: where this binary is started as a provider, it serves the provider `framework`.
#[test]
fn serve_framework() {
    if std::env::var_os("FRAMEWORK_SERVES").is_some() {
        let _code = tfplugin_rust::serve::<Framework>();
    }
}

/// The tests there of which there are cases here.
pub(crate) const UNDER_A_CORE: &[&str] = &[
    "TestSchemaResource_DynamicAttribute",
    "TestSchemaResource_ObjectAttributeWithDynamic",
    "TestSchemaResource_SetNestedBlock",
    "TestSchemaResource_CustomTypeIPv6Attribute",
    "TestSchemaResource_Float64Attribute_Precision_MaxFloat32_TF1_9",
    "TestDynamicComputedTypeChange",
    "TestAccFrameworkResourceUser_interpolateLanguage",
    "TestSetNestedAttributeWithDefaults",
    "TestSetSemanticEqualityResource",
    "TestTFSDKReflectionResource",
    "TestWriteOnlyResource",
    "TestWriteOnlyImportResource",
    "TestWriteOnceResource_error_on_replace",
    "TestBoolFunction_known",
    "TestDynamicFunction_known_collection",
    "TestFloat32Function_known",
    "TestFloat64Function_known",
    "TestInt32Function_known",
    "TestInt64Function_known",
    "TestListFunction_known",
    "TestMapFunction_known",
    "TestNumberFunction_known",
    "TestObjectFunction_known",
    "TestObjectWithDynamicFunction_known_primitive",
    "TestSetFunction_known",
    "TestStringFunction_known",
    "TestVariadicFunction_value_zero",
    "TestVariadicFunction_value_multiple",
    "TestDynamicVariadicFunction_value_multiple_different_type",
    "TestBoolFunction_null",
    "TestObjectFunction_Known_AttributeRequired_Error",
    "TestFloat32Function_overflow_underflow",
    "TestVariadicFunction_null",
    "TestDynamicFunction_unknown",
    "TestSchemaEphemeralResource_basic",
    "TestSchemaEphemeralResource_DynamicAttribute",
    "TestEphemeralLifecycleResource_SkipWithUnknown",
    "TestAccFrameworkResourceUser_TF_VAR_Environment_Variable",
];

macro_rules! steps {
    ($($test:ident: $name:literal;)*) => {
        $(#[tokio::test]
        async fn $test() -> Result<(), Failure> {
            steps_of($name).run_with(&Core::find()?).await
        })*
    };
}

steps! {
    a_value_of_any_type: "TestSchemaResource_DynamicAttribute";
    an_object_with_a_value_of_any_type: "TestSchemaResource_ObjectAttributeWithDynamic";
    blocks_without_order: "TestSchemaResource_SetNestedBlock";
    an_address_in_another_spelling: "TestSchemaResource_CustomTypeIPv6Attribute";
    a_number_with_more_digits: "TestSchemaResource_Float64Attribute_Precision_MaxFloat32_TF1_9";
    a_computed_value_changes_its_type: "TestDynamicComputedTypeChange";
    a_value_from_another_resource: "TestAccFrameworkResourceUser_interpolateLanguage";
    defaults_in_a_set: "TestSetNestedAttributeWithDefaults";
    sets_in_another_order_and_spelling: "TestSetSemanticEqualityResource";
    every_kind_given_and_computed: "TestTFSDKReflectionResource";
    write_only_values: "TestWriteOnlyResource";
    an_import_without_write_only_values: "TestWriteOnlyImportResource";
    a_value_that_a_replacement_needs: "TestWriteOnceResource_error_on_replace";
}

const PROVIDERS: &str = r#"
terraform {
  required_providers {
    framework = { source = "registry.terraform.io/hashicorp/framework" }
  }
}
"#;

/// A configuration for the provider `framework`, initialized.
fn work(configuration: &str) -> (Work, crate::plugin::Plugin) {
    let served =
        ["terraform::corner::serve_framework", "FRAMEWORK_SERVES", "registry.terraform.io/hashicorp/framework"];
    let (work, plugin) = Work::with(served, &format!("{PROVIDERS}{configuration}"), |_| ());
    work.run(&["init"], 0);
    (work, plugin)
}

fn outputs(work: &Work) -> Json {
    serde_json::from_str(&work.run(&["output", "-json"], 0)).expect("JSON")
}

#[test]
fn what_functions_answer() {
    let calls = [
        ("BoolFunction_known", "bool(true)", json!("bool"), json!(true)),
        (
            "DynamicFunction_known_collection",
            "dynamic(tolist([true, false]))",
            json!(["list", "bool"]),
            json!([true, false]),
        ),
        ("Float32Function_known", "float32(1.23)", json!("number"), json!(1.23)),
        ("Float64Function_known", "float64(1.23)", json!("number"), json!(1.23)),
        ("Int32Function_known", "int32(123)", json!("number"), json!(123)),
        ("Int64Function_known", "int64(123)", json!("number"), json!(123)),
        ("ListFunction_known", "list([\"one\", \"two\"])", json!(["list", "string"]), json!(["one", "two"])),
        (
            "MapFunction_known",
            "map({ key1 = \"value1\", key2 = \"value2\" })",
            json!(["map", "string"]),
            json!({ "key1": "value1", "key2": "value2" }),
        ),
        ("NumberFunction_known", "number(9223372036854775809)", json!("number"), json!(9223372036854775809u64)),
        (
            "ObjectFunction_known",
            "object({ attr1 = \"value1\", attr2 = 123 })",
            json!(["object", { "attr1": "string", "attr2": "number" }]),
            json!({ "attr1": "value1", "attr2": 123 }),
        ),
        (
            "ObjectWithDynamicFunction_known_primitive",
            "object_with_dynamic({ dynamic_attr1 = \"value1\", dynamic_attr2 = true })",
            json!(["object", { "dynamic_attr1": "string", "dynamic_attr2": "bool" }]),
            json!({ "dynamic_attr1": "value1", "dynamic_attr2": true }),
        ),
        ("SetFunction_known", "set([\"one\", \"two\"])", json!(["set", "string"]), json!(["one", "two"])),
        ("StringFunction_known", "string(\"test-value\")", json!("string"), json!("test-value")),
        ("VariadicFunction_value_zero", "variadic()", json!(["list", "string"]), json!([])),
        (
            "VariadicFunction_value_multiple",
            "variadic(\"one\", \"two\")",
            json!(["list", "string"]),
            json!(["one", "two"]),
        ),
        (
            "DynamicVariadicFunction_value_multiple_different_type",
            "dynamic_variadic(true, \"string\", 1234.5)",
            json!(["tuple", ["bool", "string", "number"]]),
            json!([true, "string", 1234.5]),
        ),
    ];
    let mut configuration = String::new();
    for (name, call, ..) in &calls {
        configuration.push_str(&format!("output \"{name}\" {{\n  value = provider::framework::{call}\n}}\n"));
    }
    configuration.push_str(
        r#"
        resource "terraform_data" "test" {
          input = provider::framework::dynamic(toset(["hello", "world"]))
        }
        output "DynamicFunction_unknown" {
          value = terraform_data.test.output
        }
        "#,
    );
    let (work, _plugin) = work(&configuration);
    let planned = work.run(&["plan"], 0);
    assert!(
        planned.contains("+ DynamicFunction_unknown                               = (known after apply)"),
        "{planned}"
    );
    work.apply(&[]);
    let found = outputs(&work);
    for (name, _, ty, value) in calls {
        assert_eq!((&found[name]["type"], &found[name]["value"]), (&ty, &value), "{name}");
    }
    let late = &found["DynamicFunction_unknown"];
    assert_eq!((&late["type"], &late["value"]), (&json!(["set", "string"]), &json!(["hello", "world"])));
}

#[test]
fn what_functions_refuse() {
    let calls = [
        ("BoolFunction_null", "bool(null)", "Invalid function argument"),
        (
            "ObjectFunction_Known_AttributeRequired_Error",
            "object({ attr1 = \"value1\" })",
            "attribute \"attr2\" is required",
        ),
        (
            "Float32Function_overflow_underflow",
            "float32(3.4e+39) + provider::framework::float32(1.4e-46)",
            "Invalid function argument",
        ),
        ("VariadicFunction_null", "variadic(null)", "Invalid function argument"),
    ];
    let (work, _plugin) = work("");
    for (name, call, words) in calls {
        let configuration = format!("{PROVIDERS}output \"a\" {{\n  value = provider::framework::{call}\n}}\n");
        std::fs::write(work.path().join("main.tf"), configuration).expect("a configuration");
        let said = work.run(&["plan"], 1);
        assert!(said.contains(words), "{name}: {said}");
    }
}

/// A provider that is told the value keeps it, and a resource shows what its provider was told.
#[test]
fn ephemeral_values_reach_a_provider() {
    let (work, _plugin) = work(
        r#"
        resource "framework_shuffle" "name" {
          input = ["abcdefghijkl"]
        }
        ephemeral "framework_lifecycle" "test" {
          name = "John ${framework_shuffle.name.result[0]}"
        }
        ephemeral "framework_schema" "basic" {}
        ephemeral "framework_schema" "dynamic" {
          dynamic_attribute = { attribute_one = "value1", attribute_four = [true, 1234.5] }
        }
        provider "framework" {
          alias = "echo"
          dummy = jsonencode({
            lifecycle = ephemeral.framework_lifecycle.test
            basic     = ephemeral.framework_schema.basic
            dynamic   = ephemeral.framework_schema.dynamic.dynamic_attribute
          })
        }
        resource "framework_echo" "test" {
          provider = framework.echo
        }
        output "echoed" {
          value = jsondecode(framework_echo.test.data)
        }
        "#,
    );
    work.apply(&[]);
    let found = outputs(&work)["echoed"]["value"].clone();
    assert_eq!(found["lifecycle"], json!({ "name": "John abcdefghijkl", "token": "fake-token-12345" }));
    assert_eq!(found["dynamic"], json!({ "attribute_one": "value1", "attribute_four": [true, 1234.5] }));
    let basic = found["basic"].as_object().expect("an object");
    assert_eq!(basic.len(), 22, "{basic:?}");
    assert!(basic.values().all(|value| value.is_null() || *value == json!([])), "{basic:?}");
}

#[test]
fn a_variable_of_the_environment() {
    let (work, _plugin) = work(
        r#"
        variable "framework_user_name" {
          type = string
        }
        provider "framework" {
          dummy = "a variable of the environment"
        }
        resource "framework_user" "test" {
          email = "ford@prefect.co"
          name  = var.framework_user_name
          age   = 200
        }
        output "name" {
          value = framework_user.test.name
        }
        "#,
    );
    let mut command = work.command(&["apply", "-auto-approve"]);
    let output = command.env("TF_VAR_framework_user_name", "Ford Prefect").output().expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(outputs(&work)["name"]["value"], "Ford Prefect");
}
