//! The command line of the runtime: one file per command.

mod arguments;
pub mod check;
pub mod devices;
mod error;
pub mod evaluate;
mod file_part;
mod inference;
pub mod inspect;
mod model_card;
mod print;
pub mod run;
mod scores;
pub mod serve;
mod session;
mod settings;
pub mod supervise;

pub use error::Error;
pub use inference::load;
pub use model_card::model_card;
