//! What `proto/` compiles to; `tests/generated.rs` writes it.
#![allow(missing_docs, unreachable_pub, clippy::all, clippy::pedantic)]

use crate::value::{self, CodecError, Type, Value};

pub mod tfplugin6 {
    include!("generated/tfplugin6.rs");
}

impl From<Vec<u8>> for tfplugin6::DynamicValue {
    /// A value in MessagePack.
    fn from(msgpack: Vec<u8>) -> Self {
        Self { msgpack: msgpack.into(), json: Default::default() }
    }
}

impl tfplugin6::DynamicValue {
    /// The value of this type that it holds; null where it holds nothing.
    pub(crate) fn read(&self, ty: &Type) -> Result<Value, CodecError> {
        if !self.msgpack.is_empty() {
            value::decode(&self.msgpack, ty)
        } else if !self.json.is_empty() {
            value::json::decode(&self.json, ty, "the value")
        } else {
            Ok(Value::Null)
        }
    }
}

pub mod plugin {
    include!("generated/plugin.rs");
}

pub mod health {
    include!("generated/grpc.health.v1.rs");
}
