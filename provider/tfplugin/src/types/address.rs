//! Addresses of hosts.

use std::net::IpAddr;

use super::{Spelling, by_meaning};

/// An IPv4 or IPv6 address; `2001:DB8:0:0::1` is `2001:db8::1` (RFC 5952). An IPv4 address within IPv6 is not the same as
/// that address alone.
#[derive(Debug, Clone)]
pub struct Address {
    text: String,
    ip: IpAddr,
}

by_meaning!(Address, ip);

impl Address {
    /// The address.
    pub fn ip(&self) -> IpAddr {
        self.ip
    }
}

impl Spelling for Address {
    const EXPECTED: &'static str = "an IPv4 or IPv6 address such as `192.0.2.1` or `2001:db8::1`";

    fn parse(text: &str) -> Option<Self> {
        Some(Self { text: text.to_owned(), ip: text.parse().ok()? })
    }

    fn as_str(&self) -> &str {
        &self.text
    }

    fn canonical(&self) -> String {
        self.ip.to_string()
    }
}
