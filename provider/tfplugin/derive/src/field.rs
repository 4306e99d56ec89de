//! One field of a model and the words of its `#[attr(..)]`.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Error, Expr, GenericArgument, Ident, LitInt, LitStr, PathArguments, Type, Visibility, parenthesized};

use crate::model::documentation;
use crate::rule;

/// A field of a model.
pub(crate) struct Field {
    pub(crate) ident: Ident,
    pub(crate) name: String,
    visibility: Visibility,
    ty: Type,
    mode: &'static str,
    /// Whether it is part of the identity, and if so whether an import must give it.
    identity: Option<bool>,
    /// Whether the provider may give its value; a default does not count, it is there at plan.
    computed: bool,
    /// What its documentation comment says.
    text: String,
    description: TokenStream,
    settings: Vec<TokenStream>,
}

#[derive(Default)]
struct Words {
    required: bool,
    optional: bool,
    computed: bool,
    default: Option<Expr>,
    block: Option<(u32, u32)>,
    group: bool,
    plain: bool,
    description: Option<Expr>,
    name: Option<String>,
    /// The words that were said.
    said: Vec<String>,
    identity: Option<bool>,
    settings: Vec<TokenStream>,
}

/// Words that may be said more than once.
const REPEATABLE: [&str; 4] = ["check", "each", "keys", "rule"];

/// Words of which one excludes the others.
const EXCLUSIVE: [&[&str]; 3] = [
    &["keep_state", "keep_non_null_state", "keep_state_unless"],
    &["replace", "replace_if_configured", "replace_if"],
    &["block", "group"],
];

impl Field {
    pub(crate) fn parse(field: &syn::Field) -> Result<Self, Error> {
        let Some(ident) = field.ident.clone() else {
            return Err(Error::new_spanned(field, "a field of a model has a name"));
        };
        let mut words = Words::default();
        for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("attr")) {
            attribute.parse_nested_meta(|meta| words.read(&meta, &field.ty))?;
        }
        let mode = words.mode().map_err(|reason| Error::new_spanned(&ident, reason))?;
        let computed = mode == "Computed" || (mode == "OptionalComputed" && words.default.is_none());
        words.fits(&field.ty)?;
        let text = documentation(&field.attrs);
        let description = match words.description {
            Some(expression) => expression.to_token_stream(),
            None if text.is_empty() => {
                return Err(Error::new_spanned(&ident, "an attribute is documented: add a /// comment"));
            }
            None => text.to_token_stream(),
        };
        let mut settings = words.settings;
        let ty = &field.ty;
        if let Some(default) = words.default {
            settings.push(quote! {
                let default: #ty = ::core::convert::From::from(#default);
                attribute.default = ::core::option::Option::Some(::tfplugin_rust::Convert::write(&default));
            });
        }
        if let Some((min, max)) = words.block {
            settings.push(quote! {
                attribute.block = ::core::option::Option::Some(::tfplugin_rust::schema::Limits { min: #min, max: #max });
            });
        }
        if words.group {
            settings.push(quote! {
                if let ::tfplugin_rust::schema::Shape::Nested(nesting, _) = &mut attribute.shape {
                    *nesting = ::tfplugin_rust::schema::Nesting::Group;
                }
                attribute.block = ::core::option::Option::Some(::tfplugin_rust::schema::Limits { min: 0, max: 0 });
            });
        }
        if words.plain {
            settings.push(quote!(attribute = attribute.plain();));
        }
        let name = words.name.unwrap_or_else(|| ident.to_string().trim_start_matches("r#").to_owned());
        let visibility = field.vis.clone();
        let (ty, identity) = (field.ty.clone(), words.identity);
        Ok(Self { ident, name, visibility, ty, mode, identity, computed, text, description, settings })
    }

    /// Whether the provider may give its value, so that a draft may lack it.
    pub(crate) fn is_computed(&self) -> bool {
        self.computed
    }

    /// Whether it is part of the identity.
    pub(crate) fn is_identity(&self) -> bool {
        self.identity.is_some()
    }

    /// The field as it stands in the identity that an import gives.
    pub(crate) fn identified(&self) -> TokenStream {
        let Self { ident, visibility, ty, text, identity, .. } = self;
        let open = *identity == Some(false) && !self.is_optional();
        let ty = if open { quote!(::core::option::Option<#ty>) } else { quote!(#ty) };
        quote!(#[doc = #text] #visibility #ident: #ty)
    }

    /// Whether its value may be null.
    pub(crate) fn is_optional(&self) -> bool {
        is(&self.ty, "Option")
    }

    /// The type that it is written with.
    pub(crate) fn ty(&self) -> &Type {
        &self.ty
    }

    /// The field as it stands in the plan.
    pub(crate) fn planned(&self) -> TokenStream {
        let Self { ident, visibility, ty, text, .. } = self;
        quote!(#[doc = #text] #visibility #ident: <#ty as ::tfplugin_rust::Typed>::Planned)
    }

    /// The field as it stands in the draft.
    pub(crate) fn drafted(&self) -> TokenStream {
        let Self { ident, visibility, ty, text, .. } = self;
        let drafted = quote!(<#ty as ::tfplugin_rust::Typed>::Drafted);
        let drafted =
            if self.computed && !self.is_optional() { quote!(::core::option::Option<#drafted>) } else { drafted };
        quote!(#[doc = #text] #visibility #ident: #drafted)
    }

    pub(crate) fn attribute(&self) -> TokenStream {
        let Self { name, ty, mode, description, settings, .. } = self;
        let mode = Ident::new(mode, proc_macro2::Span::call_site());
        quote! {{
            let mut attribute = ::tfplugin_rust::Attribute::new(#name, <#ty as ::tfplugin_rust::Typed>::shape());
            attribute.mode = ::tfplugin_rust::schema::Mode::#mode;
            attribute.description = ::std::string::String::from(#description);
            attribute.canonical = ::tfplugin_rust::schema::Canonical::of::<#ty>();
            attribute.rules = <#ty as ::tfplugin_rust::Typed>::rules();
            #(#settings)*
            attribute
        }}
    }
}

impl Words {
    /// Who may give the value, as the mode is called.
    fn mode(&self) -> Result<&'static str, &'static str> {
        match (self.required, self.optional, self.computed, self.default.is_some()) {
            (true, false, false, false) => Ok("Required"),
            (true, ..) => Err(
                "a required value is given by the configuration alone: say required, or optional, computed or default",
            ),
            (false, _, _, true) => Ok("OptionalComputed"),
            (false, true, true, false) => Ok("OptionalComputed"),
            (false, true, false, false) => Ok("Optional"),
            // A configuration may always have blocks.
            (false, false, true, false) if self.block.is_some() => Ok("OptionalComputed"),
            (false, false, true, false) => Ok("Computed"),
            (false, false, false, false) if self.block.is_some() || self.group => Ok("Optional"),
            (false, false, false, false) => {
                Err("say who gives the value: #[attr(required)], optional, computed, default = … or block")
            }
        }
    }

    /// Whether the type can hold what the words allow.
    fn fits(&self, ty: &Type) -> Result<(), Error> {
        let refuse = |text: &str| Err(Error::new_spanned(ty, text));
        let optional = is(ty, "Option");
        if is(ty, "Attr") {
            return refuse(
                "write the plain type: validation and planning see it as Attr<…> in the plan that the derive makes",
            );
        }
        if self.required && optional {
            return refuse("a required value is never null: write the type without Option");
        }
        if self.identity == Some(true) && optional {
            return refuse(
                "an import gives each identity that is required: write the type without Option, or say identity = optional",
            );
        }
        if self.default.is_some() && optional {
            return refuse("a value with a default is never null: write the type without Option");
        }
        if self.optional && !self.computed && self.default.is_none() && !optional {
            return refuse("an optional value may be null: use Option<…>");
        }
        if self.plain && (self.group || self.block.is_some()) {
            return refuse("a plain attribute is no block");
        }
        let repeated = ["Vec", "Set", "BTreeMap"].iter().any(|name| is(ty, name));
        match self.block {
            Some(_) if repeated => Ok(()),
            Some(limits) if limits != (0, 0) && limits != (1, 1) => refuse(
                "a single block is there at most once: say block with Option<…>, or block(1, 1), or write Vec<…>",
            ),
            Some((0, _)) if !optional => refuse("a single block may be absent: use Option<…>, or say block(1, 1)"),
            Some((1.., _)) if optional => refuse("this block is always there: write the type without Option"),
            _ if self.group && optional => refuse("a group is never null: write the type without Option"),
            _ => Ok(()),
        }
    }

    /// Notes a word; an error where it was said before or contradicts one that was.
    fn say(&mut self, word: &str, meta: &syn::meta::ParseNestedMeta<'_>) -> Result<(), Error> {
        if self.said.iter().any(|said| said == word) && !REPEATABLE.contains(&word) {
            return Err(meta.error(format!("{word} is said twice: say it once")));
        }
        for words in EXCLUSIVE.iter().filter(|words| words.contains(&word)) {
            if let Some(other) = self.said.iter().find(|said| words.contains(&said.as_str())) {
                return Err(meta.error(format!("{word} contradicts {other}: say one of them")));
            }
        }
        self.said.push(word.to_owned());
        Ok(())
    }

    fn read(&mut self, meta: &syn::meta::ParseNestedMeta<'_>, ty: &Type) -> Result<(), Error> {
        let word = meta.path.get_ident().map(Ident::to_string).unwrap_or_default();
        self.say(&word, meta)?;
        if let Some(rule) = rule::read(&word, meta, ty)? {
            self.settings.push(quote!(attribute.rules.push(#rule);));
            return Ok(());
        }
        let mut set = |setting: TokenStream| self.settings.push(setting);
        match word.as_str() {
            "required" => self.required = true,
            "optional" => self.optional = true,
            "computed" => self.computed = true,
            "group" => self.group = true,
            "plain" => self.plain = true,
            "sensitive" => set(quote!(attribute.sensitive = true;)),
            "write_only" => set(quote!(attribute.write_only = true;)),
            "keep_state" => set(quote!(attribute.keep = ::tfplugin_rust::schema::Keep::State;)),
            "keep_non_null_state" => set(quote!(attribute.keep = ::tfplugin_rust::schema::Keep::NonNullState;)),
            "replace" => set(quote!(attribute.replace = ::tfplugin_rust::schema::Replace::Always;)),
            "replace_if_configured" => set(quote!(attribute.replace = ::tfplugin_rust::schema::Replace::IfConfigured;)),
            "replace_if" => {
                let holds: Expr = meta.value()?.parse()?;
                set(
                    quote!(attribute.replace = ::tfplugin_rust::schema::Replace::when_planned::<#ty>(|prior, planned| (#holds)(prior, planned));),
                );
            }
            "keep_state_unless" => {
                let paths: Expr = meta.value()?.parse()?;
                set(quote! {
                    attribute.keep = ::tfplugin_rust::schema::Keep::StateUnless(
                        ::core::iter::Iterator::collect(::core::iter::Iterator::map(
                            ::core::iter::IntoIterator::into_iter(#paths),
                            ::tfplugin_rust::Path::to,
                        )),
                    );
                });
            }
            "key" => {
                let key: LitStr = meta.value()?.parse()?;
                set(quote!(attribute.key = ::core::option::Option::Some(::std::string::String::from(#key));));
            }
            "canonical" => {
                let form: Expr = meta.value()?.parse()?;
                let ty = within_option(ty);
                set(quote! {
                    attribute.canonical =
                        ::core::option::Option::Some(::tfplugin_rust::schema::Canonical::form_of::<#ty, _>(|value| (#form)(value)));
                });
            }
            "changing" => {
                let effect: Expr = meta.value()?.parse()?;
                set(quote!(attribute.changing = ::core::option::Option::Some(::std::string::String::from(#effect));));
            }
            "deprecated" => {
                let reason: Expr = meta.value()?.parse()?;
                set(quote!(attribute.deprecated = ::core::option::Option::Some(::std::string::String::from(#reason));));
            }
            "identity" => {
                self.identity = Some(!meta.input.peek(syn::Token![=]));
                set(match self.identity {
                    Some(false) if meta.value()?.parse::<Ident>()? == "optional" => {
                        quote!(attribute.identity = ::core::option::Option::Some(::tfplugin_rust::schema::ForImport::Optional);)
                    }
                    Some(false) => return Err(meta.error("say identity, or identity = optional")),
                    _ => {
                        quote!(attribute.identity = ::core::option::Option::Some(::tfplugin_rust::schema::ForImport::Required);)
                    }
                });
            }
            "default" => self.default = Some(meta.value()?.parse()?),
            "doc" => self.description = Some(meta.value()?.parse()?),
            "name" => self.name = Some(meta.value()?.parse::<LitStr>()?.value()),
            "block" => {
                self.block = Some((0, 0));
                if meta.input.peek(syn::token::Paren) {
                    let limits;
                    parenthesized!(limits in meta.input);
                    let min = limits.parse::<LitInt>()?.base10_parse()?;
                    limits.parse::<syn::Token![,]>()?;
                    let greatest = limits.parse::<LitInt>()?;
                    let max = greatest.base10_parse()?;
                    if max != 0 && min > max {
                        return Err(Error::new_spanned(
                            greatest,
                            "the greatest number of blocks is below the least; 0 is no limit",
                        ));
                    }
                    self.block = Some((min, max));
                }
            }
            _ => return Err(meta.error(unknown(&word))),
        }
        Ok(())
    }
}

/// What is said of a word that there is not.
fn unknown(word: &str) -> String {
    const WORDS: [&str; 44] = [
        "required",
        "optional",
        "computed",
        "default",
        "replace",
        "replace_if_configured",
        "replace_if",
        "changing",
        "keep_state",
        "keep_non_null_state",
        "keep_state_unless",
        "key",
        "canonical",
        "identity",
        "sensitive",
        "write_only",
        "range",
        "at_least",
        "at_most",
        "multiple_of",
        "one_of",
        "none_of",
        "prefix",
        "suffix",
        "characters",
        "pattern",
        "length",
        "not_empty",
        "unique",
        "each",
        "keys",
        "check",
        "rule",
        "doc",
        "deprecated",
        "name",
        "plain",
        "block",
        "group",
        "given",
        "exactly_one_of",
        "at_most_one_of",
        "at_least_one_of",
        "together",
    ];
    let nearest = WORDS.iter().map(|known| (distance(word, known), known)).min().filter(|(distance, _)| *distance <= 2);
    match nearest {
        _ if ["given", "exactly_one_of", "at_most_one_of", "at_least_one_of", "together", "needs"].contains(&word) => {
            format!("{word} stands on the struct, not on a field")
        }
        Some((_, known)) => format!("{word} is not a word of #[attr(..)]: write {known}"),
        None => format!("{word} is not a word of #[attr(..)]; the documentation of derive(Model) has them all"),
    }
}

/// How many letters two words differ by.
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (at, one) in left.bytes().enumerate() {
        let mut corner = std::mem::replace(&mut row[0], at + 1);
        for (place, other) in right.bytes().enumerate() {
            let replaced = corner + usize::from(one != other);
            corner = row[place + 1];
            row[place + 1] = replaced.min(corner + 1).min(row[place] + 1);
        }
    }
    row[right.len()]
}

/// The type within `Option`, or the type itself.
pub(crate) fn within_option(ty: &Type) -> &Type {
    let Type::Path(path) = ty else { return ty };
    let arguments = path.path.segments.last().filter(|last| last.ident == "Option").map(|last| &last.arguments);
    match arguments {
        Some(PathArguments::AngleBracketed(arguments)) => match arguments.args.first() {
            Some(GenericArgument::Type(inner)) => inner,
            _ => ty,
        },
        _ => ty,
    }
}

/// Whether a type is written with this name.
fn is(ty: &Type, name: &str) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|segment| segment.ident == name))
}
