use tfplugin_rust::{Call, Create, Diagnostics, Draft, Model, Resource, Update};

use crate::Bench;

/// An object with a large text.
#[derive(Debug, Clone, PartialEq, Model)]
pub(crate) struct Blob {
    /// Its id.
    #[attr(computed, keep_state)]
    id: String,
    /// Its name.
    #[attr(required)]
    name: String,
    /// Its text.
    #[attr(required)]
    value: String,
}

pub(crate) struct BlobResource;

impl Resource for BlobResource {
    type Provider = Bench;
    type Model = Blob;
    const NAME: &'static str = "bench_blob";

    async fn create(&self, change: Create<Blob>, _call: &mut Call<Bench>) -> Result<Blob, Diagnostics> {
        let id = format!("blob-{}", change.plan.name);
        BlobDraft { id: Some(id), ..change.plan }.settle()
    }

    async fn read(&self, state: BlobDraft, _call: &mut Call<Bench>) -> Result<Option<Blob>, Diagnostics> {
        state.settle().map(Some)
    }

    async fn update(&self, change: Update<Blob>, _call: &mut Call<Bench>) -> Result<Blob, Diagnostics> {
        change.plan.settle()
    }

    async fn delete(&self, _state: BlobDraft, _call: &mut Call<Bench>) -> Result<(), Diagnostics> {
        Ok(())
    }
}
