//! The arguments of a function from a struct.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::punctuated::Punctuated;
use syn::{Data, DeriveInput, Error, Expr, Fields, GenericArgument, Ident, LitStr, Meta, PathArguments, Token, Type};

use crate::model::documentation;
use crate::rule;

struct Parameter {
    ident: Ident,
    name: String,
    description: TokenStream,
    /// The type of one argument.
    ty: Type,
    variadic: bool,
    rules: Vec<TokenStream>,
}

pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream, Error> {
    let name = &input.ident;
    let refuse = || Error::new_spanned(name, "arguments are a struct with named fields, or without any");
    let Data::Struct(data) = &input.data else { return Err(refuse()) };
    let fields = match &data.fields {
        Fields::Named(fields) => fields.named.iter().map(Parameter::parse).collect::<Result<Vec<_>, _>>()?,
        Fields::Unit => Vec::new(),
        Fields::Unnamed(_) => return Err(refuse()),
    };
    if let Some(generic) = input.generics.params.first() {
        return Err(Error::new_spanned(generic, "arguments have no generic parameters"));
    }
    let mut names = BTreeSet::new();
    if let Some(field) = fields.iter().find(|field| !names.insert(&field.name)) {
        return Err(Error::new_spanned(&field.ident, "another argument has the same name"));
    }
    let before_last = fields.len().saturating_sub(1);
    if let Some(field) = fields.iter().take(before_last).find(|field| field.variadic) {
        return Err(Error::new_spanned(&field.ident, "only the last argument is variadic"));
    }
    let text = documentation(&input.attrs);
    if text.is_empty() {
        return Err(Error::new_spanned(name, "a function is documented: add a /// comment to its arguments"));
    }
    let parameters = fields.iter().map(|Parameter { name, description, ty, variadic, rules, .. }| {
        let made = quote!(::tfplugin_rust::function::Parameter::of::<#ty>(#name, #description, #variadic));
        match rules.as_slice() {
            [] => made,
            rules => quote! {{
                let mut parameter = #made;
                parameter.attribute.rules = ::std::vec![#(#rules,)*];
                parameter
            }},
        }
    });
    let reads = fields.iter().enumerate().map(|(index, Parameter { ident, variadic, .. })| {
        let read = if *variadic { quote!(read_rest) } else { quote!(read_argument) };
        quote!(#ident: ::tfplugin_rust::function::#read(arguments, #index)?)
    });
    let unused = fields.is_empty().then(|| quote!(let _ = arguments;));
    Ok(quote! {
        impl ::tfplugin_rust::Parameters for #name {
            fn parameters() -> ::std::vec::Vec<::tfplugin_rust::function::Parameter> {
                ::std::vec![#(#parameters,)*]
            }

            fn description() -> &'static str {
                #text
            }

            fn read(
                arguments: &[::tfplugin_rust::Value],
            ) -> ::core::result::Result<Self, ::tfplugin_rust::function::Unread> {
                #unused
                ::core::result::Result::Ok(Self { #(#reads,)* })
            }
        }
    })
}

impl Parameter {
    fn parse(field: &syn::Field) -> Result<Self, Error> {
        let Some(ident) = field.ident.clone() else {
            return Err(Error::new_spanned(field, "an argument has a name"));
        };
        let mut variadic = false;
        let words = field.attrs.iter().filter(|attribute| attribute.path().is_ident("attr"));
        for attribute in words.clone() {
            let metas = attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)?;
            variadic |= metas.iter().any(|meta| meta.path().is_ident("variadic"));
        }
        let ty = if variadic {
            inner(&field.ty, "Vec").cloned().ok_or_else(|| {
                Error::new_spanned(&field.ty, "a variadic argument takes all that are left: write it as Vec<…>")
            })?
        } else {
            field.ty.clone()
        };
        let known = inner(&ty, "Attr").or_else(|| inner(&ty, "Option")).unwrap_or(&ty);
        let mut name = ident.to_string().trim_start_matches("r#").to_owned();
        let mut description: Option<Expr> = None;
        let mut rules = Vec::new();
        for attribute in words {
            attribute.parse_nested_meta(|meta| {
                let word = meta.path.get_ident().map(Ident::to_string).unwrap_or_default();
                match word.as_str() {
                    "variadic" => {}
                    "name" => name = meta.value()?.parse::<LitStr>()?.value(),
                    "doc" => description = Some(meta.value()?.parse()?),
                    _ => match rule::read(&word, &meta, known)? {
                        Some(rule) => rules.push(rule),
                        None => {
                            let text = "not a word of #[attr(..)] on an argument: variadic, name, doc, or a rule";
                            return Err(meta.error(text));
                        }
                    },
                }
                Ok(())
            })?;
        }
        let text = documentation(&field.attrs);
        let description = match description {
            Some(expression) => expression.to_token_stream(),
            None if text.is_empty() => {
                return Err(Error::new_spanned(&ident, "an argument is documented: add a /// comment"));
            }
            None => text.to_token_stream(),
        };
        let doubled = inner(&ty, "Option").and_then(|ty| inner(ty, "Attr"));
        if doubled.or_else(|| inner(&ty, "Attr").and_then(|ty| inner(ty, "Option"))).is_some() {
            return Err(Error::new_spanned(&field.ty, "an Attr<…> may be null already: write it without Option"));
        }
        Ok(Self { ident, name, description, ty, variadic, rules })
    }
}

/// What stands in the angle brackets of a type that is written with this name.
fn inner<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    let Type::Path(path) = ty else { return None };
    let segment = path.path.segments.last().filter(|segment| segment.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// These arguments are refused with exactly this message; none where it is empty.
    fn check(arguments: &str, message: &str) {
        let input = syn::parse_str(arguments).expect("it is Rust");
        let found = expand(&input).err().map(|error| error.to_string()).unwrap_or_default();
        assert_eq!(found, message, "{arguments}");
    }

    #[test]
    fn what_is_refused() {
        check("/// Does it.\nstruct A;", "");
        check("/// Does it.\nstruct A {\n/// A.\na: String,\n/// B.\n#[attr(variadic)]\nb: Vec<Option<u64>> }", "");
        check("struct A;", "a function is documented: add a /// comment to its arguments");
        check("/// Does it.\nstruct A { a: String }", "an argument is documented: add a /// comment");
        check("/// Does it.\nstruct A(String);", "arguments are a struct with named fields, or without any");
        check("/// Does it.\nenum A { B }", "arguments are a struct with named fields, or without any");
        check("/// Does it.\nstruct A<T> {\n/// A.\na: T }", "arguments have no generic parameters");
        check(
            "/// Does it.\nstruct A {\n/// A.\na: String,\n/// B.\n#[attr(name = \"a\")]\nb: String }",
            "another argument has the same name",
        );
        check(
            "/// Does it.\nstruct A {\n/// A.\n#[attr(variadic)]\na: Vec<String>,\n/// B.\nb: String }",
            "only the last argument is variadic",
        );
        check(
            "/// Does it.\nstruct A {\n/// A.\n#[attr(variadic)]\na: String }",
            "a variadic argument takes all that are left: write it as Vec<…>",
        );
        check(
            "/// Does it.\nstruct A {\n/// A.\na: Option<Attr<String>> }",
            "an Attr<…> may be null already: write it without Option",
        );
        check(
            "/// Does it.\nstruct A {\n/// A.\n#[attr(variadic)]\na: Vec<Attr<Option<String>>> }",
            "an Attr<…> may be null already: write it without Option",
        );
        check(
            "/// Does it.\nstruct A {\n/// A.\n#[attr(required)]\na: String }",
            "not a word of #[attr(..)] on an argument: variadic, name, doc, or a rule",
        );
    }
}
