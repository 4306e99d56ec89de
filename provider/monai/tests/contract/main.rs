//! What users hold us to: the registry's pages, and the states that earlier releases left behind.

mod bundle;
mod pages;
mod states;
