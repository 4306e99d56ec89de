//! Mutual TLS between Terraform and this process: each side shows the certificate that the other was told to expect.
//!
//! Terraform's certificate is ECDSA P-521, which ring does not verify; the crate `p521` does. No other key is accepted, so
//! a client that changes its kind of key is refused, not trusted.

use std::sync::Arc;

use p521::ecdsa::signature::Verifier;
use p521::ecdsa::{DerSignature, Signature, VerifyingKey};
use rcgen::{BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose};
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{
    AlgorithmIdentifier, CertificateDer, InvalidSignature, PrivateKeyDer, PrivatePkcs8KeyDer,
    SignatureVerificationAlgorithm, UnixTime, alg_id,
};
use rustls::server::NoServerSessionStorage;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme};

use super::ServeError;

/// Our side of the connection.
pub(super) struct Identity {
    /// Our certificate, DER.
    pub(super) certificate: Vec<u8>,
    /// How connections are accepted.
    pub(super) config: Arc<ServerConfig>,
}

/// Makes a key and a certificate for this process, and accepts only the client with this certificate.
pub(super) fn identity(client_pem: &str) -> Result<Identity, ServeError> {
    let failed = |what: &str, error: &dyn std::fmt::Display| ServeError::Tls { reason: format!("{what}: {error}") };
    let expected = CertificateDer::from_pem_slice(client_pem.as_bytes())
        .map_err(|error| failed("PLUGIN_CLIENT_CERT is no certificate in PEM", &error))?;
    let key =
        KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).map_err(|error| failed("no key was made", &error))?;
    let certificate = own_certificate(&key).map_err(|error| failed("no certificate was made", &error))?;
    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| failed("no TLS version is usable", &error))?
        .with_client_cert_verifier(Arc::new(Pinned { expected }))
        .with_single_cert(vec![certificate.clone()], private)
        .map_err(|error| failed("our certificate is not usable", &error))?;
    config.alpn_protocols = vec![b"h2".to_vec()];
    config.send_tls13_tickets = 0;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    Ok(Identity { certificate: certificate.to_vec(), config: Arc::new(config) })
}

/// A certificate that Go's client takes as its only root: its own issuer, for `localhost`.
fn own_certificate(key: &KeyPair) -> Result<CertificateDer<'static>, rcgen::Error> {
    let mut wanted = CertificateParams::new(vec!["localhost".to_owned()])?;
    wanted.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    wanted.distinguished_name.push(DnType::CommonName, "localhost");
    wanted.key_usages =
        vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyAgreement, KeyUsagePurpose::KeyCertSign];
    wanted.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    Ok(wanted.self_signed(key)?.der().clone())
}

/// Accepts one certificate, byte for byte, from whoever proves to have its key.
#[derive(Debug)]
struct Pinned {
    expected: CertificateDer<'static>,
}

impl ClientCertVerifier for Pinned {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        shown: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        if *shown == self.expected && intermediates.is_empty() {
            Ok(ClientCertVerified::assertion())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &ACCEPTED)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &ACCEPTED)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        ACCEPTED.supported_schemes()
    }
}

static ACCEPTED: WebPkiSupportedAlgorithms = WebPkiSupportedAlgorithms {
    all: &[&EcdsaP521Sha512],
    mapping: &[(SignatureScheme::ECDSA_NISTP521_SHA512, &[&EcdsaP521Sha512])],
};

/// ECDSA on P-521 with SHA-512.
#[derive(Debug)]
struct EcdsaP521Sha512;

impl SignatureVerificationAlgorithm for EcdsaP521Sha512 {
    fn verify_signature(&self, key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        let key = VerifyingKey::from_sec1_bytes(key).map_err(|_| InvalidSignature)?;
        let signature =
            DerSignature::from_bytes(signature).and_then(Signature::try_from).map_err(|_| InvalidSignature)?;
        key.verify(message, &signature).map_err(|_| InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::ECDSA_P521
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::ECDSA_SHA512
    }
}
