//! The page that a registry shows, from the schema itself.

use super::{Attribute, Limits, Mode, Nesting, Rule, Schema, Shape};
use crate::value::{Type, Value};

/// What a page is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A provider's configuration.
    Provider,
    /// A resource.
    Resource,
    /// A data source.
    DataSource,
    /// An ephemeral resource.
    Ephemeral,
    /// An action.
    Action,
    /// A list of the objects of a resource.
    List,
}

/// A page of the registry, in the layout of tfplugindocs.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// What it is about.
    pub kind: Kind,
    /// The full name, such as `monai_model_endpoint`.
    pub name: &'a str,
    /// Its schema.
    pub schema: &'a Schema,
    /// HCL that shows it.
    pub example: &'a str,
    /// The ways to import one.
    pub imports: &'a [Import],
}

/// An example of importing a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Import {
    /// An `import` block with an identity.
    Identity(String),
    /// An `import` block with an id.
    Block(String),
    /// The command `terraform import`.
    Command(String),
}

impl Kind {
    /// All of them.
    pub(crate) const ALL: [Self; 6] =
        [Self::Provider, Self::Resource, Self::DataSource, Self::Ephemeral, Self::Action, Self::List];

    /// The folder of its pages and its examples; none for the provider, whose page is the index.
    pub(crate) fn folder(self) -> Option<&'static str> {
        match self {
            Self::Provider => None,
            Self::Resource => Some("resources"),
            Self::DataSource => Some("data-sources"),
            Self::Ephemeral => Some("ephemeral-resources"),
            Self::Action => Some("actions"),
            Self::List => Some("list-resources"),
        }
    }

    /// The file of its example.
    pub(crate) fn example(self) -> &'static str {
        match self {
            Self::Provider => "provider.tf",
            Self::Resource => "resource.tf",
            Self::DataSource => "data-source.tf",
            Self::Ephemeral => "ephemeral-resource.tf",
            Self::Action => "action.tf",
            Self::List => "list-resource.tfquery.hcl",
        }
    }
}

impl Import {
    fn to_markdown(&self) -> String {
        let (words, language, text) = match self {
            Self::Identity(text) => {
                ("From Terraform 1.12 on, by an `import` block with its identity:", "terraform", text)
            }
            Self::Block(text) => ("By an `import` block with its id:", "terraform", text),
            Self::Command(text) => ("By the command `terraform import` with its id:", "shell", text),
        };
        format!("\n{words}\n\n```{language}\n{}\n```\n", text.trim())
    }
}

impl Page<'_> {
    /// The page as Markdown.
    pub fn to_markdown(&self) -> String {
        let title = match self.kind {
            Kind::Provider => format!("{} Provider", self.name),
            Kind::Resource => format!("{} (Resource)", self.name),
            Kind::DataSource => format!("{} (Data Source)", self.name),
            Kind::Ephemeral => format!("{} (Ephemeral Resource)", self.name),
            Kind::Action => format!("{} (Action)", self.name),
            Kind::List => format!("{} (List Resource)", self.name),
        };
        let description = self.schema.description.trim();
        let summary = description.lines().collect::<Vec<_>>().join(" ");
        let mut page = format!(
            "---\npage_title: \"{title}\"\nsubcategory: \"\"\ndescription: |-\n  {summary}\n---\n\n# {title}\n\n{description}\n\n\
             ## Example Usage\n\n```terraform\n{}\n```\n\n{}",
            self.example.trim(),
            self.schema.to_markdown(self.kind)
        );
        if !self.imports.is_empty() {
            page.push_str("\n## Import\n");
            page.extend(self.imports.iter().map(Import::to_markdown));
        }
        page
    }
}

impl Schema {
    /// The schema as Markdown: required, optional and read-only attributes, then each nested one under its own heading.
    /// On the page of a resource each attribute says what changing it does.
    pub fn to_markdown(&self, kind: Kind) -> String {
        let mut page = String::from("## Schema\n");
        let writer = Writer { effects: kind == Kind::Resource };
        writer.section(&self.attributes, "", None, &mut page);
        page
    }
}

impl Attribute {
    /// The description with default, rules and what changing it does, where that is not simply in place.
    pub fn full_description(&self) -> String {
        self.described(self.own_effect())
    }

    fn described(&self, effect: Option<String>) -> String {
        let mut sentences = vec![self.description.trim().to_owned()];
        if let Some(default) = &self.default {
            sentences.push(format!("Default: `{}`.", literal(default)));
        }
        sentences.extend(self.rules.iter().map(Rule::sentence));
        sentences.extend(self.relations.iter().map(|relation| relation.sentence(&self.name)));
        sentences.extend(effect.map(|effect| format!("Changing this {effect}.")));
        if self.write_only {
            sentences.push("Write-only: never stored in plan or state.".to_owned());
        }
        sentences.extend(self.deprecated.as_ref().map(|reason| format!("Deprecated: {reason}")));
        sentences.retain(|sentence| !sentence.is_empty());
        sentences.join(" ")
    }
}

type Belongs = fn(&Attribute) -> bool;

const GROUPS: [(&str, Belongs); 3] = [
    ("Required", |item| is_required(item)),
    ("Optional", |item| !is_required(item) && item.mode != Mode::Computed),
    ("Read-Only", |item| item.mode == Mode::Computed),
];

fn is_required(item: &Attribute) -> bool {
    item.block.map_or(item.mode == Mode::Required, |limits| limits.min > 0)
}

struct Writer {
    effects: bool,
}

impl Writer {
    fn section(&self, attributes: &[Attribute], outer: &str, effect: Option<&str>, page: &mut String) {
        for (title, belongs) in GROUPS {
            let mut members = attributes.iter().filter(|item| belongs(item)).peekable();
            if members.peek().is_some() {
                page.push_str(&if outer.is_empty() { format!("\n### {title}\n\n") } else { format!("\n{title}:\n\n") });
            }
            for item in members {
                self.line(item, outer, effect, page);
            }
        }
        for item in attributes {
            if let Shape::Nested(_, inner) = &item.shape {
                let path = within(outer, &item.name);
                page.push_str(&format!("\n<a id=\"{}\"></a>\n### Nested Schema for `{path}`\n", anchor(item, &path)));
                self.section(inner, &path, item.effect(effect).as_deref(), page);
            }
        }
    }

    fn line(&self, item: &Attribute, outer: &str, effect: Option<&str>, page: &mut String) {
        let words = [
            (item.sensitive, ", Sensitive"),
            (item.write_only, ", Write-only"),
            (item.deprecated.is_some(), ", Deprecated"),
        ];
        let words: String = words.iter().filter(|(set, _)| *set).map(|(_, word)| *word).collect();
        let effect = if self.effects { item.effect(effect) } else { None };
        let text = item.described(effect).lines().collect::<Vec<_>>().join(" ");
        let nested = match &item.shape {
            Shape::Nested(..) => {
                format!(" (see [below for nested schema](#{}))", anchor(item, &within(outer, &item.name)))
            }
            Shape::Plain(_) => String::new(),
        };
        page.push_str(&format!("- `{}` ({}{words}) {text}{nested}\n", item.name, type_name(item)));
    }
}

fn within(outer: &str, name: &str) -> String {
    if outer.is_empty() { name.to_owned() } else { format!("{outer}.{name}") }
}

fn anchor(item: &Attribute, path: &str) -> String {
    let kind = if item.block.is_some() { "nestedblock" } else { "nestedatt" };
    format!("{kind}--{}", path.replace('.', "--"))
}

/// What a page calls a type.
pub(crate) fn called(ty: &Type) -> String {
    match ty {
        Type::String => "String".to_owned(),
        Type::Number => "Number".to_owned(),
        Type::Bool => "Boolean".to_owned(),
        Type::Dynamic => "Dynamic".to_owned(),
        Type::List(inner) => format!("List of {}", called(inner)),
        Type::Set(inner) => format!("Set of {}", called(inner)),
        Type::Map(inner) => format!("Map of {}", called(inner)),
        Type::Object(_) => "Object".to_owned(),
        Type::Tuple(_) => "Tuple".to_owned(),
    }
}

fn type_name(item: &Attribute) -> String {
    let (nesting, word) = match (&item.shape, item.block) {
        (Shape::Plain(ty), _) => return called(ty),
        (Shape::Nested(nesting, _), Some(_)) => (nesting, "Block"),
        (Shape::Nested(nesting, _), None) => (nesting, "Attributes"),
    };
    let kind = match nesting {
        Nesting::Single | Nesting::Group => "",
        Nesting::List => " List",
        Nesting::Set => " Set",
        Nesting::Map => " Map",
    };
    let Limits { min, max } = item.block.unwrap_or_default();
    let limit = |name: &str, number: u32| if number > 0 { format!(", {name}: {number}") } else { String::new() };
    format!("{word}{kind}{}{}", limit("Min", min), limit("Max", max))
}

fn literal(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Unknown(_) => "known after apply".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => format!("{text:?}"),
        Value::List(items) => format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", ")),
        Value::Map(entries) => {
            let entries = entries.iter().filter(|(_, value)| !value.is_null());
            format!(
                "{{{}}}",
                entries.map(|(key, value)| format!("{key} = {}", literal(value))).collect::<Vec<_>>().join(", ")
            )
        }
        Value::Dynamic(inner) => literal(&inner.1),
    }
}
