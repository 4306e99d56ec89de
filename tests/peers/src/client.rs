//! Terraform's side of a provider's connection: mutual TLS with a P-521 certificate, and the calls of a start.

use std::path::Path;
use std::sync::Arc;

use hyper_util::rt::TokioIo;
use rustls::client::ResolvesClientCert;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::sign::{CertifiedKey, Signer, SigningKey};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, SignatureAlgorithm, SignatureScheme};
use tfplugin_rust::generated::plugin::grpc_broker_client::GrpcBrokerClient;
use tfplugin_rust::generated::plugin::grpc_controller_client::GrpcControllerClient;
use tfplugin_rust::generated::plugin::grpc_stdio_client::GrpcStdioClient;
use tfplugin_rust::generated::plugin::{ConnInfo, Empty};
use tfplugin_rust::generated::tfplugin6::{get_provider_schema, provider_client::ProviderClient};
use tokio::net::UnixStream;
use tonic::transport::{Channel, Endpoint};

pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What the client shows: a certificate of the kind that Terraform makes, drawn once as it costs both sides the same.
pub(crate) struct Identity {
    /// For `PLUGIN_CLIENT_CERT`.
    pub(crate) pem: String,
    key: Arc<CertifiedKey>,
}

impl Identity {
    /// The certificate of the framework's own tests.
    pub(crate) fn read() -> Result<Self, Failure> {
        let folder = lab::root().join("provider/tfplugin/tests/certificates");
        let pem = std::fs::read_to_string(folder.join("client.pem"))?;
        let digits = std::fs::read_to_string(folder.join("client.scalar"))?;
        let digits = digits.trim();
        let bytes = (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16));
        let scalar = bytes.collect::<Result<Vec<u8>, _>>()?;
        let key = Key(Arc::new(p521::ecdsa::SigningKey::from_slice(&scalar)?));
        let certificate = CertificateDer::from_pem_slice(pem.as_bytes())?;
        Ok(Self { pem, key: Arc::new(CertifiedKey::new(vec![certificate], Arc::new(key))) })
    }
}

/// A connection with the streams open that Terraform opens.
pub(crate) struct Client {
    channel: Channel,
}

impl Client {
    /// Connects to a provider that announced `certificate`.
    pub(crate) async fn connect(socket: &Path, certificate: Vec<u8>, identity: &Identity) -> Result<Self, Failure> {
        let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Announced { certificate: certificate.into() }))
            .with_client_cert_resolver(Arc::new(Shown(Arc::clone(&identity.key))));
        config.alpn_protocols = vec![b"h2".to_vec()];
        let stream = UnixStream::connect(socket).await?;
        let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
        let stream = connector.connect(ServerName::try_from("localhost")?, stream).await?;
        let mut stream = Some(TokioIo::new(stream));
        let connect = tower::service_fn(move |_| {
            let stream = stream.take().ok_or_else(|| std::io::Error::other("the only connection is used up"));
            async move { stream }
        });
        let channel = Endpoint::from_static("http://localhost").connect_with_connector(connect).await?;
        let (mut stdio, mut broker) = (GrpcStdioClient::new(channel.clone()), GrpcBrokerClient::new(channel.clone()));
        tokio::spawn(async move { drain(stdio.stream_stdio(()).await).await });
        let nothing = tokio_stream::pending::<ConnInfo>();
        tokio::spawn(async move { drain(broker.start_stream(nothing).await).await });
        Ok(Self { channel })
    }

    pub(crate) async fn schema(&self) -> Result<get_provider_schema::Response, Failure> {
        // Go's default for a client is 4 MiB, Terraform's is 256 MiB.
        let mut client = ProviderClient::new(self.channel.clone()).max_decoding_message_size(256 << 20);
        Ok(client.get_provider_schema(get_provider_schema::Request {}).await?.into_inner())
    }

    /// Asks the provider to end. Its end may cut the answer off; Terraform does not look at it either.
    pub(crate) async fn shutdown(self) {
        let _ = GrpcControllerClient::new(self.channel).shutdown(Empty {}).await;
    }
}

/// Reads a stream to its end, which is the provider's end.
async fn drain<T>(opened: Result<tonic::Response<tonic::Streaming<T>>, tonic::Status>) {
    if let Ok(response) = opened {
        let mut stream = response.into_inner();
        while let Ok(Some(_)) = stream.message().await {}
    }
}

/// Accepts the announced certificate. The signature under it is not checked: that is the client's work, and for the P-521
/// of the Go peer it would cost more here than it costs Terraform, to the peer's disadvantage.
#[derive(Debug)]
struct Announced {
    certificate: CertificateDer<'static>,
}

impl ServerCertVerifier for Announced {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if *shown == self.certificate {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ECDSA_NISTP256_SHA256, SignatureScheme::ECDSA_NISTP521_SHA512]
    }
}

#[derive(Debug)]
struct Shown(Arc<CertifiedKey>);

impl ResolvesClientCert for Shown {
    fn resolve(&self, _: &[&[u8]], schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        schemes.contains(&SignatureScheme::ECDSA_NISTP521_SHA512).then(|| Arc::clone(&self.0))
    }

    fn has_certs(&self) -> bool {
        true
    }
}

#[derive(Clone)]
struct Key(Arc<p521::ecdsa::SigningKey>);

impl std::fmt::Debug for Key {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Key")
    }
}

impl SigningKey for Key {
    fn choose_scheme(&self, _: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        Some(Box::new(self.clone()))
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::ECDSA
    }
}

impl Signer for Key {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rustls::Error> {
        let signature: p521::ecdsa::Signature = p521::ecdsa::signature::Signer::sign(self.0.as_ref(), message);
        Ok(signature.to_der().as_bytes().to_vec())
    }

    fn scheme(&self) -> SignatureScheme {
        SignatureScheme::ECDSA_NISTP521_SHA512
    }
}
