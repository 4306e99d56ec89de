use serde_json::Value;

use super::LayerSpec;
use crate::Error;
use crate::arguments::Arguments;
use crate::builder::Builder;
use crate::graph::{Op, ValueId};
use crate::parameter::ParameterId;

/// An elementwise function.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Activation {
    /// `torch.nn.ReLU`: negative values become zero.
    Relu,
    /// `torch.nn.LeakyReLU`: negative values are multiplied by the slope.
    LeakyRelu {
        /// The slope.
        negative_slope: f64,
    },
    /// `torch.nn.PReLU`: negative values are multiplied by a learned slope.
    Prelu {
        /// `[1]`, or one per channel.
        slope: ParameterId,
    },
}

/// What the argument `act` asks for, before channels are known.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ActivationSpec {
    Relu,
    LeakyRelu { negative_slope: f64 },
    Prelu { slopes: usize },
}

impl ActivationSpec {
    pub(crate) fn parse(owner: &Arguments, value: &Value) -> Result<Option<Self>, Error> {
        let Some(LayerSpec { name, mut arguments }) = LayerSpec::parse(owner, "act", "Act", value)? else {
            return Ok(None);
        };
        let spec = match name.as_str() {
            "RELU" => {
                arguments.without_effect("inplace");
                Self::Relu
            }
            "LEAKYRELU" => {
                arguments.without_effect("inplace");
                Self::LeakyRelu { negative_slope: arguments.number_or("negative_slope", 0.01)? }
            }
            "PRELU" => {
                // The checkpoint replaces the initial slope.
                arguments.number_or("init", 0.25)?;
                Self::Prelu { slopes: arguments.count_or("num_parameters", 1)? }
            }
            _ => {
                return Err(Error::UnknownLayer { factory: "Act", name, supported: "RELU, LEAKYRELU, PRELU" });
            }
        };
        arguments.finish()?;
        Ok(Some(spec))
    }

    pub(crate) fn build(
        &self,
        builder: &mut Builder,
        name: &str,
        input: ValueId,
        channels: usize,
    ) -> Result<ValueId, Error> {
        let activation = match *self {
            Self::Relu => Activation::Relu,
            Self::LeakyRelu { negative_slope } => Activation::LeakyRelu { negative_slope },
            Self::Prelu { slopes } if slopes == 1 || slopes == channels => {
                Activation::Prelu { slope: builder.parameter(name, "weight", vec![slopes]) }
            }
            Self::Prelu { slopes } => {
                return Err(Error::InvalidArgument {
                    owner: format!("Act.PRELU at {name}"),
                    argument: "num_parameters".into(),
                    found: slopes.to_string(),
                    expected: format!("1 or the {channels} channels there"),
                });
            }
        };
        Ok(builder.node(name, Op::Activation(activation), &[input]))
    }
}
