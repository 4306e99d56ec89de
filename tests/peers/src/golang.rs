//! The Go peer's schema, written from the answer of our provider.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;
use tfplugin_rust::generated::tfplugin6::get_provider_schema::Response;
use tfplugin_rust::generated::tfplugin6::schema::object::NestingMode;
use tfplugin_rust::generated::tfplugin6::schema::{Attribute, Block, NestedBlock, nested_block};
use tfplugin_rust::generated::tfplugin6::{Schema, StringKind};

use crate::Error;

const HEAD: &str = "// Written by `cargo peers schema` from the answer of our provider; do not edit.
package main

import (
\t\"github.com/hashicorp/terraform-plugin-framework/attr\"
\tdata \"github.com/hashicorp/terraform-plugin-framework/datasource/schema\"
\tprovider \"github.com/hashicorp/terraform-plugin-framework/provider/schema\"
\tresource \"github.com/hashicorp/terraform-plugin-framework/resource/schema\"
\t\"github.com/hashicorp/terraform-plugin-framework/types\"
)

var _ attr.Type = types.StringType
";

/// The text of `schema.go`.
pub(crate) fn text(answer: &Response) -> Result<String, Error> {
    let strange = answer.functions.keys().chain(answer.ephemeral_resource_schemas.keys()).next();
    if let Some(name) = strange {
        return Err(Error::WriteSchema { found: name.clone() });
    }
    let mut out = HEAD.to_owned();
    let nothing = Schema { version: 0, block: None };
    let provider = answer.provider.as_ref().unwrap_or(&nothing);
    write(
        &mut out,
        format_args!("\nfunc providerSchema() provider.Schema {{\nreturn {}\n}}\n", schema("provider", provider)?),
    );
    for (package, variable, schemas) in
        [("resource", "resources", &answer.resource_schemas), ("data", "dataSources", &answer.data_source_schemas)]
    {
        let sorted: BTreeMap<_, _> = schemas.iter().collect();
        write(&mut out, format_args!("\nvar {variable} = map[string]func() {package}.Schema{{\n"));
        for (name, found) in sorted {
            let body = schema(package, found)?;
            write(&mut out, format_args!("{name:?}: func() {package}.Schema {{\nreturn {body}\n}},\n"));
        }
        out.push_str("}\n");
    }
    Ok(out)
}

fn write(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("a string takes every text");
}

fn schema(package: &str, schema: &Schema) -> Result<String, Error> {
    let nothing = Block::default();
    let block = schema.block.as_ref().unwrap_or(&nothing);
    let version = if schema.version == 0 { String::new() } else { format!("Version: {},\n", schema.version) };
    let words = described(&block.description, block.description_kind);
    Ok(format!("{package}.Schema{{\n{version}{words}{}}}", inside(package, block)?))
}

/// The attributes and the blocks of a block.
fn inside(package: &str, block: &Block) -> Result<String, Error> {
    let mut out = format!("Attributes: {},\n", attributes(package, &block.attributes)?);
    let blocks: BTreeMap<_, _> = block.block_types.iter().map(|nested| (&nested.type_name, nested)).collect();
    if !blocks.is_empty() {
        write(&mut out, format_args!("Blocks: map[string]{package}.Block{{\n"));
        for (name, found) in blocks {
            write(&mut out, format_args!("{name:?}: {},\n", nested(package, found)?));
        }
        out.push_str("},\n");
    }
    Ok(out)
}

fn nested(package: &str, found: &NestedBlock) -> Result<String, Error> {
    let nothing = Block::default();
    let body = found.block.as_ref().unwrap_or(&nothing);
    let (words, inside) = (described(&body.description, body.description_kind), inside(package, body)?);
    let object = format!("NestedObject: {package}.NestedBlockObject{{\n{inside}}},\n");
    match nested_block::NestingMode::try_from(found.nesting) {
        Ok(nested_block::NestingMode::Single) => Ok(format!("{package}.SingleNestedBlock{{\n{words}{inside}}}")),
        Ok(nested_block::NestingMode::List) => Ok(format!("{package}.ListNestedBlock{{\n{words}{object}}}")),
        Ok(nested_block::NestingMode::Set) => Ok(format!("{package}.SetNestedBlock{{\n{words}{object}}}")),
        _ => Err(Error::WriteSchema { found: format!("a block {}", found.type_name) }),
    }
}

fn attributes(package: &str, attributes: &[Attribute]) -> Result<String, Error> {
    let mut out = format!("map[string]{package}.Attribute{{\n");
    let sorted: BTreeMap<_, _> = attributes.iter().map(|attribute| (&attribute.name, attribute)).collect();
    for (name, found) in sorted {
        write(&mut out, format_args!("{name:?}: {},\n", attribute(package, found)?));
    }
    out.push('}');
    Ok(out)
}

fn attribute(package: &str, found: &Attribute) -> Result<String, Error> {
    let unknown = || Error::WriteSchema { found: found.name.clone() };
    let (kind, inside) = match &found.nested_type {
        Some(nested) => {
            let inner = attributes(package, &nested.attributes)?;
            let object = format!("NestedObject: {package}.NestedAttributeObject{{Attributes: {inner}}},\n");
            match NestingMode::try_from(nested.nesting) {
                Ok(NestingMode::Single) => ("SingleNested", format!("Attributes: {inner},\n")),
                Ok(NestingMode::List) => ("ListNested", object),
                Ok(NestingMode::Set) => ("SetNested", object),
                Ok(NestingMode::Map) => ("MapNested", object),
                Ok(NestingMode::Invalid) | Err(_) => return Err(unknown()),
            }
        }
        None => {
            let ty: Value = serde_json::from_slice(&found.r#type).map_err(|_| unknown())?;
            let element = |ty: &Value| element(ty).map(|ty| format!("ElementType: {ty},\n")).ok_or_else(unknown);
            match (ty.as_str(), ty.as_array().map(Vec::as_slice)) {
                (Some("string"), _) => ("String", String::new()),
                (Some("number"), _) => ("Int64", String::new()),
                (Some("bool"), _) => ("Bool", String::new()),
                (Some("dynamic"), _) => ("Dynamic", String::new()),
                (_, Some([kind, inner])) if kind == "list" => ("List", element(inner)?),
                (_, Some([kind, inner])) if kind == "set" => ("Set", element(inner)?),
                (_, Some([kind, inner])) if kind == "map" => ("Map", element(inner)?),
                _ => return Err(unknown()),
            }
        }
    };
    let words = [
        ("Required", found.required),
        ("Optional", found.optional),
        ("Computed", found.computed),
        ("Sensitive", found.sensitive),
        ("WriteOnly", found.write_only),
    ];
    let words: String = words.into_iter().filter(|(_, set)| *set).map(|(word, _)| format!("{word}: true,\n")).collect();
    let text = described(&found.description, found.description_kind);
    Ok(format!("{package}.{kind}Attribute{{\n{text}{words}{inside}}}"))
}

fn described(text: &str, kind: i32) -> String {
    let field = if kind == StringKind::Markdown as i32 { "MarkdownDescription" } else { "Description" };
    // A JSON string is a Go string.
    if text.is_empty() { String::new() } else { format!("{field}: {},\n", Value::from(text)) }
}

fn element(ty: &Value) -> Option<String> {
    match (ty.as_str(), ty.as_array().map(Vec::as_slice)) {
        (Some("string"), _) => Some("types.StringType".to_owned()),
        (Some("number"), _) => Some("types.Int64Type".to_owned()),
        (Some("bool"), _) => Some("types.BoolType".to_owned()),
        (_, Some([kind, inner])) => {
            let name = ["list", "set", "map"].iter().position(|name| kind == name)?;
            Some(format!("types.{}Type{{ElemType: {}}}", ["List", "Set", "Map"][name], element(inner)?))
        }
        _ => None,
    }
}
