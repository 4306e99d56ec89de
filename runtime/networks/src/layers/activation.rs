use serde_json::Value;

use super::LayerSpec;
use crate::Error;
use crate::arguments::Arguments;
use crate::builder::Builder;
use crate::graph::ValueId;
use crate::op::Op;
use crate::parameter::ParameterId;

/// An elementwise function.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Activation {
    /// `torch.nn.ReLU`: negative values become zero.
    Relu,
    /// `torch.nn.ReLU6`: what lies outside of 0 to 6 becomes the nearer end.
    Relu6,
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
    /// `scale * (x or alpha * (exp(x / steepness) - 1) where x is negative)`: `torch.nn.ELU`, `SELU`, `CELU`.
    Elu {
        /// How far below zero it goes.
        alpha: f64,
        /// Divides negative values.
        steepness: f64,
        /// Multiplies the result.
        scale: f64,
    },
    /// `torch.nn.GELU`.
    Gelu {
        /// Whether the approximation by `tanh` is meant, else the error function.
        tanh: bool,
    },
    /// `torch.nn.Sigmoid`.
    Sigmoid,
    /// `torch.nn.Tanh`.
    Tanh,
    /// `monai.networks.blocks.Swish`: `x * sigmoid(alpha * x)`; `MemoryEfficientSwish` with 1.
    Swish {
        /// The factor.
        alpha: f64,
    },
    /// `monai.networks.blocks.Mish`: `x * tanh(ln(1 + exp(x)))`.
    Mish,
}

/// What the argument `act` asks for, before channels are known.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ActivationSpec {
    Fixed(Activation),
    Prelu { slopes: usize },
}

const SUPPORTED: &str = "RELU, RELU6, LEAKYRELU, PRELU, ELU, SELU, CELU, GELU, SIGMOID, TANH, SWISH, MEMSWISH, MISH";

impl ActivationSpec {
    /// Takes `act` as MONAI's `get_act_layer` reads it: the empty name is the identity, Python's `None` an error.
    pub(crate) fn take(arguments: &mut Arguments, default: &str) -> Result<Option<Self>, Error> {
        let value = arguments.take("act").unwrap_or_else(|| Value::from(default));
        if value.is_null() {
            return Err(arguments.invalid("act", &value, "a name or a pair of name and arguments"));
        }
        Self::parse(arguments, &value)
    }

    pub(crate) fn parse(owner: &Arguments, value: &Value) -> Result<Option<Self>, Error> {
        let Some(LayerSpec { name, mut arguments }) = LayerSpec::parse(owner, "act", "Act", value)? else {
            return Ok(None);
        };
        if !matches!(name.as_str(), "PRELU" | "GELU" | "SIGMOID" | "TANH" | "SWISH") {
            arguments.without_effect("inplace");
        }
        let spec = match name.as_str() {
            "RELU" => Self::Fixed(Activation::Relu),
            "RELU6" => Self::Fixed(Activation::Relu6),
            "LEAKYRELU" => {
                Self::Fixed(Activation::LeakyRelu { negative_slope: arguments.number_or("negative_slope", 0.01)? })
            }
            "PRELU" => {
                // The checkpoint replaces the initial slope.
                arguments.number_or("init", 0.25)?;
                Self::Prelu { slopes: arguments.count_or("num_parameters", 1)? }
            }
            "ELU" => {
                let alpha = arguments.number_or("alpha", 1.0)?;
                Self::Fixed(Activation::Elu { alpha, steepness: 1.0, scale: 1.0 })
            }
            // The constants of PyTorch.
            "SELU" => Self::Fixed(Activation::Elu {
                alpha: 1.673_263_242_354_377_2,
                steepness: 1.0,
                scale: 1.050_700_987_355_480_5,
            }),
            "CELU" => {
                let alpha = arguments.number_or("alpha", 1.0)?;
                if alpha == 0.0 {
                    return Err(arguments.invalid("alpha", &Value::from(alpha), "a number other than zero"));
                }
                Self::Fixed(Activation::Elu { alpha, steepness: alpha, scale: 1.0 })
            }
            "GELU" => match arguments.take("approximate") {
                None => Self::Fixed(Activation::Gelu { tanh: false }),
                Some(Value::String(name)) if name == "none" => Self::Fixed(Activation::Gelu { tanh: false }),
                Some(Value::String(name)) if name == "tanh" => Self::Fixed(Activation::Gelu { tanh: true }),
                Some(other) => return Err(arguments.invalid("approximate", &other, "none or tanh")),
            },
            "SIGMOID" => Self::Fixed(Activation::Sigmoid),
            "TANH" => Self::Fixed(Activation::Tanh),
            "SWISH" => Self::Fixed(Activation::Swish { alpha: arguments.number_or("alpha", 1.0)? }),
            "MEMSWISH" => Self::Fixed(Activation::Swish { alpha: 1.0 }),
            "MISH" => Self::Fixed(Activation::Mish),
            _ => return Err(Error::UnknownLayer { factory: "Act", name, supported: SUPPORTED }),
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
        let activation = self.register(builder, name, channels)?;
        Ok(builder.node(name, Op::Activation(activation), &[input]))
    }

    /// Registers the parameters of a module that runs in several places, or in none.
    pub(crate) fn register(&self, builder: &mut Builder, name: &str, channels: usize) -> Result<Activation, Error> {
        match *self {
            Self::Fixed(activation) => Ok(activation),
            Self::Prelu { slopes } if slopes == 1 || slopes == channels => {
                Ok(Activation::Prelu { slope: builder.parameter(name, "weight", vec![slopes]) })
            }
            Self::Prelu { slopes } => Err(Error::InvalidArgument {
                owner: format!("Act.PRELU at {name}"),
                argument: "num_parameters".into(),
                found: slopes.to_string(),
                expected: format!("1 or the {channels} channels there"),
            }),
        }
    }
}
