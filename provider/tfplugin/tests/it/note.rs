//! The example `note`, whose own tests run here as well.

#[path = "../../examples/note.rs"]
#[expect(dead_code, reason = "a test does not start it")]
mod example;
