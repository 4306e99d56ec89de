use tfplugin_rust::{Attr, Call, Create, Diagnostics, Model, Resource, Update};

use crate::Bench;

/// An object with a large text.
#[derive(Debug, Clone, Model)]
pub(crate) struct Blob {
    /// Its id.
    #[attr(computed, keep)]
    id: Attr<String>,
    /// Its name.
    #[attr(required)]
    name: Attr<String>,
    /// Its text.
    #[attr(required)]
    value: Attr<String>,
}

pub(crate) struct BlobResource;

impl Resource for BlobResource {
    type Provider = Bench;
    type Model = Blob;
    const NAME: &'static str = "bench_blob";

    async fn create(&self, change: Create<Blob>, _call: &mut Call<Bench>) -> Result<Blob, Diagnostics> {
        let id = format!("blob-{}", change.plan.name.known().map_or("", String::as_str));
        Ok(Blob { id: id.into(), ..change.plan })
    }

    async fn read(&self, state: Blob, _call: &mut Call<Bench>) -> Result<Option<Blob>, Diagnostics> {
        Ok(Some(state))
    }

    async fn update(&self, change: Update<Blob>, _call: &mut Call<Bench>) -> Result<Blob, Diagnostics> {
        Ok(change.plan)
    }

    async fn delete(&self, _state: Blob, _call: &mut Call<Bench>) -> Result<(), Diagnostics> {
        Ok(())
    }
}
