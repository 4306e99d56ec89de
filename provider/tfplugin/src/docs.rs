//! A provider's pages in a registry, from its schemas, its documentation comments and its examples.
//!
//! A test of the provider holds the pages of its repository fresh:
//!
//! ```no_run
//! # use tfplugin_rust::docs::{Error, Pages};
//! # fn pages<P: tfplugin_rust::Provider>() -> Result<(), Error> {
//! let pages = Pages::of::<P>("examples".as_ref())?;
//! if std::env::var_os("BLESS").is_some() {
//!     pages.write("docs".as_ref())?;
//! }
//! pages.check("docs".as_ref())
//! # }
//! ```

mod error;
mod examples;
mod generate;

pub use error::Error;
pub use generate::Pages;
