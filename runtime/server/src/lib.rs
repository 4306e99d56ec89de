//! The HTTP server of the runtime.
