//! The closed language of `$` strings: a part of Python's expressions over a fixed list of names.

mod constants;
mod evaluate;
mod functions;
mod lexer;
mod operators;
mod parser;
mod syntax;

use crate::error::Error;
use crate::resolve::Resolver;
use crate::value::Value;

/// One name that an import line binds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Import {
    /// The bound name, such as `np`.
    pub(crate) name: String,
    /// What it stands for, such as `numpy`.
    pub(crate) path: String,
}

/// Evaluates the text after the `$` of the item `id`. An import line is a constant and binds nothing here.
pub(crate) fn evaluate(resolver: &mut Resolver<'_>, id: &str, source: &str) -> Result<Value, Error> {
    let refuse = |resolver: &Resolver<'_>, reason: String| Error::Expression {
        file: resolver.config.origin(id).to_owned(),
        id: id.to_owned(),
        expression: format!("${}", source.chars().take(200).collect::<String>()),
        reason,
    };
    match import(source) {
        Some(Ok(imports)) => {
            let path = imports.into_iter().next().map(|import| import.path).unwrap_or_default();
            return Ok(Value::Symbol(path));
        }
        Some(Err(reason)) => return Err(refuse(resolver, reason)),
        None => {}
    }
    let expression =
        lexer::tokens(source).and_then(|tokens| parser::parse(&tokens)).map_err(|reason| refuse(resolver, reason))?;
    evaluate::Evaluator { resolver, id }.value(&expression).map_err(|failure| match failure {
        evaluate::Failure::Reason(reason) => refuse(resolver, reason),
        evaluate::Failure::Elsewhere(error) => *error,
    })
}

/// Reads an import line; `None` when the text is not one.
pub(crate) fn import(source: &str) -> Option<Result<Vec<Import>, String>> {
    let trimmed = source.trim();
    let (module, names) = if let Some(rest) = trimmed.strip_prefix("import ") {
        (None, rest)
    } else {
        let (module, names) = trimmed.strip_prefix("from ")?.split_once(" import ")?;
        (Some(module.trim()), names)
    };
    let imports = names.split(',').map(|name| {
        let (path, alias) = match name.trim().split_once(" as ") {
            Some((path, alias)) => (path.trim(), Some(alias.trim())),
            None => (name.trim(), None),
        };
        let fits = is_dotted(path) && alias.is_none_or(is_name) && module.is_none_or(is_dotted);
        if !fits || (module.is_some() && !is_name(path)) {
            return Err(format!("`{}` is not an import line", trimmed.chars().take(80).collect::<String>()));
        }
        Ok(match (module, alias) {
            (Some(module), alias) => {
                Import { name: alias.unwrap_or(path).to_owned(), path: format!("{module}.{path}") }
            }
            (None, Some(alias)) => Import { name: alias.to_owned(), path: path.to_owned() },
            (None, None) => {
                let root = path.split('.').next().unwrap_or(path);
                Import { name: root.to_owned(), path: root.to_owned() }
            }
        })
    });
    Some(imports.collect())
}

fn is_name(text: &str) -> bool {
    text.chars().all(crate::id::is_word) && !text.starts_with(|c: char| c.is_numeric()) && !text.is_empty()
}

fn is_dotted(text: &str) -> bool {
    text.split('.').all(is_name)
}
