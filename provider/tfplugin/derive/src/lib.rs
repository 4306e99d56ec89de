//! Derives a Terraform model, its schema and its documentation from one Rust struct.

mod choice;
mod field;
mod model;
mod parameters;
mod relation;
mod rule;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes a struct the model of a resource, a data source, a provider's configuration or a nested attribute.
///
/// Each field is an attribute, written with its plain type: `String`, `Option<u64>`, `Vec<Part>`. Its documentation comment
/// is its description; the struct's is that of the whole. A struct with this derive is a nested attribute, in `Vec`, `Set`
/// or `BTreeMap` as well. Two more structs come of a `Note`: `NotePlan`, where every value is an `Attr` because it may be
/// unknown, and `NoteDraft`, where what the provider computes may be missing. `#[attr(given)]` on a struct says that nothing
/// of it is ever computed: it is its own draft.
///
/// On the struct stands as well which of its attributes are set together: `exactly_one_of("a", "b")`, `at_most_one_of`,
/// `at_least_one_of`, `together`, and `needs("a", "b")`, where the first needs the others. What is not known yet breaks none
/// of these.
///
/// Words of `#[attr(..)]`, separated by commas:
///
/// | word | meaning |
/// |---|---|
/// | `required`, `optional`, `computed` | who gives the value; `optional, computed` together are allowed |
/// | `default = expr` | optional and computed, with this value where the configuration says nothing |
/// | `replace`, `replace_if_configured` | a change needs a new resource |
/// | `replace_if = path` | a change needs a new resource where this function of the prior and the planned value (both as in the plan: `&Attr<…>`) says so |
/// | `changing = expr` | what a change does, where "in place" does not say it: completes "Changing this …" |
/// | `keep_state`, `keep_non_null_state` | a computed value is planned as the state has it |
/// | `keep_state_unless = ["path", …]` | the same unless one of these changes; the paths begin at the struct |
/// | `key = "name"` | on a list or set of models: the attribute by whose value an element is known |
/// | `canonical = path` | two values mean the same where this function (`fn(&T) -> impl Convert`) makes the same of both |
/// | `identity`, `identity = optional` | part of the resource's identity, which an import by identity must or may give; the identity of `Note` is `NoteIdentity` |
/// | `sensitive`, `write_only` | hidden; never stored |
/// | `range`, `at_least`, `at_most`, `multiple_of` `= expr` | which numbers; a range is `1..=9` |
/// | `one_of`, `none_of`, `prefix`, `suffix`, `characters`, `pattern` `= expr` | which texts; a pattern is a regular expression |
/// | `length = expr`, `not_empty`, `unique` | how many characters or elements; a list without an element twice |
/// | `each(words)`, `keys(words)` | what each element, each key of a map must obey, in the words above |
/// | `check = path`, `check("text", path)` | what a function (`fn(&T) -> Result<(), String>`) says of a known value; the text completes "Must be …" |
/// | `rule = expr` | a `Rule` of one's own |
/// | `doc = expr` | the description, instead of the documentation comment |
/// | `deprecated = expr` | why not to use it any more |
/// | `name = "…"` | the name in HCL, where it is not the field's |
/// | `plain` | an attribute of an object type instead of nested attributes: its parts have no words but `required` and `optional` |
/// | `block`, `block(min, max)`, `group` | a nested block instead of an attribute; `group` is never null; a single block that is required is `block(1, 1)` |
#[proc_macro_derive(Model, attributes(attr))]
pub fn derive_model(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    model::expand(&input).unwrap_or_else(|error| error.to_compile_error()).into()
}

/// Makes an enum of variants without fields a text of which only these are allowed: the rule and its documentation come by
/// themselves, and handlers match on the enum.
///
/// A variant is written in snake case, `VeryHigh` as `very_high`, unless `#[attr(name = "…")]` says otherwise. Its
/// documentation comment stands on the attribute's page. The enum has `ALL`, `as_str` and `Display`.
#[proc_macro_derive(Choice, attributes(attr))]
pub fn derive_choice(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    choice::expand(&input).unwrap_or_else(|error| error.to_compile_error()).into()
}

/// Makes a struct the arguments of a function, in the order of its fields; `struct Nothing;` where it takes none.
///
/// The struct's documentation comment is that of the function, a field's that of the argument. The type of a field says
/// what reaches the function: with `T` only values that are known and not null, with `Option<T>` null too, with `Attr<T>`
/// null and values that are not known yet. Nested attributes are a `#[derive(Model)]` struct, and where parts of it may be
/// unknown `Attr<NotePlan>`.
///
/// Words of `#[attr(..)]`, separated by commas:
///
/// | word | meaning |
/// |---|---|
/// | `variadic` | it takes all arguments that are left; the last field, a `Vec<T>` |
/// | `doc = expr` | the description, instead of the documentation comment |
/// | `name = "…"` | the name, where it is not the field's |
///
/// The words for rules are those of [`macro@Model`], from `range` to `check`. They hold for each value of a variadic field, and
/// are asked of what is known and not null. The rules and defaults of nested attributes hold too.
#[proc_macro_derive(Parameters, attributes(attr))]
pub fn derive_parameters(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    parameters::expand(&input).unwrap_or_else(|error| error.to_compile_error()).into()
}
