//! The project's own rules. Each module is one rule and holds its tests.

#![cfg(test)]

mod edges;
mod layout;
mod sources;
