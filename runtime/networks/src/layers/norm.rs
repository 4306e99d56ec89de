use serde_json::Value;

use super::LayerSpec;
use crate::Error;
use crate::arguments::Arguments;
use crate::builder::Builder;
use crate::graph::ValueId;
use crate::op::Op;
use crate::parameter::ParameterId;

/// `torch.nn.BatchNorm2d/3d` in evaluation mode, or an instance norm that tracks running statistics. All shapes `[channels]`.
#[derive(Debug, Clone, PartialEq)]
pub struct RunningNorm {
    /// Learned scale.
    pub weight: Option<ParameterId>,
    /// Learned shift.
    pub bias: Option<ParameterId>,
    /// Recorded mean.
    pub mean: ParameterId,
    /// Recorded variance.
    pub variance: ParameterId,
    /// Added to the variance.
    pub epsilon: f64,
}

/// `torch.nn.InstanceNorm2d/3d`: mean and biased variance of each sample and channel. Shapes `[channels]`.
#[derive(Debug, Clone, PartialEq)]
pub struct InstanceNorm {
    /// Learned scale.
    pub weight: Option<ParameterId>,
    /// Learned shift.
    pub bias: Option<ParameterId>,
    /// Added to the variance.
    pub epsilon: f64,
}

/// `torch.nn.GroupNorm`: mean and biased variance of each sample and group. Shapes `[channels]`.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupNorm {
    /// Number of groups; divides the channels.
    pub groups: usize,
    /// Learned scale.
    pub weight: Option<ParameterId>,
    /// Learned shift.
    pub bias: Option<ParameterId>,
    /// Added to the variance.
    pub epsilon: f64,
}

/// `torch.nn.LayerNorm` over the channels of each voxel: their mean and biased variance. Shapes `[channels]`.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerNorm {
    /// Learned scale.
    pub weight: Option<ParameterId>,
    /// Learned shift.
    pub bias: Option<ParameterId>,
    /// Added to the variance.
    pub epsilon: f64,
}

/// What the argument `norm` asks for, before channels are known.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NormSpec {
    kind: Kind,
    affine: bool,
    epsilon: f64,
    stated_channels: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Running,
    Instance,
    Group { groups: usize },
}

impl NormSpec {
    /// Takes `norm` as MONAI's `get_norm_layer` reads it: the empty name is the identity, Python's `None` an error.
    pub(crate) fn take(arguments: &mut Arguments, default: Value) -> Result<Option<Self>, Error> {
        let value = arguments.take("norm").unwrap_or(default);
        if value.is_null() {
            return Err(arguments.invalid("norm", &value, "a name or a pair of name and arguments"));
        }
        Self::parse(arguments, &value)
    }

    pub(crate) fn parse(owner: &Arguments, value: &Value) -> Result<Option<Self>, Error> {
        let Some(LayerSpec { name, mut arguments }) = LayerSpec::parse(owner, "norm", "Norm", value)? else {
            return Ok(None);
        };
        let (kind, affine, channels) = match name.as_str() {
            // The two differ in how they are trained.
            "BATCH" | "SYNCBATCH" => {
                if !arguments.bool_or("track_running_stats", true)? {
                    let expected = "true: statistics of the batch would make results depend on batching";
                    return Err(arguments.invalid("track_running_stats", &Value::Bool(false), expected));
                }
                arguments.without_effect("momentum");
                (Kind::Running, true, "num_features")
            }
            // Without NVIDIA apex MONAI itself takes the plain instance norm for the second name.
            "INSTANCE" | "INSTANCE_NVFUSER" => {
                arguments.without_effect("momentum");
                let kind =
                    if arguments.bool_or("track_running_stats", false)? { Kind::Running } else { Kind::Instance };
                (kind, false, "num_features")
            }
            "GROUP" => (Kind::Group { groups: arguments.count("num_groups")? }, true, "num_channels"),
            _ => {
                let supported = "BATCH, SYNCBATCH, INSTANCE, INSTANCE_NVFUSER, GROUP";
                return Err(Error::UnknownLayer { factory: "Norm", name, supported });
            }
        };
        let affine = arguments.bool_or("affine", affine)?;
        let epsilon = arguments.number_or("eps", 1e-5)?;
        if epsilon < 0.0 {
            return Err(arguments.invalid("eps", &Value::from(epsilon), "zero or more"));
        }
        let stated_channels = match arguments.take(channels) {
            None => None,
            Some(value) => Some(arguments.to_count(channels, &value)?),
        };
        arguments.finish()?;
        Ok(Some(Self { kind, affine, epsilon, stated_channels }))
    }

    pub(crate) fn build(
        &self,
        builder: &mut Builder,
        name: &str,
        input: ValueId,
        channels: usize,
    ) -> Result<ValueId, Error> {
        let invalid = |argument: &str, found: usize, expected: String| Error::InvalidArgument {
            owner: format!("norm at {name}"),
            argument: argument.into(),
            found: found.to_string(),
            expected,
        };
        if let Some(stated) = self.stated_channels.filter(|stated| *stated != channels) {
            return Err(invalid("number of channels", stated, format!("the {channels} channels there")));
        }
        let affine = self.affine.then(|| {
            (builder.parameter(name, "weight", vec![channels]), builder.parameter(name, "bias", vec![channels]))
        });
        let (weight, bias) = affine.unzip();
        let epsilon = self.epsilon;
        let op = match self.kind {
            Kind::Running => {
                let mean = builder.parameter(name, "running_mean", vec![channels]);
                let variance = builder.parameter(name, "running_var", vec![channels]);
                builder.counter(name, "num_batches_tracked");
                Op::RunningNorm(RunningNorm { weight, bias, mean, variance, epsilon })
            }
            Kind::Instance => Op::InstanceNorm(InstanceNorm { weight, bias, epsilon }),
            Kind::Group { groups } if channels.is_multiple_of(groups) => {
                Op::GroupNorm(GroupNorm { groups, weight, bias, epsilon })
            }
            Kind::Group { groups } => {
                return Err(invalid("num_groups", groups, format!("a divisor of the {channels} channels there")));
            }
        };
        Ok(builder.node(name, op, &[input]))
    }
}
