//! Numbers of 32 and 64 bits, written with more digits than these hold: the provider answers fewer.

use serde_json::json;
use tfplugin_rust::Model;
use tfplugin_rust::testing::{Action, Step, Steps, state};

use super::Case;
use super::keeps::keeps;
use super::provider::Framework;

/// A number of 32 bits.
#[derive(Debug, Clone, PartialEq, Model)]
pub(crate) struct Narrow {
    /// The number.
    #[attr(optional, computed)]
    float32_attribute: Option<f32>,
}

/// A number of 64 bits.
#[derive(Debug, Clone, PartialEq, Model)]
pub(crate) struct Wide {
    /// The number.
    #[attr(optional, computed)]
    float64_attribute: Option<f64>,
}

keeps!(Float32: Narrow, "framework_float32_precision");
keeps!(Float64: Wide, "framework_float64_precision");

/// What Terraform makes of `1 - 0.99` and of `1 - 0.98`.
const HUNDREDTH: &str = "0.010000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000003";
const TWO_HUNDREDTHS: &str = "0.020000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000006";

/// The greatest number of 32 bits with all its digits, and with as many as 64 bits hold.
const GREATEST: &str = "340282346638528859811704183484516925440";
const GREATEST_SHORT: &str = "340282346638528860000000000000000000000";

pub(super) fn cases() -> Vec<Case> {
    let of = |width: &str| {
        let (address, attribute) =
            (format!("framework_float{width}_precision.test"), format!("float{width}_attribute"));
        let body = |text: &str| json!({ &address: { &attribute: text } });
        let stored = |text: &str, kept: &str| Step::apply(body(text)).holds(state(&address, &attribute).equals(kept));
        let unchanged = |text: &str, kept: &str| stored(text, kept).plans(&address, Action::NoOp);
        let case = |name: &str, steps: Vec<Step>| {
            Case::new(format!("TestSchemaResource_Float{width}Attribute_{name}"), Steps::<Framework>::new(steps))
        };
        [
            case("Precision", vec![stored(HUNDREDTH, HUNDREDTH), stored(TWO_HUNDREDTHS, TWO_HUNDREDTHS)]),
            case("Precision_Plan", vec![stored("0.01", "0.01"), unchanged(HUNDREDTH, "0.01")]),
            case(
                "Precision_MaxFloat32_TF1_9",
                vec![
                    stored(GREATEST, GREATEST),
                    unchanged("3.40282346638528859811704183484516925440e+38", GREATEST),
                    unchanged(GREATEST_SHORT, GREATEST),
                    Step::destroy(),
                    stored(GREATEST_SHORT, GREATEST_SHORT),
                    unchanged("3.4028234663852886e+38", GREATEST_SHORT),
                    unchanged("3.40282346638528859811704183484516925440e+38", GREATEST_SHORT),
                ],
            ),
        ]
    };
    ["32", "64"].into_iter().flat_map(of).collect()
}
