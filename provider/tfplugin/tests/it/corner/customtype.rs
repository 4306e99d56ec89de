//! Texts that have a meaning: JSON, addresses, blocks of addresses, times.

use std::net::IpAddr;

use serde_json::{Value as Json, json};
use tfplugin_rust::testing::{Step, Steps, state};
use tfplugin_rust::types::{Address, Cidr, JsonText, Timestamp};
use tfplugin_rust::{Call, Create, Diagnostics, Draft, Model, Resource, Update};

use super::Case;
use super::keeps::forgets;
use super::provider::Framework;

/// Texts that have a meaning.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct CustomType {
    /// JSON, however it is spelled.
    #[attr(optional)]
    json_normalized_attribute: Option<JsonText>,
    /// JSON as it is spelled.
    #[attr(optional, check("JSON", json))]
    json_exact_attribute: Option<String>,
    /// An address.
    #[attr(optional, check("an IPv4 address", version_4))]
    ip_v4_attribute: Option<Address>,
    /// A longer address.
    #[attr(optional, check("an IPv6 address", version_6))]
    ip_v6_attribute: Option<Address>,
    /// A block of addresses.
    #[attr(optional, check("a block of IPv4 addresses", block_4))]
    ip_v4_cidr_attribute: Option<Cidr>,
    /// A block of longer addresses.
    #[attr(optional, check("a block of IPv6 addresses", block_6))]
    ip_v6_cidr_attribute: Option<Cidr>,
    /// A time.
    #[attr(optional)]
    time_rfc3339_attribute: Option<Timestamp>,
}

fn json(text: &str) -> Result<(), String> {
    serde_json::from_str::<Json>(text).map(drop).map_err(|error| error.to_string())
}

fn version_4(address: &Address) -> Result<(), String> {
    if address.ip().is_ipv4() { Ok(()) } else { Err(format!("found {address}")) }
}

fn version_6(address: &Address) -> Result<(), String> {
    if address.ip().is_ipv6() { Ok(()) } else { Err(format!("found {address}")) }
}

fn block_4(block: &Cidr) -> Result<(), String> {
    if block.ip().is_ipv4() { Ok(()) } else { Err(format!("found {block}")) }
}

fn block_6(block: &Cidr) -> Result<(), String> {
    if block.ip().is_ipv6() { Ok(()) } else { Err(format!("found {block}")) }
}

pub(crate) struct CustomTypes;

impl Resource for CustomTypes {
    type Provider = Framework;
    type Model = CustomType;
    const NAME: &'static str = "framework_customtype";

    async fn create(&self, change: Create<CustomType>, _: &mut Call<Framework>) -> Result<CustomType, Diagnostics> {
        change.plan.settle()
    }

    /// Answers the longer address with all its digits.
    async fn read(&self, state: CustomType, _: &mut Call<Framework>) -> Result<Option<CustomType>, Diagnostics> {
        let long = state.ip_v6_attribute.as_ref().and_then(|address| match address.ip() {
            IpAddr::V6(ip) => Some(ip.segments().map(|part| format!("{part:04x}")).join(":")),
            IpAddr::V4(_) => None,
        });
        let long = long.as_deref().and_then(tfplugin_rust::types::Spelling::parse);
        Ok(Some(CustomType { ip_v6_attribute: long, ..state }))
    }

    async fn update(&self, change: Update<CustomType>, _: &mut Call<Framework>) -> Result<CustomType, Diagnostics> {
        change.plan.settle()
    }

    forgets!(CustomType);
}

const LONG: &str = "{\n\t\t  \"version\": 0,\n\t\t  \"block\": {\n\t\t\t\"attributes\": {\n\t\t\t  \"bool_attribute\": {\n\t\t\t\t\"type\": \
                    \"bool\",\n\t\t\t\t\"optional\": true\n\t\t\t  }\n\t\t\t}\n\t\t  }\n\t\t}\n";

pub(super) fn cases() -> Vec<Case> {
    let table: [(&str, &str, &str, &[&str]); 7] = [
        ("JSONNormalizedAttribute", "json_normalized_attribute", "JSON", &[LONG]),
        ("JSONExact", "json_exact_attribute", "JSON", &[LONG]),
        ("IPv4Attribute", "ip_v4_attribute", "address", &["192.0.2.146"]),
        ("IPv6Attribute", "ip_v6_attribute", "address", &["1050:0000:0000:0000:0005:0600:300c:326b", "ff06::c3"]),
        ("IPv4CIDRAttribute", "ip_v4_cidr_attribute", "block", &["192.0.2.146/24"]),
        ("IPv6CIDRAttribute", "ip_v6_cidr_attribute", "block", &["1050:0000:0000:0000:0005:0600:300c:326b/64"]),
        ("TimeRFC3339Attribute", "time_rfc3339_attribute", "time", &["1985-04-12T23:20:50.52Z"]),
    ];
    let cases = table.into_iter().map(|(kind, attribute, expected, texts)| {
        let body = |text: &str| json!({ "framework_customtype.test": { attribute: text } });
        let wrong = Step::fails(body("test value"), expected);
        let kept =
            |text: &&str| Step::apply(body(text)).holds(state("framework_customtype.test", attribute).equals(*text));
        let steps = std::iter::once(wrong).chain(texts.iter().map(kept));
        Case::new(format!("TestSchemaResource_CustomType{kind}"), Steps::<Framework>::new(steps))
    });
    cases.collect()
}
