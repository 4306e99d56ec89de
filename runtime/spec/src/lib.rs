//! The contract between the provider and the runtime.
