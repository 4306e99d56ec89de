//! The words of `#[attr(..)]` that say what a value must obey.

use proc_macro2::TokenStream;
use quote::quote;
use syn::meta::ParseNestedMeta;
use syn::{Error, Expr, Ident, LitStr, Token, Type, parenthesized};

use crate::field::within_option;

/// Words that take a value, each with the constructor of `Rule` of the same name.
const WITH_VALUE: [&str; 11] = [
    "range",
    "one_of",
    "none_of",
    "length",
    "at_least",
    "at_most",
    "multiple_of",
    "prefix",
    "suffix",
    "characters",
    "pattern",
];

/// Words that stand alone, each with the constructor of `Rule` of the same name.
const ALONE: [&str; 2] = ["not_empty", "unique"];

/// The rule that a word says; nothing where it is no such word. `ty` is the type of the field.
pub(crate) fn read(word: &str, meta: &ParseNestedMeta<'_>, ty: &Type) -> Result<Option<TokenStream>, Error> {
    let rule = match word {
        "rule" => {
            let rule: Expr = meta.value()?.parse()?;
            quote!(#rule)
        }
        "check" => check(meta, ty)?,
        "each" | "keys" => elements(word, meta)?,
        _ => match plain(word, meta)? {
            Some(rule) => rule,
            None => return Ok(None),
        },
    };
    Ok(Some(rule))
}

/// A word that is a constructor of `Rule` without regard to the field's type.
fn plain(word: &str, meta: &ParseNestedMeta<'_>) -> Result<Option<TokenStream>, Error> {
    let Some(name) = meta.path.get_ident() else { return Ok(None) };
    if WITH_VALUE.contains(&word) {
        let value: Expr = meta.value()?.parse()?;
        Ok(Some(quote!(::tfplugin_rust::Rule::#name(#value))))
    } else if ALONE.contains(&word) {
        Ok(Some(quote!(::tfplugin_rust::Rule::#name())))
    } else {
        Ok(None)
    }
}

/// `each(..)` and `keys(..)`: rules of the elements or of the keys.
fn elements(word: &str, meta: &ParseNestedMeta<'_>) -> Result<TokenStream, Error> {
    let mut rules = Vec::new();
    meta.parse_nested_meta(|inner| {
        let name = inner.path.get_ident().map(Ident::to_string).unwrap_or_default();
        let rule = if name == "rule" {
            let rule: Expr = inner.value()?.parse()?;
            Some(quote!(#rule))
        } else if name == "each" && word == "each" {
            Some(elements("each", &inner)?)
        } else {
            plain(&name, &inner)?
        };
        match rule {
            Some(rule) => rules.push(rule),
            None => {
                return Err(inner.error(format!("{word}(..) holds rules, such as length = 1..=64 or one_of = [..]")));
            }
        }
        Ok(())
    })?;
    let constructor = Ident::new(word, proc_macro2::Span::call_site());
    Ok(quote!(::tfplugin_rust::Rule::#constructor([#(#rules),*])))
}

/// `check = path` or `check("what it must be", path)`.
fn check(meta: &ParseNestedMeta<'_>, ty: &Type) -> Result<TokenStream, Error> {
    let ty = within_option(ty);
    if meta.input.peek(syn::token::Paren) {
        let inner;
        parenthesized!(inner in meta.input);
        let text: LitStr = inner.parse()?;
        inner.parse::<Token![,]>()?;
        let check: Expr = inner.parse()?;
        return Ok(quote!(::tfplugin_rust::Rule::check_of::<#ty>(#text, |value| (#check)(value))));
    }
    let check: Expr = meta.value()?.parse()?;
    Ok(quote!(::tfplugin_rust::Rule::check_of::<#ty>("", |value| (#check)(value))))
}
