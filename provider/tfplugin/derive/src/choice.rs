//! An enum as a text of which only some are allowed.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Data, DeriveInput, Error, Fields, Ident, LitStr};

use crate::model::documentation;

pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream, Error> {
    let Data::Enum(data) = &input.data else {
        return Err(Error::new_spanned(&input.ident, "a choice is an enum"));
    };
    if let Some(generic) = input.generics.params.first() {
        return Err(Error::new_spanned(generic, "a choice has no generic parameters"));
    }
    let mut texts: Vec<String> = Vec::new();
    let (mut idents, mut sentences) = (Vec::new(), Vec::new());
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            return Err(Error::new_spanned(
                &variant.fields,
                "a variant of a choice stands alone: write it without fields",
            ));
        }
        let sentence = documentation(&variant.attrs);
        if sentence.is_empty() {
            return Err(Error::new_spanned(&variant.ident, "what is chosen is documented: add a /// comment"));
        }
        let text = name(&variant.attrs)?.unwrap_or_else(|| snake(&variant.ident));
        if texts.contains(&text) {
            return Err(Error::new_spanned(&variant.ident, format!("another variant is already written {text}")));
        }
        texts.push(text);
        idents.push(&variant.ident);
        sentences.push(sentence.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    let Some(count) = Some(texts.len()).filter(|count| *count > 0) else {
        return Err(Error::new_spanned(&input.ident, "a choice has a variant or more"));
    };
    let name = &input.ident;
    let visibility = &input.vis;
    Ok(quote! {
        #[allow(dead_code)]
        impl #name {
            /// Every one, in the order in which they are written.
            #visibility const ALL: [Self; #count] = [#(Self::#idents),*];

            /// The text that stands in a configuration.
            #visibility fn as_str(&self) -> &'static str {
                match self {
                    #(Self::#idents => #texts,)*
                }
            }
        }

        impl ::core::fmt::Display for #name {
            fn fmt(&self, out: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                out.write_str(self.as_str())
            }
        }

        impl ::tfplugin_rust::Convert for #name {
            fn read(value: &::tfplugin_rust::Value) -> ::core::result::Result<Self, ::tfplugin_rust::ReadError> {
                let text = <::std::string::String as ::tfplugin_rust::Convert>::read(value)?;
                match text.as_str() {
                    #(#texts => ::core::result::Result::Ok(Self::#idents),)*
                    found => ::core::result::Result::Err(::tfplugin_rust::ReadError::not_one_of(&[#(#texts),*], found)),
                }
            }

            fn write(&self) -> ::tfplugin_rust::Value {
                ::tfplugin_rust::Value::from(self.as_str())
            }
        }

        impl ::tfplugin_rust::Typed for #name {
            type Planned = ::tfplugin_rust::Attr<Self>;
            type Drafted = Self;

            fn shape() -> ::tfplugin_rust::schema::Shape {
                ::tfplugin_rust::schema::Shape::Plain(::tfplugin_rust::Type::String)
            }

            fn rules() -> ::std::vec::Vec<::tfplugin_rust::Rule> {
                ::std::vec![::tfplugin_rust::Rule::choice([#((#texts, #sentences)),*])]
            }
        }
    })
}

/// What `#[attr(name = "…")]` says.
fn name(attributes: &[Attribute]) -> Result<Option<String>, Error> {
    let mut name = None;
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("attr")) {
        attribute.parse_nested_meta(|meta| {
            if !meta.path.is_ident("name") {
                return Err(meta.error("not a word of #[attr(..)] on a variant; it may say name = \"…\""));
            }
            name = Some(meta.value()?.parse::<LitStr>()?.value());
            Ok(())
        })?;
    }
    Ok(name)
}

/// `VeryHigh` as `very_high`.
fn snake(ident: &Ident) -> String {
    let letters: Vec<char> = ident.to_string().chars().collect();
    let mut text = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let after = at > 0 && !letters[at - 1].is_uppercase();
        let before = at > 0 && letters.get(at + 1).is_some_and(|next| next.is_lowercase());
        if letter.is_uppercase() && (after || before) {
            text.push('_');
        }
        text.extend(letter.to_lowercase());
    }
    text
}
