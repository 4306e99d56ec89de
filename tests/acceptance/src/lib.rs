//! What a user sees: the provider and the runtime, driven by a real Terraform core. Each module is one promise and holds
//! its tests.

#![cfg(test)]

mod bad_input;
mod changes;
mod drift;
mod endpoint;
mod failures;
mod import;
mod kills;
mod lifecycle;
mod processes;
mod refusals;
