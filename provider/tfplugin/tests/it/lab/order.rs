//! The resource `lab_order`: choices, and attributes that are set together or not.

use tfplugin_rust::{Call, Choice, Create, Diagnostics, Model, Resource, Set, Update};

use super::thing::Lab;

/// An order.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
#[attr(exactly_one_of("email", "phone", "shop"), together("card", "code"))]
#[attr(needs("gift", "card"), at_most_one_of("coupon", "gift"))]
pub(crate) struct Order {
    /// How fast it is sent.
    #[attr(default = Speed::Slow)]
    speed: Speed,
    /// Other speeds that will do.
    #[attr(optional)]
    others: Option<Set<Speed>>,
    /// Whom to write to.
    #[attr(optional)]
    email: Option<String>,
    /// Whom to call.
    #[attr(optional)]
    phone: Option<String>,
    /// Where it is fetched.
    #[attr(block)]
    shop: Vec<Shop>,
    /// The card that pays.
    #[attr(optional, sensitive)]
    card: Option<String>,
    /// The card's code.
    #[attr(optional, sensitive)]
    code: Option<String>,
    /// For whom it is a gift.
    #[attr(optional)]
    gift: Option<String>,
    /// A coupon.
    #[attr(optional)]
    coupon: Option<String>,
}

/// How fast.
#[derive(Debug, Clone, PartialEq, Eq, Choice)]
pub(crate) enum Speed {
    /// Whenever there is room.
    Slow,
    /// On the next day.
    NextDay,
    /// At once.
    #[attr(name = "now!")]
    Now,
}

/// A shop.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given, at_least_one_of("street", "town"))]
pub(crate) struct Shop {
    /// Its street.
    #[attr(optional)]
    street: Option<String>,
    /// Its town.
    #[attr(optional)]
    town: Option<String>,
}

pub(crate) struct Orders;

impl Resource for Orders {
    type Provider = Lab;
    type Model = Order;
    const NAME: &'static str = "lab_order";

    async fn create(&self, change: Create<Order>, _: &mut Call<Lab>) -> Result<Order, Diagnostics> {
        Ok(change.plan)
    }

    async fn read(&self, state: Order, _: &mut Call<Lab>) -> Result<Option<Order>, Diagnostics> {
        Ok(Some(state))
    }

    async fn update(&self, change: Update<Order>, _: &mut Call<Lab>) -> Result<Order, Diagnostics> {
        Ok(change.plan)
    }

    async fn delete(&self, _: Order, _: &mut Call<Lab>) -> Result<(), Diagnostics> {
        Ok(())
    }
}
