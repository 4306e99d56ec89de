//! GetProviderSchema and GetMetadata.

use super::{Inner, function};
use crate::Provider;
use crate::generated::tfplugin6 as wire;

const CAPABILITIES: wire::ServerCapabilities = wire::ServerCapabilities {
    plan_destroy: true,
    get_provider_schema_optional: true,
    move_resource_state: true,
    generate_resource_config: true,
};

pub(super) fn schemas<P: Provider>(inner: &Inner<P>) -> wire::get_provider_schema::Response {
    let catalog = &inner.catalog;
    wire::get_provider_schema::Response {
        provider: Some(inner.config.to_wire()),
        resource_schemas: catalog
            .resource_schemas()
            .map(|(name, schema)| (name.to_owned(), schema.to_wire()))
            .collect(),
        data_source_schemas: catalog
            .data_source_schemas()
            .map(|(name, schema)| (name.to_owned(), schema.to_wire()))
            .collect(),
        ephemeral_resource_schemas: catalog
            .ephemeral_schemas()
            .map(|(name, schema)| (name.to_owned(), schema.to_wire()))
            .collect(),
        action_schemas: catalog
            .action_schemas()
            .map(|(name, schema)| (name.to_owned(), wire::ActionSchema { schema: Some(schema.to_given_wire()) }))
            .collect(),
        list_resource_schemas: catalog
            .list_schemas()
            .map(|(name, schema)| (name.to_owned(), schema.to_given_wire()))
            .collect(),
        functions: function::functions(inner).functions,
        server_capabilities: Some(CAPABILITIES),
        ..Default::default()
    }
}

pub(super) fn metadata<P: Provider>(inner: &Inner<P>) -> wire::get_metadata::Response {
    use wire::get_metadata::{
        ActionMetadata, DataSourceMetadata, EphemeralMetadata, FunctionMetadata, ListResourceMetadata, ResourceMetadata,
    };
    let names = |name: &&'static str| (*name).to_owned();
    wire::get_metadata::Response {
        server_capabilities: Some(CAPABILITIES),
        resources: inner.catalog.resources.keys().map(names).map(|type_name| ResourceMetadata { type_name }).collect(),
        data_sources: inner
            .catalog
            .data_sources
            .keys()
            .map(names)
            .map(|type_name| DataSourceMetadata { type_name })
            .collect(),
        ephemeral_resources: inner
            .catalog
            .ephemerals
            .keys()
            .map(names)
            .map(|type_name| EphemeralMetadata { type_name })
            .collect(),
        actions: inner.catalog.actions.keys().map(names).map(|type_name| ActionMetadata { type_name }).collect(),
        list_resources: inner
            .catalog
            .lists
            .keys()
            .map(names)
            .map(|type_name| ListResourceMetadata { type_name })
            .collect(),
        functions: inner.catalog.functions.keys().map(names).map(|name| FunctionMetadata { name }).collect(),
        ..Default::default()
    }
}
