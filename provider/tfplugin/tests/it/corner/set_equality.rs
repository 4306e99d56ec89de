//! Sets of addresses, which the provider answers in another order and spelling.

use serde_json::{Value as Json, json};
use tfplugin_rust::testing::{Action, Step, Steps, state};
use tfplugin_rust::types::{Address, Spelling};
use tfplugin_rust::{Call, Create, Diagnostics, Model, Resource, Set, Update};

use super::Case;
use super::keeps::forgets;
use super::provider::Framework;

/// Sets of addresses.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct Sets {
    /// Addresses.
    #[attr(required)]
    set_of_ipv6: Set<Address>,
    /// Addresses in objects.
    #[attr(required)]
    set_nested_attribute: Set<Host>,
    /// Addresses in blocks.
    #[attr(block(1, 0))]
    set_nested_block: Set<Host>,
}

/// An address.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct Host {
    /// The address.
    #[attr(required)]
    ipv6: Address,
}

fn address(text: &str) -> Address {
    Address::parse(text).expect("an address")
}

fn hosts<const N: usize>(texts: [&str; N]) -> Set<Host> {
    Set(texts.map(|text| Host { ipv6: address(text) }).into())
}

/// What the far side says, in its own order and spelling.
fn answer() -> Sets {
    let set = ["2001:DB8::8:800:200C:417A", "::FFFF:192.168.255.255", "::", "::101"];
    Sets {
        set_of_ipv6: Set(set.map(address).into()),
        set_nested_attribute: hosts(["2001:1:2:3:4:5:6:7", "2041:0000:140F::875B:131B"]),
        set_nested_block: hosts(["::FFFF:192.168.255.255", "FF01::", "2001:DB8::8:800:200C:417A"]),
    }
}

pub(crate) struct Addresses;

impl Resource for Addresses {
    type Provider = Framework;
    type Model = Sets;
    const NAME: &'static str = "framework_set_semantic_equality";

    async fn create(&self, _: Create<Sets>, _: &mut Call<Framework>) -> Result<Sets, Diagnostics> {
        Ok(answer())
    }

    async fn read(&self, _: Sets, _: &mut Call<Framework>) -> Result<Option<Sets>, Diagnostics> {
        Ok(Some(answer()))
    }

    async fn update(&self, _: Update<Sets>, _: &mut Call<Framework>) -> Result<Sets, Diagnostics> {
        Ok(answer())
    }

    forgets!(Sets);
}

const ADDRESS: &str = "framework_set_semantic_equality.test";

fn body<const N: usize, const M: usize, const K: usize>(set: [&str; N], nested: [&str; M], blocks: [&str; K]) -> Json {
    let nested = nested.map(|text| json!({ "ipv6": text })).to_vec();
    let blocks = blocks.map(|text| json!({ "ipv6": text })).to_vec();
    json!({ ADDRESS: { "set_of_ipv6": set.to_vec(), "set_nested_attribute": nested, "set_nested_block": blocks } })
}

pub(super) fn cases() -> Vec<Case> {
    let first = body(
        [
            "0:0:0:0:0:0:0:0",
            "2001:0DB8:0000:0000:0008:0800:200C:417A",
            "0:0:0:0:0:0:0:101",
            "0:0:0:0:0:FFFF:192.168.255.255",
        ],
        ["2041:0000:140F:0000:0000:0000:875B:131B", "2001:0001:0002:0003:0004:0005:0006:0007"],
        ["FF01:0:0:0:0:0:0:0", "2001:db8::8:800:200c:417a", "0:0:0:0:0:FFFF:192.168.255.255"],
    );
    let reordered = body(
        [
            "0:0:0:0:0:FFFF:192.168.255.255",
            "0:0:0:0:0:0:0:0",
            "2001:0DB8:0000:0000:0008:0800:200C:417A",
            "0:0:0:0:0:0:0:101",
        ],
        ["2001:0001:0002:0003:0004:0005:0006:0007", "2041:0000:140F:0000:0000:0000:875B:131B"],
        ["0:0:0:0:0:FFFF:192.168.255.255", "FF01:0:0:0:0:0:0:0", "2001:db8::8:800:200c:417a"],
    );
    let respelled = body(
        ["0:0:0:0:0:FFFF:192.168.255.255", "::", "2001:0DB8:0000:0000:0008:0800:200C:417A", "0:0:0:0:0:0:0:101"],
        ["2001:1:2:3:4:5:6:7", "2041:0000:140F:0000:0000:0000:875B:131B"],
        ["0:0:0:0:0:FFFF:192.168.255.255", "FF01::", "2001:db8::8:800:200c:417a"],
    );
    let kept = first[ADDRESS]["set_of_ipv6"].clone();
    vec![Case::new(
        "TestSetSemanticEqualityResource",
        Steps::<Framework>::new([
            Step::apply(first).holds(state(ADDRESS, "set_of_ipv6").equals(kept.clone())),
            Step::apply(reordered).plans(ADDRESS, Action::NoOp),
            Step::apply(respelled).plans(ADDRESS, Action::NoOp).holds(state(ADDRESS, "set_of_ipv6").equals(kept)),
        ]),
    )]
}
