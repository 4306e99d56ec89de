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
    /// Input sizes that always fit, one per spatial axis: the product of the strides. Other sizes may fit too.
    pub multiple_of: Vec<usize>,
    /// The operations.
    pub graph: Graph,
    /// The state dict, in PyTorch's order.
    pub parameters: Vec<Parameter>,
}

impl Network {
    /// Builds the network that `target` names (`UNet` or `Unet`, alone or with MONAI's module path) from its keyword arguments.
    ///
    /// An unknown network, argument or layer is an error, and so is a value with which MONAI's class would fail.
    pub fn parse(target: &str, args: Value) -> Result<Self, Error> {
        let short = match target.rsplit_once('.') {
            Some((path, class)) if PATHS.contains(&path) => class,
            Some(_) => "",
            None => target,
        };
        match short {
            "UNet" | "Unet" => nets::unet::parse(Arguments::new("UNet", args)?),
            _ => Err(Error::UnknownNetwork { target: target.into(), supported: "UNet".into() }),
        }
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

const PATHS: [&str; 3] = ["monai.networks.nets", "monai.networks.nets.unet", "monai.networks"];
