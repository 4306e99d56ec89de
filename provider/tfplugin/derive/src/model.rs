//! The implementation that the derive writes.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Data, DeriveInput, Error, Expr, Fields, Lit, Meta};

use crate::field::Field;

pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream, Error> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new_spanned(&input.ident, "a model is a struct with named fields"));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(Error::new_spanned(&input.ident, "a model is a struct with named fields"));
    };
    if let Some(generic) = input.generics.params.first() {
        return Err(Error::new_spanned(generic, "a model has no generic parameters"));
    }
    let fields = fields.named.iter().map(Field::parse).collect::<Result<Vec<_>, _>>()?;
    let name = &input.ident;
    let description = documentation(&input.attrs);
    let attributes = fields.iter().map(Field::attribute);
    let reads = fields
        .iter()
        .map(|Field { ident, name, .. }| quote!(#ident: ::tfplugin_rust::model::read_field(value, #name)?));
    let writes =
        fields.iter().map(|Field { ident, name, .. }| quote!((#name, ::tfplugin_rust::Typed::write(&self.#ident))));
    Ok(quote! {
        impl ::tfplugin_rust::Typed for #name {
            fn shape() -> ::tfplugin_rust::schema::Shape {
                ::tfplugin_rust::model::model_shape::<Self>()
            }

            fn read(value: &::tfplugin_rust::Value) -> ::core::result::Result<Self, ::tfplugin_rust::ReadError> {
                if !::core::matches!(value, ::tfplugin_rust::Value::Map(_)) {
                    return ::core::result::Result::Err(::tfplugin_rust::ReadError::expected("an object", value));
                }
                ::core::result::Result::Ok(Self { #(#reads,)* })
            }

            fn write(&self) -> ::tfplugin_rust::Value {
                ::tfplugin_rust::Value::object::<&str>([#(#writes,)*])
            }
        }

        impl ::tfplugin_rust::Model for #name {
            fn attributes() -> ::std::vec::Vec<::tfplugin_rust::Attribute> {
                ::std::vec![#(#attributes,)*]
            }

            fn description() -> &'static str {
                #description
            }
        }
    })
}

/// The text of documentation comments, one line each, without the space that follows the slashes.
pub(crate) fn documentation(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Some(text.value().strip_prefix(' ').map_or_else(|| text.value(), str::to_owned)),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    });
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}
