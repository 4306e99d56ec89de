//! What `proto/` compiles to; `tests/generated.rs` writes it.
#![allow(missing_docs, unreachable_pub, clippy::all, clippy::pedantic)]

pub mod tfplugin6 {
    include!("generated/tfplugin6.rs");
}

impl From<Vec<u8>> for tfplugin6::DynamicValue {
    /// A value in MessagePack.
    fn from(msgpack: Vec<u8>) -> Self {
        Self { msgpack: msgpack.into(), json: Default::default() }
    }
}

pub mod plugin {
    include!("generated/plugin.rs");
}

pub mod health {
    include!("generated/grpc.health.v1.rs");
}
