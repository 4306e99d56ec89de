use serde_json::Value;

use crate::arguments::Arguments;
use crate::graph::Graph;
use crate::parameter::Parameter;
use crate::shapes::Shape;
use crate::{Error, nets};

/// A network of `monai.networks.nets`, built from a bundle's arguments.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Network {
    /// MONAI's class name.
    pub target: &'static str,
    /// Number of spatial axes of the input: 2 or 3.
    pub spatial_dims: usize,
    /// Channels of the input.
    pub in_channels: usize,
    /// Channels of the output.
    pub out_channels: usize,
    /// Multiples of these sizes, one per spatial axis, fit: the product of the strides. Other sizes may fit too. An input so small
    /// that an instance norm meets a single voxel does not.
    pub multiple_of: Vec<usize>,
    /// The operations.
    pub graph: Graph,
    /// The state dict, in PyTorch's order.
    pub parameters: Vec<Parameter>,
}

impl Network {
    /// Builds the network that `target` names (MONAI's class, alone or with its module path) from its keyword arguments.
    ///
    /// An unknown network, argument or layer is an error, and so is a value with which MONAI's class would fail.
    pub fn parse(target: &str, args: Value) -> Result<Self, Error> {
        let (path, class) = target.rsplit_once('.').unwrap_or(("monai.networks.nets", target));
        let known =
            matches!(path, "monai.networks" | "monai.networks.nets") || path.starts_with("monai.networks.nets.");
        let row = NETWORKS.iter().find(|(names, _)| known && names.contains(&class));
        let Some((names, parse)) = row else {
            let supported: Vec<&str> = NETWORKS.iter().map(|(names, _)| names[0]).collect();
            return Err(Error::UnknownNetwork { target: target.into(), supported: supported.join(", ") });
        };
        parse(Arguments::new(names[0], args)?)
    }

    /// Shape of the output for an input of this spatial size.
    pub fn output_shape(&self, spatial: &[usize]) -> Result<Shape, Error> {
        let mut shapes = self.graph.shapes(spatial)?;
        Ok(shapes.swap_remove(self.graph.output().index()))
    }

    /// The parameter with this PyTorch name.
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }
}

/// Builds a network from its arguments.
type Parse = fn(Arguments) -> Result<Network, Error>;

/// The networks, each by MONAI's names of its class, the usual one first.
const NETWORKS: &[(&[&str], Parse)] = &[
    (&["BasicUNet", "BasicUnet", "Basicunet", "basicunet"], nets::basic_unet::parse),
    (&["EfficientNet"], nets::efficientnet::parse),
    (&["EfficientNetBN"], nets::efficientnet::parse_named),
    (&["FlexibleUNet", "FlexUNet"], nets::flexible_unet::parse),
    (&["SegResNet"], nets::segresnet::parse),
    (&["SegResNetDS"], nets::segresnet_ds::parse),
    (&["UNet", "Unet"], nets::unet::parse),
];
