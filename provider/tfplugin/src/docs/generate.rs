//! The pages in the layout of a registry.

use std::collections::BTreeMap;
use std::path::Path;

use super::Error;
use super::examples::Examples;
use crate::function::FunctionPage;
use crate::schema::document::{Import, Kind, Page};
use crate::{Model, Provider, Schema};

/// Bytes of a page that a registry shows.
const LONGEST: usize = 500_000;

/// The folder of the pages of functions and of their examples.
const FUNCTIONS: &str = "functions";

/// The pages of a provider, by their path below `docs`.
#[derive(Debug, Clone)]
pub struct Pages(BTreeMap<String, String>);

impl Pages {
    /// The pages of a provider whose examples lie in `examples`, as tfplugindocs names them:
    /// `provider/provider.tf`, `resources/NAME/resource.tf` with `import.sh`, `import-by-string-id.tf` and
    /// `import-by-identity.tf`, `data-sources/NAME/data-source.tf`, `ephemeral-resources/NAME/ephemeral-resource.tf`,
    /// `list-resources/NAME/list-resource.tfquery.hcl`, `actions/NAME/action.tf`, `functions/NAME/function.tf`.
    ///
    /// # Errors
    /// An example is missing or cannot be read; a page is longer than a registry shows.
    pub fn of<P: Provider>(examples: &Path) -> Result<Self, Error> {
        let examples = Examples(examples);
        let catalog = P::catalog();
        let mut pages = BTreeMap::new();
        let config = P::Config::schema(0);
        let example = examples.required("provider/provider.tf", P::NAME)?;
        let index = Page { kind: Kind::Provider, name: P::NAME, schema: &config, example: &example, imports: &[] };
        pages.insert("index.md".to_owned(), index.to_markdown());
        for (name, schema) in catalog.resource_schemas() {
            let imports = imports(&examples, name)?;
            let (path, text) = page::<P>(&examples, Kind::Resource, name, schema, &imports)?;
            pages.insert(path, text);
        }
        for (name, schema) in catalog.data_source_schemas() {
            let (path, text) = page::<P>(&examples, Kind::DataSource, name, schema, &[])?;
            pages.insert(path, text);
        }
        for (name, schema) in catalog.ephemeral_schemas() {
            let (path, text) = page::<P>(&examples, Kind::Ephemeral, name, schema, &[])?;
            pages.insert(path, text);
        }
        for (name, schema) in catalog.list_schemas() {
            let (path, text) = page::<P>(&examples, Kind::List, name, schema, &[])?;
            pages.insert(path, text);
        }
        for (name, schema) in catalog.action_schemas() {
            let (path, text) = page::<P>(&examples, Kind::Action, name, schema, &[])?;
            pages.insert(path, text);
        }
        for signature in catalog.function_signatures() {
            let name = signature.name;
            let example = examples.required(&format!("{FUNCTIONS}/{name}/function.tf"), name)?;
            let page = FunctionPage { signature, example: &example };
            pages.insert(format!("{FUNCTIONS}/{name}.md"), page.to_markdown());
        }
        match pages.iter().find(|(_, page)| page.len() > LONGEST) {
            Some((name, page)) => Err(Error::TooLong { page: name.clone(), bytes: page.len(), limit: LONGEST }),
            None => Ok(Self(pages)),
        }
    }

    /// Each page with its path below `docs`.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(path, page)| (path.as_str(), page.as_str()))
    }

    /// Writes the pages into the folder `docs`, and removes pages there of what the provider has no more.
    ///
    /// # Errors
    /// A file cannot be written or removed.
    pub fn write(&self, docs: &Path) -> Result<(), Error> {
        for (name, page) in &self.0 {
            let path = docs.join(name);
            let folder = path.parent().unwrap_or(docs);
            let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, page));
            written.map_err(|source| Error::Write { path, source })?;
        }
        for name in self.foreign(docs)? {
            let path = docs.join(name);
            std::fs::remove_file(&path).map_err(|source| Error::Write { path, source })?;
        }
        Ok(())
    }

    /// Holds the folder `docs` to be what [`Pages::write`] writes.
    ///
    /// # Errors
    /// A page is missing, is another, or is of something that the provider does not have.
    pub fn check(&self, docs: &Path) -> Result<(), Error> {
        let fresh = |name: &str, page: &str| std::fs::read_to_string(docs.join(name)).is_ok_and(|found| found == *page);
        let stale = self.iter().filter(|(name, page)| !fresh(name, page)).map(|(name, _)| name.to_owned());
        let pages: Vec<String> = stale.chain(self.foreign(docs)?).collect();
        if pages.is_empty() { Ok(()) } else { Err(Error::Stale { pages }) }
    }

    /// Pages in `docs` of what the provider does not have.
    fn foreign(&self, docs: &Path) -> Result<Vec<String>, Error> {
        let mut found = Vec::new();
        for folder in Kind::ALL.iter().filter_map(|kind| kind.folder()).chain([FUNCTIONS]) {
            let path = docs.join(folder);
            let Ok(entries) = std::fs::read_dir(&path) else { continue };
            for entry in entries {
                let entry = entry.map_err(|source| Error::Read { path: path.clone(), source })?;
                let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
                if !self.0.contains_key(&name) {
                    found.push(name);
                }
            }
        }
        found.sort();
        Ok(found)
    }
}

/// A page with its path.
fn page<P: Provider>(
    examples: &Examples<'_>,
    kind: Kind,
    name: &str,
    schema: &Schema,
    imports: &[Import],
) -> Result<(String, String), Error> {
    let folder = kind.folder().unwrap_or_default();
    let example = examples.required(&format!("{folder}/{name}/{}", kind.example()), name)?;
    let short = name.strip_prefix(P::NAME).and_then(|rest| rest.strip_prefix('_')).unwrap_or(name);
    let page = Page { kind, name, schema, example: &example, imports };
    Ok((format!("{folder}/{short}.md"), page.to_markdown()))
}

/// The examples of importing a resource that are there.
fn imports(examples: &Examples<'_>, name: &str) -> Result<Vec<Import>, Error> {
    let mut found = Vec::new();
    for (file, import) in [
        ("import-by-identity.tf", Import::Identity as fn(String) -> Import),
        ("import-by-string-id.tf", Import::Block),
        ("import.sh", Import::Command),
    ] {
        found.extend(examples.optional(&format!("resources/{name}/{file}"))?.map(import));
    }
    Ok(found)
}
