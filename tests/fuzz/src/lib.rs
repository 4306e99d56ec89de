//! Fuzzing on stable Rust: a reader is given a committed corpus, then mutations of it, and must neither panic nor take
//! more memory than its input allows; what it accepts must be consistent.
//!
//! A test binary that links this crate counts every allocation of the process, so it holds nothing but fuzzing.

mod corpus;
mod memory;
mod mutation;

pub use corpus::Corpus;
pub use memory::peak;
