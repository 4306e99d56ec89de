//! The protocol: values on the wire, calls in process, a provider as a process.

mod client;
mod codec;
mod faults;
mod generated;
mod lab;
mod lifecycle;
mod plan;
mod process;
mod schema;
