//! The list of all tests of terraform-provider-corner, and the table in `docs/reference/corner.md`.
//!
//! `BLESS=1 cargo test -p tfplugin-rust --test it corner::table` writes it anew.

use std::collections::BTreeSet;
use std::path::Path;

use super::{Case, cases};
use crate::terraform::corner::UNDER_A_CORE;

/// The kinds of attributes and blocks, tested for resources and for ephemeral resources.
const KINDS: &[&str] = &[
    "basic",
    "BoolAttribute",
    "DynamicAttribute",
    "Float32Attribute",
    "Float64Attribute",
    "Int32Attribute",
    "Int64Attribute",
    "ListAttribute",
    "ListNestedAttribute",
    "ListNestedBlock",
    "MapAttribute",
    "MapNestedAttribute",
    "NumberAttribute",
    "ObjectAttribute",
    "ObjectAttributeWithDynamic",
    "SetAttribute",
    "SetNestedAttribute",
    "SetNestedBlock",
    "SingleNestedAttribute",
    "SingleNestedAttributeWithDynamic",
    "SingleNestedBlock",
    "SingleNestedBlockWithDynamic",
    "StringAttribute",
];

/// The tests of `internal/framework6provider`: what names begin with, and how they end.
const FRAMEWORK: [(&str, &[&str]); 40] = [
    ("TestBoolFunction_", &["known", "null", "unknown"]),
    (
        "TestSchemaResource_",
        &[
            "CustomTypeJSONNormalizedAttribute",
            "CustomTypeJSONExact",
            "CustomTypeIPv4Attribute",
            "CustomTypeIPv6Attribute",
            "CustomTypeIPv4CIDRAttribute",
            "CustomTypeIPv6CIDRAttribute",
            "CustomTypeTimeRFC3339Attribute",
        ],
    ),
    (
        "Test",
        &[
            "DeferredActionResource_ProviderDeferral",
            "DeferredActionPlanModificationResource_ProviderDeferral",
            "DeferredActionResource_ModifyPlanDeferral",
            "DeferredActionResource_ReadDeferral",
            "DeferredActionResource_ImportStateDeferral",
        ],
    ),
    ("TestDynamicComputedTypeChange", &[""]),
    (
        "TestDynamicFunction_",
        &["known_primitive", "known_collection", "known_structural", "null", "typed_null", "unknown"],
    ),
    (
        "TestDynamicVariadicFunction_",
        &[
            "value_zero",
            "value_one",
            "value_multiple_same_type_primitive",
            "value_multiple_same_type_complex",
            "value_multiple_different_type",
            "null",
            "typed_null",
            "unknown",
        ],
    ),
    ("TestEphemeralLifecycleResource_", &["basic", "SkipWithUnknown"]),
    ("TestFloat32Function_", &["known", "null", "unknown", "overflow_underflow"]),
    (
        "TestSchemaResource_Float32Attribute_",
        &["Precision", "Precision_Plan", "Precision_MaxFloat32", "Precision_MaxFloat32_TF1_9"],
    ),
    ("TestFloat64Function_", &["known", "null", "unknown"]),
    (
        "TestSchemaResource_Float64Attribute_",
        &["Precision", "Precision_Plan", "Precision_MaxFloat32", "Precision_MaxFloat32_TF1_9"],
    ),
    ("Test", &["IdentityResource", "IdentityResource_identity_changes"]),
    ("TestAccStateStore_", &["InMem", "InMem_VerifyLock", "InMem_Validate_Error", "InMem_LargeState"]),
    ("TestInt32Function_", &["known", "null", "unknown"]),
    ("TestInt64Function_", &["known", "null", "unknown"]),
    ("TestListFunction_", &["known", "null", "unknown"]),
    ("TestMapFunction_", &["known", "null", "unknown"]),
    ("TestModifyFileAction", &[""]),
    ("Test", &["MoveStateResource", "MoveStateResource_identity"]),
    ("TestNumberFunction_", &["known", "null", "unknown"]),
    (
        "TestObjectFunction_",
        &["known", "Known_AttributeRequired_Error", "Known_AttributeRequired_Null", "null", "unknown"],
    ),
    (
        "TestObjectWithDynamicFunction_",
        &[
            "known_primitive",
            "known_collection",
            "known_structural",
            "Known_AttributeRequired_Error",
            "Known_AttributeRequired_Null",
            "null",
            "unknown",
        ],
    ),
    (
        "Test",
        &[
            "AccFrameworkResourceUser",
            "AccFrameworkResourceUser_language",
            "AccFrameworkResourceUser_interpolateLanguage",
            "AccFrameworkResourceUser_TF_VAR_Environment_Variable",
        ],
    ),
    ("TestSchemaEphemeralResource_", KINDS),
    ("TestSchemaResource_", KINDS),
    ("TestSetFunction_", &["known", "null", "unknown"]),
    ("TestSetNestedAttributeWithDefaults", &[""]),
    ("TestSetNestedBlockWithDefaults", &[""]),
    ("TestSetSemanticEqualityResource", &[""]),
    ("TestStringFunction_", &["known", "null", "unknown"]),
    ("TestTFSDKReflectionResource", &[""]),
    ("TestTimeoutsResource_", &["unconfigured", "configured"]),
    ("TestTimeTypesResource_", &["Null", "GoDuration_Valid", "GoDuration_Invalid", "RFC3339_Valid", "RFC3339_Invalid"]),
    ("TestVariadicFunction_", &["value_zero", "value_one", "value_multiple", "null", "unknown"]),
    ("Test", &["WriteOnceResource", "WriteOnceResource_error_on_create", "WriteOnceResource_error_on_replace"]),
    ("TestWriteOnlyImportResource", &[""]),
    ("TestWriteOnlyMoveResource", &[""]),
    (
        "Test",
        &["WriteOnlyResource", "WriteOnlyResource_OldTerraformVersion_Error", "WriteOnlyResource_NoWriteOnlyValuesSet"],
    ),
    ("TestWriteOnlyUpgradeResource", &[""]),
    ("TestWriteOnlyValidationsResource", &[""]),
];

/// The tests of `internal/protocolv6provider`.
const RAW: [(&str, &[&str]); 1] = [(
    "Test",
    &[
        "AccV6DataSourceTime",
        "AccDataSourceDeferredAction_InvalidDeferredResponse",
        "AccV6FunctionBool",
        "AccResourceWriteOnlyDataCheck_success",
        "AccResourceWriteOnlyDataCheck_plan_error",
        "AccResourceWriteOnlyDataCheck_apply_error",
        "AccResourceWriteOnlyDataCheck_read_error",
        "AccResourceWriteOnlyDataCheck_import_error",
        "AccResourceWriteOnlyDataCheck_upgraderesource_error",
        "AccResourceWriteOnlyDataCheck_moveresource_error",
        "AccResourceWriteOnlyLegacyDataCheck_success",
        "AccResourceWriteOnlyLegacyDataCheck_plan_error",
        "AccResourceWriteOnlyLegacyDataCheck_apply_error",
    ],
)];

/// What is not rebuilt, and which feature of the core it waits for.
const LEFT_OUT: [(&str, &str); 9] = [
    ("TestAccStateStore_InMem", STORE),
    ("TestAccStateStore_InMem_VerifyLock", STORE),
    ("TestAccStateStore_InMem_Validate_Error", STORE),
    ("TestAccStateStore_InMem_LargeState", STORE),
    ("TestSchemaResource_Float32Attribute_Precision_MaxFloat32", OLD),
    ("TestSchemaResource_Float64Attribute_Precision_MaxFloat32", OLD),
    ("TestAccResourceWriteOnlyLegacyDataCheck_success", LEGACY),
    ("TestAccResourceWriteOnlyLegacyDataCheck_plan_error", LEGACY),
    ("TestAccResourceWriteOnlyLegacyDataCheck_apply_error", LEGACY),
];

const STORE: &str =
    "state stores: only experimental builds of Terraform ask for them, by `TF_ENABLE_PLUGGABLE_STATE_STORAGE`";
const OLD: &str = "holds for cores before 1.9 alone, which send large whole numbers as floats; ours begin at 1.11";
const LEGACY: &str =
    "the core's legacy type system, in which it forgives what it refuses elsewhere; the framework never asks for it";

/// Where a case is not quite what the test there is.
const REMARKS: [(&str, &str); 20] = [
    ("TestSchemaResource_Float32Attribute_Precision_Plan", SPELLING),
    ("TestSchemaResource_Float64Attribute_Precision_Plan", SPELLING),
    ("TestSchemaResource_Float32Attribute_Precision_MaxFloat32_TF1_9", LOSSLESS),
    ("TestSchemaResource_Float64Attribute_Precision_MaxFloat32_TF1_9", LOSSLESS),
    ("TestSetSemanticEqualityResource", SPELLING),
    ("TestSetNestedAttributeWithDefaults", DEFAULTS),
    ("TestSetNestedBlockWithDefaults", DEFAULTS),
    ("TestWriteOnlyResource_OldTerraformVersion_Error", "the client says that it knows no write-only values"),
    (
        "TestDeferredActionPlanModificationResource_ProviderDeferral",
        "here the resource's own `plan` says that the provider is not ready",
    ),
    (
        "TestMoveStateResource",
        "the source is what the provider `random` leaves in a state; an identity is made of attributes, so there is `id` as well",
    ),
    ("TestMoveStateResource_identity", "an identity is made of attributes, so there is `id` as well"),
    ("TestModifyFileAction", "planned and invoked as triggers of a core do"),
    ("TestAccFrameworkResourceUser_interpolateLanguage", "another resource stands for the provider `random`"),
    ("TestEphemeralLifecycleResource_basic", "renewed by calls, not by waiting for 20 seconds"),
    ("TestAccResourceWriteOnlyDataCheck_plan_error", TAKEN_OUT),
    ("TestAccResourceWriteOnlyDataCheck_apply_error", TAKEN_OUT),
    ("TestAccResourceWriteOnlyDataCheck_read_error", TAKEN_OUT),
    ("TestAccResourceWriteOnlyDataCheck_import_error", TAKEN_OUT),
    ("TestAccResourceWriteOnlyDataCheck_upgraderesource_error", TAKEN_OUT),
    ("TestAccResourceWriteOnlyDataCheck_moveresource_error", TAKEN_OUT),
];

const SPELLING: &str = "another spelling of the same value plans no change here; there it plans one";
const LOSSLESS: &str =
    "the numbers are kept whole here; there the apply is inconsistent, and the test expects that error";
const DEFAULTS: &str = "works here; there the elements become duplicates, and the test expects that error";
const TAKEN_OUT: &str = "the framework takes the value out before the core sees it, so that there is no error";

const HEAD: &str = "# The tests of terraform-provider-corner

HashiCorp tests its plugin framework end to end by [terraform-provider-corner](https://github.com/hashicorp/terraform-provider-corner).
Its tests are rebuilt here on our framework, with the same schemas, configurations and expectations, in
`provider/tfplugin/tests/it/corner/`: each case has the name of the test there. In process a case goes through the steps that
Terraform takes; under a core it runs with the `terraform` or `tofu` that is first on PATH, or that `TF_ACC_TERRAFORM_PATH`
names. Where a case is not quite the same, the remark says how; what errors say is our own. A test holds this table and the cases
together.
";

fn names(groups: &[(&str, &[&str])]) -> Vec<String> {
    groups.iter().flat_map(|(begin, ends)| ends.iter().map(move |end| format!("{begin}{end}"))).collect()
}

/// The words for one test, and whether it is covered.
fn how(name: &str, in_process: &BTreeSet<String>) -> Option<&'static str> {
    match (in_process.contains(name), UNDER_A_CORE.contains(&name)) {
        (true, true) => Some("in process and under a core"),
        (true, false) => Some("in process"),
        (false, true) => Some("under a core"),
        (false, false) => None,
    }
}

/// One package of tests.
fn section(package: &str, names: &[String], in_process: &BTreeSet<String>) -> String {
    let covered = names.iter().filter(|name| how(name, in_process).is_some()).count();
    let cores = names.iter().filter(|name| UNDER_A_CORE.contains(&name.as_str())).count();
    let mut text = format!(
        "\n## `internal/{package}`\n\n**{covered} of {} tests are covered**, {cores} of them under a core.\n\n\
         | test | how | remark |\n|---|---|---|\n",
        names.len()
    );
    for name in names {
        let reason = LEFT_OUT.iter().chain(&REMARKS).find(|(other, _)| other == name).map_or("", |(_, text)| text);
        let how = how(name, in_process).unwrap_or("left out");
        text.push_str(&format!("| `{name}` | {how} | {reason} |\n"));
    }
    text
}

#[test]
fn the_table_and_the_cases_are_the_same() {
    let (framework, raw) = (names(&FRAMEWORK), names(&RAW));
    assert_eq!((framework.len(), raw.len()), (165, 13));
    let all: BTreeSet<&String> = framework.iter().chain(&raw).collect();
    assert_eq!(all.len(), 178, "each name stands there once");
    let made: Vec<String> = cases().into_iter().map(|Case { name, .. }| name).collect();
    let in_process: BTreeSet<String> = made.iter().cloned().collect();
    assert_eq!(in_process.len(), made.len(), "no name has two cases");
    let strange: Vec<&String> = in_process.iter().filter(|name| !all.contains(name)).collect();
    assert!(strange.is_empty(), "cases without a test: {strange:?}");
    for name in UNDER_A_CORE.iter().chain(LEFT_OUT.iter().chain(&REMARKS).map(|(name, _)| name)) {
        assert!(all.contains(&(*name).to_owned()), "there is no test {name}");
    }
    for name in all {
        let left_out = LEFT_OUT.iter().any(|(other, _)| other == name);
        assert_eq!(how(name, &in_process).is_none(), left_out, "{name}: it has a case, or it is left out for a reason");
    }
    let covered = framework.iter().filter(|name| how(name, &in_process).is_some()).count();
    assert!(covered >= 150, "{covered} of 165");
    let text = [
        HEAD.to_owned(),
        section("framework6provider", &framework, &in_process),
        section("protocolv6provider", &raw, &in_process),
    ]
    .concat();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/corner.md");
    if std::env::var_os("BLESS").is_some() {
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        std::fs::write(&file, &text).expect("it is written");
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        found == text,
        "docs/reference/corner.md differs; BLESS=1 cargo test -p tfplugin-rust --test it corner::table"
    );
}
