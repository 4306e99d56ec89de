//! Every kind of attribute and block, as the protocol has it.

use std::collections::BTreeMap;

use tfplugin_rust::generated::tfplugin6 as wire;
use wire::schema::{Block, NestedBlock};

use crate::lab::Client;

/// An attribute in short: who gives it, and its type as the protocol has it.
fn attribute(item: &wire::schema::Attribute) -> String {
    let mode = match (item.required, item.optional, item.computed) {
        (true, false, false) => "required",
        (false, true, false) => "optional",
        (false, false, true) => "computed",
        (false, true, true) => "optional computed",
        modes => panic!("{}: Terraform refuses {modes:?}", item.name),
    };
    let Some(nested) = &item.nested_type else {
        return format!("{mode} {}", String::from_utf8_lossy(&item.r#type));
    };
    assert!(item.r#type.is_empty(), "{}: a type or nested attributes", item.name);
    let inner: Vec<String> =
        nested.attributes.iter().map(|item| format!("{}: {}", item.name, attribute(item))).collect();
    format!("{mode} {} {{ {} }}", nested.nesting().as_str_name(), inner.join(", "))
}

fn block(item: &NestedBlock) -> String {
    let inner: Vec<String> = item.block.iter().flat_map(parts).map(|(name, text)| format!("{name}: {text}")).collect();
    let (min, max) = (item.min_items, item.max_items);
    format!("block {} {min}..{max} {{ {} }}", item.nesting().as_str_name(), inner.join(", "))
}

fn parts(of: &Block) -> BTreeMap<String, String> {
    let attributes = of.attributes.iter().map(|item| (item.name.clone(), attribute(item)));
    attributes.chain(of.block_types.iter().map(|item| (item.type_name.clone(), block(item)))).collect()
}

#[tokio::test]
async fn every_kind_has_its_wire_form() {
    let schemas = Client::new().schema().await.data_source_schemas;
    let mut found = parts(schemas["lab_kinds"].block.as_ref().expect("a block"));
    let leaf = r#"{ leaf: optional "string" }"#;
    for (name, expected) in [
        ("text", r#"required "string""#.to_owned()),
        ("number", r#"optional "number""#.to_owned()),
        ("whole", r#"optional "number""#.to_owned()),
        ("flag", r#"optional "bool""#.to_owned()),
        ("any", r#"optional "dynamic""#.to_owned()),
        ("lists", r#"optional ["list",["list","string"]]"#.to_owned()),
        ("map_of_lists", r#"optional ["map",["list","number"]]"#.to_owned()),
        ("set_of_maps", r#"optional ["set",["map","bool"]]"#.to_owned()),
        ("whole_numbers", r#"optional ["set","number"]"#.to_owned()),
        ("numbers", r#"optional ["set","number"]"#.to_owned()),
        ("flags", r#"optional ["set","bool"]"#.to_owned()),
        ("texts", r#"optional ["set","string"]"#.to_owned()),
        ("deep", r#"optional ["list",["set",["list","string"]]]"#.to_owned()),
        ("object", r#"optional ["object",{"leaf":"string"}]"#.to_owned()),
        ("objects", r#"optional ["list",["object",{"leaf":"string"}]]"#.to_owned()),
        ("object_lists", r#"optional ["list",["list",["object",{"leaf":"string"}]]]"#.to_owned()),
        ("single", format!("optional SINGLE {leaf}")),
        ("list", format!("optional LIST {leaf}")),
        ("set", format!("required SET {leaf}")),
        ("map", format!("optional MAP {leaf}")),
        ("within", format!(r#"optional SINGLE {{ list: required LIST {leaf}, any: optional "dynamic" }}"#)),
        ("single_block", format!("block SINGLE 0..0 {leaf}")),
        ("one_block", format!("block SINGLE 1..1 {leaf}")),
        ("group_block", format!("block GROUP 0..0 {leaf}")),
        ("list_block", format!("block LIST 1..3 {leaf}")),
        ("set_block", format!("block SET 0..0 {leaf}")),
        ("map_block", format!("block MAP 0..0 {leaf}")),
        (
            "outer_block",
            format!(
                r#"block LIST 0..0 {{ inner: block SET 0..0 {leaf}, map: optional MAP {leaf}, text: required "string" }}"#
            ),
        ),
    ] {
        assert_eq!(found.remove(name), Some(expected), "{name}");
    }
    assert_eq!(found, BTreeMap::new(), "nothing else is there");
    assert_eq!(crate::lab::catalog_problems(), [""; 0]);
}
