//! The implementation that the derive writes.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, Data, DeriveInput, Error, Expr, Fields, Ident, Lit, Meta, Visibility};

use crate::field::Field;
use crate::relation::StructWords;

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
    let words = StructWords::parse(&input.attrs)?;
    let (given, relations) = (words.given, words.bind(&fields)?);
    if given && let Some(field) = fields.iter().find(|field| field.is_computed()) {
        return Err(Error::new_spanned(
            &field.ident,
            "a model that is given as a whole has nothing that the provider computes: leave out given, or computed",
        ));
    }
    let plan = format_ident!("{name}Plan");
    let draft = if given { name.clone() } else { format_ident!("{name}Draft") };
    let description = documentation(&input.attrs);
    let attributes = fields.iter().map(Field::attribute);
    let planned = form(
        &input.vis,
        &plan,
        &format!("[`{name}`] where anything may be unknown: what validation and planning see."),
        fields.iter().map(Field::planned),
    );
    let whole = |field: &Field| {
        let name = &field.name;
        quote!(::tfplugin_rust::model::read_field(value, #name)?)
    };
    let (of_model, of_plan) = (conversion(name, &fields, whole), conversion(&plan, &fields, whole));
    let identified: Vec<_> = fields.iter().filter(|field| field.is_identity()).collect();
    let (identity, of_identity) = if identified.is_empty() {
        (quote!(::tfplugin_rust::NoIdentity), quote!())
    } else {
        let identity = format_ident!("{name}Identity");
        let text = format!("What tells one [`{name}`] from another: what an import by identity gives.");
        let fields = form(&input.vis, &identity, &text, identified.iter().map(|field| field.identified()));
        let conversion = conversion(&identity, identified, whole);
        (quote!(#identity), quote!(#fields #conversion))
    };
    let of_draft = if given {
        let checks = fields.iter().map(|field| {
            let ty = field.ty();
            quote_spanned!(ty.span()=> ::tfplugin_rust::model::is_given::<#ty>();)
        });
        quote!(const _: () = { #(#checks)* };)
    } else {
        let text =
            format!("[`{name}`] where what the provider computes may be missing: what apply, read and delete see.");
        let drafted = form(&input.vis, &draft, &text, fields.iter().map(Field::drafted));
        let conversion = conversion(&draft, &fields, |field| {
            let name = &field.name;
            let open = quote!(::tfplugin_rust::model::read_computed(value, #name)?);
            match (field.is_computed(), field.is_optional()) {
                (false, _) => whole(field),
                (true, false) => open,
                (true, true) => quote!(::core::option::Option::flatten(#open)),
            }
        });
        quote!(#drafted #conversion)
    };
    Ok(quote! {
        #planned
        #of_model
        #of_plan
        #of_draft
        #of_identity

        impl ::tfplugin_rust::Typed for #name {
            type Planned = ::tfplugin_rust::Attr<#plan>;
            type Drafted = #draft;

            fn shape() -> ::tfplugin_rust::schema::Shape {
                ::tfplugin_rust::model::model_shape::<Self>()
            }
        }

        impl ::tfplugin_rust::Typed for #plan {
            type Planned = ::tfplugin_rust::Attr<Self>;
            type Drafted = Self;

            fn shape() -> ::tfplugin_rust::schema::Shape {
                ::tfplugin_rust::model::model_shape::<#name>()
            }
        }

        impl ::tfplugin_rust::Model for #name {
            type Plan = #plan;
            type Draft = #draft;
            type Identity = #identity;

            fn attributes() -> ::std::vec::Vec<::tfplugin_rust::Attribute> {
                #[allow(unused_mut)]
                let mut attributes = ::std::vec![#(#attributes,)*];
                #relations
                attributes
            }

            fn description() -> &'static str {
                #description
            }
        }

        impl ::tfplugin_rust::Draft for #draft {
            type Model = #name;
        }
    })
}

/// A struct with the same fields in another form.
fn form(visibility: &Visibility, name: &Ident, text: &str, fields: impl Iterator<Item = TokenStream>) -> TokenStream {
    quote! {
        #[doc = #text]
        #[derive(::core::fmt::Debug, ::core::clone::Clone, ::core::cmp::PartialEq)]
        #[allow(dead_code)]
        #visibility struct #name {
            #(#fields,)*
        }
    }
}

/// A form of the model from a value and back; `read` is how a field is read.
fn conversion<'a>(
    name: &Ident,
    fields: impl IntoIterator<Item = &'a Field> + Clone,
    read: impl Fn(&Field) -> TokenStream,
) -> TokenStream {
    let reads = fields.clone().into_iter().map(|field| {
        let (ident, read) = (&field.ident, read(field));
        quote!(#ident: #read)
    });
    let writes = fields
        .into_iter()
        .map(|Field { ident, name, .. }| quote!((#name, ::tfplugin_rust::Convert::write(&self.#ident))));
    quote! {
        impl ::tfplugin_rust::Convert for #name {
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
    }
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
