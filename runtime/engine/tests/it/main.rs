//! The engine against MONAI, by fixtures that only the scripts in `tests/parity` write.

mod bad_input;
mod batch;
mod beside;
mod bundles;
mod counter;
mod fixtures;
mod geometry;
mod inferer_cases;
mod inferers;
mod levels;
mod networks;
mod precision;
mod refusals;
mod threads;
mod zoo;
