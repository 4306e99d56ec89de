//! The protocol: values on the wire, calls in process, a provider as a process.

mod actions;
mod client;
mod codec;
mod corner;
mod docs;
mod dumps;
mod endings;
mod ephemeral;
mod faults;
mod functions;
mod generated;
mod hostile;
mod identity;
mod lab;
mod lifecycle;
mod logs;
mod plan;
mod plugin;
mod process;
mod relations;
mod schema;
mod semantic;
mod steps;
mod terraform;
mod wide;
mod words;
