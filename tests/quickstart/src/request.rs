//! Sends the test subject to the endpoint.

use crate::Error;
use crate::place::read;

/// The Colin27 brain, which the model has never seen.
pub(crate) const SUBJECT: &str = "tests/fixtures/brain_tissue/ch2bet.nii.gz";

/// Asks for the label map of the subject: a gzipped NIfTI image.
pub(crate) fn predict(url: &str, key: &str) -> Result<Vec<u8>, Error> {
    let url = format!("{url}/v1/predict");
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let mut response = agent
        .post(&url)
        .header("Authorization", &format!("Bearer {key}"))
        .header("Content-Type", "application/x-nifti")
        .header("Accept", "application/x-nifti")
        .send(&read(SUBJECT)?[..])
        .map_err(|source| Error::Ask { url: url.clone(), source: Box::new(source) })?;
    let status = response.status().as_u16();
    let body = response.body_mut().with_config().limit(256 << 20).read_to_vec();
    let body = body.map_err(|source| Error::Ask { url: url.clone(), source: Box::new(source) })?;
    if status == 200 {
        Ok(body)
    } else {
        Err(Error::Refused { url, status, body: String::from_utf8_lossy(&body).into_owned() })
    }
}
