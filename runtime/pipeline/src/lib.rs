//! A bundle as a checked, typed pipeline.
