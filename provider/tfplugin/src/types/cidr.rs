//! Blocks of addresses.

use std::net::IpAddr;

use super::{Spelling, by_meaning};

/// An address with the length of its prefix, such as `10.0.0.0/8` (RFC 4632, RFC 4291). The address is spelled as an
/// [`Address`](super::Address) may be. Bits behind the prefix count: `10.0.0.1/8` is not `10.0.0.0/8`.
#[derive(Debug, Clone)]
pub struct Cidr {
    text: String,
    block: (IpAddr, u8),
}

by_meaning!(Cidr, block);

impl Cidr {
    /// The address, with the bits behind the prefix as they were written.
    pub fn ip(&self) -> IpAddr {
        self.block.0
    }

    /// Bits of the prefix.
    pub fn length(&self) -> u8 {
        self.block.1
    }

    /// Whether an address has this prefix.
    pub fn contains(&self, ip: IpAddr) -> bool {
        let length = u32::from(self.length());
        match (self.ip(), ip) {
            (IpAddr::V4(own), IpAddr::V4(ip)) => {
                (own.to_bits() ^ ip.to_bits()).checked_shr(32 - length).unwrap_or(0) == 0
            }
            (IpAddr::V6(own), IpAddr::V6(ip)) => {
                (own.to_bits() ^ ip.to_bits()).checked_shr(128 - length).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

impl Spelling for Cidr {
    const EXPECTED: &'static str = "a block of addresses such as `10.0.0.0/8` or `2001:db8::/32`";

    fn parse(text: &str) -> Option<Self> {
        let (ip, length) = text.split_once('/')?;
        let ip: IpAddr = ip.parse().ok()?;
        let plain = length.bytes().all(|byte| byte.is_ascii_digit()) && (length == "0" || !length.starts_with('0'));
        let length: u8 = length.parse().ok().filter(|_| plain)?;
        let most = if ip.is_ipv4() { 32 } else { 128 };
        (length <= most).then(|| Self { text: text.to_owned(), block: (ip, length) })
    }

    fn as_str(&self) -> &str {
        &self.text
    }

    fn canonical(&self) -> String {
        format!("{}/{}", self.ip(), self.length())
    }
}
