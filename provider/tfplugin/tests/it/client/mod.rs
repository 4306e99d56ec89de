//! Terraform's side of a connection, with a certificate of the kind that Terraform makes.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use hyper_util::rt::TokioIo;
use rustls::client::ResolvesClientCert;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::sign::{CertifiedKey, Signer, SigningKey};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureAlgorithm, SignatureScheme};
use tfplugin_rust::generated::health::{HealthCheckRequest, health_client::HealthClient};
use tfplugin_rust::generated::plugin::{Empty, grpc_controller_client::GrpcControllerClient};
use tfplugin_rust::generated::tfplugin6::{get_provider_schema, provider_client::ProviderClient};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::client::TlsStream;
use tonic::transport::{Channel, Endpoint};

type Failure = Box<dyn Error + Send + Sync>;

/// A certificate and the key that is said to belong to it. Made by `openssl ecparam -name secp521r1 -genkey` and
/// `openssl req -new -x509 -sha512 -days 10950`, for these tests only.
pub(crate) struct Shown {
    pub(crate) pem: String,
    pub(crate) scalar: Vec<u8>,
}

impl Shown {
    pub(crate) fn read(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/certificates");
        let text = |ending: &str| std::fs::read_to_string(folder.join(format!("{name}.{ending}"))).expect("a fixture");
        let digits = text("scalar");
        let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).expect("hex");
        Self { pem: text("pem"), scalar: (0..132).step_by(2).map(byte).collect() }
    }
}

/// Where a provider listens, as it said.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Socket {
    /// `unix` or `tcp`.
    pub(crate) network: String,
    pub(crate) address: String,
}

/// A connection's two directions.
pub(crate) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Duplex for S {}

impl Socket {
    async fn connect(&self) -> std::io::Result<Box<dyn Duplex>> {
        Ok(match self.network.as_str() {
            "tcp" => Box::new(TcpStream::connect(&self.address).await?),
            _ => Box::new(UnixStream::connect(&self.address).await?),
        })
    }
}

/// What the provider answered.
pub(crate) struct Answers {
    pub(crate) resources: Vec<String>,
    pub(crate) serving: bool,
}

/// Connects and reads what the provider says first: its settings, or the alert by which it refuses the client.
pub(crate) async fn first_words(socket: &Socket, certificate: &[u8], shown: Option<Shown>) -> Result<usize, Failure> {
    let mut stream = secured(socket, certificate, shown).await?;
    let mut words = [0; 64];
    Ok(tokio::io::AsyncReadExt::read(&mut stream, &mut words).await?)
}

/// Connects, trusting only `certificate`, asks for schema and health, and ends the provider.
pub(crate) async fn exchange(socket: &Socket, certificate: &[u8], shown: Option<Shown>) -> Result<Answers, Failure> {
    ask(channel(secured(socket, certificate, shown).await?).await?).await
}

async fn secured(
    socket: &Socket,
    certificate: &[u8],
    shown: Option<Shown>,
) -> Result<TlsStream<Box<dyn Duplex>>, Failure> {
    let provider = Arc::new(ring::default_provider());
    let verifier = Arc::new(Expected { certificate: certificate.to_vec().into() });
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let mut config = match shown {
        Some(shown) => builder.with_client_cert_resolver(Arc::new(Resolver::new(&shown)?)),
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    let stream = socket.connect().await?;
    let name = ServerName::try_from("localhost")?;
    Ok(tokio_rustls::TlsConnector::from(Arc::new(config)).connect(name, stream).await?)
}

/// The same without TLS.
pub(crate) async fn exchange_plainly(socket: &Socket) -> Result<Answers, Failure> {
    ask(connect_plainly(socket).await?).await
}

/// The same without TLS and without ending the provider.
pub(crate) async fn look(socket: &Socket) -> Result<Answers, Failure> {
    answers(&connect_plainly(socket).await?).await
}

/// A connection without TLS.
pub(crate) async fn connect_plainly(socket: &Socket) -> Result<Channel, Failure> {
    channel(socket.connect().await?).await
}

/// Ends the provider.
pub(crate) async fn shut_down(channel: Channel) {
    // The answer may be cut off by the provider's end; Terraform does not look at it either.
    let _ = GrpcControllerClient::new(channel).shutdown(Empty {}).await;
}

async fn channel<S>(stream: S) -> Result<Channel, Failure>
where
    S: Duplex + 'static,
{
    let mut stream = Some(TokioIo::new(stream));
    let connect = tower::service_fn(move |_| {
        let stream = stream.take().ok_or_else(|| std::io::Error::other("the only connection is used up"));
        async move { stream }
    });
    Ok(Endpoint::from_static("http://localhost").connect_with_connector(connect).await?)
}

async fn ask(channel: Channel) -> Result<Answers, Failure> {
    let answers = answers(&channel).await?;
    shut_down(channel).await;
    Ok(answers)
}

async fn answers(channel: &Channel) -> Result<Answers, Failure> {
    let schema =
        ProviderClient::new(channel.clone()).get_provider_schema(get_provider_schema::Request {}).await?.into_inner();
    let health = HealthCheckRequest { service: "plugin".to_owned() };
    let health = HealthClient::new(channel.clone()).check(health).await?.into_inner();
    Ok(Answers { resources: schema.resource_schemas.into_keys().collect(), serving: health.status == 1 })
}

#[derive(Debug)]
struct Expected {
    certificate: CertificateDer<'static>,
}

impl ServerCertVerifier for Expected {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        assert_eq!(*shown, self.certificate, "the line announces the certificate that is shown");
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(
            message,
            certificate,
            signature,
            &ring::default_provider().signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(
            message,
            certificate,
            signature,
            &ring::default_provider().signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        ring::default_provider().signature_verification_algorithms.supported_schemes()
    }
}

#[derive(Debug)]
struct Resolver(Arc<CertifiedKey>);

impl Resolver {
    fn new(shown: &Shown) -> Result<Self, Failure> {
        let certificate = CertificateDer::from_pem_slice(shown.pem.as_bytes())?;
        let key = Key(Arc::new(p521::ecdsa::SigningKey::from_slice(&shown.scalar)?));
        Ok(Self(Arc::new(CertifiedKey::new(vec![certificate], Arc::new(key)))))
    }
}

impl ResolvesClientCert for Resolver {
    fn resolve(&self, _: &[&[u8]], schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        schemes.contains(&SignatureScheme::ECDSA_NISTP521_SHA512).then(|| self.0.clone())
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
