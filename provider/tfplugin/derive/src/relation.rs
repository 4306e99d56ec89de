//! The words of `#[attr(..)]` on a struct.

use proc_macro2::TokenStream;
use quote::quote;
use syn::meta::ParseNestedMeta;
use syn::punctuated::Punctuated;
use syn::{Attribute, Error, LitStr, Token, parenthesized};

use crate::field::Field;

/// Relations between attributes, each with the constructor of `Relation` of the same name.
const RELATIONS: [&str; 5] = ["exactly_one_of", "at_most_one_of", "at_least_one_of", "together", "needs"];

/// What a struct says of itself.
pub(crate) struct StructWords {
    /// Nothing of it is ever computed.
    pub(crate) given: bool,
    relations: Vec<(TokenStream, Vec<LitStr>)>,
}

impl StructWords {
    pub(crate) fn parse(attributes: &[Attribute]) -> Result<Self, Error> {
        let mut words = Self { given: false, relations: Vec::new() };
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("attr")) {
            attribute.parse_nested_meta(|meta| words.read(&meta))?;
        }
        Ok(words)
    }

    fn read(&mut self, meta: &ParseNestedMeta<'_>) -> Result<(), Error> {
        if meta.path.is_ident("given") {
            self.given = true;
            return Ok(());
        }
        let Some(word) = meta.path.get_ident().filter(|word| RELATIONS.iter().any(|known| word == known)) else {
            return Err(meta
                .error(format!("not a word of #[attr(..)] on a struct; it may say given, {}", RELATIONS.join(", "))));
        };
        let inner;
        parenthesized!(inner in meta.input);
        let names: Vec<LitStr> = Punctuated::<LitStr, Token![,]>::parse_terminated(&inner)?.into_iter().collect();
        if names.len() < 2 {
            return Err(meta.error(format!("{word} names two attributes or more, such as {word}(\"a\", \"b\")")));
        }
        self.relations.push((quote!(::tfplugin_rust::schema::Relation::#word([#(#names),*])), names));
        Ok(())
    }

    /// The statements that add the relations to `attributes`.
    pub(crate) fn bind(&self, fields: &[Field]) -> Result<TokenStream, Error> {
        for name in self.relations.iter().flat_map(|(_, names)| names) {
            if !fields.iter().any(|field| field.name == name.value()) {
                return Err(Error::new_spanned(name, "no attribute of this struct has this name"));
            }
        }
        let relations = self.relations.iter().map(|(relation, _)| relation);
        Ok(quote!(#(#relations.bind(&mut attributes);)*))
    }
}
