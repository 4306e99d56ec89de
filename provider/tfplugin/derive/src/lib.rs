//! Derives a Terraform schema from a Rust struct.
