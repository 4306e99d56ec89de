//! What `proto/` compiles to; `tests/generated.rs` writes it.
#![allow(missing_docs, unreachable_pub, clippy::all, clippy::pedantic)]

pub mod tfplugin6 {
    include!("generated/tfplugin6.rs");
}

pub mod plugin {
    include!("generated/plugin.rs");
}

pub mod health {
    include!("generated/grpc.health.v1.rs");
}
