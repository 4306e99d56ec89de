//! Platform local: the document that the supervisor reads.

use std::path::Path;

use monai_spec::supervision::{Artifact, Desired, Restart, VERSION};

use crate::{Endpoint, Error};

/// The document that brings `endpoint` about on the machine `host`, with the copies of runtime and bundle at the given
/// places. An address that other machines reach is refused.
pub fn desired(
    endpoint: &Endpoint,
    generation: u64,
    host: &str,
    runtime: &Path,
    bundle: &Path,
) -> Result<Desired, Error> {
    let artifact = |digest: &monai_spec::Digest, path: &Path| Artifact {
        digest: digest.clone(),
        path: path.to_string_lossy().into_owned(),
    };
    let desired = Desired {
        version: VERSION,
        generation,
        name: endpoint.name.to_string(),
        host: host.to_owned(),
        runtime: artifact(&endpoint.runtime.digest, runtime),
        bundle: artifact(&endpoint.bundle.digest, bundle),
        settings: endpoint.settings.clone(),
        restart: Restart::DEFAULT,
    };
    desired.check().map_err(Error::Settings)?;
    Ok(desired)
}

/// Whether two documents want the same, whatever their generations.
pub fn want_the_same(left: &Desired, right: &Desired) -> bool {
    *left == Desired { generation: left.generation, ..right.clone() }
}
