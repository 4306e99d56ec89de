//! A port of this machine.

use std::net::{Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;

use tokio::net::TcpListener;

use super::{Bound, Listener, Place};
use crate::server::ServeError;

/// Binds the first free port of 127.0.0.1 from `PLUGIN_MIN_PORT` to `PLUGIN_MAX_PORT`; any where neither is set.
pub(super) async fn bind() -> Result<Bound, ServeError> {
    let ports = ports(|name| std::env::var(name).ok())?;
    let (first, last) = (*ports.start(), *ports.end());
    let mut refused = None;
    for port in ports {
        match TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await {
            Ok(listener) => {
                let address = listener.local_addr().map_err(|source| ServeError::Start { source })?.to_string();
                let place = Place { network: "tcp", address };
                return Ok(Bound { listener: Listener::Tcp(listener), place, file: None });
            }
            Err(source) => refused = Some(source),
        }
    }
    let source = refused.unwrap_or_else(|| std::io::ErrorKind::AddrNotAvailable.into());
    Err(ServeError::Listen { place: format!("127.0.0.1, ports {first} to {last}"), source })
}

/// The ports that the variables allow. Port 0 is any free one.
fn ports(variable: impl Fn(&str) -> Option<String>) -> Result<RangeInclusive<u16>, ServeError> {
    let port = |name: &'static str| {
        let text = variable(name).filter(|text| !text.is_empty());
        text.map_or(Ok(0), |text| text.parse().map_err(|_| ServeError::Port { name, found: text }))
    };
    let (least, most) = (port("PLUGIN_MIN_PORT")?, port("PLUGIN_MAX_PORT")?);
    if least > most { Err(ServeError::Ports { least, most }) } else { Ok(least..=most) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(least: &str, most: &str, expected: Result<RangeInclusive<u16>, &str>) {
        let found = ports(|name| Some(if name == "PLUGIN_MIN_PORT" { least } else { most }.to_owned()));
        match (found, expected) {
            (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{least} to {most}"),
            (Err(error), Err(words)) => assert!(error.to_string().contains(words), "{error}"),
            (found, expected) => panic!("{least} to {most}: found {found:?}, expected {expected:?}"),
        }
    }

    #[test]
    fn ports_are_those_that_terraform_allows() {
        check("", "", Ok(0..=0));
        check("10000", "25000", Ok(10000..=25000));
        check("7", "7", Ok(7..=7));
        check("", "9", Ok(0..=9));
        check("8", "", Err("PLUGIN_MIN_PORT is 8, above PLUGIN_MAX_PORT, which is 0"));
        check("70000", "9", Err("PLUGIN_MIN_PORT is `70000`, expected a port from 0 to 65535"));
        check("1", "x", Err("PLUGIN_MAX_PORT is `x`"));
    }
}
